"""The electric field about one needle: quasi-static, with the conductivity of the warm tissue.

Between pins of opposite sign lies a plane at zero; in the cell it is the outer wall. Pins of one
sign share a wall that nothing crosses, and the current leaves at the bottom towards the plate.
Displacement currents are left out: in moist dermis they are a third of the current and at a given
power move nothing; below a plate on dry skin they would matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.courses.radiofrequency import Wiring
from pinprick.evidence.lanes import Lanes
from pinprick.heat.banded import Factors, Halves, Links, halves
from pinprick.heat.cell import Cell
from pinprick.heat.source import Pins

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Field:
    """The field with the needle at 1 V and the wall or bottom at 0.

    ``potential`` (members, cells, rings) in V; ``heat`` the watts in each cell; ``conductance``
    (members,) in siemens, so that the heat of a member sums up to it.
    """

    potential: Array
    heat: Array
    conductance: Array


def electric_field(cell: Cell, conductivity: tuple[Array, Array], wiring: Wiring) -> Field:
    """The field at unit drive.

    Args:
        cell: mesh and needle.
        conductivity: in S/m along the layers and across them, (members, cells, rings).
        wiring: where the current goes.

    Raises:
        FloatingPointError: if there is no field, as with a conductivity that is not a number.
    """
    half = _with_needle(halves(cell, *conductivity), cell)
    ring, ring_share = _pairs(half.outer[:, :, :-1], half.inner[:, :, 1:], cell.bare, 1)
    deep, deep_share = _pairs(half.upright[:, :-1], half.upright[:, 1:], cell.bare, 0)
    ground = np.zeros(cell.shape)
    if wiring == "bipolar":
        ground[:, :, -1] = 1 / half.outer[:, :, -1]
    else:
        ground[:, -1] = 1 / half.upright[:, -1]
    links = Links(ring, deep, ground)
    free = ~cell.metal
    held = np.broadcast_to(np.asarray(cell.bare, dtype=np.float64), cell.shape)
    matrix = Links(
        ring * (free[:, :-1] & free[:, 1:]), deep * (free[:-1] & free[1:]), ground * free
    )
    # a free cell keeps its link to the metal on its diagonal, and has it on the right side
    source = -links.flow(held) * free
    u = Factors.of(matrix.matrix(source + cell.metal)).solve(source) + held
    heat = ground * u**2
    for axis, g, share in ((2, ring, ring_share), (1, deep, deep_share)):
        watts = g * np.diff(u, axis=axis) ** 2
        first = watts * share
        low, high = [slice(None)] * u.ndim, [slice(None)] * u.ndim
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        heat[tuple(low)] += first
        heat[tuple(high)] += watts - first
    return Field(u, heat, np.asarray((ground * u).sum(axis=(1, 2))))


def series_resistance(pins: Pins, lanes: Lanes) -> Array:
    """Ohms a pin beyond the cell's wall or bottom, (members,).

    A lone pair has a plane between its needles where the cell has a round wall; the pins of a
    monopolar tip share the way to the plate; in an array nothing is missing.
    """
    k = lanes.stage("heat")
    if pins.wiring == "monopolar":
        return np.asarray(k.plate_resistance * pins.count)
    if pins.count > 2:
        return np.zeros(len(lanes))
    return np.asarray(k.pair_images / (2 * 2 * np.pi * k.dermis_conductivity * pins.pitch))


def tip_impedance(ohm: Array, pins: Pins, lanes: Lanes) -> Array:
    """Ohms of a whole tip from those of one pin to the wall or bottom, (members, times)."""
    pin = ohm + series_resistance(pins, lanes)[:, None]
    if pins.wiring == "monopolar":
        return np.asarray(pin / pins.count)
    return np.asarray(2 * pin / (pins.count / 2))  # half the pins at each pole


def _with_needle(half: Halves, cell: Cell) -> Halves:
    """Half resistances with the needle in: none in bare metal, no way through insulated."""

    def in_metal(field: Array) -> Array:
        return np.asarray(np.where(cell.bare, 0.0, np.where(cell.metal, np.inf, field)))

    return Halves(in_metal(half.inner), in_metal(half.outer), in_metal(half.upright))


def _pairs(first: Array, second: Array, bare: Any, axis: int) -> tuple[Array, Array]:
    """Conductance between neighbours, and the share of its heat that falls in the first."""
    both = bare[:, :-1] & bare[:, 1:] if axis == 1 else bare[:-1] & bare[1:]
    whole = np.where(both, np.inf, first + second)  # within the metal nothing needs to flow
    share = np.where(np.isinf(whole), 0.0, first / np.where(np.isinf(whole), 1.0, whole))
    return np.asarray(1 / whole), share
