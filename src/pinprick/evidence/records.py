"""What the registry holds: parameters with their spread and quotes, facts, studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from pinprick import units
from pinprick.faults import Fault, InputError

Basis = Literal["measured", "derived", "fitted", "assumed"]
Doubt = Literal["knowledge", "people", "reading"]
Kind = Literal["fixed", "normal", "lognormal", "uniform", "loguniform", "halfnormal", "joint"]
FactKind = Literal["number", "range", "pair", "sign", "text", "formula"]
# What a fact's low and high are: a mean less and plus one sd, an interval, all that was seen, ...
Ends = Literal["", "sd", "ci95", "iqr", "p05-p95", "range", "limit", "tolerance"]
Cell = Literal["value", "low", "high", "sd"]
Used = Literal["fit", "test", "shown"]
# Evidence that something changes what is seen: a trial with a control, a series, physiology only.
Grade = Literal["controlled", "uncontrolled", "mechanism"]
# What a result of a study says; see studies.toml.
POINT = (
    "concern",
    "scale",
    "observer",
    "arm",
    "statistic",
    "value",
    "low",
    "high",
    "sd",
    "n",
    "day",
    "days_after_last_session",
    "counted_from",
    "row",
    "used",
)
# The reaction table of the biology declares its own consistent units; nothing there is converted.
BIOLOGY_UNITS = frozenset(
    {"1", "d", "y", "1/d", "um", "mm", "1/mm2", "mm2/d", "1/mm3", "1/mm3/d"}
    | {"mg/mL", "ng/mL", "pg/cell/d", "pg/mm3/d", "kPa"}
)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a parameter varies: a named distribution with its numbers, in the parameter's own scale.

    ``normal`` has ``sd``; ``lognormal`` has ``gsd`` (geometric standard deviation about the value
    as median); ``uniform`` and ``loguniform`` have ``low`` and ``high``; ``halfnormal`` has ``sd``
    above the value; ``joint`` names a table and its column.
    """

    kind: Kind = "fixed"
    sd: float = 0.0
    gsd: float = 1.0
    low: float = 0.0
    high: float = 0.0
    table: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A claim: a fact's cell, times ``factor``, is this parameter's ``gives``, in its own unit."""

    row: str
    cell: Cell
    gives: Cell
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the model, with unit, valid range, spread, basis and sources.

    ``value``, ``low``, ``high`` and the numbers of ``spread`` are SI, except in the stage
    ``healing``, whose consistent units are days, millimetres, nanograms and milligrams per
    millilitre and cells per cubic millimetre.
    """

    name: str
    title: str
    value: float
    unit: str
    low: float
    high: float
    spread: Spread
    basis: Basis
    doubt: Doubt
    rows: tuple[str, ...]
    quotes: tuple[Quote, ...] = ()
    half_life: bool = False
    note: str = ""

    @property
    def stage(self) -> str:
        """The room that reads it: the part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def factor(self) -> float:
        """SI value of one declared unit (1 for the biology, which keeps its own units)."""
        return 1.0 if self.stage == "healing" else units.factor(self.unit)

    def shown(self, value: float | None = None) -> str:
        """The value in its declared unit, as text."""
        number = (self.value if value is None else value) / self.factor
        return f"{number:.4g} {self.unit}".strip().removesuffix(" 1")

    def checked(self, value: float, where: str) -> float:
        """Return ``value`` if it lies in the valid range.

        Raises:
            InputError: if it does not.
        """
        if not isfinite(value) or not self.low <= value <= self.high:
            allowed = f"{self.shown(self.low)} to {self.shown(self.high)}"
            raise InputError([Fault(where, self.shown(value), allowed)])
        return value


@dataclass(frozen=True, slots=True)
class Fact:
    """A published measurement: the row as collected, and what was read out of it by hand.

    An id with a slash, such as ``skin:S-DM-neck/women``, is one number of a row that holds several.
    A ``pair`` gives its two numbers as ``low`` and ``high`` in the order of print; a ``sign`` gives
    -1, 0 or 1. ``ends`` says what ``low`` and ``high`` are. ``tag`` is ``CAL`` for a clinical row
    that may set the model and ``REF`` for one that gives a scale or a protocol only.
    """

    id: str
    quantity: str
    original: Mapping[str, str]
    sha256: str
    source: str
    address: str
    status: str
    kind: FactKind = "text"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    ends: Ends = ""
    sd: float | None = None
    unit: str = ""
    n: int | None = None
    cohort: str = ""
    same_as: tuple[str, ...] = ()
    tag: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """A published protocol with its results, each result a fact.

    A point has the keys of ``POINT`` (``None`` where the paper is silent). Its ``value``, ``low``
    and ``high`` are in the scale's own direction, ``day`` counts from the first session and
    ``used`` says whether the point sets the model, judges it or is only shown.
    """

    id: str
    title: str
    cohort: str
    source: str
    used: Used
    rows: tuple[str, ...]
    points: tuple[Mapping[str, Any], ...]
    example: str = ""
    sessions: int | None = None
    interval_days: float | None = None
    note: str = ""
