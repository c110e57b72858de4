"""Needling against the rows it was set on, a brute-force reference, and its own limits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import special

from pinprick import devices
from pinprick.evidence import Lanes, registry
from pinprick.needling import (
    Punctures,
    channel,
    needle,
    needle_often,
    open_share,
    pain_under_cream,
    visit_time,
)
from pinprick.needling.injury import cross_section, injure, tracks_of
from pinprick.needling.insertion import Group, insert
from pinprick.needling.mechanics import Needle
from pinprick.people.skin import skin_at, vessels

EDGES = np.linspace(0.0, 2.5e-3, 51)


def zone(depth: float | None = 1.5e-3, area: float | None = None, **dose: Any) -> Any:
    plain = {"passes": None, "seconds_per_cm2": None, "until": None, "max_passes": None}
    return SimpleNamespace(
        name="cheek",
        body_site="cheek",
        depth=depth,
        area=area,
        dose=SimpleNamespace(**plain | dose),
    )


def lanes(members: int = 512, **values: str) -> Lanes:
    fixed = {f"needling.{name}": text for name, text in values.items()}
    return Lanes(registry().with_values(fixed), 0, range(members))


def punctures(tool: str, where: Any, k: Lanes | None = None, session: int = 0) -> Punctures:
    k = lanes() if k is None else k
    skin = skin_at("cheek", "female", k)
    depths = vessels(skin, k)
    return needle(devices.device(tool), where, skin, depths, EDGES, k, session=session)


# In mm. Nobody measured these; they are kept so that a change of the mechanics is noticed.
@pytest.mark.parametrize(
    ("tool", "depth", "track", "low", "high"),
    [
        ("roller-home", 0.25, 0.12, 0.06, 0.22),
        ("roller", 0.5, 0.41, 0.19, 0.47),
        ("roller", 1.0, 0.79, 0.61, 0.91),
        ("roller", 1.5, 1.24, 0.94, 1.40),
        ("roller", 2.0, 1.73, 1.38, 1.89),
        ("pen", 0.5, 0.34, 0.10, 0.51),
        ("pen", 1.5, 1.28, 1.02, 1.47),
        ("pen", 2.5, 2.27, 2.00, 2.47),
    ],
)
def test_true_track(tool: str, depth: float, track: float, low: float, high: float) -> None:
    found = punctures(tool, zone(depth * 1e-3), lanes(2048)).track_depth * 1e3
    p05, p50, p95 = np.quantile(found, [0.05, 0.5, 0.95])
    assert p50 == pytest.approx(track, abs=0.03)
    assert p05 == pytest.approx(low, abs=0.05)
    assert p95 == pytest.approx(high, abs=0.05)


def test_donnelly_array_of_600_um_reaches_460() -> None:
    depth = np.full(2048, 0.6e-3)
    track = insert(devices.device("stamp"), depth, lanes(2048)).track * 1e6
    assert abs(np.median(track) - 460) <= 1.645 * np.hypot(50, np.std(track))


def test_roller_ratio_as_histology_reads_it() -> None:
    track = punctures("roller", zone(1.5e-3), lanes(2048)).track_depth
    shrinkage = np.random.default_rng(0).uniform(0.10, 0.25, len(track))
    assert 0.5 < np.median(track * (1 - shrinkage) / 1.5e-3) < 0.7


def test_fifteen_passes_of_a_roller_leave_about_250_holes() -> None:
    found = punctures("roller", zone(passes=15)).density / 1e4
    assert np.median(found) == pytest.approx(225, abs=10)


def test_share_displaced_by_a_roller() -> None:
    """A cone leaves far less at depth than the 11 % that 210 cylinders of 0.25 mm would."""
    injury = punctures("roller", zone(passes=14)).injury
    middle = np.median(injury.displaced, axis=1) * 100
    for depth, share in ((0.125e-3, 8.2), (0.725e-3, 3.3), (0.975e-3, 1.0)):
        cell = int(np.argmin(np.abs(injury.depth - depth)))
        assert middle[cell] == pytest.approx(share, rel=0.35)
    assert np.all(injury.removed == 0)
    assert np.all(injury.denatured == 0)


def test_closed_form_against_the_sum_over_needles() -> None:
    needle = Needle(*(np.array([value]) for value in (10e-6, 0.22e-3, np.deg2rad(15))))
    track, sd, reach, rim = (np.array([value]) for value in (0.9e-3, 0.08e-3, 1.2e-3, 12e-6))
    ends = 0.9e-3 + 0.08e-3 * special.ndtri((np.arange(400_000) + 0.5) / 400_000)
    for z in (0.0, 0.2e-3, 0.5e-3, 0.85e-3, 0.95e-3):
        wide = np.minimum(0.22e-3, 10e-6 + 2 * (ends - z) * np.tan(np.deg2rad(7.5))) + 24e-6
        drawn = np.mean(np.where(ends > z, np.pi / 4 * wide**2, 0.0))
        found = cross_section(np.array([z]), track, sd, reach, needle, rim)
        assert found[0] == pytest.approx(drawn, rel=1e-4)
    edges = np.array([0.80e-3, 0.90e-3])
    sorts = [tracks_of(edges, Group(np.array([share]), track, sd), reach, needle, rim)
             for share in (1 / 3, 2 / 3)]  # fmt: skip
    injury = injure(edges, sorts, np.array([3e6]), needle)
    deeper = np.mean(np.clip(ends - 0.80e-3, 0, 0.1e-3)) / 0.1e-3
    assert injury.tracks[0, 0] == pytest.approx(3e6 * deeper, rel=1e-4)


def test_cell_averages_do_not_depend_on_the_grid() -> None:
    k = lanes(64)
    tool, where = devices.device("roller"), zone()
    skin = skin_at("cheek", "female", k)
    depths = vessels(skin, k)
    coarse, fine = (
        needle(tool, where, skin, depths, np.linspace(0, 2e-3, n), k, session=0) for n in (21, 81)
    )
    for name, tolerance in (("tracks", 1e-9), ("displaced", 1e-3), ("dead", 2e-2)):
        a, b = getattr(coarse.injury, name), getattr(fine.injury, name)
        whole = np.abs(a).sum(axis=0)
        mean = b.reshape(20, 4, -1).mean(axis=1)
        assert np.all(np.abs(a - mean).sum(axis=0) <= tolerance * whole + 1e-12), name


def test_pore_is_shallow_whatever_the_needle() -> None:
    for tool, depth in (("pen", 2.5e-3), ("roller", 1.5e-3), ("roller-home", 0.2e-3)):
        found = punctures(tool, zone(depth))
        assert np.all(found.open_pore_depth <= found.track_depth + 1e-12)
        assert np.all(found.open_pore_depth < 0.25e-3)
        assert np.all(found.open_pore_width <= found.surface_width + 1e-12)
        if tool != "roller-home":
            assert np.median(found.open_pore_width) == pytest.approx(72e-6, rel=0.05)


def test_half_life_in_half_life_out() -> None:
    for hours in (5.0, 13.6, 40.0):
        k = lanes(4, structure_half_life=f"{hours} h")
        share = open_share([-1.0, 0.0, hours / 24, 2 * hours / 24], k)
        assert np.allclose(share, np.array([[0.0], [1.0], [0.5], [0.25]]))


def test_time_of_a_session() -> None:
    k = lanes()
    pen = punctures("pen", zone(area=1e-2, seconds_per_cm2=3.0), k)
    assert np.allclose(pen.needling_time, 300.0)
    roller = punctures("roller", zone(area=1e-2, passes=10), lanes(roller_speed="5 cm/s"))
    assert np.allclose(roller.needling_time, 100.0)
    assert np.allclose(
        visit_time(pen.needling_time, 3600.0, lanes(preparation_time="20 min")), 5100.0
    )


def test_doses() -> None:
    capped = punctures("roller", zone(until="pinpoint bleeding", max_passes=10), lanes()).density
    ten = punctures("roller", zone(passes=10), lanes()).density
    assert np.allclose(capped, ten)
    unreported = punctures("roller", zone(), lanes()).density
    nothing = zone()
    nothing.dose = None
    assert np.allclose(unreported, punctures("roller", nothing, lanes()).density)
    assert np.allclose(unreported, punctures("roller", zone(until="erythema"), lanes()).density)
    seconds = punctures("pen", zone(seconds_per_cm2=2.0)).density
    assert np.allclose(punctures("pen", zone(seconds_per_cm2=4.0)).density, 2 * seconds)
    with pytest.raises(ValueError, match="in passes"):
        punctures("roller", zone(seconds_per_cm2=2.0))


def test_depth_not_reported_is_a_prior_cut_to_the_device() -> None:
    deep = punctures("roller", zone(None)).set_depth * 1e3
    assert deep.min() >= 1.0
    assert deep.max() <= 2.0
    assert np.all(punctures("roller-home", zone(None)).set_depth <= 0.3e-3)
    with pytest.raises(ValueError, match="cannot be set"):
        punctures("pen-6", zone(2.0e-3))


def test_bleeding_by_length_goes_from_rare_points_to_all() -> None:
    def share(depth: float) -> float:
        found = punctures("roller", zone(depth * 1e-3))
        return float(np.median(found.bleeding / found.density))

    rare, few, uniform, oozing = (share(depth) for depth in (0.5, 1.0, 1.5, 2.0))
    assert rare < 0.02 < few < uniform < oozing
    assert uniform > 0.3
    assert oozing > 0.8


def test_sessions_differ_and_members_do_not() -> None:
    first, again, second = (punctures("pen", zone(), session=n) for n in (0, 0, 1))
    assert np.array_equal(first.density, again.density)
    assert not np.allclose(first.density, second.density)
    assert np.array_equal(first.track_depth, second.track_depth)
    few = punctures("pen", zone(), lanes(16))
    assert np.array_equal(few.injury.displaced, first.injury.displaced[:, :16])


def test_sessions_together_are_sessions_one_by_one() -> None:
    k = lanes(8)
    skin = skin_at("cheek", "female", k)
    tool, deep = devices.device("roller"), vessels(skin, k)
    both = needle_often(tool, zone(), skin, deep, EDGES, k, [0, 2])
    for each, session in zip(both, (0, 2), strict=True):
        alone = punctures("roller", zone(), k, session)
        assert np.array_equal(each.density, alone.density)
        assert np.array_equal(each.injury.dead, alone.injury.dead)


def test_pain() -> None:
    tool, k = devices.device("roller"), lanes(2048)
    depth = np.full(2048, 1.5e-3)
    score = pain_under_cream(tool, depth, k)
    assert 3.0 < np.median(score) < 5.0
    assert np.quantile(score, 0.05) < 1.5
    assert np.quantile(score, 0.95) > 7.0


def test_gill_three_times_the_length_is_seven_times_the_pain() -> None:
    k = lanes(4, pain_level="-3", pain_study="-4", pain_person="0", pain_trust="1")
    pen = devices.device("pen")
    short, long = (pain_under_cream(pen, np.full(4, mm * 1e-3), k) for mm in (0.5, 1.5))
    assert long / short == pytest.approx(7.0, rel=0.02)


def test_each_clock_has_its_own_half_life() -> None:
    names = {
        "barrier": "impedance_half_life",
        "barrier, covered": "covered_half_life",
        "water loss": "water_loss_half_life",
        "structure": "structure_half_life",
    }
    assert tuple(names) == channel.CLOCKS
    for clock, name in names.items():
        k = lanes(8, **{name: "6 h", "covered_person": "1", "covered_descent": "1"})
        left = channel.left_open(clock, [0.0, 0.25, 0.5], k)  # type: ignore[arg-type]
        assert np.allclose(left, np.array([[1.0], [0.5], [0.25]]))
        others = [other for other in channel.CLOCKS if other != clock]
        for other in others:
            assert not np.allclose(channel.left_open(other, [0.25], k), 0.5)


def test_a_channel_closes_when_the_share_that_counts_is_left() -> None:
    k = lanes(4, impedance_half_life="1 h", closed_share="0.125")
    assert np.allclose(channel.closing_time("barrier", k) / 3600, 3.0)
    longest = [float(np.median(channel.closing_time(c, lanes()))) for c in channel.CLOCKS]
    air, covered, water, seen = longest
    assert air < water < seen < covered


def test_a_lumen_falls_in_from_the_needle_to_the_pore() -> None:
    k = lanes(4, collapse_half_life="10 s")
    wide, pore = np.full(4, 200e-6), np.full(4, 70e-6)
    width = channel.lumen_width([0.0, 10.0, 1e4], wide, pore, k)
    assert np.allclose(width, np.array([[200e-6], [135e-6], [70e-6]]))
    narrow = channel.lumen_width([0.0, 10.0], pore / 2, pore, k)
    assert np.allclose(narrow, 70e-6), "a lumen never opens further by itself"


def test_red_cells_come_out_before_blood_is_seen() -> None:
    shallow = punctures("roller", zone(0.5e-3))
    assert np.median(shallow.red_cells / shallow.density) > 0.5
    assert np.median(shallow.bleeding / shallow.density) < 0.02
    assert np.all(shallow.red_cells <= shallow.density * (1 + 1e-9))


def test_needles_past_the_dermis_and_above_the_tough_layer() -> None:
    home = punctures("roller-home", zone(0.2e-3))
    assert np.median(home.not_through) > 0.8
    assert np.all(home.past_dermis == 0)
    share = [punctures("roller", zone(mm * 1e-3)).past_dermis for mm in (0.5, 1.0, 1.5, 2.0)]
    assert np.all(np.diff(np.mean(share, axis=1)) > 0)
    assert share[2].mean() < 0.9 < share[3].mean(), "1.5 mm on a cheek is no warning, 2.0 mm is"


def test_a_hand_holds_what_the_needles_push_back() -> None:
    """So a roller's depth is that of its stroke: any hand above a few newtons seats the drum."""
    for tool in ("roller", "pen", "stamp"):
        load = punctures(tool, zone(1.5e-3)).hand_load
        assert np.all(load > 0)
        assert np.quantile(load, 0.95) < 8.0
