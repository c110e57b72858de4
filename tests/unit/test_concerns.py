"""Concerns: complete, honest about what is not forecast, and no number without a row."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from pinprick.case import Case, example
from pinprick.evidence import listing, registry
from pinprick.evidence.concerns import Concern, Grade, Reason, concern, concerns, reasons
from pinprick.evidence.instruments import instruments
from pinprick.evidence.scales import scales, scales_for
from pinprick.exports.reports.concerns import part
from pinprick.faults import InputError
from pinprick.people import ACNE_SCARS, BODY_SITES, CONCERNS, FORECAST_CONCERNS
from pinprick.people.person import Concern as Asked

ALL = list(concerns().values())
TOLD = [reason for group in reasons().values() for reason in group.values()]
HELD = re.compile(
    r"Afra|Osman|Rana 2017|Ablon|Saleh|Patil 2016|jbsaps|Ibrahim MK|Sohag|Svenning|Park 2012"
    r"|Khater|Ismail 2019|Markantoni|Fabbrocini 2011|PMC7759059|Navyadevi|PMC9110589|Suh 2021"
    r"|Nilforoushzadeh"
)


def printed(rows: tuple[str, ...]) -> list[float]:
    """Every number that stands in some rows."""
    facts = [registry().fact(row) for row in rows]
    text = " ".join([f"{f.quantity} {f.note} {' '.join(f.original.values())}" for f in facts])
    return [float(n) for n in re.findall(r"\d+\.?\d*", text)]


def untold(text: str, rows: tuple[str, ...]) -> list[str]:
    """Numbers of a text that stand in none of its rows."""
    known = printed(rows)
    return [
        n
        for n in re.findall(r"\d+\.?\d*", text)
        if not any(abs(float(n) - k) < 1e-9 for k in known)
    ]


# ---- complete ----


def test_the_concerns_are_those_that_a_case_may_name() -> None:
    assert tuple(concerns()) == CONCERNS
    assert FORECAST_CONCERNS == ("acne scars", "wrinkles")
    assert len(CONCERNS) == 13


@pytest.mark.parametrize("found", ALL, ids=lambda found: str(found.name))
def test_every_concern_has_all_its_fields(found: Concern) -> None:
    for text in (found.is_, found.link, found.how):
        assert text.endswith(".") and text[0].isupper() and len(text) < 240, text
    assert found.link.count(".") == 1 or "no study" in found.link, "one sentence"
    assert found.title and found.grade in get_args(Grade)
    assert set(found.scales) <= {scale.name for scale in scales_for(found.name)}
    assert all(row in registry().facts for row in found.rows)
    assert set(found.also.values()) <= set(found.subtypes)
    assert set(found.at) <= set(BODY_SITES)


@pytest.mark.parametrize("found", ALL, ids=lambda found: str(found.name))
def test_the_evidence_is_counted_from_its_rows(found: Concern) -> None:
    groups = found.groups
    assert (found.grade == "none") == (not groups)
    assert all(cohort and people > 0 for cohort, people in groups.items()), groups
    if groups:
        assert f"{sum(groups.values())} people" in found.evidence
        assert found.grade in found.evidence or "without a control" in found.evidence


@pytest.mark.parametrize("name", scales())
def test_a_scale_names_a_concern_that_names_it(name: str) -> None:
    for named in scales()[name].concerns:
        assert name in concern(named).scales


def test_what_is_forecast_has_an_instrument_and_what_is_not_has_none() -> None:
    read = {tool.concern for tool in instruments().values()}
    assert read == {found.name for found in ALL if found.forecast == "forecast"}


def test_an_instrument_reads_a_scale_of_its_concern() -> None:
    for tool in instruments().values():
        assert tool.scale in {scale.name for scale in scales_for(tool.concern)}


# ---- what is not forecast ----


@pytest.mark.parametrize("found", ALL, ids=lambda found: str(found.name))
def test_what_is_not_forecast_has_a_reason_and_what_is_known(found: Concern) -> None:
    for site in ("", *found.at):
        reason = found.reason(site)
        assert (reason is None) == (found.forecast_at(site) == "forecast")
        if reason is not None:
            assert len(reason.why.split()) > 3
            assert reason.known.endswith(".") and reason.known[0].isupper()
            assert (found.forecast_at(site) == "range") == bool(found.range_at(site))


def test_one_source_or_sources_that_conflict_are_not_forecast() -> None:
    for name in (
        "hair thinning",
        "laxity",
        "pores",
        "dark circles",
        "other scars",
        "stretch marks",
    ):
        assert concern(name).forecast == "not_forecast"
        reason = concern(name).reason()
        assert reason is not None and any(registry().fact(row).n for row in reason.rows), name
    assert concern("wrinkles").forecast_at("neck") == "range"
    assert concern("wrinkles").forecast_at("cheek") == "forecast"


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("concerns", "sun spots"),
        ("concerns", "pores"),
        ("concerns", "hair thinning"),
        ("asked", "collagen or scars after a home device"),
        ("always", "beyond one year"),
        ("asked", "two treatments on one day"),
    ],
)
def test_what_has_no_evidence_is_named(group: str, name: str) -> None:
    assert reasons()[group][name].why


@pytest.mark.parametrize("reason", TOLD, ids=lambda reason: str(reason.name))
def test_a_reason_holds_no_number_without_a_row(reason: Reason) -> None:
    assert all(row in registry().facts for row in reason.rows)
    # The longest needle of a home device is a limit of the screening, not a measurement.
    assert untold(reason.why.replace("0.3 mm", ""), reason.rows) == []
    assert untold(reason.known, reason.rows) == []
    assert not reason.why.endswith(".") and reason.why[0].islower()


def test_a_number_that_no_row_holds_is_noticed() -> None:
    assert untold("Scores fell by 47 % in 29 people.", ("clinical:CL086",)) == ["47"]


def test_no_study_that_is_held_back_is_cited() -> None:
    rows = {row for found in ALL for row in found.rows}
    rows |= {row for reason in TOLD for row in reason.rows}
    assert [row for row in sorted(rows) if HELD.search(registry().fact(row).source)] == []


def test_the_plain_range_is_that_of_its_rows() -> None:
    assert concern("melasma").range_at() == "44.41 to 70 % in 2 studies, 35 people"
    assert "32 people" in concern("wrinkles").range_at("neck")
    assert concern("wrinkles").range_at("cheek") == ""


# ---- subtypes ----


def asked(kind: str, subtype: object) -> Asked:
    made: dict[str, Any] = {
        "type": kind,
        "body_site": "cheek",
        "subtype": subtype,
        "baseline": "not reported",
    }
    return Asked.model_validate(made)


@pytest.mark.parametrize("found", [f for f in ALL if f.subtypes], ids=lambda f: str(f.name))
def test_every_subtype_is_taken_and_kept_by_its_word(found: Concern) -> None:
    for word in found.subtypes:
        assert asked(found.name, word.upper()).subtype == word
    for other, word in found.also.items():
        assert asked(found.name, other).subtype == word


@pytest.mark.parametrize("kind", CONCERNS)
def test_an_unknown_subtype_is_refused_with_what_is_allowed(kind: str) -> None:
    with pytest.raises(Exception, match="subtype") as caught:
        asked(kind, "spiral")
    words = concern(kind).subtypes
    assert (words[0] if words else "no kinds here") in str(caught.value)


def test_a_kind_of_acne_scar_is_known_however_it_is_written() -> None:
    assert {"rolling", "boxcar", "shallow boxcar", "deep boxcar", "ice pick", "mixed"} == set(
        ACNE_SCARS
    )
    assert asked("acne scars", "Ice-Pick").subtype == "ice pick"
    assert asked("acne scars", "boxcar deep").subtype == "deep boxcar"
    assert asked("acne scars", "not reported").subtype is None


def test_examples_keep_their_subtypes() -> None:
    said = Case.loads(example("ice-pick-and-lines")).concerns
    assert [each.subtype for each in said] == ["ice pick", None]


# ---- in the report ----


def test_the_section_says_what_counts_and_what_can_be_told() -> None:
    html = part(Case.loads(example("acne-scars")).model_dump(mode="json"))
    for words in (
        "more than 4 points",
        "none published",
        "at most 7.1 points",
        "controlled trials",
    ):
        assert words in html
    assert "Why not" not in html


def test_the_section_shows_the_published_result_with_its_people() -> None:
    for name in CONCERNS:
        reason = concern(name).reason()
        html = part({"concerns": [{"type": name, "body_site": "cheek"}]})
        assert ("Why not" in html) == (reason is not None)
        for row in reason.rows if reason else ():
            assert f">{row.rpartition(':')[2]}<" in html
            if n := registry().fact(row).n:
                assert f"({n} people)" in html


def test_the_neck_of_a_person_is_the_study_and_of_a_study_the_forecast() -> None:
    form = {"concerns": [{"type": "wrinkles", "body_site": "neck"}]}
    assert "Plain range of the studies" in part({"kind": "person", **form})
    assert "Plain range of the studies" not in part({"kind": "study", **form})


def test_text_of_a_case_is_escaped() -> None:
    form = {"concerns": [{"type": "pores", "body_site": "cheek", "subtype": "<script>"}]}
    assert "<script>" not in part(form)


def test_the_listing_has_every_concern() -> None:
    columns, rows = listing.concerns(registry())
    assert [row[0] for row in rows] == list(CONCERNS)
    assert all(len(row) == len(columns) for row in rows)
    with pytest.raises(InputError, match="did you mean"):
        listing.concerns(registry(), "stretch mrks")
