"""Spreading with decay in a cube of skin, and its answer exact in time.

The activity ``u`` on cells [z, y, x] follows ``M du/dt = -(L + k M) u`` with ``M`` the storage and
``L`` the conductances between cells. All codes of ``patch_peers.py`` step these same equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse, special

Array = np.ndarray[Any, np.dtype[np.float64]]
SIDE = 1.0  # mm
END = 60.0  # s
DECAY = 5e-3  # per s
RADIUS, DEPTH = 0.06, 0.5  # of the channel in the middle, mm


@dataclass(frozen=True)
class Problem:
    """A cube of ``cells``³: diffusivity (mm²/s) and storage by cell, and the concentration set."""

    cells: int
    diffusivity: Array
    storage: Array
    start: Array

    @property
    def size(self) -> float:
        """Width of a cell, mm."""
        return SIDE / self.cells

    @cached_property
    def conductances(self) -> tuple[Array, Array, Array]:
        """Between neighbours along z, y and x, per s: two half resistances in series."""
        passing = self.diffusivity * self.storage
        found = []
        for axis in range(3):
            a, b = (np.moveaxis(passing, axis, 0)[part] for part in (np.s_[:-1], np.s_[1:]))
            found.append(np.moveaxis(2.0 * a * b / (a + b) / self.size**2, 0, axis))
        return found[0], found[1], found[2]

    @cached_property
    def matrix(self) -> Any:
        """``L + k M``, sparse."""
        count = self.cells**3
        index = np.arange(count).reshape(self.storage.shape)
        rows, columns, values = [], [], []
        for axis, g in enumerate(self.conductances):
            moved = np.moveaxis(index, axis, 0)
            rows.append(np.moveaxis(moved[:-1], 0, axis).ravel())
            columns.append(np.moveaxis(moved[1:], 0, axis).ravel())
            values.append(-g.ravel())
        off = sparse.coo_matrix(
            (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
            shape=(count, count),
        )
        off = (off + off.T).tocsr()
        out = -np.asarray(off.sum(axis=1)).ravel()
        return (off + sparse.diags(out + DECAY * self.storage.ravel())).tocsr()

    def exact(self, time: float = END) -> Array:
        """Concentration at a time, exact for these cells: Chebyshev's series of the exponential."""
        root = np.sqrt(self.storage.ravel())
        scale = sparse.diags(1.0 / root)
        matrix = (scale @ self.matrix @ scale).tocsr()
        bound = float(abs(matrix).sum(axis=1).max())
        half = time * bound / 2.0
        x = (2.0 / bound) * matrix - sparse.identity(matrix.shape[0])
        x = x.tocsr()
        before = self.start.ravel() / root
        now = x @ before
        total = special.ive(0, half) * before - 2.0 * special.ive(1, half) * now
        k = 2
        while k < 20 or special.ive(k, half) > 1e-13:
            before, now = now, 2.0 * (x @ now) - before
            total += 2.0 * (-1) ** k * special.ive(k, half) * now
            k += 1
        return np.asarray(total * root).reshape(self.storage.shape)

    def error(self, found: Array, exact: Array) -> float:
        """Largest difference of the activity as a share of its largest value."""
        return float(np.abs((found - exact) / self.storage).max() / (exact / self.storage).max())


def centres(cells: int) -> Array:
    """Middles of the cells along a side, mm."""
    return (np.arange(cells) + 0.5) * SIDE / cells


def uniform(cells: int) -> Problem:
    """One tissue; a drop on the upper twentieth, soft at its rim, sharp below."""
    z, y, x = np.meshgrid(*[centres(cells)] * 3, indexing="ij")
    drop = np.exp(-((y - 0.5) ** 2 + (x - 0.5) ** 2) / 0.2**2) * (z < 0.05)
    one = np.ones_like(z)
    return Problem(cells, 1e-4 * one, one, drop)


def layered(cells: int, share: Array) -> Problem:
    """A tight barrier that holds much, over open tissue; both pierced by a filled channel.

    ``share`` is the volume share of each cell in the channel.
    """
    barrier = (centres(cells) < 0.1)[:, None, None]
    tissue = np.where(barrier, 1e-6, 1e-4)
    holding = np.where(barrier, 4.0, 1.0)
    diffusivity = tissue * (1 - share) + 5e-4 * share
    return Problem(cells, diffusivity, holding * (1 - share) + share, share.copy())
