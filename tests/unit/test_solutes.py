"""Solutes: names, counted masses and volumes, ionisation, and the source of every figure."""

from __future__ import annotations

import re

import numpy as np
import pytest

from guards import misquotes
from pinprick.devices import Figure
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.permeation.solutes import describe, listing, solute, solutes

ASKED = [
    *("lidocaine", "prilocaine", "tetracaine", "caffeine", "niacinamide", "tretinoin", "5-FU"),
    *("ascorbic acid", "tranexamic acid", "hyaluronic acid", "growth factors", "GHK-Cu", "water"),
    *("testosterone", "DPGME", "fentanyl", "butoxyethanol", "carbamazepine", "naltrexone"),
    *("pramipexole", "amantadine", "tiagabine", "mannitol"),
]
# Molar masses from tables of chemistry, to a tenth.
MASSES = {
    "water": 18.0,
    "caffeine": 194.2,
    "lidocaine": 234.3,
    "prilocaine": 220.3,
    "tetracaine": 264.4,
    "niacinamide": 122.1,
    "tretinoin": 300.4,
    "ascorbic acid": 176.1,
    "tranexamic acid": 157.2,
    "5-fluorouracil": 130.1,
    "testosterone": 288.4,
    "dpgme": 148.2,
    "fentanyl": 336.5,
    "carbamazepine": 236.3,
    "naltrexone": 341.4,
    "ghk-cu": 401.9,
    "butoxyethanol": 118.2,
    "pramipexole": 211.3,
    "amantadine": 151.3,
    "tiagabine": 375.5,
    "mannitol": 182.2,
}


def unsourced(where: str, figure: Figure) -> list[str]:
    """What is wrong with the sources of one figure of a table."""
    faults = [f"{where}: no fact {row}" for row in figure.rows if row not in registry().facts]
    if faults:
        return faults
    statuses = {registry().fact(row).status for row in figure.rows}
    if figure.status == "read" and "read" not in statuses:
        return [f"{where}: read, but no row of it was read"]
    if figure.status == "read" and not stands_in_row(figure):
        return [f"{where}: {figure.text} stands in none of {', '.join(figure.rows)}"]
    if figure.status in ("recalled", "derived") and not figure.rows and not figure.note:
        return [f"{where}: {figure.status}, but neither row nor note"]
    if figure.status not in ("read", "recalled", "derived", "assumed"):
        return [f"{where}: {figure.status}"]
    return []


def stands_in_row(figure: Figure) -> bool:
    """Whether a figure's number is printed in one of its rows, also in per cent."""
    number = float(figure.text.split()[0])
    for row in figure.rows:
        fact = registry().fact(row)
        text = " ".join([fact.quantity, fact.note, *fact.original.values()])
        found = [abs(float(n)) for n in re.findall(r"\d+\.?\d*(?:e[+-]?\d+)?", text)]
        # 4 % is 40 mg/mL, 2 g per 10 cm2 is 0.2 g/cm2
        if any(np.isclose(abs(number) * f, found).any() for f in (1.0, 0.1, 10.0)):
            return True
    return False


@pytest.mark.parametrize("name", ASKED)
def test_every_solute_that_is_asked_for_is_known(name: str) -> None:
    assert solute(name).name in solutes()


def test_a_name_is_read_in_any_case_and_spacing() -> None:
    assert solute("  Tranexamic   ACID ").name == "tranexamic acid"
    assert solute("Vitamin_C").name == "ascorbic acid"


def test_an_unknown_solute_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean lidocaine"):
        solute("lidocane")


def test_no_name_stands_for_two_solutes() -> None:
    names = [n for item in solutes().values() for n in (item.name, *item.aliases)]
    assert len(names) == len(set(names))
    for item in solutes().values():
        assert all(solute(name) is item for name in (item.name, *item.aliases))


@pytest.mark.parametrize("name", MASSES)
def test_molar_mass_is_counted_from_the_formula(name: str) -> None:
    assert solute(name).mw == pytest.approx(MASSES[name], abs=0.06)


def test_molar_volume_is_counted_after_schroeder() -> None:
    """Benzene 84 and water 21 cm3/mol; for lidocaine 39 atoms, four double bonds, less a ring."""
    volumes = {"water": 21, "lidocaine": 7 * (39 + 4 - 1), "caffeine": 7 * (24 + 4 - 2)}
    for name, volume in volumes.items():
        assert (solute(name).molar_volume or 0) * 1e6 == pytest.approx(volume)


@pytest.mark.parametrize(
    ("name", "ph", "share"),
    [
        ("lidocaine", 7.4, 0.2403),
        ("lidocaine", 10.0, 0.9921),
        ("lidocaine", 7.9, 0.5),
        ("fentanyl", 7.4, 0.0307),
        ("naltrexone", 5.0, 7.94e-4),
        ("ascorbic acid", 3.2, 0.9091),
        ("ascorbic acid", 7.2, 9.99e-4),
        ("tretinoin", 4.8, 0.5),
        ("tranexamic acid", 7.4, 0.9985),
        ("tranexamic acid", 2.3, 0.0099),
        ("tranexamic acid", 12.6, 0.0099),
        ("caffeine", 2.0, 1.0),
        ("ghk-cu", 7.0, 1.0),
    ],
)
def test_the_uncharged_share(name: str, ph: float, share: float) -> None:
    assert float(solute(name).unionised(ph)) == pytest.approx(share, rel=5e-3)


def test_the_uncharged_share_takes_many() -> None:
    shares = solute("lidocaine").unionised(np.array([5.0, 7.9, 10.0]))
    assert shares.shape == (3,)
    assert np.all(np.diff(shares) > 0)


def test_large_molecules_say_why_they_are_refused() -> None:
    for item in solutes().values():
        assert item.small or item.refused_intact, item.name
        assert (item.log_kow is not None) == item.small
        assert (item.molar_volume is not None) == item.small


def test_every_charge_that_is_claimed_has_its_pka() -> None:
    for item in solutes().values():
        if item.small and item.charge == "acid":
            assert item.pka_acid is not None and item.pka_base is None, item.name
        if item.small and item.charge == "base":
            assert item.pka_base is not None and item.pka_acid is None, item.name
        if item.charge == "none":
            assert item.pka_acid is None and item.pka_base is None, item.name


def test_every_figure_has_rows_or_says_that_it_is_assumed() -> None:
    faults = [
        line
        for item in solutes().values()
        for key, figure in item.figures.items()
        for line in unsourced(f"{item.name}, {key}", figure)
    ]
    assert not faults, "\n".join(faults)


def test_a_planted_figure_without_a_source_is_noticed() -> None:
    row = ("transport:T-CA1",)
    assert unsourced("x", Figure(1.0, "1.59e-4 cm/h", row, "read")) == []
    assert "stands in none" in unsourced("x", Figure(1.0, "3.7e-4 cm/h", row, "read"))[0]
    assert "no fact" in unsourced("x", Figure(1.0, "1", ("transport:T-NONE",), "read"))[0]
    assert "neither row" in unsourced("x", Figure(1.0, "1", (), "derived"))[0]
    assert unsourced("x", Figure(1.0, "1", (), "assumed")) == []


def test_a_recalled_row_stays_recalled() -> None:
    for item in solutes().values():
        m = item.measured
        if m is not None:
            assert m.basis == "derived" or m.basis == registry().fact(m.rows[0]).status, item.name
    assert solute("water").measured.basis == "recalled"  # type: ignore[union-attr]


def test_measured_values_carry_their_conditions() -> None:
    lidocaine = solute("lidocaine").measured
    assert lidocaine is not None
    assert (lidocaine.ph, lidocaine.hydrated) == (10.0, True)
    assert lidocaine.lag == pytest.approx(0.89 * 3600)
    assert "propylene glycol" in lidocaine.note
    caffeine = solute("caffeine").measured
    assert caffeine is not None
    assert (caffeine.ph, caffeine.hydrated, caffeine.lag) == (None, None, None)


def test_the_parameters_say_what_their_sources_say() -> None:
    names = {p.name for p in registry().stage("permeation")}
    assert len(names) > 80
    assert [line for line in misquotes(registry()) if line.partition(":")[0] in names] == []


def test_a_solute_is_described_figure_by_figure() -> None:
    table = describe(solute("lidocaine"))
    assert ("measured lag", "0.89 h", "transport:T-L4", "read") in table
    assert all(row[3] for row in table)


def test_the_list_says_what_an_answer_rests_on() -> None:
    rests = {row[0]: row[4] for row in listing()}
    assert len(rests) == len(solutes())
    assert (rests["prilocaine"], rests["water"]) == (
        "formula and assumed shunt",
        "measured, recalled",
    )
    assert rests["epidermal growth factor"] == "refused: a protein of 6 kDa"
