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
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax

# isort: on
from pinprick.medium.cells import Evolve, Here, at_time
from pinprick.medium.checks import checked
from pinprick.medium.patch.nest import is_narrow, narrow
from pinprick.medium.patch.operator import same_across
from pinprick.medium.patch.reacting import Reacting
from pinprick.medium.patch.walk import Walk
from pinprick.medium.reactions import ReactionTable
from pinprick.medium.waypoint import Waypoints

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
        """As :meth:`walk`, with what came in and what reacted on the way: so a budget is closed.

        The verification closes every budget with it; no forecast asks for one.
        """
        book = np.zeros((4, len(self.table.species[self.table.moving])))
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
            walk = Walk(
                self._reacting, fields, state.shape[1:], self.tolerance, self.factored, self.series
            )
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
            later = vars(at_time(thin, start, self.evolve))
            if not is_narrow({k: v for k, v in later.items() if k != "spacing"}):
                return state, fields
        even = is_narrow({k: v for k, v in thin.items() if k != "spacing"})
        return (one, thin) if even and one.shape[2:] == (1, 1) else (state, fields)

    @cached_property
    def _reacting(self) -> Reacting:
        return Reacting(self.table, self.evolve)


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
