"""The wound: what a session does to the tissue it reaches, whatever the mesh.

Roused tissue of a column, the rings around a track and the cells of a patch differ in where tracks
lie; what a track does to the tissue there is one step, and it stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.healing.reactions import CELLS, TABLE
from pinprick.medium.schedule import Preset
from pinprick.medium.walk import Event, Walker, through

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Wound:
    """What a session does, as fields that broadcast against those of one species.

    ``clot`` (with what care takes from it) and ``bare`` wall as shares of the tissue that the clot
    fills; ``dead``, ``gone`` (removed or denatured) and ``denatured`` alone as shares of the tissue
    there; ``intact`` is the collagen of intact tissue in mg/mL.
    """

    clot: Array
    bare: Array
    dead: Array
    gone: Array
    denatured: Array
    intact: Array

    @property
    def added(self) -> dict[str, Array]:
        """What is new in the tissue, by species and in its unit."""
        debris = np.minimum(self.clot + self.dead, 1.0)
        return {"clot": self.clot, "debris": debris, "bare": self.bare}


def hurt(state: Any, wound: Wound) -> Array:
    """The state after a session: cells die, collagen is lost or denatured, clot and debris come.

    Args:
        state: (species, ...), in the order of the reaction table; it is left as it is.
        wound: fields that broadcast against one species.

    >>> none = np.zeros(1)
    >>> state = hurt(np.zeros((len(TABLE.species), 1)), Wound(none + 0.2, *[none] * 4, none + 99))
    >>> float(state[TABLE.index["clot"]][0]), float(state[TABLE.index["debris"]][0])
    (0.2, 0.2)
    """
    new = np.array(state, dtype=np.float64)
    for i, species in enumerate(TABLE.species):
        if species.unit == CELLS:
            new[i] *= 1.0 - wound.dead
    lost = TABLE.index["mature_lost"]
    left = np.maximum(wound.intact - new[lost], 0.0)
    new[lost] += wound.gone * left
    new[TABLE.index["denatured"]] += wound.denatured * left
    for name, amount in wound.added.items():
        new[TABLE.index[name]] += amount
    return new


def by_day(
    walker: Walker,
    shape: tuple[int, ...],
    here: Mapping[str, Any],
    days: Sequence[float],
    events: Mapping[float, Event],
    preset: Preset,
    dtype: type[np.floating[Any]],
    progress: Callable[[float, float], None] | None = None,
) -> dict[str, Array]:
    """Every species by name on the asked days, shape (days, *shape), from intact skin on.

    Args:
        walker: takes the steps.
        shape: of the fields of one species.
        here: parameters and local fields, with the mesh.
        days: asked days, increasing.
        events: sessions by day.
        preset: step lengths.
        dtype: of the solver.
        progress: called with the day reached and the last; what it raises stops the walk.
    """
    start = np.zeros((len(TABLE.species), *shape), dtype)
    states = through(walker, start, here, days, events, preset, progress)
    stacked = np.stack(states).astype(np.float64)
    return {name: stacked[:, i] for name, i in TABLE.index.items()}
