"""What popular articles claim about needling, each claim beside what the evidence says.

The claims stand in ``claims.toml`` beside this file. Each has a verdict, the rows behind it, a
sentence for readers, and what the program does about it (``handled``). A claim that repeats
another takes from it what it does not say itself. Tags say which cases a claim touches.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from pinprick.evidence.entries import entries, toml
from pinprick.faults import Fault, InputError, hint

ClaimVerdict = Literal["contradicted", "partly", "unclear", "supported"]
VERDICTS: tuple[ClaimVerdict, ...] = get_args(ClaimVerdict)
_OWN = ("claim", "verdict", "like", "note", "front")  # never taken from another claim
# How much a verdict and the closeness of its tags bring a claim forward.
_WEIGHT_OF_VERDICT = {"contradicted": 3, "partly": 2, "unclear": 1, "supported": 0}
_CLOSE, _NEAR, _ANY = 3, 2, 1
_ABOUT = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of popular articles: what they say, what the evidence says, what is done about it.

    ``words`` tells in short what the rows hold; ``touches`` are tags of cases, the first what the
    claim is about; ``like`` names the claim that it repeats; ``note`` tells where a first
    reading was corrected; ``front`` marks what every consult brings up.
    """

    id: str
    topic: str
    claim: str
    verdict: ClaimVerdict
    rows: tuple[str, ...]
    words: str
    says: str
    handled: str
    touches: tuple[str, ...]
    status: str = "read"
    like: str = ""
    note: str = ""
    front: bool = False

    @property
    def compares(self) -> bool:
        """Whether it sets articles against each other instead of quoting one."""
        return self.id.startswith("CX")


@cache
def claims() -> Mapping[str, Claim]:
    """All claims by id, ordered by topic.

    >>> len(claims()), claims()["C004-06"].verdict
    (181, 'contradicted')
    """
    bodies = _file()["claim"]
    return entries(Claim, {name: _whole(name, bodies) for name in bodies}, key="id")


def claim(name: str) -> Claim:
    """The claim with that id.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> claim("C000-06").says
    'No trial of needling for sun spots was found.'
    """
    if name not in claims():
        allowed = f"an id such as C000-06{hint(name, claims())}"
        raise InputError([Fault("claim", name, allowed)])
    return claims()[name]


@cache
def sentences() -> Mapping[str, str]:
    """Sentences that answer a claim by themselves, by id.

    >>> "alopecia" in sentences()["garbled"]
    True
    """
    return MappingProxyType(_file()["sentence"])


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Words of a case, in lower case, that give it a tag.

    >>> "prp" in words()["serum"]
    True
    """
    return MappingProxyType({tag: tuple(found) for tag, found in _file()["word"].items()})


@cache
def questions() -> Mapping[str, tuple[str, ...]]:
    """Screening questions whose answer, other than no, gives a case a tag.

    >>> questions()["keloid"]
    ('keloid', 'hypertrophic_scar')
    """
    return MappingProxyType({tag: tuple(found) for tag, found in _file()["question"].items()})


@cache
def any_case() -> frozenset[str]:
    """Tags that every case has.

    >>> "recovery" in any_case()
    True
    """
    weight = _file()["weight"]
    return frozenset([*weight["every"], *weight["any"]])


def for_case(tags: Set[str]) -> tuple[Claim, ...]:
    """The claims that touch a case with these tags, the most relevant first.

    Closeness to the case and a verdict against the claim both bring it forward.

    >>> [found.id for found in for_case({"sun spots", "words"})][:2]
    ['C002-29', 'C000-06']
    """
    touching = [found for found in claims().values() if tags & set(found.touches)]
    return tuple(sorted(touching, key=lambda found: -_relevance(found, tags)))


def _relevance(found: Claim, tags: Set[str]) -> int:
    close, general = _file()["weight"]["close"], _file()["weight"]["any"]
    weights = [
        _CLOSE if tag in close else _ANY if tag in general else _NEAR
        for tag in found.touches
        if tag in tags
    ]
    about = found.touches[0] in tags and found.touches[0] in close
    return (
        max(weights, default=0)
        + _WEIGHT_OF_VERDICT[found.verdict]
        + (_ABOUT if about else 0)
        - (_ABOUT if found.compares else 0)
        + found.front
    )


@cache
def _file() -> dict[str, Any]:
    return toml("pinprick.evidence", "claims.toml")


def _whole(name: str, bodies: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A claim with what it takes from the one that it is like."""
    body = dict(bodies[name])
    if "like" not in body:
        return body
    taken = _whole(body["like"], bodies)
    return {**{key: value for key, value in taken.items() if key not in _OWN}, **body}
