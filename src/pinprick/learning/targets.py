"""Targets: what was read of needled skin, when, after which protocol, by what instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np

from pinprick.evidence.entries import entries, entry, toml

Array = np.ndarray[Any, np.dtype[np.float64]]
Use = Literal["fit", "hinge", "test", "shown"]
Kind = Literal["value", "above", "below"]


@dataclass(frozen=True, slots=True)
class Protocol:
    """Sessions of one study; a ``wound`` removes all tissue and leaves a bed of clot."""

    name: str
    title: str
    sessions: tuple[float, ...]
    device: str
    site: str
    depth: str
    age: float = 30.0
    density: str = ""
    times: float = 1.0
    wound: bool = False
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One reading in percent; see ``targets.toml`` for what each part means."""

    name: str
    protocol: str
    instrument: str
    day: float
    use: Use
    row: str = ""
    over: str = ""
    kind: Kind = "value"
    value: float = 0.0
    sigma: float = 1.0
    sign: int | None = None
    over_peak: bool = False
    less: str = ""
    column: str = ""
    why: str = ""

    def residual(self, said: Array) -> Array:
        """Distance from the target in standard errors; of a one-sided one, only what is short."""
        off = (said - self.value) / self.sigma
        if self.kind == "above":
            return np.asarray(np.minimum(off, 0.0))
        return np.asarray(np.maximum(off, 0.0) if self.kind == "below" else off)


@cache
def _data() -> Mapping[str, Any]:
    return toml("pinprick.learning", "targets.toml")


@cache
def protocols() -> Mapping[str, Protocol]:
    """Protocols by name."""
    return entries(Protocol, _data()["protocol"])


@cache
def targets() -> tuple[Target, ...]:
    """All targets, in the order of their file.

    Raises:
        InputError: a line for each part of one that is unknown, missing or not what it can be.

    >>> targets()[0].name
    'Lotfi, trichrome area'
    """
    return tuple(entry(Target, f"targets.{body['name']}", body) for body in _data()["target"])


def of_use(*uses: Use) -> tuple[int, ...]:
    """Places of the targets of these uses.

    >>> [targets()[i].name for i in of_use("fit")][0]
    'Lotfi, trichrome area'
    """
    return tuple(i for i, target in enumerate(targets()) if target.use in uses)


def misfit(said: Array) -> Array:
    """Sum of squared residuals over what is fitted and the hinges, shape (draws,).

    Args:
        said: reading of every target in percent, shape (draws, targets).
    """
    return np.asarray(sum(targets()[i].residual(said[:, i]) ** 2 for i in of_use("fit", "hinge")))
