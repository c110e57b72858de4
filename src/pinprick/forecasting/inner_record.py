"""Record of what goes on in the skin: numbness, products and heat, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from pinprick import units
from pinprick.forecasting.grids import PRINTED_DEPTHS, UPTAKE_DEPTHS, UPTAKE_HOURS
from pinprick.forecasting.plan import Plan
from pinprick.forecasting.prescribed import Applied
from pinprick.forecasting.statistics import curves, quantiles, rounded
from pinprick.heat.damage import damage_sets
from pinprick.heat.heated import WARNINGS, warned
from pinprick.permeation.numb import poisoning, warnings
from pinprick.permeation.product import always
from pinprick.permeation.solutes import solute
from pinprick.permeation.uptake import Limit

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

UG_CM2 = "ug/cm2"
LIMITS: tuple[Limit, ...] = get_args(Limit)
_NONE_INTACT = 1e6  # above it a ratio says only that intact skin takes next to nothing


def numbing(forecast: Forecast, plan: Plan) -> dict[str, Any] | None:
    """How deep the skin is numb and what the blood gets; None without a known cream."""
    cream = plan.cream
    if cream is None:
        return None
    data = forecast.fields

    def of(name: str, place: int, unit: str) -> dict[str, float]:
        return quantiles(units.from_si(1.0, unit) * data[f"numb.{name}"].values[place])

    zones = []
    for place, (name, (_, zone)) in enumerate(plan.zones.items()):
        area, mass = cream.spread_on(zone.area)
        deep = curves(units.from_si(1.0, "mm") * data["numb.depth"].values[place])
        zones.append(
            {
                "zone": name,
                "at_needles_mm": of("at_needles", place, "mm"),
                "front_mm": of("front", place, "mm"),
                "weak_share": rounded(float(data["numb.weak"].values[place].mean())),
                "absorbed_mg": of("absorbed", place, "mg"),
                "plasma_ug_per_ml": of("plasma", place, "ug/mL"),
                "share_of_danger": of("danger", place, "1"),
                "depth_mm": deep,
                "warnings": [
                    *warnings(cream.product, area=area, mass=mass, time=cream.dwell),
                    *poisoning(data["numb.danger"].values[place], data["numb.level"].values[place]),
                ],
            }
        )
    return {
        "product": cream.product.name,
        "title": cream.product.title,
        "status": cream.product.status,
        "dwell_min": rounded(cream.dwell / units.MINUTE),
        "wait_min": rounded(cream.wait / units.MINUTE),
        "minutes": [rounded(float(t) / units.MINUTE) for t in data["numb_time"].values],
        "zones": zones,
        "sources": list(cream.product.rows),
    }


def products(forecast: Forecast, plan: Plan) -> list[dict[str, Any]]:
    """What each product on fresh channels brings into the first followed zone within a day."""
    return [
        {
            "name": each.name,
            "title": each.product.title,
            "status": each.product.status,
            "zone": plan.healed_zones[0],
            "glide": each.glide,
            "stays_hours": None if each.stays is None else rounded(each.stays / units.HOUR),
            "covered": each.vehicle.occluded,
            "open_channels": each.product.open_use,
            "reasons": [reason.says for reason in each.product.reasons],
            "said_of_all": always().says,
            "solutes": [_solute(forecast, each, name) for name in each.vehicle.strengths],
            "sources": list(each.product.rows),
        }
        for each in plan.applied
    ]


def _solute(forecast: Forecast, each: Applied, name: str) -> dict[str, Any]:
    data, key = forecast.fields, f"uptake.{each.name}.{name}"
    per_area = units.from_si(1.0, UG_CM2)

    def curve(part: str) -> dict[str, list[float]]:
        return curves(per_area * data[f"{key}.{part}"].values)

    ratio = data[f"{key}.ratio"].values
    layers = [str(k).removeprefix(f"{key}.in.") for k in data if str(k).startswith(f"{key}.in.")]
    profile = data[f"{key}.profile"].values
    middle = np.median(profile.reshape(*profile.shape[:2], -1), axis=-1)
    known = solute(name)
    return {
        "name": name,
        "title": known.title,
        "permeability": "measured" if known.measured else "prior",
        "dose_ug_per_cm2": quantiles(per_area * data[f"{key}.dose"].values),
        "hours": list(UPTAKE_HOURS),
        "delivered_ug_per_cm2": curve("delivered"),
        "added_ug_per_cm2": curve("added"),
        "blood_ug_per_cm2": curve("cleared"),
        "left_ug_per_cm2": curve("left"),
        "layers": [{"layer": layer, **curve(f"in.{layer}")} for layer in layers],
        "ratio_to_intact": None if np.median(ratio) > _NONE_INTACT else quantiles(ratio),
        "window_hours": quantiles(data[f"{key}.window"].values / units.HOUR),
        "held_by": {
            limit: rounded(float(data[f"{key}.held by.{limit}"].values.mean())) for limit in LIMITS
        },
        "profile": {
            "depth_mm": [rounded(float(d) / units.MILLI) for d in UPTAKE_DEPTHS],
            "mg_per_ml": [[rounded(float(v)) for v in row] for row in middle],
        },
    }


def heat(forecast: Forecast, plan: Plan) -> list[dict[str, Any]]:
    """What radiofrequency does in each zone that it heats."""
    return [
        _heat(forecast, name, step.radiofrequency)
        for name, (step, _) in plan.zones.items()
        if step.radiofrequency is not None
    ]


def _heat(forecast: Forecast, zone: str, setting: Any) -> dict[str, Any]:
    data, key = forecast.fields, f"heat.{zone}"

    def of(part: str, unit: str) -> dict[str, float]:
        return quantiles(units.from_si(1.0, unit) * data[f"{key}.{part}"].values)

    def share(part: str) -> float:
        return rounded(float(data[f"{key}.{part}"].values.mean()))

    return {
        "zone": zone,
        "setting": setting.model_dump(mode="json"),
        "sets": {
            name: {
                "of": one.of,
                "status": one.status,
                "width_mm": of(f"width.{name}", "mm"),
                "height_mm": of(f"height.{name}", "mm"),
            }
            for name, one in damage_sets().items()
        },
        "cells_width_mm": of("cells_width", "mm"),
        "cells_height_mm": of("cells_height", "mm"),
        "peak_celsius": quantiles(data[f"{key}.peak"].values),
        "energy_per_pin_mj": of("energy", "mJ"),
        "impedance_ohm": quantiles(data[f"{key}.impedance"].values),
        "chance_char": share("charred"),
        "chance_burn": share("burn"),
        "chance_fat": share("fat_burn"),
        "at_least": share("charred") > 0,
        "by_depth": [
            {
                "depth_mm": rounded(float(depth) / units.MILLI),
                "dead": quantiles(data[f"{key}.dead"].values[i]),
                "denatured": quantiles(data[f"{key}.denatured"].values[i]),
            }
            for i, depth in enumerate(PRINTED_DEPTHS)
        ],
        "warnings": list(warned({part: share(part) for part in WARNINGS})),
    }
