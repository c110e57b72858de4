"""Lanes: the values of all parameters for the members of an ensemble, one lane a member.

A member is one person under one state of knowledge (a *draw*); ``PEOPLE_PER_DRAW`` people share a
draw. Every random number is a function of who, what and the seed alone, through a counter-based
generator: member *i* of seed *s* is the same in any ensemble, chunk or process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any

import numpy as np
from scipy import special

from pinprick.evidence.records import Doubt, Parameter, Spread
from pinprick.evidence.registry import Registry

PEOPLE_PER_DRAW = 4
Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Lanes:
    """Parameter values for the given members, drawn when a stage first reads them.

    Args:
        registry: where the parameters stand.
        seed: the run's seed.
        members: indices of the members, shape (lanes,); an index may repeat.
        scale: factors on single parameters in single lanes, ``{name: (lane, factor)}``
            (used to ask what a parameter moves).

    >>> from pinprick.evidence import registry
    >>> few, many = Lanes(registry(), 0, range(8)), Lanes(registry(), 0, range(64))
    >>> name = "needling.roller_holes_per_pass"
    >>> bool((few[name] == many[name][:8]).all())
    True
    """

    registry: Registry
    seed: int
    members: Sequence[int]
    scale: dict[str, tuple[int, float]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _known: dict[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.members)

    def __getitem__(self, name: str) -> Array:
        """Values of a parameter, shape (lanes,), in SI (the biology: its own units)."""
        if name not in self._known:
            parameter = self.registry.parameter(name)
            values = self._draw(parameter)
            if name in self.scale:
                lane, factor = self.scale[name]
                values = values.copy()
                values[lane] = values[lane] * factor if values[lane] != 0 else factor - 1.0
            values.setflags(write=False)
            self._known[name] = values
        self.used.add(name)
        return self._known[name]

    def stage(self, name: str) -> Stage:
        """The parameters of one stage as attributes: ``lanes.stage("needling").needle_cv``."""
        return Stage(self, name)

    def uniforms(self, stream: str, doubt: Doubt) -> Array:
        """Uniform numbers in (0, 1) for a named stream, shape (lanes,).

        ``knowledge`` gives the people of one draw the same number; ``people`` and ``reading`` give
        each member its own.
        """
        who = np.asarray(self.members, dtype=np.int64)
        if doubt == "knowledge":
            who = who // PEOPLE_PER_DRAW
        numbers = _stream(self.seed, f"{doubt}/{stream}", int(who.max(initial=0)) + 1)
        return np.asarray(numbers[who], dtype=np.float64)

    def normals(self, stream: str, doubt: Doubt) -> Array:
        """Standard normal numbers for a named stream, shape (lanes,)."""
        return np.asarray(special.ndtri(self.uniforms(stream, doubt)), dtype=np.float64)

    def _draw(self, parameter: Parameter) -> Array:
        spread = parameter.spread
        if spread.kind == "fixed":
            return np.full(len(self), parameter.value)
        if spread.kind == "joint":
            table = self.registry.tables[spread.table][spread.column]
            rows = self.uniforms(spread.table, "knowledge") * len(table)
            return np.asarray(table[rows.astype(np.int64)], dtype=np.float64)
        return _quantile(parameter, self.uniforms(parameter.name, parameter.doubt))


@dataclass(frozen=True, slots=True)
class Stage:
    """Parameters of one stage, read as attributes; a wrong name is refused with the nearest."""

    lanes: Lanes
    name: str

    def __getattr__(self, name: str) -> Array:
        if name.startswith("__"):
            raise AttributeError(name)  # what Python itself asks for is no parameter
        return self.lanes[f"{self.name}.{name}"]


def _stream(seed: int, name: str, count: int) -> Array:
    """The first ``count`` numbers of a stream; a longer stream begins with the same ones."""
    words = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    key = np.frombuffer(words[:16], dtype="<u8").copy()
    numbers = np.random.Generator(np.random.Philox(key=key)).random(count)
    return np.clip(numbers, np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)


def _quantile(parameter: Parameter, uniform: Array) -> Array:
    """Inverse of the spread's distribution, cut to the valid range without piling up there."""
    inverse, below = _law(parameter.value, parameter.spread)
    start, end = below(parameter.low), below(parameter.high)
    values = inverse(start + uniform * (end - start))
    return np.clip(values, parameter.low, parameter.high)


def _law(value: float, spread: Spread) -> tuple[Callable[[Array], Array], Callable[[float], float]]:
    """Quantile function and distribution function of a spread."""
    if spread.kind == "uniform":
        width = spread.high - spread.low
        return (
            lambda u: spread.low + width * u,
            lambda x: float(np.clip((x - spread.low) / width, 0.0, 1.0)),
        )
    if spread.kind == "loguniform":
        ratio = log(spread.high / spread.low)
        return (
            lambda u: spread.low * np.exp(ratio * u),
            lambda x: float(np.clip(log(x / spread.low) / ratio, 0, 1)) if x > 0 else 0.0,
        )
    if spread.kind == "lognormal":
        sd = log(spread.gsd)
        return (
            lambda u: value * np.exp(sd * special.ndtri(u)),
            lambda x: float(special.ndtr(log(x / value) / sd)) if x > 0 else 0.0,
        )
    if spread.kind == "halfnormal":
        return (
            lambda u: value + spread.sd * special.ndtri((1.0 + u) / 2.0),
            lambda x: float(2.0 * special.ndtr(max(x - value, 0.0) / spread.sd) - 1.0),
        )
    return (
        lambda u: value + spread.sd * special.ndtri(u),
        lambda x: float(special.ndtr((x - value) / spread.sd)),
    )
