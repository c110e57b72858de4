"""End point: what is usually seen when a session of a given needle length ends.

A rule of teaching (mechanics:C014). No controlled measurement relates needle length, passes or time
to redness or bleeding, so it is printed as expert opinion and nothing is worked out from it; the
points of blood that geometry gives stand beside (:mod:`pinprick.needling.bleeding`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pinprick import units
from pinprick.evidence.entries import toml


@dataclass(frozen=True, slots=True)
class EndPoint:
    """What is seen, how well that is known, and the rows."""

    seen: str
    grade: str
    rows: tuple[str, ...]


def end_point(length: float) -> EndPoint:
    """What is usually seen at the end with needles of ``length`` in metres.

    >>> end_point(1.5e-3).seen, end_point(0.2e-3).seen
    ('even pinpoint bleeding', 'redness at most')
    """
    steps, grade, rows = _rule()
    # the last digits of a conversion are no other needle
    reached = [seen for least, seen in steps if length >= least * (1 - units.MICRO)]
    return EndPoint(reached[-1], grade, rows)


@cache
def _rule() -> tuple[tuple[tuple[float, str], ...], str, tuple[str, ...]]:
    data = toml("pinprick.needling", "endpoint.toml")
    steps = sorted((units.quantity(e["length"], "mm"), e["seen"]) for e in data["from"])
    return tuple(steps), data["grade"], tuple(data["rows"])
