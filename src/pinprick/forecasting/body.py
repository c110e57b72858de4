"""Who heals, and what is done beside needling, as a case tells it.

What a case does not report is drawn person by person from a stated prior, the same way in every
course, so that two courses of one person are set beside each other and not beside a stranger's.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.case import Case
from pinprick.courses import Apply, Needle
from pinprick.evidence import Lanes
from pinprick.evidence.interventions import named_in
from pinprick.healing.body import Body
from pinprick.people import ROMAN, SUN_DAMAGE
from pinprick.safety import words

Array = np.ndarray[Any, np.dtype[np.float64]]


def body_of(case: Case, lanes: Lanes) -> Body:
    """What of the people of a case changes how they heal, each of shape (members,).

    The words for sun damage stand at even steps from 0 (none) to 1 (severe). A member's menopause
    follows from the age, where it is not reported; men have none.

    >>> from pinprick.case import example
    >>> from pinprick.evidence import registry
    >>> body = body_of(Case.loads(example("acne-scars")), Lanes(registry(), 0, range(4)))
    >>> body.age, body.phototype, body.smoker
    (array([34., 34., 34., 34.]), array([4., 4., 4., 4.]), array([0., 0., 0., 0.]))
    """
    k, person = lanes.stage("healing"), case.person
    age = _age(case, lanes)
    smoker, diabetes = (person.smoker, person.diabetes) if person else (None, None)
    return Body(
        age=age,
        smoker=_yes(smoker, k.unreported_smokers, "smoker", lanes),
        diabetes=_yes(diabetes, k.unreported_diabetics, "diabetes", lanes),
        sun=_sun(case, age, lanes),
        menopause=_menopause(case, age, lanes),
        phototype=_phototype(case, lanes),
    )


def interventions_of(case: Case) -> tuple[str, ...]:
    """Interventions that a case speaks of: products of the course, medicines of the person.

    >>> from pinprick.case import example
    >>> interventions_of(Case.loads(example("acne-scars")).with_(medicines=["tretinoin cream"]))
    ('topical retinoid',)
    """
    medicines = case.person.medicines if case.person else None
    found = [name for product in _products(case) for name in named_in(product, "course")]
    found += [name for text in medicines or () for name in named_in(text, "medicines")]
    return tuple(dict.fromkeys(found))


def without_effect(case: Case) -> tuple[str, ...]:
    """Products that are meant to act and change nothing in the forecast, as they are written.

    Plain gels, water and sunscreens are not meant to; any product that nobody knows may be.

    >>> from pinprick.case import example
    >>> without_effect(Case.loads(example("acne-scars")).with_(glide_product="peptide serum"))
    ('peptide serum',)
    """
    return tuple(
        product
        for product in dict.fromkeys(_products(case))
        if words.product_kind(product) in ("active", "unknown") and not named_in(product, "course")
    )


def _products(case: Case) -> list[str]:
    found: list[str] = []
    for step in case.course.steps:
        said = step.glide_product if isinstance(step, Needle) else None
        said = step.product if isinstance(step, Apply) else said
        if said is not None and said.strip().casefold() != "none":
            found.append(said)
    return found


def _age(case: Case, lanes: Lanes) -> Array:
    if case.person is not None:
        return np.full(len(lanes), float(case.person.age))
    k = lanes.stage("courses")
    low, high = k.unreported_age_low, k.unreported_age_high
    if case.population is not None and case.population.age is not None:
        low, high = (np.full(len(lanes), float(end)) for end in case.population.age)
    return np.asarray(low + (high - low) * lanes.uniforms("age", "people"))


def _yes(said: bool | None, share: Array, stream: str, lanes: Lanes) -> Array:
    """1 or 0 as reported, else drawn with a share of people."""
    if said is not None:
        return np.full(len(lanes), float(said))
    return np.asarray(lanes.uniforms(stream, "people") < share, dtype=np.float64)


def _sun(case: Case, age: Array, lanes: Lanes) -> Array:
    said = case.person.sun_damage if case.person else None
    if said is not None:
        return np.full(len(lanes), SUN_DAMAGE.index(said) / (len(SUN_DAMAGE) - 1))
    most = np.minimum(age / lanes.stage("healing").sun_years, 1.0)
    return np.asarray(most * lanes.uniforms("sun damage", "people"))


def _menopause(case: Case, age: Array, lanes: Lanes) -> Array:
    """Years since menopause; 0 before it and in men."""
    k, person = lanes.stage("healing"), case.person
    if person is not None and person.menopause is not None:
        return np.full(len(lanes), person.menopause)
    who = person if person is not None else case.population
    sex = who.sex if who is not None else None
    share = k.unreported_women
    woman = _yes({"female": True, "male": False}.get(sex or ""), share, "sex", lanes)
    return np.asarray(woman * np.maximum(age - k.menopause_age, 0.0))


def _phototype(case: Case, lanes: Lanes) -> Array:
    """As reported; in a group one of those it had, else any, each as likely as the next."""
    types: tuple[int, ...] = tuple(range(1, len(ROMAN) + 1))
    if case.person is not None and case.person.phototype is not None:
        types = (case.person.phototype,)
    elif case.population is not None and case.population.phototype is not None:
        types = case.population.phototype
    place = (lanes.uniforms("phototype", "people") * len(types)).astype(np.int64)
    return np.asarray(types, dtype=np.float64)[place]
