"""The table: rows of measurement and model, each with the verdict of the one rule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence import registry
from pinprick.evidence.records import Fact
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.forecasting.statistics import quantiles, rounded
from pinprick.validation import (
    appearance,
    forecasts,
    healing,
    heat,
    needling,
    permeation,
    rule,
    safety,
    studies,
)
from pinprick.validation.experiments import Array, cases

_UPPER = 0.975  # a printed interval is a 95 % interval
_LENGTHS = ("um", "mm")
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
    asked = [case for case in every_case() if stage in (None, case["stage"])]
    if not asked:
        known = sorted(_MODELS)
        raise InputError([Fault("stage", str(stage), did_you_mean(str(stage), known))])
    found = [_row(case) for case in asked]
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
        verdict = _judged(case, measured, s_measured, row["model"])
    elif kind == "predictive" and fact is not None:
        printed = case.get("sign", 1) * case.get("measured", fact.value)
        row["measured"] = {"value": printed, "low": None, "high": None, "sd": None}
        verdict = rule.inside(printed, row["model"]["p05"], row["model"]["p95"])
    else:
        row["share"] = rounded(float(_satisfied(case, values).mean()))
        verdict = rule.share(row["share"])
    return {**row, "verdict": verdict, "met": verdict == "met"}


def _judged(
    case: Mapping[str, Any], measured: float, s_measured: float, model: Mapping[str, float]
) -> rule.Verdict:
    """By the rule, on the scale that the case is judged on."""
    ends = [model[key] for key in ("p05", "p50", "p95")]
    if case.get("log"):
        low, middle, high = np.log(ends)
        at = float(np.log(measured))
        return rule.value(at, s_measured / measured, low, middle, high, most=rule.TIMES)
    length = case["unit"] in _LENGTHS and case.get("kind", "value") == "value"
    most = rule.LENGTH * abs(ends[1]) if length else np.inf
    return rule.value(measured, s_measured, *ends, most=most)


def _satisfied(case: Mapping[str, Any], values: Array) -> Array:
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


def _model(case: Mapping[str, Any]) -> Array:
    """What the model says, in the row's unit: one number a draw, or one a member."""
    return forecasts.model(case) if "example" in case else _MODELS[case["stage"]](case)[0]


@cache
def every_case() -> tuple[Mapping[str, Any], ...]:
    """The rows that are asked for: of whole forecasts, then stage by stage."""
    return (*cases("forecasts"), *(case for stage in _MODELS for case in cases(stage)))
