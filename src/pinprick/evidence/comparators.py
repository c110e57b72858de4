"""Other treatments beside needling, as published: gain, pain, downtime, pigment and cost.

Nothing is simulated and nothing is added up: a figure prints what its row holds. Costs are list
prices per session; one of the user's own takes their place, and stands where no row has one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pinprick.evidence.entries import entries, entry, find, toml
from pinprick.evidence.records import Fact
from pinprick.evidence.registry import registry
from pinprick.faults import Fault, InputError

What = Literal["gain", "pain", "downtime", "pigment", "irritation", "wait"]
SAME_DAY = "Two treatments on one day are for a specialist, and their gains are never added up."
_PRICE = re.compile(
    r"(?P<currency>[A-Za-z]{3}) (?P<low>\d{1,7}(\.\d+)?)( (to|-) (?P<high>\d{1,7}(\.\d+)?))?"
)
_UNITS = {
    "1": "",
    "1/cm2": "hairs/cm²",
    "1/inch**2": "hairs per square inch",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure: what, of which concern (empty: any), its row, and needling beside it.

    Without a row it says what needs none, such as that no treatment does not hurt. ``sessions``
    are those of its study, ``words`` the words of the row that say so.
    """

    what: What
    says: str
    row: str
    concern: str = ""
    beside: str = ""
    beside_says: str = "needling"
    priced: bool = False
    sessions: int | None = None
    words: str = ""

    @property
    def text(self) -> str:
        """The figure in words, with people, and needling in the same study beside it.

        >>> comparators()["ablative fractional laser"].figures[0].text
        '32.9 %: fall of the grade, other half of the needled faces (30 people); needling 9.3 %'
        """
        if not self.row:
            return self.says
        fact = registry().fact(self.row)
        number, people = amount(fact), f" ({fact.n} people)" if fact.n else ""
        said = f"{number}: {self.says}{people}" if number else f"{self.says}{people}"
        if not self.beside:
            return said
        return f"{said}; {self.beside_says} {amount(registry().fact(self.beside))}"


@dataclass(frozen=True, slots=True)
class Price:
    """A price per session, from ``low`` to ``high``, with currency, year and source."""

    low: float
    high: float
    currency: str
    year: int | None = None
    row: str = ""

    @property
    def text(self) -> str:
        """The price in words.

        >>> Price(200, 700, "USD", 2025, "clinical:CL164").text
        'USD 200 to 700 (2025)'
        """
        year = f" ({self.year})" if self.year else " (entered by the user)" if not self.row else ""
        return f"{self.currency} {_money(self.low, self.high)}{year}"


@dataclass(frozen=True, slots=True)
class Comparator:
    """Another treatment, or none; ``ours`` marks the one that the case asks for."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    prices: tuple[Price, ...]
    ours: bool = False

    def of(self, what: What, concerns: Sequence[str]) -> tuple[Figure, ...]:
        """Figures of a kind that were measured on one of the concerns, or on any."""
        return tuple(
            f for f in self.figures if f.what == what and (not f.concern or f.concern in concerns)
        )


@dataclass(frozen=True, slots=True)
class Combination:
    """A treatment together with needling: as published, or only one after the other."""

    name: str
    title: str
    how: Literal["as published", "staged only"]
    figures: tuple[Figure, ...]
    says: str

    def of(self, concerns: Sequence[str]) -> tuple[Figure, ...]:
        """Its figures, if one of them was measured on one of the concerns."""
        fitting = tuple(f for f in self.figures if not f.concern or f.concern in concerns)
        return fitting if any(f.concern for f in fitting) or self.how == "staged only" else ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What a course costs, and a unit of its gain: both from low to high."""

    session: str
    course: str
    per_gain: tuple[str, ...]
    rows: tuple[str, ...]


@cache
def comparators() -> Mapping[str, Comparator]:
    """All treatments by name; no treatment first, then needling as published.

    >>> list(comparators())[:2]
    ['no treatment', 'needling']
    """
    return MappingProxyType({name: _comparator(name, body) for name, body in _file()["of"].items()})


@cache
def combinations() -> Mapping[str, Combination]:
    """All combinations with needling by name.

    >>> combinations()["laser"].how
    'staged only'
    """
    return entries(Combination, _file()["with"])


def price_of(name: str, low: float, high: float | None = None, currency: str = "USD") -> Price:
    """A price per session of the user's own for a treatment of the list.

    Raises:
        InputError: for a treatment that is not in the list, or a price below 0.

    >>> price_of("microneedle radiofrequency", 600, 900, "EUR").text
    'EUR 600 to 900 (entered by the user)'
    """
    find(comparators(), name, "prices")
    top = low if high is None else high
    if not 0 <= low <= top:
        raise InputError([Fault(f"prices.{name}", f"{low:g} to {top:g}", "0 or more, low to high")])
    return Price(low, top, currency)


def read_price(name: str, text: str) -> Price:
    """A price per session of the user's own, written with its currency.

    Raises:
        InputError: for a treatment that is not in the list, or text that is no price.

    >>> read_price("needling", "EUR 250"), read_price("needling", "usd 1,200 to 1500").high
    (Price(low=250.0, high=250.0, currency='EUR', year=None, row=''), 1500.0)
    """
    found = _PRICE.fullmatch(" ".join(text.replace(",", "").split()))
    if found is None:
        allowed = "a currency and a price per session, such as EUR 250 or USD 600 to 900"
        raise InputError([Fault(f"prices.{name}", text[:60], allowed)])
    low, high = float(found["low"]), float(found["high"] or found["low"])
    return price_of(name, low, high, found["currency"].upper())


def cost(
    comparator: Comparator,
    concerns: Sequence[str],
    *,
    own: Price | None = None,
    sessions: int | None = None,
) -> Cost:
    """What a session, a course and a unit of gain cost.

    Args:
        comparator: the treatment.
        concerns: of the case; a gain measured on another concern is not counted.
        own: the user's price, in place of the published ones.
        sessions: of the case's course, for the treatment that it asks for.

    >>> cost(comparators()["ablative fractional laser"], ["acne scars"]).per_gain
    ('USD 243 to 486 per 1 % of the score (4 sessions)',)
    """
    prices = (own,) if own is not None else comparator.prices
    if not prices:
        known = comparator.name == "no treatment"
        return Cost("none" if known else "no price found: enter your own", "", (), ())
    low, high = min(p.low for p in prices), max(p.high for p in prices)
    currency = prices[0].currency
    gains = [f for f in comparator.of("gain", concerns) if f.sessions]
    if comparator.ours and sessions:
        counts = {sessions: "this course"}
    else:
        counts = {f.sessions: "as in its study" for f in gains if f.sessions}
    course = "; ".join(
        f"{currency} {_money(low * n, high * n)} for {n} sessions, {whose}"
        for n, whose in sorted(counts.items())
    )
    each = tuple(
        f"{currency} {_money(low * f.sessions / gain, high * f.sessions / gain)} per "
        f"{_unit_of_gain(registry().fact(f.row))} ({f.sessions} sessions)"
        for f in gains
        if f.priced and f.sessions and (gain := abs(registry().fact(f.row).value or 0.0)) > 0
    )
    rows = tuple(p.row for p in prices if p.row)
    return Cost("; ".join(p.text for p in prices), course, each, rows)


def amount(fact: Fact, *, turn: bool = True) -> str:
    """What a row holds, as a number with its range and unit; nothing for a row in words.

    A fall prints without its sign, unless ``turn`` is false: the words beside it say *fall*.

    >>> amount(registry().fact("clinical:CL120")), amount(registry().fact("clinical:CL101"))
    ('0.32 grades (0.2 to 0.44)', 'more than 70 %')
    """
    unit = _UNITS.get(fact.unit, fact.unit)
    unit = f" {unit}" if unit else ""
    value, low, high = fact.value, fact.low, fact.high
    if value is None:
        return f"{low:g} to {high:g}{unit}" if low is not None and high is not None else ""
    if value < 0 and turn:
        turned = (-high if high is not None else None, -low if low is not None else None)
        value, (low, high) = -value, turned
    if fact.ends == "limit":
        return f"{'more' if low is not None else 'less'} than {value:.4g}{unit}"
    between = f" ({low:g} to {high:g})" if low is not None and high is not None else ""
    return f"{value:.4g}{unit}{between}"


def _unit_of_gain(fact: Fact) -> str:
    return "1 % of the score" if fact.unit == "%" else f"1 {fact.unit.removesuffix('s')}"


def _money(low: float, high: float) -> str:
    ends = [f"{round(each):,}" for each in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


@cache
def _file() -> Mapping[str, Any]:
    return toml("pinprick.evidence", "comparators.toml")


def _comparator(name: str, body: Mapping[str, Any]) -> Comparator:
    prices = []
    for each in body["cost"]:
        fact = registry().fact(each["row"])
        if fact.low is None or fact.high is None:
            raise InputError([Fault(f"{name}.cost", each["row"], "a row with a range")])
        prices.append(Price(fact.low, fact.high, each["currency"], each["year"], each["row"]))
    rest = {key: value for key, value in body.items() if key != "cost"}
    return entry(Comparator, name, rest, name=name, prices=tuple(prices))
