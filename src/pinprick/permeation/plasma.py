"""Plasma: how much of a numbing drug the blood holds, against the level where danger begins.

One well-mixed space with one clearance for each drug: an estimate for a warning, not a dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]
DRUGS = ("lidocaine", "prilocaine", "tetracaine")


@dataclass(frozen=True, slots=True)
class Plasma:
    """Levels in blood plasma in kg/m³ (1e-3 kg/m³ is 1 µg/mL).

    ``level`` by drug, (times, members), at ``time`` in s, (times,); ``danger``, (members,), where
    signs of poisoning begin. Drugs are added up: their effects on brain and heart are.
    """

    time: Array
    level: Mapping[str, Array]
    danger: Array

    @property
    def total(self) -> Array:
        """All the drugs together, (times, members)."""
        return np.asarray(sum(self.level.values()))

    @property
    def peak(self) -> Array:
        """Highest level of all together, (members,)."""
        return np.asarray(self.total.max(axis=0))

    @property
    def share_of_danger(self) -> Array:
        """Peak over the level where danger begins, (members,)."""
        return np.asarray(self.peak / self.danger)


def plasma(time: Array, into_blood: Mapping[str, Array], lanes: Lanes) -> Plasma:
    """Levels from what has gone into blood.

    Args:
        time: in s, (times,), not decreasing.
        into_blood: by drug, kg since the start, (times, members).
        lanes: parameter values.

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(4))
    >>> at, gone = np.array([0.0, 60.0, 7200.0]), np.array([0.0, 1e-5, 1e-5])
    >>> found = plasma(at, {"lidocaine": np.repeat(gone[:, None], 4, axis=1)}, few)
    >>> bool((found.peak == found.total[1]).all() and (found.share_of_danger < 0.1).all())
    True
    """
    levels = {drug: _level(time, gone, *_body(drug, lanes)) for drug, gone in into_blood.items()}
    return Plasma(time, levels, lanes.stage("permeation_uptake").plasma_danger)


def _body(drug: str, lanes: Lanes) -> tuple[Array, Array]:
    """Clearance in m³/s and space in m³."""
    stage = "permeation_uptake"
    return lanes[f"{stage}.plasma_clearance_{drug}"], lanes[f"{stage}.plasma_space_{drug}"]


def _level(time: Array, gone: Array, clearance: Array, space: Array) -> Array:
    """Exact between the times, where what comes in comes evenly."""
    levels = [np.zeros_like(clearance)]
    for step, came in zip(np.diff(time), np.diff(gone, axis=0), strict=True):
        left = clearance / space * step
        spread_out = -np.expm1(-left) / left if step > 0 else np.ones_like(left)
        levels.append(levels[-1] * np.exp(-left) + came / space * spread_out)
    return np.stack(levels)
