"""Zones: how far damage reaches about a needle, and what share of the skin it takes by depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.heat.cell import Cell

Array = np.ndarray[Any, np.dtype[np.float64]]


def extent(cell: Cell, damage: Array, threshold: Array) -> tuple[Array, Array]:
    """Width and height in metres of the tissue damaged beyond the threshold, (members,) each.

    Between the middles of cells the logarithm of the damage is taken as straight. A zone that
    reaches the cell's wall is as wide as the cell: it has met its neighbour's.

    Args:
        cell: mesh and needle.
        damage: (members, cells, rings).
        threshold: (members,).

    >>> from pinprick.heat.cell import cell_of, meshes
    >>> from pinprick.heat.source import Pins
    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.people import skin_at
    >>> tip = Pins(1e-3, diameter=3e-4, bare=3e-4, pitch=1.5e-3, count=49, wiring="bipolar")
    >>> skin = skin_at("cheek", None, Lanes(registry(), 0, [0]))
    >>> cell = cell_of(tip, skin, 1, meshes()["fine"])
    >>> apart = np.hypot(cell.middle, cell.depth[:, :, None] - 0.85e-3)  # from the bare metal
    >>> [(1e3 * size).round(1) for size in extent(cell, np.exp(-apart / 1e-4), np.exp([-4.0]))]
    [array([0.8]), array([0.8])]
    """
    level = np.log(np.maximum(damage, np.finfo(float).tiny)) - np.log(threshold)[:, None, None]
    level = np.where(cell.metal, -np.inf, level)
    out = _last(level, np.broadcast_to(cell.middle, level.shape), float(cell.rings[-1]))
    across = level.max(axis=2)
    depth = cell.depth
    deepest = _last(across, depth, cell.faces[:, -1])
    highest = -_last(across[:, ::-1], -depth[:, ::-1], 0.0)
    height = np.where(np.any(across > 0, axis=1), deepest - highest, 0.0)
    return np.asarray(2 * out.max(axis=1)), np.asarray(height)


def _last(level: Array, at: Array, end: Any) -> Array:
    """Where the level falls to 0 beyond the last place above it; 0 where it never is above."""
    inside = level > 0
    count = level.shape[-1]
    last = count - 1 - np.argmax(inside[..., ::-1], axis=-1)
    after = np.minimum(last + 1, count - 1)

    def take(field: Array, index: Any) -> Array:
        return np.asarray(np.take_along_axis(field, index[..., None], axis=-1)[..., 0])

    here, there = take(level, last), take(level, after)
    falls = inside.any(axis=-1) & np.isfinite(there) & (last < count - 1)
    part = np.where(falls, here, 0.0) / np.where(falls, here - there, 1.0)
    place = take(at, last) + part * (take(at, after) - take(at, last))
    place = np.where(last == count - 1, end, place)
    return np.asarray(np.where(inside.any(axis=-1), place, 0.0))


def by_depth(cell: Cell, share: Array, edges: Array) -> Array:
    """Share of a needle's skin by depth, (depths, members), from shares in its cells.

    Args:
        cell: mesh and needle; the needle itself is no tissue that could be hurt.
        share: from 0 to 1, (members, cells, rings).
        edges: faces of the depths in metres, (depths + 1,) or (depths + 1, members); below the
            mesh nothing is hurt.
    """
    tissue = np.where(cell.metal, 0.0, share)
    across = (tissue * cell.area).sum(axis=2) / cell.area.sum()
    # the integral from the surface, at any depth
    faces = np.broadcast_to(edges[:, None] if edges.ndim == 1 else edges, (len(edges), len(share)))
    sums = np.concatenate([np.zeros((len(share), 1)), np.cumsum(across * cell.height, 1)], axis=1)
    at = np.stack(
        [np.interp(faces[:, m], cell.faces[m], sums[m]) for m in range(len(share))], axis=1
    )
    return np.asarray(np.clip(np.diff(at, axis=0) / np.diff(faces, axis=0), 0.0, 1.0))


def scattered(share: Array, per_needle: Array) -> Array:
    """Share of the skin hurt when ``per_needle`` zones fall at random on each needle's area.

    Both of shapes that broadcast. One stamp (1) is laid without overlap and gives the share itself.

    >>> scattered(np.array([0.2]), np.array([2.0])).round(3)
    array([0.36])
    """
    return np.asarray(-np.expm1(per_needle * np.log1p(-np.minimum(share, 1 - np.finfo(float).eps))))


def highest_in(cell: Cell, field: Array, layer: int) -> Array:
    """Highest value of a field in a layer, outside the needle, (members,); 0 where there is none.

    A cell counts as of the layer that holds most of it, or the most of that layer there is.
    """
    share = cell.share[:, :, layer]
    held = (share >= 1 / 2) | ((share > 0) & (share == share.max(axis=1, keepdims=True)))
    inside = held[:, :, None] & ~cell.metal
    return np.asarray(np.where(inside, field, 0.0).max(axis=(1, 2)))
