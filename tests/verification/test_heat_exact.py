"""The heat stage: exact solutions, scikit-fem, balances, orders, and the rates of damage."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from exact_heat import (
    PINS,
    FiniteElements,
    bare_cell,
    coaxial,
    disc,
    line_source,
    plain,
    rise_at,
    run,
    skin,
    uniform,
)
from scipy.constants import zero_Celsius
from scipy.optimize import brentq

from pinprick.heat import Cooling, Pins, Pulse, heat
from pinprick.heat.array import block_of, patch_pulse
from pinprick.heat.bioheat import Warmed, warm
from pinprick.heat.cell import Cell, cell_of, graded, meshes, tissue_of
from pinprick.heat.damage import damage_set, over_step
from pinprick.heat.field import electric_field
from pinprick.heat.plate import Slab, heat_share, plate_pulse

PLACES = [(0.2e-3, 1.85e-3), (0.25e-3, 1.85e-3), (0.1e-3, 2.05e-3), (0.3e-3, 1.7e-3)]


# -- the field --


def test_a_needle_in_its_coat_has_the_exact_resistance() -> None:
    ours, exact = coaxial()
    assert ours == pytest.approx(exact, rel=1e-12)


def test_a_disc_on_a_half_space_has_the_exact_resistance() -> None:
    errors = []
    for finest in (4e-5, 2e-5, 1e-5):
        ours, exact = disc(finest)
        errors.append(abs(ours / exact - 1))
    assert errors[-1] < 0.02
    # a sharp edge makes it first order, whatever the scheme
    assert all(coarse / fine > 1.6 for coarse, fine in pairwise(errors))


@pytest.fixture(scope="module")
def elements() -> FiniteElements:
    return FiniteElements()


def test_the_resistance_of_a_pin_agrees_with_scikit_fem(elements: FiniteElements) -> None:
    finer = FiniteElements(finest=1.5e-6, growth=1.25)
    theirs = elements.resistance()
    assert theirs == pytest.approx(finer.resistance(), rel=1e-3)
    assert run("fine").resistance[0, 0] == pytest.approx(theirs, rel=0.02)
    assert run("cohort").resistance[0, 0] == pytest.approx(theirs, rel=0.035)


def test_all_heat_of_the_field_is_found_in_the_cells() -> None:
    lanes = plain(3)
    for wiring in ("bipolar", "monopolar"):
        pins = replace(PINS, wiring=wiring)
        cell = cell_of(pins, skin(3), 3, meshes()["cohort"])
        field = electric_field(cell, tissue_of(cell, lanes).conductivity, wiring)
        np.testing.assert_allclose(field.heat.sum(axis=(1, 2)), field.conductance, rtol=1e-12)
        assert np.all(field.heat[:, cell.metal] == 0)
        assert field.potential.min() > -1e-12 and field.potential.max() < 1 + 1e-12


# -- heat --


def test_a_thread_with_perfusion_is_as_warm_as_the_bessel_function_says() -> None:
    errors = []
    for fine in (4, 8, 16):
        _, ours, exact = line_source(fine)
        errors.append(np.max(abs(ours - exact)) / exact[0])
    assert errors[-1] < 1e-3
    assert np.log2(errors[-2] / errors[-1]) > 1.8


def test_a_pulse_that_cannot_spread_warms_by_its_energy() -> None:
    cell = bare_cell(np.linspace(0, 1e-3, 6), np.linspace(0, 1e-3, 6), np.zeros((5, 5), dtype=bool))
    source = np.random.default_rng(0).uniform(0, 2, cell.shape) * 1e-4
    tissue = uniform(cell, k=1e-12)
    pulse = Pulse(power=1.0, length=0.3, measured=True)
    done = warm(
        cell, tissue, PINS, pulse, plain(), meshes()["cohort"], {}, after=0.0, source=source
    )
    exact = source * 0.3 / (3.8e6 * cell.volume)
    np.testing.assert_allclose(done.temperature - 307.15, exact, rtol=1e-6)


def test_the_rise_of_temperature_agrees_with_scikit_fem(elements: FiniteElements) -> None:
    theirs = elements.at(elements.pulse(0.5, 0.1, 24), PLACES)
    for mesh, bound in (("fine", 0.02), ("cohort", 0.04)):
        done = run(mesh)
        ours = np.array([rise_at(done, *place) for place in PLACES])
        np.testing.assert_allclose(ours, theirs, rtol=bound)


@pytest.mark.parametrize("energy", [0.02, 0.1, 0.4])
@pytest.mark.parametrize("wiring", ["bipolar", "monopolar"])
def test_every_joule_is_found_again(energy: float, wiring: str) -> None:
    pins = replace(PINS, wiring=wiring, bare=None)
    pulse = Pulse(
        energy=energy,
        length=0.2,
        count=2,
        gap=0.1,
        measured=True,
        cooling=Cooling(temperature=278.15, lead=1.0),
    )
    lanes = plain(2, perfusion="40000 W/m3/K")
    cell = cell_of(pins, skin(2), 2, meshes()["cohort"])
    done = warm(
        cell, tissue_of(cell, lanes), pins, pulse, lanes, meshes()["cohort"],
        {"cells": damage_set("henriques").log_rate}, killed=lambda found: found["cells"],
    )  # fmt: skip
    assert np.all(done.budget.imbalance < 1e-9)
    assert np.all(abs(done.budget.out) > 1e-3 * done.budget.joule)
    if not done.cut.any():
        np.testing.assert_allclose(done.budget.joule, 2 * energy, rtol=1e-9)


def test_boiling_takes_up_heat_and_gives_it_back() -> None:
    done = run("cohort", energy=0.11, length=0.1)
    assert done.peak.max() > 370.15
    assert done.budget.latent[0] > 1e-4
    assert done.budget.imbalance[0] < 1e-6
    rested = run("cohort", energy=0.11, length=0.1, after=5.0)
    assert rested.budget.latent[0] == 0.0
    assert rested.budget.imbalance[0] < 1e-6


@pytest.mark.parametrize("energy", [0.2, 1.0, 30.0])
def test_the_source_is_cut_in_time_however_strong_it_is(energy: float) -> None:
    coarse, fine = (run(mesh, energy=energy, length=0.1) for mesh in ("cohort", "fine"))
    for done in (coarse, fine):
        assert done.cut[0] and 373.15 <= done.peak.max() < 373.5
        assert done.budget.imbalance[0] < 1e-6
    if energy < 1:  # beyond that nothing but char is left to tell
        assert coarse.budget.joule == pytest.approx(fine.budget.joule, rel=0.15)


def test_steps_are_of_second_order() -> None:
    cell_mesh = replace(meshes()["cohort"], field_every=1)
    found = {
        steps: rise_at(run(replace(cell_mesh, pulse_steps=steps)), 0.25e-3, 1.85e-3)
        for steps in (6, 12, 24, 192)
    }
    errors = [abs(found[steps] - found[192]) for steps in (6, 12, 24)]
    assert errors[-1] / found[192] < 1e-3
    assert np.log2(errors[0] / errors[1]) > 1.7
    assert np.log2(errors[1] / errors[2]) > 1.7


def halved(cell: Cell) -> Cell:
    """The same needle with every cell cut in four."""

    def cut(faces: np.ndarray) -> np.ndarray:
        out = np.repeat(faces, 2, axis=-1)[..., :-1]
        out[..., 1::2] = (faces[..., 1:] + faces[..., :-1]) / 2
        return out

    metal, bare = (np.repeat(np.repeat(f, 2, 0), 2, 1) for f in (cell.metal, cell.bare))
    return Cell(cut(cell.rings), cut(cell.faces), metal, bare, np.repeat(cell.share, 2, axis=1))


def test_halving_the_cells_halves_the_error() -> None:
    """First order: at the end of the insulation the field has an edge, and no scheme is better."""
    lanes, found = plain(), []
    cell = cell_of(PINS, skin(dermis=20e-3), 1, meshes()["cohort"])
    cell = replace(cell, share=np.broadcast_to([0.0, 1.0, 0.0], cell.share.shape))
    for _ in range(3):
        tissue = tissue_of(cell, lanes)
        ohm = 1 / electric_field(cell, tissue.conductivity, "bipolar").conductance[0]
        pulse = Pulse(energy=0.05, length=0.1, measured=True)
        done = warm(cell, tissue, PINS, pulse, lanes, meshes()["cohort"], {}, after=0.0)
        found.append((ohm, rise_at(done, 0.25e-3, 1.85e-3)))
        cell = halved(cell)
    for coarse, middle, fine in zip(*found, strict=True):
        assert abs(middle - fine) < 0.6 * abs(coarse - middle)
        assert abs(middle - fine) / fine < 0.015


# -- damage --

# Degrees at which the integral reaches 1 in 0.1, 1, 10 and 60 s (transport-trial §5).
ONE = {
    "henriques": (61.0, 57.6, 54.2, 51.7),
    "weaver-stoll": (64.8, 58.2, 51.9, 48.9),
    "takata": (61.0, 57.8, 54.7, 52.3),
    "mehta-wong": (75.8, 70.8, 65.9, 62.2),
    "aksan": (72.2, 68.2, 64.2, 61.3),
    "pearce": (88.4, 80.4, 72.8, 67.1),
}


@pytest.mark.parametrize("name", ONE)
def test_each_set_reaches_one_where_its_source_says(name: str) -> None:
    rate = damage_set(name).log_rate
    for seconds, celsius in zip((0.1, 1.0, 10.0, 60.0), ONE[name], strict=True):
        there = brentq(
            lambda t, s=seconds: float(rate(np.array(t + zero_Celsius))) + np.log(s), 40, 100
        )
        assert there == pytest.approx(celsius, abs=0.08), seconds


def test_rates_that_a_double_cannot_hold_are_still_right() -> None:
    branch = damage_set("weaver-stoll").branches[0]
    assert branch.log_factor == pytest.approx(124 * np.log(10) + np.log(2.185), rel=1e-14)


def test_an_integral_is_exact_for_a_rate_that_grows_by_powers() -> None:
    for change in (0.0, 1e-9, 0.3, -5.0, 40.0):
        exact = 2.0 * (np.expm1(change) / change if change else 1.0)
        assert over_step(np.array(0.0), np.array(change), 2.0) == pytest.approx(exact, rel=1e-8)


# -- the cohort's mesh beside the fine one --


@pytest.mark.parametrize(("energy", "length"), [(0.05, 0.05), (0.1, 0.1), (0.2, 0.5)])
def test_the_cohorts_mesh_is_as_near_as_it_says(energy: float, length: float) -> None:
    pulse = Pulse(energy=energy, length=length, measured=True)
    edges = np.linspace(0, 3e-3, 31)
    coarse, fine = (
        heat(PINS, pulse, skin(), plain(), edges, 1 / PINS.area, mesh=mesh)
        for mesh in ("cohort", "fine")
    )
    for name in ("mehta-wong", "henriques"):
        assert coarse.width[name] == pytest.approx(fine.width[name], rel=0.03)
        assert coarse.height[name] == pytest.approx(fine.height[name], rel=0.03)
    assert np.all(abs(coarse.dead - fine.dead) < 0.03)


def test_zones_grow_with_energy_until_the_source_is_cut() -> None:
    pins = Pins(2e-3, 0.3e-3, None, 1.5e-3, 25, "bipolar")
    edges = np.linspace(0, 3e-3, 31)
    widths = [
        heat(
            pins, Pulse(energy=e, length=0.5, measured=True), skin(), plain(), edges, 1e5
        ).cells_width[0]
        for e in (0.2, 0.3, 0.4, 0.5)
    ]
    assert widths == sorted(widths) and widths[0] < widths[-1]


def test_widths_fill_their_length() -> None:
    assert graded(3e-3, 2e-5, None, 1.3).sum() == pytest.approx(3e-3)
    steps = graded(2e-3, 6e-5, 2e-5, 1.3)
    assert steps.sum() == pytest.approx(2e-3)
    assert max(steps[1:] / steps[:-1]) < 1.6


# -- a whole tip --


def within(done: Warmed, radius: float, top: float, bottom: float) -> float:
    """Mean rise of temperature in an upright cylinder about the needle."""
    cell = done.cell
    ring = np.pi * np.diff(np.minimum(cell.rings, radius) ** 2)
    deep = np.diff(np.clip(cell.faces[0], top, bottom))
    rise = done.temperature[0] - 307.15
    return float((rise * ring * deep[:, None]).sum() / (ring.sum() * deep.sum()))


def test_a_block_of_four_needles_agrees_with_the_cell_of_one() -> None:
    pins = replace(PINS, count=4)
    block = block_of(pins, skin(), across=20)
    told: list[float] = []
    pulse = Pulse(energy=0.05, length=0.1, measured=True)
    done = patch_pulse(block, pins, pulse, plain(), progress=told.append)
    one = run("fine")
    assert told[-1] == 1.0 and told == sorted(told)
    assert done.energy == pytest.approx(4 * 0.05, rel=1e-9)
    assert done.imbalance < 1e-6
    # each pole has two needles of the four
    assert done.impedance[0] == pytest.approx(one.resistance[0, 0], rel=0.03)
    assert done.impedance[1] == pytest.approx(one.resistance[0, 1], rel=0.03)
    rise = done.temperature - 307.15
    for radius in (0.3e-3, 0.5e-3):
        tall = [block.patch.share_within(block.places[0], radius, z) for z in (1.5e-3, 2.3e-3)]
        weight = (tall[1] - tall[0]) * block.patch.volume
        mean = (rise * weight).sum() / weight.sum()
        assert mean == pytest.approx(within(one, radius, 1.5e-3, 2.3e-3), rel=0.04)
    # four needles alike, whatever their sign
    half = rise.shape[1] // 2
    np.testing.assert_allclose(rise[:, :half, :half], rise[:, half:, half:], rtol=1e-4, atol=1e-3)


def test_a_block_that_boils_keeps_its_joules_and_is_cut() -> None:
    pins = replace(PINS, count=4)
    block = block_of(pins, skin(), across=10)
    done = patch_pulse(block, pins, Pulse(energy=0.4, length=0.1, measured=True), plain())
    assert done.cut and done.energy < 1.6
    assert done.imbalance < 1e-6
    assert 373.15 <= done.peak.max() < 373.5
    wild = patch_pulse(block, pins, Pulse(energy=20.0, length=0.1, measured=True), plain())
    assert wild.cut and 373.15 <= wild.peak.max() < 373.5 and wild.imbalance < 1e-6


def test_a_monopolar_block_heats_all_needles_alike() -> None:
    pins = replace(PINS, count=4, wiring="monopolar")
    block = block_of(pins, skin(), across=10, margin=1.5e-3)
    done = patch_pulse(block, pins, Pulse(power=0.3, length=0.1, measured=True), plain())
    assert set(block.signs) == {1}
    rise = done.temperature - 307.15
    np.testing.assert_allclose(rise, rise[:, ::-1, ::-1], rtol=1e-3, atol=1e-3)
    assert done.energy == pytest.approx(4 * 0.03, rel=1e-9)


def test_a_block_refuses_what_it_cannot_show() -> None:
    with pytest.raises(ValueError, match="cells a pitch"):
        block_of(PINS, skin(), across=5)
    with pytest.raises(ValueError, match="one member"):
        block_of(PINS, skin(2), across=20)
    pins = replace(PINS, count=4)
    block = block_of(pins, skin(), across=10)
    with pytest.raises(ValueError, match="without cooling"):
        patch_pulse(block, pins, Pulse(energy=1, length=1, cooling=Cooling(278.0)), plain())


@pytest.mark.parametrize("wiring", ["bipolar", "monopolar"])
def test_the_impedance_does_not_hang_on_the_mesh(wiring: str) -> None:
    pins = replace(PINS, wiring=wiring)
    pulse = Pulse(energy=0.05, length=0.05, measured=True)
    ohm = [
        heat(pins, pulse, skin(), plain(), np.linspace(0, 3e-3, 4), 1e5, mesh=mesh).impedance
        for mesh in ("cohort", "fine")
    ]
    np.testing.assert_allclose(ohm[0], ohm[1], rtol=0.03)


# -- a plate without needles --


def test_a_plate_warms_slabs_by_their_resistance() -> None:
    slabs = [Slab(2e-3, 0.05, 1e-9, 2e6), Slab(8e-3, 0.4, 1e-9, 4e6)]
    depth, warm_ = plate_pulse(slabs, 120.0, 26e-4, 3.0, plain())
    # resistances 0.04 and 0.02: two thirds of the power falls in the thin slab
    rise = [120 * 3 * share / (26e-4 * s.thickness * s.capacity)
            for share, s in zip((2 / 3, 1 / 3), slabs, strict=True)]  # fmt: skip
    np.testing.assert_allclose(warm_[depth < 2e-3] - 307.15, rise[0], rtol=1e-6)
    np.testing.assert_allclose(warm_[depth > 2e-3] - 307.15, rise[1], rtol=1e-6)


def test_a_plate_on_dry_skin_heats_by_the_real_part_of_its_resistivity() -> None:
    dry = Slab(1e-3, 0.01 + 0.04j, 0.2, 4e6)
    share = heat_share([dry, Slab(1e-3, 0.01, 0.2, 4e6)])
    assert share[0] == pytest.approx(0.01 / 0.0017 / (0.01 / 0.0017 + 100))


def test_a_slab_that_conducts_heat_keeps_it() -> None:
    slabs = [Slab(3e-3, 0.05, 0.2, 2e6), Slab(9e-3, 0.4, 0.5, 4e6)]
    depth, warm_ = plate_pulse(slabs, 5.0, 26e-4, 60.0, plain())
    width = np.where(depth < 3e-3, 3e-4, 9e-4)
    capacity = np.where(depth < 3e-3, 2e6, 4e6)
    assert ((warm_ - 307.15) * width * capacity).sum() * 26e-4 == pytest.approx(300, rel=1e-9)
    with pytest.raises(ValueError, match="100 °C"):
        plate_pulse(slabs, 500.0, 26e-4, 60.0, plain())
