"""Heat of a radiofrequency tip: what it does in a zone, and what healing gets of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from scipy.constants import zero_Celsius

from pinprick import units
from pinprick.courses import Needle, Radiofrequency
from pinprick.courses.radiofrequency import Wiring
from pinprick.evidence import Lanes
from pinprick.heat.heated import Heated, heat
from pinprick.heat.source import Cooling, Pins, Pulse, pins_of
from pinprick.heat.zones import scattered
from pinprick.medium.layers import Injury, Skin

if TYPE_CHECKING:
    from pinprick.forecasting.chunk import Chunk

Array = np.ndarray[Any, np.dtype[np.float64]]
# Depths on which the share of one needle's skin is kept, before any course's own cells.
_FACES: Array = np.linspace(0.0, 6 * units.MILLI, 241)


@dataclass(frozen=True)
class Warm:
    """Heat about one needle of a tip: shares are those of the skin that belongs to it."""

    pins: Pins
    pulse: Pulse
    one: Heated

    def dead(self, edges: Array, density: Array) -> Array:
        """Share of the tissue killed by heat in cells, for needles per m²: (cells, members)."""
        return scattered(_rebinned(self.one.dead, edges), density * self.pins.area)

    def denatured(self, edges: Array, density: Array) -> Array:
        """Share of the collagen denatured, likewise."""
        return scattered(_rebinned(self.one.denatured, edges), density * self.pins.area)


def setting(step: Needle, depth: Array | float) -> tuple[Pins, Pulse]:
    """Pins and pulse of a step that heats, with tips at ``depth`` in m."""
    given = step.radiofrequency
    assert given is not None, "a radiofrequency tip is not read without its setting"
    return pins_of(step.tool, depth, cast(Wiring, given.wiring)), _pulse(given)


def warm(step: Needle, depth: Array, skin: Skin, lanes: Lanes) -> Warm | None:
    """Heat of a step about one needle; None where the device makes none.

    Args:
        step: device and setting.
        depth: of the tips in m, (members,).
        skin: of the zone.
        lanes: parameters of the members.
    """
    if step.radiofrequency is None:
        return None
    pins, pulse = setting(step, depth)
    return Warm(pins, pulse, heat(pins, pulse, skin, lanes, _FACES, 1.0 / pins.area))


def heated(injury: Injury, by: Warm | None, density: Array) -> Injury:
    """The injury with what heat adds: dead tissue and denatured collagen, never displaced."""
    if by is None:
        return injury
    alive = (1.0 - injury.dead) * (1.0 - by.dead(injury.edges, density))
    whole = (1.0 - injury.denatured) * (1.0 - by.denatured(injury.edges, density))
    return replace(injury, dead=1.0 - alive, denatured=1.0 - whole)


def add_heat(name: str, by: Warm, edges: Array, density: Array, chunk: Chunk) -> None:
    """Keep what heat does in a zone whose first session has ``density`` needles per m²."""
    one, key = by.one, f"heat/{name}"
    for target, sizes in (("width", one.width), ("height", one.height)):
        for damage, values in sizes.items():
            words = f"{target} of one needle's zone by {damage}"
            chunk.add(f"{key}/{target}/{damage}", "", values, "m", words)
    for part, share in (("dead", by.dead), ("denatured", by.denatured)):
        words = f"tissue {part} by heat"
        chunk.add(f"{key}/{part}", "printed_depth", share(edges, density), "1", words)
    for part, values, unit, words in (
        ("cells_width", one.cells_width, "m", "width of the zone of dead cells"),
        ("cells_height", one.cells_height, "m", "height of the zone of dead cells"),
        ("peak", one.peak_temperature - zero_Celsius, "degC", "highest temperature"),
        ("charred", one.charred, "1", "reaches 100 °C and chars"),
        ("energy", one.energy, "J", "energy that a needle gives off"),
        ("impedance", one.impedance[:, 0], "ohm", "impedance of the tip at the start"),
        ("capped", one.capped, "1", "held back by the highest voltage"),
        ("burn", one.burn, "1", "burns the epidermis"),
        ("fat_burn", one.fat_burn, "1", "kills fat below the dermis"),
        ("beyond_range", one.beyond_range, "1", "hotter than the kinetics were stated for"),
    ):
        chunk.add(f"{key}/{part}", "", values, unit, words)


def _rebinned(share: Array, edges: Array) -> Array:
    """Means over other cells, (cells, members): the integral over depth is kept."""
    sums = np.vstack([np.zeros(share.shape[1]), np.cumsum(share * np.diff(_FACES)[:, None], 0)])
    members = range(share.shape[1])
    faces = edges[:, None] + np.zeros(share.shape[1]) if edges.ndim == 1 else edges
    at = np.stack([np.interp(faces[:, m], _FACES, sums[:, m]) for m in members], axis=1)
    mean = np.diff(at, axis=0) / np.diff(faces, axis=0)
    return np.where(mean > np.finfo(float).eps, np.minimum(mean, 1.0), 0.0)


def _pulse(given: Radiofrequency) -> Pulse:
    cooled = given.cooled_to_celsius
    return Pulse(
        energy=given.energy_per_pin,
        power=given.power_per_pin,
        length=given.pulse,
        voltage_cap=np.inf if given.voltage_cap is None else given.voltage_cap,
        count=given.pulses,
        gap=given.pause or 0.0,
        cooling=None if cooled is None else Cooling(cooled + zero_Celsius),
    )
