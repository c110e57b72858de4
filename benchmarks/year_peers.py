"""The year of healing, stepped by others: SciPy's LSODA, CVODE, libroadrunner.

A member is solved session by session, roused and unroused tissue each on its own; sessions are
ours, and so is what is reported of the states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest.mock import patch

import numpy as np
from peer_models import compiled_rates, local_names, mesh, numpy_rates, of_member
from year_errors import Drawn

from pinprick.evidence import registry
from pinprick.exports.sbml import write
from pinprick.forecasting.body import body_of
from pinprick.healing import tissue
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import Column
from pinprick.medium.kernel import Kernel
from pinprick.medium.schedule import Preset
from pinprick.medium.walk import through

Array = np.ndarray[Any, Any]
Tolerance = tuple[float, float]
# (member, which fraction, days, cell after cell at the first of them, tolerance) -> the same at all
Solve = Callable[[int, int, Array, Array, Tolerance], Array]
SCALE = np.array([s.scale for s in TABLE.species])
COUNT = len(SCALE)
KERNEL = Kernel(TABLE)


class Year:
    """Sessions, parameters and days of some drawn members on a mesh, as the biology has them."""

    def __init__(self, drawn: Drawn, column: Column) -> None:
        self.cells, self.members = column.width.shape
        self.days = drawn.days
        caught: dict[str, Any] = {}

        def walk(walker: Any, state: Array, here: Any, days: Any, events: Any, *_: Any) -> Any:
            caught.update(here=here, events=events)
            return [state] * len(days)

        def look(states: Any, *rest: Any) -> None:
            caught["rest"] = rest

        # What `heal` hands to its solver and to its observer, before anything is solved.
        body = body_of(drawn.plan.case, drawn.lanes)
        with patch.multiple(tissue, through=walk, _observe=look):
            sessions = drawn.sessions(column)
            tissue.heal(sessions, column, body, drawn.lanes, self.days, dtype=np.float64)
        self.here: dict[str, Array] = {k: np.asarray(v) for k, v in caught["here"].items()}
        self.events: Mapping[float, Callable[[Array], Array]] = caught["events"]
        self._rest = caught["rest"]

    def seen(self, states: Sequence[Array]) -> tissue.Tissue:
        """What is reported of states, (species, cells, 2, members) for each day."""
        return tissue._observe(states, *self._rest)

    def ours(self, preset: Preset, dtype: type) -> tissue.Tissue:
        """The year by our kernel."""
        return self.seen(self.walked(preset, dtype))

    def walked(self, preset: Preset, dtype: type) -> list[Array]:
        """States by our kernel."""
        state = np.zeros((COUNT, self.cells, 2, self.members), dtype)
        here = {k: v.astype(dtype) for k, v in self.here.items()}
        return through(KERNEL, state, here, self.days, self.events, preset)

    def solved(self, solve: Solve, tolerance: Tolerance) -> list[Array]:
        """States by a peer."""
        starts = sorted(self.events)
        state = np.zeros((COUNT, self.cells, 2, self.members))
        found = np.zeros((len(self.days), *state.shape))
        for begin, end in zip(starts, [*starts[1:], self.days[-1]], strict=True):
            state = self.events[begin](state)
            inside = [day for day in self.days if begin <= day <= end]
            times, first = np.array(inside) - begin, self.days.index(begin)
            for m in range(self.members):
                for part in range(2):
                    flat = np.ascontiguousarray(state[:, :, part, m].T).ravel()
                    ys = solve(m, part, times, flat, tolerance)
                    ys = ys.reshape(len(times), self.cells, COUNT)
                    # On the day of the next session its state takes the place of this one's end.
                    found[first : first + len(times), :, :, part, m] = ys.swapaxes(1, 2)
                    # A solver may end a hair below zero, where no session can begin.
                    state[:, :, part, m] = np.maximum(ys[-1].T, 0.0)
        return list(found)


def banded(year: Year) -> dict[str, Solve]:
    """SciPy's LSODA and CVODE with a banded Jacobian, with either form of the rates."""
    fast, prepare = compiled_rates(TABLE, local_names(of_member(year.here, 0)))
    band = COUNT if year.cells > 1 else COUNT - 1
    scale = np.tile(SCALE, year.cells)
    ready: dict[tuple[int, int, bool], Callable[..., None]] = {}

    def rates(member: int, part: int, numba: bool) -> Callable[..., None]:
        if (member, part, numba) not in ready:
            own = of_member(year.here, member)
            if numba:
                given = (*prepare(own), *mesh(own, part))
                ready[member, part, numba] = lambda t, y, out: fast(y, out, *given)
            else:
                ready[member, part, numba] = numpy_rates(TABLE, own, part)
        return ready[member, part, numba]

    def lsoda(numba: bool) -> Solve:
        from scipy.integrate import odeint

        def solve(m: int, part: int, times: Array, start: Array, tolerance: Tolerance) -> Array:
            rtol, share = tolerance
            change, held = rates(m, part, numba), np.empty_like(start)

            def right(y: Array, t: float) -> Array:
                change(t, y, held)
                return held

            return np.asarray(
                odeint(
                    right, start, times, rtol=rtol, atol=rtol * share * scale,
                    ml=band, mu=band, mxstep=100_000,
                )
            )  # fmt: skip

        return solve

    def cvode(numba: bool) -> Solve:
        from sksundae.cvode import CVODE

        def solve(m: int, part: int, times: Array, start: Array, tolerance: Tolerance) -> Array:
            rtol, share = tolerance
            solver = CVODE(
                rates(m, part, numba), rtol=rtol, atol=rtol * share * scale,
                linsolver="band", lband=band, uband=band, max_num_steps=100_000,
            )  # fmt: skip
            return np.asarray(solver.solve(times, start).y)

        return solve

    return {
        "LSODA (SciPy), numba": lsoda(True),
        "LSODA (SciPy), NumPy": lsoda(False),
        "CVODE (scikit-sundae), numba": cvode(True),
        "CVODE (scikit-sundae), NumPy": cvode(False),
    }


def roadrunner_solver(year: Year) -> Solve:
    """libroadrunner: the model as SBML, compiled by it, CVODE inside; one cell."""
    import roadrunner

    runner = roadrunner.RoadRunner(write(TABLE, of_member(year.here, 0), {}, registry()))
    known = list(runner.model.getGlobalParameterIds())
    names = [s.name for s in TABLE.species]
    runner.timeCourseSelections = names
    order = [names.index(n) for n in runner.model.getFloatingSpeciesIds()]
    values = [[of_member(year.here, m)[n] for n in known] for m in range(year.members)]

    def solve(m: int, part: int, times: Array, start: Array, tolerance: Tolerance) -> Array:
        rtol, share = tolerance
        runner.reset()
        runner.model.setGlobalParameterValues(values[m])
        runner.model.setFloatingSpeciesAmounts(start[order])
        runner.integrator.relative_tolerance = rtol
        runner.integrator.absolute_tolerance = list(rtol * share * SCALE[order])
        return np.asarray(runner.simulate(times=list(times)))

    return solve
