"""Gaussian arithmetic in batches: marginal likelihood, conditioning, leaving out.

A batch holds one joint Gaussian for each cell of a grid over what enters non-linearly. All
formulas are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Joint Gaussians: ``mean`` (cells, rows), ``covariance`` (cells, rows, rows) without the rows'
    own sampling noise, ``noise`` (cells, rows, rows), ``log_weight`` (cells,) of the prior.
    """

    mean: Array
    covariance: Array
    noise: Array
    log_weight: Array


@dataclass(frozen=True, slots=True)
class Mixture:
    """A mixture of Gaussians: ``weight`` (cells,), ``mean`` (cells, k), ``covariance``."""

    weight: Array
    mean: Array
    covariance: Array

    def moments(self) -> tuple[Array, Array]:
        """Mean (k,) and covariance (k, k) of the whole.

        >>> whole = Mixture(np.array([1.0]), np.zeros((1, 1)), np.ones((1, 1, 1)))
        >>> whole.moments()[1]
        array([[1.]])
        """
        mean = self.weight @ self.mean
        off = self.mean - mean
        within = np.einsum("g,gij->ij", self.weight, self.covariance)
        return mean, within + np.einsum("g,gi,gj->ij", self.weight, off, off)


def log_density(off: Array, covariance: Array) -> Array:
    """Log density of deviations (cells, k) under N(0, covariance), shape (cells,)."""
    if off.shape[1] == 0:
        return np.zeros(len(off))
    lower = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(lower, off[..., None])[..., 0]
    logs = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    size = off.shape[1] * np.log(2.0 * np.pi)
    return np.asarray(-0.5 * (scaled * scaled).sum(axis=1) - logs - 0.5 * size)


def condition(batch: Batch, data: Array, known: Places, wanted: Places) -> Mixture:
    """What is wanted, given the data at the known places (with their noise).

    Args:
        batch: joint Gaussians of all rows.
        data: values on the linear scale, shape (rows,); only those at ``known`` are read.
        known: places of the data.
        wanted: places to forecast, without their own noise unless it is shared with the known.

    >>> one = Batch(np.zeros((1, 2)), np.array([[[1.0, 0.8], [0.8, 1.0]]]),
    ...             np.zeros((1, 2, 2)), np.zeros(1))
    >>> made = condition(one, np.array([1.0, 0.0]), np.array([0]), np.array([1]))
    >>> float(made.mean[0, 0]), round(float(made.covariance[0, 0, 0]), 2)
    (0.8, 0.36)
    """
    whole = batch.covariance + batch.noise
    inner = whole[:, known[:, None], known]
    off = data[known] - batch.mean[:, known]
    across = whole[:, wanted[:, None], known]
    gain = np.linalg.solve(inner, np.swapaxes(across, 1, 2))
    mean = batch.mean[:, wanted] + np.einsum("gki,gk->gi", gain, off)
    prior = batch.covariance[:, wanted[:, None], wanted]
    covariance = prior - np.einsum("gik,gkj->gij", across, gain)
    weight = softmax(batch.log_weight + log_density(off, inner))
    return Mixture(weight, mean, covariance)


@dataclass(frozen=True, slots=True)
class Inverse:
    """What leaving rows out needs, worked out once: precision and residuals of all rows."""

    precision: Array
    scaled: Array
    log_all: Array


def invert(batch: Batch, data: Array) -> Inverse:
    """Precision (cells, rows, rows) and residuals of rows that all have data."""
    whole = batch.covariance + batch.noise
    precision = np.asarray(np.linalg.inv(whole), dtype=np.float64)
    off = data - batch.mean
    scaled = np.einsum("gij,gj->gi", precision, off)
    return Inverse(precision, scaled, batch.log_weight + log_density(off, whole))


def leave_out(batch: Batch, data: Array, all_rows: Inverse, out: Places) -> Mixture:
    """The rows ``out`` given all others; equal to :func:`condition` on the others, at one inverse.

    The covariance is that of the rows without their own noise.
    """
    block = all_rows.precision[:, out[:, None], out]
    with_noise = np.asarray(np.linalg.inv(block), dtype=np.float64)
    off = np.einsum("gij,gj->gi", with_noise, all_rows.scaled[:, out])
    log_rest = all_rows.log_all - log_density(off, with_noise)
    covariance = with_noise - batch.noise[:, out[:, None], out]
    return Mixture(softmax(log_rest), data[out] - off, covariance)


def softmax(logs: Array) -> Array:
    """Weights that add to one.

    >>> softmax(np.zeros(2))
    array([0.5, 0.5])
    """
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
