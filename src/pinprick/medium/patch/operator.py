"""Diffusion in a patch, without a matrix: conductances of faces, and the sums over them.

What diffuses is the activity u = c / K with conductance D·K, two half resistances in series between
neighbours, as in the column. A fully covering *stirred* layer is one unknown. Cells may be held.
Where coefficients are the same across, one value a depth stands for all, and the system is solved
directly; elsewhere that solver, on lateral means, is the preconditioner of conjugate gradients.

Shapes: (species, cells, y, x); an axis across has length 1 where values are the same along it.
Conductances are true ones: amount per time and activity, through the whole face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

from pinprick.medium.checks import apart
from pinprick.medium.reactions import Species

Field = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Operator:
    """Conductances of all faces, and what stands outside; zero where nothing passes.

    ``depth`` (species, cells - 1, y, x); ``along`` and ``across``, through the faces behind each
    cell along y and x (with periodic sides one a cell, else one fewer); ``top`` and ``bottom``
    (species, y, x) with the outside activities ``above`` and ``below``; ``storage``;
    ``volume`` (cells, 1, 1); ``free`` 0 in held cells and 1 elsewhere, or None; ``stirred`` truths
    by depth, or None.
    """

    shape: tuple[int, int, int, int]
    depth: Field
    along: Field
    across: Field
    top: Field
    bottom: Field
    above: Field
    below: Field
    storage: Field
    volume: Field
    periodic: bool
    free: Field | None = None
    stirred: Field | None = None

    @property
    def even(self) -> bool:
        """Whether all coefficients are the same across."""
        parts = (self.depth, self.along, self.across, self.storage, self.top, self.bottom)
        held = () if self.free is None else (self.free,)
        return all(part.shape[-2:] == (1, 1) for part in (*parts, *held))

    def of(self, i: int) -> Operator:
        """The operator of one of the species alone."""
        own = slice(i, i + 1)
        return replace(
            self, shape=(1, *self.shape[1:]), depth=self.depth[own], along=self.along[own],
            across=self.across[own], top=self.top[own], bottom=self.bottom[own],
            above=self.above[own], below=self.below[own], storage=self.storage[own],
            free=None if self.free is None else self.free[own],
        )  # fmt: skip

    def apply(self, u: Field) -> Field:
        """What leaves each cell per time at activities ``u``, to neighbours and outside at 0."""
        out = np.zeros((len(self.depth), *u.shape[1:]), np.result_type(u, self.depth))
        if u.shape[1] > 1:
            flow = (u[:, :-1] - u[:, 1:]) * self.depth
            out[:, :-1] += flow
            out[:, 1:] -= flow
        for axis, passing in ((2, self.along), (3, self.across)):
            self._sideways(out, u, passing, axis)
        out[:, 0] += self.top * u[:, 0]
        out[:, -1] += self.bottom * u[:, -1]
        return out

    def _sideways(self, out: Field, u: Field, passing: Field, axis: int) -> None:
        count = u.shape[axis]
        if count == 1:
            return
        first, rest = _part(axis, 0, count - 1), _part(axis, 1, count)
        inner = passing if passing.shape[axis] == 1 else passing[_part(axis, 0, count - 1)]
        flow = (u[first] - u[rest]) * inner
        out[first] += flow
        out[rest] -= flow
        if self.periodic:
            outer = passing if passing.shape[axis] == 1 else passing[_part(axis, count - 1, count)]
            ends = _part(axis, count - 1, count), _part(axis, 0, 1)
            flow = (u[ends[0]] - u[ends[1]]) * outer
            out[ends[0]] += flow
            out[ends[1]] -= flow

    def rates(self, c: Field) -> Field:
        """Change of the amount per volume by transport, shape of ``c``."""
        change = -self.apply(c / self.storage)
        change[:, 0] += self.top * self.above
        change[:, -1] += self.bottom * self.below
        return self.project(change / self.volume)

    def project(self, field: Field) -> Field:
        """Nothing in held cells, and one value over a stirred layer."""
        if self.free is not None:
            field = field * self.free
        if self.stirred is not None:
            field[:, self.stirred] = field[:, self.stirred].mean(axis=(-2, -1), keepdims=True)
        return field

    def inflow(self, c: Field, *, outside: bool = True) -> Field:
        """What enters through top and bottom per time, shape (2, species).

        Without ``outside`` only the part that is linear in ``c``.
        """
        share = 1.0 if outside else 0.0
        through = []
        for layer, passing, activity in ((0, self.top, self.above), (-1, self.bottom, self.below)):
            flow = passing * (share * activity - c[:, layer] / self.storage[:, layer])
            if self.free is not None:
                flow = flow * self.free[:, layer]
            through.append(flow.sum(axis=(-2, -1)))
        return np.stack(through)

    def from_held(self, c: Field) -> Field:
        """What flows from held cells into free ones per time, shape (species,)."""
        if self.free is None:
            return np.zeros(len(c))
        # Between two free cells what flows cancels in the sum.
        leaving = self.apply(c / self.storage) * self.free
        through = self.inflow(c, outside=False).sum(axis=0)
        return np.asarray(-leaving.sum(axis=(1, 2, 3)) - through)

    def amount(self, c: Field) -> Field:
        """Amount in the whole patch, shape (species,)."""
        return np.asarray((c * self.volume).sum(axis=(1, 2, 3)))

    @cached_property
    def leaving(self) -> Field:
        """Diagonal of :meth:`apply`: the sum of the conductances of each cell's faces."""
        out = np.zeros(self.shape, self.depth.dtype)
        out[:, :-1] += self.depth
        out[:, 1:] += self.depth
        for axis, passing in ((2, self.along), (3, self.across)):
            count = self.shape[axis]
            if count == 1:
                continue
            faces = count if self.periodic else count - 1
            full = np.broadcast_to(
                passing,
                [faces if i == axis else max(n, 1) for i, n in enumerate(self.shape)],
            )
            out[_part(axis, 0, faces)] += full
            out[_part(axis, 1, count)] += full[_part(axis, 0, count - 1)]
            if self.periodic:
                out[_part(axis, 0, 1)] += full[_part(axis, count - 1, count)]
        out[:, 0] += self.top
        out[:, -1] += self.bottom
        return out


def _part(axis: int, start: int, stop: int) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, slice(start, stop))


def same_across(field: Any) -> Field:
    """A field with lateral axes of length 1 where it is the same all over them.

    >>> same_across(np.ones((2, 3, 3))).shape
    (2, 1, 1)
    """
    field = np.asarray(field)
    if field.ndim < 2 or field.shape[-2:] == (1, 1):
        return field  # type: ignore[no-any-return]
    one = np.ascontiguousarray(field[..., :1, :1])
    even = bool(np.all(field == one))
    return one if even else field


def operator(
    passing: Field,
    storage: Field,
    here: SimpleNamespace,
    shape: tuple[int, int, int],
    ends: tuple[Sequence[Any], Sequence[Any]],
    free: Field | None = None,
) -> Operator:
    """The operator from what passes, D·K, and what is stored, K, in each cell.

    Args:
        passing, storage: shape (species, cells, y, x), lateral axes 1 where the same across.
        here: the mesh, as :meth:`~pinprick.medium.patch.Patch.here` gives it, and optionally
            ``stirred``.
        shape: cells, y, x.
        ends: for top and bottom, (resistance, activity) for each species.
        free: 0 in held cells and 1 elsewhere.

    Raises:
        ValueError: if ``stirred`` covers a part of a layer, two layers that touch, or one at an end
            without resistance.
    """
    dy, dx = here.spacing
    width = np.asarray(here.width, dtype=float).reshape(-1, 1, 1)
    periodic = bool(here.periodic)
    stirred = _whole_layers(getattr(here, "stirred", None), shape)
    if stirred is not None:
        apart(stirred, *ends)
    with np.errstate(divide="ignore"):
        half = (width / 2.0) / passing
        if stirred is not None:
            half = np.where(stirred[:, None, None], 0.0, half)
        depth = (dy * dx) / (half[:, :-1] + half[:, 1:])
        along = _between(passing, width * (dx / dy), 2, periodic)
        across = _between(passing, width * (dy / dx), 3, periodic)
    outside = [_outside(end, half[:, i], dy * dx) for end, i in zip(ends, (0, -1), strict=True)]
    (top, above), (bottom, below) = outside
    return Operator(
        (len(passing), *shape), depth, along, across, top, bottom, above, below,
        storage, width * (dy * dx), periodic, free, stirred,
    )  # fmt: skip


def of_species(
    species: Sequence[Species], here: SimpleNamespace, shape: tuple[int, int, int]
) -> Operator:
    """The operator of species that move, with the coefficients that ``here`` holds now."""

    def fields(names: Sequence[str]) -> Field:
        parts = [_cells(getattr(here, n) if n else 1.0, shape) for n in names]
        return np.stack(np.broadcast_arrays(*parts))

    storage = fields([s.storage for s in species])
    if np.any(storage <= 0) or not np.all(np.isfinite(storage)):
        raise ValueError("storage: must be positive and finite")
    diffusivity = fields([s.diffusivity for s in species])
    if not np.all(np.isfinite(diffusivity)):
        raise ValueError("diffusivity: must be finite")
    held = getattr(here, "held", None)
    free = None
    if held and any(s.name in held for s in species):
        free = same_across(np.stack([np.ones(shape) - held.get(s.name, 0.0) for s in species]))
    ends = [
        [getattr(here, side, {}).get(s.name, (np.inf, 0.0)) for s in species]
        for side in ("top", "bottom")
    ]
    return operator(diffusivity * storage, storage, here, shape, (ends[0], ends[1]), free)


def _cells(value: Any, shape: tuple[int, int, int]) -> Field:
    """A coefficient with lateral axes of its own or of length 1, shape (cells, y|1, x|1)."""
    field = np.asarray(value, dtype=float)
    field = field.reshape((1,) * (3 - field.ndim) + field.shape)
    return same_across(np.broadcast_to(field, np.broadcast_shapes(field.shape, (shape[0], 1, 1))))


def _between(passing: Field, scale: Field, axis: int, periodic: bool) -> Field:
    """Conductances through the faces behind each cell along an axis."""
    if passing.shape[axis] == 1:
        return np.asarray(passing * scale)
    half = 0.5 / passing
    if periodic:
        return np.asarray(scale / (half + np.roll(half, -1, axis)))
    count = passing.shape[axis]
    return np.asarray(scale / (half[_part(axis, 0, count - 1)] + half[_part(axis, 1, count)]))


def _whole_layers(stirred: Any, shape: tuple[int, int, int]) -> Field | None:
    if stirred is None or not np.any(stirred):
        return None
    field = same_across(np.broadcast_to(np.asarray(stirred) > 0, shape))
    if field.shape[-2:] != (1, 1):
        raise ValueError("stirred: must cover a whole layer of the patch")
    return np.asarray(field[:, 0, 0])


def _outside(given: Sequence[Any], half: Field, area: float) -> tuple[Field, Field]:
    """Conductance to the outside and its activity, each (species, y|1, x|1)."""

    def rows(i: int) -> Field:
        parts = [np.asarray(pair[i], dtype=float) for pair in given]
        parts = [same_across(p.reshape((1,) * (2 - p.ndim) + p.shape)) for p in parts]
        return np.stack(np.broadcast_arrays(*parts))

    resistance, activity = rows(0), rows(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        passing = np.where(np.isinf(resistance), 0.0, area / (half + resistance))
    return same_across(passing), activity
