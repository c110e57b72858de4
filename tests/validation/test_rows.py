"""Rows of the validation tables as written down: what may be called what, and what was printed."""

from __future__ import annotations

import pytest

from pinprick.evidence import registry
from pinprick.evidence.instruments import instruments
from pinprick.learning.targets import targets
from pinprick.safety.pih import provenance
from pinprick.validation.experiments import cases, data
from pinprick.validation.table import _judged

# ---- healing ----


def test_lasers_wounds_and_cell_clocks_are_plausibility_only() -> None:
    """They are no needling; Robins' wound sets what nothing else does, as a ratio."""
    for case in cases("healing"):
        if any(word in case.get("row", "") for word in ("LS0", "WT0", "RF0")):
            ratio = case["experiment"] == "excision"
            assert case["use"] == "plausibility" or (ratio and case["use"] == "fit"), case["name"]


def test_a_row_of_healing_without_a_source_tests_nothing() -> None:
    for case in cases("healing"):
        assert "row" in case or case["use"] == "verification", case["name"]


def test_three_rows_at_least_are_left_out_of_the_fit() -> None:
    assert len({case["row"] for case in cases("healing") if case["use"] == "test"}) >= 3


@pytest.mark.parametrize("use", ["fit", "test"])
def test_the_table_and_the_fit_agree_on_what_was_fitted(use: str) -> None:
    fitted = {target.row for target in targets() if target.use == use}
    assert {case["row"] for case in cases("healing") if case["use"] == use} == fitted


# ---- appearance ----


def test_the_face_sets_no_number_of_its_own_level() -> None:
    """One cohort: what was fitted on the neck is not fitted on the face."""
    face = {"clinical:CL051", "clinical:CL052"}
    for parameter in registry().stage("appearance"):
        assert not face & set(parameter.rows), parameter.name


def test_a_share_of_the_neck_is_read_at_one_grade() -> None:
    [case] = [case for case in cases("appearance") if case.get("row") == "clinical:CL171"]
    assert case["cut"] == 1
    assert instruments()[case["instrument"]].scale == "lemperle"


# ---- safety ----


def test_arms_with_events_are_rows_and_zeros_are_not() -> None:
    with_events = {arm["arm"] for arm in provenance()["left_out"] if arm["events"]}
    left_out = [case["of"] for case in cases("safety") if case["of"].startswith("left_out")]
    asked = {of.partition(":")[2] for of in left_out}
    assert asked == with_events == set(registry().tables["pih_left_out"])


def test_what_is_printed_is_what_the_arms_count() -> None:
    counted = {arm["arm"]: 100 * arm["events"] / arm["people"][0] for arm in
               provenance()["left_out"]}  # fmt: skip
    for case in cases("safety"):
        what, _, arm = case["of"].partition(":")
        if what == "left_out":
            assert registry().fact(case["row"]).value == pytest.approx(counted[arm], abs=0.1)


def test_contrasts_of_pain_are_those_of_their_rows() -> None:
    for case in cases("safety"):
        if case["kind"] == "contrast":
            setup = data("safety")["contrast"][case["of"].partition(":")[2]]
            cream, driven = (registry().fact(row).value for row in setup["rows"])
            assert [cream, driven] == [setup["cream"][0], setup["driven"][0]]
            assert case["measured"] == pytest.approx(driven - cream)
            sd = [registry().fact(row).sd for row in setup["rows"]]
            assert sd == [setup["cream"][1], setup["driven"][1]]


# ---- the rule ----


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        ({"unit": "um"}, "vague"),
        ({"unit": "um", "kind": "contrast"}, "met"),
        ({"unit": "%"}, "met"),
        ({"unit": "ug", "log": True}, "vague"),
    ],
)
def test_a_range_that_is_too_wide_earns_nothing_however_poor_the_measurement(
    case: dict[str, object], verdict: str
) -> None:
    assert _judged(case, 100.0, 500.0, {"p05": 30.0, "p50": 110.0, "p95": 300.0}) == verdict
    narrow = {"p05": 80.0, "p50": 110.0, "p95": 150.0}
    assert _judged(case, 100.0, 500.0, narrow) == "met"
