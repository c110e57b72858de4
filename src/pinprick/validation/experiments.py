"""Rows and experiments of a stage, as its TOML file holds them, and the draws they are read with.

``STAGE.toml`` holds the rows of the validation table (``case``), in the form that
``forecasts.toml`` states, what they are read from (``experiment``, ``course`` or ``contrast``), and
the parameters that only those need (``parameter``), in the form of the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from pinprick.evidence import Lanes, registry
from pinprick.evidence.entries import toml
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.evidence.reading import read_parameter
from pinprick.evidence.registry import Registry

Array = np.ndarray[Any, np.dtype[np.float64]]
SEED = 0


@cache
def data(stage: str) -> Mapping[str, Any]:
    """The tables of ``STAGE.toml``."""
    return toml("pinprick.validation", f"{stage}.toml")


def cases(stage: str) -> tuple[Mapping[str, Any], ...]:
    """The rows of a stage, or of ``forecasts``.

    >>> {case["stage"] for case in cases("heat")}
    {'heat'}
    """
    return tuple(data(stage)["case"])


@cache
def own_registry(stage: str) -> Registry:
    """The registry with the parameters that only the experiments of a stage need.

    They are called ``STAGE_experiment.NAME``.
    """
    known = registry()
    own = {
        f"{stage}_experiment.{name}": read_parameter(f"{stage}_experiment.{name}", body)
        for name, body in data(stage)["parameter"].items()
    }
    return replace(known, parameters={**known.parameters, **own})


def one_of_each(draws: int, known: Registry | None = None) -> Lanes:
    """One member of each draw, so that people and knowledge are both drawn anew.

    >>> len(one_of_each(64))
    64
    """
    members = range(0, draws * PEOPLE_PER_DRAW, PEOPLE_PER_DRAW)
    return Lanes(known or registry(), SEED, members)
