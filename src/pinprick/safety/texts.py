"""The words of the sheets: ours, or a clinic's under the same keys, each with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from tomllib import TOMLDecodeError, loads
from types import MappingProxyType
from typing import Any

from pinprick import files
from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.safety.conditions import data
from pinprick.safety.harms import harms

WORDS = ("title", "calendar", "text")
_FILE = "texts.toml"


@dataclass(frozen=True, slots=True)
class Words:
    """One entry: its words, its sources, and whether they are the clinic's own."""

    key: str
    text: str
    title: str = ""
    calendar: str = ""
    rows: tuple[str, ...] = ()
    own: bool = False

    def said(self, **filled: str) -> str:
        """The text with what stands in { } filled in."""
        return self.text.format_map(filled)


Texts = Mapping[str, Words]


def texts(path: str | Path | None = None) -> Texts:
    """All words by their key; those of a clinic's file stand in the place of ours.

    Raises:
        InputError: a line for every entry of the clinic's file that cannot be used.

    >>> texts()["alarm.pus"].text, texts()["risk.keloid"].title
    ('pus', 'Thick scars (keloid)')
    """
    return _ours() if path is None else MappingProxyType({**_ours(), **_own(Path(path), _ours())})


@cache
def _ours() -> Texts:
    entries = _entries(data(_FILE))
    return MappingProxyType({key: _words(key, {**_titled(key), **entry}) for key, entry in entries})


def _own(path: Path, ours: Texts) -> dict[str, Words]:
    text = files.read_text(path, what="a file of texts")
    try:
        given = loads(text)
    except TOMLDecodeError as error:
        raise InputError([Fault(str(path), str(error), "plain TOML")]) from None
    entries, faults = dict(_entries(given)), []
    for key, entry in entries.items():
        faults += [
            Fault(f"{path} {key}{fault.where}", fault.found, fault.allowed)
            for fault in _problems(key, entry, ours)
        ]
    if not entries and not faults:
        faults.append(Fault(str(path), "no entry", "entries such as [shade] with a text"))
    if faults:
        raise InputError(faults)
    return {
        key: _words(key, {**_spoken(ours[key]), "rows": [], **entry}, own=True)
        for key, entry in entries.items()
    }


def _entries(given: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Entries by their key; a table that holds tables is a group."""
    for name, inner in given.items():
        key = f"{above}{name}"
        group = isinstance(inner, Mapping) and any(isinstance(v, Mapping) for v in inner.values())
        if group and not above:
            yield from _entries(inner, f"{key}.")
        else:
            yield key, inner


def _titled(key: str) -> dict[str, str]:
    """The title of a harm, which is its name, whatever may be said of it in a case."""
    group, _, name = key.partition(".")
    return {"title": title(harms()[name.removesuffix("_unknown")].name)} if group == "risk" else {}


def title(name: str) -> str:
    """A name as a sentence starts: first letter large.

    >>> title("acne flare")
    'Acne flare'
    """
    return name[:1].upper() + name[1:]


def _words(key: str, entry: Mapping[str, Any], own: bool = False) -> Words:
    spoken = {name: str(entry.get(name, "")).strip() for name in WORDS}
    return Words(key, rows=tuple(entry.get("rows", ())), own=own, **spoken)


def _spoken(words: Words) -> dict[str, str]:
    return {name: getattr(words, name) for name in WORDS}


def _problems(key: str, entry: Any, ours: Texts) -> Iterable[Fault]:
    """What is wrong with an entry of a clinic's file."""
    if key not in ours:
        yield Fault("", "an unknown key", did_you_mean(key, ours))
        return
    if not isinstance(entry, Mapping):
        yield Fault("", "no table", "a table with a text")
        return
    for name, value in entry.items():
        if name == "rows":
            if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
                yield Fault(".rows", "no list of sources", "a list of text")
        elif name not in WORDS:
            yield Fault(f".{name}", "an unknown key", did_you_mean(name, (*WORDS, "rows")))
        elif not isinstance(value, str) or not value.strip():
            yield Fault(f".{name}", "no text", "some text")
        else:
            yield from _blanks(name, value, ours[key])


def _blanks(name: str, value: str, ours: Words) -> Iterable[Fault]:
    known = blanks(getattr(ours, name))
    allowed = ", ".join(f"{{{each}}}" for each in known) or "text without { }"
    try:
        unknown = [each for each in blanks(value) if each not in known]
    except ValueError:
        unknown = ["a lone { or }"]
    if unknown:
        yield Fault(f".{name}", ", ".join(unknown), allowed)


def blanks(text: str) -> tuple[str, ...]:
    """Names that stand in { } in a text.

    >>> blanks("From {from} on, for {to}.")
    ('from', 'to')
    """
    found = [(name, spec, turn) for _, name, spec, turn in Formatter().parse(text)]
    if any(spec or turn for _, spec, turn in found):
        raise ValueError("a format")
    return tuple(name for name, _, _ in found if name is not None)
