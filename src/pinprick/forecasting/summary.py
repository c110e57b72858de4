"""Texts and tables of a forecast: the summary a person reads, and rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pinprick.forecasting import wording
from pinprick.forecasting.plan import AFTER_LAST
from pinprick.safety.saying import left_open, out_of, told_out_of, whole

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

COLUMNS = (
    "part", "zone", "quantity", "observer", "layer", "arm", "unit", "range_of", "day",
    "p05", "p50", "p95",
)  # fmt: skip
HELD = "No outcome is shown before the verdict is met; --research shows it, stamped as such."
SUMMARY_DAYS = (30, 90, AFTER_LAST)
LEADING = ("dark_patches", "lasting", "serious")  # harms that a summary names


def summary(forecast: Forecast, *, held: bool = False) -> str:
    """A small table with plain sentences; ``held`` shows the verdict alone where it leads."""
    record, view = forecast.record, forecast.view
    lines = [view["headline"], view["banner"]]
    lines += [f"  {line}" for line in view["verdict"]["now"]]
    if forecast.verdict.findings or forecast.verdict.unanswered:
        lines.append("  `pinprick screen CASE.yaml` names each finding and each open question.")
    if held and forecast.verdict.holds:
        return "\n".join([*lines, "", HELD, "", _stamp(record)])
    lines.append("")
    lines += _numbers(record)
    lines += [*_harms(record), ""]
    lines += _outcomes(record)
    lines += _doubts(record)
    for entry in record["not_forecast"][:3]:
        lines.append(f"not forecast: {entry['concern']}: {entry['why']}")
    more = len(record["not_forecast"]) - 3
    if more > 0:
        lines.append(f"not forecast: {more} more, listed in the report and in --json")
    if record["overrides"]:
        set_ = ", ".join(f"{k} = {v}" for k, v in record["overrides"].items())
        lines += ["", f"set by the user: {set_}"]
    lines += ["", _stamp(record)]
    return "\n".join(lines)


def _numbers(record: Mapping[str, Any]) -> list[str]:
    session = record["sessions"][0]
    hours = harm(record, "redness")["duration_hours"]
    pain = session["pain_0_10"]
    rows = [
        ("needle as set", wording.spread(session["set_depth_mm"], "mm", about=False)),
        ("track as reached", wording.spread(session["track_depth_mm"], "mm")),
        ("pore that stays open", wording.spread(session["open_pore_depth_mm"], "mm")),
        ("punctures", wording.spread(session["punctures_per_cm2"], "per cm²")),
        ("needling", wording.spread(session["needling_min"], "min")),
        ("visit", wording.spread(session["visit_min"], "min")),
        ("pain, 0 to 10", wording.spread(pain) if pain else "not forecast"),
        ("redness that shows", wording.spread(hours, "hours")),
    ]
    first = [s for s in record["sessions"] if s["day"] == session["day"]]
    rows[2:2] = [_past(zone, len(first) > 1) for zone in first]
    notes = [f"  note, {zone['zone']}: {line}" for zone in first for line in zone["warnings"]]
    for zone in record["heat"]:
        width, sure = zone["cells_width_mm"], "at least " if zone["chance_char"] >= 1 / 2 else ""
        rows.append(("zone of dead cells", f"{sure}{wording.spread(width, 'mm wide')} a needle"))
        notes += [f"  note, {zone['zone']}: {line}" for line in zone["warnings"]]
    return [_line(label, text) for label, text in rows] + notes + [""]


def _line(label: str, text: str) -> str:
    """A label and what it says, apart however long the label is."""
    return f"  {label:<21} {text}"


def harm(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The harm of that key.

    Raises:
        StopIteration: if the record has none.

    >>> harm({"side_effects": [{"key": "redness", "kind": "expected"}]}, "redness")["kind"]
    'expected'
    """
    found: Mapping[str, Any] = next(row for row in record["side_effects"] if row["key"] == key)
    return found


def frequency(row: Mapping[str, Any], per: int) -> str:
    """How often a harm befalls, in a few words, out of ``per`` people.

    >>> rate = {"kind": "rate", "mean": 0.042, "probability": {"p05": 0.002, "p95": 0.13}}
    >>> frequency(rate, 100), frequency(rate, 1000)[:17]
    ('about 4 of 100 (fewer than 1 to 13, depending on the clinic)', 'about 42 of 1,000')
    >>> bound = {"kind": "bound", "bound_95": 0.07, "seen": [{"events": 0, "people": 41}]}
    >>> frequency(bound, 100), frequency({"kind": "unknown"}, 100)
    ('none of 41 people; up to 7 of 100 not ruled out', 'reported, rate unknown')
    """
    if row["kind"] == "rate":
        low, high = (whole(row["probability"][end], per) for end in ("p05", "p95"))
        return f"about {out_of(row['mean'], per)} ({low} to {high}, depending on the clinic)"
    if row["kind"] == "bound":
        people = sum(each["people"] for each in row["seen"])
        return f"none of {people:,} people; up to {left_open(row['bound_95'], per)} not ruled out"
    return "reported, rate unknown"


def _harms(record: Mapping[str, Any]) -> list[str]:
    """The leading harms, a line each, and how many more have no known rate."""
    rows = [harm(record, key) for key in LEADING]
    rows += [row for row in record["side_effects"] if row["kind"] == "rate" and row not in rows]
    per = told_out_of(record["side_effects"])
    lines = [_line(row["name"], frequency(row, per)) for row in rows]
    more = [row for row in record["side_effects"] if row["kind"] == "unknown" and row not in rows]
    return [
        *lines,
        f"  {len(more)} more harms were reported, rate unknown; the report lists them.",
    ]


def _past(zone: Mapping[str, Any], named: bool) -> tuple[str, str]:
    """The share of one zone's needles that end below the dermis, in percent."""
    percent = {key: 100 * value for key, value in zone["past_dermis"].items()}
    label = f"past dermis, {zone['zone']}" if named else "past the dermis"
    return label, wording.spread(percent, "% of the needles")


def _outcomes(record: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for outcome in record["outcomes"]:
        title, _ = wording.scale(outcome["scale"])
        if outcome["observer"] == "blinded_rater":
            group = outcome["range_of"] == "group mean"
            who = f"mean of {outcome['people_in_group']} people" if group else "one person"
            lines += [f"{outcome['concern']}, {title}, {who}; {wording.evidence(outcome)}"]
        lines.append(f"  {wording.observer(outcome['observer'])}")
        for day in SUMMARY_DAYS:
            untreated = wording.change(outcome, day, untreated=True)
            treated = wording.change(outcome, day)
            lines.append(f"    day {day:<6}{treated:<60} untreated {untreated}")
        if outcome["observer"] == "patient_reported":
            lines.append("")
    return lines


def _doubts(record: Mapping[str, Any]) -> list[str]:
    if not record["outcomes"]:
        return []
    doubt = record["outcomes"][0]["doubt"]
    return [
        "Of the spread of one blinded reading on day 180, "
        "{knowledge:.0f} % is what is not known, {people:.0f} % how people differ, {reading:.0f} % "
        "the reading itself.".format(**{whose: 100 * share for whose, share in doubt.items()}),
        "",
    ]


def _stamp(record: Mapping[str, Any]) -> str:
    return (
        f"pinprick {record['pinprick']}, seed {record['seed']}, "
        f"{record['members']} virtual versions, parameters {record['parameters_hash']}, "
        f"solver ok in {record['solver']['ok']}, {len(record['sources'])} sources.\n"
        "For research and teaching, not for deciding a treatment."
    )


def table(record: Mapping[str, Any]) -> str:
    """Outcomes and tissue as CSV text, a row a day."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for o in record["outcomes"]:
        for arm, block in (("treated", o), ("untreated", o["untreated"])):
            for i, day in enumerate(o["days"]):
                writer.writerow(
                    ["outcome", o["zone"], o["scale"], o["observer"], "", arm, o["unit"],
                     o["range_of"], day, block["p05"][i], block["p50"][i], block["p95"][i]]
                )  # fmt: skip
    for t in record["tissue"]:
        for i, day in enumerate(t["days"]):
            writer.writerow(
                ["tissue", t["zone"], t["quantity"], "", t["layer"] or "", "treated", "1",
                 "true change", day, t["p05"][i], t["p50"][i], t["p95"][i]]
            )  # fmt: skip
    return out.getvalue()
