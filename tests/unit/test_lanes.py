"""Lanes: keyed draws that do not depend on the ensemble, and the distributions behind them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from pinprick.evidence import Lanes, Registry, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW, _quantile
from pinprick.evidence.reading import read_parameter
from pinprick.evidence.records import Parameter
from pinprick.faults import InputError

WIDE = [-1e6, 1e6]


def made(spread: dict[str, Any], valid: list[float] = WIDE, value: float = 2.0) -> Parameter:
    body = {"title": "made", "value": value, "unit": "1", "basis": "assumed", "note": "made"}
    return read_parameter("made.up", {**body, "valid": valid, "spread": spread})


def of_doubt(doubt: str) -> Registry:
    parameter = made({"kind": "normal", "sd": 1.0})
    return replace(registry(), parameters={"made.up": replace(parameter, doubt=doubt)})  # type: ignore[arg-type]


@pytest.mark.parametrize("doubt", ["knowledge", "people", "reading"])
def test_a_member_is_the_same_in_every_ensemble(doubt: str) -> None:
    source = of_doubt(doubt)
    many = Lanes(source, 3, range(256))["made.up"]
    assert np.array_equal(Lanes(source, 3, range(16))["made.up"], many[:16])
    assert np.array_equal(Lanes(source, 3, [17, 200, 17])["made.up"], many[[17, 200, 17]])


def test_every_shipped_parameter_is_the_same_in_every_ensemble() -> None:
    few, many = Lanes(registry(), 0, range(16)), Lanes(registry(), 0, range(64))
    for parameter in registry():
        assert np.array_equal(few[parameter.name], many[parameter.name][:16]), parameter.name


def test_the_people_of_a_draw_share_what_is_not_known() -> None:
    values = Lanes(of_doubt("knowledge"), 0, range(64))["made.up"].reshape(-1, PEOPLE_PER_DRAW)
    assert (values == values[:, :1]).all()
    assert len(np.unique(values[:, 0])) == len(values)


@pytest.mark.parametrize("doubt", ["people", "reading"])
def test_people_and_readings_differ_within_a_draw(doubt: str) -> None:
    values = Lanes(of_doubt(doubt), 0, range(64))["made.up"]
    assert len(np.unique(values)) == len(values)


def test_seeds_parameters_and_doubts_have_streams_of_their_own() -> None:
    drawn = [
        Lanes(registry(), seed, range(64)).uniforms(stream, doubt)
        for seed in (0, 1)
        for stream in ("a", "b")
        for doubt in ("people", "reading")
    ]
    for i, one in enumerate(drawn):
        for other in drawn[:i]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 0.5
            assert not np.isin(one, other).any()


def test_streams_are_uniform_and_normal() -> None:
    lanes = Lanes(registry(), 7, range(4096))
    assert stats.kstest(lanes.uniforms("s", "people"), "uniform").pvalue > 1e-3
    assert stats.kstest(lanes.normals("s", "people"), "norm").pvalue > 1e-3


# Each law with scipy's own, cut at ``valid`` by scipy's own distribution functions.
LAWS: list[tuple[dict[str, Any], Any]] = [
    ({"kind": "normal", "sd": 0.7}, stats.norm(2.0, 0.7)),
    ({"kind": "lognormal", "gsd": 1.6}, stats.lognorm(np.log(1.6), scale=2.0)),
    ({"kind": "uniform", "low": 1.0, "high": 4.0}, stats.uniform(1.0, 3.0)),
    ({"kind": "loguniform", "low": 0.5, "high": 8.0}, stats.loguniform(0.5, 8.0)),
    ({"kind": "halfnormal", "sd": 0.7}, stats.halfnorm(2.0, 0.7)),
]
CUTS = [[-1e6, 1e6], [1.5, 1e6], [-1e6, 2.6], [1.9, 2.3]]


@pytest.mark.parametrize("valid", CUTS, ids=str)
@pytest.mark.parametrize(("spread", "law"), LAWS, ids=[spread["kind"] for spread, _ in LAWS])
def test_quantiles_agree_with_scipy(spread: dict[str, Any], law: Any, valid: list[float]) -> None:
    uniform = np.linspace(0.001, 0.999, 57)
    start, end = law.cdf(valid)
    expected = law.ppf(start + uniform * (end - start))
    found = _quantile(made(spread, valid), uniform)
    assert found == pytest.approx(expected, rel=1e-9)
    assert found.min() >= valid[0] and found.max() <= valid[1]
    assert (np.diff(found) > 0).all(), "values pile up"


def test_a_cut_normal_is_the_truncated_normal() -> None:
    uniform = np.linspace(0.01, 0.99, 33)
    law = stats.truncnorm((1.5 - 2.0) / 0.7, (2.6 - 2.0) / 0.7, loc=2.0, scale=0.7)
    found = _quantile(made({"kind": "normal", "sd": 0.7}, [1.5, 2.6]), uniform)
    assert found == pytest.approx(law.ppf(uniform), rel=1e-9)


def test_a_fixed_parameter_does_not_vary() -> None:
    source = replace(registry(), parameters={"made.up": made({"kind": "fixed"})})
    assert (Lanes(source, 0, range(8))["made.up"] == 2.0).all()


def test_units_of_a_spread_follow_the_parameter() -> None:
    body = {"title": "t", "value": 2.0, "unit": "mm", "basis": "assumed", "valid": [1.0, 3.0]}
    parameter = read_parameter("a.b", {**body, "spread": {"kind": "uniform", "low": 1, "high": 3}})
    assert _quantile(parameter, np.array([0.5])) == pytest.approx([2e-3])


def test_columns_of_a_joint_table_stay_together() -> None:
    joint = [p for p in registry() if p.spread.kind == "joint"]
    lanes = Lanes(registry(), 5, range(128))
    for table in {p.spread.table for p in joint}:
        mine = [p for p in joint if p.spread.table == table]
        drawn = np.stack([lanes[p.name] for p in mine], axis=1)
        columns = [registry().tables[table][p.spread.column] for p in mine]
        rows = {tuple(row) for row in np.stack(columns, axis=1)}
        assert len(mine) > 1
        assert all(tuple(row) in rows for row in drawn)
        assert len({tuple(row) for row in drawn}) > 10


def test_a_scale_moves_one_lane_only() -> None:
    name = "needling.roller_holes_per_pass"
    plain = Lanes(registry(), 0, [0] * 8)
    moved = Lanes(registry(), 0, [0] * 8, scale={name: (3, 1.1)})
    ratio = moved[name] / plain[name]
    assert ratio[3] == pytest.approx(1.1)
    assert (np.delete(ratio, 3) == 1.0).all()
    for other in registry():
        if other.name != name:
            assert np.array_equal(moved[other.name], plain[other.name])


def test_lanes_note_what_was_read_and_keep_it_fixed() -> None:
    lanes = Lanes(registry(), 0, range(4))
    values = lanes.stage("needling").roller_holes_per_pass
    assert lanes.used == {"needling.roller_holes_per_pass"}
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1.0


def test_a_stage_refuses_a_parameter_it_does_not_have() -> None:
    stage = Lanes(registry(), 0, range(4)).stage("needling")
    with pytest.raises(InputError, match="did you mean"):
        _ = stage.roller_holes_per_pas
    assert not hasattr(stage, "__array__")
