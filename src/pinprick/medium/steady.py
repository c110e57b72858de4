"""Steady fields in a patch: heat, electric potential; real or complex conductivity.

Solves ``∇·(σ∇u) - loss·u + source = 0`` with the operator of the stepper, without a matrix, by
preconditioned conjugate gradients (by a multigrid where contrast is high or cells are held: 15-30
iterations, whatever the mesh). Cells may be held at given values: electrodes, needles. What
comes in and goes out is added up, so that every field carries its own check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import Operator, operator, same_across
from pinprick.medium.patch.solve import System

Field = np.ndarray[Any, Any]
_INSULATED = (np.inf, 0.0)


@dataclass(frozen=True)
class Steady:
    """A steady field, shape (cells, y, x), with its budget.

    ``top``, ``bottom``, ``source`` and ``held`` are what comes in per time through the ends, from
    the source and from held cells; ``lost`` what the loss takes; ``gross`` all of it without signs,
    held cells one by one. ``iterations`` it took.
    """

    field: Field
    top: Any
    bottom: Any
    source: Any
    held: Any
    lost: Any
    gross: float
    iterations: int
    _operator: Operator
    _loss: Field
    _source: Field

    @property
    def imbalance(self) -> float:
        """What does not add up, as a share of what comes in and goes out."""
        rest = self.top + self.bottom + self.source + self.held - self.lost
        return float(abs(rest) / max(self.gross / 2.0, 1e-300))

    def leaving(self, cells: Field) -> Any:
        """What the given held cells (truths, shape (cells, y, x)) give off per time: a current."""
        return (_given(self.field, self._operator, self._source, self._loss) * cells).sum()


def conductor(
    patch: Patch,
    conductivity: Any,
    top: tuple[Any, Any] = _INSULATED,
    bottom: tuple[Any, Any] = _INSULATED,
) -> Operator:
    """The operator of one field in a patch.

    Args:
        patch: the mesh.
        conductivity: broadcasts against (cells, y, x); real, or complex for alternating current.
        top, bottom: (resistance, value) outside; a resistance of 0 holds the end, an infinite one
            insulates it.

    Raises:
        ValueError: on a conductivity that is not finite or not positive in its real part.

    Half a cell, 1/8, lies between a face that is held at 0 and what is at 1:

    >>> from pinprick.medium import Patch, column
    >>> skin = column(np.zeros(1), {"skin": (np.ones(1), 4)})
    >>> patch = Patch(skin, np.linspace(0, 1, 3), np.linspace(0, 1, 3))
    >>> medium = conductor(patch, 2.0, top=(0.0, 0.0))
    >>> float(medium.inflow(np.ones(medium.shape))[0, 0])
    -16.0
    """
    field = np.asarray(conductivity)
    field = field.reshape((1,) * (3 - field.ndim) + field.shape)
    field = np.broadcast_to(field, np.broadcast_shapes(field.shape, (patch.shape[0], 1, 1)))
    if not np.all(np.isfinite(field)) or np.any(field.real < 0) or np.any(field == 0):
        raise ValueError("conductivity: must be finite and positive")
    for name, (resistance, value) in (("top", top), ("bottom", bottom)):
        if np.any(np.isnan(resistance)) or np.any(np.asarray(resistance) < 0):
            raise ValueError(f"{name}: the resistance must be a number and not negative")
        if not np.all(np.isfinite(value)):
            raise ValueError(f"{name}: the value outside must be finite")
    passing = same_across(field)[None]
    here = SimpleNamespace(**patch.here())
    return operator(passing, np.ones((1, 1, 1, 1)), here, patch.shape, ([top], [bottom]))


def electrodes(shape: tuple[int, ...], held: Mapping[str, tuple[Any, Any]]) -> tuple[Field, Field]:
    """Held cells and their values from named (truths, value) pairs, each shape ``shape``.

    Raises:
        ValueError: if there is none, two of them share a cell, one holds none, or a value is not
            finite.

    >>> cell = np.eye(2, dtype=bool)[None]
    >>> electrodes((1, 2, 2), {"a": (cell, 1.0), "b": (~cell, 0.0)})[1][0]
    array([[1., 0.],
           [0., 1.]])
    """
    if not held:
        raise ValueError("electrodes: none is given")
    owner = np.full(shape, -1)
    values = np.zeros(shape, np.result_type(float, *(np.asarray(v) for _, v in held.values())))
    names = list(held)
    for i, (name, (truths, value)) in enumerate(held.items()):
        cells = np.broadcast_to(np.asarray(truths, dtype=bool), shape)
        if not np.all(np.isfinite(value)):
            raise ValueError(f"electrode {name}: its value must be finite")
        if not np.any(cells):
            raise ValueError(f"electrode {name}: it lies in no cell of the patch")
        taken = owner[cells]
        if np.any(taken >= 0):
            other = names[int(taken[taken >= 0][0])]
            raise ValueError(f"electrodes {other} and {name} overlap; move or shrink one")
        owner[cells] = i
        values[cells] = np.broadcast_to(value, shape)[cells]
    return owner >= 0, values


def steady(
    medium: Operator,
    source: Any = None,
    *,
    loss: Any = 0.0,
    held: tuple[Field, Field] | None = None,
    tolerance: float = 1e-11,
    limit: int = 2000,
    start: Any = None,
) -> Steady:
    """The field at which nothing changes any more.

    Args:
        medium: from :func:`conductor`.
        source: what is made per volume and time, broadcasts against (cells, y, x); nothing if None.
        loss: what is lost per volume, time and unit of the field: perfusion, decay.
        held: truths and values of held cells, as :func:`electrodes` gives them.
        tolerance: of the iterations.
        limit: most iterations.
        start: a field that is near, such as the one before a small change; the answer is as exact
            as without it.

    Raises:
        ValueError: if a value is not finite or the loss negative, nothing fixes the level, or
            nothing is given that could drive a field: no electrode, no source, 0 at the ends.
        StepError: if the iterations do not converge; no field is returned.

    Where tissue is perfused, what is held at the surface fades with depth, as 1/cosh at the end:

    >>> from pinprick.medium import Patch, column
    >>> skin = column(np.zeros(1), {"skin": (np.ones(1), 64)})
    >>> patch = Patch(skin, np.linspace(0, 1, 3), np.linspace(0, 1, 3), "closed")
    >>> found = steady(conductor(patch, 0.25, top=(0.0, 1.0)), loss=1.0)
    >>> round(float(found.field[-1, 0, 0]), 3), round(float(1 / np.cosh(2.0)), 3)
    (0.266, 0.266)
    >>> found.imbalance < 1e-9
    True
    """
    shape = medium.shape[1:]
    given = 0.0 if source is None else source
    made, lost = (np.broadcast_to(np.asarray(f), shape) for f in (given, loss))
    _refuse_nonsense(made, lost, start)
    u = np.zeros(shape, np.result_type(float, medium.depth, made, lost, medium.above, medium.below))
    if held is not None:
        truths, values = _checked(held, shape)
        u = np.where(truths, values, u)
        medium = replace(medium, free=same_across(1.0 - truths[None]))
    elif not (np.any(medium.top) or np.any(medium.bottom) or np.any(lost)):
        raise ValueError("steady: nothing fixes the level; hold a cell or an end, or add a loss")
    elif source is None and not np.any(_ends_source(medium)):
        raise ValueError("steady: nothing drives a field; name electrodes, a source or ends not 0")
    made, lost = made * medium.volume, lost * medium.volume
    system = System(medium, same_across(lost)[None])
    right = (made + _ends_source(medium) - _taken(u, medium, lost))[None].astype(u.dtype)
    whole = None
    if start is not None:
        ahead = system.operator.project((np.broadcast_to(start, shape) - u)[None])[0]
        u, whole = u + ahead, right
        right = whole - _taken(ahead, medium, lost)
    change, count = system.solve(right, tolerance, limit, whole)
    return _with_budget(u + change[0], medium, made, lost, count)


def _refuse_nonsense(made: Field, lost: Field, start: Any) -> None:
    for name, field in (("source", made), ("loss", lost), ("start", start)):
        if field is not None and not np.all(np.isfinite(field)):
            raise ValueError(f"{name}: holds a value that is not finite")
    if np.any(lost.real < 0):
        raise ValueError("loss: must not be negative")


def _taken(u: Field, medium: Operator, lost: Field) -> Field:
    """What leaves each cell and is lost in it, with the outside at 0."""
    return np.asarray(medium.apply(u[None])[0] + lost * u)


def _checked(held: tuple[Field, Field], shape: tuple[int, ...]) -> tuple[Field, Field]:
    truths = np.broadcast_to(np.asarray(held[0], dtype=bool), shape)
    values = np.broadcast_to(np.asarray(held[1]), shape)
    if not np.any(truths):
        raise ValueError("held: no cell is held")
    if not np.all(np.isfinite(values[truths])):
        raise ValueError("held: holds a value that is not finite")
    return truths, values


def _ends_source(medium: Operator) -> Field:
    """What the outside gives to the first and last cells while they are at 0."""
    out = np.zeros(medium.shape[1:], np.result_type(medium.depth, medium.above, medium.below))
    out[0] += (medium.top * medium.above)[0]
    out[-1] += (medium.bottom * medium.below)[0]
    return out


def _with_budget(u: Field, medium: Operator, made: Field, lost: Field, count: int) -> Steady:
    free = np.ones(u.shape) if medium.free is None else np.broadcast_to(medium.free[0], u.shape)
    ends = medium.inflow(u[None])[:, 0]
    entries = (ends[0], ends[1], (made * free).sum(), medium.from_held(u[None])[0])
    loss = (lost * u * free).sum()
    given = abs(_given(u, medium, made, lost) * (1.0 - free)).sum()
    gross = float(abs(np.array([*entries[:3], loss])).sum() + given)
    return Steady(u, *entries, loss, gross, count, medium, lost, made)


def _given(u: Field, medium: Operator, made: Field, lost: Field) -> Field:
    """What each cell must be given from elsewhere to stay as it is; nothing in free cells."""
    return np.asarray(_taken(u, medium, lost) - made - _ends_source(medium))
