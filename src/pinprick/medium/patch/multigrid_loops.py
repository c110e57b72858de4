"""Compiled loops of the multigrid: graphs, pairs, aggregates, and sweeps over them.

A graph is (``start``, ``to``, ``g``, ``extra``): node i has the neighbours
``to[start[i] : start[i + 1]]`` behind the conductances ``g``, and ``extra[i]`` to what stands at 0;
its matrix holds the sum of all of them on the diagonal. Conductances are in single precision: each
is off by a share of 1e-7, and so is the matrix, whatever its condition. What is left out has the
number -1. Sweeps and products cover the nodes from ``low`` to ``high``, so that two may run at
once; a sweep sees nodes beyond them as they were before, and the answer does not depend on who
computes it when.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.medium.compiled import compiled

Field = np.ndarray[Any, Any]
_SLACK = 1e-9  # nearly equal pairs: the first one wins, whatever the rounding


@compiled
def graph_of(
    depth: Field, along: Field, across: Field, extra: Field, free: Field, periodic: bool
) -> Any:
    """The graph of the cells of a mesh from faces, all of shape (cells, y, x); none of held cells.

    What passes into held cells is in ``extra`` of their neighbours.
    """
    nz, ny, nx = extra.shape
    start = np.zeros(extra.size + 1, np.int64)
    to = np.empty(6 * extra.size, np.int32)
    g = np.empty(6 * extra.size, np.float32)
    more = np.zeros(extra.size)
    at = 0
    for k in range(nz):
        for j in range(ny):
            for i in range(nx):
                node = (k * ny + j) * nx + i
                if free[k, j, i]:
                    more[node] = extra[k, j, i]
                    for side in range(6):
                        kk, jj, ii = k, j, i
                        if side < 2:
                            ii = i + 2 * side - 1
                        elif side < 4:
                            jj = j + 2 * side - 5
                        else:
                            kk = k + 2 * side - 9
                        if kk < 0 or kk >= nz:
                            continue
                        if ii < 0 or ii >= nx or jj < 0 or jj >= ny:
                            if not periodic:
                                continue
                            ii, jj = ii % nx, jj % ny
                        if ii == i and jj == j and kk == k:
                            continue
                        if side < 2:
                            passing = across[k, j, ii if side == 0 else i]
                        elif side < 4:
                            passing = along[k, jj if side == 2 else j, i]
                        else:
                            passing = depth[kk if side == 4 else k, j, i]
                        if passing > 0 and free[kk, jj, ii]:
                            to[at] = (kk * ny + jj) * nx + ii
                            g[at] = passing
                            at += 1
                        else:
                            more[node] += passing
                start[node + 1] = at
    return start, to[:at], g[:at], more


@compiled
def diagonal(start: Field, g: Field, extra: Field) -> Field:
    """Sum of all conductances of each node."""
    out = extra.copy()
    for i in range(len(extra)):
        for k in range(start[i], start[i + 1]):
            out[i] += g[k]
    return out


@compiled
def paired(
    start: Field, to: Field, g: Field, extra: Field, size: Field, bound: float, leave: bool
) -> Any:
    """Pairs of nodes that a coarse grid may take for one: its number for each node, and the count.

    ``size`` is the diagonal that the smoother sees. Nodes that the smoother settles alone are left
    out if ``leave``.
    """
    count = len(extra)
    out = np.full(count, -2, np.int32)
    made = 0
    for i in range(count):
        if out[i] != -2:
            continue
        if size[i] <= 0 or (leave and extra[i] * bound >= 2.0 * size[i]):
            out[i] = -1
            continue
        best, chosen = bound, -1
        for k in range(start[i], start[i + 1]):
            j = to[k]
            if out[j] != -2 or (leave and extra[j] * bound >= 2.0 * size[j]):
                continue
            both = extra[i] + extra[j]
            rest = extra[i] * extra[j] / both if both > 0 else 0.0
            quality = 2.0 * size[i] * size[j] / ((size[i] + size[j]) * (g[k] + rest))
            if quality < best * (1.0 - _SLACK):
                best, chosen = quality, j
        out[i] = made
        if chosen >= 0:
            out[chosen] = made
        made += 1
    return out, made


@compiled
def members(of: Field, count: int) -> Any:
    """Nodes of each aggregate: (start, node)."""
    start = np.zeros(count + 1, np.int64)
    for a in of:
        if a >= 0:
            start[a + 1] += 1
    for c in range(count):
        start[c + 1] += start[c]
    at, node = start[:-1].copy(), np.empty(start[-1], np.int32)
    for i in range(len(of)):
        if of[i] >= 0:
            node[at[of[i]]] = i
            at[of[i]] += 1
    return start, node


@compiled
def merged(
    start: Field, to: Field, g: Field, extra: Field, of: Field, first: Field, node: Field
) -> Any:
    """The graph of aggregates: conductances between them added up."""
    count = len(first) - 1
    begin = np.zeros(count + 1, np.int64)
    whither = np.empty(len(to), np.int32)
    passing = np.empty(len(to), np.float32)
    more = np.zeros(count)
    seen = np.full(count, -1, np.int64)
    at = 0
    for c in range(count):
        for m in range(first[c], first[c + 1]):
            i = node[m]
            more[c] += extra[i]
            for k in range(start[i], start[i + 1]):
                d = of[to[k]]
                if d == c:
                    continue
                if d < 0:
                    more[c] += g[k]
                elif seen[d] < begin[c]:
                    seen[d] = at
                    whither[at] = d
                    passing[at] = g[k]
                    at += 1
                else:
                    passing[seen[d]] += g[k]
        begin[c + 1] = at
    return begin, whither[:at].copy(), passing[:at].copy(), more


@compiled
def ordered(start: Field, to: Field, g: Field, middle: int) -> Any:
    """Put first, of each node's neighbours, those that a rising sweep has passed; how many.

    Nodes before ``middle`` and those from it on are swept apart.
    """
    count = len(start) - 1
    passed = np.zeros(count, np.int32)
    for i in range(count):
        low, at = (0 if i < middle else middle), start[i]
        for k in range(start[i], start[i + 1]):
            if low <= to[k] < i:
                to[at], to[k] = to[k], to[at]
                g[at], g[k] = g[k], g[at]
                at += 1
        passed[i] = at - start[i]
    return passed


@compiled
def crossing(start: Field, to: Field, g: Field, middle: int) -> Any:
    """The edges between nodes before ``middle`` and those from it on: nodes and conductances."""
    count, at = len(start) - 1, 0
    for fill in range(2):
        if fill:
            node, beyond = np.empty(at, np.int32), np.empty(at, np.int32)
            passing, at = np.empty(at, np.float32), 0
        for i in range(count):
            for k in range(start[i], start[i + 1]):
                if (i < middle) != (to[k] < middle):
                    if fill:
                        node[at], beyond[at], passing[at] = i, to[k], g[k]
                    at += 1
    return node, beyond, passing


@compiled
def forward(
    start: Field, passed: Field, to: Field, g: Field, inverse: Field, right: Field, x: Field,
    of: Field, left: Field, low: int, high: int,
) -> None:  # fmt: skip
    """A sweep from nothing, in rising order, and what it leaves over, added up over aggregates.

    That is what flows to nodes which it had passed, but for edges that cross. ``left`` has the
    shape (2, aggregates): each half of the nodes has its own row.
    """
    mine = left[0 if low == 0 else 1]
    for i in range(low, high):
        total = right[i]
        for k in range(start[i], start[i] + passed[i]):
            total += g[k] * x[to[k]]
        x[i] = total * inverse[i]
        for k in range(start[i], start[i] + passed[i]):
            if of[to[k]] >= 0:
                mine[of[to[k]]] += g[k] * x[i]


@compiled
def crossed(node: Field, beyond: Field, g: Field, x: Field, of: Field, left: Field) -> None:
    """What flows over the edges that cross, to the rest of :func:`forward`."""
    for k in range(len(node)):
        if of[node[k]] >= 0:
            left[0, of[node[k]]] += g[k] * x[beyond[k]]


@compiled
def backward(
    start: Field, passed: Field, to: Field, g: Field, inverse: Field, right: Field, x: Field,
    new: Field, low: int, high: int,
) -> None:  # fmt: skip
    """A sweep from ``x`` into ``new``, in falling order."""
    for i in range(high - 1, low - 1, -1):
        total = right[i]
        for k in range(start[i], start[i] + passed[i]):
            total += g[k] * x[to[k]]
        for k in range(start[i] + passed[i], start[i + 1]):
            total += g[k] * (new[to[k]] if i < to[k] < high else x[to[k]])
        new[i] = total * inverse[i]


@compiled
def spread(of: Field, coarse: Field, x: Field, low: int, high: int) -> None:
    """Add the values of aggregates to those of their nodes."""
    for i in range(low, high):
        if of[i] >= 0:
            x[i] += coarse[of[i]]


@compiled
def product(
    start: Field, to: Field, g: Field, size: Field, x: Field, out: Field, low: int, high: int
) -> None:
    """The matrix of a graph times ``x``."""
    for i in range(low, high):
        total = size[i] * x[i]
        for k in range(start[i], start[i + 1]):
            total -= g[k] * x[to[k]]
        out[i] = total


@compiled
def dot(a: Field, b: Field) -> Any:
    """Sum of products, in an order that does not depend on the machine."""
    parts = np.zeros(4)
    whole = len(a) - len(a) % 4
    for i in range(0, whole, 4):
        parts[0] += a[i] * b[i]
        parts[1] += a[i + 1] * b[i + 1]
        parts[2] += a[i + 2] * b[i + 2]
        parts[3] += a[i + 3] * b[i + 3]
    for i in range(whole, len(a)):
        parts[0] += a[i] * b[i]
    return parts[0] + parts[1] + parts[2] + parts[3]
