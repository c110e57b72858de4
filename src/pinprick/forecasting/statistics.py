"""Numbers that stand for an ensemble: quantiles, chances, and whose doubt a range shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

Array = np.ndarray[Any, np.dtype[np.float64]]
QUANTILES = {"p05": 0.05, "p50": 0.50, "p95": 0.95}
_DIGITS = 6


def rounded(value: float) -> float:
    """Six significant digits: more would only say which processor it was.

    >>> rounded(1.23456789), rounded(0.0)
    (1.23457, 0.0)
    """
    return float(f"{value:.{_DIGITS}g}") + 0.0


def quantiles(values: Array) -> dict[str, float]:
    """The 90 % range and the median over all members, of any shape, in the unit of the values.

    >>> quantiles(np.arange(101.0))
    {'p05': 5.0, 'p50': 50.0, 'p95': 95.0}
    """
    flat = np.asarray(values, dtype=np.float64).ravel()
    found = np.quantile(flat, list(QUANTILES.values())).tolist()
    return {name: rounded(value) for name, value in zip(QUANTILES, found, strict=True)}


def curves(values: Array) -> dict[str, list[float]]:
    """The 90 % range and the median along the first axis, over all others.

    Takes the shape (points, ...) and gives a list of so many points for each, in the same unit.

    >>> curves(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))["p50"]
    [2.0, 20.0]
    """
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    found = np.quantile(flat, list(QUANTILES.values()), axis=1).tolist()
    return {name: [rounded(v) for v in row] for name, row in zip(QUANTILES, found, strict=True)}


def doubt(true: Array, noise_sd: Array) -> dict[str, float]:
    """Shares of the variance of one reading: knowledge, people, reading; they add up to 1.

    A nested analysis of variance: ``true`` has shape (draws, people), people within draws.

    >>> doubt(np.array([[0.0, 0.0], [2.0, 2.0]]), np.zeros((2, 2)))
    {'knowledge': 1.0, 'people': 0.0, 'reading': 0.0}
    """
    people = float(true.var(axis=1, ddof=1).mean()) if true.shape[1] > 1 else 0.0
    between = float(true.mean(axis=1).var(ddof=1)) if len(true) > 1 else 0.0
    knowledge = max(between - people / true.shape[1], 0.0)
    reading = float((noise_sd**2).mean())
    whole = knowledge + people + reading
    if whole == 0.0:
        return {"knowledge": 0.0, "people": 0.0, "reading": 0.0}
    return {
        "knowledge": round(knowledge / whole, 3),
        "people": round(people / whole, 3),
        "reading": round(reading / whole, 3),
    }


def chance_beyond(gain: Array, threshold: float, noise_sd: Array) -> dict[str, float]:
    """Chance that one reading is better by more than a threshold, quantiles over draws.

    Args:
        gain: true change with better upwards, shape (draws, people).
        threshold: of the scale.
        noise_sd: of one reading, same shape.
    """
    each = special.ndtr((gain - threshold) / noise_sd)
    return quantiles(each.mean(axis=1))
