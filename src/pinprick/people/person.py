"""Who is treated: the person, what they come for, and how it was rated before.

A person is a code and an age, never a name or a birth date. ``None`` means *not reported*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pinprick.evidence.concerns import concerns
from pinprick.evidence.scales import scales, scales_for
from pinprick.faults import Fault, InputError
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
from pinprick.people.anonymity import names_given

OLDEST = 120
ROMAN = ("I", "II", "III", "IV", "V", "VI")
SEXES = ("female", "male")
SIDES = ("left", "right", "both", "midline")
OBSERVERS = ("blinded_rater", "unblinded_investigator", "patient_reported")
BODY_SITES = (
    "cheek",
    "forehead",
    "nose",
    "chin",
    "upper lip",
    "temple",
    "periorbital",
    "neck",
    "chest",
    "abdomen",
    "forearm",
    "thigh",
    "scalp",
)
ALSO_SITES = (
    ("cheeks", "cheek"),
    ("temples", "temple"),
    ("decollete", "chest"),
    ("décolleté", "chest"),
    ("around the eyes", "periorbital"),
)
CONCERNS = tuple(concerns())
FORECAST_CONCERNS = tuple(name for name, each in concerns().items() if each.forecast == "forecast")
ACNE_SCARS = concerns()["acne scars"].subtypes
SUN_DAMAGE = ("none", "mild", "moderate", "severe")
LONGEST_SINCE_MENOPAUSE = 80


class Phototype(Reader):
    """Fitzpatrick's phototype, I to VI or 1 to 6.

    >>> Phototype().read("IV"), Phototype().write(4)
    (4, 'IV')
    """

    def _takes(self) -> str:
        return "a phototype from I to VI (or 1 to 6)"

    def _parse(self, raw: object, from_file: bool) -> int:
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise ValueError
        text = str(raw).strip().upper()
        named = {str(place): place for place in range(1, len(ROMAN) + 1)}
        named |= {roman: place for place, roman in enumerate(ROMAN, 1)}
        if text not in named:
            raise ValueError
        return named[text]

    def _write_value(self, value: int) -> str:
        return ROMAN[value - 1]

    def _form(self) -> dict[str, Any]:
        return {"enum": [*ROMAN, *range(1, len(ROMAN) + 1)]}


@dataclass(frozen=True, slots=True, kw_only=True)
class SinceMenopause(Reader):
    """Years since menopause, or ``no``, which is kept as 0: not reached, or a man.

    >>> SinceMenopause().read(6), SinceMenopause().read("no"), SinceMenopause().write(0.0)
    (6.0, 0.0, False)
    """

    def _takes(self) -> str:
        return f"years since menopause, above 0 and up to {LONGEST_SINCE_MENOPAUSE}, or `no`"

    def _parse(self, raw: object, from_file: bool) -> float:
        if raw is False or (isinstance(raw, str) and raw.strip().casefold() == "no"):
            return 0.0
        try:
            years: float = Number(low=0, high=LONGEST_SINCE_MENOPAUSE).read(raw)
        except InputError:
            raise ValueError from None
        if years == 0:
            raise ValueError  # menopause this very day, or none: the word says which
        return years

    def _write_value(self, value: float) -> float | int | bool:
        if value == 0:
            return False
        return int(value) if value == int(value) else value

    def _form(self) -> dict[str, Any]:
        years = {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_SINCE_MENOPAUSE}
        return {"anyOf": [years, {"enum": [False, "no"]}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtype(Text):
    """The kind of a concern, kept as the word that the program knows it by.

    >>> Subtype(what="the kind of it").read("Ice-pick")
    'ice pick'
    """

    def _parse(self, raw: object, from_file: bool) -> str:
        text: str = Text(what=self.what)._parse(raw, from_file)
        for each in concerns().values():
            try:
                return str(Word(words=each.subtypes, also=tuple(each.also.items())).read(text))
            except InputError:
                continue
        return text


class Person(Model):
    """Who is treated. ``None`` is *not reported*; an empty list of medicines is *none*.

    ``sun_damage`` is a word for the skin that is treated, ``menopause`` the years since it, 0 for
    *no*.
    """

    age: Annotated[int, Whole(low=0, high=OLDEST, what="years")]
    sex: Annotated[str | None, Word(words=SEXES, unreported=True)]
    phototype: Annotated[int | None, Phototype(unreported=True)]
    smoker: Annotated[bool | None, YesNo(unreported=True)] = None
    diabetes: Annotated[bool | None, YesNo(unreported=True)] = None
    sun_damage: Annotated[str | None, Word(words=SUN_DAMAGE, unreported=True)] = None
    menopause: Annotated[float | None, SinceMenopause(unreported=True)] = None
    pregnant: Annotated[bool | None, YesNo(unreported=True)] = None
    breastfeeding: Annotated[bool | None, YesNo(unreported=True)] = None
    medicines: Annotated[tuple[str, ...] | None, Texts(what="medicines", unreported=True)] = None
    allergies: Annotated[tuple[str, ...] | None, Texts(what="allergies", unreported=True)] = None
    history: Annotated[
        tuple[str, ...] | None, Texts(what="conditions, past and present", unreported=True)
    ] = None
    previous_treatments: Annotated[
        tuple[str, ...] | None, Texts(what="earlier treatments of the skin", unreported=True)
    ] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse keys that would say who the person is, and a menopause that cannot be."""
        yield from names_given(given)
        years, age = cls.peek(given, "menopause"), cls.peek(given, "age")
        if not years:
            return
        found = shown(given["menopause"])
        if cls.peek(given, "sex") == "male":
            yield Fault("menopause", found, "`no` for a man, or nothing")
        elif age is not None and years > age:
            yield Fault(
                "menopause", found, f"years since menopause up to the age of {age}, or `no`"
            )


class Baseline(Model):
    """How a concern was rated before the course: scale, value, date and observer."""

    scale: Annotated[str, Word(words=tuple(scales()))]
    value: Annotated[float | None, Number(low=0, high=1000, unreported=True)]
    date: Annotated[dt.date | None, Day(unreported=True)] = None
    observer: Annotated[str | None, Word(words=OBSERVERS, unreported=True)]

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a value outside the scale's range."""
        name, value = cls.peek(given, "scale"), cls.peek(given, "value")
        if name is None or value is None:
            return
        scale = scales()[name]
        if not scale.low <= value <= scale.high:
            allowed = f"{scale.low:g} to {scale.high:g}, the range of {name}"
            yield Fault("value", shown(given["value"]), allowed)


class Concern(Model):
    """What the person comes for, where, and how it was rated before."""

    type: Annotated[str, Word(words=CONCERNS, also=(("acne scar", "acne scars"),))]
    subtype: Annotated[str | None, Subtype(what="the kind of it, in words", unreported=True)] = None
    side: Annotated[str, Word(words=SIDES)] = "both"
    body_site: Annotated[str, Word(words=BODY_SITES, also=ALSO_SITES)]
    baseline: Annotated[Baseline | None, Maybe()] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a subtype or a scale that the concern does not have."""
        kind = cls.peek(given, "type")
        subtype = cls.peek(given, "subtype")
        if kind is not None and subtype is not None:
            yield from _unknown_subtype(kind, subtype)
        baseline = given.get("baseline")
        if isinstance(baseline, Mapping | Baseline) and kind is not None:
            name = Baseline.peek(baseline, "scale")
            fits = [s.name for s in scales_for(kind)]
            if name is not None and name not in fits:
                yield Fault("baseline.scale", name, f"a scale for {kind}: {', '.join(fits)}")


def _unknown_subtype(kind: str, subtype: str) -> Iterable[Fault]:
    """A fault for a subtype that the concern does not have; the nearest word is named."""
    known = concerns()[kind]
    if not known.subtypes:
        yield Fault("subtype", subtype, f"no subtype: {kind} have no kinds here")
        return
    try:
        Word(words=known.subtypes, also=tuple(known.also.items())).read(subtype)
    except InputError as error:
        yield from (Fault("subtype", f.found, f.allowed) for f in error.faults)
