"""The validation table of the stage healing: rows run, controls hold, misses say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from pinprick.evidence import registry
from pinprick.evidence.disjoint import overlaps
from pinprick.learning.targets import targets
from pinprick.validation import healing
from pinprick.validation.table import _row

CASES = healing.cases()
USES = ("fit", "test", "verification", "plausibility")
KINDS = ("value", "contrast", "bound", "order", "sign")
# May not be met, and are kept; the note of each says why.
MAY_MISS = {
    "Heat zones are replaced by new collagen by 10 weeks",
    "Kenkel group 2021, COL3 mRNA still up, 3 months after four",
    "Kenkel group 2021, OCT attenuation, 1 month after four",
    "Macrophages peak on day 2 to 4",
    "Myofibroblasts are gone by 4 weeks",
    "Myofibroblasts peak on day 10 to 14",
    "Proteases are gone by day 7",
}
TESTS = [case for case in CASES if case["use"] == "test"]
CONTROLS = [c["name"] for c in CASES if c.get("note", "").startswith("negative control")]


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, Any]]:
    return {case["name"]: _row(case) for case in CASES}


def test_what_is_not_met_is_known_and_says_why(rows: dict[str, dict[str, Any]]) -> None:
    assert {name for name, row in rows.items() if not row["met"]} <= MAY_MISS
    for row in rows.values():
        assert row["met"] or len(row["note"].split()) > 8, row["case"]


def test_every_negative_control_is_met(rows: dict[str, dict[str, Any]]) -> None:
    assert len(CONTROLS) == 5
    for name in CONTROLS:
        assert rows[name]["met"], name
        assert rows[name]["share"] > 0.98, name


def test_every_number_is_finite(rows: dict[str, dict[str, Any]]) -> None:
    for row in rows.values():
        assert all(np.isfinite(number) for number in row["model"].values()), row["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_row_is_complete(case: Mapping[str, Any]) -> None:
    assert case["stage"] == "healing"
    assert case["use"] in USES
    assert case.get("kind", "value") in KINDS
    assert len(case["observed_by"].split()) >= 1
    assert len(case["note"].split()) > 2
    assert case["unit"] in ("%", "h", "d")
    if "row" in case:
        assert registry().fact(case["row"]).source
    else:
        assert case["use"] == "verification", "a row without a source tests nothing"
    if case.get("kind", "value") == "value":
        assert case["s_measured"] > 0


def test_names_are_not_repeated() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_lasers_wounds_and_cell_clocks_are_plausibility_only() -> None:
    """They are no needling; Robins' wound sets what nothing else does, as a ratio."""
    for case in CASES:
        if any(word in case.get("row", "") for word in ("LS0", "WT0", "RF0")):
            ratio = case["experiment"] == "excision"
            assert case["use"] == "plausibility" or (ratio and case["use"] == "fit"), case["name"]


def test_three_rows_at_least_are_left_out_of_the_fit() -> None:
    assert len({case["row"] for case in TESTS}) >= 3


@pytest.mark.parametrize("case", TESTS, ids=lambda case: case["name"])
def test_no_row_tests_a_number_that_it_set(case: Mapping[str, Any]) -> None:
    """The rows of the parameters that this case reads, and those that the fit reads."""
    _, used = healing.model(case)
    fitted = {row for name in used for row in registry().parameter(name).rows}
    fitted |= {one["row"] for one in CASES if one["use"] == "fit"}
    assert overlaps(registry(), fitted, [case["row"]]) == []


@pytest.mark.parametrize("use", ["fit", "test"])
def test_the_table_and_the_fit_agree_on_what_was_fitted(use: str) -> None:
    fitted = {target.row for target in targets() if target.use == use}
    assert {case["row"] for case in CASES if case["use"] == use} == fitted


def test_every_experiment_is_asked_for() -> None:
    named = {case[key] for case in CASES for key in ("experiment", "over") if key in case}
    assert named == set(healing._data()["experiment"])


def test_a_question_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        healing.model({"of": "taste:sweet", "experiment": "blank"})
    with pytest.raises(KeyError):
        healing.model({"of": "read:taste", "experiment": "blank", "day": 7})


def test_an_injury_that_is_stated_lies_where_it_is_stated() -> None:
    """Heat from 0.3 to 0.8 mm leaves the first tenth of a millimetre of collagen alone."""
    fields, _ = healing._walked("heat")
    start = fields.by_species["denatured"][0]
    depth = fields.column.edges - fields.column.edges[0]
    above = depth[1:] <= 0.3e-3
    assert np.all(start[above] == 0)
    inside = (depth[:-1] >= 0.3e-3) & (depth[1:] <= 0.8e-3)
    assert np.allclose((start / fields.intact)[inside], 0.2, rtol=1e-5)
