"""Care: what is done beside needling, as factors on named quantities.

Which product acts on what, through which parameter and with what evidence, is data
(``evidence/interventions.toml``); here the factors are put together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.evidence.interventions import intervention

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Care:
    """Factors of what is done beside needling, each of shape (members,); 1 is nothing.

    ``wound`` on the clot and debris of a session, ``output`` on the collagen that activated cells
    make, ``proteases`` on what proteases take of new collagen, ``pigment`` on melanocytes.
    """

    wound: Array
    output: Array
    proteases: Array
    pigment: Array

    @classmethod
    def none(cls, members: int) -> Care:
        """Nothing beside needling.

        >>> Care.none(2).wound
        array([1., 1.])
        """
        one = np.ones(members)
        return cls(one, one, one, one)


ACTS_ON = tuple(field.name for field in fields(Care))


def care_of(names: Iterable[str], lanes: Lanes) -> Care:
    """The factors of some interventions together; one that is named twice counts once.

    Args:
        names: of interventions, as in ``evidence/interventions.toml``.
        lanes: parameter values.

    Raises:
        InputError: if an intervention is not known.

    >>> from pinprick.evidence import registry
    >>> care = care_of(["topical retinoid"], Lanes(registry(), 0, [0]))
    >>> bool(care.proteases[0] < 1 < care.output[0]), care.wound
    (True, array([1.]))
    """
    made = {name: np.ones(len(lanes)) for name in ACTS_ON}
    for name in sorted(set(names)):
        for acts_on, parameter in intervention(name).acts.items():
            made[acts_on] = made[acts_on] * lanes[parameter]
    return Care(**made)
