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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from pinprick.medium.layers import Injury
from pinprick.needling.insertion import Group
from pinprick.needling.mechanics import Needle

Array = np.ndarray[Any, np.dtype[np.float64]]
POINTS = 10  # Gauss points in a cell


@dataclass(frozen=True, slots=True)
class Tracks:
    """What one hole per square metre does at depth, for needles of one sort.

    ``share`` of the holes are of this sort, (members,). ``bare`` and ``rimmed`` are the mean
    cross-section of a track without and with its dead rim in m², at the Gauss points of each cell,
    (cells, points, members); ``deeper`` is the share of tracks that go on, averaged over each cell,
    (cells, members).
    """

    share: Array
    bare: Array
    rimmed: Array
    deeper: Array


def tracks_of(edges: Array, group: Group, reach: Array, needle: Needle, rim: Array) -> Tracks:
    """The tracks of one sort of needle: how wide at each depth, and how many reach it.

    Args:
        edges: faces of the depth cells below the surface in metres, shape (cells + 1, members), or
            (cells + 1,) where they are the same for all.
        group: share, mean depth and spread of the sort; like all that follow, shape (members,).
        reach: depth below which no needle goes in metres.
        needle: its tip, shaft and cone.
        rim: thickness of the dead rim around a track in metres.
    """
    nodes, _ = np.polynomial.legendre.leggauss(POINTS)
    faces = edges if edges.ndim == 2 else edges[:, None]
    # (cells, points, members)
    z = faces[:-1, None] + np.diff(faces, axis=0)[:, None] * ((1 + nodes) / 2)[:, None]
    sd = np.maximum(group.sd, np.finfo(float).eps)
    rims = np.stack([np.zeros_like(rim), rim])[:, None, None]
    bare, rimmed = cross_section(z, group.track, sd, reach, needle, rims)
    return Tracks(group.share, bare, rimmed, _deeper_over_cell(faces, group.track, sd, reach))


def injure(edges: Array, sorts: Sequence[Tracks], density: Array, needle: Needle) -> Injury:
    """Injury by depth, averaged over each cell, for ``density`` holes per m², (members,).

    ``sorts`` are the tracks of ``needle`` in cells with these ``edges``. Displaced tissue is pushed
    aside, not lost: a solid needle removes nothing. ``dead`` is the rim beyond the displaced
    tissue.

    >>> steel = Needle(tip=np.array([10e-6]), shaft=np.array([0.2e-3]), cone=np.array([0.26]))
    >>> sort = Group(share=np.ones(1), track=np.array([1.5e-3]), sd=np.array([0.1e-3]))
    >>> edges = np.linspace(0.0, 2e-3, 5)
    >>> sort = tracks_of(edges, sort, np.array([2e-3]), steel, np.array([15e-6]))
    >>> injury = injure(edges, [sort], np.array([2e6]), steel)
    >>> (100 * injury.displaced[:, 0]).round(1), (injury.tracks[:, 0] / 1e4).round()
    (array([6.1, 5.3, 1.2, 0. ]), array([200., 200., 184.,  16.]))
    """
    _, weights = np.polynomial.legendre.leggauss(POINTS)
    bare = _total(density * sort.share * sort.bare for sort in sorts)
    rimmed = _total(density * sort.share * sort.rimmed for sort in sorts)
    tracks = _total(density * sort.share * sort.deeper for sort in sorts)

    def over_cell(field: Array) -> Array:
        return np.asarray(np.einsum("p,cpm->cm", weights / 2, field))

    displaced = np.clip(over_cell(-np.expm1(-bare)), 0.0, 1.0)
    hurt = np.clip(over_cell(-np.expm1(-rimmed)), 0.0, 1.0)
    area = over_cell(bare)
    there = tracks > np.finfo(float).tiny
    radius = np.sqrt(np.divide(area, np.pi * tracks, out=np.zeros_like(area), where=there))
    radius = np.clip(radius, needle.tip / 2, needle.shaft / 2)  # rounding, in the last tail
    none = np.zeros_like(displaced)
    return Injury(
        edges=edges,
        displaced=displaced,
        removed=none,
        dead=np.maximum(hurt - displaced, 0.0),
        denatured=none,
        tracks=tracks,
        radius=np.where(there, radius, 0.0),
    )


def cross_section(
    z: Array, track: Array, sd: Array, reach: Array, needle: Needle, rim: Array
) -> Array:
    """Mean cross-section at depth ``z`` of a needle's track, with its rim, in square metres.

    ``E[π D²/4; p > z]`` for depths p that are normal with mean ``track`` and spread ``sd`` and end
    at ``reach``: with u = p - z normal about m and spread s, the cone gives the moments of u
    between 0 and the cone's length, and the shaft the rest. All lengths in metres; shapes
    broadcast.
    """
    slope = 2 * np.tan(needle.cone / 2)
    m = track - z
    low, high = -m / sd, (needle.cone_length - m) / sd
    share = special.ndtr(high) - special.ndtr(low)
    at_low, at_high = _bell(low), _bell(high)
    first = m * share + sd * (at_low - at_high)
    second = (
        m * first + sd * m * (at_low - at_high) + sd**2 * (share + low * at_low - high * at_high)
    )
    narrow, wide = needle.tip + 2 * rim, needle.shaft + 2 * rim
    square = narrow**2 * share + 2 * narrow * slope * first + slope**2 * second
    # a needle deeper than the cone's length shows its shaft; rounding may leave a hair below zero
    square = np.maximum(square, 0.0) + wide**2 * special.ndtr(-high)
    return np.asarray(np.where(z < reach, np.pi * square / 2**2, 0.0))


def _deeper_over_cell(edges: Array, track: Array, sd: Array, reach: Array) -> Array:
    """Mean over each cell of the share deeper, by ``∫ Φ(x) dx = x Φ(x) + φ(x)``, to the reach."""
    faces = np.minimum(edges, reach)
    x = (track - faces) / sd
    filled = sd * (x * special.ndtr(x) + _bell(x))
    mean = (filled[:-1] - filled[1:]) / np.diff(edges, axis=0)
    return np.asarray(np.clip(mean, 0.0, 1.0))


def _total(parts: Iterable[Array]) -> Array:
    return np.asarray(sum(parts))


def _bell(x: Array) -> Array:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
