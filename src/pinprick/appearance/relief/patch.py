"""A patch of skin: ground and concerns made once, put together anew for each state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinprick.appearance.relief.concerns import Shape, shape
from pinprick.appearance.relief.ground import micro, pores, undulation
from pinprick.appearance.relief.numbers import Numbers, numbers
from pinprick.appearance.relief.plane import Array, Grid


@dataclass(frozen=True)
class Patch:
    """The parts of a relief, each of the grid's shape in metres; masks from 0 to 1.

    ``concern`` is what the concerns take away (not above 0), ``floor`` where their floor lies,
    ``pore`` where pores open.
    """

    grid: Grid
    seed: int
    shapes: tuple[Shape, ...]
    ground: Array
    micro: Array
    pits: Array
    concern: Array
    floor: Array
    pore: Array


def patch(grid: Grid, seed: int, shapes: Sequence[Shape], k: Numbers | None = None) -> Patch:
    """A patch of skin with its concerns; a pure function of its arguments.

    Args:
        grid: pixels, their width in metres and their place.
        seed: keys the ground and the outlines.
        shapes: scars and lines; none for healthy skin.
        k: the numbers; those that ship with the program if None.

    Returns:
        the parts, each of the grid's shape, heights in metres.

    >>> from pinprick.appearance.relief.plane import square
    >>> small = patch(square(2e-3, 40), 1, [])
    >>> small.micro.shape, float(small.concern.min())
    ((40, 40), 0.0)
    """
    k = k or numbers()
    concern, floor = np.zeros(grid.shape), np.zeros(grid.shape)
    for what in shapes:
        height, inside = shape(what, grid, seed, k)
        concern = np.minimum(concern, height)
        floor = np.maximum(floor, inside)
    pits, pore = pores(grid, seed, k)
    return Patch(
        grid, seed, tuple(shapes), undulation(grid, seed, k), micro(grid, seed, k),
        pits, concern, floor, pore * (1.0 - floor),
    )  # fmt: skip


def height(
    made: Patch, *, fill: float = 0.0, swelling: float = 0.0, k: Numbers | None = None
) -> Array:
    """Height of the surface in metres, of the grid's shape.

    That a scar's floor lacks micro-relief is assumed (``relief.floor_relief_lost``).

    Args:
        made: the patch.
        fill: share of the concerns' depth that new matrix fills, cut to 0 to 1.
        swelling: share of all relief that swelling hides, cut to 0 to 1.
        k: the numbers; those that ship with the program if None.

    Level skin beside the floor of a scar, in micrometres:

    >>> none, floor = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    >>> made = Patch(Grid(1, 2, 1e-4), 1, (), ground=none + 1e-6, micro=none + 1e-5, pits=none,
    ...              concern=-4e-4 * floor, floor=floor, pore=none)
    >>> np.round(height(made) * 1e6), np.round(height(made, fill=0.5) * 1e6)
    (array([[  11., -397.]]), array([[  11., -197.]]))
    >>> np.round(height(made, swelling=1.0) * 1e6)
    array([[1., 1.]])
    """
    k = k or numbers()
    healthy = 1.0 - k.floor_relief_lost * made.floor
    skin = made.micro * healthy + made.pits * (1.0 - made.floor)
    shown = 1.0 - min(max(swelling, 0.0), 1.0)
    return np.asarray(
        made.ground + shown * (skin + made.concern * (1.0 - min(max(fill, 0.0), 1.0)))
    )
