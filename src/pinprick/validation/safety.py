"""What the stage safety says of published rates and contrasts, each by the studies without its own.

Rows stand in ``safety.toml`` beside this file, which says what can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence import registry
from pinprick.safety.pih import NEEDLING, provenance
from pinprick.validation.experiments import SEED, Array, data

DRAWS = 2000
_TOP = 10.0  # of the scale of pain


def model(case: Mapping[str, Any]) -> tuple[Array, frozenset[str]]:
    """Values in the unit of the case, one a draw; no parameter of the registry is read.

    Raises:
        KeyError: if the case asks for something else than ``safety.toml`` lists.

    >>> percent, _ = model({"of": "left_out:dogra-2014 needling"})
    >>> bool(percent.min() == 0 and percent.max() <= 100)
    True
    """
    what, _, detail = case["of"].partition(":")
    return _MODELS[what](detail), frozenset()


def _left_out(arm: str) -> Array:
    return registry().tables["pih_left_out"][arm]


def _score(other: str) -> Array:
    """Sum of the arms' gain in log score over another model, studies drawn anew with repeats."""
    by_study: dict[str, float] = {}
    for arm in provenance()["left_out"]:
        if arm["arm"].endswith(NEEDLING):
            study = arm["arm"].removesuffix(NEEDLING)
            by_study[study] = by_study.get(study, 0.0) + arm["score"] - arm[other]
    gains = np.array(list(by_study.values()))
    drawn = np.random.default_rng(SEED).integers(len(gains), size=(DRAWS, len(gains)))
    return np.asarray(gains[drawn].sum(axis=1))


def _driven(study: str) -> Array:
    """Change of the score of one study by the effect in the other, at its own score with cream."""
    (other,) = (one for one in data("safety")["contrast"] if one != study)
    prior, there, here = data("safety")["parameter"]["driven"], _logits(other), _logits(study)
    effect = there["driven"][0] - there["cream"][0]
    spread = np.hypot(there["driven"][1], there["cream"][1])
    weight = prior["sd"] ** 2 / (prior["sd"] ** 2 + spread**2)
    key = np.random.default_rng(SEED)
    shift = prior["value"] + weight * (effect - prior["value"])
    shift = shift + np.sqrt(weight) * spread * key.standard_normal(DRAWS)
    before = here["cream"][0] + here["cream"][1] * key.standard_normal(DRAWS)
    return np.asarray(_TOP * (special.expit(before + shift) - special.expit(before)))


def _logits(study: str) -> dict[str, tuple[float, float]]:
    """Mean of each half of the face and its standard error, in logits of the scale."""
    setup, made = data("safety")["contrast"][study], {}
    for half in ("cream", "driven"):
        mean, sd = (number / _TOP for number in setup[half])
        slope = mean * (1.0 - mean)
        made[half] = (float(special.logit(mean)), sd / setup["people"] ** 0.5 / slope)
    return made


_MODELS: dict[str, Callable[[str], Array]] = {
    "left_out": _left_out,
    "score": _score,
    "driven": _driven,
}
