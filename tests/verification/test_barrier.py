"""The formulas of barrier and tissue against figures computed apart from this program.

The trial (evidence/transport-trial.md) wrote the open model's formulas down once before, from the
model's file; its table is compared here to the digits that it prints. The guide's own
permeabilities are 4 to 15 % higher than its formulas give, which the trial found too.
"""

from __future__ import annotations

from dataclasses import replace
from math import log10

import numpy as np
import pytest

from pinprick import units
from pinprick.evidence import Lanes, Spread, registry
from pinprick.faults import InputError
from pinprick.permeation.barrier import Barrier, barrier, capped, formula, lag_time, refusal, seen
from pinprick.permeation.solutes import solute, solutes
from pinprick.permeation.tissue import (
    Plexus,
    Tissue,
    aqueous_diffusivity,
    clearance,
    dermis,
    is_dilute,
    region,
    viable_epidermis,
)

# Permeability in cm/h, wet and in air, and lag in h of the formula without its cap.
FORMULA = {
    "water": ("2.1e-3", "7e-4", "0.5", "0.6"),
    "niacinamide": ("1.5e-4", "5e-5", "9", "15"),
    "5-fluorouracil": ("4.6e-5", "1.6e-5", "25", "37"),
    "dpgme": ("1.0e-4", "3.6e-5", "14", "23"),
    "tranexamic acid": ("3.1e-6", "1e-6", None, None),
    "ascorbic acid": ("2.8e-6", None, None, None),
    "caffeine": ("5.5e-5", "1.9e-5", "28", "49"),
    "prilocaine": ("2.0e-3", "7e-4", "2.3", "5.3"),
    "lidocaine": ("3.0e-3", "1.1e-3", "2.0", "4.7"),
    "carbamazepine": ("2.9e-3", "1.0e-3", "2.1", "4.8"),
    "tetracaine": ("1.4e-2", "4.9e-3", "1.2", "2.8"),
    "testosterone": ("7.1e-3", "2.5e-3", "1.9", "4.4"),
    "naltrexone": ("2.8e-4", "1.0e-4", "15", "32"),
    "fentanyl": ("1.6e-2", "5.7e-3", "2.0", "4.9"),
    "ghk-cu": ("4e-8", None, None, None),
    "mannitol": ("2.4e-7", None, None, None),
}
# Diffusivity in cm2/s, partition and clearance in 1/s of the dermis.
DERMIS = {
    "water": ("1.0e-5", "0.63", "8.2e-4"),
    "niacinamide": ("2.7e-6", "0.68", "7.9e-4"),
    "5-fluorouracil": ("2.7e-6", "0.65", "7.1e-4"),
    "dpgme": ("2.3e-6", "0.69", "7.6e-4"),
    "tranexamic acid": ("2.2e-6", "0.71", "5.9e-4"),
    "ascorbic acid": ("2.1e-6", "0.70", "6.0e-4"),
    "caffeine": ("1.9e-6", "0.70", "6.9e-4"),
    "prilocaine": ("1.2e-6", "1.10", "9.5e-4"),
    "lidocaine": ("9.6e-7", "1.30", "8.4e-4"),
    "carbamazepine": ("6.5e-7", "2.0", "5.5e-4"),
    "tetracaine": ("6.0e-7", "2.0", "6.2e-4"),
    "testosterone": ("2.8e-7", "4.8", "2.5e-4"),
    "naltrexone": ("1.0e-6", "0.95", "6.6e-4"),
    "fentanyl": ("5.0e-7", "2.2", "5.7e-4"),
    "ghk-cu": ("1.2e-6", "0.70", "5.9e-4"),
}
# Where one digit differs from the trial's, with the reason.
ROUNDED = {
    ("fentanyl", "lag"): 0.03,  # 4.84 h here, printed 4.9
    ("water", "lag"): 0.1,  # printed to one digit
}
WATER = {
    "lidocaine": "6.3e-6",
    "caffeine": "8.5e-6",
    "tretinoin": "5.4e-6",
    "ascorbic acid": "9.6e-6",
    "tranexamic acid": "8.5e-6",
    "5-fluorouracil": "1.2e-5",
    "ghk-cu": "5.6e-6",
    "water": "3.1e-5",
}


@pytest.fixture(scope="module")
def middle() -> Lanes:
    """One member in whom every parameter of the stage is at its central value."""
    fixed = {
        name: replace(p, spread=Spread()) if p.stage == "permeation" else p
        for name, p in registry().parameters.items()
    }
    return Lanes(replace(registry(), parameters=fixed), 0, [0])


def many(count: int = 4000) -> Lanes:
    return Lanes(registry(), 3, range(count))


def printed(value: float, text: str, slack: float = 0.0) -> bool:
    """Whether a value rounds to the digits of a text, give or take a share."""
    mantissa = text.partition("e")[0]
    digits = len(mantissa.replace(".", "").lstrip("0"))
    half = 0.5 * 10.0 ** (np.floor(log10(float(text))) - digits + 1)
    return bool(abs(value - float(text)) <= half * 1.02 + slack * value)


def cm_h(values: np.ndarray) -> float:
    return units.from_si(float(values[0]), "cm/h")


# ---- the formula ----


@pytest.mark.parametrize("name", FORMULA)
def test_permeability_is_that_of_the_trial(name: str, middle: Lanes) -> None:
    for text, wet in zip(FORMULA[name][:2], (True, False), strict=True):
        if text is not None:
            found = cm_h(formula(solute(name), middle, hydrated=wet).permeability)
            assert printed(found, text), f"{name} {wet}: {found:.3g}, not {text}"


@pytest.mark.parametrize("name", [n for n, row in FORMULA.items() if row[2]])
def test_lag_is_that_of_the_trial(name: str, middle: Lanes) -> None:
    k = middle.stage("permeation")
    for text, wet in zip(FORMULA[name][2:], (True, False), strict=True):
        thickness = k.sc_thickness_hydrated if wet else k.sc_thickness_partly
        found = formula(solute(name), middle, hydrated=wet)
        lag = lag_time(thickness, found.permeability * thickness / found.partition)[0] / units.HOUR
        assert text is not None
        assert printed(lag, text, ROUNDED.get((name, "lag"), 0)), f"{name} {wet}: {lag:.3g}"


@pytest.mark.parametrize(
    ("name", "wet", "by_formula", "guide"),
    [
        ("testosterone", False, "24.9e-4", 26.5e-4),
        ("dpgme", True, "1.04e-4", 1.19e-4),
        ("fentanyl", True, "155e-4", 163e-4),
        ("butoxyethanol", True, "15.1e-4", 16.9e-4),
    ],
)
def test_the_guide_stands_4_to_15_percent_above_its_own_formulas(
    name: str, wet: bool, by_formula: str, guide: float, middle: Lanes
) -> None:
    found = cm_h(formula(solute(name), middle, hydrated=wet).permeability)
    # the trial had 24.9 and 15.1 where the rows' own constants give 25.4 and 15.3
    assert found == pytest.approx(float(by_formula), rel=0.021), f"{found:.4g}"
    assert 0.86 < found / guide < 0.965


def test_the_formula_is_asked_within_its_range(middle: Lanes) -> None:
    for item in solutes().values():
        if not refusal(item, middle):
            for wet in (True, False):
                assert float(formula(item, middle, hydrated=wet).ratio[0]) > 100, item.name


def test_the_largest_molecule_is_where_the_closed_form_ends(middle: Lanes) -> None:
    """At 485 Da the rate of passing a lipid layer leaves an R of about 100."""
    base = solute("naltrexone")
    at = {
        mass: float(formula(replace(base, mw=float(mass)), middle, hydrated=False).ratio[0])
        for mass in (470, 485, 500)
    }
    assert at[470] > at[485] > at[500]
    assert 90 < at[485] < 115


# ---- tissue ----


@pytest.mark.parametrize("name", DERMIS)
def test_dermis_is_that_of_the_trial(name: str, middle: Lanes) -> None:
    drug = solute(name)
    tissue, plexus = dermis(drug, middle), clearance(drug, "cheek", middle)
    found = (
        units.from_si(float(tissue.diffusivity[0]), "cm2/s"),
        float(tissue.partition[0]),
        float(plexus.rate[0]),
    )
    for value, text in zip(found, DERMIS[name], strict=True):
        assert printed(value, text, 0.01), f"{name}: {value:.3g}, not {text}"
    epidermis = viable_epidermis(drug, middle)
    assert epidermis.diffusivity[0] == tissue.diffusivity[0]


def test_tretinoin_lies_within_the_range_of_the_trial(middle: Lanes) -> None:
    tissue = dermis(solute("tretinoin"), middle)
    assert 1.5e-7 < units.from_si(float(tissue.diffusivity[0]), "cm2/s") < 2.5e-7
    assert 6 < tissue.partition[0] < 10.5
    assert cm_h(formula(solute("tretinoin"), middle, hydrated=True).permeability) > 0.3


@pytest.mark.parametrize("name", WATER)
def test_diffusivity_in_water_is_that_of_the_table(name: str, middle: Lanes) -> None:
    found = units.from_si(float(aqueous_diffusivity(solute(name), middle)[0]), "cm2/s")
    assert printed(found, WATER[name]), f"{found:.3g}"


def test_numbing_doses_fill_albumin(middle: Lanes) -> None:
    """The trial's unbound dermis: 2.0e-6 cm2/s and 0.6, here with the little that lipid holds."""
    free = dermis(solute("lidocaine"), middle, dilute=False)
    assert units.from_si(float(free.diffusivity[0]), "cm2/s") == pytest.approx(2.0e-6, rel=0.08)
    assert float(free.partition[0]) == pytest.approx(0.6, rel=0.08)
    assert is_dilute(0.05, middle) and not is_dilute(1.0, middle)


def test_water_paths_clear_what_lipid_does_not(middle: Lanes) -> None:
    """Without them GHK-Cu would be cleared in weeks (transport:T-O6 against T-M18)."""
    drug = solute("ghk-cu")
    shut = replace(
        middle.registry,
        parameters={
            name: replace(p, value=1e-20, low=0.0) if name == "permeation.paracellular" else p
            for name, p in middle.registry.parameters.items()
        },
    )
    closed = clearance(drug, "cheek", Lanes(shut, 0, [0])).rate[0]
    assert float(clearance(drug, "cheek", middle).rate[0]) > 1000 * closed


def test_blood_flow_under_a_cream_goes_with_the_site(middle: Lanes) -> None:
    drug = solute("lidocaine")
    face, thigh = (clearance(drug, s, middle, constricted=True).rate[0] for s in ("cheek", "thigh"))
    assert 0.15 < thigh / face < 0.25  # the flow's 0.15, softened by the leak of the capillaries
    serum = clearance(drug, "thigh", middle).rate[0]
    assert serum == pytest.approx(clearance(drug, "cheek", middle).rate[0])
    assert region("nose") == "face"
    assert region("scalp") == "body"
    with pytest.raises(InputError, match="body site"):
        clearance(drug, "elbow of the moon", middle)


def test_large_molecules_move_as_the_rows_say(middle: Lanes) -> None:
    for name in ("hyaluronic acid", "hyaluronic acid 10 kDa", "dextran 70 kDa"):
        drug = solute(name)
        assert dermis(drug, middle).diffusivity[0] == pytest.approx(4.5e-12)
        assert viable_epidermis(drug, middle).diffusivity[0] == pytest.approx(3e-12)
    # Young's numbers as the row prints them, in water, and an eighth of them in dermis
    for name, text in (
        ("epidermal growth factor", "2.1e-6"),
        ("platelet growth factors", "1.2e-6"),
        ("vascular growth factor", "1.05e-6"),
    ):
        water = aqueous_diffusivity(solute(name), middle)
        assert printed(units.from_si(float(water[0]), "cm2/s"), text, 0.01), name
        assert dermis(solute(name), middle).diffusivity[0] == pytest.approx(water[0] / 8)


# ---- the barrier ----


def test_a_measured_value_wins_and_holds_its_shunt() -> None:
    """At its own pH the whole barrier passes what was measured, whatever the shunt."""
    lanes = many()
    k = lanes.stage("permeation")
    for name in ("lidocaine", "caffeine", "ghk-cu", "5-fluorouracil", "water"):
        drug = solute(name)
        assert drug.measured is not None
        ph = drug.measured.ph or 5.0
        wall = barrier(drug, lanes, hydrated=True, ph=ph)
        assert wall.basis == "measured"
        sd = log10(drug.measured.factor) if drug.measured.factor else k.measured_sd
        spread = 10 ** (sd * k.measured_error) * k.people_permeability
        measured_as = 1.0 if drug.measured.ph else wall.seen
        total = wall.permeability * wall.seen / measured_as + wall.shunt
        np.testing.assert_allclose(total, drug.measured.permeability * spread, rtol=1e-12)
        assert np.all(wall.shunt <= total * (1 + 1e-12))


def test_lidocaine_holds_what_was_measured(middle: Lanes) -> None:
    wall = barrier(solute("lidocaine"), middle, hydrated=True, ph=10.0)
    assert cm_h(wall.total) == pytest.approx(0.0106)
    assert wall.lag[0] / units.HOUR == pytest.approx(0.89)
    assert wall.partition[0] == pytest.approx(13, rel=0.02)  # the trial's
    air = barrier(solute("lidocaine"), middle, hydrated=False, ph=10.0)
    prior = [formula(solute("lidocaine"), middle, hydrated=w).permeability for w in (False, True)]
    assert air.permeability[0] / wall.permeability[0] == pytest.approx(prior[0][0] / prior[1][0])


@pytest.mark.parametrize("name", ["lidocaine", "caffeine", "tetracaine", "niacinamide", "water"])
def test_the_parts_of_a_barrier_agree(name: str) -> None:
    lanes = many(64)
    for wet in (True, False):
        wall = barrier(solute(name), lanes, hydrated=wet, ph=7.0)
        made = wall.partition * wall.diffusivity / wall.thickness
        np.testing.assert_allclose(made, wall.permeability, rtol=1e-12)
        np.testing.assert_allclose(wall.lag, wall.thickness**2 / (6 * wall.diffusivity))


@pytest.mark.parametrize(
    ("name", "sd"), [("prilocaine", 0.42), ("niacinamide", 0.6), ("tretinoin", 0.6)]
)
def test_the_prior_is_as_wide_as_its_errors(name: str, sd: float) -> None:
    lanes = many()
    drug = solute(name)
    wall = barrier(drug, lanes, hydrated=True, ph=7.4)
    assert wall.basis == "prior"
    own = np.log10(wall.permeability / lanes.stage("permeation").people_permeability)
    assert np.std(own) == pytest.approx(sd, rel=0.06)
    centre = formula(drug, lanes, hydrated=True).permeability[0]
    assert np.median(own) == pytest.approx(log10(centre), abs=0.05)


def test_the_shunt_carries_polar_drugs_and_is_nothing_to_others(middle: Lanes) -> None:
    polar = barrier(solute("tranexamic acid"), middle, hydrated=True, ph=7.0)
    other = barrier(solute("tetracaine"), middle, hydrated=True, ph=9.0)
    assert polar.shunt[0] > 5 * polar.permeability[0]
    assert other.shunt[0] < 0.01 * other.permeability[0]
    assert cm_h(polar.shunt) == pytest.approx(3e-5)
    assert polar.shunt_lag[0] == pytest.approx(0.3 * units.HOUR)


def test_only_the_uncharged_share_counts(middle: Lanes) -> None:
    drug = solute("lidocaine")
    share = seen(drug, middle, 7.4)[0]
    assert share == pytest.approx(0.2403 + 0.7597 * 0.01, abs=1e-3)
    basic, acid = (barrier(drug, middle, hydrated=True, ph=p).total[0] for p in (9.0, 5.0))
    assert 0.005 < acid / basic < 0.03  # charged: what the ions pass, no more
    fentanyl = barrier(solute("fentanyl"), middle, hydrated=True, ph=7.4)
    assert float(solute("fentanyl").unionised(7.4)) == pytest.approx(0.03, abs=2e-3)
    assert fentanyl.seen[0] < 0.05
    each = seen(drug, many(3), np.array([5.0, 7.4, 9.0]))
    assert np.all(np.diff(each) > 0)


@pytest.mark.parametrize(
    "name",
    ["hyaluronic acid", "hyaluronic acid 10 kDa", "epidermal growth factor", "calcein"],
)
def test_large_molecules_are_refused_on_intact_skin(name: str) -> None:
    with pytest.raises(InputError, match="485 Da through intact skin"):
        barrier(solute(name), many(4), hydrated=True, ph=7.0)
    sealed = barrier(solute(name), many(4), hydrated=True, ph=7.0, intact=False)
    assert sealed.basis == "sealed"
    assert not np.any(sealed.total)


def test_a_molecule_above_the_limit_is_refused_though_nothing_names_it(middle: Lanes) -> None:
    big = replace(solute("naltrexone"), mw=500.0)
    assert "500 Da" in refusal(big, middle)
    slow = replace(solute("naltrexone"), mw=484.0, log_kow=6.0)
    assert refusal(slow, middle) == "" or "R" in refusal(slow, middle)
    with pytest.raises(ValueError, match="small molecules"):
        formula(solute("hyaluronic acid"), middle, hydrated=True)


def test_saturated_skin_is_no_denser_than_the_solute(middle: Lanes) -> None:
    """Without the cap DPGME would be held 3.6 times too fast (transport:T-O18)."""
    for name in ("dpgme", "niacinamide", "water", "lidocaine"):
        drug = solute(name)
        partition = capped(formula(drug, middle, hydrated=True).partition, drug)
        assert drug.solubility is not None
        assert partition[0] * drug.solubility <= drug.density * (1 + 1e-12)


def test_a_member_is_the_same_in_any_ensemble() -> None:
    few, more = many(8), many(64)
    for name in ("lidocaine", "tranexamic acid"):
        a, b = (barrier(solute(name), x, hydrated=False, ph=6.0) for x in (few, more))
        np.testing.assert_array_equal(a.total, b.total[:8])
        np.testing.assert_array_equal(a.lag, b.lag[:8])


# Limits, asked by refusals and ranges; shares of a film, asked where vehicles are.
ELSEWHERE = {
    *("largest_intact", "ratio_least", "albumin_full", "prior_lowest", "prior_highest"),
    "deposition_water",
}


def test_every_parameter_moves_some_solute() -> None:
    """Each number of the formulas is read: one lane a parameter, all of one member."""
    names = [
        p.name for p in registry().stage("permeation") if p.name.partition(".")[2] not in ELSEWHERE
    ]
    changed = {name: (lane + 1, 1.1) for lane, name in enumerate(names)}
    lanes = Lanes(registry(), 0, [5] * (len(names) + 1), changed)
    moved = np.zeros(len(names) + 1, dtype=bool)
    probes = ["lidocaine", "prilocaine", "caffeine", "tranexamic acid", "tretinoin"]
    probes += ["dextran 70 kDa", "epidermal growth factor"]
    for drug in [*map(solute, probes), replace(solute("caffeine"), molar_volume=450e-6)]:
        parts: list[Barrier | Plexus | Tissue] = [
            dermis(drug, lanes),
            viable_epidermis(drug, lanes),
        ]
        parts += [clearance(drug, place, lanes, constricted=True) for place in ("cheek", "thigh")]
        parts += [barrier(drug, lanes, hydrated=w, ph=6.5, intact=False) for w in (True, False)]
        values = [aqueous_diffusivity(drug, lanes)]
        values += [
            np.asarray(getattr(part, name))
            for part in parts
            for name in part.__dataclass_fields__
            if name != "basis"
        ]
        for value in values:
            with np.errstate(invalid="ignore"):
                moved |= np.abs(value - value[0]) > 1e-9 * abs(value[0])
    dead = [name for name, live in zip(names, moved[1:], strict=True) if not live]
    assert not dead, f"declared, but move nothing: {dead}"
