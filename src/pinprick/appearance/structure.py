"""What of the tissue is seen, by day: matured matrix in months, water and bright matrix in weeks.

Structure follows the matured matrix and appearance has no clock of its own. The optical surface
signal follows water and what light meets, which come and go sooner; it belongs to texture, and its
water to the short-term gain of wrinkles.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.evidence import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]


def visible(matured: Array, young: Array, lanes: Lanes) -> Array:
    """Visible matrix: matured collagen and a little of the young, as shares of what was there.

    Args:
        matured: collagen that matured since the first session, shape (days, members).
        young: new collagen I and III, shape (days, members).
        lanes: parameter values; the young counts by ``appearance.young_matrix_weight`` (assumed,
            between bounds of healing:HEAL-WT007 and HEAL-WT008).

    Returns:
        Share of what was there, shape (days, members).

    >>> from pinprick.evidence import registry
    >>> known = registry().with_values({"appearance.young_matrix_weight": "0.1"})
    >>> matured, young = np.array([[0.0], [0.25]]), np.array([[1.0], [0.5]])
    >>> visible(matured, young, Lanes(known, 0, range(1))).round(3).tolist()
    [[0.1], [0.3]]
    """
    return np.asarray(matured + lanes.stage("appearance").young_matrix_weight * young)


def size(at_day: Array, reference: Array, lanes: Lanes) -> Array:
    """A course against the reference course, ``q^λ``, shape (members,); 0 if no matrix is left.

    Args:
        at_day: visible matrix of this course on the reference day, shape (members,).
        reference: that of the reference course on the same day, shape (members,).
        lanes: parameter values; ``dose_trust`` is λ.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry().with_values({"appearance.dose_trust": "0.5"}), 0, range(2))
    >>> size(np.array([0.2, 0.0]), np.array([0.05, 0.05]), lanes)
    array([2., 0.])
    """
    left = (at_day > 0) & (reference > 0)
    q = np.where(left, at_day, 1.0) / np.where(left, reference, 1.0)
    return np.asarray(np.where(left, q ** lanes.stage("appearance").dose_trust, 0.0))


def shape(matrix: Array, at_day: Array) -> Array:
    """A day against the reference day, ``E(t)/E(t*)``, shape (days, members).

    >>> shape(np.array([[0.0], [0.1], [0.2]]), np.array([0.1])).ravel()
    array([0., 1., 2.])
    """
    left = at_day > 0
    return np.asarray(np.where(left, matrix / np.where(left, at_day, 1.0), 0.0))


def swelling(water: Array, lanes: Lanes) -> Array:
    """Gain, as y, that water in the papillary dermis lends for a while, shape (days, members).

    Args:
        water: above rest, share of volume, shape (days, members).
        lanes: parameter values.
    """
    return np.asarray(lanes.stage("appearance").plumping * water)


def surface(water: Array, attenuation: Array, lanes: Lanes) -> Array:
    """Optical surface signal as y: texture as light shows it, shape (days, members).

    Args:
        water: above rest, share of volume, shape (days, members).
        attenuation: relative gain that OCT reads of the upper dermis, shape (days, members).
        lanes: parameter values; water counts by ``appearance.plumping`` (assumed;
            clinical:CL172 and CL173).

    >>> from pinprick.evidence import registry
    >>> known = registry().with_values({"appearance.plumping": "2"})
    >>> water, bright = np.array([[0.1], [0.0]]), np.array([[0.05], [0.02]])
    >>> surface(water, bright, Lanes(known, 0, range(1))).round(3).tolist()
    [[0.25], [0.02]]
    """
    return np.asarray(attenuation + swelling(water, lanes))


def of_subtype(subtype: str, lanes: Lanes) -> Array:
    """Response of a subtype as a share of that of the concern, shape (members,).

    Ice pick scars respond least in every series. The order of the others is disputed: they are 1.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, range(4))
    >>> bool((of_subtype("ice pick", lanes) < of_subtype("boxcar", lanes)).all())
    True
    """
    if "ice pick" in subtype and "and" not in subtype.split():
        return lanes.stage("appearance").ice_pick_response
    return np.ones(len(lanes))
