"""Numbing cream: transport, numbness by depth and time, blood, and what a clinician is told."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from pinprick.evidence import Lanes, registry
from pinprick.faults import InputError
from pinprick.people import skin_at
from pinprick.permeation.barrier import barrier
from pinprick.permeation.intact import Below, Course, Cream, Mesh, mesh, through
from pinprick.permeation.numb import Numbed, numb, reference, until, warnings
from pinprick.permeation.plasma import plasma
from pinprick.permeation.products import product, products
from pinprick.permeation.solutes import solute
from pinprick.permeation.uptake import uptake
from pinprick.permeation.vehicle import Vehicle

MINUTE, HOUR = 60.0, 3600.0
MEMBERS = 64
FINE = Mesh(horny=16, tissue=120, growth=1.02, reach=0.012, steps=(96, 32, 192), followed=8 * HOUR)


@cache
def lanes() -> Lanes:
    return Lanes(registry(), 0, range(MEMBERS))


@cache
def on(
    minutes: float,
    wait: float = 10.0,
    site: str = "cheek",
    name: str = "EMLA",
    area: float | None = 0.01,
    how: Mesh | None = None,
) -> Numbed:
    skin = skin_at(site, None, lanes())
    times = minutes * MINUTE, wait * MINUTE
    return numb(product(name), skin, site, *times, lanes(), area=area, how=how)


def drug(members: int = 3, **changed: float) -> Cream:
    plain = {"rate": 3.5e-7, "lag": 1800.0, "drive": 17.0, "dose": 0.025, "spare": 0.02}
    return Cream(**{k: np.full(members, v) for k, v in {**plain, **changed}.items()})


def tissue(how: Mesh, members: int = 3, clears: float = 1e-4) -> Below:
    one = np.ones(members)
    return Below(2e-10 * one, 0.6 * one, np.full((how.tissue, members), clears))


def run(how: Mesh, cream: Cream | None = None) -> Course:
    cream = cream or drug()
    return through(cream, tissue(how), [HOUR, 600.0, how.followed], how)


# ---- the solve ----


@pytest.mark.parametrize("dose", [0.025, 1e-3])
def test_nothing_is_made_or_lost(dose: float) -> None:
    cream = drug(dose=dose, spare=0.8 * dose)
    made = run(mesh(), cream)
    whole = made.donor + made.horny + made.tissue + made.cleared
    assert np.abs(whole / cream.dose - 1).max() < 1e-13
    assert (made.donor >= 0).all()


def test_second_order_in_time() -> None:
    """In smooth motion: nothing in the skin at first is a jump, so the error is read late."""
    base = Mesh(6, 40, 1.08, 0.012, (1, 1, 1), 4 * HOUR)
    ends = []
    for steps in (8, 16, 32, 256):
        how = replace(base, steps=(steps, steps, steps))
        ends.append(run(how).tissue[-1, 0])
    errors = [abs(end - ends[-1]) for end in ends[:-1]]
    orders = [np.log2(a / b) for a, b in pairwise(errors)]
    assert min(orders) > 1.7


def test_second_order_in_space() -> None:
    ends = []
    for fine in (1, 2, 4, 16):
        how = Mesh(3 * fine, 12 * fine, 1.2 ** (1 / fine), 0.012, (64, 8, 64), 4 * HOUR)
        ends.append(run(how).cleared[-1, 0])
    errors = [abs(end - ends[-1]) for end in ends[:-1]]
    assert np.log2(errors[0] / errors[1]) > 1.6
    assert np.log2(errors[1] / errors[2]) > 1.6


def test_a_membrane_alone_has_its_rate_and_its_lag() -> None:
    """Into tissue that takes all: the steady rate, and the lag where its line meets the axis."""
    how = Mesh(40, 6, 1.3, 0.012, (400, 1, 1), 1.0)
    cream = drug()
    one = np.ones(3)
    sink = Below(1e-6 * one, 1e3 * one, np.full((how.tissue, 3), 1.0))
    made = through(cream, sink, [4 * HOUR, 0.0, 1.0], how)
    steady = np.diff(made.cleared[:401], axis=0)[-1] / (4 * HOUR / 400)
    assert steady == pytest.approx(cream.rate, rel=2e-3)
    lag = made.time[400] - made.cleared[400] / steady
    assert lag == pytest.approx(cream.lag, rel=0.01)


def test_the_same_as_the_general_uptake() -> None:
    """One drug, one cream, the general stepper with its own barrier: the same amounts."""
    few = Lanes(registry().with_values({"permeation_uptake.numb_weak_uptake": "1"}), 0, range(4))
    skin, cream = skin_at("thigh", None, few), product("EMLA")
    ours = numb(cream, skin, "thigh", 2 * HOUR, HOUR, few, how=replace(FINE, followed=HOUR))
    known = few.stage("permeation_uptake")
    lid = solute("lidocaine")
    wall = barrier(lid, few, hydrated=True, ph=cream.ph)
    wall = replace(wall, lag=known.numb_lag, diffusivity=wall.thickness**2 / 6 / known.numb_lag)
    rate = cream.uptakes["lidocaine"]["body"] * known.numb_uptake
    lies = Vehicle(cream.layer, {"lidocaine": 25.0}, ph=cream.ph, occluded=True)
    other = uptake(
        skin, lid, lies, None, few, until=2 * HOUR, duration=3 * HOUR, mesh="fine",
        rate=np.asarray(rate), constricted=True, wall=wall,
    )  # fmt: skip
    at = ours.at
    assert ours.taken["lidocaine"][at] == pytest.approx(other.delivered[-1], rel=0.02)


def test_the_usual_mesh_is_fine_enough() -> None:
    for minutes in (30.0, 60.0, 240.0):
        usual, fine = on(minutes), on(minutes, how=FINE)
        assert np.abs(usual.depth[usual.at] - fine.depth[fine.at]).max() < 0.06e-3
        assert usual.plasma.peak == pytest.approx(fine.plasma.peak, rel=0.03)


def test_it_is_quick() -> None:
    """10 ms for 64 members on a quiet machine; the bound leaves room for a busy one."""
    skin = skin_at("cheek", None, lanes())
    best = np.inf
    for _ in range(5):
        start = time.perf_counter()
        numb(product("EMLA"), skin, "cheek", HOUR, 600.0, lanes())
        best = min(best, time.perf_counter() - start)
    assert best < 0.06


def test_members_do_not_depend_on_their_number() -> None:
    few = Lanes(registry(), 0, range(8))
    one = numb(product("EMLA"), skin_at("cheek", None, few), "cheek", HOUR, 600.0, few, area=0.01)
    assert np.array_equal(one.depth, on(60.0).depth[:, :8])


# ---- numbness ----


def test_without_cream_pain_begins_where_it_begins() -> None:
    none = on(0.0, wait=0.0)
    unnumbed = lanes().stage("permeation_uptake").numb_unnumbed
    assert none.depth[none.at] == pytest.approx(unnumbed)
    assert (none.front[none.at] == 0).all()
    assert (none.plasma.peak == 0).all()


def test_longer_is_deeper_and_depths_are_as_they_were_measured() -> None:
    means = []
    for minutes in (0.0, 30.0, 60.0, 120.0, 210.0):
        made = on(minutes, site="thigh")
        means.append(made.depth[made.at])
    assert all((b >= a - 1e-9).all() for a, b in pairwise(means))
    middle = [1e3 * float(np.mean(m)) for m in means]
    assert middle[2] == pytest.approx(3.0, abs=0.5)
    assert middle[3] == pytest.approx(4.0, abs=0.7)


def test_it_deepens_after_the_cream_is_off() -> None:
    made = on(60.0, wait=30.0)
    off = int(np.searchsorted(made.time, HOUR))
    assert (made.depth[made.at] > made.depth[off]).mean() > 0.95
    gone = made.taken["lidocaine"]
    assert np.allclose(gone[off:], gone[off], rtol=1e-12)


def test_the_block_is_a_share_and_falls_with_depth_under_the_cream() -> None:
    made = on(60.0)
    n = made.numbness
    off = int(np.searchsorted(made.time, HOUR))
    assert n.block.shape == (len(made.time), len(n.depth), MEMBERS)
    assert (np.diff(n.block[off], axis=0) <= 1e-12).all()
    half = np.array([np.interp(-0.5, -n.block[off, :, m], n.depth) for m in range(MEMBERS)])
    deep = made.front[off] > n.depth[0]
    assert made.front[off][deep] == pytest.approx(half[deep], rel=0.05)


def test_depth_is_the_front_and_what_may_stay_unnumbed() -> None:
    made = on(120.0)
    plain = made.front[made.at] + lanes().stage("permeation_uptake").numb_unnumbed
    assert np.abs(made.depth[made.at] - plain).max() < 0.35e-3


def test_four_in_ten_take_up_little_and_the_mean_stays() -> None:
    many = Lanes(registry(), 0, range(4096))
    made = numb(product("EMLA"), skin_at("cheek", None, many), "cheek", HOUR, 0.0, many)
    assert made.weak.mean() == pytest.approx(0.4, abs=0.03)
    strong = ~made.weak
    deep = made.depth[made.at]
    assert np.median(deep[made.weak]) < np.median(deep[strong]) - 0.5e-3
    # taken up by all, over that if all were alike
    told = {"permeation_uptake.numb_weak_uptake": "1"}
    alike = Lanes(registry().with_values(told), 0, range(4096))
    even = numb(product("EMLA"), skin_at("cheek", None, alike), "cheek", HOUR, 0.0, alike)
    ratio = made.taken["lidocaine"][made.at].mean() / even.taken["lidocaine"][even.at].mean()
    assert ratio == pytest.approx(1.0, abs=0.03)


def test_a_thin_layer_runs_out() -> None:
    skin, cream = skin_at("cheek", None, lanes()), product("EMLA")
    thick, thin = (
        numb(cream, skin, "cheek", 3 * HOUR, 0.0, lanes(), area=0.01, mass=g * 1e-3)
        for g in (10.0, 0.2)
    )
    took = thin.taken["lidocaine"][thin.at]
    assert (took < 0.02 * 25.0 * 1e-3 + 1e-12).all()
    assert (thin.depth[thin.at] < thick.depth[thick.at]).all()


def test_every_numbing_cream_is_answered() -> None:
    for name, item in products().items():
        if item.numbs:
            made = on(30.0, name=name)
            assert np.isfinite(made.depth).all(), name
            assert (made.plasma.peak > 0).all(), name


def test_without_a_measured_uptake_it_comes_through_the_barrier() -> None:
    cream = replace(product("lidocaine cream 4 %"), uptakes={})
    skin = skin_at("forearm", None, lanes())
    made = numb(cream, skin, "forearm", HOUR, 0.0, lanes())
    assert (made.taken["lidocaine"][made.at] > 0).all()


def test_the_reference_ends_with_the_first_needle() -> None:
    found, made = reference(lanes()), on(60.0, wait=0.0, area=None)
    assert np.array_equal(found.block, until(made).block)
    assert found.time[-1] == pytest.approx(HOUR)


# ---- blood ----


def test_a_single_dose_falls_as_clearance_says() -> None:
    few = Lanes(registry(), 0, range(4))
    times = np.array([0.0, 1.0, HOUR, 2 * HOUR])
    gone = np.repeat(np.array([0.0, 1e-5, 1e-5, 1e-5])[:, None], 4, axis=1)
    level = plasma(times, {"lidocaine": gone}, few).level["lidocaine"]
    k = few.stage("permeation_uptake")
    rate = k.plasma_clearance_lidocaine / k.plasma_space_lidocaine
    assert level[1] == pytest.approx(1e-5 / k.plasma_space_lidocaine, rel=1e-3)
    assert level[3] / level[2] == pytest.approx(np.exp(-rate * HOUR))


def test_levels_go_with_the_area_and_add_up() -> None:
    small, large = on(60.0, area=0.01), on(60.0, area=0.02)
    assert large.plasma.peak == pytest.approx(2 * small.plasma.peak)
    assert (small.plasma.total >= small.plasma.level["lidocaine"]).all()
    taken, whole = small.taken["lidocaine"][-1], small.absorbed["lidocaine"][-1]
    assert whole == pytest.approx(taken * 0.01)
    assert small.plasma.peak.max() < 0.2 * 3e-3  # an hour on the face is far from danger


# ---- what a clinician is told ----


def test_a_use_within_the_label_says_nothing() -> None:
    assert on(60.0).warnings == ()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"area": 0.1}, "1000 cm2 is outside the label"),
        ({"mass": 0.1}, "100 g is outside the label"),
        ({"time": 6 * HOUR}, "360 min is outside the label"),
        ({"time": 10 * MINUTE}, "at least 60 min"),
    ],
)
def test_beyond_the_label_is_said(how: dict[str, float], words: str) -> None:
    assert words in " ".join(warnings(product("EMLA"), **how))


def test_strong_creams_and_needled_skin_are_said() -> None:
    (said,) = warnings(product("lidocaine cream 10 %"))
    assert "10 % is stronger than what is sold freely" in said
    assert "never on needled skin" in warnings(product("EMLA"), needled=True)[0]


def test_a_level_in_the_range_of_poisoning_is_said() -> None:
    skin = skin_at("cheek", None, lanes())
    made = numb(product("EMLA"), skin, "cheek", 5 * HOUR, 0.0, lanes(), area=1.5, mass=1.5)
    assert "poisoning" in made.warnings[-1]
    assert (made.plasma.share_of_danger > 1).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dwell": -1.0}, "dwell"),
        ({"wait": np.inf}, "wait"),
        ({"area": 0.0}, "area"),
        ({"mass": np.nan}, "mass"),
        ({"cream": "plain hydrogel"}, "lidocaine"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, object], words: str) -> None:
    cream = product(str(change.pop("cream", "EMLA")))
    given = {"dwell": HOUR, "wait": 0.0, "area": 0.01, "mass": 0.01, **change}
    skin = skin_at("cheek", None, lanes())
    with pytest.raises(InputError, match=words):
        numb(
            cream, skin, "cheek", given["dwell"], given["wait"], lanes(),
            area=given["area"], mass=given["mass"],
        )  # fmt: skip
