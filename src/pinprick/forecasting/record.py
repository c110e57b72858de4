"""The record: a forecast as plain data, with the keys of ``schema/forecast.schema.json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.appearance import OBSERVERS
from pinprick.evidence.scales import scale
from pinprick.forecasting import colours, inner_record
from pinprick.forecasting.grids import PRINTED_DEPTHS
from pinprick.forecasting.plan import AFTER_LAST, Plan, Target
from pinprick.forecasting.statistics import chance_beyond, curves, doubt, quantiles, rounded
from pinprick.healing.observation import INSTRUMENTS
from pinprick.needling.endpoint import end_point
from pinprick.safety.effects import side_effects

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

TISSUE = (
    "collagen",
    "mature collagen",
    "matured collagen",
    "collagen III",
    "new collagen I",
    "elastin",
    "new elastin",
    "collagen VII",
    "myofibroblasts",
)
ONLY = {"epidermis": "epidermal thickness", "vessels": "vessels", "oedema": "oedema",
        "melanin": "melanin", "ageing": "collagen of untreated skin, slow ageing",
        "open": "channels not yet covered"}  # fmt: skip


def record(forecast: Forecast) -> dict[str, Any]:
    """The forecast as plain data."""
    from pinprick import __version__

    plan = Plan(forecast.case)
    return {
        "pinprick": __version__,
        "seed": forecast.seed,
        "members": forecast.members,
        "parameters_hash": forecast.registry.digest(forecast.used),
        "overrides": dict(forecast.registry.overrides),
        "solver": {"ok": forecast.members},
        "sources": sources(forecast),
        "case": forecast.case.model_dump(mode="json"),
        "usual": list(plan.usual),
        "verdict": forecast.verdict.as_dict(),
        "sessions": _sessions(forecast, plan),
        "outcomes": [
            _outcome(forecast, plan, place, target, observer)
            for place, target in enumerate(plan.targets)
            for observer in OBSERVERS
        ],
        "tissue": _tissue(forecast, plan),
        "readings": _readings(forecast, plan),
        "colour": _colour(forecast, plan),
        "numbing": inner_record.numbing(forecast, plan),
        "products": inner_record.products(forecast, plan),
        "heat": inner_record.heat(forecast, plan),
        "side_effects": side_effects(forecast.case, _redness(forecast)),
        "beside_needling": list(plan.beside),
        "not_forecast": list(plan.not_forecast),
    }


def sources(forecast: Forecast) -> list[dict[str, Any]]:
    """Papers behind the parameters, devices and instruments of this run, with their rows."""
    plan = Plan(forecast.case)
    rows = {row for name in forecast.used for row in forecast.registry.parameters[name].rows}
    for step, _ in plan.zones.values():
        rows |= set(step.tool.rows)
    for target in plan.targets:
        rows |= set(target.instrument.rows)
    rows |= {row for finding in forecast.verdict.findings for row in finding.sources}
    papers: dict[str, dict[str, Any]] = {}
    for row in sorted(rows):
        fact = forecast.registry.fact(row)
        entry = papers.setdefault(
            fact.source, {"source": fact.source, "address": fact.address, "status": [], "rows": []}
        )
        entry["rows"].append(row)
        entry["status"] = sorted({*entry["status"], fact.status})
    return [papers[name] for name in sorted(papers)]


def _values(forecast: Forecast, name: str) -> Any:
    return forecast.fields[name].values


def _sessions(forecast: Forecast, plan: Plan) -> list[dict[str, Any]]:
    clocks, hours = forecast.fields["clock"].values, _values(forecast, "closing_time") / units.HOUR
    closed = {str(clock): quantiles(each) for clock, each in zip(clocks, hours, strict=True)}
    return [
        {
            "day": day,
            "zone": zone,
            "device": plan.zones[zone][0].device,
            **_session(forecast, s, z, closed),
        }
        for s, day in enumerate(plan.session_days)
        for z, zone in enumerate(plan.zones)
    ]


def _session(forecast: Forecast, s: int, z: int, closed: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of one session in one zone; ``closed`` are the hours of channels by clock."""

    def of(name: str, factor: float = 1.0) -> dict[str, float]:
        """What differs from one session to the next."""
        return quantiles(_values(forecast, name)[s, z] * factor)

    def always(name: str) -> dict[str, float]:
        """What is the same in every session."""
        return quantiles(_values(forecast, name)[z])

    def mm(name: str) -> dict[str, float]:
        return quantiles(_values(forecast, name)[z] / units.MILLI)

    def by_depth(name: str, i: int, factor: float = 1.0) -> dict[str, float]:
        return quantiles(_values(forecast, name)[s, z, i] * factor)

    return {
        "punctures_per_cm2": of("density", units.CM2),
        "set_depth_mm": mm("set_depth"),
        "track_depth_mm": mm("track_depth"),
        "open_pore_depth_mm": mm("open_pore_depth"),
        "open_pore_width_mm": mm("open_pore_width"),
        "bleeding_points_per_cm2": of("bleeding", units.CM2),
        "red_cell_tracks_per_cm2": of("red_cells", units.CM2),
        "not_through_tough_layer": always("not_through"),
        "past_dermis": always("past_dermis"),
        "dead_above_5_percent": rounded(_dead_share(forecast, s, z)),
        "channel_closed_hours": closed,
        "warnings": warnings(forecast, s, z),
        "injury": [
            {
                "depth_mm": rounded(depth / units.MILLI),
                "displaced": by_depth("displaced", i),
                "dead": by_depth("dead", i),
                "tracks_per_cm2": by_depth("tracks", i, units.CM2),
            }
            for i, depth in enumerate(PRINTED_DEPTHS)
        ],
        "end_point": _end_point(_values(forecast, "set_depth")[z]),
        "needling_min": quantiles(_values(forecast, "needling_time")[s, z] / units.MINUTE),
        "visit_min": quantiles(_values(forecast, "visit_time")[s] / units.MINUTE),
        "pain_0_10": of("pain") if "pain" in forecast.fields else None,
    }


def _dead_share(forecast: Forecast, s: int, z: int) -> float:
    """Share of the members in which more dies at some depth than the limit."""
    return float((_values(forecast, "dead_over_limit")[s, z] > 1).mean())


def _end_point(set_depth: Any) -> dict[str, Any]:
    """What is usually seen at the end of a session, at the middle needle length."""
    found = end_point(float(np.median(set_depth)))
    return {"seen": found.seen, "grade": found.grade, "sources": list(found.rows)}


def warnings(forecast: Forecast, session: int, zone: int) -> list[str]:
    """What is worth a second look in one session of one zone, a line each.

    Dead tissue above its limit in more than half of the members; and the share of needles below
    the dermis, averaged over the members, above its own. Both limits are parameters.
    """
    limits = forecast.registry.parameters
    lines = []
    dead = _dead_share(forecast, session, zone)
    if dead > 1 / 2:
        most = limits["needling.dead_limit"].shown()
        lines.append(
            f"more than {most} of the skin is killed at some depth (chance {100 * dead:.0f} %)"
        )
    past = float(_values(forecast, "past_dermis")[zone].mean())
    if past > limits["needling.past_dermis_limit"].value:
        lines.append(f"{100 * past:.0f} % of the needles end below the dermis")
    return lines


def _outcome(
    forecast: Forecast, plan: Plan, place: int, target: Target, observer: str
) -> dict[str, Any]:
    named, tool = scale(target.instrument.scale), target.instrument
    study = forecast.case.study
    kind = "group" if study is not None and study.people else "persons"

    def get(name: str) -> Any:
        return _values(forecast, f"outcome.{place}.{observer}.{name}")

    shown = "read" if kind == "group" else "true"
    treated, untreated = get(f"{kind}.treated.{shown}"), get(f"{kind}.untreated.{shown}")
    day = list(plan.days).index(AFTER_LAST)
    better = -1.0 if named.better == "lower" else 1.0
    sd = get("reading_sd")
    own = {arm: better * get(f"persons.{arm}.true")[day] for arm in ("treated", "untreated")}
    rule = named.smallest_change
    chance = rule and {
        "threshold": rule.change,
        "rule": rule.text,
        "day": AFTER_LAST,
        **{arm: chance_beyond(gain, rule.change, sd) for arm, gain in own.items()},
    }
    return {
        "concern": target.concern.type,
        "subtype": target.concern.subtype,
        "zone": target.zone,
        "scale": tool.scale,
        "observer": observer,
        "kind": "change",
        "better": named.better,
        "unit": named.unit,
        "baseline": quantiles(_values(forecast, f"outcome.{place}.baseline")),
        "baseline_given": _given(target),
        "doubt": doubt(own["treated"], sd),
        "range_of": "group mean" if kind == "group" else "true change",
        "people_in_group": study.people if kind == "group" and study is not None else None,
        "evidence": tool.evidence,
        "studies": tool.studies,
        "people": tool.people,
        "used_to_set_the_model": True,
        "days": list(plan.days),
        "days_after_last_session": [d - plan.session_days[-1] for d in plan.days],
        **curves(treated),
        "untreated": curves(untreated),
        "chance_better_by": chance,
    }


def _given(target: Target) -> bool:
    baseline = target.concern.baseline
    return bool(
        baseline and baseline.scale == target.instrument.scale and baseline.value is not None
    )


def _tissue(forecast: Forecast, plan: Plan) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    days = list(plan.days)
    for z, zone in enumerate(plan.healed_zones):
        for quantity in TISSUE:
            values = _values(forecast, f"tissue.{quantity}")
            for i, layer in enumerate(forecast.fields["layer"].values):
                entry = {"quantity": f"{quantity}, change relative to intact", "zone": zone,
                         "layer": str(layer), "days": days}  # fmt: skip
                out.append({**entry, **curves(values[z, :, i])})
        for name, words in ONLY.items():
            relative = "share" if name in ("open", "oedema") else "change relative to intact"
            whole: dict[str, Any] = {"quantity": f"{words}, {relative}", "zone": zone}
            curve = curves(_values(forecast, name)[z])
            out.append({**whole, "layer": None, "days": days, **curve})
    return out


def _readings(forecast: Forecast, plan: Plan) -> list[dict[str, Any]]:
    """What each instrument reads of the tissue, relative to before the first session."""
    return [
        {"instrument": tool.name, "reads": tool.where, "model": tool.model,
         "basis": tool.basis, "note": tool.note, "zone": zone, "days": list(plan.days),
         **curves(_values(forecast, f"read.{key}")[z])}
        for z, zone in enumerate(plan.healed_zones)
        for key, tool in INSTRUMENTS.items()
    ]  # fmt: skip


def _colour(forecast: Forecast, plan: Plan) -> dict[str, Any]:
    """Colour of the first followed zone by day, with how it is seen."""
    read = {name: curves(_values(forecast, f"colour.{name}")) for name in colours.NAMES}
    return {
        "zone": plan.healed_zones[0],
        "days": [int(day) for day in forecast.fields["colour_day"].values],
        "hours_into_the_day": colours.HOURS * units.HOURS_PER_DAY,
        "seen": colours.how(),
        "swatches": [
            colours.swatch(*lab)
            for lab in zip(
                *(read[name]["p50"] for name in ("lightness", "red", "yellow")), strict=True
            )
        ],
        **read,
    }


def _redness(forecast: Forecast) -> dict[str, Any]:
    """How long redness of the first session shows, in hours."""
    hours = _values(forecast, "redness_duration")[0] * units.HOURS_PER_DAY
    longer = {str(limit): rounded(float((hours > limit).mean())) for limit in (24, 48, 168)}
    return {"duration_hours": quantiles(hours), "chance_longer_than_hours": longer}
