"""The screening: each row of the rules, how they combine, and what is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pinprick.case import Case, example_path
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.safety import Finding, Verdict, page, screen, words
from pinprick.safety.facts import FACE, NEAR_EYE, NEAR_LIPS
from pinprick.safety.questions import questions
from pinprick.safety.rules import holds, rules
from pinprick.safety.screening import moved
from pinprick.safety.verdict import DECISIONS
from screening_base import make

ROOM = Path(__file__).parents[2] / "src" / "pinprick" / "safety"
ROWS = tomllib.loads(Path(__file__).with_name("screening_cases.toml").read_text("utf-8"))
DERIVED = {
    "region", "isotretinoin_setting", "face", "near_eye", "near_lips", "scars", "numbs",
    "unknown_product", "device_kind", "at_home", "may_be_pregnant", "pregnant_or_nursing",
    "device", "device_home", "body_site", "face_zone", "beyond_dermis", "product_role",
    "product_kind",
}  # fmt: skip


def fired(change: dict[str, Any]) -> dict[str, Finding]:
    return {finding.rule: finding for finding in screen(make(change)).findings}


def values(given: dict[str, Any]) -> dict[str, Any]:
    return {k: frozenset({v}) if isinstance(v, str) else v for k, v in given.items()}


def test_the_base_case_has_no_finding() -> None:
    verdict = screen(make({}))
    assert verdict == Verdict("allow", complete=True)
    assert verdict.headline == "No contraindication found in the answers given"


def test_every_row_is_tested() -> None:
    assert set(ROWS) == set(rules())
    assert len({row.rule for row in rules().values() if row.id.startswith("R")}) == 53  # no R46
    assert len(rules()) > 80


@pytest.mark.parametrize("row", sorted(ROWS))
def test_trigger_and_near_miss(row: str) -> None:
    case, rule = ROWS[row], rules()[row]
    if "facts" in case:
        assert holds(rule.when, values(case["facts"]))
        assert not holds(rule.when, values(case["near_facts"]))
        return
    found = fired(case["trigger"])
    assert row in found
    assert found[row].decision == rule.decision
    assert found[row].scope == rule.scope
    assert row not in fired(case["near"])


@pytest.mark.parametrize("row", sorted(ROWS))
def test_wording(row: str) -> None:
    rule = rules()[row]
    assert ROWS[row]["says"].casefold() in rule.reason.casefold()
    assert rule.reason.endswith(".") and rule.changes.endswith(".")
    assert not rule.title.endswith(".") and rule.title[0].isupper()
    assert rule.grade and rule.changes
    assert rule.decision in DECISIONS[1:]
    assert rule.decision != "refer" or rule.ask
    assert rule.rows or rule.status == "assumed", "no source and not marked as assumed"
    assert not rule.until or "event" in rule.until or "days" in rule.until


def test_no_text_tells_anyone_to_give_up_a_prescribed_medicine() -> None:
    bad = re.compile(r"\b(stop|stopp\w+|discontinu\w+|come off|quit|withhold|cease taking)\b", re.I)
    texts = [
        text
        for rule in rules().values()
        for text in (rule.title, rule.reason, rule.changes, rule.conflict)
    ] + [str(rule.until.get("event", "")) for rule in rules().values()]
    texts += [text for each in questions().values() for text in (each.ask, each.why)]
    texts += [*page._NOW.values(), page._OPEN, page._DATED, page._COVERS]
    assert not [text for text in texts if bad.search(text)]
    for row in ("R16a", "R17b", "R19a", "R21", "R50"):
        assert re.search(r"prescri|goes on", rules()[row].reason), row


def test_conditions_name_questions_and_facts_that_there_are() -> None:
    for rule in rules().values():
        for name, wanted in {**rule.when, **rule.unless}.items():
            question = questions().get(name)
            assert question or name in DERIVED, (rule.id, name)
            if question and question.kind == "choice":
                assert set(wanted) <= set(question.choices), (rule.id, name)
        if "from" in rule.until:
            assert questions()[rule.until["from"]].kind == "date"
    for question in questions().values():
        assert all(name in questions() or name in DERIVED for name in question.asked)


def test_every_cited_row_is_in_the_registry() -> None:
    for rule in rules().values():
        cited = {*rule.rows, *re.findall(r"safety:SAF\d+", rule.conflict)}
        assert cited <= set(registry().facts), rule.id


def test_every_question_is_used_by_a_rule_or_a_question() -> None:
    used = {name for rule in rules().values() for name in (*rule.when, *rule.unless)}
    used |= {rule.until["from"] for rule in rules().values() if "from" in rule.until}
    used |= {name for question in questions().values() for name in question.asked}
    assert set(questions()) - used <= {"checked_words", "inside_orbital_rim"}


def test_words_answer_questions_that_there_are() -> None:
    table = words.table()
    for name, answers in table["answers"].items():
        question = questions()[name]
        allowed = question.choices or ("yes", "no")
        assert set(answers) <= set(allowed), name
    for kind in ("medicines", "allergies", "history", "previous_treatments"):
        assert all(word == words.plain(word) for word in words.synonyms(kind))
    assert FACE >= NEAR_LIPS and FACE >= NEAR_EYE


@pytest.mark.parametrize(
    ("kind", "text", "answers", "unknown"),
    [
        ("medicines", "Roaccutane", {"isotretinoin": {"yes"}}, []),
        ("medicines", "warfarin 5 mg daily",
         {"blood_thinner": {"yes"}, "blood_thinner_kind": {"warfarin"}}, []),
        ("medicines", "a blood thinner", {"blood_thinner": {"yes"}}, []),
        ("medicines", "paracetamol as needed", {}, []),
        ("medicines", "Retin-A cream", {"active_skincare": {"prescribed"}}, []),
        ("medicines", "no isotretinoin", {"isotretinoin": {"no"}}, []),
        ("medicines", "Zorblax and ibuprofen", {"own_painkillers": {"yes"}},
         ["Zorblax and ibuprofen"]),
        ("medicines", "not sure", {}, ["not sure"]),
        ("history", "fever blisters since childhood", {"cold_sore_history": {"yes"}}, []),
        ("history", "no cold sores", {"cold_sore_history": {"no"}}, []),
        ("history", "acne scars", {}, []),
        ("history", "mother had melanoma", {}, ["mother had melanoma"]),
        ("allergies", "aspirin", {}, []),
        ("allergies", "lidocaine, nickel",
         {"anaesthetic_allergy": {"yes"}, "metal_allergy": {"nickel"}}, []),
        ("allergies", "iodine", {}, ["iodine"]),
        ("previous_treatments", "Botox", {"filler_or_toxin": {"yes"}}, []),
    ],
)  # fmt: skip
def test_free_words(kind: str, text: str, answers: dict[str, set[str]], unknown: list[str]) -> None:
    heard = words.hear(kind, [text])
    assert heard.answers == answers
    assert heard.unknown == unknown


def test_an_unknown_medicine_is_a_question_until_somebody_looked() -> None:
    verdict = screen(make({"person": {"medicines": ["Roacutan"]}}))
    assert not verdict.complete
    assert verdict.unanswered == ("medicines: Roacutan",)
    assert "Did you mean roaccutane?" in verdict.questions[0].ask
    looked = {
        "person": {"medicines": ["Perindopril"]},
        "answers": {"checked_words": ["perindopril"]},
    }
    assert screen(make(looked)).complete


def test_two_answers_that_contradict_take_the_worse_and_stay_open() -> None:
    verdict = screen(make({"person": {"history": ["keloid"]}, "answers": {"keloid": False}}))
    assert verdict.decision == "refuse" and not verdict.complete
    assert "keloid" in verdict.unanswered


def test_a_past_treatment_does_not_contradict_an_answer_about_now() -> None:
    past = {"history": ["skin cancer on the back 2010"], "previous_treatments": ["IPL 2019"]}
    assert screen(make({"person": past})) == Verdict("allow", complete=True)
    answers = {"suspicious_lesion": "not reported"}
    assert screen(make({"person": past, "answers": answers})).decision == "refuse"


def test_aspirin_asks_whether_it_is_prescribed() -> None:
    open_ = {"own_painkillers": "not reported"}
    verdict = screen(make({"person": {"medicines": ["aspirin 100 mg"]}, "answers": open_}))
    assert verdict.unanswered == ("blood_thinner",)
    assert {finding.rule for finding in verdict.findings} == {"R18"}


# How findings combine -------------------------------------------------------------------------


def test_a_refused_zone_does_not_refuse_the_course_that_leaves_it_out() -> None:
    two = {"more_zones": {"brow": "forehead"}}
    verdict = screen(make({**two, "answers": {"open_wound": ["brow"]}}))
    assert verdict.decision == "caution"
    assert "Leave out: zone brow." in page.page(verdict, make(two))["now"]
    both = screen(make({**two, "answers": {"open_wound": ["brow", "cheeks"]}}))
    assert both.decision == "defer"


def test_a_refused_product_or_spot_does_not_refuse_the_course() -> None:
    for change in ({"person": {"allergies": ["lidocaine"]}}, {"answers": {"tattoo": True}}):
        verdict = screen(make(change))
        assert verdict.decision == "caution"
        assert "refuse" in {finding.decision for finding in verdict.findings}


def test_a_date_moves_the_course_and_an_event_does_not() -> None:
    case = make({"answers": {"filler_or_toxin": True, "filler_or_toxin_date": "2026-03-01"}})
    verdict = screen(case)
    assert verdict.decision == "defer" and not verdict.holds
    assert moved(case, verdict) == verdict.until and str(verdict.until) == "2026-03-15"
    pregnant = screen(make({"person": {"pregnant": True}}))
    assert pregnant.until is None and pregnant.holds
    both = make({"answers": dict(case.answers), "person": {"pregnant": True}})
    assert screen(both).until is None


def test_the_latest_date_counts() -> None:
    answers = {"filler_or_toxin": {"date": "2026-03-01"}, "tan": {"date": "2026-03-05"}}
    assert str(screen(make({"answers": answers})).until) == "2026-03-19"


def test_a_clinic_may_set_its_own_waits() -> None:
    answers = {"filler_or_toxin": {"date": "2026-03-01"}}
    own = {"answers": answers, "clinic": {"waits": {"filler": "28 d"}}}
    assert str(screen(make(own)).until) == "2026-03-29"
    none = {"answers": answers, "clinic": {"waits": {"filler": "0 d"}}}
    assert screen(make(none)).decision == "allow"
    with pytest.raises(InputError, match=r"clinic.waits.fller"):
        screen(make({"clinic": {"waits": {"fller": "1 d"}}}))


def test_a_specialist_decides_for_themselves() -> None:
    lupus: dict[str, Any] = {"answers": {"lupus": True}}
    physician = {**lupus, "operator": "physician"}
    assert screen(make(lupus)).decision == "refer"
    assert screen(make(physician)).decision == "refer"
    own = screen(make({**physician, "clinic": {"specialty": "rheumatologist"}}))
    assert own.decision == "caution"
    assert own.findings[0].reason.startswith("Specialist decision: ")
    nurse = {**lupus, "clinic": {"specialty": "rheumatologist"}}
    assert screen(make(nurse)).decision == "refer"


OVERRIDE = {"name": "Dr A", "operator": "physician", "reason": "seen", "date": "2026-03-01"}


def test_an_override_is_shown_and_counts_as_care() -> None:
    change = {"answers": {"keloid": True}, "overrides": [{"rule": "R07", **OVERRIDE}]}
    verdict = screen(make(change))
    assert verdict.decision == "caution"
    assert all(finding.overridden for finding in verdict.findings)
    assert "set aside by Dr A (physician) on 2026-03-01: seen" in page.text(verdict, make(change))
    assert verdict.as_dict()["findings"][0]["decision"] == "refuse"


@pytest.mark.parametrize("row", ["R01", "R02", "R04", "R05", "R41a", "R42a", "R45a", "L09", "R99"])
def test_what_can_never_be_set_aside(row: str) -> None:
    with pytest.raises(InputError, match=r"overrides\[0\]"):
        screen(make({"overrides": [{"rule": row, **OVERRIDE}]}))


def test_no_override_at_home_or_by_anyone_but_a_clinician() -> None:
    with pytest.raises(InputError, match="home use"):
        screen(make({"operator": "self", "overrides": [{"rule": "R51", **OVERRIDE}]}))
    with pytest.raises(InputError, match="physician, nurse"):
        make({"overrides": [{**OVERRIDE, "rule": "R51", "operator": "aesthetician"}]})


# What is printed ------------------------------------------------------------------------------


def test_an_incomplete_allow_is_printed_as_incomplete() -> None:
    verdict = screen(make({"answers": {"keloid": "not reported"}}))
    assert (verdict.decision, verdict.complete, verdict.unanswered) == ("allow", False, ("keloid",))
    text = page.text(verdict, make({}))
    assert text.splitlines()[2].startswith("SCREENING IS INCOMPLETE")
    assert page._NOW["allow"] not in text
    assert verdict.holds


def test_an_incomplete_refusal_stays_one() -> None:
    verdict = screen(make({"answers": {"keloid": True, "lupus": "not reported"}}))
    assert verdict.decision == "refuse" and not verdict.complete
    assert verdict.headline.startswith("Do not treat")


def test_a_study_is_not_screened() -> None:
    verdict = screen(Case.load(example_path("alam-2014")))
    assert verdict.decision == "not_applicable" and not verdict.holds


@pytest.mark.parametrize("name", ["acne-scars", "ice-pick-and-lines"])
def test_the_person_examples_are_fully_answered(name: str) -> None:
    verdict = screen(Case.load(example_path(name)))
    assert (verdict.decision, verdict.complete) == ("caution", True)


def test_follow_up_questions_are_asked_only_where_needed() -> None:
    assert screen(make({})).unanswered == ()
    assert screen(make({"person": {"diabetes": True}})).unanswered == ("diabetes_control",)
    open_ = screen(make({"answers": {"tan": True}}))
    assert open_.unanswered == ("tan_date",) and open_.decision == "defer"


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        ({"keliod": False}, "did you mean keloid"),
        ({"keloid": "perhaps"}, "yes or no"),
        ({"active_infection": ["chin"]}, "cheeks"),
        ({"tan_date": "soon"}, "a date"),
        ({"blood_thinner_inr": 99}, "from 0.5 to 20"),
        ({"age": 30}, "its own place"),
        ({"active_acne": "a lot"}, "none, mild, inflamed"),
    ],
)
def test_an_answer_that_cannot_be_is_a_fault(answers: dict[str, Any], where: str) -> None:
    with pytest.raises(InputError, match=where):
        screen(make({"answers": answers}))


def test_the_page_says_all_of_it() -> None:
    change = {"answers": {"keloid": True, "isotretinoin": {"last_dose": "2026-01-05"}}}
    text = page.text(screen(make(change)), make(change))
    for said in ("DO NOT TREAT", "Ask: dermatologist", "Until: 2026-07-07", "SAF249", "Changes it"):
        assert said in text
    assert all(len(line) <= 110 for line in text.splitlines())
