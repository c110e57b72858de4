"""A course: when it starts, how many sessions, how far apart, and the steps of each session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from pinprick import devices, units
from pinprick.courses.steps import MOST_ZONES, TIMES, AnyStep, Needle, Zone
from pinprick.faults import Fault, InputError
from pinprick.fields import Day, Model, Quantity, Whole, reader
from pinprick.people.person import ALSO_SITES, BODY_SITES

MOST_SESSIONS = 12
MOST_STEPS = 20
Interval = Quantity(low="1 d", high="365.25 d", like="4 weeks", shown_in=TIMES[:3], unreported=True)


class Course(Model):
    """What is prescribed. ``None`` for start, sessions or interval means *not reported*.

    >>> Course.model_validate("3 sessions every 2 weeks with a pen at 1 mm on the cheek").sessions
    3
    """

    start: Annotated[date | None, Day(unreported=True)]
    sessions: Annotated[
        int | None, Whole(low=1, high=MOST_SESSIONS, what="sessions", unreported=True)
    ]
    interval: Annotated[float | None, Interval] = None
    steps: Annotated[
        tuple[AnyStep, ...],
        Field(
            min_length=1, max_length=MOST_STEPS, description=f"a list of 1 to {MOST_STEPS} steps"
        ),
    ]

    @classmethod
    def prepare(cls, data: Any) -> Any:
        """Read a sentence as the course it stands for."""
        return from_sentence(data) if isinstance(data, str) else data

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse sessions without an interval, no needling, and two zones of one name."""
        if "sessions" in given and "interval" not in given and cls.peek(given, "sessions") != 1:
            yield Fault("interval", "nothing", reader(cls, "interval").allowed())
        steps = given.get("steps")
        if isinstance(steps, list | tuple) and steps and not any(_needles(step) for step in steps):
            yield Fault("steps", "no needle step", "at least one step that needles")
        yield from _names_twice(steps)

    @property
    def needling(self) -> tuple[Needle, ...]:
        """The steps that needle."""
        return tuple(step for step in self.steps if isinstance(step, Needle))

    @property
    def zones(self) -> tuple[tuple[Needle, Zone], ...]:
        """Every zone with the step that needles it."""
        return tuple((step, zone) for step in self.needling for zone in step.zones)

    def session_days(self, sessions: int | None = None, interval: float | None = None) -> list[int]:
        """Days of the sessions, counted from the first.

        Args:
            sessions: stands in for a number of sessions that was not reported.
            interval: stands in for an interval (s) that was not reported.

        Raises:
            InputError: if one was not reported and nothing stands in for it.

        >>> Course.model_validate("3 sessions every 2 weeks with a pen at 1 mm on the cheek"
        ...     ).session_days()
        [0, 14, 28]
        """
        count = sessions if self.sessions is None else self.sessions
        apart = interval if self.interval is None else self.interval
        if count is None:
            raise InputError([Fault("course.sessions", "not reported", "a number of sessions")])
        if apart is None and count > 1:
            raise InputError([Fault("course.interval", "not reported", "an interval")])
        return [round(place * (apart or 0.0) / units.DAY) for place in range(count)]


def _needles(step: Any) -> bool:
    return isinstance(step, Needle) or (isinstance(step, Mapping) and "needle" in step)


def _names_twice(steps: Any) -> Iterable[Fault]:
    """Zones are told apart by name in every result, so a name stands once in a course."""
    seen: set[str] = set()
    for place, step in enumerate(steps if isinstance(steps, list | tuple) else ()):
        needle = step.get("needle") if isinstance(step, Mapping) else step
        zones = needle.get("zones") if isinstance(needle, Mapping) else getattr(needle, "zones", ())
        for number, raw in enumerate(zones if isinstance(zones, list | tuple) else ()):
            zone = Zone.prepare(raw)
            name = Zone.peek(zone, "name") if isinstance(zone, Mapping | Zone) else None
            if name in seen:
                where = f"steps[{place}].needle.zones[{number}].name"
                yield Fault(where, name, "each zone's name once in a course")
            elif name is not None:
                seen.add(name)


_NUMBERS = (
    *("one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_LIKE = "4 sessions every 4 weeks with a pen at 1.5 mm on the cheek"
_CLAUSE = re.compile(r"\b(every|with|at|on|for|until|from|starting)\b")
_AREA_DOSE = re.compile(r"([\d.]+) ?(?:s(?:econds?)?) ?(?:/|per) ?cm(?:2|²)")


def from_sentence(text: str) -> dict[str, Any]:
    """The mapping that a sentence stands for.

    Sessions, interval, device, depth and places are needed; ``for 3 passes`` or ``for 2 s/cm2``
    and ``from 2026-03-09`` may follow, and what is left out is not reported.

    Raises:
        InputError: if a part cannot be read.

    >>> course = from_sentence("One session with a roller at 1.5 mm on the cheek and forehead")
    >>> course["sessions"], [zone["name"] for zone in course["steps"][0]["needle"]["zones"]]
    (1, ['cheek', 'forehead'])
    """
    head, *rest = _CLAUSE.split(" ".join(text.casefold().split()).rstrip("."))
    clauses: dict[str, str] = {}
    for word, said in zip(rest[::2], rest[1::2], strict=True):
        key = "from" if word == "starting" else word
        if key in clauses or not said.strip(" ,"):
            raise _unread(f"{word}{said}")
        clauses[key] = said.strip(" ,")
    count = re.fullmatch(r"(\w+) sessions?", head.strip(" ,"))
    if count is None or not {"with", "at", "on"} <= set(clauses):
        raise _unread(text)
    sites = [s.strip() for s in re.split(r",|\band\b", clauses["on"]) if s.strip()]
    dose = _dose(clauses)
    zones = [
        {"name": site, "body_site": site, "depth": clauses["at"], "dose": dose}
        for site in (_site(each) for each in sites[:MOST_ZONES])
    ]
    device = re.sub(r"^(an?|the) ", "", clauses["with"])
    course = {
        "start": clauses.get("from", "not reported"),
        "sessions": _number(count[1]),
        "steps": [{"needle": {"device": _device(device), "zones": zones}}],
    }
    if "every" in clauses:
        course["interval"] = clauses["every"]
    return course


def _device(words: str) -> str:
    name = words.replace(" ", "-")
    try:
        devices.device(name)
    except InputError as error:
        raise InputError([Fault("", f"the device {words}", error.faults[0].allowed)]) from None
    return name


def _site(words: str) -> str:
    site = re.sub(r"^(the|both) ", "", words)
    return dict(ALSO_SITES).get(site, site) if site not in BODY_SITES else site


def _dose(clauses: Mapping[str, str]) -> Any:
    if "until" in clauses:
        return {"until": clauses["until"], "max_passes": "not reported"}
    said = clauses.get("for")
    if said is None:
        return "not reported"
    passes = re.fullmatch(r"(\w+) passes", said)
    seconds = _AREA_DOSE.fullmatch(said)
    if passes:
        return {"passes": _number(passes[1])}
    if seconds:
        return {"seconds_per_cm2": seconds[1]}
    raise _unread(f"for {said}")


def _number(word: str) -> int | str:
    return _NUMBERS.index(word) + 1 if word in _NUMBERS else word


def _unread(found: str) -> InputError:
    return InputError([Fault("", found, f'a sentence such as "{_LIKE}", or a mapping')])
