"""Interventions as data: what is done beside needling, what it acts on and how well that is known.

A product that is no intervention of this list changes nothing in a forecast.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from pinprick.faults import Fault, InputError, did_you_mean

Grade = Literal["controlled", "uncontrolled", "mechanism"]
Where = Literal["course", "medicines"]
_PIECES = re.compile(r"[,;/+&()]|\band\b|\bwith\b")


@dataclass(frozen=True, slots=True)
class Intervention:
    """Something done beside needling.

    ``acts`` maps what it acts on (a factor of :class:`pinprick.healing.care.Care`) to the parameter
    that holds the factor. ``adds`` maps a concern to the parameter that holds the published
    contrast of what is seen. ``where`` says in which part of a case its words count: among the
    products of the course, or among the person's medicines. ``grade`` is the evidence for its
    clinical effect, ``basis`` says in words where its factor comes from, and ``says`` is what a
    report prints.
    """

    name: str
    title: str
    words: tuple[str, ...]
    where: tuple[Where, ...]
    acts: Mapping[str, str]
    adds: Mapping[str, str]
    grade: Grade
    basis: str
    rows: tuple[str, ...]
    says: str


@cache
def interventions() -> Mapping[str, Intervention]:
    """All interventions by name.

    >>> interventions()["platelet-rich plasma"].grade
    'controlled'
    """
    return MappingProxyType({name: _read(name, body) for name, body in _data()["of"].items()})


def intervention(name: str) -> Intervention:
    """The intervention of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.
    """
    if name not in interventions():
        raise InputError([Fault("intervention", name, did_you_mean(name, interventions()))])
    return interventions()[name]


def named_in(text: str, where: Where) -> tuple[str, ...]:
    """Names of the interventions that free words of a case speak of.

    A piece of text with a word such as *no* or *stopped* leaves nothing: what was is no care.

    >>> named_in("Tretinoin 0.05 % at night", "medicines"), named_in("isotretinoin", "medicines")
    (('topical retinoid',), ())
    >>> named_in("no tretinoin", "medicines"), named_in("autologous PRP", "course")
    ((), ('platelet-rich plasma',))
    """
    said = [
        piece
        for piece in _PIECES.split(_plain(text))
        if not any(_stands(word, piece) for word in _data()["not_now"]["words"])
    ]
    return tuple(
        each.name
        for each in interventions().values()
        if where in each.where
        and any(_stands(word, piece) for word in each.words for piece in said)
    )


def _stands(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\u2010-\u2013_]", "-", text).casefold().split())


@cache
def _data() -> Mapping[str, Any]:
    text = files("pinprick.evidence").joinpath("interventions.toml").read_text("utf-8")
    return tomllib.loads(text)


def _read(name: str, body: Mapping[str, Any]) -> Intervention:
    if body["grade"] not in get_args(Grade):
        raise InputError([Fault(f"{name}.grade", body["grade"], ", ".join(get_args(Grade)))])
    return Intervention(
        name=name,
        title=body["title"],
        words=tuple(body["words"]),
        where=tuple(body["where"]),
        acts=MappingProxyType(dict(body["acts"])),
        adds=MappingProxyType(dict(body.get("adds", {}))),
        grade=body["grade"],
        basis=body["basis"],
        rows=tuple(body["rows"]),
        says=body["says"],
    )
