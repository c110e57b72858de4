"""How people differ in their response, and how that shares a published spread with rater noise.

A study prints one number, the standard deviation of a change. It holds what people truly differ by
and what raters scatter by. The data fix the two together and never one alone, so they are drawn
along their ridge: where people differ more, raters must scatter less. Neither is a finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.evidence import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Ridge:
    """A spread of changes, split; each of shape (members,).

    ``whole`` is the standard deviation of one change of one person, people and reading together,
    in units of the scale; ``people`` the part that people differ by, ``reading`` the noise of one
    reading; ``cv`` the coefficient of variation of the response that goes with ``people``.
    ``whole² = people² + readings·reading²`` in every draw.
    """

    whole: Array
    people: Array
    reading: Array
    cv: Array
    readings: int

    @property
    def rater(self) -> Array:
        """Standard deviation that reading alone gives to one change, shape (members,)."""
        return np.asarray(np.sqrt(self.readings) * self.reading)


def ridge(whole: Array, effect: Array, cv: Array, readings: int) -> Ridge:
    """Split the spread of a change between people and reading.

    Args:
        whole: standard deviation of a change, in units of the scale, shape (members,).
        effect: change of the scale for a response of one more of itself, shape (members,).
        cv: what the response of people is drawn to vary by, shape (members,).
        readings: in one change: two of a state, one where the change itself is rated.

    At least half of the variance stays with reading: two readings are never free of noise. A draw
    in which people would take more is held there.

    >>> split = ridge(np.array([5.0]), np.array([10.0]), np.array([0.3]), 2)
    >>> split.people, split.rater
    (array([3.]), array([4.]))
    """
    most = whole / np.sqrt(2.0)
    people = np.minimum(cv * effect, most)
    used = np.divide(people, effect, out=np.zeros_like(people), where=effect > 0)
    return Ridge(whole, people, np.sqrt((whole**2 - people**2) / readings), used, readings)


def response(cv: Array, lanes: Lanes) -> Array:
    """A person's own response, log-normal with mean 1, shape (members,).

    The same key for every concern and scale: who responds well on one reads well on another.
    """
    sd = np.sqrt(np.log1p(cv**2))
    return np.asarray(np.exp(sd * lanes.normals("response", "people") - sd * sd / 2.0))


def people(cv: Array) -> tuple[list[Array], Array]:
    """Responses and weights of Gauss-Hermite nodes over people; responses are (members,) each."""
    points, weights = np.polynomial.hermite_e.hermegauss(10)
    sd = np.sqrt(np.log1p(cv**2))
    return [np.exp(sd * x - sd * sd / 2.0) for x in points], weights / weights.sum()
