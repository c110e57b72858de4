"""Quantities at the border: text with a unit comes in, plain SI floats go on.

Inside the program lengths are metres, times seconds, areas square metres and shares of one.
Only this module knows other units; the calendar's constants stand here and nowhere else.
"""

from __future__ import annotations

import re
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING

from pinprick.faults import Fault, InputError

if TYPE_CHECKING:
    from pint import UnitRegistry

MINUTE = 60.0
HOUR = 60.0 * MINUTE
DAY = 24.0 * HOUR
WEEK = 7.0 * DAY
YEAR = 365.25 * DAY
DAYS_PER_YEAR = YEAR / DAY
DAYS_PER_WEEK = WEEK / DAY
HOURS_PER_DAY = DAY / HOUR
MILLI = 1e-3
MICRO = 1e-6
CENTI = 1e-2
PERCENT = 1e-2
CM2 = CENTI * CENTI
PER_CM2 = 1.0 / CM2
_QUANTITY = re.compile(
    r"(?P<number>[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?)\s*"
    r"(?P<unit>[A-Za-zµ%][\w%/²³ -]{0,20}|1?/[\w²³]{1,8}|)",
    re.IGNORECASE,
)


@cache
def _pint() -> UnitRegistry[float]:
    from pint import UnitRegistry

    registry: UnitRegistry[float] = UnitRegistry(cache_folder=":auto:")
    # Defined without asking: left alone, "points" would be the printer's and "grades" an angle.
    for line in (
        "hole = 1 = holes = puncture = punctures = needles = strokes = passes = sessions = grades",
        "points = 1 = logit = logits = cell = cells",
    ):
        registry.define(line)
    return registry


def to_si(value: float, unit: str) -> float:
    """Convert ``value`` given in ``unit`` to SI.

    Raises:
        InputError: if the unit is not known.

    >>> to_si(1.5, "mm")
    0.0015
    >>> round(to_si(250, "1/cm2"))
    2500000
    """
    return value * factor(unit)


def from_si(value: float, unit: str) -> float:
    """Convert an SI ``value`` to ``unit``.

    >>> round(from_si(0.0015, "mm"), 9)
    1.5
    """
    return value / factor(unit)


@cache
def factor(unit: str) -> float:
    """SI value of one ``unit``; an empty unit or ``1`` is a plain number.

    >>> factor("h")
    3600.0
    """
    if unit in ("", "1", "-"):
        return 1.0
    try:
        quantity = _pint().Quantity(1.0, _spelt(unit))
        return float(quantity.to_base_units().magnitude)
    except Exception as error:
        raise InputError(
            [Fault("unit", unit, "a unit such as mm, um, cm2, 1/cm2, h, d, weeks")]
        ) from error


def quantity(text: str | float, unit: str, where: str = "quantity") -> float:
    """Read text with a unit, such as ``"1.5 mm"``, of the same kind as ``unit``; return SI.

    Args:
        text: what the user wrote; a bare number is refused, for its unit would be a guess.
        unit: a unit of the kind asked for, also shown in the fault.
        where: the field, for the fault.

    Raises:
        InputError: if the text has no unit, a wrong one, or is no finite number.

    >>> quantity("4 weeks", "d")
    2419200.0
    >>> quantity("4 mm", "d", "course.interval")
    Traceback (most recent call last):
    ...
    pinprick.faults.InputError: course.interval: found 4 mm; allowed: a quantity in d, such as "2 d"
    """
    fault = Fault(where, str(text), f'a quantity in {unit}, such as "2 {unit}"')
    match = _QUANTITY.fullmatch(str(text).strip())
    if match is None:
        raise InputError([fault])
    number, found = float(match["number"]), match["unit"]
    try:
        kind, wanted = _dimension(found), _dimension(unit)
    except InputError:
        raise InputError([fault]) from None
    result = number * factor(found)
    if kind != wanted or (not found and kind != _dimension("1")) or not isfinite(result):
        raise InputError([fault])
    return result


@cache
def _dimension(unit: str) -> str:
    factor(unit)
    return str(_pint().Quantity(1.0, _spelt(unit) or "1").dimensionality)


def _spelt(text: str) -> str:
    """Turn the field's spellings (cm2, mm3, %) into ones that pint reads."""
    out = f"1{text}" if text.startswith("/") else text
    out = out.replace("µ", "u").replace("%", " percent ").replace("²", "2").replace("³", "3")
    for name in ("cm", "mm", "um", "nm", "m"):
        for power in ("2", "3"):
            out = _whole_word(out, f"{name}{power}", f"{name}**{power}")
    return out.strip()


def _whole_word(text: str, word: str, instead: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9_*]){re.escape(word)}(?![A-Za-z0-9_])", instead, text)
