"""Experiments of the validation: the plate's fit, where cells cannot die alone, stated injuries."""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.validation import healing, heat, needling
from pinprick.validation.experiments import cases, data


def test_area_and_time_of_the_plate_are_the_best_that_fit_the_pork() -> None:
    """A change of either by a twentieth fits the four temperatures worse."""
    fats = {float(case["of"].removeprefix("plate:").removesuffix(" mm")) / 1e3: case["measured"]
            for case in cases("heat") if case["of"].startswith("plate")}  # fmt: skip
    plate = data("heat")["plate"]

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
    whole = data("heat")
    pin = whole["experiment"]["hendel-low"]
    mine = {f"{e} mJ": {**pin, "energy": f"{e} mJ"} for e in (8, 11, 14, 17)}
    monkeypatch.setattr(heat, "data", lambda _: {**whole, "experiment": mine})
    for name in mine:
        rim, below, tip = (
            heat.model({"of": "across:cells", "at": at, "rim": True, "experiment": name})[0] > 0
            for at in ("epidermis", "middle", "tip")
        )
        assert np.mean(rim & ~below & ~tip) < 0.05, name


def test_an_injury_that_is_stated_lies_where_it_is_stated() -> None:
    """Heat from 0.3 to 0.8 mm leaves the first tenth of a millimetre of collagen alone."""
    fields, _ = healing._walked("heat")
    start = fields.by_species["denatured"][0]
    depth = fields.column.edges - fields.column.edges[0]
    above = depth[1:] <= 0.3e-3
    assert np.all(start[above] == 0)
    inside = (depth[:-1] >= 0.3e-3) & (depth[1:] <= 0.8e-3)
    assert np.allclose((start / fields.intact)[inside], 0.2, rtol=1e-5)


def test_the_refit_knows_nothing_of_rollers() -> None:
    tables = [needling._registry(without).tables["needling_draws"] for without in ("", "rollers")]
    assert not np.array_equal(tables[0]["slit"], tables[1]["slit"])
