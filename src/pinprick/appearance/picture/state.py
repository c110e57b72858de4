"""The state of a patch of skin on a day: what the tissue says, and what is drawn beside it.

Each part says what it rests on: ``forecast`` (the tissue or an outcome of the forecast),
``assumed`` (a law with an assumed size) or ``drawn`` (decoration, or what may happen).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pinprick import units
from pinprick.appearance.relief.numbers import Numbers

Rests = Literal["forecast", "assumed", "drawn"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a picture and what it rests on, in words for the caption."""

    words: str
    rests: Rests


@dataclass(frozen=True, slots=True)
class State:
    """A day of a course.

    ``day`` counts from the first session and ``since`` from the latest one (None where there was
    none: before the course, or untreated). ``fill`` is the share of the concern's depth that is
    filled, ``redness`` is over the threshold of sight (1 is just visible), ``bleeding`` the tracks
    that bled in the latest session, per m², ``density`` all tracks of it, and ``pigment`` the
    melanin of darkened patches over rest.
    """

    day: float
    since: float | None
    session: int
    sessions: int
    fill: float = 0.0
    redness: float = 0.0
    bleeding: float = 0.0
    density: float = 0.0
    pigment: float = 1.0

    def blood(self, k: Numbers) -> float:
        """Blood of the papillary dermis over rest, by the law of the colour of skin, with an end.

        >>> from pinprick.appearance.relief.numbers import numbers
        >>> State(0, None, 0, 1).blood(numbers())
        1.0
        """
        power = np.power(self.redness, k.of("colour.redness_power"))
        return min(1.0 + k.of("colour.redness_blood") * float(power), k.blood_most)

    def swelling(self, k: Numbers) -> float:
        """Share of the relief that swelling hides: a false gain of the first days."""
        return k.swelling_most * self._fades(k.swelling_half_life)

    def scale(self, k: Numbers) -> float:
        """How much the skin scales, from 0 to 1 at the peak."""
        if self.since is None:
            return 0.0
        time = self.since * units.DAY / k.scale_peak
        return float((time * np.exp(1.0 - time)) ** 2)

    def fresh(self) -> float:
        """How fresh the pinpoints of blood are: 1 in the first hours, none on the next day."""
        return 0.0 if self.since is None else float(np.exp(-10 * self.since))

    def crust(self, k: Numbers) -> float:
        """How far pinpoints have dried to crusts that still hold."""
        dried = 0.0 if self.since is None else float(-np.expm1(-2.0 * self.since))
        return dried * self._fades(k.crust_half_life)

    def roughness(self, k: Numbers) -> float:
        """Roughness of the gloss: moist skin of the first hours shines, scaling skin does not."""
        dry = self.scale(k)
        level = k.roughness + dry * (k.roughness_dry - k.roughness)
        return level + self.fresh() * (k.roughness_moist - level)

    def darkening(self, k: Numbers) -> float:
        """Melanin of darkened patches over rest, never so much that it would look like soot."""
        return 1.0 + min(max(self.pigment - 1.0, 0.0), k.of("colour.melanin_most"))

    def _fades(self, half_life: float) -> float:
        return 0.0 if self.since is None else float(np.exp2(-self.since * units.DAY / half_life))

    def clocks(self) -> str:
        """Both clocks in words.

        >>> State(30, 2, 2, 4).clocks()
        'day 30 since the first session · day 2 since the last (session 2 of 4)'
        >>> State(0, None, 0, 4).clocks()
        'day 0 · untreated'
        """
        if self.since is None:
            return f"day {self.day:g} · untreated"
        last = f"session {self.session} of {self.sessions}"
        return (
            f"day {self.day:g} since the first session · day {self.since:g} since the last ({last})"
        )


def untreated(day: float, sessions: int) -> State:
    """The same skin on the same day with no session: nothing in it has changed.

    Args:
        day: days since the first session of those who are treated.
        sessions: of the course, for the caption.

    >>> rest = untreated(30, 4)
    >>> rest.since, rest.fill, rest.redness, rest.pigment
    (None, 0.0, 0.0, 1.0)
    >>> rest.clocks()
    'day 30 · untreated'
    """
    return State(day, None, 0, sessions)
