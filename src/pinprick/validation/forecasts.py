"""What whole forecasts of shipped examples say of published results, one number a draw or member.

Rows stand in ``forecasts.toml`` beside this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from pinprick import units
from pinprick.case import Case, example_path
from pinprick.forecasting import Forecast, forecast
from pinprick.validation.experiments import SEED, Array

MEMBERS = 256
_LATER = 168  # days: eight weeks after the last of five sessions
_ROLLED = {"roller-15": "lotfi-2013"}  # the same course, rolled fifteen times


def model(case: Mapping[str, Any]) -> Array:
    """Values in the unit of the case.

    ``outcome:`` or ``percent:`` (of the score before) by an observer for an arm, on the ``day`` of
    the case; ``density`` of punctures, ``pain``, ``redness_hours``, or ``fades``: collagen lost
    from eight weeks after the last session to the end.

    Raises:
        KeyError: if the case asks for something else.
    """
    what, _, detail = case["of"].partition(":")
    return np.asarray(_MODELS[what](_forecast(case["example"]), case, detail))


def _outcome(done: Forecast, case: Mapping[str, Any], detail: str) -> Array:
    observer, _, arm = detail.partition(":")
    change = done.data[f"outcome.0.{observer}.group.{arm}.read"]
    return np.asarray(change.sel(time=case["day"]).values)


def _percent(done: Forecast, case: Mapping[str, Any], detail: str) -> Array:
    before = done.data["outcome.0.baseline"].values
    return np.asarray(-_outcome(done, case, detail) / before / units.PERCENT)


def _density(done: Forecast, _: Mapping[str, Any], __: str) -> Array:
    return np.asarray(done.data["density"].values[0, 0] * units.CM2)


def _pain(done: Forecast, _: Mapping[str, Any], __: str) -> Array:
    return np.asarray(done.data["pain"].values.mean(axis=(0, 1)).mean(axis=-1))


def _redness_hours(done: Forecast, _: Mapping[str, Any], __: str) -> Array:
    days = done.data["redness_duration"].values[0].mean(axis=-1)
    return np.asarray(days * units.HOURS_PER_DAY)


def _fades(done: Forecast, _: Mapping[str, Any], __: str) -> Array:
    gain = done.data["tissue.collagen"].sel(layer="papillary dermis")
    return np.asarray(gain.sel(time=_LATER).values[0] - gain.values[0, -1])


_MODELS: dict[str, Callable[[Forecast, Mapping[str, Any], str], Array]] = {
    "outcome": _outcome,
    "percent": _percent,
    "density": _density,
    "pain": _pain,
    "redness_hours": _redness_hours,
    "fades": _fades,
}


@cache
def _forecast(example: str) -> Forecast:
    case = Case.load(example_path(_ROLLED.get(example, example)))
    if example in _ROLLED:
        case = case.with_(dose={"passes": 15})
    return forecast(case, members=MEMBERS, seed=SEED)
