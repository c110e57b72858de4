"""Texts and tables of a forecast: the summary a person reads, and rows for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pinprick.forecasting import wording
from pinprick.forecasting.plan import AFTER_LAST

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

COLUMNS = (
    "part", "zone", "quantity", "observer", "layer", "arm", "unit", "range_of", "day",
    "p05", "p50", "p95",
)  # fmt: skip
HELD = "No outcome is shown before the verdict is met; --research shows it, stamped as such."
SUMMARY_DAYS = (30, 90, AFTER_LAST)


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
    hours = record["side_effects"][0]["duration_hours"]
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
    return [f"  {label:<22}{text}" for label, text in rows] + notes + [""]


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
        f"{doubt['knowledge']:.0%} is what is not known, {doubt['people']:.0%} how people differ, "
        f"{doubt['reading']:.0%} the reading itself.",
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
