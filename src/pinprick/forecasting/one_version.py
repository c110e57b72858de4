"""One version of the person, for pictures: the member nearest the middle, and its numbers in mm."""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick import units
from pinprick.forecasting.statistics import rounded

Array = np.ndarray[Any, np.dtype[np.float64]]


def middle(*values: Array) -> int:
    """The member nearest the middle by ranks of all the quantities, (members,) each.

    >>> middle(np.array([1.0, 5.0, 3.0]), np.array([9.0, 7.0, 8.0]))
    2
    """
    off = np.zeros(len(values[0]))
    for each in values:
        order = np.argsort(np.argsort(each, kind="stable"), kind="stable")
        off = off + (order - (len(each) - 1) / 2) ** 2
    return int(np.argmin(off))


def flat(values: Any) -> Array:
    """All members in one row, whatever their draws."""
    return np.asarray(values, dtype=np.float64).reshape(-1)


def mm(length: float) -> float:
    """A length in metres as it is told, in mm.

    >>> mm(0.00123456789)
    1.23457
    """
    return rounded(length / units.MILLI)
