"""The stepper of a patch: the method of the column, with transport solved in three dimensions.

The same linearly implicit third-order W-method, the same reaction table, the same fall-back. Its
matrix is ``(I - hγL)(I - hγD)``, nothing is split between directions, and what the iterations leave
over is a share of a step's change: so a steady state depends neither on the step nor on their
tolerance. Where state and fields are the same across, one column of cells is stepped for all.

Shapes: state (species, cells, y, x), float64. ``here`` maps names to fields that broadcast against
(cells, y, x). Memory at the peak is that of 27 states where coefficients differ across (216 bytes a
cell and species; a series takes 24 states for one species, 15 for four alike) and of 13 where they
do not; reactions add the entries of their matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax

# isort: on
from pinprick.medium import method
from pinprick.medium.checks import checked, finite
from pinprick.medium.nest import arrays, is_narrow, narrow
from pinprick.medium.patch.operator import Operator, of_species, same_across
from pinprick.medium.patch.solve import System
from pinprick.medium.reactions import ReactionTable
from pinprick.medium.stepper import _NOTHING, _UNDERSHOOT, Evolve, Here, Stepper
from pinprick.medium.waypoint import Waypoints

if TYPE_CHECKING:
    from pinprick.medium.patch.linear import Linear
    from pinprick.medium.patch.sweeps import Flows, Sweeps

State = np.ndarray[Any, np.dtype[np.float64]]
Progress = Callable[[float, float], None]


class PatchLedger(NamedTuple):
    """What came in through ``top`` and ``bottom``, from ``held`` cells and by ``reaction``.

    Amounts, each of shape (species that move,); together they are the change of what is held.
    """

    top: Any
    bottom: Any
    held: Any
    reaction: Any


@dataclass(frozen=True)
class PatchStepper:
    """Steps a reaction table in a :class:`~pinprick.medium.patch.Patch`.

    ``here`` must hold the mesh (:meth:`~pinprick.medium.patch.Patch.here`) and every value that the
    table names. ``evolve`` gives ``here`` at a time since the start, for coefficients that change.
    ``tolerance`` is that of the iterations, relative to the change in a stage of a step.
    ``factored`` takes sweeps along each direction instead of iterations: faster, for moderate steps
    and contrasts (rough parts fade slowly where a step is long against them). Where cells are held
    or stirred, or coefficients the same across, it changes nothing.
    ``series`` steps a linear medium (diffusion, exchange, gains, first-order losses) without error
    of the step, to ``tolerance`` of the distance from the steady state; what is booked is within
    some 50 times that. A step costs the square root of its length: take long ones. What is not
    linear is refused.
    """

    table: ReactionTable
    evolve: Evolve | None = None
    tolerance: float = 1e-7
    factored: bool = False
    series: bool = False

    def walk(
        self,
        state: State,
        here: Here,
        steps: Any,
        start: float = 0.0,
        progress: Progress | None = None,
        keep: Path | None = None,
    ) -> State:
        """Take the given steps one after another.

        Args:
            state: (species, cells, y, x).
            here: fields by name.
            steps: lengths of the steps; :func:`graded` makes them for a rough start.
            start: time at which the walk begins, for ``evolve``.
            progress: called with the time reached and the last, after each step; what it raises
                stops the walk.
            keep: a file that holds the state reached when the walk is stopped, and every half
                minute; the same walk begun again goes on from there, and ends in the same state.

        Raises:
            StepError: if a value is not finite, or iterations do not converge.
            ValueError: if the state or a field cannot be stepped, the file is of another walk, or
                ``series`` is asked of a table that is not linear or of fields that change in time.
        """
        return self._walk(state, here, steps, start, progress, keep, None)[0]

    def walk_with_ledger(
        self, state: State, here: Here, steps: Any, start: float = 0.0
    ) -> tuple[State, PatchLedger]:
        """As :meth:`walk`, with what came in and what reacted on the way."""
        book = np.zeros((4, len(self._moving)))
        state, book = self._walk(state, here, steps, start, None, None, book)
        return state, PatchLedger(*book)

    def _walk(
        self,
        state: State,
        here: Here,
        steps: Any,
        start: float,
        progress: Progress | None,
        keep: Path | None,
        book: Any,
    ) -> tuple[State, Any]:
        fields = checked(self.table, state, here)
        state = np.asarray(state, dtype=np.float64)
        steps = np.asarray(steps, dtype=np.float64)
        shape = state.shape
        if steps.ndim != 1 or not np.all(np.isfinite(steps)) or np.any(steps < 0):
            raise ValueError("steps: must be a row of lengths, finite and not negative")
        if not 0 <= self.tolerance < 1:
            raise ValueError(f"tolerance: must lie between 0 and 1, not {self.tolerance:g}")
        if len(state) != len(self.table.species):
            raise ValueError(
                f"state: {len(state)} species, the table has {len(self.table.species)}"
            )
        taken = {"start": start, "tolerance": self.tolerance, "factored": self.factored}
        taken["series"] = self.series
        points = Waypoints.of(keep, state, steps, {**fields, "walk": taken})
        ends = start + np.concatenate([[0.0], np.cumsum(steps)])
        with jax.enable_x64(True):
            state, fields = self._narrowed(state, fields, start)
            state, done = points.resumed(state)
            walk = _Walk(self, fields, state.shape[1:])
            with points.kept() as reached:
                for i in range(done, len(steps)):
                    state, book = walk.step(state, float(steps[i]), float(ends[i]), book)
                    reached(state, i + 1)
                    if progress:
                        progress(float(ends[i + 1]), float(ends[-1]))
        if book is not None:
            book = book * (shape[2] * shape[3] / (state.shape[2] * state.shape[3]))
        return np.broadcast_to(state, shape).copy(), book

    def _narrowed(
        self, state: State, fields: dict[str, Any], start: float
    ) -> tuple[State, dict[str, Any]]:
        """State and fields of one column, if nothing differs across; else as they are."""
        one, thin = same_across(state), {k: narrow(v) for k, v in fields.items()}
        thin["spacing"] = fields["spacing"]
        if self.evolve is not None:
            later = vars(self._cells._at(thin, start))
            if not is_narrow({k: v for k, v in later.items() if k != "spacing"}):
                return state, fields
        even = is_narrow({k: v for k, v in thin.items() if k != "spacing"})
        return (one, thin) if even and one.shape[2:] == (1, 1) else (state, fields)

    @cached_property
    def _moving(self) -> list[int]:
        return Stepper(self.table)._moving

    @cached_property
    def _cells(self) -> Stepper:
        """The column's stepper of the same table, in which nothing moves: reactions alone."""
        species = tuple(replace(s, diffusivity="") for s in self.table.species)
        return Stepper(replace(self.table, species=species), self.evolve)

    @property
    def _own(self) -> slice:
        return slice(self._moving[0], self._moving[-1] + 1)

    # What happens in each cell, compiled once for each set of shapes.

    @cached_property
    def _fields(self) -> Callable[..., dict[str, Any]]:
        return jax.jit(lambda values, t: vars(self._cells._at(values, t)))

    @cached_property
    def _react(self) -> Callable[..., Any]:
        cells = self._cells
        return jax.jit(lambda u, values, t: cells._rates(u, cells._at(values, t), None)[0])

    @cached_property
    def _matrix(self) -> Callable[..., Any]:
        cells = self._cells
        return jax.jit(lambda u, values, t: cells._couplings(u, cells._at(values, t)))

    @cached_property
    def _cascade(self) -> Callable[..., Any]:
        return jax.jit(self._cells._solve_cascade)

    @cached_property
    def _speeds(self) -> Callable[..., Any]:
        def speeds(u: Any, values: Any, t: Any) -> Any:
            here = self._cells._at(values, t)
            return dict(self.table.speeds(self.table.named(u, here), here))

        return jax.jit(speeds)


class _Walk:
    """One walk: the operator and the factors that serve from step to step."""

    def __init__(self, stepper: PatchStepper, values: dict[str, Any], shape: Any) -> None:
        self.by, self.values, self.shape = stepper, values, shape
        self.moving = bool(stepper._moving)
        self.fixed = None if stepper.evolve else self._operator(0.0)
        self.systems: dict[float, System | Sweeps] = {}
        self.linear = self._linear() if stepper.series else None
        self.flows: Flows | None = None
        if stepper.factored and self.fixed is not None and self._split(self.fixed):
            from pinprick.medium.patch.sweeps import Flows  # loads a compiler

            self.flows = Flows.of(self.fixed)

    def _split(self, op: Operator) -> bool:
        """Whether sweeps are asked for, and can be: nothing is held or stirred."""
        return self.by.factored and not op.even and op.free is None and op.stirred is None

    def _linear(self) -> Linear:
        from pinprick.medium.patch.linear import Linear  # loads a compiler

        table, own = self.by.table, self.by._own if self.moving else slice(0)
        if self.by.evolve is not None or table.closed:
            raise ValueError("series: coefficients and fields must not change in time")
        if any(name in (self.values.get("held") or {}) for name in table.index):
            raise ValueError("series: cells must not be held or stirred")
        return Linear.of(table, self.values, self.fixed, own, self.shape)

    def step(self, u: State, h: float, t: float, book: Any) -> tuple[State, Any]:
        """State and ledger after a step."""
        if self.linear is not None:
            new = self._positive(self.linear.step(u, h, self.by.tolerance), self.fixed)
            if book is not None:
                book = book + self.linear.through(u, h, self.by.tolerance)
            return finite(new), book
        hg, by = h * method.GAMMA, self.by
        op = self.fixed or self._operator(t)
        system = self._system(op, hg)
        matrix = by._matrix(u, self.values, t) if by.table.reactions else None
        stages: list[State] = []
        notes: list[Any] = []
        for i in range(method.STAGES):
            at, when = self._sum(u, method.A[i], stages), t + method.TIMES[i] * h
            there = self.fixed or (self._operator(when) if method.TIMES[i] else op)
            right = np.zeros_like(u)
            if matrix is not None:
                right += hg * np.asarray(by._react(at, self.values, when))
            react = right.copy() if book is not None else right
            if self.moving and there is not None:
                if self.flows is not None:
                    self.flows.add_to(right[by._own], hg, at[by._own])
                else:
                    right[by._own] += hg * there.rates(at[by._own])
            right = self._sum(right, method.GAMMA * method.C[i], stages)
            half = right if matrix is None else np.array(by._cascade(right, matrix, hg))
            made = (react + (half - right))[by._own] if book is not None else None
            stages.append(self._transported(half, system, hg))
            if book is not None and op is not None and there is not None:
                note = _note(hg, made, at[by._own], stages[i][by._own], there, op)
                notes.append(_plus(note, method.GAMMA * method.C[i], notes))
        new = self._sum(u, method.M, stages)
        floor = -_UNDERSHOOT * self._scale
        kept, fell = new, not bool(np.all(new >= floor)) and h > 0
        if fell:
            kept = self._euler(u, t, h, op)
        kept = self._positive(kept, op)
        if book is not None and op is not None:
            wrote = self._fallen(u, kept, h, op) if fell else _plus(0.0, method.M, notes)
            book = book + wrote
        return finite(kept), book

    def _sum(self, start: State, weights: Any, stages: list[State]) -> State:
        """As :func:`_plus`, compiled if something else is."""
        if self.flows is None:
            return np.asarray(_plus(start, weights, stages))
        from pinprick.medium.patch.sweeps import plus

        return plus(start, weights, stages)

    def _operator(self, t: float) -> Operator | None:
        if not self.moving:
            return None
        values = self.values
        if self.by.evolve is not None:
            values = {**values, **arrays(self.by._fields(values, t))}
        values["periodic"] = float(np.asarray(values["periodic"]))
        return of_species(
            self.by.table.species[self.by._own], SimpleNamespace(**values), self.shape
        )

    def _system(self, op: Operator | None, hg: float) -> System | Sweeps | None:
        if op is None or hg == 0:
            return None
        if hg not in self.systems or self.fixed is None:
            if len(self.systems) > 1:
                self.systems.clear()
            solver: Any = System
            if self._split(op):
                from pinprick.medium.patch.sweeps import Sweeps

                solver = Sweeps
            self.systems[hg] = solver(op, op.storage * op.volume / hg)
        return self.systems[hg]

    def _transported(self, half: State, system: System | Sweeps | None, hg: float) -> State:
        """Solve ``(I - hγD) x = half`` for the species that move."""
        if system is None:
            return half
        own, op = self.by._own, system.operator
        if isinstance(system, System):
            activity, _ = system.solve(half[own] * (op.volume / hg), self.by.tolerance)
            half[own] = activity * op.storage
        else:
            half[own] *= op.volume / hg
            system.solve(half[own])
        return half

    @property
    def _scale(self) -> State:
        return np.array([s.scale for s in self.by.table.species])[:, None, None, None]

    def _euler(self, u: State, t: float, h: float, op: Operator | None) -> State:
        """A step of linearly implicit Euler, losses and transport in one matrix; never negative.

        As the column's, but not split, so that a walk of such steps ends where it should too.
        """
        table = self.by.table
        speeds = {k: np.asarray(v) for k, v in self.by._speeds(u, self.values, t).items()}
        held = [np.maximum(u[i], _NOTHING * s.scale) for i, s in enumerate(table.species)]
        fixed = self.values.get("held") or {}
        new: list[State] = []
        for i, species in enumerate(table.species):
            gain, loss = np.zeros_like(u[i]), np.zeros_like(u[i])
            for row in table.reactions:
                speed = speeds[row.id]
                loss += row.consumed.get(species.name, 0.0) * speed / held[i]
                if species.name in row.produced:
                    for j in (table.index[source] for source in row.consumed):
                        speed = speed * new[j] / held[j] if j < i else speed
                    gain += row.produced[species.name] * speed
            change = h * (gain - loss * u[i]) * (1.0 - np.asarray(fixed.get(species.name, 0.0)))
            if op is not None and i in self.by._moving:
                one = op.of(i - self.by._moving[0])
                change += h * one.rates(u[i : i + 1])[0]
                system = System(one, one.storage * one.volume * (1.0 + h * loss) / h)
                answer, _ = system.solve(change[None] * (one.volume / h), self.by.tolerance)
                new.append(u[i] + (answer * one.storage)[0])
            else:
                new.append(u[i] + change / (1.0 + h * loss))
        return np.maximum(np.stack(new), 0.0)

    def _positive(self, new: State, op: Operator | None) -> State:
        """Small undershoots set to zero; where cells differ across, amounts that move are kept."""
        low = new.min(axis=(1, 2, 3)) < 0
        if not np.any(low):
            return new
        kept = np.maximum(new, 0.0)
        if op is None or new.shape[2:] == (1, 1):
            return kept
        own = self.by._own
        free = 1.0 if op.free is None else op.free
        before, after = op.amount(free * new[own]), op.amount(free * kept[own])
        share = np.where(
            low[own] & (before > 0) & (after > 0), before / np.maximum(after, 1e-300), 1.0
        )
        kept[own] *= 1.0 - free * (1.0 - share[:, None, None, None])
        return kept

    def _fallen(self, u: State, new: State, h: float, op: Operator) -> State:
        own = self.by._own
        through = h * np.concatenate([op.inflow(new[own]), op.from_held(new[own])[None]])
        change = op.amount(new[own] - u[own])
        return np.concatenate([through, (change - through.sum(axis=0))[None]])


def graded(length: float, first: float, growth: float = 1.2, last: float = np.inf) -> State:
    """Steps that add up to ``length``, from ``first`` on each ``growth`` times the one before.

    None is longer than ``last``. For starts that are rough: a channel filled, a product put on.

    >>> graded(7.0, 1.0, 2.0)
    array([1., 2., 4.])
    """
    if not (length > 0 and first > 0 and growth >= 1 and last > 0 and np.isfinite(length)):
        raise ValueError("graded: length, first and last must be positive, growth at least 1")
    steps: list[float] = []
    step = first
    while sum(steps) < length:
        steps.append(step)
        step = min(step * growth, last)
    made = np.array(steps)
    return np.asarray(made * (length / made.sum()))


def _note(hg: float, made: Any, at: State, stage: State, there: Operator, op: Operator) -> State:
    """What one stage books: (top, bottom, held, reaction) for each species that moves."""
    through = np.concatenate([there.inflow(at), there.from_held(at)[None]])
    implied = np.concatenate([op.inflow(stage, outside=False), op.from_held(stage)[None]])
    return np.concatenate([hg * (through + implied), op.amount(made)[None]])


def _plus(start: Any, weights: Any, stages: list[State]) -> Any:
    """``start + Σ weight·stage`` over the stages there are."""
    total = start
    for weight, stage in zip(weights, stages, strict=False):
        if weight:
            total = total + weight * stage
    return total
