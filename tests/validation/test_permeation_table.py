"""The validation table of the stage permeation: verdicts, reasons for misses, and no overlap."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any

import pytest

from pinprick.evidence.disjoint import overlaps
from pinprick.permeation.solutes import solute
from pinprick.validation import permeation
from pinprick.validation.table import table

CASES = permeation.cases()
USES = ("fit", "test", "verification", "plausibility")
# Not met, and kept; the note of each says why.
MISSED = {
    "Junputipong 2022, how long it deepens after removal",
    "Wahlgren 2000, depth of acceptable pain, 180 to 240 min",
    "Wermeling 2008, naltrexone only with needles",
}
VAGUE = {
    "Butoxyethanol, absorbed",
    "Butoxyethanol, peak rate",
    "Carbamazepine, needled over intact skin",
    "DPGME in water, absorbed in 8 h",
    "DPGME neat, absorbed in 8 h",
    "DPGME neat, peak rate",
    "Fentanyl, absorbed",
    "Label, eutectic cream on the thigh, lidocaine in plasma",
    "Label, eutectic cream on the thigh, prilocaine in plasma",
    "Testosterone, small dose, peak rate",
    "Tiagabine, needled over intact skin",
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return table("permeation")


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


def test_no_range_counts_that_is_wider_than_a_factor_of_three(rows: list[dict[str, Any]]) -> None:
    """On the log scale; depths of numbness no wider than about 40 % each way."""
    scale = {case["name"]: bool(case.get("log")) for case in CASES}
    for row in (r for r in rows if r["met"] and r["kind"] == "value"):
        low, middle, high = (row["model"][key] for key in ("p05", "p50", "p95"))
        if scale[row["case"]]:
            assert log(high / low) / 2 < log(3.01), row["case"]
        elif row["unit"] == "mm":
            assert (high - low) / 2 < 0.4 * middle, row["case"]


@pytest.mark.parametrize("case", [c for c in CASES if c["use"] == "test"], ids=lambda c: c["name"])
def test_no_row_tests_a_number_that_it_set(case: Mapping[str, Any]) -> None:
    """Rows of the parameters that this case reads, of its solute, and those called fit."""
    _, used = permeation.model(case)
    known = permeation._registry()
    fitted = {row for name in used for row in known.parameters[name].rows}
    fitted |= {c["row"] for c in CASES if c["use"] == "fit"}
    if "experiment" in case:
        fitted |= set(solute(permeation._data()["experiment"][case["experiment"]]["solute"]).rows)
    assert overlaps(known, fitted, [case["row"]]) == []


def test_every_experiment_and_every_parameter_of_one_is_used() -> None:
    data = permeation._data()
    named = {case[key] for case in CASES for key in ("experiment", "over") if key in case}
    assert named == set(data["experiment"])
    read = set().union(*(permeation.model(case)[1] for case in CASES))
    own = {name.partition(".")[2] for name in read if name.startswith("permeation_experiment.")}
    assert own == set(data["parameter"])


@pytest.mark.parametrize("of", ["cell:taste", "taste:"])
def test_a_quantity_that_is_not_known_is_refused(of: str) -> None:
    with pytest.raises(KeyError):
        permeation.model({"of": of, "experiment": "kushla", "unit": "1"})
