"""The solvers of a patch: multigrid and transform, what they agree on and when each is taken."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pinprick.medium.checks import StepError
from pinprick.medium.column import Column, column
from pinprick.medium.patch import Patch, multigrid, solve
from pinprick.medium.patch.multigrid import Multigrid
from pinprick.medium.patch.operator import Operator, of_species, same_across
from pinprick.medium.patch.solve import Layered, System
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import ReactionTable, Species
from pinprick.medium.steady import conductor, electrodes, steady
from pinprick.medium.unit_cell import blend

ONE = np.ones(1)
DRUG = Species("drug", "1", 1.0, "solute", "diffusivity", "storage")


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """The multigrid wherever it can serve."""
    monkeypatch.setattr(solve, "_SMALL", 0)
    monkeypatch.setattr(solve, "_MILD", 0.0)


def skin(cells: int) -> Column:
    """Cells of 5 to 10 µm in a barrier, growing to 100 µm in what lies below."""
    below = cells - cells // 4
    thick = {"tight": (0.02 * ONE, cells // 4), "open": (1.0 * ONE, below)}
    return column(0 * ONE, thick, {"open": 20.0 ** (1.0 / below)})


def pierced(
    cells: int, contrast: float, sides: str = "periodic", step: float = 0.1, **more: Any
) -> System:
    """A step of diffusion through a channel in a tight layer."""
    col = skin(cells)
    faces = np.linspace(0, 1.0, cells + 1)
    patch = Patch(col, faces, faces, sides)  # type: ignore[arg-type]
    share = patch.share_within((0.52, 0.47), 0.08, 0.4)
    passing = blend(col.field({"tight": 1.0 / contrast, "open": 0.3}), 1.0, share)
    storage = blend(col.field({"tight": 4.0, "open": 1.0}), 1.0, share)
    ends = {"top": {"drug": (0.1, 1.0)}, "bottom": {"drug": (0.2, 0.0)}}
    fields = {"diffusivity": passing, "storage": storage, **ends, **more}
    op = of_species([DRUG], SimpleNamespace(**patch.here(), **fields), patch.shape)
    return System(op, op.storage * op.volume / step + np.zeros(op.shape))


def with_needle(system: System) -> System:
    held = np.zeros(system.operator.shape)
    held[0, 2:9, 3:5, 4:6] = 1.0
    return System(replace(system.operator, free=1.0 - held), system.mass)


def noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


def graph_times(grid: Multigrid, u: np.ndarray) -> np.ndarray:
    """The finest graph's matrix times ``u``."""
    level = grid.levels[0]
    rows = np.repeat(np.arange(len(level.size)), np.diff(level.start))
    flows = np.bincount(rows, level.g * u[level.to], minlength=len(u))
    return np.asarray((level.size * u - flows) * grid.scale)


@pytest.mark.parametrize("sides", ["periodic", "closed"])
@pytest.mark.parametrize("held", [False, True])
def test_the_graph_is_the_operator(sides: str, held: bool) -> None:
    system = pierced(12, 1e3, sides)
    if held:
        system = with_needle(system)
    u = noise(system.operator.shape, 1)
    expected = system.apply(system.operator.project(u.copy()))
    free = 1.0 if system.operator.free is None else system.operator.free
    found = graph_times(Multigrid.of(system.operator, system.mass), (u * free).ravel())
    assert np.abs(found.reshape(expected.shape) * free - expected).max() < 1e-6 * expected.max()


@pytest.mark.parametrize("across", [1, 2, 3])
@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_the_graph_of_a_narrow_patch_is_the_operator(across: int, sides: str) -> None:
    """One cell across has no neighbour, and in a ring of two a cell has the same one twice."""
    faces = np.linspace(0, 1.0, across + 1)
    patch = Patch(skin(8), faces, np.linspace(0, 1.0, 5), sides)  # type: ignore[arg-type]
    op = conductor(patch, 0.1 + noise(patch.shape), (0.1, 0.0), (0.0, 0.0))
    u = noise(op.shape, 2)
    found = graph_times(Multigrid.of(op, np.zeros((1, 1, 1, 1))), u.ravel())
    assert np.allclose(found.reshape(op.shape), op.apply(u), rtol=0, atol=1e-6 * op.leaving.max())


@pytest.mark.parametrize("many", [500, 10**6])
def test_one_application_is_symmetric_and_positive(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In two halves at once or in one."""
    monkeypatch.setattr(multigrid, "_MANY", many)
    system = with_needle(pierced(14, 1e5, "closed"))
    grid = Multigrid.of(system.operator, system.mass)
    assert len(grid.levels) == 1, "with more graphs the cycle is not linear"
    a, b = (system.operator.project(noise(system.operator.shape, i) - 0.5) for i in (1, 2))
    ab, ba, aa = ((a * grid.solve(b)).sum(), (b * grid.solve(a)).sum(), (a * grid.solve(a)).sum())
    assert abs(ab - ba) < 1e-12 * aa and aa > 0


@pytest.mark.usefixtures("always")
def test_the_halves_may_run_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer to the bit, at once or one after the other."""
    monkeypatch.setattr(multigrid, "_MANY", 500)

    def one_by_one(call: Any, parts: list[Any]) -> None:
        for part in reversed(parts):
            call(*part)

    answers = []
    for way in (multigrid.shared, one_by_one):
        monkeypatch.setattr(multigrid, "shared", way)
        system = pierced(20, 1e5)
        answer, count = system.solve(noise(system.operator.shape) * system.mass)
        assert count < 25
        answers.append(answer)
    assert np.array_equal(*answers)


@pytest.mark.usefixtures("always")
def test_iterations_depend_on_neither_contrast_nor_mesh_nor_step() -> None:
    counts = []
    for cells in (16, 32):
        for contrast in (3.0, 1e3, 1e5, 1e7):
            for step in (1e-3, 0.1, 10.0):
                system = pierced(cells, contrast, step=step)
                right = noise(system.operator.shape) * system.mass
                answer, count = system.solve(right)
                left = right - system.apply(answer)
                assert np.abs(left).max() < 1e-5 * right.max()
                assert abs(left.sum() - (right - system.apply(answer)).sum()) < 1e-14 * right.sum()
                counts.append(count)
    assert max(counts) < 25, counts


@pytest.mark.parametrize("sides", ["periodic", "closed"])
@pytest.mark.parametrize("held", [False, True])
def test_both_give_the_same_answer(sides: str, held: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for small in (0, 10**9):
        monkeypatch.setattr(solve, "_SMALL", small)
        system = pierced(16, 1e4, sides)
        system = with_needle(system) if held else system
        right = noise(system.operator.shape) * system.mass
        assert isinstance(system.preconditioner, Layered if small else Multigrid)
        answers.append(system.solve(right, 1e-12)[0])
    assert np.abs(answers[0] - answers[1]).max() < 1e-9 * np.abs(answers[1]).max()


@pytest.mark.usefixtures("always")
def test_a_stirred_layer_is_one_node() -> None:
    stirred = np.zeros((16, 1, 1))
    stirred[0] = 1
    system = pierced(16, 1e4, stirred=stirred, storage=1.0)
    right = system.operator.project(noise(system.operator.shape) * system.mass)
    assert isinstance(system.preconditioner, Multigrid)
    answer, count = system.solve(right)
    assert count < 25 and np.ptp(answer[0, 0]) < 1e-14 < np.ptp(answer[0, 2])
    assert np.abs(system.apply(answer) - right).max() < 1e-6 * right.max()


@pytest.mark.usefixtures("always")
def test_each_species_is_solved_on_its_own() -> None:
    """One through a channel, one the same everywhere, one that does not move."""
    single = pierced(14, 1e4)
    op = single.operator
    parts = {
        name: np.concatenate([np.broadcast_to(part, part.shape), 0 * part + part.mean(), 0 * part])
        for name in ("depth", "along", "across", "top", "bottom")
        for part in [getattr(op, name)]
    }
    three = Operator(
        (3, *op.shape[1:]), **parts, above=op.above.repeat(3, 0), below=op.below.repeat(3, 0),
        storage=op.storage.repeat(3, 0), volume=op.volume, periodic=op.periodic,
    )  # fmt: skip
    system = System(three, single.mass)
    right = noise(three.shape) * single.mass
    answer, _ = system.solve(right, 1e-12)
    assert np.abs(system.apply(answer) - right).max() < 1e-8 * right.max()
    assert np.allclose(answer[0], single.solve(right[:1], 1e-12)[0][0], atol=1e-9)
    assert np.allclose(answer[2], right[2] / single.mass[0], rtol=1e-12)


@pytest.mark.usefixtures("always")
def test_a_complex_conductivity_whose_phase_differs() -> None:
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import spsolve

    col = skin(10)
    patch = Patch(col, np.linspace(0, 1, 9), np.linspace(0, 1, 10), "closed")
    share = patch.share_within((0.5, 0.5), 0.15, 0.4)
    conductivity = blend(col.field({"tight": 1e-4, "open": 0.3}) * 1.0, 1.0, share)
    conductivity = conductivity * np.exp(1j * (1.2 - 1.1 * share))
    medium = conductor(patch, conductivity, (0.0, 1.0), (0.05, 0.0))
    found = steady(medium)
    size = int(np.prod(patch.shape))
    units = np.eye(size).reshape(size, *patch.shape)
    matrix = np.array([medium.apply(unit[None])[0].ravel() for unit in units]).T
    right = np.zeros(patch.shape, complex)
    right[0] += (medium.top * medium.above)[0]
    peer = spsolve(coo_array(matrix).tocsc(), right.ravel()).reshape(patch.shape)
    assert isinstance(System(medium, np.zeros((1, 1, 1, 1))).preconditioner, Multigrid)
    assert np.abs(found.field - peer).max() < 1e-8 and found.iterations < 60
    assert found.imbalance < 1e-8


def test_needles_in_a_field_that_are_held_or_insulated() -> None:
    """Steel in a coat that passes next to nothing, bare at its tip: a contrast of 1e8 in all."""
    cells = 33
    col = column(0 * ONE, {"tight": (0.02 * ONE, 3), "open": (1.98 * ONE, cells - 3)})
    faces = np.linspace(0, 2.0, cells + 1)
    patch = Patch(col, faces, faces, "closed")
    sigma = np.array(np.broadcast_to(col.field({"tight": 1e-3, "open": 0.5}), patch.shape))
    cores = []
    for centre in ((0.5, 0.5), (1.5, 1.5)):
        sigma = blend(sigma, 0.5e-4, patch.share_within(centre, 0.3, 1.0))
        core = patch.share_within(centre, 0.2, 1.2)
        sigma, cores = blend(sigma, 0.5e4, core), [*cores, core > 0.99]
    loose = steady(conductor(patch, sigma, (0.0, 1.0), (0.0, 0.0)))
    assert loose.iterations < 40 and loose.imbalance < 1e-8
    inside = loose.field[cores[0]]
    assert np.ptp(inside) < 1e-2 * np.ptp(loose.field), "steel is at one potential"
    held = electrodes(patch.shape, {"a": (cores[0], 1.0), "b": (cores[1], -1.0)})
    found = steady(conductor(patch, sigma), held=held)
    assert found.iterations < 40 and found.imbalance < 1e-8
    assert np.abs(found.field).max() <= 1.0 + 1e-9
    assert np.isclose(found.leaving(cores[0]), -found.leaving(cores[1]), rtol=1e-8)


@pytest.mark.parametrize("cells", [12, 32])
def test_a_start_that_is_near_saves_iterations_and_nothing_else(cells: int) -> None:
    """Conductivity that rises by 2 % where the field is high, as with heat."""
    faces = np.linspace(0, 1.0, cells + 1)
    patch = Patch(skin(cells), faces, faces, "closed")
    sigma = blend(0.1, 30.0, patch.share_within((0.5, 0.5), 0.2, 0.3))
    truths = np.zeros((2, *patch.shape), bool)
    truths[0, 2:6, 2:4, 2:4], truths[1, 2:6, 8:10, 8:10] = True, True
    held = electrodes(patch.shape, {"one": (truths[0], 1.0), "other": (truths[1], -1.0)})
    before = steady(conductor(patch, sigma), held=held)
    medium = conductor(patch, sigma * (1.0 + 0.02 * before.field**2))
    cold = steady(medium, held=held)
    warm = steady(medium, held=held, start=before.field)
    assert np.abs(cold.field - warm.field).max() < 1e-10 and warm.imbalance < 1e-9
    assert 0 < warm.iterations < 0.9 * cold.iterations
    assert steady(medium, held=held, start=cold.field).iterations < 0.3 * cold.iterations
    with pytest.raises(ValueError, match="start"):
        steady(medium, held=held, start=np.nan)


def test_the_rule() -> None:
    """Multigrid for held cells and high contrast in a patch that is not small."""
    for cells, contrast, held, expected in (
        (16, 1e5, False, Layered), (16, 1e5, True, Layered), (32, 5.0, False, Layered),
        (32, 1e5, False, Multigrid), (32, 5.0, True, Multigrid),
    ):  # fmt: skip
        system = pierced(cells, contrast)
        system = with_needle(system) if held else system
        assert isinstance(system.preconditioner, expected), (cells, contrast, held)
    for step in (1e-9, 1e9):  # whatever the mass hides
        assert isinstance(pierced(32, 1e5, step=step).preconditioner, Multigrid)
    even = pierced(32, 1e5, diffusivity=1.0, storage=1.0)
    assert System(even.operator, same_across(even.mass[0])[None]).direct


def test_memory_is_what_the_page_says() -> None:
    system = pierced(40, 1e5)
    grid = Multigrid.of(system.operator, system.mass)
    assert grid.nbytes / system.mass.size < 130


@pytest.mark.usefixtures("always")
def test_no_convergence_and_no_number_are_errors() -> None:
    system = pierced(16, 1e4)
    right = noise(system.operator.shape)
    with pytest.raises(StepError, match="no convergence"):
        system.solve(right, limit=2)
    right[0, 3, 3, 3] = np.nan
    with pytest.raises(StepError, match="not finite"):
        system.solve(right)


@pytest.mark.usefixtures("always")
def test_steps_on_the_multigrid_keep_amount_and_steady_state() -> None:
    table = ReactionTable((DRUG,), (), lambda s, k: {})
    col = skin(8)
    faces = np.linspace(0, 1.0, 13)
    patch = Patch(col, faces, faces)
    share = patch.share_within((0.5, 0.5), 0.12, 0.4)
    here = {
        **patch.here(), "storage": blend(col.field({"tight": 4.0, "open": 1.0}), 1.0, share),
        "diffusivity": blend(col.field({"tight": 1e-4, "open": 0.3}), 1.0, share),
        "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.1, 0.0)},
    }  # fmt: skip
    start = np.zeros((1, *patch.shape))
    end, book = PatchStepper(table).walk_with_ledger(start, here, np.full(10, 0.02))
    change = ((end - start)[0] * patch.volume).sum()
    assert abs(change - sum(part[0] for part in book)) < 1e-12 * sum(abs(p[0]) for p in book)
    ends = [PatchStepper(table).walk(start, here, np.full(60, h)) for h in (10.0, 40.0)]
    assert np.abs(ends[0] - ends[1]).max() < 1e-8
