"""What a case holds for the screening: answers, the clinic's settings, consent and overrides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any

from pinprick import units
from pinprick.evidence.comparators import read_price
from pinprick.faults import Fault, InputError
from pinprick.fields import (
    NOT_REPORTED,
    Day,
    Model,
    Quantity,
    Reader,
    Text,
    Word,
    YesNo,
    is_unreported,
    quantity_text,
    shown,
)

Answer = bool | str | float | tuple[str, ...] | None

CLINICIANS = ("physician", "nurse")
REGIONS = ("eu", "uk", "us", "other")
SPECIALTIES = (
    "dermatologist",
    "oncologist",
    "haematologist",
    "rheumatologist",
    "cardiologist",
    "none",
)
ISOTRETINOIN = ("label", "consensus")
MOST_ANSWERS = 300
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NAME = re.compile(r"[a-z][a-z0-9 -]{0,59}")
_LONGEST_WAIT = Quantity(low="0 d", high="1000 d", like="14 d", shown_in=("d",))


class Frozen(Mapping[str, Any]):
    """A mapping that never changes, so that a case can be compared and hashed.

    >>> Frozen({"keloid": False}) == Frozen({"keloid": False})
    True
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any] | None = None) -> None:
        self._items: dict[str, Any] = dict(items or {})

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"Frozen({self._items!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersReader(Reader):
    """Answers by question; which questions there are is checked by the screening.

    >>> dict(AnswersReader().read({"keloid": False, "isotretinoin": {"last_dose": "2026-01-05"}}))
    {'keloid': False, 'isotretinoin': True, 'isotretinoin_last_dose': '2026-01-05'}
    """

    def _takes(self) -> str:
        return (
            "a mapping of questions to answers; `pinprick screen CASE.yaml --questions` lists both"
        )

    def _parse(self, raw: object, from_file: bool) -> Frozen:
        if raw is None and not from_file:
            return Frozen()
        if isinstance(raw, Frozen):
            return raw
        if not isinstance(raw, Mapping) or len(raw) > MOST_ANSWERS:
            raise ValueError
        flat: dict[str, Answer] = {}
        faults: list[Fault] = []
        for key, value in _flat(raw):
            try:
                if not _KEY.fullmatch(key):
                    raise ValueError
                if key in flat and flat[key] != _answer(value):
                    raise InputError([Fault(key, "two answers", "one answer for each question")])
                flat[key] = _answer(value)
            except InputError as error:
                faults += error.faults
            except (ValueError, TypeError, OverflowError):
                faults.append(Fault(key[:60], shown(value), _TAKES))
        if faults:
            raise InputError(faults)
        return Frozen(flat)

    def _write_value(self, value: Frozen) -> dict[str, Any]:
        return {key: _written(answer) for key, answer in value.items()}

    def _form(self) -> dict[str, Any]:
        plain = {"type": ["boolean", "number", "string"]}
        many = {"type": "array", "items": {"type": "string"}}
        one = {"anyOf": [plain, many]}
        nested = {"type": "object", "additionalProperties": one}
        return {"type": "object", "additionalProperties": {"anyOf": [*one["anyOf"], nested]}}


_TAKES = "yes, no, a word, a number, a date, names of zones, or `not reported`"


def _flat(raw: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """Answers with those below a question under a key of their own."""
    for key, value in raw.items():
        if isinstance(value, Mapping):
            if value:
                yield str(key), True
            for inner, answer in value.items():
                yield f"{key}_{inner}", answer
        else:
            yield str(key), value


def _answer(raw: object) -> Answer:
    if raw is None or is_unreported(raw):
        return None
    if isinstance(raw, bool):
        return raw
    if type(raw) is dt.date:
        return raw.isoformat()
    if isinstance(raw, int | float):
        if not isfinite(raw):
            raise ValueError
        return float(raw)
    if isinstance(raw, list | tuple):
        if not raw:
            raise ValueError
        return tuple(Text().read(item) for item in raw)
    if not isinstance(raw, str):
        raise ValueError
    said: str = Text().read(raw)
    return said.casefold() == "yes" if said.casefold() in ("yes", "no") else said


def _written(answer: Answer) -> Any:
    if answer is None:
        return NOT_REPORTED
    if isinstance(answer, float) and not isinstance(answer, bool):
        return int(answer) if answer == int(answer) and abs(answer) < 1e15 else answer
    return list(answer) if isinstance(answer, tuple) else answer


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitsReader(Reader):
    """Waiting times of a clinic's own, by name: ``{filler: 28 d}``; kept in seconds."""

    def _takes(self) -> str:
        return "a mapping of waits to times, such as filler: 28 d"

    def _parse(self, raw: object, from_file: bool) -> Frozen:
        if isinstance(raw, Frozen):
            return raw
        if not isinstance(raw, Mapping) or len(raw) > MOST_ANSWERS:
            raise ValueError
        made: dict[str, float] = {}
        for key, value in raw.items():
            name = " ".join(str(key).split())
            if not _NAME.fullmatch(name):
                raise ValueError
            try:
                made[name] = _LONGEST_WAIT.read(value, from_file=from_file)
            except InputError as error:
                raise InputError([Fault(name, f.found, f.allowed) for f in error.faults]) from None
        return Frozen(made)

    def _write_value(self, value: Frozen) -> dict[str, Any]:
        return {name: quantity_text(wait, ("d",)) for name, wait in value.items()}

    def _form(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesReader(Reader):
    """Prices per session of a clinic's own, by treatment: ``{needling: EUR 250}``."""

    def _takes(self) -> str:
        return "a mapping of treatments to prices per session, such as needling: EUR 250"

    def _parse(self, raw: object, from_file: bool) -> Frozen:
        if isinstance(raw, Frozen):
            return raw
        if not isinstance(raw, Mapping) or len(raw) > MOST_ANSWERS:
            raise ValueError
        for name, text in raw.items():
            read_price(str(name), str(text))
        return Frozen({str(name): " ".join(str(text).split()) for name, text in raw.items()})

    def _write_value(self, value: Frozen) -> dict[str, Any]:
        return dict(value)

    def _form(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


def days(seconds: float) -> int:
    """Whole days of a wait, rounded up.

    >>> days(1.5 * 86400)
    2
    """
    return -int(-seconds // units.DAY)


class Clinic(Model):
    """Settings that a clinic may change; what is not set is the cautious choice."""

    isotretinoin: Annotated[str, Word(words=ISOTRETINOIN)] = "label"
    region: Annotated[str | None, Word(words=REGIONS, unreported=True)] = None
    specialty: Annotated[str | None, Word(words=SPECIALTIES, unreported=True)] = None
    waits: Annotated[Frozen, WaitsReader()] = Frozen()
    prices: Annotated[Frozen, PricesReader()] = Frozen()


class Consent(Model):
    """Whether consent was given, when, and to which version of the sheet."""

    given: Annotated[bool | None, YesNo(unreported=True)]
    date: Annotated[dt.date | None, Day(unreported=True)] = None
    version: Annotated[str | None, Text(what="the version of the sheet", unreported=True)] = None


class Override(Model):
    """A clinician sets a finding aside, with name, reason and date; every report shows it."""

    rule: Annotated[str, Text(what="a rule, such as R17a")]
    name: Annotated[str, Text(what="the clinician's name")]
    operator: Annotated[str, Word(words=CLINICIANS)]
    reason: Annotated[str, Text(what="the reason")]
    date: Annotated[dt.date, Day()]
