"""A walk through a schedule: steps between stops, events at exact times, states at asked times.

An event is any map of the state: a session, the mixing of roused and unroused tissue, a product
put on or wiped off. Schedule, depths and steps are data; nothing is compiled anew for another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

import numpy as np

from pinprick.medium.schedule import Preset, intervals

State = np.ndarray[Any, Any]
Event = Callable[[State], State]


class Walker(Protocol):
    """What takes steps: the stepper, or a kernel compiled from the same table."""

    def walk(self, state: State, here: Mapping[str, Any], steps: np.ndarray[Any, Any]) -> State:
        """The state after the given steps."""


def through(
    walker: Walker,
    state: State,
    here: Mapping[str, Any],
    asked: Sequence[float],
    events: Mapping[float, Event],
    preset: Preset,
    progress: Callable[[float, float], None] | None = None,
) -> list[State]:
    """States at the asked times; at the time of an event, the state after it.

    Args:
        walker: takes the steps.
        state: at the first asked time, before any event.
        here: fields by name, as for the walker.
        asked: times, increasing.
        events: maps of the state by the time they happen; those after the last asked time do not.
        preset: step lengths.
        progress: called with the time reached and the last, after each interval; what it raises
            stops the walk.

    Raises:
        ValueError: if the times do not increase, or an event lies before the first.

    >>> from pinprick.medium.schedule import COHORT
    >>> class Halving:
    ...     def walk(self, state, here, steps):
    ...         return state * 0.5 ** steps.sum()
    >>> states = through(Halving(), np.ones(1), {}, [0, 1, 3], {1.0: lambda u: u + 1}, COHORT)
    >>> [round(float(state[0]), 9) for state in states]
    [1.0, 1.5, 0.375]
    """
    times = [float(time) for time in asked]
    if not times or any(b <= a for a, b in pairwise(times)):
        raise ValueError("asked: times must increase")
    if any(time < times[0] for time in events):
        raise ValueError("events: none may lie before the first asked time")
    within = sorted(float(time) for time in events if time <= times[-1])
    stops = sorted({*times, *within})
    grid = intervals(stops, within, preset)
    happen = {float(time): event for time, event in events.items()}
    wanted, states = set(times), []
    for i, time in enumerate(stops):
        if i:
            state = walker.walk(state, here, grid[i - 1])
            if progress:
                progress(time, stops[-1])
        if time in happen:
            state = happen[time](state)
        if time in wanted:
            states.append(state)
    return states
