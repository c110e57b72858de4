"""What the chain says of an arm: its visible matrix over that of the reference course.

Needling and healing are run for a few dozen members, the same ones for every course. What an arm
leaves out is integrated over: each of a few usual settings in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import floor
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.appearance import visible
from pinprick.appearance.trial import Contrasts, Row
from pinprick.courses.steps import Zone
from pinprick.forecasting.outcomes import LESION
from pinprick.healing.body import Body
from pinprick.healing.tissue import heal
from pinprick.medium.column import dermis
from pinprick.needling import needle_often
from pinprick.people import skin_at, vessels
from pinprick.validation.experiments import one_of_each

Array = np.ndarray[Any, np.dtype[np.float64]]
MEMBERS = 64
MONTH = 30.44  # days
# Usual settings that stand in, each in turn, for what a paper leaves out (assumed).
DEVICES = ("roller", "pen")
SESSIONS = (2, 3, 4, 6)
INTERVALS = (2.0, 4.0)  # weeks
MONTHS = (1.0, 2.0, 3.0, 6.0)  # after the last session
_LEAST = 0.02  # of the reference course's matrix: below, a logarithm would say more than is known
# Concerns whose rating rests on the matrix, with the site that stands for them.
SITES = {
    "acne scars": "cheek",
    "wrinkles": "cheek",
    "neck lines": "neck",
    "other scars": "cheek",
    "stretch marks": "abdomen",
}


@dataclass(frozen=True, slots=True)
class Course:
    """A course as far as an arm states it: weeks, months and millimetres; ``None`` is unknown."""

    device: str | None = None
    sessions: float | None = None
    interval_weeks: float | None = None
    months_after_last: float | None = None
    depth_mm: float | None = None
    passes: int | None = None
    site: str = "cheek"

    def settings(self) -> list[tuple[str, int, float, float]]:
        """Device, sessions, interval and time of every combination that it may have been."""
        tools = (self.device,) if self.device else DEVICES
        count = SESSIONS if self.sessions is None else _whole(self.sessions)
        apart = INTERVALS if self.interval_weeks is None else (self.interval_weeks,)
        after = MONTHS if self.months_after_last is None else (self.months_after_last,)
        return list(product(tools, count, apart, after))

    @property
    def open(self) -> tuple[str, ...]:
        """What is unknown and integrated over."""
        names = ("device", "sessions", "interval_weeks", "months_after_last", "depth_mm", "passes")
        return tuple(name for name in names if getattr(self, name) is None)


REFERENCE = Course("roller", 3, 4.0, 4.16, 1.5)  # half a year after the first session


def _whole(sessions: float) -> tuple[int, ...]:
    """Whole sessions around a mean number of them.

    >>> _whole(3.5), _whole(4)
    ((3, 4), (4,))
    """
    low = floor(sessions)
    return (low,) if sessions == low else (max(low, 1), low + 1)


def course_of(row: Row) -> Course | None:
    """The course of a row; None where the chain has nothing to say (no needle, heat, pigment)."""
    known = row.protocol or {}
    tool = known.get("device")
    silent = row.modality in ("untreated", "radiofrequency") or row.concern not in SITES
    if silent or tool == "radiofrequency":
        return None
    numbers = {
        name: known.get(name)
        for name in ("sessions", "interval_weeks", "months_after_last", "depth_mm", "passes")
    }
    if numbers["sessions"] == 1 and numbers["interval_weeks"] is None:
        numbers["interval_weeks"] = 4.0  # one session has no interval
    return Course(str(tool) if tool else None, site=SITES[row.concern], **numbers)  # type: ignore[arg-type]


def contrasts(rows: Iterable[Row]) -> Contrasts:
    """Contrasts of all courses named by the rows, with what draws and open settings leave open."""
    found: dict[str, tuple[str, Course]] = {}
    for row in rows:
        course = course_of(row)
        if row.course and course is not None:
            found.setdefault(row.course, (row.study, course))
    names = tuple(found)
    if not names:
        return Contrasts()
    logs = {name: log_contrast(course) for name, (_, course) in found.items()}
    by_draw = np.array([logs[name].mean(axis=0) for name in names])
    centred = by_draw - by_draw.mean(axis=1, keepdims=True)
    covariance = centred @ centred.T / by_draw.shape[1]
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            (study, mine), (another, theirs) = found[one], found[other]
            if study == another and mine.open == theirs.open:
                covariance[i, j] += _between(logs[one], logs[other])
    return Contrasts(names, by_draw.mean(axis=1), covariance)


def _between(one: Array, other: Array) -> float:
    """Covariance over the settings that two courses of one paper leave open alike."""
    a, b = one.mean(axis=1), other.mean(axis=1)
    if len(a) != len(b):
        return 0.0
    return float(np.mean((a - a.mean()) * (b - b.mean())))


@cache
def log_contrast(course: Course) -> Array:
    """ln(matrix of the course / matrix of the reference course), shape (settings, members)."""
    [reference] = _matrix(REFERENCE)
    least = _LEAST * np.maximum(reference, np.median(reference) * _LEAST)
    ratio = np.maximum(np.array(_matrix(course)), least) / np.maximum(reference, least)
    return np.asarray(np.log(ratio))


def _matrix(course: Course) -> Sequence[Array]:
    """Visible matrix of every setting of a course, (members,) each."""
    found = []
    for tool, sessions, apart, after in course.settings():
        day = (sessions - 1) * apart * 7.0 + after * MONTH
        curve = _healed(tool, course.depth_mm, course.passes, course.site, sessions, apart)
        found.append(curve(day))
    return found


@dataclass(frozen=True, slots=True)
class _Curve:
    days: Array
    matrix: Array  # (days, members)

    def __call__(self, day: float) -> Array:
        return np.array([np.interp(day, self.days, one) for one in self.matrix.T])


@cache
def _healed(
    tool: str, depth_mm: float | None, passes: int | None, site: str, sessions: int, apart: float
) -> _Curve:
    """Visible matrix by day after the first session, for a young adult."""
    lanes = one_of_each(MEMBERS)
    skin = skin_at(site, None, lanes)
    column, vessel = dermis(skin), vessels(skin, lanes)
    depth = "not reported" if depth_mm is None else f"{_within(tool, depth_mm):g} mm"
    dose: Any = {"passes": passes} if passes else "not reported"
    zone = Zone.model_validate({"body_site": site, "depth": depth, "dose": dose})
    step = apart * 7.0
    done = needle_often(
        devices.device(tool), zone, skin, vessel, column.edges, lanes, range(sessions)
    )
    wounds = [(session * step, each.injury) for session, each in enumerate(done)]
    last = (sessions - 1) * step
    days = [0.0, *(last + MONTH * m for m in (0.25, 0.5, 1, 2, 3, 4.5, 6, 9, 12))]
    tissue = heal(wounds, column, Body.healthy(len(lanes)), lanes, days)
    young = tissue.dermis("collagen III", LESION, column) + tissue.dermis(
        "new collagen I", LESION, column
    )
    matrix = visible(tissue.dermis("matured collagen", LESION, column), young, lanes)
    return _Curve(np.array(days), np.asarray(matrix))


def _within(tool: str, depth_mm: float) -> float:
    """A needle's length in millimetres, within what the device has."""
    found = devices.device(tool)
    low, high = (units.from_si(end, "mm") for end in (found.length_min, found.length_max))
    return min(max(depth_mm, low), high)
