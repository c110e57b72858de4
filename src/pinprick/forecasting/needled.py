"""Needling of every zone in every session, kept for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.forecasting import creams
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.grids import COLLAPSE_SECONDS, PRINTED_EDGES, REDNESS_DAYS
from pinprick.forecasting.plan import Plan
from pinprick.medium.layers import Numbness, Skin
from pinprick.needling import Punctures, needle_often, pain_under_cream, visit_time
from pinprick.needling.channel import CLOCKS, closing_time, left_open, lumen_width
from pinprick.people import vessels
from pinprick.permeation.numb import Numbed

Array = np.ndarray[Any, np.dtype[np.float64]]
_SHARES = ("displaced", "dead", "tracks")
_EACH = ("density", *_SHARES, "bleeding", "red_cells", "needling_time")


def needle_all(
    plan: Plan,
    skins: Mapping[str, Skin],
    numbed: Mapping[str, Numbed],
    lanes: Lanes,
    chunk: Chunk,
) -> dict[str, Punctures]:
    """Needle every zone in every session and keep what is reported.

    Args:
        plan: zones and sessions.
        skins: by zone.
        numbed: the skin under a cream, by zone; empty without a known one.
        lanes: parameters of the members.
        chunk: takes the fields, each (…, members).

    Returns:
        the first session of each zone.
    """
    done = {name: sessions_of(plan, name, skin, lanes) for name, skin in skins.items()}
    first = {name: sessions[0] for name, sessions in done.items()}
    for key in ("set_depth", "track_depth", "track_sd", "open_pore_depth", "open_pore_width"):
        values = [getattr(p, key) for p in first.values()]
        chunk.add(key, "zone", values, "m", key.replace("_", " "))
    stacked = {key: _stacked(key, done) for key in _EACH}
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
    scores = _pain(plan, first, creams.under(numbed, lanes), lanes)
    if scores is not None:
        chunk.add("pain", "session zone", scores, "1", "pain under cream, 0 to 10")
    times = [visit_time(t.sum(axis=0), plan.dwell, lanes) for t in stacked["needling_time"]]
    chunk.add("visit_time", "session", np.stack(times), "s", "length of the visit")
    _anatomy(skins, lanes, chunk)
    return first


def sessions_of(plan: Plan, name: str, skin: Skin, lanes: Lanes) -> list[Punctures]:
    """Every session of one zone."""
    step, zone = plan.zones[name]
    sessions = range(len(plan.session_days))
    deep = vessels(skin, lanes)
    return needle_often(step.tool, zone, skin, deep, PRINTED_EDGES, lanes, sessions)


def _pain(
    plan: Plan,
    first: Mapping[str, Punctures],
    feels: Mapping[str, Mapping[str, Numbness]],
    lanes: Lanes,
) -> Array | None:
    """Pain, alike in every session, (sessions, zones, members); ``feels`` as :func:`creams.under`.

    None where the skin is not numbed, for then it is not forecast.
    """
    if not plan.numbed:
        return None
    scores = [
        pain_under_cream(
            plan.zones[name][0].tool, done.set_depth, lanes,
            driven=plan.driven_in, **feels.get(name, {}),
        )
        for name, done in first.items()
    ]  # fmt: skip
    return np.stack([np.stack(scores)] * len(plan.session_days))


def _of(punctures: Punctures, key: str) -> Any:
    return getattr(punctures.injury if key in _SHARES else punctures, key)


def _stacked(key: str, done: Mapping[str, list[Punctures]]) -> Array:
    """One field of all, (sessions, zones, …, members)."""
    zones = [np.stack([_of(p, key) for p in sessions]) for sessions in done.values()]
    return np.swapaxes(np.stack(zones), 0, 1)


def _anatomy(skins: Mapping[str, Skin], lanes: Lanes, chunk: Chunk) -> None:
    for name, skin in skins.items():
        for layer in skin.layers:
            words = f"thickness of the {layer.name}"
            chunk.add(f"thickness/{name}/{layer.name}", "", layer.thickness, "m", words)
        for vessel, depth in vessels(skin, lanes).items():
            chunk.add(f"vessel/{name}/{vessel}", "", depth, "m", f"depth of the {vessel}")


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
