"""Any case goes to a file and back; any file gives a case or clear faults, nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pinprick import devices
from pinprick.case import Case, example_path
from pinprick.courses import Course
from pinprick.evidence.scales import scales
from pinprick.faults import InputError
from pinprick.fields import build
from pinprick.people import ACNE_SCARS, BODY_SITES, CONCERNS, OBSERVERS
from pinprick.people.person import SIDES

NOT = "not reported"
GOOD = example_path("acne-scars").read_text("utf-8")
DATES = st.dates(date(1900, 1, 1), date(2200, 12, 31))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1).filter(
    lambda text: text.strip() and not set(text) & set("\u2028\u2029\ufeff\ufffe\uffff")
)


def unreported(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.just(NOT))


def mapping(needed: dict[str, Any], optional: dict[str, Any] | None = None) -> Any:
    return st.fixed_dictionaries(needed, optional=optional or {})


PEOPLE = mapping(
    {
        "age": st.integers(0, 120),
        "sex": unreported(st.sampled_from(["female", "male"])),
        "phototype": unreported(st.sampled_from([1, 6, "I", "iv", "VI"])),
    },
    {
        "smoker": unreported(st.booleans()),
        "sun_damage": unreported(st.sampled_from(["none", "Mild", "moderate", "severe"])),
        "menopause": unreported(st.sampled_from(["no", False])),
        "pregnant": unreported(st.booleans()),
        "medicines": unreported(st.lists(WORDS, max_size=3)),
        "history": st.just("none"),
    },
)


@st.composite
def concerns(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(CONCERNS))
    made = draw(
        mapping(
            {"type": st.just(kind), "body_site": st.sampled_from(BODY_SITES)},
            {"side": st.sampled_from(SIDES)},
        )
    )
    if kind == "acne scars":
        made["subtype"] = draw(unreported(st.sampled_from(ACNE_SCARS)))
    fitting = [s for s in scales().values() if kind in s.concerns or not s.concerns]
    scale = draw(st.sampled_from(fitting))
    made["baseline"] = draw(
        unreported(
            mapping(
                {
                    "scale": st.just(scale.name),
                    "value": unreported(st.floats(scale.low, scale.high)),
                    "observer": unreported(st.sampled_from(OBSERVERS)),
                },
                {"date": unreported(DATES)},
            )
        )
    )
    return made


@st.composite
def needle_steps(draw: st.DrawFn, name: str) -> dict[str, Any]:
    cold = [n for n, d in devices.catalogue().items() if d.kind != "radiofrequency"]
    device = devices.device(draw(st.sampled_from(["pen", "roller", "Stamp", *cold])))
    doses = [
        mapping({"passes": st.integers(1, 100)}),
        mapping(
            {
                "until": st.sampled_from(["erythema", "pinpoint bleeding"]),
                "max_passes": unreported(st.integers(1, 100)),
            }
        ),
    ]
    if device.stroke_rate is not None:
        doses.append(mapping({"seconds_per_cm2": st.floats(0.05, 120)}))
    lengths = st.floats(max(device.length_min, 1e-5), device.length_max)
    zones = st.lists(
        mapping(
            {"body_site": st.sampled_from(BODY_SITES), "depth": unreported(lengths)},
            {"area": unreported(st.floats(1.1e-5, 0.1999)), "dose": unreported(st.one_of(doses))},
        ),
        min_size=1,
        max_size=3,
    )
    named = [{"name": f"{name} {place}", **zone} for place, zone in enumerate(draw(zones))]
    return {"needle": draw(mapping({"device": st.just(device.name), "zones": st.just(named)}))}


SECONDS = unreported(st.floats(1, 604800))
OTHER_STEPS = st.one_of(
    mapping({"numb": mapping({"product": unreported(WORDS), "dwell": SECONDS})}),
    mapping({"clean": mapping({}, {"product": unreported(WORDS)})}),
    mapping(
        {
            "apply": mapping(
                {"product": unreported(WORDS), "when": st.sampled_from(["before", "after"])},
                {"duration": SECONDS},
            )
        }
    ),
    mapping({"rest": mapping({"duration": SECONDS})}),
)


ANSWER = st.one_of(
    st.booleans(), st.floats(-1e9, 1e9), DATES, unreported(WORDS), st.lists(WORDS, min_size=1)
)
SCREENED = mapping(
    {},
    {
        "answers": st.dictionaries(
            st.sampled_from(["keloid", "tan", "tan_date", "active_infection", "blood_thinner_inr"]),
            st.one_of(ANSWER, st.dictionaries(st.sampled_from(["when", "which"]), ANSWER)),
        ),
        "clinic": mapping(
            {},
            {
                "isotretinoin": st.sampled_from(["label", "consensus"]),
                "region": unreported(st.sampled_from(["eu", "uk", "us", "other"])),
                "specialty": unreported(st.sampled_from(["dermatologist", "none"])),
                "waits": st.dictionaries(
                    st.sampled_from(["filler", "deep peel"]), st.floats(0, 8.64e7)
                ),
            },
        ),
        "consent": mapping(
            {"given": unreported(st.booleans())}, {"date": unreported(DATES), "version": WORDS}
        ),
        "overrides": st.lists(
            mapping(
                {
                    "rule": st.just("R17a"),
                    "name": WORDS,
                    "operator": st.sampled_from(["physician", "nurse"]),
                    "reason": WORDS,
                    "date": DATES,
                }
            ),
            max_size=2,
        ),
        "records": st.lists(
            mapping(
                {"date": unreported(DATES), "session": st.integers(1, 12)},
                {"pain": unreported(st.integers(0, 10))},
            ),
            max_size=2,
        ),
    },
)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {
        "format": 1,
        "kind": draw(st.sampled_from(["person", "study"])),
        "title": draw(WORDS),
        "operator": draw(unreported(st.sampled_from(["nurse", "self"]))),
        "concerns": draw(st.lists(concerns(), min_size=1, max_size=3)),
        "course": {
            "start": draw(unreported(DATES)),
            "sessions": draw(unreported(st.integers(1, 12))),
            "interval": draw(unreported(st.floats(86400, 31557600))),
            "steps": [
                *draw(st.lists(OTHER_STEPS, max_size=2)),
                draw(needle_steps("first")),
                *draw(st.lists(needle_steps("second"), max_size=1)),
            ],
        },
    }
    if made["kind"] == "person":
        made["person"] = draw(PEOPLE)
        made |= draw(SCREENED)
        made["code"] = draw(unreported(st.sampled_from(["P-017", "017", "1e5", "12", "A/3.b_7"])))
    else:
        made["study"] = {"id": draw(WORDS), "people": draw(unreported(st.integers(1, 999)))}
        made["population"] = {
            "age": draw(unreported(st.just([20, 65]))),
            "phototype": draw(unreported(st.sampled_from([["IV", 3], [1]]))),
        }
    texts = [made["title"], made.get("study", {}).get("id", "x")]
    assume(not any(" ".join(t.split()).casefold() == NOT for t in texts))
    return made


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_a_case_goes_to_a_file_and_back(data: dict[str, Any]) -> None:
    case = build(Case, data)
    text = case.dump()
    again = Case.loads(text)
    assert again == case
    assert again.dump() == text
    assert build(Case, case.model_dump(mode="json"), from_file=True) == case
    assert hash(again) == hash(case)


PIECES = st.sampled_from(
    ["", ":", "- ", "  ", "\t", "[", "{", "&a ", "*a", "!x ", "#", "'", '"', "|", "%", "\x00", "é",
     "not reported", "none", "null", ".nan", "-1 mm", "1e99 weeks", "0x10", "12:30", "?", "<<: ",
     "9999999999999999999999", "no", "2026-13-01", "${x}", "[[[[", "kind", "\u2028", "\ud800"]
)  # fmt: skip


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_changed_file_gives_a_case_or_faults(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(PIECES) + text[end:]
    give_case_or_faults(text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | DATES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_value_in_any_place_gives_a_case_or_faults(data: st.DataObject) -> None:
    form = Case.loads(GOOD).model_dump(mode="json")
    holder: Any = form
    while True:
        place = data.draw(
            st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder)))
        )
        if not isinstance(holder[place], dict | list) or data.draw(st.integers(0, 4)) == 0:
            break
        holder = holder[place]
    holder[place] = data.draw(PLAIN)
    give_case_or_faults(yaml.safe_dump(form, sort_keys=False))
    try:
        build(Case, form)
    except InputError as error:
        assert error.faults


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=60) | PLAIN.map(yaml.safe_dump))
def test_any_text_gives_a_case_or_faults(text: str) -> None:
    give_case_or_faults(text)


SENTENCE_WORDS = (
    "4 four sessions session every weeks 2 mm with a pen roller at 1.5 on the cheek and nose for "
    "passes s/cm2 until erythema from 2026-03-09 , ."
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(SENTENCE_WORDS.split(" ")), max_size=25))
def test_any_sentence_gives_a_course_or_faults(words: list[str]) -> None:
    try:
        assert build(Course, " ".join(words), from_file=True).steps
    except InputError as error:
        assert error.faults


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(["sessions", "interval", "start", "depth", "device", "age", "dose", "x"]),
        PLAIN,
        max_size=3,
    )
)
def test_any_change_gives_a_case_or_faults(changes: dict[str, Any]) -> None:
    try:
        assert isinstance(Case.loads(GOOD).with_(**changes), Case)
    except InputError as error:
        assert error.faults


def give_case_or_faults(text: str) -> None:
    try:
        case = Case.loads(text, "acne.yaml")
    except InputError as error:
        assert error.faults
        for line in str(error).splitlines():
            assert line.startswith("acne.yaml")
            assert "; allowed: " in line
    else:
        assert Case.loads(case.dump()) == case
