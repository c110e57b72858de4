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

Kind = Literal["roller", "pen", "stamp", "radiofrequency"]
Status = Literal["read", "recalled", "derived", "assumed", "stated"]
KINDS: tuple[Kind, ...] = ("roller", "pen", "stamp", "radiofrequency")
OWN: Status = "stated"  # by the user, of a device of their own
STATUSES: tuple[Status, ...] = ("read", "recalled", "derived", OWN, "assumed")
ALIASES: Mapping[str, str] = MappingProxyType(
    {"roller": "roller-192", "pen": "pen-14", "stamp": "stamp-35"}
)
_LABELS = {
    "needles": "needles",
    "length_min": "shortest setting",
    "length_max": "longest setting",
    "dial_step": "step of the depth scale",
    "dial_tolerance": "tolerance of the depth scale, either way",
    "gauge": "gauge",
    "shaft_diameter": "shaft diameter",
    "tip_diameter": "tip diameter",
    "cone_angle": "full cone angle",
    "bare_length": "bare length above the tip",
    "stroke_rate": "stroke rate",
    "stroke_rate_min": "slowest stroke rate",
    "stroke_rate_max": "fastest stroke rate",
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
        if self.kind in ("stamp", "radiofrequency"):
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

    A name that ends in ``.yaml`` is a file that describes a device of one's own.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> device("pen").needles
    14
    """
    if name.strip().casefold().endswith((".yaml", ".yml")):
        from pinprick.devices.own import load

        return load(name.strip())
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


def to_be_stated(item: Device) -> list[tuple[str, str, str, str]]:
    """What a class II microneedling device must state and test, as :func:`describe` writes it.

    Length and geometry of the needles, the deepest penetration and the puncture rate (21 CFR
    878.4430, mechanics:D042).

    >>> [label for label, *_ in to_be_stated(device("pen"))][-1]
    'must state: puncture rate'
    """

    def row(label: str, text: str, *keys: str) -> tuple[str, str, str, str]:
        parts = [item.figures[key] for key in keys if key in item.figures]
        rows = dict.fromkeys(["mechanics:D042", *(r for part in parts for r in part.rows)])
        weakest = max((part.status for part in parts), key=STATUSES.index)
        return f"must state: {label}", text, ", ".join(rows), weakest

    shape = ("needles", "shaft_diameter", "tip_diameter", "cone_angle")
    f = {key: figure.text for key, figure in item.figures.items()}
    geometry = (
        f"{f['needles']} needles, shaft {f['shaft_diameter']}, tip {f['tip_diameter']}, "
        f"full cone angle {f['cone_angle']}"
    )
    table = [
        row("needle length", f"{f['length_min']} to {f['length_max']}", "length_min", "length_max"),
        row("needle geometry", geometry, *shape),
        row("maximum penetration depth", f["length_max"], "length_max"),
    ]
    if item.stroke_rate is not None:
        rate = f"{item.needles * item.stroke_rate:.4g} 1/s, if every stroke lands"
        table.append(row("puncture rate", rate, "needles", "stroke_rate"))
    elif item.holes_per_pass is not None:
        holes = f"{units.from_si(item.holes_per_pass, '1/cm2'):.3g} 1/cm2 and pass"
        table.append(row("puncture rate", holes, "needles", "drum_diameter", "working_width"))
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
    figures = {key: figure(body[key]) for key in _LABELS if key in body}

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


def figure(body: Mapping[str, Any]) -> Figure:
    """A figure as a table declares it: value, unit, rows, status, note.

    >>> figure({"value": 0.2, "unit": "mm", "rows": [], "status": "assumed"}).text
    '0.2 mm'
    """
    unit = str(body["unit"])
    return Figure(
        value=units.to_si(float(body["value"]), unit),
        text=f"{body['value']:g} {unit}".removesuffix(" 1"),
        rows=tuple(body["rows"]),
        status=cast(Status, body["status"]),
        note=str(body.get("note", "")),
    )
