"""What the stage heat says of published experiments, one number a draw.

Rows and experiments stand in ``heat.toml`` beside this file, which says what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from scipy.constants import zero_Celsius
from scipy.optimize import brentq

from pinprick import units
from pinprick.devices import device
from pinprick.evidence import Lanes, registry
from pinprick.heat.cell import Cell
from pinprick.heat.damage import TARGETS, Drawn, Target, damage_set
from pinprick.heat.heated import Heated, burst, heat
from pinprick.heat.plate import Slab, plate_pulse
from pinprick.heat.source import Pins, Pulse, pins_of
from pinprick.heat.zones import extent
from pinprick.medium.layers import Layer, Skin
from pinprick.people import skin_at
from pinprick.validation.experiments import SEED, Array, data, one_of_each

DRAWS = 64
_EDGES: Array = np.linspace(0.0, 6 * units.MILLI, 121)


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw, and the parameters that were read.

    Raises:
        KeyError: if the case asks for something else than ``heat.toml`` lists.
    """
    what, _, detail = case["of"].partition(":")
    values, used = _MODELS[what](case, detail)
    return np.asarray(values), used


# ---- rates of damage ----


def _reaches(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Degrees at which the integral of a set is 1 after ``seconds``."""
    one = damage_set(detail)

    def over(celsius: float) -> float:
        rate = float(one.log_rate(np.array(celsius + zero_Celsius)))
        return rate + float(np.log(case["seconds"]))

    low, high = case["between"]
    return np.full(DRAWS, brentq(over, low, high)), frozenset()


def _meets(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """The rate above a switch over that below it, just there."""
    first, second = damage_set(detail).branches
    rates = [b.log_factor - b.activation / second.above for b in (first, second)]
    return np.full(DRAWS, np.exp(rates[1] - rates[0])), frozenset()


# ---- needles ----


def _zone(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Size of a needle's zone in um, of one experiment or less that of another."""
    values, used = _of_zone(case["experiment"], detail)
    if "less" in case:
        other, also = _of_zone(case["less"], detail)
        return values - other, used | also
    return values, used


def _of_zone(name: str, detail: str) -> tuple[Array, frozenset[str]]:
    """``width``, ``height`` or ``end`` (its deepest place below the surface) of a set, or of the
    set for ``cells`` or ``collagen`` that each draw goes by."""
    made, fields, used = _ran(name)
    size, _, of = detail.partition(" ")
    field = fields[of]
    width, height = extent(made, field, np.ones(DRAWS))
    found = {"width": width, "height": height, "end": _end(made, field)}
    return found[size] / units.MICRO, used


def _end(cell: Cell, field: Array) -> Array:
    """Deepest place of the damage, to the middle of a cell; 0 where there is none."""
    hurt = np.any((field >= 1) & ~cell.metal, axis=2)
    return np.asarray(np.where(hurt, cell.depth, 0.0).max(axis=1))


def _across(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Width of the damage in um where the case says ``at``; less that ``beyond`` another place."""
    values, used = _width_at(case["experiment"], detail, case["at"])
    if case.get("rim"):
        needle = _pins(case["experiment"], _lanes()).diameter / units.MICRO
        return np.maximum(values - needle, 0.0) / 2, used
    if "beyond" in case:
        return values - _width_at(case["experiment"], detail, case["beyond"])[0], used
    return values, used


def _width_at(name: str, of: str, place: str) -> tuple[Array, frozenset[str]]:
    cell, fields, used = _ran(name)
    lanes = _lanes()
    skin, pins = _skin(name, lanes), _pins(name, lanes)
    junction = skin.top("papillary dermis")
    whole = np.full(DRAWS, pins.depth)
    where = {
        "junction": junction,
        "epidermis": junction / 2,
        "middle": whole / 2,
        "tip": whole * (1 - 1 / 10),  # at the very end the zone rounds off
    }[place]
    level = np.log(np.maximum(fields[of], np.finfo(float).tiny))
    widths = [
        _crossing(cell.middle, rows[np.abs(depth - z).argmin()], pins.diameter)
        for rows, depth, z in zip(level, cell.depth, where, strict=True)
    ]
    return np.array(widths) / units.MICRO, used | frozenset(lanes.used)


def _crossing(middle: Array, level: Array, diameter: float) -> float:
    """Twice the radius within which a logarithm is above 0 outside the needle."""
    outside = middle > diameter / 2
    r, value = middle[outside], level[outside]
    last = int(np.flatnonzero(value > 0)[-1]) if np.any(value > 0) else -1
    if last < 0 or last == len(r) - 1:
        return 0.0 if last < 0 else float(2 * r[-1])
    part = value[last] / (value[last] - value[last + 1])
    return float(2 * (r[last] + part * (r[last + 1] - r[last])))


def _told(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """``peak`` in degrees, ``impedance`` of the tip in ohm, or ``imbalance`` of the joules."""
    made, used = _heated(case["experiment"])
    found = {
        "peak": made.peak_temperature - zero_Celsius,
        "impedance": made.impedance[:, 0],
        "imbalance": made.imbalance,
    }
    return found[detail], used


@cache
def _heated(name: str) -> tuple[Heated, frozenset[str]]:
    lanes = _lanes()
    pins = _pins(name, lanes)
    made = heat(pins, _pulse(name), _skin(name, lanes), lanes, _EDGES, 1 / pins.area)
    return made, frozenset(lanes.used)


@cache
def _ran(name: str) -> tuple[Cell, Mapping[str, Array], frozenset[str]]:
    """The cell of an experiment, its damage by set and by what each draw goes by."""
    lanes = _lanes()
    made, sets = burst(_pins(name, lanes), _pulse(name), _skin(name, lanes), lanes)
    own: Mapping[Target, Drawn] = sets
    fields = dict(made.damage)
    fields.update((of, own[of].of(made.damage)) for of in TARGETS)
    return made.cell, fields, frozenset(lanes.used)


def _skin(name: str, lanes: Lanes) -> Skin:
    """A body site, or layers that the experiment names."""
    made = data("heat")["experiment"][name]["skin"]
    if isinstance(made, str):
        return skin_at(made, None, lanes)
    one = np.ones(len(lanes))
    layers = (Layer(layer, one * units.quantity(text, "m")) for layer, text in made.items())
    return Skin(name, tuple(layers))


def _pins(name: str, lanes: Lanes) -> Pins:
    setup = data("heat")["experiment"][name]
    depth = units.quantity(setup["depth"], "m")
    if "device" in setup:
        return pins_of(device(setup["device"]), depth, setup["wiring"])
    steel = {key: units.quantity(setup[key], "m") for key in ("diameter", "pitch")}
    bare = units.quantity(setup["bare"], "m") if "bare" in setup else None
    return Pins(depth=depth, bare=bare, count=setup["count"], wiring=setup["wiring"], **steel)


def _pulse(name: str) -> Pulse:
    """Energies are stated, so members differ by their tissue alone."""
    setup = data("heat")["experiment"][name]
    return Pulse(
        energy=units.quantity(setup["energy"], "J") if "energy" in setup else None,
        power=units.quantity(setup["power"], "W") if "power" in setup else None,
        length=units.quantity(setup["pulse"], "s"),
        count=setup.get("pulses", 1),
        gap=units.quantity(setup.get("gap", "0 s"), "s"),
        measured=True,
    )


# ---- a plate on skin, fat and muscle ----


def _plate(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Highest temperature in degrees below a plate, with fat so thick; nothing is drawn."""
    return np.full(DRAWS, hottest(units.quantity(detail, "m"), data("heat")["plate"])), frozenset()


def hottest(fat: float, setup: Mapping[str, Any]) -> float:
    """Highest temperature in °C below a plate, with ``fat`` metres of fat.

    Args:
        fat: thickness in metres.
        setup: the table ``plate`` of ``heat.toml``, or one like it.

    >>> round(hottest(2e-3, data("heat")["plate"]))
    69
    """
    told = {name: p.value for name, p in _parameters().items()}
    dry = told["skin_density"]
    slabs = [
        Slab(
            units.quantity(setup["skin"], "m"),
            told["dermis_conductivity"],
            told["dermis_heat_conduction"],
            told["dermis_heat"] * dry,
        ),
        Slab(
            fat,
            told["fat_conductivity"],
            told["fat_heat_conduction"],
            told["fat_heat"] * told["fat_density"],
        ),
        Slab(
            units.quantity(setup["muscle"], "m"),
            units.quantity(setup["muscle_conductivity"], "S/m"),
            units.quantity(setup["muscle_heat_conduction"], "W/m/K"),
            told["dermis_heat"] * dry,
        ),
    ]
    area, seconds = units.quantity(setup["area"], "m2"), units.quantity(setup["time"], "s")
    watts = units.quantity(setup["power"], "W")
    start = registry().with_values({"heat.start_temperature": setup["start"]})
    _, kelvin = plate_pulse(slabs, watts, area, seconds, Lanes(start, SEED, range(1)))
    return float(kelvin.max() - zero_Celsius)


@cache
def _parameters() -> Mapping[str, Any]:
    return {p.name.partition(".")[2]: p for p in registry().stage("heat")}


_MODELS: dict[str, Callable[[Mapping[str, Any], str], tuple[Array, frozenset[str]]]] = {
    "reaches": _reaches,
    "meets": _meets,
    "zone": _zone,
    "across": _across,
    "told": _told,
    "plate": _plate,
}


def _lanes() -> Lanes:
    return one_of_each(DRAWS)
