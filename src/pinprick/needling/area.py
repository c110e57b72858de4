"""Area: the outline of what is needled: a rectangle, an ellipse, or a zone of a body site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, sqrt
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Form = Literal["rectangle", "ellipse"]


@dataclass(frozen=True, slots=True)
class Area:
    """An outline about the origin; ``width`` and ``height`` in metres.

    >>> round(rectangle(0.2, 0.15).size, 4)
    0.03
    """

    form: Form
    width: float
    height: float

    def __post_init__(self) -> None:
        if not (self.width > 0 and self.height > 0):
            raise ValueError("an area needs a width and a height above 0")

    @property
    def size(self) -> float:
        """Area in m²."""
        full = self.width * self.height
        return full if self.form == "rectangle" else full * pi / 2**2

    @property
    def radius(self) -> float:
        """Radius of the circle about it."""
        corner = sqrt(self.width**2 + self.height**2) / 2
        return corner if self.form == "rectangle" else max(self.width, self.height) / 2

    def inside(self, x: Array, y: Array) -> Array:
        """Which points lie inside."""
        u, v = x * (2 / self.width), y * (2 / self.height)
        if self.form == "rectangle":
            return np.asarray((abs(u) <= 1) & (abs(v) <= 1))
        return np.asarray(u * u + v * v <= 1)

    def scaled(self, share: float) -> Area:
        """The same outline with ``share`` of the area."""
        return Area(self.form, self.width * sqrt(share), self.height * sqrt(share))


def rectangle(width: float, height: float) -> Area:
    """A rectangle about the origin, its sides in metres."""
    return Area("rectangle", width, height)


# Outline of a zone: form, width over height, and how many such zones make up the site's area.
_PLAIN: tuple[Form, int, int, int] = ("rectangle", 1, 1, 1)
ZONES: Mapping[str, tuple[Form, int, int, int]] = MappingProxyType(
    {
        "cheek": ("ellipse", 1, 1, 2),
        "temple": ("ellipse", 1, 1, 2),
        "periorbital": ("ellipse", 2, 1, 2),
        "forehead": ("rectangle", 2, 1, 1),
        "nose": ("ellipse", 1, 2, 1),
        "chin": ("ellipse", 2, 1, 1),
        "upper lip": ("rectangle", 2, 1, 1),
        "neck": ("rectangle", 2, 1, 1),
    }
)


def zone_area(site: str, size: float) -> Area:
    """Outline of one side of a body site whose whole treated area is ``size`` m².

    >>> zone_area("cheek", 0.012).form
    'ellipse'
    """
    form, wide, high, sides = ZONES.get(site, _PLAIN)
    unit = Area(form, wide, high)
    return unit.scaled(size / sides / unit.size)
