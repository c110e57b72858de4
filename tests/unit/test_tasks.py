"""Dated tasks around each session: windows, for whom, and what they never say."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

import pytest

from pinprick import units
from pinprick.case import Case, example_path
from pinprick.evidence import registry
from pinprick.faults import InputError
from pinprick.safety.conditions import CONDITIONS, data
from pinprick.safety.risks import off_label, risks
from pinprick.safety.tasks import PHASES, Task, redness, spelled, tasks, visit
from pinprick.safety.texts import blanks, texts

DAY = date(2026, 3, 9)
# What a forecast says that the sheets read; the rest of it is left out.
FORECAST: dict[str, Any] = {
    "sessions": [{"day": 0, "visit_min": {"p05": 72.0, "p50": 81.3, "p95": 100.0}}],
    "side_effects": [{"key": "redness", "duration_hours": {"p05": 4.4, "p50": 45.0, "p95": 126}}],
}


def case(**changes: Any) -> Case:
    return Case.load(example_path("acne-scars")).with_(**changes)


def made(person: Case | None = None, **more: Any) -> dict[str, Task]:
    """Tasks of one session by their id."""
    return {task.id: task for task in tasks(person or case(), [DAY], **more)}


# ---- the data ----


def test_every_task_has_words_a_window_and_a_basis() -> None:
    words = texts()
    for entry in data("tasks.toml")["task"]:
        assert entry["id"] in words, entry["id"]
        assert entry["phase"] in PHASES
        assert entry["anchor"] in ("arrival", "numbing_on", "numbing_off", "needling", "end")
        assert entry["rows"] or entry["grade"] == "judgement", entry["id"]
        assert bool(entry.get("mark")) <= bool(words[entry["id"]].calendar), entry["id"]
        assert {name for each in entry.get("when", []) for name in each} <= set(CONDITIONS)
        assert bool(entry.get("when")) <= bool(entry.get("because")), entry["id"]


def test_every_source_is_a_row_of_the_evidence() -> None:
    cited = {row for words in texts().values() for row in words.rows}
    cited |= {row for entry in data("tasks.toml")["task"] for row in entry["rows"]}
    assert cited <= set(registry().facts)


def test_every_text_is_used() -> None:
    """Those of harms in test_harms.py."""
    ids = {entry["id"] for entry in data("tasks.toml")["task"]}
    groups = ("sheet", "alarm", "consent", "question", "risk")
    assert {key for key in texts() if key.partition(".")[0] not in groups} == ids


def test_what_is_filled_in_is_known() -> None:
    there = (words for key, words in texts().items() if not key.startswith("risk."))
    found = {name for words in there for name in blanks(words.text)}
    assert found == {"from", "to", "redness", "visit", "why"}


def test_numbers_of_windows_stand_in_their_rows() -> None:
    """The end of each aftercare window is a number that a cited row holds."""
    for entry in data("tasks.toml")["task"]:
        if entry["phase"] != "after" or entry["to"] in ("redness", "24 h"):
            continue
        hours = units.quantity(entry["to"], "h") / units.HOUR
        facts = [registry().fact(row) for row in entry["rows"]]
        text = " ".join(" ".join([*map(str, f.original.values()), f.note]) for f in facts)
        numbers = {float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)}
        assert numbers & {hours, hours / 24, hours / 168}, entry["id"]


# ---- windows ----


def test_sunscreen_is_mineral_and_starts_after_a_day_for_every_phototype() -> None:
    for phototype in (1, 2, 3, 4, 5, 6, None):
        task = made(case(phototype=phototype))["sunscreen"]
        assert task.start == datetime(2026, 3, 10, 11, 45)
        assert (task.end - task.start).days == 13
        assert "mineral" in task.text and "SPF 30" in task.text
        assert "every skin colour" in task.text
        assert "72 hours" in task.conflict


def test_the_first_day_is_shade_and_no_sunscreen() -> None:
    task = made()["shade"]
    assert (task.start, task.end) == (datetime(2026, 3, 9, 11, 45), datetime(2026, 3, 10, 11, 45))
    assert "hat" in task.text and "no sunscreen" in task.text
    assert task.end == made()["sunscreen"].start


@pytest.mark.parametrize(
    ("phototype", "depth", "hours"),
    [(3, "1 mm", 24), (4, "1 mm", 72), (6, "0.3 mm", 72), (1, "1.5 mm", 72), (2, "1.4 mm", 24),
     (None, "1 mm", 72), (2, None, 72)],
)  # fmt: skip
def test_make_up_waits_longer_for_dark_skin_and_deep_needles(
    phototype: int | None, depth: str | None, hours: int
) -> None:
    task = made(case(phototype=phototype, depth=depth))["no_make_up"]
    assert (task.end - task.start).total_seconds() == hours * units.HOUR
    assert spelled(hours * units.HOUR) in task.text


@pytest.mark.parametrize(
    ("name", "days"),
    [("no_sport_no_pool", 3), ("own_creams_restart", 5), ("no_other_treatments_after", 14),
     ("no_shaving_after", 7)],
)  # fmt: skip
def test_other_waits(name: str, days: int) -> None:
    task = made()[name]
    assert (task.end - task.start).days == days


def test_own_creams_pause_a_day_before_and_prescribed_ones_are_asked_about() -> None:
    task = made()["own_creams_pause"]
    assert (task.start, task.end) == (datetime(2026, 3, 8, 10), datetime(2026, 3, 9, 10))
    assert "chose yourself" in task.text and "Ask the doctor who prescribed it" in task.text


def test_the_visit_follows_the_steps_of_the_course() -> None:
    found = made(start=time(14, 30))
    assert found["numbing_on"].start == datetime(2026, 3, 9, 14, 30)
    assert found["numbing_off"].start == found["needling"].start == datetime(2026, 3, 9, 15, 30)
    assert visit(case()).length == "1 hour 30 minutes to 2 hours"


def test_a_forecast_gives_the_length_of_the_visit_and_the_hours_of_redness() -> None:
    found = made(forecast=FORECAST)
    assert found["shade"].start == datetime(2026, 3, 9, 11, 25)
    assert visit(case(), FORECAST).length == "1 hour 10 minutes to 1 hour 40 minutes"
    assert redness(FORECAST).words == "about 45 hours (for some only 4 hours, for some 5 days)"
    assert redness(FORECAST).words in found["downtime"].text
    assert found["downtime"].window == "for 5 days after"
    assert "days off" in found["downtime"].conflict.casefold()


def test_preparation_never_reaches_back_beyond_the_visit_before() -> None:
    every_week = [date(2026, 3, 9), date(2026, 3, 16)]
    later = [task for task in tasks(case(), every_week) if task.session == 2]
    before = [task for task in later if task.phase == "before"]
    assert min(task.start for task in before) == datetime(2026, 3, 9, 11, 45)


def test_every_task_of_a_course_has_its_own_key() -> None:
    person = case()
    found = tasks(person, [date(2026, 3, 9), date(2026, 4, 6)])
    assert len({task.key for task in found}) == len(found)
    assert all(task.start <= task.end for task in found)
    assert [task.session for task in found] == sorted(task.session for task in found)


# ---- for whom ----


def test_cold_sores_are_asked_about_where_the_face_is_treated() -> None:
    asked, told = "ask_about_cold_sore_tablets", "tell_us_about_cold_sores"
    unknown = made(case(history=None, answers={}))
    assert told in unknown and asked not in unknown
    yes = made(case(history=None, answers={"cold_sore_history": True}))
    assert asked in yes and told not in yes
    assert "Ask us or your doctor" in yes[asked].text
    assert asked in made(case(history=["cold sores"], answers={}))
    assert not {asked, told} & set(made(case(history=None, answers={"cold_sore_history": False})))


def test_no_numbing_no_cream() -> None:
    text = "2 sessions every 4 weeks with a pen at 1 mm on the cheek"
    form = {**case().model_dump(mode="json"), "course": text}
    found = made(Case.model_validate(form))
    assert not {"numbing_on", "numbing_off"} & set(found)
    assert found["needling"].start == datetime(2026, 3, 9, 10)


def test_a_refused_cream_is_not_put_on() -> None:
    allergic = case(allergies=["lidocaine"])
    found = made(allergic)
    assert not {"numbing_on", "numbing_off"} & set(found)
    assert found["needling"].start == datetime(2026, 3, 9, 10)
    assert "cream" not in {risk.id for risk in risks(allergic)}


def test_a_study_has_no_tasks() -> None:
    with pytest.raises(InputError, match="a case of kind person"):
        tasks(Case.load(example_path("alam-2014")), [DAY])


# ---- words ----


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+", text) if part]


def orders_to_stop(sentence: str) -> bool:
    """Whether a sentence tells somebody to give up what a doctor gave."""
    prescribed = re.search(r"doctor|prescri|blood thinner", sentence, re.I)
    stops = re.search(r"\b(stop|pause|leave .* out|skip|quit|come off|omit)\b", sentence, re.I)
    return bool(prescribed and stops)


def test_no_text_tells_anyone_to_stop_a_prescribed_medicine() -> None:
    for words in texts().values():
        assert not [each for each in sentences(words.text) if orders_to_stop(each)], words.key
    assert not re.search(r"\bstop (taking|using)", " ".join(w.text for w in texts().values()))


def test_such_an_order_is_noticed() -> None:
    assert orders_to_stop("Stop the pills that your doctor gave you.")
    assert orders_to_stop("Pause prescribed tretinoin.")


@pytest.mark.parametrize("medicine", ["isotretinoin", "warfarin", "tretinoin", "aspirin"])
def test_it_holds_for_a_person_on_medicines_too(medicine: str) -> None:
    for task in tasks(case(medicines=[medicine]), [DAY]):
        assert not [each for each in sentences(task.text) if orders_to_stop(each)], task.id


# ---- the label ----


def test_use_beyond_the_label_is_told_with_its_reason() -> None:
    assert off_label(case()) == []
    assert off_label(case(age=20)) == ["age under 22"]
    assert off_label(case(depth="2 mm")) == ["deeper than 1.5 mm on the face"]
    form = case().model_dump(mode="json")
    form["concerns"] = [{"type": "melasma", "body_site": "cheek"}]
    assert off_label(Case.model_validate(form)) == ["melasma on the cheek"]
