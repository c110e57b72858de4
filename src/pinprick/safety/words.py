"""Free words of a case: which answers they give, and which words nobody knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pinprick.evidence.entries import toml

_PARTS = re.compile(r"[,;/+&\n()]|\band\b|\bwith\b")
_TOKEN = re.compile(r"[a-z][\w'-]*")


@dataclass(slots=True)
class Heard:
    """What was understood of free words: answers, questions left open, and unknown words."""

    answers: dict[str, set[str]] = field(default_factory=dict)
    left_open: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)

    def add(self, question: str, answer: str) -> None:
        """Note one answer."""
        self.answers.setdefault(question, set()).add(answer)


@cache
def table() -> Mapping[str, Any]:
    """The table of words as it stands in ``words.toml``."""
    return toml("pinprick.safety", "words.toml")


@cache
def synonyms(kind: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Words of one list, the longest first, each with the answers it gives.

    >>> synonyms("medicines")["roaccutane"]
    (('isotretinoin', 'yes'),)
    """
    known: dict[str, list[tuple[str, str]]] = {}
    allowed = table()["lists"][kind]
    for question, answers in table()["answers"].items():
        if question in allowed or "*" in allowed:
            for answer, words in answers.items():
                for word in words:
                    known.setdefault(word, []).append((question, answer))
    for word in table()["nothing"].get(kind, ()):
        known.setdefault(word, [])
    longest = sorted(known, key=lambda word: (-len(word), word))
    return {word: tuple(known[word]) for word in longest}


def plain(text: str) -> str:
    """Text in lower case with plain hyphens, apostrophes and spaces.

    >>> plain("St John’s  Wort")
    "st john's wort"
    """
    out = text.casefold()
    for sign, instead in (("’", "'"), ("‘", "'"), ("‐", "-"), ("‑", "-"), ("–", "-"), ("_", " ")):
        out = out.replace(sign, instead)
    return " ".join(out.split())


def hear(kind: str, texts: Iterable[str], checked: Iterable[str] = ()) -> Heard:
    """Understand a list of free words; ``checked`` words were looked at and answer no question.

    >>> hear("medicines", ["Roaccutane 20 mg daily"]).answers
    {'isotretinoin': {'yes'}}
    >>> hear("medicines", ["Roacutan"]).unknown
    ['Roacutan']
    """
    heard = Heard()
    fine = {plain(word) for word in checked}
    for text in texts:
        if plain(text) in fine:
            continue
        for piece in _PARTS.split(plain(text)):
            if piece.strip() and piece.strip() not in fine:
                _hear_piece(kind, piece.strip(), text, heard)
    return heard


def _hear_piece(kind: str, piece: str, text: str, heard: Heard) -> None:
    known, nothing = synonyms(kind), table()["nothing"]
    for word in nothing["negations"]:
        what = piece.removeprefix(f"{word} ").removeprefix("history of ")
        if piece.startswith(f"{word} "):
            answers = known.get(what)
            if answers is None:
                heard.unknown.append(text)
            for question, answer in answers or ():
                heard.add(question, "no" if answer == "yes" else "none")
            return
    if any(re.search(rf"\b{word}\b", piece) for word in nothing["families"]):
        heard.unknown.append(text)
        return
    left, hits = piece, 0
    for word, answers in known.items():
        left, count = re.subn(rf"(?<![\w-]){re.escape(word)}(?![\w-])", " ", left)
        if count:
            hits += 1
            heard.left_open |= set(table()["open"].get(word, ()))
            for question, answer in answers:
                heard.add(question, answer)
    rest = [token for token in _TOKEN.findall(left) if token not in nothing["fillers"]]
    if not hits or (rest and kind in ("medicines", "allergies")):
        heard.unknown.append(" ".join(rest) if hits else text)


def is_bound(question: str, kind: str) -> bool:
    """Whether a word of that list is too loose to contradict an answer about here and now.

    >>> is_bound("suspicious_lesion", "history"), is_bound("keloid", "history")
    (True, False)
    """
    bound = table()["bound"]
    return kind in bound["lists"] and question in bound["questions"]


def near(kind: str, word: str) -> str:
    """The known word that comes nearest, or nothing.

    >>> near("medicines", "Roacutan")
    'roaccutane'
    """
    found = difflib.get_close_matches(plain(word), synonyms(kind), n=1)
    return found[0] if found else ""


def product_kind(name: str) -> str:
    """What a product is: plain, active, sunscreen, none, or unknown.

    >>> product_kind("20 % vitamin C serum"), product_kind("Plain hydrogel"), product_kind("Zorb")
    ('active', 'plain', 'unknown')
    """
    text, kinds = plain(name), table()["products"]
    if any(re.search(rf"\b{re.escape(word)}\b", text) for word in kinds["active"]):
        return "active"
    return next((kind for kind in ("plain", "sunscreen", "none") if text in kinds[kind]), "unknown")


def named_zone(question: str, name: str) -> bool:
    """Whether the name of a zone says where it lies.

    >>> named_zone("inside_orbital_rim", "both eyelids")
    True
    """
    text = plain(name)
    return any(re.search(rf"\b{re.escape(word)}\b", text) for word in table()["zones"][question])
