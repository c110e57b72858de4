"""Compiled loops of the series: Chebyshev terms, several in one passage.

A tile is a band of rows with a margin on both sides. It goes down the patch plane by plane with
the terms one behind the other, so that what they read and write stays in the cache; the margin is
worked out twice. Tiles write apart from each other: the answer does not depend on their number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pinprick.medium.compiled import compiled, inlined

TERMS = 6  # in one passage; also the margin, in rows
ROWS = 25  # of a tile


@inlined
def _plane(
    new: Any, own: Any, down: Any, along: Any, across: Any, here: Any, near: Any, old: Any
) -> None:
    """Twice the matrix times a term, less the one before, over the cells of a band."""
    for i in range(len(new)):
        new[i] = (
            (own[i] * here[i] - old[i])
            + (down[0][i] * near[0][i] + down[1][i] * near[1][i])
            + (along[0][i] * near[2][i] + along[1][i] * near[3][i])
            + (across[0][i] * near[4][i] + across[1][i] * near[5][i])
        )


@compiled
def terms(
    weights: Any, own: Any, down: Any, along: Any, across: Any, ring: Any,
    before: Any, now: Any, before_out: Any, now_out: Any, total: Any, first: int, last: int,
) -> None:  # fmt: skip
    """Terms of the series for rows ``first`` to ``last``, each times its weight, to ``total``.

    Terms have the shape (cells, y, x). ``own`` and the faces behind a cell, ``down``, ``along``
    and ``across``, have the shape (cells, (y + 2 margins) x); they are 0 where nothing passes.
    ``ring`` (cells, y + 2 margins) joins the ends of a line along x, or is empty.
    """
    count, rows, columns = now.shape
    ahead = len(weights)
    height = last - first + 2 * ahead
    start = ((own.shape[1] // columns - rows) // 2 + first - ahead) * columns
    line = np.zeros((ahead + 2, 3, height * columns))
    for s in range(count + ahead):
        if s < count:
            for r in range(height):
                y = (first - ahead + r) % rows
                line[0, s % 3, r * columns : (r + 1) * columns] = before[s, y]
                line[1, s % 3, r * columns : (r + 1) * columns] = now[s, y]
        for j in range(1, ahead + 1):
            z = s - j
            if z < 0 or z >= count:
                continue
            up = z - 1 if z else count - 1
            a, b = j * columns, (height - j) * columns
            c, d = start + a, start + b
            here, new = line[j, z % 3], line[j + 1, z % 3]
            _plane(
                new[a:b], own[z, c:d], (down[up, c:d], down[z, c:d]),
                (along[z, c - columns : d - columns], along[z, c:d]),
                (across[z, c - 1 : d - 1], across[z, c:d]), here[a:b],
                (
                    line[j, (z + 2) % 3, a:b], line[j, (z + 1) % 3, a:b],
                    here[a - columns : b - columns], here[a + columns : b + columns],
                    here[a - 1 : b - 1], here[a + 1 : b + 1],
                ),
                line[j - 1, z % 3, a:b],
            )  # fmt: skip
            if len(ring):
                for r in range(j, height - j):
                    face = ring[z, start // columns + r]
                    new[r * columns] += face * here[(r + 1) * columns - 1]
                    new[(r + 1) * columns - 1] += face * here[r * columns]
            inner = new[ahead * columns : (height - ahead) * columns]
            out, weight = total[z].reshape(-1)[first * columns : last * columns], weights[j - 1]
            for i in range(len(out)):
                out[i] += weight * inner[i]
            if j >= ahead - 1:
                kept = now_out[z] if j == ahead else before_out[z]
                kept.reshape(-1)[first * columns : last * columns] = inner
