"""What sheets and calendar share: what they are made from, days in words, head and small print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from pinprick.case import Case
from pinprick.evidence import registry
from pinprick.faults import Fault, InputError
from pinprick.safety.tasks import Task, tasks
from pinprick.safety.texts import Texts, texts

PURPOSE = (
    "For research and teaching: not cleared, certified or clinically validated, and not for "
    "deciding a patient's treatment. The clinic that hands this out answers for its words."
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_PHONE = re.compile(r"\+?\(?[0-9][0-9 ()/.-]{4,24}( ?(ext\.?|x) ?[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Handout:
    """What sheets and calendar are made from.

    Args:
        case: a case of kind person.
        days: of the visits.
        clinic_phone: the number to call; without it there is no sheet.
        words: the words; ours if left out.
        start: when a visit begins.
        forecast: plain data of a forecast of this case; without it no benefit is shown.
        held: whether the screening still has to be cleared; the sheets then say so.
    """

    case: Case
    days: Sequence[date]
    clinic_phone: str | None = None
    words: Texts = field(default_factory=texts)
    start: time | None = None
    forecast: Mapping[str, Any] | None = None
    held: bool = False

    def tasks(self) -> list[Task]:
        """What to do and when, visit by visit."""
        return tasks(
            self.case, self.days, start=self.start, words=self.words, forecast=self.forecast
        )


def arrivals(todo: Iterable[Task]) -> dict[int, datetime]:
    """When to come, by session."""
    return {task.session: task.start for task in todo if task.id == "come_with_a_bare_face"}


def phone(number: str | None, where: str = "--clinic-phone") -> str:
    """The clinic's number as it is printed.

    Raises:
        InputError: if there is none, or it is no telephone number.

    >>> phone(" +44 20 7946 0123 ")
    '+44 20 7946 0123'
    """
    text = " ".join((number or "").split())
    if not _PHONE.fullmatch(text):
        allowed = "the clinic's telephone number, such as +44 20 7946 0123; no sheet without it"
        raise InputError([Fault(where, text or "nothing", allowed)])
    return text


def long_day(day: date) -> str:
    """A day as it is written in full.

    >>> long_day(date(2026, 3, 9))
    'Monday 9 March 2026'
    """
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(moment: datetime) -> str:
    """A moment in a table.

    >>> short_day(datetime(2026, 3, 9, 11, 45))
    'Mon 9 Mar, 11:45'
    """
    name, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{name[:3]} {moment.day} {month[:3]}, {moment:%H:%M}"


def head(sheet: str, of: Handout) -> dict[str, Any]:
    """The top of a sheet, and what it is for.

    Args:
        sheet: ``sheet`` or ``consent``, as the texts are named.
        of: what it is made from.

    Raises:
        InputError: if the clinic's number is none.
    """
    return {
        "phone": phone(of.clinic_phone),
        "title": of.words[f"{sheet}.title"].text,
        "code": of.case.code or "",
        "lead": of.words[f"{sheet}.lead"].text,
        "call": of.words["sheet.call"].text,
        "purpose": PURPOSE,
    }


def small_print(lines: Iterable[Mapping[str, str]], rows: Iterable[str]) -> dict[str, Any]:
    """What the clinician reads: lines with their rows, and the papers behind all rows."""
    return {
        "title": "For the clinician: what each line rests on",
        "lines": list(lines),
        "sources": sources(rows),
    }


def sources(rows: Iterable[str]) -> list[dict[str, str]]:
    """Papers behind some rows, each once with its rows, in the order of their names.

    A clinic may name sources of its own: what is no row of the evidence is left out.

    >>> sources(["safety:SAF015", "our leaflet"])[0]["rows"]
    'SAF015'
    """
    facts = registry().facts
    papers: dict[str, list[str]] = {}
    for row in dict.fromkeys(rows):
        if fact := facts.get(row):
            told = "" if fact.status == "read" else f" ({fact.status})"
            papers.setdefault(fact.source + told, []).append(short(row))
    return [
        {"source": name, "rows": ", ".join(sorted(papers[name]))}
        for name in sorted(papers, key=str.casefold)
    ]


def listed(rows: Iterable[str], otherwise: str = "") -> str:
    """Rows by their short ids, or what stands where there are none.

    >>> listed(["safety:SAF156", "safety:SAF238"]), listed([], "judgement")
    ('SAF156, SAF238', 'judgement')
    """
    return ", ".join(map(short, rows)) or otherwise


def short(row: str) -> str:
    """A row's id without its file.

    >>> short("safety:SAF156")
    'SAF156'
    """
    return row.rpartition(":")[2]
