"""From a spectrum to L*a*b*, ITA and sRGB, never without geometry, observer and illuminant.

The observer is CIE 1931 (2°) and the light D65, held as one table of weights by 10 nm. A number of
lightness means nothing without its geometry: the 3 % that the surface mirrors, in or out, is two
points of L* on the fairest skin and six on the darkest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from pinprick.appearance.colour.standard import standard
from pinprick.evidence import registry

Array = np.ndarray[Any, np.dtype[np.float64]]
Geometry = Literal["specular included", "specular excluded"]
OBSERVER, ILLUMINANT = "CIE 1931 2°", "D65"


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as an instrument gives it: XYZ (..., 3), white at Y = 1, and how it was got."""

    xyz: Array
    geometry: Geometry
    observer: str = OBSERVER
    illuminant: str = ILLUMINANT

    @property
    def lab(self) -> Array:
        """L*, a*, b*, shape (..., 3)."""
        return lab_of(self.xyz)

    @property
    def ita(self) -> Array:
        """Individual typology angle in degrees, shape (...)."""
        return ita(self.lab)

    @property
    def linear(self) -> Array:
        """Linear sRGB, shape (..., 3); outside 0 to 1 where a screen cannot show it."""
        return np.asarray(self.xyz @ np.array(standard("srgb").rows).T)

    @property
    def srgb(self) -> Array:
        """sRGB for a screen, 0 to 1, shape (..., 3)."""
        return encoded(self.linear)

    def hexadecimal(self) -> str:
        """sRGB of a single colour as ``#rrggbb``.

        >>> Colour(white(), "specular excluded").hexadecimal()
        '#ffffff'
        """
        levels = np.rint(self.srgb * standard("srgb").levels).astype(int)
        return "#" + "".join(f"{int(level):02x}" for level in levels)

    @property
    def how(self) -> str:
        """Geometry, observer and illuminant in words."""
        return f"d/8, {self.geometry}; {self.observer}; {self.illuminant}"


@cache
def bands() -> Array:
    """Wavelengths of a spectrum here: 400 to 700 nm by 10 nm, in nm, shape (wavelengths,).

    >>> bands()[:3].tolist(), len(bands())
    ([400.0, 410.0, 420.0], 31)
    """
    return registry().tables["observer_2deg_d65"]["nm"]


@cache
def _weights() -> Array:
    table = registry().tables["observer_2deg_d65"]
    weights = np.stack([table[axis] for axis in ("X", "Y", "Z")], axis=1)
    return np.asarray(weights / weights[:, 1].sum())


@cache
def white() -> Array:
    """XYZ of the perfect white under D65, shape (3,), without unit: Y = 1 (CIE 15).

    >>> white().round(3).tolist()
    [0.95, 1.0, 1.089]
    """
    return np.asarray(_weights().sum(axis=0))


def seen(spectrum: Array, geometry: Geometry) -> Colour:
    """The colour of reflectances, shares of one, shape (..., wavelengths), at :func:`bands`.

    CIE 1931 (2°) under D65. Raises ValueError where the number of wavelengths is another.

    >>> seen(np.ones(31), "specular excluded").lab.round(2).tolist()
    [100.0, 0.0, 0.0]
    """
    return Colour(np.asarray(spectrum) @ _weights(), geometry)


def lab_of(xyz: Array) -> Array:
    """L*a*b* of XYZ under D65 (CIE 15), shape (..., 3)."""
    k = standard("lab")
    edge = k.bend / k.over
    ratio = np.asarray(xyz) / white()
    root = np.cbrt(np.maximum(ratio, 0.0))
    line = ratio / (k.root * edge**2) + k.shift / k.lightness
    f = np.where(ratio > edge**k.root, root, line)
    x, y, z = np.moveaxis(f, -1, 0)
    lab = (k.lightness * y - k.shift, k.red_green * (x - y), k.yellow_blue * (y - z))
    return np.stack(lab, axis=-1)


def encoded(linear: Array) -> Array:
    """sRGB, 0 to 1, of linear sRGB of any shape, cut to what a screen shows (IEC 61966-2-1).

    >>> encoded(np.array([0.0, 0.5, 1.0])).round(3).tolist()
    [0.0, 0.735, 1.0]
    """
    k = standard("srgb")
    shown = np.clip(linear, 0.0, 1.0)
    curved = k.gain * shown ** (1.0 / k.power) - (k.gain - 1.0)
    return np.asarray(np.where(shown > k.below, curved, k.slope * shown))


def ita(lab: Array) -> Array:
    """Individual typology angle in degrees, ``arctan2(L* - 50, b*)`` (Chardon 1991).

    Takes L*a*b* of shape (..., 3) and gives shape (...).

    >>> float(ita(np.array([67.0, 8.0, 17.0])))
    45.0
    """
    lab = np.asarray(lab)
    angle = np.arctan2(lab[..., 0] - standard("ita").middle, lab[..., 2])
    return np.asarray(np.degrees(angle))


def ita_class(angle: float) -> str:
    """The class of an angle in degrees (skin:S-ITA1); an edge belongs to the darker class.

    >>> [ita_class(angle) for angle in (60, 55, 41, 28, 10, -30, -31)]
    ['very light', 'light', 'intermediate', 'tan', 'brown', 'dark', 'dark']
    """
    names: Sequence[str] = standard("ita").classes
    return str(names[sum(angle <= edge for edge in standard("ita").edges)])


def difference(first: Array, second: Array) -> Array:
    """CIEDE2000 (no unit) between L*a*b* of shape (..., 3), shape (...).

    Sharma, Wu and Dalal 2005, all weights one; the example is the first pair of their table 1.

    >>> pair = np.array([[50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]])
    >>> round(float(difference(pair[0], pair[1])), 4)
    2.0425
    """
    k = standard("difference")
    l1, a1, b1 = np.moveaxis(np.asarray(first, float), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, float), -1, 0)
    shrunk = 0.5 * (1.0 - _saturated((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))
    a1, a2 = a1 * (1.0 + shrunk), a2 * (1.0 + shrunk)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % k.circle for a, b in ((a1, b1), (a2, b2)))
    half = k.circle / 2
    grey = c1 * c2 == 0
    turn = np.where(grey, 0.0, (h2 - h1 + half) % k.circle - half)
    # opposite hues: the sign follows the printed rule, h2 - h1 of just 180 degrees stays
    turn = np.where((turn == -half) & (h2 - h1 == half), half, turn)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    between = (h1 + h2 + np.where(np.abs(h1 - h2) > half, k.circle, 0.0)) / 2 % k.circle
    hue = np.where(grey, h1 + h2, between)
    waves = sum(
        weight * np.cos(np.radians(turns * hue + offset))
        for weight, turns, offset in zip(k.hue_weights, k.hue_turns, k.hue_offsets, strict=True)
    )
    far = (lightness - k.lightness_middle) ** 2
    along = (l2 - l1) / (1.0 + k.lightness_weight * far / np.sqrt(k.lightness_floor + far))
    radial = (c2 - c1) / (1.0 + k.chroma_weight * chroma)
    across = 2.0 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    across = across / (1.0 + k.hue_weight * chroma * (1.0 + waves))
    bend = k.turn_size * np.exp(-(((hue - k.turn_middle) / k.turn_width) ** 2))
    mixed = -np.sin(2.0 * np.radians(bend)) * 2.0 * _saturated(chroma)
    square = along**2 + radial**2 + across**2 + mixed * radial * across
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def _saturated(chroma: Array) -> Array:
    """``sqrt(C^7 / (C^7 + 25^7))`` of CIEDE2000."""
    k = standard("difference")
    power = chroma**k.chroma_power
    return np.asarray(np.sqrt(power / (power + k.chroma_middle**k.chroma_power)))
