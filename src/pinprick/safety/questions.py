"""The questionnaire: what is asked, when, and how an answer is read."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.fields import Day, Number, Texts, Word, YesNo

KINDS = ("yes_no", "area", "choice", "date", "number", "words")
Value = frozenset[str] | float | date | None
YES, NO = frozenset({"yes"}), frozenset({"no"})
# Words that say that nothing is there; beside any other word they contradict it.
BENIGN = frozenset({"no", "none", "realistic"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question: how to ask it, what it takes, and when it is asked.

    ``held_by`` says what else answers it: ``case`` another part of the case alone, ``person`` the
    person as well as the answers, ``medicines`` or ``allergies`` that list, taken in full.
    """

    id: str
    group: str
    ask: str
    kind: str
    why: str
    asked: Mapping[str, Any]
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    optional: bool = False
    held_by: str = ""

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
    text = files("pinprick.safety").joinpath("questions.toml").read_text("utf-8")
    return MappingProxyType(
        {key: _question(key, body) for key, body in tomllib.loads(text).items()}
    )


def _question(key: str, body: Mapping[str, Any]) -> Question:
    held = body.get("case", "")
    return Question(
        id=key,
        group=body["group"],
        ask=body["ask"],
        kind=body["kind"],
        why=body["why"],
        asked=body.get("asked", {}),
        choices=tuple(body.get("choices", ())),
        low=float(body.get("low", 0)),
        high=float(body.get("high", 0)),
        optional=bool(body.get("optional", False)),
        held_by=body.get("list", "case" if held is True else held),
    )


def unknown(key: str) -> str:
    """What is allowed in place of a question that is not known."""
    listed, meant, near = did_you_mean(key, questions()).partition(" (did you mean ")
    del listed
    return "a question that `pinprick screen --questions` lists" + meant + near


def contradicts(value: Value) -> bool:
    """Whether words of an answer say that it is there and that it is not.

    >>> contradicts(frozenset({"yes", "no"})), contradicts(frozenset({"nickel", "steel"}))
    (True, False)
    """
    return isinstance(value, frozenset) and bool(value & BENIGN) and bool(value - BENIGN)
