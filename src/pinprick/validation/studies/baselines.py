"""Two plain forecasts of a reported statistic, which the model has to stand beside.

(a) the mean and spread of the same scale, statistic and cut over the other studies;
(b) an open-label exponential in time that knows no dose, observer or paper.
Values are in units of what one whole stands for: shares and gains from 0 to 1, grades, points and
the like over the usual baseline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from pinprick.appearance.trial import Predictive, Row
from pinprick.appearance.trial.links import nominal_cut, reported, size
from pinprick.validation.studies.contrast import MONTHS, SESSIONS

Array = np.ndarray[Any, np.dtype[np.float64]]
WEIGHT = 2.0  # studies that the spread pooled over scales counts for (assumed)
FEWEST = 2  # other studies of the same scale, statistic and cut that suffice for a baseline
TIME_CONSTANT = 3.4  # months (clinical:CL001, CL002)
PERSON_CV = 0.5
_USUAL_INTERVAL = 4.0
_WEEKS_A_MONTH = 4.348
_NODES = 64
P05, P95 = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal forecast."""

    mean: float
    sd: float
    studies: int
    same: bool  # whether it rests on the same scale, statistic and cut

    def quantile(self, level: float) -> float:
        """The quantile."""
        return self.mean + self.sd * float(special.ndtri(level))

    def crps(self, measured: float) -> float:
        """Continuous ranked probability score, in closed form (Gneiting and Raftery 2007).

        >>> round(Normal(0.0, 1.0, 2, True).crps(0.0), 4)
        0.2337
        """
        z = (measured - self.mean) / self.sd
        inside = 2.0 * special.ndtr(z) - 1.0
        density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
        return float(self.sd * (z * inside + 2.0 * density - 1.0 / np.sqrt(np.pi)))


def relative(row: Row) -> float:
    """A row's value in units of what one whole stands for."""
    if row.value is None:
        raise ValueError("a row without a value")
    return row.value if row.is_share else row.value / size(row)


def plain(row: Row, others: Sequence[Row]) -> Normal:
    """Baseline (a): mean and spread over the other studies, for an unseen one.

    A study's rows are averaged first. Where fewer than two other studies report the same, all
    means or all shares stand in. The spread is shrunk to the one pooled over all kinds.
    """
    kinds = _by_kind(others)
    same = list(kinds.get(row.kind, {}).values())
    alike = len(same) >= FEWEST
    if not alike:
        same = list(_by_study([o for o in others if o.is_share == row.is_share]).values())
    values = np.array([np.mean(of_study) for of_study in same])
    pooled = _pooled(kinds, row.is_share)
    count = len(values)
    within = float(np.sum((values - values.mean()) ** 2))
    variance = (WEIGHT * pooled + within) / (WEIGHT + count - 1.0)
    return Normal(float(values.mean()), float(np.sqrt(variance * (1 + 1 / count))), count, alike)


def _pooled(kinds: Mapping[Any, Mapping[str, list[float]]], share: bool) -> float:
    """Variance between studies within a kind, pooled over the kinds of means or of shares."""
    total, freedom = 0.0, 0
    for (_, statistic, _), studies in kinds.items():
        if (statistic == "share") == share and len(studies) >= FEWEST:
            values = np.array([np.mean(v) for v in studies.values()])
            total += float(np.sum((values - values.mean()) ** 2))
            freedom += len(values) - 1
    return total / freedom


def _by_kind(rows: Sequence[Row]) -> dict[Any, dict[str, list[float]]]:
    kinds: dict[Any, dict[str, list[float]]] = {}
    for row in rows:
        kinds.setdefault(row.kind, {}).setdefault(row.study, []).append(relative(row))
    return kinds


def _by_study(rows: Sequence[Row]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for row in rows:
        found.setdefault(row.study, []).append(relative(row))
    return found


def _months_since_first(row: Row) -> float:
    """Months from the first session to the reading; usual settings for what is not reported."""
    told = row.protocol or {}
    sessions = told.get("sessions") or float(np.mean(SESSIONS))
    apart = told.get("interval_weeks") or _USUAL_INTERVAL
    after = told.get("months_after_last")
    after = float(np.mean(MONTHS)) if after is None else after
    return (float(sessions) - 1.0) * float(apart) / _WEEKS_A_MONTH + float(after)


def exponential(row: Row, others: Sequence[Row]) -> Predictive:
    """Baseline (b): ``A (1 - exp(-t / 3.4 months))`` with people log-normal about it, CV 0.5.

    A has mean and spread of the other studies' percentages, each brought to full time; cuts are
    nominal. In units of what one whole stands for.
    """
    found = [o for o in others if o.scale == "percent" and not o.is_share]
    of_study: dict[str, list[float]] = {}
    for other in found:
        of_study.setdefault(other.study, []).append(relative(other) / _reached(other))
    full = np.array([np.mean(v) for v in of_study.values()])
    sd = full.std(ddof=1) * np.sqrt(1 + 1 / len(full))
    points = special.ndtri((np.arange(_NODES) + 0.5) / _NODES)
    gain = np.clip((full.mean() + sd * points) * _reached(row), 0.005, 0.995)
    width = np.sqrt(np.log1p(PERSON_CV**2))
    if row.is_share:
        cut = -np.expm1(-nominal_cut(row))
        above = special.ndtr((np.log(gain / max(cut, 0.01)) - 0.5 * width**2) / width)
        found_counts = stats.binom.pmf(np.arange(row.n + 1), row.n, above[:, None]).mean(axis=0)
        return Predictive(np.arange(row.n + 1) / row.n, found_counts)
    noisy = gain[:, None] * (1.0 + PERSON_CV / np.sqrt(row.n) * points)
    values = np.sort(np.clip(noisy.ravel(), 0.0, 0.999))
    shown = reported(row, -np.log1p(-values)) / size(row)
    return Predictive(shown, np.full(shown.size, 1.0 / shown.size))


def _reached(row: Row) -> float:
    return float(-np.expm1(-max(_months_since_first(row), 0.5) / TIME_CONSTANT))
