"""The calendar: appointments and reminders as an ``.ics`` file, without a name or a diagnosis.

The same case gives the same ids and the same bytes, so that a moved course replaces its events.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pinprick.case import Case
from pinprick.exports.sheets.common import Handout, arrivals
from pinprick.safety.tasks import visit

APPOINTMENT = "Appointment"
_REMINDER = timedelta(minutes=15)


def calendar(of: Handout) -> bytes:
    """The calendar of a course as iCalendar text; times are local and carry no zone.

    >>> from datetime import date
    >>> from pinprick.case import Case, example
    >>> made = calendar(Handout(Case.loads(example("acne-scars")), [date(2026, 3, 9)]))
    >>> made.splitlines()[0], made.count(b"SUMMARY:Appointment")
    (b'BEGIN:VCALENDAR', 1)
    """
    from icalendar import Calendar

    todo = of.tasks()
    length = timedelta(seconds=round(visit(of.case, of.forecast).moments["end"]))
    events = [
        (begin, f"{session}-visit", APPOINTMENT, length)
        for session, begin in arrivals(todo).items()
    ]
    events += [
        (task.mark, task.key, task.calendar, _REMINDER)
        for task in todo
        if task.mark is not None and task.calendar
    ]
    # The stamp says when an event was made; a clock would change the bytes, so the course's start.
    stamp = datetime.combine(min(of.days), time(), timezone.utc)  # noqa: UP017
    made = Calendar()
    made.add("prodid", "-//Pinprick//Sheets//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for begin, key, title, lasts in sorted(events):
        made.add_component(_event(of, key, title, begin, lasts, stamp))
    return bytes(made.to_ical())


def uid(case: Case, key: str) -> str:
    """The id of an event: of the person's code and the event's place in the course.

    >>> from pinprick.case import example
    >>> case = Case.loads(example("acne-scars"))
    >>> uid(case, "1-visit") == uid(case.with_(start="2026-05-04"), "1-visit")
    True
    """
    return f"{uuid5(NAMESPACE_URL, f'pinprick:{case.code or case.title}:{key}')}@pinprick"


def _event(
    of: Handout, key: str, title: str, begin: datetime, lasts: timedelta, stamp: datetime
) -> Any:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", uid(of.case, key))
    event.add("dtstamp", stamp)
    event.add("summary", title)
    event.add("dtstart", begin)
    event.add("dtend", begin + lasts)
    event.add("class", "PRIVATE")
    appointment = title == APPOINTMENT
    event.add("transp", "OPAQUE" if appointment else "TRANSPARENT")
    if of.clinic_phone:
        event.add("description", f"Questions? Call {of.clinic_phone}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", timedelta(days=-1) if appointment else timedelta(0))
    event.add_component(alarm)
    return event
