"""Slow ageing and who is treated: what a body changes, each factor applied once.

- Age: density of intact collagen and its yearly loss; what activated cells make.
- Sun damage: density of intact collagen.
- Menopause: density of intact collagen, in place of the ordinary loss of those years.
- Smoking: what activated cells make; what proteases take.
- Diabetes: what activated cells make.
- Phototype: how melanocytes answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.healing.body import Body

Array = np.ndarray[Any, np.dtype[np.float64]]


def intact_factor(body: Body, lanes: Lanes) -> Array:
    """Collagen density of this intact dermis over that of a young one, shape (members,).

    Collagen is lost per area of skin; what the dermis thins accounts for a part of that, the rest
    is density. In the years after menopause the faster loss stands in place of the ordinary one.

    >>> from pinprick.evidence import registry
    >>> old = Body.healthy(1, age=65)
    >>> bool(intact_factor(old, Lanes(registry(), 0, [0]))[0] < 1)
    True
    """
    k = lanes.stage("healing")
    years = np.maximum(body.age - k.adult_age, 0.0)
    after = np.minimum(np.minimum(body.menopause, k.menopause_span), years)
    ordinary, faster = _rates(lanes)
    aged = np.exp(-ordinary * (years - after) - faster * after)
    return np.asarray(aged * (1.0 - body.sun * (1.0 - k.sun_factor)))


def yearly_loss(body: Body, lanes: Lanes) -> Array:
    """Share of its intact collagen that this dermis loses in a year from now, shape (members,).

    Sun damage is what there is of it on the day: what more sun would do in a year is not in it.

    >>> from dataclasses import replace
    >>> from pinprick.evidence import registry
    >>> lanes, fifty = Lanes(registry(), 0, [0]), Body.healthy(1, age=50)
    >>> after = replace(fifty, menopause=np.ones(1))
    >>> bool(0 < yearly_loss(fifty, lanes)[0] < yearly_loss(after, lanes)[0] < 0.05)
    True
    """
    k = lanes.stage("healing")
    ordinary, faster = _rates(lanes)
    lately = (body.menopause > 0) & (body.menopause < k.menopause_span)
    rate = np.where(body.age >= k.adult_age, np.where(lately, faster, ordinary), 0.0)
    return np.asarray(-np.expm1(-rate))


def _rates(lanes: Lanes) -> tuple[Array, Array]:
    """Loss of density in a year, ordinary and after menopause: per area, less what thins."""
    k = lanes.stage("healing")
    return (
        np.maximum(k.yearly_area_loss - k.yearly_thinning, 0.0),
        np.maximum(k.menopause_area_loss - k.yearly_thinning, 0.0),
    )


def output_factor(body: Body, lanes: Lanes) -> Array:
    """Collagen output of this body over that of a young healthy one, shape (members,)."""
    k = lanes.stage("healing")
    old = np.clip((body.age - k.age_start) / k.age_span, 0, 1)
    return np.asarray(
        (1.0 - old * (1.0 - k.age_factor))
        * (1.0 - body.smoker * (1.0 - k.smoking_factor))
        * (1.0 - body.diabetes * (1.0 - k.diabetes_factor))
    )


def protease_factor(body: Body, lanes: Lanes) -> Array:
    """What proteases take in this body over a non-smoker's, shape (members,)."""
    k = lanes.stage("healing")
    return np.asarray(1.0 + body.smoker * k.smoking_proteases)


def pigment_tendency(body: Body, lanes: Lanes) -> Array:
    """Melanocytes' response to inflammation, 1 in an average phototype III, shape (members,).

    It rises by the same factor with every phototype. Sun damage has no part in it: no study of
    needling compares skins that differ in it.
    """
    k = lanes.stage("healing")
    third = Body.healthy(len(lanes)).phototype
    return np.asarray(k.pigment_tendency * k.pigment_step ** (body.phototype - third))
