"""The plane of the skin: a grid of pixels at a place, and keyed noise that belongs to the place.

Every number is a function of seed, name and place alone, so that a patch is the same whether it is
made at once or in tiles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import ndimage

from pinprick.faults import Fault, InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]
Whole = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]
Box = tuple[float, float, float, float]  # top, left, bottom, right in metres
# Nodes after which noise repeats: far beyond any patch.
PERIOD = (2 * 10) ** 2
# Distance between the rows of a hexagonal lattice, over the distance within a row.
ROW = float(np.sin(np.arccos(0.5)))


@dataclass(frozen=True, slots=True)
class Grid:
    """Square pixels: how many down and across, their width in metres, and where the first one lies.

    >>> grid = Grid(3, 2, 1.0)
    >>> grid.x, grid.part(1, 0, 2, 2).y.ravel()
    (array([[0.5, 1.5]]), array([1.5, 2.5]))
    """

    rows: int
    columns: int
    pixel: float
    top: int = 0
    left: int = 0

    @property
    def y(self) -> Array:
        """Distance down of each row's middle in metres, shape (rows, 1)."""
        return np.asarray((self.top + np.arange(self.rows) + 0.5)[:, None] * self.pixel)

    @property
    def x(self) -> Array:
        """Distance to the right of each column's middle in metres, shape (1, columns)."""
        return np.asarray((self.left + np.arange(self.columns) + 0.5)[None, :] * self.pixel)

    @property
    def shape(self) -> tuple[int, int]:
        """Pixels down and across."""
        return self.rows, self.columns

    @property
    def size(self) -> tuple[float, float]:
        """Height and width in metres."""
        return self.rows * self.pixel, self.columns * self.pixel

    def around(self, margin: float) -> Box:
        """The box in metres that holds the middles of all pixels and a margin about them."""
        rows, columns = self.y.ravel(), self.x.ravel()
        return rows[0] - margin, columns[0] - margin, rows[-1] + margin, columns[-1] + margin

    def part(self, top: int, left: int, rows: int, columns: int) -> Grid:
        """A window of this grid, at its own place."""
        return Grid(rows, columns, self.pixel, self.top + top, self.left + left)


def square(side: float, pixels: int) -> Grid:
    """A square patch of a side in metres, of so many pixels each way.

    Raises:
        InputError: if it has no side or no pixels.

    >>> square(2e-3, 4).x
    array([[0.00025, 0.00075, 0.00125, 0.00175]])
    """
    faults = too_few(pixels=pixels)
    if not side > 0:
        faults.append(Fault("side", f"{side:g} m", "above 0"))
    if faults:
        raise InputError(faults)
    return Grid(pixels, pixels, side / pixels)


def _random(seed: int, name: str) -> np.random.Generator:
    words = hashlib.sha256(f"{seed}/relief/{name}".encode()).digest()
    key = np.frombuffer(words[: 2 * np.dtype("<u8").itemsize], dtype="<u8").copy()
    return np.random.Generator(np.random.Philox(key=key))


@lru_cache(maxsize=10**2)
def table(seed: int, name: str) -> Array:
    """Uniform numbers on the nodes of the plane, shape (PERIOD, PERIOD)."""
    numbers = _random(seed, name).random((PERIOD, PERIOD))
    numbers.setflags(write=False)
    return numbers


@lru_cache(maxsize=10**2)
def _waves(seed: int, name: str) -> Array:
    """Coefficients of a quadratic spline through normal numbers of variance one."""
    normal = _random(seed, f"waves/{name}").standard_normal((PERIOD, PERIOD))
    return np.asarray(ndimage.spline_filter(normal, order=2, mode="grid-wrap"))


def at(seed: int, name: str, i: Whole, j: Whole) -> Array:
    """Uniform numbers of whole nodes, of the shape of ``i`` and ``j`` together."""
    return np.asarray(table(seed, name)[i % PERIOD, j % PERIOD])


def smooth(seed: int, name: str, y: Array, x: Array, length: float) -> Array:
    """Smooth noise of mean 0 and variance near 1 that changes over ``length`` metres."""
    down, across = np.broadcast_arrays(y / length, x / length)
    places = np.stack([down, across])
    return np.asarray(
        ndimage.map_coordinates(
            _waves(seed, name), places, order=2, mode="grid-wrap", prefilter=False
        )
    )


def speckle(seed: int, name: str, grid: Grid) -> Array:
    """Noise that differs from pixel to pixel, of mean 0 and variance 1."""
    i = grid.top + np.arange(grid.rows)[:, None]
    j = grid.left + np.arange(grid.columns)[None, :]
    spread = np.sqrt(2.0 + 10.0)  # of a uniform number: its variance is a twelfth
    return np.asarray((at(seed, name, i, j) - 0.5) * spread)


def nodes(
    seed: int, name: str, cell: float, jitter: float, box: Box
) -> tuple[Array, Array, Whole, Whole]:
    """Points of a jittered hexagonal lattice in a box.

    Returns:
        their y and x in metres and the whole numbers of their nodes, always in the same order.
    """
    top, left, bottom, right = box
    rows = np.arange(int(np.floor(top / (cell * ROW))) - 1, int(np.ceil(bottom / (cell * ROW))) + 2)
    columns = np.arange(int(np.floor(left / cell)) - 2, int(np.ceil(right / cell)) + 2)
    i, j = (a.ravel() for a in np.meshgrid(rows, columns, indexing="ij"))
    y = (i + 2 * jitter * (at(seed, f"{name}/y", i, j) - 0.5)) * cell * ROW
    x = (j + 0.5 * (i % 2) + 2 * jitter * (at(seed, f"{name}/x", i, j) - 0.5)) * cell
    return y, x, i, j


def windows(
    grid: Grid, y: Array, x: Array, reach: Array
) -> Iterator[tuple[int, tuple[slice, slice]]]:
    """For each point that touches the grid its index and the pixels within its reach."""
    top, left = grid.top * grid.pixel, grid.left * grid.pixel
    low_y, high_y = ((y + s * reach - top) / grid.pixel for s in (-1, 1))
    low_x, high_x = ((x + s * reach - left) / grid.pixel for s in (-1, 1))
    for k in range(len(y)):
        rows = slice(max(int(low_y[k]) - 1, 0), min(int(high_y[k]) + 2, grid.rows))
        columns = slice(max(int(low_x[k]) - 1, 0), min(int(high_x[k]) + 2, grid.columns))
        if rows.start < rows.stop and columns.start < columns.stop:
            yield k, (rows, columns)
