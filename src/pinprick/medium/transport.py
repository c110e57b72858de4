"""Transport: diffusion with partition, boundary exchange and held cells, in flux form.

State is amount per volume c; what diffuses is the activity ``u = c / K`` (K: storage, or partition
coefficient), with conductance ``D·K``. So a jump of the concentration at an interface is exact, and
coefficients that change in time make no mass. Between the centres of two cells lie two half
resistances in series:

    flux = (u_a - u_b) / (d_a / (D K)_a + d_b / (D K)_b)

At an end stands a resistance and an outside activity: an infinite one is no flux, zero a fixed
value, anything between an exchange (Robin). A *stirred* cell has no inner resistance: a vehicle is
one such cell on top, finite, so that it depletes.

Shapes: species that move first, then (cells, lateral, members). ``lateral`` is either a set of
columns that do not see each other (roused and unroused tissue), or the rings of a unit cell.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax

from pinprick.medium.reactions import Species

# A stirred cell evens out laterally this many times faster than anything else.
_STIRRED = 1e9


class Faces(NamedTuple):
    """Conductances of all faces, and what stands outside; zero where nothing passes.

    ``depth`` (species, cells - 1, lateral, members); ``lateral`` (species, cells, rings - 1,
    members) or None, per length of depth; ``top`` and ``bottom`` (species, lateral, members) with
    the outside activities ``above`` and ``below``; ``storage`` (species, cells, lateral, members);
    ``width`` (cells, 1, members); ``area`` of the rings, (rings, 1), 1 in a column; ``free`` is 0
    in held cells and 1 elsewhere, or None.
    """

    depth: Any
    lateral: Any
    top: Any
    bottom: Any
    above: Any
    below: Any
    storage: Any
    width: Any
    area: Any
    free: Any


def faces(species: list[Species], here: SimpleNamespace, like: Any) -> Faces:
    """Conductances from the coefficients that ``here`` holds now.

    Args:
        species: those that move, in the order of the state.
        here: fields by name: the diffusivities and storages that the species name, ``width``, and
            optionally ``rings``, ``stirred``, ``held``, ``top`` and ``bottom`` (species name to
            (resistance, activity)).
        like: an array of the shape (cells, lateral, members) and type of one species.

    Where coefficients are the same across columns that do not see each other, the conductances have
    one lateral entry, and serve all.

    >>> from jax import jit
    >>> drug = Species("drug", "mg/mL", 1.0, "a drug", "diffusivity", "storage")
    >>> here = SimpleNamespace(width=jnp.ones((2, 1, 1)), diffusivity=2.0, storage=1.0)
    >>> jit(lambda u: faces([drug], here, u).depth)(here.width).item()  # between two cells
    2.0
    """
    rings = getattr(here, "rings", None)
    names = [name for s in species for name in (s.diffusivity, s.storage) if name]
    uneven = any(
        jnp.ndim(f) == 3 and jnp.shape(f)[1] > 1 for f in (getattr(here, n) for n in names)
    )
    one = jnp.ones_like(like if rings is not None or uneven else like[:, :1])

    def field(name: str) -> Any:
        return one * getattr(here, name) if name else one

    diffusivity = jnp.stack([field(s.diffusivity) for s in species])
    storage = jnp.stack([field(s.storage) for s in species])
    passing = diffusivity * storage
    width = jnp.asarray(here.width, like.dtype)
    half = width / 2.0 / passing
    stirred = getattr(here, "stirred", None)
    if stirred is not None:
        half = jnp.where(stirred > 0, 0.0, half)
    depth = 1.0 / (half[:, :-1] + half[:, 1:])
    top, above = _outside(species, getattr(here, "top", {}), half[:, 0])
    bottom, below = _outside(species, getattr(here, "bottom", {}), half[:, -1])
    lateral, area = (None, jnp.ones((1, 1), like.dtype))
    if rings is not None:
        lateral, area = _between_rings(jnp.asarray(rings, like.dtype), passing)
        if stirred is not None:
            lateral = jnp.where(stirred > 0, _STIRRED * jnp.max(lateral), lateral)
    held = getattr(here, "held", None)
    free = None if held is None else jnp.stack([1.0 - one * held.get(s.name, 0.0) for s in species])
    return Faces(depth, lateral, top, bottom, above, below, storage, width, area, free)


def _outside(species: list[Species], given: Any, half: Any) -> tuple[Any, Any]:
    """Conductance to the outside and its activity, for each species."""
    zero = jnp.zeros_like(half[0])
    pairs = [given.get(s.name, (jnp.inf, 0.0)) for s in species]
    resistance = jnp.stack([zero + r for r, _ in pairs])
    activity = jnp.stack([zero + a for _, a in pairs])
    return jnp.where(jnp.isinf(resistance), 0.0, 1.0 / (half + resistance)), activity


def _between_rings(rings: Any, passing: Any) -> tuple[Any, Any]:
    """Conductances between rings per length of depth, ``2π / Σ ln(...)/(D K)``, and ring areas."""
    middle = (rings[1:] + rings[:-1]) / 2.0
    inner, outer = jnp.log(rings[1:-1] / middle[:-1]), jnp.log(middle[1:] / rings[1:-1])
    resistance = inner[:, None] / passing[:, :, :-1] + outer[:, None] / passing[:, :, 1:]
    area = jnp.pi * (rings[1:] ** 2 - rings[:-1] ** 2)
    return 2.0 * jnp.pi / resistance, area[:, None]


def rates(c: Any, f: Faces) -> Any:
    """Change of the amount per volume by transport, shape of ``c``."""
    u = c / f.storage
    flow = f.depth * (u[:, 1:] - u[:, :-1])
    nothing = jnp.zeros_like(u[:, :1])
    into = jnp.concatenate([flow, nothing], 1) - jnp.concatenate([nothing, flow], 1)
    into = into.at[:, 0].add(f.top * (f.above - u[:, 0]))
    into = into.at[:, -1].add(f.bottom * (f.below - u[:, -1]))
    total = into / f.width
    if f.lateral is not None:
        flow = f.lateral * (u[:, :, 1:] - u[:, :, :-1])
        nothing = jnp.zeros_like(u[:, :, :1])
        around = jnp.concatenate([flow, nothing], 2) - jnp.concatenate([nothing, flow], 2)
        total = total + around / f.area
    return total if f.free is None else total * f.free


def inflow(c: Any, f: Faces, *, outside: bool = True) -> Any:
    """What enters through top and bottom per area and time, shape (2, species, members).

    Without ``outside`` only the part that is linear in ``c``.
    """
    u_top, u_bottom = c[:, 0] / f.storage[:, 0], c[:, -1] / f.storage[:, -1]
    above, below = (f.above, f.below) if outside else (0.0, 0.0)
    through = jnp.stack([f.top * (above - u_top), f.bottom * (below - u_bottom)])
    return (through * f.area).sum(axis=2) / f.area.sum()


def held_amount(c: Any, f: Faces) -> Any:
    """Amount per area in the whole medium, shape (species, members)."""
    return (c * f.width * f.area).sum(axis=(1, 2)) / f.area.sum()


class Factors(NamedTuple):
    """A factorised ``I - hγD``: what forward and backward sweeps need, cells first."""

    upper: Any
    pivot: Any
    below: Any

    @property
    def dense(self) -> bool:
        """Whether the pivots are blocks over rings."""
        return bool(self.pivot.ndim > self.upper.ndim)


def factorise(f: Faces, hg: Any) -> Factors:
    """Factors of ``I - hγD`` for :func:`solve`; ``hg`` is hγ, in the time of the diffusivities.

    Of two sealed cells with a matrix of 3 beside -2, the inverse pivots:

    >>> from jax import jit
    >>> drug = Species("drug", "mg/mL", 1.0, "a drug", "diffusivity", "storage")
    >>> here = SimpleNamespace(width=jnp.ones((2, 1, 1)), diffusivity=2.0, storage=1.0)
    >>> made = jit(lambda u: factorise(faces([drug], here, u), 1.0).pivot)(here.width)
    >>> [round(part, 3) for part in made.ravel().tolist()]
    [0.333, 0.6]
    """
    free = 1.0 if f.free is None else f.free
    scale = hg * free / f.width
    nothing = jnp.zeros_like(f.storage[:, :1])
    g_up = jnp.concatenate([nothing, f.depth], 1)
    g_down = jnp.concatenate([f.depth, nothing], 1)
    out = (g_up + g_down).at[:, 0].add(f.top)
    out = out.at[:, -1].add(f.bottom)
    shift = jnp.ones_like(nothing)
    upper = scale * g_up / jnp.concatenate([shift, f.storage[:, :-1]], 1)
    lower = scale * g_down / jnp.concatenate([f.storage[:, 1:], shift], 1)
    main = 1.0 + scale * out / f.storage
    first = [jnp.moveaxis(x, 1, 0) for x in (upper, lower, main)]
    if f.lateral is None:
        return _thomas(first[0], first[1], first[2])
    return _blocks(first[0], first[1], first[2], f, hg * free)


def _thomas(upper: Any, lower: Any, main: Any) -> Factors:
    def sweep(ratio: Any, cell: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        up, down, middle = cell
        inverse = 1.0 / (middle - up * ratio)
        return down * inverse, (inverse, down * inverse)

    _, (pivot, below) = lax.scan(sweep, jnp.zeros_like(main[0]), (upper, lower, main))
    return Factors(upper, pivot, below)


def _blocks(upper: Any, lower: Any, main: Any, f: Faces, scale: Any) -> Factors:
    """Block Thomas: one dense block a depth, rings by rings, for every species and member."""
    rings = main.shape[2]
    nothing = jnp.zeros_like(f.storage[:, :, :1])
    g_in = jnp.concatenate([nothing, f.lateral], 2)
    g_out = jnp.concatenate([f.lateral, nothing], 2)
    per = scale / f.area
    main = main + jnp.moveaxis(per * (g_in + g_out) / f.storage, 1, 0)
    left = jnp.moveaxis((per * g_in)[:, :, 1:] / f.storage[:, :, :-1], 1, 0)
    right = jnp.moveaxis((per * g_out)[:, :, :-1] / f.storage[:, :, 1:], 1, 0)
    # rings last: (cells, species, members, rings)
    upper, lower, main, left, right = (
        jnp.swapaxes(x, -1, -2) for x in (upper, lower, main, left, right)
    )
    ring = jnp.arange(rings - 1)
    block = main[..., None] * jnp.eye(rings, dtype=main.dtype)
    block = block.at[..., ring + 1, ring].add(-left)
    block = block.at[..., ring, ring + 1].add(-right)

    def sweep(above: Any, cell: tuple[Any, Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        up, down, middle = cell
        inverse = jnp.linalg.inv(middle - up[..., :, None] * above)
        below = inverse * down[..., None, :]
        return below, (inverse, below)

    _, (pivot, below) = lax.scan(sweep, jnp.zeros_like(block[0]), (upper, lower, block))
    return Factors(upper, pivot, below)


def solve(right: Any, factors: Factors) -> Any:
    """Solve ``(I - hγD) x = right``, both of shape (species, cells, lateral, members).

    A step so long that two sealed cells even out, and nothing is lost:

    >>> from jax import jit
    >>> drug = Species("drug", "mg/mL", 1.0, "a drug", "diffusivity", "storage")
    >>> here = SimpleNamespace(width=jnp.ones((2, 1, 1)), diffusivity=2.0, storage=1.0)
    >>> step = jit(lambda c: solve(c, factorise(faces([drug], here, c[0]), 1e3)))
    >>> [round(c, 2) for c in step(jnp.array([3.0, 1.0]).reshape(1, 2, 1, 1)).ravel().tolist()]
    [2.0, 2.0]
    """
    if factors.dense:
        return _solve_blocks(right, factors)
    cells = jnp.moveaxis(right, 1, 0)

    def down(above: Any, cell: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        value, upper, pivot = cell
        value = (value + upper * above) * pivot
        return value, value

    def up(below: Any, cell: tuple[Any, Any]) -> tuple[Any, Any]:
        value, ratio = cell
        value = value + ratio * below
        return value, value

    start = jnp.zeros_like(cells[0])
    _, half = lax.scan(down, start, (cells, factors.upper, factors.pivot))
    _, full = lax.scan(up, start, (half, factors.below), reverse=True)
    return jnp.moveaxis(full, 0, 1)


def _solve_blocks(right: Any, factors: Factors) -> Any:
    cells = jnp.swapaxes(jnp.moveaxis(right, 1, 0), -1, -2)

    def down(above: Any, cell: tuple[Any, Any, Any]) -> tuple[Any, Any]:
        value, upper, inverse = cell
        value = (inverse @ (value + upper * above)[..., None])[..., 0]
        return value, value

    def up(below: Any, cell: tuple[Any, Any]) -> tuple[Any, Any]:
        value, ratio = cell
        value = value + (ratio @ below[..., None])[..., 0]
        return value, value

    start = jnp.zeros_like(cells[0])
    _, half = lax.scan(down, start, (cells, factors.upper, factors.pivot))
    _, full = lax.scan(up, start, (half, factors.below), reverse=True)
    return jnp.moveaxis(jnp.swapaxes(full, -1, -2), 0, 1)
