"""Entries of data files: a table of TOML as a frozen dataclass, with a line for every fault.

The annotations of the dataclass say what a table may hold, so that nothing is told twice: a field
with a default may be left out, a list becomes a tuple, a table a mapping or a dataclass of its own,
and a ``Literal`` names the words that are allowed.
"""

from __future__ import annotations

import tomllib
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from pinprick.faults import Fault, InputError, did_you_mean

T = TypeVar("T")
_PLAIN: Mapping[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def toml(package: str, name: str) -> dict[str, Any]:
    """What a TOML file beside the code of a package holds.

    >>> toml("pinprick.evidence", "scales.toml")["gais"]["unit"]
    'grade'
    """
    return tomllib.loads(files(package).joinpath(name).read_text("utf-8"))


def entries(
    kind: type[T], bodies: Mapping[str, Mapping[str, Any]], key: str = "name"
) -> Mapping[str, T]:
    """Every table of a file as a dataclass, by name.

    Args:
        kind: the dataclass.
        bodies: tables by name.
        key: the field that takes the name.

    Raises:
        InputError: a line for each fault of each table.

    >>> from pinprick.evidence.records import Spread
    >>> entries(Spread, {"uniform": {"low": 1, "high": 2}}, key="kind")["uniform"].high
    2.0
    """
    made: dict[str, T] = {}
    faults: list[Fault] = []
    for name, body in bodies.items():
        try:
            made[name] = entry(kind, name, body, **{key: name})
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return types.MappingProxyType(made)


def entry(kind: type[T], where: str, body: Mapping[str, Any], /, **given: Any) -> T:
    """A table as a dataclass.

    A field whose name Python keeps for itself stands in the table without its underscore.

    Args:
        kind: the dataclass.
        where: name of the table, for the faults.
        body: the table.
        given: fields that do not stand in it, as they are.

    Raises:
        InputError: a line for each key that is unknown or missing and each value that cannot be.

    >>> from pinprick.evidence.records import Quote
    >>> entry(Quote, "speed", {"row": "skin:S-VE7", "cell": "value", "gives": "sd"}).factor
    1.0
    >>> try:
    ...     entry(Quote, "speed", {"row": 7, "cell": "mean", "give": "sd"})
    ... except InputError as error:
    ...     print(error)
    speed.give: found an unknown key; allowed: row, cell, gives, factor (did you mean gives?)
    speed.row: found 7; allowed: text
    speed.cell: found mean; allowed: value, low, high, sd
    speed.gives: found nothing; allowed: value, low, high, sd
    """
    known, needed = _hints(cast(Any, kind)), _needed(cast(Any, kind))
    hints = {name: hint for name, hint in known.items() if name not in given}
    keys = {name: name.rstrip("_") for name in hints}
    faults = [
        Fault(f"{where}.{key}", "an unknown key", did_you_mean(key, keys.values()))
        for key in body
        if key not in keys.values()
    ]
    read = dict(given)
    for name, hint in hints.items():
        key, place = keys[name], f"{where}.{keys[name]}"
        if key in body:
            read[name] = _value(hint, body[key], place, faults)
        elif name in needed:
            faults.append(Fault(place, "nothing", _allowed(hint)))
    if faults:
        raise InputError(faults)
    return kind(**read)


def find(known: Mapping[str, T], name: str, what: str) -> T:
    """The entry of that name.

    Raises:
        InputError: if there is none; the fault names all, and the nearest.

    >>> find({"gais": 1.0}, "gais", "scale")
    1.0
    """
    if name not in known:
        raise InputError([Fault(what, name, did_you_mean(name, known))])
    return known[name]


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    found = get_type_hints(kind)
    return {each.name: _inner(found[each.name]) for each in fields(kind)}


@cache
def _needed(kind: Any) -> frozenset[str]:
    return frozenset(
        each.name
        for each in fields(kind)
        if each.default is MISSING and each.default_factory is MISSING
    )


def _inner(hint: Any) -> Any:
    """An annotation without ``| None``: a file leaves out what is not there."""
    kinds = [each for each in get_args(hint) if each is not types.NoneType]
    return kinds[0] if isinstance(hint, types.UnionType) and len(kinds) == 1 else hint


def _value(hint: Any, raw: Any, where: str, faults: list[Fault]) -> Any:
    """A value as its annotation asks for it; where it cannot be, nothing and one fault more."""
    origin, inner = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(raw, Mapping):
        try:
            return entry(cast(Any, hint), where, raw)
        except InputError as error:
            faults += error.faults
            return None
    if origin is tuple and isinstance(raw, list):
        kinds = [inner[0]] * len(raw) if inner[-1] is Ellipsis else list(inner)
        if len(kinds) == len(raw):
            each = zip(kinds, raw, range(len(raw)), strict=True)
            return tuple(_value(of, one, f"{where}[{i}]", faults) for of, one, i in each)
    if origin is Mapping and isinstance(raw, Mapping):
        name, of = inner
        made = {name(key): _value(of, one, f"{where}.{key}", faults) for key, one in raw.items()}
        return types.MappingProxyType(made)
    if hint is float and type(raw) is int:
        return float(raw)
    if hint is Any or type(raw) is hint or (origin is Literal and raw in inner):
        return raw
    allowed = did_you_mean(str(raw), map(str, inner)) if origin is Literal else _allowed(hint)
    faults.append(Fault(where, str(raw), allowed))
    return None


def _allowed(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(map(str, inner))
    if origin is tuple:
        return "a list" if inner[-1] is Ellipsis else f"a list of {len(inner)}"
    if origin is Mapping or is_dataclass(hint):
        return "a table"
    return _PLAIN.get(hint, str(hint))
