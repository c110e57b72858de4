"""Assembly: text of LLVM's language for vectors of members, a line an operation.

Knows arithmetic, memory slots and loops, nothing of methods or skin. Every value is a vector of
``lanes`` members (64 bytes), so what a lane holds never depends on its neighbours.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinprick.medium.graph import CELL, Number, below

BYTES = 64  # of a vector: one line of the cache, one register of the widest machines
_TWO = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}


@dataclass
class Assembly:
    """A function that is being written. ``dtype`` is float32 or float64."""

    dtype: Any
    lines: list[str] = field(default_factory=list)
    _count: int = 0

    @property
    def lanes(self) -> int:
        """Members in a vector."""
        return int(BYTES // np.dtype(self.dtype).itemsize)

    @property
    def scalar(self) -> str:
        """Type of one value."""
        return "float" if self.dtype == np.float32 else "double"

    @property
    def vector(self) -> str:
        """Type of a vector of values."""
        return f"<{self.lanes} x {self.scalar}>"

    @property
    def mask(self) -> str:
        """Type of a vector of truths."""
        return f"<{self.lanes} x i1>"

    def name(self) -> str:
        """A name not used before."""
        self._count += 1
        return f"%v{self._count}"

    def line(self, text: str) -> str:
        """Write ``name = text`` and return the name."""
        name = self.name()
        self.lines.append(f"  {name} = {text}")
        return name

    def say(self, text: str) -> None:
        """Write a line that has no value."""
        self.lines.append(f"  {text}")

    def number(self, value: float) -> str:
        """A constant in all lanes."""
        rounded = float(np.dtype(self.dtype).type(value))
        one = f"{self.scalar} 0x{struct.pack('>d', rounded).hex().upper()}"
        return "<" + ", ".join([one] * self.lanes) + ">"

    def two(self, op: str, a: str, b: str) -> str:
        """``a op b``; a product and a sum may be one operation with one rounding."""
        return self.line(f"{_TWO[op]} contract {self.vector} {a}, {b}")

    def call(self, function: str, *args: str) -> str:
        """One of LLVM's own functions on vectors: fabs, pow."""
        kind = f"v{self.lanes}f{8 * np.dtype(self.dtype).itemsize}"
        given = ", ".join(f"{self.vector} {a}" for a in args)
        return self.line(f"call {self.vector} @llvm.{function}.{kind}({given})")

    def select(self, mask: str, a: str, b: str) -> str:
        """``a`` where the mask is true, else ``b``."""
        return self.line(f"select {self.mask} {mask}, {self.vector} {a}, {self.vector} {b}")

    def compare(self, how: str, a: str, b: str) -> str:
        """Mask of an ordered comparison: false where a value is not a number."""
        return self.line(f"fcmp {how} {self.vector} {a}, {b}")

    def whole(self, op: str, a: str, b: str | int) -> str:
        """Arithmetic of indices."""
        return self.line(f"{op} i64 {a}, {b}")

    def offset(self, base: str, count: str | int) -> str:
        """Address of the ``count``-th value after ``base``."""
        return self.line(f"getelementptr {self.scalar}, ptr {base}, i64 {count}")

    def load(self, base: str, slot: int) -> str:
        """Vector in a slot of a record."""
        return self.line(f"load {self.vector}, ptr {self._slot(base, slot)}, align {BYTES}")

    def store(self, value: str, base: str, slot: int) -> None:
        """Put a vector into a slot of a record."""
        self.say(f"store {self.vector} {value}, ptr {self._slot(base, slot)}, align {BYTES}")

    def _slot(self, base: str, slot: int) -> str:
        return self.offset(base, slot * self.lanes)

    def fetch(self, base: str, count: str) -> str:
        """Vector from anywhere outside the work memory."""
        size = np.dtype(self.dtype).itemsize
        return self.line(f"load {self.vector}, ptr {self.offset(base, count)}, align {size}")

    def put(self, value: str, base: str, count: str) -> None:
        """Put a vector anywhere outside the work memory."""
        size = np.dtype(self.dtype).itemsize
        self.say(f"store {self.vector} {value}, ptr {self.offset(base, count)}, align {size}")

    def splat(self, value: str) -> str:
        """One value in all lanes."""
        only = self.line(f"insertelement {self.vector} poison, {self.scalar} {value}, i64 0")
        return self.line(
            f"shufflevector {self.vector} {only}, {self.vector} poison, "
            f"<{self.lanes} x i32> zeroinitializer"
        )

    def sum(self, terms: list[tuple[float, str]], start: str | None = None) -> str:
        """``start + Σ factor·value`` with plain factors; those that are nothing are left out."""
        total = start
        for factor, value in terms:
            if abs(factor) > 1e-14:
                part = self.two("mul", self.number(factor), value)
                total = part if total is None else self.two("add", total, part)
        return self.number(0.0) if total is None else total

    @contextmanager
    def loop(self, count: str, *carried: tuple[str, str], down: bool = False) -> Iterator[Loop]:
        """Write the body once for each index below ``count``, or back from the last.

        ``carried`` are ``(type, first value)`` pairs that hand a value from turn to turn: set
        ``next`` before the body ends.
        """
        tag = self.name()[1:]
        before, head, body, after = (f"{part}_{tag}" for part in ("before", "head", "body", "done"))
        self.say(f"br label %{before}")
        self.lines.append(f"{before}:")
        self.say(f"br label %{head}")
        self.lines.append(f"{head}:")
        turn, following = self.name(), self.name()
        self.lines.append(f"  {turn} = phi i64 [ 0, %{before} ], [ {following}, %end_{tag} ]")
        places = []
        names = []
        for kind, first in carried:
            names.append(self.name())
            places.append((len(self.lines), names[-1], kind, first))
            self.lines.append("")
        more = self.line(f"icmp slt i64 {turn}, {count}")
        self.say(f"br i1 {more}, label %{body}, label %{after}")
        self.lines.append(f"{body}:")
        index = turn
        if down:
            index = self.whole("sub", self.whole("sub", count, 1), turn)
        made = Loop(index, names, list(names))
        yield made
        self.say(f"br label %end_{tag}")
        self.lines.append(f"end_{tag}:")
        self.say(f"{following} = add i64 {turn}, 1")
        self.say(f"br label %{head}")
        for (place, name, kind, first), value in zip(places, made.next, strict=True):
            self.lines[place] = (
                f"  {name} = phi {kind} [ {first}, %{before} ], [ {value}, %end_{tag} ]"
            )
        self.lines.append(f"{after}:")

    @contextmanager
    def when(self, truth: str) -> Iterator[None]:
        """Write what is done only if a truth holds."""
        tag = self.name()[1:]
        self.say(f"br i1 {truth}, label %then_{tag}, label %after_{tag}")
        self.lines.append(f"then_{tag}:")
        yield
        self.say(f"br label %after_{tag}")
        self.lines.append(f"after_{tag}:")

    def any(self, mask: str) -> str:
        """Whether a mask holds in any lane."""
        bits = self.line(f"bitcast {self.mask} {mask} to i{self.lanes}")
        return self.line(f"icmp ne i{self.lanes} {bits}, 0")

    def work_out(
        self, targets: list[Number], leaf: Callable[[Number], str], stop: int = CELL
    ) -> list[str]:
        """Write the operations of recorded numbers; ``leaf`` gives what is known already.

        Nodes of level ``stop`` or less, and leaves, are asked from ``leaf``.
        """
        names: dict[int, str] = {}
        for node in below(targets, stop):
            if node.value is not None:
                names[node.id] = self.number(node.value)
            elif node.level <= stop or node.op == "leaf":
                names[node.id] = leaf(node)
            else:
                names[node.id] = self._operation(node, [names[a.id] for a in node.args])
        return [names[target.id] for target in targets]

    def _operation(self, node: Number, args: list[str]) -> str:
        if node.op in _TWO:
            return self.two(node.op, *args)
        if node.op == "neg":
            return self.line(f"fneg {self.vector} {args[0]}")
        if node.op == "sign":
            zero = self.number(0.0)
            positive = self.select(self.compare("ogt", args[0], zero), self.number(1.0), zero)
            return self.select(self.compare("olt", args[0], zero), self.number(-1.0), positive)
        if node.op == "max":
            return self.select(self.compare("ogt", *args), *args)
        return self.call({"abs": "fabs", "pow": "pow"}[node.op], *args)


@dataclass
class Loop:
    """A loop that is being written: its index, and what it hands from turn to turn.

    ``held`` is what a turn finds, and after the loop what the last one left.
    """

    index: str
    held: list[str]
    next: list[str]
