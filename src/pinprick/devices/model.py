"""A device: its needles and how they lay punctures, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import acos, pi
from types import MappingProxyType
from typing import Literal

from pinprick import units
from pinprick.evidence.figure import Figure, Status, sources, weakest

Kind = Literal["roller", "pen", "stamp", "radiofrequency"]
LABELS: Mapping[str, str] = MappingProxyType(
    {
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
)


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
        return sources(self.figures.values())

    @property
    def status(self) -> Status:
        """The weakest status among the figures."""
        return weakest(self.figures.values())


def needles_at_once(item: Device, length: float) -> float:
    """How many needles are in the skin at one time.

    On a drum of radius R those within the arc that needles of ``length`` reach below the skin:
    ``N · acos(R / (R + L)) / π``; on a pen or stamp all.

    >>> from pinprick.devices import device
    >>> round(needles_at_once(device("roller"), 1.5e-3))
    32
    """
    if item.drum_diameter is None:
        return float(item.needles)
    radius = item.drum_diameter / 2
    return item.needles * acos(radius / (radius + max(length, 0.0))) / pi


def describe(item: Device) -> list[tuple[str, str, str, str]]:
    """Each figure as (label, value with unit, source rows, status), for a table.

    >>> from pinprick.devices import device
    >>> describe(device("roller"))[0]
    ('needles', '192', 'mechanics:D001', 'read')
    """
    table: list[tuple[str, str, str, str]] = []
    for key, label in LABELS.items():
        if key in item.figures:
            figure = item.figures[key]
            text = f"{figure.text} ({figure.note})" if figure.note else figure.text
            table.append((label, text, ", ".join(figure.rows), figure.status))
    holes = item.holes_per_pass
    if holes is not None:
        label = "holes per area and pass" if item.kind == "roller" else "holes per area and stamp"
        used = ("needles", "drum_diameter", "working_width")
        parts = [item.figures[key] for key in used if key in item.figures]
        text = f"{units.from_si(holes, '1/cm2'):.3g} 1/cm2"
        known = "assumed" if weakest(parts) == "assumed" else "derived"
        table.append((label, text, ", ".join(sources(parts)), known))
    return table


def to_be_stated(item: Device) -> list[tuple[str, str, str, str]]:
    """What a class II microneedling device must state and test, as :func:`describe` writes it.

    Length and geometry of the needles, the deepest penetration and the puncture rate (21 CFR
    878.4430, mechanics:D042).

    >>> from pinprick.devices import device
    >>> [label for label, *_ in to_be_stated(device("pen"))][-1]
    'must state: puncture rate'
    """

    def row(label: str, text: str, *keys: str) -> tuple[str, str, str, str]:
        parts = [item.figures[key] for key in keys if key in item.figures]
        rows = dict.fromkeys(["mechanics:D042", *sources(parts)])
        return f"must state: {label}", text, ", ".join(rows), weakest(parts)

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
