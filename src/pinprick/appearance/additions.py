"""What is done beside needling, as contrasts on y: published differences, never synergies.

A contrast comes from papers that rated the same faces with and without. It enters here and nowhere
else: the visible matrix that goes with it is that of needling alone, for what stands in for the
addition in the tissue must not be seen a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pinprick.evidence import Lanes
from pinprick.evidence.interventions import intervention

Array = np.ndarray[Any, np.dtype[np.float64]]


def counted(names: Iterable[str], concern: str) -> tuple[str, ...]:
    """Those of some interventions whose contrast is published for a concern.

    >>> counted(["platelet-rich plasma", "topical retinoid"], "acne scars")
    ('platelet-rich plasma',)
    >>> counted(["platelet-rich plasma"], "wrinkles")
    ()
    """
    return tuple(name for name in sorted(set(names)) if concern in intervention(name).adds)


def contrast(names: Iterable[str], concern: str, lanes: Lanes, *, heated: bool = False) -> Array:
    """Gain in y over needling alone on the reference day, shape (members,).

    No paper rated two additions together, so of several the one with the largest published
    contrast counts, and the others add nothing.

    Args:
        names: of interventions, as in ``evidence/interventions.toml``.
        concern: what is rated.
        lanes: parameter values.
        heated: whether the needles carry radiofrequency.

    >>> from pinprick.evidence import registry
    >>> lanes = Lanes(registry(), 0, range(3))
    >>> one = contrast(["platelet-rich plasma"], "acne scars", lanes)
    >>> bool((one == lanes["appearance.plus_plasma"]).all())
    True
    >>> contrast(["platelet-rich plasma"], "wrinkles", lanes)  # nothing is published
    array([0., 0., 0.])
    """
    found = [intervention(name).adds[concern] for name in counted(names, concern)]
    none = np.zeros(len(lanes))
    if heated:
        found.append("appearance.plus_radiofrequency")
    largest = max(found, key=lambda name: lanes.registry.parameter(name).value, default=None)
    return none if largest is None else lanes[largest]
