"""Who is treated: the person, what they come for, and how it was rated before.

A person is a code and an age, never a name or a birth date. ``None`` means *not reported*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pinprick.evidence.scales import scales
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
FORECAST_CONCERNS = ("acne scars", "wrinkles")
CONCERNS = (
    *FORECAST_CONCERNS,
    "other scars",
    "burn scars",
    "stretch marks",
    "laxity",
    "texture",
    "melasma",
    "PIH",
    "dark circles",
    "hair thinning",
    "pores",
    "sun spots",
)
ACNE_SCARS = ("rolling", "boxcar", "ice pick", "mixed")
_NAMES = {
    "name", "first name", "last name", "surname", "full name", "patient", "initials",
    "birth date", "birthdate", "birthday", "date of birth", "dob", "born",
    "email", "phone", "address",
}  # fmt: skip
NO_NAMES = "a code and an age: a case never holds a name, a birth date or an address"


def names_given(given: Mapping[str, Any]) -> Iterable[Fault]:
    """Faults for keys that would say who the person is; what they hold is not repeated."""
    for key in given:
        if key.casefold().replace("_", " ").replace("-", " ") in _NAMES:
            yield Fault(key, "what tells who a person is", NO_NAMES)


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


class Person(Model):
    """Who is treated. ``None`` is *not reported*; an empty list of medicines is *none*."""

    age: Annotated[int, Whole(low=0, high=OLDEST, what="years")]
    sex: Annotated[str | None, Word(words=SEXES, unreported=True)]
    phototype: Annotated[int | None, Phototype(unreported=True)]
    smoker: Annotated[bool | None, YesNo(unreported=True)] = None
    diabetes: Annotated[bool | None, YesNo(unreported=True)] = None
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
        """Refuse keys that would say who the person is."""
        return names_given(given)


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
    subtype: Annotated[str | None, Text(what="the kind of it, in words", unreported=True)] = None
    side: Annotated[str, Word(words=SIDES)] = "both"
    body_site: Annotated[str, Word(words=BODY_SITES, also=ALSO_SITES)]
    baseline: Annotated[Baseline | None, Maybe()] = None

    @classmethod
    def cross(cls, given: Mapping[str, Any]) -> Iterable[Fault]:
        """Refuse a kind of acne scar or a scale that the concern does not have."""
        kind = cls.peek(given, "type")
        subtype = cls.peek(given, "subtype")
        if kind == "acne scars" and subtype is not None:
            try:
                Word(words=ACNE_SCARS).read(subtype)
            except InputError as error:
                yield from (Fault("subtype", f.found, f.allowed) for f in error.faults)
        baseline = given.get("baseline")
        if isinstance(baseline, Mapping | Baseline) and kind is not None:
            name = Baseline.peek(baseline, "scale")
            fits = [s.name for s in scales().values() if kind in s.concerns or not s.concerns]
            if name is not None and name not in fits:
                yield Fault("baseline.scale", name, f"a scale for {kind}: {', '.join(fits)}")
