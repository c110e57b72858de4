"""Uptake: how much of a product gets how deep, and when, through skin with or without channels.

One run gives what the skin holds by layer and time, what the vessels took, what is left on the
skin, and the same for the intact twin. Intact skin is a column, channelled skin a unit cell; the
horny layer keeps its load when the product is taken off, so uptake goes on after that. Beside the
ratio to intact skin, which hangs on how leaky that is, stands the added amount per area, which
hardly depends on the drug.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.medium.column import Column
from pinprick.medium.layers import Skin
from pinprick.permeation import passage, tissue
from pinprick.permeation.barrier import Barrier, barrier
from pinprick.permeation.channels import Channels, diffusivity, disc_permeability
from pinprick.permeation.coefficients import (
    coefficients,
    is_dilute,
    of_measured,
    overlap,
    tissue_seen,
)
from pinprick.permeation.mesh import (
    HORNY,
    Fineness,
    about,
    fineness,
    grid,
    in_depth,
    share_open,
)
from pinprick.permeation.solutes import Solute
from pinprick.permeation.vehicle import (
    Vehicle,
    drying_time,
    film_resistance,
    mouth_resistance,
    planar_resistance,
    residue,
    wet,
)

Array = np.ndarray[Any, np.dtype[np.float64]]
Limit = Literal["dose", "drying", "channel", "barrier"]


@dataclass(frozen=True, slots=True)
class Uptake:
    """What became of a dose; amounts in kg/m² of skin, shape (times, members) unless said.

    ``time`` in s since the product was put on, shape (times,). ``layers`` name the first axis of
    ``amount``, (layers, times, members). ``content`` is the mean amount per volume of tissue and
    ``dissolved`` the concentration in its water, total dissolved drug, both in kg/m³, (times,
    cells, members), in the cells of ``column``. ``cleared`` went into blood, ``passed`` through the
    lower end, ``left`` lies on the skin or was taken off with the product, ``dose`` (members,).
    ``intact`` is the twin without channels, or None where there are none. ``window`` in s,
    (members,): how long after needling channels still let in more than the horny layer between
    them, and are not closed; without channels 0. ``limit``, (members,), names what
    holds the uptake back.
    """

    solute: str
    time: Array
    layers: tuple[str, ...]
    amount: Array
    content: Array
    dissolved: Array
    column: Column
    cleared: Array
    passed: Array
    left: Array
    dose: Array
    intact: Uptake | None
    window: Array
    limit: tuple[Limit, ...]

    @property
    def delivered(self) -> Array:
        """What has left the product for the skin and beyond."""
        return np.asarray(self.amount.sum(axis=0) + self.cleared + self.passed)

    @property
    def absorbed(self) -> Array:
        """What has gone through the skin: into blood, or out at the lower end."""
        return np.asarray(self.cleared + self.passed)

    @property
    def beneath(self) -> Array:
        """What has passed the horny layer, into living skin and beyond."""
        return np.asarray(self.delivered - self.amount[self.layers.index(HORNY)])

    @property
    def added(self) -> Array:
        """What is beneath the horny layer beyond that of intact skin; 0 without channels."""
        return np.asarray(self.beneath - (self.intact or self).beneath)

    @property
    def ratio(self) -> Array:
        """The same over that of intact skin; infinite where there is none."""
        return _over(self.beneath, (self.intact or self).beneath)

    def front(self, threshold: float) -> Array:
        """Depth in m to which ``threshold`` kg/m³ is dissolved below the horny layer.

        Shape (times, members); 0 where it is reached nowhere; between cells on a straight line.
        """
        below = self.column.layers[HORNY].stop
        depth, values = self.column.depth[below:], self.dissolved[:, below:]
        enough = values >= threshold
        last = len(depth) - 1 - np.argmax(enough[:, ::-1], axis=1)
        nxt = np.minimum(last + 1, len(depth) - 1)
        members = np.arange(values.shape[-1])
        times = np.arange(len(values))[:, None]
        high, low = values[times, last, members], values[times, nxt, members]
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(high > low, (high - threshold) / (high - low), 0.0)
        reach = depth[last, members] + part * (depth[nxt, members] - depth[last, members])
        return np.asarray(np.where(enough.any(axis=1), reach, 0.0))


def uptake(
    skin: Skin,
    solute: Solute,
    vehicle: Vehicle,
    channels: Channels | None,
    lanes: Lanes,
    *,
    until: float,
    duration: float | None = None,
    times: Sequence[float] | Array | None = None,
    mesh: str | Fineness = "coarse",
    after: float = 0.0,
    rate: Array | None = None,
    excised: bool = False,
    constricted: bool = False,
    wall: Barrier | None = None,
) -> Uptake:
    """Follow a product on skin.

    Args:
        skin: layers; of the horny layer only its place counts, its thickness is the barrier's.
        solute: what is followed.
        vehicle: what is put on.
        channels: through the skin, or None for intact skin.
        lanes: parameter values.
        until: when the product is taken off, in s.
        duration: end of the run, in s; by default ``until``.
        times: at which results are wanted, in s; by default 0 and the end.
        mesh: "coarse", "fine", or one of one's own.
        after: how long after needling the product is put on, in s.
        rate: measured uptake in kg/(m² s), shape (members,), in place of a permeability.
        excised: nothing is cleared and the lower end drains, as over a diffusion cell.
        constricted: the product itself cuts the blood flow, as numbing creams do.
        wall: a barrier of one's own instead of that of the solute.

    Raises:
        InputError: if intact skin does not let the solute through, or the vehicle does not hold it.

    >>> from pinprick.evidence import registry
    >>> from pinprick.people.skin import skin_at
    >>> from pinprick.permeation.solutes import solute
    >>> few = Lanes(registry(), 0, range(4))
    >>> serum = Vehicle(2e-5, {"caffeine": 10.0}, ph=6.0, drying=600.0)
    >>> cheek, drug = skin_at("cheek", None, few), solute("caffeine")
    >>> taken = uptake(cheek, drug, serum, None, few, until=60.0)
    >>> bool(np.allclose(taken.delivered + taken.left, taken.dose))
    True
    """
    duration = until if duration is None else duration
    wanted = np.array([0.0, duration]) if times is None else np.asarray(times, dtype=np.float64)
    if not 0 <= after < np.inf or not 0 < until <= duration < np.inf:
        raise ValueError("uptake: 0 <= after and 0 < until <= duration, all finite")
    if np.any(np.diff(wanted) <= 0) or wanted[0] < 0 or wanted[-1] > duration:
        raise ValueError("uptake: times must increase within the run")
    if wall is None:
        wall = barrier(
            solute, lanes, hydrated=vehicle.hydrated, ph=vehicle.ph, intact=channels is None
        )
    if rate is not None:
        wall = of_measured(wall, rate, vehicle, solute)
    run = _Run(
        skin, solute, vehicle, lanes, wall, fineness(mesh), until, duration, wanted, excised,
        constricted,
    )  # fmt: skip
    intact = run.answer(None, 0.0)
    if channels is None:
        return replace(intact, limit=run.limits(intact))
    made = replace(run.answer(channels, after), intact=intact)
    return replace(made, window=run.window(channels), limit=run.limits(made))


def _over(a: Array, b: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(b > 0, a / b, np.where(a > 0, np.inf, 1.0)))


@dataclass(frozen=True)
class _Run:
    """What the run with channels and that of the intact twin share."""

    skin: Skin
    solute: Solute
    vehicle: Vehicle
    lanes: Lanes
    wall: Barrier
    mesh: Fineness
    until: float
    duration: float
    wanted: Array
    excised: bool
    constricted: bool

    def answer(self, channels: Channels | None, after: float) -> Uptake:
        """One run."""
        column = in_depth(self.skin, self.wall.thickness, self.mesh)
        way = self.way(column, channels)
        donor = self.donor(column, channels)
        state, donor = self._deposited(column, way, donor)
        on = grid(self.mesh, 0.0, self.until, self.wanted)
        first = passage.walk(way, donor, state, np.diff(on), after)
        parts = [first]
        if self.duration > self.until:
            off = grid(self.mesh, self.until, self.duration, self.wanted)
            parts.append(passage.walk(way, None, first.state, np.diff(off), after + self.until))
        return self._result(column, way, parts, after)

    def way(self, column: Column, channels: Channels | None) -> passage.Way:
        """Mesh and coefficients."""
        made = coefficients(
            column, self.skin, self.solute, self.vehicle, channels, self.lanes, self.wall,
            excised=self.excised, constricted=self.constricted,
        )  # fmt: skip
        if channels is None:
            return made
        rings = about(channels, self.mesh)
        return replace(made, rings=rings, share=share_open(column, rings, channels))

    def donor(self, column: Column, channels: Channels | None) -> passage.Donor:
        """The vehicle as the lumped unknown."""
        one, given = np.ones(len(self.lanes)), self.vehicle
        mouth = film = 0.0 * one
        if channels is not None:
            radius = channels.radius
            mouth = mouth_resistance(given, self.solute, radius, self.lanes)
            film = film_resistance(given, self.solute, radius, channels.rim, self.lanes)
        return passage.Donor(
            amount=given.dose(self.solute) * one,
            volume=given.layer * one,
            residue=residue(given, self.lanes),
            drying=drying_time(given, self.lanes),
            solubility=given.solubility(self.solute) * one,
            drive=self.wall.seen / tissue_seen(self.solute, self.lanes),
            shunt=self.wall.shunt,
            shunt_lag=self.wall.shunt_lag,
            layer=planar_resistance(given, self.solute, self.lanes),
            mouth=mouth,
            film=film,
            below=column.layers[HORNY].stop,
        )

    def _deposited(
        self, column: Column, way: passage.Way, donor: passage.Donor
    ) -> tuple[Array, passage.Donor]:
        """Load of the horny layer and what stays on it, where the vehicle goes at once."""
        state = np.zeros(way.share.shape)
        if self.vehicle.occluded or self.vehicle.drying != 0:
            return state, donor
        zone = self.lanes.stage("permeation").deposition_water * self.wall.thickness
        full = way.storage[0] * donor.drive * donor.solubility  # what it holds when saturated
        loads = np.minimum(donor.amount, full * zone)
        share = overlap(column.edges, 0.0 * zone, zone) / zone
        state += (loads * share / column.width)[:, None]
        return state, replace(donor, amount=donor.amount - loads)

    def _result(
        self,
        column: Column,
        way: passage.Way,
        parts: list[passage.Course],
        after: float,
    ) -> Uptake:
        time = np.concatenate([part.time[i > 0 :] for i, part in enumerate(parts)]) - after
        rows = np.searchsorted(time, self.wanted - self.mesh.first * np.finfo(float).eps ** 0.5)
        cleared, passed, left = (
            self._joined(parts, name)[rows] for name in ("cleared", "passed", "donor")
        )
        content = np.concatenate([p.profile[i > 0 :] for i, p in enumerate(parts)])[rows]
        held = content * column.width
        amount = np.stack([held[:, cells].sum(axis=1) for cells in column.layers.values()])
        return Uptake(
            solute=self.solute.name,
            time=self.wanted,
            layers=tuple(column.layers),
            amount=amount,
            content=content,
            dissolved=content / way.storage,
            column=column,
            cleared=cleared,
            passed=passed,
            left=left,
            dose=self.vehicle.dose(self.solute) * np.ones(len(self.lanes)),
            intact=None,
            window=np.zeros(len(self.lanes)),
            limit=(),
        )

    @staticmethod
    def _joined(parts: list[passage.Course], name: str) -> Array:
        """A running total over the parts of a run; all but the first start at 0."""
        total = getattr(parts[0], name)
        for part in parts[1:]:
            total = np.concatenate([total, total[-1] + getattr(part, name)[1:]])
        return np.asarray(total)

    def limits(self, made: Uptake) -> tuple[Limit, ...]:
        """What holds uptake back: the dose if most of it is in, else drying if most had dried
        half way through, else the route that carries most."""
        spent = made.delivered[-1] > made.dose / 2.0
        dry = wet(self.vehicle, self.until / 2.0, self.lanes) < 1.0 / 2.0
        by_channel = made.ratio[-1] > 2.0
        return tuple(
            "dose" if s else "drying" if d else "channel" if c else "barrier"
            for s, d, c in zip(spent, dry, by_channel, strict=True)
        )

    def window(self, channels: Channels) -> Array:
        """Time after needling until channels let in less than the horny layer, or closed, in s."""
        few = is_dilute(self.vehicle, self.solute, self.lanes)
        dermis = tissue.dermis(self.solute, self.lanes, dilute=few)
        within = diffusivity(channels, self.solute, self.vehicle, self.lanes)
        beyond = dermis.diffusivity * dermis.partition
        at_once = _over(disc_permeability(channels, within, beyond), self.wall.total)
        closed = 1.0 / self.lanes.stage("permeation_uptake").closed
        halvings = np.log2(np.clip(at_once, 1.0, closed))
        return np.asarray(channels.channel.half_life * halvings)
