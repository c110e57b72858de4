"""When a task or a risk applies: conditions as data, answered from the case.

What is not reported counts as if the condition held, so that the careful words are those that show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pinprick import units
from pinprick.case import Case
from pinprick.courses import Numb
from pinprick.evidence.entries import toml
from pinprick.faults import Fault, InputError
from pinprick.safety.facts import FACE
from pinprick.safety.facts import known as facts
from pinprick.safety.questions import NO
from pinprick.safety.screening import screen

CREAM = "numbing cream"  # what the screening calls a cream without a name


@cache
def data(name: str) -> Mapping[str, Any]:
    """A data file of this room.

    >>> data("tasks.toml")["visit"]["start"]
    '10:00'
    """
    return toml("pinprick.safety", name)


def applies(when: Sequence[Mapping[str, Any]], case: Case) -> bool:
    """Whether one of some cases holds; each names conditions that must all hold.

    >>> from pinprick.case import example
    >>> case = Case.loads(example("acne-scars"))
    >>> applies([{"phototype_from": 5}, {"depth_from": "1.5 mm"}], case), applies((), case)
    (True, True)
    """
    return not when or any(
        all(CONDITIONS[name](case, value) for name, value in each.items()) for each in when
    )


def answer(case: Case, question: str) -> bool | None:
    """What the case says to a question of the screening; ``None`` if nothing.

    >>> from pinprick.case import example
    >>> answer(Case.loads(example("acne-scars")).with_(history="cold sores"), "cold_sore_history")
    True
    """
    said = facts(case).values.get(question)
    return None if said is None else said != NO


def _phototype(case: Case) -> int | None:
    return case.person.phototype if case.person else None


def _phototype_from(case: Case, lowest: int) -> bool:
    mine = _phototype(case)
    return mine is None or mine >= lowest


def _phototype_to(case: Case, highest: int) -> bool:
    mine = _phototype(case)
    return mine is None or mine <= highest


def _depth_from(case: Case, least: str) -> bool:
    limit = units.quantity(least, "mm")
    return any(zone.depth is None or zone.depth >= limit for _, zone in case.course.zones)


def _site(case: Case, region: str) -> bool:
    return any(zone.body_site in _REGIONS[region] for _, zone in case.course.zones)


def numbing(case: Case) -> list[Numb]:
    """The numbing steps of the course, less those whose cream the screening refuses.

    >>> from pinprick.case import example
    >>> case = Case.loads(example("acne-scars"))
    >>> len(numbing(case)), len(numbing(case.with_(allergies="lidocaine")))
    (1, 0)
    """
    findings = [each for each in screen(case).findings if each.scope == "product"]
    refused = {each.of for each in findings if each.counts_as == "refuse"}
    steps = [step for step in case.course.steps if isinstance(step, Numb)]
    return [step for step in steps if (step.product or CREAM) not in refused]


def _step(case: Case, kind: str) -> bool:
    if kind == "numb":
        return bool(numbing(case))
    return any(step.kind == kind for step in case.course.steps)


def _device_kind(case: Case, kind: str) -> bool:
    return any(step.tool.kind == kind for step in case.course.needling)


_REGIONS = {"face": FACE}
CONDITIONS: Mapping[str, Callable[[Case, Any], bool]] = {
    "phototype_from": _phototype_from,
    "phototype_to": _phototype_to,
    "depth_from": _depth_from,
    "site": _site,
    "step": _step,
    "device_kind": _device_kind,
    "concern": lambda case, kind: any(each.type == kind for each in case.concerns),
    "said_yes": lambda case, question: answer(case, question) is True,
    "not_denied": lambda case, question: answer(case, question) is not False,
}


def person_only(case: Case) -> None:
    """Refuse a study: sheets and tasks are for one person.

    Raises:
        InputError: if the case is no person's.

    >>> from pinprick.case import example
    >>> person_only(Case.loads(example("alam-2014")))
    Traceback (most recent call last):
        ...
    pinprick.faults.InputError: kind: found study; allowed: a case of kind person
    """
    if case.kind != "person":
        raise InputError([Fault("kind", case.kind, "a case of kind person")])
