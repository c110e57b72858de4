"""Outcomes: a scale's change by day, for treated and untreated skin, as each observer reads it.

The instrument's own studies set the level; the chain moves it by contrasts:

    y(t) = A · q^λ · s(t) · m,   q = E(t*) / E_ref,   s(t) = E(t) / E(t*)

with E the visible matrix of the course, E_ref that of the instrument's reference course at its day
t*, A the instrument's level, λ how far such contrasts are trusted (``dose_trust``) and m the
person's own response. The scale falls by baseline·(1 - exp(-y)), or by a number of grades a unit
of y. Structure follows the tissue: appearance has no clock of its own.

An observer adds a bias and noise of reading. Drift of untreated skin belongs to the observer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick.evidence import Lanes
from pinprick.evidence.instruments import Instrument
from pinprick.evidence.scales import Scale, scale

Array = np.ndarray[Any, np.dtype[np.float64]]
Observer = Literal["blinded_rater", "unblinded_investigator", "patient_reported"]
OBSERVERS: tuple[Observer, ...] = ("blinded_rater", "unblinded_investigator", "patient_reported")


@dataclass(frozen=True, slots=True)
class Seen:
    """Change of a scale from before the first session, in the scale's own direction.

    ``true`` is what this observer would read without noise, shape (days, members); ``noise`` the
    error of one reading, shape (members,) or
    (days, members), with the same key for treated and untreated skin.
    """

    true: Array
    noise: Array
    baseline: Array
    scale: Scale

    @property
    def read(self) -> Array:
        """What one reading says, kept within the scale, shape (days, members)."""
        return _within(self.true + self.noise, self.baseline, self.scale)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One concern on one scale through one observer, treated and untreated."""

    observer: Observer
    instrument: Instrument
    baseline: Array
    treated: Seen
    untreated: Seen
    reading_sd: Array


def visible(matured: Array, young: Array, lanes: Lanes) -> Array:
    """Visible matrix: matured collagen and a little of the young, as shares of what was there.

    Args:
        matured: collagen that matured since the first session, shape (days, members).
        young: new collagen I and III, shape (days, members).
        lanes: parameter values.
    """
    return np.asarray(matured + lanes.stage("appearance").young_matrix_weight * young)


def outcome(
    instrument: Instrument,
    observer: Observer,
    days: Array,
    matrix: Array,
    at_reference_day: Array,
    reference: Array,
    lanes: Lanes,
    *,
    baseline: float | None = None,
    subtype: str = "",
    group: int | None = None,
) -> Outcome:
    """The change of a scale by day through one observer.

    Args:
        instrument: the scale and its level.
        observer: who rates.
        days: from the first session, shape (days,).
        matrix: visible matrix of this course, shape (days, members).
        at_reference_day: the same on the instrument's reference day, shape (members,).
        reference: visible matrix of the reference course on that day, shape (members,).
        lanes: parameter values.
        baseline: the scale's value before treatment; drawn from its prior if None.
        subtype: of the concern; ice pick scars respond least.
        group: forecast the mean change of that many people instead of one person's.
    """
    named = scale(instrument.scale)
    k = lanes.stage("appearance")
    before = lanes[f"appearance.{instrument.baseline}"] if baseline is None else baseline
    before = np.clip(np.broadcast_to(before, (len(lanes),)), named.low, named.high)
    level = lanes[f"appearance.{instrument.level}"]
    structure = level * _contrast(matrix, at_reference_day, reference, k.dose_trust)
    if "ice pick" in subtype and "and" not in subtype:
        structure = structure * k.ice_pick_response
    progress = np.clip(days / instrument.reference_day, 0, 1)[:, None]
    bias = _bias(observer, lanes) * progress
    drift = k.drift * progress
    share = 0.0 if observer == "blinded_rater" else k.bias_untreated_share

    def change(y: Array) -> Array:
        return _change(y, before, instrument, named, lanes)

    untreated = change(share * bias + drift)
    sd = _reading_sd(instrument, level, before, lanes)
    key = lanes.normals(f"{instrument.name}/{observer}", "reading")
    if group is None:
        treated = change(structure * _response(lanes) + bias + drift)
        noise = own = sd * key
    else:
        nodes, weights = _people(lanes)
        each = [change(structure * node + bias + drift) for node in nodes]
        treated = np.asarray(sum(w * c for w, c in zip(weights, each, strict=True)))
        spread = sum(w * (c - treated) ** 2 for w, c in zip(weights, each, strict=True))
        # A change holds two readings of each person; before the first session nothing has changed.
        later = (days > 0)[:, None]
        noise = later * np.sqrt((spread + 2.0 * sd * sd) / group) * key
        own = later * np.sqrt(2.0 * sd * sd / group) * key
    return Outcome(
        observer,
        instrument,
        before,
        Seen(treated, noise, before, named),
        Seen(untreated, own, before, named),
        sd,
    )


def _contrast(matrix: Array, at_day: Array, reference: Array, trust: Array) -> Array:
    """``q^λ · s(t)``, shape (days, members); 0 where a course leaves no matrix."""
    left = (at_day > 0) & (reference > 0)
    q = np.where(left, at_day, 1.0) / np.where(left, reference, 1.0)
    course = matrix / np.where(left, at_day, 1.0)
    return np.asarray(np.where(left, q**trust * course, 0.0))


def _response(lanes: Lanes) -> Array:
    """A person's own response, log-normal with mean 1, shape (members,)."""
    sd = np.sqrt(np.log1p(lanes.stage("appearance").response_cv ** 2))
    return np.asarray(np.exp(sd * lanes.normals("response", "people") - sd * sd / 2.0))


def _people(lanes: Lanes) -> tuple[list[Array], Array]:
    """Responses and weights of Gauss-Hermite nodes over people; responses are (members,) each."""
    points, weights = np.polynomial.hermite_e.hermegauss(10)
    sd = np.sqrt(np.log1p(lanes.stage("appearance").response_cv ** 2))
    return [np.exp(sd * x - sd * sd / 2.0) for x in points], weights / weights.sum()


def _bias(observer: Observer, lanes: Lanes) -> Array:
    k = lanes.stage("appearance")
    if observer == "blinded_rater":
        return np.zeros(len(lanes))
    return k.bias_investigator if observer == "unblinded_investigator" else k.bias_patient


def _change(y: Array, before: Array, instrument: Instrument, named: Scale, lanes: Lanes) -> Array:
    """Change of the scale for a gain ``y``, in the scale's own direction and within its range."""
    if instrument.gain == "grades":
        gain = lanes.stage("appearance").grades_per_y * y
    else:
        gain = before * -np.expm1(-y)
    return _within(-gain if named.better == "lower" else gain, before, named)


def _within(change: Array, before: Array, named: Scale) -> Array:
    return np.asarray(np.clip(change, named.low - before, named.high - before))


def _reading_sd(instrument: Instrument, level: Array, before: Array, lanes: Lanes) -> Array:
    """Noise of one reading: what the spread of a change leaves beside the people's own spread.

    The data fix only the two together; where people differ more, raters must scatter less. A
    change holds two readings, so one reading has a half of the variance that is left, and never
    less than a quarter of the whole.
    """
    k = lanes.stage("appearance")
    whole = lanes[f"appearance.{instrument.change_sd}"] ** 2
    effect = k.grades_per_y * level if instrument.gain == "grades" else before * -np.expm1(-level)
    left = np.maximum(whole - (k.response_cv * effect) ** 2, whole / 2)
    return np.asarray(np.sqrt(left / 2.0))
