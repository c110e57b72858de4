"""The record of side effects: each harm of a case as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinprick.case import Case
from pinprick.safety import saying, tasks
from pinprick.safety.harms import Duration, Seen, Statement, statements


def side_effects(case: Case, redness: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """What can go wrong in a case, a harm each, in the order of the table.

    Only a ``rate`` has ``mean``, ``probability`` and ``worst_plausible``, and it has ``seen``; only
    a ``bound`` has ``bound_95``, and it has ``seen``; the others may have durations. Rates are of
    an unknown clinic, over all shipped draws, so they do not hang on the members of a forecast.

    Args:
        case: of a person or a study.
        redness: ``duration_hours`` (``p05``, ``p50``, ``p95``) and ``chance_longer_than_hours`` of
            a forecast; without them redness and days off have no hours.

    >>> from pinprick.case import example
    >>> made = side_effects(Case.loads(example("acne-scars")))
    >>> [each["bound_95"] for each in made if each["key"] == "lasting"]
    [0.0705]
    """
    hours = dict(redness or {})
    forecast = {"side_effects": [{"key": "redness", **hours}]} if hours else None
    length, found = tasks.redness(forecast).words, statements(case)
    per = saying.per_of(found)
    return [
        {
            **_entry(each, per),
            **_durations(each, hours),
            "text": saying.say(each, length, per=per, forecast=bool(hours)),
        }
        for each in found
    ]


def _entry(statement: Statement, per: int) -> dict[str, Any]:
    harm, rate = statement.harm, statement.draws
    mean, low, high = saying.summary(rate) if rate is not None else (None, None, None)
    middle = float(np.median(rate)) if rate is not None else None
    ends = {"p05": low, "p50": middle, "p95": high}
    said = statement.kind in ("rate", "bound")
    highest = harm.highest
    return {
        "name": harm.name,
        "key": harm.id,
        "kind": statement.kind,
        "counted_per": harm.per,
        "definition": harm.definition,
        "lasting": harm.lasting,
        "mean": _short(mean),
        "probability": {k: _short(v) for k, v in ends.items()} if rate is not None else None,
        "range_of": "unknown clinic",
        "bound_95": _short(statement.bounds[0]) if statement.bounds else None,
        "bound_95_if_few_were_asked": _short(statement.bounds[-1]) if statement.bounds else None,
        "asked_share": list(harm.asked) if statement.bounds else None,
        "seen": [_seen(each) for each in statement.seen],
        "beside": [{**_seen(each), "text": saying.beside(each, per)} for each in statement.beside],
        "highest_published": None
        if highest is None
        else {"percent": highest.percent, "of": highest.of, "sources": [highest.row]},
        "people_like_this": statement.people_like_this if said else None,
        "prior_share": dict(statement.prior_share) if statement.prior_share else None,
        "transfer": statement.transfer,
        "not_modelled": list(harm.not_modelled),
        "untreated": None,
        "worst_plausible": _short(high),
        "worst_text": saying.worst(statement, per),
        "icons": saying.shown(statement, per),
        "rows_fitted": sorted(
            {row for s in (*statement.seen, *statement.beside) if s.fitted for row in s.rows}
        )
        if rate is not None
        else [],
        "rows_tested": [],  # what was left out of the fit was also fitted: see the validation table
        "sources": list(saying.sources(statement)),
    }


def _durations(statement: Statement, redness: Mapping[str, Any]) -> dict[str, Any]:
    """Hours of the forecast for redness, and for days off as what stands in for them."""
    name = statement.harm.id
    made: dict[str, Any] = {
        "duration_hours": redness.get("duration_hours") if name == "redness" else None,
        "duration_published": [_duration(each) for each in statement.harm.durations],
    }
    if name == "redness" and redness:
        made["chance_longer_than_hours"] = redness.get("chance_longer_than_hours", {})
    if name == "days_off":
        made["stands_in"] = "redness"
    return made


def _seen(seen: Seen) -> dict[str, Any]:
    people = seen.people[0] if len(set(seen.people)) == 1 else list(seen.people)
    made = {
        "events": seen.events,
        "people": people,
        "counted_per": seen.per,
        "sessions": seen.sessions,
        "phototype": seen.phototype,
        "device": seen.device,
        "body_site": seen.body_site,
        "follow_up_days": seen.follow_up_days,
        "told": seen.told,
        "assumed": list(seen.assumed),
        "note": seen.note,
        "sources": list(seen.rows),
    }
    return {"procedure": seen.procedure, **made} if seen.procedure else made


def _duration(duration: Duration) -> dict[str, Any]:
    return {
        "hours": list(duration.hours),
        "sd_hours": duration.sd_hours,
        "people": duration.people,
        "device": duration.device,
        "body_site": duration.body_site,
        "note": duration.note,
        "sources": list(duration.rows),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
