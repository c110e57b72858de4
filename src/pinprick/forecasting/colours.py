"""Colour of the treated skin by day: from the tissue, the redness and the phototype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pinprick.appearance.colour import Colour, DayState, SkinColour, resting, skin_colour
from pinprick.appearance.colour.seen import white
from pinprick.evidence import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]
# Days that a colour is worked out for, where the plan reports them.
DAYS = (0, 1, 2, 3, 7, 14, 28, 90, 180)
# Redness is read six hours after midnight of the day: on the day of a session, six hours after it.
HOURS = 0.25
NAMES = {
    "lightness": ("L*", "1"),
    "red": ("a*", "1"),
    "yellow": ("b*", "1"),
    "ita": ("individual typology angle", "deg"),
    "difference": ("CIEDE2000 against the day before the first session", "1"),
}


def days_of(plan_days: Sequence[int]) -> tuple[int, ...]:
    """Days of the report that are nearest to :data:`DAYS`, each once."""
    found = {min(plan_days, key=lambda day: abs(day - wanted)) for wanted in DAYS}
    return tuple(sorted(found))


def colours(state: DayState, phototype: Array, site: str, lanes: Lanes) -> dict[str, Array]:
    """L*, a*, b*, ITA and dE00 by day, each of shape (days, members).

    Args:
        state: of the tissue, (days, members).
        phototype: of each member, 1 to 6; each type that occurs is worked out once.
        site: of the body.
        lanes: parameter values.
    """
    types = np.rint(phototype).astype(int)
    made = {int(t): skin_colour(resting(int(t), lanes, site), state, lanes) for t in set(types)}
    read = {t: _numbers(one) for t, one in made.items()}
    return {
        name: np.select([types == t for t in made], [read[t][name] for t in made]) for name in NAMES
    }


def how() -> str:
    """Geometry, observer and illuminant of these numbers, in words.

    >>> how()
    'd/8, specular included; CIE 1931 2°; D65'
    """
    return Colour(white(), "specular included").how


def swatch(lightness: float, red: float, yellow: float) -> str:
    """sRGB of L*, a* and b* as ``#rrggbb``, without what the surface mirrors.

    >>> swatch(54.0, 12.0, 18.0)
    '#a07963'
    """
    middle = (lightness + 16.0) / 116.0
    roots = np.array([middle + red / 500.0, middle, middle - yellow / 200.0])
    bend = 6.0 / 29.0
    linear = np.where(roots > bend, roots**3, 3.0 * bend**2 * (roots - 4.0 / 29.0))
    return Colour(np.clip(linear, 0.0, None) * white(), "specular included").hexadecimal()


def _numbers(one: SkinColour) -> Mapping[str, Array]:
    lab = one.colour.lab
    return {
        "lightness": lab[..., 0],
        "red": lab[..., 1],
        "yellow": lab[..., 2],
        "ita": one.colour.ita,
        "difference": one.difference,
    }
