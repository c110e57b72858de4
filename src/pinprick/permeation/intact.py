"""Intact: drugs of a cream through intact skin, by a direct banded solve.

A numbing cream is one short forward run: no channels, coefficients that stand still, a horny layer
of which only two figures count, what it lets through once steady and its lag. So all members and
drugs are laid end to end in one tridiagonal matrix that is factorised once a phase. The donor and
the two stages of a step are those of :mod:`pinprick.permeation.passage`; nothing is compiled, so
the first answer comes as fast as the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import lapack

from pinprick.evidence.entries import toml
from pinprick.permeation.barrier import lag_time
from pinprick.permeation.passage import GAMMA

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Mesh:
    """Cells of the horny layer, of the tissue below it to ``reach`` metres, each ``growth`` times
    the one above it, steps while the cream lies there, in the wait and after it, and for how long
    drug is followed after it, in s."""

    horny: int
    tissue: int
    growth: float
    reach: float
    steps: tuple[int, int, int]
    followed: float

    @property
    def edges(self) -> Array:
        """Faces of the tissue's cells in metres below the horny layer, shape (tissue + 1,)."""
        cells = np.cumsum(self.growth ** np.arange(self.tissue))
        return np.concatenate([[0.0], self.reach * cells / cells[-1]])


@dataclass(frozen=True, slots=True)
class Cream:
    """A drug in the cream and on its way; every field of shape (members,).

    ``rate`` (kg/m²/s) is what the horny layer lets through once steady and into clean tissue, from
    the cream as it is put on; ``lag`` (s) that of the horny layer; ``drive`` (kg/m³) the dissolved
    drug in tissue's water that would stand in balance with the cream. ``dose`` (kg/m²) lies on the
    skin, of which ``spare`` keeps the cream saturated.
    """

    rate: Array
    lag: Array
    drive: Array
    dose: Array
    spare: Array


@dataclass(frozen=True, slots=True)
class Below:
    """Tissue for the drug: ``diffusivity`` (m²/s) and ``partition``, each of shape (members,);
    ``clearance`` (1/s) in the cells of the mesh, (tissue, members)."""

    diffusivity: Array
    partition: Array
    clearance: Array


class Course(NamedTuple):
    """What becomes of the drug at each time, (times, ...): ``dissolved`` in tissue's water in
    kg/m³, (times, cells, members); ``donor``, ``horny``, ``tissue`` and ``cleared`` in kg/m²,
    (times, members)."""

    time: Array
    dissolved: Array
    donor: Array
    horny: Array
    tissue: Array
    cleared: Array


@cache
def mesh() -> Mesh:
    """The mesh that is used (``numb.toml``).

    >>> bool(mesh().edges[-1] > 5e-3)
    True
    """
    data = toml("pinprick.permeation", "numb.toml")
    return Mesh(**{**data, "steps": tuple(data["steps"])})


def through(cream: Cream, below: Below, lengths: Sequence[float], how: Mesh) -> Course:
    """Follow one drug; for several, lay them side by side as more members.

    Args:
        cream: what is put on.
        below: what it enters.
        lengths: in s, of the time under the cream, the wait and what is followed after it.
        how: mesh and steps.

    Raises:
        FloatingPointError: if the solve fails.
    """
    made = _Matrix.of(cream, below, how)
    state = _State(np.zeros_like(made.store), cream.dose.copy(), np.zeros_like(cream.dose))
    time, notes = [0.0], [made.note(state)]
    for place, (length, steps) in enumerate(zip(lengths, how.steps, strict=True)):
        h = length / steps
        phase = made.phase(h, on=place == 0)
        for _ in range(steps):
            state = phase.step(state)
            time.append(time[-1] + h)
            notes.append(made.note(state))
    parts = [np.stack(part) for part in zip(*notes, strict=True)]
    if not all(np.all(np.isfinite(part)) for part in parts):
        raise FloatingPointError("numbing failed: a value is not finite; check the values set")
    return Course(np.array(time), *parts)


class _State(NamedTuple):
    """Activity, (members, cells), what lies on the skin and what the blood took, (members,)."""

    activity: Array
    donor: Array
    cleared: Array


@dataclass(frozen=True)
class _Matrix:
    """``store da/dt = link (a below - a) + link (a above - a) - loss a``, (members, cells).

    The activity ``a`` is the dissolved drug in tissue's water, in the horny layer that in balance
    with it; ``store`` is in m and ``link``, to the cell below, in m/s. ``top`` (m/s) leads from the
    cream into the first cell.
    """

    cream: Cream
    horny: int
    store: Array
    link: Array
    loss: Array
    top: Array

    @staticmethod
    def of(cream: Cream, below: Below, how: Mesh) -> _Matrix:
        wide = np.diff(how.edges)
        passes = cream.rate / cream.drive  # of the whole horny layer
        half = 1.0 / (2.0 * how.horny * passes)  # resistance of half a cell of it
        # h K of a cell: the lag is so much of h² / D, and passes = K D / h
        share = lag_time(np.ones_like(passes), np.ones_like(passes))
        holds = cream.lag * passes / share / how.horny
        through_half = wide / 2.0 / (below.diffusivity * below.partition)[:, None]
        halves = np.concatenate([np.tile(half[:, None], how.horny), through_half], axis=1)
        store = np.concatenate(
            [np.tile(holds[:, None], how.horny), wide * below.partition[:, None]], axis=1
        )
        loss = np.zeros_like(store)
        loss[:, how.horny :] = store[:, how.horny :] * below.clearance.T
        link = np.zeros_like(store)
        link[:, :-1] = 1.0 / (halves[:, :-1] + halves[:, 1:])
        return _Matrix(cream, how.horny, store, link, loss, 1.0 / half)

    def note(self, state: _State) -> tuple[Array, ...]:
        held = state.activity * self.store
        tissue = state.activity[:, self.horny :].T
        sums = held[:, : self.horny].sum(axis=1), held[:, self.horny :].sum(axis=1)
        return tissue, state.donor, *sums, state.cleared

    def phase(self, h: float, *, on: bool) -> _Phase:
        """Factorised for steps of one length, with the cream on or off."""
        hg = h * GAMMA
        top = self.top if on else np.zeros_like(self.top)
        above = np.concatenate([top[:, None], self.link[:, :-1]], axis=1)
        diagonal = self.store + hg * (self.loss + self.link + above)
        d, e, failed = lapack.dpttrf(diagonal.ravel(), -hg * self.link.ravel()[:-1])
        if failed:
            raise FloatingPointError("numbing failed: the matrix is not positive")
        unit = np.zeros_like(self.store)
        unit[:, 0] = hg * top
        return _Phase(self, h, top, d, e, _solve(d, e, unit))


@dataclass(frozen=True)
class _Phase:
    """Steps of one length; ``answer`` is the tissue's to a driving activity of 1."""

    matrix: _Matrix
    h: float
    top: Array
    d: Array
    e: Array
    answer: Array

    def step(self, state: _State) -> _State:
        """Two implicit stages; the second starts from what the first moved."""
        on = (1.0 - GAMMA) / GAMMA
        one = self._stage(state)
        base = _State(*(s + on * (o - s) for s, o in zip(state, one, strict=True)))
        return self._stage(base)

    def _stage(self, state: _State) -> _State:
        hg, cream, store = self.h * GAMMA, self.matrix.cream, self.matrix.store
        still = _solve(self.d, self.e, store * state.activity)
        # What leaves the cream is a line in what it drives with: slope * drive - back.
        slope = self.top * (1.0 - self.answer[:, 0])
        back = self.top * still[:, 0]
        room = (cream.dose - cream.spare) / cream.drive
        drive = np.minimum((state.donor + hg * back) / (room + hg * slope), cream.drive)
        drive = np.where(self.top > 0, drive, 0.0)
        new = still + self.answer * drive[:, None]
        donor = state.donor - hg * (slope * drive - back)
        cleared = state.cleared + hg * (self.matrix.loss * new).sum(axis=1)
        return _State(new, donor, cleared)


def _solve(d: Array, e: Array, right: Array) -> Array:
    found, failed = lapack.dpttrs(d, e, right.ravel())
    if failed:
        raise FloatingPointError("numbing failed: a right-hand side was refused")
    return np.asarray(found.reshape(right.shape))
