"""Steps of a linear patch by a series: exact at any length, and refused where it cannot be."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from pinprick.medium.column import column
from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import of_species
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.unit_cell import blend

DRUG = Species("drug", "1", 1.0, "solute", "diffusivity", "storage")
STUCK = Species("stuck", "1", 1.0, "what does not move")
ROWS = (
    Reaction("feed", "set free", (), {}, {"drug": 1}),
    Reaction("decay", "decay", ("drug",), {"drug": 1}),
    Reaction("fade", "what is stuck fades", ("stuck",), {"stuck": 1}),
)
TABLE = ReactionTable(
    (DRUG, STUCK), ROWS,
    lambda s, k: {
        "feed": k.feed + 0.0 * s.drug, "decay": k.decay * s.drug, "fade": 0.3 * s.stuck
    },
)  # fmt: skip


def pierced(sides: str, shape: tuple[int, int] = (7, 5)) -> tuple[Patch, dict[str, Any], Any]:
    """Two layers with partition, exchange at both ends and a channel."""
    col = column(np.zeros(1), {"upper": (np.full(1, 0.2), 3), "lower": (np.full(1, 0.8), 6)})
    sizes = [np.linspace(0.0, 0.1 * n, n + 1) for n in shape]
    patch = Patch(col, *sizes, sides)  # type: ignore[arg-type]
    share = patch.share_within((0.25, 0.3), 0.11, 0.5)
    fields = col.field({"upper": 0.02, "lower": 0.5}), col.field({"upper": 4.0, "lower": 0.7})
    here = {
        **patch.here(), "decay": 0.4, "feed": 0.2,
        "diffusivity": blend(fields[0], 2.0, share), "storage": blend(fields[1], 1.0, share),
        "top": {"drug": (0.3, 1.0)}, "bottom": {"drug": (0.1, 0.0)},
    }  # fmt: skip
    return patch, here, np.random.default_rng(6).random((2, *patch.shape))


def matrix(here: dict[str, Any], shape: tuple[int, ...]) -> Any:
    """The whole matrix of the drug's rates in one cell after another; its last column is a gain."""
    op = of_species([DRUG], SimpleNamespace(**here), shape)
    count = int(np.prod(shape))
    made = np.zeros((count + 1, count + 1))
    still = op.rates(np.zeros((1, *shape)))
    made[:count, count] = (still + here["feed"]).ravel()
    for i in range(count):
        unit = np.zeros(count)
        unit[i] = 1.0
        moved = (op.rates(unit.reshape(1, *shape)) - still).ravel()
        made[:count, i] = moved - here["decay"] * unit
    return made


def exact(here: dict[str, Any], start: Any, time: float) -> Any:
    """By the exponential of the whole matrix."""
    end = expm(time * matrix(here, start.shape[1:])) @ np.append(start[0].ravel(), 1.0)
    return end[:-1].reshape(start.shape[1:])


@pytest.mark.parametrize("sides", ["periodic", "closed"])
@pytest.mark.parametrize("shape", [(7, 5), (1, 6), (5, 1), (2, 2)])
def test_a_step_of_any_length_is_exact(sides: str, shape: tuple[int, int]) -> None:
    _, here, start = pierced("closed", (7, 5))
    if shape != (7, 5) or sides == "periodic":
        col = column(np.zeros(1), {"skin": (np.full(1, 1.0), 9)})
        patch = Patch(col, *(np.linspace(0.0, 0.1 * n, n + 1) for n in shape), sides)  # type: ignore[arg-type]
        rng = np.random.default_rng(1)
        here = {**here, **patch.here()}
        here["diffusivity"], here["storage"] = 0.1 + rng.random((2, *patch.shape))
        start = rng.random((2, *patch.shape))
    by = PatchStepper(TABLE, tolerance=1e-11, series=True)
    for length in (1e-4, 0.3, 5.0):
        end = by.walk(start, here, np.full(1, length))
        assert np.abs(end[0] - exact(here, start, length)).max() < 1e-10
        assert np.allclose(end[1], start[1] * np.exp(-0.3 * length), rtol=1e-13)


def test_what_is_the_same_across_stays_so() -> None:
    col = column(np.zeros(1), {"upper": (np.full(1, 0.2), 3), "lower": (np.full(1, 0.8), 6)})
    _, here, _ = pierced("closed")
    here["diffusivity"] = col.field({"upper": 0.02, "lower": 0.5})
    here["storage"] = col.field({"upper": 4.0, "lower": 0.7})
    by = PatchStepper(TABLE, tolerance=1e-11, series=True)
    one = np.random.default_rng(2).random((2, 9, 1, 1))
    ends = []
    for count in (1, 4):
        sides = np.linspace(0.0, 0.1 * count, count + 1)
        patch = Patch(col, sides, sides, "periodic")
        start = np.broadcast_to(one, (2, *patch.shape)).copy()
        ends.append(by.walk(start, {**here, **patch.here()}, np.full(1, 0.7)))
        start[:, 0, 0, 0] *= 1 + 1e-14  # too little to count, but no longer the same across
        ends.append(by.walk(start, {**here, **patch.here()}, np.full(1, 0.7)))
        assert np.abs(ends[-1][0] - exact({**here, **patch.here()}, start, 0.7)).max() < 1e-10
    assert all(np.abs(end - ends[0][:, :, :1, :1]).max() < 1e-10 for end in ends)


def test_the_error_is_within_the_tolerance() -> None:
    patch, here, start = pierced("periodic")
    truth = PatchStepper(TABLE, tolerance=1e-13, series=True).walk(start, here, np.full(1, 2.0))
    weight = patch.volume / here["storage"]
    away = np.sqrt((weight * start[0] ** 2).sum() + (weight * truth[0] ** 2).sum())
    for tolerance in (1e-2, 1e-4, 1e-6):
        by = PatchStepper(TABLE, tolerance=tolerance, series=True)
        error = by.walk(start, here, np.full(1, 2.0)) - truth
        assert np.sqrt((weight * error[0] ** 2).sum()) < tolerance * away


@pytest.mark.parametrize("tolerance", [1e-4, 1e-7])
def test_steady_state_and_budget_do_not_depend_on_step_or_tolerance(tolerance: float) -> None:
    patch, here, start = pierced("closed")
    here["decay"] = 2.0
    rest = PatchStepper(TABLE, tolerance=1e-10, series=True).walk(start, here, np.full(2, 60.0))
    by = PatchStepper(TABLE, tolerance=tolerance, series=True)
    for h in (0.1, 0.4, 30.0):
        assert np.abs(by.walk(rest, here, np.full(20, h))[0] - rest[0]).max() < 1e-11
    end, book = by.walk_with_ledger(start, here, np.array([0.05, 0.2, 1.0]))
    change = ((end - start)[0] * patch.volume).sum()
    assert abs(change - sum(part[0] for part in book)) < 1e-12 * sum(abs(p[0]) for p in book)
    # The integral of the state from the matrix: what it changes, less what it gains.
    whole, count = matrix(here, patch.shape), start[0].size
    gone = (exact(here, start, 1.25) - start[0]).ravel() - 1.25 * whole[:count, count]
    spread = np.linalg.solve(whole[:count, :count], gone).reshape(patch.shape)
    made = ((1.25 * here["feed"] - here["decay"] * spread) * patch.volume).sum()
    assert abs(book.reaction[0] - made) < 50 * tolerance * abs(made)
    op = of_species([DRUG], SimpleNamespace(**here), patch.shape)
    top = 1.25 * op.top.sum() - (op.top[0] * (spread / here["storage"])[0]).sum()
    assert abs(book.top[0] - top) < 50 * tolerance * abs(top)


def test_a_rough_start_stays_positive_and_keeps_its_amount() -> None:
    patch, here, start = pierced("periodic")
    sealed = {k: v for k, v in here.items() if k not in ("top", "bottom")}
    sealed |= {"decay": 0.0, "feed": 0.0}
    start = np.zeros_like(start)
    start[0, 0, 2, 2] = 1.0
    for tolerance in (1e-3, 1e-8):
        by = PatchStepper(TABLE, tolerance=tolerance, series=True)
        for h in (1e-3, 0.1, 100.0):
            end = by.walk(start, sealed, np.full(3, h))
            assert np.all(end >= 0)
            bound = 1e-12 if h < 1.0 else 1e-10  # a rate of 4e5 a step, times rounding
            assert abs((end * patch.volume).sum() / (start * patch.volume).sum() - 1) < bound


def test_the_answer_does_not_depend_on_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    from pinprick.medium import threads

    _, here, start = pierced("periodic", (60, 5))
    by = PatchStepper(TABLE, series=True)
    ends = []
    for cores in (1, 2, 5):
        monkeypatch.setattr(threads, "cores", lambda n=cores: n)
        ends.append(by.walk(start, here, np.full(2, 0.5)))
    assert np.array_equal(ends[0], ends[1]) and np.array_equal(ends[0], ends[2])


def test_species_alike_share_their_matrix_and_keep_their_own_values() -> None:
    _, here, start = pierced("closed")
    two = ReactionTable(
        (DRUG, replace(DRUG, name="other")), ROWS[1:2],
        lambda s, k: {"decay": k.decay * s.drug},
    )  # fmt: skip
    here["top"]["other"], here["bottom"]["other"] = here["top"]["drug"], here["bottom"]["drug"]
    same = ReactionTable(
        two.species, (*ROWS[1:2], Reaction("too", "too", ("other",), {"other": 1})),
        lambda s, k: {"decay": k.decay * s.drug, "too": k.decay * s.other},
    )  # fmt: skip
    for table, decay in ((two, 0.0), (same, 0.4)):
        end = PatchStepper(table, tolerance=1e-11, series=True).walk(start, here, np.full(1, 0.5))
        one = exact({**here, "feed": 0.0, "decay": decay}, start[1:], 0.5)
        assert np.abs(end[1] - one).max() < 1e-10


def test_what_is_not_linear_is_refused() -> None:
    patch, here, start = pierced("closed")
    names = ("drug", "stuck")

    def table(speed: Any, produced: dict[str, float] | None = None) -> ReactionTable:
        row = Reaction("row", "row", names, {} if produced else {"drug": 1}, produced or {})
        return ReactionTable((DRUG, STUCK), (row,), lambda s, k: {"row": speed(s)})

    for wrong in (
        table(lambda s: s.drug / (1.0 + s.drug)), table(lambda s: s.drug * s.stuck),
        table(lambda s: 1.0 * s.stuck), table(lambda s: 0.5 * (s.drug + abs(s.drug))),
        table(lambda s: 2.0 * s.drug, {"drug": 1.0}),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="series:"):
            PatchStepper(wrong, series=True).walk(start, here, np.full(1, 0.1))
    with pytest.raises(ValueError, match="in time"):
        PatchStepper(TABLE, lambda now, t: now, series=True).walk(start, here, np.full(1, 0.1))
    held = np.zeros(patch.shape)
    held[2, 2, 2] = 1.0
    for extra in ({"held": {"drug": held}}, {"stirred": np.arange(9).reshape(-1, 1, 1) == 0}):
        with pytest.raises(ValueError, match="held or stirred"):
            PatchStepper(TABLE, series=True).walk(start, {**here, **extra}, np.full(1, 0.1))
