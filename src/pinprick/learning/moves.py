"""Moves of the sampler: proposals from the states of a group, and what each adds to its chance.

Each gives the proposals, shape (chains, dims), and the logarithm of what a proposal's prior and
direction add to its chance, shape (chains,):

    log prior(new) - log prior(old) + log q(old | new) - log q(new | old)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

Array = np.ndarray[Any, np.dtype[np.float64]]
_JITTER = 1e-3  # of a difference move, so that it reaches every point


@dataclass(frozen=True, slots=True)
class Group:
    """What a move knows of a group.

    ``x`` (chains, dims) are its chains and ``past`` (states, dims) earlier states; ``mean`` (dims,)
    and ``root`` (the covariance's Cholesky factor) are the normal fitted to these.
    """

    x: Array
    past: Array
    mean: Array
    root: Array


Move = Callable[[np.random.Generator, Group], tuple[Array, Array]]


def fit(rng: np.random.Generator, group: Group) -> tuple[Array, Array]:
    """Autoregressive about the fitted normal, over a wide range of step lengths."""
    x, mean, root = group.x, group.mean, group.root
    step = 10.0 ** rng.uniform(-1.3, 0.0, (len(x), 1))
    new = mean + np.sqrt(1 - step**2) * (x - mean)
    new += step * rng.standard_normal(x.shape) @ root.T

    def fitted(of: Array) -> Array:
        off = linalg.solve_triangular(root, (of - mean).T, lower=True)
        return np.asarray(-0.5 * (off**2).sum(axis=0))

    return new, _prior(new) - _prior(x) + fitted(x) - fitted(new)


def difference(rng: np.random.Generator, group: Group) -> tuple[Array, Array]:
    """Along the difference of two earlier states, in some or in all of the coordinates."""
    x, past = group.x, group.past
    count, dims = x.shape
    first, second = past[_two(rng, count, len(past))]
    some = rng.random(x.shape) < rng.random((count, 1))
    some[np.arange(count), rng.integers(dims, size=count)] = True
    whole = rng.random((count, 1)) < 0.1
    some |= whole
    free = some.sum(axis=1, keepdims=True)
    length = np.where(whole, 1.0, 2.38 / np.sqrt(2 * free) * rng.uniform(0.2, 1.2, (count, 1)))
    shift = length * (first - second) + _JITTER * rng.standard_normal(x.shape)
    new = x + some * shift
    return new, _prior(new) - _prior(x)


def snooker(rng: np.random.Generator, group: Group) -> tuple[Array, Array]:
    """Along the line through an earlier state, by the difference of two others along it."""
    x, past = group.x, group.past
    count, dims = x.shape
    anchor = past[rng.integers(len(past), size=count)]
    first, second = past[_two(rng, count, len(past))]
    line = x - anchor
    size = np.maximum((line**2).sum(axis=1, keepdims=True), np.finfo(float).tiny)
    along = ((first - second) * line).sum(axis=1, keepdims=True) / size
    new = x + rng.uniform(1.2, 2.2, (count, 1)) * along * line
    far = np.maximum(((new - anchor) ** 2).sum(axis=1), np.finfo(float).tiny)
    return new, _prior(new) - _prior(x) + (dims - 1) / 2 * np.log(far / size[:, 0])


def redraw(rng: np.random.Generator, group: Group) -> tuple[Array, Array]:
    """Some coordinates autoregressive about the prior, of one to about a third of them."""
    x = group.x
    count, dims = x.shape
    some = rng.random(x.shape) < rng.random((count, 1)) / 3
    some[np.arange(count), rng.integers(dims, size=count)] = True
    step = rng.uniform(0.1, 1.0, (count, 1))
    new = np.sqrt(1 - step**2) * x + step * rng.standard_normal(x.shape)
    return np.where(some, new, x), np.zeros(count)


def _prior(x: Array) -> Array:
    return np.asarray(-0.5 * (x**2).sum(axis=-1))


def _two(rng: np.random.Generator, count: int, size: int) -> Any:
    """Two different places each."""
    first = rng.integers(size, size=count)
    second = (first + rng.integers(1, size, size=count)) % size
    return np.stack([first, second])


PROPOSE: Mapping[str, Move] = {
    "fit": fit,
    "difference": difference,
    "snooker": snooker,
    "prior": redraw,
}
