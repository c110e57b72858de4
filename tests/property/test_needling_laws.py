"""Laws of needling that hold for any needle, dose and device."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pinprick import devices
from pinprick.evidence import Lanes, registry
from pinprick.medium.layers import Injury
from pinprick.needling import Punctures, needle
from pinprick.needling.injury import injure, tracks_of
from pinprick.needling.insertion import Group
from pinprick.needling.mechanics import (
    Force,
    Needle,
    Resistance,
    Stroke,
    seat,
    share_shallow,
    spread,
)
from pinprick.people.skin import skin_at, vessels

NAMES = sorted(devices.catalogue())
PENS = [name for name in NAMES if devices.device(name).kind == "pen"]
HAIR = 1e-12  # rounding


@cache
def lanes() -> Lanes:
    return Lanes(registry(), 3, range(32))


def punctures(tool: str, depth: float | None, **dose: Any) -> Punctures:
    plain = {"passes": None, "seconds_per_cm2": None, "until": None, "max_passes": None} | dose
    where = SimpleNamespace(
        name="cheek", body_site="cheek", depth=depth, area=None, dose=SimpleNamespace(**plain)
    )
    skin = skin_at("cheek", "male", lanes())
    edges = np.concatenate([[0.0], np.geomspace(2e-5, 3.5e-3, 24)])
    return needle(
        devices.device(tool),
        where,  # type: ignore[arg-type]
        skin,
        vessels(skin, lanes()),
        edges,
        lanes(),
        session=0,
    )


def lawful(injury: Injury, reach: float) -> None:
    for name in ("displaced", "removed", "dead", "denatured"):
        share = getattr(injury, name)
        assert np.all(share >= 0)
        assert np.all(share <= 1)
    hurt = injury.displaced + injury.dead
    assert np.all(hurt <= 1 + HAIR)
    for field in (injury.displaced, hurt, injury.tracks / max(float(injury.tracks.max()), 1.0)):
        assert np.all(np.diff(field, axis=0) <= HAIR), "injury grows with depth"
    below = injury.edges[:-1] >= reach
    assert np.all(hurt[below] == 0)
    assert np.all(injury.tracks[below] == 0)


depths = st.floats(0.0, 1.0)


def setting(tool: str, share: float) -> float:
    item = devices.device(tool)
    return item.length_min + share * (item.length_max - item.length_min)


@given(
    track=st.floats(-0.5e-3, 3e-3),
    dimple=st.floats(0.0, 1.5e-3),
    cv=st.floats(0.0, 0.5),
    density=st.floats(0.0, 1e8),
    tip=st.floats(1e-6, 6e-5),
    shaft=st.floats(8e-5, 4e-4),
    cone=st.floats(0.05, 1.2),
    rim=st.floats(0.0, 1e-4),
    cells=st.integers(1, 40),
)
@settings(max_examples=150, deadline=None)
def test_injury_is_a_share_and_ends_with_the_needles(
    track: float,
    dimple: float,
    cv: float,
    density: float,
    tip: float,
    shaft: float,
    cone: float,
    rim: float,
    cells: int,
) -> None:
    reach = max(track + dimple, 0.0)
    needle = Needle(np.array([tip]), np.array([shaft]), np.array([cone]))
    groups = [
        Group(np.array([part]), np.array([track]), np.array([cv * dimple])) for part in (0.3, 0.7)
    ]
    edges = np.linspace(0, 4e-3, cells + 1)
    end, edge = np.array([reach]), np.array([rim])
    sorts = [tracks_of(edges, group, end, needle, edge) for group in groups]
    injury = injure(edges, sorts, np.array([density]), needle)
    lawful(injury, reach)
    there = injury.tracks > 0
    assert np.all(injury.radius[there] <= shaft / 2 + HAIR)


@given(tool=st.sampled_from(NAMES), one=depths, other=depths)
@settings(max_examples=60, deadline=None)
def test_a_deeper_setting_never_gives_a_shallower_track(
    tool: str, one: float, other: float
) -> None:
    shallow, deep = (punctures(tool, setting(tool, share)) for share in sorted((one, other)))
    assert np.all(deep.track_depth >= shallow.track_depth - HAIR)
    assert np.all(shallow.track_depth <= shallow.set_depth + 0.15e-3 + HAIR)
    lawful(shallow.injury, float(shallow.set_depth.max()) + 0.15e-3)


needles = st.builds(
    lambda tip, more, cone: Needle(np.array(tip), np.array(tip + more), np.array(cone)),
    st.floats(1e-6, 1e-4),
    st.floats(2e-5, 4e-4),
    st.floats(0.05, 1.2),
)
skins = st.builds(
    lambda *values: Resistance(*(np.array(value) for value in values)),
    st.floats(500, 2e4),
    st.floats(3e-5, 5e-4),
    st.floats(0.5, 3.0),
    st.floats(0.0, 0.5),
    st.floats(0.02, 3.0),
    st.floats(5e5, 8e6),
    st.floats(5e-4, 5e-3),
    st.floats(0.02, 2.0),
    st.floats(200, 5e4),
)
soft = st.floats(1e-4, 0.2)


@given(needle=needles, skin=skins, give=soft, ends=st.tuples(*[st.floats(0.0, 4e-3)] * 2))
@settings(max_examples=200, deadline=None)
def test_a_longer_stroke_never_goes_less_deep(
    needle: Needle, skin: Resistance, give: float, ends: tuple[float, float]
) -> None:
    cv, bed = np.array(0.17), np.array(give)
    depth, held = [], []
    for end in sorted(ends):
        length = np.array(end)
        rest = seat(needle, skin, bed, stroke=Stroke(length))
        assert 0 <= rest.depth <= end + HAIR
        share = share_shallow(rest, length, needle, skin, bed, cv)
        assert 0 <= share <= 1
        assert spread(rest, needle, skin, bed, cv) >= 0
        depth.append(float(rest.depth))
        held.append(float(share))
    assert depth[1] >= depth[0] - HAIR
    assert held[1] <= held[0] + HAIR


@given(
    needle=needles,
    skin=skins,
    give=soft,
    length=st.floats(0.0, 4e-3),
    presses=st.tuples(*[st.floats(0.0, 1.0)] * 2),
    driven=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_a_harder_press_never_goes_less_deep(
    needle: Needle,
    skin: Resistance,
    give: float,
    length: float,
    presses: tuple[float, float],
    driven: bool,
) -> None:
    end = np.array(length)
    soft_hand, hard_hand = (
        seat(
            needle,
            skin,
            np.array(give),
            stroke=Stroke(end) if driven else None,
            force=Force(np.array(press)),
            longest=end,
        )
        for press in sorted(presses)
    )
    assert hard_hand.depth >= soft_hand.depth - HAIR
    assert bool(hard_hand.punctured) or not bool(soft_hand.punctured)


@given(tool=st.sampled_from(NAMES), share=depths)
@settings(max_examples=30, deadline=None)
def test_shares_of_needles_are_shares(tool: str, share: float) -> None:
    found = punctures(tool, setting(tool, share))
    for name in ("not_through", "past_dermis"):
        assert np.all((getattr(found, name) >= 0) & (getattr(found, name) <= 1))
    assert np.all(found.red_cells <= found.density * (1 + HAIR))
    assert np.all(found.hand_load >= 0)


@given(tool=st.sampled_from(NAMES), one=st.integers(1, 60), other=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_more_passes_never_give_fewer_holes(tool: str, one: int, other: int) -> None:
    few, many = (punctures(tool, None, passes=n) for n in sorted((one, other)))
    for name in ("density", "bleeding", "red_cells", "needling_time"):
        assert np.all(getattr(many, name) >= getattr(few, name) * (1 - HAIR))
    assert np.all(many.injury.displaced >= few.injury.displaced - HAIR)


@given(tool=st.sampled_from(PENS), one=st.floats(0.1, 20), other=st.floats(0.1, 20))
@settings(max_examples=40, deadline=None)
def test_more_time_never_gives_fewer_holes(tool: str, one: float, other: float) -> None:
    few, many = (punctures(tool, None, seconds_per_cm2=t) for t in sorted((one, other)))
    assert np.all(many.density >= few.density * (1 - HAIR))


@given(tool=st.sampled_from(NAMES), limit=st.integers(1, 60))
@settings(max_examples=20, deadline=None)
def test_a_limit_only_ever_lowers_the_dose(tool: str, limit: int) -> None:
    free, held = (
        punctures(tool, None, until="erythema", max_passes=most) for most in (None, limit)
    )
    assert np.all(held.density <= free.density * (1 + HAIR))
