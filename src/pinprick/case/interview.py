"""About ten plain questions that make a first case file, with the reason for each default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pinprick.case.model import Case
from pinprick.case.writing import scalar
from pinprick.faults import InputError
from pinprick.units import DAYS_PER_WEEK

_SCALES = {
    "acne scars": ("goodman-baron-quantitative", "0 to 84 points, lower is better"),
    "wrinkles": ("lemperle", "0 to 5 grades, lower is better"),
}

# What stands for an answer that is still to come, so that it cannot clash with one given.
_OPEN = {"value": "not reported", "depth": "not reported"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the default, and why it is the default."""

    key: str
    ask: str
    default: str
    why: str


def questions(today: date | None = None) -> tuple[Question, ...]:
    """The questions in their order; the course begins on the Monday after ``today``.

    >>> [question.key for question in questions()][:3]
    ['code', 'age', 'sex']
    """
    day = today or date.today()
    monday = day + timedelta(days=int(DAYS_PER_WEEK) - day.weekday())
    return (
        Question("code", "A code for the person", "P-001", "never a name or a birth date"),
        Question("age", "Age in years", "35", "older skin starts with less collagen"),
        Question("sex", "Sex (female, male)", "female", "skin differs in thickness"),
        Question("phototype", "Phototype (I to VI)", "III", "decides who darkens after"),
        Question("concern", "What for (acne scars, wrinkles ...)", "acne scars", "has most trials"),
        Question("body_site", "Where (cheek, forehead, neck ...)", "cheek", "skin differs"),
        Question("value", "Score before the course", "not reported", "unknown widens the range"),
        Question("device", "Device (pen, roller, stamp)", "pen", "the commonest in clinics"),
        Question("depth", "Needle depth", "1.5 mm", "the depth of most trials on scarred cheeks"),
        Question("sessions", "Number of sessions", "4", "little is gained after 3 to 5"),
        Question("interval", "Time between sessions", "4 weeks", "the interval of most trials"),
        Question("start", "First session", monday.isoformat(), "the Monday to come"),
    )  # fmt: skip


def defaults(today: date | None = None) -> dict[str, str]:
    """The answer that each question has if none is given, by its key.

    >>> defaults()["depth"], defaults(date(2026, 3, 5))["start"]
    ('1.5 mm', '2026-03-09')
    """
    return {question.key: question.default for question in questions(today)}


def problem(answers: Mapping[str, str], key: str, answer: str) -> str | None:
    """What is wrong with an answer, given the answers before it; ``None`` if nothing is.

    >>> problem({}, "age", "200")
    'found 200; allowed: a whole number from 0 to 120 years'
    """
    try:
        Case.loads(fill({**defaults(), **_OPEN, **answers, key: answer}))
    except InputError as error:
        return str(error.faults[0]).partition(": ")[2]
    return None


def fill(answers: Mapping[str, str]) -> str:
    """The commented case file for the answers.

    >>> Case.loads(fill(defaults())).course.sessions
    4
    """
    said = {key: _written(" ".join(answer.split())) for key, answer in answers.items()}
    concern = " ".join(answers["concern"].casefold().split())
    scale, scale_note = _SCALES.get(concern, ("", ""))
    baseline = (
        _BASELINE.format(scale=scale, note=scale_note, value=said["value"])
        if scale
        else "    baseline: not reported    # scale, value, date and observer\n"
    )
    title = scalar(f"{answers['concern']} on the {answers['body_site']}")
    return _TEMPLATE.format(**said, title=title, baseline=baseline)


def _written(answer: str) -> str:
    return answer if re.fullmatch(r"[1-9][0-9]{0,3}", answer) else scalar(answer)


_BASELINE = """\
    baseline:
      scale: {scale}    # {note}
      value: {value}
      date: not reported
      observer: unblinded investigator    # blinded rater, unblinded investigator, patient reported
"""

_TEMPLATE = """\
# A case for Pinprick. `pinprick check` names every fault in it, `pinprick forecast` runs it.
# Lengths, times and areas carry their units: 1.5 mm, 4 weeks, 120 cm2.
# What is not known is written `not reported`: the forecast then widens its range and says so.
format: 1
kind: person
title: {title}
code: {code}    # never a name or a birth date
operator: nurse    # physician, nurse, aesthetician or self
goal: not reported    # what the person hopes for, in their words

person:
  age: {age}
  sex: {sex}
  phototype: {phototype}    # Fitzpatrick, I to VI
  smoker: not reported    # yes or no
  diabetes: not reported
  sun_damage: not reported    # of the skin to be treated: none, mild, moderate or severe
  menopause: not reported    # years since, or `no`
  pregnant: not reported
  breastfeeding: not reported
  medicines: not reported    # a list, or `none`
  allergies: not reported
  history: not reported    # keloids, herpes, active acne, bleeding, cancer ...
  previous_treatments: not reported

concerns:
  - type: {concern}
    side: both
    body_site: {body_site}
{baseline}
course:
  start: {start}
  sessions: {sessions}    # little is gained after 3 to 5
  interval: {interval}
  steps:
    - numb:
        product: lidocaine cream
        dwell: 60 min
        wiped_off: yes    # cream that is needled in would reach the blood
    - clean:
        product: not reported
    - needle:
        device: {device}    # `pinprick devices` lists them
        glide_product: sterile hyaluronic acid gel
        zones:
          - name: {body_site}
            body_site: {body_site}
            depth: {depth}
            area: not reported    # such as 120 cm2
            dose: not reported    # passes: 4, or seconds_per_cm2: 2, or until: erythema
    - apply:
        product: plain hydrogel
        when: after
        duration: 24 h
"""
