"""A walk in a patch that is stopped goes on where it was, to the bit; other walks' files do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_patches import DRUG, ONE, PAIR, SOLUTE, layered, leaky

from pinprick.medium import waypoint
from pinprick.medium.column import column
from pinprick.medium.patch import Patch
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable

STEPS = np.concatenate([np.full(3, 0.02), np.full(4, 0.1)])


class StoppedError(Exception):
    """What a caller's progress raises."""


def uneven(factored: bool = False) -> tuple[PatchStepper, Any, Any]:
    _, here, start = leaky()
    return PatchStepper(SOLUTE, factored=factored), here, start


def coupled() -> tuple[PatchStepper, Any, Any]:
    """Three species that feed each other, coefficients the same across, a rough start."""
    faces = np.linspace(0, 0.6, 6)
    patch = Patch(column(0 * ONE, {"all": (ONE, 5)}), faces, faces)
    here = {**patch.here(), "spread": 0.05, "slow": 0.02, "feed": 0.1}
    start = np.zeros((3, *patch.shape))
    start[1, 1, 2, 3], start[0, 4, 1, 1] = 1.0, 0.5
    return PatchStepper(PAIR), here, start


def alike() -> tuple[PatchStepper, Any, Any]:
    """The same across: one column is stepped for all, and one is kept."""
    _, here, _ = leaky()
    start = np.broadcast_to(np.linspace(0, 1, 12)[:, None, None], (12, 6, 6))[None]
    return PatchStepper(SOLUTE), {**here, **layered()[1]}, start


def falling() -> tuple[PatchStepper, Any, Any]:
    """Steps so long that they fall back to Euler."""
    by, here, start = uneven()
    return by, {**here, "decay": 60.0}, start


WALKS = {
    "a channel": uneven, "sweeps": lambda: uneven(True), "coupled species": coupled,
    "the same across": alike, "steps that fall back": falling,
}  # fmt: skip


@pytest.mark.parametrize("after", [1, 4, len(STEPS)])
@pytest.mark.parametrize("kind", WALKS)
def test_a_stopped_walk_ends_in_the_same_state_to_the_bit(
    kind: str, after: int, tmp_path: Path
) -> None:
    by, here, start = WALKS[kind]()
    whole = by.walk(start, here, STEPS)
    assert np.all(np.isfinite(whole)) and np.ptp(whole) > 0
    seen: list[float] = []

    def stop(time: float, last: float) -> None:
        seen.append(time)
        if len(seen) == after:
            raise StoppedError

    with pytest.raises(StoppedError):
        by.walk(start, here, STEPS, progress=stop, keep=tmp_path / "walk.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["walk.npz"], "nothing half written"
    again: list[float] = []
    end = by.walk(
        start, here, STEPS, progress=lambda time, _: again.append(time), keep=tmp_path / "walk.npz"
    )
    assert np.array_equal(end, whole)
    assert np.allclose([*seen, *again], np.cumsum(STEPS)), "each step is taken once"


def test_a_walk_that_is_stopped_again_and_again(tmp_path: Path) -> None:
    by, here, start = coupled()
    whole, stops = by.walk(start, here, STEPS), 0

    def stop(time: float, last: float) -> None:
        if time < last:
            raise StoppedError

    for _ in range(len(STEPS) - 1):
        with pytest.raises(StoppedError):
            by.walk(start, here, STEPS, progress=stop, keep=tmp_path / "walk.npz")
        stops += 1
    assert stops == len(STEPS) - 1
    end = by.walk(start, here, STEPS, progress=stop, keep=tmp_path / "walk.npz")
    assert np.array_equal(end, whole)
    assert np.array_equal(by.walk(start, here, STEPS, keep=tmp_path / "walk.npz"), whole)


def test_the_file_is_written_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only at the end: a walk that is killed leaves what it had reached."""
    monkeypatch.setattr(waypoint, "EVERY", 0.0)
    by, here, start = coupled()
    there: list[int] = []

    def look(time: float, last: float) -> None:
        with np.load(tmp_path / "walk.npz") as kept:
            there.append(int(kept["done"]))

    by.walk(start, here, STEPS, progress=look, keep=tmp_path / "walk.npz")
    assert there == list(range(1, len(STEPS) + 1))


def test_the_file_of_another_walk_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    by, here, start = uneven()
    file = tmp_path / "walk.npz"
    by.walk(start, here, STEPS, keep=file)
    kept = file.read_bytes()
    hole = dict(here, diffusivity=here["diffusivity"] * 1.0001)
    leaks = dict(here, top={"drug": (0.3, 0.99)})
    other = PatchStepper(
        ReactionTable(
            (DRUG, *PAIR.species[:1]), (Reaction("1", "made", ("drug",), {}, {"v": 1}),),
            lambda s, k: {"1": s.drug},
        )
    )  # fmt: skip
    for walk in (
        lambda: by.walk(start * 0.5, here, STEPS, keep=file),
        lambda: by.walk(start, hole, STEPS, keep=file),
        lambda: by.walk(start, leaks, STEPS, keep=file),
        lambda: by.walk(start, here, STEPS[:-1], keep=file),
        lambda: by.walk(start, here, STEPS * 1.1, keep=file),
        lambda: by.walk(start, here, STEPS, start=1.0, keep=file),
        lambda: PatchStepper(SOLUTE, tolerance=1e-3).walk(start, here, STEPS, keep=file),
        lambda: PatchStepper(SOLUTE, factored=True).walk(start, here, STEPS, keep=file),
        lambda: other.walk(np.concatenate([start, start]), here, STEPS, keep=file),
    ):
        with pytest.raises(ValueError, match=r"walk\.npz: kept by another walk; remove it or name"):
            walk()
        assert file.read_bytes() == kept


def test_a_file_that_is_no_waypoint_is_refused(tmp_path: Path) -> None:
    by, here, start = uneven()
    file = tmp_path / "walk.npz"
    by.walk(start, here, STEPS, keep=file)
    whole = file.read_bytes()
    for write in (
        lambda: file.write_bytes(b""),
        lambda: file.write_text("nothing"),
        lambda: np.savez(file, state=start),
        lambda: file.write_bytes(whole[: len(whole) // 2]),  # cut off on its way here
        lambda: np.save(file.open("wb"), start),
    ):
        write()
        with pytest.raises(ValueError, match="not a waypoint of a walk; remove it or name"):
            by.walk(start, here, STEPS, keep=file)
