"""Rules and limits as data, and how a rule's conditions are held against the facts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pinprick import units
from pinprick.safety.questions import Value

Facts = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition, one scope, one verdict; the meaning of the fields stands in ``rules.toml``."""

    id: str
    title: str
    when: Mapping[str, Any]
    scope: str
    decision: str
    reason: str
    changes: str
    grade: str
    rows: tuple[str, ...]
    unless: Mapping[str, Any]
    until: Mapping[str, Any]
    wait: str
    past: str
    ask: str | None
    specialist: bool
    part: bool
    never_override: bool
    conflict: str
    status: str

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

    def texts(self) -> tuple[str, ...]:
        """Every text of the rule that people read."""
        event = str(self.until.get("event", ""))
        return tuple(t for t in (self.title, self.reason, self.changes, self.conflict, event) if t)


@cache
def rules() -> Mapping[str, Rule]:
    """All rules and limits, by the id of the row.

    >>> rules()["R41a"].never_override
    True
    """
    made = {}
    for name in ("rules.toml", "limits.toml"):
        text = files("pinprick.safety").joinpath(name).read_text("utf-8")
        for key, body in tomllib.loads(text).items():
            made[key] = _rule(key, body)
    return MappingProxyType(made)


def _rule(key: str, body: Mapping[str, Any]) -> Rule:
    return Rule(
        id=key,
        title=body["title"],
        when=body["when"],
        scope=body["scope"],
        decision=body["decision"],
        reason=body["reason"],
        changes=body["changes"],
        grade=body["grade"],
        rows=tuple(body["rows"]),
        unless=body.get("unless", {}),
        until=body.get("until", {}),
        wait=body.get("wait", ""),
        past=body.get("past", ""),
        ask=body.get("ask"),
        specialist=bool(body.get("specialist", False)),
        part=bool(body.get("part", False)),
        never_override=bool(body.get("never_override", False)),
        conflict=body.get("conflict", ""),
        status=body.get("status", ""),
    )


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
