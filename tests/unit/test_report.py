"""The report: complete, self-contained, escaped, and true to the view it is made from."""

from __future__ import annotations

import copy
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pinprick.exports.reports.page import PURPOSE, render

FIXTURE = Path(__file__).parents[1] / "fixtures" / "view.json"
SECTIONS = [
    "section", "time", "faces", "harms", "asked", "likely", "days", "range", "numbers", "none",
]  # fmt: skip


class Page(HTMLParser):
    """What a browser would load and show: ids, attributes by tag, and text outside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.data = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag in ("script", "style"):
            self._inside = found.get("id", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "data":
            self.data += data
        elif not self._inside:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).replace("\u00a0", " ").split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def view() -> dict[str, Any]:
    return json.loads(FIXTURE.read_text("utf-8"))  # type: ignore[no-any-return]


@pytest.fixture
def page(view: dict[str, Any]) -> Page:
    return Page(render(view))


def test_all_sections_stand_in_order(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id") in SECTIONS]
    assert ids == SECTIONS
    assert page.all("html")[0]["lang"] == "en"


def test_purpose_and_banner_come_before_anything_else(page: Page) -> None:
    text = page.text
    assert PURPOSE in text
    assert text.index("With care") < text.index("to scale")


def test_nothing_is_loaded_from_elsewhere(view: dict[str, Any]) -> None:
    text = render(view)
    page = Page(text)
    for tag, attrs in page.tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data"):
            value = attrs.get(name, "")
            local = not value or value.startswith("#") or value == "data:,"
            assert local or tag == "a", (tag, name, value)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style and "@import" not in style
    assert len(text.encode()) < 1_000_000


def test_text_of_a_case_stays_text(view: dict[str, Any]) -> None:
    bad = '</script><script>alert("x")</script><img src=http://x onerror=y>'
    view["headline"] = bad
    view["asked"].append(["goal", bad])
    view["forecast"]["case"]["code"] = bad
    view["forecast"]["overrides"] = {bad: bad}
    view["section"]["needles"][0]["zone"] = bad
    view["section"]["layers"][1]["name"] = bad
    view["forecast"]["sources"].append(
        {"source": bad, "address": "javascript:alert(1)", "status": [], "rows": []}
    )
    for outcome in view["forecast"]["outcomes"]:
        outcome["concern"] = bad
    page = Page(render(view))
    assert len(page.all("script")) == 2
    assert not page.all("img")
    assert not [a for a in page.all("a") if a.get("href", "").startswith("javascript")]
    assert bad in page.text
    json.loads(page.data)


def test_faces_match_the_counts(view: dict[str, Any], page: Page) -> None:
    kinds = [use["href"] for use in page.all("use") if "x" in use]
    expected = dict.fromkeys(("better", "too", "unchanged", "worse"), 0)
    for counts in view["faces"].values():
        for arm in ("treated", "untreated"):
            for kind in ("better", "unchanged", "worse"):
                expected[kind] += counts[arm][kind]
        expected["better"] -= counts["better_untreated_too"]
        expected["too"] += counts["better_untreated_too"]
    assert {kind: kinds.count(f"#face-{kind}") for kind in expected} == expected
    first = view["faces"]["blinded_rater"]
    assert f"{first['better_untreated_too']} of these would look better untreated too" in page.text
    assert "smaller than raters reliably agree on" in page.text
    assert "100 virtual versions of this person" in page.text


def test_a_fall_of_the_score_is_worded_as_better(page: Page) -> None:
    assert "About 3 points better (from 3 worse to 10 better)" in page.text
    assert "member" not in page.text.lower()


def test_blinded_rater_comes_first(page: Page) -> None:
    curves = [a for _, a in page.tags if a.get("type") == "radio" and a.get("name") == "curve"]
    assert [a["value"] for a in curves] == ["0", "1", "2"]
    assert "checked" in curves[0]
    data = json.loads(page.data)
    assert data["observer"]["0"] == "blinded_rater"


def test_published_points_carry_their_caption(page: Page) -> None:
    assert "Alam 2014" in page.text
    assert "used to set the model: agreement here is no proof" in page.text
    assert "controlled trials (1 study, 15 people)" in page.text


def test_overrides_and_stamp_are_said(view: dict[str, Any], page: Page) -> None:
    assert "9.1 /d (the user's value)" in page.text
    for key in ("version", "seed", "parameters_hash"):
        assert str(view["provenance"][key]) in page.text
    assert "all 256 computed without fault" in page.text
    for row in view["forecast"]["not_forecast"]:
        assert row["why"][1:] in page.text


def test_slider_has_every_day_of_every_part(page: Page) -> None:
    data = json.loads(page.data)
    slider = next(a for a in page.all("input") if a.get("type") == "range")
    days = int(slider["max"]) + 1
    assert slider["min"] == "0" and days == 181
    assert all(len(data[key]) == days for key in ("pore", "shade", "redness"))
    for part in ("words", "said", "outcomes"):
        assert all(len(rows) == days for rows in data[part].values())
    marks = [a["data-mark"] for _, a in page.tags if "data-mark" in a]
    assert marks == ["outcome-0", "outcome-1", "outcome-2", "redness"]
    stops = {int(a["data-strip"]) for _, a in page.tags if "data-strip" in a}
    assert stops == set(range(len(data["shade"][0])))
    labels = {a["for"] for a in page.all("label") if "for" in a}
    assert slider["id"] in labels


def test_redness_of_a_later_session_is_not_read_as_late_redness(view: dict[str, Any]) -> None:
    data = json.loads(Page(render(view)).data)
    assert data["words"]["redness"][28].startswith("strongest")
    assert data["words"]["redness"][180] == "no longer visible"
    assert data["words"]["redness"][29] == data["words"]["redness"][1]


def test_every_drawing_has_a_name(page: Page) -> None:
    drawings = [a for a in page.all("svg") if a.get("class") == "drawing"]
    assert len(drawings) == 14
    assert all(a["role"] == "img" and a["aria-label"] for a in drawings)


@pytest.mark.parametrize(
    ("phototype", "said"), [("V", True), (6, True), ("II", False), (None, False)]
)
def test_redness_on_dark_skin(view: dict[str, Any], phototype: Any, said: bool) -> None:
    view["forecast"]["case"]["person"]["phototype"] = phototype
    assert ("redness hardly shows" in Page(render(view)).text) is said


def test_a_study_without_outcomes_faces_or_code(view: dict[str, Any]) -> None:
    view["forecast"]["case"] = {"kind": "study", "study": {"id": "a"}}
    view["banner"] = "A published study: nobody has been screened, and no person is advised."
    view["forecast"]["outcomes"], view["faces"], view["published"] = [], {}, []
    view["forecast"]["sessions"][0]["pain_0_10"] = None
    view["provenance"]["date"] = None
    page = Page(render(view))
    assert "this person" not in page.text
    assert "A published study. Nobody has been screened, and no person is advised." in page.text
    assert "No outcome is forecast for this case" in page.text
    assert "not forecast" in page.text


def test_the_view_is_left_as_it_was(view: dict[str, Any]) -> None:
    before = copy.deepcopy(view)
    assert render(view) == render(view)
    assert view == before


def test_contrast_of_the_inks() -> None:
    from pinprick.exports.reports.svg import INK

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for name in ("treated", "untreated", "redness", "collagen", "line"):
        assert 1.05 / (light(INK[name]) + 0.05) >= 4.5, name


def test_script_and_page_agree_on_names(view: dict[str, Any]) -> None:
    text = render(view)
    script = text[text.rindex("<script>") :]
    for name in re.findall(r'getElementById\("([^"]+)"\)', script):
        assert f'id="{name}"' in text


# The verdict ----------------------------------------------------------------------------------


def held(view: dict[str, Any], **more: Any) -> dict[str, Any]:
    view["verdict"] |= {"holds": True, "decision": "refuse", "headline": "Do not treat", **more}
    view["banner"] = "Do not treat."
    return view


def test_a_report_opens_with_the_verdict_and_shows_each_finding(page: Page) -> None:
    text = page.text
    assert text.index("Heed each point") < text.index("to scale")
    for said in ("Phototype IV to VI", "5 of 30", "safety:SAF015", "What would change it"):
        assert said in text


def test_a_held_report_shows_no_outcome_and_no_picture(view: dict[str, Any]) -> None:
    page = Page(render(held(view)))
    ids = {attrs["id"] for _, attrs in page.tags if attrs.get("id")}
    assert ids & {*SECTIONS} == {"asked", "numbers", "none"} and "verdict" in ids
    assert not page.all("script") and not page.all("svg")
    assert "Do not treat" in page.text and "--research" in page.text
    for word in ("untreated", "Goodman", "new collagen on"):
        assert word not in page.text.partition("What is not forecast")[0].partition("Where each")[0]


def test_research_shows_all_of_it_with_a_stamp(view: dict[str, Any]) -> None:
    text = render(held(view), research=True)
    page = Page(text)
    assert {attrs["id"] for _, attrs in page.tags if attrs.get("id")} >= {*SECTIONS, "verdict"}
    assert "not screened for treatment" in page.text
    assert ".stamp { position: fixed" in text  # a fixed element stands on every printed page


def test_a_moved_course_says_so(view: dict[str, Any]) -> None:
    view["verdict"] |= {"moved": "2026-04-05", "moved_from": "2026-03-09", "decision": "defer"}
    view["provenance"]["date"] = None
    text = Page(render(view)).text
    assert "first session on 2026-04-05 instead of 2026-03-09" in text
    assert "course starts 2026-04-05, moved by the screening" in text


def test_an_override_stands_in_the_report(view: dict[str, Any]) -> None:
    finding = view["verdict"]["groups"][0]["findings"][0]
    finding["overridden"] = "set aside by Dr A (physician) on 2026-03-01: seen"
    assert Page(render(view)).text.count("set aside by Dr A") == 2
    assert "set aside by Dr A" in Page(render(held(view))).text


def test_a_note_on_the_needles_stands_beside_their_depths(view: dict) -> None:
    changed = copy.deepcopy(view)
    zone = changed["section"]["needles"][0]["zone"]
    sessions = changed["forecast"]["sessions"]
    for session in sessions:
        session["zone"] = zone
    row = sessions[0]
    row["past_dermis"] = {"p05": 0.4, "p50": 0.9, "p95": 1.0}
    row["warnings"] = ["93% of the needles end below the dermis"]
    page = render(changed)
    assert "about 90\u00a0% (40 to 100)" in page
    assert "93% of the needles end below the dermis." in page
    assert "93% of the needles" not in render(view)
