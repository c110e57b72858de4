"""The step grid: fine after each session, coarse later, set by the schedule alone.

A grid is data: other sessions or other output days need no new compilation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Preset:
    """Step lengths in days: ``clip(growth·t, first, early)`` for ``settled`` days after a session,
    then growing by ``late_growth`` a day up to ``last``.
    """

    first: float
    growth: float
    early: float
    late_growth: float
    last: float
    settled: float = 12.0

    def length(self, since: float) -> float:
        """Step length in days at ``since`` days after the last session."""
        early = min(max(self.growth * since, self.first), self.early)
        return min(early + self.late_growth * max(since - self.settled, 0.0), self.last)

    def finer(self, factor: float) -> Preset:
        """The same grid with steps ``factor`` times shorter.

        >>> COHORT.finer(2.0).first
        0.015
        """
        return Preset(
            self.first / factor,
            self.growth / factor,
            self.early / factor,
            self.late_growth / factor,
            self.last / factor,
            self.settled,
        )


COHORT = Preset(first=0.03, growth=0.09, early=0.54, late_growth=0.036, last=8.0)
SINGLE = Preset(first=0.018, growth=0.06, early=0.33, late_growth=0.022, last=6.0)


def intervals(days: Sequence[float], events: Sequence[float], preset: Preset) -> list[Array]:
    """Steps between consecutive stops; each interval's steps add up to it exactly.

    Args:
        days: stops in days, increasing, the first is the start.
        events: days on which a session falls; each must be a stop.
        preset: the step lengths.

    >>> [round(float(s.sum()), 9) for s in intervals([0, 1, 28], [0], COHORT)]
    [1.0, 27.0]
    """
    out = []
    for start, end in pairwise(days):
        past = [day for day in events if day <= start]
        since = start - max(past) if past else start - days[0] + preset.settled
        time, steps = 0.0, []
        while time < end - start - 1e-9:
            step = preset.length(since + time)
            left = end - start - time
            count = max(1, round(left / step)) if left < 2.0 * step else None
            step = left / count if count else step
            steps.append(step)
            time += step
        out.append(np.array(steps))
    return out
