"""Balances over the cells of a needle, solved directly: the matrix is banded, one ring wide.

Each member has its own matrix; a factorisation serves any number of right sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import lapack

from pinprick.heat.cell import Cell

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Halves:
    """Resistances from the middle of each cell to its faces, (members, cells, rings).

    ``inner`` and ``outer`` along the radius, ``upright`` to the face above and to that below.
    """

    inner: Array
    outer: Array
    upright: Array


def halves(cell: Cell, along: Array, across: Array) -> Halves:
    """Half resistances of cells that conduct ``along`` the layers and ``across`` them."""
    middle = cell.middle
    ring = 2 * np.pi * cell.height[:, :, None] * along
    with np.errstate(divide="ignore"):  # nothing flows to the axis, nor in what does not conduct
        inner = np.log(middle / cell.rings[:-1]) / ring
        outer = np.log(cell.rings[1:] / middle) / ring
        upright = cell.height[:, :, None] / (2 * cell.area * across)
    return Halves(inner, outer, upright)


@dataclass(frozen=True)
class Links:
    """Conductances between neighbours: ``ring`` (…, rings - 1), ``deep`` (…, cells - 1, rings).

    ``ground`` is what each cell has to what is held outside.
    """

    ring: Array
    deep: Array
    ground: Array

    def flow(self, u: Array) -> Array:
        """What flows out of each cell to its neighbours and to an outside at 0."""
        out = self.ground * u
        ring = self.ring * np.diff(u, axis=2)
        deep = self.deep * np.diff(u, axis=1)
        out[:, :, :-1] -= ring
        out[:, :, 1:] += ring
        out[:, :-1] -= deep
        out[:, 1:] += deep
        return np.asarray(out)

    def of(self, who: Any, factor: float = 1.0) -> Links:
        """The links of some members, times a factor."""
        return Links(factor * self.ring[who], factor * self.deep[who], factor * self.ground[who])

    def matrix(self, mass: Array) -> Array:
        """Banded matrix of ``mass`` + flow, (members, unknowns, rings + 1): diagonal first."""
        members, cells, rings = self.ground.shape
        band = np.zeros((members, cells, rings, rings + 1))
        diagonal = mass + self.ground
        diagonal[:, :, :-1] += self.ring
        diagonal[:, :, 1:] += self.ring
        diagonal[:, :-1] += self.deep
        diagonal[:, 1:] += self.deep
        band[..., 0] = diagonal
        band[:, :, :-1, 1] = -self.ring
        band[:, :-1, :, rings] -= self.deep
        return band.reshape(members, cells * rings, rings + 1)


@dataclass(frozen=True)
class Factors:
    """Cholesky factors of the members' matrices.

    Raises:
        FloatingPointError: if a matrix is not positive or not finite.
    """

    bands: list[Array]

    @classmethod
    def of(cls, matrix: Array) -> Factors:
        """Factorise each member's matrix."""
        bands = []
        for member in matrix:
            band, fault = lapack.dpbtrf(member.T, lower=1)
            if fault:
                raise FloatingPointError("heat: a balance has no solution")
            bands.append(band)
        return cls(bands)

    def solve(self, right: Array) -> Array:
        """The answers, of the shape (members, cells, rings) of ``right``.

        Raises:
            FloatingPointError: if one is not finite.
        """
        out = np.empty_like(right)
        for i, band in enumerate(self.bands):
            answer, _ = lapack.dpbtrs(band, right[i].reshape(-1), lower=1)
            out[i] = answer.reshape(right.shape[1:])
        if not np.all(np.isfinite(out)):
            raise FloatingPointError("heat: a balance has no finite solution")
        return out
