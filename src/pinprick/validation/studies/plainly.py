"""What is printed where one source, or sources in conflict, allow no forecast: the plain range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pinprick.appearance.trial import Row, calibration_rows
from pinprick.appearance.trial.links import LINKS, size
from pinprick.validation.studies.baselines import Normal, plain

WHY = "one source, or sources in conflict: the mean and spread of studies stand here, no forecast"
COUNT = "hair-count"  # two sources, 47-fold apart: neither can stand for the other


def answer(rows: Sequence[Row], base: Sequence[Row], levels: Mapping[str, float]) -> dict[str, Any]:
    """The plain range of each row, marked as such."""
    body: dict[str, Any] = {"kind": "plain", "why": WHY}
    made = [_plain(row, base) for row in rows]
    if len(rows) > 1:
        table = [
            {"at_least": row.cut, **_told(one, levels, 1.0)}
            for row, one in zip(rows, made, strict=True)
        ]
        return body | {"forecast": None, "shares_at_least": table}
    row, one = rows[0], made[0]
    unit = 1.0 if row.is_share or row.scale == COUNT else 1.0 / size(row)
    told = _told(one, levels, unit)
    if row.is_share:
        told = {name: min(max(value, 0.0), 1.0) for name, value in told.items()}
        counts = {name: round(told[name] * row.n) for name in levels}
        body["counts"] = {"of": row.n, **counts}
    elif row.scale == "percent":
        told = {name: float(f"{100 * value:.3g}") for name, value in told.items()}
    body["unit"] = _unit(row)
    body["rests_on"] = {"studies": one.studies, "same_scale_and_cut": one.same}
    return body | {"forecast": told}


def _plain(row: Row, base: Sequence[Row]) -> Normal:
    if row.scale != COUNT:
        return plain(row, base)
    values = np.array(
        [o.value for o in calibration_rows() if o.scale == COUNT and o.cohort != row.cohort],
        dtype=np.float64,
    )
    count = len(values)
    spread = float(values.std(ddof=1)) if count > 1 else float(abs(values[0]))
    return Normal(float(values.mean()), spread * float(np.sqrt(1 + 1 / count)), count, True)


def _told(one: Normal, levels: Mapping[str, float], unit: float) -> dict[str, float]:
    body = {name: float(f"{one.quantile(q) / unit:.3g}") for name, q in levels.items()}
    mean, sd = float(f"{one.mean / unit:.3g}"), float(f"{one.sd / unit:.3g}")
    return {**body, "mean": mean, "sd": sd}


def _unit(row: Row) -> str:
    if row.is_share:
        return "share of people"
    if row.scale == COUNT:
        return "hairs per cm2"
    return "%" if row.scale == "percent" else LINKS[row.scale].unit
