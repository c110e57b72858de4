"""The colour of each place before light falls on it: blood, melanin, dots, crusts and scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtri

from pinprick.appearance.picture.state import State
from pinprick.appearance.relief.numbers import Numbers
from pinprick.appearance.relief.patch import Patch
from pinprick.appearance.relief.plane import Array, at, nodes, smooth, windows


class Colours(Protocol):
    """Linear sRGB (…, 3) of skin for factors on its resting melanin and blood."""

    def __call__(self, melanin: Array, papillary: Array, deep: Array) -> Array:
        """The colour without gloss, for arrays of one shape."""
        ...


@dataclass(frozen=True)
class Coat:
    """Linear RGB (rows, columns, 3) with the maps of melanin and papillary blood over rest."""

    albedo: Array
    melanin: Array
    blood: Array


def coat(made: Patch, state: State, colours: Colours, k: Numbers) -> Coat:
    """The colour of a patch in a state; a pure function of its arguments."""
    melanin, blood = _melanin(made, state, k), _blood(made, state, k)
    deep = np.ones_like(blood)
    albedo = colours(melanin, blood, deep)
    albedo = _scale(albedo, made, state, k)
    return Coat(_dots(albedo, made, state, k), melanin, blood)


def _mottle(made: Patch, name: str, size: float, k: Numbers) -> Array:
    grid, length = made.grid, k.mottle_length
    wide = smooth(made.seed, name, grid.y, grid.x, length)
    near = smooth(made.seed, f"{name} near", grid.y, grid.x, length / (2 + 1))
    return np.asarray(1.0 + size * (wide + 0.5 * near))


def _melanin(made: Patch, state: State, k: Numbers) -> Array:
    """Melanin over rest: a faint mottle, and patches with soft edges where skin has darkened."""
    rest = _mottle(made, "melanin", k.melanin_mottle, k)
    return rest * (1.0 + (state.darkening(k) - 1.0) * patches(made, k))


def patches(made: Patch, k: Numbers) -> Array:
    """Where skin darkens if it does, from 0 to 1: ragged patches with soft edges."""
    grid = made.grid
    wide, edge = k.pih_width, k.pih_edge
    y, x = grid.y, grid.x
    for n, length in enumerate((wide / 2, edge)):
        warp = edge / (n + 1) ** 2
        y = y + warp * smooth(made.seed, f"dark y {n}", grid.y, grid.x, length)
        x = x + warp * smooth(made.seed, f"dark x {n}", grid.y, grid.x, length)
    apart = k.pih_apart
    down, across, i, j = nodes(made.seed, "dark", apart, 0.5 * 0.5, grid.around(apart))
    out = np.zeros(grid.shape)
    kept = at(made.seed, "dark kept", i, j) < k.pih_share
    sizes = 0.5 + at(made.seed, "dark size", i, j)
    for top, left, size in zip(down[kept], across[kept], sizes[kept], strict=True):
        far = np.hypot(y - top, x - left) - 0.5 * wide * size
        out = np.maximum(out, 0.5 * (1.0 - np.tanh(2.0 * far / edge)))
    return out


def _blood(made: Patch, state: State, k: Numbers) -> Array:
    """Papillary blood over rest: an even flush, mottled, and a little more at each track."""
    more = state.blood(k) - 1.0
    flush = more * _mottle(made, "flush", k.blood_mottle, k)
    if more > 0 and state.density > 0 and state.since is not None:
        halo = _spots(made, "track", state.density, k.dot_width, 1.0, k)
        flush = flush + more * k.blood_track * np.exp(-state.since) * halo
    return np.asarray(_mottle(made, "blood", k.blood_mottle, k) * (1.0 + flush))


def _spots(made: Patch, name: str, density: float, width: float, share: float, k: Numbers) -> Array:
    """Soft round spots at some of the points of a jittered lattice, from 0 to 1."""
    grid = made.grid
    cell = 1.0 / np.sqrt(density)
    y, x, i, j = nodes(made.seed, name, cell, 0.5, grid.around(cell))
    kept = at(made.seed, f"{name}/kept", i, j) < share
    y, x, i, j = y[kept], x[kept], i[kept], j[kept]
    radius = 0.5 * width * (0.5 + at(made.seed, f"{name}/size", i, j))
    out = np.zeros(grid.shape)
    for n, (down, across) in windows(grid, y, x, 2.0 * radius):
        far = ((grid.y[down] - y[n]) ** 2 + (grid.x[:, across] - x[n]) ** 2) / radius[n] ** 2
        spot = np.where(far < 2.0**2, np.exp(-(far**2)), 0.0)
        out[down, across] = np.maximum(out[down, across], spot)
    return out


def _dots(albedo: Array, made: Patch, state: State, k: Numbers) -> Array:
    """Pinpoints of blood on the skin, which dry to crusts: they cover the skin's own colour."""
    fresh, crust = state.fresh(), state.crust(k)
    if state.bleeding <= 0 or fresh + crust <= np.finfo(np.float32).eps:
        return albedo
    spots = _spots(made, "track", state.bleeding, k.dot_width, k.dot_left, k)
    red = np.array([k.dot_red, k.dot_green, k.dot_blue])
    brown = np.array([k.crust_red, k.crust_green, k.crust_blue])
    cover = k.dot_cover * spots[..., None]
    out = albedo + cover * fresh * (red - albedo)
    return np.asarray(out + cover * crust * (np.minimum(brown, albedo) - out))


def _scale(albedo: Array, made: Patch, state: State, k: Numbers) -> Array:
    """Dry scale on the ridges of the skin: a grey veil, on every phototype alike."""
    amount = state.scale(k)
    if amount <= 0:
        return albedo
    grid = made.grid
    flakes = smooth(made.seed, "flake", grid.y, grid.x, k.scale_patch)
    ragged = smooth(made.seed, "flake edge", grid.y, grid.x, k.scale_patch / (2 + 2))
    level = np.sqrt(0.5) * ndtri(1.0 - k.scale_share * amount)
    there = 0.5 * (1.0 + np.tanh(2.0 * (flakes + 0.5 * ragged - level)))
    ridge = 0.5 * (1.0 + np.tanh(2.0 * made.micro / k.groove_depth + 0.5))
    veil = k.scale_lift * amount * there * ridge * (1.0 - made.floor * k.floor_relief_lost)
    white = np.broadcast_to(0.5, (2 + 1,))
    return np.asarray(albedo + veil[..., None] * (white - albedo))
