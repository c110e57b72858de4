"""A table of colour for pictures: factors on melanin and blood in, linear sRGB out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from pinprick.appearance.colour.absorption import Pigments
from pinprick.appearance.colour.optics import reflectance
from pinprick.appearance.colour.seen import Colour, seen

Array = np.ndarray[Any, np.dtype[np.float64]]
# Powers of two between which factors are tabled, and steps to a doubling.
MELANIN_ENDS, PAPILLARY_ENDS, DEEP_ENDS = (-2, 1), (-2, 2 + 2), (-2, 2 + 1)
FINE, COARSE = 2 + 2, 1


@dataclass(frozen=True, slots=True)
class ColourTable:
    """Albedo of one skin over factors on its melanin and blood.

    ``linear`` has shape (melanin, papillary, deep, 3) over the base-two logarithms in ``axes``;
    ``rest`` is the colour at factors of one. Gloss of the surface is not in it.
    """

    linear: Array
    axes: tuple[Array, Array, Array]
    rest: Colour

    def __call__(self, melanin: Any, papillary: Any = 1.0, deep: Any = 1.0) -> Array:
        """Linear sRGB, shape (..., 3), for factors of any shapes that fit together.

        Factors beyond the table's ends take the end's colour.
        """
        given = (np.asarray(factor, float) for factor in (melanin, papillary, deep))
        factors = np.broadcast_arrays(*given)
        shape = factors[0].shape
        tiny = np.finfo(float).tiny
        places = [
            np.interp(np.log2(np.maximum(factor.ravel(), tiny)), axis, np.arange(float(len(axis))))
            for factor, axis in zip(factors, self.axes, strict=True)
        ]
        bands = [
            ndimage.map_coordinates(self.linear[..., i], places, order=1, mode="nearest")
            for i in range(self.linear.shape[-1])
        ]
        return np.stack(bands, axis=-1).reshape(*shape, -1)


def colour_table(rest: Pigments) -> ColourTable:
    """The table of one skin; fields of shape (), in linear sRGB, by :func:`reflectance`.

    ``melanin`` runs from a quarter to twice, ``papillary`` blood from a quarter to sixteen times,
    ``deep`` blood from a quarter to eight times.

    >>> from pinprick.appearance.colour import typical
    >>> table = colour_table(typical(4))
    >>> table(np.ones((3, 2)), 3.0).shape
    (3, 2, 3)
    >>> bool(np.allclose(table(1.0), table.rest.linear))
    True
    """
    axes = (_axis(MELANIN_ENDS, FINE), _axis(PAPILLARY_ENDS, FINE), _axis(DEEP_ENDS, COARSE))
    melanin, papillary, deep = np.meshgrid(*(np.exp2(axis) for axis in axes), indexing="ij")
    skin = rest.with_factors(melanin, papillary, deep)
    linear = np.maximum(seen(reflectance(skin), "specular excluded").linear, 0.0)
    return ColourTable(linear, axes, seen(reflectance(rest), "specular excluded"))


def _axis(ends: tuple[int, int], steps: int) -> Array:
    low, high = ends
    return np.linspace(low, high, (high - low) * steps + 1)
