"""Mechanics of one needle: what it takes to drive it in, and how far it comes to rest.

Force on the needle at depth p, with D(p) its diameter where it crosses the surface:

* tip: ``λ d (p / z1)^m`` up to the tough layer at z1, where ``λ d`` is the puncture threshold; past
  it ``κ λ d``. The threshold goes with the tip's diameter d, so where a needle *starts* depends on
  its tip and how far it *goes* on its shaft (Römgens 2014: mechanics:I010-I013);
* cutting a slit: ``c D G(D)`` with the cohesive law of Mohammadi 2021 (mechanics:I046-I047) taken
  only as far as it is opened, ``G(w) = σ w (1 - w / 2δ)``; spreading it: ``β`` of that;
* friction: ``τ`` times the wetted area.

The skin gives way by a dimple of the needle's own, and by the sag of a soft plate on which only
what lies *between* neighbours counts. All arrays broadcast over members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, np.dtype[np.float64]]
HALVINGS = np.finfo(np.float64).nmant  # of an interval, to the last bit of a double


@dataclass(frozen=True, slots=True)
class Needle:
    """A cone on a shaft: tip and shaft *diameter* in metres, full cone angle in radians."""

    tip: Array
    shaft: Array
    cone: Array

    @property
    def cone_length(self) -> Array:
        """Length of the cone in metres."""
        return np.asarray((self.shaft - self.tip) / (2 * np.tan(self.cone / 2)))

    def diameter(self, depth: Array) -> Array:
        """Diameter where the needle crosses the surface, its tip ``depth`` below it."""
        return np.asarray(np.minimum(self.shaft, self.tip + 2 * depth * np.tan(self.cone / 2)))

    def wetted(self, depth: Array) -> Array:
        """Area of its sides below the surface in m²: of the cone, then of the shaft."""
        along = np.minimum(depth, self.cone_length)
        cone = np.pi * (self.tip + self.diameter(along)) / 2 * along / np.cos(self.cone / 2)
        return np.asarray(cone + np.pi * self.shaft * (depth - along))


@dataclass(frozen=True, slots=True)
class Resistance:
    """What skin puts up against a needle, in SI; see the module for the meaning of each."""

    line_force: Array  # λ, N/m of tip diameter
    tough_depth: Array  # z1, m
    superficial_power: Array  # m
    tip_after: Array  # κ
    slit: Array  # c, slit per diameter
    cohesion: Array  # σ, Pa
    opening: Array  # δ, m
    spreading: Array  # β
    friction: Array  # τ, Pa


@dataclass(frozen=True, slots=True)
class Load:
    """The parts of the force on one needle in newtons."""

    tip: Array
    cut: Array
    spread: Array
    friction: Array

    @property
    def shaft(self) -> Array:
        """What acts along the needle: cutting, spreading and friction."""
        return self.cut + self.spread + self.friction

    @property
    def total(self) -> Array:
        """Tip and shaft together."""
        return self.tip + self.shaft


def fracture_energy(opening: Array, skin: Resistance) -> Array:
    """Energy per area that a slit opened to ``opening`` metres takes, in J/m²; all of it beyond δ.

    Its shape is that of ``opening``, broadcast against (members,).

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.needling.insertion import resistance
    >>> skin = resistance(Lanes(registry(), 0, [0]))
    >>> (fracture_energy(np.array([0.1e-3, 10e-3]), skin) / 1e3).round(1)  # kJ/m²
    array([0.1, 1.1])
    """
    width = np.minimum(opening, skin.opening)
    return np.asarray(skin.cohesion * width * (1 - width / (2 * skin.opening)))


def needle_load(depth: Array, needle: Needle, skin: Resistance) -> Load:
    """The force on a needle whose tip is ``depth`` metres deep in the skin, in its four parts.

    In N, of the shape of ``depth`` broadcast against (members,). At the tough layer itself the
    tip's part is the threshold; below it, what is left of that.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.needling.insertion import resistance
    >>> steel = Needle(tip=np.array(20e-6), shaft=np.array(0.2e-3), cone=np.array(0.26))
    >>> load = needle_load(np.array(1.5e-3), steel, resistance(Lanes(registry(), 0, [0])))
    >>> (load.total * 1e3).round(), (load.friction / load.total).round(2)  # mN, share
    (array([32.]), array([0.06]))
    """
    threshold = skin.line_force * needle.tip
    shallow = np.clip(depth / skin.tough_depth, 0.0, 1.0) ** skin.superficial_power
    width = needle.diameter(depth)
    cut = skin.slit * width * fracture_energy(width, skin)
    return Load(
        tip=np.asarray(np.where(depth > skin.tough_depth, skin.tip_after, shallow) * threshold),
        cut=np.asarray(cut),
        spread=np.asarray(skin.spreading * cut),
        friction=np.asarray(skin.friction * needle.wetted(depth)),
    )


def between_neighbours(pitch: Array, length: Array) -> Array:
    """Share of a plate's sag under a needle that lies between it and its neighbours.

    ``1 - |w(s/2) / w(0)|`` for a plate on a foundation under a point load, w the Kelvin function
    kei of distance over the plate's ``length``. A dense array rides the sag and does not see it.

    >>> between_neighbours(np.array([0.0, 2.5e-3]), np.array(1.2e-3)).round(2)
    array([0.  , 0.39])
    """
    at_rest = -np.pi / 2**2
    return np.asarray(np.clip(1 - np.abs(special.kei(pitch / (2 * length)) / at_rest), 0.0, 1.0))


def compliance(
    own: Array, plate: Array, length: Array, pitch: Array, *, support: Array, stiffening: Array
) -> Array:
    """How far skin gives way under one needle, relative to its neighbours, in m/N.

    Args:
        own: stiffness of a needle's own dimple, slow, in N/m.
        plate: stiffness of the soft plate below it in N/m.
        length: the plate's length in metres.
        pitch: distance between needles in metres.
        support: share of the plate that is there: 1 on the body, less on a hard backing.
        stiffening: stiffness at the needle's speed over the slow one.
    """
    sag = support * between_neighbours(pitch, length) / plate
    return np.asarray((1 / own + sag) / stiffening)


@dataclass(frozen=True, slots=True)
class Stroke:
    """Driven a given length past the undisturbed surface, in metres: a roller, a pen."""

    length: Array


@dataclass(frozen=True, slots=True)
class Force:
    """Pressed with a given force per needle, in newtons: a hand on an array."""

    per_needle: Array


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a needle comes to rest: depth in metres, whether it is past the tough layer.

    ``deep`` is the depth of those needles that do get past it and ``shallow`` of those that do not;
    ``depth`` is one of the two. ``margin`` is the force there is at the tough layer less the force
    needed, in newtons.
    """

    depth: Array
    punctured: Array
    deep: Array
    shallow: Array
    margin: Array


def seat(
    needle: Needle,
    skin: Resistance,
    give: Array,
    *,
    stroke: Stroke | None = None,
    force: Force | None = None,
    longest: Array | None = None,
) -> Seat:
    """Depth at which the force there is no longer exceeds the force needed.

    A stroke of length L offers ``(L - p) / give`` at depth p, a pressed needle its force, both
    together the lesser. The depth never falls with L or with the force.

    Args:
        needle: the needle.
        skin: what it meets.
        give: compliance of the skin under it in m/N, shape (members,), as all that is given here.
        stroke: how far it is driven, if it is.
        force: what presses it, if anything does.
        longest: length of the needle in metres; a stroke needs none.

    Raises:
        ValueError: if nothing drives the needle or nothing bounds its depth.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.needling.insertion import give, resistance
    >>> one = Lanes(registry(), 0, [0])
    >>> steel = Needle(tip=np.array(20e-6), shaft=np.array(0.2e-3), cone=np.array(0.26))
    >>> stroke = Stroke(np.array([0.2e-3, 1.5e-3]))
    >>> rest = seat(steel, resistance(one), give(1e-3, one), stroke=stroke)
    >>> rest.punctured, (rest.depth * 1e3).round(2)  # mm
    (array([False,  True]), array([0.09, 1.21]))
    """
    ends = [end for end in (stroke and stroke.length, longest) if end is not None]
    if not ends or (stroke is None and force is None):
        raise ValueError("a needle needs a stroke, or a force and its own length")
    end = np.minimum.reduce([np.asarray(e, dtype=np.float64) for e in ends])

    def offered(depth: Array) -> Array:
        driven = np.inf if stroke is None else (stroke.length - depth) / give
        return np.asarray(np.minimum(driven, np.inf if force is None else force.per_needle))

    tough = np.asarray(skin.tough_depth)
    margin = offered(tough) - needle_load(tough, needle, skin).total
    punctured = (margin >= 0) & (end > tough)
    zero = np.zeros(np.broadcast(end, tough, margin).shape)
    just_past = np.nextafter(tough + zero, np.inf)
    low = np.stack([just_past, zero])
    high = np.stack([np.maximum(end + zero, just_past), np.minimum(end, tough) + zero])
    deep, shallow = _balance(offered, needle, skin, low, high)
    return Seat(np.where(punctured, deep, shallow), punctured, deep, shallow, margin)


def _balance(
    offered: Callable[[Array], Array], needle: Needle, skin: Resistance, low: Array, high: Array
) -> Array:
    """The depth from ``low`` to ``high`` at which force offered and needed are equal."""
    top = high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        more = offered(middle) > needle_load(middle, needle, skin).total
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(np.where(offered(top) >= needle_load(top, needle, skin).total, top, low))


def spread(at: Seat, needle: Needle, skin: Resistance, give: Array, cv: Array) -> Array:
    """Needle-to-needle standard deviation of the depth past the tough layer, in metres.

    Threshold, slit and stiffness of single needles differ by ``cv``, each on its own; to first
    order in it.
    """
    load = needle_load(at.deep, needle, skin)
    step = np.sqrt(np.finfo(np.float64).eps) * np.maximum(at.deep, skin.tough_depth)
    slope = (needle_load(at.deep + step, needle, skin).total - load.total) / step
    parts = np.hypot(np.hypot(load.cut + load.spread, load.tip), load.total)
    return np.asarray(cv * parts / (1 / give + slope))


def share_shallow(
    at: Seat, length: Array, needle: Needle, skin: Resistance, give: Array, cv: Array
) -> Array:
    """Share of the needles of a stroke that do not get past the tough layer.

    The margin of force there, normal over the needles with ``cv`` on threshold, slit, stiffness
    and depth of the layer, each on its own.
    """
    load = needle_load(np.asarray(skin.tough_depth), needle, skin)
    driven = (length - skin.tough_depth) / give
    layer = skin.tough_depth / give
    cut = load.cut + load.spread
    sd = cv * np.sqrt(driven**2 + layer**2 + load.tip**2 + cut**2)
    return np.asarray(special.ndtr(-at.margin / sd))


def entry(radius: Array, length: Array) -> tuple[Array, Array]:
    """Angle (rad) at which a drum's needles enter flat skin, and their sweep along it (m).

    A needle of ``length`` on a drum of ``radius`` that rolls without slip meets the surface where
    ``cos θ = R / (R + L)`` and moves by ``2 ((R + L) sin θ - R θ)`` along it before it leaves. The
    skin follows the needle, so tracks lean and do not tear.

    >>> angle, sweep = entry(np.array(10e-3), np.array(1.5e-3))
    >>> round(float(np.degrees(angle))), round(float(sweep) * 1e3, 2)
    (30, 1.03)
    """
    angle = np.arccos(radius / (radius + length))
    return angle, np.asarray(2 * ((radius + length) * np.sin(angle) - radius * angle))
