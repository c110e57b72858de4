"""Named clinical scales as data: range, direction, steps, what counts as a change, how to score.

The arithmetic of a score is in :mod:`pinprick.evidence.scoring`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from pinprick.evidence.entries import entries, find, toml


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The change on a scale that counts as better: at least ``change``, or more if ``strict``."""

    change: float
    strict: bool
    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matters:
    """The smallest change that matters to people, as published, in all or ``per`` item."""

    change: float
    text: str
    rows: tuple[str, ...]
    per: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the noise of a reading stands: a parameter or a row with its standard deviation.

    ``of`` says whether that is the deviation of one reading or of a change, which holds two.
    ``alone`` is false where people's own spread is in it too.
    """

    of: Literal["reading", "change"]
    parameter: str = ""
    row: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score: its weight, the range of its rating, and how a count becomes one.

    With ``bands`` (a, b) a count above 0 rates 1 below a, 2 from a to b, and 3 beyond b.
    """

    name: str
    weight: float
    low: float
    high: float
    bands: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """How a scale is scored, where that was read, and whether it was read or only recalled."""

    status: Literal["read", "recalled"]
    source: str
    address: str
    says: str
    parts: tuple[Part, ...] = ()
    area_from: tuple[float, ...] = ()
    ratings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scale:
    """A clinical scale; an empty ``concerns`` means that it may rate any concern.

    ``smallest_change`` is the rule by which a change is counted as better, ``matters`` the
    smallest change that matters to people as published, ``None`` where none was found. ``grades``
    gives the words of each step that has some. ``open`` marks a count without an upper end.
    """

    name: str
    title: str
    low: float
    high: float
    step: float
    unit: str
    better: Literal["lower", "higher"]
    of: Literal["state", "change"]
    concerns: tuple[str, ...]
    rows: tuple[str, ...]
    definition: Definition
    smallest_change: SmallestChange | None = None
    matters: Matters | None = None
    reading: Reading | None = None
    grades: Mapping[float, str] = field(default_factory=dict)
    open: bool = False

    @property
    def range_text(self) -> str:
        """The range in words.

        >>> scale("ecca").range_text, scale("hair-count").range_text
        ('0 to 540 points', '0 hairs/cm² and more')
        """
        if self.open:
            return f"{self.low:g} {self.unit} and more"
        return f"{self.low:g} to {self.high:g} {PLURALS.get(self.unit, self.unit)}"


PLURALS = {"grade": "grades", "class": "classes"}


@cache
def scales() -> Mapping[str, Scale]:
    """All scales by name.

    >>> scales()["lemperle"].high
    5.0
    """
    return entries(Scale, toml("pinprick.evidence", "scales.toml"))


def scale(name: str) -> Scale:
    """The scale of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> scale("goodman-baron-quantitative").smallest_change.text
    'more than 4 points'
    """
    return find(scales(), name, "scale")


def scales_for(concern: str) -> tuple[Scale, ...]:
    """The scales made for a concern, then those that may rate any.

    >>> [s.name for s in scales_for("wrinkles")]
    ['lemperle', 'glogau', 'alexiades-laxity', 'gais', 'dlqi']
    """
    own = [s for s in scales().values() if concern in s.concerns]
    return (*own, *(s for s in scales().values() if not s.concerns))
