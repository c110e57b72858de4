"""Mesh: cells in depth of a skin and rings about a channel, for every member its own.

The medium's column gives the depth. Rings end at the channel's wall and widen to the rim of the
disc of skin that belongs to one track, which differs between members. Counts stand in
``meshes.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from pinprick.evidence.entries import entries, toml
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.medium.column import Column, column
from pinprick.medium.layers import Skin
from pinprick.medium.unit_cell import rings
from pinprick.permeation.channels import Channels

Array = np.ndarray[Any, np.dtype[np.float64]]
HORNY = "stratum corneum"


@dataclass(frozen=True, slots=True)
class Fineness:
    """Cells and their growth by layer, rings within and beside a channel, and steps in seconds."""

    name: str
    cells: Mapping[str, int]
    growth: Mapping[str, float]
    within: int
    beside: int
    first: float
    step_growth: float
    longest: float


@cache
def meshes() -> Mapping[str, Fineness]:
    """All that are known, by name.

    >>> sorted(meshes())
    ['coarse', 'fine']
    """
    return entries(Fineness, toml("pinprick.permeation", "meshes.toml")["mesh"])


@cache
def patch_tolerance() -> float:
    """What the iterations of a patch may leave over, a share of what a stage changes."""
    return float(toml("pinprick.permeation", "meshes.toml")["patch"]["tolerance"])


def fineness(name: str | Fineness) -> Fineness:
    """The mesh of that name; one of one's own as it is.

    Raises:
        InputError: if it is not known.

    >>> fineness("coarse").cells["stratum corneum"], fineness("fine").cells["stratum corneum"]
    (7, 10)
    """
    if isinstance(name, Fineness):
        return name
    if name not in meshes():
        raise InputError([Fault("mesh", name, did_you_mean(name, meshes()))])
    return meshes()[name]


def doubled(given: Fineness) -> Fineness:
    """Twice as fine in depth, across and in time: what an error is measured against.

    >>> doubled(fineness("coarse")).longest  # seconds
    3600.0
    """
    return Fineness(
        f"{given.name}, doubled",
        {k: 2 * n for k, n in given.cells.items()},
        {k: g**0.5 for k, g in given.growth.items()},
        2 * given.within,
        2 * given.beside,
        given.first / 2.0,
        given.step_growth**0.5,
        given.longest / 2.0,
    )


def in_depth(skin: Skin, horny: Array, mesh: Fineness) -> Column:
    """Cells of a skin from the surface down; ``horny`` is the horny layer's thickness in m."""
    layers = {
        layer.name: (horny if layer.name == HORNY else layer.thickness, mesh.cells[layer.name])
        for layer in skin.layers
    }
    return column(np.zeros_like(horny), layers, dict(mesh.growth))


def about(channels: Channels, mesh: Fineness) -> Array:
    """Faces of the rings in m, shape (rings + 1, members): the channel's wall is one of them."""
    count = mesh.within + mesh.beside
    pairs = zip(channels.radius, channels.rim, strict=True)
    return np.stack([rings(float(a), float(r), count, mesh.within) for a, r in pairs], axis=1)


def share_open(depth: Column, faces: Array, channels: Channels) -> Array:
    """Volume share of the channel in each cell, shape (cells, rings, members)."""
    radius = np.where(channels.shut, 0.0, channels.radius)
    squares = faces**2
    inside = np.clip(radius**2 - squares[:-1], 0.0, np.diff(squares, axis=0))
    top = depth.edges[:-1]
    down = np.clip(channels.channel.depth - top, 0.0, depth.width) / depth.width
    return np.asarray(down[:, None] * (inside / np.diff(squares, axis=0))[None])


def grid(mesh: Fineness, start: float, end: float, stops: Array) -> Array:
    """Times from ``start`` to ``end`` in s, fine at first, with all ``stops`` among them.

    >>> grid(fineness("coarse"), 0.0, 400.0, np.array([100.0]))
    array([  0. ,  60. , 100. , 144. , 261.6, 400. ])
    """
    times, step = [start], mesh.first
    while times[-1] < end:
        times.append(times[-1] + step)
        step = min(step * mesh.step_growth, mesh.longest)
    inside = [t for t in times if t < end]
    also = [float(t) for t in stops if start < t < end]
    made = np.unique(np.array([*inside, *also, end]))
    # A step far shorter than the first is one that rounding made.
    keep = np.concatenate([[True], np.diff(made) > mesh.first * np.finfo(float).eps ** 0.5])
    return np.asarray(made[keep])
