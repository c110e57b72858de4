"""What the stage healing says of published experiments, one number a draw.

Rows and experiments stand in ``healing.toml`` beside this file, which says what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.courses.steps import Zone
from pinprick.evidence import Lanes
from pinprick.healing.body import Body
from pinprick.healing.fields import Fields
from pinprick.healing.observation import INSTRUMENTS
from pinprick.healing.tissue import heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Injury
from pinprick.needling import needle_often
from pinprick.people import skin_at, vessels
from pinprick.validation.experiments import Array, data, one_of_each

DRAWS = 256
_ADULT = 30.0  # years of those treated, where the experiment states none
_SITE = "cheek"
_STEP = 0.5  # days between the points of a curve


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw, and the parameters that were read.

    Raises:
        KeyError: if the case asks for something else than ``healing.toml`` lists.
    """
    what, _, detail = case["of"].partition(":")
    values, used = _asked(what, detail, case, case["experiment"])
    if "over" in case:
        whole, also = _asked(what, detail, case, case["over"])
        values, used = values / whole / units.PERCENT, used | also
    return values, used


def _asked(
    what: str, detail: str, case: Mapping[str, Any], experiment: str
) -> tuple[Array, frozenset[str]]:
    fields, used = _walked(experiment)
    lanes = _lanes()  # what reading adds to what the walk read
    return np.asarray(_MODELS[what](fields, lanes, detail, case)), used | frozenset(lanes.used)


def _at(fields: Fields, day: float) -> int:
    return int(np.flatnonzero(np.isclose(fields.days, day))[0])


def _read(fields: Fields, lanes: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    change = INSTRUMENTS[detail].read(fields, lanes)
    return np.asarray(change[_at(fields, case["day"])] / units.PERCENT)


def _most(fields: Fields, lanes: Lanes, _: str, case: Mapping[str, Any]) -> Array:
    until = _at(fields, case["day"]) + 1
    changes = [np.abs(one.read(fields, lanes)[:until]) for one in INSTRUMENTS.values()]
    return np.asarray(np.max(changes, axis=(0, 1)) / units.PERCENT)


def _curve(fields: Fields, detail: str) -> Array:
    """What a biopsy finds of some species, summed over the depth, shape (days, members)."""
    total = sum(fields.by_species[name] for name in detail.split("+"))
    return np.asarray((total * fields.column.width).sum(axis=1))


def _peak(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    return np.asarray(fields.days[_curve(fields, detail).argmax(axis=0)])


def _left(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    curve = _curve(fields, detail)
    return np.asarray(curve[_at(fields, case["day"])] / curve.max(axis=0) / units.PERCENT)


def _covered(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    """Hours until that many per cent of the channels are covered, at the top of the dermis."""
    open_ = (fields.by_species["bare"] + fields.by_species["closing"])[:, 0] / fields.roused[:, 0]
    wanted = 1.0 - float(detail) * units.PERCENT
    days = [np.interp(-wanted, -one, fields.days) for one in open_.T]
    return np.asarray(days) * units.HOURS_PER_DAY


def _pool(fields: Fields, gained: Array, case: Mapping[str, Any], layer: str) -> Array:
    """Change of a pool between two days, of the intact collagen of a layer, in per cent."""
    name = next(name for name in fields.column.layers if name.startswith(layer))
    share = fields.column.mean(gained / fields.intact, name) / units.PERCENT
    return np.asarray(share[_at(fields, case["day"])] - share[_at(fields, case["since"])])


def _mature(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    s = fields.by_species
    return _pool(fields, s["matured"] - s["mature_lost"], case, detail)


def _young(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    s = fields.by_species
    return _pool(fields, s["collagen_3"] + s["collagen_1"], case, detail)


def _replaced(fields: Fields, _: Lanes, detail: str, case: Mapping[str, Any]) -> Array:
    """New collagen of a layer over the old that it lost, in per cent."""
    s, day = fields.by_species, _at(fields, case["day"])
    new = fields.column.mean(s["collagen_3"] + s["collagen_1"] + s["matured"], detail)[day]
    return np.asarray(new / fields.column.mean(s["mature_lost"], detail)[day] / units.PERCENT)


_MODELS: dict[str, Callable[[Fields, Lanes, str, Mapping[str, Any]], Array]] = {
    "read": _read,
    "most": _most,
    "peak": _peak,
    "left": _left,
    "covered": _covered,
    "mature": _mature,
    "young": _young,
    "replaced": _replaced,
}


def _lanes() -> Lanes:
    return one_of_each(DRAWS)


@cache
def _walked(experiment: str) -> tuple[Fields, frozenset[str]]:
    """The tissue of an experiment, and the parameters that the walk to it read."""
    setup, lanes = data("healing")["experiment"][experiment], _lanes()
    skin = skin_at(setup.get("body_site", _SITE), None, lanes)
    column = dermis(skin)
    days = {0.0, *map(float, setup["days"]), *np.arange(0.0, setup.get("curve", 0.0), _STEP)}
    injuries = (_needled if "device" in setup else _stated)(setup, column, lanes)
    body = Body.healthy(len(lanes), age=float(setup.get("age", _ADULT)))
    tissue = heal(injuries, column, body, lanes, sorted(days))
    return tissue.fields, frozenset(lanes.used)


def _needled(setup: Mapping[str, Any], column: Column, lanes: Lanes) -> list[tuple[float, Injury]]:
    """The sessions of a device on a site; passes, area and the hand are drawn."""
    zone = Zone.model_validate({key: setup[key] for key in ("body_site", "depth")})
    skin = skin_at(zone.body_site, None, lanes)
    vessel = vessels(skin, lanes)
    sessions = range(setup.get("sessions", 1))
    tool = devices.device(setup["device"])
    done = needle_often(tool, zone, skin, vessel, column.edges, lanes, sessions)
    apart = setup.get("interval", 0)
    return [(float(session * apart), each.injury) for session, each in enumerate(done)]


def _stated(setup: Mapping[str, Any], column: Column, lanes: Lanes) -> list[tuple[float, Injury]]:
    """One session whose injury the experiment states; a cell takes the part that lies in it."""
    low, high = (units.quantity(setup.get(key, end), "m") for key, end in _ENDS)
    edges = column.edges - column.edges[0]

    def part(top: float, bottom: float) -> Array:
        inside = np.clip(edges, top, bottom)
        return np.asarray(np.minimum(np.diff(inside, axis=0) / column.width, 1.0))

    tracks = units.quantity(setup["tracks"], "1/m2") * part(0.0, high)
    shares = {key: setup.get(key, 0.0) * part(low, high) for key in _SHARES}
    none = np.zeros_like(tracks)
    injury = Injury(edges=column.edges, displaced=none, tracks=tracks, radius=none, **shares)
    return [(0.0, injury)]


_ENDS = (("from", "0 mm"), ("to", "10 mm"))
_SHARES = ("removed", "dead", "denatured")
