"""What the stage needling says of published experiments, one number a draw.

The experiments stand in ``needling.toml`` beside this file, with the parameters that only they
need. A row is asked for as ``WHAT:DETAIL``; :func:`model` lists what there is.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.evidence import Lanes, Registry
from pinprick.needling import channel
from pinprick.needling.bleeding import points_seen, red_cells_out
from pinprick.needling.insertion import Group, Insertion, give, insert, resistance
from pinprick.needling.mechanics import (
    Force,
    Load,
    Needle,
    Seat,
    Stroke,
    fracture_energy,
    needle_load,
    seat,
)
from pinprick.needling.reading import observed
from pinprick.people import skin_at, vessels
from pinprick.validation.experiments import Array, data, one_of_each, own_registry

DRAWS = 512
_STAGE = "needling_experiment"
_WITHOUT_ROLLERS = "needling_draws_without_rollers.csv"


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw, and the parameters that were read.

    ``insertion:`` force, depth, ratio, jump, pierced, energy, share-tip, share-cut, share-spread or
    share-friction of the case's ``experiment``; ``pore:`` width or depth; ``closing:`` a clock;
    ``rat-closing:`` a needle length; ``pain:`` length or number; ``bleeding:`` seen or red, of a
    track ``at`` a depth; ``lima:`` a roller's setting.

    Raises:
        KeyError: if the case asks for something else.
    """
    lanes = _lanes(case.get("without", ""))
    what, _, detail = case["of"].partition(":")
    return np.asarray(_MODELS[what](case, detail, lanes)), frozenset(lanes.used)


def _insertion(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    values = _of_experiment(case, case["experiment"], detail, lanes)
    if "less" in case:
        values = values - _of_experiment(case, case["less"], detail, lanes)
    if "over" in case:
        values = values / _of_experiment(case, case["over"], detail, lanes)
    return values


def _of_experiment(case: Mapping[str, Any], name: str, detail: str, lanes: Lanes) -> Array:
    setup = data("needling")["experiment"][name]
    needle = _needle(setup, lanes)
    skin = resistance(lanes, _speed(setup, lanes))
    if detail == "energy":
        return fracture_energy(skin.opening, skin) / units.factor("kJ/m2")
    if detail == "force":
        return needle_load(skin.tough_depth, needle, skin).total / units.MILLI
    if "at" in setup:
        depth = _value(setup["at"], "m", lanes)
        return _part(needle_load(depth, needle, skin), detail)
    rest, stroke = _seat(setup, needle, lanes)
    if detail == "depth":
        counted = rest.punctured if case.get("counted") == "punctured" else None
        return observed(rest.depth, case.get("by", "none"), punctured=counted) / units.MICRO
    if detail == "ratio":
        return observed(rest.depth, case["by"], shrinkage=lanes[f"{_STAGE}.shrinkage"]) / stroke
    if detail == "buried":
        return rest.depth / stroke
    if detail == "pierced":
        return rest.punctured.astype(float)
    if detail == "margin":
        return rest.margin / units.MILLI
    if detail == "jump":
        load = needle_load(skin.tough_depth, needle, skin).total
        soft = _give(setup, lanes)
        there = Stroke(np.asarray(skin.tough_depth + load * soft))
        return (seat(needle, skin, soft, stroke=there).deep - skin.tough_depth) / units.MICRO
    raise KeyError(detail)


def _part(load: Load, detail: str) -> Array:
    if detail == "pull-out":
        return load.friction / units.MILLI
    part = {"share-cut": load.cut, "share-spread": load.spread, "share-friction": load.friction}
    return part[detail] / load.total / units.PERCENT


def _needle(setup: Mapping[str, Any], lanes: Lanes) -> Needle:
    steel = setup["needle"]
    return Needle(
        tip=_value(steel["tip"], "m", lanes),
        shaft=_value(steel["shaft"], "m", lanes),
        cone=_value(steel["cone"], "rad", lanes),
    )


def _speed(setup: Mapping[str, Any], lanes: Lanes) -> Array | None:
    return _value(setup["speed"], "m/s", lanes) if "speed" in setup else None


def _give(setup: Mapping[str, Any], lanes: Lanes) -> Array:
    support = _value(setup["support"], "1", lanes) if "support" in setup else np.ones(len(lanes))
    pitch = float(_value(setup["pitch"], "m", lanes)[0]) if "pitch" in setup else 1.0
    return give(pitch, lanes, _speed(setup, lanes), support=support)


def _seat(setup: Mapping[str, Any], needle: Needle, lanes: Lanes) -> tuple[Seat, Array]:
    skin = resistance(lanes, _speed(setup, lanes))
    stroke = _value(setup["stroke"], "m", lanes)
    force = Force(_value(setup["force"], "N", lanes)) if "force" in setup else None
    rest = seat(needle, skin, _give(setup, lanes), stroke=Stroke(stroke), force=force)
    return rest, stroke


def _value(text: str, unit: str, lanes: Lanes) -> Array:
    """A quantity, or a parameter of the experiments by its name, for every draw."""
    if text in data("needling")["parameter"]:
        return lanes[f"{_STAGE}.{text}"]
    return np.full(len(lanes), units.quantity(text, unit))


def _pore(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    width = np.full(len(lanes), units.quantity(case["needle_width"], "m"))
    deep = np.full(len(lanes), 1.0)
    depth, wide = channel.open_pore(deep, width, lanes)
    if detail == "width":
        return wide / units.MICRO
    held = lanes[f"{_STAGE}.held_open"] if case.get("wall") == "coagulated" else 0.0
    return observed(depth + held, case["by"]) / units.MICRO


def _closing(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Hours; of a group's mean, without what people add to it."""
    if detail == "barrier, covered":
        closed = lanes.stage("needling").closed_share
        return lanes.stage("needling").covered_half_life * -np.log2(closed) / units.HOUR
    clock = next(name for name in channel.CLOCKS if name == detail)
    return channel.closing_time(clock, lanes) / units.HOUR


def _rat_closing(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    at = units.quantity(detail, "m") / units.quantity("0.53 mm", "m")
    power = lanes[f"{_STAGE}.rat_length_power"]
    return lanes[f"{_STAGE}.rat_structure"] * at**power / units.HOUR


def _pain(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Ratio of two settings in one person, far below the top of the scale."""
    k = lanes.stage("needling")
    power = k.pain_length_exponent if detail == "length" else k.pain_number_exponent
    return np.asarray(case["times"] ** power)


def _bleeding(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Share of tracks ``at`` a depth that bleed, on the body site of the case."""
    at = np.full(len(lanes), units.quantity(case["at"], "m"))
    went = _as_deep_as(at, lanes)
    return _bled(went, detail, case["site"], lanes)


def _bled(went: Insertion, detail: str, site: str, lanes: Lanes) -> Array:
    beds = vessels(skin_at(site, None, lanes), lanes)
    if detail == "seen":
        return points_seen(beds["deep plexus"], went, lanes)
    return red_cells_out(beds["superficial plexus"], went, lanes)


def _as_deep_as(at: Array, lanes: Lanes) -> Insertion:
    """Tracks that all end at one depth."""
    nothing, hair = np.zeros(len(lanes)), np.full(len(lanes), units.MICRO)
    load = Load(nothing, nothing, nothing, nothing)
    through, held = Group(nothing + 1, at, hair), Group(nothing, nothing, hair)
    return Insertion(at, at, at, nothing, through, held, load)


def _lima(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """How far below the papillary dermis a roller's tracks end as histology reads them, in um."""
    depth = np.full(len(lanes), units.quantity(detail, "m"))
    went = insert(devices.device("roller"), depth, lanes)
    if case.get("says") == "red cells":
        return _bled(went, "red", case["site"], lanes)
    skin = skin_at(case["site"], None, lanes)
    read = observed(went.track, "histology", shrinkage=lanes[f"{_STAGE}.shrinkage"])
    return (read - skin.top("reticular dermis")) / units.MICRO


_MODELS: dict[str, Callable[[Mapping[str, Any], str, Lanes], Array]] = {
    "insertion": _insertion,
    "pore": _pore,
    "closing": _closing,
    "rat-closing": _rat_closing,
    "pain": _pain,
    "bleeding": _bleeding,
    "lima": _lima,
}


def _lanes(without: str) -> Lanes:
    return one_of_each(DRAWS, _registry(without))


@cache
def _registry(without: str) -> Registry:
    """The registry with the experiments' own parameters; mechanics refitted without some rows."""
    known = own_registry("needling")
    if without != "rollers":
        return known
    text = files("pinprick.validation").joinpath(_WITHOUT_ROLLERS).read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    refitted = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    return replace(known, tables={**known.tables, "needling_draws": refitted})
