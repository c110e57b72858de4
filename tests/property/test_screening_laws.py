"""Laws of the screening: no adverse answer makes a verdict milder, nothing open is allowed."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinprick.case import Case
from pinprick.safety import Verdict, page, screen
from pinprick.safety.questions import Question, questions
from pinprick.safety.rules import rules
from pinprick.safety.verdict import DECISIONS, worst
from screening_base import make

MORE = {"brow": "forehead", "chin": "chin"}
ZONES = ("cheeks", *MORE)
MEDICINES = [
    "Roaccutane",
    "warfarin",
    "ibuprofen",
    "doxycycline",
    "metformin",
    "Zorblax",
    "aspirin",
]
HISTORY = ["keloid", "fever blisters", "psoriasis", "lupus", "melanoma", "no keloid", "father: HIV"]


def adverse() -> dict[str, list[Any]]:
    """The answers of each question that some rule names, the worst known ones."""
    found: dict[str, list[Any]] = {}
    for rule in rules().values():
        for name, wanted in rule.when.items():
            question = questions().get(name)
            if question is None or question.held_by == "case":
                continue
            if question.kind in ("yes_no", "area") and "yes" in wanted:
                found[name] = [True]
            elif question.kind == "choice":
                found.setdefault(name, []).extend(wanted)
            elif question.kind == "number":
                found[name] = [9]
    return found


ADVERSE = adverse()
# Of these a second answer is worse than none and milder than another; only `none` is benign.
BENIGN = {"choice": ["none", "realistic", "good"], "yes_no": [False], "area": [False]}


def answer(question: Question) -> st.SearchStrategy[Any]:
    plain: dict[str, st.SearchStrategy[Any]] = {
        "yes_no": st.booleans(),
        "area": st.one_of(st.booleans(), st.lists(st.sampled_from(ZONES), min_size=1, unique=True)),
        "choice": st.sampled_from(question.choices or ("x",)),
        "date": st.dates().map(
            lambda day: day.replace(year=2000 + day.year % 50, day=1).isoformat()
        ),
        "number": st.floats(question.low, question.high) if question.high else st.just(1),
        "words": st.just(["zorblax"]),
    }
    return st.one_of(plain[question.kind], st.just("not reported"))


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    asked = [q for q in questions().values() if q.held_by != "case"]
    some = draw(st.lists(st.sampled_from(asked), max_size=12, unique_by=lambda q: q.id))
    return {
        "answers": {question.id: draw(answer(question)) for question in some},
        "person": {
            "age": draw(st.sampled_from([16, 20, 34])),
            "phototype": draw(st.sampled_from(["II", "VI", "not reported"])),
            "sex": draw(st.sampled_from(["female", "male", "not reported"])),
            "medicines": draw(st.lists(st.sampled_from(MEDICINES), max_size=2, unique=True)),
            "history": draw(st.lists(st.sampled_from(HISTORY), max_size=2, unique=True)),
        },
        "operator": draw(st.sampled_from(["physician", "nurse", "aesthetician", "self"])),
        "depth": draw(st.sampled_from(["0.3 mm", "1.2 mm", "2 mm", "not reported"])),
        "clinic": {
            "isotretinoin": draw(st.sampled_from(["label", "consensus"])),
            "specialty": draw(st.sampled_from(["dermatologist", "oncologist", "not reported"])),
            "region": draw(st.sampled_from(["eu", "us", "uk", "not reported"])),
        },
        "consent": draw(st.sampled_from([True, False, None])),
        "more_zones": draw(st.sampled_from([{}, MORE])),
    }


def cases(change: dict[str, Any], *, bare: bool) -> Case:
    names = {"cheeks", *change["more_zones"]}
    for name, said in change["answers"].items():
        if isinstance(said, list) and questions()[name].kind == "area":
            change["answers"][name] = [z for z in said if z in names] or ["cheeks"]
    return make(change, bare=bare)


def by_scope(verdict: Verdict) -> dict[tuple[str, str], str]:
    places = {(each.scope, each.of) for each in verdict.findings}
    return {
        place: worst(f.counts_as for f in verdict.findings if (f.scope, f.of) == place)
        for place in places
    }


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(changes(), st.sampled_from(sorted(ADVERSE)), st.data(), st.booleans())
def test_an_adverse_answer_never_makes_a_verdict_milder(
    change: dict[str, Any], name: str, data: st.DataObject, bare: bool
) -> None:
    kind = questions()[name].kind
    if kind in BENIGN:
        before_answer = data.draw(st.sampled_from([*BENIGN[kind], "not reported"]))
        if kind != "choice" or before_answer in (*questions()[name].choices, "not reported"):
            change["answers"][name] = before_answer
        else:
            change["answers"][name] = "not reported"
    else:
        change["answers"][name] = "not reported"
    before = screen(cases(change, bare=bare))
    change["answers"][name] = data.draw(st.sampled_from(ADVERSE[name]))
    after = screen(cases(change, bare=bare))
    assert DECISIONS.index(after.decision) >= DECISIONS.index(before.decision)
    worse = by_scope(after)
    for place, decision in by_scope(before).items():
        assert DECISIONS.index(worse.get(place, "allow")) >= DECISIONS.index(decision), place


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(changes(), st.booleans())
def test_nothing_that_is_open_is_printed_as_allowed(change: dict[str, Any], bare: bool) -> None:
    case = cases(change, bare=bare)
    verdict = screen(case)
    assert verdict.complete == (not verdict.unanswered)
    made = page.page(verdict, case)
    head = page.text(verdict, case).splitlines()[2].casefold()
    if not verdict.complete:
        assert verdict.holds or verdict.decision == "defer"
        assert "incomplete" in head or "open" in head
        assert not {page._NOW["allow"], page._NOW["caution"]} & set(made["now"])
        assert len(made["open"]) == len(verdict.unanswered)
    for finding in verdict.findings:
        assert finding.decision in DECISIONS[1:]
    own = [each.counts_as for each in verdict.findings if each.scope == "course"]
    assert DECISIONS.index(verdict.decision) >= DECISIONS.index(worst(own))
    assert all(
        question in made["open"][place]["id"] for place, question in enumerate(verdict.unanswered)
    )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes(), st.sampled_from(sorted(q.id for q in questions().values() if q.held_by != "case"))
)
def test_taking_an_answer_back_never_completes_a_verdict(change: dict[str, Any], name: str) -> None:
    before = screen(cases(change, bare=False))
    change["answers"][name] = "not reported"
    after = screen(cases(change, bare=False))
    if name in before.unanswered:
        assert not after.complete
