"""The problem of `ensemble_peers.py`, written out for each peer from the one reaction table."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from pinprick.evidence import Lanes, registry
from pinprick.healing.body import Body
from pinprick.healing.here import values_here
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import column
from pinprick.medium.graph import CELL, CONSTANT, MEMBER, STATE, Number, below
from pinprick.medium.reactions import Reaction, ReactionTable
from pinprick.medium.recording import Recorded

SPECIES = 14  # clot to proteases
MESH = ("width", "conductance", "weight")
DAYS = (0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 21.0, 28.0, 42.0, 60.0)


def table() -> ReactionTable:
    """The first species of healing, clot to proteases, and the rows among them."""
    species = TABLE.species[:SPECIES]
    names = {s.name for s in species}
    rest = {s.name: 0.0 for s in TABLE.species[SPECIES:]}
    rows = []
    for row in TABLE.reactions:
        produced = {k: v for k, v in row.produced.items() if k in names}
        consumed = {k: v for k, v in row.consumed.items() if k in names}
        if produced or consumed:
            reads = tuple(name for name in row.reads if name in names)
            rows.append(Reaction(row.id, row.meaning, reads, consumed, produced))
    wanted = {row.id for row in rows}

    def speeds(state: Any, here: Any) -> dict[str, Any]:
        whole = SimpleNamespace(**{name: getattr(state, name) for name in names}, **rest)
        return {k: v for k, v in TABLE.speeds(whole, here).items() if k in wanted}

    return ReactionTable(species, tuple(rows), speeds)


def body(members: int, deep: bool) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Parameters of drawn members, and how far down the injury reaches, (cells, members)."""
    one = np.ones(members)
    lanes = Lanes(registry(), 11, range(0, 4 * members, 4))
    layers = {"papillary dermis": (0.15e-3 * one, 6), "upper reticular dermis": (0.4e-3 * one, 9)}
    layers["deep reticular dermis"] = (0.4e-3 * one, 9)
    col = column(6e-5 * one, layers if deep else {"papillary dermis": (0.95e-3 * one, 1)})
    here = values_here(col, Body.healthy(members), lanes)
    profile = 0.5 * (1 - np.tanh((col.depth - 0.7e-3) / 0.1e-3)) if deep else one[None]
    return {k: np.asarray(v) for k, v in here.items()}, profile


def wounded(state: np.ndarray, profile: np.ndarray) -> np.ndarray:
    """The state after a session: all fractions mixed, then the first one wounded."""
    new = np.repeat(state.mean(axis=2, keepdims=True), state.shape[2], axis=2)
    for name, amount in (("clot", 0.3), ("debris", 0.3), ("bare", 1.0)):
        new[TABLE.index[name], :, 0] += (amount * profile).astype(state.dtype)
    return new


def problem(members: int, deep: bool) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Tissue just after a session, (species, cells, 1, members), and its parameters."""
    here, profile = body(members, deep)
    return wounded(np.zeros((SPECIES, len(profile), 1, members)), profile), here


def of_member(here: dict[str, np.ndarray], member: int) -> dict[str, Any]:
    """One member's parameters: plain numbers, and fields over the cells."""
    own = {}
    for name, value in here.items():
        part = value[..., member if value.shape[-1] > 1 else 0]
        if name == "weight":
            own[name] = part
            continue
        own[name] = part.item() if part.size == 1 and name not in MESH else part[:, 0]
    return own


def local_names(own: dict[str, Any]) -> frozenset[str]:
    """What differs from cell to cell, beside the mesh."""
    return frozenset(k for k, v in own.items() if np.ndim(v) and k not in MESH)


def mesh(here: dict[str, Any], part: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Conductance to the cells above and below over the cell's width, each (cells,)."""
    width = here["width"]
    between = 2.0 / (width[1:] + width[:-1])
    if "weight" in here:
        weight = here["weight"][:, part]
        face, full = np.minimum(weight[1:], weight[:-1]), np.where(weight > 0, weight, 1.0)
        up = between * np.where(weight[1:] > 0, face / full[1:], 1.0)
        down = between * np.where(weight[:-1] > 0, face / full[:-1], 1.0)
        return np.append(0.0, up) / width, np.append(down, 0.0) / width
    return np.append(0.0, between) / width, np.append(between, 0.0) / width


def numpy_rates(model: ReactionTable, here: dict[str, Any], part: int = 0) -> Callable[..., None]:
    """``rates(t, y, out)`` in plain NumPy, vectors over the cells; y is cell after cell."""
    place, count = SimpleNamespace(**here), len(model.species)
    up, down = mesh(here, part)
    moving = [(i, here[s.diffusivity]) for i, s in enumerate(model.species) if s.diffusivity]
    rows = np.array([i for i, _ in moving])
    spread = np.array([d for _, d in moving])[:, None]

    def rates(t: float, y: np.ndarray, out: np.ndarray) -> None:
        state = y.reshape(-1, count).T
        change = np.array(model.change(state, place))
        if len(up) > 1:
            moves = state[rows]
            step = np.diff(moves, axis=1)
            flow = np.zeros_like(moves)
            flow[:, :-1] += down[:-1] * step
            flow[:, 1:] -= up[1:] * step
            change[rows] += spread * flow
        out[:] = change.T.ravel()

    return rates


_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def _line(node: Number, name: Callable[[Number], str]) -> str:
    args = [name(a) for a in node.args]
    if node.op in _SIGNS:
        return f"{args[0]} {_SIGNS[node.op]} {args[1]}"
    return {"neg": f"-{args[0]}", "abs": f"abs({args[0]})"}[node.op]


def compiled_rates(
    model: ReactionTable, local: frozenset[str] = frozenset()
) -> tuple[Any, Callable[[dict[str, Any]], tuple[np.ndarray, np.ndarray]]]:
    """``rates(y, out, fixed, places, up, down)`` compiled by numba, and what makes the two middle.

    The same recorded arithmetic as ours, nothing worked out twice, and all that depends on the
    member or its cells alone (``local`` names what differs between them) done before: the strongest
    form that a peer can be given.
    """
    from numba import njit

    recorded = Recorded(model, local)
    space: dict[str, Any] = {}
    exec("\n".join([*_rates_text(recorded), "", *_prepare_text(recorded)]), space)
    leaves = recorded.leaves("member") + recorded.leaves("cell")

    def prepare(here: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
        fixed = np.zeros(len(recorded.known(MEMBER)))
        places = np.zeros((len(recorded.known(CELL)), len(here["width"])))
        space["prepare"]([here[k] for k in leaves], fixed, places)
        return fixed, places

    return njit(space["rates"]), prepare


def _rates_text(recorded: Recorded) -> list[str]:
    """The rates as Python: cell after cell."""
    count, known = len(recorded.table.species), recorded.known(MEMBER)
    fixed_at = {node.id: i for i, node in enumerate(known)}
    place_at = {node.id: i for i, node in enumerate(recorded.known(CELL))}

    def name(node: Number) -> str:
        if node.value is not None:
            return repr(node.value)
        if node.op == "leaf" and node.level == STATE:
            return f"x{node.data[1]}"
        if node.id in place_at:
            return f"places[{place_at[node.id]}, c]"
        return f"f{fixed_at[node.id]}" if node.level == MEMBER else f"v{node.id}"

    head = ["def rates(y, out, fixed, places, up, down):", " n = len(up)"]
    head += [f" f{i} = fixed[{i}]" for i in range(len(known))]
    body = [" for c in range(n):", f"  b = c * {count}"]
    body += [f"  x{i} = y[b + {i}]" for i in range(count)]
    for node in below(recorded.changes, CELL):
        if node.level > CELL and node.op != "leaf":
            body.append(f"  v{node.id} = {_line(node, name)}")
    for i, change in enumerate(recorded.changes):
        body.append(f"  d = {name(change)}")
        if i in recorded.spread:
            spread = name(recorded.spread[i])
            body.append(f"  if c > 0: d += {spread} * up[c] * (y[b + {i - count}] - x{i})")
            body.append(f"  if c < n - 1: d += {spread} * down[c] * (y[b + {i + count}] - x{i})")
        body.append(f"  out[b + {i}] = d")
    return head + body


def _prepare_text(recorded: Recorded) -> list[str]:
    """What depends on the member or its cells alone, as Python."""
    known, places = recorded.known(MEMBER), recorded.known(CELL)
    leaves = recorded.leaves("member") + recorded.leaves("cell")

    def before(node: Number) -> str:
        if node.value is not None:
            return repr(node.value)
        return f"k[{leaves.index(node.data[1])}]" if node.op == "leaf" else f"v{node.id}"

    lines = ["def prepare(k, fixed, places):"]
    for node in below([*known, *places], CONSTANT):
        if node.value is None and node.op != "leaf":
            lines.append(f" v{node.id} = {_line(node, before)}")
    lines += [f" fixed[{i}] = {before(node)}" for i, node in enumerate(known)]
    lines += [f" places[{i}] = {before(node)}" for i, node in enumerate(places)]
    return lines
