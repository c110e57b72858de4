"""What can go wrong, as a consent sheet says it: published counts, bounds, or *rate unknown*.

Counts of studies stand side by side and are never pooled; where nobody counted, none is made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pinprick import units
from pinprick.case import Case
from pinprick.safety.conditions import data, holds, person_only
from pinprick.safety.facts import FACE
from pinprick.safety.tasks import redness
from pinprick.safety.texts import Texts, texts

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
    """One harm: its name and what is said of it; ``counts`` only where somebody counted."""

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

    >>> from pinprick.case.model import example
    >>> {risk.kind for risk in risks(Case.loads(example("acne-scars")))} == set(KINDS)
    True
    """
    person_only(case)
    said = texts() if words is None else words
    filled = {"redness": redness(forecast).words}
    table: Mapping[str, Any] = data("risks.toml")
    shown = [name for name, entry in table.items() if holds(entry.get("when"), case)]
    out = []
    for name in shown:
        entry, spoken = table[name], said[f"risk.{name}"]
        if entry.get("instead_of") not in shown:
            counts = tuple(Count(**count) for count in entry.get("counts", ()))
            text = spoken.said(**filled)
            out.append(Risk(name, entry["kind"], spoken.title, text, spoken.rows, counts))
    return sorted(out, key=lambda risk: KINDS.index(risk.kind))


def off_label(case: Case) -> list[str]:
    """Why a plan is outside what needling devices are authorised for in the USA; empty if inside.

    >>> from pinprick.case.model import example
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
