"""The view: what report and figures are drawn from, worked out once from a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.appearance import OBSERVERS
from pinprick.courses import Apply, Numb
from pinprick.evidence.scales import scale
from pinprick.forecasting import inner_view, punctures
from pinprick.forecasting.plan import AFTER_LAST, Plan, Target
from pinprick.forecasting.statistics import curves, quantiles, rounded
from pinprick.people import ROMAN
from pinprick.safety.page import page

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

CAPTIONS = {
    "fit": "used to set the model: agreement here is no proof",
    "test": "not used to set the model",
    "shown": "not used to set the model",
}
_CHANGES = ("mean change", "mean improvement")  # in points of the scale; shares of people are not


def view(forecast: Forecast) -> dict[str, Any]:
    """Everything the report shows, as plain data.

    >>> import pinprick as pp
    >>> made = pp.forecast(pp.Case.load(pp.example_path("home-roller")), members=4)
    >>> shown = view(made)
    >>> shown["headline"], shown["session_days"]
    ('Wrinkles on the forehead, 4 sessions with a roller at 0.25 mm', [0, 14, 28, 42])
    """
    plan = Plan(forecast.case)
    verdict = page(forecast.verdict, forecast.case)
    slider = list(range(AFTER_LAST + 1))
    return {
        "forecast": forecast.record,
        "headline": headline(plan),
        "banner": f"{forecast.verdict.headline}.",
        "verdict": verdict,
        "asked": asked(plan, moved=verdict["moved"]),
        "section": _section(forecast, plan),
        "slider_days": slider,
        "session_days": list(plan.session_days),
        "channel_open": _median(forecast, "channel_open")[: len(slider)],
        "new_collagen": _collagen(forecast, plan),
        "redness": _redness(forecast, plan),
        "faces": {o: _faces(forecast, plan, o) for o in OBSERVERS} if plan.targets else {},
        "published": published(plan),
        "punctures": punctures.view(forecast),
        "inner": inner_view.view(forecast),
        "below_agreement": _below_agreement(forecast, plan),
        "parameters": [
            {"name": p.name, "title": p.title, "value": p.shown(), "basis": p.basis,
             "rows": list(p.rows), "share": None}
            for p in (forecast.registry.parameters[n] for n in sorted(forecast.used))
        ],
        "provenance": {
            "version": forecast.record["pinprick"],
            "seed": forecast.seed,
            "parameters_hash": forecast.record["parameters_hash"],
            "date": None,
        },
    }  # fmt: skip


def headline(plan: Plan) -> str:
    """One line that says what is forecast."""
    concern = plan.case.concerns[0]
    step, zone = plan.zones[plan.healed_zones[0]]
    sessions = len(plan.session_days)
    depth = f" at {zone.depth / units.MILLI:g} mm" if zone.depth is not None else ""
    kind: str = step.tool.kind
    kind = "radiofrequency tip" if kind == "radiofrequency" else kind
    text = f"{concern.type} on the {concern.body_site}, {sessions} session{'s'[: sessions > 1]}"
    return f"{text[0].upper()}{text[1:]} with a {kind}{depth}"


def asked(plan: Plan, moved: str | None = None) -> list[list[str]]:
    """What the case says, as label and text; ``moved`` is the day to which the course moved."""
    case, course = plan.case, plan.case.course
    rows: list[tuple[str, str]] = []
    if case.person is not None:
        person = case.person
        rows.append(("age", f"{person.age} years"))
        rows.append(("sex", person.sex or "not reported"))
        rows.append(
            ("phototype", ROMAN[person.phototype - 1] if person.phototype else "not reported")
        )
        said = {True: "yes", False: "no", None: "not reported"}
        rows.append(("smoker", said[person.smoker]))
        rows.append(("diabetes", said[person.diabetes]))
        rows.append(("sun damage", person.sun_damage or "not reported"))
        if person.menopause:
            rows.append(("menopause", f"{person.menopause:g} years ago"))
    if case.study is not None:
        rows.append(
            ("study", f"{case.study.id}, {case.study.people or 'unknown number of'} people")
        )
    for concern in case.concerns:
        what = f"{concern.subtype} {concern.type}" if concern.subtype else concern.type
        before = concern.baseline
        if before is not None and before.value is not None:
            what += f"; {scale(before.scale).title} {before.value:g} before"
        rows.append(("concern", f"{what}, {concern.body_site}, {concern.side}"))
    if case.goal:
        rows.append(("goal", case.goal))
    usual = " (not reported: the usual course is taken)"
    rows.append(
        ("sessions", f"{len(plan.session_days)}{usual if 'sessions' in plan.usual else ''}")
    )
    if len(plan.session_days) > 1:
        apart = plan.session_days[1] - plan.session_days[0]
        rows.append(("interval", f"{apart} days{usual if 'interval' in plan.usual else ''}"))
    rows += [_step(step) for step in course.steps if isinstance(step, Numb | Apply)]
    for name, (step, zone) in plan.zones.items():
        depth = f"{zone.depth / units.MILLI:g} mm" if zone.depth else "depth not reported"
        rows.append((f"zone {name}", f"{step.tool.title}, {depth}, {_dose(zone)}"))
        rows.append(("glide product", step.glide_product or "not reported"))
    rows.append(("operator", case.operator or "not reported"))
    start = course.start.isoformat() if course.start else "not reported"
    rows.append(
        ("start", f"{moved} (moved by the screening; planned: {start})" if moved else start)
    )
    return [list(row) for row in rows]


def _step(step: Numb | Apply) -> tuple[str, str]:
    """A cream or a product, with how long it stays."""
    time = step.dwell if isinstance(step, Numb) else step.duration
    long = "" if time is None else f", {_long(time)}"
    product = step.product or "product not reported"
    if isinstance(step, Numb):
        wiped = {True: ", wiped off", False: ", not wiped off", None: ""}[step.wiped_off]
        return "numbing", f"{product}{long}{wiped}"
    return f"{step.when} needling", f"{product}{long}"


def _long(seconds: float) -> str:
    """A length of time as a person says it.

    >>> _long(3600.0), _long(86400.0)
    ('60 min', '24 h')
    """
    if seconds < 2 * units.HOUR:
        return f"{seconds / units.MINUTE:g} min"
    return f"{seconds / units.HOUR:g} h"


def _dose(zone: Any) -> str:
    dose = zone.dose
    if dose is None:
        return "dose not reported: drawn from a prior"
    if dose.passes is not None:
        return f"{dose.passes} passes"
    if dose.seconds_per_cm2 is not None:
        return f"{dose.seconds_per_cm2:g} s/cm²"
    return f"until {dose.until}"


def published(plan: Plan) -> list[dict[str, Any]]:
    """Published changes on the same concern and scale, with the caption that says their use."""
    wanted = {(t.concern.type, t.instrument.scale) for t in plan.targets}
    return [
        {
            "study": point["study"].partition(":")[0],
            "concern": point["concern"],
            "scale": point["scale"],
            "observer": point["observer"],
            "arm": point["arm"],
            "day": point["day"],
            "days_after_last_session": point["days_after_last_session"],
            "value": point["value"],
            "low": point.get("low"),
            "high": point.get("high"),
            "n": point.get("n"),
            "used": point["used"],
            "caption": CAPTIONS[point["used"]],
        }
        for point in plan.published
        if (point["concern"], point["scale"]) in wanted and point["statistic"] in _CHANGES
    ]


def _median(forecast: Forecast, name: str) -> list[float]:
    return curves(forecast.fields[name].values)["p50"]


def _section(forecast: Forecast, plan: Plan) -> dict[str, Any]:
    data = forecast.fields
    name = plan.healed_zones[0]
    step, zone = plan.zones[name]
    tool = step.tool
    z = list(plan.zones).index(name)
    layers, top = [], 0.0
    for key in data:
        if str(key).startswith(f"thickness.{name}."):
            thick = quantiles(data[key].values / units.MILLI)
            layers.append(
                {"name": str(key).split(".", 2)[2], "top_mm": rounded(top), "thickness_mm": thick}
            )
            top += thick["p50"]
    vessels = [
        {"name": str(key).split(".", 2)[2], "depth_mm": quantiles(data[key].values / units.MILLI)}
        for key in data
        if str(key).startswith(f"vessel.{name}.")
    ]

    def mm(key: str) -> dict[str, float]:
        return quantiles(data[key].values[z] / units.MILLI)

    needle = {
        "zone": name,
        "device": step.device,
        "set_mm": mm("set_depth"),
        "track_mm": mm("track_depth"),
        "open_pore_mm": mm("open_pore_depth"),
        "open_pore_width_mm": mm("open_pore_width"),
        "shaft_mm": rounded(tool.shaft_diameter / units.MILLI),
        "tip_mm": rounded(tool.tip_diameter / units.MILLI),
        "cone_deg": rounded(float(np.degrees(tool.cone_angle))),
        "per_cm2": quantiles(data["density"].values[0, z] * units.CM2),
    }
    return {
        "site": zone.body_site,
        "day": 0,
        "layers": layers,
        "vessels": vessels,
        "needles": [needle],
    }


def _collagen(forecast: Forecast, plan: Plan) -> dict[str, Any]:
    profile = forecast.fields["profile"].values
    flat = profile.reshape(*profile.shape[:2], -1)
    percent = np.median(flat, axis=-1) / units.PERCENT
    depth = forecast.fields["cell_depth"].values
    middle = np.median(depth.reshape(len(depth), -1), axis=-1) / units.MILLI
    return {
        "days": list(plan.days),
        "depth_mm": [rounded(float(d)) for d in middle],
        "percent": [[rounded(float(v)) for v in row] for row in percent],
    }


def _redness(forecast: Forecast, plan: Plan) -> dict[str, Any]:
    """Hours after the first session, then noon of each day."""
    first = curves(forecast.fields["redness_first"].values)
    hours = forecast.fields["redness_time"].values
    noon = curves(forecast.fields["redness"].values)
    second = plan.session_days[1] if len(plan.session_days) > 1 else AFTER_LAST
    early = [i for i, t in enumerate(hours) if t < min(second, hours[-1] + 1)]
    start = int(hours[early[-1]]) + 1
    later = list(range(start, AFTER_LAST + 1))
    days = [rounded(float(hours[i])) for i in early] + [day + 0.5 for day in later]
    merged = {key: [first[key][i] for i in early] + [noon[key][d] for d in later] for key in first}
    duration = forecast.fields["redness_duration"].values[0] * units.HOURS_PER_DAY
    return {"days": days, **merged, "visible_hours": quantiles(duration)}


def _faces(forecast: Forecast, plan: Plan, observer: str) -> dict[str, Any]:
    target = plan.targets[0]
    named = scale(target.instrument.scale)
    rule = named.smallest_change
    day = list(plan.days).index(AFTER_LAST)
    gains = {
        arm: _gain(forecast, target, observer, arm, "read")[day] for arm in ("treated", "untreated")
    }
    if rule is None:
        return {}
    limit = rule.change if rule.strict else np.nextafter(rule.change, 0)
    better = {arm: gain > limit for arm, gain in gains.items()}
    out: dict[str, Any] = {
        "day": AFTER_LAST,
        "scale": target.instrument.scale,
        "rule": rule.text,
    }
    for arm, gain in gains.items():
        worse = float((gain < -limit).mean())
        up = float(better[arm].mean())
        out[arm] = hundred({"better": up, "unchanged": 1.0 - up - worse, "worse": worse})
    both = float((better["treated"] & better["untreated"]).mean())
    out["better_untreated_too"] = min(round(100 * both), out["treated"]["better"])
    return out


def _gain(forecast: Forecast, target: Target, observer: str, arm: str, what: str) -> Any:
    """Change of the first target, better upwards: (days, draws, people)."""
    values = forecast.fields[f"outcome.0.{observer}.persons.{arm}.{what}"].values
    return -values if scale(target.instrument.scale).better == "lower" else values


def _below_agreement(forecast: Forecast, plan: Plan) -> bool:
    """Whether the net change of one face is smaller than raters reliably agree on."""
    if not plan.targets:
        return False
    target = plan.targets[0]
    rule = scale(target.instrument.scale).smallest_change
    day = list(plan.days).index(AFTER_LAST)
    net = [
        np.median(_gain(forecast, target, "blinded_rater", arm, "true")[day])
        for arm in ("treated", "untreated")
    ]
    return rule is not None and bool(net[0] - net[1] < rule.change)


def hundred(counts: dict[str, float]) -> dict[str, int]:
    """Shares as whole people out of a hundred, by largest remainder.

    >>> hundred({"better": 0.335, "unchanged": 0.335, "worse": 0.33})
    {'better': 34, 'unchanged': 33, 'worse': 33}
    """
    whole = {name: int(np.floor(100 * share)) for name, share in counts.items()}
    rest = sorted(counts, key=lambda n: -(100 * counts[n] - whole[n]))
    for name in rest[: 100 - sum(whole.values())]:
        whole[name] += 1
    return whole
