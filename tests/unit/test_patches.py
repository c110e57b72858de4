"""The patch: its mesh, its operator, its steps, steady fields, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from pinprick.medium.checks import StepError
from pinprick.medium.column import Column, column
from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import of_species
from pinprick.medium.patch.solve import System
from pinprick.medium.patch.stepper import PatchStepper, graded
from pinprick.medium.reactions import Reaction, ReactionTable, Species, hill
from pinprick.medium.steady import conductor, electrodes, steady
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import blend

ONE = np.ones(1)
DRUG = Species("drug", "1", 1.0, "solute", "diffusivity", "storage")
SOLUTE = ReactionTable(
    (DRUG,),
    (Reaction("decay", "decay", ("drug",), {"drug": 1}),),
    lambda s, k: {"decay": k.decay * s.drug},
)
PAIR = ReactionTable(
    (
        Species("v", "1", 1.0, "v"),
        Species("u", "1", 1.0, "u", "spread"),
        Species("w", "1", 1.0, "w", "slow"),
    ),
    (
        Reaction("make", "u makes v", ("u",), {}, {"v": 1}),
        Reaction("end", "v is lost", ("v",), {"v": 1}),
        Reaction("loss", "u is lost", ("u",), {"u": 1}),
        Reaction("gain", "v feeds u", ("v",), {}, {"u": 1}),
        Reaction("turn", "u turns to w", ("u",), {"u": 1}, {"w": 1}),
        Reaction("leave", "w is lost", ("w",), {"w": 1}),
    ),
    lambda s, k: {
        "make": 4 * hill(s.u, 0.5), "end": s.v, "loss": 3.0 * s.u, "gain": s.v + k.feed,
        "turn": 2.0 * s.u, "leave": 0.5 * s.w,
    },
)  # fmt: skip


def layered(cells: int = 4) -> tuple[Column, dict[str, np.ndarray]]:
    """A thin tight layer that holds much over a thick open one."""
    col = column(0 * ONE, {"upper": (0.2 * ONE, cells), "lower": (0.8 * ONE, 2 * cells)})
    fields = {
        "diffusivity": col.field({"upper": 0.02, "lower": 0.5}),
        "storage": col.field({"upper": 4.0, "lower": 0.7}),
    }
    return col, fields


def square(col: Column, count: int, sides: str = "periodic", length: float = 0.6) -> Patch:
    faces = np.linspace(0, length, count + 1)
    return Patch(col, faces, faces, sides)  # type: ignore[arg-type]


def leaky(sides: str = "periodic") -> tuple[Patch, dict, np.ndarray]:
    col, fields = layered()
    patch = square(col, 6, sides)
    share = patch.share_within((0.25, 0.3), 0.11, 0.5)
    here = {
        **patch.here(), "decay": 0.4,
        "diffusivity": blend(fields["diffusivity"], 2.0, share),
        "storage": blend(fields["storage"], 1.0, share),
        "top": {"drug": (0.3, 1.0)}, "bottom": {"drug": (0.1, 0.0)},
    }  # fmt: skip
    return patch, here, np.random.default_rng(6).random((1, *patch.shape))


# -- mesh -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("centre", [(0.3, 0.3), (0.05, 0.58)])
def test_a_channel_has_its_volume_wherever_it_lies(centre: tuple[float, float]) -> None:
    patch = square(layered()[0], 7)
    share = patch.share_within(centre, 0.13, 0.55)
    assert np.all((share >= 0) & (share <= 1))
    assert abs((share * patch.volume).sum() / (np.pi * 0.13**2 * 0.55) - 1) < 1e-12


def test_a_channel_outside_the_patch_is_refused() -> None:
    closed = square(layered()[0], 6, "closed")
    for centre, radius, depth in (
        ((0.1, 0.3), 0.11, 0.5), ((0.7, 0.3), 0.05, 0.5), ((0.3, 0.3), 0.1, 1.2),
        ((0.3, np.nan), 0.1, 0.5), ((0.3, 0.3), -0.1, 0.5), ((0.3, 0.3), 0.31, 0.5),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="channel:"):
            closed.share_within(centre, radius, depth)
    with pytest.raises(ValueError, match="equal steps"):
        Patch(layered()[0], np.array([0.0, 0.1, 0.3]), np.array([0.0, 1.0]))
    with pytest.raises(ValueError, match="periodic or closed"):
        square(layered()[0], 3, "open")


# -- operator -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_the_operator_is_symmetric_and_conserves(sides: str) -> None:
    patch, here, start = leaky(sides)
    op = of_species([DRUG], SimpleNamespace(**here), patch.shape)
    other = np.random.default_rng(1).random(start.shape)
    assert abs((other * op.apply(start)).sum() - (start * op.apply(other)).sum()) < 1e-13
    made, through = op.amount(op.rates(start)), op.inflow(start).sum(axis=0)
    assert np.allclose(made, through, rtol=1e-12)
    for cell in ((0, 0, 0), (3, 2, 5), (11, 5, 5)):
        unit = np.zeros_like(start)
        unit[0][cell] = 1.0
        assert np.isclose(op.apply(unit)[0][cell], op.leaving[0][cell])


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_even_coefficients_are_solved_at_once(sides: str) -> None:
    patch, here, start = leaky(sides)
    op = of_species([DRUG], SimpleNamespace(**{**here, **layered()[1]}), patch.shape)
    system = System(op, op.storage * op.volume / 0.3)
    answer, count = system.solve(start)
    assert count == 0 and np.abs(system.apply(answer) - start).max() < 1e-12


@pytest.mark.parametrize("step", [1e-3, 0.1, 10.0])
def test_a_channel_takes_few_iterations(step: float) -> None:
    col = column(0 * ONE, {"tight": (0.02 * ONE, 4), "open": (1.0 * ONE, 12)})
    patch = square(col, 16, length=1.0)
    share = patch.share_within((0.5, 0.5), 0.07, 0.3)
    tissue = col.field({"tight": 1e-5, "open": 0.3})
    here = {**patch.here(), "diffusivity": blend(tissue, 1.0, share), "storage": 1.0}
    op = of_species([DRUG], SimpleNamespace(**here), patch.shape)
    system = System(op, op.storage * op.volume / step + np.zeros(op.shape))
    right = np.random.default_rng(0).random(op.shape) * system.mass
    answer, count = system.solve(right)
    left = right - system.apply(answer)
    assert count < 80 and np.abs(left).max() < 1e-6 * right.max()
    assert abs(left.sum()) < 1e-14 * right.sum(), "amounts balance whatever the tolerance"


# -- steps ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_a_patch_that_is_the_same_across_is_the_column(sides: str) -> None:
    col = layered()[0]
    patch = square(col, 4, sides)
    here = {"spread": 0.05, "slow": col.field({"upper": 0.1, "lower": 0.3}), "feed": 0.1}
    one = np.random.default_rng(3).random((3, 12, 1, 1))
    steps = np.full(20, 0.1)
    flat = Stepper(PAIR).walk(one, {**col.here(), **here}, steps)
    whole = np.broadcast_to(one, (3, *patch.shape))
    wide = PatchStepper(PAIR).walk(whole, {**patch.here(), **here}, steps)
    assert wide.shape == whole.shape and np.abs(wide - flat).max() < 1e-13
    # Not narrowed, for one cell differs by less than anything counts: still the column.
    nearly = whole.copy()
    nearly[1, 0, 0, 0] *= 1 + 1e-15
    assert (
        np.abs(PatchStepper(PAIR).walk(nearly, {**patch.here(), **here}, steps) - flat).max()
        < 1e-12
    )


def test_steady_states_do_not_depend_on_the_step() -> None:
    _, here, start = leaky()
    here["decay"] = 2.0
    ends = [
        PatchStepper(SOLUTE).walk(start, here, np.full(n, h)) for n, h in ((160, 0.2), (100, 0.8))
    ]
    assert np.abs(ends[0] - ends[1]).max() < 1e-8


def test_steps_that_fall_back_end_in_the_same_steady_state() -> None:
    _, here, start = leaky()
    here["decay"] = 5.0
    ends = [
        PatchStepper(SOLUTE).walk(start, here, np.full(n, h)) for n, h in ((120, 0.1), (120, 40.0))
    ]
    assert np.abs(ends[0] - ends[1]).max() < 1e-8


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_sweeps_keep_order_amount_and_steady_state(sides: str) -> None:
    patch, here, start = leaky(sides)
    by = PatchStepper(SOLUTE, factored=True)
    here["decay"] = 2.0
    found = PatchStepper(SOLUTE).walk(start, here, np.full(100, 0.8))
    for h in (0.05, 0.2, 5.0):
        assert np.abs(by.walk(found, here, np.full(40, h)) - found).max() < 1e-8
    sealed = {k: v for k, v in here.items() if k not in ("top", "bottom")} | {"decay": 0.0}
    end, book = by.walk_with_ledger(start, here, np.full(20, 0.05))
    change = ((end - start)[0] * patch.volume).sum()
    assert abs(change - sum(part[0] for part in book)) < 1e-12 * sum(abs(p[0]) for p in book)
    smooth = PatchStepper(SOLUTE).walk(start, sealed, graded(0.2, 1e-3, 1.2, 0.02))
    ends = [by.walk(smooth, sealed, np.full(n, 0.2 / n)) for n in (16, 32, 64)]
    truth = PatchStepper(SOLUTE).walk(smooth, sealed, np.full(64, 0.2 / 64))
    errors = [np.abs(end - truth).max() for end in ends]
    assert (
        abs((truth - smooth).ravel() @ np.broadcast_to(patch.volume, patch.shape).ravel()) < 1e-14
    )
    assert np.log2(errors[0] / errors[1]) > 2.5, errors


def test_budgets_close_with_channels_exchange_decay_and_held_cells() -> None:
    patch, here, start = leaky("closed")
    held = np.zeros(patch.shape)
    held[4:6, 2:4, 1:3] = 1.0
    for extra in ({}, {"held": {"drug": held}}):
        end, book = PatchStepper(SOLUTE).walk_with_ledger(
            start, {**here, **extra}, np.full(20, 0.05)
        )
        change = ((end - start)[0] * patch.volume).sum()
        moved = sum(abs(part[0]) for part in book)
        assert abs(change - sum(part[0] for part in book)) < 1e-12 * moved
        if extra:
            assert np.array_equal(end[0][held > 0], start[0][held > 0]) and book.held[0] != 0


def test_a_rough_start_stays_positive_and_keeps_its_amount() -> None:
    patch, here, start = leaky()
    sealed = {k: v for k, v in here.items() if k not in ("top", "bottom")} | {"decay": 0.0}
    start = np.zeros_like(start)
    start[0, 0, 2, 2] = 1.0
    for steps, bound in (
        (graded(1.0, 1e-3, 1.3), 1e-12),
        (np.full(5, 0.2), 1e-12),
        (np.full(2, 1e4), 1e-7),
    ):  # a rate of 1e7 a step, times rounding
        end = PatchStepper(SOLUTE).walk(start, sealed, steps)
        assert np.all(end >= 0)
        assert abs((end * patch.volume).sum() / (start * patch.volume).sum() - 1) < bound


def test_a_channel_that_closes() -> None:
    import jax.numpy as jnp

    patch, here, start = leaky()
    share = patch.share_within((0.25, 0.3), 0.11, 0.5)

    def closing(now: SimpleNamespace, t: float) -> SimpleNamespace:
        open_ = share * jnp.exp(-2.0 * t)
        return SimpleNamespace(**{**vars(now), "diffusivity": 0.1 + 1.9 * open_})

    by = PatchStepper(SOLUTE, closing)
    end, book = by.walk_with_ledger(start, here, np.full(10, 0.1))
    change = ((end - start)[0] * patch.volume).sum()
    assert abs(change - sum(part[0] for part in book)) < 1e-12 * sum(abs(p[0]) for p in book)
    ends = [by.walk(start, here, graded(1.0, 1.0 / n, 1.0)) for n in (16, 32, 128)]
    errors = [np.abs(e - ends[-1]).max() for e in ends[:-1]]
    assert np.log2(errors[0] / errors[1]) > 2.5


def test_a_stirred_layer_is_one_value() -> None:
    patch, here, start = leaky()
    stirred = np.zeros((12, 1, 1))
    stirred[0] = 1
    here = {**here, "stirred": stirred, "storage": 1.0}
    del here["top"]
    start[0, 0] = 1.0
    end = PatchStepper(SOLUTE).walk(start, here, np.full(20, 0.05))
    assert np.ptp(end[0, 0]) < 1e-12 and np.ptp(end[0, 4]) > 1e-3
    even = {**here, "diffusivity": 0.1}
    end = PatchStepper(SOLUTE).walk(start, even, np.full(20, 0.05))
    assert np.ptp(end[0, 0]) < 1e-14
    with pytest.raises(ValueError, match="whole layer"):
        part = np.zeros(patch.shape)
        part[0, 0] = 1
        PatchStepper(SOLUTE).walk(start, {**here, "stirred": part}, np.full(1, 0.1))


def test_a_walk_is_stopped_and_taken_up_again(tmp_path: Path) -> None:
    _, here, start = leaky()
    steps, file = np.full(8, 0.05), tmp_path / "walk.npz"
    whole = PatchStepper(SOLUTE).walk(start, here, steps)
    seen: list[float] = []

    def stop(time: float, last: float) -> None:
        seen.append(time / last)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PatchStepper(SOLUTE).walk(start, here, steps, progress=stop, keep=file)
    assert [p.name for p in tmp_path.iterdir()] == ["walk.npz"]
    again = PatchStepper(SOLUTE).walk(
        start, here, steps, progress=lambda t, last: seen.append(t / last), keep=file
    )
    assert np.array_equal(again, whole) and np.allclose(seen, np.arange(1, 9) / 8)
    with pytest.raises(ValueError, match="another walk"):
        PatchStepper(SOLUTE).walk(start, {**here, "decay": 0.5}, steps, keep=file)
    file.write_text("nothing")
    with pytest.raises(ValueError, match="not a waypoint"):
        PatchStepper(SOLUTE).walk(start, here, steps, keep=file)


def test_bad_fields_and_walks_are_errors() -> None:
    _, here, start = leaky()
    for change, says in (
        ({"diffusivity": np.nan}, "not a number"), ({"storage": 0.0}, "positive"),
        ({"diffusivity": np.inf}, "finite"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            PatchStepper(SOLUTE).walk(start, {**here, **change}, np.full(1, 0.1))
    with pytest.raises(ValueError, match="state"):
        PatchStepper(SOLUTE).walk(np.full_like(start, np.nan), here, np.full(1, 0.1))
    with pytest.raises(StepError, match="no convergence"):
        op = of_species([DRUG], SimpleNamespace(**here), start.shape[1:])
        System(op, op.storage * op.volume).solve(start, limit=2)
    grows = ReactionTable(
        (DRUG,), (Reaction("1", "grows", ("drug",), {}, {"drug": 1}),),
        lambda s, k: {"1": s.drug * s.drug},
    )  # fmt: skip
    with pytest.raises(StepError, match="not finite"):
        PatchStepper(grows).walk(start * 10, here, np.full(400, 1.0))


# -- steady fields --------------------------------------------------------------------------------


def test_a_layered_membrane_is_exact() -> None:
    col = layered()[0]
    patch = square(col, 3)
    conductivity = col.field({"upper": 0.08, "lower": 0.35})
    found = steady(conductor(patch, conductivity, top=(0.5, 1.0), bottom=(0.0, 0.0)))
    rest = 0.5 + 0.2 / 0.08 + 0.8 / 0.35
    assert abs(found.top / (0.36 / rest) - 1) < 1e-12 and found.imbalance < 1e-12


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_electrodes_give_what_they_take(kind: str) -> None:
    col = layered()[0]
    patch = square(col, 8, "closed")
    one, other = np.zeros((2, *patch.shape), bool)
    one[0:3, 2:4, 1:3], other[0:3, 5:7, 4:7] = True, True
    share = patch.share_within((0.3, 0.3), 0.1, 0.4)
    conductivity = blend(0.1, 3.0, share) * (1.0 + (0.4j if kind == "complex" else 0.0))
    medium = conductor(patch, conductivity)
    held = electrodes(patch.shape, {"one": (one, 1.0), "other": (other, -1.0)})
    found = steady(medium, held=held)
    ahead, back = found.leaving(one), found.leaving(other)
    assert abs(ahead + back) < 1e-10 * abs(ahead) and found.imbalance < 1e-8
    assert np.abs(found.field).max() <= 1.0 + 1e-9
    if kind == "complex":  # the same phase everywhere: the real field, and the current turned
        real = steady(conductor(patch, conductivity.real), held=held)
        assert np.abs(found.field - real.field).max() < 1e-8
        assert np.isclose(ahead, real.leaving(one) * (1 + 0.4j))


def test_heat_with_perfusion_balances() -> None:
    patch, here, _ = leaky()
    source = np.zeros(patch.shape)
    source[6, 2, 2] = 5.0
    found = steady(conductor(patch, here["diffusivity"], top=(0.2, -1.0)), source, loss=0.3)
    assert found.imbalance < 1e-10 and found.lost != 0


def test_bad_steady_fields_are_errors() -> None:
    patch, here, _ = leaky()
    medium = conductor(patch, here["diffusivity"])
    cells = np.zeros(patch.shape, bool)
    cells[2:4, 1, 1] = True
    with pytest.raises(ValueError, match="a and b overlap"):
        electrodes(patch.shape, {"a": (cells, 1.0), "b": (cells, 0.0)})
    with pytest.raises(ValueError, match="no cell"):
        electrodes(patch.shape, {"a": (~np.ones(patch.shape, bool), 1.0)})
    with pytest.raises(ValueError, match="nothing fixes"):
        steady(medium, 1.0)
    with pytest.raises(ValueError, match="not finite"):
        steady(medium, np.nan, loss=1.0)
    with pytest.raises(ValueError, match="conductivity"):
        conductor(patch, np.nan)
    with pytest.raises(StepError, match="no convergence"):
        steady(medium, held=(cells, 1.0 * cells), source=1.0, limit=2)
