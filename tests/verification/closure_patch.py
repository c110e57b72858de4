"""How wrong the roused fraction and the cell of one track are: measured in three dimensions.

Two sessions in a periodic block of skin with every track where it stands, those of the second at
places of their own; the same sessions, draws and depths in a column with two fractions and in the
cell of one track.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import closure_error as found
import numpy as np
from closure_error import DAYS, MATURE, TOP, TOTAL, Array, Row

from pinprick.evidence import Lanes, registry
from pinprick.healing.body import Body
from pinprick.healing.patch import HealingPatch, Needling, heal_patch
from pinprick.healing.tissue import heal
from pinprick.medium.patch import Patch
from pinprick.medium.schedule import COHORT, SINGLE, Preset

DENSITY = 250  # tracks per cm²
TRACKS = 10
ACROSS = 24  # cells along each side
DRAWS = 6


def block(across: int = ACROSS, tracks: int = TRACKS) -> Patch:
    """A periodic square of dermis that holds the tracks of one session."""
    faces = np.linspace(0.0, np.sqrt(tracks / (DENSITY * 1e4)), across + 1)
    return Patch(found.dermis(1), faces, faces)


def draw_of(number: int) -> Lanes:
    """The same draws as ``closure_error.draws``, one at a time."""
    return Lanes(registry(), 7, [4 * number])


def in_patch(
    draw: int, across: int = ACROSS, preset: Preset = COHORT, days: Sequence[float] = DAYS
) -> HealingPatch:
    """A draw's patch after two sessions, all tracks at random places of that draw's own."""
    patch = block(across)
    places = np.random.default_rng([11, draw]).random((2, TRACKS, 2)) * patch.x[-1]
    injury = found.needled(patch.column, DENSITY)
    sessions = [Needling(day, injury, where) for day, where in zip(DAYS[:2], places, strict=True)]
    return heal_patch(sessions, patch, Body.healthy(1), draw_of(draw), days, preset=preset)


def gains(healed: HealingPatch) -> tuple[float, float]:
    """Total and mature gain of the papillary dermis at the times of the rows, per cent."""
    mean = healed.patch.column.mean
    total = mean(healed.mean(healed.gain)[2], TOP)
    mature = mean(healed.mean(healed.mature_gain)[3], TOP)
    return 100 * float(total[0]), 100 * float(mature[0])


def against_patch(draws: int = DRAWS) -> dict[str, list[Row]]:
    """Two fractions, the plain mean and the cell of one track, each against the patch."""
    truth = in_patches(draws)
    ours = {
        "Two fractions": in_column(draws),
        "The plain mean of the injury": in_column(draws, found.EVERYWHERE),
        "The cell of one track": found.in_cell(draws, DENSITY),
    }
    return {
        name: [Row(DENSITY, what, truth[i], made[i]) for i, what in enumerate((TOTAL, MATURE))]
        for name, made in ours.items()
    }


@cache
def in_patches(draws: int) -> Array:
    """Gains in the patch, shape (2, draws)."""
    return np.array([gains(in_patch(draw)) for draw in range(draws)]).T


def in_column(draws: int, reach: float | None = None) -> tuple[Array, Array]:
    """Gains of two fractions; with a wide ``reach`` those of the plain mean."""
    col, lanes = found.dermis(draws), found.draws(draws, reach=reach)
    sessions = [(day, found.needled(col, DENSITY)) for day in DAYS[:2]]
    body = Body.healthy(draws)
    made = heal(sessions, col, body, lanes, DAYS, preset=SINGLE, dtype=np.float64).by_layer
    return 100 * made["collagen"][2, 0], 100 * made["mature collagen"][3, 0]


def rows(draws: int = DRAWS) -> list[tuple[str, ...]]:
    """What the page prints, in the order of ``HEAD``."""
    return [
        (name, *told[1:])
        for name, compared in against_patch(draws).items()
        for told in found.shown(compared)
    ]


HEAD = ("instead of the patch", *found.HEAD[1:])
