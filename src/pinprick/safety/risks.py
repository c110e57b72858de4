"""What can go wrong, as a consent sheet says it, and what a plan is outside of its label.

The harms and their words are those of the report: one table, told once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pinprick import units
from pinprick.case import Case
from pinprick.safety import saying
from pinprick.safety.conditions import data, person_only
from pinprick.safety.facts import FACE
from pinprick.safety.harms import Statement, statements
from pinprick.safety.tasks import redness
from pinprick.safety.texts import Texts

# A rate is shown with its counts: that is how the sheet names the group.
KINDS = ("expected", "counted", "bound", "unknown", "not_forecast")


@dataclass(frozen=True, slots=True)
class Count:
    """So many events in so many people, with the row that says so."""

    events: int
    people: int
    row: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """One harm: its name and what is said of it; ``counts`` only of a rate or a bound."""

    id: str
    kind: str
    title: str
    text: str
    rows: tuple[str, ...]
    counts: tuple[Count, ...] = ()


def risks(
    case: Case, *, words: Texts | None = None, forecast: Mapping[str, Any] | None = None
) -> list[Risk]:
    """The harms that a consent sheet of this case names, in the order in which it names them.

    >>> from pinprick.case import example
    >>> {risk.kind for risk in risks(Case.loads(example("acne-scars")))} == set(KINDS)
    True
    """
    person_only(case)
    length, found = redness(forecast).words, statements(case)
    per = saying.per_of(found)
    made = [
        _risk(
            each,
            saying.say(each, length, per=per, forecast=forecast is not None, said=words),
            words,
        )
        for each in found
    ]
    return sorted(made, key=lambda risk: KINDS.index(risk.kind))


def _risk(statement: Statement, text: str, words: Texts | None) -> Risk:
    counted = statement.seen if statement.kind in ("rate", "bound") else ()
    return Risk(
        id=statement.harm.id,
        kind="counted" if statement.kind == "rate" else statement.kind,
        title=saying.words(statement, words).title,
        text=text,
        rows=saying.sources(statement, words),
        counts=tuple(
            Count(s.events, s.people[0], s.rows[0], s.note) for s in counted if s.told == "all"
        ),
    )


def off_label(case: Case) -> list[str]:
    """Why a plan is outside what needling devices are authorised for in the USA; empty if inside.

    >>> from pinprick.case import example
    >>> off_label(Case.loads(example("acne-scars")))
    []
    """
    person_only(case)
    table = data("uses.toml")
    uses = {use["concern"]: use["sites"] for use in table["use"]}
    reasons = [
        f"{concern.type} on the {concern.body_site}"
        for concern in case.concerns
        if concern.body_site not in uses.get(concern.type, ())
    ]
    if case.person is not None and case.person.age < table["age"]:
        reasons.append(f"age under {table['age']}")
    deepest = units.quantity(table["deepest_on_face"], "mm")
    if any(z.body_site in FACE and (z.depth or 0.0) > deepest for _, z in case.course.zones):
        reasons.append(f"deeper than {table['deepest_on_face']} on the face")
    return list(dict.fromkeys(reasons))
