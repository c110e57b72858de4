"""What people come for, as data: what it is, which scales read it, what is forecast and why not.

The concerns stand in ``concerns.toml``; the reasons why something is not forecast, with what is
known of it, in ``not_forecast.toml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Literal

from pinprick.evidence.entries import entries, find, toml
from pinprick.evidence.records import Grade as Tested
from pinprick.evidence.registry import registry

Grade = Literal[Tested, "none"]
Forecast = Literal["forecast", "range", "not_forecast"]
Seen = Literal["relief", "colour", "count", "mechanics"]
_GRADES = {
    "controlled": ("controlled trial", "controlled trials"),
    "uncontrolled": ("series without a control", "series without a control"),
}


@dataclass(frozen=True, slots=True)
class At:
    """What differs at a site: whether it is forecast there, how, and the reason's name."""

    forecast: Forecast
    how: str
    entry: str
    range: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Concern:
    """A concern: its geometry or state, scales, link from tissue to scale, evidence and forecast.

    ``rows`` are the evidence that needling changes it; studies and people are counted from them.
    ``subtypes`` are the kinds that a case may name, ``also`` other words for them.
    """

    name: str
    title: str
    seen: Seen
    is_: str
    scales: tuple[str, ...]
    link: str
    grade: Grade
    rows: tuple[str, ...]
    forecast: Forecast
    how: str
    subtypes: tuple[str, ...]
    also: Mapping[str, str]
    at: Mapping[str, At] = field(default_factory=dict)
    range: tuple[str, ...] = ()

    @property
    def groups(self) -> Mapping[str, int]:
        """People in each group behind the evidence, counted once however many rows it has."""
        return registry().people_by_cohort(self.rows)

    @property
    def evidence(self) -> str:
        """The evidence in words, with studies and people.

        >>> concern("pores").evidence, concern("sun spots").evidence
        ('series without a control (1 study, 30 people)', 'no study')
        """
        groups = self.groups
        if self.grade == "none" or not groups:
            return "physiology only" if self.grade == "mechanism" else "no study"
        one, many = _GRADES.get(self.grade, (self.grade, self.grade))
        studies = f"{len(groups)} {'study' if len(groups) == 1 else 'studies'}"
        said = one if len(groups) == 1 else many
        return f"{said} ({studies}, {sum(groups.values())} people)"

    def forecast_at(self, site: str) -> Forecast:
        """Whether it is forecast at a site.

        >>> concern("wrinkles").forecast_at("neck"), concern("wrinkles").forecast_at("forehead")
        ('range', 'forecast')
        """
        return self.at[site].forecast if site in self.at else self.forecast

    def how_at(self, site: str) -> str:
        """What is forecast at a site, and how."""
        return self.at[site].how if site in self.at else self.how

    def range_at(self, site: str = "") -> str:
        """The plain range of the studies at a site, in words; empty where none is shown.

        >>> concern("melasma").range_at(), concern("acne scars").range_at()
        ('44.41 to 70 % in 2 studies, 35 people', '')
        """
        return plain_range(self.at[site].range if site in self.at else self.range)

    def reason(self, site: str = "") -> Reason | None:
        """Why it is not forecast at a site, or ``None`` where it is.

        >>> concern("wrinkles").reason("neck").name, concern("wrinkles").reason("cheek")
        ('wrinkles of the neck', None)
        """
        if self.forecast_at(site) == "forecast":
            return None
        name = self.at[site].entry if site in self.at else self.name
        return reasons()["concerns"][name]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not forecast, what is known of it, and the published rows."""

    name: str
    why: str
    rows: tuple[str, ...]
    known: str = ""


@cache
def concerns() -> Mapping[str, Concern]:
    """All concerns by name; those that are forecast come first.

    >>> list(concerns())[:2]
    ['acne scars', 'wrinkles']
    """
    return entries(Concern, toml("pinprick.evidence", "concerns.toml"))


def concern(name: str) -> Concern:
    """The concern of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> concern("acne scars").forecast
    'forecast'
    """
    return find(concerns(), name, "concern")


@cache
def reasons() -> Mapping[str, Mapping[str, Reason]]:
    """Why something is not forecast, by group (concerns, always, asked) and name.

    >>> reasons()["concerns"]["sun spots"].why
    'no trial was found'
    """
    groups = toml("pinprick.evidence", "not_forecast.toml")
    return MappingProxyType({group: entries(Reason, found) for group, found in groups.items()})


def plain_range(rows: tuple[str, ...]) -> str:
    """What studies reported, from the least to the most; of one study, nine in ten of its people.

    >>> plain_range(("clinical:CL169",))
    '0.86 grades in 32 people of 1 study, nine in ten of them from -0.2 to 1.9'
    """
    facts = [registry().fact(row) for row in rows]
    if not facts:
        return ""
    sizes = sorted(abs(fact.value) for fact in facts if fact.value is not None)
    people, unit = sum(fact.n or 0 for fact in facts), facts[0].unit
    if len(facts) > 1:
        return f"{sizes[0]:g} to {sizes[-1]:g} {unit} in {len(facts)} studies, {people} people"
    reach = 1.645 * (facts[0].sd or 0.0)
    ends = f"nine in ten of them from {sizes[0] - reach:.1f} to {sizes[0] + reach:.1f}"
    return f"{sizes[0]:g} {unit} in {people} people of 1 study, {ends}"
