"""Channel: what of a track stays open, how it falls shut, and for how long it leaks.

When the needle leaves, the lumen falls in within seconds to a pore far smaller than the track: its
width hardly depends on the needle and its depth is that of the epidermis. Then three clocks run,
each with its own half-life, because three things are measured: the barrier by impedance, water
loss, and the pore that is seen. A cover slows the barrier's by an order of magnitude.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]
Clock = Literal["barrier", "barrier, covered", "water loss", "structure"]
CLOCKS: tuple[Clock, ...] = ("barrier", "barrier, covered", "water loss", "structure")


def open_pore(track: Array, shaft: Array, lanes: Lanes) -> tuple[Array, Array]:
    """Depth and width of the open pore in metres: never deeper or wider than the needle went.

    ``track`` is the needle's depth and ``shaft`` its width at the surface; all are (members,).

    >>> from pinprick.evidence import registry
    >>> depth, width = open_pore(np.array([1.5e-3]), np.array([0.2e-3]), Lanes(registry(), 0, [0]))
    >>> (depth * 1e6).round(), (width * 1e6).round()  # um
    (array([83.]), array([64.]))
    """
    k = lanes.stage("needling")
    return np.minimum(k.open_pore_depth, track), np.minimum(k.open_pore_width, shaft)


def lumen_width(seconds: Sequence[float] | Array, wide: Array, pore: Array, lanes: Lanes) -> Array:
    """Width of the lumen at the surface in metres after withdrawal: shape (times, members).

    Elastic recoil from the needle's width ``wide`` there to the ``pore``'s, by halves.

    >>> from pinprick.evidence import registry
    >>> one = Lanes(registry(), 0, [0])
    >>> wide, pore = np.array([200e-6]), np.array([20e-6])
    >>> half = float(one.stage("needling").collapse_half_life[0])
    >>> (lumen_width([0.0, half, 20 * half], wide, pore, one)[:, 0] * 1e6).round(1)  # um
    array([200., 110.,  20.])
    """
    time = np.asarray(seconds, dtype=np.float64)[:, None]
    left = np.exp2(-time / lanes.stage("needling").collapse_half_life)
    return np.asarray(pore + np.maximum(wide - pore, 0.0) * left)


def half_life(clock: Clock, lanes: Lanes) -> Array:
    """Half-life of one clock in seconds, (members,).

    Under a cover people of different descent differ, without an order that skin colour would give
    (mechanics:K010-K014), so that is a spread between people here.
    """
    k = lanes.stage("needling")
    if clock == "barrier":
        return k.impedance_half_life
    if clock == "water loss":
        return k.water_loss_half_life
    if clock == "structure":
        return k.structure_half_life
    return np.asarray(k.covered_half_life * k.covered_descent * k.covered_person)


def left_open(clock: Clock, days: Sequence[float] | Array, lanes: Lanes) -> Array:
    """What is left of a channel by one clock, by days since the session: shape (days, members).

    ``2^(-t / half-life)``; nothing is open before the session.

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(64))
    >>> np.median(left_open("barrier, covered", [-1, 0, 1, 2], few), axis=1).round(2)
    array([0.  , 1.  , 0.5 , 0.25])
    """
    time = np.asarray(days, dtype=np.float64)[:, None] * units.DAY
    left = np.exp2(-np.maximum(time, 0.0) / half_life(clock, lanes))
    return np.asarray(np.where(time < 0, 0.0, left))


def closing_time(clock: Clock, lanes: Lanes) -> Array:
    """Time in seconds until so little is left that a study calls the channel closed, (members,).

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(64))
    >>> bare, covered = (closing_time(clock, few) for clock in ("barrier", "barrier, covered"))
    >>> [round(float(np.median(time)) / units.HOUR) for time in (bare, covered)]
    [2, 64]
    """
    return np.asarray(half_life(clock, lanes) * -np.log2(lanes.stage("needling").closed_share))


def open_share(days: Sequence[float] | Array, lanes: Lanes) -> Array:
    """Share of a session's pores still seen open, by days since it: shape (days, members).

    Assumed, on pores seen closed at last (mechanics:K034, K005, K020, K023).

    >>> from pinprick.evidence import registry
    >>> few = Lanes(registry(), 0, range(4))
    >>> half = few.stage("needling").structure_half_life[0] / units.DAY
    >>> open_share([-1, 0, half, 2 * half], few)[:, 0].round(6)
    array([0.  , 1.  , 0.5 , 0.25])
    """
    return left_open("structure", days, lanes)
