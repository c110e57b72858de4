"""The catalogue of devices: their needles and how they lay punctures, with the source of each.

The numbers stand in ``catalogue.toml`` beside this file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import acos, pi
from types import MappingProxyType
from typing import Any, Literal, cast

from pinprick import units
from pinprick.faults import Fault, InputError, did_you_mean

Kind = Literal["roller", "pen", "stamp"]
Status = Literal["read", "recalled", "derived", "assumed"]
KINDS: tuple[Kind, ...] = ("roller", "pen", "stamp")
STATUSES: tuple[Status, ...] = ("read", "recalled", "derived", "assumed")
ALIASES: Mapping[str, str] = MappingProxyType(
    {"roller": "roller-192", "pen": "pen-14", "stamp": "stamp-35"}
)
_LABELS = {
    "needles": "needles",
    "length_min": "shortest setting",
    "length_max": "longest setting",
    "shaft_diameter": "shaft diameter",
    "tip_diameter": "tip diameter",
    "cone_angle": "full cone angle",
    "stroke_rate": "stroke rate",
    "drum_diameter": "drum diameter",
    "working_width": "working width",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a device: SI ``value``, the ``text`` as declared, source rows and status."""

    value: float
    text: str
    rows: tuple[str, ...]
    status: Status
    note: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device. Lengths in metres, angle in radians, rate per second; ``figures`` hold the sources.

    ``length_min`` and ``length_max`` bound what it can be set to. ``stroke_rate`` is None except
    for pens; ``drum_diameter`` is None except for rollers.
    """

    name: str
    title: str
    kind: Kind
    home: bool
    needles: int
    length_min: float
    length_max: float
    shaft_diameter: float
    tip_diameter: float
    cone_angle: float
    working_width: float
    stroke_rate: float | None
    drum_diameter: float | None
    figures: Mapping[str, Figure]

    @property
    def holes_per_pass(self) -> float | None:
        """Holes per area of one pass or stamp in 1/m²; None for pens, whose strokes set it.

        A roller that does not slip leaves each needle once per turn: ``N / (π · D · w)``
        (mechanics:D007). A stamp leaves its needles on the square of its head.
        """
        if self.kind == "roller" and self.drum_diameter is not None:
            return self.needles / (pi * self.drum_diameter * self.working_width)
        if self.kind == "stamp":
            return self.needles / self.working_width**2
        return None

    @property
    def rows(self) -> tuple[str, ...]:
        """Evidence rows of all figures, each once."""
        return tuple(dict.fromkeys(row for f in self.figures.values() for row in f.rows))

    @property
    def status(self) -> Status:
        """The weakest status among the figures."""
        return max((f.status for f in self.figures.values()), key=STATUSES.index)


@cache
def catalogue() -> Mapping[str, Device]:
    """All devices by name.

    >>> sorted(catalogue())[:3]
    ['pen-12', 'pen-14', 'pen-36']
    """
    text = files("pinprick.devices").joinpath("catalogue.toml").read_text("utf-8")
    return MappingProxyType({name: _read(name, body) for name, body in tomllib.loads(text).items()})


def device(name: str) -> Device:
    """The device of that name; ``roller``, ``pen`` and ``stamp`` stand for the commonest.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> device("pen").needles
    14
    """
    key = name.strip().lower()
    known = catalogue()
    key = ALIASES.get(key, key)
    if key not in known:
        raise InputError([Fault("device", name, did_you_mean(name, [*ALIASES, *known]))])
    return known[key]


def describe(item: Device) -> list[tuple[str, str, str, str]]:
    """Each figure as (label, value with unit, source rows, status), for a table.

    >>> describe(device("roller"))[0]
    ('needles', '192', 'mechanics:D001', 'read')
    """
    table: list[tuple[str, str, str, str]] = []
    for key, label in _LABELS.items():
        if key in item.figures:
            figure = item.figures[key]
            text = f"{figure.text} ({figure.note})" if figure.note else figure.text
            table.append((label, text, ", ".join(figure.rows), figure.status))
    holes = item.holes_per_pass
    if holes is not None:
        label = "holes per area and pass" if item.kind == "roller" else "holes per area and stamp"
        used = ("needles", "drum_diameter", "working_width")
        parts = [item.figures[key] for key in used if key in item.figures]
        rows = dict.fromkeys(row for part in parts for row in part.rows)
        text = f"{units.from_si(holes, '1/cm2'):.3g} 1/cm2"
        weak = max((part.status for part in parts), key=STATUSES.index)
        table.append((label, text, ", ".join(rows), weak if weak == "assumed" else "derived"))
    return table


def needles_at_once(item: Device, length: float) -> float:
    """How many needles are in the skin at one time.

    On a drum of radius R those within the arc that needles of ``length`` reach below the skin:
    ``N · acos(R / (R + L)) / π``; on a pen or stamp all.

    >>> round(needles_at_once(device("roller"), 1.5e-3))
    32
    """
    if item.drum_diameter is None:
        return float(item.needles)
    radius = item.drum_diameter / 2
    return item.needles * acos(radius / (radius + max(length, 0.0))) / pi


def _read(name: str, body: Mapping[str, Any]) -> Device:
    figures = {key: _figure(body[key]) for key in _LABELS if key in body}

    def optional(key: str) -> float | None:
        return figures[key].value if key in figures else None

    return Device(
        name=name,
        title=str(body["title"]),
        kind=cast(Kind, body["kind"]),
        home=bool(body["home"]),
        needles=round(figures["needles"].value),
        length_min=figures["length_min"].value,
        length_max=figures["length_max"].value,
        shaft_diameter=figures["shaft_diameter"].value,
        tip_diameter=figures["tip_diameter"].value,
        cone_angle=figures["cone_angle"].value,
        working_width=figures["working_width"].value,
        stroke_rate=optional("stroke_rate"),
        drum_diameter=optional("drum_diameter"),
        figures=MappingProxyType(figures),
    )


def _figure(body: Mapping[str, Any]) -> Figure:
    unit = str(body["unit"])
    return Figure(
        value=units.to_si(float(body["value"]), unit),
        text=f"{body['value']:g} {unit}".removesuffix(" 1"),
        rows=tuple(body["rows"]),
        status=cast(Status, body["status"]),
        note=str(body.get("note", "")),
    )
