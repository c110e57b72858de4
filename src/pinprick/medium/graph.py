"""Graph: arithmetic noted as it is done, which can be differentiated and written out.

A :class:`Number` stands for a value while a function runs once in plain Python. It notes every
operation; equal operations on equal numbers are one node, so nothing is worked out twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CONSTANT, MEMBER, CELL, STATE = range(4)  # what a node's value depends on, from least to most
_COMMUTE = {"add", "mul"}


@dataclass
class Graph:
    """Nodes in the order they were made: arguments always come before what uses them."""

    nodes: list[Number] = field(default_factory=list)
    _known: dict[Any, Number] = field(default_factory=dict)

    def leaf(self, kind: str, name: Any, level: int) -> Number:
        """A value that is given: a species, a parameter, the step."""
        return self._node("leaf", (), (kind, name), level)

    def constant(self, value: float) -> Number:
        """A plain number."""
        return self._node("constant", (), float(value), CONSTANT)

    def make(self, op: str, *args: Number) -> Number:
        """The node of an operation, simplified where a 0 or a 1 takes part."""
        simple = _simplified(self, op, args)
        if simple is not None:
            return simple
        if op in _COMMUTE:
            args = tuple(sorted(args, key=lambda a: a.id))
        return self._node(op, args, None, max(a.level for a in args))

    def _node(self, op: str, args: tuple[Number, ...], data: Any, level: int) -> Number:
        key = (op, tuple(a.id for a in args), data)
        if key not in self._known:
            self._known[key] = Number(self, len(self.nodes), op, args, data, level)
            self.nodes.append(self._known[key])
        return self._known[key]


@dataclass(frozen=True, eq=False)
class Number:
    """A node: plain operators on it make further nodes."""

    graph: Graph
    id: int
    op: str
    args: tuple[Number, ...]
    data: Any
    level: int

    @property
    def value(self) -> float | None:
        """The number it stands for if it is a constant."""
        return self.data if self.op == "constant" else None

    def _with(self, op: str, other: Any, swapped: bool = False) -> Number:
        if not isinstance(other, Number):
            try:
                other = self.graph.constant(float(other))
            except (TypeError, ValueError):
                raise TypeError(f"speeds: cannot record {type(other).__name__} values") from None
        return self.graph.make(op, *((other, self) if swapped else (self, other)))

    def __add__(self, other: Any) -> Number:
        return self._with("add", other)

    def __radd__(self, other: Any) -> Number:
        return self._with("add", other, swapped=True)

    def __sub__(self, other: Any) -> Number:
        return self._with("sub", other)

    def __rsub__(self, other: Any) -> Number:
        return self._with("sub", other, swapped=True)

    def __mul__(self, other: Any) -> Number:
        return self._with("mul", other)

    def __rmul__(self, other: Any) -> Number:
        return self._with("mul", other, swapped=True)

    def __truediv__(self, other: Any) -> Number:
        return self._with("div", other)

    def __rtruediv__(self, other: Any) -> Number:
        return self._with("div", other, swapped=True)

    def __pow__(self, power: Any) -> Number:
        if not isinstance(power, int | float):
            raise TypeError("a recorded number can be raised to a plain number only")
        if power == int(power) and 0 <= power <= 8:
            result = self.graph.constant(1.0)
            for _ in range(int(power)):
                result = result * self
            return result
        return self._with("pow", power)

    def __neg__(self) -> Number:
        return self.graph.make("neg", self)

    def __abs__(self) -> Number:
        return self.graph.make("abs", self)

    def at_least(self, floor: float) -> Number:
        """The greater of it and a plain number."""
        return self.graph.make("max", self, self.graph.constant(floor))

    def __bool__(self) -> bool:
        raise TypeError("speeds must not decide by a value: write them in plain operators")


def _simplified(graph: Graph, op: str, args: tuple[Number, ...]) -> Number | None:
    values = [a.value for a in args]
    if all(v is not None for v in values):
        return graph.constant(_PLAIN[op](*values))
    if op == "neg" and args[0].op == "neg":
        return args[0].args[0]
    if len(args) < 2:
        return None
    (a, b), (x, y) = args, values
    if (op == "mul" and 0.0 in (x, y)) or (op == "div" and x == 0.0):
        return graph.constant(0.0)
    if (op in ("add", "sub") and y == 0.0) or (op in ("mul", "div") and y == 1.0):
        return a
    if (op == "add" and x == 0.0) or (op == "mul" and x == 1.0):
        return b
    if op == "sub" and x == 0.0:
        return -b
    # What does not change during a walk is inverted once, before it.
    if op == "div" and b.level < a.level:
        return a * graph.make("div", graph.constant(1.0), b)
    return None


_PLAIN: Mapping[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "max": max,
    "neg": lambda a: -a,
    "abs": abs,
    "sign": lambda a: float((a > 0) - (a < 0)),
}


def slopes(targets: Iterable[Number], by: Number) -> dict[int, Number]:
    """Derivatives of nodes by one leaf, as nodes, keyed by the node's id (forward mode)."""
    graph = by.graph
    zero, one = graph.constant(0.0), graph.constant(1.0)
    known: dict[int, Number] = {by.id: one}
    for node in below(targets):
        if node.id in known:
            continue
        parts = [known[a.id] for a in node.args]
        known[node.id] = zero if all(p is zero for p in parts) else _slope(node, parts)
    return known


def _slope(node: Number, parts: list[Number]) -> Number:
    a, da = node.args[0], parts[0]
    if node.op == "neg":
        return -da
    if node.op == "abs":
        return node.graph.make("sign", a) * da
    b, db = node.args[1], parts[1]
    if node.op in ("add", "sub"):
        return node.graph.make(node.op, da, db)
    if node.op == "mul":
        return da * b + a * db
    if node.op == "div":
        return (da - node * db) / b
    if node.op == "pow" and b.value is not None:
        return b.value * a ** (b.value - 1.0) * da
    raise TypeError(f"no derivative of {node.op}")


def below(targets: Iterable[Number], stop: int = CONSTANT) -> list[Number]:
    """All nodes that targets need, arguments first; those of level ``stop`` or less are ends.

    >>> graph = Graph()
    >>> x = graph.leaf("species", "x", STATE)
    >>> [node.op for node in below([2 * x + 1])]
    ['leaf', 'constant', 'mul', 'constant', 'add']
    """
    seen: dict[int, Number] = {}
    waiting = list(targets)
    while waiting:
        node = waiting.pop()
        if node.id not in seen:
            seen[node.id] = node
            if node.level > stop:
                waiting.extend(node.args)
    return [seen[i] for i in sorted(seen)]
