"""The closing section of the report: what articles say, what the evidence says, for this case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from pinprick import devices
from pinprick.evidence.claims import (
    VERDICTS,
    Claim,
    any_case,
    for_case,
    questions,
    words,
)
from pinprick.exports.html import fill
from pinprick.faults import InputError
from pinprick.safety.words import hear, product_kind

MOST = 12
MOST_OF_A_TOPIC = 2
SAID = {
    "contradicted": "no",
    "partly": "only partly",
    "unclear": "not known",
    "supported": "yes",
}
_SILENT = frozenset({"", "none", "no", "not reported"})
_DARKER = frozenset({"IV", "V", "VI"})


def tags(case: Mapping[str, Any]) -> frozenset[str]:
    """Tags of a case, by which claims touch it: concerns, devices, products, answers and so on.

    Args:
        case: a case as plain data.

    >>> found = tags({"concerns": [{"type": "acne scars"}], "person": {"phototype": "V"}})
    >>> sorted(found & {"acne scars", "phototype IV-VI", "numbing", "recovery"})
    ['acne scars', 'phototype IV-VI', 'recovery']
    """
    person = case.get("person") or {}
    found = {*any_case(), *(str(concern["type"]) for concern in case.get("concerns") or ())}
    found |= _skins(person, case.get("population") or {})
    found |= set(_course(case.get("course") or {}))
    found |= set(_named(person))
    found |= set(_answered(case.get("answers") or {}))
    if case.get("operator") == "self":
        found.add("home device")
    return frozenset(found)


def shown(tags: frozenset[str]) -> tuple[tuple[Claim, ...], int]:
    """The claims of the section, contradicted and partly right ones first, and how many are left.

    A claim that several articles repeat is shown once and counted once.

    >>> some, more = shown(frozenset({"acne scars", "numbing", "recovery"}))
    >>> len(some) <= MOST, more > 0
    (True, True)
    """
    touching = _once(for_case(tags))
    taken: list[Claim] = []
    of_topic: Counter[str] = Counter()
    for claim in touching:
        if len(taken) < MOST and of_topic[claim.topic] < MOST_OF_A_TOPIC:
            taken.append(claim)
            of_topic[claim.topic] += 1
    taken.sort(key=lambda claim: VERDICTS.index(claim.verdict))
    return tuple(taken), len(touching) - len(taken)


def part(case: Mapping[str, Any]) -> Markup:
    """The section as HTML.

    >>> "What articles say" in part({})
    True
    """
    some, more = shown(tags(case))
    rows = [
        {
            "claim": claim.claim,
            "verdict": claim.verdict,
            "said": SAID[claim.verdict],
            "says": claim.says,
            "rows": claim.rows,
        }
        for claim in some
    ]
    return fill("pinprick.exports.reports", "claims", claims=rows, more=more)


def _once(touching: Iterable[Claim]) -> list[Claim]:
    """Of claims that repeat one another only the most relevant."""
    kept: dict[tuple[str, str], Claim] = {}
    for claim in touching:
        kept.setdefault((claim.topic, claim.says), claim)
    families: set[str] = set()
    first = []
    for claim in kept.values():
        family = claim.like or claim.id
        if family not in families:
            families |= {family, claim.id}
            first.append(claim)
    return first


def _skins(person: Mapping[str, Any], population: Mapping[str, Any]) -> set[str]:
    group = population.get("phototype")
    types = {person.get("phototype"), *(group if isinstance(group, list) else ())}
    known = {str(each) for each in types if each not in (None, "not reported")}
    found = {"phototype IV-VI"} if known & _DARKER else set()
    return found | ({"phototype I-III"} if known - _DARKER else set())


def _course(course: Mapping[str, Any]) -> Iterator[str]:
    """Tags of the devices, sites, creams and products of a course."""
    steps = [pair for step in course.get("steps") or () for pair in step.items()]
    yield "numbing" if any(kind == "numb" for kind, _ in steps) else "no numbing"
    for kind, body in steps:
        if kind == "needle":
            yield from _needled(body)
        names = {"apply": "product", "needle": "glide_product"}
        product = str(body.get(names[kind]) or "") if kind in names else ""
        if product.lower() not in _SILENT:
            yield from _applied(product)


def _needled(step: Mapping[str, Any]) -> Iterator[str]:
    yield from (str(zone.get("body_site")) for zone in step.get("zones") or ())
    try:
        device = devices.device(str(step.get("device")))
    except InputError:
        return
    yield device.kind
    if device.home:
        yield "home device"


def _applied(product: str) -> Iterator[str]:
    kind = product_kind(product)
    if kind in ("active", "unknown", "plain"):
        yield "products"
    if kind == "active":
        yield "serum"
    yield from _words(product)


def _named(person: Mapping[str, Any]) -> Iterator[str]:
    """Tags of what a person takes, has and had, as the screening understands it."""
    for kind in ("medicines", "history", "previous_treatments"):
        texts = person.get(kind)
        if isinstance(texts, list | tuple):
            heard = hear(kind, map(str, texts)).answers
            yield from _answered({name: " ".join(said) for name, said in heard.items()})
            for text in texts:
                yield from _words(str(text))


def _words(text: str) -> Iterator[str]:
    said = f" {text.lower()}"
    return (tag for tag, parts in words().items() if any(f" {word}" in said for word in parts))


def _answered(answers: Mapping[str, Any]) -> Iterator[str]:
    """Tags of questions that were answered with anything but no."""
    for tag, asked in questions().items():
        for name in asked:
            answer = answers.get(name)
            if answer and str(answer).lower() not in _SILENT:
                yield tag
