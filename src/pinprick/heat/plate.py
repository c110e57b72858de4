"""A plate on the skin: current straight down through slabs of tissue, for studies without needles.

Below a wide plate the current density is the same in every slab, so each takes heat as the real
part of its resistivity: little where it conducts well, much in fat. A complex conductivity (sigma +
i omega epsilon) is allowed, as dry skin needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.heat.bioheat import warm
from pinprick.heat.cell import Cell, Tissue, meshes
from pinprick.heat.source import Pins, Pulse

Array = np.ndarray[Any, np.dtype[np.float64]]
CELLS = 10  # in each slab


@dataclass(frozen=True, slots=True)
class Slab:
    """A slab of tissue: ``thickness`` in m, ``conductivity`` in S/m (real or complex),
    ``conduction`` of heat in W/m/K and heat ``capacity`` in J/m³/K.
    """

    thickness: float
    conductivity: complex
    conduction: float
    capacity: float


def heat_share(slabs: Sequence[Slab]) -> Array:
    """Share of the plate's power that falls in each slab, (slabs,).

    >>> heat_share([Slab(1e-3, 0.4, 0.4, 4e6), Slab(1e-3, 0.1, 0.2, 2e6)]).round(3)
    array([0.2, 0.8])
    """
    resistance = np.array([(1 / s.conductivity).real * s.thickness for s in slabs])
    return np.asarray(resistance / resistance.sum())


def plate_pulse(
    slabs: Sequence[Slab], watts: float, area: float, seconds: float, lanes: Lanes
) -> tuple[Array, Array]:
    """Depths in metres and temperatures in K at the end of a pulse, (cells,) each.

    Args:
        slabs: from the plate down; below the last nothing flows.
        watts: in the tissue.
        area: of the plate in m².
        seconds: length of the pulse.
        lanes: parameters of one member; its start temperature holds throughout, and no blood flows.

    Raises:
        ValueError: if a slab reaches 100 °C, beyond which nothing is said.

    >>> from pinprick.evidence import registry
    >>> slabs = [Slab(2e-3, 0.4, 0.4, 4e6), Slab(8e-3, 0.1, 0.2, 2e6)]  # dermis over fat
    >>> depth, kelvin = plate_pulse(slabs, 50.0, 4e-4, 5.0, Lanes(registry(), 0, [0]))
    >>> warm = kelvin - 273.15
    >>> float(warm[depth < 2e-3].max().round()), float(warm.max().round())
    (45.0, 69.0)
    """
    widths = np.concatenate([np.full(CELLS, s.thickness / CELLS) for s in slabs])
    faces = np.concatenate([[0.0], np.cumsum(widths)])
    radius = np.sqrt(area / np.pi)
    none = np.zeros((len(widths), 1), dtype=bool)
    cell = Cell(np.array([0.0, radius]), faces[None], none, none, np.ones((1, len(widths), 1)))

    def by_cell(values: Sequence[float] | Array) -> Array:
        return np.asarray(np.repeat(np.asarray(values, dtype=np.float64), CELLS)[None, :, None])

    conduction = by_cell([s.conduction for s in slabs])
    tissue = Tissue(
        conductivity=(conduction, conduction),  # not read: the source is given
        conduction=(conduction, conduction),
        capacity=by_cell([s.capacity for s in slabs]),
        perfusion=np.zeros(cell.shape),
        latent=np.zeros(cell.shape),
    )
    source = watts * by_cell(heat_share(slabs)) / CELLS
    pins = Pins(faces[-1], radius / 10, None, radius, 1, "monopolar")  # names no needle here
    pulse = Pulse(power=watts, length=seconds, measured=True)
    done = warm(cell, tissue, pins, pulse, lanes, meshes()["fine"], {}, after=0.0, source=source)
    if done.cut[0]:
        raise ValueError("plate: a slab reaches 100 °C")
    return cell.depth[0], done.temperature[0, :, 0]
