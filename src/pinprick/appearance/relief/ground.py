"""Micro-relief and pores: what healthy skin looks like from near."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from pinprick.appearance.relief.numbers import Numbers
from pinprick.appearance.relief.plane import Array, Grid, at, nodes, smooth, speckle, windows

NEAR = 2 * 2  # fields that may share a furrow at one place
PITS = 2.0  # radii within which a pore is drawn


def micro(grid: Grid, seed: int, k: Numbers) -> Array:
    """Micro-relief in metres: two warped nets of furrows, domes between them, and grain.

    Furrows are deep in one place and shallow in another, so that no net is closed everywhere.
    """
    y, x = grid.y, grid.x
    patch = k.groove_patch
    height = np.zeros(grid.shape)
    nets = (
        ("wide", k.groove_cell, k.groove_depth, 0.0),
        ("fine", k.fine_groove_cell, k.fine_groove_depth, 0.5),
    )
    for name, cell, depth, turn in nets:
        edge = _edge(grid, seed, name, cell, turn, k)
        there = 1.0 + k.groove_patchy * smooth(seed, f"{name}/there", y, x, patch)
        furrow = np.exp(-0.5 * (edge / k.groove_half_width) ** 2)
        rise = -np.expm1(-edge / k.groove_half_width) * k.dome * cell / k.groove_cell
        height += rise - depth * np.clip(there, 0.0, 2.0) * furrow
    height += k.grain * smooth(seed, "grain", y, x, k.grain_length)
    return np.asarray(height + k.speckle * speckle(seed, "speckle", grid))


def undulation(grid: Grid, seed: int, k: Numbers) -> Array:
    """The slow rise and fall of the skin in metres."""
    length = k.swell_length
    wide = smooth(seed, "swell", grid.y, grid.x, length)
    near = smooth(seed, "swell near", grid.y, grid.x, length / 2)
    return np.asarray(k.swell_height * (wide + 0.5 * near))


def _edge(grid: Grid, seed: int, name: str, cell: float, turn: float, k: Numbers) -> Array:
    """Distance in metres from each pixel to the nearest edge of a warped net's fields."""
    warp, length = k.groove_warp * cell, 2.0 * cell
    y = grid.y + warp * smooth(seed, f"{name}/warp y", grid.y, grid.x, length)
    x = grid.x + warp * smooth(seed, f"{name}/warp x", grid.y, grid.x, length)
    # Fields are longer one way; the finer net lies across the wider one.
    angle = np.pi * (turn - 0.5 * 0.5)
    along, across = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    along = along / k.groove_stretch
    margin = 2 * cell
    box = (across.min() - margin, along.min() - margin, across.max() + margin, along.max() + margin)
    sites = np.stack(nodes(seed, name, cell, k.groove_jitter, box)[:2], axis=-1)
    points = np.stack([across.ravel(), along.ravel()], axis=-1)
    near = np.asarray(cKDTree(sites).query(points, k=NEAR)[1])
    first = sites[near[:, 0]]
    best = np.full(len(points), np.inf)
    for place in range(1, NEAR):
        other = sites[near[:, place]]
        gap = other - first
        middle = (first + other) / 2
        best = np.minimum(
            best, np.abs(((middle - points) * gap).sum(axis=1)) / np.sqrt((gap**2).sum(axis=1))
        )
    return np.asarray(best.reshape(grid.shape))


def pores(grid: Grid, seed: int, k: Numbers) -> tuple[Array, Array]:
    """Depth of pores in metres (not above 0 but for a faint rim), and their mask from 0 to 1."""
    height, mask = np.zeros(grid.shape), np.zeros(grid.shape)
    kinds = (
        ("pore", k.pore_density, k.pore_width, k.pore_depth),
        ("hair", k.small_pore_density, k.small_pore_width, k.small_pore_depth),
    )
    for name, density, width, depth in kinds:
        if density > 0:
            pits, opening = _pits(grid, seed, name, density, width, depth, k)
            height += pits
            mask = np.maximum(mask, opening)
    return height, mask


def _pits(
    grid: Grid, seed: int, name: str, density: float, width: float, depth: float, k: Numbers
) -> tuple[Array, Array]:
    cell = 1.0 / np.sqrt(density)
    y, x, i, j = nodes(seed, name, cell, 0.5, grid.around(cell))
    sizes = np.exp(2 * k.pore_spread * (at(seed, f"{name}/size", i, j) - 0.5) * np.sqrt(2 + 1))
    radius, longer = width / 2 * sizes, 1.0 + 0.5 * at(seed, f"{name}/long", i, j)
    turn = np.pi * at(seed, f"{name}/turn", i, j)
    height, mask = np.zeros(grid.shape), np.zeros(grid.shape)
    for n, (down, across) in windows(grid, y, x, PITS * radius * longer):
        dy, dx = grid.y[down] - y[n], grid.x[:, across] - x[n]
        u = (np.cos(turn[n]) * dx + np.sin(turn[n]) * dy) / (radius[n] * longer[n])
        v = (np.cos(turn[n]) * dy - np.sin(turn[n]) * dx) / radius[n]
        far = u * u + v * v
        near = far < PITS**2  # and not the window's edge, which differs from tile to tile
        pit = near * np.exp(-2 * far)
        rim = near * 0.5 * 0.5 * far * np.exp(-far)
        height[down, across] += sizes[n] * depth * (rim - pit)
        mask[down, across] = np.maximum(mask[down, across], pit)
    return height, mask
