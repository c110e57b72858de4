"""Guards of the numbers: parameters say what their sources say, and no source is used twice.

Each guard is also shown to notice an error planted for it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from guards import misquotes, overlaps, same
from pinprick.evidence import Parameter, Quote, Registry, Spread, registry

# ---- quotation ----


def test_every_parameter_says_what_its_sources_say() -> None:
    assert misquotes(registry()) == []


def planted(**changes: object) -> list[str]:
    """Faults of one sound parameter after a change."""
    sound = Parameter(
        name="needling.planted",
        title="channel width",
        value=70.7e-6,
        unit="um",
        low=10e-6,
        high=200e-6,
        spread=Spread("normal", sd=9.9e-6),
        basis="measured",
        doubt="knowledge",
        rows=("mechanics:C001",),
        quotes=(
            Quote("mechanics:C001", "value", "value"),
            Quote("mechanics:C001", "sd", "sd"),
        ),
    )
    parameter = replace(sound, **changes)  # type: ignore[arg-type]
    return misquotes(replace(registry(), parameters={parameter.name: parameter}))


def test_a_sound_parameter_passes() -> None:
    assert planted() == []
    assert planted(value=71.3e-6) == [], "one per cent is rounding"


def test_a_value_that_its_source_does_not_hold_is_noticed() -> None:
    assert "but value is 75 um" in planted(value=75e-6)[0]


def test_a_spread_that_its_source_does_not_hold_is_noticed() -> None:
    assert "but sd is 5 um" in planted(spread=Spread("normal", sd=5e-6))[0]


def test_a_wrong_conversion_is_noticed() -> None:
    assert planted(quotes=(Quote("mechanics:C001", "value", "value", factor=1e-3),))


def test_a_row_that_does_not_exist_is_noticed() -> None:
    assert "no fact mechanics:C999" in planted(rows=("mechanics:C001", "mechanics:C999"))[0]


def test_a_quote_of_a_row_that_is_not_cited_is_noticed() -> None:
    assert "not among its rows" in planted(rows=("mechanics:C002",))[0]


def test_a_quote_of_an_empty_cell_is_noticed() -> None:
    quotes = (Quote("mechanics:D001", "sd", "sd"),)
    assert "has no sd" in planted(rows=("mechanics:D001",), quotes=quotes)[0]


def test_a_quote_of_a_number_that_the_parameter_lacks_is_noticed() -> None:
    assert "has no sd" in planted(spread=Spread("fixed"))[0]


def test_a_measured_parameter_must_quote() -> None:
    assert "quotes nothing" in planted(quotes=())[0]


def test_a_parameter_without_rows_must_be_assumed_and_say_why() -> None:
    bare = {"rows": (), "quotes": (), "basis": "derived"}
    assert "names no row" in planted(**bare, note="because")[0]
    assert "no note" in planted(**{**bare, "basis": "assumed"})[0]
    assert planted(**{**bare, "basis": "assumed"}, note="because") == []


# ---- disjointness ----


def rows(used: str) -> set[str]:
    return {
        point["row"]
        for study in registry().studies.values()
        for point in study.points
        if point["used"] == used
    }


def test_no_measurement_both_sets_and_tests_the_model() -> None:
    fitted = rows("fit") | {row for parameter in registry() for row in parameter.rows}
    assert overlaps(registry(), fitted, rows("test")) == []


def joined(**same_as: tuple[str, ...]) -> Registry:
    """A registry in which nothing is known of three rows but what ``same_as`` says."""
    fact = registry().facts["clinical:CL022"]
    facts = {
        f"x:{name}": replace(fact, id=f"x:{name}", cohort="", same_as=same_as.get(name, ()))
        for name in ("a", "b", "c")
    }
    return replace(registry(), facts=facts)


@pytest.mark.parametrize("links", [{"a": ("x:b",)}, {"b": ("x:a",)}])
def test_an_overlap_under_another_id_is_noticed(links: dict[str, tuple[str, ...]]) -> None:
    assert overlaps(joined(**links), ["x:a"], ["x:b", "x:c"]) == [("x:a", "x:b")]


def test_an_overlap_over_a_third_id_is_noticed() -> None:
    source = joined(a=("x:b",), c=("x:b",))
    assert same(source, "x:a") == {"x:a", "x:b", "x:c"}
    assert overlaps(source, ["x:a"], ["x:c"]) == [("x:a", "x:c")]


def test_rows_that_nothing_joins_do_not_overlap() -> None:
    assert overlaps(joined(), ["x:a"], ["x:b", "x:c"]) == []


def test_an_overlap_of_cohort_and_quantity_is_noticed() -> None:
    fact = registry().facts["clinical:CL022"]
    twin = replace(fact, id="x:twin", same_as=())
    other = replace(twin, id="x:other", cohort="another-2013")
    source = replace(registry(), facts={**registry().facts, "x:twin": twin, "x:other": other})
    assert overlaps(source, ["clinical:CL022"], ["x:twin", "x:other"]) == [
        ("clinical:CL022", "x:twin")
    ]


def test_the_same_measurement_in_two_files_is_one() -> None:
    pairs = overlaps(registry(), ["healing:HEAL-MN014"], ["clinical:CL022", "clinical:CL024"])
    assert pairs == [("healing:HEAL-MN014", "clinical:CL022")]


def test_a_part_of_a_row_is_the_row_but_not_the_other_part() -> None:
    women, men = "skin:S-DM-neck/women", "skin:S-DM-neck/men"
    assert overlaps(registry(), [women], ["mechanics:M067"])
    assert overlaps(registry(), ["skin:S-DM-neck"], [women])
    assert overlaps(registry(), [women], [men]) == []
