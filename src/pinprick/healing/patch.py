"""The biology in a patch: a block of skin with every track where it stands.

The same table, wounds and steps as in a column and around one track, in three dimensions. Nothing
is averaged: there is no roused fraction, tracks of a later session stand at places of their own,
and what one track leaves the next one finds. For pictures, for the study of a few tracks, and to
measure the closure of :mod:`pinprick.healing.closure`; one version of one person at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from math import pi
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.healing.body import Body
from pinprick.healing.care import Care
from pinprick.healing.fields import gain, mature_gain
from pinprick.healing.here import MM, values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.wound import Wound, by_day, hurt
from pinprick.medium.layers import Injury
from pinprick.medium.patch import Patch
from pinprick.medium.schedule import SINGLE, Preset

if TYPE_CHECKING:
    from pinprick.medium.patch.stepper import PatchStepper

Array = np.ndarray[Any, np.dtype[np.float64]]
Progress = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class Needling:
    """One session in a patch: its day, its injury by depth, and where its tracks stand.

    ``injury`` lies on the patch's depths, one member. ``places`` are x and y of each track in
    metres, shape (tracks, 2), the deepest first: of ``n`` tracks per area in a patch of area ``A``,
    track ``i`` (from 0) goes on while ``n·A > i``, and where ``n·A - i`` is less than 1 its wound
    is weaker by that share. Shares of dead, removed and denatured tissue lie as cylinders around
    the tracks that reach that depth.
    """

    day: float
    injury: Injury
    places: Array

    def __post_init__(self) -> None:
        places = np.asarray(self.places)
        if places.ndim != 2 or places.shape[1:] != (2,) or not np.all(np.isfinite(places)):
            raise ValueError("places: must be x and y of each track, shape (tracks, 2), finite")
        if self.injury.tracks.shape[1] != 1:
            raise ValueError("injury: must be that of one member; take one version at a time")


@dataclass(frozen=True, slots=True)
class HealingPatch:
    """The fields of a patch by day.

    ``days`` count from the first session, shape (days,). ``patch`` is the mesh in metres;
    ``intact`` the collagen of intact tissue in mg/mL, shape (cells, 1, 1). ``by_species`` holds
    every species by name in the table's unit, shape (days, cells, y, x).
    """

    days: Array
    patch: Patch
    intact: Array
    by_species: Mapping[str, Array]

    def mean(self, field: Array) -> Array:
        """Mean over each depth: (..., cells, y, x) to (..., cells, 1), members last."""
        return np.asarray(field.mean(axis=(-2, -1))[..., None])

    @property
    def gain(self) -> Array:
        """Gain of all collagen as a share of intact, shape (days, cells, y, x)."""
        return gain(self.by_species, self.intact)

    @property
    def mature_gain(self) -> Array:
        """Gain of mature collagen as a share of intact, shape (days, cells, y, x)."""
        return mature_gain(self.by_species, self.intact)


def heal_patch(
    sessions: Sequence[Needling],
    patch: Patch,
    body: Body,
    lanes: Lanes,
    days: Sequence[float],
    *,
    care: Care | None = None,
    preset: Preset = SINGLE,
    progress: Progress | None = None,
    keep: Path | None = None,
) -> HealingPatch:
    """Walk the biology of a patch from the first session to the last asked day.

    Args:
        sessions: in order, the first on day 0.
        patch: the mesh, in metres.
        body, lanes: who is treated and the parameter values, one member.
        days: asked days, increasing, the first is 0.
        care: what is done beside needling; nothing if None.
        preset: step lengths.
        progress: called with the day reached and the last after each step; what it raises stops
            the walk.
        keep: a folder that holds what was reached, in one file for each stretch between sessions
            and asked days; the same call goes on from there, and ends in the same fields.

    Raises:
        StepError: if a step fails.
        ValueError: if ``lanes`` has other than one member, a track lies outside the patch or is
            wider, an injury lies on other depths or has more tracks than places, or ``keep`` is of
            another walk.

    The clot of one track, in a square that has room for no other:

    >>> from pinprick.evidence import registry
    >>> from pinprick.medium import column
    >>> skin = column(np.zeros(1), {"papillary dermis": (np.full(1, 1.5e-4), 2)})
    >>> patch = Patch(skin, *[np.linspace(0.0, 6e-4, 4)] * 2)
    >>> none = np.zeros((2, 1))
    >>> needled = Injury(skin.edges, *[none] * 4, none + 1 / 3.6e-7, none)
    >>> session = Needling(0.0, needled, np.array([[3e-4, 3e-4]]))
    >>> found = heal_patch([session], patch, Body.healthy(1), Lanes(registry(), 0, [0]), [0.0])
    >>> np.ceil(found.by_species["clot"][0, 0])
    array([[0., 0., 0.],
           [0., 1., 0.],
           [0., 0., 0.]])
    """
    if len(lanes) != 1:
        raise ValueError(f"lanes: {len(lanes)} members; a patch takes one, so heal them in turn")
    care = care or Care.none(1)
    here = values_here(patch.column, body, lanes, care)
    intact = here["collagen"]
    radius = float(lanes.stage("healing").bleeding_radius[0]) * MM
    events = {
        float(s.day): partial(hurt, wound=_wound(s, patch, radius, intact, care)) for s in sessions
    }
    mesh = {**patch.here(), "spacing": tuple(size / MM for size in patch.spacing)}
    fields = {**mesh, **here}  # the column's widths are in millimetres already
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    walker = _Stretches(keep, progress, float(days[-1]))
    found = by_day(walker, patch.shape, fields, days, events, preset, np.float64)
    return HealingPatch(np.asarray(days, dtype=np.float64), patch, intact, found)


@dataclass
class _Stretches:
    """Walks from stop to stop, each with a file of its own, and tells the day reached."""

    keep: Path | None
    progress: Progress | None
    last: float
    gone: list[float] = field(default_factory=list)

    def walk(self, state: Any, here: Mapping[str, Any], steps: Array) -> Any:
        start, ordinal = sum(self.gone), len(self.gone)
        told = self.progress
        state = _stepper().walk(
            state,
            here,
            steps,
            progress=told and (lambda time, _: told(start + time, self.last)),
            keep=self.keep and self.keep / f"stretch-{ordinal}.npz",
        )
        self.gone.append(float(steps.sum()))
        return state


@cache
def _stepper() -> PatchStepper:
    from pinprick.medium.patch.stepper import PatchStepper  # JAX loads when it is first asked for

    return PatchStepper(TABLE)


def _wound(session: Needling, patch: Patch, radius: float, intact: Array, care: Care) -> Wound:
    """The wound within the tracks, and dead, removed and denatured tissue around them."""
    weight, injury = _reaching(session, patch), session.injury
    # Where no track gets to, what is lost there lies below all of them alike.
    standing = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, 1.0)
    area = _area(patch) / standing.sum(axis=1, keepdims=True) * standing

    def around(share: Array) -> Array:
        """Tissue of some share of the volume, as cylinders about the tracks that get there."""
        return _within(patch, session.places, np.sqrt(share * area / pi), np.ones_like(area))

    wall = _within(patch, session.places, np.full_like(weight, radius), weight)
    gone = np.minimum(injury.removed + injury.denatured, 1.0)
    return Wound(
        clot=np.minimum(wall * care.wound, 1.0),
        bare=wall,
        dead=around(injury.dead),
        gone=around(gone),
        denatured=around(injury.denatured),
        intact=intact,
    )


def _reaching(session: Needling, patch: Patch) -> Array:
    """How much of each track there is at each depth, shape (cells, tracks)."""
    tracks, cells = session.injury.tracks, patch.shape[0]
    if len(tracks) != cells:
        raise ValueError(f"injury: lies on {len(tracks)} depths, the patch has {cells}")
    there = tracks * _area(patch)
    if np.any(there > len(session.places) + np.sqrt(np.finfo(np.float32).eps)):
        raise ValueError(
            f"injury: {float(there.max()):.4g} tracks in the area of the patch, which has "
            f"{len(session.places)} places; name more places or take fewer tracks"
        )
    return np.asarray(np.clip(there - np.arange(len(session.places)), 0.0, 1.0))


def _area(patch: Patch) -> float:
    """Area of the patch in square metres."""
    return float((patch.x[-1] - patch.x[0]) * (patch.y[-1] - patch.y[0]))


def _within(patch: Patch, places: Array, radius: Array, weight: Array) -> Array:
    """Share of each cell within the tracks; where they overlap it is counted once.

    Args:
        patch: the mesh.
        places: shape (tracks, 2).
        radius: at each depth, in metres, shape (cells, tracks); 0 is none.
        weight: of each track at each depth, shape (cells, tracks).
    """
    share = np.zeros(patch.shape)
    whole = float(patch.column.edges[-1, 0] - patch.column.edges[0, 0])
    for i, (x, y) in enumerate(places):
        for size in np.unique(radius[:, i][radius[:, i] > 0]):
            disc = patch.share_within((float(x), float(y)), float(size), whole)
            share += disc * (weight[:, i] * (radius[:, i] == size))[:, None, None]
    return np.minimum(share, 1.0)
