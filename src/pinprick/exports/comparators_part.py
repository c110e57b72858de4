"""Two sections of the report: what is rated and what counts, and other treatments as published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pinprick.evidence import registry
from pinprick.evidence.comparators import (
    SAME_DAY,
    Comparator,
    Figure,
    Price,
    What,
    amount,
    combinations,
    comparators,
    cost,
    read_price,
)
from pinprick.evidence.concerns import Reason, concern
from pinprick.evidence.listing import told
from pinprick.evidence.scales import Scale, scale, scales_for

if TYPE_CHECKING:
    from jinja2 import Template

    from pinprick.case import Case

_CELLS: tuple[tuple[What, str], ...] = (
    ("gain", "Gain"),
    ("pain", "Pain"),
    ("downtime", "Downtime"),
    ("pigment", "Dark marks"),
)


def concerns_part(case: Case | Mapping[str, Any]) -> Markup:
    """What is rated: each concern of the case with scales, what counts, evidence and forecast.

    >>> "none published" in concerns_part({"concerns": [{"type": "acne scars"}]})
    True
    """
    study = _form(case).get("kind") == "study"
    rows = [_concern(said, study) for said in _concerns(case)]
    return Markup(_template("concerns").render(concerns=rows)) if rows else Markup("")


def comparators_part(case: Case | Mapping[str, Any]) -> Markup:
    """Other treatments side by side, for the concerns of the case, each figure with its row.

    >>> "Ablative" in comparators_part({"concerns": [{"type": "acne scars"}]})
    True
    >>> "No published comparison" in comparators_part({"concerns": [{"type": "PIH"}]})
    True
    """
    form = _form(case)
    names = list(dict.fromkeys(str(said["type"]) for said in _concerns(form)))
    if not names:
        return Markup("")
    prices = _prices(form)
    sessions = (form.get("course") or {}).get("sessions")
    shown = [each for each in comparators().values() if each.of("gain", names)]
    compared = any(not each.ours and each.figures[0].row for each in shown)
    ours = sessions if isinstance(sessions, int) else None
    rows = [_treatment(each, names, prices.get(each.name), ours) for each in shown]
    both = [
        {"title": each.title, "how": each.how, "says": each.says,
         "figures": [_figure(figure, len(names) > 1) for figure in each.of(names)]}
        for each in combinations().values() if each.of(names)
    ]  # fmt: skip
    return Markup(
        _template("comparators").render(
            names=names,
            compared=compared,
            treatments=rows if compared else [],
            combinations=both,
            same_day=SAME_DAY,
            sources=_sources(rows if compared else [], both),
        )
    )


def _concern(said: Mapping[str, Any], study: bool) -> dict[str, Any]:
    """One concern of a case as plain rows; a study is shown at its own site as anywhere."""
    known, site = concern(str(said["type"])), str(said.get("body_site") or "")
    where = "" if study else site
    given = said.get("baseline")
    named = given.get("scale") if isinstance(given, Mapping) else None  # else "not reported"
    first = [scale(name) for name in ([named] if named else []) + list(known.scales[:1])]
    read_by = list(dict.fromkeys(each.name for each in first)) or [
        each.name for each in scales_for(known.name)[:1]
    ]
    reason = known.reason(where)
    return {
        "title": known.title,
        "site": site,
        "subtype": said.get("subtype") if said.get("subtype") != "not reported" else None,
        "is": known.is_,
        "scales": [_scale(scale(name)) for name in read_by],
        "others": [each.title for each in scales_for(known.name) if each.name not in read_by],
        "evidence": known.evidence,
        "link": known.link,
        "forecast": known.forecast_at(where),
        "how": known.how_at(where),
        "range": known.range_at(where),
        "reason": _reason(reason) if reason else None,
    }


def _scale(each: Scale) -> dict[str, str]:
    rule = each.smallest_change
    return {
        "title": each.title,
        "range": f"{each.range_text}, {each.better} is better",
        "rule": rule.text if rule else "no rule set",
        "matters": each.matters.text if each.matters else "none published",
        "told": told(each),
        "status": "" if each.definition.status == "read" else "its table is recalled",
    }


def _reason(reason: Reason) -> dict[str, Any]:
    facts = registry().facts
    return {
        "why": reason.why,
        "known": reason.known,
        "published": [
            {
                "said": ": ".join(
                    filter(None, (amount(facts[row], turn=False), facts[row].quantity))
                ),
                "people": facts[row].n,
                "row": row,
                "source": facts[row].source,
            }
            for row in reason.rows
        ],
    }


def _treatment(
    each: Comparator, names: Sequence[str], own: Price | None, sessions: int | None
) -> dict[str, Any]:
    """A row of the table: its cells by kind, and what it costs."""
    priced = cost(each, names, own=own, sessions=sessions)
    lines = [priced.session, priced.course, *priced.per_gain]
    if priced.course:
        lines[0] = f"{priced.session} a session"
    return {
        "title": each.title,
        "ours": each.ours,
        "cells": [
            (title, [_figure(figure, len(names) > 1) for figure in each.of(what, names)])
            for what, title in _CELLS
        ],
        "cost": [line for line in lines if line],
        "cost_rows": priced.rows,
    }


def _figure(figure: Figure, many: bool) -> dict[str, Any]:
    """A figure in words, led by its concern where the case has several."""
    facts = registry().facts
    rows = [row for row in (figure.row, figure.beside) if row]
    recalled = [row for row in rows if facts[row].status == "recalled"]
    return {
        "concern": figure.concern if many else "",
        "text": figure.text,
        "rows": [(row, facts[row].source) for row in rows],
        "recalled": bool(recalled),
    }


def _sources(
    rows: Iterable[Mapping[str, Any]], both: Iterable[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Each source of the table once, with its address and rows."""
    facts = registry().facts
    named = [
        row for each in rows for _, cell in each["cells"] for f in cell for row, _ in f["rows"]
    ]
    named += [row for each in rows for row in each["cost_rows"]]
    named += [row for each in both for f in each["figures"] for row, _ in f["rows"]]
    papers: dict[str, list[str]] = {}
    for row in dict.fromkeys(named):
        papers.setdefault(facts[row].source, []).append(row)
    return [
        {
            "text": source,
            "rows": ", ".join(found),
            "address": facts[found[0]].address
            if facts[found[0]].address.startswith(("https://", "http://"))
            else "",
            "status": ", ".join(sorted({facts[row].status for row in found})),
        }
        for source, found in papers.items()
    ]


def _prices(form: Mapping[str, Any]) -> dict[str, Price]:
    """Prices per session of the clinic's own, by treatment."""
    given = (form.get("clinic") or {}).get("prices") or {}
    return {name: read_price(name, str(text)) for name, text in given.items()}


def _concerns(case: Case | Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(_form(case).get("concerns") or ())


def _form(case: Case | Mapping[str, Any]) -> Mapping[str, Any]:
    return case if isinstance(case, Mapping) else case.model_dump(mode="json")


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    room = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    page = files("pinprick.exports").joinpath("page", f"{name}.html.j2")
    return room.from_string(page.read_text("utf-8"))
