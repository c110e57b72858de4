"""Insertion: how far a needle goes in when it is set to a depth.

Three depths, never one: the *set* depth, the *reach* of the tip below the undisturbed surface, and
the *track*, which is the reach less the dimple that the needle presses and does not pierce.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.devices import Device
from pinprick.evidence.lanes import Lanes

if TYPE_CHECKING:
    from pinprick.courses.steps import Zone

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Insertion:
    """Depths in metres, each of shape (members,).

    ``track`` is the mean over the needles and may be negative where most needles only dimple the
    skin; ``sd`` is the spread from needle to needle; no needle goes below ``reach``.
    """

    set_depth: Array
    reach: Array
    track: Array
    sd: Array


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


def insert(device: Device, depth: Array, lanes: Lanes) -> Insertion:
    """Reach and track of the needles of a device set to ``depth``.

    The dimple grows with the needle's length L towards a largest value: ``d(L) = d∞·L/(L + L0)``,
    so short needles mostly dimple and long ones mostly pierce. A roller needle stands alone and
    presses a wide plate of skin down with it; the dense needles of pens and stamps do not. The
    needles of one device differ by ``needle_cv`` of the dimple. A pen's dial is off by up to its
    tolerance and its tip stands off the skin.
    """
    k = lanes.stage("needling")
    reach = depth
    if device.kind == "pen":
        off = 2 * lanes.uniforms("needling.dial_error", "knowledge") - 1
        reach = np.maximum(depth + k.dial_tolerance * off - k.stand_off, 0.0)
    largest = k.dimple_roller if device.kind == "roller" else k.dimple_pen
    dimple = largest * k.skin_compliance * reach / (reach + k.dimple_length)
    return Insertion(depth, reach, reach - dimple, k.needle_cv * dimple)
