"""The heat stage: what it refuses, what it warns of, and that its answers go the right way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pinprick.courses.radiofrequency import STATE
from pinprick.devices import device
from pinprick.evidence import registry
from pinprick.evidence.lanes import Lanes
from pinprick.faults import InputError
from pinprick.heat import Cooling, Heated, Pins, Pulse, heat, pins_of
from pinprick.heat.damage import damage_set, damage_sets
from pinprick.medium.layers import Injury, Layer, Skin

PINS = Pins(depth=2e-3, diameter=0.3e-3, bare=0.3e-3, pitch=1.5e-3, count=49, wiring="bipolar")
PULSE = Pulse(energy=0.1, length=0.1, measured=True)
EDGES = np.linspace(0, 3e-3, 31)
ONCE = 1 / PINS.area


def skin(members: int, dermis: float = 3e-3) -> Skin:
    one = np.ones(members)
    parts = {
        "stratum corneum": 15e-6,
        "viable epidermis": 80e-6,
        "papillary dermis": 0.2e-3,
        "reticular dermis": dermis,
    }
    return Skin("a test", tuple(Layer(name, h * one) for name, h in parts.items()))


def lanes(members: int = 2, **values: str) -> Lanes:
    changed = registry().with_values({f"heat.{name}": text for name, text in values.items()})
    return Lanes(changed, 0, range(members))


def heated(
    pulse: Pulse = PULSE,
    pins: Pins = PINS,
    *,
    members: int = 2,
    density: float = ONCE,
    dermis: float = 3e-3,
    edges: np.ndarray = EDGES,
    **values: str,
) -> Heated:
    return heat(pins, pulse, skin(members, dermis), lanes(members, **values), edges, density)


def told(build: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        build()
    return [str(fault) for fault in caught.value.faults]


# -- what must be stated --


def test_without_energy_there_is_no_zone_and_the_maker_is_asked() -> None:
    (line,) = told(lambda: Pulse(length=0.1))
    assert line == f"pulse.energy: found nothing; allowed: {STATE}"
    assert "the maker must state them" in line and "no heated zone" in line
    assert "mJ" in line and "charring" in line


def test_without_the_pulses_length_there_is_no_zone() -> None:
    (line,) = told(lambda: Pulse(energy=0.1))
    assert "pulse.length" in line and "the maker must state them" in line


def test_everything_missing_is_told_at_once() -> None:
    assert len(told(Pulse)) == 2


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"energy": 0.1, "power": 1.0, "length": 0.1}, "pulse"),
        ({"energy": -0.1, "length": 0.1}, "pulse.energy"),
        ({"energy": float("nan"), "length": 0.1}, "pulse.energy"),
        ({"power": 0.0, "length": 0.1}, "pulse.power"),
        ({"energy": 0.1, "length": 0.0}, "pulse.length"),
        ({"energy": 0.1, "length": 0.1, "voltage_cap": 0.0}, "pulse.voltage_cap"),
        ({"energy": 0.1, "length": 0.1, "count": 0}, "pulse.count"),
        ({"energy": 0.1, "length": 0.1, "gap": -1.0}, "pulse.count"),
        ({"energy": 0.1, "length": 0.1, "cooling": Cooling(-5.0)}, "pulse.cooling.temperature"),
        ({"energy": 0.1, "length": 0.1, "cooling": Cooling(278, -1.0)}, "pulse.cooling.exchange"),
        ({"energy": 0.1, "length": 0.1, "cooling": Cooling(278, None, -1)}, "pulse.cooling.lead"),
    ],
)
def test_a_pulse_that_cannot_be_is_refused(values: dict[str, Any], where: str) -> None:
    assert told(lambda: Pulse(**values))[0].startswith(f"{where}: ")


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"depth": 0.0}, "pins.depth"),
        ({"depth": np.array([2e-3, np.nan])}, "pins.depth"),
        ({"diameter": -1e-4}, "pins.diameter"),
        ({"pitch": 0.4e-3}, "pins.pitch"),
        ({"bare": 2.5e-3}, "pins.bare"),
        ({"count": 0}, "pins.count"),
        ({"count": 1}, "pins.count"),
        ({"wiring": "tripolar"}, "pins.wiring"),
    ],
)
def test_pins_that_cannot_be_are_refused(values: dict[str, Any], where: str) -> None:
    lines = told(lambda: replace(PINS, **values))
    assert any(line.startswith(f"{where}: ") for line in lines)


def test_a_tip_shallower_than_its_bare_end_is_told_why() -> None:
    (line,) = told(lambda: replace(PINS, depth=0.2e-3))
    assert "epidermis" in line


def test_only_radiofrequency_tips_have_pins() -> None:
    (line,) = told(lambda: pins_of(device("pen"), 1e-3, "bipolar"))
    assert "radiofrequency" in line
    bare = pins_of(device("rf-25-bare"), 1e-3, "bipolar")
    assert bare.bare is None and bare.pitch == pytest.approx(2e-3)


def test_members_must_be_the_same() -> None:
    with pytest.raises(ValueError, match="members"):
        heat(PINS, PULSE, skin(3), lanes(2), EDGES, ONCE)
    with pytest.raises(ValueError, match="members"):
        heat(replace(PINS, depth=np.full(3, 2e-3)), PULSE, skin(2), lanes(2), EDGES, ONCE)


# -- zones --


def test_too_little_energy_leaves_no_zone() -> None:
    found = heated(replace(PULSE, energy=0.01))
    assert not any(np.any(width) for width in found.width.values())
    assert np.all(found.denatured < 1e-6)
    assert not found.warnings


def test_cells_die_before_collagen_denatures() -> None:
    found = heated(members=8)
    assert np.all(found.dead >= found.denatured - 1e-6)
    assert np.all(found.cells_width > found.width["mehta-wong"])
    assert np.all(found.width["aksan"] > found.width["pearce"])
    middle = np.argmax(found.denatured, axis=0)
    assert np.all(abs(found.edges[middle] - 1.9e-3) < 0.25e-3)
    assert np.all(found.denatured[:10] < 1e-6)


def test_the_zone_that_chars_is_at_least_what_is_told() -> None:
    found = heated(replace(PULSE, energy=0.4))
    assert np.all(found.charred)
    assert np.all(found.energy < 0.4)
    assert np.all(found.peak_temperature < 376.15)
    assert any("at least" in line and "100 °C" in line for line in found.warnings)


@pytest.mark.parametrize(("energy", "length"), [(0.05, 0.03), (0.4, 0.1), (0.4, 1.0)])
def test_who_chars_has_reached_the_cut_and_nobody_else(energy: float, length: float) -> None:
    # a tip in fat has no water beside it to hold the temperature while the share is looked for
    pulse, deep = Pulse(energy=energy, length=length), replace(PINS, depth=3.2e-3)
    found = heated(pulse, deep, members=16, dermis=2.2e-3)
    peak = found.peak_temperature - 373.15
    assert np.any(found.charred)
    assert np.all((peak > -1e-9) == found.charred)
    assert np.all(peak < 0.31)


def test_energy_that_is_only_stated_widens_the_range() -> None:
    known, stated = (heated(replace(PULSE, measured=m), members=40) for m in (True, False))
    assert np.ptp(known.energy) < 1e-9
    assert np.ptp(stated.energy) > 0.02
    assert np.std(stated.width["mehta-wong"]) > 2 * np.std(known.width["mehta-wong"])


def test_power_and_energy_say_the_same() -> None:
    power = heated(Pulse(power=1.0, length=0.1, measured=True))
    np.testing.assert_array_equal(power.dead, heated().dead)


def test_a_cap_on_the_voltage_holds_the_energy_back() -> None:
    free, capped = heated(), heated(replace(PULSE, voltage_cap=40.0))
    assert not np.any(free.capped) and np.all(capped.capped)
    assert np.all(capped.energy < 0.9 * free.energy)
    assert any("voltage" in line for line in capped.warnings)


def test_a_fixed_voltage_gives_its_power_through_the_resistance() -> None:
    found = heated(Pulse(voltage=30.0, length=0.01, measured=True), conductivity_rise="0 %/K")
    pin = found.impedance[:, 0] * PINS.count / 4
    np.testing.assert_allclose(found.energy, 15.0**2 / pin * 0.01, rtol=1e-9)


def test_impedance_falls_while_tissue_warms_and_with_more_pins() -> None:
    found = heated()
    assert np.all(found.impedance[:, 1] < found.impedance[:, 0])
    pair = heated(pins=replace(PINS, count=2))
    assert np.all(pair.impedance[:, 0] > 10 * found.impedance[:, 0])
    one_pole = heated(pins=replace(PINS, wiring="monopolar"))
    assert np.all(one_pole.impedance > 0)


def test_a_bare_pin_spreads_its_heat_along_its_length() -> None:
    insulated, bare = heated(), heated(pins=replace(PINS, bare=None))
    assert np.all(bare.impedance[:, 0] < 0.5 * insulated.impedance[:, 0])
    assert np.all(bare.peak_temperature < insulated.peak_temperature)
    hot = heated(Pulse(energy=0.4, length=0.2, measured=True), replace(PINS, bare=None))
    assert np.all(hot.dead[2] > 0.01)
    assert np.all(hot.dose_epidermis > 0)


def test_a_bare_pin_with_much_energy_burns_the_epidermis() -> None:
    pins = replace(PINS, bare=None, depth=1e-3)
    found = heated(Pulse(energy=0.4, length=0.2, measured=True), pins)
    assert np.all(found.burn)
    assert any("epidermis" in line for line in found.warnings)


def test_a_cold_plate_spares_the_surface_and_not_the_tip() -> None:
    pins = replace(PINS, bare=None, depth=1e-3)
    pulse = Pulse(energy=0.3, length=0.5, measured=True)
    cold = replace(pulse, cooling=Cooling(temperature=278.15, lead=3.0))
    warm, cooled = heated(pulse, pins), heated(cold, pins)
    assert np.all(cooled.dose_epidermis < warm.dose_epidermis)
    chilled = heated(replace(PULSE, cooling=Cooling(temperature=278.15)))
    np.testing.assert_allclose(chilled.dead.max(axis=0), heated().dead.max(axis=0), rtol=0.02)


def test_a_pin_that_ends_in_fat_warms_it() -> None:
    thin, thick = heated(dermis=1.5e-3), heated(dermis=4e-3)
    assert np.all(thin.dose_fat > 100 * np.maximum(thick.dose_fat, 1e-12))


def test_a_train_with_rests_does_less_than_one_pulse_and_more_than_its_first() -> None:
    train = heated(Pulse(energy=0.025, length=0.025, count=4, gap=0.3, measured=True))
    first = heated(Pulse(energy=0.025, length=0.025, measured=True))
    np.testing.assert_allclose(train.energy, 0.1, rtol=1e-9)
    assert np.all(train.peak_temperature < heated().peak_temperature)
    assert np.all(train.peak_temperature > first.peak_temperature)


def test_half_the_needles_hurt_half_the_tissue() -> None:
    whole, half = heated(), heated(density=ONCE / 2)
    small = whole.dead < 0.02
    np.testing.assert_allclose(half.dead[small], whole.dead[small] / 2, rtol=0.02, atol=1e-9)
    twice = heated(density=2 * ONCE)
    assert np.all(twice.dead <= 1) and np.all(twice.dead >= whole.dead)
    assert not np.any(heated(density=0.0).dead)


def test_what_is_hurt_does_not_depend_on_the_cells_it_is_counted_in() -> None:
    fine, coarse = heated(), heated(edges=EDGES[::3])
    np.testing.assert_allclose(
        fine.denatured.reshape(10, 3, -1).mean(axis=1), coarse.denatured, atol=1e-12
    )
    own = np.stack([EDGES, EDGES * 0.9], axis=1)
    np.testing.assert_array_equal(heated(edges=own).dead[:, 0], fine.dead[:, 0])


def test_a_set_that_is_carried_beyond_its_range_says_so() -> None:
    found = heated(members=48)
    takata = np.array(found.cell_sets) == "takata"
    np.testing.assert_array_equal(found.beyond_range, takata)


def test_it_becomes_an_injury_without_a_puncture() -> None:
    found = heated()
    none = np.zeros_like(found.dead)
    injury = Injury(found.edges, none, none, found.dead, found.denatured, none, none)
    assert injury.dead.max() > 0.1


@pytest.mark.parametrize("energy", [0.05, 0.1, 0.15])
def test_a_member_is_the_same_in_any_company(energy: float) -> None:
    depth = np.array([2.0e-3, 1.2e-3, 0.25e-3, 2.6e-3, 2.1e-3])
    pulse = replace(PULSE, energy=energy, measured=False)
    many = heated(pulse, replace(PINS, depth=depth), members=5)
    few = heated(pulse, replace(PINS, depth=depth[:2]), members=2)
    np.testing.assert_array_equal(many.dead[:, :2], few.dead)
    np.testing.assert_array_equal(many.energy[:2], few.energy)
    np.testing.assert_array_equal(many.cells_height[:2], few.cells_height)


def test_deeper_pins_heat_deeper() -> None:
    found = heated(pins=replace(PINS, depth=np.array([1.2e-3, 2.4e-3])), members=2)
    at = found.edges[np.argmax(found.dead, axis=0)]
    assert at[1] - at[0] == pytest.approx(1.2e-3, abs=0.2e-3)


# -- sets --


def test_sets_are_never_mixed() -> None:
    assert {one.of for one in damage_sets().values()} == {"cells", "collagen"}
    assert (
        len({(b.log_factor, b.activation) for s in damage_sets().values() for b in s.branches}) == 8
    )
    for one in damage_sets().values():
        assert one.rows and one.status in ("read", "recalled") and one.low < one.high
        assert all(row in registry().facts for row in one.rows)


def test_an_unknown_set_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean henriques"):
        damage_set("henrique")


def test_each_member_goes_by_a_named_set_and_a_draw_by_one() -> None:
    found = heated(members=48)
    assert set(found.cell_sets) == {"henriques", "weaver-stoll", "takata"}
    assert set(found.collagen_sets) == {"mehta-wong", "aksan", "pearce"}
    assert all(len(set(found.cell_sets[i : i + 4])) == 1 for i in range(0, 48, 4))
    own = np.array([found.width[name][i] for i, name in enumerate(found.cell_sets)])
    np.testing.assert_array_equal(own, found.cells_width)


def test_skin_at_rest_takes_no_damage() -> None:
    for one in damage_sets().values():
        assert float(one.log_rate(np.array(310.15))) < -700
        assert float(one.log_rate(np.array(one.low + 5))) > -30
