"""Comparators: every figure is a cell of a row, costs follow from rows, nothing is simulated."""

from __future__ import annotations

import re

import pytest

from pinprick.case import Case, example
from pinprick.evidence import listing, registry
from pinprick.evidence.comparators import (
    SAME_DAY,
    Figure,
    Price,
    amount,
    combinations,
    comparators,
    cost,
    price_of,
    read_price,
)
from pinprick.exports.reports.comparators import part
from pinprick.faults import InputError
from pinprick.people import CONCERNS

ALL = list(comparators().values())
FIGURES = [(each.name, f) for each in ALL for f in each.figures] + [
    (both.name, f) for both in combinations().values() for f in both.figures
]
WANTED = {
    "no treatment",
    "needling",
    "ablative fractional laser",
    "non-ablative fractional laser",
    "peel",
    "TCA CROSS",
    "platelet-rich plasma alone",
    "microneedle radiofrequency",
    "face-lift",
}


def of(name: str, what: str, concern: str = "acne scars") -> list[Figure]:
    return list(comparators()[name].of(what, [concern]))  # type: ignore[arg-type]


# ---- the rows ----


def test_every_treatment_is_there() -> None:
    assert set(comparators()) >= WANTED
    assert set(combinations()) >= {"platelet-rich plasma", "peel", "radiofrequency", "laser"}
    assert [each.name for each in ALL if each.ours] == ["needling"]


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_a_figure_has_a_row_and_a_concern_that_exists(name: str, figure: Figure) -> None:
    assert figure.concern in ("", *CONCERNS)
    rows = [row for row in (figure.row, figure.beside) if row]
    assert all(row in registry().facts for row in rows)
    assert rows or name == "no treatment"
    assert figure.concern or figure.what != "gain", "a gain is measured on some concern"


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_the_words_of_a_figure_hold_no_number_without_a_row(name: str, figure: Figure) -> None:
    rows = [registry().fact(row) for row in (figure.row, figure.beside) if row]
    text = " ".join(f"{f.quantity} {f.note} {' '.join(f.original.values())}" for f in rows)
    known = [float(n) for n in re.findall(r"\d+\.?\d*", text)]
    scale_end = r"on a scale to (10|4)\b"  # an end of a scale, not a measurement
    for number in re.findall(r"\d+\.?\d*", re.sub(scale_end, "", figure.says)):
        if name == "peel" and number in ("2.87",):
            known += [registry().fact("clinical:CL045").value or 0.0]
        assert any(abs(float(number) - k) < 1e-9 for k in known), (name, figure.says, number)


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_needling_beside_a_figure_is_of_the_same_group(name: str, figure: Figure) -> None:
    if figure.beside:
        mine, theirs = registry().fact(figure.row), registry().fact(figure.beside)
        same_paper = mine.source == theirs.source
        assert mine.cohort and (mine.cohort == theirs.cohort or same_paper)
        assert mine.unit == theirs.unit


@pytest.mark.parametrize(("name", "figure"), [(n, f) for n, f in FIGURES if f.sessions])
def test_sessions_are_those_that_the_row_says(name: str, figure: Figure) -> None:
    fact = registry().fact(figure.row)
    same = [f for f in registry().facts.values() if f.cohort == fact.cohort]
    texts = [f"{f.quantity} {' '.join(f.original.values())}" for f in same]
    assert str(figure.sessions) in figure.words
    assert any(figure.words in text for text in texts), figure.words


@pytest.mark.parametrize("each", ALL, ids=lambda each: str(each.name))
def test_a_price_is_a_row_with_currency_year_and_source(each: object) -> None:
    for price in each.prices:  # type: ignore[attr-defined]
        fact = registry().fact(price.row)
        assert (fact.low, fact.high) == (price.low, price.high)
        assert fact.original["unit"] == price.currency
        assert str(price.year) in fact.source


def test_no_price_is_made_up_for_radiofrequency() -> None:
    assert comparators()["microneedle radiofrequency"].prices == ()
    assert cost(comparators()["microneedle radiofrequency"], ["acne scars"]).course == ""


# ---- what is printed ----


def test_the_known_figures_are_printed() -> None:
    assert of("ablative fractional laser", "gain")[0].text.startswith("32.9 %")
    assert "needling 9.3 %" in of("ablative fractional laser", "gain")[0].text
    assert of("ablative fractional laser", "pigment")[0].text.startswith("30 %")
    assert "needling 68.3 %" in of("TCA CROSS", "gain")[0].text
    assert of("no treatment", "gain")[0].text.startswith("0.4 points (-2.3 to 3.5)")
    assert of("face-lift", "gain", "laxity")[0].text.startswith("1.2 grades")
    assert of("face-lift", "gain") == []


def test_a_fall_loses_its_sign_and_keeps_its_range() -> None:
    facts = registry().facts
    assert amount(facts["clinical:CL120"]) == "0.32 grades (0.2 to 0.44)"
    assert amount(facts["clinical:CL120"], turn=False) == "-0.32 grades (-0.44 to -0.2)"
    assert amount(facts["clinical:CL004"]) == "0.4 points (-2.3 to 3.5)"
    assert amount(facts["clinical:CL038"]) == ""
    assert amount(facts["clinical:CL164"]) == "200 to 700"


# ---- costs ----


def test_a_course_and_a_unit_of_gain_are_worked_out_from_the_rows() -> None:
    laser = cost(comparators()["ablative fractional laser"], ["acne scars"])
    assert laser.session == "USD 2,000 to 4,000 (2025)"
    assert laser.course == "USD 8,000 to 16,000 for 4 sessions, as in its study"
    assert laser.per_gain == (
        f"USD {8000 / 32.9:.0f} to {16000 / 32.9:.0f} per 1 % of the score (4 sessions)",
    )
    assert laser.rows == ("clinical:CL166",)


def test_needling_is_counted_with_the_sessions_of_the_case() -> None:
    ours = cost(comparators()["needling"], ["acne scars"], sessions=3)
    assert ours.course == "USD 600 to 2,100 for 3 sessions, this course"
    laser = cost(comparators()["ablative fractional laser"], ["acne scars"], sessions=3)
    assert "for 4 sessions" in laser.course


def test_a_gain_of_another_concern_is_not_priced() -> None:
    assert cost(comparators()["ablative fractional laser"], ["laxity"]).per_gain == ()


def test_a_price_of_the_users_own_takes_the_place_of_the_published() -> None:
    own = read_price("microneedle radiofrequency", "EUR 600 to 900")
    priced = cost(comparators()["microneedle radiofrequency"], ["acne scars"], own=own)
    assert priced.session == "EUR 600 to 900 (entered by the user)"
    assert priced.course.startswith("EUR 1,800 to 2,700 for 3 sessions")
    assert priced.per_gain[0].startswith("EUR 56 to 84 per 1 point")
    assert priced.rows == ()


@pytest.mark.parametrize("text", ["250", "EUR", "EUR -5", "EUR 9 to 3", "free", "EUR 1e9", ""])
def test_text_that_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="prices"):
        read_price("needling", text)


def test_a_price_of_an_unknown_treatment_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean peel"):
        price_of("pel", 100)
    assert Price(100, 100, "EUR").text == "EUR 100 (entered by the user)"


# ---- combinations ----


def test_a_laser_is_staged_only_and_states_no_gain() -> None:
    laser = combinations()["laser"]
    assert laser.how == "staged only"
    assert [f.what for f in laser.figures] == ["wait", "wait"]
    assert all(each.how == "as published" for each in combinations().values() if each is not laser)


def test_what_is_measured_together_is_measured_and_never_added_up() -> None:
    for each in combinations().values():
        gains = [f for f in each.figures if f.what == "gain"]
        assert bool(gains) == (each.how == "as published"), each.name
        assert each.says.endswith(".")
    said = " ".join(each.says for each in combinations().values())
    assert "dark marks" in said and "specialist" in said and "specialist" in SAME_DAY


# ---- in the report ----


@pytest.mark.parametrize("name", CONCERNS)
def test_the_section_holds_what_was_measured_on_the_concern(name: str) -> None:
    html = part({"concerns": [{"type": name}]})
    for treatment in ALL:
        for figure in treatment.of("gain", [name]):
            compared = "No published comparison" not in html
            assert not compared or not figure.row or figure.row.partition(":")[2] in html
    others = [
        f for n, f in FIGURES if f.what == "gain" and f.concern != name and n in comparators()
    ]
    rows = {f.row for _, f in FIGURES if f.concern in ("", name)}
    for figure in others:
        if figure.row and figure.row not in rows and "No published" in html:
            assert f">{figure.row.partition(':')[2]}<" not in html


def test_what_was_never_compared_says_so() -> None:
    for name in ("PIH", "sun spots", "burn scars", "texture", "wrinkles"):
        assert "No published comparison was found" in part({"concerns": [{"type": name}]})
    assert "No published comparison" not in part({"concerns": [{"type": "acne scars"}]})


def test_the_section_of_a_case_shows_sources_and_the_clinics_price() -> None:
    form = Case.loads(example("acne-scars")).model_dump(mode="json")
    form["clinic"] = {"prices": {"needling": "EUR 250"}}
    html = part(form)
    assert "EUR 250 (entered by the user)" in html
    assert "EUR 1,000 for 4 sessions, this course" in html
    assert "Alam 2014 JAMA Dermatol" in html and "clinical:CL112" in html
    assert "enter your own" in html and SAME_DAY in html


def test_several_concerns_are_told_apart() -> None:
    html = part({"concerns": [{"type": "acne scars"}, {"type": "laxity"}]})
    assert "<b>Laxity:</b>" in html and "<b>Acne scars:</b>" in html


def test_the_listing_has_every_figure() -> None:
    columns, rows = listing.comparators(registry())
    assert all(len(row) == len(columns) for row in rows)
    prices = sum(len(each.prices) for each in ALL)
    assert len(rows) == len(FIGURES) + prices
    assert {row[1] for row in rows} == {"instead of needling", "as published", "staged only"}
    with pytest.raises(InputError, match="did you mean"):
        listing.comparators(registry(), "face-lfit")
