"""The registry: what it refuses, what it hashes, and that its facts stand as collected and read."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import numpy as np
import pytest

from pinprick import units
from pinprick.evidence import Registry, listing, registry
from pinprick.evidence.reading import read_parameter, read_studies
from pinprick.evidence.records import BIOLOGY_UNITS, Ends, Fact, FactKind
from pinprick.faults import InputError

HOLES = "needling.roller_holes_per_pass"
BODY: dict[str, Any] = {
    "title": "a length",
    "value": 1.0,
    "unit": "mm",
    "valid": [0.5, 2.0],
    "spread": {"kind": "normal", "sd": 0.1},
    "basis": "assumed",
    "note": "for a test",
}


def faults(values: dict[str, str]) -> list[str]:
    with pytest.raises(InputError) as caught:
        registry().with_values(values)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "copy_facts.py"
    spec = importlib.util.spec_from_file_location("copy_facts", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- parameters ----


def test_an_unknown_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean needling\.roller_holes_per_pass\?"):
        registry().parameter("needling.roller_hole_per_pass")


def test_a_value_outside_its_range_is_refused_and_the_range_is_told() -> None:
    (line,) = faults({HOLES: "1000000 1/cm2"})
    parameter = registry().parameter(HOLES)
    assert line.startswith(HOLES)
    assert f"{parameter.shown(parameter.low)} to {parameter.shown(parameter.high)}" in line


@pytest.mark.parametrize("text", ["15", "15 mm", "fifteen 1/cm2", "nan 1/cm2", ""])
def test_a_value_without_its_unit_is_refused(text: str) -> None:
    assert len(faults({HOLES: text})) == 1


def test_the_biology_takes_its_own_unit_only() -> None:
    assert "1/d" in faults({"healing.debris_loss": "0.4 1/h"})[0]
    changed = registry().with_values({"healing.debris_loss": "0.4 /d"})
    assert changed.parameter("healing.debris_loss").value == 0.4


def test_all_faults_come_at_once() -> None:
    assert len(faults({HOLES: "15 mm", "needling.no_such_thing": "1", "a": "b"})) == 3


def test_a_changed_value_is_fixed_and_marked() -> None:
    changed = registry().with_values({HOLES: "20 1/cm2"})
    assert changed.parameter(HOLES).value == pytest.approx(20 * units.PER_CM2)
    assert changed.parameter(HOLES).spread.kind == "fixed"
    assert changed.overrides == {HOLES: "20 1/cm2"}
    assert registry().overrides == {}


def test_the_hash_follows_the_numbers() -> None:
    base, changed = registry(), registry().with_values({HOLES: "20 1/cm2"})
    other = frozenset({"healing.debris_loss"})
    assert base.digest() == registry().digest()
    assert base.digest() != changed.digest()
    assert base.digest(other) == changed.digest(other)
    assert base.digest(frozenset({HOLES})) != changed.digest(frozenset({HOLES}))


def test_the_hash_follows_a_table_of_draws() -> None:
    base = registry()
    column = base.parameter("healing.debris_loss").spread.column
    draws = dict(base.tables["healing_draws"])
    draws[column] = draws[column] * 2
    changed = replace(base, tables={**base.tables, "healing_draws": draws})
    name = frozenset({"healing.debris_loss"})
    assert base.digest(name) != changed.digest(name)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"vlaid": [0, 1]}, "vlaid"),
        ({"unit": "sparks"}, "unit"),
        ({"basis": "guessed"}, "measured, derived, fitted, assumed"),
        ({"doubt": "rater"}, "knowledge, people, reading"),
        ({"spread": {"kind": "cauchy"}}, "fixed, normal"),
        ({"spread": {"kind": "normal"}}, "normal with sd"),
        ({"spread": {"kind": "normal", "sd": 0.0}}, "more than 0"),
        ({"spread": {"kind": "normal", "sd": 0.1, "low": 0.0}}, "normal with sd"),
        ({"spread": {"kind": "lognormal", "gsd": 0.9}}, "more than 1"),
        ({"spread": {"kind": "uniform", "low": 2.0, "high": 1.0}}, "low below high"),
        ({"spread": {"kind": "loguniform", "low": 0.0, "high": 1.0}}, "more than 0"),
        ({"quotes": [{"row": "mechanics:D004", "cell": "value"}]}, "gives: found nothing"),
        ({"quotes": [{"row": "mechanics:D004", "cell": "n", "gives": "sd"}]}, "value, low, high"),
        ({"value": 3.0}, "0.5 mm to 2 mm"),
        ({"value": float("nan")}, "0.5 mm to 2 mm"),
    ],
)
def test_a_parameter_that_is_wrongly_written_is_refused(change: dict[str, Any], told: str) -> None:
    assert read_parameter("needling.length", BODY).value == pytest.approx(1e-3)
    with pytest.raises(InputError, match=re.escape(told)):
        read_parameter("needling.length", {**BODY, **change})


def test_the_biology_declares_its_own_units() -> None:
    with pytest.raises(InputError, match="mm2/d"):
        read_parameter("healing.length", {**BODY, "unit": "cm"})


@pytest.mark.parametrize("key", ["title", "value", "valid", "basis"])
def test_a_parameter_without_what_it_needs_is_refused(key: str) -> None:
    with pytest.raises(InputError, match=key):
        read_parameter("needling.length", {k: v for k, v in BODY.items() if k != key})


def test_joint_draws_lie_in_the_valid_range() -> None:
    outside = [
        f"{p.name}: {values.min():g} to {values.max():g}"
        for p in registry()
        if p.spread.kind == "joint"
        for values in [registry().tables[p.spread.table][p.spread.column]]
        if values.min() < p.low or values.max() > p.high
    ]
    assert outside == []


def test_the_draws_are_those_that_come_to_rest() -> None:
    draws = registry().tables["healing_draws"]
    assert len(draws["rho"]) >= 500
    assert draws["rho"].max() <= 0.4
    assert all(np.isfinite(values).all() for values in draws.values())


# ---- facts ----


def test_stored_facts_stand_as_collected(tool: ModuleType) -> None:
    assert tool.check(None) == []


def test_an_edited_fact_is_noticed(tool: ModuleType) -> None:
    row = tool.read(tool.FACTS / "original.csv")[0]
    assert tool.digest(row) == row["sha256"]
    assert tool.digest({**row, "value": row["value"] + "1"}) != row["sha256"]


def test_facts_are_sorted_and_written_as_the_tool_writes_them(tool: ModuleType) -> None:
    path = tool.FACTS / "original.csv"
    assert path.read_text("utf-8") == tool.text(tool.read(path))


def malformed(fact: Fact) -> list[str]:
    """What is wrong with the form of a fact as read."""
    value, low, high = fact.value, fact.low, fact.high
    sound = {
        "number": value is not None and bool(fact.unit),
        "range": value is None and (low, high) != (None, None) and bool(fact.unit),
        "pair": value is None and None not in (low, high) and bool(fact.unit),
        "sign": value in (-1, 0, 1),
        "text": (value, low, high) == (None, None, None),
        "formula": (value, low, high) == (None, None, None),
    }
    ends = [end for end in (low, value, high) if end is not None]
    between = fact.kind == "pair" or ends == sorted(ends)
    checks = {
        "kind": sound.get(fact.kind, False),
        "ends": fact.ends in get_args(Ends) and between,
        "status": fact.status in ("read", "recalled", "derived", "computed"),
        "same_as": all(row in registry().facts and row != fact.id for row in fact.same_as),
        "unit": fact.unit in {"", *BIOLOGY_UNITS} or units.factor(fact.unit) > 0,
    }
    return [f"{fact.id}: {name}" for name, passed in checks.items() if not passed]


def test_every_fact_is_well_formed() -> None:
    assert set(get_args(FactKind)) == {"number", "range", "pair", "sign", "text", "formula"}
    assert [line for fact in registry().facts.values() for line in malformed(fact)] == []


def test_a_malformed_fact_is_noticed() -> None:
    fact = registry().facts["mechanics:C001"]
    assert malformed(replace(fact, value=None)) == ["mechanics:C001: kind"]
    assert malformed(replace(fact, low=75.0)) == ["mechanics:C001: ends"]
    assert malformed(replace(fact, same_as=("no:row",))) == ["mechanics:C001: same_as"]
    with pytest.raises(InputError):
        malformed(replace(fact, unit="sparks"))


def untraced(fact: Fact) -> list[str]:
    """Numbers read out of a row that do not stand in it, sign aside."""
    text = " ".join([fact.quantity, fact.note, *fact.original.values()])
    printed = [float(n) for n in re.findall(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", text)]
    if "decade" in fact.original["unit"]:
        printed += [number / 10 for number in printed]
    if fact.ends == "sd" and None not in (fact.value, fact.low):
        printed.append(round(fact.value - fact.low, 2))  # type: ignore[operator]
    found = {name: getattr(fact, name) for name in ("value", "low", "high", "sd", "n")}
    return [
        f"{fact.id} {name} {number}"
        for name, number in found.items()
        if number is not None and not any(np.isclose(abs(number), printed))
    ]


def test_every_number_read_stands_in_its_row() -> None:
    facts = [fact for fact in registry().facts.values() if fact.kind != "sign"]
    assert [line for fact in facts for line in untraced(fact)] == []


def test_a_misread_number_is_noticed() -> None:
    fact = registry().facts["clinical:CL022"]
    assert untraced(replace(fact, value=35.2)) == ["clinical:CL022 value 35.2"]


@pytest.mark.parametrize("unit", ["points", "grades", "sessions", "needles", "cells", "passes"])
def test_counts_and_scores_are_plain_numbers(unit: str) -> None:
    assert units.factor(unit) == 1.0


# ---- studies ----


def test_every_point_of_a_study_says_what_its_row_says() -> None:
    for study in registry().studies.values():
        for point in study.points:
            fact = registry().fact(point["row"])
            sign = -1 if "mean reduction" in fact.quantity else 1
            where = f"{study.id} {point['row']}"
            assert fact.cohort == study.cohort, where
            assert fact.value is not None and point["value"] == sign * fact.value, where
            assert (point["sd"], point["n"]) == (fact.sd, fact.n), where
            if point["low"] is not None:
                ends = sorted(sign * end for end in (fact.low, fact.high) if end is not None)
                assert [point["low"], point["high"]] == ends, where


def test_only_rows_for_calibration_set_the_model() -> None:
    for study in registry().studies.values():
        for point in study.points:
            if point["used"] == "fit":
                assert registry().fact(point["row"]).tag == "CAL", point["row"]


def test_days_agree_with_the_schedule() -> None:
    for study in registry().studies.values():
        assert study.sessions and study.interval_days
        last = (study.sessions - 1) * study.interval_days
        for point in study.points:
            if point["day"] is not None:
                assert point["day"] - last == point["days_after_last_session"]


def test_a_misspelt_key_of_a_point_is_refused() -> None:
    text = 'used = "fit"\ntitle = "t"\ncohort = "c"\nsource = "s"\npoints = [{ vlaue = 1.0 }]\n'
    with pytest.raises(InputError, match="did you mean value"):
        read_studies(f"[one]\n{text}")


# ---- listing ----


@pytest.mark.parametrize(
    "table", [listing.sources, listing.parameters, listing.studies, listing.facts]
)
def test_a_listing_is_a_table_of_text(table: Any) -> None:
    columns, rows = table(registry())
    assert rows
    assert all(len(row) == len(columns) for row in rows)
    assert all(isinstance(cell, str) for row in rows for cell in row)


def test_a_listing_refuses_an_unknown_name_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean alam-2014\?"):
        listing.studies(registry(), "alan-2014")
    with pytest.raises(InputError, match=r"did you mean needling\.roller_holes_per_pass\?"):
        listing.parameters(registry(), "needling.roller_holes_per_passs")


def test_a_listing_takes_part_of_a_name() -> None:
    _, rows = listing.parameters(registry(), "needling.")
    assert rows and all(row[0].startswith("needling.") for row in rows)


def test_citations_are_grouped_by_source_and_tell_what_was_only_recalled() -> None:
    lines = listing.cite(registry(), ["clinical:CL001", "clinical:CL003", "clinical:CL276"])
    assert len(lines) == 2
    assert lines[0].startswith("Alam 2014 JAMA Dermatol (read) http")
    assert "(recalled)" in lines[1]
    with pytest.raises(InputError):
        listing.cite(registry(), ["clinical:CL9999"])


def test_the_registry_is_read_once() -> None:
    assert registry() is registry()
    assert isinstance(registry(), Registry)


def test_studies_and_people_behind_an_instrument_are_counted_from_its_rows() -> None:
    from pinprick.evidence.instruments import instruments

    counted = {i.name: (i.studies, i.people) for i in instruments().values()}
    assert counted == {
        "acne-scars-points": (1, 15),
        "acne-scars-grades": (6, 222),
        "acne-scars-ecca": (1, 60),
        "acne-scars-gais": (1, 23),
        "wrinkles-gais": (1, 32),
        "wrinkles-lemperle": (1, 32),
    }
    for one in instruments().values():
        assert all(one.groups) and all(one.groups.values())
