"""What a patch is given wrongly is an error that says what and where, never a field of numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_patches import DRUG, SOLUTE, layered, leaky, square

from pinprick.medium.checks import StepError
from pinprick.medium.patch.operator import of_species
from pinprick.medium.patch.stepper import PatchStepper, graded
from pinprick.medium.steady import conductor, electrodes, steady
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import blend

BAD = (np.nan, np.inf, -1.0)


def one_bad(value: float, shape: tuple[int, ...]) -> Any:
    """Sound but in one cell."""
    field = np.full(shape, 0.3)
    field[2, 3, 1] = value
    return field


@pytest.mark.parametrize("value", BAD)
@pytest.mark.parametrize("name", ["diffusivity", "storage"])
def test_one_bad_cell_in_a_coefficient_is_named(name: str, value: float) -> None:
    patch, here, start = leaky()
    with pytest.raises(ValueError, match=f"^{name}: "):
        PatchStepper(SOLUTE).walk(start, {**here, name: one_bad(value, patch.shape)}, [0.1])


@pytest.mark.parametrize("value", BAD)
def test_one_bad_cell_in_the_state_is_refused(value: float) -> None:
    _, here, start = leaky()
    start = start.copy()
    start[0, 2, 3, 1] = value
    with pytest.raises(ValueError, match=r"^state: must be .* finite, not negative"):
        PatchStepper(SOLUTE).walk(start, here, [0.1])
    with pytest.raises(ValueError, match=r"^state: "):
        PatchStepper(SOLUTE).walk(start[0], here, [0.1])


@pytest.mark.parametrize("field", ["top", "bottom", "held", "decay"])
def test_no_number_at_an_end_in_held_cells_or_in_a_rate_is_named(field: str) -> None:
    patch, here, start = leaky()
    bad: dict[str, Any] = {
        "top": {"drug": (0.3, np.nan)}, "bottom": {"drug": (np.nan, 0.0)},
        "held": {"drug": one_bad(np.nan, patch.shape)}, "decay": one_bad(np.nan, patch.shape),
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"^{field}: holds a value that is not a number"):
        PatchStepper(SOLUTE).walk(start, {**here, field: bad[field]}, [0.1])


@pytest.mark.parametrize("field", ["top", "bottom", "held"])
def test_a_species_that_is_none_is_named(field: str) -> None:
    _, here, start = leaky()
    with pytest.raises(ValueError, match=f"^{field}: the table has no species drgu"):
        PatchStepper(SOLUTE).walk(start, {**here, field: {"drgu": (0.3, 1.0)}}, [0.1])


def test_steps_and_tolerances_that_make_no_sense_are_refused() -> None:
    _, here, start = leaky()
    for steps in ([0.1, np.nan], [0.1, -0.1], [np.inf], 0.1):
        with pytest.raises(ValueError, match=r"^steps: must be"):
            PatchStepper(SOLUTE).walk(start, here, steps)
    for tolerance in (np.nan, -1.0, 2.0):
        with pytest.raises(ValueError, match=r"^tolerance: must lie between 0 and 1"):
            PatchStepper(SOLUTE, tolerance=tolerance).walk(start, here, [0.1])
    for given in ((1.0, -0.1), (1.0, 0.0), (1.0, 0.1, 0.5), (np.inf, 0.1), (1.0, 0.1, 1.2, 0.0)):
        with pytest.raises(ValueError, match=r"^graded: "):
            graded(*given)


def test_what_goes_wrong_on_the_way_ends_the_walk() -> None:
    """A coefficient that is sound at first, and a source outside without bound."""
    import jax.numpy as jnp

    _, here, start = leaky()

    def failing(now: SimpleNamespace, t: float) -> SimpleNamespace:
        return SimpleNamespace(**{**vars(now), "decay": jnp.where(t > 0.25, jnp.nan, 0.4)})

    seen: list[float] = []
    with pytest.raises(StepError, match="not finite"):
        PatchStepper(SOLUTE, failing).walk(
            start, here, np.full(5, 0.1), progress=lambda time, _: seen.append(time)
        )
    assert seen and max(seen) < 0.35, "no step is told that did not end well"
    with pytest.raises(StepError, match="not finite"):
        PatchStepper(SOLUTE).walk(start, {**here, "top": {"drug": (0.3, np.inf)}}, [0.1])


@pytest.mark.parametrize("sides", ["periodic", "closed"])
def test_a_channel_outside_the_patch_says_where_the_patch_is(sides: str) -> None:
    patch = square(layered()[0], 6, sides)
    for centre, radius, depth, says in (
        ((-0.1, 0.3), 0.05, 0.5, r"x = -0\.1 .* outside .* 0 to 0\.6; move it"),
        ((0.3, 0.7), 0.05, 0.5, r"y = 0\.7 .* outside .* 0 to 0\.6; move it"),
        ((0.3, 0.3), 0.31, 0.5, r"radius 0\.31 .* outside the patch"),
        ((0.3, 0.3), 0.05, 1.2, r"depth 1\.2 lies outside .* 1 deep; end it there"),
        ((0.3, 0.3), 0.05, -0.1, "outside the patch"),
        ((0.3, 0.3), 0.0, 0.5, "must be positive"),
        ((0.3, 0.3), 0.05, np.nan, "not a number"),
        ((np.inf, 0.3), 0.05, 0.5, "not a number"),
    ):
        with pytest.raises(ValueError, match=f"^channel: .*{says}"):
            patch.share_within(centre, radius, depth)
    crossing = (0.01, 0.3), 0.05, 0.5
    if sides == "periodic":
        assert patch.share_within(*crossing).sum() > 0
    else:
        with pytest.raises(ValueError, match="outside the patch"):
            patch.share_within(*crossing)


def test_electrodes_that_share_one_cell_are_both_named() -> None:
    patch, _, _ = leaky()
    shape = patch.shape
    left, right, third = np.zeros((3, *shape), bool)
    left[0:3, 1:4, 1], right[2:5, 3, 1:3], third[0, 5, 5] = True, True, True
    given = {"third": (third, 0.0), "left": (left, 1.0), "right": (right, -1.0)}
    with pytest.raises(ValueError, match="electrodes left and right overlap"):
        electrodes(shape, given)
    with pytest.raises(ValueError, match="electrodes right and left overlap"):
        electrodes(shape, dict(reversed(given.items())))
    right[2, 3, 1] = False
    held, values = electrodes(shape, given)
    assert held.sum() == left.sum() + right.sum() + 1 and values.sum() == left.sum() - right.sum()
    with pytest.raises(ValueError, match="electrode left: its value must be finite"):
        electrodes(shape, {"left": (left, complex(1.0, np.nan))})
    with pytest.raises(ValueError, match="electrode right: it lies in no cell of the patch"):
        electrodes(shape, {"left": (left, 1.0), "right": (right & False, 1.0)})


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.0, complex(np.nan, 1.0)])
def test_one_bad_cell_of_a_conductor_is_refused(value: Any) -> None:
    patch, _, _ = leaky()
    field = np.full(patch.shape, 0.3, np.result_type(value, float))
    field[2, 3, 1] = value
    with pytest.raises(ValueError, match=r"^conductivity: must be finite and positive"):
        conductor(patch, field)


def test_a_steady_field_that_is_not_reached_is_no_field() -> None:
    patch, here, _ = leaky()
    share = patch.share_within((0.25, 0.3), 0.11, 0.5)
    medium = conductor(patch, blend(1e-4, 1.0, share), top=(0.1, 1.0))
    with pytest.raises(StepError, match=r"no convergence after 3 iterations"):
        steady(medium, 1.0, limit=3)
    assert steady(medium, 1.0).imbalance < 1e-8
    truths = np.zeros(patch.shape, bool)
    truths[2, 3, 1] = True
    held = truths, np.where(truths, np.nan, 0.0)
    for given, says in (
        ({"source": one_bad(np.nan, patch.shape)}, "source: "),
        ({"loss": one_bad(np.nan, patch.shape)}, "loss: "),
        ({"loss": one_bad(-1.0, patch.shape)}, "loss: must not be negative"),
        ({"held": held}, "held: holds a value that is not finite"),
        ({"held": (truths & False, 0.0 * truths)}, "held: no cell is held"),
    ):
        with pytest.raises(ValueError, match=f"^{says}"):
            steady(medium, **given)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="hold a cell or an end, or add a loss"):
        steady(conductor(patch, here["diffusivity"]), 1.0)


def test_a_field_that_nothing_drives_is_refused() -> None:
    """Forgotten electrodes do not give a field of zeros; a source of 0 that is meant does."""
    patch, _, _ = leaky()
    with pytest.raises(ValueError, match=r"^electrodes: none is given"):
        electrodes(patch.shape, {})
    for bottom in ((0.0, 0.0), (0.2, 0.0)):
        medium = conductor(patch, 0.3, bottom=bottom)
        with pytest.raises(ValueError, match=r"^steady: nothing drives a field; name electrodes"):
            steady(medium)
        assert not np.any(steady(medium, 0.0).field)
    assert np.allclose(steady(conductor(patch, 0.3, bottom=(0.0, 2.0))).field, 2.0)


@pytest.mark.parametrize("held_at", ["top", "bottom"])
def test_stirred_cells_that_nothing_parts_are_refused(held_at: str) -> None:
    """Two depths that touch, or one at an end that is held: no resistance between them."""
    patch, here, start = leaky()
    column = Stepper(SOLUTE), layered()[0].here(), start[..., :1]
    block = PatchStepper(SOLUTE), patch.here(), start
    depth = np.arange(patch.shape[0]).reshape(-1, 1, 1)
    end = 0 if held_at == "top" else len(depth) - 1
    for by, mesh, state in (block, column):
        fields = {**layered()[1], "decay": 0.4, **mesh}
        with pytest.raises(ValueError, match=r"^stirred: two depths that touch; make one cell"):
            by.walk(state, {**fields, "stirred": depth // 2 == 1}, np.full(1, 0.1))
        closed = {**fields, "stirred": depth == end, held_at: {"drug": (0.0, 1.0)}}
        with pytest.raises(ValueError, match=f"^{held_at}: no resistance before a stirred cell"):
            by.walk(state, closed, np.full(1, 0.1))
        state = np.where(depth == end, 1.0, state)
        open_ = {**closed, held_at: {"drug": (0.1, 1.0)}}
        assert np.all(np.isfinite(by.walk(state, open_, np.full(1, 0.1))))
    two = SimpleNamespace(**{**here, "stirred": depth // 2 == 1})
    with pytest.raises(ValueError, match=r"^stirred: two depths"):
        of_species([DRUG], two, patch.shape)
