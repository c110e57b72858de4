"""The forecast: its keys, its guarantees and what must stay true of its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from pinprick.case import Case, example_path, examples
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.forecasting import cite, forecast
from pinprick.forecasting.schema import schema
from pinprick.healing import tissue
from pinprick.planning import compare

SCHEMA = Path(__file__).parents[2] / "schema" / "forecast.schema.json"


@pytest.fixture(scope="module")
def case() -> Case:
    return Case.load(example_path("acne-scars"))


@pytest.fixture(scope="module")
def small(case: Case):
    return forecast(case, members=16)


@pytest.mark.parametrize("name", examples())
def test_every_example_fits_the_schema(name: str) -> None:
    made = forecast(Case.load(example_path(name)), members=8)
    jsonschema.validate(json.loads(made.to_json()), json.loads(SCHEMA.read_text()))


def test_the_shipped_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text()) == schema()


def test_same_seed_same_bytes_and_another_seed_other_bytes(case: Case, small) -> None:
    assert forecast(case, members=16).to_json() == small.to_json()
    assert forecast(case, members=16, seed=1).to_json() != small.to_json()


def test_a_member_is_the_same_in_any_ensemble(case: Case, small) -> None:
    large = forecast(case, members=256).data
    for name, few in small.data.items():
        assert np.array_equal(few.values, large[name].values[..., :4, :]), name


def test_members_are_rounded_up_to_whole_draws(case: Case) -> None:
    assert forecast(case, members=5).members == 8


def test_another_course_person_or_number_of_sessions_compiles_nothing_anew(case: Case) -> None:
    tissue._kernel.cache_clear()  # what other tests of this process compiled does not count
    forecast(case, members=8)
    assert len(tissue._kernel().compiled) == 1
    forecast(case.with_(sessions=2, interval="6 weeks", age=70), members=8)
    forecast(case.with_(device="roller-192", depth="0.5 mm", dose={"passes": 9}), members=8)
    forecast(Case.load(example_path("lotfi-2013")), members=8)
    assert len(tissue._kernel().compiled) == 1


def test_keys_and_units(small) -> None:
    record = small.record
    assert record["verdict"]["decision"] == "caution" and record["verdict"]["complete"]
    assert len(record["outcomes"]) == 3 and len(record["sessions"]) == 4
    for outcome in record["outcomes"]:
        assert outcome["days"][0] == 0 and outcome["p50"][0] == 0
        assert abs(sum(outcome["doubt"].values()) - 1) < 0.01
        assert outcome["days_after_last_session"][0] == -84
    for name, variable in small.data.items():
        assert {"units", "long_name"} <= set(variable.attrs), name
        assert np.all(np.isfinite(variable.values)), name


def test_a_setting_moves_the_result_and_is_marked(case: Case, small) -> None:
    set_ = forecast(case, members=16, settings={"healing.collagen_output": "10 pg/cell/d"})
    assert set_.record["overrides"] == {"healing.collagen_output": "10 pg/cell/d"}
    assert set_.record["parameters_hash"] != small.record["parameters_hash"]
    assert abs(set_.record["tissue"][0]["p50"][-1]) < abs(small.record["tissue"][0]["p50"][-1])


def test_a_wrong_setting_is_refused(case: Case) -> None:
    with pytest.raises(InputError, match=r"healing.tgfb_loss"):
        forecast(case, members=4, settings={"healing.tgfb_loss": "9000 1/d"})
    with pytest.raises(InputError, match=r"did you mean healing\.tgfb_loss"):
        forecast(case, members=4, settings={"healing.tgfb_los": "9 1/d"})
    with pytest.raises(InputError, match="members"):
        forecast(case, members=0)


def test_more_treatment_is_not_less_tissue(case: Case) -> None:
    few = forecast(case.with_(sessions=2), members=16)
    many = forecast(case.with_(sessions=6), members=16)
    key, day = "tissue.matured collagen", 180
    assert np.all(many.data[key].sel(time=day) > few.data[key].sel(time=day))


def test_needles_too_short_leave_the_dermis_alone(case: Case) -> None:
    home = forecast(
        case.with_(device="roller-home", depth="0.2 mm", dose={"passes": 10}), members=16
    )
    gain = home.data["tissue.matured collagen"].values
    assert (
        gain.max() < 0.25 * forecast(case, members=16).data["tissue.matured collagen"].values.max()
    )


def test_a_comparison_is_of_the_same_people(case: Case) -> None:
    same = compare({"a": case, "b": case}, members=16)
    assert all(v == 0 for row in same.differences for v in row["p95"])
    other = compare({"a": case, "b": case.with_(sessions=6)}, members=16)
    blind = other.differences[0]
    assert blind["p50"][-1] < 0 and "Difference from a" in other.summary()
    with pytest.raises(InputError, match=r"b\.person"):
        compare({"a": case, "b": case.with_(age=50)}, members=4)


def test_what_cannot_be_compared_is_refused_in_one_line(case: Case) -> None:
    elsewhere = case.with_(device="roller-home", depth="0.2 mm", dose={"passes": 4})
    for wrong, words in (
        ({}, "cases: found 0 of them; allowed: two cases or more"),
        ({"a": case}, "cases: found 1 of them"),
        ([case, case], "cases: found list"),
        ({"a": case, "b": "b.yaml"}, "b: found str; allowed: a case"),
        ({"a": case, "b": elsewhere}, r"b\.course: found none; allowed: the sites that a covers"),
    ):
        with pytest.raises(InputError, match=words) as raised:
            compare(wrong, members=4)
        assert len(raised.value.faults) == 1


def test_citations_name_the_papers(small) -> None:
    named = small.cite()
    assert any("Alam 2014" in line for line in named)
    assert any("recalled" in line for line in named)
    assert len(cite(small.to_json())) >= len(named)
    with pytest.raises(InputError):
        cite("{}")


def test_tables_and_files(small, tmp_path: Path) -> None:
    import xarray as xr

    small.write_csv(tmp_path / "out.csv")
    small.write_netcdf(tmp_path / "out.nc")
    rows = (tmp_path / "out.csv").read_text().splitlines()
    assert rows[0].startswith("part,zone") and len(rows) > 500
    with xr.open_dataset(tmp_path / "out.nc", engine="h5netcdf") as back:
        assert back.attrs["seed"] == 0
        assert np.array_equal(back["density"].values, small.data["density"].values)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "out.nc"]


def test_summary_reads_well(small) -> None:
    text = small.summary()
    assert "With care" in text and "members" not in text
    assert all(len(line) < 180 for line in text.splitlines())


def test_used_parameters_are_known(small) -> None:
    assert small.used <= set(registry().parameters)


def test_dead_tissue_and_needles_past_the_dermis_are_flagged(case: Case) -> None:
    gentle = forecast(case.with_(depth="0.5 mm"), members=64).record["sessions"][0]
    harsh = forecast(
        case.with_(depth="2.5 mm"), members=64, settings={"needling.dead_rim": "60 um"}
    ).record["sessions"][0]
    assert gentle["warnings"] == []
    assert 0 <= gentle["dead_above_5_percent"] < 0.5 < harsh["dead_above_5_percent"] <= 1
    assert gentle["past_dermis"]["p50"] < 0.1 < harsh["past_dermis"]["p50"]
    assert any("killed" in line for line in harsh["warnings"])
    assert any("below the dermis" in line for line in harsh["warnings"])


def test_a_stated_limit_moves_the_flag(case: Case) -> None:
    strict, lax = (
        forecast(case, members=16, settings={"needling.dead_limit": limit}).record["sessions"][0]
        for limit in ("0.2 %", "49 %")
    )
    assert strict["dead_above_5_percent"] == 1
    assert lax["dead_above_5_percent"] == 0


def test_channels_close_by_four_clocks(small) -> None:
    hours = small.record["sessions"][0]["channel_closed_hours"]
    assert list(hours) == ["barrier", "barrier, covered", "water loss", "structure"]
    assert hours["barrier"]["p50"] < hours["water loss"]["p50"] < hours["structure"]["p50"]
    left = small.data["channel_left"].sel(clock="barrier")
    assert float(left.isel(redness_time=0).min()) == 1.0
    lumen = small.data["lumen_width"].values
    assert np.all(np.diff(lumen, axis=1) <= 0)
