"""The chain: the only place that knows the order of the stages.

One call works one chunk of members through skin, needling, healing, redness and appearance. It
returns plain arrays with named dims, members last; :mod:`pinprick.forecasting.ensemble` puts the
chunks together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinprick import devices, units
from pinprick.appearance.colour import DayState
from pinprick.case import Case
from pinprick.evidence import Lanes
from pinprick.forecasting import colours, creams, heating, outcomes
from pinprick.forecasting.body import body_of, interventions_of
from pinprick.forecasting.plan import Plan
from pinprick.healing import redness
from pinprick.healing.body import Body
from pinprick.healing.care import care_of
from pinprick.healing.observation import INSTRUMENTS
from pinprick.healing.tissue import Tissue, at_one_place, heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Skin
from pinprick.medium.schedule import COHORT, Preset
from pinprick.needling import Punctures, needle, open_share, visit_time
from pinprick.needling.channel import CLOCKS, closing_time, left_open, lumen_width
from pinprick.people import skin_at, vessels
from pinprick.permeation.numb import Numbed

Array = np.ndarray[Any, np.dtype[np.float64]]
LESION = outcomes.LESION
# Depth cells of what is printed of an injury.
PRINTED_EDGES = np.linspace(0.0, 2.5 * units.MILLI, 26)
# Times at which redness is printed, in days: hours at first.
REDNESS_DAYS = np.array(
    [0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 18, 24, 30, 36, 42, 48, 60, 72, 96, 120, 144, 168]
) / units.HOURS_PER_DAY  # fmt: skip

# Times at which the lumen is printed, in seconds after the needle left.
COLLAPSE_SECONDS = np.array([0, 5, 10, 20, 30, 60, 120, 300])


@dataclass(frozen=True, slots=True)
class Field:
    """An array with its dims (without the members, which come last) and its unit."""

    dims: tuple[str, ...]
    values: Array
    unit: str
    long_name: str


@dataclass(frozen=True)
class Chunk:
    """What the chain says for some members."""

    fields: dict[str, Field] = field(default_factory=dict)

    def add(self, name: str, dims: str, values: Any, unit: str, long_name: str) -> None:
        """Keep an array; ``dims`` are words, members excluded."""
        array = np.asarray(values, dtype=np.float64)
        if not np.all(np.isfinite(array)):
            raise FloatingPointError(f"{long_name}: a value is not finite")
        self.fields[name] = Field(tuple(dims.split()), array, unit, long_name)


def run(plan: Plan, lanes: Lanes, preset: Preset = COHORT) -> Chunk:
    """Work the members of ``lanes`` through the chain.

    Raises:
        FloatingPointError: if a stage fails or returns a value that is not finite.
    """
    chunk = Chunk()
    skins = {
        name: _skin(plan.case, zone.body_site, lanes) for name, (_, zone) in plan.zones.items()
    }
    body = body_of(plan.case, lanes)
    numbed = creams.numbness(plan.cream, skins, plan.areas, lanes)
    creams.add_numbness(plan.cream, numbed, chunk)
    first = _needling(plan, skins, numbed, lanes, chunk)
    name = plan.healed_zones[0]
    creams.add_uptake(plan.applied, skins[name], first[name], lanes, chunk)
    warmed = _heat(plan, skins, first, lanes, chunk)
    tissues = _healing(plan, skins, warmed, body, lanes, preset, chunk)
    doses = _redness(plan, lanes, chunk)
    _colour(plan, tissues, doses, body, lanes, chunk)
    outcomes.appearance(plan, tissues, lanes, preset, chunk)
    return chunk


def _skin(case: Case, site: str, lanes: Lanes) -> Skin:
    sex = case.person.sex if case.person is not None else None
    return skin_at(site, sex, lanes)


def _heat(
    plan: Plan,
    skins: Mapping[str, Skin],
    first: Mapping[str, Punctures],
    lanes: Lanes,
    chunk: Chunk,
) -> dict[str, heating.Warm]:
    """Heat in the zones whose tip makes any."""
    found = {}
    for name, (step, _) in plan.zones.items():
        by = heating.warm(step, first[name].track_depth, skins[name], lanes)
        if by is not None:
            found[name] = by
            heating.add_heat(name, by, PRINTED_EDGES, first[name].density, chunk)
    return found


def _needling(
    plan: Plan,
    skins: Mapping[str, Skin],
    numbed: Mapping[str, Numbed],
    lanes: Lanes,
    chunk: Chunk,
) -> dict[str, Punctures]:
    """Needle every zone in every session; returns the first session of each."""
    sessions = range(len(plan.session_days))
    per_zone: dict[str, list[list[Any]]] = {}
    first: dict[str, Punctures] = {}
    for name, (step, zone) in plan.zones.items():
        tool = devices.device(step.device)
        vessel = vessels(skins[name], lanes)
        feels = creams.under(numbed.get(name), lanes)
        all_sessions = [
            needle(
                tool, zone, skins[name], vessel, PRINTED_EDGES, lanes,
                numbed=bool(plan.numbed), session=s, driven=plan.driven_in, **feels,
            )
            for s in sessions
        ]  # fmt: skip
        first[name] = all_sessions[0]
        shares = ("displaced", "dead", "tracks")
        for key in ("density", *shares, "bleeding", "red_cells", "needling_time", "pain"):
            part = [getattr(p.injury if key in shares else p, key) for p in all_sessions]
            if part[0] is not None:
                per_zone.setdefault(key, []).append(part)
    depths = ("set_depth", "track_depth", "track_sd", "open_pore_depth", "open_pore_width")
    for key in depths:
        values = [getattr(p, key) for p in first.values()]
        chunk.add(key, "zone", values, "m", key.replace("_", " "))
    stacked = {
        key: np.swapaxes(np.stack([np.stack(s) for s in v]), 0, 1) for key, v in per_zone.items()
    }
    for key, unit, words in (
        ("density", "1/m2", "punctures per area"),
        ("bleeding", "1/m2", "pinpoint bleedings per area"),
        ("red_cells", "1/m2", "tracks that free red cells, per area"),
        ("needling_time", "s", "time with the device on the skin"),
    ):
        chunk.add(key, "session zone", stacked[key], unit, words)
    for key, unit, words in (
        ("displaced", "1", "tissue displaced by needles"),
        ("dead", "1", "tissue killed around tracks"),
        ("tracks", "1/m2", "tracks per area by depth"),
    ):
        chunk.add(key, "session zone printed_depth", stacked[key], unit, words)
    _flags(first, stacked["dead"], lanes, chunk)
    _channels(first, lanes, chunk)
    if "pain" in stacked:
        chunk.add("pain", "session zone", stacked["pain"], "1", "pain under cream, 0 to 10")
    total = np.stack(
        [visit_time(t.sum(axis=0), plan.dwell, lanes) for t in stacked["needling_time"]]
    )
    chunk.add("visit_time", "session", total, "s", "length of the visit")
    for name, skin in skins.items():
        for layer in skin.layers:
            chunk.add(
                f"thickness/{name}/{layer.name}",
                "",
                layer.thickness,
                "m",
                f"thickness of the {layer.name}",
            )
        for vessel_name, depth in vessels(skin, lanes).items():
            chunk.add(f"vessel/{name}/{vessel_name}", "", depth, "m", f"depth of the {vessel_name}")
    return first


def _flags(first: Mapping[str, Punctures], dead: Array, lanes: Lanes, chunk: Chunk) -> None:
    """What a session may be warned of: dead tissue, and needles past the dermis."""
    k = lanes.stage("needling")
    for key, unit, words in (
        ("not_through", "1", "share of needles that stay above the tough layer"),
        ("past_dermis", "1", "share of needles that end below the dermis"),
        ("hand_load", "N", "force with which the needles in the skin push back"),
    ):
        chunk.add(key, "zone", [getattr(p, key) for p in first.values()], unit, words)
    past = [p.past_dermis / k.past_dermis_limit for p in first.values()]
    chunk.add("past_dermis_over_limit", "zone", past, "1", "that share over its limit")
    peak = dead.max(axis=2) / k.dead_limit
    words = "most dead tissue at any depth, over its limit"
    chunk.add("dead_over_limit", "session zone", peak, "1", words)


def _channels(first: Mapping[str, Punctures], lanes: Lanes, chunk: Chunk) -> None:
    """The lumen as it falls shut, and what is left of a channel by each clock."""
    widths = [
        lumen_width(COLLAPSE_SECONDS, p.surface_width, p.open_pore_width, lanes)
        for p in first.values()
    ]
    chunk.add("lumen_width", "zone collapse_time", widths, "m", "width of the lumen at the surface")
    left = [left_open(clock, REDNESS_DAYS, lanes) for clock in CLOCKS]
    chunk.add("channel_left", "clock redness_time", left, "1", "what is left of a channel")
    closed = [closing_time(clock, lanes) for clock in CLOCKS]
    chunk.add("closing_time", "clock", closed, "s", "time until a channel counts as closed")


def one_place(plan: Plan, lanes: Lanes) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Values and wounds of the biology at one place of the first followed zone, for one member."""
    name = plan.healed_zones[0]
    skin = _skin(plan.case, plan.zones[name][1].body_site, lanes)
    column = dermis(skin)
    sessions = outcomes.injuries(plan, name, skin, column, lanes)
    return at_one_place(sessions, column, body_of(plan.case, lanes), lanes)


def _healing(
    plan: Plan,
    skins: Mapping[str, Skin],
    warmed: Mapping[str, heating.Warm],
    body: Body,
    lanes: Lanes,
    preset: Preset,
    chunk: Chunk,
) -> dict[str, tuple[Tissue, Column]]:
    done: dict[str, tuple[Tissue, Column]] = {}
    care = care_of(interventions_of(plan.case), lanes)
    for name in plan.healed_zones:
        column = dermis(skins[name])
        sessions = outcomes.injuries(plan, name, skins[name], column, lanes, warmed.get(name))
        tissue = heal(sessions, column, body, lanes, plan.days, care=care, preset=preset)
        done[name] = tissue, column
    tissues = [tissue for tissue, _ in done.values()]
    for quantity in tissues[0].by_layer:
        values = np.stack([t.by_layer[quantity] for t in tissues])
        chunk.add(
            f"tissue/{quantity}",
            "healed_zone time layer",
            values,
            "1",
            f"{quantity}, change relative to intact",
        )
    for key, words in (
        ("epidermis", "epidermal thickness, change relative to intact"),
        ("vessels", "vessels grown in repair, relative to intact"),
        ("oedema", "water above rest, share of volume"),
        ("melanin", "melanin above rest, as a share of rest"),
        ("ageing", "what intact collagen changes by itself"),
        ("open", "share of channels not yet covered"),
    ):
        chunk.add(key, "healed_zone time", np.stack([getattr(t, key) for t in tissues]), "1", words)
    for key, tool in INSTRUMENTS.items():
        values = np.stack([tool.read(t.fields, lanes) for t in tissues])
        chunk.add(f"read/{key}", "healed_zone time", values, "1", f"{tool.name}: relative change")
    first, _ = done[plan.healed_zones[0]]
    chunk.add("profile", "time cell", first.profile, "1", "collagen gain by depth")
    chunk.add("cell_depth", "cell", first.depth, "m", "depth of the cell below the surface")
    return done


def _redness(plan: Plan, lanes: Lanes, chunk: Chunk) -> Array:
    """Redness of the first followed zone, by time since one session and over the whole course.

    Returns the dose of each session, (sessions, members).
    """
    zone = list(plan.zones).index(plan.healed_zones[0])
    depth = chunk.fields["set_depth"].values[zone]
    doses = np.stack([redness.dose(depth, d[zone], lanes) for d in chunk.fields["density"].values])
    chunk.add(
        "redness_duration",
        "session",
        np.stack([redness.visible_days(d, lanes) for d in doses]),
        "d",
        "time until redness is no longer visible",
    )
    alone = redness.curve(REDNESS_DAYS, np.zeros(1), doses[:1], lanes)
    chunk.add(
        "redness_first",
        "redness_time",
        alone,
        "1",
        "redness after the first session, 1 = just visible",
    )
    days = np.arange(0.0, plan.days[-1] + 1)
    latest = np.maximum.accumulate(np.where(np.isin(days, plan.session_days), days, 0.0))
    chunk.add(
        "channel_open",
        "slider_day",
        open_share(days - latest, lanes),
        "1",
        "share of pores still open",
    )
    course = redness.curve(days + 0.5, np.array(plan.session_days, dtype=float), doses, lanes)
    chunk.add("redness", "slider_day", course, "1", "redness at noon, 1 = just visible")
    return doses


def _colour(
    plan: Plan,
    tissues: Mapping[str, tuple[Tissue, Column]],
    doses: Array,
    body: Body,
    lanes: Lanes,
    chunk: Chunk,
) -> None:
    """Colour of the first followed zone on some days, six hours into each."""
    name = plan.healed_zones[0]
    tissue, site = tissues[name][0], plan.zones[name][1].body_site
    days = colours.days_of(plan.days)
    at = [plan.days.index(day) for day in days]
    sessions = np.array(plan.session_days, dtype=float)
    red = redness.curve(np.array(days) + colours.HOURS, sessions, doses, lanes)
    state = DayState(tissue.melanin[at], red, tissue.vessels[at])
    found = colours.colours(state, body.phototype, site, lanes)
    for key, values in found.items():
        words, unit = colours.NAMES[key]
        chunk.add(f"colour/{key}", "colour_day", values, unit, words)
