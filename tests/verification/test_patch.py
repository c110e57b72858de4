"""The medium in three dimensions: order, steady states, budgets, positivity, bad input.

What has an exact answer stands in ``exact_patch.py``, channels in ``test_patch_channels.py``.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from exact import ONE, bar, solute, two_layers
from exact_patch import PROBLEMS, block

from pinprick.medium.checks import StepError
from pinprick.medium.column import column
from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import of_species
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.steady import conductor, electrodes, steady
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import blend


@pytest.mark.parametrize("name", PROBLEMS)
def test_exact_answers(name: str) -> None:
    for row in PROBLEMS[name]():
        assert row.met, row


# -- manufactured solutions -----------------------------------------------------------------------

DECAY, BINDING = 2.0, 0.3
FADE = 4.0
MADE = ReactionTable(
    (
        Species("clock", "1", 1.0, "exp(-t)"),
        Species("drug", "1", 1.0, "solute", "diffusivity", "storage"),
    ),
    (
        Reaction("time", "the clock runs down", ("clock",), {"clock": 1}),
        Reaction("decay", "decay", ("drug",), {"drug": 1}),
        Reaction("pair", "two are lost together", ("drug",), {"drug": 2}),
        Reaction("source", "what makes the solution", ("clock",), {}, {"drug": 1}),
    ),
    lambda s, k: {
        "time": FADE * s.clock,
        "decay": DECAY * s.drug,
        "pair": BINDING * s.drug * s.drug,
        "source": k.steady + s.clock * (k.fading + s.clock * k.square),
    },
)


def orders(errors: list[float]) -> np.ndarray:
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def made(cells: int, sides: str) -> tuple[Patch, dict, np.ndarray, np.ndarray]:
    """u = 1 + exp(-t)·φ(z)·cos·cos/2: φ has a continuous flux through layers, none at the ends.

    The source is never negative: 1 outweighs what fades.
    """
    col, fields = two_layers(cells)
    faces = np.linspace(0.0, 0.8, 3 * cells + 1)
    patch = Patch(col, faces, faces, sides)  # type: ignore[arg-type]
    z, y, x = patch.centres
    passing, storage = (fields["diffusivity"] * fields["storage"]), fields["storage"]
    top = 1 / (0.02 * 4.0)
    r = np.where(z < 0.2, z * top, 0.2 * top + (z - 0.2) / (0.5 * 0.7))
    whole = 0.2 * top + 0.8 / (0.5 * 0.7)
    wave = (2 if sides == "periodic" else 1) * np.pi / 0.8
    phi = 0.5 * np.cos(np.pi * r / whole) * np.cos(wave * x) * np.cos(wave * y)
    curved = -((np.pi / whole) ** 2 / passing + 2 * wave**2 * passing) * phi
    here = {
        **patch.here(), **fields,
        "steady": DECAY * storage + 2 * BINDING * storage**2 + 0 * phi,
        "fading": -FADE * storage * phi - curved + DECAY * storage * phi
        + 4 * BINDING * storage**2 * phi,
        "square": 2 * BINDING * storage**2 * phi**2,
    }  # fmt: skip
    return patch, here, phi, storage + 0 * phi


def march(here: dict, phi: np.ndarray, storage: np.ndarray, steps: int, end: float) -> np.ndarray:
    start = np.stack([1.0 + 0 * phi, storage * (1 + phi)])
    return PatchStepper(MADE).walk(start, here, np.full(steps, end / steps))


@pytest.mark.parametrize("sides", ["closed", "periodic"])
def test_order_two_in_space_with_layers_partition_decay_and_reaction(sides: str) -> None:
    errors, end = [], 0.2
    for cells in (4, 8, 16):
        _, here, phi, storage = made(cells, sides)
        found = march(here, phi, storage, 40, end)
        errors.append(np.abs(found[1] / storage - 1 - np.exp(-FADE * end) * phi).max())
    assert np.all(np.abs(orders(errors) - 2) < 0.1), (errors, orders(errors))


def test_order_three_in_time() -> None:
    _, here, phi, storage = made(3, "closed")
    ends = [march(here, phi, storage, n, 0.5) for n in (8, 16, 32, 64, 512)]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    assert np.all(np.abs(orders(errors) - 3) < 0.1), (errors, orders(errors))


@pytest.mark.parametrize("factored", [True, False])
def test_order_three_in_time_where_coefficients_differ_across(factored: bool) -> None:
    patch, here, _ = leaky()
    z, y, x = patch.centres
    wave, across = np.cos(np.pi * x) * np.cos(np.pi * z), np.cos(np.pi * y / 0.75)
    storage = 1 + 0.3 * wave + 0 * y
    here = {
        **patch.here(), "storage": storage, "decay": 0.4,
        "diffusivity": 0.05 * (1 + 0.5 * np.cos(np.pi * x) * across + 0 * z),
    }  # fmt: skip
    start = (storage * (1 + 0.5 * wave * across))[None]

    def march(steps: int, factored: bool) -> np.ndarray:
        stepper = PatchStepper(solute(True), tolerance=1e-10, factored=factored)
        return stepper.walk(start, here, np.full(steps, 1.0 / steps))

    truth = march(400, False)
    errors = [np.abs(march(n, factored) - truth).max() for n in (16, 32, 64)]
    assert np.all(np.abs(orders(errors) - 3) < 0.1), (errors, orders(errors))


# -- what a patch shares with the column ----------------------------------------------------------


def test_a_uniform_patch_is_the_column() -> None:
    col, fields = two_layers(6)
    patch = Patch(col, np.linspace(0, 1, 6), np.linspace(0, 1, 5))
    here = {**fields, "decay": 0.3, "top": {"drug": (0.2, 1.0)}}
    start = np.random.default_rng(4).random((1, 18, 1, 1))
    steps = np.full(40, 0.05)
    flat = Stepper(solute(True)).walk(start, {**here, **col.here()}, steps)
    wide = np.broadcast_to(start, (1, *patch.shape)).copy()
    found = PatchStepper(solute(True)).walk(wide, {**here, **patch.here()}, steps)
    assert np.abs(found - flat).max() < 1e-12 * flat.max()


GROWING = np.concatenate([np.full(3, 1e-3), np.geomspace(1e-3, 50.0, 30)])


# -- steady states, budgets, positivity -----------------------------------------------------------


def leaky() -> tuple[Patch, dict, np.ndarray]:
    """Layers with partition, two channels, exchange at both ends, decay; a rough start."""
    col, fields = two_layers(4)
    patch = Patch(col, np.linspace(0, 1, 9), np.linspace(0, 0.75, 7), "closed")
    share = patch.share_within((0.3, 0.3), 0.12, 0.33)
    share = np.maximum(share, patch.share_within((0.75, 0.5), 0.1, 0.6))
    here = {
        **patch.here(), "storage": blend(fields["storage"], 1.0, share),
        "diffusivity": blend(fields["diffusivity"], 2.0, share), "decay": 0.4,
        "top": {"drug": (0.3, 1.0)}, "bottom": {"drug": (0.1, 0.0)},
    }  # fmt: skip
    return patch, here, np.random.default_rng(6).random((1, *patch.shape))


@pytest.mark.parametrize(("factored", "counts"), [(False, (160, 40)), (True, (1600, 400))])
def test_the_steady_state_does_not_depend_on_the_step(factored: bool, counts: tuple) -> None:
    _, here, start = leaky()
    stepper = PatchStepper(solute(True), factored=factored)
    ends = [stepper.walk(start, here, np.full(n, 60 / n)) for n in counts]
    assert np.abs(ends[0] - ends[1]).max() < 1e-8 * ends[0].max()


def test_the_budget_of_a_steady_state_closes() -> None:
    patch, here, start = leaky()
    held = np.zeros(patch.shape)
    held[5, 2, 3] = 1.0
    here = {**here, "held": {"drug": held}}
    end = PatchStepper(solute(True)).walk(start, here, GROWING)
    passing = of_species(solute().species, SimpleNamespace(**here), patch.shape)
    free = 1.0 - held
    lost = 0.4 * float((end[0] * free * patch.volume).sum())
    came = float(passing.inflow(end).sum() + passing.from_held(end).sum())
    assert abs(came / lost - 1) < 1e-8
    assert end[0, 5, 2, 3] == start[0, 5, 2, 3]


def closing(here: SimpleNamespace, t) -> SimpleNamespace:
    """Channels that close and open again, so that their cells change their coefficients."""
    import jax.numpy as jnp

    open_ = 0.5 + 0.5 * jnp.cos(9 * t)
    return SimpleNamespace(**{**vars(here), "diffusivity": here.diffusivity * (0.1 + open_)})


def test_the_budget_of_a_walk_closes_with_exchange_channels_and_decay() -> None:
    patch, here, start = leaky()
    passing = of_species(solute().species, SimpleNamespace(**here), patch.shape)
    end, book = PatchStepper(solute(True), closing).walk_with_ledger(start, here, np.full(40, 0.02))
    entries = np.array(book)[:, 0]
    change = float((passing.amount(end) - passing.amount(start))[0])
    assert abs(change - entries.sum()) < 1e-8 * np.abs(entries).sum()
    finer = PatchStepper(solute(True), closing).walk_with_ledger(start, here, np.full(400, 0.002))
    assert np.abs(entries - np.array(finer[1])[:, 0]).max() < 1e-3 * np.abs(entries).max()


@pytest.mark.parametrize("sides", ["closed", "periodic"])
def test_nothing_is_lost_where_nothing_leaves(sides: str) -> None:
    _, here, start = leaky()
    sealed = {k: v for k, v in here.items() if k not in ("top", "bottom")}
    sealed["periodic"] = float(sides == "periodic")
    passing = of_species(solute().species, SimpleNamespace(**sealed), start.shape[1:])
    end = PatchStepper(solute()).walk(start, sealed, np.full(30, 0.1))
    assert abs(passing.amount(end) / passing.amount(start) - 1).item() < 1e-8


@pytest.mark.parametrize("step", [1e-3, 1.0, 1e3])
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
    patch = block(6, 5)
    start = np.zeros((2, *patch.shape))
    start[0, 0, 0, 0], start[1, 5, 2, 2] = 100.0, 1.0
    end = PatchStepper(table).walk(start, {**patch.here(), "spread": 50.0}, np.full(12, step))
    assert np.all(np.isfinite(end)) and np.all(end >= 0)


def test_a_point_spreads_without_a_negative_value() -> None:
    patch, here, _ = leaky()
    start = np.zeros((1, *patch.shape))
    start[0, 6, 3, 4] = 1e4
    for h in (1e-4, 0.01, 1.0):
        assert PatchStepper(solute(True)).walk(start, here, np.full(8, h)).min() >= 0


def test_a_stirred_vehicle_is_one_value_across() -> None:
    col = column(0 * ONE, {"vehicle": (0.3 * ONE, 1), "skin": (0.5 * ONE, 8)})
    patch = Patch(col, np.linspace(0, 1, 9), np.linspace(0, 1, 9))
    share = patch.share_within((0.5, 0.5), 0.2, 0.8)
    stirred = np.zeros((9, 1, 1))
    stirred[0] = 1
    here = {**patch.here(), "diffusivity": blend(0.01, 2.0, share), "storage": 1.0}
    start = np.zeros((1, *patch.shape))
    start[0, 0] = 1.0
    end = PatchStepper(solute()).walk(start, {**here, "stirred": stirred}, np.full(50, 0.05))
    assert np.ptp(end[0, 0]) < 1e-12 < 1 - end[0, 0].max()
    assert end[0, 4, 4, 4] > 1.5 * end[0, 4, 0, 0]
    amount = (end[0] * patch.volume).sum() / (start[0] * patch.volume).sum()
    assert abs(amount - 1) < 1e-8


def test_a_walk_can_be_taken_up_again_and_stopped() -> None:
    _, here, start = leaky()
    stepper, steps = PatchStepper(solute(True)), np.full(12, 0.05)
    whole = stepper.walk(start, here, steps)
    halves = stepper.walk(stepper.walk(start, here, steps[:6]), here, steps[6:])
    assert np.abs(whole - halves).max() < 1e-6 * whole.max()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stepper.walk(start, here, steps, progress=stop)


# -- steady fields --------------------------------------------------------------------------------


def test_complex_layers_stand_in_series() -> None:
    col = column(0 * ONE, {"upper": (0.2 * ONE, 5), "lower": (0.8 * ONE, 9)})
    patch = Patch(col, np.linspace(0, 0.5, 6), np.linspace(0, 0.5, 5))
    one, two = 0.02 + 0.3j, 0.5 + 0.01j
    sigma = np.concatenate([np.full(5, one), np.full(9, two)])[:, None, None]
    found = steady(conductor(patch, sigma, (0.0, 1.0), (0.0, 0.0)))
    exact = 0.25 / (0.2 / one + 0.8 / two)
    assert abs(found.top / exact - 1) < 1e-9 and found.imbalance < 1e-8


def test_a_complex_field_about_electrodes_is_that_of_a_dense_solver() -> None:
    patch = block(5, 6)
    rng = np.random.default_rng(3)
    sigma = np.exp(rng.normal(size=patch.shape)) * (1 + 0.7j * rng.random(patch.shape))
    one, two = np.zeros((2, *patch.shape), bool)
    one[1:3, 1, 2], two[2, 4, 3:5] = True, True
    held = electrodes(patch.shape, {"one": (one, 1.0), "two": (two, 1j)})
    found = steady(conductor(patch, sigma), 0.3, loss=0.2, held=held)
    op, size = conductor(patch, sigma), one.size
    eye = np.eye(size).reshape(size, 1, *patch.shape)
    matrix = np.stack([op.apply(e).ravel() for e in eye], axis=1)
    matrix = matrix + np.diag(0.2 * np.broadcast_to(patch.volume, patch.shape).ravel())
    right = 0.3 * np.broadcast_to(patch.volume, patch.shape).ravel() + 0j
    at = np.flatnonzero(one | two)
    matrix[at], right[at] = np.eye(size)[at], held[1].ravel()[at]
    peer = np.linalg.solve(matrix, right).reshape(patch.shape)
    assert np.abs(found.field - peer).max() < 1e-8 and found.imbalance < 1e-8


def test_the_steady_field_is_where_the_stepper_ends() -> None:
    patch, here, start = leaky()
    flat = {**here, "storage": 1.0}
    walked = PatchStepper(solute(True)).walk(start, flat, GROWING)
    ends = here["top"]["drug"], here["bottom"]["drug"]
    found = steady(conductor(patch, here["diffusivity"], *ends), loss=0.4)
    assert np.abs(walked[0] - found.field).max() < 1e-8


# -- bad input ------------------------------------------------------------------------------------


def test_bad_patches_and_channels_are_refused() -> None:
    patch = block(4, 6)
    for centre, radius, depth in (((0.95, 0.5), 0.1, 0.5), ((0.5, 1.4), 0.1, 0.5)):
        with pytest.raises(ValueError, match="outside the patch"):
            patch.share_within(centre, radius, depth)
    with pytest.raises(ValueError, match="outside the patch"):
        patch.share_within((0.5, 0.5), 0.1, 1.5)
    with pytest.raises(ValueError, match="not a number"):
        patch.share_within((np.nan, 0.5), 0.1, 0.5)
    with pytest.raises(ValueError, match="equal steps"):
        Patch(bar(1.0, 4), np.array([0.0, 0.2, 0.3]), np.linspace(0, 1, 3))
    with pytest.raises(ValueError, match="one member"):
        Patch(column(np.zeros(2), {"bar": (np.ones(2), 4)}), patch.x, patch.y)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"diffusivity": -0.1}, "diffusivity: must not be negative"),
        ({"storage": np.nan}, "storage"),
        ({"top": {"drug": (np.nan, 1.0)}}, "top: holds"),
    ],
)
def test_bad_fields_are_refused(change: dict, says: str) -> None:
    patch = block(3, 3)
    here = {**patch.here(), "diffusivity": 0.1, "storage": 1.0, **change}
    with pytest.raises(ValueError, match=says):
        PatchStepper(solute()).walk(np.ones((1, *patch.shape)), here, np.full(2, 0.1))


def test_bad_states_are_refused() -> None:
    patch = block(3, 3)
    here = {**patch.here(), "diffusivity": 0.1, "storage": 1.0}
    for state in (np.full((1, *patch.shape), np.nan), -np.ones((1, *patch.shape)), np.ones((1, 3))):
        with pytest.raises(ValueError, match="state"):
            PatchStepper(solute()).walk(state, here, np.full(2, 0.1))


def test_bad_steady_fields_are_refused() -> None:
    patch = block(4, 5)
    one, two = np.zeros((2, *patch.shape), bool)
    one[:, 1, 1], two[:, 3, 3] = True, True
    with pytest.raises(ValueError, match="overlap"):
        electrodes(patch.shape, {"one": (one, 1.0), "two": (one | two, 0.0)})
    for sigma in (np.nan, -1.0, 0.0):
        with pytest.raises(ValueError, match="conductivity"):
            conductor(patch, sigma)
    held = electrodes(patch.shape, {"one": (one, 1.0), "two": (two, 0.0)})
    rough = np.exp(3 * np.random.default_rng(1).normal(size=patch.shape))
    with pytest.raises(StepError, match="no convergence"):
        steady(conductor(patch, rough), held=held, limit=2)
    with pytest.raises(ValueError, match="source"):
        steady(conductor(patch, rough), np.nan, held=held)
    with pytest.raises(ValueError, match="level"):
        steady(conductor(patch, rough), 1.0)
