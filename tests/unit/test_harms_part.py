"""Harms in the report: none left out, circles that match their numbers, one denominator."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pinprick import units
from pinprick.case import Case, example_path, examples
from pinprick.evidence import registry
from pinprick.exports.reports.harms import INK, circles, part
from pinprick.exports.reports.page import render
from pinprick.forecasting import forecast, summary
from pinprick.forecasting.figures import worst
from pinprick.safety.effects import side_effects
from pinprick.safety.harms import harms
from pinprick.safety.saying import left_open, told_out_of
from pinprick.safety.texts import texts

HOURS = {"duration_hours": {"p05": 4.4, "p50": 45.0, "p95": 126.0},
         "chance_longer_than_hours": {"24": 0.6, "168": 0.001}}  # fmt: skip


def case(**changes: Any) -> Case:
    return Case.load(example_path("acne-scars")).with_(**changes)


def rows(found: Case) -> list[dict[str, Any]]:
    return side_effects(found, HOURS)


def shown(found: Case, **more: Any) -> str:
    """The section as words, without its marks."""
    return text_of(str(part({"forecast": {"side_effects": rows(found)}}, **more)))


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def drawn(page: object) -> list[tuple[str, list[int]]]:
    """Drawings by name, each with the number of places of every path."""
    found = re.findall(r'aria-label="([^"]*)" class="drawing">(.*?)</svg>', str(page))
    return [
        (name, [d.count("M") for d in re.findall(r'd="([^"]*)"', body)]) for name, body in found
    ]


CASES = {
    **{name: Case.load(example_path(name)) for name in examples()},
    "roller on type V": case(device="roller-192", dose={"passes": 4}, phototype=5),
    "one session on type I": case(phototype=1, sessions=1),
    "by oneself": case(operator="self"),
}


@pytest.mark.parametrize("name", CASES)
def test_no_harm_is_left_out(name: str) -> None:
    found = rows(CASES[name])
    page = part({"forecast": {"side_effects": found}})
    text = text_of(str(page)).replace("\u00a0", " ")
    for each in found:
        assert texts()[f"risk.{each['key']}"].title in text
        assert each["text"].removeprefix("Not forecast. ") in text, each["key"]
        for row in each["sources"]:
            assert row.partition(":")[2] in text
    kinds = [each["kind"] for each in found]
    assert str(page).count('aria-label="no number"') == kinds.count("unknown")
    assert len(drawn(page)) == kinds.count("rate") + kinds.count("bound")


@pytest.mark.parametrize("name", CASES)
def test_circles_are_the_numbers(name: str) -> None:
    found = rows(CASES[name])
    per = told_out_of(found)
    told = [each for each in found if each["kind"] == "rate"]
    told += [each for each in found if each["kind"] == "bound"]
    for each, (said, places) in zip(
        told, drawn(part({"forecast": {"side_effects": found}})), strict=True
    ):
        assert f"of {per:,} filled" in said
        if each["kind"] == "rate":
            filled, ring, hole, dot, nobody = places
            assert filled == round(each["mean"] * per) >= 1 and ring == hole == dot
            assert filled + ring == round(each["probability"]["p95"] * per)
            assert filled + ring + nobody == per
            assert filled == each["icons"]["count"] and each["icons"]["of"] == per
            assert f"about {filled} of {per:,}" in each["text"].lower()
        else:
            hollow, hole, nobody = places
            assert hollow == hole == max(round(each["bound_95"] * per), 1)
            assert hollow == each["icons"]["high"] and each["icons"]["of"] == per
            assert f"Up to {left_open(each['bound_95'], per)} cannot" in each["text"]
            assert hollow + nobody == per and said.partition(": ")[2].startswith("none of")


def test_less_than_one_person_is_a_smaller_circle() -> None:
    whole, part_ = (str(circles(0, 0, n, 100, "a")) for n in (1, 0.25))
    widths = [float(re.findall(r'stroke-width="([\d.]+)"', page)[0]) for page in (whole, part_)]
    assert widths[1] == pytest.approx(widths[0] / 2, abs=0.01)
    assert INK not in circles(0, 0, 0, 100, "a")


def test_one_page_has_one_denominator() -> None:
    rare = CASES["one session on type I"]
    assert told_out_of(rows(rare)) == 1000 and told_out_of(rows(case())) == 100
    assert "in 1,000 people" in shown(rare) and "in 100 people" in shown(case())
    assert "up to 70 of 1,000 not ruled out" in shown(rare)
    assert "in 600 of 1,000 longer than a day" in shown(rare)
    assert "Up to 70 of 1,000 cannot be ruled out" in shown(rare)
    assert "Up to 2 of 1,000 cannot be ruled out" in shown(rare), "never as one in 600 here"
    assert " of 100 " not in shown(rare) and " of 100." not in shown(rare)


def test_worst_plausible_is_told_with_its_people() -> None:
    assert "Worst plausible: 13 of 100" in shown(case()) and "rests on 27 people" in shown(case())
    assert "no group of this skin type alone" in shown(case(phototype=5))
    drawn_too = {"png": "AA==", "alt": "skin", "skin": "IV", "when": "28 days after"}
    assert "skin type IV with dark patches, 28 days after" in shown(case(), worst=drawn_too)
    assert "Drawn, not forecast" not in shown(case())


def test_what_is_assumed_is_said_and_untreated_is_not_zero() -> None:
    text = shown(case()).replace("\u00a0", " ")
    assert "how much skin types differ 91 %" in text
    assert "for want of a comparison: sun, sunscreen" in text
    assert "Without treatment: not measured." in text
    assert "5 of 30 to 36" in text and "assumed: shares of the skin types" in text
    assert not re.search(r"\b0 %", text)


def test_lasers_stand_beside_as_published() -> None:
    text = shown(case())
    assert "Fractional CO2 laser: 9 of 30 people" in text and "1340 nm laser: 3 of about 22" in text


def test_at_home_no_harm_has_a_number() -> None:
    home = part({"forecast": {"side_effects": rows(CASES["home-roller"])}})
    assert not drawn(home) and "no harm has a number here" in home
    assert "does not mean that it is safe" in home


def test_no_harms_no_section_and_none_in_a_held_report() -> None:
    view = json.loads((Path(__file__).parents[1] / "fixtures" / "view.json").read_text("utf-8"))
    assert 'id="harms"' in render(view)
    view["forecast"]["side_effects"] = []
    assert 'id="harms"' not in render(view)


def test_words_of_a_record_stay_words() -> None:
    bad = rows(case())
    bad[0]["text"] = "<script>alert(1)</script>"
    bad[6]["beside"][0]["text"] = "<img src=x>"
    page = part({"forecast": {"side_effects": bad}})
    assert "<script" not in page and "<img" not in page


def test_a_summary_names_the_leading_harms() -> None:
    def told(found: Case) -> str:
        return "\n".join(summary._harms({"side_effects": rows(found)}))

    assert "dark patches (PIH)    about 4 of 100 (fewer than 1 to 13" in told(case())
    assert "none of 1,845 people; up to 1 in 600 not ruled out" in told(case())
    assert "lines of small scars (tram tracks) about 7 of 100" in told(CASES["roller on type V"])
    assert "none of 41 people; up to 70 of 1,000" in told(CASES["one session on type I"])
    assert "dark patches (PIH)    reported, rate unknown" in told(CASES["home-roller"])
    assert " of 100" not in told(CASES["home-roller"])


def test_a_harm_has_one_name() -> None:
    """In the record, the report, the consent sheet and the summary alike."""
    for each in rows(case()):
        assert each["name"] == harms()[each["key"]].name
        assert texts()[f"risk.{each['key']}"].title.casefold() == each["name"].casefold()


# ---- the worst plausible picture ----


def test_the_worst_is_drawn_at_its_height_and_only_where_it_has_a_rate() -> None:
    made = worst.worst(forecast(case(), members=4), size=64)
    assert made is not None
    height = registry().parameter("relief.pih_peak").value / units.DAY
    assert made.after_last == pytest.approx(height) and made.phototype == 4
    assert made.picture.width > 2 * 64 and "dark" in made.picture.alt
    for changes in ({"phototype": 2}, {"operator": "self"}):
        assert worst.worst(forecast(case(**changes), members=4), size=64) is None


def test_the_worst_is_drawn_on_plain_skin_where_no_concern_is_drawn() -> None:
    made = worst.worst(forecast(Case.load(example_path("rf-laxity")), members=4), size=64)
    assert made is not None and made.phototype == 3
    assert "plain skin of phototype III" in made.picture.alt and "filled" not in made.picture.alt
    assert "darkened patches" in made.picture.alt
