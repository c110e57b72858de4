"""Links: from a reported statistic to the linear scale and back.

A mean is taken to ``y = -ln(1 - relative gain)`` and a share of people to the normal quantile
``z``; on these scales level, observer, modality, habit and cut points add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from pinprick import units
from pinprick.appearance.trial.rows import Row
from pinprick.evidence import registry
from pinprick.faults import Fault, InputError, did_you_mean

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Link:
    """How a scale counts: ``gain`` of a baseline, or ``slope`` (points a unit of y); and its cut.

    ``baseline``, ``slope`` and ``cut`` name parameters; a scale without a baseline counts the gain
    itself. ``step`` is the smallest step of a whole-step scale.
    """

    unit: str
    baseline: str = ""
    slope: str = ""
    cut: str = ""
    percent: bool = False
    step: float = 0.0


LINKS: Mapping[str, Link] = {
    "percent": Link("share of baseline", percent=True),
    "label-classes": Link("share of baseline", percent=True),
    "goodman-baron-qualitative": Link("grades", slope="grades_per_y", step=1.0),
    "goodman-baron-quantitative": Link("points", baseline="baseline_points"),
    "gais": Link("points", slope="gais_per_y", cut="cut_gais", step=1.0),
    "questionnaire": Link("", cut="cut_questionnaire"),
    "any-improvement": Link("", cut="cut_any"),
    "lemperle": Link("grades", baseline="baseline_lemperle", step=1.0),
    "ecca": Link("points", baseline="baseline_ecca"),
    "masi": Link("points", baseline="baseline_masi"),
}


def link(scale: str) -> Link:
    """The link of a scale.

    Raises:
        InputError: if the scale cannot be forecast; the fault names those that can.

    >>> link("gais").slope
    'gais_per_y'
    """
    if scale not in LINKS:
        raise InputError([Fault("scale", scale, did_you_mean(scale, LINKS))])
    return LINKS[scale]


def prior(name: str) -> float:
    """The value of one of the model's parameters, ``trial.*`` of the registry.

    Raises:
        InputError: if there is none of that name.

    >>> prior("gais_per_y")  # points of GAIS for one unit of y
    1.6
    """
    return registry().parameter(f"trial.{name}").value


def spread_of(name: str) -> float:
    """The standard deviation of one of the model's parameters; of its logarithm, if log-normal."""
    spread = registry().parameter(f"trial.{name}").spread
    return float(np.log(spread.gsd)) if spread.kind == "lognormal" else spread.sd


def size(row: Row) -> float:
    """What one whole stands for in the unit of a mean: the usual baseline, or 1 for percentages.

    Raises:
        InputError: if the scale cannot be forecast.

    >>> row = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "ecca",
    ...           "mean_change", n=20, baseline=90.0)
    >>> size(row)  # its own baseline, in points
    90.0
    """
    found = link(row.scale)
    if found.baseline:
        return row.baseline or prior(found.baseline)
    if found.slope == "grades_per_y":
        return row.baseline or prior("baseline_grade")
    return prior("gais_room") if found.slope else 1.0


def baseline_spread(row: Row) -> float:
    """Uncertainty of ``y`` from a baseline that is not given, in y at the usual level."""
    name = link(row.scale).baseline
    if not name or row.baseline is not None or row.is_share:
        return 0.0
    return spread_of(name) * float(np.expm1(prior("level")))


def log_baseline(row: Row, variance: Array) -> Array:
    """The same uncertainty of the baseline itself: the spread of its logarithm."""
    return np.asarray(np.sqrt(variance) / np.expm1(prior("level")))


def nominal_cut(row: Row) -> float:
    """The gain ``y`` that the cut of a share stands for, by its words.

    Raises:
        InputError: if the scale cannot be forecast.

    >>> row = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "percent", "share",
    ...           n=20, cut=50.0)
    >>> bool(np.isclose(nominal_cut(row), np.log(2.0)))  # half gone
    True
    """
    found = link(row.scale)
    if found.slope == "grades_per_y":
        grades = prior("first_grade") + ((row.cut or 0.0) - 1.0) * prior("next_grade")
        return grades / prior(found.slope)
    if found.percent:
        return _y((row.cut or 0.0) * units.PERCENT)
    if found.baseline:
        counted = (row.cut or 0.0) - found.step * (1.0 - prior("first_grade"))
        return _y(counted / size(row))
    more = (row.cut or 0.0) - 1.0 if found.slope else 0.0
    return prior(found.cut) + (more / prior(found.slope) if found.slope else 0.0)


def linear(row: Row) -> tuple[float, float]:
    """A reported value on the linear scale, with the variance of its sampling (NaN: the model's).

    A share gets half a case on each side, so that none and all are finite.
    """
    if row.value is None:
        raise ValueError("a row without a value")
    if row.is_share:
        share = (row.value * row.n + 0.5) / (row.n + 1.0)
        z = float(special.ndtri(share))
        return z, share * (1.0 - share) / (row.n * density(z) ** 2)
    found = link(row.scale)
    if found.slope:
        per = 1.0 / prior(found.slope)
        y = row.value * per
    else:
        gain = min(row.value / size(row), 1.0 - units.PERCENT)
        y, per = _y(gain), 1.0 / (size(row) * (1.0 - max(gain, 0.0)))
    error = row.standard_error
    return y, float("nan") if error is None else (error * per) ** 2


def density(z: float) -> float:
    """The standard normal density."""
    return float(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))


def reported(row: Row, y: Array) -> Array:
    """A mean as it is reported, from the linear scale, at the usual baseline; shapes are kept.

    Raises:
        InputError: if the scale cannot be forecast.

    >>> row = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "percent",
    ...           "mean_change", n=20)
    >>> reported(row, np.log([1.0, 2.0, 4.0])).tolist()  # shares of the baseline that are gone
    [0.0, 0.5, 0.75]
    """
    found = link(row.scale)
    if found.slope:
        return np.asarray(prior(found.slope) * y)
    return np.asarray(size(row) * np.where(y < 0.0, y, -np.expm1(-np.maximum(y, 0.0))))


def mean_of_many(row: Row) -> bool:
    """Whether the mean of people is taken of gains ``1 - exp(-y)``, which bends."""
    return not row.is_share and not link(row.scale).slope and row.statistic != "median_change"


def _y(gain: float) -> float:
    """``-ln(1 - gain)``, up to all but a hundredth; getting worse counts as it is."""
    return gain if gain < 0.0 else float(-np.log1p(-min(gain, 1.0 - units.PERCENT)))
