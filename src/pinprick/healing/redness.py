"""Redness of the first hours and days, in closed form.

A flush (half-life about 0.4 h) and a dilatation (about 12 h) start with the injury and decay:

    r(t) = flush · 2^(-t/h_F) + Q · 2^(1/s) · 2^(-t/h_D),   h_D = s · T

in units of what is just visible; T is the duration at the reference dose, s the half-life's share
of it, and Q the dose relative to it. One doubling of the dose adds one half-life. The vessels grown
in repair come on day 7 to 14 and are not what is red in the first hours.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]
MM = units.MILLI
_HALVINGS = 60


def dose(set_depth: Array, density: Array, lanes: Lanes) -> Array:
    """Dilatation dose of a session relative to the reference, shape (members,).

    Args:
        set_depth: needle length as set, m.
        density: tracks per m².
        lanes: parameter values.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, [0])
    >>> short, long_ = (dose(np.full(1, mm * 1e-3), np.full(1, 2.5e6), lanes) for mm in (0.5, 2.0))
    >>> bool(short[0] < long_[0])
    True
    """
    k = lanes.stage("healing")
    path = np.maximum(set_depth / MM - k.redness_offset, 0.0) / k.redness_path
    tracks = density * MM * MM / k.redness_density
    return np.asarray(path * tracks**k.redness_density_power)


def curve(days: Array, session_days: Array, doses: Array, lanes: Lanes) -> Array:
    """Redness over the visible threshold, shape (days, members); 1 is just visible.

    Each session starts anew; what is left of an earlier one adds to it.

    Args:
        days: days from the first session, shape (days,).
        session_days: shape (sessions,).
        doses: from :func:`dose`, shape (sessions, members).
        lanes: parameter values.

    >>> from pinprick.evidence import registry
    >>> lanes, doses = Lanes(registry(), 0, [0]), np.ones((1, 1))
    >>> last = visible_days(doses[0], lanes)
    >>> curve(last, np.zeros(1), doses, lanes).round(6)  # just visible, by what that means
    array([[1.]])
    """
    since = days[:, None, None] - session_days[:, None]
    on = since >= 0
    since = np.where(on, since, 0.0)
    return np.asarray((on * _red(since, doses, _laws(lanes))).sum(axis=1))


def visible_days(doses: Array, lanes: Lanes) -> Array:
    """Days until redness falls to the visible threshold after one session, shape (members,).

    Args:
        doses: from :func:`dose`, shape (members,).
        lanes: parameter values.

    One doubling of the dose adds one half-life of the dilatation:

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, [0])
    >>> one, two, four = (visible_days(np.full(1, size), lanes)[0] for size in (1.0, 2.0, 4.0))
    >>> round(float((four - two) / (two - one)), 2)
    1.0
    """
    laws = _laws(lanes)
    flush, fast, slow, start = laws
    low = np.zeros(len(lanes))
    high = np.maximum(fast, slow) * np.log2(2.0 * (flush + doses * start) + 2.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        red = _red(middle, doses, laws) > 1
        low, high = np.where(red, middle, low), np.where(red, high, middle)
    return np.asarray((low + high) / 2.0)


def _red(since: Array, doses: Array, laws: tuple[Array, Array, Array, Array]) -> Array:
    """Redness over the visible threshold some days after one session."""
    flush, fast, slow, start = laws
    pulse = (doses > 0) * flush * np.exp2(-since / fast)
    return np.asarray(pulse + doses * start * np.exp2(-since / slow))


def _laws(lanes: Lanes) -> tuple[Array, Array, Array, Array]:
    """Flush size, the two half-lives in days, and the dilatation's start at the reference dose."""
    k = lanes.stage("healing")
    duration = k.redness_duration * k.redness_person
    return (
        k.flush_size,
        k.flush_half_life,
        k.dilatation_share * duration,
        np.exp2(1.0 / k.dilatation_share),
    )
