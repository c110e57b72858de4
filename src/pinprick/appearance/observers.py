"""Observers: who rates, with what bias, how often, and what that leaves of the noise.

An observer is a rater, who has a bias and noise, with an instrument, which has a scale and a habit
of its own (:mod:`pinprick.evidence.instruments`). The three sorts of rater are a blinded one, an
unblinded investigator and the person. What untreated skin gains in a trial is the observer's too:
people enrol when they are at their worst.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from pinprick.evidence import Lanes
from pinprick.faults import Fault, InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]
Observer = Literal["blinded_rater", "unblinded_investigator", "patient_reported"]
Rated = Literal["live", "photographs"]
OBSERVERS: tuple[Observer, ...] = get_args(Observer)


@dataclass(frozen=True, slots=True)
class Rater:
    """Who rates, how many of them, how often each, and from what.

    ``raters`` look independently and their readings are averaged; each gives ``readings`` of the
    same occasion. ``photographs`` are shared by all raters, with their light and their pose;
    ``live``, each looks for themselves.

    >>> Rater("blinded_rater", raters=3).raters
    3
    """

    who: Observer
    raters: int = 1
    readings: int = 1
    rated: Rated = "photographs"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        faults = too_few(raters=self.raters, readings=self.readings)
        if self.who not in OBSERVERS:
            faults.append(Fault("who", self.who, ", ".join(OBSERVERS)))
        if self.who == "patient_reported" and self.raters > 1:
            faults.append(Fault("raters", str(self.raters), "1: a person rates their own skin"))
        if self.rated not in get_args(Rated):
            faults.append(Fault("rated", self.rated, ", ".join(get_args(Rated))))
        if faults:
            raise InputError(faults)

    @property
    def blinded(self) -> bool:
        """Whether the rater does not know what was treated, and when."""
        return self.who == "blinded_rater"


def rater(observer: Observer | Rater) -> Rater:
    """A rater: one who gives one reading, where only the sort is named.

    >>> rater("patient_reported").readings
    1
    """
    return observer if isinstance(observer, Rater) else Rater(observer)


def bias(by: Rater, lanes: Lanes) -> Array:
    """What a rater adds to treated skin, in y, shape (members,); a blinded rater adds nothing."""
    k = lanes.stage("appearance")
    if by.blinded:
        return np.zeros(len(lanes))
    return k.bias_investigator if by.who == "unblinded_investigator" else k.bias_patient


def untreated(by: Rater, lanes: Lanes) -> Array:
    """What a rater sees untreated skin gain, in y, shape (members,).

    The drift of a control, and of an open rater a part of the bias.
    """
    k = lanes.stage("appearance")
    share = 0.0 if by.blinded else k.bias_untreated_share
    return np.asarray(k.drift + share * bias(by, lanes))


def treated(by: Rater, lanes: Lanes) -> Array:
    """What a rater sees treated skin gain beside what is there, in y, shape (members,)."""
    return np.asarray(lanes.stage("appearance").drift + bias(by, lanes))


def looked(days: Array, visits: Array) -> Array:
    """Share of a course's visits that lie behind each day, shape (days, 1).

    Bias and drift come with the visits and stay. They have no clock: no row shows them grow after
    the last session, and the control of the one controlled study does not.

    >>> looked(np.array([0.0, 1.0, 28.0, 90.0]), np.array([0.0, 28.0])).ravel()
    array([0. , 0.5, 0.5, 1. ])
    """
    return np.asarray((days[:, None] > visits[None, :]).mean(axis=1)[:, None])


def averaged(sd: Array, by: Rater, lanes: Lanes) -> Array:
    """Noise of the mean of all raters and readings of one occasion, shape (members,).

    One reading's variance has three parts: of the picture, which all raters see; of the rater, who
    judges this face so however often; and of the look, which another look does not repeat.

    Args:
        sd: noise of one reading of one rater, shape (members,).
        by: who rates.
        lanes: parameter values; ``picture_share`` and ``rater_share`` of the variance.

    >>> from pinprick.evidence import registry
    >>> shares = {"appearance.picture_share": "0.2", "appearance.rater_share": "0.5"}
    >>> lanes = Lanes(registry().with_values(shares), 0, range(1))
    >>> three = Rater("blinded_rater", raters=3)  # sqrt(0.2 + 0.8 / 3): they share the picture
    >>> averaged(np.ones(1), three, lanes).round(2)
    array([0.68])
    """
    if by.raters == by.readings == 1:
        return sd
    k = lanes.stage("appearance")
    picture = k.picture_share if by.rated == "photographs" else np.zeros(len(lanes))
    each = k.rater_share + (1.0 - k.rater_share) / by.readings
    return np.asarray(sd * np.sqrt(picture + (1.0 - picture) * each / by.raters))
