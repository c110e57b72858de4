"""Water that boils in the tissue: how much is steam, what conducts then, where the source is cut.

The cell of one needle and the block of a tip share these, so that both boil alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
# With the shares of a step's power: the hottest places, what they gained, and what they lack of
# the aim.
Trial = Callable[[Array], tuple[Array, Array, Array]]


def steam(temperature: Array, low: Any, high: Any) -> Array:
    """Share of the water that has boiled, from 0 at ``low`` to 1 at ``high`` (all in K).

    >>> steam(np.array([310.0, 373.0, 400.0]), 370.0, 376.0)
    array([0. , 0.5, 1. ])
    """
    return np.asarray(np.clip((temperature - low) / (high - low), 0.0, 1.0))


def conductivity_factor(temperature: Array, k: Mapping[str, Any]) -> Array:
    """Electric conductivity at a temperature in K over that at the start.

    Args:
        temperature: of any shape.
        k: parameters of the stage in shapes that go with it.
    """
    warm = np.maximum(1 + k["conductivity_rise"] * (temperature - k["start_temperature"]), 1 / 2)
    boiled = steam(temperature, k["boil_start"], k["boil_end"])
    return np.asarray(warm * (1 - boiled) + k["dry_conductivity"] * boiled)


def aim_of(k: Mapping[str, Any]) -> tuple[Any, Any]:
    """The temperatures in K between which a step that is cut ends: from the cut a little up."""
    cut = k["cut_temperature"]
    return cut, cut + (k["boil_end"] - cut) / 10


def share_to_cut(trial: Trial, on: Any, low: Array, high: Array, tries: int) -> Array:
    """The share of a step's power with which the hottest place ends where the source is cut.

    Args:
        trial: runs the step from its start with shares (members,) of the power; returns the
            hottest temperatures (K), the heat these places gained, and the heat that would have
            brought them to the middle between ``low`` and ``high``, each (members,).
        on: truths (members,): in whom current flows.
        low, high: where a step that is cut must end, (members,).
        tries: at most.

    Returns:
        Shares (members,), the last that were tried: 1 where the whole step fits, 0 without current.

    Raises:
        FloatingPointError: if no share is found.

    >>> def trial(share):  # 40 K above 340 K with the whole power
    ...     return 340 + 40 * share, 40 * share, np.array([33.0])
    >>> share_to_cut(trial, np.array([True]), np.array([372.9]), np.array([373.1]), 5).round(3)
    array([0.825])
    """
    few, many = np.zeros(len(on)), np.asarray(on, dtype=np.float64)
    lack, surplus = -np.ones(len(on)), np.ones(len(on))  # of heat at both, over what is wanted
    share = many.copy()
    for number in range(tries):
        hottest, gained, wanted = trial(share)
        over = on & (hottest > high)
        short = on & (share < 1) & (hottest < low)
        if not np.any(over | short):
            return share
        rest = gained / np.where(on, wanted, 1.0) - 1.0
        many, surplus = np.where(over, share, many), np.where(over, rest, surplus)
        few, lack = np.where(short, share, few), np.where(short, rest, lack)
        # on the line between both, but every other time half way, or one end might never move
        line = lack / (lack - surplus)
        part = line if number % 2 == 0 else np.full_like(line, 1 / 2)
        share = np.where(over | short, few + part * (many - few), share)
    raise FloatingPointError("heat: the source could not be cut in time")
