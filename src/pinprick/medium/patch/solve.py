"""Solving (mass + diffusion) u = right in a patch: direct where even, else conjugate gradients.

Across the patch a cosine transform (closed sides) or a Fourier transform (periodic ones) takes the
lateral means apart; what is left of each wave is one tridiagonal system in depth. Where all
coefficients are the same across, that is the answer; elsewhere it is a preconditioner, on
geometric means and between two scalings by the diagonal. Its iterations are cheap and grow with
the mesh and the contrast. Those of the multigrid cost two to three times as much and hardly grow:
some 15 a step and 25 for a steady field.

The rule: the multigrid where cells are held, or where the diagonal, with the mass or without it,
differs by more than 300 times at one depth, in a patch of more than 30,000 cells; the transform
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import fft

from pinprick.medium.checks import StepError
from pinprick.medium.patch.operator import Operator

if TYPE_CHECKING:
    from pinprick.medium.patch.multigrid import Multigrid

Field = np.ndarray[Any, Any]
_WORKERS = 2
TOLERANCE = 1e-9
LIMIT = 1000
_MILD = 300.0  # largest ratio at one depth that the transform is left with
_SMALL = 30_000  # cells of a patch that is not worth a multigrid


@dataclass(frozen=True)
class System:
    """The system (mass + diffusion) of an operator; ``mass`` multiplies activities.

    ``mass`` has the shape (species, cells, y|1, x|1), an amount per activity. It may be zero where
    something else fixes the level.
    """

    operator: Operator
    mass: Field

    @cached_property
    def direct(self) -> bool:
        """Whether one application of the layered solver is the answer."""
        return self.operator.even and self.mass.shape[-2:] == (1, 1)

    def apply(self, u: Field) -> Field:
        """The left side at activities ``u``, on free unknowns."""
        return self.operator.project(self.operator.apply(u) + self.mass * u)

    def solve(
        self,
        right: Field,
        tolerance: float = TOLERANCE,
        limit: int = LIMIT,
        whole: Field | None = None,
    ) -> tuple[Field, int]:
        """Activities and the number of iterations; zero in held cells.

        The sum of what is left over is made zero for each species, so that amounts balance to
        rounding whatever the tolerance.

        Args:
            right: shape (species, cells, y, x).
            tolerance: on the error in the norm of the preconditioner, relative to the right side.
            limit: of iterations.
            whole: what the tolerance is relative to instead: the right side from a start of 0,
                where ``right`` is what a better start has left of it.

        Raises:
            StepError: if the iterations do not converge.
        """
        right = self.operator.project(right.copy())
        full = right if whole is None else self.operator.project(whole.copy())
        if self.direct:
            u, count = self.layered.solve(right), 0
        elif self.rough:
            parts = zip(self._each, right, full, strict=True)
            found = [
                _conjugate_gradients(one, r[None], w[None], tolerance, limit) for one, r, w in parts
            ]
            u, count = np.concatenate([u for u, _ in found]), max(n for _, n in found)
        else:
            u, count = _conjugate_gradients(self, right, full, tolerance, limit)
        return u + self._balance(right, u), count

    @cached_property
    def rough(self) -> bool:
        """Whether the multigrid is the better preconditioner."""
        op = self.operator
        if self.direct or np.prod(op.shape[1:]) <= _SMALL:
            return False
        fields = (op.leaving, op.leaving + self.mass)
        return op.free is not None or any(_contrast(field) > _MILD for field in fields)

    @cached_property
    def _each(self) -> tuple[System, ...]:
        """The systems of the species, one by one."""
        op = self.operator
        mass = np.broadcast_to(self.mass, (*op.shape[:2], *self.mass.shape[2:]))
        return tuple(System(op.of(i), mass[i : i + 1]) for i in range(op.shape[0]))

    @cached_property
    def preconditioner(self) -> Layered | Multigrid:
        """What makes the iterations few."""
        if not self.rough:
            return self.layered
        from pinprick.medium.patch.multigrid import Multigrid  # compiled: only where it is used

        return Multigrid.of(self.operator, self.mass)

    def _balance(self, right: Field, u: Field) -> Field:
        """The even activity that takes up what is left over."""
        op, free = self.operator, self._free
        if op.free is None:  # summed without the flows between cells, which cancel
            left, weight = _sum(right) - self._held_back(u), self._held_back(free)
        else:
            left, weight = _sum(right - self.apply(u)), _sum(free * self.apply(free))
        level = np.where(weight == 0, 0.0, left / np.where(weight == 0, 1.0, weight))
        return np.asarray(free * _wide(level))

    def _held_back(self, u: Field) -> Field:
        op = self.operator
        ends = (op.top * u[:, 0] + op.bottom * u[:, -1]).sum(axis=(1, 2))
        return np.asarray(_sum(self.mass * u) + ends)

    @cached_property
    def _free(self) -> Field:
        whole = np.ones(self.operator.shape)
        return whole if self.operator.free is None else whole * self.operator.free

    @cached_property
    def layered(self) -> Layered:
        """The solver on lateral means."""
        return Layered.of(self)


@dataclass(frozen=True)
class Layered:
    """Waves across, one tridiagonal system in depth for each: what the sweeps need.

    ``off`` conductances between depths, (species, cells - 1); ``pivot`` their inverse pivots,
    (species, cells, waves...); ``scale`` by which cells differ from their layer, or None.
    """

    off: Field
    pivot: Field
    scale: Field | None
    periodic: bool
    shape: tuple[int, ...]

    @classmethod
    def of(cls, system: System) -> Layered:
        """Factorise the lateral means of a system."""
        op = system.operator
        mass = np.broadcast_to(system.mass, (*op.shape[:2], *system.mass.shape[2:]))
        off, along, across = _mean(op.depth), _mean(op.along), _mean(op.across)
        diagonal = _mean(mass).astype(np.result_type(mass, op.depth))
        diagonal[:, :-1] += off
        diagonal[:, 1:] += off
        diagonal[:, 0] += op.top.mean(axis=(-2, -1))
        diagonal[:, -1] += op.bottom.mean(axis=(-2, -1))
        if op.free is not None and not system.direct:
            # Held cells draw what is around them to themselves.
            share = (1.0 - op.free).mean(axis=(2, 3))
            diagonal += share * (diagonal + 2.0 * along + 2.0 * across)
        scale = None
        if not system.direct:
            sides = sum(2.0 * g for g, n in ((along, op.shape[2]), (across, op.shape[3])) if n > 1)
            level = (diagonal + sides)[..., None, None]
            scale = np.sqrt(level / (op.leaving + system.mass))
        full = np.iscomplexobj(diagonal)
        waves = (
            _waves(op.shape[2], op.periodic, half=False),
            _waves(op.shape[3], op.periodic, half=not full),
        )
        spread = along[..., None, None] * waves[0][:, None] + across[..., None, None] * waves[1]
        pivot = diagonal[..., None, None] + spread
        for i in range(op.shape[1]):
            if i:
                pivot[:, i] -= (off[:, i - 1] ** 2)[:, None, None] * pivot[:, i - 1]
            pivot[:, i] = 1.0 / pivot[:, i]
            if op.free is not None and system.direct:
                pivot[:, i] *= op.free[:, i]
            if op.stirred is not None and op.stirred[i]:
                level = pivot[:, i, 0, 0].copy()
                pivot[:, i] = 0.0
                pivot[:, i, 0, 0] = level
        return cls(off, pivot, scale, op.periodic, op.shape)

    def solve(self, right: Field) -> Field:
        """The answer on lateral means, shape of ``right``."""
        waves = self._forward(right if self.scale is None else right * self.scale)
        off = self.off[:, :, None, None]
        cells = waves.shape[1]
        for i in range(cells):
            if i:
                waves[:, i] += off[:, i - 1] * waves[:, i - 1]
            waves[:, i] *= self.pivot[:, i]
        for i in range(cells - 2, -1, -1):
            waves[:, i] += (off[:, i] * self.pivot[:, i]) * waves[:, i + 1]
        answer = self._backward(waves)
        return answer if self.scale is None else answer * self.scale

    def _forward(self, field: Field) -> Field:
        if field.shape[-2:] == (1, 1):
            return field.copy()
        if not self.periodic:
            return np.asarray(fft.dctn(field, axes=(2, 3), norm="ortho", workers=_WORKERS))
        if np.iscomplexobj(field) or self._whole:
            return np.asarray(fft.fft2(field, axes=(2, 3), workers=_WORKERS))
        return np.asarray(fft.rfft2(field, axes=(2, 3), workers=_WORKERS))

    def _backward(self, waves: Field) -> Field:
        if self.shape[-2:] == (1, 1):
            return waves
        if not self.periodic:
            return np.asarray(fft.idctn(waves, axes=(2, 3), norm="ortho", workers=_WORKERS))
        if self._whole:
            return np.asarray(fft.ifft2(waves, axes=(2, 3), workers=_WORKERS))
        return np.asarray(fft.irfft2(waves, s=self.shape[2:], axes=(2, 3), workers=_WORKERS))

    @property
    def _whole(self) -> bool:
        return self.periodic and self.pivot.shape[-1] == self.shape[-1] > 2


def _conjugate_gradients(
    system: System, right: Field, whole: Field, tolerance: float, limit: int
) -> tuple[Field, int]:
    """Answer and the number of iterations; each species on its own.

    Products are taken without conjugation, so that complex symmetric systems are served too. The
    direction is the flexible one, for a preconditioner that is not quite linear.
    """
    project, inverse = system.operator.project, system.preconditioner
    left = right.copy()
    step = project(inverse.solve(left))
    u, direction, work = np.zeros_like(step), step.copy(), np.empty_like(step)
    with np.errstate(over="ignore", invalid="ignore"):  # seen to below
        measure = _product(left, step, work)
        full = measure
        if not np.may_share_memory(whole, right):  # a start that is near
            full = _product(whole, project(inverse.solve(whole)), work)
    target = tolerance**2 * abs(full)
    for count in range(1, limit + 1):
        image = system.apply(direction)
        with np.errstate(over="ignore", invalid="ignore"):
            bend = _product(direction, image, work)
        if not np.all(np.isfinite(bend)):
            raise StepError("conjugate gradients: a value is not finite")
        open_ = (abs(measure) > target) & (bend != 0)
        if not np.any(open_):
            return u, count - 1
        length = np.where(open_, measure / np.where(open_, bend, 1.0), 0.0)
        u += np.multiply(direction, _wide(length), out=work)
        left -= np.multiply(image, _wide(length), out=work)
        step = project(inverse.solve(left))
        turn = -length * _product(step, image, work)
        before, measure = measure, _product(left, step, work)
        ratio = np.where(open_, turn / np.where(before == 0, 1.0, before), 0.0)
        direction *= _wide(ratio)
        direction += step
    raise StepError(f"conjugate gradients: no convergence after {limit} iterations")


def _product(a: Field, b: Field, work: Field) -> Field:
    """Sum of products for each species; ``work`` holds them."""
    return _sum(np.multiply(a, b, out=work))


def _contrast(field: Field) -> float:
    """The largest ratio of values at one depth."""
    size = abs(field)
    least = np.maximum(size.min(axis=(-2, -1)), np.finfo(float).tiny)
    return float((size.max(axis=(-2, -1)) / least).max())


def _sum(field: Field) -> Field:
    return np.asarray(field.sum(axis=(1, 2, 3)))


def _wide(values: Field) -> Field:
    return np.asarray(values)[:, None, None, None]


def _mean(field: Field) -> Field:
    """Geometric mean across; what is next to nothing counts as a millionth of the largest."""
    if field.shape[2:] == (1, 1):
        return np.asarray(field[:, :, 0, 0])
    size = abs(field)
    floor = np.maximum(1e-6 * size.max(axis=(2, 3), keepdims=True), 1e-300)
    return np.asarray(np.exp(np.log(np.where(size < floor, floor, field)).mean(axis=(2, 3))))


def _waves(count: int, periodic: bool, *, half: bool) -> Field:
    """Eigenvalues of the second difference along a row of cells."""
    if count == 1:
        return np.zeros(1)
    number = np.arange(count // 2 + 1 if periodic and half else count)
    return np.asarray(2.0 - 2.0 * np.cos(np.pi * (2.0 if periodic else 1.0) * number / count))
