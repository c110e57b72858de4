"""The rule: when a row is met, missed or too vague to count.

A value is met when ``|measured - p50| <= 1.645·√(s_measured² + s_model²)`` and the model is no
vaguer than the measurement allows: with one study, ``s_model <= 2·s_measured``. However wide the
measurement is, a model also counts only up to a width of its own: a factor of three each way where
logarithms are judged (permeabilities, fluxes, levels, ratios), 40 % of the median each way for
depths and zones. Too wide a model is *vague*, which is not met, so that a vague model earns
nothing. A sign or a bound is met when at least 90 % of the members satisfy it. A posterior
predictive check is met when the printed statistic lies inside the 90 % range of what a paper of
that size would print; how much that proves is said by its use and its note.
"""

from __future__ import annotations

from math import inf, log
from typing import Literal

Verdict = Literal["met", "missed", "vague"]
WITHIN = 1.645
WIDEST = 2.0
TIMES = log(3.0)  # half the 90 % range of a logarithm
LENGTH = 0.40  # half the 90 % range of a length, of its median
SHARE = 0.90


def spread(p05: float, p95: float) -> float:
    """Standard deviation that a 90 % range stands for.

    >>> round(spread(-1.645, 1.645), 6)
    1.0
    """
    return (p95 - p05) / (2.0 * WITHIN)


def value(
    measured: float, s_measured: float, p05: float, p50: float, p95: float, *, most: float = inf
) -> Verdict:
    """Judge a measured value against the model's range.

    Args:
        measured: the value, in any unit or as a logarithm.
        s_measured: its standard error, in the same.
        p05: of the model, likewise.
        p50: its median.
        p95: its other end.
        most: half the model's 90 % range beyond which it is vague whatever the measurement is.

    >>> value(3.4, 1.5, 1.0, 3.0, 6.0), value(9.0, 0.5, 1.0, 3.0, 5.0), value(3, 0.5, 0, 3, 9)
    ('met', 'missed', 'vague')
    >>> value(3.4, 1.5, 1.0, 3.0, 6.0, most=LENGTH * 3.0)
    'vague'
    """
    s_model = spread(p05, p95)
    if abs(measured - p50) > WITHIN * (s_measured**2 + s_model**2) ** 0.5:
        return "missed"
    return "vague" if s_model > WIDEST * s_measured or (p95 - p05) / 2 > most else "met"


def inside(measured: float, p05: float, p95: float) -> Verdict:
    """Judge a printed statistic against the predictive range.

    >>> inside(3.4, 1.0, 6.0), inside(9.0, 1.0, 6.0)
    ('met', 'missed')
    """
    return "met" if p05 <= measured <= p95 else "missed"


def share(satisfied: float) -> Verdict:
    """Judge a sign, an order or a bound by the share of members that satisfy it.

    >>> share(0.95), share(0.5)
    ('met', 'missed')
    """
    return "met" if satisfied >= SHARE else "missed"
