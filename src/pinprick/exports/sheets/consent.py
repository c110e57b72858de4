"""The consent sheet: what is planned, what it may do, what can go wrong, and what else there is.

Benefit comes with its range, from a forecast of this case or not at all. Harms are published counts
with their people; where nobody counted, *rate unknown*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pinprick import units
from pinprick.case import Case
from pinprick.exports.sheets.common import Handout, head, listed, long_day, small_print
from pinprick.forecasting import wording
from pinprick.safety.risks import Risk, off_label, risks
from pinprick.safety.tasks import spelled, visit
from pinprick.safety.texts import Texts, Words

_GROUPS = {
    "expected": "To be expected",
    "counted": "Counted in studies",
    "bound": "None seen, but not ruled out",
    "unknown": "Reported, but no one knows how often",
    "not_forecast": "Not forecast",
}
_WATCHED = ("blinded_rater", "patient_reported")
_SEEN_BY = {
    "blinded_rater": "judged by someone who does not know who was treated",
    "patient_reported": "judged by the person",
}


def content(of: Handout) -> dict[str, Any]:
    """What the sheet says, as plain data that page and document are made from.

    Raises:
        InputError: if the clinic's number is none.

    >>> from pinprick.case import Case, example
    >>> case = Case.loads(example("acne-scars"))
    >>> made = content(Handout(case, [date(2026, 3, 9)], clinic_phone="020 7946 0123"))
    >>> made["planned"]["facts"][2]
    {'name': 'Where, how deep', 'text': 'cheeks: 1.5 mm'}
    """
    top, case, said = head("consent", of), of.case, of.words
    harms = risks(case, words=said, forecast=of.forecast)
    outside = off_label(case)
    label = said["consent.label_outside" if outside else "consent.label_inside"]
    used = [label, *_used(said)]
    return {
        **top,
        "planned": {
            **_part(said["consent.planned"]),
            "facts": _planned(case, of.days, of.forecast),
        },
        "benefit": _benefit(of),
        "risks": {**_part(said["consent.risks"]), "groups": _groups(harms)},
        "untreated": {**_part(said["consent.none"]), "items": []},
        "others": {**_part(said["consent.alternatives"]), "items": _others(case, said)},
        "label": {
            "title": label.title,
            "text": label.said(why="; ".join(outside)) if outside else label.text,
            "items": [said["consent.drugs"].text],
        },
        "cost": {**_part(said["consent.cost"]), "items": []},
        "ask": {**_part(said["consent.ask"]), "items": _group(said, "question")},
        "sign": _part(said["consent.sign"]),
        "clinic": _clinic(used, harms),
    }


def _planned(
    case: Case, days: Sequence[date], forecast: Mapping[str, Any] | None
) -> list[dict[str, str]]:
    """The plan in plain words, line by line."""
    kinds = [step.tool for step in case.course.needling]
    tools = dict.fromkeys(wording.title(device.title) for device in kinds)
    zones = [f"{zone.name}: {_deep(zone.depth)}" for _, zone in case.course.zones]
    first = f", from {long_day(days[0])}"
    apart = case.course.interval
    every = f", {spelled(apart)} apart" if len(days) > 1 and apart else ""
    count = len(days)
    rows = {
        "For": ", ".join(dict.fromkeys(f"{c.type} ({c.body_site})" for c in case.concerns)),
        "With": ", ".join(tools),
        "Where, how deep": "; ".join(zones),
        "Visits": f"{count}{every}{first}" if count > 1 else f"1, on {long_day(days[0])}",
        "One visit takes": visit(case, forecast).length,
        "Done by": {None: "ask us", "self": "you"}.get(case.operator, str(case.operator)),
    }
    return [{"name": name, "text": text} for name, text in rows.items()]


def _benefit(of: Handout) -> dict[str, Any]:
    """What the course may do, with its range and beside no treatment; or why that is not shown."""
    said, forecast = of.words, of.forecast or {}
    if of.held:
        return {**_part(said["consent.held"]), "rows": [], "items": []}
    shown = [each for each in forecast.get("outcomes", []) if each["observer"] in _WATCHED]
    if not shown:
        names = {concern.type for concern in of.case.concerns}
        why = [
            f"{wording.title(entry['concern'])}: not forecast, for {entry['why']}."
            for entry in forecast.get("not_forecast", [])
            if entry["concern"] in names
        ]
        return {**_part(said["consent.no_forecast"]), "rows": [], "items": why}
    items = [
        "The range holds 90 of 100 people like you, as far as the model knows.",
        "The same studies set the model, so they are no proof that it is right.",
    ]
    return {**_part(said["consent.benefit"]), "rows": [_gain(o) for o in shown], "items": items}


def _gain(outcome: Mapping[str, Any]) -> dict[str, str]:
    chance = outcome.get("chance_better_by") or {}
    day = chance.get("day", max(outcome["days"]))
    name, _ = wording.scale(outcome["scale"])
    people = ""
    if chance:
        treated, untreated = (_of_hundred(chance[arm]) for arm in ("treated", "untreated"))
        people = f"Better by {chance['rule']}: {treated} of 100; without treatment {untreated}."
    concern, studies = wording.title(outcome["concern"]), wording.evidence(outcome)
    return {
        "name": f"{concern} after {wording.when(day)}, {_SEEN_BY[outcome['observer']]}",
        "by": f"Scale: {name}. Rests on {studies}.",
        "treated": wording.title(wording.change(outcome, day)),
        "untreated": wording.title(wording.change(outcome, day, untreated=True)),
        "people": people,
    }


def _of_hundred(chance: Mapping[str, float]) -> str:
    low, middle, high = (
        round(float(chance[side]) / units.PERCENT) for side in ("p05", "p50", "p95")
    )
    return f"about {middle} ({low} to {high})"


def _deep(depth: float | None) -> str:
    return "depth not said; ask us" if depth is None else f"{depth / units.MILLI:g} mm"


def _part(words: Words) -> dict[str, Any]:
    return {"title": words.title, "text": words.text}


def _group(said: Texts, name: str) -> list[str]:
    return [words.text for key, words in said.items() if key.startswith(f"{name}.")]


def _others(case: Case, said: Texts) -> list[str]:
    """Comparisons that a study of this concern made."""
    scars = any(concern.type == "acne scars" for concern in case.concerns)
    names = ("consent.laser_co2", "consent.laser_erbium") if scars else ()
    return [said[name].text for name in names]


def _groups(harms: Sequence[Risk]) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for harm in harms:
        groups.setdefault(harm.kind, []).append({"name": harm.title, "text": harm.text})
    return [{"title": _GROUPS[kind], "rows": rows} for kind, rows in groups.items()]


def _used(said: Texts) -> list[Words]:
    skip = ("consent.label_inside", "consent.label_outside", "consent.held", "consent.no_forecast")
    return [
        words
        for key, words in said.items()
        if key.partition(".")[0] in ("consent", "question") and key not in skip and words.rows
    ]


def _clinic(used: Sequence[Words], harms: Sequence[Risk]) -> dict[str, Any]:
    """The small print for the clinician: texts and harms with their rows."""
    lines = [{"line": words.title or words.text, "rows": listed(words.rows)} for words in used]
    lines += [
        {"line": harm.title, "rows": listed(harm.rows, "the clinic's own words")} for harm in harms
    ]
    rows = [row for words in used for row in words.rows]
    rows += [row for harm in harms for row in (*harm.rows, *(count.row for count in harm.counts))]
    return small_print(lines, rows)
