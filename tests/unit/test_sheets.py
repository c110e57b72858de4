"""Sheet and consent sheet: words a person can read, sources a clinician can check, tagged PDF."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from typer.testing import CliRunner

from pinprick.case import Case, example_path
from pinprick.cli import app
from pinprick.exports.sheets import common, consent, take_home, typeset
from pinprick.faults import InputError
from pinprick.safety.texts import texts

PHONE = "+44 20 7946 0123"
DAYS = [date(2026, 3, 9), date(2026, 4, 6)]
CURVE = {"days": [0, 180], "p05": [0, -6.4], "p50": [0, -4.4], "p95": [0, -1.5]}
CHANCE = {"p05": 0.27, "p50": 0.57, "p95": 0.72}
FORECAST: dict[str, Any] = {
    "sessions": [{"day": 0, "visit_min": {"p05": 72.0, "p50": 81.3, "p95": 100.0}}],
    "side_effects": [{"key": "redness", "duration_hours": {"p05": 4.4, "p50": 45.0, "p95": 126}}],
    "not_forecast": [{"concern": "melasma", "why": "pigment is not modelled"}],
    "outcomes": [
        {
            "concern": "acne scars", "scale": "goodman-baron-quantitative", "observer": observer,
            "kind": "change", "better": "lower", "evidence": "controlled", "studies": 1,
            "people": 15, "untreated": {**CURVE, "p05": [0, -1.9], "p50": [0, -0.6],
            "p95": [0, 0.7]}, **CURVE,
            "chance_better_by": {"rule": "more than 4 points", "day": 180, "treated": CHANCE,
            "untreated": {"p05": 0.07, "p50": 0.12, "p95": 0.19}},
        }
        for observer in ("blinded_rater", "unblinded_investigator", "patient_reported")
    ],
}  # fmt: skip


def case(**changes: Any) -> Case:
    return Case.load(example_path("acne-scars")).with_(**changes)


def handout(person: Case | None = None, **more: Any) -> common.Handout:
    return common.Handout(person or case(), DAYS, **{"clinic_phone": PHONE, **more})


def sheet(person: Case | None = None, **more: Any) -> dict[str, Any]:
    return take_home.content(handout(person, **more))


def asked(person: Case | None = None, **more: Any) -> dict[str, Any]:
    return consent.content(handout(person, **more))


def strings(value: Any) -> list[str]:
    """Every text in plain data, the clinician's part left out."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, each in value.items() if key != "clinic" for text in strings(each)]
    return [text for each in value for text in strings(each)]


# ---- reading grade ----


def syllables(word: str) -> int:
    """Groups of vowels, less a silent e at the end; at least one."""
    word = re.sub(r"[^a-z]", "", word.casefold())
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    silent |= bool(re.search(r"[^td]ed$", word)) and groups > 1
    return max(groups - silent, 1)


def grade(text: str) -> float:
    """Flesch-Kincaid: 0.39 words per sentence + 11.8 syllables per word - 15.59."""
    words = re.findall(r"[A-Za-z][A-Za-z'-]*|\d[\d.,:]*", text)
    count = max(len(re.findall(r"[.?!](?=\s|$)", text)), 1)
    letters = [word for word in words if word[0].isalpha()]
    per_word = sum(map(syllables, letters)) / max(len(letters), 1)
    return 0.39 * len(words) / count + 11.8 * per_word - 15.59


def body(made: dict[str, Any]) -> str:
    """What is read as running text: the purpose and the names of devices and scales apart."""
    parts = {key: part for key, part in made.items() if key not in ("purpose", "visits", "dates")}
    return "\n".join(text if text.endswith((".", "?", "!", ":")) else f"{text}."
                     for text in strings(parts) if len(text.split()) > 4)  # fmt: skip


def test_the_formula_knows_easy_from_hard() -> None:
    assert grade("The cat sat on the mat. It was red.") < 2
    hard = "Percutaneous collagen induction necessitates considerable dermatological expertise."
    assert grade(hard) > 15
    assert [syllables(word) for word in ("shade", "needle", "visit", "area", "used")] == [
        1, 2, 2, 2, 1]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"phototype": 2, "depth": "0.5 mm"},
        {"history": None, "answers": {}},
        {"answers": {"cold_sore_history": True}},
        {"depth": "2 mm", "age": 20},
    ],
)
@pytest.mark.parametrize("forecast", [None, FORECAST])
def test_the_sheets_are_read_at_grade_eight_or_below(
    changes: dict[str, Any], forecast: dict[str, Any] | None
) -> None:
    made = sheet(case(**changes), forecast=forecast)
    assert grade(body(made)) <= 8
    assert all(grade(body(part)) <= 8 for part in made["parts"])
    assert grade(body(asked(case(**changes), forecast=forecast))) <= 8


def test_sentences_are_short() -> None:
    for words in texts().values():
        if words.key.startswith(("risk.", "consent.")):
            continue
        for sentence in re.split(r"(?<=[.?!])\s+", words.text):
            assert len(sentence.split()) <= 20, sentence


# ---- what they say ----


def test_neither_says_safe() -> None:
    for made in (sheet(), asked(), asked(forecast=FORECAST), asked(held=True)):
        assert not re.search(r"\bsafe(ly|ty|r|st)?\b", " ".join(strings(made)), re.I)
    assert not re.search(r"\bsafe", " ".join(words.text for words in texts().values()), re.I)


def test_the_alarm_signs_are_all_there() -> None:
    made = sheet()["alarm"]
    assert made["title"] == "Call us the same day if:"
    assert "; ".join(made["items"]) == (
        "spreading redness or heat; pus; fever; blisters or clustered sores; "
        "pain growing after 48 h; grey, white or darkening patches; any eye symptom"
    )


@pytest.mark.parametrize("number", [None, "", "call me", "12", "0123 456 <b>", "1" * 40])
def test_nothing_is_printed_without_the_clinics_number(number: str | None) -> None:
    for write in (take_home.content, consent.content):
        with pytest.raises(InputError, match="the clinic's telephone number"):
            write(handout(clinic_phone=number))


@pytest.mark.parametrize("number", ["030 1234567", "(0)20 7946-0123 ext. 4", "+1 212.555.0100"])
def test_numbers_of_many_countries_are_taken(number: str) -> None:
    assert common.phone(number) == number


def test_dates_stand_in_the_sheet() -> None:
    made = sheet()
    assert [visit["day"] for visit in made["visits"]] == [
        "Monday 9 March 2026", "Monday 6 April 2026"]  # fmt: skip
    assert made["dates"]["head"][2] == "Mineral sunscreen from"
    assert made["dates"]["rows"][0][2] == "Tue 10 Mar, 11:45"
    assert len(made["dates"]["rows"]) == 2


def test_each_line_has_its_grade_and_sources_for_the_clinician() -> None:
    clinic = sheet()["clinic"]
    assert all(line["grade"] and line["rows"] for line in clinic["lines"])
    assert any("SAF238" in each["rows"] for each in clinic["sources"])
    assert any("72 hours" in each["text"] for each in clinic["conflicts"])
    lines = {line["line"]: line["rows"] for line in asked()["clinic"]["lines"]}
    assert lines["Dark patches (PIH)"] == "SAF011, SAF013, SAF015, SAF017, SAF024, SAF212, SAF213"


def test_a_benefit_comes_with_its_range_beside_no_treatment() -> None:
    rows = asked(forecast=FORECAST)["benefit"]["rows"]
    assert len(rows) == 2
    assert rows[0]["treated"] == "About 4 points better (from 2 to 6)"
    assert rows[0]["untreated"] == "About 1 point better (from 1 worse to 2 better)"
    assert "about 57 (27 to 72) of 100; without treatment about 12" in rows[0]["people"]


def test_no_benefit_without_a_forecast_or_with_an_open_screening() -> None:
    assert asked()["benefit"]["rows"] == []
    held = asked(forecast=FORECAST, held=True)["benefit"]
    assert held["rows"] == [] and "still open" in held["text"]
    form = case().model_dump(mode="json")
    form["concerns"] = [{"type": "melasma", "body_site": "cheek"}]
    nothing = asked(Case.model_validate(form), forecast={**FORECAST, "outcomes": []})["benefit"]
    assert nothing["items"] == ["Melasma: not forecast, for pigment is not modelled."]


def test_an_open_screening_is_told_first() -> None:
    assert sheet()["held"] == ""
    made = sheet(held=True)
    assert "Do not come" in made["held"] and made["held"] in typeset.html("take_home", made)


def test_what_is_off_label_says_so_and_why() -> None:
    label = asked(case(depth="2 mm"))["label"]
    assert "off-label" in label["text"] and "deeper than 1.5 mm" in label["text"]
    assert "off-label" not in asked()["label"]["text"]


def test_consent_names_costs_alternatives_and_no_treatment() -> None:
    text = " ".join(strings(asked()))
    for said in ("opinion article", "200 to 700", "9 of 30", "no treatment", "stop at any time"):
        assert said in text, said
    assert text.count("rate unknown") >= 8


# ---- files ----


def tags(root: Any, found: dict[str, int] | None = None) -> dict[str, int]:
    """How often each kind of tag stands in the structure of a PDF."""
    found = {} if found is None else found
    if isinstance(root, pikepdf.Array):
        for each in root:
            tags(each, found)
    elif isinstance(root, pikepdf.Dictionary):
        if "/S" in root:
            name = str(root["/S"])
            found[name] = found.get(name, 0) + 1
        if "/K" in root:
            tags(root["/K"], found)
    return found


@pytest.mark.parametrize("write", ["take_home", "consent"])
def test_the_pdf_is_tagged_titled_and_in_a_language(write: str) -> None:
    made = (sheet if write == "take_home" else asked)(forecast=FORECAST)
    data = typeset.pdf(write, made)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert made["title"] in str(meta["dc:title"])
        found = tags(pdf.Root.StructTreeRoot["/K"])
        assert len(pdf.pages) >= 3
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/P"} <= set(found)
    assert found["/H1"] == 1


def test_the_same_sheet_gives_the_same_bytes() -> None:
    assert typeset.pdf("take_home", sheet()) == typeset.pdf("take_home", sheet())


def test_faults_of_the_standard_are_refused() -> None:
    import typst

    with pytest.raises(typst.TypstError, match="title"):
        typst.compile(b"= A page without a title", pdf_standards="ua-1")


@pytest.mark.parametrize("page", ["take_home", "consent"])
def test_the_page_needs_no_network_and_escapes(page: str) -> None:
    code = "P-1/x.y"
    made = (sheet if page == "take_home" else asked)(case(code=code))
    made["lead"] = "a < b & <script>"
    text = typeset.html(page, made)
    assert '<html lang="en">' in text and f"<title>{made['title']}</title>" in text
    assert not re.search(r"(src|href)=\"(?!tel:)", text) and "<script>" not in text
    assert 'href="tel:+442079460123"' in text and "a &lt; b &amp;" in text


def test_the_libraries_load_only_when_a_file_is_made() -> None:
    import subprocess
    import sys

    look = (
        "import sys, pinprick.cli, pinprick.exports.reports, pinprick.exports.sheets.typeset, "
        "pinprick.exports.sheets.calendar\n"
        "print(sorted({'typst', 'icalendar', 'jinja2', 'jax', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- a clinic's own words ----


def own(tmp_path: Path, text: str) -> Path:
    place = tmp_path / "ours.toml"
    place.write_text(text, encoding="utf-8")
    return place


def test_a_clinic_may_say_it_in_its_own_words(tmp_path: Path) -> None:
    place = own(tmp_path, '[shade]\ntext = "Stay in for {to}."\n[alarm.pus]\ntext = "any pus"\n')
    made = sheet(words=texts(place))
    after = {item["id"]: item["text"] for item in made["parts"][2]["items"]}
    assert after["shade"] == "Stay in for 24 hours."
    assert "any pus" in made["alarm"]["items"]
    grades = {line["line"]: line["grade"] for line in made["clinic"]["lines"]}
    assert grades["Stay in the shade"] == "the clinic's own words"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[shaed]\ntext = "x"', "did you mean shade"),
        ('[shade]\ntext = "for {from_now}"', "from_now"),
        ('[shade]\ntext = "a { brace"', "a lone"),
        ('[shade]\ntext = ""', "some text"),
        ('[shade]\ntexts = "x"', "did you mean text"),
        ("[shade]\nrows = 3", "a list of text"),
        ('shade = "x"', "a table with a text"),
        ("[shade", "plain TOML"),
        ("# nothing", "no entry"),
        ('[shade]\ntext = "{to!r}"', "a lone"),
    ],
)
def test_a_file_of_texts_that_cannot_be_used_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        texts(own(tmp_path, text))
    assert told in str(caught.value)


# ---- the verb ----


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["sheets", *words])


def test_the_verb_writes_five_files(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    done = run(str(example_path("acne-scars")), "--out", str(folder), "--clinic-phone", PHONE)
    assert done.exit_code == 0, done.output
    names = {"sheet.html", "sheet.pdf", "consent.html", "consent.pdf", "calendar.ics"}
    assert {place.name for place in folder.iterdir()} == names
    assert (folder / "sheet.pdf").read_bytes()[:5] == b"%PDF-"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--clinic-phone: found nothing"),
        (["--clinic-phone", PHONE, "--time", "25:00"], "--time"),
        (["--clinic-phone", PHONE, "--start", "soon"], "--start"),
        (["--clinic-phone", PHONE, "--texts", "none.toml"], "no such file"),
        (["--clinic-phone", PHONE, "--forecast", "none.json"], "no such file"),
    ],
)
def test_wrong_input_is_refused_and_nothing_is_written(
    tmp_path: Path, words: list[str], told: str
) -> None:
    folder = tmp_path / "out"
    done = run(str(example_path("acne-scars")), "--out", str(folder), *words)
    assert done.exit_code == 2
    assert told in done.output and "Traceback" not in done.output
    assert not folder.exists()


def test_a_course_without_a_start_needs_one(tmp_path: Path) -> None:
    place = tmp_path / "case.yaml"
    place.write_text(case(start=None).dump(), encoding="utf-8")
    words = [str(place), "--out", str(tmp_path / "out"), "--clinic-phone", PHONE]
    done = run(*words)
    assert done.exit_code == 2 and "--start: found nothing" in done.output
    assert run(*words, "--start", "2026-05-04").exit_code == 0
    assert b"DTSTART:20260504T100000" in (tmp_path / "out" / "calendar.ics").read_bytes()


def test_a_forecast_of_another_case_is_refused(tmp_path: Path) -> None:
    import json

    place = tmp_path / "forecast.json"
    for depth, code in (("1.5 mm", 0), ("1.2 mm", 2)):
        form = case(depth=depth).model_dump(mode="json")
        place.write_text(json.dumps({**FORECAST, "case": form}), encoding="utf-8")
        out = ["--out", str(tmp_path / "out"), "--clinic-phone", PHONE]
        done = run(str(example_path("acne-scars")), *out, "--forecast", str(place))
        assert done.exit_code == code, done.output
    assert "another case (course)" in done.output


def test_a_study_gets_no_sheet(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "out"), "--clinic-phone", PHONE]
    done = run(str(example_path("alam-2014")), *out)
    assert done.exit_code == 2 and "a case of kind person" in done.output
