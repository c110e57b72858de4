"""The treatment record: what was done in a session, and what went wrong after it.

A case may hold one record for each session. ``None`` means *not reported*; people are codes, never
names. What was prescribed stands in the course; ``variance`` says where a session left it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from pinprick.courses.course import MOST_SESSIONS
from pinprick.courses.steps import MOST_PASSES, MOST_ZONES, UNTIL, Depth, DeviceName
from pinprick.faults import Fault
from pinprick.fields import (
    Day,
    Maybe,
    Model,
    Number,
    Reader,
    Text,
    Texts,
    Whole,
    Word,
    YesNo,
    shown,
)
from pinprick.people.anonymity import Code, names_given

OPERATORS = ("physician", "nurse", "aesthetician", "self")
ENDPOINTS = (*UNTIL, "none")
GRADES = ("mild", "moderate", "severe")
OUTCOMES = ("resolved", "resolving", "not resolved", "resolved with a lasting mark")
MOST_EVENTS = 20
_CLOCK = re.compile(r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Reader):
    """A time of the day, kept as ``hh:mm``.

    >>> Clock().read("9:05")
    '09:05'
    """

    def _takes(self) -> str:
        return "a time of the day, such as 09:30"

    def _parse(self, raw: object, from_file: bool) -> str:
        if not isinstance(raw, str) or not _CLOCK.fullmatch(raw.strip()):
            raise ValueError
        return raw.strip().rjust(len("hh:mm"), "0")

    def _form(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["09:30"]}


class ZoneRecord(Model):
    """What one zone got; its name is that of the zone in the course."""

    name: Annotated[str, Text(what="the name of a zone")]
    depth: Annotated[float | None, Depth] = None
    passes: Annotated[
        int | None, Whole(low=0, high=MOST_PASSES, what="passes", unreported=True)
    ] = None
    seconds_per_cm2: Annotated[
        float | None, Number(low=0, high=120, what="(s per cm2)", unreported=True)
    ] = None
    endpoint_seen: Annotated[str | None, Word(words=ENDPOINTS, unreported=True)] = None


class NumbingRecord(Model):
    """Anaesthetic cream as it was used."""

    product: Annotated[str | None, Text(what="the cream's name", unreported=True)] = None
    grams: Annotated[float | None, Number(low=0, high=200, what="(g)", unreported=True)] = None
    on_at: Annotated[str | None, Clock(unreported=True)] = None
    off_at: Annotated[str | None, Clock(unreported=True)] = None
    wiped_off: Annotated[bool | None, YesNo(unreported=True)] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse cream that comes off before it went on."""
        on, off = cls.peek(given, "on_at"), cls.peek(given, "off_at")
        if on is not None and off is not None and off < on:
            yield Fault("off_at", shown(given["off_at"]), f"a time after {on}, when it went on")


class AdverseEvent(Model):
    """Something that went wrong: when, what, how badly, and what was done about it."""

    onset: Annotated[dt.date | None, Day(unreported=True)]
    what: Annotated[str | None, Text(what="what was seen", unreported=True)]
    grade: Annotated[str | None, Word(words=GRADES, unreported=True)] = None
    serious: Annotated[bool | None, YesNo(unreported=True)] = None
    device: Annotated[str | None, DeviceName(unreported=True)] = None
    action: Annotated[str | None, Text(what="what was done", unreported=True)] = None
    outcome: Annotated[str | None, Word(words=OUTCOMES, unreported=True)] = None
    reported_to: Annotated[
        tuple[str, ...] | None, Texts(what="whom it was reported to", unreported=True)
    ] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse keys that would say who the person is."""
        return names_given(given)


class Record(Model):
    """One session as it was done.

    >>> made = Record.model_validate({"date": "2026-03-09", "session": 1, "pain": 4})
    >>> made.model_dump(mode="json")
    {'date': '2026-03-09', 'session': 1, 'pain': 4}
    """

    date: Annotated[dt.date | None, Day(unreported=True)]
    session: Annotated[
        int | None, Whole(low=1, high=MOST_SESSIONS, what="(its place in the course)",
                          unreported=True)
    ]  # fmt: skip
    operator: Annotated[str | None, Word(words=OPERATORS, unreported=True)] = None
    operator_code: Annotated[str | None, Code(like="N-02", without="no name", unreported=True)] = (
        None
    )
    device: Annotated[str | None, DeviceName(unreported=True)] = None
    device_serial: Annotated[str | None, Text(what="its serial number or UDI", unreported=True)] = (
        None
    )
    cartridge_lot: Annotated[str | None, Text(what="the lot number", unreported=True)] = None
    cartridge_expiry: Annotated[dt.date | None, Day(unreported=True)] = None
    zones: Annotated[
        Annotated[tuple[ZoneRecord, ...], Field(max_length=MOST_ZONES)] | None,
        Maybe(),
        Field(description=f"a list of up to {MOST_ZONES} zones"),
    ] = None
    numbing: Annotated[NumbingRecord | None, Maybe()] = None
    products: Annotated[
        tuple[str, ...] | None, Texts(what="products used, each with its lot", unreported=True)
    ] = None
    pain: Annotated[float | None, Number(low=0, high=10, unreported=True)] = None
    reaction: Annotated[str | None, Text(what="how the skin looked", unreported=True)] = None
    advice_given: Annotated[
        str | None, Text(what="the advice or sheet that was given", unreported=True)
    ] = None
    variance: Annotated[
        str | None, Text(what="what differed from the plan, or `none`", unreported=True)
    ] = None
    adverse_events: Annotated[
        Annotated[tuple[AdverseEvent, ...], Field(max_length=MOST_EVENTS)] | None,
        Maybe(),
        Field(description=f"a list of up to {MOST_EVENTS} events"),
    ] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a zone that stands twice, and keys that would say who the person is."""
        yield from names_given(given)
        zones = given.get("zones")
        seen: set[str] = set()
        for place, zone in enumerate(zones if isinstance(zones, list | tuple) else ()):
            readable = isinstance(zone, Mapping | ZoneRecord)
            name = ZoneRecord.peek(zone, "name") if readable else None
            if name in seen:
                yield Fault(f"zones[{place}].name", name, "each zone once in a record")
            elif name is not None:
                seen.add(name)
