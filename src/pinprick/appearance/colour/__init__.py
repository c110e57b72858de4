"""Colour of skin: melanin, blood and oxygen by layer, to a spectrum, to L*a*b*, ITA and sRGB.

The pictures take a :class:`~pinprick.appearance.colour.lookup.ColourTable`:

    rest = typical(4)                       # or resting(phototype, lanes).one(member)
    table = colour_table(rest)
    table(melanin, papillary, deep)         # factors on rest, any shape -> linear sRGB (..., 3)

``melanin`` multiplies the epidermis' melanin, ``papillary`` the blood of the upper 200 um of dermis
(erythema), ``deep`` the blood below it. The colour is the albedo: no gloss of the surface in it.
"""

from pinprick.appearance.colour.absorption import Pigments, extinction
from pinprick.appearance.colour.lookup import ColourTable, colour_table
from pinprick.appearance.colour.optics import reflectance
from pinprick.appearance.colour.seen import (
    Colour,
    Geometry,
    bands,
    difference,
    encoded,
    ita,
    ita_class,
    seen,
)
from pinprick.appearance.colour.skin import (
    DayState,
    SkinColour,
    on_days,
    resting,
    skin_colour,
    typical,
)

__all__ = [
    "Colour",
    "ColourTable",
    "DayState",
    "Geometry",
    "Pigments",
    "SkinColour",
    "bands",
    "colour_table",
    "difference",
    "encoded",
    "extinction",
    "ita",
    "ita_class",
    "on_days",
    "reflectance",
    "resting",
    "seen",
    "skin_colour",
    "typical",
]
