"""Insertion: how far the needles of a device go in when it is set to a depth.

Three depths, never one: the *set* depth, the *reach* of the tip below the undisturbed surface, and
the *track*, which is the reach less the dimple that the needle presses and does not pierce. The
forces are those of :mod:`pinprick.needling.mechanics`; here are the devices that drive them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special

from pinprick.devices import Device, layout, needles_at_once
from pinprick.evidence.lanes import Lanes
from pinprick.needling.mechanics import (
    Load,
    Needle,
    Resistance,
    Stroke,
    compliance,
    entry,
    needle_load,
    seat,
    share_shallow,
    spread,
)

if TYPE_CHECKING:
    from pinprick.courses.steps import Zone

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Group:
    """Needles of one sort: their share of all, mean depth and spread of their tracks in metres."""

    share: Array
    track: Array
    sd: Array


@dataclass(frozen=True, slots=True)
class Insertion:
    """Depths in metres, each of shape (members,).

    ``track`` is the mean over all needles and ``sd`` the spread from needle to needle; no needle
    goes below ``reach``. ``through`` are the needles that pass the tough layer, ``held`` those that
    stay above it. ``load`` is what holds a needle of the first sort in its track, in newtons.
    """

    set_depth: Array
    reach: Array
    track: Array
    sd: Array
    through: Group
    held: Group
    load: Load

    def deeper(self, depth: Array) -> Array:
        """Share of all needles whose track ends below ``depth`` metres."""
        normal = sum(
            group.share * special.ndtr((group.track - depth) / group.sd)
            for group in (self.through, self.held)
        )
        return np.asarray(np.where(depth < self.reach, normal, 0.0))


def set_depth(device: Device, zone: Zone, lanes: Lanes) -> Array:
    """Depth the device is set to; where none is reported, a prior cut to the device's settings.

    Raises:
        ValueError: if the device cannot be set to that depth (a case file refuses it before).
    """
    if zone.depth is None:
        prior = lanes.stage("courses").unreported_depth
        return np.asarray(np.clip(prior, device.length_min, device.length_max))
    slack = np.finfo(np.float32).eps * device.length_max
    if not device.length_min - slack <= zone.depth <= device.length_max + slack:
        raise ValueError(f"{device.name} cannot be set to {zone.depth} m")
    return np.full(len(lanes), float(zone.depth))


def needle_of(device: Device, lanes: Lanes) -> Needle:
    """The device's needle; tip, shaft and cone in use differ from the catalogue's."""
    k = lanes.stage("needling")
    return Needle(
        tip=device.tip_diameter * k.tip_factor,
        shaft=device.shaft_diameter * k.shaft_factor,
        cone=device.cone_angle * k.cone_factor,
    )


def resistance(lanes: Lanes, speed: Array | None = None) -> Resistance:
    """What skin puts up against a needle at a speed in m/s; slow where none is given.

    The threshold falls with speed up to a limit and no further. Each part is (members,).

    >>> from pinprick.evidence import registry
    >>> one = Lanes(registry(), 0, [0])
    >>> slow, fast = (resistance(one, np.array([speed])) for speed in (1e-3, 1e-1))
    >>> (fast.line_force / slow.line_force).round(2)
    array([0.39])
    """
    k = lanes.stage("needling")
    speed = k.slow_speed if speed is None else speed
    faster = np.clip(speed / k.slow_speed, 1 / 10, k.threshold_speed_limit / k.slow_speed)
    return Resistance(
        line_force=k.line_force * faster**k.rate_threshold,
        tough_depth=k.tough_depth,
        superficial_power=k.superficial_power,
        tip_after=k.tip_after,
        slit=k.slit,
        cohesion=k.cohesion,
        opening=k.opening,
        spreading=k.spreading,
        friction=k.friction,
    )


def give(
    pitch: float, lanes: Lanes, speed: Array | None = None, *, support: Array | float = 1.0
) -> Array:
    """Compliance of skin under needles ``pitch`` metres apart, in m/N, (members,).

    ``speed`` in m/s, slow where none is given; ``support`` is the share of soft plate below: 1 on
    the body.

    >>> from pinprick.evidence import registry
    >>> one = Lanes(registry(), 0, [0])
    >>> [(give(pitch, one) * 1e3).round(1).tolist() for pitch in (0.5e-3, 5e-3)]  # mm/N
    [[9.1], [11.8]]
    """
    k = lanes.stage("needling")
    speed = k.slow_speed if speed is None else speed
    faster = np.maximum(speed / k.slow_speed, 1 / 10)
    return compliance(
        k.own_stiffness,
        k.plate_stiffness,
        k.plate_length,
        np.asarray(pitch),
        support=np.asarray(support),
        stiffening=faster**k.rate_stiffening,
    )


def pitch(device: Device) -> float:
    """Mean distance from a needle to its nearest neighbour in metres; infinite for one needle.

    >>> from pinprick.devices import device
    >>> round(pitch(device("roller")) * 1e3, 1)  # mm
    2.5
    """
    places = np.array(layout(device))
    if len(places) == 1:
        return float("inf")
    apart = np.hypot(*(places[:, None] - places[None]).T)
    np.fill_diagonal(apart, np.inf)
    return float(apart.min(axis=0).mean())


def needle_speed(device: Device, reach: Array, lanes: Lanes) -> Array:
    """Speed in m/s at which a needle meets the skin.

    Rollers: the downward speed of a tip where it enters, on a drum that rolls without slip. Pens:
    the peak of a sinusoidal stroke as long as the setting, ``π f L`` (mechanics:I061). A stamp is
    pressed slowly.
    """
    k = lanes.stage("needling")
    if device.drum_diameter is not None:
        radius = np.asarray(device.drum_diameter / 2)
        angle, _ = entry(radius, reach)
        return np.asarray(k.roller_speed * (1 + reach / radius) * np.sin(angle))
    if device.stroke_rate is not None:
        return np.asarray(np.pi * device.stroke_rate * reach)
    return k.slow_speed


def pen_reach(depth: Array, lanes: Lanes) -> Array:
    """What a pen's dial gives: off by up to its tolerance, less the gap between tip and skin."""
    k = lanes.stage("needling")
    off = 2 * lanes.uniforms("needling.dial_error", "knowledge") - 1
    return np.asarray(np.maximum(depth + k.dial_tolerance * off - k.stand_off, 0.0))


def insert(device: Device, depth: Array, lanes: Lanes) -> Insertion:
    """Reach and tracks of the needles of a device set to ``depth``.

    All are driven by a stroke: the hand on a roller or stamp holds more than its needles push back
    (:func:`hand_load`), and a pen's motor more than that. People's skin differs in how much it
    gives, and a hand that stretches it makes it stiffer. ``depth`` is (members,) in metres.

    >>> from pinprick.devices import device
    >>> from pinprick.evidence import registry
    >>> went = insert(device("pen"), np.full(3, 1.5e-3), Lanes(registry(), 0, range(3)))
    >>> (went.reach * 1e3).round(2), (went.track * 1e3).round(2)  # mm
    (array([1.56, 1.56, 1.56]), array([1.36, 1.38, 1.3 ]))
    """
    k = lanes.stage("needling")
    reach = pen_reach(depth, lanes) if device.kind == "pen" else depth
    speed = needle_speed(device, reach, lanes)
    needle, skin = needle_of(device, lanes), resistance(lanes, speed)
    soft = give(pitch(device), lanes, speed) * k.skin_compliance / k.skin_tension
    rest = seat(needle, skin, soft, stroke=Stroke(reach))
    held = share_shallow(rest, reach, needle, skin, soft, k.needle_cv)
    tiny = np.finfo(float).eps
    deep = Group(1 - held, rest.deep, spread(rest, needle, skin, soft, k.needle_cv) + tiny)
    high = Group(held, rest.shallow, k.needle_cv * rest.shallow + tiny)
    mean = sum(g.share * g.track for g in (deep, high))
    square = sum(g.share * (g.sd**2 + (g.track - mean) ** 2) for g in (deep, high))
    return Insertion(
        set_depth=depth,
        reach=reach,
        track=np.asarray(mean),
        sd=np.sqrt(square),
        through=deep,
        held=high,
        load=needle_load(rest.deep, needle, skin),
    )


def hand_load(device: Device, went: Insertion) -> Array:
    """Force in newtons with which all needles that are in the skin at once push back."""
    return np.asarray(at_once(device, went.reach) * went.load.total)


def at_once(device: Device, length: Array) -> Array:
    """How many needles are in the skin at one time, for each of the lengths in metres."""
    return np.array([needles_at_once(device, each) for each in length.tolist()])
