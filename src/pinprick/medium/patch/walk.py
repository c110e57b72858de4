"""One walk through a patch: its steps, and the operator and factors that serve for many of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.medium import method
from pinprick.medium.checks import finite
from pinprick.medium.patch.nest import arrays
from pinprick.medium.patch.operator import Operator, of_species
from pinprick.medium.patch.reacting import Reacting
from pinprick.medium.patch.solve import System

if TYPE_CHECKING:
    from pinprick.medium.patch.linear import Linear
    from pinprick.medium.patch.sweeps import Flows, Sweeps

State = np.ndarray[Any, np.dtype[np.float64]]


class Walk:
    """Steps of a table in one medium: fields ``values`` by name, cells of a ``shape``.

    ``tolerance``, ``factored`` and ``series`` as in
    :class:`~pinprick.medium.patch.stepper.PatchStepper`.
    """

    def __init__(
        self,
        reacting: Reacting,
        values: dict[str, Any],
        shape: Any,
        tolerance: float,
        factored: bool,
        series: bool,
    ) -> None:
        self.reacting, self.values, self.shape = reacting, values, shape
        self.tolerance, self.factored = tolerance, factored
        self.table, self.own = reacting.table, reacting.table.moving
        self.moves = bool(self.own.stop)
        self.fixed = None if reacting.evolve else self._operator(0.0)
        self.systems: dict[float, System | Sweeps] = {}
        self.linear = self._linear() if series else None
        self.flows: Flows | None = None
        if self.fixed is not None and self._split(self.fixed):
            from pinprick.medium.patch.sweeps import Flows  # loads a compiler

            self.flows = Flows.of(self.fixed)

    def _split(self, op: Operator) -> bool:
        """Whether sweeps are asked for, and can be: nothing is held or stirred."""
        return self.factored and not op.even and op.free is None and op.stirred is None

    def _linear(self) -> Linear:
        from pinprick.medium.patch.linear import Linear  # loads a compiler

        if self.reacting.evolve is not None or self.table.closed:
            raise ValueError("series: coefficients and fields must not change in time")
        if any(name in (self.values.get("held") or {}) for name in self.table.index):
            raise ValueError("series: cells must not be held or stirred")
        return Linear.of(self.table, self.values, self.fixed, self.own, self.shape)

    def step(self, u: State, h: float, t: float, book: Any) -> tuple[State, Any]:
        """State and ledger after a step."""
        if self.linear is not None:
            new = self._positive(self.linear.step(u, h, self.tolerance), self.fixed)
            if book is not None:
                book = book + self.linear.through(u, h, self.tolerance)
            return finite(new), book
        hg, own = h * method.GAMMA, self.own
        op = self.fixed or self._operator(t)
        system = self._system(op, hg)
        matrix = self.reacting.couplings(u, self.values, t) if self.table.reactions else None
        stages: list[State] = []
        notes: list[Any] = []
        for i in range(method.STAGES):
            at, when = self._sum(u, method.A[i], stages), t + method.TIMES[i] * h
            there = self.fixed or (self._operator(when) if method.TIMES[i] else op)
            right = np.zeros_like(u)
            if matrix is not None:
                right += hg * np.asarray(self.reacting.rates(at, self.values, when))
            react = right.copy() if book is not None else right
            if self.moves and there is not None:
                if self.flows is not None:
                    self.flows.add_to(right[own], hg, at[own])
                else:
                    right[own] += hg * there.rates(at[own])
            right = self._sum(right, method.GAMMA * method.C[i], stages)
            half = right if matrix is None else np.array(self.reacting.cascade(right, matrix, hg))
            made = (react + (half - right))[own] if book is not None else None
            stages.append(self._transported(half, system, hg))
            if book is not None and op is not None and there is not None:
                note = _note(hg, made, at[own], stages[i][own], there, op)
                notes.append(_plus(note, method.GAMMA * method.C[i], notes))
        new = self._sum(u, method.M, stages)
        floor = -method.UNDERSHOOT * self._scale
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
        if not self.moves:
            return None
        values = self.values
        if self.reacting.evolve is not None:
            values = {**values, **arrays(self.reacting.fields(values, t))}
        values["periodic"] = float(np.asarray(values["periodic"]))
        return of_species(self.table.species[self.own], SimpleNamespace(**values), self.shape)

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
        own, op = self.own, system.operator
        if isinstance(system, System):
            activity, _ = system.solve(half[own] * (op.volume / hg), self.tolerance)
            half[own] = activity * op.storage
        else:
            half[own] *= op.volume / hg
            system.solve(half[own])
        return half

    @property
    def _scale(self) -> State:
        return np.array([s.scale for s in self.table.species])[:, None, None, None]

    def _euler(self, u: State, t: float, h: float, op: Operator | None) -> State:
        """A step of linearly implicit Euler, losses and transport in one matrix; never negative.

        As the column's, but not split, so that a walk of such steps ends where it should too.
        """
        table = self.table
        speeds = {k: np.asarray(v) for k, v in self.reacting.speeds(u, self.values, t).items()}
        held = [np.maximum(u[i], method.NOTHING * s.scale) for i, s in enumerate(table.species)]
        fixed = self.values.get("held") or {}
        new: list[State] = []
        for i, species in enumerate(table.species):
            gain, loss = table.gain_and_loss(i, speeds, held, new)
            change = h * (gain - loss * u[i]) * (1.0 - np.asarray(fixed.get(species.name, 0.0)))
            if op is not None and species.diffusivity:
                one = op.of(i - self.own.start)
                change += h * one.rates(u[i : i + 1])[0]
                system = System(one, one.storage * one.volume * (1.0 + h * loss) / h)
                answer, _ = system.solve(change[None] * (one.volume / h), self.tolerance)
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
        own = self.own
        free = 1.0 if op.free is None else op.free
        before, after = op.amount(free * new[own]), op.amount(free * kept[own])
        share = np.where(
            low[own] & (before > 0) & (after > 0), before / np.maximum(after, 1e-300), 1.0
        )
        kept[own] *= 1.0 - free * (1.0 - share[:, None, None, None])
        return kept

    def _fallen(self, u: State, new: State, h: float, op: Operator) -> State:
        own = self.own
        through = h * np.concatenate([op.inflow(new[own]), op.from_held(new[own])[None]])
        change = op.amount(new[own] - u[own])
        return np.concatenate([through, (change - through.sum(axis=0))[None]])


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
