"""The questionnaire: what is asked, when, and how an answer is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from pinprick.case import Case
from pinprick.evidence.entries import entries, toml
from pinprick.faults import Fault, InputError, hint
from pinprick.fields import Day, Number, Texts, Word, YesNo

Kind = Literal["yes_no", "area", "choice", "date", "number", "words"]
HeldBy = Literal["", "case", "person", "medicines", "allergies"]
Value = frozenset[str] | float | date | None
YES, NO = frozenset({"yes"}), frozenset({"no"})
# Words that say that nothing is there; beside any other word they contradict it.
BENIGN = frozenset({"no", "none", "realistic"})
# Where an answer stands that another part of the case holds.
_HELD = {
    "consent": "consent.given",
    "age": "person.age",
    "phototype": "person.phototype",
    "operator": "operator",
    "depth": "course (each zone)",
    "wiped_off": "course (numb)",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question: how to ask it, what it takes, and when it is asked.

    ``held_by`` says what else answers it: ``case`` another part of the case alone, ``person`` the
    person as well as the answers, ``medicines`` or ``allergies`` that list, taken in full.
    """

    id: str
    group: str
    ask: str
    kind: Kind
    why: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    optional: bool = False
    held_by: HeldBy = ""

    def takes(self, zones: Iterable[str] = ()) -> str:
        """What an answer may be, in words.

        >>> questions()["keloid"].takes()
        'yes or no'
        """
        if self.kind == "area":
            return f"yes, no, or the zones that it touches ({', '.join(zones)})"
        if self.kind == "number":
            return f"a number from {self.low:g} to {self.high:g}"
        takes = {"date": "a date such as 2026-03-09", "words": "a list of words"}
        return takes.get(self.kind) or (", ".join(self.choices) or "yes or no")

    def read(self, raw: object, zones: tuple[str, ...]) -> Value:
        """The answer as a value: words, a number or a date; names of zones as they are.

        Raises:
            InputError: if it is no answer to this question.
        """
        if raw is None:
            return None
        if isinstance(raw, bool):
            raw = "yes" if raw else "no"
        try:
            return self._read(raw, zones)
        except InputError:
            found = ", ".join(raw) if isinstance(raw, tuple) else str(raw)
            raise InputError([Fault(self.id, found, self.takes(zones))]) from None

    def _read(self, raw: Any, zones: tuple[str, ...]) -> Value:
        if self.kind == "yes_no":
            return YES if YesNo().read(raw) else NO
        if self.kind == "choice":
            return frozenset({Word(words=self.choices).read("none" if raw == "no" else raw)})
        if self.kind == "date":
            day: date = Day().read(raw)
            return day
        if self.kind == "number":
            return float(Number(low=self.low, high=self.high).read(raw))
        if self.kind == "words":
            return frozenset(Texts(what="words").read(raw))
        names = raw if isinstance(raw, tuple) else (raw,)
        if names in (("yes",), ("no",)):
            return frozenset(names)
        return frozenset(Word(words=zones).read(name) for name in names)


@cache
def questions() -> Mapping[str, Question]:
    """All questions by id, in the order in which they are asked.

    >>> next(iter(questions()))
    'consent'
    """
    return entries(Question, toml("pinprick.safety", "questions.toml"), key="id")


def unknown(key: str) -> str:
    """What is allowed in place of a question that is not known.

    >>> unknown("keloids").rpartition("lists ")[2]
    '(did you mean keloid?)'
    """
    return f"a question that `pinprick screen --questions` lists{hint(key, questions())}"


def contradicts(value: Value) -> bool:
    """Whether words of an answer say that it is there and that it is not.

    >>> contradicts(frozenset({"yes", "no"})), contradicts(frozenset({"nickel", "steel"}))
    (True, False)
    """
    return isinstance(value, frozenset) and bool(value & BENIGN) and bool(value - BENIGN)


def to_answer(case: Case) -> str:
    """Lines for a case file: every question that is open, commented, to be answered.

    >>> from pinprick.case import example
    >>> print(to_answer(Case.loads(example("acne-scars"))).splitlines()[1])
    # Screening: take away the `#` and answer; `pinprick screen` says what is still open.
    """
    zones = [zone.name for _, zone in case.course.zones]
    lines = [
        "",
        "# Screening: take away the `#` and answer; `pinprick screen` says what is still open.",
    ]
    lines += ["# consent: {given: yes, date: 2026-03-02}", "# answers:"]
    for name, question in questions().items():
        follows = any(key in questions() for key in question.asked)
        if question.held_by not in ("case", "person") and not follows and not question.optional:
            lines.append(f"#   {name}: not reported    # {question.ask} {question.takes(zones)}")
    return "\n".join(lines) + "\n"


def questionnaire(case: Case) -> list[dict[str, str]]:
    """Every question that this case can meet, with what it takes and why it is asked.

    >>> from pinprick.case import example
    >>> questionnaire(Case.loads(example("acne-scars")))[0]["id"]
    'consent'
    """
    zones = [zone.name for _, zone in case.course.zones]
    return [
        {
            "id": name,
            "group": question.group,
            "ask": question.ask,
            "takes": question.takes(zones),
            "follows": ", ".join(key for key in question.asked if key in questions()),
            "why": question.why,
            "held": _HELD.get(name, "its own place") if question.held_by == "case" else "",
        }
        for name, question in questions().items()
    ]
