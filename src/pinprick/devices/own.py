"""A device of one's own, from a YAML file: the catalogue's figures as text with units.

name: my-pen
title: Pen with 16 needles
kind: pen                  # roller, pen or stamp
home: no
needles: 16
length_min: 0.25 mm        # what it can be set to
length_max: 2.0 mm
shaft_diameter: 0.21 mm
tip_diameter: 10 um        # a diameter, never a radius
cone_angle: 15 deg         # the full angle
working_width: 9 mm        # of the face or the drum
stroke_rate: 100 1/s       # pens only
drum_diameter: 20 mm       # rollers only
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import pi, tan
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pinprick import files
from pinprick.devices.model import Device, Kind
from pinprick.evidence.figure import OWN, Figure
from pinprick.faults import Fault, InputError
from pinprick.fields import Quantity, Reader, Text, Whole, Word, YesNo, quantity_text
from pinprick.fields.plain import plain_lines, read_lines

_KINDS: tuple[Kind, ...] = ("roller", "pen", "stamp")
_WHAT = "a file of a device"
_LENGTH = ("mm",)
_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "name": Text(what="a name for the device"),
        "title": Text(what="what it is, in a few words"),
        "kind": Word(words=_KINDS),
        "home": YesNo(),
        "needles": Whole(low=1, high=2000, what="needles"),
        "length_min": Quantity(low="0 mm", high="5 mm", like="0.25 mm", shown_in=_LENGTH),
        "length_max": Quantity(low="0.05 mm", high="5 mm", like="2.0 mm", shown_in=_LENGTH),
        "shaft_diameter": Quantity(low="50 um", high="1 mm", like="0.21 mm", shown_in=_LENGTH),
        "tip_diameter": Quantity(low="1 um", high="100 um", like="10 um", shown_in=("um",)),
        "cone_angle": Quantity(low="3 deg", high="90 deg", like="15 deg", shown_in=("deg",)),
        "working_width": Quantity(low="1 mm", high="100 mm", like="9 mm", shown_in=_LENGTH),
        "stroke_rate": Quantity(low="1 1/s", high="1000 1/s", like="100 1/s", shown_in=("1/s",)),
        "drum_diameter": Quantity(low="5 mm", high="100 mm", like="20 mm", shown_in=_LENGTH),
    }
)
_ONLY: Mapping[str, str] = MappingProxyType({"stroke_rate": "pen", "drum_diameter": "roller"})


def load(path: str | Path) -> Device:
    """The device that a file describes; a case names it by the file's path.

    Raises:
        InputError: if the file cannot be read; else one line for each figure that is missing,
            wrong or impossible.

    The file gives quantities as text with units; the device holds them in SI.

    >>> from tempfile import TemporaryDirectory
    >>> text = '''name: mine
    ... title: Pen with 16 needles
    ... kind: pen
    ... home: no
    ... needles: 16
    ... length_min: 0.25 mm
    ... length_max: 2.0 mm
    ... shaft_diameter: 0.21 mm
    ... tip_diameter: 10 um
    ... cone_angle: 15 deg
    ... working_width: 9 mm
    ... stroke_rate: 100 1/s'''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.yaml")
    ...     _ = path.write_text(text, "utf-8")
    ...     mine = load(path)
    >>> mine.needles, round(mine.length_max, 6), round(mine.tip_diameter, 6)
    (16, 0.002, 1e-05)
    """
    return _load(str(path), files.stamp(path))


@lru_cache(maxsize=16)
def _load(path: str, stamp: int) -> Device:
    data = plain_lines(files.read_text(path, what=_WHAT), path, _READERS)
    values, faults = _read(data)
    faults += [] if faults else list(_impossible(values))
    if faults:
        raise InputError([Fault(f"{path} {f.where}", f.found, f.allowed) for f in faults])
    return _device(values)


def _read(data: Mapping[Any, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """What a kind alone has, and this one is not, is not asked for."""
    kind = data.get("kind")
    asked = {
        key: reader
        for key, reader in _READERS.items()
        if key in data or _ONLY.get(key, kind) == kind
    }
    return read_lines(data, asked, _READERS)


def _impossible(v: Mapping[str, Any]) -> Iterator[Fault]:
    """Figures that cannot be true together, each with the reason."""

    def mm(value: float) -> str:
        return quantity_text(value, _LENGTH)

    if v["length_min"] > v["length_max"]:
        yield Fault("length_min", mm(v["length_min"]), f"at most length_max, {mm(v['length_max'])}")
    if v["tip_diameter"] >= v["shaft_diameter"]:
        allowed = f"less than the shaft's {mm(v['shaft_diameter'])}: a needle tapers to its tip"
        yield Fault("tip_diameter", mm(v["tip_diameter"]), allowed)
    elif (v["shaft_diameter"] - v["tip_diameter"]) / (2 * tan(v["cone_angle"] / 2)) > 0.01:
        yield Fault("cone_angle", "a cone above 10 mm long", "a wider angle or a thinner shaft")
    for key, kind in _ONLY.items():
        if key in v and v["kind"] != kind:
            yield Fault(key, f"that of a {v['kind']}", f"only a {kind} has one")
    most = _room(v)
    if v["needles"] > most:
        allowed = f"at most {most}: as many shafts as fit side by side on its face or drum"
        yield Fault("needles", str(v["needles"]), allowed)


def _room(v: Mapping[str, Any]) -> int:
    """How many shafts fit on a square lattice, a shaft's width between them."""
    pitch = 2 * v["shaft_diameter"]
    along = pi * v.get("drum_diameter", 0.0) or v["working_width"]
    return max(int(v["working_width"] / pitch) * int(along / pitch), 1)


def _device(v: Mapping[str, Any]) -> Device:
    figures = {
        key: Figure(float(v[key]), str(_READERS[key].write(v[key])), (), OWN)
        for key in _READERS
        if key in v and key not in ("name", "title", "kind", "home")
    }
    given: dict[str, Any] = {key: v.get(key) for key in _READERS}
    return Device(**given, figures=MappingProxyType(figures))
