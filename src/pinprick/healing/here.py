"""What the reaction table's speeds read: parameters and local fields, in the biology's units."""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.healing import ageing
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import Column

MM = units.MILLI  # the biology counts in millimetres
# Parameters of the table's rows that the speeds read in another form.
_COMPUTED = {
    "papillary_collagen",
    "reticular_collagen",
    "new_collagen_half_life",
    "mature_half_life",
    "young_share",
    "melanin_half_life",
}


def values_here(
    column: Column, body: Body, lanes: Lanes, care: Care | None = None
) -> dict[str, Any]:
    """Parameters by name, shape (members,), with the body's and the care's factors in them.

    ``collagen`` of intact tissue in mg/mL and ``width`` of the cells in mm differ by depth, shape
    (cells, 1, members).

    Args:
        column: the dermis, in metres.
        body: who is treated.
        lanes: parameter values.
        care: what is done beside needling; nothing if None.

    >>> from pinprick.evidence import registry
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1e-4), 2)})
    >>> lanes = Lanes(registry(), 0, [0])
    >>> young, old = (values_here(skin, Body.healthy(1, age), lanes) for age in (25.0, 70.0))
    >>> bool(old["collagen"][0, 0, 0] < young["collagen"][0, 0, 0]), young["width"].ravel()
    (True, array([0.05, 0.05]))
    """
    k = lanes.stage("healing")
    care = care or Care.none(len(lanes))
    named = {name for row in TABLE.reactions for name in row.parameters}
    named |= {s.diffusivity for s in TABLE.species if s.diffusivity}
    here: dict[str, Any] = {name: getattr(k, name) for name in sorted(named - _COMPUTED)}
    half = np.log(2)
    here["new_collagen_decay"] = half / k.new_collagen_half_life
    here["mature_decay"] = half / (k.mature_half_life * units.DAYS_PER_YEAR)
    # Upkeep: in intact skin as much matures as is lost, so the rate follows from the young share.
    here["maturation"] = here["mature_decay"] * (1.0 - k.young_share) / k.young_share
    here["melanin_decay"] = half / k.melanin_half_life
    made = units.MICRO * ageing.output_factor(body, lanes) * care.output
    here["collagen_output"] = k.collagen_output * made
    here["protease_on_new"] = k.protease_on_new * ageing.protease_factor(body, lanes)
    here["protease_on_new"] *= care.proteases
    here["pigment_tendency"] = ageing.pigment_tendency(body, lanes) * care.pigment
    collagen = np.empty_like(column.width)
    for name, cells in column.layers.items():
        own = k.papillary_collagen if name.startswith("papillary") else k.reticular_collagen
        collagen[cells] = own * ageing.intact_factor(body, lanes)
    here["collagen"] = collagen[:, None, :]
    here["width"] = (column.width / MM)[:, None, :]
    return here
