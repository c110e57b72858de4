"""Uptake in three dimensions: channels at given places, for pictures and to check the unit cell.

Every number of a forecast comes from the unit cell. Here the channels may stand anywhere; the
product is one stirred layer, all of it dissolved, that neither dries nor is taken off. The horny
layer counts what the donor's pH leaves uncharged on both its sides, and the shunt runs through it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.faults import Fault, InputError
from pinprick.medium.column import column
from pinprick.medium.layers import Skin
from pinprick.medium.patch import Patch
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.permeation.barrier import barrier
from pinprick.permeation.channels import Channels
from pinprick.permeation.coefficients import coefficients
from pinprick.permeation.mesh import HORNY, Fineness, fineness, grid, in_depth, patch_tolerance
from pinprick.permeation.solutes import Solute
from pinprick.permeation.vehicle import Vehicle

Array = np.ndarray[Any, np.dtype[np.float64]]
Progress = Callable[[float, float], None]
_VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True)
class PatchUptake:
    """What a patch holds in the end.

    ``content`` in kg/m³ of tissue, (cells, y, x), in the cells of ``patch``, whose first layer is
    the vehicle; ``delivered``, ``cleared`` and ``left`` in kg/m²; ``balance`` is what is missing of
    the dose, a share of it.
    """

    patch: Patch
    content: Array
    delivered: float
    cleared: float
    left: float
    balance: float


def patch_uptake(
    skin: Skin,
    solute: Solute,
    vehicle: Vehicle,
    channels: Channels,
    lanes: Lanes,
    *,
    side: float,
    across: int,
    places: Sequence[tuple[float, float]],
    duration: float,
    mesh: str | Fineness = "coarse",
    closing: bool = True,
    excised: bool = False,
    progress: Progress | None = None,
    keep: Path | None = None,
) -> PatchUptake:
    """Follow a product for ``duration`` seconds on a square of skin with like neighbours.

    Args:
        skin, solute, vehicle, lanes: as in :func:`~pinprick.permeation.uptake.uptake`, one member.
        channels: their radius, depth and closure; how many there are the ``places`` say.
        side: of the square in m.
        across: cells along it; cells as wide as a channel's radius, it standing on a corner, are
            1 % off the unit cell; others of that size up to 4 %.
        places: (x, y) of the channels in m.
        duration: in s.
        mesh: cells in depth and steps.
        closing: False leaves the channels as open as they are at first, with less to work out.
        excised: nothing is cleared.
        progress: called with the time reached and the last; what it raises stops the walk.
        keep: a file from which a walk that was stopped goes on.

    Raises:
        InputError: if the vehicle does not dissolve its dose, or dries.
        StepError: if a step fails.
        ValueError: if ``lanes`` hold more than one member.
    """
    _must_serve(vehicle, solute, lanes)
    how = fineness(mesh)
    patch, here = _here(
        skin, solute, vehicle, channels, lanes, how, excised, (side, across, places)
    )
    state = np.zeros((2, *patch.shape))
    state[0, 0] = vehicle.strengths[solute.name]
    stepper = PatchStepper(_TABLE, _closing if closing else None, tolerance=patch_tolerance())
    if not closing:
        here = vars(_closing(SimpleNamespace(**here), 0.0))
    steps = np.diff(grid(how, 0.0, duration, np.zeros(0)))
    last = stepper.walk(state, here, steps, progress=progress, keep=keep)
    width = patch.column.width[:, 0]
    held, gone = ((part.mean(axis=(1, 2)) * width) for part in last)
    dose, cleared = vehicle.dose(solute), float(gone.sum())
    delivered = float(held[1:].sum()) + cleared
    missing = 1.0 - (delivered + float(held[0])) / dose
    return PatchUptake(patch, last[0], delivered, cleared, float(held[0]), missing)


def _must_serve(vehicle: Vehicle, solute: Solute, lanes: Lanes) -> None:
    if len(lanes) != 1:
        raise ValueError("patch_uptake: one member")
    faults = []
    strength, most = vehicle.strengths.get(solute.name, 0.0), vehicle.solubility(solute)
    if strength > most:
        name = f"{solute.name} in a patch, in kg/m3"
        faults.append(Fault(name, f"{strength:g}", f"at most the {most:.3g} that dissolve"))
    if vehicle.drying is not None and not vehicle.occluded:
        faults.append(Fault("vehicle in a patch", "dries", "one that is covered, or does not dry"))
    if faults:
        raise InputError(faults)


def _here(
    skin: Skin,
    solute: Solute,
    vehicle: Vehicle,
    channels: Channels,
    lanes: Lanes,
    mesh: Fineness,
    excised: bool,
    lattice: tuple[float, int, Sequence[tuple[float, float]]],
) -> tuple[Patch, dict[str, Any]]:
    """The patch and its fields; the vehicle is the first layer of cells, and stirred."""
    side, across, places = lattice
    wall = barrier(solute, lanes, hydrated=vehicle.hydrated, ph=vehicle.ph, intact=False)
    tissue = in_depth(skin, wall.thickness, mesh)
    way = coefficients(tissue, skin, solute, vehicle, channels, lanes, wall, excised=excised)
    storage, passing = way.storage.copy(), way.spread * way.storage
    horny = tissue.layers[HORNY]
    storage[horny] = wall.partition * wall.seen
    passing[horny] = wall.thickness * (wall.permeability * wall.seen + wall.shunt)
    layer = np.full(len(lanes), vehicle.layer)
    widths = np.concatenate([layer[None], tissue.width])
    cells = {f"{i}": (width, 1) for i, width in enumerate(widths)}
    patch = Patch(
        column(np.zeros(len(lanes)), cells),
        np.linspace(0.0, side, across + 1),
        np.linspace(0.0, side, across + 1),
    )
    radius, depth = float(channels.channel.transport_radius[0]), float(channels.channel.depth[0])
    share = np.zeros(patch.shape)
    for place in places:
        share += patch.share_within(place, radius, depth + vehicle.layer)
    share[0] = 0.0
    first = np.zeros((len(widths), 1, 1))
    first[0] = 1.0

    def field(values: Any, top: float) -> Array:
        return np.concatenate([np.full((1, 1), top), values])[:, :, None]

    here = {
        **patch.here(),
        "share": np.minimum(share, 1.0),
        "stirred": first,
        "tissue_storage": field(storage, 1.0),
        "tissue_passing": field(passing, 1.0),
        "tissue_clearance": field(way.clearance, 0.0),
        "filled": float(way.channel[0]),
        "half_life": float(way.half_life[0]),
    }
    return patch, here


def _closing(here: Any, time: Any) -> Any:
    """Fields at a time: what is open of the channels is blended in by volume share."""
    share = here.share * 2.0 ** (-time / here.half_life)
    here.storage = here.tissue_storage * (1.0 - share) + share
    passing = here.tissue_passing * (1.0 - share) + here.filled * share
    here.spread = passing / here.storage
    here.clearance = here.tissue_clearance * (1.0 - share)
    return here


def _speeds(state: Any, here: Any) -> Mapping[str, Any]:
    return {"clearance": here.clearance * state.drug}


_TABLE = ReactionTable(
    (
        Species("drug", "kg/m3", 1.0, "the solute", diffusivity="spread", storage="storage"),
        Species("cleared", "kg/m3", 1.0, "what the vessels took where it stood"),
    ),
    (Reaction("clearance", "into blood", ("drug",), {"drug": 1.0}, {"cleared": 1.0}, "k drug"),),
    _speeds,
)
