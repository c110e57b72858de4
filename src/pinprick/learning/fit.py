"""The misfit of the targets as the sampler asks for it, and what it follows from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.evidence import registry
from pinprick.healing.reactions import TABLE
from pinprick.learning import readings
from pinprick.learning.priors import MOST_RHO, priors, rho, values
from pinprick.learning.targets import misfit, protocols, targets

Array = np.ndarray[Any, np.dtype[np.float64]]
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Fit:
    """The misfit of the targets as the sampler asks for it; ``bound`` is on rho."""

    bound: float = MOST_RHO

    def __call__(self, x: Array) -> tuple[Array, Array]:
        """Misfit of each row, inf where rho is out of bounds or a step fails; and the readings."""
        value = values(x)
        out = np.full(len(x), np.inf)
        said = np.zeros((len(x), len(targets())))
        there = np.flatnonzero(rho(value) <= self.bound)
        parts = [p for p in np.array_split(there, WORKERS) if len(p)]
        with ThreadPoolExecutor(WORKERS) as pool:
            done = list(pool.map(lambda p: _readings({k: v[p] for k, v in value.items()}), parts))
        for place, part in zip(parts, done, strict=True):
            said[place] = np.nan_to_num(part, nan=0.0)
            right = np.all(np.isfinite(part), axis=1)
            out[place] = np.where(right, misfit(said[place]), np.inf)
        return out, said


def _readings(value: Mapping[str, Array]) -> Array:
    """Readings of the draws; a draw whose step fails is found by halves and left without any."""
    count = len(next(iter(value.values())))
    try:
        return readings.read(value)
    except FloatingPointError:
        if count == 1:
            return np.full((1, len(targets())), np.nan)
        cut = count // 2
        halves = [{k: v[s] for k, v in value.items()} for s in (slice(cut), slice(cut, None))]
        return np.concatenate([_readings(half) for half in halves])


def digest() -> str:
    """Hash of what a result follows from: targets, priors, reactions and what is held still."""
    held = {name: registry().parameter(name).value for name in sorted(readings.held())}
    what = [targets(), sorted(protocols().items()), held, TABLE.species]
    what += [[(p.name, p.low, p.high, p.shape) for p in priors()]]
    what += [[(r.id, r.consumed, r.produced, r.rate) for r in TABLE.reactions]]
    return hashlib.sha256(repr(what).encode()).hexdigest()[:16]
