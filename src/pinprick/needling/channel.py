"""Channel: what of a track stays open, and for how long.

The open pore is far smaller than the track: its width hardly depends on the needle and its depth is
that of the epidermis. Barrier, water loss and structure recover on three clocks; this is the
structure, the pore that can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]


def open_pore(track: Array, shaft: Array, lanes: Lanes) -> tuple[Array, Array]:
    """Depth and width of the open pore in metres: never deeper or wider than the needle went."""
    k = lanes.stage("needling")
    return np.minimum(k.open_pore_depth, track), np.minimum(k.open_pore_width, shaft)


def open_share(days: Sequence[float] | Array, lanes: Lanes) -> Array:
    """Share of a session's pores still open, by days since it, in air: shape (days, members).

    ``2^(-t / half-life)``; nothing is open before the session.
    """
    time = np.asarray(days, dtype=np.float64)[:, None] * units.DAY
    half_life = lanes.stage("needling").structure_half_life
    return np.asarray(np.where(time < 0, 0.0, np.exp2(-np.maximum(time, 0.0) / half_life)))
