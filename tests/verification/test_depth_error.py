"""What steps and depth cells leave out of a forecast: drawn people, needled four times, a year."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from year_errors import EVEN_STEPS, FINE_STEPS, PRESETS, Drawn, errors, moved

DRAWS = 32
SEED = 31  # not the benchmark's


@cache
def drawn(depth: str, interval: str = "28 d") -> Drawn:
    return Drawn(range(DRAWS), depth, interval, SEED)


@pytest.mark.verify
@pytest.mark.parametrize(
    # Needles that end in the papillary dermis are the hardest: half of the response is its edge.
    ("depth", "bound"),
    [("0.5 mm", 0.4), ("1.0 mm", 0.08), ("1.5 mm", 0.06), ("2.0 mm", 0.05)],
)
def test_depth_error_of_every_reported_quantity(depth: str, bound: float) -> None:
    fine = drawn(depth).tissue(EVEN_STEPS, 8)
    people = drawn(depth)
    coarse, finer = (errors(people.tissue(EVEN_STEPS, n), fine, people.lanes) for n in (1, 4))
    print(f"\n{depth}: {[f'{n} {e:.1e}' for n, e in coarse.ranked(3)]}, cut in four ", end="")
    print(f"{finer.worst[1]:.1e}; median {np.median(coarse.members):.1e}")
    assert coarse.worst[1] < bound, coarse.ranked(3)
    assert finer.worst[1] < coarse.worst[1] / 3, finer.ranked(3)


@pytest.mark.verify
@pytest.mark.parametrize("interval", ["14 d", "42 d"])
@pytest.mark.parametrize(("grid", "bound"), [("cohort", 3e-3), ("single", 1e-3)])
def test_time_error_where_needles_end_in_the_dermis(grid: str, bound: float, interval: str) -> None:
    people = drawn("1.0 mm", interval)
    ours, fine = people.tissue(PRESETS[grid], dtype=np.float32), people.tissue(FINE_STEPS)
    found = errors(ours, fine, people.lanes)
    assert found.worst[1] < bound, found.ranked(3)


@pytest.mark.verify
@pytest.mark.parametrize("grid", list(PRESETS))
def test_half_the_step_moves_no_range_by_a_tenth(grid: str) -> None:
    for depth in ("0.5 mm", "1.5 mm"):
        people, preset = drawn(depth), PRESETS[grid]
        shares = moved(people.tissue(preset), people.tissue(preset.finer(2)), people.lanes)
        assert max(shares.values()) < 0.1, (depth, shares)
