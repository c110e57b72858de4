"""What a stepper refuses: fields that make no sense before it starts, or went wrong on the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinprick.medium.reactions import ReactionTable


class StepError(FloatingPointError):
    """A step failed; no field is returned."""


def checked(table: ReactionTable, state: Any, here: Mapping[str, Any]) -> dict[str, Any]:
    """``here`` as a dictionary, once its numbers make sense.

    Raises:
        ValueError: on a value that is not a number, a negative coefficient, a species that the
            table has not, or a bad state.
    """
    if np.ndim(state) != 4 or not np.all(np.isfinite(state)) or np.any(np.asarray(state) < 0):
        raise ValueError("state: must be (species, cells, lateral, members), finite, not negative")
    coefficients = {"width", "rings", "top", "bottom"}
    coefficients |= {n for s in table.species for n in (s.diffusivity, s.storage)}
    for name in ("top", "bottom", "held"):
        unknown = set(here.get(name) or {}) - set(table.index)
        if unknown:  # a slip of the pen would seal the end, or free the cells
            raise ValueError(f"{name}: the table has no species {', '.join(sorted(unknown))}")
    for name, value in here.items():
        for part in value.values() if isinstance(value, Mapping) else (value,):
            for array in part if isinstance(part, tuple) else (part,):
                if np.any(np.isnan(array)):
                    raise ValueError(f"{name}: holds a value that is not a number")
                if name in coefficients and np.any(np.asarray(array) < 0):
                    raise ValueError(f"{name}: must not be negative")
    return dict(here)


def finite(state: Any) -> Any:
    """The state as a NumPy array.

    Raises:
        StepError: if a value is not finite.
    """
    result = np.asarray(state)
    if not np.all(np.isfinite(result)):
        raise StepError(
            "a step failed: a value is not finite; take finer steps or check the values set"
        )
    return result
