"""What the stage appearance says of published statistics, one number a draw.

Rows and courses stand in ``appearance.toml`` beside this file, which says what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from scipy import special, stats

from pinprick import units
from pinprick.appearance import Outcome, Rater, structure
from pinprick.case import Case, example_path
from pinprick.evidence import Lanes
from pinprick.evidence.instruments import instruments
from pinprick.forecasting import outcomes
from pinprick.forecasting.body import body_of
from pinprick.forecasting.plan import Plan, Target
from pinprick.validation.experiments import Array, data, one_of_each

DRAWS = 256
_STEP = 2.0  # days between the points of a curve
_RISEN = 1.0 - np.exp(-1.0)  # of its largest value: what a time constant means


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw, and the parameters that were read.

    Raises:
        KeyError: if the case asks for something else than ``appearance.toml`` lists.
    """
    what, _, detail = case["of"].partition(":")
    lanes = _lanes()
    values = _MODELS[what](case, detail, lanes)
    if "less" in case:
        values = values - _MODELS[what](case["less"], case["less"]["of"].partition(":")[2], lanes)
    walked = _healed(case["course"])[1]
    return np.asarray(values), walked | frozenset(lanes.used)


# ---- statistics of a group, as a paper prints them ----


def _mean(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Mean change of so many people, in the scale's own direction."""
    return _side(_group(case, detail, lanes), detail, "read", case)


def _reading(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Mean reading of so many people, on a scale that rates the change itself."""
    seen = _group(case, detail, lanes)
    return np.asarray(seen.baseline + _side(seen, detail, "read", case))


def _percent(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Mean change of so many people as percent of the mean before."""
    seen = _group(case, detail, lanes)
    return np.asarray(np.abs(_side(seen, detail, "read", case)) / seen.baseline / units.PERCENT)


def _share(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Percent of so many people whose change reaches a cut, sampled; expected without people."""
    seen = _group(case, detail, lanes)
    if seen.people_sd is None:
        raise KeyError("people")
    day, named = _days(case["course"]).index(case["day"]), seen.treated.scale
    gain = seen.treated.true[day] * (-1.0 if named.better == "lower" else 1.0)
    noise = np.sqrt(seen.ridge.readings) * seen.reading_sd
    each = np.sqrt(seen.people_sd[day] ** 2 + noise**2)
    chance = special.ndtr((gain - _cut(case, seen, lanes)) / each)
    if not case.get("sampled", True):
        return np.asarray(chance / units.PERCENT)
    keys = lanes.uniforms(case["name"], "reading")
    return (
        np.asarray(stats.binom.ppf(keys, case["people"], chance) / case["people"]) / units.PERCENT
    )


def _cut(case: Mapping[str, Any], seen: Outcome, lanes: Lanes) -> Array:
    """The least gain that counts as improved, in steps of the scale."""
    cut = case["cut"]
    if isinstance(cut, str):
        return np.asarray(lanes[f"appearance.{cut}"] * lanes[f"appearance.{seen.instrument.per_y}"])
    return np.full(len(lanes), float(cut))


def _part(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """Change of a group on a day over that on a later one, without sampling."""
    seen = _group(case, detail, lanes)
    later = {**case, "day": case["over_day"]}
    return _side(seen, detail, "true", case) / _side(seen, detail, "true", later)


def _group(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Outcome:
    who, _, _ = detail.partition(":")
    plan, target = _target(case["course"], case["instrument"])
    done, _ = _healed(case["course"])
    at_reference = _reference(case["instrument"])
    by = Rater(who, raters=case.get("raters", 1))  # type: ignore[arg-type]
    return outcomes.read(plan, target, by, done, at_reference, lanes, group=case["people"])


def _side(seen: Outcome, detail: str, what: str, case: Mapping[str, Any]) -> Array:
    side = getattr(seen, detail.partition(":")[2])
    return np.asarray(getattr(side, what)[_days(case["course"]).index(case["day"])])


# ---- contrasts of parameters, subtypes and courses ----


def _subtype(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    """How much more the other scars respond than this subtype, as a share."""
    return np.asarray(1.0 - structure.of_subtype(detail, lanes))


def _sessions(case: Mapping[str, Any], _: str, lanes: Lanes) -> Array:
    """Gain (y) of a course over that of a longer one, each so long after its last session."""
    few, many = (
        _matrix(name, lanes)[_days(name).index(data("appearance")["course"][name]["days"][-1])]
        for name in (case["course"], case["over"])
    )
    return structure.size(few, many, lanes)


# ---- clocks: what is seen by day, of the tissue alone ----


def _surface(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    curve = outcomes.surface(_healed(case["course"])[0][0], lanes)
    return _clock(curve, case, detail)


def _structure(case: Mapping[str, Any], detail: str, lanes: Lanes) -> Array:
    return _clock(_matrix(case["course"], lanes), case, detail)


def _clock(curve: Array, case: Mapping[str, Any], detail: str) -> Array:
    """``part``: a day over a later one; ``rise``: days after the last session until 63 %."""
    days = _days(case["course"])
    if detail == "part":
        return np.asarray(curve[days.index(case["day"])] / curve[days.index(case["over_day"])])
    there = curve >= _RISEN * curve.max(axis=0)
    since = _plan(case["course"]).session_days[-1]
    return np.asarray(np.array(days)[there.argmax(axis=0)] - since)


_MODELS: dict[str, Callable[[Mapping[str, Any], str, Lanes], Array]] = {
    "mean": _mean,
    "reading": _reading,
    "percent": _percent,
    "share": _share,
    "part": _part,
    "subtype": _subtype,
    "sessions": _sessions,
    "surface": _surface,
    "structure": _structure,
}


# ---- courses ----


def _lanes() -> Lanes:
    return one_of_each(DRAWS)


@cache
def _plan(course: str) -> Plan:
    """The plan of a shipped example, with another site, depth or number of sessions."""
    setup = data("appearance")["course"][course]
    text = Case.load(example_path(setup["example"])).dump()
    for one, other in setup.get("instead", {}).items():
        if one not in text:
            raise KeyError(one)
        text = text.replace(one, other)
    case = Case.loads(text)
    settings = {key: setup[key] for key in ("sessions", "interval") if key in setup}
    return Plan(case.with_(**settings) if settings else case)


def _target(course: str, instrument: str) -> tuple[Plan, Target]:
    plan = _plan(course)
    return plan, replace(plan.targets[0], instrument=instruments()[instrument])


@cache
def _days(course: str) -> list[float]:
    setup = data("appearance")["course"][course]
    wanted = {0.0, *map(float, setup["days"])}
    wanted |= {one.reference_day for one in instruments().values()}
    return sorted(wanted | set(np.arange(0.0, setup.get("curve", 0.0), _STEP).tolist()))


@cache
def _healed(course: str) -> tuple[outcomes.Healed, frozenset[str]]:
    """The tissue of a course, and the parameters that the walk to it read."""
    plan, lanes = _plan(course), _lanes()
    done = outcomes.healed(plan, plan.healed_zones[0], lanes, _days(course))
    return done, frozenset(lanes.used)


def _matrix(course: str, lanes: Lanes) -> Array:
    tissue, column = _healed(course)[0]
    return outcomes.matrix(tissue, column, body_of(_plan(course).case, lanes), lanes)


@cache
def _reference(instrument: str) -> Array:
    return outcomes.reference(instruments()[instrument], _lanes())
