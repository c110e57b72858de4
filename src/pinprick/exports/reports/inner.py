"""The report's sections on what goes on inside the skin: numbness, products and heat, in words.

Numbers are medians with the range of nine in ten versions; drawings are of one middle version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from pinprick.exports.html import fill
from pinprick.exports.reports import inner_drawings
from pinprick.forecasting import wording
from pinprick.forecasting.figures.uptake import hours

TABLE_HOURS = (0.25, 1.0, 4.0, 24.0)
_OPEN = {
    "avoid": ("Not for open channels", "contradicted"),
    "no evidence": ("On open channels: no evidence", "partly"),
    "usual": ("In use on open channels", "supported"),
}
_HELD = {
    "dose": "the dose: most of what was put on goes in, so more product would bring more",
    "drying": "drying: most of its water is gone before more of it can go in",
    "channel": "the channels: they are narrow and close, so more product would bring little",
    "barrier": "the horny layer between the channels, through which most of it has to go",
}
_SETTINGS = {
    "energy_per_pin": "{} a pin",
    "power_per_pin": "{} a pin",
    "pulse": "for {}",
    "pulses": "{} pulses",
    "pause": "{} between them",
    "wiring": "{}",
    "voltage_cap": "at most {}",
    "cooled_to_celsius": "the surface cooled to {} °C",
}


def part(view: Mapping[str, Any]) -> Markup:
    """The sections that the forecast has; empty where there is no cream, product or heat.

    Args:
        view: from :func:`pinprick.forecasting.view.view`.

    >>> part({"forecast": {}})
    Markup('')
    """
    record, inner = view["forecast"], view.get("inner") or {}
    numbing, heat = record.get("numbing"), record.get("heat") or []
    rows = record.get("products") or []
    if not (numbing or rows or heat):
        return Markup("")
    return fill(
        "pinprick.exports.reports",
        "inner",
        numbing=_numbing(numbing, inner.get("numbing")) if numbing else None,
        products=[_product(row, _named(inner.get("products"), row["name"])) for row in rows],
        said_of_all=rows[0]["said_of_all"] if rows else "",
        heat=[_heat(row, _of_zone(inner.get("heat"), row["zone"])) for row in heat],
    )


def _named(rows: Any, name: str) -> Mapping[str, Any]:
    return next((row for row in rows or () if row["name"] == name), {})


def _of_zone(rows: Any, zone: str) -> Mapping[str, Any] | None:
    return next((row for row in rows or () if row["zone"] == zone), None)


# Numbing -------------------------------------------------------------------------------------


def _numbing(row: Mapping[str, Any], inner: Mapping[str, Any] | None) -> dict[str, Any]:
    wait = float(row["wait_min"])
    after = "as soon as it is off" if wait == 0 else f"{wait:g} min after it is off"
    drawn = None
    if inner is not None:
        zone = next(one for one in row["zones"] if one["zone"] == inner["zone"])
        drawn = inner_drawings.numbing(inner, zone, row["minutes"])
    return {
        "title": wording.title(row["title"]),
        "how": f"{row['dwell_min']:g} min on the skin; the needles go in {after}.",
        "zones": [_numbed(zone, row) for zone in row["zones"]],
        "several": len(row["zones"]) > 1,
        "drawing": drawn,
        "assumed": row["status"] == "assumed",
        "sources": row["sources"],
    }


def _numbed(zone: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    reach = zone["depth_mm"]
    before = {key: reach[key][0] for key in ("p05", "p50", "p95")}
    best = max(range(len(reach["p50"])), key=lambda i: reach["p50"][i])
    later = row["minutes"][best] - row["dwell_min"]
    deeper = f"about {wording.tidy(reach['p50'][best])} mm, {later:g} min after the cream is off"
    if best == len(reach["p50"]) - 1:
        deeper = f"{deeper} and still getting deeper"
    elif later <= 0:
        deeper = "while the cream is on"
    danger = {key: 100 * value for key, value in zone["share_of_danger"].items()}
    weak = round(100 * zone["weak_share"])
    facts = [
        ("A single slow prick does not hurt down to",
         f"{wording.size(zone['at_needles_mm'])}; without cream {wording.size(before)}"),
        ("Half of all feeling is blocked down to", _front(zone["front_mm"])),
        ("Numb deepest", deeper),
        ("Take up little and stay less numb", f"about {weak} of 100 people"),
        ("Taken up from the whole area", wording.spread(zone["absorbed_mg"], "mg")),
        ("Highest level in blood plasma",
         f"{wording.spread(zone['plasma_ug_per_ml'], 'µg/mL')}: {wording.spread(danger, '%')} of "
         "the level at which poisoning begins"),
    ]  # fmt: skip
    said = list(zone["warnings"])
    return {"zone": zone["zone"], "facts": facts, "warnings": said}


def _front(front: Mapping[str, float]) -> str:
    return "nowhere" if front["p95"] <= 0 else wording.size(front)


# Products ------------------------------------------------------------------------------------


def _product(row: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    verdict, tone = _OPEN[row["open_channels"]]
    return {
        "title": wording.title(row["title"]),
        "verdict": verdict,
        "tone": tone,
        "reasons": row["reasons"],
        "how": _stays(row),
        "assumed": row["status"] == "assumed",
        "solutes": [_solute(one, _named(inner.get("solutes"), one["name"]))
                    for one in row["solutes"]],
        "sources": row["sources"],
    }  # fmt: skip


def _stays(row: Mapping[str, Any]) -> str:
    stays = row["stays_hours"]
    long = "not taken off within the day" if stays is None else f"on the skin for {_hours(stays)}"
    covered = ", covered" if row["covered"] else ""
    if row["glide"]:
        return f"Spread for the needles to glide on; {long}{covered}."
    return f"Put on fresh channels; {long}{covered}."


def _hours(value: float) -> str:
    return f"{60 * value:.0f} min" if value < 1 else f"{wording.tidy(value)} h"


def _solute(row: Mapping[str, Any], inner: Mapping[str, Any]) -> dict[str, Any]:
    last, dose = _at(row["delivered_ug_per_cm2"], -1), row["dose_ug_per_cm2"]
    share = 100 * last["p50"] / dose["p50"] if dose["p50"] else 0.0
    of_dose = "under 0.1 %" if share < 0.1 else f"{wording.tidy(share)} %"
    held = sorted(row["held_by"].items(), key=lambda pair: -pair[1])
    facts = [
        ("Put on", f"{wording.spread(dose)} µg/cm²"),
        ("Goes in within a day", f"{_amount(last)} µg/cm², {of_dose} of it"),
        ("Of that because of the channels",
         f"{_amount(_at(row['added_ug_per_cm2'], -1))} µg/cm²"),
        ("Beside intact skin", _ratio(row)),
        ("Channels let it in for", _window(row["window_hours"])),
        ("What holds it back", _held(held)),
    ]  # fmt: skip
    return {
        "title": wording.title(row["title"]),
        "facts": facts,
        "drawing": inner_drawings.solute(inner) if inner else None,
        **_table(row),
    }


def _held(held: Sequence[tuple[str, float]]) -> str:
    first, share = held[0]
    others = ", ".join(
        f"{name} in {100 * part:.0f} %" for name, part in held[1:] if part >= 1 / 100
    )
    tail = f" (in {100 * share:.0f} % of the versions; {others})" if others else ""
    return f"{_HELD[first]}{tail}"


def _ratio(row: Mapping[str, Any]) -> str:
    ratio = row["ratio_to_intact"]
    if ratio is None:
        return "no ratio: intact skin takes next to nothing, so that any ratio would be huge"
    basis = (
        "how leaky intact skin is was measured" if row["permeability"] == "measured"
        else "how leaky intact skin is to it was never measured: a formula and an assumed way "
        "beside it stand in, good to a factor of five to ten, so trust the amount rather than "
        "the ratio"
    )  # fmt: skip
    ends = {key: min(value, 1e6) for key, value in ratio.items()}
    return f"{wording.spread(ends)} times as much below the horny layer; {basis}"


def _window(open_for: Mapping[str, float]) -> str:
    if open_for["p95"] <= 0:
        return "no time: they add nothing"
    return f"{wording.spread(open_for, 'hours')} after needling"


def _at(curve: Mapping[str, Sequence[float]], place: int) -> dict[str, float]:
    return {key: max(curve[key][place], 0.0) for key in ("p05", "p50", "p95")}


def _amount(value: Mapping[str, float], least: float = 1e-3) -> str:
    """An amount with its range; what is below the least is not told apart from nothing.

    >>> _amount({"p05": 0.0, "p50": 0.25, "p95": 3.0}), _amount({"p05": 0, "p50": 0, "p95": 1e-9})
    ('0.25 (<0.001 to 3)', '<0.001')
    """
    small = f"<{least:g}"
    low, mid, high = (
        wording.tidy(value[key]) if value[key] >= least else small for key in ("p05", "p50", "p95")
    )
    return mid if low == mid == high else f"{mid} ({low} to {high})"


def _table(row: Mapping[str, Any]) -> dict[str, Any]:
    """Amounts by layer and time, in µg/cm², and where the rest went."""
    places = [row["hours"].index(hour) for hour in TABLE_HOURS if hour in row["hours"]]
    curves = [
        *((wording.title(layer["layer"]), layer) for layer in row["layers"]),
        ("Gone into blood and below", row["blood_ug_per_cm2"]),
        ("Left on the skin, or taken off", row["left_ug_per_cm2"]),
    ]
    return {
        "times": [hours(row["hours"][place]) for place in places],
        "rows": [(name, [_amount(_at(curve, place)) for place in places])
                 for name, curve in curves],
    }  # fmt: skip


# Heat ----------------------------------------------------------------------------------------


def _heat(row: Mapping[str, Any], inner: Mapping[str, Any] | None) -> dict[str, Any]:
    # a few versions that char do not make every size a least one: the warning speaks for them
    at_least = row["chance_char"] >= 1 / 2
    cut = "; less than set wherever the current is cut" if row["at_least"] else ""
    most = f"{wording.spread(row['energy_per_pin_mj'])} mJ{cut}"
    facts = [
        ("Hottest place", f"{wording.spread(row['peak_celsius'])} °C"),
        ("Each pin gives off", most),
        ("Impedance of the tip at the start", f"{wording.spread(row['impedance_ohm'])} Ω"),
        ("Cells die, across the needle", _size(row["cells_width_mm"], at_least)),
        ("Cells die, along the needle", _size(row["cells_height_mm"], at_least)),
        ("Reaches 100 °C and chars", _chance(row["chance_char"])),
        ("Burns the epidermis", _chance(row["chance_burn"])),
        ("Kills fat below the dermis", _chance(row["chance_fat"])),
    ]
    hurt = [each for each in row["by_depth"] if each["dead"]["p95"] >= 1 / 1000]
    return {
        "zone": row["zone"],
        "setting": setting(row["setting"]),
        "warnings": row["warnings"],
        "facts": facts,
        "sets": [_set(name, one, at_least) for name, one in row["sets"].items()],
        "drawing": inner_drawings.heat(inner) if inner else None,
        "caption": inner_drawings.zone_words(inner) if inner else "",
        "depths": [
            (f"{each['depth_mm']:.2f} mm", _percent(each["dead"]), _percent(each["denatured"]))
            for each in hurt
        ],
    }


def setting(given: Mapping[str, Any]) -> str:
    """The setting of a tip in words.

    >>> setting({"energy_per_pin": "60 mJ", "pulse": "100 ms", "wiring": "bipolar"})
    '60 mJ a pin, for 100 ms, bipolar'
    """
    said = [
        words.format(given[key])
        for key, words in _SETTINGS.items()
        if given.get(key) is not None and not (key == "pulses" and given[key] == 1)
    ]
    return ", ".join(said)


def _set(name: str, row: Mapping[str, Any], at_least: bool) -> dict[str, str]:
    from pinprick.heat.damage import damage_sets

    known = damage_sets().get(name)
    return {
        "what": "cells die" if row["of"] == "cells" else "collagen denatures",
        "title": known.title if known else name,
        "recalled": "" if row["status"] == "read" else row["status"],
        "width": _size(row["width_mm"], at_least),
        "height": _size(row["height_mm"], at_least),
    }


def _size(value: Mapping[str, float], at_least: bool) -> str:
    if value["p95"] <= 0:
        return "none"
    if value["p50"] <= 0:
        return f"none in most versions, up to {wording.tidy(value['p95'])} mm"
    said = wording.size(value)
    return f"at least {said.removeprefix('about ')}" if at_least else said


def _percent(share: Mapping[str, float]) -> str:
    return wording.spread({key: round(100 * value, 1) for key, value in share.items()}, "%", False)


def _chance(share: float) -> str:
    percent = round(100 * share)
    if share == 0:
        return "in none of the versions"
    return f"in {percent or 'under 1'} of 100 versions"
