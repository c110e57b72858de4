"""Every calibration study forecast from all the others, beside two plain baselines.

A cohort is left out whole: several papers, sites, arms, times and observers of one group of people
are never split. Results are counted by cohort, not by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from scipy import stats

from pinprick.appearance.trial import Fit, Parts, Predictive, Row, calibration_rows, fit, predict
from pinprick.appearance.trial.links import LINKS, size
from pinprick.evidence.entries import toml
from pinprick.validation.studies.baselines import (
    P05,
    P95,
    Normal,
    exponential,
    plain,
    relative,
)
from pinprick.validation.studies.contrast import contrasts

Array = np.ndarray[Any, np.dtype[np.float64]]
NODES = 4  # values of each of the four quantities on the model's grid
POINTS = 64  # of each Gaussian
WIDEST = 1.25  # times baseline (a)
NOMINAL = P95 - P05
RESAMPLES = 4000
# One source, or sources in conflict: the plain range is printed, and counted apart.
PLAIN = frozenset(
    {"hair thinning", "laxity", "pores", "dark circles", "other scars", "burn scars",
     "stretch marks", "neck lines", "texture", "PIH", "sun spots"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Left:
    """One row, left out with its whole cohort (or its arm), in units of one whole."""

    row: Row
    range: tuple[float, float, float]
    inside: bool
    below: float
    crps: float
    width: float
    plain_range: tuple[float, float]
    plain_inside: bool
    plain_crps: float
    plain_width: float
    exponential_crps: float
    exponential_inside: bool
    modelled: bool


@dataclass(frozen=True)
class LeaveOut:
    """Rows left out, and what they add up to, counted by cohort."""

    rows: tuple[Left, ...]
    scored: Mapping[str, Any] = field(default_factory=dict)
    apart: Mapping[str, Any] = field(default_factory=dict)


@cache
def fitted_rows() -> tuple[Row, ...]:
    """The calibration rows that the model is fitted to."""
    return tuple(row for row in calibration_rows() if row.scale in LINKS)


@cache
def full_fit(parts: Parts = Parts()) -> Fit:  # noqa: B008 - frozen
    """The model of all calibration rows with the chain's contrasts."""
    return fit(fitted_rows(), contrasts(fitted_rows()), nodes=NODES, parts=parts)


@cache
def leave_out(parts: Parts = Parts()) -> LeaveOut:  # noqa: B008 - frozen
    """Every cohort forecast from all the others."""
    made = full_fit(parts)
    left = [one for out in _groups(made.rows, lambda row: row.cohort) for one in _left(made, out)]
    return _counted(left)


@cache
def known_arm(parts: Parts = Parts()) -> LeaveOut:  # noqa: B008 - frozen
    """Every arm forecast with the other arms of its study known; studies of two arms or more.

    The arms of a cohort that stand for different sites or concerns do not inform each other here.
    """
    made = full_fit(parts)
    arms: dict[tuple[str, str], set[str]] = {}
    for row in made.rows:
        arms.setdefault((row.study, row.concern), set()).add(row.arm)
    left = []
    for out in _groups(made.rows, lambda row: f"{row.study}/{row.concern}/{row.arm}"):
        row = made.rows[out[0]]
        if len(arms[row.study, row.concern]) > 1:
            left += _left(made, out)
    return _counted(left)


def ablation() -> list[dict[str, Any]]:
    """Share inside, width and score with each part of the model off, and with all of them off."""
    variants = {
        "all on": Parts(),
        "dose off": Parts(dose=False),
        "observer off": Parts(observer=False),
        "modality off": Parts(modality=False),
        "concern off": Parts(concern=False),
        "instruments only": Parts(dose=False, observer=False, modality=False, concern=False),
    }
    whole = _scores(leave_out())
    table = []
    for name, parts in variants.items():
        made = leave_out(parts)
        gain = _gain(_scores(made), whole)
        told = {key: made.scored[key] for key in ("inside", "width_over_plain", "crps")}
        table.append(
            {"model": name, **told, "over_plain": made.scored["over_plain"], "over_all_on": gain}
        )
    return table


def _groups(rows: Sequence[Row], key: Callable[[Row], str]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault(key(row), []).append(place)
    return list(found.values())


def _left(made: Fit, out: Sequence[int]) -> list[Left]:
    """The rows ``out`` forecast from the others of the fit."""
    mixture = made.without(out)
    return [
        _judge(i, predict(made.rows[i], mixture, j, made.cells, nodes=POINTS))
        for j, i in enumerate(out)
    ]


@cache
def _baselines(place: int) -> tuple[Normal, Predictive]:
    """Both baselines of a calibration row, from the other cohorts."""
    row = fitted_rows()[place]
    others = [other for other in fitted_rows() if other.cohort != row.cohort]
    return plain(row, others), exponential(row, others)


def _judge(place: int, forecast: Predictive) -> Left:
    row = fitted_rows()[place]
    value, unit = relative(row), 1.0 if row.is_share else size(row)
    a, b = _baselines(place)
    low, middle, high = (forecast.quantile(q) / unit for q in (P05, 0.5, P95))
    plain_low, plain_high = a.quantile(P05), a.quantile(P95)
    modelled = row.concern not in PLAIN
    return Left(
        row=row,
        range=(low, middle, high) if modelled else (plain_low, a.mean, plain_high),
        inside=_within(value, low, high, row),
        below=forecast.below(_reached(value, row) * unit),
        crps=forecast.crps(_reached(value, row) * unit) / unit,
        width=high - low,
        plain_range=(plain_low, plain_high),
        plain_inside=plain_low <= value <= plain_high,
        plain_crps=a.crps(value),
        plain_width=plain_high - plain_low,
        exponential_crps=b.crps(_reached(value, row)),
        exponential_inside=_within(value, b.quantile(P05), b.quantile(P95), row),
        modelled=modelled,
    )


def _reached(value: float, row: Row) -> float:
    """A share as the count that it stands for."""
    return round(value * row.n) / row.n if row.is_share else value


def _within(value: float, low: float, high: float, row: Row) -> bool:
    slack = 0.5 / row.n if row.is_share else 0.0  # printed shares are rounded counts
    return low - slack <= value <= high + slack


def _counted(left: Sequence[Left]) -> LeaveOut:
    scored = [one for one in left if one.modelled]
    apart = [one for one in left if not one.modelled]
    return LeaveOut(tuple(left), _summary(scored), _apart(apart))


def _by_cohort(left: Sequence[Left], of: Callable[[Left], float]) -> Array:
    found: dict[str, list[float]] = {}
    for one in left:
        found.setdefault(one.row.cohort, []).append(of(one))
    return np.array([np.mean(values) for values in found.values()])


def _scores(made: LeaveOut) -> Array:
    return _by_cohort([one for one in made.rows if one.modelled], lambda one: one.crps)


def _summary(left: Sequence[Left]) -> dict[str, Any]:
    """What the rows add up to: means of cohorts' means, with bootstrap intervals over cohorts."""
    if not left:
        return {"studies": 0, "rows": 0}
    inside = _by_cohort(left, lambda one: one.inside)
    crps = _by_cohort(left, lambda one: one.crps)
    a = _by_cohort(left, lambda one: one.plain_crps)
    b = _by_cohort(left, lambda one: one.exponential_crps)
    width = _by_cohort(left, lambda one: one.width)
    plain_width = _by_cohort(left, lambda one: one.plain_width)
    possible = _by_cohort(left, _possible_width)
    hit = round(float(inside.sum()))
    return {
        "studies": len(inside),
        "rows": len(left),
        "inside": round(float(inside.mean()), 3),
        "inside_rows": round(float(np.mean([one.inside for one in left])), 3),
        # So few or fewer, if a study lay inside with nine chances in ten.
        "binomial": round(float(stats.binom.cdf(hit, len(inside), NOMINAL)), 3),
        "pit_mean": round(float(_by_cohort(left, lambda one: one.below).mean()), 3),
        "width_over_plain": round(float(width.mean() / plain_width.mean()), 3),
        "width_over_plain_cut": round(float(width.mean() / possible.mean()), 3),
        "crps": round(float(crps.mean()), 4),
        "plain_crps": round(float(a.mean()), 4),
        "exponential_crps": round(float(b.mean()), 4),
        "over_plain": _gain(crps, a),
        "over_exponential": _gain(crps, b),
        "plain_inside": round(float(_by_cohort(left, lambda o: o.plain_inside).mean()), 3),
        "exponential_inside": round(
            float(_by_cohort(left, lambda o: o.exponential_inside).mean()), 3
        ),
    }


def _possible_width(one: Left) -> float:
    """Width of baseline (a)'s range without what a share cannot be."""
    low, high = one.plain_range
    return min(high, 1.0) - max(low, 0.0) if one.row.is_share else high - low


def _gain(crps: Array, other: Array) -> dict[str, float]:
    """Share by which a score is better than another, with a 90 % bootstrap over cohorts."""
    chosen = np.random.Generator(np.random.Philox(key=0))
    take = chosen.integers(0, len(crps), size=(RESAMPLES, len(crps)))
    drawn = 1.0 - crps[take].mean(axis=1) / other[take].mean(axis=1)
    return {
        "gain": round(float(1.0 - crps.mean() / other.mean()), 3),
        "p05": round(float(np.quantile(drawn, P05)), 3),
        "p95": round(float(np.quantile(drawn, P95)), 3),
    }


def _apart(left: Sequence[Left]) -> dict[str, Any]:
    if not left:
        return {"studies": 0, "rows": 0}
    inside = _by_cohort(left, lambda one: one.plain_inside)
    return {
        "studies": len(inside),
        "rows": len(left),
        "inside": round(float(inside.mean()), 3),
        "model_inside": round(float(_by_cohort(left, lambda one: one.inside).mean()), 3),
        "model_crps": round(float(_by_cohort(left, lambda one: one.crps).mean()), 4),
        "plain_crps": round(float(_by_cohort(left, lambda one: one.plain_crps).mean()), 4),
    }


@cache
def _misses() -> Mapping[str, str]:
    data = toml("pinprick.validation.studies", "misses.toml")
    return {str(key): str(said) for key, said in data.items()}


def why_missed(left: Left) -> str:
    """Why a row lies outside, as far as that is known."""
    if left.inside if left.modelled else left.plain_inside:
        return ""
    return _misses().get(left.row.study, "no explanation was found")
