"""Dark patches (PIH): the chance of a course in a clinic, one number a joint draw.

``logit p = level(phototype group) + device + g ln(sessions) + clinic``

with the levels at one session. The draws are the joint posterior of the arms in ``harms.toml``
(evidence/tables/pih_draws.csv, fitted by ``python -m pinprick.learning.pih_fit``); ``clinic`` is
that of a clinic nobody has looked at. Depth, passes, sun, sunscreen, priming, zone and the hand are
not in it: no study sets one of them against another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence import registry
from pinprick.evidence.entries import toml

Array = np.ndarray[Any, np.dtype[np.float64]]
TABLE = "pih_draws"
# Fitzpatrick's six types in the five groups that the studies tell apart, with their columns.
LEVELS: Mapping[str, str] = {
    "I-II": "level_1_2",
    "III": "level_3",
    "IV": "level_4",
    "V": "level_5",
    "VI": "level_6",
}
DEVICES: Mapping[str, str] = {
    "radiofrequency": "radiofrequency",
    "1340 nm laser": "laser_1340",
    "fractional CO2 laser": "laser_co2",
}
NEEDLING = "needling"  # plain: roller, pen and stamp are not told apart


def group(phototype: int) -> str:
    """The group of a Fitzpatrick type from 1 to 6.

    >>> group(1), group(2), group(6)
    ('I-II', 'I-II', 'VI')
    """
    return list(LEVELS)[max(phototype - 2, 0)]


def draws() -> Mapping[str, Array]:
    """The shipped joint draws by column, each of shape (draws,)."""
    return registry().tables[TABLE]


@cache
def provenance() -> Mapping[str, Any]:
    """How the draws came about: sizes, scores of studies left out, what is prior.

    >>> provenance()["draws"] == len(draws()["clinic"])
    True
    """
    return toml("pinprick.evidence", f"tables/{TABLE}.toml")


def logit(of: str, device: str, sessions: float, draws: Mapping[str, Array]) -> Array:
    """Log odds of a course in a typical clinic, shape (draws,).

    Args:
        of: a group of :data:`LEVELS`.
        device: ``needling`` or a name of :data:`DEVICES`.
        sessions: of the course.
        draws: columns by name.

    Raises:
        KeyError: if group or device is not known.

    >>> dark, light = (logit(of, "needling", 1, draws()) for of in ("VI", "I-II"))
    >>> dark.shape == light.shape, bool((dark >= light).all())
    (True, True)
    """
    level = draws[LEVELS[of]] + draws["sessions_power"] * np.log(sessions)
    return np.asarray(level if device == NEEDLING else level + draws[DEVICES[device]])


def pih(
    phototype: int | None,
    device: str = NEEDLING,
    sessions: float = 1,
    draws: Mapping[str, Array] | None = None,
) -> Array:
    """Chance of dark patches after a course in a clinic nobody has looked at, shape (draws,).

    Its mean is what a person faces, for clinics differ; its range is the clinics. Without a
    phototype each draw holds the mean over the five groups in equal shares (assumed).

    Args:
        phototype: Fitzpatrick type from 1 to 6, or None where it is not reported.
        device: ``needling`` or a name of :data:`DEVICES`.
        sessions: of the course.
        draws: columns by name; the shipped ones if left out.

    >>> light, dark = (pih(kind, sessions=4).mean() for kind in (1, 6))
    >>> bool(0.01 < light < 0.03 < 0.08 < dark < 0.12)
    True
    """
    table = registry().tables[TABLE] if draws is None else draws
    groups = list(LEVELS) if phototype is None else [group(phototype)]
    each = [special.expit(logit(of, device, sessions, table) + table["clinic"]) for of in groups]
    return np.asarray(np.mean(each, axis=0))


def single(harm: str, draws: Mapping[str, Array] | None = None) -> Array:
    """Chance of a harm that one study counted, in an unknown clinic, shape (draws,).

    >>> bool(0.03 < single("tram_tracks").mean() < 0.12)
    True
    """
    table = registry().tables[TABLE] if draws is None else draws
    return np.asarray(special.expit(table[harm]))
