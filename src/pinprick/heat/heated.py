"""Heat: from pins and a pulse to dead and denatured tissue by depth, and what to warn of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes
from pinprick.heat.bioheat import Warmed, warm
from pinprick.heat.cell import LAYERS, cell_of, meshes, tissue_of
from pinprick.heat.damage import (
    TARGETS,
    Drawn,
    Rate,
    Target,
    damage_set,
    damage_sets,
    drawn,
    log_dose_rate,
)
from pinprick.heat.field import tip_impedance
from pinprick.heat.source import Pins, Pulse
from pinprick.heat.zones import by_depth, extent, highest_in, scattered
from pinprick.medium.layers import Skin

Array = np.ndarray[Any, np.dtype[np.float64]]
BALANCE = units.MICRO  # joules in less joules found, as a share: beyond it there is no result
WARNINGS: Mapping[str, str] = MappingProxyType(  # by what of :class:`Heated` they tell
    {
        "charred": "The tissue at the needle reaches 100 °C: it boils dry and chars. The current "
        "is cut there, so the zone is at least as large as given; what lies beyond is not "
        "forecast.",
        "burn": "The epidermis takes a heat dose that burns it: expect blisters or crusts at the "
        "needles, and dark marks on skin that darkens easily.",
        "fat_burn": "Fat below the dermis takes a heat dose that kills cells.",
        "capped": "The generator's highest voltage is reached, so the pins get less energy than "
        "was asked for.",
    }
)


@dataclass(frozen=True)
class Heated:
    """What a pulse does. Lengths in metres, temperatures in K, each (members,) unless said.

    ``width`` and ``height`` are those of one needle's zone by each named set, of cells as of
    collagen (0: none); ``cells_width`` and ``cells_height`` those of the dead zone by the set each
    member was given. ``dead`` and ``denatured`` (depths, members) are shares of the tissue between
    ``edges`` for the density asked for. ``charred`` members are cut at 100 °C, and their zone is at
    least what is given. ``impedance`` (members, 2) of the tip in ohm, at the start and the
    lowest while heating; ``energy`` what a pin gave off in joules, all pulses together, and
    ``capped`` whether the voltage held it back. ``beyond_range`` says that the tissue gets hotter
    than the member's set for cells was stated for, and the set goes on as written. Thermal doses
    are CEM43 in minutes, at the hottest place of the layer outside the needle.
    """

    edges: Array
    width: Mapping[str, Array]
    height: Mapping[str, Array]
    cells_width: Array
    cells_height: Array
    dead: Array
    denatured: Array
    peak_temperature: Array
    charred: Any
    impedance: Array
    energy: Array
    capped: Any
    dose_epidermis: Array
    dose_fat: Array
    burn: Any
    fat_burn: Any
    imbalance: Array
    beyond_range: Any
    cell_sets: tuple[str, ...]
    collagen_sets: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to tell, each with the share of members in which it comes about."""
        return warned({name: float(np.mean(getattr(self, name))) for name in WARNINGS})


def warned(chances: Mapping[str, float]) -> tuple[str, ...]:
    """What to tell of a tip that heats, from the chance of each of ``WARNINGS``.

    >>> warned({"charred": 0.0, "burn": 0.0, "fat_burn": 0.25, "capped": 0.0})
    ('Fat below the dermis takes a heat dose that kills cells. (chance 25 %)',)
    """
    return tuple(
        f"{text} (chance {chances[name] / units.PERCENT:.0f} %)"
        for name, text in WARNINGS.items()
        if chances[name]
    )


def heat(
    pins: Pins,
    pulse: Pulse,
    skin: Skin,
    lanes: Lanes,
    edges: Array,
    density: Array | float,
    *,
    mesh: str = "cohort",
) -> Heated:
    """Heat the skin once.

    Args:
        pins: the needles of the tip.
        pulse: what each gets; complete, or it could not have been made.
        skin: of the site, whose members are those of ``lanes``.
        lanes: parameters of the members.
        edges: faces of the depth cells below the surface in metres, (cells + 1,) or
            (cells + 1, members).
        density: needle insertions per square metre, all passes together, one or (members,).
        mesh: ``cohort`` or ``fine``.

    Raises:
        FloatingPointError: if a balance cannot be solved or does not close to a millionth.

    >>> from pinprick.evidence import registry
    >>> from pinprick.people import skin_at
    >>> few = Lanes(registry(), 0, range(4))
    >>> tip = Pins(1e-3, diameter=3e-4, bare=3e-4, pitch=1.5e-3, count=49, wiring="bipolar")
    >>> pulse, depths = Pulse(energy=0.1, length=0.1, measured=True), np.linspace(0, 3e-3, 4)
    >>> found = heat(tip, pulse, skin_at("cheek", None, few), few, depths, 4e5)
    >>> (found.width["mehta-wong"] * 1e3).round(1)  # mm
    array([0.6, 0.6, 0.7, 0.6])
    """
    _same_members(pins, skin, lanes)
    warmed, sets = burst(pins, pulse, skin, lanes, mesh=mesh)
    if np.any(warmed.budget.imbalance > BALANCE):
        raise FloatingPointError("heat: the energy balance does not close")
    cell, damage, k = warmed.cell, warmed.damage, lanes.stage("heat")
    zones = {name: extent(cell, damage[name], k.dead_threshold) for name in damage_sets()}
    cells, collagen = sets["cells"].of(damage), sets["collagen"].of(damage)
    dead = extent(cell, cells, k.dead_threshold)
    per_needle = np.broadcast_to(density * pins.area, (len(lanes),))
    peak = np.where(cell.metal, 0.0, warmed.peak).max(axis=(1, 2))
    doses = {
        name: highest_in(cell, damage["dose"], layer) / units.MINUTE
        for layer, name in enumerate(LAYERS)
    }
    burns = k.burn_dose / units.MINUTE
    poles = 2 if pins.wiring == "bipolar" else 1
    return Heated(
        edges=np.asarray(edges, dtype=np.float64),
        width={name: zone[0] for name, zone in zones.items()},
        height={name: zone[1] for name, zone in zones.items()},
        cells_width=dead[0],
        cells_height=dead[1],
        dead=scattered(by_depth(cell, -np.expm1(-cells), edges), per_needle),
        denatured=scattered(by_depth(cell, -np.expm1(-collagen), edges), per_needle),
        peak_temperature=peak,
        charred=warmed.cut,
        impedance=tip_impedance(warmed.resistance, pins, lanes),
        energy=warmed.budget.joule,
        capped=warmed.volts * poles >= pulse.voltage_cap * (1 - BALANCE),
        dose_epidermis=doses["epidermis"],
        dose_fat=doses["fat"],
        burn=doses["epidermis"] > burns,
        fat_burn=doses["fat"] > burns,
        imbalance=warmed.budget.imbalance,
        beyond_range=peak > [damage_set(name).high for name in sets["cells"].names],
        cell_sets=sets["cells"].names,
        collagen_sets=sets["collagen"].names,
    )


def burst(
    pins: Pins, pulse: Pulse, skin: Skin, lanes: Lanes, *, mesh: str = "cohort"
) -> tuple[Warmed, dict[Target, Drawn]]:
    """The fields behind :func:`heat`, for a section: temperatures and damage about a needle.

    Returns the warmed cell, whose ``damage`` holds the integral of every named set and ``dose``,
    and which sets each member goes by. Fields are (members, cells, rings), temperatures in K.
    The damage sets and their registry rows stand in ``damage.toml``.

    Args:
        pins: the needles of the tip.
        pulse: what each gets.
        skin: of the site, whose members are those of ``lanes``.
        lanes: parameters of the members.
        mesh: ``cohort`` or ``fine``.

    Raises:
        KeyError: if there is no such mesh.
        FloatingPointError: if a balance cannot be solved.

    >>> from pinprick.evidence import registry
    >>> from pinprick.people import skin_at
    >>> few = Lanes(registry(), 0, range(4))
    >>> tip = Pins(1e-3, diameter=3e-4, bare=3e-4, pitch=1.5e-3, count=49, wiring="bipolar")
    >>> pulse = Pulse(energy=0.1, length=0.1, measured=True)
    >>> warmed, sets = burst(tip, pulse, skin_at("cheek", None, few), few)
    >>> (warmed.peak.max(axis=(1, 2)) - 273.15).round(), sorted(sets)  # °C
    (array([98., 98., 98., 98.]), ['cells', 'collagen'])
    """
    size = meshes()[mesh]
    cell = cell_of(pins, skin, len(lanes), size)
    sets: dict[Target, Drawn] = {of: drawn(of, lanes) for of in TARGETS}
    rates: dict[str, Rate] = {name: one.log_rate for name, one in damage_sets().items()}
    rates["dose"] = lambda temperature: log_dose_rate(temperature, lanes)
    done = warm(
        cell, tissue_of(cell, lanes), pins, pulse, lanes, size, rates, killed=sets["cells"].of
    )
    return done, sets


def _same_members(pins: Pins, skin: Skin, lanes: Lanes) -> None:
    members = len(lanes)
    if skin.layers[0].thickness.shape != (members,):
        raise ValueError("skin and lanes have different members")
    if np.shape(pins.depth) not in ((), (members,)):
        raise ValueError("pins and lanes have different members")
