"""What a stepper refuses: fields that make no sense before it starts, or went wrong on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    if here.get("stirred") is not None:
        ends = [(here.get(side) or {}).values() for side in ("top", "bottom")]
        apart(np.broadcast_to(here["stirred"], np.shape(state)[1:]), *ends)
    return dict(here)


def apart(stirred: Any, top: Iterable[Any], bottom: Iterable[Any]) -> None:
    """Refuse stirred cells that touch each other in depth, or an end that is held at a value.

    Nothing would stand in the way of what passes there.

    Args:
        stirred: above 0 where a cell is stirred, depth first.
        top, bottom: (resistance, activity) of each species outside.

    Raises:
        ValueError: if there are such cells.
    """
    truths = np.asarray(stirred) > 0
    if np.any(truths[1:] & truths[:-1]):
        raise ValueError("stirred: two depths that touch; make one cell of them")
    for name, pairs, cells in (("top", top, truths[0]), ("bottom", bottom, truths[-1])):
        if np.any(cells) and any(np.any(np.asarray(r) == 0) for r, _ in pairs):
            raise ValueError(
                f"{name}: no resistance before a stirred cell; give one, or hold the cell"
            )


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
