"""Faults: what is wrong with something the user gave, said in one line each.

Every reader of user input collects all the faults it can find and raises them together as
one :class:`InputError`, so that a person mends a file once and not once for every mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands, what was found and what is allowed.

    >>> print(Fault("course.sessions", "0", "a whole number from 1 to 12"))
    course.sessions: found 0; allowed: a whole number from 1 to 12
    """

    where: str
    found: str
    allowed: str

    def __str__(self) -> str:
        found = " ".join(self.found.split())
        if len(found) > 80:
            found = found[:77] + "..."
        return f"{self.where}: found {found}; allowed: {self.allowed}"


class InputError(ValueError):
    """Input that cannot be used; ``faults`` holds a line for everything found wrong.

    >>> error = InputError([Fault("person.age", "200", "18 to 100 years")])
    >>> print(error)
    person.age: found 200; allowed: 18 to 100 years
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class NotForecastError(ValueError):
    """The science does not support an answer; the message says what is missing."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the nearest known words, as the tail of a fault's ``allowed`` text.

    >>> did_you_mean("rollr", ["roller", "pen", "stamp"])
    'roller, pen, stamp (did you mean roller?)'
    """
    words = [str(name) for name in known]
    return ", ".join(words) + hint(word, words)


def hint(word: str, known: Iterable[str]) -> str:
    """The nearest known word as a question that follows a fault's text; nothing where none is near.

    >>> hint("rollr", ["roller", "pen"]), hint("laser", ["roller", "pen"])
    (' (did you mean roller?)', '')
    """
    words = [str(name) for name in known]
    near = difflib.get_close_matches(str(word).lower(), words, n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else ""


def too_few(least: int = 1, **counts: int) -> list[Fault]:
    """The faults of those counts that are below the least allowed.

    >>> too_few(nodes=0, draws=8)
    [Fault(where='nodes', found='0', allowed='1 or more')]
    """
    return [
        Fault(name, str(count), f"{least} or more")
        for name, count in counts.items()
        if not count >= least
    ]
