"""Program: the walk of a reaction table through its steps, written out for one block of members.

The method is the stepper's, ROS34PW2 with the downstream couplings in its matrix; here the matrix
is exact, ``I - hγ(L + D)``: species are solved in order, those that move by one tridiagonal system
each that holds losses and diffusion together. One factorisation a step, four right sides.

Memory of a block, in vectors: what depends on the member alone, then a record for each cell with
an empty one before the first and after the last, so that ends need no case of their own.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from pinprick.medium import method
from pinprick.medium.assembly import Assembly
from pinprick.medium.graph import CELL, CONSTANT, MEMBER, Number
from pinprick.medium.recording import Recorded

MESH = ("up", "down")  # per cell: conductance to the neighbour over the cell's own width
# Set to zero what is less than this share of its scale: numbers near the least that a computer can
# hold are slow, and nobody asks for them.
_LEAST = 1e-30
_HEAD = """define void @walk(ptr noalias %states, ptr noalias %parameters, ptr noalias %places,
    ptr noalias %work, ptr noalias %steps, i64 %count, i64 %cells, i64 %fractions, i64 %wide,
    i64 %first, i64 %blocks) {
entry:"""


class Program:
    """The text of a table's walk.

    ``work(cells)`` is the number of values that a block's memory holds.
    """

    def __init__(self, recorded: Recorded, dtype: Any) -> None:
        self.recorded = recorded
        self.members = recorded.leaves("member")
        self.fields = [*MESH, *recorded.leaves("cell")]
        self._a = Assembly(dtype)
        self._n = len(recorded.state)
        self._moving = list(recorded.spread)
        self._places: dict[Any, int] = {}
        for group in self._record():
            self._places[group] = len(self._places)
        self._head = {node.id: i for i, node in enumerate(recorded.known(MEMBER))}

    def _record(self) -> list[Any]:
        """What a cell's record holds, in order."""
        n, moving = range(self._n), self._moving
        couplings = self.recorded.couplings
        return [
            *(("value", i) for i in n),
            *((f"stage{s}", i) for s in range(method.STAGES) for i in n),
            *((what, i) for what in ("at", "pivot", "upper", "ratio") for i in moving),
            *(("pivot", i) for i in n if i not in moving and (i, i) in couplings),
            *(("entry", key) for key in couplings if key[0] != key[1]),
            *(("mesh", name) for name in MESH),
            *(("known", node.id) for node in self.recorded.known(CELL)),
        ]

    @property
    def lanes(self) -> int:
        """Members in a block."""
        return self._a.lanes

    def work(self, cells: int) -> int:
        """Values that a block's memory holds."""
        return self.lanes * (len(self._head) + (cells + 2) * len(self._places))

    @cached_property
    def text(self) -> str:
        """The program in LLVM's language: some blocks, one after another, each through all steps.

        Blocks count fractions first, then members.
        """
        a = self._a
        self._cell = a.whole("mul", "%fractions", "%wide")
        self._row = a.whole("mul", self._cell, "%cells")
        with a.loop("%blocks") as blocks:
            block = a.whole("add", "%first", blocks.index)
            lane = a.whole("mul", a.whole("udiv", block, "%fractions"), a.lanes)
            fraction = a.whole("urem", block, "%fractions")
            start = a.whole("add", a.whole("mul", fraction, "%wide"), lane)
            self._state, self._fields = a.offset("%states", start), a.offset("%places", start)
            self._prepare(a.offset("%parameters", lane))
            with a.loop("%count") as steps:
                self._step(steps.index)
            with a.loop("%cells") as cells:
                record = self._at(cells.index)
                for i in range(self._n):
                    value = self._get(record, "value", i)
                    a.put(value, self._state, self._outside(i, cells.index))
        kind = f"v{a.lanes}f{8 * np.dtype(a.dtype).itemsize}"
        declared = [
            f"declare {a.vector} @llvm.fabs.{kind}({a.vector})",
            f"declare {a.vector} @llvm.pow.{kind}({a.vector}, {a.vector})",
        ]
        return "\n".join([*declared, _HEAD, *a.lines, "  ret void", "}", ""])

    def _step(self, index: str) -> None:
        """One step of the block."""
        a = self._a
        self._h = a.splat(a.line(f"load {a.scalar}, ptr {a.offset('%steps', index)}"))
        self._hg = a.two("mul", self._h, a.number(method.GAMMA))
        self._reach = {
            i: a.two("mul", self._hg, self._load_known(d)) for i, d in self.recorded.spread.items()
        }
        for stage in range(method.STAGES):
            self._stage(stage)
        ok = self._finish()
        lost = a.line(f"xor {a.mask} {ok}, <{', '.join(['i1 true'] * a.lanes)}>")
        with a.when(a.any(lost)):
            self._fall_back(ok)

    def _at(self, cell: str, away: int = 0) -> str:
        """Address of a cell's record; ``away`` is -1 for the one above, 1 for the one below."""
        a = self._a
        size = len(self._places)
        start = len(self._head) + size * (1 + away)
        return a.offset(
            "%work", a.whole("add", a.whole("mul", cell, size * a.lanes), start * a.lanes)
        )

    def _outside(self, row: int, cell: str) -> str:
        """Place of a row and cell in the state, or in the fields."""
        a = self._a
        return a.whole("add", a.whole("mul", self._row, row), a.whole("mul", self._cell, cell))

    def _get(self, record: str, what: str, key: Any) -> str:
        return self._a.load(record, self._places[what, key])

    def _set(self, value: str, record: str, what: str, key: Any) -> None:
        self._a.store(value, record, self._places[what, key])

    def _load_known(self, node: Number, record: str = "") -> str:
        """Value of a number that does not change during the steps."""
        if node.value is not None:
            return self._a.number(node.value)
        if node.level == MEMBER:
            return self._a.load("%work", self._head[node.id])
        return self._get(record, "known", node.id)

    def _prepare(self, parameters: str) -> None:
        """Load a block and work out what does not change during the steps."""
        a, recorded = self._a, self.recorded
        known = recorded.known(MEMBER)

        def member(node: Number) -> str:
            return a.fetch(parameters, a.whole("mul", "%wide", self.members.index(node.data[1])))

        for node, name in zip(known, a.work_out(known, member, CONSTANT), strict=True):
            a.store(name, "%work", self._head[node.id])
        with a.loop("%cells") as cells:
            record = self._at(cells.index)

            def field(name: str) -> str:
                return a.fetch(self._fields, self._outside(self.fields.index(name), cells.index))

            def leaf(node: Number) -> str:
                return self._load_known(node) if node.level <= MEMBER else field(node.data[1])

            for name in MESH:
                self._set(field(name), record, "mesh", name)
            known = recorded.known(CELL)
            for node, name in zip(known, a.work_out(known, leaf, MEMBER), strict=True):
                self._set(name, record, "known", node.id)
            for i in range(self._n):
                value = a.fetch(self._state, self._outside(i, cells.index))
                self._set(value, record, "value", i)

    def _work_out(self, targets: list[Number], record: str, values: list[str]) -> list[str]:
        """Write recorded numbers in a cell at the given values of the species."""

        def leaf(node: Number) -> str:
            if node.op == "leaf" and node.data[0] == "species":
                return values[int(node.data[1])]
            return self._h if node is self.recorded.step else self._load_known(node, record)

        return self._a.work_out(targets, leaf)

    def _stage(self, stage: int) -> None:
        """One stage: rates into the right side, then the solution."""
        a, recorded, moving = self._a, self.recorded, self._moving
        place = "at" if stage else "value"
        if stage:
            with a.loop("%cells") as cells:
                record = self._at(cells.index)
                for i in moving:
                    self._set(self._inside(record, stage, i), record, "at", i)
        with a.loop("%cells") as cells:
            record = self._at(cells.index)
            above, below_ = self._at(cells.index, -1), self._at(cells.index, 1)
            values = [
                self._get(record, place, i)
                if i in moving or not stage
                else self._inside(record, stage, i)
                for i in range(self._n)
            ]
            keys = [] if stage else list(recorded.couplings)
            targets = [*recorded.changes, *(recorded.couplings[key] for key in keys)]
            names = self._work_out(targets, record, values)
            if not stage:
                self._factorise(record, above, dict(zip(keys, names[self._n :], strict=True)))
            for i in range(self._n):
                right = a.two("mul", self._hg, names[i])
                if i in moving:
                    flux = self._flux(
                        record, values[i], *(self._get(r, place, i) for r in (above, below_))
                    )
                    right = a.two("add", right, a.two("mul", self._reach[i], flux))
                terms = [
                    (method.GAMMA * method.C[stage, j], self._get(record, f"stage{j}", i))
                    for j in range(stage)
                ]
                self._set(a.sum(terms, right), record, f"stage{stage}", i)
            for i in self._still(0):
                self._set(self._solved(record, stage, i), record, f"stage{stage}", i)
        self._solve(stage)

    def _inside(self, record: str, stage: int, i: int) -> str:
        """Value of a species at which a stage looks."""
        terms = [(method.A[stage, j], self._get(record, f"stage{j}", i)) for j in range(stage)]
        return self._a.sum(terms, self._get(record, "value", i))

    def _flux(self, record: str, value: str, above: str, below_: str) -> str:
        a = self._a
        parts = [
            a.two("mul", self._get(record, "mesh", name), a.two("sub", other, value))
            for name, other in zip(MESH, (above, below_), strict=True)
        ]
        return a.two("add", *parts)

    def _factorise(self, record: str, above: str, entries: dict[tuple[int, int], str]) -> None:
        """Matrix of the step in a cell: ``I - hγ(L + D)``, its pivots already inverted."""
        a = self._a
        one = a.number(1.0)
        for (i, j), name in entries.items():
            scaled = a.two("mul", self._hg, name)
            if i != j:
                self._set(scaled, record, "entry", (i, j))
            elif i not in self._moving:
                pivot = a.two("div", one, a.two("sub", one, scaled))
                self._set(pivot, record, "pivot", i)
        for i in self._moving:
            own = one
            if (i, i) in entries:
                own = a.two("sub", one, a.two("mul", self._hg, entries[i, i]))
            inverse, upper, ratio = self._pivot(
                record, self._reach[i], own, self._get(above, "ratio", i)
            )
            self._set(inverse, record, "pivot", i)
            self._set(upper, record, "upper", i)
            self._set(ratio, record, "ratio", i)

    def _pivot(self, record: str, reach: str, own: str, ratio: str) -> tuple[str, str, str]:
        """Inverse pivot, and what the cells above and below weigh in a row's solution."""
        a = self._a
        up, down = (a.two("mul", reach, self._get(record, "mesh", name)) for name in MESH)
        whole = a.two("add", own, a.two("add", up, down))
        inverse = a.two("div", a.number(1.0), a.two("sub", whole, a.two("mul", up, ratio)))
        return inverse, a.two("mul", up, inverse), a.two("mul", down, inverse)

    def _still(self, start: int) -> list[int]:
        """Species from ``start`` on up to the next one that moves."""
        end = min((i for i in self._moving if i >= start), default=self._n)
        return list(range(start, end))

    def _solved(self, record: str, stage: int, i: int, carried: str | None = None) -> str:
        """Solution of a species in a cell from those before it (and from the cell above)."""
        a = self._a
        value = self._get(record, f"stage{stage}", i)
        for key in self.recorded.couplings:
            if key[0] == i and key[1] != i:
                entry = self._get(record, "entry", key)
                value = a.two(
                    "add", value, a.two("mul", entry, self._get(record, f"stage{stage}", key[1]))
                )
        if ("pivot", i) in self._places:
            value = a.two("mul", value, self._get(record, "pivot", i))
        if carried is not None:
            value = a.two("add", value, a.two("mul", self._get(record, "upper", i), carried))
        return value

    def _solve(self, stage: int) -> None:
        """Solve species after species, those before the first that moves being done."""
        a, name = self._a, f"stage{stage}"
        zero = (a.vector, a.number(0.0))
        for i in self._moving:
            with a.loop("%cells", zero) as cells:
                record = self._at(cells.index)
                cells.next = [self._solved(record, stage, i, cells.held[0])]
                self._set(cells.next[0], record, name, i)
            with a.loop("%cells", zero, down=True) as cells:
                record = self._at(cells.index)
                part = a.two("mul", self._get(record, "ratio", i), cells.held[0])
                cells.next = [a.two("add", self._get(record, name, i), part)]
                self._set(cells.next[0], record, name, i)
            still = self._still(i + 1)
            if still:
                with a.loop("%cells") as cells:
                    record = self._at(cells.index)
                    for k in still:
                        self._set(self._solved(record, stage, k), record, name, k)

    def _finish(self) -> str:
        """New values; the old ones are kept where the first stage stood. Mask of what is well."""
        a = self._a
        zero = a.number(0.0)
        true = f"<{', '.join(['i1 true'] * a.lanes)}>"
        with a.loop("%cells", (a.mask, true)) as cells:
            record = self._at(cells.index)
            ok = cells.held[0]
            for i, species in enumerate(self.recorded.table.species):
                old = self._get(record, "value", i)
                terms = [
                    (method.M[j], self._get(record, f"stage{j}", i)) for j in range(method.STAGES)
                ]
                new = a.sum(terms, old)
                well = a.compare("oge", new, a.number(-method.UNDERSHOOT * species.scale))
                ok = a.line(f"and {a.mask} {ok}, {well}")
                some = a.compare("ogt", new, a.number(_LEAST * species.scale))
                self._set(a.select(some, new, zero), record, "value", i)
                self._set(old, record, "stage0", i)
            cells.next = [ok]
        made: str = cells.held[0]
        return made

    def _fall_back(self, ok: str) -> None:
        """Step the lanes that are not well by Euler from their old values."""
        a = self._a
        zero = (a.vector, a.number(0.0))
        with a.loop("%cells") as cells:
            record = self._at(cells.index)
            values = [self._get(record, "stage0", i) for i in range(self._n)]
            for i, name in enumerate(self._work_out(self.recorded.euler, record, values)):
                self._set(name, record, "stage1", i)
        for i, spread in self.recorded.spread.items():
            reach = a.two("mul", self._h, self._load_known(spread))
            with a.loop("%cells", zero, zero) as cells:
                record = self._at(cells.index)
                inverse, upper, ratio = self._pivot(record, reach, a.number(1.0), cells.held[1])
                value = a.two("mul", self._get(record, "stage1", i), inverse)
                cells.next = [a.two("add", value, a.two("mul", upper, cells.held[0])), ratio]
                self._set(cells.next[0], record, "stage1", i)
                self._set(ratio, record, "stage2", i)
            with a.loop("%cells", zero, down=True) as cells:
                record = self._at(cells.index)
                part = a.two("mul", self._get(record, "stage2", i), cells.held[0])
                cells.next = [a.two("add", self._get(record, "stage1", i), part)]
                self._set(cells.next[0], record, "stage1", i)
        with a.loop("%cells") as cells:
            record = self._at(cells.index)
            for i in range(self._n):
                new, safe = self._get(record, "value", i), self._get(record, "stage1", i)
                self._set(a.select(ok, new, safe), record, "value", i)
