"""Photons followed one by one through layered skin: the reference of the fast optics.

Light comes in along the normal, through a smooth surface; layers share one refractive index, and
scatter by Henyey and Greenstein's law. Photons are scattered only: each that leaves keeps the path
it went in every layer, so one run answers for any absorption,

    R = (1 - F) · mean over photons of exp(-Σ μ_i·L_i).

Going in along the normal and out in all directions is, by reciprocity, what an instrument of
geometry d/8 sees, the specular part left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.faults import InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]
# Below this weight a photon is kept with the chance SPARED, and then weighs as many times more.
SPARED = 10.0**-1
FAINT = 10.0**-2


@dataclass(frozen=True, slots=True)
class Slabs:
    """Layers from the surface down, each of shape (layers,), in SI.

    ``scattering`` is the reduced coefficient; ``thickness`` of the last may be infinite.
    """

    scattering: Array
    thickness: Array
    anisotropy: float
    index: float


@dataclass(frozen=True, slots=True)
class Escaped:
    """Photons that left, and what was kept on the way under ``least`` absorption.

    ``paths`` has shape (photons, layers) in metres, ``weight`` (photons,) is what roulette made of
    each, ``up`` is true for those that left by the surface. ``absorbed`` by layer and ``lost`` by
    roulette, as shares of the light that got in, complete the budget.
    """

    paths: Array
    weight: Array
    up: np.ndarray[Any, np.dtype[np.bool_]]
    least: Array
    absorbed: Array
    lost: float
    launched: int
    entered: float

    def share(self, absorption: Array, *, up: bool = True) -> Array:
        """Share of the incident light that leaves, shape (...), specular excluded.

        Args:
            absorption: of each layer, shape (..., layers), at least ``least``.
            up: by the surface; else by the lower end.
        """
        paths, weight = self.paths[self.up == up], self.weight[self.up == up]
        kept = np.exp(-np.einsum("...i,ki->...k", np.asarray(absorption), paths))
        return np.asarray(self.entered * (kept * weight).sum(axis=-1) / self.launched)


def follow(slabs: Slabs, least: Array, photons: int, seed: int) -> Escaped:
    """Follow photons until each has left or is too faint.

    Args:
        slabs: the skin.
        least: the least absorption that will be asked for, shape (layers,); it ends long paths.
        photons: how many, 1 or more.
        seed: of the random numbers.

    Raises:
        InputError: if there are none.

    >>> skin = Slabs(np.array([4000.0]), np.array([np.inf]), 0.8, 1.4)
    >>> seen = follow(skin, np.array([200.0]), 200, seed=1)
    >>> bool(seen.share(np.array([200.0])) > seen.share(np.array([2000.0])))
    True
    """
    if faults := too_few(photons=photons):
        raise InputError(faults)
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0.0], np.cumsum(slabs.thickness)])
    rate = np.asarray(slabs.scattering) / (1.0 - slabs.anisotropy)
    z, cosine = np.zeros(photons), np.ones(photons)
    layer = np.zeros(photons, dtype=np.int64)
    paths, scale = np.zeros((photons, len(rate))), np.ones(photons)
    left = rng.exponential(size=photons)
    out: list[tuple[Array, Array, Any]] = []
    absorbed, lost = np.zeros(len(rate)), 0.0
    while len(z):
        edge = np.where(cosine > 0, edges[layer + 1], edges[layer])
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(cosine == 0, np.inf, (edge - z) / cosine)
        here = rate[layer]
        crossed = room * here < left
        step = np.where(crossed, room, left / here)
        faint = scale * np.exp(-paths @ least)
        paths[np.arange(len(z)), layer] += step
        np.add.at(absorbed, layer, faint * -np.expm1(-least[layer] * step))
        z = np.where(crossed, edge, z + step * cosine)
        left = np.where(crossed, left - step * here, rng.exponential(size=len(z)))
        cosine = np.where(crossed, cosine, _scattered(cosine, slabs.anisotropy, rng))
        layer = layer + crossed * np.where(cosine > 0, 1, -1)
        back = (layer < 0) & (rng.random(len(z)) < reflected(-cosine, slabs.index))
        cosine, layer = np.where(back, -cosine, cosine), np.where(back, 0, layer)
        gone = (layer < 0) | (layer == len(rate))
        out.append((paths[gone], scale[gone], layer[gone] < 0))
        kept, scale, dropped = _roulette(paths, scale, least, ~gone, rng)
        lost += dropped
        state = (z, cosine, layer, paths, scale, left)
        z, cosine, layer, paths, scale, left = (part[kept] for part in state)
    entered = 1.0 - float(reflected(np.ones(1), slabs.index, inward=True)[0])
    ways, weights, up = (np.concatenate(parts) for parts in zip(*out, strict=True))
    done = (absorbed / photons, lost / photons, photons, entered)
    return Escaped(ways, weights, up, np.asarray(least), *done)


def _scattered(cosine: Array, g: float, rng: np.random.Generator) -> Array:
    """Cosine to the depth axis after one event; the turn about the old direction is even."""
    drawn = rng.random(len(cosine))
    if g == 0:
        turn = 2.0 * drawn - 1.0
    else:
        turn = (1.0 + g * g - ((1.0 - g * g) / (1.0 - g + 2.0 * g * drawn)) ** 2) / (2.0 * g)
    about = np.cos(2.0 * np.pi * rng.random(len(cosine)))
    new = cosine * turn + about * np.sqrt(np.maximum((1 - cosine**2) * (1 - turn**2), 0.0))
    return np.asarray(np.clip(new, -1.0, 1.0))


def _roulette(
    paths: Array, scale: Array, least: Array, inside: Any, rng: np.random.Generator
) -> tuple[Any, Array, float]:
    """Which photons go on, their new scale, and what light was dropped (below 0: won)."""
    weight = scale * np.exp(-paths @ least)
    faint = inside & (weight < FAINT)
    spared = rng.random(len(scale)) < SPARED
    grown = np.where(faint & spared, scale / SPARED, scale)
    dropped = weight[faint & ~spared].sum() - (1.0 / SPARED - 1.0) * weight[faint & spared].sum()
    return inside & ~(faint & ~spared), grown, float(dropped)


def reflected(cosine: Array, index: float | Array, *, inward: bool = False) -> Array:
    """Fresnel's reflection of unpolarised light at the surface, from within or from outside.

    >>> float(reflected(np.ones(1), 1.4)[0].round(4))
    0.0278
    """
    first: float | Array
    second: float | Array
    first, second = (1.0, index) if inward else (index, 1.0)
    c = np.clip(np.asarray(cosine), 0.0, 1.0)
    sine = first / second * np.sqrt(1.0 - c * c)
    total = sine >= 1
    d = np.sqrt(np.maximum(1.0 - sine * sine, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        s = (first * c - second * d) / (first * c + second * d)
        p = (first * d - second * c) / (first * d + second * c)
    return np.where(total, 1.0, (s * s + p * p) / 2.0)
