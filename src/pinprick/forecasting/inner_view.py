"""What goes on inside the skin of one virtual version: what figures and report draw by depth.

The ensemble keeps numbers and ranges. A picture needs fields, so they are worked out again for one
version: the one nearest the middle in what is drawn. Everything is plain data; lengths in mm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.constants import zero_Celsius

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.forecasting import heating
from pinprick.forecasting.creams import numb_times
from pinprick.forecasting.grids import UPTAKE_HOURS
from pinprick.forecasting.one_version import flat, middle, mm
from pinprick.forecasting.plan import Plan
from pinprick.forecasting.prescribed import Applied, Cream
from pinprick.forecasting.statistics import rounded
from pinprick.heat.damage import damage_sets
from pinprick.heat.heated import burst
from pinprick.medium.layers import Skin
from pinprick.people import skin_at
from pinprick.permeation.channels import Channels, transport_channels
from pinprick.permeation.numb import Numbed, numb
from pinprick.permeation.solutes import solute
from pinprick.permeation.uptake import Uptake, uptake

if TYPE_CHECKING:
    from pinprick.forecasting.forecast import Forecast

Array = np.ndarray[Any, np.dtype[np.float64]]
HOURS = (0.25, 1.0, 4.0, 24.0)  # after a product is put on: a line each
DEPTHS = np.concatenate([[0.0], np.geomspace(5, 2000, 40)]) * units.MICRO  # below the horny layer
BLOCKED = (0.1, 0.5, 0.9)  # shares of feeling that are blocked
CELSIUS = (50, 60, 80, 100)
ROWS = 240  # depths at which a zone's outline is given
HORNY = "stratum corneum"


def view(forecast: Forecast) -> dict[str, Any]:
    """Numbness, products and heat of middle versions; empty or None where there are none.

    Keys: ``numbing`` (or None), ``products`` and ``heat`` (lists, as in the record).
    """
    plan = Plan(forecast.case)
    zone = plan.healed_zones[0]
    return {
        "numbing": None if plan.cream is None else _numbing(forecast, plan, zone, plan.cream),
        "products": [
            {
                "name": each.name,
                "title": each.product.title,
                "solutes": [
                    _solute(forecast, plan, zone, each, name) for name in each.vehicle.strengths
                ],
            }
            for each in plan.applied
        ],
        "heat": [
            _heat(forecast, plan, name)
            for name, (step, _) in plan.zones.items()
            if step.radiofrequency is not None
        ],
    }


def _skin(plan: Plan, zone: str, lanes: Lanes) -> Skin:
    return skin_at(plan.zones[zone][1].body_site, plan.sex, lanes)


def _dermis(forecast: Forecast, zone: str) -> Array:
    """Thickness of the reticular dermis of all members."""
    return flat(forecast.fields[f"thickness.{zone}.reticular dermis"].values)


def _lanes(forecast: Forecast, member: int) -> Lanes:
    return Lanes(forecast.registry, forecast.seed, [member])


def _layers(skin: Skin, *, below: bool) -> list[list[Any]]:
    """Layers as [name, top, bottom] in mm, counted from the surface or below the horny layer."""
    top = 0.0
    found: list[list[Any]] = []
    for layer in skin.layers:
        if below and layer.name == HORNY:
            continue
        bottom = top + float(layer.thickness[0])
        found.append([layer.name, mm(top), mm(bottom)])
        top = bottom
    return found


# Numbing -------------------------------------------------------------------------------------


def _numbing(forecast: Forecast, plan: Plan, zone: str, cream: Cream) -> dict[str, Any]:
    place = list(plan.zones).index(zone)
    data = forecast.fields
    drawn = (flat(data[f"numb.{part}"].values[place]) for part in ("at_needles", "front"))
    lanes = _lanes(forecast, middle(*drawn, _dermis(forecast, zone)))
    skin = _skin(plan, zone, lanes)
    area, mass = cream.spread_on(plan.areas[zone])
    found = numb(
        cream.product, skin, skin.site, cream.dwell, cream.wait, lanes, area=area, mass=mass
    )
    at = numb_times(cream)
    return {
        "zone": zone,
        "title": cream.product.title,
        "minutes": [rounded(float(t) / units.MINUTE) for t in at],
        "off_min": rounded(cream.dwell / units.MINUTE),
        "needles_min": rounded((cream.dwell + cream.wait) / units.MINUTE),
        "set_mm": mm(float(np.median(data["set_depth"].values[place]))),
        "blocked_mm": [[rounded(share), blocked(found, share, at)] for share in BLOCKED],
        "layers": _layers(skin, below=True),
    }


def blocked(found: Numbed, share: float, times: Array) -> list[float]:
    """Depth in mm, at ``times``, of the deepest tissue with ``share`` of its feeling blocked."""
    n = found.numbness
    reach = [_deepest(row[:, 0], n.depth, share) for row in n.block]
    return [mm(float(z)) for z in np.interp(times, n.time, reach)]


def _deepest(values: Array, depth: Array, level: float) -> float:
    """Where values fall to a level for the last time; 0 where they never reach it."""
    inside = np.flatnonzero(values >= level)
    if not len(inside):
        return 0.0
    last = int(inside[-1])
    if last == len(values) - 1:
        return float(depth[-1])
    part = (values[last] - level) / (values[last] - values[last + 1])
    return float(depth[last] + part * (depth[last + 1] - depth[last]))


# Products ------------------------------------------------------------------------------------


def _solute(forecast: Forecast, plan: Plan, zone: str, each: Applied, name: str) -> dict[str, Any]:
    data, key = forecast.fields, f"uptake.{each.name}.{name}"
    taken, gone = (data[f"{key}.{part}"].values for part in ("delivered", "cleared"))
    held = [flat(taken[at] - gone[at]) for at in _drawn_times()]
    drawn = (flat(taken[-1]), *held)
    member = middle(*drawn, _dermis(forecast, zone))
    lanes = _lanes(forecast, member)
    skin = _skin(plan, zone, lanes)
    channels = _channels(forecast, plan, zone, each, member, lanes)
    found = uptake(
        skin, solute(name), each.vehicle, channels, lanes,
        until=min(each.stays or units.DAY, units.DAY), duration=units.DAY,
        times=np.array(HOURS) * units.HOUR,
    )  # fmt: skip
    assert found.intact is not None, "a product lies on channels here"
    return {
        "name": name,
        "title": solute(name).title,
        "hours": list(HOURS),
        "depth_mm": [mm(float(z)) for z in DEPTHS],
        "needled": _by_depth(found),
        "intact": _by_depth(found.intact),
        "channel_mm": mm(float(channels.channel.depth[0])),
        "layers": _layers(skin, below=True),
    }


def _drawn_times() -> list[int]:
    """Places of the drawn hours among those that the ensemble keeps."""
    return [UPTAKE_HOURS.index(hour) for hour in HOURS]


def _channels(
    forecast: Forecast, plan: Plan, zone: str, each: Applied, member: int, lanes: Lanes
) -> Channels:
    place, data = list(plan.zones).index(zone), forecast.fields

    def of(key: str) -> Array:
        return flat(data[key].values[place])[[member]]

    tracks = flat(data["density"].values[0, place])[[member]] * (1.0 - of("not_through"))
    return transport_channels(
        tracks, of("open_pore_depth"), of("open_pore_width"),
        "covered" if each.vehicle.occluded else "open", lanes,
    )  # fmt: skip


def _by_depth(found: Uptake) -> list[list[float]]:
    """Dissolved in mg/mL, a row a time, by depth; straight in its logarithm between cells."""
    below = found.column.layers[HORNY].stop
    depth = (found.column.depth[below:] - found.column.edges[below])[:, 0]
    least = float(np.finfo(np.float32).tiny)
    logs = np.log(np.maximum(found.dissolved[:, below:, 0], least))
    rows = [np.exp(np.interp(DEPTHS, depth, row)) for row in logs]
    return [[rounded(float(v)) if v > 2 * least else 0.0 for v in row] for row in rows]


# Heat ----------------------------------------------------------------------------------------


def _heat(forecast: Forecast, plan: Plan, zone: str) -> dict[str, Any]:
    place, member = list(plan.zones).index(zone), _heated_member(forecast, zone)
    lanes = _lanes(forecast, member)
    skin = _skin(plan, zone, lanes)
    depth = flat(forecast.fields["set_depth"].values[place])[[member]]
    pins, pulse = heating.setting(plan.zones[zone][0], depth)
    warmed, _ = burst(pins, pulse, skin, lanes)
    cell, level = warmed.cell, float(np.log(lanes.stage("heat").dead_threshold[0]))
    tip = float(depth[0])
    rows = np.linspace(0.0, min(float(cell.faces[0, -1]), tip + pins.pitch), ROWS)
    peak = warmed.peak[0] - zero_Celsius

    def outline(field: Array, least: float) -> list[float]:
        reach = half_widths(field, least, cell.middle, cell.depth[0], rows)
        return [mm(float(r)) for r in reach]

    def zone_of(name: str) -> list[float]:
        damage = np.where(cell.metal, 0.0, warmed.damage[name][0])
        return outline(np.log(np.maximum(damage, np.finfo(float).tiny)), level)

    return {
        "zone": zone,
        "wiring": pins.wiring,
        "needle_mm": {
            "depth": mm(tip),
            "diameter": mm(pins.diameter),
            "bare": None if pins.bare is None else mm(pins.bare),
            "pitch": mm(pins.pitch),
        },
        "depth_mm": [mm(float(z)) for z in rows],
        "celsius": [[t, outline(peak, float(t))] for t in CELSIUS],
        "sets": [
            {"name": name, "title": one.title, "of": one.of, "status": one.status,
             "half_width_mm": zone_of(name)}
            for name, one in damage_sets().items()
        ],
        "peak_celsius": rounded(float(np.where(cell.metal, 0.0, peak).max())),
        "at_least": bool(warmed.cut[0]),
        "layers": _layers(skin, below=False),
    }  # fmt: skip


def _heated_member(forecast: Forecast, zone: str) -> int:
    """The version nearest the middle in zones and skin, of those that char or not as most do."""
    data, key = forecast.fields, f"heat.{zone}"
    cut = flat(data[f"{key}.charred"].values) > 0
    as_most = np.flatnonzero(cut == (np.mean(cut) > 1 / 2))
    sizes = (flat(data[f"{key}.{part}"].values) for part in ("cells_width", "cells_height"))
    drawn = (*sizes, _dermis(forecast, zone))
    return int(as_most[middle(*(values[as_most] for values in drawn))])


def half_widths(field: Array, level: float, radius: Array, depth: Array, rows: Array) -> Array:
    """How far from the axis a field exceeds a level, at the depths ``rows``.

    Args:
        field: (cells, rings), highest inside.
        level: what is exceeded.
        radius: of the rings' middles, (rings,).
        depth: of the cells' middles, (cells,).
        rows: depths wanted.

    >>> one = np.array([[4.0, 2.0, 0.0]])
    >>> half_widths(one, 1.0, np.array([0.0, 1.0, 2.0]), np.zeros(1), np.zeros(1))
    array([1.5])
    """
    at = np.stack([np.interp(rows, depth, ring) for ring in field.T], axis=1)
    reach = np.zeros(len(rows))
    for place, row in enumerate(at):
        reach[place] = _deepest(row, radius, level)
    return reach
