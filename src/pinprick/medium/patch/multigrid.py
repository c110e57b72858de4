"""Multigrid on the graph of a patch: what is bound fast is taken for one, over and over.

Cells that a smoothing sweep cannot tell apart are joined in pairs by the quality of Napov and Notay
(SIAM J. Sci. Comput. 34, 2012, A1079), three times over: up to eight cells become one node of a
coarser graph, and so on until few are left. Each graph corrects by two steps of conjugate gradients
on the next one (the K-cycle of Notay and Vassilevski, Numer. Linear Algebra Appl. 15, 2008, 473)
between two half sweeps. So the number of iterations depends neither on the mesh nor on contrast,
layers or the shape of cells: what flows is looked at, not where it lies.

Memory: about 100 bytes a cell and species, kept as long as the system; with the vectors of the
iterations 180. No matrix is dense. The answer does not depend on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from pinprick.medium.patch import multigrid_loops as loops
from pinprick.medium.patch.operator import Operator
from pinprick.medium.threads import shared

Field = np.ndarray[Any, Any]
_BOUND = 8.0  # worst quality of a pair
_PASSES = 3
_FEW = 2000  # nodes that are solved directly
_MANY = 40_000  # nodes that are worth two threads
_STALLED = 0.8  # share of nodes left by one coarsening
_ENOUGH = 0.25  # what a first inner step may leave over, or there is a second


@dataclass(frozen=True)
class Multigrid:
    """The preconditioner of one species: an approximate inverse of (mass + diffusion).

    It is real: complex conductances enter with their size, and act on both parts alike. It is not
    quite linear, so that the iterations around it must be flexible ones. ``levels`` are the graphs
    from fine to coarse, ``last`` the factors of the last one (None if no coarser one is of help),
    ``lump`` the node of each cell where a layer is stirred, ``scale`` what conductances were
    divided by.

    >>> from pinprick.medium.column import column
    >>> from pinprick.medium.patch import Patch
    >>> from pinprick.medium.steady import conductor
    >>> skin = column(np.zeros(1), {"skin": (np.ones(1), 16)})
    >>> patch = Patch(skin, np.linspace(0, 1, 17), np.linspace(0, 1, 17))
    >>> medium = conductor(patch, np.ones(patch.shape), top=(0.0, 1.0))
    >>> grid = Multigrid.of(medium, np.zeros((1, 1, 1, 1)))
    >>> [len(level.size) for level in grid.levels]
    [4096]
    >>> grid.solve(np.ones(medium.shape)).shape
    (1, 16, 16, 16)
    """

    levels: tuple[_Level, ...]
    last: SuperLU | None
    lump: Field | None
    scale: float

    @classmethod
    def of(cls, operator: Operator, mass: Field) -> Multigrid:
        """From the operator of one species and its ``mass``, as in ``System``."""
        faces, (extra, free) = _faces(operator), _ends(operator, mass)
        scale = max(float(part.max(initial=0.0)) for part in (*faces, extra)) or 1.0
        for part in (*faces, extra):
            part /= scale
        graph = loops.graph_of(*faces, extra, free, operator.periodic)
        del faces, extra, part
        lump = None
        if operator.stirred is not None:  # a stirred layer is one node
            lump = _lumps(operator.stirred, operator.shape[1:])
            graph = _merged(graph, lump, int(lump.max()) + 1)
        levels: list[_Level] = []
        while len(graph[-1]) > _FEW or not levels:
            size = loops.diagonal(graph[0], graph[2], graph[3])
            of, coarse = _aggregates(graph, size)
            count = int(of.max()) + 1
            useful = 0 < count < _STALLED * len(size)
            levels.append(_Level.of(graph, size, of, count if useful else 0))
            if not useful:
                return cls(tuple(levels), None, lump, scale)
            graph = coarse
        return cls(tuple(levels), _factors(graph), lump, scale)

    @property
    def nbytes(self) -> int:
        """Bytes of all graphs, without the last one's factors."""
        return sum(
            part.nbytes
            for level in self.levels
            for part in vars(level).values()
            if isinstance(part, np.ndarray)
        )

    def solve(self, right: Field) -> Field:
        """About the answer, shape of ``right`` (1, cells, y, x); real or complex."""
        if np.iscomplexobj(right):
            return np.asarray(self.solve(right.real) + 1j * self.solve(right.imag))
        vector: Field = right.ravel() / self.scale
        if self.lump is not None:
            vector = np.bincount(self.lump, vector)
        answer = self._cycle(0, vector)
        if self.lump is not None:
            answer = answer[self.lump]
        return answer.reshape(right.shape)

    def _cycle(self, at: int, right: Field) -> Field:
        """Half a sweep, what the coarser graph says, and half a sweep back."""
        level = self.levels[at]
        x, left = level.smoothed(right)
        if level.count:
            level.correct(x, self._inner(at + 1, left))
        return level.smoothed_back(right, x)

    def _inner(self, at: int, right: Field) -> Field:
        """One or two steps of conjugate gradients on a coarser graph."""
        if at == len(self.levels):
            assert self.last is not None
            return np.asarray(self.last.solve(right))
        level, dot = self.levels[at], loops.dot
        one = self._cycle(at, right)
        image = level.times(one)
        bend = dot(one, image)
        if not bend > 0:
            return one
        length = dot(one, right) / bend
        left = right - length * image
        if dot(left, left) <= _ENOUGH**2 * dot(right, right):
            return np.asarray(length * one)
        two = self._cycle(at, left)
        other, mixed = level.times(two), dot(two, image)
        rest = dot(two, other) - mixed**2 / bend
        if not rest > 0:
            return np.asarray(length * one)
        further = dot(two, left) / rest
        return np.asarray((length - further * mixed / bend) * one + further * two)


@dataclass(frozen=True)
class _Level:
    """A graph, its diagonal and inverse; ``next_node`` of the coarser graph for each of its own.

    The coarser one has ``count`` nodes, or none where it would be of no help. ``cross`` are the
    edges between the halves that are swept apart.
    """

    start: Field
    passed: Field
    to: Field
    g: Field
    size: Field
    inverse: Field
    next_node: Field
    count: int
    cross: tuple[Field, Field, Field]

    @classmethod
    def of(cls, graph: Any, size: Field, of: Field, count: int) -> _Level:
        inverse = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
        start, to, g = graph[:3]
        middle = _middle(len(size))
        passed = loops.ordered(start, to, g, middle)
        of = of if count else np.full_like(of, -1)
        cross = loops.crossing(start, to, g, middle)
        return cls(start, passed, to, g, size, inverse, of, count, cross)

    @property
    def graph(self) -> tuple[Field, ...]:
        return self.start, self.passed, self.to, self.g

    def smoothed(self, right: Field) -> tuple[Field, Field]:
        x, left = np.empty_like(right), np.zeros((2, self.count))
        parts = (*self.graph, self.inverse, right, x, self.next_node, left)
        _over(loops.forward, *parts, len(x))
        loops.crossed(*self.cross, x, self.next_node, left)
        return x, left[0] + left[1]

    def smoothed_back(self, right: Field, x: Field) -> Field:
        new = np.empty_like(x)
        _over(loops.backward, *self.graph, self.inverse, right, x, new, len(x))
        return new

    def correct(self, x: Field, coarse: Field) -> None:
        _over(loops.spread, self.next_node, coarse, x, len(x))

    def times(self, x: Field) -> Field:
        out = np.empty_like(x)
        _over(loops.product, self.start, self.to, self.g, self.size, x, out, len(x))
        return out


def _middle(count: int) -> int:
    """Where the second half begins of what is done in two halves at once."""
    return count // 2 if count > _MANY else count


def _over(loop: Callable[..., None], *parts: Any) -> None:
    """Run a loop over all nodes; their number comes last."""
    *rest, count = parts
    middle = _middle(count)
    ranges = [(0, middle), (middle, count)] if middle < count else [(0, count)]
    shared(loop, [(*rest, *ends) for ends in ranges])


def _faces(op: Operator) -> list[Field]:
    """Sizes of the conductances, each (cells, y, x)."""
    _, nz, ny, nx = op.shape
    wrap = 0 if op.periodic else 1
    shapes = ((nz - 1, ny, nx), (nz, max(ny - wrap, 1), nx), (nz, ny, max(nx - wrap, 1)))
    parts = zip((op.depth, op.along, op.across), shapes, strict=True)
    return [np.array(np.broadcast_to(abs(part[0]), shape)) for part, shape in parts]


def _ends(op: Operator, mass: Field) -> tuple[Field, Field]:
    """Conductances to what stands at 0, and truths of the free cells."""
    extra = np.array(np.broadcast_to(abs(mass[0]), op.shape[1:]))
    extra[0] += abs(op.top[0])
    extra[-1] += abs(op.bottom[0])
    free = np.ones(op.shape[1:], bool)
    if op.free is not None:
        free = np.array(np.broadcast_to(op.free[0] > 0, op.shape[1:]))
    return extra, free


def _lumps(stirred: Field, shape: tuple[int, ...]) -> Field:
    """The node of each cell."""
    cells = np.arange(np.prod(shape)).reshape(shape)
    lump = np.where(stirred[:, None, None], cells[:, :1, :1], cells)
    return np.unique(lump, return_inverse=True)[1].ravel().astype(np.int32)


def _merged(graph: Any, of: Field, count: int) -> Any:
    return loops.merged(*graph, of, *loops.members(of, count))


def _aggregates(graph: Any, size: Field) -> tuple[Field, Any]:
    """The coarse node of each node, and the coarse graph."""
    of, count = loops.paired(*graph, size, _BOUND, True)
    pair = of
    for further in range(_PASSES):
        if further:
            pair, count = loops.paired(*graph, size, _BOUND, False)
            of = np.where(of < 0, of, pair[of])
        if not count:
            break
        kept = pair >= 0
        size = np.bincount(pair[kept], size[kept], minlength=count)
        graph = _merged(graph, pair, count)
    return of, graph


def _factors(graph: Any) -> SuperLU:
    start, to, g, extra = graph
    size = loops.diagonal(start, g, extra)
    count = np.arange(len(size))
    rows = np.repeat(count, np.diff(start))
    entries = np.concatenate([-g, np.where(size > 0, size, 1.0)])
    places = np.concatenate([rows, count]), np.concatenate([to, count])
    return splu(csc_array((entries, places), shape=(len(size), len(size))))
