"""Broken case files: exit code 2, one clear line for each fault, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pinprick.case import example_path
from pinprick.cli import app

GOOD = example_path("acne-scars").read_text("utf-8")
STUDY = example_path("alam-2014").read_text("utf-8")
SRC = Path(__file__).resolve().parents[2] / "src"


def swap(*pairs: tuple[str, str], text: str = GOOD) -> str:
    """The text with each first piece replaced by the second; a piece must stand there once."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def check(path: Path | str) -> tuple[int, list[str], str]:
    result = CliRunner().invoke(app, ["check", str(path)])
    return result.exit_code, result.stderr.splitlines(), result.output


DEPTH = "            depth: 1.5 mm"
DOSE = "              seconds_per_cm2: 2"
NEEDLE = GOOD[GOOD.index("    - needle:") : GOOD.index("    - apply:")]
# name: text, then for each line expected the pieces that stand in it
BROKEN: dict[str, tuple[str, Sequence[Sequence[str]]]] = {
    "unknown device": (
        swap(("device: pen ", "device: pnen ")),
        [["needle.device", "found pnen", "did you mean pen?"]],
    ),
    "negative depth": (swap((DEPTH, "            depth: -1 mm")), [["depth", "found -1 mm"]]),
    "zero depth": (swap((DEPTH, "            depth: 0 mm")), [["depth", "found 0 mm"]]),
    "depth beyond the device": (
        swap((DEPTH, "            depth: 2.6 mm")),
        [["zones[0].depth", "found 2.6 mm", "2.5 mm", "pen-14"]],
    ),
    "depth short of the device": (
        swap(
            ("device: pen ", "device: roller "),
            (DEPTH, "            depth: 0.1 mm"),
            (DOSE, DOSE.replace("seconds_per_cm2", "passes")),
        ),
        [["zones[0].depth", "found 0.1 mm", "0.2 mm to 3 mm"]],
    ),
    "seconds on a roller": (
        swap(("device: pen ", "device: roller ")),
        [["dose.seconds_per_cm2", "found 2", "roller-192"]],
    ),
    "wrong unit": (swap((DEPTH, "            depth: 1.5 weeks")), [["depth", "1.5 weeks", "mm"]]),
    "unknown unit": (swap((DEPTH, "            depth: 1.5 furlongz")), [["depth", "furlongz"]]),
    "no unit": (swap((DEPTH, "            depth: 1.5")), [["depth", "found 1.5", "unit"]]),
    "sessions 0": (
        swap(("sessions: 4", "sessions: 0")),
        [["course.sessions", "found 0", "1 to 12"]],
    ),
    "sessions 13": (swap(("sessions: 4", "sessions: 13")), [["course.sessions", "found 13"]]),
    "sessions 2.5": (swap(("sessions: 4", "sessions: 2.5")), [["sessions", "whole number"]]),
    "sessions yes": (swap(("sessions: 4", "sessions: yes")), [["sessions", "found yes"]]),
    "interval of a minute": (
        swap(("interval: 4 weeks", "interval: 1 min")),
        [["course.interval", "found 1 min", "1 d to 365.25 d"]],
    ),
    "no interval": (swap(("  interval: 4 weeks\n", "")), [["course.interval", "found nothing"]]),
    "age 200": (swap(("age: 34", "age: 200")), [["person.age", "found 200", "0 to 120 years"]]),
    "age in words": (swap(("age: 34", "age: old")), [["person.age", "found old"]]),
    "age not reported": (
        swap(("age: 34", "age: not reported")),
        [["person.age", "found not reported"]],
    ),
    "age left blank": (swap(("age: 34", "age:")), [["person.age", "found nothing"]]),
    "phototype 9": (
        swap(("phototype: IV ", "phototype: 9 ")),
        [["person.phototype", "found 9", "I to VI"]],
    ),
    "phototype 23": (swap(("phototype: IV ", "phototype: 23 ")), [["phototype", "found 23"]]),
    "score with an underscore": (swap(("value: 16", "value: 1_6")), [["value", "found 1_6"]]),
    "phototype VII": (swap(("phototype: IV ", "phototype: VII ")), [["phototype", "found VII"]]),
    "unknown sun damage": (
        swap(("  diabetes: no", "  diabetes: no\n  sun_damage: medium")),
        [["person.sun_damage", "found medium", "none, mild, moderate, severe"]],
    ),
    "menopause yes": (
        swap(("  diabetes: no", "  diabetes: no\n  menopause: yes")),
        [["person.menopause", "found yes", "years since menopause", "or `no`"]],
    ),
    "menopause before birth": (
        swap(("  diabetes: no", "  diabetes: no\n  menopause: 40")),
        [["person.menopause", "found 40", "the age of 34"]],
    ),
    "menopause of a man": (
        swap(("  diabetes: no", "  diabetes: no\n  menopause: 4"), ("sex: female", "sex: male")),
        [["person.menopause", "found 4", "`no` for a man"]],
    ),
    "bad date": (
        swap(("start: 2026-03-09", "start: 2026-02-30")),
        [["course.start", "found 2026-02-30", "real date"]],
    ),
    "date in another order": (
        swap(("start: 2026-03-09", "start: 09.03.2026")),
        [["course.start", "year-month-day"]],
    ),
    "YAML syntax": (swap(("goal: softer", "goal: [softer")), [[".yaml:13: ", "plain YAML"]]),
    "tab": (swap(("  smoker: no", "\tsmoker: no")), [[".yaml:17: ", "tab"]]),
    "unknown key": (
        swap(("  sessions: 4", "  sesions: 4")),
        [
            ["course.sessions", "found nothing"],
            ["sesions", "unknown key", "did you mean sessions?"],
        ],
    ),
    "unknown key at the top": (
        swap(("goal: softer", "gaol: softer")),
        [["gaol", "unknown key", "did you mean goal?"]],
    ),
    "two faults at once": (
        swap(("age: 34", "age: 200"), ("sessions: 4", "sessions: 0")),
        [["person.age", "200"], ["course.sessions", "0"]],
    ),
    "many faults at once": (
        swap(
            ("kind: person", "kind: persona"),
            ("sex: female", "sex: femal"),
            ("type: acne scars", "type: acne scar marks"),
            ("dwell: 60 min", "dwell: 60"),
            (DOSE, DOSE.replace("2: 2", "2: -2")),
        ),
        [
            ["kind", "found persona", "did you mean person?"],
            ["person.sex", "did you mean female?"],
            ["concerns[0].type", "acne scar marks", "did you mean acne scars?"],
            ["steps[0].numb.dwell", "found 60"],
            ["dose.seconds_per_cm2", "found -2"],
        ],
    ),
    "list instead of mapping": ("- a\n- b\n", [["found a list", "format: 1"]]),
    "text instead of mapping": ("once upon a time\n", [["no `key: value` lines"]]),
    "list for the person": (
        GOOD[: GOOD.index("person:\n")]
        + "persons:\n  x: 1\nperson:\n  - 34\n"
        + GOOD[GOOD.index("\nconcerns:") :],
        [["persons", "unknown key"], ["person", "found a list", "mapping with age"]],
    ),
    "only comments": ("# nothing\n", [["nothing but comments"]]),
    "key twice": (
        swap(("  sessions: 4", "  sessions: 4\n  sessions: 5")),
        [["course.sessions", "the key again in line 40", "once"]],
    ),
    "alias bomb": (
        "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]\n",
        [[".yaml:1", "anchor"]],
    ),
    "nested without end": ("[" * 5000, [["lists within lists"]]),
    "tag that runs code": (
        swap(("age: 34", "age: !!python/object/apply:os.system ['true']")),
        [["person.age", "the tag !!python"], ],
    ),
    "NaN": (swap((DOSE, DOSE.replace("2: 2", "2: .nan"))), [["seconds_per_cm2", "found nan"]]),
    "infinity": (swap(("value: 16", "value: .inf")), [["baseline.value", "found inf"]]),
    "NaN with a unit": (swap((DEPTH, "            depth: nan mm")), [["depth", "found nan mm"]]),
    "huge number": (swap(("age: 34", "age: " + "9" * 6000)), [["person.age", "found 999"]]),
    "huge quantity": (swap((DEPTH, "            depth: 1e999 mm")), [["depth", "found 1e999 mm"]]),
    "baseline beyond its scale": (
        swap(("value: 16", "value: 85")),
        [["baseline.value", "found 85", "0 to 84"]],
    ),
    "scale of another concern": (
        swap(("scale: goodman-baron-quantitative", "scale: masi")),
        [["baseline.scale", "found masi", "a scale for acne scars"]],
    ),
    "a name": (
        swap(("  age: 34", "  name: Jane Roe\n  age: 34")),
        [["person.name", "a code and an age"]],
    ),
    "a birth date": (
        swap(("code: P-017", "birth_date: 1990-01-02\ncode: P-017")),
        [["birth_date", "a code and an age"]],
    ),
    "a name as code": (swap(("code: P-017", "code: Jane Roe")), [["code", "found Jane Roe"]]),
    "a birth date as code": (
        swap(("code: P-017", "code: 02.01.1990")),
        [["code", "no birth date"]],
    ),
    "no code": (swap(("code: P-017", "# code")), [["code", "found nothing"]]),
    "no needling": (GOOD.replace(NEEDLE, ""), [["course.steps", "no needle step"]]),
    "zone twice": (
        GOOD.replace(NEEDLE, NEEDLE + NEEDLE),
        [["steps[3].needle.zones[0].name", "found cheeks", "once"]],
    ),
    "unknown step": (
        swap(("    - clean:", "    - claen:")),
        [["course.steps[1]", "a step `claen`", "did you mean clean?"]],
    ),
    "two doses": (
        swap((DOSE, DOSE + "\n              passes: 3")),
        [["dose", "passes, seconds_per_cm2", "exactly one"]],
    ),
    "until without an end": (
        swap((DOSE, "              until: erythema")),
        [["dose.max_passes", "found nothing"]],
    ),
    "area of a hall": (
        swap(("area: 120 cm2", "area: 120 m2")),
        [["area", "found 120 m2", "2000 cm2"]],
    ),
    "person in a study": (
        swap(("kind: person ", "kind: study ")),
        [
            ["study", "found nothing"],
            ["population", "found nothing"],
            ["person", "kind study"],
            ["consent", "not screened"],
            ["answers", "not screened"],
        ],
    ),
    "study without people": (
        swap(("people: 15", "people: 0"), text=STUDY),
        [["study.people", "found 0"]],
    ),
    "ages the wrong way round": (
        swap(("[20, 65]", "[65, 20]"), text=STUDY),
        [["population.age", "the youngest first"]],
    ),
    "a sentence that cannot be read": (
        GOOD[: GOOD.index("course:\n")] + "course: needling now and then\n",
        [["course", "found needling now and then", "4 sessions every 4 weeks"]],
    ),
    "a sentence with a wrong depth": (
        GOOD[: GOOD.index("course:\n")]
        + "course: 4 sessions every 4 weeks with a pen at 9 mm on the cheek\n",
        [["zones[0].depth", "found 9 mm", "2.5 mm"]],
    ),
    "format 2": (swap(("format: 1", "format: 2")), [["format", "found 2", "from 1 to 1"]]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_fault_is_one_clear_line(name: str, tmp_path: Path) -> None:
    text, expected = BROKEN[name]
    path = tmp_path / "acne.yaml"
    path.write_text(text, "utf-8")
    code, lines, output = check(path)
    assert code == 2
    assert len(lines) == len(expected), output
    for line, pieces in zip(lines, expected, strict=True):
        assert line.startswith((f"{path}:", f"{path} "))
        assert "; allowed: " in line
        for piece in pieces:
            assert piece in line
    for word in ("Traceback", "pydantic", "ValidationError", "validation error", "Input should"):
        assert word not in output


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "an empty file"),
        (b"  \n\n", "an empty file"),
        (bytes(range(256)) * 4, "a binary file"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 99, "no UTF-8 text"),
        ("kind: persöne".encode("utf-16"), "a binary file"),
        ("title: süß".encode("latin-1"), "no UTF-8 text"),
        (b"title: a\x07b", "no text"),
    ],
)
def test_what_is_no_text_is_refused_in_one_line(raw: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "acne.yaml"
    path.write_bytes(raw)
    code, lines, output = check(path)
    assert (code, len(lines)) == (2, 1), output
    assert word in lines[0]
    assert lines[0].startswith(str(path))


def test_a_file_of_50_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "acne.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    code, lines, output = check(path)
    assert (code, len(lines)) == (2, 1), output
    assert "found 50.0 MB" in lines[0]


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path, word in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "a folder")):
        code, lines, output = check(path)
        assert (code, len(lines)) == (2, 1), output
        assert word in lines[0]


def test_no_name_is_repeated(tmp_path: Path) -> None:
    path = tmp_path / "acne.yaml"
    path.write_text(swap(("  age: 34", "  name: Jane Roe\n  age: 34")), "utf-8")
    assert "Jane" not in check(path)[2]


def test_all_files_are_checked(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(swap(("age: 34", "age: 200")), "utf-8")
    other = tmp_path / "none.yaml"
    result = CliRunner().invoke(app, ["check", str(bad), str(other)])
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [str(bad), str(other)]


@pytest.mark.parametrize("name", ["two faults at once", "alias bomb", "nested without end"])
def test_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    text, expected = BROKEN[name]
    (tmp_path / "acne.yaml").write_text(text, "utf-8")
    for verb in ("check", "forecast"):
        done = subprocess.run(
            [sys.executable, "-m", "pinprick", verb, "acne.yaml"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(SRC)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 2
        assert done.stdout == ""
        lines = done.stderr.splitlines()
        assert len(lines) == len(expected)
        assert all(line.startswith("acne.yaml:") for line in lines)
