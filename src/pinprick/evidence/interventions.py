"""Interventions as data: what is done beside needling, what it acts on and how well that is known.

A product that is no intervention of this list changes nothing in a forecast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pinprick.evidence.entries import entries, find, toml
from pinprick.evidence.records import Grade

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
    grade: Grade
    basis: str
    rows: tuple[str, ...]
    says: str
    adds: Mapping[str, str] = field(default_factory=dict)


@cache
def interventions() -> Mapping[str, Intervention]:
    """All interventions by name.

    >>> interventions()["platelet-rich plasma"].grade
    'controlled'
    """
    return entries(Intervention, _data()["of"])


def intervention(name: str) -> Intervention:
    """The intervention of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> intervention("topical retinoid").where
    ('medicines',)
    """
    return find(interventions(), name, "intervention")


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
    return toml("pinprick.evidence", "interventions.toml")
