"""The sheet that a person takes home: what to do before, on the day and after, and when to call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from pinprick.exports.sheets.common import (
    Handout,
    arrivals,
    head,
    listed,
    long_day,
    short_day,
    small_print,
)
from pinprick.forecasting import wording
from pinprick.safety.tasks import Task, visit
from pinprick.safety.texts import Texts, Words

_PARTS = {"before": "Before each visit", "visit": "On the day", "after": "After each visit"}
# What stands in the table of dates, from left to right.
_DATED = ("own_creams_pause", "sunscreen", "no_make_up", "no_sport_no_pool", "own_creams_restart")


def content(of: Handout) -> dict[str, Any]:
    """What the sheet says, as plain data that page and document are made from.

    Raises:
        InputError: if the clinic's number is none.

    >>> from pinprick.case import Case, example
    >>> case = Case.loads(example("acne-scars"))
    >>> made = content(Handout(case, [date(2026, 3, 9)], clinic_phone="020 7946 0123"))
    >>> made["visits"]
    [{'number': '1', 'day': 'Monday 9 March 2026', 'time': '10:00'}]
    """
    top, said, todo = head("sheet", of), of.words, of.tasks()
    first = [task for task in todo if task.session == 1]
    planned = visit(of.case, of.forecast)
    spoken = [each for key, each in said.items() if key.partition(".")[0] in ("sheet", "alarm")]
    return {
        **top,
        "held": said["sheet.held"].text if of.held else "",
        "length": said["sheet.length"].said(visit=planned.length),
        "visits": _visits(of.days, todo),
        "alarm": _alarm(said),
        "parts": [
            {"title": name, "items": [_item(task, phase) for task in first if task.phase == phase]}
            for phase, name in _PARTS.items()
        ],
        "normal": {"title": said["sheet.normal"].title, "text": said["sheet.normal"].text},
        "dates": _dates(todo),
        "clinic": _clinic(first, spoken, said),
    }


def _visits(days: Sequence[date], todo: Iterable[Task]) -> list[dict[str, str]]:
    """The appointments: number, day and time."""
    begins = arrivals(todo)
    return [
        {"number": str(place), "day": long_day(day), "time": f"{begins[place]:%H:%M}"}
        for place, day in enumerate(days, 1)
    ]


def _alarm(said: Texts) -> dict[str, Any]:
    """The signs at which the clinic wants to be called the same day."""
    items = [
        entry.text
        for key, entry in said.items()
        if key.startswith("alarm.") and key not in ("alarm.lead", "alarm.emergency")
    ]
    emergency = said["alarm.emergency"].text
    return {"title": said["alarm.lead"].title, "items": items, "emergency": emergency}


def _item(task: Task, phase: str) -> dict[str, str]:
    when = f"{task.start:%H:%M}" if phase == "visit" else wording.title(task.window)
    return {"id": task.id, "when": when, "title": task.title, "text": task.text}


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
            "rows": listed(task.rows, "judgement"),
        }
        for task in first
    ]
    signs = [row for words in spoken if words.key.startswith("alarm.") for row in words.rows]
    others = [
        {"line": words.title or words.text, "rows": listed(words.rows)}
        for words in spoken
        if words.rows and not words.key.startswith("alarm.")
    ]
    others.append({"line": "Alarm signs", "rows": listed(dict.fromkeys(signs))})
    rows = [row for task in first for row in (*task.rows, *said[task.id].rows)]
    rows += [row for words in spoken for row in words.rows]
    return {
        **small_print(lines, rows),
        "others": others,
        "conflicts": [
            {"line": task.title, "text": task.conflict} for task in first if task.conflict
        ],
    }
