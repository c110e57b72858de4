"""Passage: a solute's way from one lumped donor into the medium, for many members at once.

The tissue, a column or a unit cell whose rings belong to the member, is diffusion with partition in
flux form, as in :mod:`pinprick.medium.transport`. The donor is one unknown more, finite, which
drives at its concentration until it is saturated and at its solubility beyond, while its volume
dries. In each stage of a step the tissue's answer is a straight line in what the donor drives with,
so the donor's own equation, bent once at saturation, is solved exactly. Two stages, order two,
damped at any step (Alexander's L-stable pair); what enters, leaves and stays adds up to rounding.

In activities the matrix of a stage is symmetric, and a narrow band: LAPACK solves it for all
members at once, and nothing is compiled. A member's numbers do not depend on who is beside it.

State is amount per volume, reference the *total dissolved* drug. Shapes: (cells, rings, members)
outside, (members, cells, rings) within.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import lapack

from pinprick.medium.checks import StepError

Array = np.ndarray[Any, np.dtype[np.float64]]
GAMMA = 1.0 - 2.0**-0.5  # of the two stages: the smaller root of g² - 2g + 1/2
_ABOVE_0 = ("width", "storage", "half_life", "channel", "drying", "shunt_lag", "solubility")
_LEAST_0 = (
    "spread", "clearance", "share", "open_share", "amount", "volume", "residue", "drive", "shunt",
    "layer", "mouth", "film",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """Where the solute goes: mesh, tissue, channels and what it leaves by.

    ``width`` (cells, members) in metres; ``rings`` faces of the rings (rings + 1, members) in
    metres, or None in a column; ``spread`` D in m²/s, ``storage`` K and ``clearance`` in 1/s of the
    tissue, (cells, members); ``share`` the volume share of the channel when it is open,
    (cells, rings, members), with the diffusivity ``channel`` of what fills it, (members,);
    ``open_share`` and ``half_life`` in s, (members,): how much of it is open at first, and its
    closure; ``sink`` whether the bottom is held at nothing.
    """

    width: Array
    rings: Array | None
    spread: Array
    storage: Array
    clearance: Array
    share: Array
    channel: Array
    open_share: Array
    half_life: Array
    sink: bool = False

    @property
    def area(self) -> Array:
        """Share of the skin's area in each ring, shape (rings, members)."""
        if self.rings is None:
            return np.ones((1, self.width.shape[1]))
        return np.asarray(np.diff(self.rings**2, axis=0) / self.rings[-1] ** 2)


@dataclass(frozen=True, slots=True)
class Donor:
    """What lies on the skin, each of shape (members,).

    ``amount`` in kg/m²; ``volume`` per area in m and ``residue``, the share of it that does not
    dry; ``drying`` in s, half-life of the rest (infinite: it stays); ``solubility`` in kg/m³
    (infinite where it does not bind); ``drive``: share of the dissolved drug that the barrier sees,
    over that share in the tissue; ``shunt`` in m/s, past the barrier into the cell ``below`` it,
    which comes to flow with the time constant ``shunt_lag`` in s; ``layer`` in s/m, resistance of
    an unstirred vehicle, ``mouth`` in s/m that of its narrows above a channel, and ``film`` in s/m
    that of the film towards a mouth, while nothing of it has dried.
    """

    amount: Array
    volume: Array
    residue: Array
    drying: Array
    solubility: Array
    drive: Array
    shunt: Array
    shunt_lag: Array
    layer: Array
    mouth: Array
    film: Array
    below: int


class Course(NamedTuple):
    """What a walk gives: at its start and after each step, (times, ...).

    ``profile`` is the mean amount per volume over the rings, (times, cells, members), in kg/m³;
    ``donor``, ``cleared`` and ``passed`` (through the bottom) in kg/m², (times, members).
    """

    time: Array
    profile: Array
    donor: Array
    cleared: Array
    passed: Array
    state: Array


def walk(way: Way, donor: Donor | None, state: Array, steps: Array, start: float = 0.0) -> Course:
    """Walk the given steps.

    Args:
        way: mesh and tissue.
        donor: what lies on the skin, or None if nothing does.
        state: amount per volume in kg/m³, shape (cells, rings, members).
        steps: their lengths in seconds; the first few should be short after a change.
        start: time since the channels were made (and the donor was put on), in seconds.

    Raises:
        StepError: if a value is not finite.
        ValueError: if an input is negative or not a number.
    """
    members = state.shape[-1]
    lies = nothing(members) if donor is None else donor
    _check(way, lies, state, steps)
    cells = _Cells.of(way)
    now = _State(_members_first(state), lies.amount, *np.zeros((2, members)))
    since, notes = 0.0, [cells.note(now)]
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        for h in np.asarray(steps, dtype=np.float64):
            at = [cells.links(donor, start, since + part * h) for part in (GAMMA, 1.0)]
            now, since = _step(now, h, at, lies), since + h
            notes.append(cells.note(now))
    profile, left, cleared, passed = (np.stack(part) for part in zip(*notes, strict=True))
    if not all(np.all(np.isfinite(x)) for x in (now.tissue, left, cleared, passed)):
        raise StepError("uptake failed: a value is not finite; check the values set")
    times = start + np.concatenate([[0.0], np.cumsum(steps)])
    profile, last = np.moveaxis(profile, 1, -1), np.moveaxis(now.tissue, 0, -1)
    return Course(times, profile, left, cleared, passed, last)


def nothing(members: int) -> Donor:
    """A donor that is not there."""
    zero = np.zeros(members)
    never = np.full(members, np.inf)
    return Donor(zero, zero, zero + 1.0, never, never, zero, zero, zero + 1.0, zero, zero, zero, 0)


def _check(way: Way, donor: Donor, state: Array, steps: Array) -> None:
    given = {f.name: getattr(of, f.name) for of in (way, donor) for f in fields(of)}
    faults = [f"{k}: must be positive" for k in _ABOVE_0 if not np.all(given[k] > 0)]
    faults += [f"{k}: must not be negative" for k in _LEAST_0 if not np.all(given[k] >= 0)]
    if faults:
        raise ValueError("; ".join(faults))
    if not np.all(np.isfinite(state)) or np.any(np.asarray(steps) < 0):
        raise ValueError("state must be finite and steps not negative")


class _State(NamedTuple):
    """The tissue in kg/m³, (members, cells, rings); donor, cleared and passed in kg/m²."""

    tissue: Array
    donor: Array
    cleared: Array
    passed: Array


class _Links(NamedTuple):
    """The medium at a time, per area of skin, (members, cells, rings).

    ``storage`` of a cell and, per activity, what it ``holds`` in m and what passes in m/s: ``down``
    to the cell below, ``around`` to the next ring, into blood and through the bottom (``clears``,
    ``drains``), from the donor and back into it (``gives``, ``takes``); ``volume`` of the donor in
    m, (members,).
    """

    storage: Array
    holds: Array
    down: Array
    around: Array
    clears: Array
    drains: Array
    gives: Array
    takes: Array
    volume: Array


@dataclass(frozen=True)
class _Cells:
    """What stands still, in arrays that broadcast against (members, cells, rings).

    ``passing`` is D K of the tissue; ``inner`` and ``outer`` are the resistances of the two sides
    of the faces between rings where D K is 1.
    """

    way: Way
    width: Array
    passing: Array
    storage: Array
    clearance: Array
    share: Array
    area: Array
    inner: Array
    outer: Array

    @property
    def size(self) -> Array:
        """Volume of each cell per area of skin, in m."""
        return self.width * self.area

    @staticmethod
    def of(way: Way) -> _Cells:
        width, passing, storage, clearance = (
            _members_first(x)[:, :, None]
            for x in (way.width, way.spread * way.storage, way.storage, way.clearance)
        )
        inner = outer = np.zeros((*width.shape[:2], 0))
        if way.rings is not None:
            faces = _members_first(way.rings)[:, None]
            wall, middle = faces[..., 1:-1], (faces[..., 1:] + faces[..., :-1]) / 2.0
            turn = faces[..., -1:] ** 2 / (2.0 * width)  # the skin's area over a turn of the face
            inner = turn * np.log(wall / middle[..., :-1])
            outer = turn * np.log(middle[..., 1:] / wall)
        share, area = _members_first(way.share), _members_first(way.area)[:, None]
        return _Cells(way, width, passing, storage, clearance, share, area, inner, outer)

    def note(self, now: _State) -> tuple[Array, ...]:
        """Mean over the rings, (members, cells), and the amounts."""
        return (now.tissue * self.area).sum(axis=2), now.donor, now.cleared, now.passed

    def links(self, donor: Donor | None, start: float, since: float) -> _Links:
        """Channels that close are blended in by volume share."""
        way = self.way
        still_open = way.open_share * np.exp2(-(start + since) / way.half_life)
        share = self.share * _wide(still_open)
        tissue = 1.0 - share
        storage = self.storage * tissue + share
        passing = self.passing * tissue + _wide(way.channel) * share
        half = self.width / 2.0 / passing
        holds = self.size * storage
        gives, takes, volume = self._from(donor, share, since)
        return _Links(
            storage=storage,
            holds=holds,
            down=self.area / (half[:, :-1] + half[:, 1:]),
            around=1.0 / (self.inner / passing[..., :-1] + self.outer / passing[..., 1:]),
            clears=holds * self.clearance * tissue,
            drains=way.sink * self.area[:, 0] / half[:, -1],
            gives=gives,
            takes=takes,
            volume=volume,
        )

    def _from(self, donor: Donor | None, share: Array, since: float) -> tuple[Array, Array, Array]:
        """What the donor gives to the first cell and past the barrier, and takes back; its volume.

        What is left of a drying film is thin, and feeds a mouth from the side only so fast.
        """
        gives, takes = np.zeros((2, *share.shape))
        if donor is None:
            return gives, takes, np.zeros(len(share))
        wet = donor.residue + (1.0 - donor.residue) * np.exp2(-since / donor.drying)
        thin = donor.film / np.maximum(wet, np.finfo(np.float64).tiny)
        area, half = self.area[:, 0], self.width[:, 0] / 2.0
        pores = area * share[:, 0]
        barrier = (area - pores) * self.passing[:, 0] / half
        mouth = pores / (half / self.way.channel[:, None] + (donor.mouth + thin)[:, None])
        gives[:, 0] = barrier * donor.drive[:, None] + mouth
        takes[:, 0] = barrier + mouth
        shunt = donor.shunt * -np.expm1(-since / donor.shunt_lag)
        for part in (gives, takes):
            part[:, donor.below] += (area - pores) * shunt[:, None]
        return gives, takes, wet * donor.volume


def _step(now: _State, h: float, at: list[_Links], donor: Donor) -> _State:
    """Two implicit stages; the second starts from what the first moved."""
    hg, on = h * GAMMA, (1.0 - GAMMA) / GAMMA
    one = _stage(now, hg, at[0], donor)
    base = _State(*(x + on * (y - x) for x, y in zip(now, one, strict=True)))
    return _stage(base, hg, at[1], donor)


def _stage(now: _State, hg: float, at: _Links, donor: Donor) -> _State:
    """One implicit stage: what leaves the donor is a line in what it drives with."""
    still, answer = _solve(at, hg, now.tissue * at.holds / at.storage, hg * at.gives)
    slope = _sum(at.gives - at.takes * answer)
    back = _sum(at.takes * still)
    slope, back = (x / (1.0 + slope * donor.layer) for x in (slope, back))
    room = at.volume + hg * slope
    drive = np.where(room > 0, (now.donor + hg * back) / room, 0.0)
    drive = np.minimum(drive, donor.solubility)
    leaves = slope * drive - back
    activity = still + answer * _wide(drive - donor.layer * leaves)
    return _State(
        at.storage * activity,
        now.donor - hg * leaves,
        now.cleared + hg * _sum(at.clears * activity),
        now.passed + hg * (at.drains * activity[:, -1]).sum(axis=1),
    )


def _solve(at: _Links, hg: float, *right: Array) -> list[Array]:
    """Activities an implicit ``hg`` seconds on, for each right-hand side of amounts per area.

    All members lie end to end in one matrix, written as LAPACK wants half of a symmetric band: for
    each cell itself, the next ring and, as far on as there are rings, the cell below.
    """
    rings, rows = at.holds.shape[-1], at.holds.size
    band = np.zeros((rows + rings, rings + 1))
    band[rows:, 0] = 1.0  # so that no member is the last, and each is worked out alike
    down, around = hg * at.down, hg * at.around
    main = at.holds + hg * (at.clears + at.takes)
    main[:, -1] += hg * at.drains
    main[:, :-1] += down
    main[:, 1:] += down
    main[..., :-1] += around
    main[..., 1:] += around
    matrix = band[:rows].reshape(*main.shape, rings + 1)
    matrix[..., 0] = main
    matrix[..., :-1, 1] = -around
    matrix[:, :-1, :, rings] = -down
    sides = np.zeros((len(right), len(band)))
    for side, values in zip(sides, right, strict=True):
        side[:rows] = values.ravel()
    factors, failed = lapack.dpbtrf(band.T, lower=1, overwrite_ab=1)
    if failed:
        raise StepError("uptake failed: the matrix is not positive; check the values set")
    found, _ = lapack.dpbtrs(factors, sides.T, lower=1, overwrite_b=1)
    return [x[:rows].reshape(main.shape) for x in found.T]


def _sum(x: Array) -> Array:
    """Over all cells, (members,); in the same order however many members there are."""
    return np.asarray(x.reshape(len(x), -1).sum(axis=1))


def _members_first(x: Array) -> Array:
    """A field whose last axis is the members, with them first: each one's cells lie together."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 0))


def _wide(x: Array) -> Array:
    """A value of each member as a field."""
    return x[:, None, None]
