"""Coefficients: what a skin, a solute and its barrier are in the cells of a column.

The reference state is the total dissolved drug: all watery phases, channels among them, hold it
alike. The horny layer holds what it would beside water of the tissue's pH, so there alone the
uncharged share enters, and a donor of another pH drives it harder or less.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.medium.column import Column
from pinprick.medium.layers import Skin
from pinprick.permeation import passage, tissue
from pinprick.permeation.barrier import Barrier, seen
from pinprick.permeation.channels import Channels, diffusivity
from pinprick.permeation.mesh import HORNY
from pinprick.permeation.solutes import Solute
from pinprick.permeation.tissue import overlap as overlap
from pinprick.permeation.vehicle import Vehicle

Array = np.ndarray[Any, np.dtype[np.float64]]
_EPIDERMIS, _DERMIS = "viable epidermis", "papillary dermis"


def coefficients(
    column: Column,
    skin: Skin,
    solute: Solute,
    vehicle: Vehicle,
    channels: Channels | None,
    lanes: Lanes,
    wall: Barrier,
    *,
    excised: bool = False,
    constricted: bool = False,
) -> passage.Way:
    """Coefficients in the cells of a column, as yet without rings."""
    few = is_dilute(vehicle, solute, lanes)
    dermis = tissue.dermis(solute, lanes, dilute=few)
    spread = np.broadcast_to(dermis.diffusivity, column.width.shape).copy()
    storage = np.broadcast_to(dermis.partition, column.width.shape).copy()
    if _EPIDERMIS in column.layers:
        epidermis = tissue.viable_epidermis(solute, lanes, dilute=few)
        cells = column.layers[_EPIDERMIS]
        spread[cells], storage[cells] = epidermis.diffusivity, epidermis.partition
    horny = column.layers[HORNY]
    # Nothing is held where the shunt takes all that was measured, but a cell must hold something.
    holds = np.maximum(wall.partition * tissue_seen(solute, lanes), np.finfo(float).eps ** 0.5)
    spread[horny], storage[horny] = wall.diffusivity, holds
    clears = np.zeros_like(spread)
    if not excised:
        plexus = tissue.clearance(solute, skin.site, lanes, dilute=few, constricted=constricted)
        top = column.edges[column.layers[_DERMIS].start]
        clears = plexus.rate * overlap(column.edges, top, top + plexus.extent) / column.width
    one = np.ones(len(lanes))
    inside, half_life = one, np.full(len(one), np.inf)
    if channels is not None:
        inside = diffusivity(channels, solute, vehicle, lanes)
        half_life = channels.channel.half_life
    share = np.zeros((len(spread), 1, len(one)))
    return passage.Way(
        column.width, None, spread, storage, clears, share, inside, one, half_life, excised
    )


def is_dilute(vehicle: Vehicle, solute: Solute, lanes: Lanes) -> bool:
    """Whether the vehicle's strength leaves albumin in the tissue room to bind the drug."""
    return tissue.is_dilute(vehicle.strengths[solute.name], lanes)


def tissue_seen(solute: Solute, lanes: Lanes) -> Array:
    """Share of the drug in the tissue's water that counts in the horny layer, (members,)."""
    return seen(solute, lanes, lanes.stage("permeation").tissue_ph)


def of_measured(wall: Barrier, rate: Array, vehicle: Vehicle, solute: Solute) -> Barrier:
    """The barrier that gives a measured uptake from this vehicle once steady; its lag stays."""
    drives = min(vehicle.strengths[solute.name], vehicle.solubility(solute))
    permeability = rate / drives / wall.seen
    partition = permeability * wall.thickness / wall.diffusivity
    return replace(wall, permeability=permeability, partition=partition, shunt=0.0 * rate)
