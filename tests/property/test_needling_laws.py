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
from pinprick.needling.injury import injure
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
        numbed=True,
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
    one = {
        "track": track, "sd": cv * dimple, "reach": reach,
        "tip": tip, "shaft": shaft, "cone": cone, "rim": rim,
    }  # fmt: skip
    arrays = {name: np.array([value]) for name, value in one.items()}
    injury = injure(np.linspace(0, 4e-3, cells + 1), np.array([density]), **arrays)
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


@given(tool=st.sampled_from(NAMES), one=st.integers(1, 60), other=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_more_passes_never_give_fewer_holes(tool: str, one: int, other: int) -> None:
    few, many = (punctures(tool, None, passes=n) for n in sorted((one, other)))
    for name in ("density", "bleeding", "needling_time"):
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
