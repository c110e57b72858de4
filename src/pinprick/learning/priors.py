"""What is thought of each parameter before any data, in coordinates in which that is a normal.

Each number is uniform, or uniform in its logarithm, within a range: ``value = range(Φ(x))`` of a
standard normal ``x``. So no draw ever leaves its range, and a sampler sees a normal in all
directions in which the data are silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from scipy import special

from pinprick.evidence import registry
from pinprick.evidence.entries import entries, toml
from pinprick.faults import Fault, InputError

Array = np.ndarray[Any, np.dtype[np.float64]]
MOST_RHO = 0.4  # above it the signal of activated cells tends to keep itself alive


@dataclass(frozen=True, slots=True)
class Prior:
    """Range of one number; no ``rows`` means that it is assumed.

    ``title`` and ``unit`` stand here for what is no parameter of healing.
    """

    name: str
    column: str
    low: float
    high: float
    shape: Literal["log", "flat"]
    rows: tuple[str, ...]
    title: str = ""
    unit: str = ""
    note: str = ""

    def value(self, x: Array) -> Array:
        """The number at normal coordinate ``x``."""
        share = special.ndtr(x)
        if self.shape == "log":
            return np.asarray(self.low * (self.high / self.low) ** share)
        return np.asarray(self.low + (self.high - self.low) * share)

    def place(self, value: Array) -> Array:
        """Where in the range a number lies, from 0 to 1; the inverse of :meth:`value` is normal."""
        if self.shape == "log":
            return np.asarray(np.log(value / self.low) / np.log(self.high / self.low))
        return np.asarray((value - self.low) / (self.high - self.low))


@cache
def priors() -> tuple[Prior, ...]:
    """All priors, in the order of their file.

    >>> all(prior.low < prior.high for prior in priors())
    True
    """
    found = tuple(entries(Prior, toml("pinprick.learning", "priors.toml")).values())
    faults = [
        Fault(f"priors.{each.name}", f"{each.low} to {each.high}", "low below high, high above 0")
        for each in found
        if not each.low < each.high or each.high <= 0
    ]
    if faults:
        raise InputError(faults)
    return found


def values(x: Array) -> dict[str, Array]:
    """Every number by name, for coordinates of shape (draws, dims); each of shape (draws,).

    >>> middle = values(np.zeros((1, len(priors()))))
    >>> float(middle["tgfb_reach"][0].round(3))
    0.158
    """
    found = {prior.name: prior.value(x[:, i]) for i, prior in enumerate(priors())}
    found["tgfb_diffusion"] = found["tgfb_reach"] ** 2 * found["tgfb_loss"]
    return found


def rho(value: Mapping[str, Array]) -> Array:
    """TGF-β that activated cells can make over what activates them, shape (draws,).

    ``q_F·F_max·F0/(k_T·K_T)``, with F_max the half-saturation of crowding.
    """
    residents = registry().parameter("healing.fibroblast_density").value
    made = value["fibroblast_tgfb"] * value["crowding"] * residents
    return np.asarray(made / (value["tgfb_loss"] * value["tgfb_half"]))


def of_healing(value: Mapping[str, Array]) -> dict[str, Array]:
    """Those of the numbers that are parameters of healing, by their full name."""
    known = registry().parameters
    return {f"healing.{n}": v for n, v in value.items() if f"healing.{n}" in known}
