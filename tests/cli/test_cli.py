"""The verbs, with the library behind them replaced where it would take long."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from pinprick import __version__
from pinprick.case import Case, example_path
from pinprick.cli import app
from pinprick.cli.terminal import progress
from pinprick.faults import Fault, InputError, NotForecastError

ACNE = str(example_path("acne-scars"))
VERBS = {"demo", "new", "check", "forecast", "picture", "compare", "validate", "cite", "evidence",
         "devices", "screen"}  # fmt: skip


def run(*words: str, answers: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), input=answers)
    return result.exit_code, result.stdout, result.stderr


class Made:
    """Stands in for a forecast or a comparison."""

    def __init__(self, **asked: Any) -> None:
        self.asked = asked

    def summary(self, **shown: bool) -> str:
        return "[a] summary, 50 % of [nothing]"

    def to_json(self) -> str:
        return json.dumps({key: str(value) for key, value in self.asked.items()})

    def plot(self) -> Made:
        return self

    def savefig(self, path: Path) -> None:
        path.write_text("<svg>")

    def write_csv(self, path: Path) -> None:
        path.write_text("a,b\n")

    def write_netcdf(self, path: Path) -> None:
        path.write_bytes(b"CDF")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Modules in place of the long ones; an entry under `raise` is raised by the forecast."""
    state: dict[str, Any] = {}

    def forecast(case: Case, *, members: int, seed: int, settings: Any, progress: Any) -> Made:
        progress(1, 2)
        if "raise" in state:
            raise state["raise"]
        progress(2, 2)
        return Made(members=members, seed=seed, settings=settings)

    def compare(cases: Any, *, members: int, seed: int, settings: Any, progress: Any) -> Made:
        progress(1, 1)
        return Made(labels=list(cases), members=members, seed=seed, settings=settings)

    def report(made: Made, path: Path, *, research: bool = False) -> None:
        if "break report" in state:
            raise OSError("disk full")
        path.write_text("<html>")

    def table(stage: str | None = None) -> list[dict[str, Any]]:
        row = {
            "stage": "needling",
            "case": "Donnelly 600 um",
            "quantity": "track depth",
            "unit": "um",
            "kind": "value",
            "measured": {"value": 100, "low": None, "high": None, "sd": 3},
            "model": {"p05": 90.0, "p50": 101.0, "p95": 110.0},
        }
        fit = {**row, "use": "fit", "verdict": "met", "met": True}
        test = {**row, "use": "test", "verdict": "missed", "met": False}
        sign = {**test, "use": "plausibility", "kind": "sign", "measured": None}
        return [fit, test, sign]

    for name, parts in {
        "forecasting": {"forecast": forecast, "cite": lambda text: [text.strip(), "Alam 2014"]},
        "planning": {"compare": compare},
        "exports": {"report": report},
        "validation": {"table": table},
    }.items():
        module = ModuleType(f"pinprick.{name}")
        module.__dict__.update(parts)
        monkeypatch.setitem(sys.modules, f"pinprick.{name}", module)
    yield state


def test_without_arguments_help_is_shown() -> None:
    code, out, _ = run()
    assert code == 0
    assert "Usage" in out
    assert run("--help")[1] == out
    named = {word for word in out.replace("│", " ").split() if word in VERBS}
    assert named == VERBS


def test_only_what_is_there_is_listed() -> None:
    for later in ("optimise", "trial", "studio"):
        assert later not in run()[1]
        assert run(later)[0] == 2


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_has_help(verb: str) -> None:
    code, out, _ = run(verb, "--help")
    assert code == 0
    assert len(out.splitlines()) > 5


def test_version() -> None:
    assert run("--version") == (0, f"pinprick {__version__}\n", "")


def test_check_passes_good_files() -> None:
    code, out, err = run("check", ACNE)
    assert (code, out, err) == (0, f"{ACNE}: no faults\n", "")


def test_forecast_prints_the_summary_as_it_is(library: dict[str, Any]) -> None:
    code, out, err = run("forecast", ACNE)
    assert code == 0
    assert out == "[a] summary, 50 % of [nothing]\n"
    assert "50 % of 256 virtual versions of this person" in err


def test_forecast_writes_all_files(library: dict[str, Any], tmp_path: Path) -> None:
    names = ("report.html", "f.json", "f.csv", "f.nc")
    report, js, csv, nc = (str(tmp_path / name) for name in names)
    code, _, err = run(
        *("forecast", ACNE, "-o", report, "--json", js, "--csv", csv, "--netcdf", nc),
        *("--members", "8", "--seed", "3", "--set", "healing.x=9.1 /d", "--set", "a.b=1=2"),
    )
    assert code == 0, err
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names)
    asked = json.loads(Path(js).read_text())
    assert asked == {
        "members": "8",
        "seed": "3",
        "settings": str({"healing.x": "9.1 /d", "a.b": "1=2"}),
    }
    assert f"{report}: written" in err


def test_json_on_the_screen_stands_alone(library: dict[str, Any]) -> None:
    code, out, _ = run("forecast", ACNE, "--json", "-")
    assert code == 0
    assert json.loads(out)["members"] == "256"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "depth"), ["--set: found depth; allowed: NAME=VALUE"]),
        (("--set", "a=1", "--set", "a=2"), ["--set: found a twice"]),
        (("-o", "none/report.html"), ["--out: found none/report.html", "there is no folder none"]),
        (("-o", "."), ["this is a folder"]),
        (("-o", "a.html", "--csv", "a.html"), ["--csv: found a.html; allowed: another file"]),
        (("--json", ACNE), ["--json", "another file than that of the case"]),
    ],
)
def test_wrong_options_are_faults_before_the_run(
    words: tuple[str, ...], said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run("forecast", ACNE, *words)
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    for piece in said:
        assert piece in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("--members", "0"), ("--seed", "-1"), ("--members", "x")])
def test_usage_errors(words: tuple[str, ...]) -> None:
    code, out, _ = run("forecast", ACNE, *words)
    assert (code, out) == (2, "")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (KeyboardInterrupt(), 1, "stopped; nothing was written"),
        (NotForecastError("no trial found"), 1, "pinprick: no trial found"),
        (InputError([Fault("a", "1", "2"), Fault("b", "1", "2")]), 2, "a: found 1; allowed: 2"),
        (FloatingPointError("x is\nnot finite"), 1, "FloatingPointError: x is not finite"),
    ],
)
def test_what_goes_wrong_is_said_in_lines(
    library: dict[str, Any], tmp_path: Path, raised: BaseException, code: int, said: str
) -> None:
    library["raise"] = raised
    got, out, err = run("forecast", ACNE, "-o", str(tmp_path / "report.html"))
    lines = [line for line in err.splitlines() if "virtual versions" not in line]
    assert (got, out) == (code, "")
    assert said in lines[0]
    assert len(lines) == (2 if code == 2 else 1)
    assert list(tmp_path.iterdir()) == []


def test_traceback_only_with_debug(library: dict[str, Any]) -> None:
    library["raise"] = FloatingPointError("x")
    assert "Traceback" not in run("forecast", ACNE)[2]
    result = CliRunner().invoke(app, ["--debug", "forecast", ACNE])
    assert isinstance(result.exception, FloatingPointError)


def test_all_files_are_written_or_none(library: dict[str, Any], tmp_path: Path) -> None:
    old = tmp_path / "f.json"
    old.write_text("old")
    library["break report"] = True
    code, _, err = run("forecast", ACNE, "--json", str(old), "-o", str(tmp_path / "r.html"))
    assert code == 1
    assert "disk full" in err
    assert [p.name for p in tmp_path.iterdir()] == ["f.json"]
    assert old.read_text() == "old"


def test_demo_writes_a_report(library: dict[str, Any], tmp_path: Path) -> None:
    code, out, err = run("demo", "--out", str(tmp_path / "new" / "folder"))
    assert code == 0, err
    assert "summary" in out
    [report] = (tmp_path / "new" / "folder").iterdir()
    assert report.name == "report-alam-2014.html"


def test_compare(library: dict[str, Any], tmp_path: Path) -> None:
    other = tmp_path / "five.yaml"
    other.write_text(Case.load(ACNE).with_(sessions=5).dump())
    code, out, _ = run("compare", ACNE, str(other), "--json", "-")
    assert code == 0
    assert json.loads(out)["labels"] == "['acne-scars', 'five']"
    figure = tmp_path / "difference.svg"
    assert run("compare", ACNE, str(other), "-o", str(figure))[0] == 0
    assert figure.read_text() == "<svg>"
    code, _, err = run("compare", ACNE, str(other), "-o", "difference.html")
    assert (code, len(err.splitlines())) == (2, 1)
    assert ".svg, .png, .pdf" in err
    assert run("compare", ACNE)[0] == 2
    assert run("compare", ACNE, ACNE)[0] == 2


def test_validate(library: dict[str, Any], tmp_path: Path) -> None:
    code, out, _ = run("validate")
    assert code == 0
    assert "100\t101 (90 to 110)\tfit\tmet" in out
    assert "sign\t101 (90 to 110)\tplausibility\tmissed" in out
    assert out.endswith("used to set the model: 1 of 1 met\nnot used: 0 of 1 met\n")
    code, out, _ = run("validate", "--json", "-")
    assert len(json.loads(out)) == 3
    target = tmp_path / "v.json"
    assert run("validate", "--json", str(target))[0] == 0
    assert len(json.loads(target.read_text())) == 3


def test_cite(library: dict[str, Any], tmp_path: Path) -> None:
    made = tmp_path / "f.json"
    made.write_text("{}")
    assert run("cite", str(made)) == (0, "{}\nAlam 2014\n", "")
    code, _, err = run("cite", str(tmp_path / "none.json"))
    assert code == 2
    assert "no such file" in err


@pytest.mark.parametrize("kind", ["sources", "parameters", "studies"])
def test_evidence(kind: str) -> None:
    code, out, _ = run("evidence", kind)
    assert code == 0
    assert len(out.splitlines()) > 2
    code, _, err = run("evidence", kind, "zzzzzz")
    assert (code, len(err.splitlines())) == (2, 1)


def test_a_device_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "name: mine\ntitle: Roller of mine\nkind: roller\nhome: yes\nneedles: 192\n"
        "length_min: 0.2 mm\nlength_max: 0.3 mm\nshaft_diameter: 0.14 mm\ntip_diameter: 10 um\n"
        "cone_angle: 15 deg\nworking_width: 20 mm\ndrum_diameter: 20 mm\n",
        "utf-8",
    )
    code, out, _ = run("devices", str(path))
    assert code == 0
    assert "Roller of mine" in out
    assert "must state: puncture rate" in out
    path.write_text("name: mine\n", "utf-8")
    code, _, err = run("devices", str(path))
    assert code == 2
    assert "needles: found nothing" in err


def test_devices() -> None:
    code, out, _ = run("devices")
    assert code == 0
    assert "pen-14" in out
    code, out, _ = run("devices", "pen")
    assert code == 0
    assert out.startswith("pen-14: ")
    code, _, err = run("devices", "penn")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "did you mean pen?" in err


def test_no_picture_is_refused_before_the_forecast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("a forecast was made")

    monkeypatch.setattr("pinprick.forecasting.forecast", never)
    to = ("-o", str(tmp_path / "skin.png"))
    for words, said in (
        (("--day", "400"), "day: found 400; allowed: 0 to 264"),
        (("--day", "nan"), "day: found nan"),
        (("--scar", "rollin"), "did you mean rolling?"),
        (("-o", str(tmp_path / "skin.jpg")), "a file that ends in .png"),
    ):
        code, _, err = run("picture", ACNE, *to, *words)
        assert (code, len(err.splitlines())) == (2, 1), err
        assert said in err
    code, _, err = run("picture", str(example_path("rf-laxity")), "--research", *to)
    assert (code, err.count("\n")) == (1, 1) and "no picture" in err


def test_an_empty_name_is_no_case() -> None:
    code, _, err = run("check", "")
    assert (code, err) == (2, "CASE.yaml: found an empty name; allowed: the name of a case file\n")


def test_a_forecast_of_another_shape_is_refused(tmp_path: Path) -> None:
    odd = tmp_path / "odd.json"
    keys = ("sessions", "outcomes", "side_effects", "not_forecast")
    for text in ("[]", "{}", json.dumps({"case": 3, **{key: [1] for key in keys}})):
        odd.write_text(text)
        words = ("--clinic-phone", "+44 20 7946 0123", "--forecast", str(odd))
        code, _, err = run("sheets", ACNE, "--out", str(tmp_path / "out"), *words)
        assert (code, len(err.splitlines())) == (2, 1)
        assert "no forecast" in err


def test_new_takes_defaults(tmp_path: Path) -> None:
    target = tmp_path / "case.yaml"
    code, out, err = run("new", str(target), "--yes")
    assert code == 0, err
    assert "written" in out
    assert Case.load(target).course.sessions == 4
    assert "#" in target.read_text()
    before = target.read_text()
    code, _, err = run("new", str(target), "--yes")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "there already" in err
    assert target.read_text() == before
    code, _, err = run("new", str(tmp_path / "none" / "case.yaml"), "--yes")
    assert code == 2 and err.startswith("CASE.yaml: found ")


def test_new_asks_again_until_it_can_be_used(tmp_path: Path) -> None:
    target = tmp_path / "case.yaml"
    answers = ["Jane Roe", "P-9", "200", "41", "", "vi", "wrinkles", "neck", "2", "roller-home"]
    answers += ["1 mm", "0.3 mm", "3", "6 weeks", ""]
    code, _, err = run("new", str(target), answers="\n".join(answers) + "\n")
    assert code == 0, err
    assert "found Jane Roe" in err
    assert "found 200" in err
    assert "0.2 mm to 0.3 mm" in err
    case = Case.load(target)
    assert case.person is not None
    assert (case.code, case.person.age, case.person.phototype) == ("P-9", 41, 6)
    assert case.concerns[0].baseline is not None
    assert case.concerns[0].baseline.scale == "lemperle"
    assert case.session_days() == [0, 42, 84]


def test_new_stopped_half_way_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "case.yaml"
    code, _, err = run("new", str(target), answers="P-9\n41\n")
    assert code == 1
    assert "stopped; nothing was written" in err
    assert not target.exists()


def test_progress_without_a_screen_is_a_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("of it") as tell:
        for done in range(101):
            tell(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" %")[0] for line in lines] == ["25", "50", "75", "100"]


def test_screen_prints_a_page(tmp_path: Path) -> None:
    code, out, err = run("screen", ACNE)
    assert code == 0 and not err
    assert "WITH CARE" in out and "R37" in out and "Changes it" in out
    code, out, _ = run("screen", ACNE, "--json", "-")
    assert json.loads(out)["decision"] == "caution"
    code, out, _ = run("screen", ACNE, "--questions")
    assert "keloid: not reported" in out and "asked after" in out
    target = tmp_path / "v.json"
    code, _, err = run("screen", ACNE, "--json", str(target))
    assert code == 0 and "written" in err and json.loads(target.read_text())["complete"]


def test_a_refusal_is_a_result_and_a_wrong_answer_a_fault(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    text = Path(ACNE).read_text("utf-8")
    case.write_text(text.replace("  keloid: no", "  keloid: yes"), "utf-8")
    code, out, _ = run("screen", str(case))
    assert code == 0 and "DO NOT TREAT" in out
    case.write_text(text.replace("  keloid: no", "  keliod: no"), "utf-8")
    for verb in ("screen", "check"):
        code, _, err = run(verb, str(case))
        assert code == 2 and "did you mean keloid" in err


def test_a_new_case_carries_its_questions(tmp_path: Path) -> None:
    target = tmp_path / "new.yaml"
    assert run("new", str(target), "--yes")[0] == 0
    text = target.read_text("utf-8")
    assert "#   keloid: not reported" in text
    answered = (
        text.replace("# answers:", "answers:").replace("#   ", "  ").replace("# consent", "consent")
    )
    target.write_text(answered, "utf-8")
    code, out, _ = run("screen", str(target))
    assert code == 0 and "INCOMPLETE" in out
