"""Injury: what the tracks of one session do to the tissue at each depth.

A needle is a cone on a shaft. Where a track ends at depth p, its diameter at depth z is
``D(z; p) = min(shaft, tip + 2 (p - z) tan(cone/2))``. Needles that pass the tough layer and needles
that do not are two sorts; in each, p is normal and ends at the reach. With n holes per area the
mean cross-section of all tracks per area is ``A(z) = n E[π D²/4; p > z]``, summed over the sorts.
Holes fall at random, so their union covers ``1 - exp(-A)`` of the tissue (within 2 % of the
rastered union for pens and rollers). The moments of D are those of a cut normal and stand in closed
form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from pinprick.medium.layers import Injury

Array = np.ndarray[Any, np.dtype[np.float64]]
POINTS = 10  # Gauss points in a cell


@dataclass(frozen=True, slots=True)
class Tracks:
    """Tracks of one sort, each of shape (members,): how many per m², how deep, in metres.

    Their depth is normal with ``mean`` and ``sd`` and ends at ``reach``.
    """

    density: Array
    mean: Array
    sd: Array
    reach: Array


def injure(
    edges: Array,
    sorts: Sequence[Tracks],
    *,
    tip: Array,
    shaft: Array,
    cone: Array,
    rim: Array,
) -> Injury:
    """Injury by depth, averaged over each cell.

    Args:
        edges: faces of the depth cells below the surface in metres, shape (cells + 1, members), or
            (cells + 1,) where they are the same for all.
        sorts: the tracks.
        tip: diameter of the needle's tip; like all that follow, shape (members,).
        shaft: diameter of its shaft.
        cone: full angle of its cone in radians.
        rim: thickness of the dead rim around a track.

    Displaced tissue is pushed aside, not lost: a solid needle removes nothing. ``dead`` is the
    rim beyond the displaced tissue.
    """
    nodes, weights = np.polynomial.legendre.leggauss(POINTS)
    faces = edges if edges.ndim == 2 else edges[:, None]
    # (cells, points, members)
    z = faces[:-1, None] + np.diff(faces, axis=0)[:, None] * ((1 + nodes) / 2)[:, None]
    shape = {"tip": tip, "shaft": shaft, "cone": cone}
    bare, rimmed, tracks = np.zeros(1), np.zeros(1), np.zeros(1)
    for sort in sorts:
        sd = np.maximum(sort.sd, np.finfo(float).eps)
        deep = {"track": sort.mean, "sd": sd, "reach": sort.reach}
        bare = bare + sort.density * cross_section(z, **deep, **shape)
        rimmed = rimmed + sort.density * cross_section(z, **deep, **shape, rim=rim)
        tracks = tracks + sort.density * _deeper_over_cell(faces, **deep)

    def over_cell(field: Array) -> Array:
        return np.asarray(np.einsum("p,cpm->cm", weights / 2, field))

    displaced = np.clip(over_cell(-np.expm1(-bare)), 0.0, 1.0)
    hurt = np.clip(over_cell(-np.expm1(-rimmed)), 0.0, 1.0)
    area = over_cell(bare)
    there = tracks > np.finfo(float).tiny
    radius = np.sqrt(np.divide(area, np.pi * tracks, out=np.zeros_like(area), where=there))
    radius = np.where(there, np.clip(radius, tip / 2, shaft / 2), 0.0)  # rounding, in the last tail
    none = np.zeros_like(displaced)
    return Injury(
        edges=edges,
        displaced=displaced,
        removed=none,
        dead=np.maximum(hurt - displaced, 0.0),
        denatured=none,
        tracks=tracks,
        radius=radius,
    )


def cross_section(
    z: Array,
    *,
    track: Array,
    sd: Array,
    reach: Array,
    tip: Array,
    shaft: Array,
    cone: Array,
    rim: Array | float = 0.0,
) -> Array:
    """Mean cross-section at depth ``z`` of a needle's track, with its rim, in square metres.

    ``E[π D²/4; p > z]``: with u = p - z normal about m and spread s, the cone gives the
    moments of u between 0 and the cone's length, and the shaft the rest.
    """
    slope = 2 * np.tan(cone / 2)
    length = (shaft - tip) / slope
    m = track - z
    low, high = -m / sd, (length - m) / sd
    share = special.ndtr(high) - special.ndtr(low)
    at_low, at_high = _bell(low), _bell(high)
    first = m * share + sd * (at_low - at_high)
    second = (
        m * first + sd * m * (at_low - at_high) + sd**2 * (share + low * at_low - high * at_high)
    )
    narrow, wide = tip + 2 * rim, shaft + 2 * rim
    square = narrow**2 * share + 2 * narrow * slope * first + slope**2 * second
    # a needle deeper than the cone's length shows its shaft; rounding may leave a hair below zero
    square = np.maximum(square, 0.0) + wide**2 * special.ndtr(-high)
    return np.asarray(np.where(z < reach, np.pi * square / 2**2, 0.0))


def _deeper_over_cell(edges: Array, *, track: Array, sd: Array, reach: Array) -> Array:
    """Mean over each cell of the share deeper, by ``∫ Φ(x) dx = x Φ(x) + φ(x)``, to the reach."""
    faces = np.minimum(edges, reach)
    x = (track - faces) / sd
    filled = sd * (x * special.ndtr(x) + _bell(x))
    mean = (filled[:-1] - filled[1:]) / np.diff(edges, axis=0)
    return np.asarray(np.clip(mean, 0.0, 1.0))


def _bell(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
