"""Cases: examples, what is read, how it is written, changed and described."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from pinprick import units
from pinprick.case import Case, example_path, examples
from pinprick.case.interview import defaults, fill, problem, questions
from pinprick.case.schema import schema, schema_text
from pinprick.courses import Apply, Clean, Course, Dose, Needle, Numb
from pinprick.evidence.scales import scales
from pinprick.faults import InputError
from pinprick.fields import build, quantity_text
from pinprick.people import CONCERNS, Person

ROOT = Path(__file__).resolve().parents[2]
GOOD = example_path("acne-scars").read_text("utf-8")
SENTENCE = "4 sessions every 4 weeks with a pen at 1.5 mm on the cheek"


def faults(text: str) -> str:
    with pytest.raises(InputError) as caught:
        Case.loads(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "unit",
    ["mm", "um", "cm2", "mg/cm2", "mg/mL", "deg", "weeks", "d", "h", "min", "s", "ms", "1/s", "mJ",
     "W", "V"],
)  # fmt: skip
def test_a_quantity_with_many_digits_is_written_in_its_own_kind(unit: str) -> None:
    value = units.to_si(1 / 3, unit)
    assert units.quantity(quantity_text(value, (unit,)), unit) == value


@pytest.mark.parametrize("name", examples())
def test_examples_are_read_written_and_described(name: str) -> None:
    case = Case.load(example_path(name))
    assert Case.loads(case.dump()) == case
    form = case.model_dump(mode="json")
    jsonschema.validate(json.loads(json.dumps(form)), schema())
    raw = yaml.load(example_path(name).read_text("utf-8"), Loader=yaml.BaseLoader)
    assert set(raw) == set(form)


def test_the_schema_in_the_repository_is_current() -> None:
    text = (ROOT / "schema" / "case.schema.json").read_text("utf-8")
    assert text == schema_text(), "run `python tools/make_schema.py`"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("person", "age"), 200),
        (("person", "sesx"), 1),
        (("course", "sessions"), 0),
        (("course", "steps"), []),
        (("concerns",), []),
        (("format",), 2),
        (("person", "phototype"), "VII"),
    ],
)
def test_the_schema_refuses_what_is_wrong(path: tuple[str, ...], value: object) -> None:
    form = Case.loads(GOOD).model_dump(mode="json")
    holder = form
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(form, schema())


def test_the_consult() -> None:
    case = Case.loads(GOOD)
    assert case.person == Person(
        age=34,
        sex="female",
        phototype=4,
        smoker=False,
        diabetes=False,
        pregnant=False,
        breastfeeding=False,
        medicines=(),
        allergies=(),
        history=(),
        previous_treatments=(),
    )
    numb, clean, needle, after = case.course.steps
    assert isinstance(numb, Numb)
    assert isinstance(clean, Clean)
    assert isinstance(needle, Needle)
    assert isinstance(after, Apply)
    assert (numb.product, numb.dwell, numb.wiped_off) == ("lidocaine cream", 3600.0, True)
    [zone] = needle.zones
    assert (zone.depth, zone.area) == pytest.approx((0.0015, 0.012))
    assert zone.dose == Dose(seconds_per_cm2=2.0)
    assert (after.when, after.duration) == ("after", 86400.0)
    assert case.course.start == date(2026, 3, 9)
    assert case.session_days() == [0, 28, 56, 84]


def test_not_reported_is_none_and_written_back() -> None:
    case = Case.load(example_path("alam-2014"))
    [(needle, zone)] = case.course.zones
    assert (zone.depth, zone.area, zone.dose, needle.glide_product) == (None, None, None, None)
    assert case.population is not None
    assert case.population.age == (20, 65)
    assert case.population.phototype is None
    for line in ("depth: not reported", "area: not reported", "dose: not reported"):
        assert line in case.dump()


def test_left_out_stays_left_out() -> None:
    case = Case.loads(GOOD.replace("            area: 120 cm2\n", "").replace("  smoker: no\n", ""))
    assert "area" not in case.dump()
    assert "smoker" not in case.dump()


def test_none_is_not_the_same_as_not_reported() -> None:
    said = Case.loads(GOOD.replace("medicines: none", "medicines: not reported"))
    assert said.person is not None
    assert said.person.medicines is None
    one = Case.loads(GOOD.replace("medicines: none", "medicines: [isotretinoin, aspirin 75 mg]"))
    assert one.person is not None
    assert one.person.medicines == ("isotretinoin", "aspirin 75 mg")


@pytest.mark.parametrize(
    "text", ["a: b", "- x", "# y", "2026-03-09", "yes", "1.5", "a\n b\n\nc", "'", "~"]
)
def test_any_words_survive(text: str) -> None:
    case = Case.loads(GOOD).with_(title=text, goal=text)
    assert (case.title, Case.loads(case.dump())) == (text, case)


def test_codes_stay_text() -> None:
    for code in ("017", "12:30", "0x1F", "1e5"):
        text = GOOD.replace("code: P-017", f"code: {code}")
        if ":" in code:
            assert "code" in faults(text)
        else:
            assert Case.loads(text).code == code


def test_a_sentence_stands_for_a_course() -> None:
    text = GOOD[: GOOD.index("course:\n")] + f"course: {SENTENCE}\n"
    case = Case.loads(text)
    assert case.session_days() == [0, 28, 56, 84]
    [(needle, zone)] = case.course.zones
    assert (needle.device, zone.body_site, zone.depth) == ("pen", "cheek", 0.0015)
    assert case.course.start is None
    assert Case.loads(case.dump()) == case


@pytest.mark.parametrize(
    ("sentence", "sessions", "sites"),
    [
        ("One session with a roller at 1.5 mm on the cheeks for 4 passes", 1, ["cheek"]),
        ("three sessions, every 2 weeks, with the pen-36 at 0.5 mm on the upper lip, chin and nose",
         3, ["upper lip", "chin", "nose"]),
        ("6 sessions every 30 d with a home roller at 0.2 mm on both cheeks", 6, []),
        ("2 sessions every 6 weeks with a pen at 2 mm on the abdomen until pinpoint bleeding", 2,
         ["abdomen"]),
    ],
)  # fmt: skip
def test_sentences(sentence: str, sessions: int, sites: list[str]) -> None:
    if "home roller" in sentence:
        with pytest.raises(InputError, match="roller-home"):
            build(Course, sentence, from_file=True)
        return
    course = build(Course, sentence, from_file=True)
    assert course.sessions == sessions
    assert [zone.body_site for _, zone in course.zones] == sites


def test_unknown_schedules_need_a_stand_in() -> None:
    case = Case.loads(GOOD).with_(sessions=None, interval=None)
    with pytest.raises(InputError, match="sessions"):
        case.session_days()
    with pytest.raises(InputError, match="interval"):
        case.session_days(sessions=2)
    assert case.session_days(sessions=2, interval=86400.0 * 7) == [0, 7]


def test_changes() -> None:
    case = Case.loads(GOOD)
    other = case.with_(sessions=5, interval="6 weeks", depth="2 mm", device="pen-36", age=50)
    assert other.session_days() == [0, 42, 84, 126, 168]
    [(needle, zone)] = other.course.zones
    assert (needle.device, zone.depth) == ("pen-36", 0.002)
    assert other.person is not None
    assert other.person.age == 50
    assert case == Case.loads(GOOD)
    assert case.with_(depth=0.001).course.zones[0][1].depth == 0.001
    roller = case.with_(device="roller", dose={"passes": 4})
    assert roller.course.zones[0][1].dose == Dose(passes=4)


def test_wrong_changes_are_refused_together() -> None:
    case = Case.loads(GOOD)
    with pytest.raises(InputError) as caught:
        case.with_(sessions=0, depth="9 mm", device="pen")
    assert len(caught.value.faults) == 2
    with pytest.raises(InputError, match="did you mean sessions"):
        case.with_(sesions=3)
    with pytest.raises(InputError, match="kind person"):
        Case.load(example_path("alam-2014")).with_(age=40)


def test_faults_name_file_and_line() -> None:
    with pytest.raises(InputError) as caught:
        Case.loads(GOOD.replace("sessions: 4", "sessions: 0"), "folder/acne.yaml")
    line = next(n for n, row in enumerate(GOOD.splitlines(), 1) if "sessions: 4" in row)
    assert str(caught.value).startswith(
        f"folder/acne.yaml:{line} course.sessions: found 0; allowed:"
    )


def test_faults_come_in_the_order_of_the_file() -> None:
    text = GOOD.replace("sessions: 4", "sessions: 0").replace("age: 34", "age: 200")
    text = text.replace("code: P-017", "code: x")
    assert [line.split()[1] for line in faults(text).splitlines()] == [
        "code:", "person.age:", "course.sessions:",
    ]  # fmt: skip


def test_odd_keys_do_not_break_a_line() -> None:
    for key in (r'"\n"', r'"\e[31mred"', r'"a.b[c"', '"' + "x" * 999 + '"'):
        said = faults(GOOD.replace("goal: softer", f"{key}: softer"))
        assert len(said.splitlines()) == 1
        assert said.isprintable()
        assert len(said) < 400


def test_a_case_is_frozen() -> None:
    case = Case.loads(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        case.title = "x"
    assert hash(case) == hash(Case.loads(GOOD))


def test_the_interview_asks_about_ten_questions_with_reasons() -> None:
    asked = questions(date(2026, 3, 4))
    assert 9 <= len(asked) <= 13
    assert all(question.why for question in asked)
    assert asked[-1].default == "2026-03-09"
    case = Case.loads(fill(defaults(date(2026, 3, 4))))
    assert case.course.start == date(2026, 3, 9)


@pytest.mark.parametrize("concern", CONCERNS)
def test_the_interview_takes_every_concern(concern: str) -> None:
    assert problem(defaults(), "concern", concern) is None


@pytest.mark.parametrize("answer", ["a: b", "#", "{x}", "", "[", "'", "&a", "!x", "%"])
def test_the_interview_refuses_odd_answers_in_a_line(answer: str) -> None:
    for question in questions():
        wrong = problem(defaults(), question.key, answer)
        assert wrong is not None
        assert wrong.startswith("found ")
        assert "\n" not in wrong


def test_scales_are_whole() -> None:
    assert {"acne scars", "wrinkles"} <= {c for s in scales().values() for c in s.concerns}
    for scale in scales().values():
        assert scale.low < scale.high
        assert set(scale.concerns) <= set(CONCERNS)
        assert all(row.startswith("clinical:CL") for row in scale.rows)
