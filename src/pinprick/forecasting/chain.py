"""The chain: the only place that knows the order of the stages.

One call works one chunk of members through skin, needling, healing, redness and appearance. It
returns plain arrays with named dims, members last; :mod:`pinprick.forecasting.ensemble` puts the
chunks together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinprick.appearance.colour import DayState
from pinprick.evidence import Lanes
from pinprick.forecasting import colours, creams, heating, outcomes
from pinprick.forecasting.body import body_of, interventions_of
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.grids import PRINTED_EDGES, REDNESS_DAYS
from pinprick.forecasting.needled import needle_all, sessions_of
from pinprick.forecasting.plan import Plan
from pinprick.healing import redness
from pinprick.healing.body import Body
from pinprick.healing.care import care_of
from pinprick.healing.observation import INSTRUMENTS
from pinprick.healing.tissue import Tissue, at_one_place, heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Skin
from pinprick.medium.schedule import COHORT, Preset
from pinprick.needling import Punctures, open_share

Array = np.ndarray[Any, np.dtype[np.float64]]


def run(plan: Plan, lanes: Lanes, preset: Preset = COHORT) -> Chunk:
    """Work the members of ``lanes`` through the chain.

    Raises:
        FloatingPointError: if a stage fails or returns a value that is not finite.
    """
    chunk = Chunk()
    skins = {name: outcomes.skin_of(plan, name, lanes) for name in plan.zones}
    body = body_of(plan.case, lanes)
    numbed = creams.numbness(plan.cream, skins, plan.areas, lanes)
    creams.add_numbness(plan.cream, numbed, chunk)
    first = needle_all(plan, skins, numbed, lanes, chunk)
    name = plan.healed_zones[0]
    creams.add_uptake(plan.applied, skins[name], first[name], lanes, chunk)
    warmed = _heat(plan, skins, first, lanes, chunk)
    tissues = _healing(plan, skins, warmed, body, lanes, preset, chunk)
    doses = _redness(plan, lanes, chunk)
    _colour(plan, tissues, doses, body, lanes, chunk)
    outcomes.appearance(plan, tissues, lanes, preset, chunk)
    return chunk


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


def one_place(plan: Plan, lanes: Lanes) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Values and wounds of the biology at one place of the first followed zone, for one member.

    Returns:
        what :func:`~pinprick.healing.tissue.at_one_place` gives, in the biology's own units.

    >>> from pinprick.case import Case, example_path
    >>> from pinprick.evidence import registry
    >>> plan = Plan(Case.load(example_path("acne-scars")))
    >>> values, wounds = one_place(plan, Lanes(registry(), 0, [0]))
    >>> len(wounds), sorted(wounds[0])
    (4, ['bare', 'clot', 'debris'])
    """
    name = plan.healed_zones[0]
    skin = outcomes.skin_of(plan, name, lanes)
    column = dermis(skin)
    by = None
    if plan.zones[name][0].radiofrequency is not None:
        first = sessions_of(plan, name, skin, lanes)[0]
        by = heating.warm(plan.zones[name][0], first.track_depth, skin, lanes)
    sessions = outcomes.injuries(plan, name, skin, column, lanes, by)
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
