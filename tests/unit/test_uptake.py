"""Uptake: what a vehicle, a barrier and channels make of a dose."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pinprick.evidence import Lanes, Spread, registry
from pinprick.faults import InputError
from pinprick.medium.layers import Channel, Layer, Skin
from pinprick.people.skin import skin_at
from pinprick.permeation.channels import Channels, transport_channels
from pinprick.permeation.mesh import fineness, grid
from pinprick.permeation.patch_uptake import patch_uptake
from pinprick.permeation.solutes import solute
from pinprick.permeation.uptake import Uptake, uptake
from pinprick.permeation.vehicle import Vehicle, drying_time, residue, wet

HOUR = 3600.0
MEMBERS = 8
TIMES = np.array([0.0, 0.5, 1.0, 2.0, 4.0]) * HOUR


@cache
def drawn() -> Lanes:
    return Lanes(registry(), 0, range(MEMBERS))


@cache
def central() -> Lanes:
    known = registry()
    fixed = {p.name: replace(p, spread=Spread()) for p in known}
    return Lanes(replace(known, parameters=fixed), 0, range(1))


def pierced(lanes: Lanes, *, state: str = "open", tracks: float = 250e4) -> Channels:
    one = np.ones(len(lanes))
    return transport_channels(one * tracks, one * 75e-6, one * 72e-6, state, lanes)  # type: ignore[arg-type]


def serum(name: str = "tranexamic acid", **changed: object) -> Vehicle:
    plain = Vehicle(20e-6, {name: 30.0}, ph=6.0, drying=600.0)
    return replace(plain, **changed)  # type: ignore[arg-type]


@cache
def run(name: str, open_: bool, dwell: float = 1.0, occluded: bool = False) -> Uptake:
    lanes = drawn()
    return uptake(
        skin_at("cheek", None, lanes),
        solute(name),
        serum(name, occluded=occluded),
        pierced(lanes) if open_ else None,
        lanes,
        until=dwell * HOUR,
        duration=4 * HOUR,
        times=TIMES,
    )


@pytest.mark.parametrize("name", ["tranexamic acid", "lidocaine"])
def test_nothing_is_made_or_lost(name: str) -> None:
    made = run(name, True)
    for one in (made, made.intact):
        assert one is not None
        assert np.abs((one.delivered + one.left) / one.dose - 1).max() < 1e-8
        assert one.amount.shape == (5, len(TIMES), MEMBERS)
        assert one.left[0] == pytest.approx(one.dose)


def test_channels_let_more_in_and_the_polar_gain_most() -> None:
    polar, oily = run("tranexamic acid", True), run("lidocaine", True)
    for one in (polar, oily):
        assert (one.added[1:] > 0).all()
        assert (one.ratio[1:] > 1).all()
    assert np.median(polar.ratio[-1]) > np.median(oily.ratio[-1])


def test_uptake_goes_on_after_the_product_is_taken_off() -> None:
    """The horny layer keeps its load: nothing more leaves the product, and blood still gains."""
    made = run("lidocaine", False, dwell=1.0, occluded=True)
    off = int(np.searchsorted(TIMES, HOUR))
    assert np.allclose(made.left[off:], made.left[off], rtol=1e-12)
    assert np.all(np.diff(made.cleared[off:], axis=0) > 0)
    deep = made.layers.index("viable epidermis")
    under = made.amount[deep:, off:].sum(axis=0) + made.cleared[off:]
    assert np.all(np.diff(under, axis=0) > 0)


def test_a_film_that_is_gone_feeds_no_channel() -> None:
    lanes = central()
    there = (skin_at("cheek", None, lanes), solute("caffeine"))
    film = Vehicle(50e-6, {"caffeine": 20.0}, ph=6.0, drying=300.0)
    ends = {}
    for drying in (None, 0.0):
        one = replace(film, drying=drying)
        ends[drying] = uptake(*there, one, pierced(lanes), lanes, until=HOUR)
    assert abs(ends[0.0].added[-1, 0]) < 0.02 * ends[None].added[-1, 0]
    assert ends[0.0].limit == ("drying",)
    assert ends[None].limit == ("dose",)


def test_what_limits_is_named() -> None:
    lanes = central()
    skin = skin_at("cheek", None, lanes)
    thick = Vehicle(1e-3, {"tranexamic acid": 30.0}, ph=6.0)
    drug = solute("tranexamic acid")
    covered = pierced(lanes, state="covered")
    channel = uptake(skin, drug, thick, covered, lanes, until=HOUR)
    assert channel.limit == ("channel",)
    assert uptake(skin, drug, thick, None, lanes, until=HOUR).limit == ("barrier",)
    thin = replace(thick, layer=5e-6)
    assert uptake(skin, drug, thin, covered, lanes, until=12 * HOUR).limit == ("dose",)


def test_a_large_molecule_enters_through_channels_only() -> None:
    lanes = central()
    there = skin_at("cheek", None, lanes), solute("dextran 70 kDa")
    vehicle = Vehicle(1e-3, {"dextran 70 kDa": 10.0}, ph=7.0, occluded=True)
    with pytest.raises(InputError, match="Da"):
        uptake(*there, vehicle, None, lanes, until=HOUR)
    made = uptake(*there, vehicle, pierced(lanes), lanes, until=HOUR)
    assert made.intact is not None
    assert made.intact.delivered[-1, 0] == pytest.approx(0.0, abs=1e-15)
    assert made.delivered[-1, 0] > 0
    assert np.isinf(made.ratio[-1, 0])


def test_the_window_shuts_sooner_in_air_than_under_a_cover() -> None:
    lanes, drug = central(), solute("tranexamic acid")
    skin, vehicle = skin_at("cheek", None, lanes), serum()
    late = {}
    for state in ("open", "covered"):
        made = uptake(skin, drug, vehicle, pierced(lanes, state=state), lanes, until=HOUR)
        late[state] = float(made.window[0])
    assert HOUR < late["open"] < late["covered"]


def test_product_put_on_later_goes_less_deep() -> None:
    lanes, drug = central(), solute("tranexamic acid")
    skin, vehicle = skin_at("cheek", None, lanes), serum(layer=1e-3, drying=None)
    added = [
        float(uptake(skin, drug, vehicle, pierced(lanes), lanes, until=HOUR, after=t).added[-1, 0])
        for t in (0.0, HOUR, 6 * HOUR)
    ]
    assert added[0] > 1.2 * added[1] > 3 * added[2] > 0


def test_a_gel_stands_in_its_own_way() -> None:
    lanes, drug = central(), solute("caffeine")
    skin = skin_at("cheek", None, lanes)
    liquid = Vehicle(2e-3, {"caffeine": 10.0}, ph=6.0)
    gel = replace(liquid, diffusivity_share=0.5)
    open_ = pierced(lanes, state="covered")
    stirred, stands = (
        float(uptake(skin, drug, one, open_, lanes, until=6 * HOUR).added[-1, 0])
        for one in (liquid, gel)
    )
    assert 0.5 * stirred < stands < 0.98 * stirred


def test_a_measured_uptake_is_what_enters_once_steady() -> None:
    lanes = central()
    skin, told = skin_at("thigh", None, lanes), 1.25e-3 / HOUR  # 125 ug/cm2/h
    cream = Vehicle(1.5e-3, {"lidocaine": 25.0}, ph=9.0, occluded=True)
    times = np.array([0.0, 5.5, 6.0]) * HOUR
    made = uptake(
        skin, solute("lidocaine"), cream, None, lanes, until=6 * HOUR, times=times,
        rate=np.array([told]), constricted=True,
    )  # fmt: skip
    rate = (made.delivered[2, 0] - made.delivered[1, 0]) / (0.5 * HOUR)
    assert rate == pytest.approx(told, rel=0.25)
    assert made.front(0.1)[-1, 0] > made.front(1.0)[-1, 0] > 0


def test_the_front_is_where_the_threshold_is() -> None:
    made = run("lidocaine", False, dwell=4.0, occluded=True)
    below = made.column.layers["stratum corneum"].stop
    depth, held = made.column.depth[below:, 0], made.dissolved[-1, below:, 0]
    middle = len(depth) // 3
    threshold = (held[middle] + held[middle + 1]) / 2
    found = made.front(float(threshold))[-1, 0]
    assert found == pytest.approx((depth[middle] + depth[middle + 1]) / 2, rel=1e-6)
    assert made.front(1e9)[-1, 0] == 0.0


def test_members_do_not_depend_on_their_number() -> None:
    few = Lanes(registry(), 0, range(4))
    args = (solute("lidocaine"), serum("lidocaine"))
    one = uptake(
        skin_at("cheek", None, few), *args, pierced(few), few,
        until=HOUR, duration=4 * HOUR, times=TIMES,
    )  # fmt: skip
    assert np.array_equal(one.delivered, run("lidocaine", True).delivered[:, :4])


# -- the two measurements that set the transport radius -------------------------------------------


def test_needled_split_skin() -> None:
    """Lidocaine through 0.6 mm: 1.7 +- 0.43 at 6 h, the lag cut to 20 to 50 % (T-EQ1)."""
    lanes, one = central(), np.ones(1)
    layers = {
        "stratum corneum": 43e-6, "viable epidermis": 55e-6,
        "papillary dermis": 125e-6, "reticular dermis": 377e-6,
    }  # fmt: skip
    skin = Skin("thigh", tuple(Layer(n, one * x) for n, x in layers.items()))
    donor = Vehicle(1e-2, {"lidocaine": 1.0}, ph=7.4, occluded=True)
    times = np.linspace(0, 6 * HOUR, 25)
    made = uptake(
        skin, solute("lidocaine"), donor, pierced(lanes), lanes,
        until=6 * HOUR, times=times, excised=True,
    )  # fmt: skip
    assert made.intact is not None
    got = made.absorbed[-1, 0] / made.intact.absorbed[-1, 0]  # what such a cell compares
    assert got == pytest.approx(1.57, abs=0.05)
    assert 0.2 < _lag(times, made) / _lag(times, made.intact) < 0.5


def _lag(times: np.ndarray, made: Uptake) -> float:
    """Where the steepest tangent meets the axis."""
    amount = made.absorbed[:, 0]
    flux = np.diff(amount) / np.diff(times)
    steepest = int(flux.argmax())
    return float(times[steepest + 1] - amount[steepest + 1] / flux[steepest])


def test_naltrexone_through_four_hundred_pores() -> None:
    """2.5 +- 0.6 ng/mL between 2 and 48 h, next to nothing without needles (T-M10, T-M11)."""
    lanes = central()
    dissolves = {"naltrexone": 160.0}  # in the gel, as the paper has it
    gel = Vehicle(5e-3, dissolves, ph=5.0, solubilities=dissolves, occluded=True)
    times = np.linspace(0, 48 * HOUR, 97)
    made = uptake(
        skin_at("forearm", None, lanes), solute("naltrexone"), gel,
        pierced(lanes, state="covered", tracks=100e4), lanes, until=48 * HOUR, times=times,
    )  # fmt: skip
    assert made.intact is not None
    level, without = (_plasma(times, x.cleared[:, 0], area=4e-4) for x in (made, made.intact))
    assert level[4:].mean() == pytest.approx(2.5, abs=0.6)
    assert without.max() < 0.25


def _plasma(times: np.ndarray, cleared: np.ndarray, area: float) -> np.ndarray:
    """ng/mL with 210 L/h and 1000 L."""
    clears, level = 0.21 / HOUR, [0.0]
    for rate, h in zip(np.diff(cleared) / np.diff(times) * area, np.diff(times), strict=True):
        fade = np.exp(-clears * h)
        level.append(level[-1] * fade + rate / clears * (1 - fade))
    return np.array(level) * 1e6


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"layer": 0.0},
        {"strengths": {"caffeine": -1.0}},
        {"drying": -1.0},
        {"diffusivity_share": 0.0},
    ],
)
def test_a_vehicle_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="vehicle"):
        serum(**wrong)


def test_a_solute_that_is_not_in_the_vehicle_is_refused() -> None:
    with pytest.raises(InputError, match="caffeine"):
        serum().dose(solute("caffeine"))


def test_an_unknown_mesh_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean"):
        fineness("corse")


@pytest.mark.parametrize("times", [[0.0, 2 * HOUR], [2.0, 1.0], [-1.0, 1.0]])
def test_times_outside_the_run_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="times"):
        uptake(
            skin_at("cheek", None, central()), solute("caffeine"), serum("caffeine"), None,
            central(), until=HOUR, times=times,
        )  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [serum(), serum(drying=None, strengths={"tranexamic acid": 900.0})]
)
def test_a_patch_refuses_what_it_cannot_follow(wrong: Vehicle) -> None:
    lanes = central()
    with pytest.raises(InputError, match="patch"):
        patch_uptake(
            skin_at("cheek", None, lanes), solute("tranexamic acid"), wrong, pierced(lanes), lanes,
            side=1e-3, across=8, places=[(5e-4, 5e-4)], duration=60.0,
        )  # fmt: skip


def test_a_patch_keeps_its_dose_and_moves_its_progress() -> None:
    lanes, reached = central(), []
    made = patch_uptake(
        skin_at("cheek", None, lanes), solute("caffeine"),
        Vehicle(1e-3, {"caffeine": 10.0}, ph=7.0, occluded=True), pierced(lanes), lanes,
        side=632e-6, across=8, places=[(3e-4, 3e-4)], duration=HOUR,
        progress=lambda time, end: reached.append(time / end),
    )  # fmt: skip
    assert made.content.shape == made.patch.shape
    assert abs(made.balance) < 1e-6
    assert made.delivered > 0
    assert reached[-1] == pytest.approx(1.0)
    below = made.content[-made.patch.shape[0] // 2]
    assert below.max() > 1.05 * below.min()  # under the channel against between


# -- small parts ----------------------------------------------------------------------------------


def test_drying_goes_by_halves_and_leaves_a_residue() -> None:
    lanes, film = central(), serum()
    stays = float(residue(film, lanes)[0])
    assert float(wet(film, 600.0, lanes)[0]) == pytest.approx(stays + (1 - stays) / 2)
    assert float(wet(film, 1e9, lanes)[0]) == pytest.approx(stays)
    assert np.isinf(drying_time(replace(film, occluded=True), lanes)).all()
    assert float(residue(replace(film, drying=0.0), lanes)[0]) == 0.0


def test_solubility_rises_with_the_charged_share() -> None:
    drug = solute("lidocaine")
    told = {
        ph: Vehicle(1e-4, {"lidocaine": 1.0}, ph=ph).solubility(drug) for ph in (5.0, 7.4, 10.0)
    }
    assert told[5.0] > told[7.4] > told[10.0] > 0
    own = Vehicle(1e-4, {"lidocaine": 1.0}, ph=7.4, solubilities={"lidocaine": 50.0})
    assert own.solubility(drug) == 50.0


def test_channels_stay_within_the_pore_and_apart() -> None:
    lanes = drawn()
    one = np.ones(len(lanes))
    narrow = transport_channels(one * 250e4, one * 75e-6, one * 10e-6, "open", lanes)
    assert (narrow.channel.transport_radius <= 5e-6).all()
    crowded = transport_channels(one * 1e10, one * 75e-6, one * 72e-6, "open", lanes)
    assert (np.pi * crowded.radius**2 * crowded.tracks <= 0.25 + 1e-12).all()
    with pytest.raises(ValueError, match="tracks"):
        Channels(-one, Channel(one, one, one))


def test_where_nothing_is_open_skin_is_as_if_intact() -> None:
    lanes, drug = drawn(), solute("caffeine")
    one = np.ones(MEMBERS)
    tracks = np.where(np.arange(MEMBERS) % 2, 250e4, 0.0)
    shut = transport_channels(tracks, one * 75e-6, one * 72e-6, "open", lanes)
    made = uptake(skin_at("cheek", None, lanes), drug, serum("caffeine"), shut, lanes, until=HOUR)
    assert made.intact is not None
    assert made.ratio[-1, ::2] == pytest.approx(np.ones(MEMBERS // 2), rel=1e-9)
    assert (made.ratio[-1, 1::2] > 1).all()
    assert (made.window[::2] == 0).all()


def test_a_grid_holds_the_wanted_times() -> None:
    stops = np.array([100.0, 1800.0, 3600.0])
    made = grid(fineness("coarse"), 0.0, 7200.0, stops)
    assert set(stops) <= set(made)
    assert made[0] == 0.0
    assert made[-1] == 7200.0
    assert (np.diff(made) > 0).all()
