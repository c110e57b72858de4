"""Rows: one reported statistic each, of one arm at one time through one observer."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
PROTOCOL = ("device", "sessions", "interval_weeks", "months_after_last", "depth_mm", "phototype")


@dataclass(frozen=True, slots=True)
class Row:
    """One statistic of one arm.

    ``value`` is a mean in the scale's own steps, counted as a gain (percent scales: a share of the
    baseline), or a share of people from 0 to 1; ``None`` where it is to be forecast. ``cut`` is in
    grades, points or per cent, as the scale counts. ``course`` names the contrast that the chain
    gives. ``weight`` below 1 widens what a doubtful row says. ``standard_error`` is that of a mean,
    in the unit of ``value``.
    """

    study: str
    cohort: str
    arm: str
    people: str
    concern: str
    modality: str
    observer: str
    scale: str
    statistic: str
    n: int
    value: float | None = None
    cut: float | None = None
    standard_error: float | None = None
    baseline: float | None = None
    weight: float = 1.0
    subtype: str = ""
    course: str = ""
    time: str = ""
    sources: tuple[str, ...] = ()
    note: str = ""
    protocol: Mapping[str, float | str | None] | None = None

    @property
    def is_share(self) -> bool:
        """Whether the statistic is a share of people."""
        return self.statistic == "share"

    @property
    def kind(self) -> tuple[str, str, float | None]:
        """Scale, statistic and cut: rows alike in these are set beside each other."""
        statistic = "share" if self.is_share else "mean_change"
        return self.scale, statistic, self.cut


@dataclass(frozen=True, slots=True)
class Contrasts:
    """ln(visible matrix of a course over the reference course's): mean and covariance by course.

    ``names`` (courses,), ``mean`` (courses,), ``covariance`` (courses, courses): between draws of
    the tissue and of what a paper leaves out. A course that is not named has no contrast.
    """

    names: tuple[str, ...] = ()
    mean: Array = field(default_factory=lambda: np.zeros(0))
    covariance: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def of(self, rows: Sequence[Row]) -> tuple[Array, Array]:
        """Mean (rows,) and covariance (rows, rows) of the rows' contrasts."""
        place = {name: i for i, name in enumerate(self.names)}
        where = [place.get(row.course, -1) for row in rows]
        known = np.array([i >= 0 for i in where])
        if not known.any():
            return np.zeros(len(rows)), np.zeros((len(rows), len(rows)))
        mean = np.where(known, self.mean[where], 0.0)
        both = np.outer(known, known)
        return mean, np.where(both, self.covariance[np.ix_(where, where)], 0.0)


@cache
def calibration_rows() -> tuple[Row, ...]:
    """The statistics of the calibration studies, from the table ``appearance_studies.csv``.

    Each names the registry rows that it rests on in ``sources``; :class:`Row` says the units.

    >>> rows = calibration_rows()
    >>> len({row.study for row in rows}), sum(row.scale != "hair-count" for row in rows)
    (31, 64)
    """
    text = files("pinprick.evidence").joinpath("tables", "appearance_studies.csv")
    return tuple(_row(cells) for cells in csv.DictReader(text.read_text("utf-8").splitlines()))


def _row(cells: Mapping[str, str]) -> Row:
    protocol = {
        name: (cells[name] or None) if name == "device" else _number(cells[name])
        for name in PROTOCOL
    }
    treated, time = cells["modality"] != "untreated", cells["months_after_last"]
    return Row(
        study=cells["study"],
        cohort=cells["cohort"],
        arm=cells["arm"],
        people=cells["people"],
        concern=cells["concern"],
        modality=cells["modality"],
        observer=cells["observer"],
        scale=cells["scale"],
        statistic=cells["statistic"],
        n=int(cells["n"]),
        value=_number(cells["value"]),
        cut=_number(cells["cut"]),
        standard_error=_number(cells["standard_error"]),
        weight=float(cells["weight"]),
        course=course_name(cells["study"], cells["arm"], time) if treated else "",
        time=time,
        sources=tuple(cells["rows"].split()),
        note=cells["note"],
        protocol=protocol,
    )


def course_name(study: str, arm: str, time: str) -> str:
    """The name under which the contrast of an arm's course at a time is kept.

    >>> course_name("asif-2016", "MN+PRP", "3")
    'asif-2016/MN+PRP@3'
    """
    return f"{study}/{arm}@{time}"


def _number(text: str) -> float | None:
    return float(text) if text else None
