"""The predictive distribution of a reported statistic, from a mixture on the linear scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from pinprick.appearance.trial import links
from pinprick.appearance.trial.gaussian import Mixture, Places
from pinprick.appearance.trial.links import prior
from pinprick.appearance.trial.rows import Row
from pinprick.faults import InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Predictive:
    """Values in ascending order with their probabilities; of a share, ``k / n`` for every k."""

    values: Array
    chances: Array

    def quantile(self, level: float) -> float:
        """The smallest value below or at which lies that much probability.

        >>> Predictive(np.array([0.0, 1.0]), np.array([0.5, 0.5])).quantile(0.9)
        1.0
        """
        reached = np.cumsum(self.chances)
        place = int(np.searchsorted(reached, level * reached[-1]))
        return float(self.values[min(place, len(self.values) - 1)])

    @property
    def mean(self) -> float:
        """The mean."""
        return float(self.values @ self.chances)

    @property
    def sd(self) -> float:
        """The standard deviation."""
        return float(np.sqrt(self.chances @ (self.values - self.mean) ** 2))

    def below(self, value: float) -> float:
        """Probability integral transform: what lies below a value, half of what lies on it."""
        near = np.isclose(self.values, value)
        return float(
            self.chances[(self.values < value) & ~near].sum() + 0.5 * self.chances[near].sum()
        )

    def crps(self, measured: float) -> float:
        """Continuous ranked probability score of a measured value, in the value's unit.

        >>> Predictive(np.array([0.0, 1.0]), np.array([0.5, 0.5])).crps(1.0)
        0.25
        """
        cut = np.sort(np.append(self.values, measured))
        reached = np.concatenate([[0.0], np.cumsum(self.chances)])
        under = reached[np.searchsorted(self.values, cut[:-1], side="right")]
        step = (cut[:-1] >= measured).astype(float)
        return float(np.sum((under - step) ** 2 * np.diff(cut)))


def predict(row: Row, made: Mixture, place: int, cells: Array, *, nodes: int) -> Predictive:
    """The distribution of a row's statistic, in its own unit: of a share from 0 to 1.

    How much the same people have in common is ``trial.same_people`` of the registry.

    Args:
        row: what is reported, by how many people.
        made: the mixture on the linear scale.
        place: the row's place in it.
        cells: the model's grid, shape (cells, 4), whose last column is the spread of one reading.
        nodes: points of each Gaussian, 1 or more.

    Raises:
        IndexError: if the mixture has no such place.
        InputError: if the scale cannot be forecast, or there are no points.

    A gain of 0.5 on the linear scale is 0.8 points of GAIS; a share in doubt may be any count:

    >>> mean = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais",
    ...            "mean_change", n=4)
    >>> share = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais", "share",
    ...             n=4, cut=1.0)
    >>> one = Mixture(np.ones(1), np.array([[0.5, 0.0]]), np.eye(2)[None])
    >>> round(predict(mean, one, 0, np.ones((1, 4)), nodes=16).mean, 3)
    0.8
    >>> found = predict(share, one, 1, np.ones((1, 4)), nodes=16)
    >>> found.values, round(found.mean, 3)
    (array([0.  , 0.25, 0.5 , 0.75, 1.  ]), 0.5)
    """
    if faults := too_few(nodes=nodes):
        raise InputError(faults)
    mean = made.mean[:, place]
    variance = made.covariance[:, place, place]
    own = _own()
    if not row.is_share:
        bend = np.pi / 2.0 if row.statistic == "median_change" else 1.0
        variance = variance + bend * own * cells[:, -1] ** 2 / row.n
    before = _baseline_part(row, variance)
    variance = variance - before
    points = special.ndtri((np.arange(nodes) + 0.5) / nodes)
    at = mean[:, None] + np.sqrt(variance)[:, None] * points
    chances = np.broadcast_to(made.weight[:, None] / nodes, at.shape)
    kept = made.weight > made.weight.max() * np.finfo(np.float32).eps
    at, chances = at[kept], chances[kept]
    chances = chances / chances.sum()
    if row.is_share:
        return _counted(special.ndtr(at.ravel()), chances.ravel(), row.n, own)
    values = links.reported(row, at)
    if before.any():
        factor = np.exp(links.log_baseline(row, before[kept])[:, None] * points[::2])
        values = (values[:, :, None] * factor[:, None, :]).ravel()
        chances = np.repeat(chances.ravel() / factor.shape[1], factor.shape[1])
    values, chances = values.ravel(), chances.ravel()
    order = np.argsort(values)
    return Predictive(values[order], chances[order])


def _own() -> float:
    """The part of the sampling variance that groups of the same people do not share."""
    return 1.0 - prior("same_people")


def _many(n: int, own: float) -> int:
    """People as many as sample with a part of the variance of n people."""
    return max(round(n / own), n) if own > 0 else n


def _baseline_part(row: Row, variance: Array) -> Array:
    """The part of a variance in y that an unknown baseline made, half of it at most, (cells,)."""
    return np.minimum(links.baseline_spread(row) ** 2, 0.5 * variance)


def _counted(shares: Array, chances: Array, n: int, own: float) -> Predictive:
    """Counts among n people, whose sampling error is partly in the share already."""
    edges = np.linspace(0.0, 1.0, 2 * 2 * 10**2 + 1)
    places = np.clip(np.searchsorted(edges, shares) - 1, 0, len(edges) - 2)
    mass = np.bincount(places, weights=chances, minlength=len(edges) - 1)
    middle = 0.5 * (edges[1:] + edges[:-1])
    many = _many(n, own)
    of_many = stats.binom.pmf(np.arange(many + 1), many, middle[:, None])
    seen = mass @ of_many
    counts = np.round(np.arange(many + 1) * n / many).astype(int)
    found = np.bincount(counts, weights=seen, minlength=n + 1)
    return Predictive(np.arange(n + 1) / n, found / found.sum())


def classes(
    rows: Sequence[Row], made: Mixture, places: Sequence[int], key: int, *, draws: int
) -> list[tuple[Array, Row]]:
    """Shares at or above each cut of one reading, drawn jointly: shape (draws,), with its row.

    Cuts are put in order, so that no more people reach a higher one.

    Args:
        rows: of one reading: the same people, each with its cut.
        made: the mixture on the linear scale.
        places: of the rows in it.
        key: of the random numbers.
        draws: how many, 1 or more.

    Raises:
        InputError: if there are no draws.

    >>> from dataclasses import replace
    >>> low = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais", "share",
    ...           n=20, cut=1.0)
    >>> high = replace(low, cut=2.0)
    >>> one = Mixture(np.ones(1), np.array([[1.0, -1.0]]), 0.1 * np.eye(2)[None])
    >>> found = classes([low, high], one, [0, 1], 1, draws=500)
    >>> [(row.cut, float(shares.mean().round(1))) for shares, row in found]
    [(1.0, 0.8), (2.0, 0.2)]
    """
    chosen, _, at = _drawn(made, np.asarray(places), key, draws)
    order = np.argsort([row.cut or 0.0 for row in rows])
    share = np.minimum.accumulate(special.ndtr(at)[:, order], axis=1)
    many = _many(rows[0].n, _own())
    parts = np.diff(np.concatenate([np.ones((draws, 1)), share, np.zeros((draws, 1))], axis=1))
    seen = chosen.multinomial(many, -parts / -parts.sum(axis=1, keepdims=True))
    above = 1.0 - np.cumsum(seen, axis=1)[:, :-1] / many
    return [(above[:, i], rows[j]) for i, j in enumerate(order)]


def difference(pair: Sequence[Row], made: Mixture, cells: Array, key: int, *, draws: int) -> Array:
    """The second row's statistic less the first's, drawn jointly, shape (draws,).

    Args:
        pair: two rows, the first two places of the mixture, which holds what their arms share.
        made: the mixture on the linear scale.
        cells: the model's grid, shape (cells, 4), whose last column is the spread of one reading.
        key: of the random numbers.
        draws: how many, 1 or more.

    Raises:
        InputError: if there are no draws.

    >>> row = Row("A", "A", "MN", "A", "acne scars", "none", "blinded_rater", "gais",
    ...           "mean_change", n=10_000)
    >>> alike = Mixture(np.ones(1), np.array([[0.2, 0.7]]), np.ones((1, 2, 2)))
    >>> found = difference([row, row], alike, np.ones((1, 4)), 1, draws=500)
    >>> float(found.mean().round(1)), bool(found.std() < 0.1)  # what the arms share cancels out
    (0.8, True)
    """
    chosen, cell, at = _drawn(made, np.arange(len(pair)), key, draws)
    own = _own()
    seen = []
    for place, row in enumerate(pair):
        if row.is_share:
            many = _many(row.n, own)
            seen.append(chosen.binomial(many, special.ndtr(at[:, place])) / many)
        else:
            noise = np.sqrt(own / row.n) * cells[cell, -1] * chosen.standard_normal(draws)
            seen.append(links.reported(row, at[:, place] + noise))
    return np.asarray(seen[1] - seen[0])


def _drawn(
    made: Mixture, places: Places, key: int, draws: int
) -> tuple[np.random.Generator, Places, Array]:
    """Joint draws of some places of a mixture, (draws, places), their cells, and what goes on."""
    if faults := too_few(draws=draws):
        raise InputError(faults)
    chosen = np.random.Generator(np.random.Philox(key=key))
    cell = chosen.choice(len(made.weight), size=draws, p=made.weight)
    small = np.finfo(np.float32).eps * np.eye(len(places))
    lower = np.linalg.cholesky(made.covariance[:, places[:, None], places] + small)
    normal = chosen.standard_normal((draws, len(places)))
    at = made.mean[cell][:, places] + np.einsum("dij,dj->di", lower[cell], normal)
    return chosen, cell, at
