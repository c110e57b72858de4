"""What a count leaves open: exact binomial limits, and the bound that no event leaves."""

from __future__ import annotations

from scipy import special

from pinprick import units

LEFT = units.quantity("5 %", "1")  # chance that a one-sided bound is wrong


def zero_bound(n: float, asked: float = 1.0) -> float:
    """The rate that no event among ``n`` people still leaves open: one-sided, 95 %.

    ``1 - 0.05^(1 / (n asked))``. It holds if every person would have been told of; with a share
    ``asked`` of people in papers that would have told, more is left open.

    Args:
        n: people.
        asked: share of them of whom an event would have been reported, above 0, at most 1.

    Raises:
        ValueError: if there are no people or the share is none.

    >>> [round(1 / zero_bound(1845, share)) for share in (1, 0.5, 0.3)]
    [616, 308, 185]
    >>> round(zero_bound(41), 3)
    0.07
    """
    if not (n > 0 and 0 < asked <= 1):
        raise ValueError(f"{n} people, {asked} of them asked")
    return float(1.0 - LEFT ** (1.0 / (n * asked)))


def exact(events: int, people: int) -> tuple[float, float]:
    """Exact (Clopper-Pearson) 90 % limits of a rate.

    >>> [round(100 * end, 1) for end in exact(2, 30)]
    [1.2, 19.5]
    >>> exact(0, 41)[0], round(exact(0, 41)[1], 3)
    (0.0, 0.07)
    """
    low = special.betaincinv(events, people - events + 1, LEFT) if events else 0.0
    high = special.betaincinv(events + 1, people - events, 1 - LEFT) if events < people else 1.0
    return float(low), float(high)
