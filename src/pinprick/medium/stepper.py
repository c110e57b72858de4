"""The stepper: a linearly implicit third-order W-method, with a positive fall-back.

The matrix of a step is ``(I - hγL)(I - hγD)``: ``L`` holds the losses and the downstream couplings
of the cascade, taken from the reaction table and solved by forward substitution in each cell; ``D``
is transport. Rates are evaluated exactly in every stage, so a zero of the rates is a fixed point at
any step. Where a step would turn a value negative, that member takes it as one linearly implicit
Euler step instead (first order, positive at any step).

Shapes: state (species, cells, lateral, members), members last. ``lateral`` is either a set of
columns that do not see each other (roused and unroused tissue), or the rings of a unit cell.
``here`` maps names to fields that broadcast against (cells, lateral, members).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax
import jax.numpy as jnp
from jax import lax

# isort: on
from pinprick.medium import cells, method, transport
from pinprick.medium.cells import Evolve, Here, State
from pinprick.medium.checks import StepError, checked, finite
from pinprick.medium.reactions import ReactionTable

BLOCK = 16  # steps between the states that reverse mode keeps
SEGMENT = 64  # steps a compiled call takes at most; a call stays well under two seconds


class Ledger(NamedTuple):
    """What came in through ``top`` and ``bottom`` and by ``reaction``, an amount per area.

    Each of shape (species that move, members); together they are the change of what is held.
    """

    top: Any
    bottom: Any
    reaction: Any


@dataclass(frozen=True)
class Stepper:
    """Steps a reaction table in a medium; compiled once for each set of shapes.

    ``here`` must hold every value that the table's speeds, diffusivities and storages name, and the
    mesh (:class:`~pinprick.medium.column.Column` and :class:`~pinprick.medium.unit_cell.UnitCell`
    make it). ``evolve`` gives ``here`` at a time since the start of the walk, for coefficients that
    change: channels that close, sources that fade.
    """

    table: ReactionTable
    evolve: Evolve | None = None

    def walk(
        self, state: State, here: Here, steps: np.ndarray[Any, Any], start: float = 0.0
    ) -> State:
        """Take the given steps one after another; any number of them.

        Args:
            state: (species, cells, lateral, members), float32 or float64.
            here: fields by name.
            steps: lengths of the steps.
            start: time at which the walk begins, for ``evolve``.

        Raises:
            StepError: if a value is not finite afterwards.
            ValueError: if the state or a field cannot be stepped.
        """
        return self._walk(state, here, steps, start, None)[0]

    def end(self, state: State, here: Here, steps: Any, start: Any = 0.0) -> State:
        """The state after a fixed grid of steps, as a function that JAX can differentiate.

        Reverse mode keeps the states between blocks of ``BLOCK`` steps and works out the rest
        again. Compile it with :func:`compiled_gradient`: with the compiler's fusion on, the
        transposed step is worked out over and over.

        Args:
            state, here, start: as in :meth:`walk`; may be traced.
            steps: lengths of the steps, padded here to whole blocks by steps of length 0.
        """
        steps = jnp.asarray(steps)
        blocks = -(-len(steps) // BLOCK)
        steps = jnp.pad(steps, (0, blocks * BLOCK - len(steps))).reshape(blocks, BLOCK)
        fixed = None if self.evolve else self._faces(SimpleNamespace(**here), state)
        values = dict(here)

        @jax.checkpoint
        def step(carry: tuple[Any, Any], h: Any) -> tuple[tuple[Any, Any], None]:
            u, t = carry
            new, _, _ = self._step(u, values, h, t, fixed, None)
            return (new, t + h), None

        @jax.checkpoint
        def block(carry: tuple[Any, Any], part: Any) -> tuple[tuple[Any, Any], None]:
            return lax.scan(step, carry, part)

        first = (jnp.asarray(state), jnp.asarray(start, steps.dtype))
        (last, _), _ = lax.scan(block, first, steps)
        return last

    def walk_with_ledger(
        self, state: State, here: Here, steps: np.ndarray[Any, Any], start: float = 0.0
    ) -> tuple[State, Ledger]:
        """As :meth:`walk`, with what came in and what reacted on the way: so a budget is closed.

        The verification closes every budget with it; no forecast asks for one.
        """
        moving = range(len(state))[self._own]
        zero = np.zeros((3, len(moving), state.shape[-1]), state.dtype)
        state, ledger = self._walk(state, here, steps, start, zero)
        return state, Ledger(*np.asarray(ledger))

    def _walk(
        self, state: State, here: Here, steps: np.ndarray[Any, Any], start: float, ledger: Any
    ) -> tuple[State, Any]:
        fields = checked(self.table, state, here)
        with jax.enable_x64(state.dtype == np.float64):
            state = jnp.asarray(state)
            time = np.asarray(start, dtype=state.dtype)
            for begin in range(0, len(steps), SEGMENT):
                part = steps[begin : begin + SEGMENT]
                padded = np.zeros(SEGMENT, dtype=state.dtype)
                padded[: len(part)] = part
                state, ledger = self._segment(
                    state, fields, padded, np.int32(len(part)), time, ledger
                )
                time = np.asarray(time + part.sum(), dtype=time.dtype)
        return finite(state), ledger

    @cached_property
    def _segment(self) -> Callable[..., tuple[State, Any]]:
        def segment(
            state: State, here: dict[str, Any], steps: Any, count: Any, time: Any, ledger: Any
        ) -> tuple[State, Any]:
            # Coefficients that do not change are worked out once, before the steps.
            fixed = None if self.evolve else self._faces(SimpleNamespace(**here), state)

            def step(i: Any, carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
                u, t, book = carry
                u, book, _ = self._step(u, here, steps[i], t, fixed, book)
                return u, t + steps[i], book

            state, _, ledger = lax.fori_loop(0, count, step, (state, time, ledger))
            return state, ledger

        return jax.jit(segment)

    @cached_property
    def _try(self) -> Callable[..., tuple[State, Any]]:
        """One step with its estimated error in units of the species' scales."""

        def attempt(state: State, here: dict[str, Any], h: Any, time: Any) -> tuple[State, Any]:
            fixed = None if self.evolve else self._faces(SimpleNamespace(**here), state)
            new, _, gap = self._step(state, here, h, time, fixed, None)
            return new, gap

        return jax.jit(attempt)

    def walk_to(
        self,
        state: State,
        here: Here,
        end: float,
        *,
        start: float = 0.0,
        tolerance: float = 1e-4,
        first: float | None = None,
    ) -> tuple[State, int]:
        """Walk to a time with steps chosen by the error they make.

        For references: the verification holds fixed grids and other programs against it.

        Args:
            state: as in :meth:`walk`; all members share the steps.
            here: fields by name.
            end: time to arrive at, exactly.
            start: time to begin at.
            tolerance: largest error of a step, relative to a species' scale or value.
            first: length of the first step.

        Returns:
            the state and the number of steps tried.

        Raises:
            StepError: if no step is small enough.
        """
        fields = checked(self.table, state, here)
        time, tried, h = start, 0, first or (end - start) * tolerance
        with jax.enable_x64(state.dtype == np.float64):
            state = jnp.asarray(state)
            while time < end:
                if h < 1e-14 * (end - start):
                    raise StepError(
                        f"no step is small enough at time {time:.6g}; check the values set"
                    )
                left = end - time
                step = left if h > 0.99 * left else h
                now = (np.asarray(step, state.dtype), np.asarray(time, state.dtype))
                new, gap = self._try(state, fields, *now)
                error = float(gap) / tolerance
                tried += 1
                if np.isfinite(error) and error <= 1.0:
                    state = new
                    time = end if step == left else time + step
                # Order 3 with an embedded order 2: the error of a step falls as its cube.
                factor = 0.9 * error ** (-1 / 3) if np.isfinite(error) and error > 0 else 0.2
                h = step * (5.0 if error == 0 else min(max(factor, 0.2), 5.0))
        return finite(state), tried

    # -- one step ---------------------------------------------------------------------------------

    @property
    def _own(self) -> slice:
        return self.table.moving

    @property
    def _moves(self) -> bool:
        return bool(self._own.stop)

    @property
    def _timed(self) -> bool:
        return self.evolve is not None or bool(self.table.closed)

    def _faces(self, here: SimpleNamespace, u: State) -> transport.Faces | None:
        if not self._moves:
            return None
        return transport.faces(list(self.table.species[self._own]), here, u[0])

    def _at(self, values: Here, t: Any) -> SimpleNamespace:
        return cells.at_time(values, t, self.evolve)

    def _step(
        self, u: State, values: dict[str, Any], h: Any, t: Any, fixed: Any, book: Any
    ) -> tuple[State, Any, Any]:
        hg = h * method.GAMMA
        here = self._at(values, t)
        faces = fixed if fixed is not None else self._faces(here, u)
        matrix = cells.couplings(self.table, u, here)
        factors = transport.factorise(faces, hg) if faces is not None else None
        stages: list[State] = []
        notes: list[Any] = []
        for i in range(method.STAGES):
            at = u + _sum(method.A[i, j] * stages[j] for j in range(i))
            now, there = here, faces
            if self._timed and method.TIMES[i]:
                now = self._at(values, t + method.TIMES[i] * h)
                there = self._faces(now, u) if self.evolve else faces
            react, move = cells.rates(self.table, at, now), self._moved(at, there)
            right = hg * (react if move is None else react.at[self._own].add(move))
            right = right + _sum(method.GAMMA * method.C[i, j] * stages[j] for j in range(i))
            half = cells.solve_cascade(right, matrix, hg)
            stages.append(self._solve_transport(half, factors))
            if book is not None:
                note = self._note(hg, react, half - right, at, stages[i], there, faces)
                notes.append(
                    note + _sum(method.GAMMA * method.C[i, j] * notes[j] for j in range(i))
                )
        new = u + _sum(method.M[i] * stages[i] for i in range(method.STAGES))
        gap = self._gap(u, new, _sum(method.ERROR[i] * stages[i] for i in range(method.STAGES)))
        kept, bad = self._positive(u, new, here, faces, h)
        if book is not None:
            wrote = _sum(method.M[i] * notes[i] for i in range(method.STAGES))
            book = book + self._corrected(wrote, bad, u, kept, faces, h)
        return kept, book, gap

    def _moved(self, u: State, faces: Any) -> Any:
        """Rates by transport of the species that move; None if none does."""
        return cells.barrier(transport.rates(u[self._own], faces)) if self._moves else None

    def _solve_transport(self, right: State, factors: Any) -> State:
        if not self._moves:
            return right
        return right.at[self._own].set(transport.solve(right[self._own], factors))

    def _scale(self, u: State) -> Any:
        scale = np.array([s.scale for s in self.table.species], dtype=u.dtype)
        return scale[:, None, None, None]

    def _gap(self, u: State, new: State, error: State) -> Any:
        """Largest estimated error of the step, relative to scale and value."""
        size = jnp.maximum(self._scale(u), jnp.maximum(abs(u), abs(new)))
        return jnp.max(abs(error) / size)

    def _positive(
        self, u: State, new: State, here: SimpleNamespace, faces: Any, h: Any
    ) -> tuple[State, Any]:
        """The new state with the fall-back where it is needed, and the members that needed it."""
        floor = -method.UNDERSHOOT * self._scale(u)
        # Written so that a value that is not a number calls for the fall-back too.
        bad = ~jnp.all(new >= floor, axis=(0, 1, 2)) & (h > 0)
        new = jnp.maximum(new, 0)
        kept = lax.cond(
            jnp.any(bad),
            lambda: jnp.where(bad, self._euler(u, here, faces, h), new),
            lambda: new,
        )
        return kept, bad

    def _euler(self, u: State, here: SimpleNamespace, faces: Any, h: Any) -> State:
        """A step of linearly implicit Euler, reactions then transport; never negative."""
        state = cells.euler(self.table, u, here, h)
        if not self._moves:
            return state
        c = state[self._own]
        source = transport.rates(0.0 * c, faces)
        moved = transport.solve(c + h * source, transport.factorise(faces, h))
        return state.at[self._own].set(moved)

    # -- the ledger -------------------------------------------------------------------------------

    def _note(
        self, hg: Any, react: Any, coupled: Any, at: Any, stage: Any, there: Any, faces: Any
    ) -> Any:
        """What one stage books: (top, bottom, reaction) for each species that moves."""
        own = self._own
        through = transport.inflow(at[own], there)
        implied = transport.inflow(stage[own], faces, outside=False)
        made = transport.held_amount(hg * react[own] + coupled[own], faces)
        return jnp.concatenate([hg * (through + implied), made[None]])

    def _corrected(self, wrote: Any, bad: Any, u: State, new: State, faces: Any, h: Any) -> Any:
        """Entries of the members that fell back: an Euler step's flux, and the rest reacted."""
        own = self._own
        through = h * transport.inflow(new[own], faces)
        change = transport.held_amount(new[own] - u[own], faces)
        euler = jnp.concatenate([through, (change - through.sum(axis=0))[None]])
        return jnp.where(bad, euler, wrote)


def compiled_gradient(loss: Callable[..., Any]) -> Callable[..., Any]:
    """Value and gradient of a loss built on :meth:`Stepper.end`, compiled without fusion.

    The gradient is that of the first argument.
    """
    options = {"xla_disable_hlo_passes": "fusion"}
    return jax.jit(jax.value_and_grad(loss), compiler_options=options)


def _sum(terms: Any) -> Any:
    """Sum of arrays; 0.0 of none."""
    total: Any = 0.0
    for term in terms:
        total = total + term
    return total
