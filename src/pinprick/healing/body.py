"""Who heals: what of a person changes how they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Body:
    """What of a person changes how they heal, each of shape (members,).

    ``age`` in years; ``smoker`` and ``diabetes`` 0 or 1; ``sun`` from 0 (no sun damage) to 1
    (severe); ``menopause`` in years since it, 0 before and in men; ``phototype`` from 1 to 6.
    """

    age: Array
    smoker: Array
    diabetes: Array
    sun: Array
    menopause: Array
    phototype: Array

    @classmethod
    def healthy(cls, members: int, age: float = 30.0) -> Body:
        """A young adult of phototype III without what slows healing.

        >>> Body.healthy(2).age
        array([30., 30.])
        """
        none = np.zeros(members)
        return cls(none + age, none, none, none, none, none + 3)
