"""The stepper against exact solutions, its own order, conservation, positivity and another code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from pinprick.medium.column import column
from pinprick.medium.reactions import Reaction, ReactionTable, Species, hill
from pinprick.medium.schedule import COHORT, SINGLE, intervals
from pinprick.medium.stepper import Stepper

ONE = np.ones(1)


def mesh(cells: int, length: float = 1.0) -> dict[str, np.ndarray]:
    col = column(0 * ONE, {"all": (length * ONE, cells)})
    return {"width": col.width[:, None]}


def chain() -> ReactionTable:
    """a -> b -> c with feedback of c on a, all linear, none moves."""
    return ReactionTable(
        tuple(Species(n, "1", 1.0, n) for n in "abc"),
        (
            Reaction("1", "a to b", ("a",), {"a": 1}, {"b": 1}),
            Reaction("2", "b to c", ("b",), {"b": 1}, {"c": 1}),
            Reaction("3", "c back to a", ("c",), {"c": 1}, {"a": 1}),
        ),
        lambda s, k: {"1": 2.0 * s.a, "2": 5.0 * s.b, "3": 0.5 * s.c},
    )


def smooth() -> ReactionTable:
    """A nonlinear pair of which one species diffuses and drives the other."""
    return ReactionTable(
        (Species("u", "1", 1.0, "u", "spread"), Species("v", "1", 1.0, "v")),
        (
            Reaction("loss", "u is lost", ("u",), {"u": 1}),
            Reaction("gain", "v feeds u", ("v",), {}, {"u": 1}),
            Reaction("make", "u makes v", ("u",), {}, {"v": 1}),
            Reaction("end", "v is lost", ("v",), {"v": 1}),
        ),
        lambda s, k: {"loss": 3.0 * s.u, "gain": s.v, "make": 4 * hill(s.u, 0.5), "end": s.v},
    )


def walk(table: ReactionTable, start: np.ndarray, here: dict, steps: np.ndarray) -> np.ndarray:
    return Stepper(table).walk(start.astype(np.float64), here, steps)


def test_linear_chain_is_exact_to_its_order() -> None:
    matrix = np.array([[-2.0, 0, 0.5], [2.0, -5.0, 0], [0, 5.0, -0.5]])
    exact = expm(matrix) @ [1.0, 0.2, 0.0]
    start = np.array([1.0, 0.2, 0.0]).reshape(3, 1, 1, 1)
    errors = []
    for n in (16, 32, 64, 128):
        end = walk(chain(), start, mesh(1), np.full(n, 1.0 / n))
        errors.append(np.abs(end.ravel() - exact).max())
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert errors[-1] < 1e-6
    assert np.all(np.abs(order[-2:] - 3.0) < 0.1), order


def test_order_three_with_diffusion_and_feedback() -> None:
    cells = 12
    here = {**mesh(cells), "spread": 0.05 * ONE}
    z = (np.arange(cells) + 0.5) / cells
    start = np.stack([1 + 0.5 * np.cos(np.pi * z), 0.3 + 0 * z])[:, :, None, None]
    ends = [walk(smooth(), start, here, np.full(n, 1.0 / n)) for n in (32, 64, 128, 256, 2048)]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(order[-2:] - 3.0) < 0.1), (errors, order)


def test_the_steady_state_does_not_depend_on_the_step() -> None:
    here = {**mesh(8), "spread": 0.05 * ONE}
    start = np.ones((2, 8, 1, 1))
    fine = walk(smooth(), start, here, np.full(1600, 0.05))
    coarse = walk(smooth(), start, here, np.full(400, 0.2))
    assert np.abs(fine - coarse).max() < 1e-8


def test_mass_is_conserved_by_diffusion_and_transfer() -> None:
    table = ReactionTable(
        tuple(Species(n, "1", 1.0, n, "spread") for n in "ab"),
        (Reaction("1", "a to b", ("a",), {"a": 1}, {"b": 1}),),
        lambda s, k: {"1": 7.0 * s.a},
    )
    col = column(0 * ONE, {"thin": (0.1 * ONE, 4), "thick": (0.9 * ONE, 5)})
    here = {
        "width": col.width[:, None],
        "spread": 0.3 * ONE,
    }
    start = np.random.default_rng(1).random((2, 9, 1, 1))
    end = walk(table, start, here, np.full(50, 0.02))
    before, after = ((s * here["width"]).sum() for s in (start, end))
    assert abs(after / before - 1) < 1e-12


def test_diffusion_of_a_cosine_decays_at_the_discrete_rate() -> None:
    cells, spread = 64, 0.1
    table = ReactionTable((Species("u", "1", 1.0, "u", "spread"),), (), lambda s, k: {})
    z = (np.arange(cells) + 0.5) / cells
    start = (2 + np.cos(np.pi * z))[None, :, None, None]
    rate = spread * (2 * cells * np.sin(np.pi / (2 * cells))) ** 2
    end = walk(table, start, {**mesh(cells), "spread": spread * ONE}, np.full(200, 0.005))
    assert np.abs(end[0, :, 0, 0] - 2 - np.exp(-rate) * np.cos(np.pi * z)).max() < 1e-6


@pytest.mark.parametrize("step", [0.1, 10.0, 1000.0])
def test_values_stay_positive_at_any_step_and_rate(step: float) -> None:
    table = ReactionTable(
        tuple(Species(n, "1", 1.0, n, d) for n, d in (("a", "spread"), ("b", ""))),
        (
            Reaction("1", "a to b, fast and saturating", ("a",), {"a": 1}, {"b": 1}),
            Reaction("2", "b is lost", ("b",), {"b": 1}),
            Reaction("3", "b feeds a", ("b",), {}, {"a": 1}),
        ),
        lambda s, k: {"1": 1e6 * s.a / (1e-3 + s.a), "2": 3e4 * s.b, "3": 10 * s.b},
    )
    start = np.zeros((2, 6, 1, 1))
    start[0, 0], start[1, 5] = 100.0, 1.0
    end = walk(table, start, {**mesh(6), "spread": 50.0 * ONE}, np.full(20, step))
    assert np.all(np.isfinite(end)) and np.all(end >= 0)


def test_a_failed_step_is_an_error_and_not_a_field() -> None:
    table = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (Reaction("1", "grows", ("u",), {}, {"u": 1}),),
        lambda s, k: {"1": s.u * s.u},
    )
    with pytest.raises(FloatingPointError, match="finer steps"):
        walk(table, np.ones((1, 1, 1, 1)), mesh(1), np.full(400, 1.0))


def test_lanes_do_not_know_each_other() -> None:
    here = {**mesh(4), "spread": np.array([0.01, 0.5, 0.03])}
    here = {k: np.broadcast_to(v, (*v.shape[:-1], 3)) for k, v in here.items()}
    start = np.random.default_rng(2).random((2, 4, 1, 3))
    steps = np.full(30, 0.05)
    whole = walk(smooth(), start, here, steps)
    others = start.copy()
    others[..., 1:] *= 3.0
    assert np.array_equal(whole[..., 0], walk(smooth(), others, here, steps)[..., 0])


def test_another_schedule_compiles_nothing_anew() -> None:
    stepper = Stepper(smooth())
    here = {**mesh(4), "spread": 0.05 * ONE}
    start = np.ones((2, 4, 1, 1))
    stepper.walk(start, here, np.full(5, 0.1))
    compiled = stepper._segment._cache_size()
    stepper.walk(start, {**here, "spread": 0.01 * ONE}, np.full(90, 0.02))
    assert stepper._segment._cache_size() == compiled == 1


@pytest.mark.parametrize("preset", [COHORT, SINGLE])
def test_steps_land_on_every_stop(preset) -> None:
    stops = [0, 1, 2, 3, 7, 14, 28, 29, 56, 180, 365]
    for start, end, steps in zip(stops, stops[1:], intervals(stops, [0, 28], preset), strict=False):
        assert abs(steps.sum() - (end - start)) < 1e-9
        assert np.all(steps > 0) and steps.max() <= preset.last * 1.5


def test_species_that_move_must_stand_together() -> None:
    def table(*spread: str) -> ReactionTable:
        names = "abc"[: len(spread)]
        species = (Species(n, "1", 1.0, n, d) for n, d in zip(names, spread, strict=True))
        return ReactionTable(tuple(species), (), lambda s, k: {})

    assert table("", "d", "d").moving == slice(1, 3) and table("", "").moving == slice(0, 0)
    with pytest.raises(ValueError, match="stand together"):
        _ = table("d", "", "d").moving


def test_a_transfer_in_a_step_that_leaves_nothing_negative_makes_no_mass() -> None:
    """However long the step: what one species loses the later one gains."""
    table = ReactionTable(
        tuple(Species(n, "1", 1.0, n) for n in "ab"),
        (Reaction("1", "a to b", ("a",), {"a": 1}, {"b": 1}),),
        lambda s, k: {"1": 7.0 * s.a},
    )
    for h in (0.01, 1.0, 100.0):
        held, new = [2.0, 1.0], []
        speeds = table.speeds(table.named(held), None)
        for i, amount in enumerate(held):
            gain, loss = table.gain_and_loss(i, speeds, held, new)
            new.append((amount + h * gain) / (1.0 + h * loss))
        assert min(new) > 0 and abs(sum(new) - sum(held)) < 1e-12
