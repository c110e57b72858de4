"""Readers of fields: what a file or a caller gives, to a value and back."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any

from pydantic import ValidationInfo
from pydantic_core import core_schema

from pinprick import units
from pinprick.faults import Fault, InputError, did_you_mean

NOT_REPORTED = "not reported"
FROM_FILE = "from_file"  # the validation context in which a bare number has no unit
_LONGEST_TEXT = 2000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def shown(raw: object) -> str:
    """What was found, in words for a fault.

    >>> shown(True), shown(None), shown([1]), shown(4)
    ('yes', 'nothing', 'a list of 1', '4')
    """
    if raw is None or raw == "":
        return "nothing"
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, Mapping):
        return "a mapping (" + ", ".join(str(key) for key in raw) + ")" if raw else "nothing"
    if isinstance(raw, list | tuple):
        return f"a list of {len(raw)}" if raw else "an empty list"
    return raw if isinstance(raw, str) else repr(raw)[:100]


def is_unreported(raw: object) -> bool:
    """Whether the words ``not reported`` stand there, in any case and spacing.

    >>> is_unreported("Not_reported"), is_unreported("none")
    (True, False)
    """
    return isinstance(raw, str) and _plain(raw) == NOT_REPORTED


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_\s-]+", " ", text).casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader(ABC):
    """Reads, writes and describes the value of one field; the kinds below say how."""

    unreported: bool = False

    def allowed(self) -> str:
        """What the field takes, in plain words."""
        return self._takes() + (f", or `{NOT_REPORTED}`" if self.unreported else "")

    def read(self, raw: object, *, from_file: bool = False) -> Any:
        """The value of ``raw``.

        Raises:
            InputError: if it is not allowed.
        """
        if self.unreported and (is_unreported(raw) or (raw is None and not from_file)):
            return None
        try:
            return self._parse(raw, from_file)
        except InputError:
            raise
        except (ValueError, TypeError, OverflowError):
            raise InputError([Fault("", shown(raw), self.allowed())]) from None

    @abstractmethod
    def _takes(self) -> str:
        """What is allowed, the words ``not reported`` apart."""

    @abstractmethod
    def _parse(self, raw: object, from_file: bool) -> Any:
        """The value; a ValueError if it is not allowed, or an InputError that says more."""

    def write(self, value: Any) -> Any:
        """The value as a file holds it."""
        return NOT_REPORTED if value is None else self._write_value(value)

    def _write_value(self, value: Any) -> Any:
        """As :meth:`write`, for a value that was reported."""
        return value

    @abstractmethod
    def _form(self) -> dict[str, Any]:
        """JSON Schema of what the file holds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        """Validate by reading; serialise as a file holds it."""

        def validate(raw: object, info: ValidationInfo) -> Any:
            return self.read(raw, from_file=bool(info.context and info.context.get(FROM_FILE)))

        return core_schema.with_info_plain_validator_function(
            validate,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
        )

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        form = {**self._form(), "description": self.allowed()}
        if self.unreported:
            description = form.pop("description")
            return {"anyOf": [form, {"const": NOT_REPORTED}], "description": description}
        return form


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity(Reader):
    """A number with a unit, kept in SI; ``low`` and ``high`` are text such as ``"0.1 mm"``.

    >>> depth = Quantity(low="0.1 mm", high="3 mm", like="1.5 mm", shown_in=("mm",))
    >>> depth.read("1500 um"), depth.write(0.0015)
    (0.0015, '1.5 mm')
    """

    low: str
    high: str
    like: str
    shown_in: tuple[str, ...]

    def _takes(self) -> str:
        return f'{self.low} to {self.high}, with its unit, such as "{self.like}"'

    def _parse(self, raw: object, from_file: bool) -> float:
        unit = self.shown_in[0]
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise ValueError
        if isinstance(raw, str):
            try:
                value = units.quantity(raw, unit)
            except InputError:
                raise ValueError from None
        elif from_file:
            raise ValueError  # a bare number in a file: its unit would be a guess
        else:
            value = float(raw)
        # the limits are read in the same way, so that "2.5 mm" is within "2.5 mm"
        if not isfinite(value) or not (
            units.quantity(self.low, unit) <= value <= units.quantity(self.high, unit)
        ):
            raise ValueError
        return value

    def _write_value(self, value: float) -> str:
        return quantity_text(value, self.shown_in)

    def _form(self) -> dict[str, Any]:
        return {"type": "string", "examples": [self.like]}


# What a unit is in SI, where a number is exact to the last digit.
_BASE = {
    "mm": "m", "um": "m", "cm2": "m2", "mg/cm2": "kg/m2", "mg/mL": "kg/m3", "deg": "rad",
    "weeks": "s", "d": "s", "h": "s", "min": "s", "s": "s", "ms": "s", "1/s": "1/s",
    "mJ": "J", "W": "W", "V": "V",
}  # fmt: skip


def quantity_text(value: float, shown_in: tuple[str, ...]) -> str:
    """Text that reads back as exactly ``value``, in the first unit that keeps it short.

    >>> quantity_text(2419200.0, ("weeks", "d", "h")), quantity_text(86400.0, ("weeks", "d", "h"))
    ('4 weeks', '1 d')
    """
    last = len(shown_in) - 1
    for digits in (4, 9):
        for place, unit in enumerate(shown_in):
            number = f"{units.from_si(value, unit):.{digits}g}"
            exact = units.quantity(f"{number} {unit}", unit) == value
            whole = "e" not in number and "." not in number
            if exact and (whole or place == last):
                return f"{number} {unit}"
    return f"{value!r} {_BASE[shown_in[0]]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Reader):
    """A whole number from ``low`` to ``high``."""

    low: int
    high: int
    what: str = ""

    def _takes(self) -> str:
        return f"a whole number from {self.low} to {self.high} {self.what}".strip()

    def _parse(self, raw: object, from_file: bool) -> int:
        if isinstance(raw, str) and re.fullmatch(r"[+-]?[0-9]{1,9}", raw.strip()):
            raw = int(raw)
        if isinstance(raw, bool) or not isinstance(raw, int) or not self.low <= raw <= self.high:
            raise ValueError
        return raw

    def _form(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Reader):
    """A plain number from ``low`` to ``high``."""

    low: float
    high: float
    what: str = ""

    def _takes(self) -> str:
        return f"a number from {self.low:g} to {self.high:g} {self.what}".strip()

    def _parse(self, raw: object, from_file: bool) -> float:
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise ValueError
        if isinstance(raw, str) and not re.fullmatch(
            r"[-+]?[0-9]{1,9}(\.[0-9]{1,9})?", raw.strip()
        ):
            raise ValueError
        value = float(raw)
        if not self.low <= value <= self.high:  # also refuses NaN
            raise ValueError
        return value + 0.0  # -0 becomes 0

    def _write_value(self, value: float) -> float | int:
        return int(value) if value == int(value) else value

    def _form(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Reader):
    """One of the known words; spaces, hyphens, underscores and capitals do not matter.

    >>> Word(words=("blinded_rater", "patient_reported")).read("Blinded rater")
    'blinded_rater'
    """

    words: tuple[str, ...]
    also: tuple[tuple[str, str], ...] = ()  # other spellings, each with the word it stands for

    def _takes(self) -> str:
        return ", ".join(self.words)

    def _parse(self, raw: object, from_file: bool) -> str:
        if not isinstance(raw, str):
            raise ValueError
        plain = _plain(raw)
        known = {_plain(word): word for word in self.words}
        known |= {_plain(other): word for other, word in self.also}
        if plain not in known:
            extra = self.allowed().removeprefix(self._takes())
            named = did_you_mean(raw[:100], self.words)
            raise InputError([Fault("", shown(raw), named + extra)])
        return known[plain]

    def _form(self) -> dict[str, Any]:
        return {"type": "string", "examples": list(self.words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Reader):
    """A line or a few lines of free text."""

    what: str = "text"

    def _takes(self) -> str:
        return self.what

    def _parse(self, raw: object, from_file: bool) -> str:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if not isinstance(raw, str) or is_unreported(raw):
            raise ValueError
        text = raw.strip()
        if not 0 < len(text) <= _LONGEST_TEXT or _CONTROL.search(text):
            raise ValueError
        text.encode("utf-8")  # refuses lone surrogates
        return text

    def _form(self) -> dict[str, Any]:
        return {"type": ["string", "integer"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Reader):
    """A list of texts; ``none`` is the empty list, which is not the same as ``not reported``."""

    what: str

    def _takes(self) -> str:
        return f"a list of {self.what}, or `none`"

    def _parse(self, raw: object, from_file: bool) -> tuple[str, ...]:
        if isinstance(raw, str):
            raw = [] if _plain(raw) == "none" else [raw]
        if not isinstance(raw, list | tuple):
            raise ValueError
        text = Text()
        return tuple(text.read(item, from_file=from_file) for item in raw)

    def _write_value(self, value: tuple[str, ...]) -> list[str] | str:
        return list(value) or "none"

    def _form(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Reader):
    """Yes or no."""

    def _takes(self) -> str:
        return "yes or no"

    def _parse(self, raw: object, from_file: bool) -> bool:
        if isinstance(raw, str) and _plain(raw) in ("yes", "no", "true", "false"):
            return _plain(raw) in ("yes", "true")
        if not isinstance(raw, bool):
            raise ValueError
        return raw

    def _form(self) -> dict[str, Any]:
        return {"enum": [True, False, "yes", "no"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Reader):
    """A day of the calendar, written year-month-day.

    >>> Day().read("2026-03-09")
    datetime.date(2026, 3, 9)
    """

    def _takes(self) -> str:
        return "a real date from 1900 to 2200, written year-month-day, such as 2026-03-09"

    def _parse(self, raw: object, from_file: bool) -> date:
        if type(raw) is date:
            day = raw
        elif isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw.strip()):
            day = date.fromisoformat(raw.strip())
        else:
            raise ValueError
        if not 1900 <= day.year <= 2200:
            raise ValueError
        return day

    def _write_value(self, value: date) -> str:
        return value.isoformat()

    def _form(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}
