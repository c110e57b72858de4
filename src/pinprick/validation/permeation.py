"""What the stage permeation says of published experiments, one number a draw.

Rows and experiments stand in ``permeation.toml`` beside this file, which says what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes, Spread
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.evidence.reading import read_value
from pinprick.medium.layers import Layer, Skin
from pinprick.people import skin_at
from pinprick.permeation.barrier import Barrier, barrier, capped, formula, lag_time
from pinprick.permeation.channels import Channels, transport_channels
from pinprick.permeation.mesh import doubled, fineness
from pinprick.permeation.numb import Numbed, numb
from pinprick.permeation.products import product
from pinprick.permeation.solutes import Solute, solute
from pinprick.permeation.tissue import dermis
from pinprick.permeation.uptake import Uptake, uptake
from pinprick.permeation.vehicle import Vehicle
from pinprick.validation.experiments import SEED, Array, data, own_registry

DRAWS = 128
_STAGE = "permeation_experiment"
_POINTS = 48  # times at which a run is read


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw, and the parameters that were read.

    A group's mean is that of the people of one draw; ``people = 1`` asks for one of them alone.

    Raises:
        KeyError: if the case asks for something else than ``permeation.toml`` lists.
    """
    what, _, detail = case["of"].partition(":")
    values, used = _MODELS[what](case, detail)
    people = np.asarray(values).reshape(-1, PEOPLE_PER_DRAW)
    return (people[:, 0] if case.get("people") == 1 else people.mean(axis=1)), used


# ---- what a diffusion cell or a patch shows ----


def _cell(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """One experiment, or one over another."""
    made, area, used = _ran(case["experiment"])
    values = _seen(made, area, detail)
    if "over" in case:
        other, size, also = _ran(case["over"])
        return values / _seen(other, size, detail), used | also
    return values, used


def _gain(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """With channels over without."""
    made, area, used = _ran(case["experiment"])
    if made.intact is None:
        raise KeyError(detail)
    with np.errstate(divide="ignore"):
        ratio = _seen(made, area, detail) / _seen(made.intact, area, detail)
    return np.asarray(ratio / units.PERCENT if case["unit"] == "%" else ratio), used


def _seen(made: Uptake, area: float, detail: str) -> Array:
    time, gone = made.time, made.absorbed
    flux = np.diff(gone, axis=0) / np.diff(time)[:, None]
    members = np.arange(gone.shape[1])
    steepest = flux.argmax(axis=0)
    found = {
        "of dose": gone[-1] / made.dose / units.PERCENT,
        "peak": flux.max(axis=0) * area / units.to_si(1.0, "ug/h"),
        "flux": flux.max(axis=0) / units.to_si(1.0, "ug/cm2/h"),
        "absorbed": gone[-1] * area / units.to_si(1.0, "ug"),
        "lag": (time[steepest + 1] - gone[steepest + 1, members] / flux[steepest, members])
        / units.HOUR,
    }
    return np.asarray(found[detail])


def _plasma(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Level in blood in ng/mL ``at`` a time, its mean from a time on, or one over another."""
    made, area, used = _ran(case["experiment"])
    lanes = _lanes()
    clears, space = (lanes[f"{_STAGE}.naltrexone_{name}"] for name in ("clearance", "space"))
    level = _levels(made.time, made.cleared * area, clears, space)
    place = int(np.searchsorted(made.time, units.quantity(case["at"], "s") - 1.0))
    bare = made.intact.cleared if made.intact else made.cleared
    without = _levels(made.time, bare * area, clears, space)
    highest = level.max(axis=0)
    found = {
        "mean": level[place:].mean(axis=0) / units.to_si(1.0, "ng/mL"),
        "share": level[place] / highest / units.PERCENT,
        "intact": without.max(axis=0) / highest / units.PERCENT,
    }
    return np.asarray(found[detail]), used | lanes.used


def _levels(time: Array, gone: Array, clears: Array, space: Array) -> Array:
    found = [np.zeros_like(clears)]
    for h, came in zip(np.diff(time), np.diff(gone, axis=0), strict=True):
        left = clears / space * h
        found.append(found[-1] * np.exp(-left) - came / space * np.expm1(-left) / left)
    return np.stack(found)


@cache
def _ran(name: str) -> tuple[Uptake, float, frozenset[str]]:
    """The run of an experiment, the area of skin in m², and the parameters that were read."""
    setup = data("permeation")["experiment"][name]
    lanes = _of(setup)
    drug = solute(setup["solute"])
    donor = setup["donor"]
    vehicle = Vehicle(
        layer=units.quantity(donor["layer"], "m"),
        strengths={drug.name: units.quantity(donor["strength"], "kg/m3")},
        ph=donor.get("ph", 7.0),
        solubilities={drug.name: units.quantity(donor["solubility"], "kg/m3")}
        if "solubility" in donor
        else {},
        drying=0.0 if donor.get("goes_at_once") else None,
        occluded=donor.get("covered", False),
    )
    end, one = units.quantity(setup["until"], "s"), np.ones(len(lanes))
    made = uptake(
        _skin(setup, lanes),
        drug,
        vehicle,
        _channels(setup, lanes) if "channels" in setup else None,
        lanes,
        until=end,
        times=np.linspace(0.0, end, setup.get("points", _POINTS) + 1),
        mesh=doubled(fineness("fine")) if "permeability" in setup else "coarse",
        excised=setup.get("excised", False),
        wall=_wall(setup, drug, vehicle, lanes),
        rate=units.quantity(setup["flux"], "ug/cm2/h") * one if "flux" in setup else None,
    )
    area = units.quantity(setup.get("area", "1 cm2"), "m2")
    return made, area, frozenset(lanes.used)


def _skin(setup: Mapping[str, Any], lanes: Lanes) -> Skin:
    if isinstance(setup["skin"], str):
        return skin_at(setup["skin"], None, lanes)
    one = np.ones(len(lanes))
    layers = {"stratum corneum": "43 um", **setup["skin"]}
    found = (Layer(name, one * units.quantity(text, "m")) for name, text in layers.items())
    return Skin("forearm", tuple(found))


def _channels(setup: Mapping[str, Any], lanes: Lanes) -> Channels:
    made, one = setup["channels"], np.ones(len(lanes))
    tracks = lanes[f"{_STAGE}.{made['tracks']}"]
    depth, width = (lanes[f"{_STAGE}.open_{name}"] for name in ("depth", "width"))
    return transport_channels(tracks * one, depth, width, made["state"], lanes)


def _wall(setup: Mapping[str, Any], drug: Solute, vehicle: Vehicle, lanes: Lanes) -> Barrier | None:
    """The guide's barrier where its own run is asked for; else what the state asks for.

    Beside a measured flux the lag is that of measured solutes, not the formula's.
    """
    wet = setup.get("wet", vehicle.occluded)
    wall = barrier(drug, lanes, hydrated=wet, ph=vehicle.ph)
    if "flux" in setup:
        lag = lanes.stage("permeation").measured_lag
        return replace(wall, lag=lag, diffusivity=wall.diffusivity * wall.lag / lag)
    if "permeability" in setup:
        return _guides(units.quantity(setup["permeability"], "cm/h"), drug, wall, wet, lanes)
    return wall if "wet" in setup else None


def _guides(told: float, drug: Solute, wall: Barrier, wet: bool, lanes: Lanes) -> Barrier:
    """The permeability that the guide prints, no charge, no shunt."""
    one = np.ones(len(lanes))
    partition = capped(formula(drug, lanes, hydrated=wet).partition, drug)
    spread = told * wall.thickness / partition
    return replace(
        wall,
        permeability=told * one,
        partition=partition,
        diffusivity=spread,
        lag=lag_time(wall.thickness, spread),
        seen=one,
        shunt=0.0 * one,
        shunt_lag=one,
    )


# ---- numbing creams ----


def _numb(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """``depth`` of acceptable pain in mm; ``level:DRUG`` in blood at its highest in ug/mL;
    ``later`` by how much deeper than when the cream came off; ``rises`` for how long, in min."""
    made, used = _numbed(case["product"], case["site"], case["dwell"], case["wait"], case["area"])
    what, _, drug = detail.partition(" ")
    deep = made.depth
    off = int(np.searchsorted(made.time, units.quantity(case["dwell"], "s")))
    if what == "depth":
        return deep[made.at] / units.MILLI, used
    if what == "level":
        return made.plasma.level[drug].max(axis=0) / units.to_si(1.0, "ug/mL"), used
    if what == "later":
        return (deep[made.at] - deep[off]) / units.MILLI, used
    if what == "rises":
        return (made.time[deep.argmax(axis=0)] - made.time[off]) / units.MINUTE, used
    raise KeyError(detail)


@cache
def _numbed(
    name: str, site: str, dwell: str, wait: str, area: str
) -> tuple[Numbed, frozenset[str]]:
    lanes = _lanes()
    on, then = (units.quantity(text, "s") for text in (dwell, wait))
    skin, square = skin_at(site, None, lanes), units.quantity(area, "m2")
    made = numb(product(name), skin, site, on, then, lanes, area=square)
    return made, frozenset(lanes.used)


# ---- closed forms ----


def _fentanyl(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """The guide's own amount, times this barrier's permeability over its formula's."""
    lanes, drug = _lanes(), solute("fentanyl")
    wall = barrier(drug, lanes, hydrated=True, ph=case["ph"])
    over = wall.total / formula(drug, lanes, hydrated=True).permeability
    return case["guide"] * over, frozenset(lanes.used)


def _spreading(case: Mapping[str, Any], detail: str) -> tuple[Array, frozenset[str]]:
    """Diffusivity in dermis of the largest over that of the smallest of a family."""
    lanes, least = _lanes(), solute(case["solute"])
    largest = replace(least, mw=least.mw * case["times"])
    over = dermis(largest, lanes).diffusivity / dermis(least, lanes).diffusivity
    return np.asarray(over), frozenset(lanes.used)


_MODELS: dict[str, Callable[[Mapping[str, Any], str], tuple[Array, frozenset[str]]]] = {
    "cell": _cell,
    "gain": _gain,
    "plasma": _plasma,
    "numb": _numb,
    "fentanyl": _fentanyl,
    "spreading": _spreading,
}


def _lanes() -> Lanes:
    return Lanes(own_registry("permeation"), SEED, range(DRAWS * PEOPLE_PER_DRAW))


def _of(setup: Mapping[str, Any]) -> Lanes:
    """Parameters of an experiment; one draw where the guide's own run leaves no doubt.

    A fixed one may lie outside its range: the guide's model has no water path into capillaries.
    """
    known = own_registry("permeation")
    fixed = {
        name: replace(
            known.parameters[name],
            value=read_value(known.parameters[name], text),
            spread=Spread(),
        )
        for name, text in setup.get("fixed", {}).items()
    }
    known = replace(known, parameters={**known.parameters, **fixed})
    members = PEOPLE_PER_DRAW * (1 if "permeability" in setup else DRAWS)
    return Lanes(known, SEED, range(members))
