"""One track and the tissue around it: the biology by radius and depth.

A needled area is taken as a lattice of like cells; each is a disc of the area per track with the
track at its middle and no flux through its rim, at ``1/√(π n)`` for n tracks per area. Only what
lies within the bleeding track is wounded: clot, debris and bare wall fill its share of each ring.
What rouses the tissue is what spreads from there: the wound's signals, TGF-β, cells. So there is no
roused fraction here, and this is what the closure of :mod:`pinprick.healing.closure` is measured
against.

The tracks of a later session fall at random places, which a cell with one track at its middle
cannot show. Before each later session the tissue is therefore averaged over the rings at each
depth, and the new track stands in the mean tissue. Against a square of skin with all tracks of both
sessions at random places, a draw's gain of collagen 8 weeks after two sessions is 1 to 3 % above at
1000 tracks/cm² and about 5 % (1 to 15) at 250: a good reference. At 50/cm² it is an upper bound,
about a quarter above, for chance leaves gaps that a lattice has not. In three dimensions
(:mod:`pinprick.healing.patch`) the same at 250/cm² is about 6 % (3 to 23).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.fields import gain, mature_gain
from pinprick.healing.here import MM, values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.wound import Wound, by_day, hurt
from pinprick.medium.column import Column
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import SINGLE, Preset
from pinprick.medium.unit_cell import UnitCell, rings

if TYPE_CHECKING:
    from pinprick.medium.stepper import Stepper

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Track:
    """The fields around one track by day.

    ``days`` count from the first session, shape (days,). ``cell`` is the mesh in metres; ``intact``
    the collagen of intact tissue in mg/mL, shape (cells, members). ``by_species`` holds every
    species by name in the table's unit, shape (days, cells, rings, members).
    """

    days: Array
    cell: UnitCell
    intact: Array
    by_species: Mapping[str, Array]

    def mean(self, field: Array) -> Array:
        """Volume mean over the rings: (..., cells, rings, members) to (..., cells, members)."""
        share = self.cell.area / self.cell.area.sum()
        return np.asarray((field * share[:, None]).sum(axis=-2))

    @property
    def gain(self) -> Array:
        """Gain of all collagen as a share of intact, shape (days, cells, rings, members)."""
        return gain(self.by_species, self.intact[:, None])

    @property
    def mature_gain(self) -> Array:
        """Gain of mature collagen as a share of intact, shape (days, cells, rings, members)."""
        return mature_gain(self.by_species, self.intact[:, None])


def around_a_track(column: Column, tracks: float, inner: float, count: int) -> UnitCell:
    """The cell of one track: its rim encloses the area per track.

    Args:
        column: the dermis, in metres.
        tracks: per square metre.
        inner: radius within which rings are even, in metres, about that of the bleeding track;
            beyond it they widen outwards.
        count: of rings.

    >>> from pinprick.medium.column import column
    >>> dermis = column(np.zeros(1), {"papillary dermis": (np.full(1, 1e-4), 2)})
    >>> around_a_track(dermis, 2.5e6, 7e-5, 12).rings[-1].round(6)
    np.float64(0.000357)
    """
    rim = 1.0 / np.sqrt(pi * tracks)
    return UnitCell(column, rings(min(inner, rim / 2), rim, count))


def heal_track(
    sessions: Sequence[tuple[float, Injury]],
    cell: UnitCell,
    body: Body,
    lanes: Lanes,
    days: Sequence[float],
    *,
    care: Care | None = None,
    preset: Preset = SINGLE,
    dtype: type[np.floating[Any]] = np.float64,
) -> Track:
    """Walk the biology around one track from the first session to the last asked day.

    Args:
        sessions: ``(day, injury)`` in order, the first on day 0; the injury lies on the cell's
            depths. Where fewer tracks reach a depth than the cell has room for, the wound there is
            weaker by that share.
        cell: the mesh, in metres; one rim for all members.
        lanes: parameter values; few members, for the rings of a depth are solved together.
        body, days, care, preset, dtype: as in :func:`~pinprick.healing.tissue.heal`.

    Raises:
        StepError: if a step fails.
        ValueError: if an injury has more tracks than one for each cell.

    The wound fills the innermost ring and a part of the next:

    >>> from pinprick.evidence import registry
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1.5e-4), 2)})
    >>> none = np.zeros((2, 1))
    >>> needled = Injury(skin.edges, *[none] * 4, none + 2.5e6, none)
    >>> cell, lanes = around_a_track(skin, 2.5e6, 7e-5, 5), Lanes(registry(), 0, [0])
    >>> found = heal_track([(0.0, needled)], cell, Body.healthy(1), lanes, [0.0])
    >>> np.ceil(found.by_species["clot"][0, 0, :, 0])
    array([1., 1., 0., 0., 0.])
    """
    care = care or Care.none(len(lanes))
    here = values_here(cell.column, body, lanes, care)
    intact = here["collagen"]
    events = {
        float(day): partial(
            _session, cell=cell, wound=_wound(injury, cell, intact, lanes, care), later=i > 0
        )
        for i, (day, injury) in enumerate(sessions)
    }
    fields = {name: np.asarray(value, dtype) for name, value in here.items()}
    fields["rings"] = np.asarray(cell.rings / MM, dtype)
    shape = (len(cell.column.width), len(cell.area), len(lanes))
    found = by_day(_stepper(), shape, fields, days, events, preset, dtype)
    return Track(np.asarray(days, dtype=np.float64), cell, intact[:, 0], found)


@cache
def _stepper() -> Stepper:
    from pinprick.medium.stepper import Stepper  # JAX loads when a track is first asked for

    return Stepper(TABLE)


def _wound(injury: Injury, cell: UnitCell, intact: Array, lanes: Lanes, care: Care) -> Wound:
    """The wound within the track, and dead, removed and denatured tissue innermost around it."""
    whole = float(cell.area.sum())
    reached = injury.tracks * whole
    if np.any(reached > 1 + np.sqrt(np.finfo(np.float32).eps)):
        raise ValueError("injury: more tracks than one for each cell")

    def around(share: Array) -> Array:
        """Tissue of some share of the volume, as a cylinder about the axis."""
        return cell.ring_share(np.sqrt(share * whole / pi))

    bled = cell.ring_share(lanes.stage("healing").bleeding_radius * MM + 0 * reached)
    wall = bled * reached[:, None]
    clot = np.minimum(wall * care.wound, 1.0)
    gone = around(np.minimum(injury.removed + injury.denatured, 1.0))
    return Wound(clot, wall, around(injury.dead), gone, around(injury.denatured), intact)


def _session(state: Any, cell: UnitCell, wound: Wound, later: bool) -> Any:
    """Average what went before over the rings, then wound the track."""
    new = np.array(state, dtype=np.float64)
    if later:
        share = (cell.area / cell.area.sum())[:, None]
        new[:] = (new * share).sum(axis=2, keepdims=True)
    return hurt(new, wound).astype(np.asarray(state).dtype)
