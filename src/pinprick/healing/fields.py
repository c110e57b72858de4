"""The fields of a zone by day, depth and member: what every instrument reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.medium.column import Column

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Fields:
    """Every species of the reaction table, as volume mean of roused and unroused tissue.

    Attributes:
        days: from the first session, shape (days,).
        column: the dermis that the cells belong to, in metres.
        intact: collagen of the intact tissue, mg/mL, shape (cells, members).
        by_species: each species by name in the table's unit, shape (days, cells, members).
        roused: fraction of the tissue that heard the last session, shape (days, cells, members).
    """

    days: Array
    column: Column
    intact: Array
    by_species: Mapping[str, Array]
    roused: Array


def gain(by_species: Mapping[str, Array], intact: Array) -> Array:
    """Gain of all collagen as a share of intact; fields of any shape that ``intact`` fits.

    >>> kinds = {"collagen_3": 2.0, "collagen_1": 8.0, "matured": 1.0, "mature_lost": 1.0}
    >>> float(gain({name: np.array(value) for name, value in kinds.items()}, np.array(100.0)))
    0.1
    """
    f = by_species
    return np.asarray(
        (f["collagen_3"] + f["collagen_1"] + f["matured"] - f["mature_lost"]) / intact
    )


def mature_gain(by_species: Mapping[str, Array], intact: Array) -> Array:
    """Gain of mature collagen as a share of intact; as :func:`gain`."""
    return np.asarray((by_species["matured"] - by_species["mature_lost"]) / intact)
