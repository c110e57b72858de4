"""Punctures of one virtual version, hole by hole: what maps and sections are drawn from.

The ensemble needs numbers of holes only. A picture needs their places, so they are laid for one
version of the person: the one nearest the middle in density, depth and dermis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.devices import Device
from pinprick.evidence import Lanes, Registry
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.forecasting.one_version import flat, middle, mm
from pinprick.forecasting.plan import Plan
from pinprick.forecasting.statistics import curves, rounded
from pinprick.needling import needle
from pinprick.needling.area import Area, zone_area
from pinprick.needling.channel import Clock, left_open
from pinprick.needling.evenness import Evenness, evenness, gaps, quadrat_map, union
from pinprick.needling.hand import figure
from pinprick.needling.positions import Pace, PunctureMap, lay, pace, stream
from pinprick.people import skin_at, vessels
from pinprick.people.skin import treated_area

if TYPE_CHECKING:
    from pinprick.courses.steps import Zone
    from pinprick.forecasting.forecast import Forecast

Array = np.ndarray[Any, np.dtype[Any]]
DEEPEST = 4 * units.MILLI
PATCH = 10 * units.MILLI  # side of the square that is drawn hole by hole
PATCH_HOLES = 1500
SQUARE = 2.5 * units.MILLI  # of the coverage map
MOST_SQUARES = 1600
CELLS = [0.01 * units.MILLI, 0.02 * units.MILLI, 0.05 * units.MILLI]  # of the depth histogram
BARS = 12
CLOSURE_HOURS = np.array([0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 30, 36, 48, 60, 72, 96])
CLOSURE_MEMBERS = 256
CLOCK_WORDS: tuple[tuple[Clock, str], ...] = (
    ("structure", "the pore as it is seen, in air"),
    ("barrier", "the barrier, by impedance, in air"),
    ("barrier, covered", "the barrier under a cover"),
    ("water loss", "water loss above rest"),
)


@dataclass(frozen=True, slots=True)
class Laid:
    """A session laid hole by hole on one zone of one version of the person; SI throughout.

    ``layers`` are (name, top, bottom), ``vessels`` depths by name; ``diameter`` is the mean one of
    a track at the surface while the needle is in.
    """

    zone: str
    site: str
    device: Device
    session: int
    pace: Pace
    map: PunctureMap
    set_depth: float
    track_depth: float
    diameter: float
    layers: tuple[tuple[str, float, float], ...]
    vessels: Mapping[str, float]


def lay_session(
    tool: Device,
    zone: Zone,
    sex: str | None,
    lanes: Lanes,
    *,
    session: int = 0,
    area: Area | None = None,
) -> Laid:
    """Lay one session for the first member of ``lanes``.

    Args:
        tool: what is used.
        zone: where, how deep, how much.
        sex: of the person, as far as known.
        lanes: of one member.
        session: which session of the course, from 0.
        area: outline; by default that of the zone's body site, one side of the face.
    """
    skin = skin_at(zone.body_site, sex, lanes)
    deep = vessels(skin, lanes)
    edges = np.arange(0.0, DEEPEST, figure("depth_cells"))
    done = needle(tool, zone, skin, deep, edges, lanes, session=session)
    how = pace(tool, zone.dose, lanes, session)
    # share of the strokes whose track is deeper, from the surface down
    tracks = np.concatenate([done.density[:1], done.injury.tracks[:, 0], [0.0]]) / how.density
    depths = np.concatenate([[0.0], (edges[1:] + edges[:-1]) / 2, edges[-1:]])
    if area is None:
        size = zone.area if zone.area is not None else treated_area(zone.body_site)
        area = zone_area(zone.body_site, size)
    laid = lay(
        tool,
        area,
        how,
        stream(lanes.seed, zone.name, session),
        depths=depths,
        deeper=np.minimum.accumulate(np.minimum(tracks, 1.0)),
    )
    tops = [float(skin.top(layer.name)[0]) for layer in skin.layers]
    return Laid(
        zone=zone.name,
        site=zone.body_site,
        device=tool,
        session=session,
        pace=how,
        map=laid,
        set_depth=float(done.set_depth[0]),
        track_depth=float(done.track_depth[0]),
        diameter=float(done.surface_width[0]),
        layers=tuple(
            (layer.name, top, top + float(layer.thickness[0]))
            for layer, top in zip(skin.layers, tops, strict=True)
        ),
        vessels={name: float(depth[0]) for name, depth in deep.items()},
    )


def middle_member(forecast: Forecast, zone: int) -> int:
    """The version nearest the middle by density, track depth and thickness of the dermis."""
    data, name = forecast.fields, str(forecast.fields["zone"].values[zone])
    return middle(
        flat(data["density"].values[0, zone]),
        flat(data["track_depth"].values[zone]),
        flat(data[f"thickness.{name}.reticular dermis"].values),
    )


def of_forecast(forecast: Forecast, zone: str | None = None, session: int = 0) -> Laid:
    """The middle version's session on a zone; by default the first that a concern reads.

    Raises:
        InputError: if the course has no such zone or session (counted from 0).
    """
    plan = Plan(forecast.case)
    name, last = zone if zone is not None else plan.healed_zones[0], len(plan.session_days) - 1
    faults = []
    if name not in plan.zones:
        faults.append(Fault("zone", str(name), did_you_mean(str(name), plan.zones)))
    if session not in range(last + 1):
        faults.append(Fault("session", str(session), f"a whole number from 0 to {last}"))
    if faults:
        raise InputError(faults)
    step, where = plan.zones[name]
    member = middle_member(forecast, list(plan.zones).index(name))
    return lay_session(
        step.tool,
        where,
        plan.sex,
        Lanes(forecast.registry, forecast.seed, [member]),
        session=session,
    )


def closure(registry: Registry, seed: int, members: int = CLOSURE_MEMBERS) -> dict[str, Any]:
    """What is still open by hours after a session, by clock, with its 90 % range."""
    lanes = Lanes(registry, seed, range(min(members, CLOSURE_MEMBERS)))
    days = CLOSURE_HOURS / units.HOURS_PER_DAY
    clocks = {words: left_open(clock, days, lanes) for clock, words in CLOCK_WORDS}
    return {
        "hours": [float(hour) for hour in CLOSURE_HOURS],
        "clocks": [{"name": name, **curves(shares)} for name, shares in clocks.items()],
    }


def by_layer(laid: Laid) -> list[tuple[str, float, float, float]]:
    """Layers as (name, top, bottom, share of the tracks that end there)."""
    ends = laid.map.depth
    rows = []
    for place, (name, top, bottom) in enumerate(laid.layers):
        last = place == len(laid.layers) - 1
        share = ((ends > top) & ((ends <= bottom) | last)).mean() if len(ends) else 0.0
        rows.append((name, top, bottom, float(share)))
    return rows


def view(forecast: Forecast) -> dict[str, Any]:
    """The section on punctures as plain data; lengths in mm, densities per cm²."""
    laid = of_forecast(forecast)
    closing = closure(forecast.registry, forecast.seed, forecast.members)
    return {**describe(laid), "closure": closing}


def describe(laid: Laid) -> dict[str, Any]:
    """A laid session as plain data."""
    found, area = evenness(laid.map), laid.map.area
    covered, expected = union(laid.map, laid.diameter)
    counts, low, side = coverage(laid)
    return {
        "zone": laid.zone,
        "site": laid.site,
        "device": laid.device.name,
        "title": laid.device.title,
        "kind": laid.device.kind,
        "session": laid.session,
        "passes": laid.pace.passes,
        "minutes": rounded(laid.pace.seconds * area.size / units.MINUTE),
        "outline": {"form": area.form, "width_mm": mm(area.width), "height_mm": mm(area.height)},
        "holes": found.holes,
        **_said(found),
        "diameter_mm": mm(laid.diameter),
        "covered": rounded(covered),
        "covered_expected": rounded(expected),
        "gaps": [[mm(g.x), mm(g.y), mm(g.diameter)] for g in gaps(laid.map, 2 + 1)],
        "patch": patch(laid),
        "coverage": {
            "side_mm": mm(side),
            "low_mm": [mm(low[0]), mm(low[1])],
            "per_cm2": [[None if v < 0 else rounded(float(v)) for v in row] for row in counts],
        },
        "set_mm": mm(laid.set_depth),
        "depths": histogram(laid),
        "layers": [[name, mm(top), mm(bottom), rounded(share)]
                   for name, top, bottom, share in by_layer(laid)],
        "vessels": [[name, mm(depth)] for name, depth in laid.vessels.items()],
    }  # fmt: skip


def coverage(laid: Laid) -> tuple[Array, tuple[float, float], float]:
    """Holes per cm² in squares (x, y), -1 outside the zone; lower corner and side in metres."""
    box = laid.map.area.width * laid.map.area.height
    side = max(SQUARE, float(np.sqrt(box / MOST_SQUARES)))
    counts, middles, inside = quadrat_map(laid.map, side)
    low = float(middles[0][0] - side / 2), float(middles[1][0] - side / 2)
    return np.where(inside, counts / side**2 * units.CM2, -1.0), low, side


def histogram(laid: Laid) -> dict[str, Any]:
    """Share of the tracks that end in each depth cell; cells are as fine as the spread asks for."""
    ends = laid.map.depth
    width = float(np.ptp(np.quantile(ends, [0.01, 0.99]))) if len(ends) else 0.0
    cell = next((c for c in CELLS if c * BARS >= width), CELLS[-1])
    edges = np.arange(0.0, DEEPEST, cell)
    counts = np.histogram(ends, edges)[0]
    first, last = np.flatnonzero(counts)[[0, -1]] if len(ends) else (0, 0)
    shares = counts[first : last + 1] / max(len(ends), 1)
    return {
        "from_mm": mm(first * cell),
        "cell_mm": mm(cell),
        "shares": [rounded(float(share)) for share in shares],
    }


def patch(laid: Laid) -> dict[str, Any]:
    """Holes of a small square in the middle of the zone, one by one."""
    area = laid.map.area
    side = min(PATCH, area.width / 2, area.height / 2)
    side = min(side, float(np.sqrt(PATCH_HOLES / max(laid.map.density, 1.0))))
    x, y = laid.map.x, laid.map.y
    near = np.flatnonzero((abs(x) < side / 2) & (abs(y) < side / 2))
    return {
        "side_mm": mm(side),
        "x_mm": [round(float(v) / units.MILLI, 3) for v in x[near]],
        "y_mm": [round(float(v) / units.MILLI, 3) for v in y[near]],
        "depth_mm": [round(float(v) / units.MILLI, 3) for v in laid.map.depth[near]],
    }


def _said(found: Evenness) -> dict[str, Any]:
    return {
        "per_cm2": rounded(found.density * units.CM2),
        "cv": [[mm(side), rounded(found.cv[side]), rounded(found.poisson[side])]
               for side in found.cv],
        "clark_evans": rounded(found.clark_evans),
        "peak": rounded(found.spectrum.peak),
        "wave_mm": mm(found.spectrum.wave),
        "maker": found.maker,
    }  # fmt: skip
