"""What stands on the page itself as plain words and rows of tables, made from the view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pinprick.exports.html import web
from pinprick.exports.reports import curves, faces
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import published_for
from pinprick.people import ROMAN

TABLE_DAYS = (30, 90, 180)
_DARK = 5
_NUMBER = {name: number for number, name in enumerate(ROMAN, 1)}
_DOUBTS = (
    ("knowledge", "what is not known", "better studies would narrow this part"),
    ("people", "people differ", "two people treated alike do not heal alike"),
    ("reading", "the reading", "the same face scored twice does not get the same score"),
)
# What a first look at the tissue shows; the other series stand in a list that opens.
_FIRST = ("collagen", "matured collagen")
JUST_SEEN = 2.0  # CIEDE2000 that is seen side by side


def outcomes(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Outcomes in reading order: by concern, the blinded rater first."""
    rows = list(view["forecast"]["outcomes"])
    concerns = list(dict.fromkeys(_concern(row, rows) for row in rows))
    order = list(wording.OBSERVERS)

    def place(row: Mapping[str, Any]) -> tuple[int, int]:
        known = row["observer"] in order
        return (
            concerns.index(_concern(row, rows)),
            order.index(row["observer"]) if known else len(order),
        )

    rows.sort(key=place)
    return [
        _outcome(view, row, str(i), _concern(row, rows), len(concerns) > 1)
        for i, row in enumerate(rows)
    ]


def _concern(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """The concern, with its zone where the same concern is forecast for two."""
    zones = {other.get("zone") for other in rows if other["concern"] == row["concern"]}
    return f"{row['concern']}, {row['zone']}" if len(zones) > 1 else str(row["concern"])


def _outcome(
    view: Mapping[str, Any], row: Mapping[str, Any], key: str, concern: str, many: bool
) -> dict[str, Any]:
    seen_by = wording.observer(row["observer"])
    return {
        "key": key,
        "row": row,
        "concern": concern,
        "name": wording.title(f"{concern}: {seen_by}" if many else seen_by),
        "caption": wording.title(f"{concern}, {seen_by}"),
        "explained": wording.OBSERVERS_EXPLAINED.get(row["observer"], ""),
        "scale": wording.scale(str(row["scale"]))[0],
        "drawing": curves.outcome(view, row, key),
        "start": [wording.change(row, 0), wording.change(row, 0, untreated=True)],
        "table": [
            (wording.when(day), wording.change(row, day), wording.change(row, day, untreated=True))
            for day in TABLE_DAYS
        ],
        "published": _published(row, published_for(view, row)),
        "evidence": wording.evidence(row),
        "chance": _chance(row.get("chance_better_by")),
        "doubt": _doubt(row.get("doubt") or {}),
        "range_of": _range_of(row),
    }


def _range_of(row: Mapping[str, Any]) -> str:
    kind = str(row.get("range_of", "true change"))
    people = row.get("people_in_group")
    return f"mean of a group of {people} people" if kind == "group mean" and people else kind


def _chance(chance: Mapping[str, Any] | None) -> dict[str, str] | None:
    """How likely one reading is to call it better, in people out of a hundred."""
    if not chance or chance["treated"].get("p50") is None:
        return None
    said = {}
    for arm in ("treated", "untreated"):
        low, mid, high = (round(100 * float(chance[arm][key])) for key in ("p05", "p50", "p95"))
        said[arm] = f"{mid} in 100 ({low} to {high})"
    rule = chance.get("rule") or f"{chance['threshold']:g} or more"
    return {"rule": str(rule), "when": wording.when(chance["day"]), **said}


def _published(
    row: Mapping[str, Any], points: Sequence[Mapping[str, Any]]
) -> list[tuple[str, list[dict[str, str]]]]:
    """Points by study, each study headed by its name and how it was used."""
    groups: dict[str, list[dict[str, str]]] = {}
    for point in points:
        people = f", {point['n']} people" if point.get("n") else ""
        head = f"{point['study']}{people} ({point['caption']})"
        groups.setdefault(head, []).append(_point(row, point))
    return list(groups.items())


def _point(row: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, str]:
    """A published point in words; ``value``, ``low`` and ``high`` are turned so up is better."""
    unit = wording.scale(str(row["scale"]))[1]
    places = 0 if unit == "%" else 1
    value, known = point["value"], point["low"] is not None
    ends = (point["low"], point["high"]) if known else (value, value)
    said = wording.gain(ends[0], value, ends[1], unit, places).removeprefix("about ")
    after = point.get("days_after_last_session")
    last = f" ({after:g} days after its last session)" if after is not None else ""
    start = f"{wording.title(point['arm'])}, day {point['day']:g}{last}: "
    return {"arm": point["arm"], "said": start + (said if known else said.split(" (")[0])}


def _doubt(shares: Mapping[str, float]) -> list[dict[str, Any]]:
    total = sum(float(shares.get(key) or 0.0) for key, _, _ in _DOUBTS)
    if total <= 0:
        return []
    percents = {key: round(100 * float(shares.get(key) or 0.0) / total) for key, _, _ in _DOUBTS}
    largest = max(percents, key=lambda key: percents[key])
    percents[largest] += 100 - sum(percents.values())
    return [
        {"key": key, "name": name, "why": why, "percent": percents[key]}
        for key, name, why in _DOUBTS
    ]


def needle(row: Mapping[str, Any], sessions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The three depths of one zone, how many punctures, and what needs a note."""
    first = next((s for s in sessions if s.get("zone") == row["zone"]), {})
    past = first.get("past_dermis")
    return {
        "past": _past(past) if past else "",
        "notes": list(first.get("warnings", ())),
        "zone": str(row["zone"]),
        "device": str(row["device"]),
        "set": wording.size(row["set_mm"]),
        "track": wording.size(row["track_mm"]),
        "pore": f"{wording.size(row['open_pore_mm'])} deep, "
        f"{wording.size(row['open_pore_width_mm'])} wide",
        "density": f"{wording.spread(row['per_cm2'])} per cm²",
    }


def _past(share: Mapping[str, float]) -> str:
    """Needles that end below the dermis.

    >>> _past({"p05": 0.0, "p50": 0.0, "p95": 0.66}), _past({"p05": 0.1, "p50": 0.4, "p95": 0.9})
    ('none in most versions, up to 66 %', 'about 40 % (10 to 90)')
    """
    percent = {key: 100 * value for key, value in share.items()}
    if round(percent["p50"]) == 0 and round(percent["p95"]):
        return f"none in most versions, up to {wording.tidy(percent['p95'])} %"
    return wording.spread(percent, "%")


def redness(view: Mapping[str, Any]) -> dict[str, Any]:
    """The redness curve, its hours in words, and whether it can be seen on this skin."""
    seen = view["redness"].get("visible_hours")
    said = "how long it stays visible is not known"
    if seen and seen.get("p50") is not None:
        said = f"visible for {wording.hours_range(seen)} after each session"
    person = (view["forecast"].get("case") or {}).get("person") or {}
    phototype = person.get("phototype")
    number = _NUMBER.get(str(phototype).upper(), phototype)
    dark = isinstance(number, int | float) and number >= _DARK
    return {"drawing": curves.redness(view), "said": said, "dark": dark}


def grids(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The grids of faces, blinded rater first; scales without a rule have none."""
    known = view.get("faces") or {}
    order = [*wording.OBSERVERS, *(name for name in known if name not in wording.OBSERVERS)]
    made = []
    for name in order:
        counts = known.get(name)
        if not counts:
            continue
        made.append(
            {
                "observer": name,
                "name": wording.title(wording.observer(name)),
                "when": wording.when(counts["day"]),
                "rule": counts["rule"],
                "scale": wording.scale(str(counts["scale"]))[0],
                "too": faces.too_many(counts),
                "arms": [
                    (arm, counts[arm], faces.grid(counts, arm)) for arm in ("treated", "untreated")
                ],
            }
        )
    return made


def visits(view: Mapping[str, Any]) -> list[dict[str, str]]:
    """Pain, time and end point of every session, by zone where there are several."""
    rows = view["forecast"]["sessions"]
    days = sorted({row["day"] for row in rows})
    several = len({row.get("zone") for row in rows}) > 1
    made = []
    for row in rows:
        zone = f", {row['zone']}" if several else ""
        pain = row.get("pain_0_10")
        made.append(
            {
                "name": f"{days.index(row['day']) + 1} (day {row['day']:g}{zone})",
                "pain": wording.spread(pain, about=False) if pain else "not forecast",
                "needling": wording.spread(row.get("needling_min"), "min", about=False),
                "visit": wording.spread(row.get("visit_min"), "min", about=False),
                "end": wording.title(str((row.get("end_point") or {}).get("seen", ""))),
            }
        )
    return made


def tissue(view: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Changes in the tissue: the few that are read first, and all others."""
    first: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    for row in view["forecast"].get("tissue", []):
        name, _, measure = str(row["quantity"]).partition(", ")
        places = [str(row[key]) for key in ("layer",) if row.get(key)]
        made = {"name": ", ".join([wording.title(name), *places]), "cells": _cells(row, measure)}
        (first if name in _FIRST else others).append(made)
    return first, others


def colour(view: Mapping[str, Any]) -> list[dict[str, str]]:
    """The skin's colour by day as swatches, with the difference from before in words."""
    found = view["forecast"].get("colour")
    if not found:
        return []
    rows = []
    for i, day in enumerate(found["days"]):
        low, middle, high = (found["difference"][key][i] for key in ("p05", "p50", "p95"))
        rows.append(
            {"day": f"day {day}", "hex": found["swatches"][i],
             "seen": "seen beside the rest" if middle >= JUST_SEEN else "hardly seen",
             "difference": f"{middle:.1f} ({low:.1f} to {high:.1f})"}
        )  # fmt: skip
    return rows


def readings(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each instrument would read of that tissue."""
    return [
        {"name": wording.title(str(row["instrument"])), "reads": row["reads"], "note": row["note"],
         "cells": _cells(row, "change")}
        for row in view["forecast"].get("readings", [])
    ]  # fmt: skip


def _cells(row: Mapping[str, Any], measure: str) -> list[str]:
    """Medians and ranges in percent on the days of the table."""
    signed = measure.startswith("change")
    cells = []
    for day in TABLE_DAYS:
        values = [100 * wording.at(row["days"], row[key], day) for key in ("p05", "p50", "p95")]
        places = min(wording.decimals(values[0], values[2]), 1)
        low, mid, high = (_signed(value, places, signed) for value in values)
        cells.append(f"{mid} %" if low == high else f"{mid} % ({low} to {high})")
    return cells


def _signed(value: float, places: int, plus: bool) -> str:
    text = wording.number(value, places)
    return f"+{text}" if plus and round(value, places) > 0 else text


def parameter(row: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter with its value, basis and rows."""
    value = row["value"]
    said = value if isinstance(value, str) else wording.spread(value, str(row.get("unit") or ""))
    return {
        "name": row["name"],
        "title": row["title"],
        "value": said,
        "basis": row["basis"],
        "rows": ", ".join(row.get("rows") or []) or "none",
    }


def source(row: Mapping[str, Any]) -> dict[str, str]:
    """A source as one line; only addresses of the web become links.

    >>> source({"source": "A 2014", "address": "javascript:x", "status": ["read"], "rows": ["c:1"]})
    {'text': 'A 2014', 'rows': 'c:1', 'status': 'read', 'address': ''}
    """
    status = row.get("status") or []
    return {
        "text": str(row.get("source") or ""),
        "rows": ", ".join(row.get("rows") or []),
        "status": status if isinstance(status, str) else ", ".join(status),
        "address": web(row.get("address")),
    }


def solver(forecast: Mapping[str, Any]) -> str:
    """How many virtual people were computed without fault.

    >>> solver({"solver": {"ok": 256}})
    'all 256 computed without fault'
    """
    counts = forecast.get("solver") or {}
    good, total = int(counts.get("ok", 0)), sum(int(count) for count in counts.values())
    if good == total:
        return f"all {total} computed without fault"
    bad = ", ".join(f"{count} {name}" for name, count in counts.items() if name != "ok")
    return f"{good} of {total} computed without fault ({bad})"
