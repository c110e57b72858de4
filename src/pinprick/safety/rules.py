"""Rules and limits as data, and how a rule's conditions are held against the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from pinprick import units
from pinprick.evidence.entries import entries, toml
from pinprick.safety.questions import Value
from pinprick.safety.verdict import Decision, Scope

Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition, one scope, one verdict; the meaning of the fields stands in ``rules.toml``."""

    id: str
    title: str
    when: Mapping[str, Any]
    scope: Scope
    decision: Decision
    reason: str
    changes: str
    grade: str
    rows: tuple[str, ...]
    unless: Mapping[str, Any] = field(default_factory=dict)
    until: Mapping[str, Any] = field(default_factory=dict)
    wait: str = ""
    past: str = ""
    ask: str | None = None
    specialist: bool = False
    part: bool = False
    never_override: bool = False
    conflict: str = ""
    status: str = ""

    @property
    def rule(self) -> str:
        """The number of the rule in the evidence, without the letter of the row.

        >>> rules()["R05a"].rule
        'R05'
        """
        return self.id.rstrip("abc")

    def applies(self, facts: Facts) -> bool:
        """Whether all conditions hold and no exception does."""
        if self.unless and holds(self.unless, facts):
            return False
        return holds(self.when, facts)

    def waits_until(self, facts: Facts, days: int | None) -> date | None:
        """The day on which the wait is over, where that can be worked out."""
        start = facts.get(self.until.get("from", ""))
        if not isinstance(start, date):
            return None
        try:
            return start + timedelta(days=self.until["days"] if days is None else days)
        except OverflowError:
            return None


@cache
def rules() -> Mapping[str, Rule]:
    """All rules and limits, by the id of the row.

    >>> rules()["R41a"].never_override
    True
    """
    both = [toml("pinprick.safety", name) for name in ("rules.toml", "limits.toml")]
    return entries(Rule, {**both[0], **both[1]}, key="id")


def holds(conditions: Mapping[str, Any], facts: Facts) -> bool:
    """Whether every condition holds; what is not known holds nothing.

    >>> holds({"age": {"below": 18}}, {"age": 17.0}), holds({"keloid": ["yes"]}, {})
    (True, False)
    """
    return all(_holds(wanted, facts.get(name)) for name, wanted in conditions.items())


def _holds(wanted: Any, value: Value) -> bool:
    if value is None:
        return False
    if isinstance(wanted, Mapping):
        return isinstance(value, float) and all(
            _compared(word, value, _si(limit)) for word, limit in wanted.items()
        )
    return isinstance(value, frozenset) and not value.isdisjoint(wanted)


def _compared(word: str, value: float, limit: float) -> bool:
    slack = abs(limit) * units.MICRO  # the last digits of a conversion
    if word == "above":
        return value > limit + slack
    if word == "below":
        return value < limit - slack
    return value >= limit - slack if word == "at_least" else value <= limit + slack


def _si(limit: Any) -> float:
    return units.quantity(limit, "mm") if isinstance(limit, str) else float(limit)
