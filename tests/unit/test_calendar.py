"""The calendar: it parses, its ids last, and its titles tell nobody anything."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import icalendar

from pinprick.case import Case, example_path
from pinprick.exports.sheets.calendar import calendar
from pinprick.exports.sheets.common import Handout

DAYS = [date(2026, 3, 9), date(2026, 4, 6)]
TELLING = re.compile(
    r"acne|scar|melasma|wrinkle|needl|cold sore|herpes|skin disease|P-017|isotretinoin", re.I
)


def case(**changes: Any) -> Case:
    return Case.load(example_path("acne-scars")).with_(**changes)


def events(person: Case | None = None, days: list[date] | None = None, **more: Any) -> list[Any]:
    data = calendar(Handout(person or case(), days or DAYS, **more))
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def test_it_parses_and_holds_the_visits() -> None:
    visits = [event for event in events() if event["summary"] == "Appointment"]
    assert [event.decoded("dtstart") for event in visits] == [
        datetime(2026, 3, 9, 10), datetime(2026, 4, 6, 10)]  # fmt: skip
    assert visits[0].decoded("dtend") - visits[0].decoded("dtstart") == timedelta(minutes=105)
    assert visits[0].walk("VALARM")[0].decoded("trigger") == timedelta(days=-1)


def test_reminders_come_at_the_end_or_the_start_of_their_window() -> None:
    at = {str(event["summary"]): event.decoded("dtstart") for event in events(days=DAYS[:1])}
    assert at["Mineral sunscreen from today"] == datetime(2026, 3, 10, 11, 45)
    assert at["Make-up and serum again from today"] == datetime(2026, 3, 12, 11, 45)
    assert at["Pause the creams you chose yourself"] == datetime(2026, 3, 8, 10)
    assert all(event["transp"] == "TRANSPARENT" for event in events()
               if event["summary"] != "Appointment")  # fmt: skip


def test_the_same_case_gives_the_same_bytes_and_other_dates_the_same_ids() -> None:
    assert calendar(Handout(case(), DAYS)) == calendar(Handout(case(), DAYS))

    def ids(days: list[date]) -> set[str]:
        return {str(event["uid"]) for event in events(days=days)}

    assert ids(DAYS) == ids([date(2026, 5, 4), date(2026, 6, 1)])
    assert len(ids(DAYS)) == len(events())
    assert not ids(DAYS) & {str(event["uid"]) for event in events(case(code="P-018"))}


def test_no_title_tells_a_diagnosis_or_who_it_is() -> None:
    people = [case(), case(answers={"cold_sore_history": True}), case(medicines=["isotretinoin"])]
    for person in people:
        for event in events(person, clinic_phone="+44 20 7946 0123"):
            shown = f"{event['summary']} {event.get('description', '')} {event['uid']}"
            assert not TELLING.search(shown), shown
            assert event["class"] == "PRIVATE"


def test_the_stamp_follows_the_course_not_the_clock() -> None:
    assert {event.decoded("dtstamp").isoformat() for event in events()} == {
        "2026-03-09T00:00:00+00:00"
    }
