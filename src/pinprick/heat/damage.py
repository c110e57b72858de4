"""Damage by heat: two fields that are never mixed, and the thermal dose of warm tissue.

Cells die, collagen denatures: each is a rate process of its own, with a named pair of factor and
activation from one source (``damage.toml``). Rates are formed in logarithms, since the factors
reach 1e124. Between two times the logarithm of the rate is taken as straight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from scipy.constants import R as GAS
from scipy.constants import zero_Celsius

from pinprick.evidence.entries import find, toml
from pinprick.evidence.lanes import Lanes

Array = np.ndarray[Any, np.dtype[np.float64]]
Rate = Callable[[Array], Array]  # logarithm of a rate in 1/s at temperatures in K
Target = Literal["cells", "collagen"]
NO_RATE = float(np.log(np.finfo(float).tiny))  # logarithm of what counts as none
TARGETS: tuple[Target, ...] = ("cells", "collagen")


@dataclass(frozen=True, slots=True)
class Branch:
    """One pair: ``log_factor`` (of 1/s) and ``activation`` (K), from ``above`` (K) upwards."""

    log_factor: float
    activation: float
    above: float


@dataclass(frozen=True, slots=True)
class DamageSet:
    """A named set of pairs from one source, with the range (K) in which it was stated to hold."""

    name: str
    title: str
    of: Target
    branches: tuple[Branch, ...]
    low: float
    high: float
    rows: tuple[str, ...]
    status: str
    note: str

    def log_rate(self, temperature: Array) -> Array:
        """Natural logarithm of the rate in 1/s at temperatures in K, of their shape.

        Below the range that the source states there is no damage: carried down to body temperature
        some pairs would harm skin that rests. Above it a pair goes on as written.
        """
        first = self.branches[0]
        out = first.log_factor - first.activation / temperature
        for branch in self.branches[1:]:
            rate = branch.log_factor - branch.activation / temperature
            out = np.where(temperature > branch.above, rate, out)
        return np.asarray(np.where(temperature < self.low, NO_RATE, out))


@cache
def damage_sets() -> Mapping[str, DamageSet]:
    """All sets by name.

    >>> [name for name, one in damage_sets().items() if one.of == "collagen"]
    ['mehta-wong', 'aksan', 'pearce']
    """
    data = toml("pinprick.heat", "damage.toml")
    return MappingProxyType({name: _read(name, body) for name, body in data.items()})


def damage_set(name: str) -> DamageSet:
    """The set of that name.

    Raises:
        InputError: if there is none; the fault names the nearest.

    >>> damage_set("henriques").rows
    ('transport:T-AR1',)
    """
    return find(damage_sets(), name, "damage set")


@dataclass(frozen=True)
class Drawn:
    """Which of the ``sets`` each member goes by: ``which`` (members,)."""

    sets: tuple[DamageSet, ...]
    which: Any

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each member's set."""
        return tuple(self.sets[i].name for i in self.which)

    def of(self, damage: Mapping[str, Array]) -> Array:
        """Each member's damage by its own set, of the shape of a field, members first."""
        fields = [damage[one.name] for one in self.sets]
        wide = (slice(None),) + (None,) * (fields[0].ndim - 1)
        return np.asarray(np.choose(self.which[wide], fields))


def drawn(of: Target, lanes: Lanes) -> Drawn:
    """The sets for ``of``, and which of them each member goes by: all alike likely.

    Which one is right for skin is not known, so it belongs to the state of knowledge.
    """
    sets = tuple(one for one in damage_sets().values() if one.of == of)
    which = lanes.uniforms(f"heat.{of}_set", "knowledge") * len(sets)
    return Drawn(sets, which.astype(np.int64))


def over_step(before: Array, after: Array, seconds: float) -> Array:
    """Integral of a rate over a step from its logarithms at both ends: they lie on a line.

    >>> float(over_step(np.array(0.0), np.array(0.0), 2.0))
    2.0
    """
    most, change = np.maximum(before, after), abs(after - before)
    level = change < np.sqrt(np.finfo(float).eps)
    mean = np.where(level, 1.0 - change / 2, -np.expm1(-change) / np.where(level, 1.0, change))
    return np.asarray(seconds * np.exp(most) * mean)


@dataclass
class Tally:
    """What tissue has been through: ``peak`` temperatures in K, ``damage`` by name."""

    rates: Mapping[str, Rate]
    peak: Array
    damage: dict[str, Array]
    logs: dict[str, Array]

    @classmethod
    def of(cls, rates: Mapping[str, Rate], temperature: Array) -> Tally:
        """Nothing yet, at the temperatures of the start.

        >>> tally = Tally.of({"dose": lambda kelvin: kelvin - 316}, np.array([316.0]))
        >>> tally.add(np.array([316.0]), 60.0)
        >>> tally.damage
        {'dose': array([60.])}
        """
        logs = {name: rate(temperature) for name, rate in rates.items()}
        damage = {name: np.zeros(temperature.shape) for name in rates}
        return cls(rates, temperature.copy(), damage, logs)

    def add(self, temperature: Array, seconds: float) -> None:
        """Add a step that ends at ``temperature``."""
        np.maximum(self.peak, temperature, out=self.peak)
        for name, rate in self.rates.items():
            now = rate(temperature)
            self.damage[name] += over_step(self.logs[name], now, seconds)
            self.logs[name] = now


def log_dose_rate(temperature: Array, lanes: Lanes) -> Array:
    """Logarithm of the thermal dose rate CEM43, in seconds at 43 °C a second.

    Args:
        temperature: in K, members first.
    """
    k = lanes.stage("heat")
    wide = (slice(None),) + (None,) * (temperature.ndim - 1)
    above = temperature - k.dose_reference[wide]
    base = np.where(above > 0, k.dose_base_hot[wide], k.dose_base_warm[wide])
    return np.asarray(-above * np.log(base))


def _read(name: str, body: Mapping[str, Any]) -> DamageSet:
    branches = tuple(
        Branch(
            log_factor=_log(branch["factor"]),
            activation=branch.get("activation") or branch["energy"] / GAS,
            above=branch.get("above", 0.0) + zero_Celsius,
        )
        for branch in body["branches"]
    )
    return DamageSet(
        name=name,
        title=body["title"],
        of=body["of"],
        branches=branches,
        low=body["from"] + zero_Celsius,
        high=body["to"] + zero_Celsius,
        rows=tuple(body["rows"]),
        status=body["status"],
        note=body.get("note", ""),
    )


def _log(factor: str) -> float:
    """Logarithm of a number that a double could still hold, from its mantissa and power of ten."""
    mantissa, _, power = factor.partition("e")
    return log(float(mantissa)) + int(power) * log(10)
