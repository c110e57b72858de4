"""The validation table of the stage heat: verdicts, reasons for misses, and what rests on what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinprick.evidence import registry
from pinprick.evidence.disjoint import overlaps
from pinprick.validation import heat, table

CASES = heat.cases()
# Not met, and kept; the note of each says why.
MISSED = {
    "A pair at 72 C for 4 s, length",
    "A pair at 72 C for 4 s, width",
    "Cho 2024, ten sub-pulses over 5 s kill no cells",
    "Hendel 2019, low energy, rim in the epidermis",
    "Hendel 2019, the same, collagen",
    "Impedance of a tip",
    "Insulated needles, 30 W over 49 pins in 100 ms, height",
}
VAGUE = {
    "Hendel 2019, 1.5 mm pins, high energy, diameter at the junction, cells",
    "Hendel 2019, the same, collagen, four times the energy over ten times as long",
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return table("heat")


def test_what_is_met_stays_met_and_what_is_missed_is_known(rows: list[dict[str, Any]]) -> None:
    for verdict, known in (("missed", MISSED), ("vague", VAGUE)):
        assert {row["case"] for row in rows if row["verdict"] == verdict} == known


def test_what_is_exact_is_met(rows: list[dict[str, Any]]) -> None:
    assert all(row["met"] for row in rows if row["use"] == "verification")


def test_every_row_says_why_it_is_not_met_and_where_it_comes_from(
    rows: list[dict[str, Any]],
) -> None:
    for row in rows:
        assert row["met"] or len(row["note"].split()) > 8, row["case"]
        told = row["sources"] or "transport:" in row["note"] + row["observed_by"]
        assert told or row["use"] == "verification", row["case"]
    assert len({row["case"] for row in rows}) == len(rows)


def test_no_row_is_called_a_test() -> None:
    """Energy or pin of every study is assumed, so agreement proves nothing."""
    assert {case["use"] for case in CASES} == {"verification", "plausibility"}


def test_no_row_measures_what_set_a_parameter_that_it_reads() -> None:
    for case in CASES:
        _, used = heat.model(case)
        fitted = {row for name in used for row in registry().parameter(name).rows}
        if "row" in case and not case["of"].startswith(("reaches", "meets")):
            assert overlaps(registry(), fitted, [case["row"]]) == []


def test_every_experiment_is_used() -> None:
    named = {case[key] for case in CASES for key in ("experiment", "less") if key in case}
    assert named == set(heat._data()["experiment"])


def test_area_and_time_of_the_plate_are_the_best_that_fit_the_pork() -> None:
    """A change of either by a twentieth fits the four temperatures worse."""
    fats = {float(case["of"].removeprefix("plate:").removesuffix(" mm")) / 1e3: case["measured"]
            for case in CASES if case["of"].startswith("plate")}  # fmt: skip
    plate = heat._data()["plate"]

    def off(**changed: str) -> float:
        found = [heat.hottest(fat, {**plate, **changed}) for fat in fats]
        return float(np.sum(np.square(np.subtract(found, list(fats.values())))))

    area, seconds = (float(plate[name].split()[0]) for name in ("area", "time"))
    best = off()
    assert len(fats) == 4 and best < 12
    for factor in (0.95, 1.05):
        assert off(area=f"{area * factor} cm2") > best
        assert off(time=f"{seconds * factor} s") > best


def test_cells_hardly_ever_die_in_the_epidermis_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No energy at which a pin of 1.5 mm leaves the rim of the row and nothing below."""
    data = heat._data()
    pin = data["experiment"]["hendel-low"]
    mine = {f"{e} mJ": {**pin, "energy": f"{e} mJ"} for e in (8, 11, 14, 17)}
    monkeypatch.setattr(heat, "_data", lambda: {**data, "experiment": mine})
    for name in mine:
        rim, below, tip = (
            heat.model({"of": "across:cells", "at": at, "rim": True, "experiment": name})[0] > 0
            for at in ("epidermis", "middle", "tip")
        )
        assert np.mean(rim & ~below & ~tip) < 0.05, name


def test_a_quantity_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        heat.model({"of": "zone:width taste", "experiment": "array"})
    with pytest.raises(KeyError):
        heat.model({"of": "taste:width", "experiment": "array"})
