"""One needle into skin: forces in their parts, the bed under it, and where it comes to rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pinprick.needling.mechanics import (
    Force,
    Needle,
    Resistance,
    Stroke,
    between_neighbours,
    compliance,
    entry,
    fracture_energy,
    needle_load,
    seat,
    share_shallow,
    spread,
)
from pinprick.needling.reading import observed

SKIN = Resistance(
    line_force=np.array(3.7e3),
    tough_depth=np.array(150e-6),
    superficial_power=np.array(1.5),
    tip_after=np.array(0.05),
    slit=np.array(0.33),
    cohesion=np.array(2e6),
    opening=np.array(1.6e-3),
    spreading=np.array(0.295),
    friction=np.array(3.2e3),
)
GIVE = np.array(1 / 120)


def steel(tip: float = 10e-6, shaft: float = 0.2e-3, cone: float = 15.0) -> Needle:
    return Needle(np.array(tip), np.array(shaft), np.deg2rad(np.array(cone)))


def test_shape_of_a_needle() -> None:
    needle = steel()
    length = float(needle.cone_length)
    assert length == pytest.approx(0.72e-3, rel=0.01)
    assert needle.diameter(np.array(0.0)) == pytest.approx(10e-6)
    assert needle.diameter(np.array(length)) == pytest.approx(0.2e-3)
    assert needle.diameter(np.array(3e-3)) == pytest.approx(0.2e-3)
    more = needle.wetted(np.array(3e-3)) - needle.wetted(np.array(2e-3))
    assert more == pytest.approx(np.pi * 0.2e-3 * 1e-3)


def test_the_threshold_goes_with_the_tip_and_drops_once_through() -> None:
    at, past = np.array(150e-6), np.array(151e-6)
    sharp, blunt = (needle_load(at, steel(tip), SKIN).tip for tip in (5e-6, 37e-6))
    assert blunt / sharp == pytest.approx(37 / 5)
    assert sharp == pytest.approx(18.5e-3)
    assert needle_load(past, steel(5e-6), SKIN).tip == pytest.approx(0.05 * sharp)
    half = needle_load(np.array(75e-6), steel(5e-6), SKIN).tip
    assert half == pytest.approx(0.5**1.5 * sharp)


def test_the_parts_of_the_force_add_up() -> None:
    load = needle_load(np.array(1e-3), steel(), SKIN)
    assert load.spread == pytest.approx(0.295 * load.cut)
    width = 0.2e-3
    energy = 2e6 * width * (1 - width / 3.2e-3)
    assert load.cut == pytest.approx(0.33 * width * energy)
    assert load.total == pytest.approx(load.tip + load.cut + load.spread + load.friction)


def test_an_opening_takes_all_its_energy_and_no_more() -> None:
    whole = fracture_energy(np.array([1.6e-3, 5e-3]), SKIN)
    assert np.allclose(whole, 1.6e3)
    assert fracture_energy(np.array(5e-6), SKIN) == pytest.approx(10.0, rel=0.01)


def test_a_dense_array_does_not_see_the_plate_and_a_lone_needle_sees_it_all() -> None:
    shares = between_neighbours(np.array([0.0, 0.6e-3, 2.5e-3, 1.0]), np.array(1.2e-3))
    assert shares[0] == 0
    assert np.all(np.diff(shares) > 0)
    assert shares[-1] == pytest.approx(1.0)
    soft = compliance(
        np.array(300.0),
        np.array(76.0),
        np.array(1.2e-3),
        np.array(1.0),
        support=np.array([0.0, 1.0]),
        stiffening=np.array(2.0),
    )
    assert np.allclose(soft, [1 / 600, (1 / 300 + 1 / 76) / 2])


def test_a_needle_rests_where_forces_are_equal() -> None:
    rest = seat(steel(), SKIN, GIVE, stroke=Stroke(np.array(1.5e-3)))
    assert bool(rest.punctured)
    offered = (1.5e-3 - rest.depth) / GIVE
    assert offered == pytest.approx(needle_load(rest.depth, steel(), SKIN).total, rel=1e-9)


def test_too_short_or_too_weak_stays_above_the_tough_layer() -> None:
    short = seat(steel(), SKIN, GIVE, stroke=Stroke(np.array(0.2e-3)))
    weak = seat(steel(), SKIN, GIVE, force=Force(np.array(20e-3)), longest=np.array(0.6e-3))
    for rest in (short, weak):
        assert not bool(rest.punctured)
        assert 0 < rest.depth < SKIN.tough_depth
        assert rest.margin < 0


def test_force_and_stroke_together_take_the_lesser() -> None:
    stroke, force = Stroke(np.array(1.5e-3)), Force(np.array(30e-3))
    sharp = steel(5e-6)
    alone = seat(sharp, SKIN, GIVE, stroke=stroke)
    both = seat(sharp, SKIN, GIVE, stroke=stroke, force=force)
    pressed = seat(sharp, SKIN, GIVE, force=force, longest=np.array(1.5e-3))
    assert both.depth == pytest.approx(min(float(alone.depth), float(pressed.depth)))


def test_a_strong_hand_buries_the_needle_and_no_more() -> None:
    rest = seat(steel(), SKIN, GIVE, force=Force(np.array(5.0)), longest=np.array(0.6e-3))
    assert rest.depth == pytest.approx(0.6e-3)


def test_nothing_drives_nothing() -> None:
    with pytest.raises(ValueError, match="stroke"):
        seat(steel(), SKIN, GIVE)
    with pytest.raises(ValueError, match="stroke"):
        seat(steel(), SKIN, GIVE, force=Force(np.array(1.0)))


def test_spread_and_share_against_drawn_needles() -> None:
    rng = np.random.default_rng(0)
    cv, size = 0.1, 40_000
    by = 1 + cv * rng.standard_normal((4, size))
    for length, tip in ((1.5e-3, 10e-6), (0.5e-3, 10e-6)):
        needle, stroke = steel(tip), Stroke(np.array(length))
        drawn_skin = replace(
            SKIN,
            line_force=SKIN.line_force * by[0],
            slit=SKIN.slit * by[1],
            tough_depth=SKIN.tough_depth * by[3],
        )
        drawn = seat(needle, drawn_skin, GIVE / by[2], stroke=stroke)
        one = seat(needle, SKIN, GIVE, stroke=stroke)
        width = spread(one, needle, SKIN, GIVE, np.array(cv))
        assert width == pytest.approx(drawn.deep.std(), rel=0.1)
        held = share_shallow(one, np.array(length), needle, SKIN, GIVE, np.array(cv))
        assert held == pytest.approx(1 - drawn.punctured.mean(), abs=0.02)


@pytest.mark.parametrize(
    ("length", "angle", "sweep"),
    [(0.5, 18, 0.21), (1.0, 25, 0.57), (1.5, 30, 1.03), (2.0, 34, 1.55)],
)
def test_a_drum_enters_at_an_angle_and_sweeps(length: float, angle: float, sweep: float) -> None:
    entered, moved = entry(np.array(10e-3), np.array(length * 1e-3))
    assert np.degrees(entered) == pytest.approx(angle, abs=0.6)
    assert moved * 1e3 == pytest.approx(sweep, abs=0.03)


def test_what_a_paper_reads() -> None:
    depth, went_in = np.array([1e-3, 0.1e-3]), np.array([True, False])
    assert np.allclose(observed(depth, "histology", shrinkage=0.2), [0.8e-3, 0.08e-3])
    assert np.allclose(observed(depth, "oct", shrinkage=0.2), depth)
    assert np.allclose(observed(depth, "dye", below=80e-6), depth + 80e-6)
    assert np.allclose(observed(depth, "none", punctured=went_in), [1e-3])
