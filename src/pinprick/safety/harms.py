"""What can go wrong: one row a harm, and what may be said of it for one case.

The rows stand in ``harms.toml``; nothing is pooled and no guess is a rate. A harm is a ``rate``
where somebody counted it and the model holds, a ``bound`` where none was seen among so many people,
``expected`` in nearly everyone, ``unknown`` where it was reported and never counted in such a
course, and ``not_forecast`` where nobody looked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

import numpy as np

from pinprick.case import Case
from pinprick.evidence import registry
from pinprick.evidence.entries import entries
from pinprick.safety.bounds import zero_bound
from pinprick.safety.conditions import applies, data
from pinprick.safety.facts import FACE
from pinprick.safety.pih import NEEDLING, group, pih, provenance, single

Array = np.ndarray[Any, np.dtype[np.float64]]
Kind = Literal["rate", "bound", "expected", "unknown", "not_forecast"]
Per = Literal["person_course", "person_session", "puncture"]
Transfer = Literal["same device and site", "other device", "other site", "other device and site"]
Told = Literal["all", "serious"]
KINDS: tuple[Kind, ...] = get_args(Kind)
RADIOFREQUENCY = "radiofrequency"
_FILE = "harms.toml"


@dataclass(frozen=True, slots=True)
class Seen:
    """So many events among so many people: in whom, after what, how long followed, and where read.

    ``people`` holds one number, or the least and the most where the paper leaves it open. ``mix``
    are shares of the phototype groups, ``own`` people of one group alone; ``assumed`` names what no
    row gives. ``told`` is ``serious`` where only serious harm would have been told.
    """

    events: int
    people: tuple[int, ...]
    device: str
    body_site: str
    rows: tuple[str, ...]
    study: str = ""
    per: Per = "person_course"
    procedure: str = ""
    fits: str = NEEDLING
    phototype: str = "not said"
    mix: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, int] = field(default_factory=dict)
    sessions: int | None = None
    follow_up_days: int | None = None
    told: Told = "all"
    assumed: tuple[str, ...] = ()
    fitted: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        """Study and treatment, which name an arm."""
        return f"{self.study} {self.fits}"

    @property
    def says_types(self) -> bool:
        """Whether the paper itself says which skin types it counted."""
        return self.phototype != "not said" and "phototype" not in self.assumed


@dataclass(frozen=True, slots=True)
class Duration:
    """Hours as published, from and to, on one body site; ``sd_hours`` between people."""

    hours: tuple[float, float]
    body_site: str
    rows: tuple[str, ...]
    people: int | None = None
    sd_hours: float | None = None
    device: str = "not said"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Highest:
    """The largest share in any trial, in percent; a maximum over trials is no probability."""

    percent: float
    row: str
    of: str


@dataclass(frozen=True, slots=True)
class Harm:
    """One row of the table, as it stands for a clinic's needling of the face."""

    id: str
    name: str
    kind: Kind
    definition: str
    per: Per = "person_course"
    lasting: bool = False
    model: Literal["", "pih", "one_study"] = ""
    when: tuple[Mapping[str, Any], ...] = ()
    counted_when: tuple[Mapping[str, Any], ...] = ()
    not_counted_for: tuple[str, ...] = ()
    asked: tuple[float, ...] = ()
    seen: tuple[Seen, ...] = ()
    beside: tuple[Seen, ...] = ()
    durations: tuple[Duration, ...] = ()
    highest: Highest | None = None
    not_modelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """What may be said of a harm in one case.

    Attributes:
        harm: its row.
        kind: ``unknown`` where the row's count does not hold for this case.
        draws: of a rate: probability in an unknown clinic, shape (draws,).
        bounds: of a bound: what is not ruled out, one for each of the shares that were asked.
        seen: the counts that it rests on; ``beside`` those of other procedures.
        transfer: how near those counts are to this case; None where there are none.
        phototype: group of the person; None where it is not reported.
        people_like_this: people of that group alone among the counts; None where none were.
        prior_share: of the variance, what is left of the prior's; None where nothing was fitted.
    """

    harm: Harm
    kind: Kind
    draws: Array | None
    bounds: tuple[float, ...]
    seen: tuple[Seen, ...]
    beside: tuple[Seen, ...]
    transfer: Transfer | None
    phototype: str | None
    people_like_this: int | None
    prior_share: Mapping[str, float] | None


@cache
def harms() -> Mapping[str, Harm]:
    """All harms by their key.

    >>> harms()["serious"].seen[0].people
    (1845,)
    """
    return entries(Harm, {key: _whole(key, row) for key, row in data(_FILE).items()}, key="id")


def statements(case: Case) -> list[Statement]:
    """What may be said of each harm that can befall in this case, in the order of the table.

    >>> from pinprick.case import example
    >>> case = Case.loads(example("acne-scars"))
    >>> {each.kind for each in statements(case)} == set(KINDS)
    True
    """
    return [_statement(each, case) for each in harms().values() if applies(each.when, case)]


def at_home(case: Case) -> bool:
    """Whether somebody needles themselves or with home devices only, which no study counted.

    >>> from pinprick.case import example
    >>> at_home(Case.loads(example("home-roller"))), at_home(Case.loads(example("acne-scars")))
    (True, False)
    """
    return case.operator == "self" or all(step.tool.home for step in case.course.needling)


def sessions(case: Case) -> int:
    """Sessions of the course; the usual number where it is not reported."""
    usual = registry().parameter("courses.usual_sessions").value
    return case.course.sessions or round(usual)


def by_radiofrequency(case: Case) -> bool:
    """Whether some step of the course heats."""
    kinds = {step.tool.kind for step in case.course.needling}
    return RADIOFREQUENCY in kinds


def _whole(key: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its name, and counts with what they are of and a list of people."""
    per = row.get("per", "person_course")
    made = {"name": key, **row}
    for part in ("seen", "beside"):
        made[part] = [{"per": per, **each, "people": _listed(each["people"])}
                      for each in row.get(part, ())]  # fmt: skip
    return made


def _listed(people: int | list[int]) -> list[int]:
    return people if isinstance(people, list) else [people]


def _statement(harm: Harm, case: Case) -> Statement:
    heats = by_radiofrequency(case)
    kind = harm.kind if _counted(harm, case, heats) else "unknown"
    seen, beside = harm.seen, harm.beside
    if harm.model == "pih" and heats:
        seen, beside = _swapped(harm)
    type_ = case.person.phototype if case.person else None
    of = None if type_ is None else group(type_)
    own = sum(each.own.get(of, 0) for each in seen) if of else 0
    return Statement(
        harm=harm,
        kind=kind,
        draws=_draws(harm, case, heats) if kind == "rate" else None,
        bounds=_bounds(harm) if kind == "bound" else (),
        seen=seen,
        beside=beside,
        transfer=_transfer(seen, case) if seen else None,
        phototype=of,
        people_like_this=own or None,
        prior_share=_prior_share(harm) if kind == "rate" else None,
    )


def _counted(harm: Harm, case: Case, heats: bool) -> bool:
    if harm.kind not in ("rate", "bound"):
        return applies(harm.counted_when, case)
    named = heats and RADIOFREQUENCY in harm.not_counted_for
    return not (at_home(case) or named) and applies(harm.counted_when, case)


def _swapped(harm: Harm) -> tuple[tuple[Seen, ...], tuple[Seen, ...]]:
    """Counts of radiofrequency first, plain needling beside it."""
    own = tuple(each for each in harm.beside if each.fits == RADIOFREQUENCY)
    rest = tuple(each for each in harm.beside if each.fits != RADIOFREQUENCY)
    return own, (*harm.seen, *rest)


def _draws(harm: Harm, case: Case, heats: bool) -> Array:
    if harm.model != "pih":
        return single(harm.id)
    type_ = case.person.phototype if case.person else None
    return pih(type_, RADIOFREQUENCY if heats else NEEDLING, sessions(case))


def _bounds(harm: Harm) -> tuple[float, ...]:
    people = sum(each.people[0] for each in harm.seen)
    return tuple(zero_bound(people, share) for share in harm.asked)


def _transfer(seen: Sequence[Seen], case: Case) -> Transfer:
    """How near the counts are: what treated, and whether on the face."""
    kinds = {step.tool.kind for step in case.course.needling}
    read = {each.device for each in seen}
    plain = NEEDLING in read and RADIOFREQUENCY not in kinds
    same_device = "any needling" in read or plain or kinds <= read
    sites = {zone.body_site for _, zone in case.course.zones}
    same_site = sites <= FACE or any(each.body_site == "any" for each in seen)
    if same_device:
        return "same device and site" if same_site else "other site"
    return "other device" if same_site else "other device and site"


def _prior_share(harm: Harm) -> Mapping[str, float]:
    share = provenance()["prior_share"]
    if harm.model != "pih":
        return {"level": share[harm.id], "clinic": share["clinic"]}
    return {name: share[name] for name in ("level", "phototype", "clinic")}
