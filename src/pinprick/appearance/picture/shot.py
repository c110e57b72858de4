"""One photograph of a patch: relief, colour and light together, in the pixels of a display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.appearance.colour.seen import encoded, lab_of
from pinprick.appearance.colour.standard import standard
from pinprick.appearance.light import Lamp, bent, raking, render
from pinprick.appearance.picture.marks import Colours, coat
from pinprick.appearance.picture.state import State
from pinprick.appearance.relief.numbers import Numbers, numbers
from pinprick.appearance.relief.patch import Patch, height
from pinprick.appearance.relief.plane import Array

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True)
class Shot:
    """A photograph in linear light, with the height, albedo and maps behind it."""

    made: Patch
    state: State
    linear: Array
    height: Array
    albedo: Array
    melanin: Array
    blood: Array
    swelling: float

    @property
    def mean(self) -> Array:
        """Linear RGB of the patch without gloss or shadow, the mean over it, shape (3,)."""
        return np.asarray(self.albedo.mean(axis=(0, 1)))

    @property
    def lab(self) -> Array:
        """L*a*b* of that mean: specular excluded, 2° observer, D65, shape (3,)."""
        return lab_of_linear(self.mean)

    def pixels(self, stops: float = 0.0, k: Numbers | None = None) -> Pixels:
        """The photograph as 8-bit sRGB, ``stops`` brighter than flat skin's own albedo."""
        k = k or numbers()
        most = np.iinfo(np.uint8).max
        curved = encoded(bent(self.linear * 2.0**stops, k.shoulder))
        return np.asarray(np.round(curved * most), dtype=np.uint8)


def lab_of_linear(linear: Array) -> Array:
    """L*a*b* of linear sRGB, shape (..., 3).

    >>> lab_of_linear(np.ones(3)).round(0).tolist()[0]
    100.0
    """
    return lab_of(linear @ np.linalg.inv(np.array(standard("srgb").rows)).T)


def photograph(
    made: Patch,
    state: State,
    colours: Colours,
    *,
    lamp: Lamp | None = None,
    k: Numbers | None = None,
) -> Shot:
    """The patch in a state, lit by a lamp; a pure function of its arguments.

    Args:
        made: the patch; the photograph has its grid's pixels.
        state: the day.
        colours: such as a :func:`~pinprick.appearance.colour.colour_table`.
        lamp: raking light from the upper left if None.
        k: the numbers; the parameters' own values if None.

    Returns:
        Linear sRGB (rows, columns, 3), heights in metres (rows, columns) and the maps behind them.

    >>> from pinprick.appearance.colour import colour_table, typical
    >>> from pinprick.appearance.picture import untreated
    >>> from pinprick.appearance.relief import patch, square
    >>> skin, colours = patch(square(2e-3, 20), 1, []), colour_table(typical(3))
    >>> rest = photograph(skin, untreated(0, 3), colours)
    >>> red = photograph(skin, State(1, 1, 1, 3, redness=4), colours)
    >>> rest.linear.shape, rest.pixels().dtype
    ((20, 20, 3), dtype('uint8'))
    >>> bool(red.lab[1] > rest.lab[1] + 1), rest.swelling < red.swelling
    (True, True)
    """
    k = k or numbers()
    lamp = lamp or raking(k)
    swollen = state.swelling(k)
    surface = height(made, fill=state.fill, swelling=swollen, k=k)
    painted = coat(made, state, colours, k)
    linear = render(
        surface, painted.albedo, made.grid.pixel, lamp,
        roughness=state.roughness(k), k=k,
    )  # fmt: skip
    albedo, melanin, blood = painted.albedo, painted.melanin, painted.blood
    return Shot(made, state, linear, surface, albedo, melanin, blood, swollen)
