"""The treatment record: it holds a session as it was done, and reads back as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from pinprick.courses.record import AdverseEvent, Record
from pinprick.faults import InputError
from pinprick.fields import NOT_REPORTED, build

FULL: dict[str, Any] = {
    "date": "2026-03-09",
    "session": 1,
    "operator": "nurse",
    "operator_code": "N-02",
    "device": "pen",
    "device_serial": "SN 4411",
    "cartridge_lot": "A12",
    "cartridge_expiry": "2027-01-31",
    "zones": [
        {"name": "cheeks", "depth": "1.5 mm", "passes": 4, "endpoint_seen": "erythema"},
        {"name": "forehead", "depth": "1 mm", "seconds_per_cm2": 2, "endpoint_seen": "none"},
    ],
    "numbing": {
        "product": "lidocaine cream",
        "grams": 6,
        "on_at": "09:05",
        "off_at": "10:05",
        "wiped_off": True,
    },
    "products": ["sterile gel, lot 7"],
    "pain": 4.5,
    "reaction": "even redness",
    "advice_given": "sheet of March 2026",
    "variance": "forehead 1.0 instead of 1.2 mm",
    "adverse_events": [
        {
            "onset": "2026-03-12",
            "what": "clustered sores at the lip",
            "grade": "moderate",
            "serious": False,
            "device": "pen",
            "action": "seen the same day",
            "outcome": "resolved",
            "reported_to": ["the device's maker"],
        }
    ],
}


def written(record: Record) -> dict[str, Any]:
    return record.model_dump(mode="json")


def test_a_full_record_reads_back_as_it_was_written() -> None:
    record = build(Record, FULL, from_file=True)
    assert written(record) == FULL
    assert build(Record, written(record), from_file=True) == record


def test_everything_may_be_unreported() -> None:
    nothing = dict.fromkeys(Record.model_fields, NOT_REPORTED)
    record = build(Record, nothing, from_file=True)
    assert all(value is None for value in dict(record).values())
    assert written(record) == nothing
    event = build(AdverseEvent, dict.fromkeys(AdverseEvent.model_fields, NOT_REPORTED))
    assert all(value is None for value in dict(event).values())


def test_no_event_is_not_the_same_as_none_reported() -> None:
    short = {"date": "2026-03-09", "session": 1}
    assert build(Record, {**short, "adverse_events": []}).adverse_events == ()
    assert build(Record, short).adverse_events is None


def test_what_was_left_out_stays_out() -> None:
    assert written(build(Record, {"date": "2026-03-09", "session": 2})) == {
        "date": "2026-03-09",
        "session": 2,
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"session": 0}, "session: found 0"),
        ({"date": "9 March"}, "date: found 9 March"),
        ({"operator": "barber"}, "physician, nurse"),
        ({"operator_code": "Mary"}, "operator_code: found Mary"),
        ({"operator_code": "1980-02-03"}, "operator_code"),
        ({"device": "penn"}, "did you mean pen"),
        ({"pain": 11}, "pain: found 11"),
        ({"zones": [{"name": "cheek"}, {"name": "cheek"}]}, "each zone once"),
        ({"zones": "cheek"}, "a list of up to 20 zones"),
        ({"zones": [{"name": "cheek", "depth": 1.5}]}, "with its unit"),
        ({"numbing": {"on_at": "10:00", "off_at": "9:30"}}, "a time after 10:00"),
        ({"numbing": {"on_at": "25:00"}}, "a time of the day"),
        ({"adverse_events": [{"onset": "2026-03-12"}]}, "what: found nothing"),
        ({"adverse_events": [{"onset": None, "what": "x", "grade": "bad"}]}, "mild, moderate"),
        ({"name": "somebody"}, "a code and an age"),
        ({"cartridge": "A12"}, "an unknown key"),
    ],
)
def test_a_wrong_record_is_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError) as caught:
        build(Record, {**FULL, **change}, from_file=True)
    assert told in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        build(Record, {**FULL, "session": 99, "pain": -1, "device": "x"}, from_file=True)
    assert len(caught.value.faults) == 3
