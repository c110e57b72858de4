"""Sweeps: the matrix of a step as a product of one tridiagonal system for each direction.

``(I - hγD)`` is replaced by ``(I - hγD_z)(I - hγD_y)(I - hγD_x)``. The method keeps its order for
any matrix and rates stay exact, so steady states do not move; at equal steps the error is larger
than with the unsplit matrix (8 times on layered skin with a channel), at a small part of the cost.
Depth comes last, so that what passes the ends is what the ledger books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from pinprick.medium.patch.operator import Operator
from pinprick.medium.patch.sweep_loops import (
    BAND,
    add_rates,
    add_together,
    one_behind_another,
    side_by_side,
)
from pinprick.medium.threads import cut, shared

Field = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sweeps:
    """The product for an operator without held cells or stirred layers, factorised when first used.

    ``mass`` as in :class:`~pinprick.medium.patch.solve.System`.
    """

    operator: Operator
    mass: Field

    def solve(self, right: Field) -> None:
        """Amounts per volume in the place of ``right``, shape (species, cells, y, x)."""
        for lines in (*self._lateral, self._depth):
            lines.solve(right)

    @cached_property
    def _lateral(self) -> list[_Lines]:
        op = self.operator
        mass = np.ascontiguousarray(np.broadcast_to(self.mass, op.shape))
        sides = ((3, op.across), (2, op.along))
        return [self._lines(axis, faces, mass) for axis, faces in sides if op.shape[axis] > 1]

    @cached_property
    def _depth(self) -> _Lines:
        op = self.operator
        made = self._main(1)
        made[0] += op.top
        made[-1] += op.bottom
        storage = np.ascontiguousarray(np.broadcast_to(op.storage, op.shape))
        faces = _first(op.depth, 1, op.shape[1] - 1, op.shape)
        return _Lines.of(made, faces, None, 1, storage)

    def _lines(self, axis: int, faces: Field, after: Field) -> _Lines:
        op, count = self.operator, self.operator.shape[axis]
        full = _first(faces, axis, count if op.periodic else count - 1, op.shape)
        wrap = full[-1] if op.periodic else None
        return _Lines.of(self._main(axis), full[: count - 1], wrap, axis, after)

    def _main(self, axis: int) -> Field:
        return np.moveaxis(np.broadcast_to(self.mass, self.operator.shape), axis, 0).copy()


@dataclass(frozen=True)
class _Lines:
    """Tridiagonal systems along one axis, factorised, in the order of the state's axes.

    ``inverse`` of the pivots, ``ratio`` of a face to the pivot before it; of a closed ring also
    ``answer`` and ``weight``, for what its last face adds, else empty. What is solved is multiplied
    by ``after``.
    """

    inverse: Field
    ratio: Field
    answer: Field
    weight: Field
    after: Field
    axis: int

    @classmethod
    def of(cls, main: Field, faces: Field, wrap: Field | None, axis: int, after: Field) -> _Lines:
        """Factorise: ``main`` without the faces' own share; the axis first but in ``after``."""
        main[:-1] += faces
        main[1:] += faces
        # A ring's last face is a correction of rank one: g (e_first - e_last)(e_first - e_last)'.
        ratio = np.empty_like(main[1:])
        for i in range(len(main)):
            if i:
                main[i] -= ratio[i - 1] * faces[i - 1]
            if i < len(ratio):
                ratio[i] = faces[i] / main[i]
        inverse, ratio = _back(1.0 / main, axis), _back(ratio, axis)
        none = np.empty((0, 0, 0, 1))
        lines = cls(inverse, ratio, none, none, after, axis)
        if wrap is None:
            return lines
        answer = np.zeros_like(main)
        answer[0] += 1.0
        answer[-1] -= 1.0
        answer = _back(answer, axis)
        replace(lines, after=np.ones_like(answer)).solve(answer)
        ends = np.moveaxis(answer, axis, 0)
        weight = _back((wrap / (1.0 + wrap * (ends[0] - ends[-1])))[None], axis)
        return cls(inverse, ratio, answer, weight, after, axis)

    def solve(self, right: Field) -> None:
        """Put the answer in the place of the right side."""
        count = right.shape[self.axis]
        outer = int(np.prod(right.shape[: self.axis]))
        given = (right, self.inverse, self.ratio, self.answer, self.weight, self.after)
        if self.axis == 3:
            fields: list[Field] = [f.reshape(-1, f.shape[3]) for f in given]
            fields[4] = fields[4].reshape(-1)
            shared(one_behind_another, [(*fields, *part) for part in cut(count, outer)])
            return
        inner = right.size // (outer * count)
        fields = [f.reshape(outer, -1, inner) if f.size else f.reshape(0, 0, 0) for f in given]
        fields[4] = fields[4].reshape(-1, inner)
        bands = [(0, inner)] if self.axis == 2 else _bands(inner)
        tiles = [(*part, *band) for part in cut(count * inner, outer) for band in bands]
        shared(side_by_side, [(*fields, *tile) for tile in tiles])


@dataclass(frozen=True)
class Flows:
    """Rates of transport of an operator without held or stirred cells, compiled.

    Coefficients in full; ``ring`` (species, cells, y) joins the ends of lines along x, or is empty.
    """

    operator: Operator
    inverse: Field
    down: Field
    along: Field
    across: Field
    ring: Field

    @classmethod
    def of(cls, op: Operator) -> Flows:
        """The same coefficients, one a cell."""
        faces: list[Field] = []
        for axis, field in ((1, op.depth), (2, op.along), (3, op.across)):
            count = op.shape[axis]
            passed = count if op.periodic and axis > 1 and count > 1 else count - 1
            full = np.zeros(op.shape)
            part = np.moveaxis(full, axis, 0)[:passed]
            part += _first(field, axis, passed, op.shape)
            faces.append(full)
        ring = np.empty((op.shape[0], 0, 0))
        if op.periodic and op.shape[3] > 1:
            ring = np.ascontiguousarray(faces[2][..., -1])
            faces[2][..., -1] = 0.0
        down, along, across = faces
        return cls(op, 1.0 / op.storage, down, along, across, ring)

    def add_to(self, out: Field, scale: float, c: Field) -> None:
        """Add ``scale`` times the rates at amounts per volume ``c``, as the operator gives them."""
        op = self.operator
        u = c * self.inverse
        per = scale / op.volume[:, 0, 0]
        count = op.shape[1]
        parts = cut(u[0, 0].size, count)
        shared(add_rates, [
            (out[i], per, u[i], self.down[i], self.along[i], self.across[i], self.ring[i], *part)
            for i in range(op.shape[0]) for part in parts
        ])  # fmt: skip
        out[:, 0] += per[0] * op.top * (op.above - u[:, 0])
        out[:, -1] += per[-1] * op.bottom * (op.below - u[:, -1])


def plus(start: Field, weights: Field, stages: list[Field]) -> Field:
    """``start + Σ weight·stage`` over the stages there are, in one passage."""
    out = np.empty(start.shape)
    used = np.zeros(4)
    used[: len(stages)] = weights[: len(stages)]
    start = np.ascontiguousarray(start)
    flat = [f.reshape(-1) for f in (out, start, *stages, *[start] * (4 - len(stages)))]
    given = (flat[0], flat[1], used, *flat[2:])
    shared(add_together, [(*given, *part) for part in cut(1, start.size)])
    return out


def _bands(count: int) -> list[tuple[int, int]]:
    return [(i, min(i + BAND, count)) for i in range(0, count, BAND)]


def _back(field: Field, axis: int) -> Field:
    """An axis that came first, in its place again."""
    return np.ascontiguousarray(np.moveaxis(field, 0, axis))


def _first(faces: Field, axis: int, count: int, shape: tuple[int, ...]) -> Field:
    """Conductances of all faces along an axis, that axis first."""
    full = np.broadcast_to(faces, [count if i == axis else n for i, n in enumerate(shape)])
    return np.moveaxis(full, axis, 0)
