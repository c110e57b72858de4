"""The sheet that a person takes home: what to do before, on the day and after, and when to call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from pinprick.case import Case
from pinprick.exports import typeset
from pinprick.exports.typeset import short
from pinprick.faults import Fault, InputError
from pinprick.safety.tasks import Task, tasks, visit
from pinprick.safety.texts import Texts, Words, texts

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_PARTS = {"before": "Before each visit", "visit": "On the day", "after": "After each visit"}
# What stands in the table of dates, from left to right.
_DATED = ("own_creams_pause", "sunscreen", "no_make_up", "no_sport_no_pool", "own_creams_restart")
_PHONE = re.compile(r"\+?\(?[0-9][0-9 ()/.-]{4,24}( ?(ext\.?|x) ?[0-9]{1,6})?")


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


def content(
    case: Case,
    session_dates: Sequence[date],
    *,
    clinic_phone: str | None,
    words: Texts | None = None,
    start: time | None = None,
    forecast: Mapping[str, Any] | None = None,
    held: bool = False,
) -> dict[str, Any]:
    """What the sheet says, as plain data that page and document are made from.

    Args:
        case: a case of kind person.
        session_dates: the days of the visits.
        clinic_phone: the number to call; without it there is no sheet.
        words: the words; ours if left out.
        start: when a visit begins.
        forecast: plain data of a forecast of this case, for lengths of time.
        held: whether the screening still has to be cleared; the sheet then says so first.
    """
    number = phone(clinic_phone)
    said = texts() if words is None else words
    todo = tasks(case, session_dates, start=start, words=said, forecast=forecast)
    first = [task for task in todo if task.session == 1]
    planned = visit(case, forecast)
    spoken = [each for key, each in said.items() if key.partition(".")[0] in ("sheet", "alarm")]
    return {
        "title": said["sheet.title"].text,
        "code": case.code or "",
        "phone": number,
        "lead": said["sheet.lead"].text,
        "call": said["sheet.call"].text,
        "held": said["sheet.held"].text if held else "",
        "length": said["sheet.length"].said(visit=planned.length),
        "visits": visits(session_dates, todo),
        "alarm": alarm(said),
        "parts": [
            {"title": name, "items": [_item(task, phase) for task in first if task.phase == phase]}
            for phase, name in _PARTS.items()
        ],
        "normal": {"title": said["sheet.normal"].title, "text": said["sheet.normal"].text},
        "dates": _dates(todo),
        "clinic": _clinic(first, spoken, said),
        "purpose": typeset.PURPOSE,
    }


def render(made: Mapping[str, Any]) -> str:
    """The sheet as a page of HTML."""
    return typeset.html("sheet", made)


def document(made: Mapping[str, Any]) -> bytes:
    """The sheet as a tagged PDF."""
    return typeset.pdf("sheet", made)


def visits(session_dates: Sequence[date], todo: Iterable[Task]) -> list[dict[str, str]]:
    """The appointments: number, day and time."""
    begins = {task.session: task.start for task in todo if task.id == "come_with_a_bare_face"}
    return [
        {"number": str(place), "day": long_day(day), "time": f"{begins[place]:%H:%M}"}
        for place, day in enumerate(session_dates, 1)
    ]


def alarm(said: Texts) -> dict[str, Any]:
    """The signs at which the clinic wants to be called the same day."""
    items = [
        entry.text
        for key, entry in said.items()
        if key.startswith("alarm.") and key not in ("alarm.lead", "alarm.emergency")
    ]
    emergency = said["alarm.emergency"].text
    return {"title": said["alarm.lead"].title, "items": items, "emergency": emergency}


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


def _item(task: Task, phase: str) -> dict[str, str]:
    when = f"{task.start:%H:%M}" if phase == "visit" else _large(task.window)
    return {"id": task.id, "when": when, "title": task.title, "text": task.text}


def _large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _dates(todo: Sequence[Task]) -> dict[str, Any]:
    first = {task.id: task for task in todo if task.session == 1}
    shown = [name for name in _DATED if name in first and first[name].mark is not None]
    creams = {"own_creams_pause": "pause from", "own_creams_restart": "again from"}
    heads = []
    for name in shown:
        side = "from" if first[name].mark == first[name].start else "until"
        heads.append(f"{first[name].title} {creams.get(name, side)}")
    by_session: dict[int, dict[str, Task]] = {}
    for task in todo:
        by_session.setdefault(task.session, {})[task.id] = task
    rows = [
        [str(session), *(short_day(mine[name].mark or mine[name].start) for name in shown)]
        for session, mine in by_session.items()
    ]
    return {"title": "Your dates", "head": ["Visit", *heads], "rows": rows}


def _clinic(first: Sequence[Task], spoken: Sequence[Words], said: Texts) -> dict[str, Any]:
    """The small print for the clinician: what each line rests on, and where sources differ."""
    lines = [
        {
            "line": task.title,
            "when": task.window,
            "for": task.because or "everyone",
            "grade": "the clinic's own words" if said[task.id].own else task.grade,
            "rows": ", ".join(map(short, task.rows)) or "judgement",
        }
        for task in first
    ]
    signs = [row for words in spoken if words.key.startswith("alarm.") for row in words.rows]
    others = [
        {"line": words.title or words.text, "rows": ", ".join(map(short, words.rows))}
        for words in spoken
        if words.rows and not words.key.startswith("alarm.")
    ]
    others.append({"line": "Alarm signs", "rows": ", ".join(map(short, dict.fromkeys(signs)))})
    rows = [row for task in first for row in (*task.rows, *_known(said[task.id].rows))]
    rows += [row for words in spoken for row in _known(words.rows)]
    return {
        "title": "For the clinician: what each line rests on",
        "lines": lines,
        "others": others,
        "conflicts": [
            {"line": task.title, "text": task.conflict} for task in first if task.conflict
        ],
        "sources": typeset.sources(rows),
    }


def _known(rows: Iterable[str]) -> list[str]:
    """Rows of the evidence; a clinic may name sources of its own."""
    from pinprick.evidence import registry

    return [row for row in rows if row in registry().facts]
