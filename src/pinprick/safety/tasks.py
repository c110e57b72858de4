"""Preparation, visit and aftercare: dated tasks around each session.

Windows, conditions and sources are data (``tasks.toml``), the words too (``texts.toml``). Times are
local and carry no zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

from pinprick import units
from pinprick.case import Case
from pinprick.courses import Needle, Numb, Rest
from pinprick.safety.conditions import applies, data, numbing, person_only
from pinprick.safety.texts import Texts, texts

PHASES = ("before", "visit", "after")
_FILE = "tasks.toml"
_SIZES = {"week": units.WEEK, "day": units.DAY, "hour": units.HOUR, "minute": units.MINUTE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do, or not to do, from one moment to another around one session.

    ``mark`` is the moment that stands in a calendar under the words ``calendar``; ``window`` says
    from when to when in words; ``because`` says for whom it is, where it is not for everyone.
    """

    id: str
    session: int
    phase: str
    title: str
    text: str
    start: datetime
    end: datetime
    window: str
    mark: datetime | None
    calendar: str
    because: str
    rows: tuple[str, ...]
    grade: str
    conflict: str

    @property
    def key(self) -> str:
        """What tells this task from every other of the course."""
        return f"{self.session}-{self.id}"


@dataclass(frozen=True, slots=True)
class Visit:
    """Moments of a visit in seconds after arrival, and its length from short to long."""

    moments: Mapping[str, float]
    shortest: float
    longest: float

    @property
    def length(self) -> str:
        """The length in words, to the nearest ten minutes.

        >>> Visit({"end": 6300.0}, 5400.0, 7200.0).length
        '1 hour 30 minutes to 2 hours'
        """
        low, high = (_clock_words(value) for value in (self.shortest, self.longest))
        return low if low == high else f"{low} to {high}"


def visit(case: Case, forecast: Mapping[str, Any] | None = None) -> Visit:
    """When what happens in a visit: from the steps of the course, or of a forecast of the case.

    >>> from pinprick.case import example
    >>> made = visit(Case.loads(example("acne-scars")))
    >>> made.moments["numbing_off"] / units.MINUTE, made.length
    (60.0, '1 hour 30 minutes to 2 hours')
    """
    usual = data(_FILE)["visit"]
    moments, now, creams = {"arrival": 0.0}, 0.0, numbing(case)
    for step in case.course.steps:
        if isinstance(step, Numb) and step in creams:
            moments.setdefault("numbing_on", now)
            asked = units.quantity(usual["dwell"]["value"], "min")
            now += asked if step.dwell is None else step.dwell
            moments["numbing_off"] = now
        elif isinstance(step, Needle):
            moments.setdefault("needling", now)
        elif isinstance(step, Rest) and "needling" not in moments:
            now += step.duration or 0.0
    sides = ("low", "value", "high")
    short, middle, long = (now + units.quantity(usual["needling"][side], "min") for side in sides)
    if forecast is not None:
        minutes = forecast["sessions"][0]["visit_min"]
        short, middle, long = (
            max(now, float(minutes[side]) * units.MINUTE) for side in ("p05", "p50", "p95")
        )
        apart = units.quantity(usual["step"], "min")
        middle = ceil(middle / apart) * apart
    return Visit({**moments, "end": middle}, short, long)


@dataclass(frozen=True, slots=True)
class Redness:
    """How long redness shows, in seconds, and that in words."""

    longest: float
    words: str


def redness(forecast: Mapping[str, Any] | None = None) -> Redness:
    """How long redness shows: by a forecast of the case, or as a label says.

    >>> redness().words
    '24 to 48 hours'
    """
    if forecast is None:
        usual = data(_FILE)["visit"]["redness"]
        low, high = (units.quantity(usual[side], "h") for side in ("low", "high"))
        return Redness(high, f"{round(low / units.HOUR)} to {spelled(high)}")
    (found,) = (each for each in forecast["side_effects"] if each["key"] == "redness")
    low, middle, high = (
        _tidy(float(found["duration_hours"][side]) * units.HOUR) for side in ("p05", "p50", "p95")
    )
    short = "less than an hour" if low < units.HOUR else f"only {spelled(low)}"
    return Redness(high, f"about {spelled(middle)} (for some {short}, for some {spelled(high)})")


def _tidy(seconds: float) -> float:
    """Whole hours below two days, whole days above."""
    unit = units.HOUR if seconds < 2 * units.DAY else units.DAY
    return max(round(seconds / unit), 1) * unit


def tasks(
    case: Case,
    session_dates: Sequence[date],
    *,
    start: time | None = None,
    words: Texts | None = None,
    forecast: Mapping[str, Any] | None = None,
) -> list[Task]:
    """All tasks of a course, session by session: before, at the visit, after.

    Args:
        case: a case of kind person.
        session_dates: the days of the sessions.
        start: when a visit begins (10:00 if nothing is said).
        words: the words of the sheets; ours if left out.
        forecast: the plain data of a forecast of this case, for lengths of time.

    >>> from pinprick.case import example
    >>> made = tasks(Case.loads(example("acne-scars")), [date(2026, 3, 9)])
    >>> [f"{t.title}: {t.start:%d %b %H:%M}" for t in made if t.id == "sunscreen"]
    ['Mineral sunscreen: 10 Mar 11:45']
    """
    person_only(case)
    said = texts() if words is None else words
    begins = time.fromisoformat(data(_FILE)["visit"]["start"]) if start is None else start
    planned = visit(case, forecast)
    red = redness(forecast)
    out: list[Task] = []
    previous: datetime | None = None
    for session, day in enumerate(session_dates, 1):
        arrival = datetime.combine(day, begins)
        moments = {
            name: arrival + timedelta(seconds=round(after))
            for name, after in planned.moments.items()
        }
        for entry in applying(case):
            out.append(_task(entry, session, moments, said, red, previous))
        previous = moments["end"]
    return sorted(out, key=lambda task: (task.session, PHASES.index(task.phase)))


def applying(case: Case) -> list[Mapping[str, Any]]:
    """Entries of ``tasks.toml`` that apply to a case, the first of each id."""
    out: dict[str, Mapping[str, Any]] = {}
    for entry in data(_FILE)["task"]:
        if entry["id"] not in out and applies(entry.get("when", ()), case):
            out[entry["id"]] = entry
    if "ask_about_cold_sore_tablets" in out:
        out.pop("tell_us_about_cold_sores", None)
    return list(out.values())


def _task(
    entry: Mapping[str, Any],
    session: int,
    moments: Mapping[str, datetime],
    said: Texts,
    red: Redness,
    previous: datetime | None,
) -> Task:
    words = said[entry["id"]]
    ends = {
        side: red.longest if entry[side] == "redness" else units.quantity(entry[side], "h")
        for side in ("from", "to")
    }
    start, end = (moments[entry["anchor"]] + timedelta(seconds=ends[s]) for s in ("from", "to"))
    if previous is not None and entry["phase"] == "before":
        # What prepares a session never reaches back beyond the session before it.
        start, end = max(start, previous), max(end, previous)
    in_words = {side: spelled(abs(value)) for side, value in ends.items()}
    mark = {"from": start, "to": end}.get(entry.get("mark", ""))
    return Task(
        id=entry["id"],
        session=session,
        phase=entry["phase"],
        title=words.title,
        text=words.said(**in_words, redness=red.words),
        start=start,
        end=end,
        window=_window(entry["phase"], ends, in_words),
        mark=mark,
        calendar=words.calendar,
        because=entry.get("because", ""),
        rows=tuple(entry["rows"]),
        grade=entry["grade"],
        conflict=entry.get("conflict", ""),
    )


def _window(phase: str, ends: Mapping[str, float], words: Mapping[str, str]) -> str:
    if phase == "visit":
        return "at the visit"
    if phase == "before":
        until = "the visit" if ends["to"] == 0 else f"{words['to']} before"
        return f"from {words['from']} before to {until}"
    if ends["from"] == 0:
        return f"for {words['to']} after"
    return f"from {words['from']} to {words['to']} after"


def spelled(seconds: float) -> str:
    """A length of time in words.

    >>> [spelled(hours * units.HOUR) for hours in (0.5, 1, 24, 48, 72, 336)]
    ['30 minutes', '1 hour', '24 hours', '48 hours', '3 days', '2 weeks']
    """
    for name, least in data(_FILE)["said_in"].items():
        count = seconds / _SIZES[name]
        if count == round(count) and count >= least:
            return f"{count:.0f} {name}" + ("" if count == 1 else "s")
    return f"{round(seconds / units.MINUTE)} minutes"


def _clock_words(seconds: float) -> str:
    """A length of a visit, to the nearest ten minutes."""
    minutes = round(seconds / units.MINUTE / 10) * 10
    per_hour = round(units.HOUR / units.MINUTE)
    hours, rest = divmod(minutes, per_hour)
    parts = [spelled(hours * units.HOUR)] if hours else []
    return " ".join([*parts, f"{rest} minutes"] if rest or not parts else parts)
