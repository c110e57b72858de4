"""The validation table of the stage needling: verdicts, reasons for misses, and no overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pinprick.evidence.disjoint import overlaps
from pinprick.validation import needling
from pinprick.validation.table import _cases, table

CASES = [c for c in _cases() if c["stage"] == "needling" and "example" not in c]
USES = ("fit", "test", "verification", "plausibility")
# Not met, and kept; the note of each says why.
MISSED = {
    "Barnett 2016, share of friction at 1 mm",
    "Donnelly 2014, pores open at 24 h, on the rat's clock",
    "Kalluri 2011, depth of the channel, 770 um roller",
    "Kalluri 2011, water loss, on the clock of impedance",
    "Lam 2008, buried part of 0.5 mm below half",
    "Lam 2008, buried part of 0.95 mm below half",
    "Lima 2013, 0.5 mm stays in the papillary dermis",
    "Lima 2013, 1.0 mm reaches the reticular dermis",
    "Ogunjimi 2020, lifetime under a cover, Asian group",
    "Roller 3 mm, share of the length, refit without rollers",
    "Verbaan 2007, 300 um by hand does not pierce",
    "Verbaan 2007, 550 um by hand pierces",
}
VAGUE = {
    "Alam 2014, pain, mean of visits",
    "Donnelly 2014, hydrogel array, gentle hand",
    "Olatunji 2013, force per needle, 0.5 mm/s, 30 um apart",
    "Olatunji 2013, force per needle, 0.5 mm/s, 600 um apart",
    "Olatunji 2013, force per needle, 1.0 mm/s, 30 um apart",
    "Olatunji 2013, force per needle, 1.0 mm/s, 600 um apart",
    "Ogunjimi 2020, lifetime under a cover, Black group",
    "Ogunjimi 2020, lifetime under a cover, Latino group",
    "Ogunjimi 2020, lifetime under a cover, White group",
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return table("needling")


def test_what_is_met_stays_met_and_what_is_missed_is_known(rows: list[dict[str, Any]]) -> None:
    for verdict, known in (("missed", MISSED), ("vague", VAGUE)):
        assert {row["case"] for row in rows if row["verdict"] == verdict} == known


def test_every_row_that_is_not_met_says_why(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["use"] in USES
        if not row["met"]:
            assert len(row["note"].split()) > 2, row["case"]


def test_every_row_names_its_source(rows: list[dict[str, Any]]) -> None:
    assert all(row["sources"] for row in rows)
    assert len({row["case"] for row in rows}) == len(rows)


@pytest.mark.parametrize("case", [c for c in CASES if c["use"] == "test"], ids=lambda c: c["name"])
def test_no_row_tests_a_number_that_it_set(case: Mapping[str, Any]) -> None:
    """The rows of the parameters that this case reads; the refit leaves its own row out."""
    _, used = needling.model(case)
    known = needling._registry(case.get("without", ""))
    fitted = {row for name in used for row in known.parameters[name].rows}
    if case.get("without") == "rollers":
        fitted -= {"mechanics:I035"}
    assert overlaps(known, fitted, [case["row"]]) == []


def test_the_refit_knows_nothing_of_rollers() -> None:
    tables = [needling._registry(without).tables["needling_draws"] for without in ("", "rollers")]
    assert not np.array_equal(tables[0]["slit"], tables[1]["slit"])


def test_every_experiment_and_every_parameter_of_one_is_used() -> None:
    data = needling._data()
    named = {case[key] for case in CASES for key in ("experiment", "less", "over") if key in case}
    assert named == set(data["experiment"])
    read = set().union(*(needling.model(case)[1] for case in CASES))
    own = {name.partition(".")[2] for name in read if name.startswith("needling_experiment.")}
    assert own == set(data["parameter"])


def test_a_quantity_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        needling.model({"of": "insertion:taste", "experiment": "romgens-5um"})
