"""The section of the report on other treatments: published figures side by side, none simulated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pinprick.evidence import registry
from pinprick.evidence.comparators import (
    SAME_DAY,
    Comparator,
    Figure,
    Price,
    What,
    combinations,
    comparators,
    cost,
    read_price,
)
from pinprick.exports.html import fill, web

_CELLS: tuple[tuple[What, str], ...] = (
    ("gain", "Gain"),
    ("pain", "Pain"),
    ("downtime", "Downtime"),
    ("pigment", "Dark marks"),
)


def part(case: Mapping[str, Any]) -> Markup:
    """Other treatments side by side, for the concerns of the case, each figure with its row.

    Args:
        case: a case as plain data; empty for a case without concerns.

    >>> "Ablative" in part({"concerns": [{"type": "acne scars"}]})
    True
    >>> "No published comparison" in part({"concerns": [{"type": "PIH"}]})
    True
    """
    names = list(dict.fromkeys(str(said["type"]) for said in case.get("concerns") or ()))
    if not names:
        return Markup("")
    prices = _prices(case)
    sessions = (case.get("course") or {}).get("sessions")
    shown = [each for each in comparators().values() if each.of("gain", names)]
    compared = any(not each.ours and each.figures[0].row for each in shown)
    ours = sessions if isinstance(sessions, int) else None
    rows = [_treatment(each, names, prices.get(each.name), ours) for each in shown]
    both = [
        {"title": each.title, "how": each.how, "says": each.says,
         "figures": [_figure(figure, len(names) > 1) for figure in each.of(names)]}
        for each in combinations().values() if each.of(names)
    ]  # fmt: skip
    return fill(
        "pinprick.exports.reports",
        "comparators",
        names=names,
        treatments=rows if compared else [],
        combinations=both,
        same_day=SAME_DAY,
        sources=_sources(rows if compared else [], both),
    )


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
        "rows": rows,
        "recalled": bool(recalled),
    }


def _sources(
    rows: Iterable[Mapping[str, Any]], both: Iterable[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Each source of the table once, with its address and rows."""
    facts = registry().facts
    named = [row for each in rows for _, cell in each["cells"] for f in cell for row in f["rows"]]
    named += [row for each in rows for row in each["cost_rows"]]
    named += [row for each in both for f in each["figures"] for row in f["rows"]]
    papers: dict[str, list[str]] = {}
    for row in dict.fromkeys(named):
        papers.setdefault(facts[row].source, []).append(row)
    return [
        {
            "text": source,
            "rows": ", ".join(found),
            "address": web(facts[found[0]].address),
            "status": ", ".join(sorted({facts[row].status for row in found})),
        }
        for source, found in papers.items()
    ]


def _prices(case: Mapping[str, Any]) -> dict[str, Price]:
    """Prices per session of the clinic's own, by treatment."""
    given = (case.get("clinic") or {}).get("prices") or {}
    return {name: read_price(name, str(text)) for name, text in given.items()}
