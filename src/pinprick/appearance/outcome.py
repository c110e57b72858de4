"""Outcomes: a scale's change by day, for treated and untreated skin, as each observer reads it.

The instrument's own studies set the level; the chain moves it by contrasts:

    y(t) = (A · q^λ + a) · g · s(t) · m + w(t),   q = E(t*) / E_ref,   s(t) = E(t) / E(t*)

with E the visible matrix of the course, E_ref that of the instrument's reference course at its day
t*, A the instrument's level, λ how far such contrasts are trusted (``dose_trust``), a what is
published of an addition, g the subtype, m the person's own response and w what water lends for a
while, where the instrument sees it. The scale falls by baseline·(1 - exp(-y)), or by a number of
steps a unit of y.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick.appearance import observers, spread, structure
from pinprick.appearance.observers import Observer, Rater
from pinprick.appearance.spread import Ridge
from pinprick.evidence import Lanes
from pinprick.evidence.instruments import Instrument
from pinprick.evidence.scales import Scale, scale
from pinprick.faults import InputError, too_few

Array = np.ndarray[Any, np.dtype[np.float64]]
ONE_VISIT = np.zeros(1)


@dataclass(frozen=True, slots=True)
class Seen:
    """Change of a scale from before the first session, in the scale's own direction.

    ``true`` is what this observer would read without noise, shape (days, members); ``noise`` the
    error of one reading, shape (members,) or (days, members), with the same key for treated and
    untreated skin.
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
    """One concern on one scale through one observer, treated and untreated.

    ``reading_sd`` is the noise of one reading as this observer gives it, averaged over raters,
    shape (members,); ``ridge`` how the published spread was split; ``people_sd`` what people differ
    by on treated skin, by day, shape (days, members), in a forecast of a group.
    """

    observer: Observer
    instrument: Instrument
    baseline: Array
    treated: Seen
    untreated: Seen
    reading_sd: Array
    ridge: Ridge
    people_sd: Array | None = None


def outcome(
    instrument: Instrument,
    observer: Observer | Rater,
    days: Array,
    matrix: Array,
    at_reference_day: Array,
    reference: Array,
    lanes: Lanes,
    *,
    baseline: float | None = None,
    subtype: str = "",
    group: int | None = None,
    visits: Array = ONE_VISIT,
    added: Array | float = 0.0,
    water: Array | None = None,
) -> Outcome:
    """The change of a scale by day through one observer.

    Args:
        instrument: the scale and its level.
        observer: who rates; a :class:`Rater` says how many and how often.
        days: days since the first session, shape (days,).
        matrix: visible matrix of this course, shape (days, members).
        at_reference_day: the same on the instrument's reference day, shape (members,).
        reference: visible matrix of the reference course on that day, shape (members,).
        lanes: parameter values.
        baseline: the scale's value before treatment, cut to the scale's range; drawn from its
            prior if None.
        subtype: of the concern; ice pick scars respond least.
        group: forecast the mean change of that many people (1 or more) instead of one person's.
        visits: days of the sessions, shape (sessions,); bias and drift come with them.
        added: contrast in y of what is done beside needling, shape (members,) or a number.
        water: in the papillary dermis above rest, shape (days, members), for instruments that see
            it; none if None.

    Returns:
        Changes in units of the scale, (days, members); the level rests on the instrument's
        ``rows``.

    Raises:
        InputError: if the observer is none of ``OBSERVERS``, or the group is of nobody.

    >>> from pinprick.evidence import registry
    >>> from pinprick.evidence.instruments import instruments
    >>> given = {"wrinkle_level": "0.3", "drift": "0", "response_cv": "0.1"}
    >>> known = registry().with_values({f"appearance.{key}": text for key, text in given.items()})
    >>> days, grown = np.array([0.0, 45.0, 90.0]), np.array([[0.0], [0.05], [0.1]])
    >>> tool, one = instruments()["wrinkles-lemperle"], Lanes(known, 0, range(1))
    >>> course = (days, grown, grown[2], grown[2], one)
    >>> seen = outcome(tool, "blinded_rater", *course, baseline=3, group=10)
    >>> (0 - seen.treated.true.ravel()).round(2)  # 3 grades x (1 - exp(-y)), y = 0, 0.15 and 0.3
    array([0.  , 0.42, 0.78])
    >>> bool((seen.untreated.true == 0).all())
    True
    """
    if group is not None and (faults := too_few(group=group)):
        raise InputError(faults)
    by, named = observers.rater(observer), scale(instrument.scale)
    before = _before(instrument, named, baseline, lanes)
    level = lanes[f"appearance.{instrument.level}"]
    split = _ridge(instrument, named, level, before, lanes)
    sd = observers.averaged(split.reading, by, lanes)
    mean = level * structure.size(at_reference_day, reference, lanes)
    mean = np.where(mean > 0, mean + added, 0.0) * structure.of_subtype(subtype, lanes)
    grown = mean * structure.shape(matrix, at_reference_day)
    share = observers.looked(days, visits)
    more = share * observers.treated(by, lanes)
    if instrument.sees_water and water is not None:
        more = more + structure.swelling(water, lanes)
    key = lanes.normals(f"{instrument.name}/{by.who}", "reading")

    def change(y: Array) -> Array:
        return _change(y, before, instrument, named, lanes)

    def side(true: Array, noise: Array) -> Seen:
        return Seen(true, noise, before, named)

    alone = change(share * observers.untreated(by, lanes))
    if group is None:
        seen = side(change(grown * spread.response(split.cv, lanes) + more), sd * key)
        return Outcome(by.who, instrument, before, seen, side(alone, sd * key), sd, split)
    responses, weights = spread.people(split.cv)
    mean_seen, people_sd = _over_people([change(grown * m + more) for m in responses], weights)
    # Before the first session nothing has changed.
    later = (days > 0)[:, None]
    noise = split.readings * sd * sd
    told = later * np.sqrt((people_sd**2 + noise) / group) * key
    own = later * np.sqrt(noise / group) * key
    seen, alone_seen = side(mean_seen, told), side(alone, own)
    return Outcome(by.who, instrument, before, seen, alone_seen, sd, split, people_sd)


def _before(instrument: Instrument, named: Scale, given: float | None, lanes: Lanes) -> Array:
    """The scale's value before treatment; a scale of change begins at no change, given or not."""
    drawn = lanes[f"appearance.{instrument.baseline}"]
    before = drawn if given is None or named.of == "change" else given
    return np.asarray(np.clip(np.broadcast_to(before, (len(lanes),)), named.low, named.high))


def _over_people(each: list[Array], weights: Array) -> tuple[Array, Array]:
    """Mean and standard deviation over people of their changes, each (days, members)."""
    mean = sum(w * c for w, c in zip(weights, each, strict=True))
    variance = sum(w * (c - mean) ** 2 for w, c in zip(weights, each, strict=True))
    return np.asarray(mean), np.sqrt(np.asarray(variance))


def _change(y: Array, before: Array, instrument: Instrument, named: Scale, lanes: Lanes) -> Array:
    """Change of the scale for a gain ``y``, in the scale's own direction and within its range."""
    if instrument.gain == "steps":
        gain = lanes[f"appearance.{instrument.per_y}"] * y
    else:
        gain = before * -np.expm1(-y)
    return _within(-gain if named.better == "lower" else gain, before, named)


def _within(change: Array, before: Array, named: Scale) -> Array:
    return np.asarray(np.clip(change, named.low - before, named.high - before))


def _ridge(
    instrument: Instrument, named: Scale, level: Array, before: Array, lanes: Lanes
) -> Ridge:
    """The published spread of a change, split at the level of the instrument's own studies.

    A change of a state holds two readings; where a change itself is rated, it holds one.
    """
    if instrument.gain == "steps":
        effect = lanes[f"appearance.{instrument.per_y}"] * level
    else:
        effect = before * np.exp(-level) * level  # slope of the change along the response
    whole = lanes[f"appearance.{instrument.change_sd}"]
    cv = lanes.stage("appearance").response_cv
    return spread.ridge(whole, effect, cv, 1 if named.of == "change" else 2)
