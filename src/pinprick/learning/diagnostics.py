"""Draws of a run: whether chains agree, which of them are kept, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
_DIGITS = 6


def rhat(kept: Array) -> Array:
    """Square root of the variance of all over that within the groups, for each quantity.

    The groups are independent of each other from their first draw, each halved in time so that a
    drift shows too: 1 where they agree. For many short chains this asks whether groups have reached
    the same place, not whether each chain alone has walked all of it (nested R-hat; Margossian and
    others 2024).

    Args:
        kept: shape (steps, groups, chains, quantities).

    >>> rng = np.random.default_rng(0)
    >>> bool(rhat(rng.standard_normal((20, 4, 64, 1)))[0] < 1.01)
    True
    """
    half = len(kept) // 2
    halves = [kept[:half], kept[-half:]] if half else [kept]
    parts = np.concatenate([np.moveaxis(h, 1, 0) for h in halves])
    flat = parts.reshape(len(parts), -1, kept.shape[-1])
    within = flat.var(axis=1, ddof=1).mean(axis=0)
    between = flat.mean(axis=1).var(axis=0, ddof=1)
    same = within <= np.finfo(float).tiny
    ratio = between / np.where(same, 1.0, within)
    return np.asarray(np.where(same, 1.0, np.sqrt(1.0 + ratio)))


def effective(kept: Array) -> Array:
    """Effective number of independent draws for each quantity.

    From the spread of the chains' own means: that of n independent draws is n times smaller than
    that of the draws. Never above the number kept.

    Args:
        kept: shape (steps, groups, chains, quantities).
    """
    steps, groups, chains, quantities = kept.shape
    means = kept.mean(axis=0).reshape(groups * chains, quantities)
    total = kept.reshape(-1, quantities).var(axis=0)
    spread = means.var(axis=0, ddof=1)
    same = spread <= np.finfo(float).tiny
    each = np.where(same, 1.0, total / np.where(same, 1.0, spread))
    return np.asarray(np.clip(each, 0.0, steps) * groups * chains)


def pick(kept: Array, draws: int, seed: int) -> Array:
    """Places (step, group, chain) of draws to ship, as many from each group, no chain twice.

    The chains are taken in turn where more draws are asked for than there are chains.

    >>> pick(np.zeros((5, 2, 8, 1)), 6, 0).shape
    (6, 3)
    """
    steps, groups, chains = kept.shape[:3]
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, 1], dtype=np.uint64)))
    rows = []
    for i in range(-(-draws // (groups * chains))):
        order = np.stack([rng.permutation(chains) for _ in range(groups)], axis=1)
        step = (steps - 1 - i) % steps
        rows += [(step, g, order[c, g]) for c in range(chains) for g in range(groups)]
    return np.array(rows[:draws])


def as_text(columns: Mapping[str, Array]) -> str:
    """Draws by column, each of shape (draws,), as the text of a CSV file.

    >>> as_text({"a": np.array([1.0, 2.0]), "b": np.array([1 / 3, 1e-9])}).splitlines()
    ['a,b', '1,0.333333', '2,1e-09']
    """
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(f"{v:.{_DIGITS}g}" for v in row) for row in rows)]
    return "\n".join(lines) + "\n"
