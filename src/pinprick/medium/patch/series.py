"""Steps of a linear medium with no error of the step: a Chebyshev series of the exponential.

Where a state is moved by diffusion, exchange, and gains and losses that do not depend on what is
there, ``du/dt = f(u)`` with a constant matrix ``-B``, and a step of any length h is

    u + h φ(-hB) f(u),    φ(z) = (e^z - 1) / z.

``B`` is symmetric between roots of the storage with its spectrum in [0, ρ], so the series takes
about ``√(2 hρ ln(1/tolerance))`` products with it and no solve. H. Tal-Ezer, R. Kosloff, J. Chem.
Phys. 81 (1984) 3967-3971. A zero of f stays where it is at any step and tolerance, and amounts
balance to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import special

from pinprick.medium.patch.operator import Operator
from pinprick.medium.patch.series_loops import ROWS, TERMS, terms
from pinprick.medium.threads import shared

Field = np.ndarray[Any, np.dtype[np.float64]]
_LONG, _GROWTH = 4e3, 8.0  # of a first piece, in its length times the fastest rate


@dataclass(frozen=True)
class Series:
    """Steps of an operator with a ``loss`` (per time) and a ``gain`` (amount per volume and time).

    Both have the shape (species, cells, y|1, x|1) and are not negative. Nothing is held or stirred.
    """

    operator: Operator
    loss: Field
    gain: Field

    def step(self, c: Field, h: float, tolerance: float) -> Field:
        """Amount per volume after a time.

        Args:
            c: amount per volume, shape (species, cells, y, x).
            h: length of the step.
            tolerance: on the error, relative to the distance from the steady state (root mean
                square of activities).
        """
        for piece in self._pieces(h):
            c = self._step(c, piece, tolerance)
        return c

    def through(self, c: Field, h: float, tolerance: float) -> Field:
        """What enters by top and bottom and what reacts in a step, shape (3, species).

        Together they are the change of :meth:`step` to rounding.
        """
        total = np.zeros((3, len(c)))
        for piece in self._pieces(h):
            total += self._through(c, piece, tolerance)
            c = self._step(c, piece, tolerance)
        return total

    def _pieces(self, h: float) -> Field:
        """Parts of a step, each longer than the one before, so that rounding is not made large."""
        fastest = max(part.fastest for part in self._parts)
        if h * fastest <= _LONG:
            return np.full(1, h)
        growing = _LONG * _GROWTH ** np.arange(1 + np.ceil(np.log(h * fastest / _LONG)))
        ends = np.cumsum(growing) / fastest
        return np.diff(np.concatenate([[0.0], ends[ends < h], [h]]))

    def _step(self, c: Field, h: float, tolerance: float) -> Field:
        rates = self._rates(c)
        for i, part in enumerate(self._parts):
            rates[i] = part.sum(h * part.weights(h, tolerance)[0], rates[i])
        rates += c
        return rates

    def _through(self, c: Field, h: float, tolerance: float) -> Field:
        op, rates = self.operator, self._rates(c)
        spent, spread = np.empty((len(c), 1, 1, 1)), np.empty_like(c)
        for i, part in enumerate(self._parts):
            once, twice = part.weights(h, tolerance)
            spent[i] = h * once.sum()  # h, but for the tolerance
            spread[i] = part.sum(h * h * twice, rates[i])
        spread += spent * c  # the integral of c
        ends = op.inflow(spread, outside=False)
        ends += spent[:, 0, 0, 0] * op.inflow(np.zeros_like(c))
        made = op.amount(np.broadcast_to(self.gain * spent, c.shape) - self.loss * spread)
        return np.concatenate([ends, made[None]])

    def _rates(self, c: Field) -> Field:
        return np.asarray(self.operator.rates(c) + self.gain - self.loss * c)

    @cached_property
    def _parts(self) -> list[_Matrix]:
        op = self.operator
        parts: list[_Matrix] = []
        for i in range(op.shape[0]):
            fields = (op.depth, op.along, op.across, op.storage, op.top, op.bottom, self.loss)
            same = [j for j in range(i) if all(np.array_equal(f[i], f[j]) for f in fields)]
            parts.append(parts[same[0]] if same else _Matrix.of(op.of(i), self.loss[i : i + 1]))
        return parts


@dataclass(frozen=True)
class _Matrix:
    """``4 B/ρ`` between the roots of storage, for one species, with a margin for the loops.

    ``own`` is 2 less its diagonal; ``down``, ``along``, ``across`` and ``ring`` as the loops want
    them; ``root`` (cells, y, x) turns amounts per volume into what is symmetric; ``fastest`` is ρ.
    """

    own: Field
    down: Field
    along: Field
    across: Field
    ring: Field
    root: Field
    fastest: float

    @classmethod
    def of(cls, op: Operator, loss: Field) -> _Matrix:
        """The matrix of an operator with one species."""
        shape = op.shape[1:]
        inverse = 1.0 / np.sqrt(np.broadcast_to(op.storage * op.volume, op.shape)[0])
        diagonal = inverse**2 * op.leaving[0] + loss[0]
        faces = []
        for axis, field in ((0, op.depth), (1, op.along), (2, op.across)):
            count = shape[axis] if op.periodic and axis and shape[axis] > 1 else shape[axis] - 1
            full = np.zeros(shape)
            part = tuple(slice(count) if a == axis else slice(None) for a in range(3))
            wide = [count if a == axis else n for a, n in enumerate(shape)]
            full[part] = np.broadcast_to(field[0], wide)
            full *= inverse
            full *= np.roll(inverse, -1, axis)
            faces.append(full)
        sums = diagonal.copy()
        for axis, full in enumerate(faces):
            sums += full
            sums += np.roll(full, 1, axis)
        fastest = float(sums.max())
        share = 4.0 / fastest if fastest else 0.0
        down, along, across = (_margin(share * full) for full in faces)
        ring = np.zeros((0, 0))
        if op.periodic and shape[2] > 1:
            ring = np.ascontiguousarray(across[:, :, -1])
            across[:, :, -1] = 0.0
        own = _margin(2.0 - share * diagonal)
        flat = [f.reshape(shape[0], -1) for f in (own, down, along, across)]
        own, down, along, across = flat
        root = np.sqrt(np.broadcast_to(op.volume / op.storage, op.shape)[0])
        return cls(own, down, along, across, ring, root, fastest)

    def weights(self, h: float, tolerance: float) -> tuple[Field, Field]:
        """Of the terms of φ and of ``(φ - φ(0)) / z`` for a step of length ``h``."""
        half = 0.5 * h * self.fastest
        if not half:
            return np.ones(1), np.full(1, 0.5)
        reach = np.arange(int(30 + 9 * np.sqrt(half)))
        fade: Any = special.ive(reach, half) * np.where(reach, 2.0, 1.0)
        left = np.cumsum(fade[::-1])[::-1]
        once = _divided(fade[: max(3, int(np.argmax(left < tolerance)))]) / half
        return once, _divided(once) / half

    def sum(self, weights: Field, rates: Field) -> Field:
        """The terms of the series from ``rates`` on, each times its weight."""
        count = -(-max(len(weights) - 2, 0) // TERMS) * TERMS
        padded = np.zeros(2 + count)
        padded[: len(weights)] = weights
        before = np.ascontiguousarray(self.root * rates)
        total = padded[0] * before
        now, kept, other = np.empty((3, *before.shape))
        # From nothing and the first, the rule for the next gives twice the second.
        self._add(0.5 * padded[1:2], np.zeros_like(before), before, kept, now, total)
        now *= 0.5
        for i in range(2, len(padded), TERMS):
            self._add(padded[i : i + TERMS], before, now, kept, other, total)
            before, kept, now, other = kept, before, other, now
        return np.asarray(total / self.root)

    def _add(
        self, weights: Field, before: Field, now: Field, kept: Field, new: Field, total: Field
    ) -> None:
        rows = now.shape[1]
        given = (weights, self.own, self.down, self.along, self.across, self.ring)
        fields = (before, now, kept, new, total)
        shared(terms, [(*given, *fields, r, min(r + ROWS, rows)) for r in range(0, rows, ROWS)])


def _divided(series: Field) -> Field:
    """Coefficients of ``(P(x) - P(1)) / (x - 1)`` from those of P, in Chebyshev's polynomials.

    >>> _divided(np.array([3.0, 0.0, 1.0]))  # (2 x² - 2) / (x - 1) = 2 + 2 x
    array([2., 2.])
    """
    beyond = np.cumsum(series[:0:-1])  # of those from the last down
    made = np.asarray(2.0 * np.cumsum(beyond)[::-1])
    made[0] *= 0.5
    return made


def _margin(field: Field) -> Field:
    """A field with rows of its other end on both sides."""
    return np.pad(field, ((0, 0), (TERMS, TERMS), (0, 0)), mode="wrap")
