"""UnitCell: one track and the tissue that belongs to it, radius by depth.

A needled area is a lattice of like cells; each is a disc of the area per track, with no flux
through its rim. Rings widen outwards; a track or channel is blended in by volume share, so that its
wall need not lie on a ring.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from pinprick.medium.column import Column

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class UnitCell:
    """Rings around a track in the depth cells of a column.

    ``column`` gives the depth; ``rings`` are the radii of the rings' faces, increasing from 0,
    shape (rings + 1,), in the column's unit of length.
    """

    column: Column
    rings: Array

    def __post_init__(self) -> None:
        if self.rings[0] != 0.0 or np.any(np.diff(self.rings) <= 0):
            raise ValueError("unit cell: rings must increase from 0")
        if not np.all(np.isfinite(self.rings)):
            raise ValueError("unit cell: rings must be finite")

    @property
    def area(self) -> Array:
        """Area of each ring, shape (rings,)."""
        return np.asarray(pi * np.diff(self.rings**2))

    def here(self) -> dict[str, Any]:
        """The mesh as fields for the stepper."""
        return {**self.column.here(), "rings": self.rings}

    def ring_share(self, radius: Array) -> Array:
        """Share of each ring within a radius that differs by depth and member.

        Args:
            radius: in the column's unit of length, shape (cells, members).

        Returns:
            shape (cells, rings, members).
        """
        inner, outer = self.rings[:-1, None] ** 2, self.rings[1:, None] ** 2
        return np.asarray(np.clip((radius[:, None] ** 2 - inner) / (outer - inner), 0.0, 1.0))

    def share_within(self, radius: float, depth: Array | float) -> Array:
        """Volume share of each cell in a cylinder from the top, shape (cells, rings, members).

        Args:
            radius: of the cylinder; it must lie inside the cell.
            depth: how deep it goes below the column's top, shape (members,).

        Raises:
            ValueError: if the cylinder is wider than the cell or deeper than the column.

        >>> col = Column(np.array([[0.0], [1.0], [2.0]]), {"dermis": slice(0, 2)})
        >>> cell = UnitCell(col, np.array([0.0, 1.0, 2.0]))
        >>> cell.share_within(1.0, np.array([1.5]))[:, :, 0]
        array([[1. , 0. ],
               [0.5, 0. ]])
        """
        edges = self.column.edges - self.column.edges[0]
        if not 0 < radius <= self.rings[-1]:
            raise ValueError(
                f"channel: radius {radius:g} lies outside the cell of {self.rings[-1]:g}"
            )
        if np.any(np.asarray(depth) < 0) or np.any(depth > edges[-1]):
            raise ValueError("channel: deeper than the cell")
        across = self.ring_share(np.full((1, 1), radius))[0, :, 0]
        down = np.clip(depth - edges[:-1], 0.0, self.column.width) / self.column.width
        return np.asarray(across[None, :, None] * down[:, None, :])


def rings(inner: float, outer: float, count: int, within: int = 2) -> Array:
    """Radii of ring faces: ``within`` up to ``inner``, then growing geometrically to ``outer``.

    In the unit of both, shape (count + 1,).

    >>> rings(0.1, 0.8, 5).round(3)
    array([0.  , 0.05, 0.1 , 0.2 , 0.4 , 0.8 ])
    """
    if not 0 < inner < outer:
        raise ValueError("rings: the inner radius must lie between 0 and the outer")
    return np.concatenate(
        [np.linspace(0.0, inner, within + 1)[:-1], np.geomspace(inner, outer, count - within + 1)]
    )


def blend(tissue: Array | float, channel: Array | float, share: Array) -> Array:
    """A coefficient of cells that are partly channel: the mean by volume share.

    All of one unit, and of shapes that broadcast. A staircase of whole cells is several per cent
    off, the blend a few tenths.

    >>> float(blend(1.0, 3.0, np.array(0.25)))
    1.5
    """
    return np.asarray(tissue * (1.0 - share) + channel * share)
