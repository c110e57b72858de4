"""Where the holes lie: as many as the pattern says, where the zone is, and told apart by device."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinprick import devices
from pinprick.devices import drawing, layout, rows_and_turn
from pinprick.evidence import Lanes, registry
from pinprick.needling import evenness as even
from pinprick.needling.area import Area, rectangle, zone_area
from pinprick.needling.hand import hand
from pinprick.needling.pattern import holes
from pinprick.needling.positions import Pace, PunctureMap, lay, pace, stream
from pinprick.people.skin import treated_area

DEPTHS = np.array([0.0, 1.0e-3, 1.4e-3])
ALL = np.array([1.0, 1.0, 0.0])  # every needle pierces and ends between 1.0 and 1.4 mm
PATCH = rectangle(0.05, 0.05)
PASSES = {
    "roller": [1, 15, 30],
    "roller-540": [15],
    "pen": [1, 4, 20],
    "pen-36": [4],
    "stamp": [2, 6],
}


def dose(**given: Any) -> Any:
    plain = {"passes": None, "seconds_per_cm2": None, "until": None, "max_passes": None}
    return SimpleNamespace(**plain | given)


def laid(tool: str, passes: int, seed: int, area: Area = PATCH, member: int = 0) -> PunctureMap:
    item = devices.device(tool)
    lanes = Lanes(registry(), seed, [member])
    how = pace(item, dose(passes=passes), lanes, 0)
    return lay(item, area, how, stream(seed, "cheek", 0), depths=DEPTHS, deeper=ALL)


def by_chance(density: float, seed: int, area: Area = PATCH) -> PunctureMap:
    chance = np.random.default_rng(seed)
    count = chance.poisson(density * area.size)
    x, y = (
        (side * (chance.random(count) - 0.5)).astype(np.float32)
        for side in (area.width, area.height)
    )
    return PunctureMap(area, x, y, np.ones_like(x), np.zeros(count, np.uint8))


@pytest.mark.parametrize("tool", ["roller", "roller-540", "pen", "pen-6", "stamp"])
@pytest.mark.parametrize("passes", [1, 7])
def test_density_is_that_of_the_pattern(tool: str, passes: int) -> None:
    item = devices.device(tool)
    ratios = []
    for seed in range(12):
        asked = holes(item, dose(passes=passes), Lanes(registry(), seed, [0]), 0)[0]  # type: ignore[arg-type]
        ratios.append(laid(tool, passes, seed, rectangle(0.12, 0.1)).density / asked)
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.03)


def test_needles_that_do_not_pierce_leave_no_hole() -> None:
    item = devices.device("roller")
    how = Pace(density=2e6, passes=15, seconds=1e5)
    full, half = (
        lay(item, PATCH, how, stream(0, "a", 0), depths=DEPTHS, deeper=share * ALL)
        for share in (1.0, 0.5)
    )
    assert len(half) / len(full) == pytest.approx(0.5, abs=0.03)
    assert full.depth.min() >= 1.0e-3
    assert full.depth.max() <= 1.4e-3
    assert full.depth.mean() == pytest.approx(1.2e-3, rel=0.01)


def test_a_map_is_small_and_the_same_for_a_key() -> None:
    one, again, other = (laid("pen", 4, seed) for seed in (1, 1, 2))
    for name, kind in (("x", "f4"), ("y", "f4"), ("depth", "f4"), ("sweep", "u1")):
        assert getattr(one, name).dtype == kind
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.x[:100], other.x[:100])
    assert not np.array_equal(stream(0, "a", 0).random(4), stream(0, "a", 1).random(4))
    assert set(np.unique(one.sweep)) == set(range(4))


def test_one_pass_of_a_roller_is_its_lattice() -> None:
    made = laid("roller", 1, 0)
    assert even.clark_evans(made) > 1.4
    wave = even.spectrum(made).wave * 1e3
    assert any(wave == pytest.approx(w, abs=0.15) for w in (2.5, 2.62, 1.25, 1.31, 1.8))
    # four directions in turn
    assert len(np.unique(laid("roller", 15, 0).sweep)) == 15


def test_zones_are_as_large_as_asked() -> None:
    for form in (rectangle(0.1, 0.05), Area("ellipse", 0.1, 0.05), zone_area("forehead", 7e-3)):
        made = by_chance(1e6, 0, rectangle(0.2, 0.2))
        share = form.inside(made.x, made.y).mean() * made.area.size
        assert share == pytest.approx(form.size, rel=0.05)
    assert zone_area("cheek", treated_area("cheek")).size == pytest.approx(60e-4)  # one of two
    assert zone_area("thigh", 0.03).size == pytest.approx(0.03)
    with pytest.raises(ValueError, match="above 0"):
        rectangle(0.0, 0.1)


def test_a_zone_with_too_many_holes_is_shown_in_part() -> None:
    how = Pace(density=1e9, passes=2, seconds=1e6)
    made = lay(devices.device("pen"), rectangle(0.2, 0.2), how, stream(0, "a", 0),
               depths=DEPTHS, deeper=ALL)  # fmt: skip
    assert made.area.size < 0.005
    assert len(made) == pytest.approx(hand()["most_holes"].value, rel=0.1)


def test_nothing_to_lay_or_to_read_is_refused() -> None:
    with pytest.raises(ValueError, match="no holes"):
        lay(devices.device("pen"), PATCH, Pace(0.0, 1, 1.0), stream(0, "a", 0),
            depths=DEPTHS, deeper=ALL)  # fmt: skip
    with pytest.raises(ValueError, match="fewer than two"):
        even.evenness(by_chance(0.0, 0))


@given(
    tool=st.sampled_from(sorted(devices.catalogue())),
    passes=st.integers(1, 12),
    seed=st.integers(0, 99),
    wide=st.floats(0.005, 0.05),
    high=st.floats(0.005, 0.05),
    form=st.sampled_from(["rectangle", "ellipse"]),
)
@settings(max_examples=40, deadline=None)
def test_every_hole_lies_inside(
    tool: str, passes: int, seed: int, wide: float, high: float, form: Any
) -> None:
    made = laid(tool, passes, seed, Area(form, wide, high))
    slack = 1 + 1e-6
    assert np.all(Area(form, wide * slack, high * slack).inside(made.x, made.y))
    assert np.all(made.depth > 0)
    assert made.sweep.max(initial=0) < passes


# Evenness -----------------------------------------------------------------------------------


def test_holes_at_random_are_the_yardstick() -> None:
    found = even.evenness(by_chance(5e6, 3, rectangle(0.1, 0.1)))
    for side, cv in found.cv.items():
        assert cv == pytest.approx(found.poisson[side], rel=0.15)
    assert found.clark_evans == pytest.approx(1.0, abs=0.01)
    assert 5 < found.spectrum.peak < 16
    assert found.maker == "random"


def test_quadrats_count_by_hand() -> None:
    at = np.array([-0.9e-2, -0.2e-2, 0.3e-2, 0.31e-2], dtype=np.float32)
    made = PunctureMap(rectangle(0.02, 0.02), at, at, at, np.zeros(4, np.uint8))
    assert sorted(even.quadrats(made, 0.01).tolist()) == [0, 0, 2, 2]


def test_the_largest_gap_is_the_hole_that_was_cut() -> None:
    made = by_chance(1e8, 0, rectangle(0.03, 0.03))
    kept = np.hypot(made.x - 0.004, made.y + 0.003) > 0.0025
    cut = PunctureMap(made.area, made.x[kept], made.y[kept], made.depth[kept], made.sweep[kept])
    first, second = even.gaps(cut, 2)
    assert first.diameter == pytest.approx(0.005, abs=0.3e-3)
    assert (first.x, first.y) == pytest.approx((0.004, -0.003), abs=0.2e-3)
    assert second.diameter < 0.002
    assert np.hypot(first.x - second.x, first.y - second.y) > first.diameter / 2


@pytest.mark.parametrize("density", [2e6, 8e6, 36e6])
def test_the_union_of_holes_is_that_of_chance(density: float) -> None:
    """Overlap needs no raster: 1 - exp(-n a) is within 2 % of the tissue of what is counted."""
    for made in (by_chance(density, 1), laid("pen", 4, 2)):
        counted, expected = even.union(made, 0.2e-3)
        assert counted == pytest.approx(expected, abs=0.02)
        assert counted > 0.03


@pytest.mark.parametrize(("tool", "passes"), [(t, p) for t in PASSES for p in PASSES[t]])
def test_the_device_is_told_from_the_map_alone(tool: str, passes: int) -> None:
    kind = devices.device(tool).kind
    named = [even.technique(laid(tool, passes, seed, member=seed)) for seed in range(12)]
    assert named.count(kind) >= 11, named


def test_chance_is_told_from_the_map_alone() -> None:
    named = [even.technique(by_chance(d, s)) for s in range(12) for d in (1e6, 8e6)]
    assert named.count("random") >= 23


# Layout and drawing -------------------------------------------------------------------------


@pytest.mark.parametrize("tool", sorted(devices.catalogue()))
def test_needles_stand_on_the_device_and_apart(tool: str) -> None:
    item = devices.device(tool)
    places = np.array(layout(item))
    assert places.shape == (item.needles, 2)
    assert abs(places[:, 0]).max() <= item.working_width / 2
    apart = np.hypot(*(places[:, None] - places[None]).T) + np.eye(len(places))
    assert apart.min() > 2 * item.shaft_diameter
    text = drawing.svg(item)
    assert text.count("<circle") == item.needles + (item.kind == "pen")
    assert "cone angle" in text
    assert drawing.letters(item).count("o") >= item.needles


def test_the_drum_of_192_needles_has_eight_rows() -> None:
    assert rows_and_turn(devices.device("roller")) == (8, 24)
    assert len({y for _, y in layout(devices.device("roller"))}) == 24


def test_every_figure_of_the_hand_says_where_it_comes_from() -> None:
    for name, item in hand().items():
        assert item.status in ("read", "recalled", "derived", "assumed"), name
        assert item.note, name
