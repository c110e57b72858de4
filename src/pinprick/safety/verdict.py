"""The verdict of a screening: what was decided, from which findings, and what is still open.

A verdict covers only what was asked. Findings combine by the worst within their scope: a zone, a
device or a product that is refused does not refuse the course that leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

Scope = Literal["course", "zone", "device", "product"]
# From the mildest to the worst; `not_applicable` is the decision of a published study.
Decision = Literal["allow", "caution", "defer", "refer", "refuse"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
NOT_APPLICABLE: Literal["not_applicable"] = "not_applicable"
_HELD = ("refer", "refuse")


def worst(decisions: Iterable[Decision]) -> Decision:
    """The worst of some decisions; `allow` of none.

    >>> worst(["caution", "refer", "defer"]), worst([])
    ('refer', 'allow')
    """
    return max(decisions, key=DECISIONS.index, default=DECISIONS[0])


def mildest(decisions: Iterable[Decision]) -> Decision:
    """The mildest of some decisions; `allow` of none.

    >>> mildest(["caution", "refer"])
    'caution'
    """
    return min(decisions, key=DECISIONS.index, default=DECISIONS[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule that applies: to what, what it decides, why, and what would change it.

    ``part`` is a spot within a zone (over a tattoo, say) that is left out; ``until`` is a date
    (year-month-day) or an event in words; ``needs`` names the questions that led here; ``override``
    says who overrode the finding, and an overridden finding counts as a caution.
    """

    rule: str
    title: str
    scope: Scope
    of: str
    decision: Decision
    reason: str
    ask: str | None = None
    sources: tuple[str, ...] = ()
    until: str | None = None
    grade: str = ""
    needs: tuple[str, ...] = ()
    changes: str = ""
    conflict: str = ""
    part: bool = False
    override: str = ""

    @property
    def overridden(self) -> bool:
        """Whether a clinician took the decision upon themselves."""
        return bool(self.override)

    @property
    def counts_as(self) -> Decision:
        """The decision as it enters the verdict."""
        return mildest([self.decision, "caution"]) if self.overridden else self.decision

    @property
    def day(self) -> date | None:
        """The date of ``until``, where it is one.

        >>> Finding(rule="R", title="", scope="course", of="course", decision="defer", reason="",
        ...         until="2026-03-09").day
        datetime.date(2026, 3, 9)
        """
        try:
            return date.fromisoformat(self.until or "")
        except ValueError:
            return None

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "rule": self.rule,
            "title": self.title,
            "scope": self.scope,
            "of": self.of,
            "decision": self.decision,
            "reason": self.reason,
            "ask": self.ask,
            "sources": list(self.sources),
            "until": self.until,
            "grade": self.grade,
            "needs": list(self.needs),
            "changes": self.changes,
            "conflict": self.conflict or None,
            "overridden": self.override or None,
        }


@dataclass(frozen=True, slots=True)
class Open:
    """A question that has no answer yet: its id, how to ask it, and why it is asked."""

    id: str
    ask: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the screening decided. ``until`` is the day to which a course moves, if there is one."""

    decision: Decision | Literal["not_applicable"]
    complete: bool
    unanswered: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    until: date | None = None
    questions: tuple[Open, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether a report leads with the verdict and shows no outcome.

        >>> Verdict("allow", complete=True).holds, Verdict("allow", complete=False).holds
        (False, True)
        """
        if self.decision == NOT_APPLICABLE:
            return False
        waits = self.decision == "defer" and self.until is None
        return self.decision in _HELD or waits or not self.complete

    @property
    def headline(self) -> str:
        """The decision in a few words, as it is printed.

        >>> Verdict("allow", complete=False).headline
        'Screening is incomplete: no contraindication in the answers given so far'
        """
        return _HEADLINES[self.decision, self.complete].format(until=_day(self.until))

    def as_dict(self) -> dict[str, Any]:
        """As plain data, with the keys of the forecast's JSON Schema."""
        return {
            "decision": self.decision,
            "complete": self.complete,
            "headline": self.headline,
            "until": self.until.isoformat() if self.until else None,
            "unanswered": list(self.unanswered),
            "findings": [finding.as_dict() for finding in self.findings],
        }


def _day(until: date | None) -> str:
    return f" until {until.isoformat()}" if until else ""


_INCOMPLETE = "Screening is incomplete: "
_HEADLINES: Mapping[tuple[str, bool], str] = {
    (NOT_APPLICABLE, True): "A published study: nobody is screened, and no person is advised",
    ("allow", True): "No contraindication found in the answers given",
    ("allow", False): _INCOMPLETE + "no contraindication in the answers given so far",
    ("caution", True): "With care: no contraindication in the answers given, but points to heed",
    ("caution", False): _INCOMPLETE + "points to heed so far, and questions are open",
    ("defer", True): "Not yet: wait{until}",
    ("defer", False): "Not yet: wait{until}; questions are open too",
    ("refer", True): "Ask a specialist first",
    ("refer", False): "Ask a specialist first; questions are open too",
    ("refuse", True): "Do not treat",
    ("refuse", False): "Do not treat; questions are open too",
}
