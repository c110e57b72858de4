"""The roused fraction: how much of the tissue hears a session's tracks.

A needle wounds about a hundredth of the area, yet each track rouses a cylinder as wide as its
signal reaches. A nonlinear biology fed with the mean injury answers with the wrong number, so each
depth is two tissues, roused and unroused, mixed by volume before the next session:

    a(z) = 1 - exp(-n(z) π R²),   K0(R/λ) / K0(r/λ) = 1/θ,   λ = √(D/k)

with n(z) tracks per area, λ the reach of TGF-β, r the radius of the bleeding track and θ the
strength of its signal over the threshold (the steady field around a line source).
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, np.dtype[np.float64]]
_HALVINGS = 60  # of an interval: to the last bit


def reach(diffusion: Array, loss: Array, radius: Array, threshold: Array) -> Array:
    """Radius in mm at which one track's signal falls to its threshold, shape (members,).

    Args:
        diffusion: of TGF-β, mm²/d.
        loss: of TGF-β, 1/d.
        radius: of the bleeding track, mm.
        threshold: the track's signal over the threshold, above 1.

    >>> bool(reach(np.array([0.29]), np.array([9.1]), np.array([0.035]), np.array([5.0]))[0] > 0.1)
    True
    """
    length = np.sqrt(diffusion / loss)
    wanted = special.k0(radius / length) / threshold
    low, high = radius, radius + length * (1.0 + np.log(threshold)) * 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        near = special.k0(middle / length) > wanted
        low, high = np.where(near, middle, low), np.where(near, high, middle)
    return np.asarray((low + high) / 2.0)


def roused(tracks: Array, reach: Array) -> Array:
    """Roused fraction of the tissue, from tracks per mm², shape (cells, members).

    >>> roused(np.array([[2.5]]), np.array([0.18])).round(2)
    array([[0.22]])
    """
    return np.asarray(-np.expm1(-tracks * pi * reach * reach))


def clot(tracks: Array, radius: Array, fraction: Array) -> Array:
    """Clot of all tracks per roused volume, at most 1, shape (cells, members)."""
    heard = np.where(fraction > 0, fraction, 1.0)
    return np.asarray(np.minimum(tracks * pi * radius * radius / heard, 1.0))
