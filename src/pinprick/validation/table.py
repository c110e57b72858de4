"""The table: rows of measurement and model, made from the shipped examples."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from scipy import special

from pinprick import units
from pinprick.case import Case, example_path
from pinprick.evidence import registry
from pinprick.evidence.records import Fact
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.forecasting import Forecast, forecast
from pinprick.forecasting.statistics import quantiles, rounded
from pinprick.validation import (
    appearance,
    healing,
    heat,
    needling,
    permeation,
    rule,
    safety,
    studies,
)

MEMBERS = 256
SEED = 0
_UPPER = 0.975  # a printed interval is a 95 % interval
_MODELS = {
    "needling": needling.model,
    "healing": healing.model,
    "appearance": appearance.model,
    "safety": safety.model,
    "permeation": permeation.model,
    "heat": heat.model,
}


def table(stage: str | None = None) -> list[dict[str, Any]]:
    """Model beside measurement for every case, the misses too.

    Args:
        stage: only the rows of that stage.

    Raises:
        InputError: if the stage has no rows.

    A row holds the measured value and the model's quantiles in its ``unit``, the registry rows of
    the measurement, and the verdict of the one rule.

    >>> rows = table("safety")
    >>> rows[0]["sources"][0][-15:], rows[0]["unit"], sorted(rows[0]["model"])
    ('(safety:SAF015)', '%', ['p05', 'p50', 'p95'])
    >>> all(row["met"] == (row["verdict"] == "met") for row in rows)
    True
    """
    cases = [case for case in _cases() if stage in (None, case["stage"])]
    if not cases:
        known = sorted({case["stage"] for case in _cases()})
        raise InputError([Fault("stage", str(stage), did_you_mean(str(stage), known))])
    found = [_row(case) for case in cases]
    if stage in (None, "appearance"):
        found += studies.rows()
    return found


def _row(case: Mapping[str, Any]) -> dict[str, Any]:
    kind = case.get("kind", "value")
    values = _model(case)
    fact = registry().fact(case["row"]) if "row" in case else None
    row = {
        "stage": case["stage"],
        "case": case["name"],
        "quantity": case["of"],
        "unit": case["unit"],
        "kind": kind,
        "measured": None,
        "model": quantiles(values),
        "use": case["use"],
        "share": None,
        "observed_by": case["observed_by"],
        "sources": [f"{fact.source} ({case['row']})"] if fact else [],
        "note": case.get("note", ""),
    }
    if kind in ("value", "contrast") and fact is not None:
        measured, s_measured = _measured(case, fact)
        low, high = _interval(case, fact)
        row["measured"] = {
            "value": measured,
            "low": low,
            "high": high,
            "sd": rounded(s_measured),
        }
        q = row["model"]
        numbers = [measured, s_measured, q["p05"], q["p50"], q["p95"]]
        if case.get("log"):
            numbers = [np.log(measured), s_measured / measured, *(np.log(q[k]) for k in q)]
        verdict = rule.value(*numbers)
    elif kind == "predictive" and fact is not None:
        printed = case.get("sign", 1) * case.get("measured", fact.value)
        row["measured"] = {"value": printed, "low": None, "high": None, "sd": None}
        verdict = rule.inside(printed, row["model"]["p05"], row["model"]["p95"])
    else:
        row["share"] = rounded(float(_satisfied(case, values).mean()))
        verdict = rule.share(row["share"])
    return {**row, "verdict": verdict, "met": verdict == "met"}


def _satisfied(case: Mapping[str, Any], values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Which members satisfy a bound (``above``, ``below``, both), or a sign or order (above 0)."""
    least = case.get("above", -np.inf if "below" in case else 0)
    return np.asarray((values > least) & (values < case.get("below", np.inf)))


def _interval(case: Mapping[str, Any], fact: Fact) -> tuple[float | None, float | None]:
    """The printed interval in the scale's own direction; none where only a part is asked for."""
    if fact.low is None or fact.high is None or not {"cell", "measured"}.isdisjoint(case):
        return None, None
    sign = case.get("sign", 1) * case.get("factor", 1)
    low, high = sorted((sign * fact.low, sign * fact.high))
    return low, high


def _measured(case: Mapping[str, Any], fact: Fact) -> tuple[float, float]:
    """The measured value in the scale's own direction, and its standard error.

    ``cell`` names the row's number where it is not its value, ``middle`` of its ends; ``measured``
    states it where the row says it in words, and ``factor`` takes it to the unit of the case.
    """
    if "measured" in case:
        found: float | None = case["measured"]
    elif case.get("cell") == "middle" and fact.low is not None and fact.high is not None:
        found = (fact.low + fact.high) / 2
    else:
        found = getattr(fact, case.get("cell", "value"))
    if found is None:
        raise ValueError(f"{fact.id} holds no number")
    value = case.get("sign", 1) * case.get("factor", 1) * found
    if "s_measured" in case:
        return value, float(case["s_measured"])
    if fact.low is None or fact.high is None or fact.n is None:
        raise ValueError(f"{fact.id} holds no interval with its n, and its case no s_measured")
    return value, (fact.high - fact.low) / (2.0 * float(special.stdtrit(fact.n - 1, _UPPER)))


def _model(case: Mapping[str, Any]) -> np.ndarray[Any, Any]:
    """What the model says, in the row's unit: one number a draw, or one a member."""
    if "example" not in case:
        model = _MODELS[case["stage"]]
        return model(case)[0]
    done = _forecast(case["example"])
    what, *rest = case["of"].split(":")
    data = done.data
    if what in ("outcome", "percent"):
        observer, arm = rest
        change = data[f"outcome.0.{observer}.group.{arm}.read"].sel(time=case["day"]).values
        if what == "outcome":
            return np.asarray(change)
        return np.asarray(-change / data["outcome.0.baseline"].values / units.PERCENT)
    if what == "tissue":
        gain = data[rest[0]].sel(time=case["day"]).values[0]
        return np.asarray(gain.mean(axis=-1) / units.PERCENT)
    if what == "density":
        return np.asarray(data["density"].values[0, 0] * units.CM2)
    if what == "pain":
        return np.asarray(data["pain"].values.mean(axis=(0, 1)).mean(axis=-1))
    if what == "redness_hours":
        return np.asarray(data["redness_duration"].values[0].mean(axis=-1) * units.HOURS_PER_DAY)
    if what == "fades":
        gain = data["tissue.collagen"].sel(layer="papillary dermis").values[0]
        return np.asarray(gain[list(data["time"].values).index(168)] - gain[-1])
    raise ValueError(f"unknown quantity {case['of']}")


@cache
def _forecast(example: str) -> Forecast:
    if example == "roller-15":
        case = Case.load(example_path("lotfi-2013")).with_(dose={"passes": 15})
    else:
        case = Case.load(example_path(example))
    return forecast(case, members=MEMBERS, seed=SEED)


@cache
def _cases() -> tuple[Mapping[str, Any], ...]:
    text = files("pinprick.validation").joinpath("cases.toml").read_text("utf-8")
    own = (stage.cases() for stage in (healing, appearance, safety, permeation, heat))
    return (*tomllib.loads(text)["case"], *(case for cases in own for case in cases))
