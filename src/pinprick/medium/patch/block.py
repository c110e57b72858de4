"""Patch: a block of skin in three dimensions, uniform squares across and a column's cells in depth.

Fields have the shape (cells, y, x). The sides are periodic (a lattice of like patches) or closed
(no flux). Channels are blended in by volume share, so that a wall need not lie on a face.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick.medium.column import Column

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Patch:
    """Cells of a column, repeated across a rectangle.

    ``column`` gives the depth, one member; ``x`` and ``y`` are the faces across, equally spaced,
    shapes (nx + 1,) and (ny + 1,), in the column's unit of length.

    >>> from pinprick.medium.column import column
    >>> one = np.ones(1)
    >>> skin = column(0 * one, {"dermis": (one, 4)})
    >>> Patch(skin, np.linspace(0, 2, 6), np.linspace(0, 1, 4)).shape
    (4, 3, 5)
    """

    column: Column
    x: Array
    y: Array
    sides: Literal["periodic", "closed"] = "periodic"

    def __post_init__(self) -> None:
        if self.column.edges.shape[1] != 1:
            raise ValueError("patch: the column must have one member")
        if self.sides not in ("periodic", "closed"):
            raise ValueError(f"patch: sides must be periodic or closed, not {self.sides!r}")
        for name, faces in (("x", self.x), ("y", self.y)):
            if np.ndim(faces) != 1 or len(faces) < 2 or not np.all(np.isfinite(faces)):
                raise ValueError(f"patch: {name} must be a row of at least two finite faces")
            steps = np.diff(faces)
            if np.any(steps <= 0) or np.ptp(steps) > 1e-9 * steps.mean():
                raise ValueError(f"patch: faces along {name} must increase in equal steps")

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells in depth, along y and along x."""
        return len(self.column.edges) - 1, len(self.y) - 1, len(self.x) - 1

    @property
    def spacing(self) -> tuple[float, float]:
        """Size of a cell along y and along x."""
        _, ny, nx = self.shape
        return float(self.y[-1] - self.y[0]) / ny, float(self.x[-1] - self.x[0]) / nx

    @property
    def volume(self) -> Array:
        """Volume of a cell at each depth, shape (cells, 1, 1)."""
        dy, dx = self.spacing
        return np.asarray(self.column.width[:, None] * (dy * dx))

    @property
    def centres(self) -> tuple[Array, Array, Array]:
        """Middles of the cells: depth (cells, 1, 1), y (ny, 1) and x (nx,)."""
        y, x = ((faces[1:] + faces[:-1]) / 2.0 for faces in (self.y, self.x))
        return self.column.depth[:, None], y[:, None], x

    def here(self) -> dict[str, Any]:
        """The mesh as fields for the stepper and the operator."""
        return {
            **self.column.here(),
            "spacing": self.spacing,
            "periodic": float(self.sides == "periodic"),
        }

    def mean(self, field: Array) -> Array:
        """Volume mean of fields, shape (..., cells, y, x), over the patch: shape (...)."""
        across = field.mean(axis=(-2, -1))
        width = self.column.width[:, 0]
        return np.asarray((across * width).sum(axis=-1) / width.sum())

    def share_within(self, centre: tuple[float, float], radius: float, depth: float) -> Array:
        """Volume share of each cell in an upright cylinder from the top, shape (cells, y, x).

        Exact, whatever the size of the cells. Where the sides are periodic a cylinder that crosses
        one comes in again at the other.

        Args:
            centre: of the cylinder, (x, y).
            radius: of the cylinder.
            depth: how deep it goes below the column's top.

        Raises:
            ValueError: if the cylinder lies outside the patch.

        >>> from pinprick.medium.column import column
        >>> one = np.ones(1)
        >>> skin = column(0 * one, {"dermis": (one, 2)})
        >>> patch = Patch(skin, np.linspace(0, 1, 8), np.linspace(0, 1, 8))
        >>> share = patch.share_within((0.1, 0.4), 0.2, 0.75)
        >>> float(round((share * patch.volume).sum() / (np.pi * 0.04 * 0.75), 12))
        1.0
        """
        self._must_hold(centre, radius, depth)
        dy, dx = self.spacing
        area = np.zeros(self.shape[1:])
        for across in self._images(self.x):
            for along in self._images(self.y):
                x, y = self.x - centre[0] + across, self.y - centre[1] + along
                corner = _corner(x[None, :], y[:, None], radius)
                area += np.diff(np.diff(corner, axis=0), axis=1)
        edges = self.column.edges[:, 0] - self.column.edges[0, 0]
        width = np.diff(edges)
        down = np.clip(depth - edges[:-1], 0.0, width) / width
        return np.asarray(np.clip(area / (dy * dx), 0.0, 1.0) * down[:, None, None])

    def _images(self, faces: Array) -> tuple[float, ...]:
        length = float(faces[-1] - faces[0])
        return (-length, 0.0, length) if self.sides == "periodic" else (0.0,)

    def _must_hold(self, centre: tuple[float, float], radius: float, depth: float) -> None:
        edges = self.column.edges[:, 0]
        if not np.all(np.isfinite([*centre, radius, depth])):
            raise ValueError("channel: holds a value that is not a number")
        if radius <= 0:
            raise ValueError(f"channel: radius {radius:g} must be positive")
        if not 0 <= depth <= edges[-1] - edges[0]:
            raise ValueError(
                f"channel: depth {depth:g} lies outside the patch, which is "
                f"{edges[-1] - edges[0]:g} deep; end it there or make the patch deeper"
            )
        for name, at, faces in (("x", centre[0], self.x), ("y", centre[1], self.y)):
            wide = 0.0 if self.sides == "periodic" else radius
            if at - wide < faces[0] or at + wide > faces[-1] or 2 * radius > faces[-1] - faces[0]:
                raise ValueError(
                    f"channel: at {name} = {at:g} with radius {radius:g} it lies outside the "
                    f"patch, which goes from {faces[0]:g} to {faces[-1]:g}; move it, or make the "
                    "patch wider"
                )


def _corner(x: Array, y: Array, radius: float) -> Array:
    """Area of a disc about 0 within the rectangle from 0 to (x, y), with the sign of x·y."""
    sign = np.sign(x) * np.sign(y)
    x, y = np.minimum(abs(x), radius), np.minimum(abs(y), radius)
    meets = np.sqrt(np.maximum(radius**2 - y**2, 0.0))  # where the circle is at height y
    start = np.minimum(meets, x)
    beyond = _under(x, radius) - _under(start, radius)
    return np.asarray(sign * (start * y + beyond))


def _under(x: Array, radius: float) -> Array:
    """Area under the circle from 0 to x."""
    height = np.sqrt(np.maximum(radius**2 - x**2, 0.0))
    return np.asarray((x * height + radius**2 * np.arcsin(np.minimum(x / radius, 1.0))) / 2.0)
