"""A chunk: what the chain says for some members, as plain arrays with named dims."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinprick.forecasting.fields import Field


@dataclass(frozen=True)
class Chunk:
    """What the chain says for some members."""

    fields: dict[str, Field] = field(default_factory=dict)

    def add(self, name: str, dims: str, values: Any, unit: str, long_name: str) -> None:
        """Keep an array; ``dims`` are words, members excluded."""
        array = np.asarray(values, dtype=np.float64)
        if not np.all(np.isfinite(array)):
            raise FloatingPointError(f"{long_name}: a value is not finite")
        self.fields[name] = Field(tuple(dims.split()), array, unit, long_name)
