"""Pain on the 0-10 scale, for skin numbed by cream.

Every published score of needling was taken under cream, and no row compares cream with none; so
pain without it is not forecast.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from pinprick.devices import Device, needles_at_once
from pinprick.evidence.lanes import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]


def pain(device: Device, depth: Array, lanes: Lanes, *, numbed: bool) -> Array | None:
    """Pain score from 0 to 10, or None where the skin is not numbed.

    ``logit(score / 10) = level + clinic + person + g (a ln(L / L') + b ln(N / N'))`` with the
    exponents a, b that Gill et al. 2008 found within persons (mechanics:C021, C022), for needle
    length L and N needles in the skin at once, against the reference setting (L', N').
    """
    if not numbed:
        return None
    k = lanes.stage("needling")
    at_once = np.array([needles_at_once(device, length) for length in depth])
    shortest = np.finfo(np.float32).eps * k.pain_reference_length
    length = np.log(np.maximum(depth, shortest) / k.pain_reference_length)
    number = np.log(at_once / k.pain_reference_needles)
    setting = k.pain_length_exponent * length + k.pain_number_exponent * number
    logit = k.pain_level + k.pain_study + k.pain_person + k.pain_trust * setting
    return np.asarray(10 * special.expit(logit))
