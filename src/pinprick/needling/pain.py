"""Pain on the 0-10 scale, for skin numbed by cream.

Every published score of needling was taken under cream, and no row compares cream with none. So
pain without it is not forecast, and how numb the skin is enters only as a difference from the
reference under which the scores were taken, the eutectic cream for an hour on the face, at the same
needle length: under that cream every score stays as published, and length counts once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from pinprick.devices import Device
from pinprick.evidence.lanes import Lanes, Stage
from pinprick.medium.layers import Numbness
from pinprick.needling.insertion import at_once

Array = np.ndarray[Any, np.dtype[np.float64]]


def pain_under_cream(
    device: Device,
    depth: Array,
    lanes: Lanes,
    *,
    numbness: Numbness | None = None,
    reference: Numbness | None = None,
    driven: bool = False,
) -> Array:
    """Pain score from 0 to 10 of needling under anaesthetic cream, (members,).

    ``logit(score / 10) = level + clinic + person + g (a ln(L / L') + b ln(N / N')) - n (s - s')``
    with the exponents a, b that Gill et al. 2008 found within persons (mechanics:C021, C022), for
    needle length L and N needles in the skin at once, against the reference setting (L', N'); s is
    the numbed share of the track, s' that of the same track under the reference cream in the same
    person. The last term is left out where nothing is said of the numbness.

    Args:
        device: what treats; radiofrequency adds what its heat costs.
        depth: needle length in m, (members,).
        lanes: parameter values.
        numbness: how numb the skin is, if the cream is known; its last time is the needling's.
        reference: the same of the reference cream.
        driven: whether the cream was driven in by a short pass of 0.5 mm first.

    Raises:
        ValueError: if one of ``numbness`` and ``reference`` is given without the other.

    >>> from pinprick import devices
    >>> from pinprick.evidence import registry
    >>> few, deep = Lanes(registry(), 0, range(4)), np.full(4, 1.5e-3)
    >>> pain_under_cream(devices.device("pen"), deep, few).round(1)
    array([4.8, 4.9, 2.7, 5.1])
    """
    if (numbness is None) != (reference is None):
        raise ValueError("pain: numbness and that of the reference belong together")
    k = lanes.stage("needling")
    shortest = np.finfo(np.float32).eps * k.pain_reference_length
    length = np.log(np.maximum(depth, shortest) / k.pain_reference_length)
    number = np.log(at_once(device, depth) / k.pain_reference_needles)
    setting = k.pain_length_exponent * length + k.pain_number_exponent * number
    logit = k.pain_level + k.pain_study + k.pain_person + k.pain_trust * setting
    if numbness is not None and reference is not None:
        logit = logit - _more_numb(numbness, reference, np.maximum(depth, shortest), k)
    if driven:
        logit = logit + k.pain_driven
    if device.kind == "radiofrequency":
        logit = logit + k.pain_radiofrequency
    return np.asarray(10 * special.expit(logit))


def numbed_share(numbness: Numbness, depth: Array) -> Array:
    """Mean block along tracks of the given depth in m at the last time, shape (members,).

    Between the depths at which the block is given it goes on straight lines; above the first and
    below the last it stays as there.

    >>> half = Numbness(np.array([0.0, 1e-3]), np.zeros(1), np.array([[[1.0], [0.0]]]))
    >>> float(numbed_share(half, np.array([1e-3]))[0])
    0.5
    """
    block, deep = numbness.block[-1], np.asarray(depth, dtype=np.float64)
    faces = np.concatenate([[0.0], numbness.depth, [np.inf]])
    values = np.concatenate([block[:1], block, block[-1:]])
    crossed = np.clip(deep - faces[:-1, None], 0.0, np.diff(faces)[:, None])
    slope = np.diff(values, axis=0) / np.where(np.diff(faces) > 0, np.diff(faces), 1.0)[:, None]
    along = values[:-1] * crossed + slope * crossed**2 / 2.0
    return np.asarray(along.sum(axis=0) / deep)


def _more_numb(numbness: Numbness, reference: Numbness, depth: Array, k: Stage) -> Array:
    """How much lower the logit is than under the reference cream."""
    more = numbed_share(numbness, depth) - numbed_share(reference, depth)
    return np.asarray(k.pain_numbness * more)
