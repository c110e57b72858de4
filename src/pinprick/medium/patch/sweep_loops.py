"""Compiled loops of the sweeps: tridiagonal lines, rates of transport, sums of stages."""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.medium.compiled import compiled, inlined

TOGETHER = 8  # lines along x, so that one need not wait for its own last cell
BAND = 512  # cells side by side of a tile


@compiled
def side_by_side(
    x: Any, inverse: Any, ratio: Any, answer: Any, weight: Any, after: Any, begin: int, end: int,
    first: int, last: int,
) -> None:  # fmt: skip
    """Solve lines along the middle axis of ``x`` (outer, n, inner), times ``after``, in place.

    For outer ``begin`` to ``end`` and inner ``first`` to ``last``. ``ratio`` has one layer fewer.
    ``answer`` and ``weight`` (outer, inner) close a ring, or are empty.
    """
    count = x.shape[1]
    solved = np.empty((2, last - first))
    for o in range(begin, end):
        v, p, q = x[o, :, first:last], inverse[o, :, first:last], ratio[o, :, first:last]
        for i in range(1, count):
            _add_product(v[i], q[i - 1], v[i - 1])
        for i in range(count - 1, -1, -1):
            if i == count - 1:
                _put_product(solved[i % 2], v[i], p[i])
            else:
                _put_back(solved[i % 2], v[i], p[i], q[i], solved[(i + 1) % 2])
            if len(weight):
                v[i] = solved[i % 2]
            else:
                _put_product(v[i], solved[i % 2], after[o, i, first:last])
        if len(weight):
            share = weight[o, first:last] * (v[count - 1] - v[0])
            for i in range(count):
                _add_product(v[i], answer[o, i, first:last], share)
                _put_product(v[i], v[i], after[o, i, first:last])


@inlined
def _add_product(out: Any, a: Any, b: Any) -> None:
    for i in range(len(out)):
        out[i] += a[i] * b[i]


@inlined
def _put_product(out: Any, a: Any, b: Any) -> None:
    for i in range(len(out)):
        out[i] = a[i] * b[i]


@inlined
def _put_back(out: Any, right: Any, inverse: Any, ratio: Any, beyond: Any) -> None:
    for i in range(len(out)):
        out[i] = right[i] * inverse[i] + ratio[i] * beyond[i]


@compiled
def one_behind_another(
    x: Any, inverse: Any, ratio: Any, answer: Any, weight: Any, after: Any, first: int, last: int
) -> None:
    """As :func:`side_by_side`, along the last axis of ``x`` (lines, n).

    For lines ``first`` to ``last``. ``weight`` (lines,) or empty.
    """
    count = x.shape[1]
    line = np.empty((count, TOGETHER))
    for start in range(first, last, TOGETHER):
        width = min(TOGETHER, last - start)
        for k in range(width):
            for i in range(count):
                line[i, k] = x[start + k, i]
        for i in range(1, count):
            for k in range(width):
                line[i, k] += ratio[start + k, i - 1] * line[i - 1, k]
        for k in range(width):
            line[count - 1, k] *= inverse[start + k, count - 1]
        for i in range(count - 2, -1, -1):
            for k in range(width):
                solved = line[i, k] * inverse[start + k, i]
                line[i, k] = solved + ratio[start + k, i] * line[i + 1, k]
        for k in range(width):
            row = start + k
            if len(weight):
                share = weight[row] * (line[0, k] - line[count - 1, k])
                for i in range(count):
                    line[i, k] -= answer[row, i] * share
            for i in range(count):
                x[row, i] = line[i, k] * after[row, i]


@compiled
def add_rates(
    out: Any, scale: Any, u: Any, down: Any, along: Any, across: Any, ring: Any,
    first: int, last: int,
) -> None:  # fmt: skip
    """Add what flows into each cell times ``scale`` (cells,), planes ``first`` to ``last``.

    Activities and the conductances behind each cell have the shape (cells, y, x). Nothing may pass
    the last face of a line in depth and along x; ``ring`` (cells, y) joins the ends of a line along
    x, or is empty.
    """
    count, rows, columns = u.shape
    size = rows * columns
    total = np.empty(size)
    for z in range(first, last):
        here = u[z].reshape(-1)
        total[:] = 0.0
        if z:
            _add_flow(total, down[z - 1].reshape(-1), u[z - 1].reshape(-1), here)
        if z < count - 1:
            _add_flow(total, down[z].reshape(-1), u[z + 1].reshape(-1), here)
        g = along[z].reshape(-1)
        inner = size - columns
        _add_flow(total[:inner], g[:inner], here[columns:], here[:inner])
        _add_flow(total[columns:], g[:inner], here[:inner], here[columns:])
        _add_flow(total[:columns], g[inner:], here[inner:], here[:columns])
        _add_flow(total[inner:], g[inner:], here[:columns], here[inner:])
        g = across[z].reshape(-1)
        _add_flow(total[:-1], g[:-1], here[1:], here[:-1])
        _add_flow(total[1:], g[:-1], here[:-1], here[1:])
        if len(ring):
            for y in range(rows):
                flow = ring[z, y] * (u[z, y, 0] - u[z, y, columns - 1])
                total[y * columns] -= flow
                total[(y + 1) * columns - 1] += flow
        plane, share = out[z].reshape(-1), scale[z]
        for i in range(size):
            plane[i] += share * total[i]


@inlined
def _add_flow(total: Any, passing: Any, there: Any, here: Any) -> None:
    for i in range(len(total)):
        total[i] += passing[i] * (there[i] - here[i])


@compiled
def add_together(
    out: Any, start: Any, weights: Any, one: Any, two: Any, three: Any, four: Any,
    first: int, last: int,
) -> None:  # fmt: skip
    """``out = start + Σ weight·field`` over cells ``first`` to ``last`` of flat fields."""
    for begin in range(first, last, BAND):
        end = min(begin + BAND, last)
        sum_, from_ = out[begin:end], start[begin:end]
        for i in range(end - begin):
            sum_[i] = from_[i]
        if weights[0] != 0.0:
            _add_times(sum_, weights[0], one[begin:end])
        if weights[1] != 0.0:
            _add_times(sum_, weights[1], two[begin:end])
        if weights[2] != 0.0:
            _add_times(sum_, weights[2], three[begin:end])
        if weights[3] != 0.0:
            _add_times(sum_, weights[3], four[begin:end])


@inlined
def _add_times(total: Any, weight: float, field: Any) -> None:
    for i in range(len(total)):
        total[i] += weight * field[i]
