"""The roused fraction: how much of the tissue hears a session's tracks.

A needle wounds about a hundredth of the area, yet each track rouses a cylinder as wide as what
leaves it reaches. A nonlinear biology fed with the mean injury answers with the wrong number, so
each depth is two tissues, roused and unroused, mixed by volume before the next session:

    a(z) = 1 - exp(-n(z) π R²)

with n(z) tracks per area and R the radius that one track rouses. R is no single signal's threshold:
recruited cells, their TGF-β and the neighbours' add up. It is what makes two fractions leave as
much collagen as tracks at random places in a plane (:mod:`pinprick.healing.track`).
"""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def roused(tracks: Array, reach: Array) -> Array:
    """Roused fraction of the tissue, from tracks per mm², shape (cells, members).

    >>> roused(np.array([[2.5]]), np.array([0.18])).round(2)
    array([[0.22]])
    """
    return np.asarray(-np.expm1(-tracks * pi * reach * reach))


def clot(tracks: Array, radius: Array, fraction: Array) -> Array:
    """Clot of all tracks per roused volume, at most 1, shape (cells, members).

    ``tracks`` per mm², their ``radius`` in mm, and the roused ``fraction`` of the tissue.
    """
    heard = np.where(fraction > 0, fraction, 1.0)
    return np.asarray(np.minimum(tracks * pi * radius * radius / heard, 1.0))
