"""The kernel against the stepper, its own order, steady states, positivity and its promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm
from test_healing import DAYS, SESSIONS, reported, set_up
from test_stepper import ONE, chain, mesh, smooth

from pinprick.healing.here import values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.tissue import heal
from pinprick.medium import kernel as kernel_module
from pinprick.medium.graph import STATE, Graph, slopes
from pinprick.medium.kernel import Kernel
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.schedule import COHORT, SINGLE, Preset, intervals
from pinprick.medium.stepper import Stepper


def waves(cells: int) -> np.ndarray:
    z = (np.arange(cells) + 0.5) / cells
    return np.stack([1 + 0.5 * np.cos(np.pi * z), 0.3 + 0 * z])[:, :, None, None]


def wounded(members: int, dtype: type = np.float64) -> tuple[np.ndarray, dict]:
    """Tissue after one session, and its parameters."""
    lanes, col, injury, body = set_up(members)
    here = values_here(col, body, lanes)
    state = np.zeros((len(TABLE.species), len(col.width), 2, members), dtype)
    wound(state, injury.tracks / injury.tracks.max())
    return state, {k: np.asarray(v, dtype) for k, v in here.items()}


def wound(state: np.ndarray, depth: np.ndarray) -> None:
    """A session in the first of the two fractions; ``depth`` (cells, members) is its profile."""
    for name, amount in (("clot", 0.3), ("debris", 0.3), ("bare", 1.0)):
        state[TABLE.index[name], :, 0] += amount * depth


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference as a share of the species' scales."""
    scale = np.array([s.scale for s in TABLE.species])[:, None, None, None]
    return float((np.abs(a.astype(float) - b) / scale).max())


@pytest.mark.parametrize("cells", [1, 12])
def test_order_three_with_diffusion_and_feedback(cells: int) -> None:
    here = {**mesh(cells), "spread": 0.05 * ONE}
    ends = [
        Kernel(smooth()).walk(waves(cells), here, np.full(n, 1.0 / n))
        for n in (128, 256, 512, 1024, 8192)
    ]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    order = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(np.abs(order - 3.0) < 0.1), (errors, order)


def test_linear_chain_is_exact_to_its_order() -> None:
    matrix = np.array([[-2.0, 0, 0.5], [2.0, -5.0, 0], [0, 5.0, -0.5]])
    start = np.array([1.0, 0.2, 0.0])
    end = Kernel(chain()).walk(start.reshape(3, 1, 1, 1), mesh(1), np.full(128, 1 / 128))
    assert np.abs(end.ravel() - expm(matrix) @ start).max() < 1e-6


def test_agrees_with_the_stepper_on_a_smooth_problem() -> None:
    here = {**mesh(12), "spread": 0.05 * ONE}
    fine = np.full(2000, 1 / 2000)
    ours = Kernel(smooth()).walk(waves(12), here, fine)
    assert np.abs(ours - Stepper(smooth()).walk(waves(12), here, fine)).max() < 1e-12


@pytest.mark.verify
def test_agrees_with_the_stepper_on_the_biology() -> None:
    state, here = wounded(8)
    depth = state[TABLE.index["bare"], :, 0]
    ends = []
    for engine in (Kernel(TABLE), Stepper(TABLE)):
        now = state
        for days in (28.0, 14.0):
            (steps,) = intervals([0.0, days], [0.0], SINGLE.finer(24))
            now = engine.walk(now, here, steps)
            now = np.repeat(now.mean(axis=2, keepdims=True), 2, axis=2)
            wound(now, depth)
        ends.append(now)
    assert apart(*ends) < 1e-6


def test_rates_of_zero_are_a_fixed_point() -> None:
    lanes, col, _, body = set_up(20)
    for dtype in (np.float32, np.float64):
        here = {k: np.asarray(v, dtype) for k, v in values_here(col, body, lanes).items()}
        rest = np.zeros((len(TABLE.species), 24, 2, 20), dtype)
        assert np.array_equal(Kernel(TABLE).walk(rest, here, np.full(120, 3.0)), rest)


def test_the_steady_state_does_not_depend_on_the_step() -> None:
    here = {**mesh(8), "spread": 0.05 * ONE}
    start = np.ones((2, 8, 1, 1))
    fine = Kernel(smooth()).walk(start, here, np.full(1600, 0.05))
    coarse = Kernel(smooth()).walk(start, here, np.full(400, 0.2))
    assert np.abs(fine - coarse).max() < 1e-8


def fast() -> ReactionTable:
    return ReactionTable(
        (Species("a", "1", 1.0, "a", "spread"), Species("b", "1", 1.0, "b")),
        (
            Reaction("1", "a to b, fast and saturating", ("a",), {"a": 1}, {"b": 1}),
            Reaction("2", "b is lost", ("b",), {"b": 1}),
            Reaction("3", "b feeds a", ("b",), {}, {"a": 1}),
        ),
        lambda s, k: {"1": 1e6 * s.a / (1e-3 + s.a), "2": 3e4 * s.b, "3": 10 * s.b},
    )


@pytest.mark.parametrize("step", [0.1, 10.0, 1000.0])
def test_values_stay_positive_at_any_step_and_rate(step: float) -> None:
    start = np.zeros((2, 6, 1, 1))
    start[0, 0], start[1, 5] = 100.0, 1.0
    here = {**mesh(6), "spread": 50.0 * ONE}
    end = Kernel(fast()).walk(start, here, np.full(20, step))
    assert np.all(np.isfinite(end)) and np.all(end >= 0)
    # The fall-back is the stepper's own.
    peer = Stepper(fast()).walk(start, here, np.full(20, step))
    assert np.allclose(end, peer, rtol=1e-9, atol=1e-6)  # what may be cut off is cut or not


def test_the_fall_back_of_one_lane_leaves_the_others_alone() -> None:
    calm = np.full((2, 6, 1, 8), 1e-9)
    wild = calm.copy()
    wild[0, 0, 0, 3] = 100.0
    here = {**mesh(6), "spread": 50.0 * ONE}
    ends = [Kernel(fast()).walk(start, here, np.full(3, 1e-7)) for start in (calm, wild)]
    others = [0, 1, 2, 4, 5, 6, 7]
    assert np.array_equal(ends[0][..., others], ends[1][..., others])


def test_diffusion_makes_no_mass() -> None:
    table = ReactionTable((Species("u", "1", 1.0, "u", "spread"),), (), lambda s, k: {})
    here = {"width": np.array([0.1, 0.1, 0.5, 1.0, 0.2])[:, None, None], "spread": 0.3}
    start = np.random.default_rng(1).random((1, 5, 2, 3))
    end = Kernel(table).walk(start, here, np.full(50, 0.02))
    before, after = ((s * here["width"]).sum(axis=1) for s in (start, end))
    assert np.allclose(before, after, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_member_is_the_same_in_any_ensemble(dtype: type) -> None:
    state, here = wounded(128, dtype)
    few = {k: v[..., :37] if v.shape and v.shape[-1] == 128 else v for k, v in here.items()}
    (steps,) = intervals([0.0, 60.0], [0.0], COHORT)
    large = Kernel(TABLE).walk(state, here, steps)
    assert np.array_equal(Kernel(TABLE).walk(state[..., :37], few, steps), large[..., :37])


def test_the_state_is_left_alone_and_its_layout_does_not_matter() -> None:
    state, here = wounded(16, np.float32)
    before = state.copy()
    ends = [Kernel(TABLE).walk(s, here, np.full(9, 0.1)) for s in (state, np.asfortranarray(state))]
    assert np.array_equal(*ends) and np.array_equal(state, before)


def test_single_against_double_precision() -> None:
    (steps,) = intervals([0.0, 60.0], [0.0], COHORT)
    ends = [
        Kernel(TABLE).walk(state, here, steps)
        for state, here in (wounded(64, np.float32), wounded(64, np.float64))
    ]
    gap = apart(*ends)
    print(f"\nfloat32 against float64 after 60 days: {gap:.1e} of scale")
    assert gap < 1e-5


@pytest.mark.verify
@pytest.mark.parametrize(("preset", "bound"), [(COHORT, 5e-3), (SINGLE, 2e-3)])
def test_time_error_of_every_reported_quantity(preset: Preset, bound: float) -> None:
    lanes, col, injury, body = set_up(128)
    sessions = [(day, injury) for day in SESSIONS]
    coarse = reported(heal(sessions, col, body, lanes, DAYS, preset=preset))
    fine = heal(sessions, col, body, lanes, DAYS, preset=SINGLE.finer(6), dtype=np.float64)
    for name, truth in reported(fine).items():
        scale = np.maximum(np.abs(truth).max(axis=0), 1e-9)
        error = np.abs(coarse[name] - truth).max(axis=0) / scale
        print(f"{name:18} median {np.median(error):.1e}, most {error.max():.1e}")
        assert error.max() < bound, (name, error.max())


def test_slopes_are_those_of_the_operations() -> None:
    graph = Graph()
    x = graph.leaf("species", 0, STATE)
    made = abs(x - 5) + 2 / (1 + x * x) - x**3 + (-x) ** 2
    slope = slopes([made], x)[made.id]

    def value(node, at: float) -> float:
        if node.op == "leaf":
            return at
        if node.value is not None:
            return node.value
        args = [value(a, at) for a in node.args]
        plain = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
        if node.op in plain:
            return eval(f"args[0] {plain[node.op]} args[1]", {"args": args})
        return {"neg": -args[0], "abs": abs(args[0]), "sign": float(np.sign(args[0]))}[node.op]

    for at in (0.3, 2.0, 7.0):
        by_hand = (value(made, at + 1e-6) - value(made, at - 1e-6)) / 2e-6
        assert abs(value(slope, at) - by_hand) < 1e-6 * (1 + abs(by_hand))


def test_speeds_that_decide_by_a_value_are_refused() -> None:
    table = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (Reaction("1", "grows", ("u",), {}, {"u": 1}),),
        lambda s, k: {"1": s.u if s.u else 0.0},
    )
    with pytest.raises(TypeError, match="plain operators"):
        Kernel(table).walk(np.ones((1, 1, 1, 1)), mesh(1), np.ones(1))


def test_a_failed_step_is_an_error_and_not_a_field() -> None:
    table = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (Reaction("1", "grows", ("u",), {}, {"u": 1}),),
        lambda s, k: {"1": s.u * s.u},
    )
    with pytest.raises(FloatingPointError, match="finer steps"):
        Kernel(table).walk(np.ones((1, 1, 1, 1)), mesh(1), np.full(400, 1.0))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"spread": -ONE}, "spread: must not be negative"),
        ({"spread": np.nan * ONE}, "spread: .* not a number"),
        ({"spread": np.ones((4, 1, 1))}, "spread: differs from cell to cell"),
        ({"top": {"u": (1.0, 0.0)}}, "the kernel knows no top"),
    ],
)
def test_bad_input_is_refused(change: dict, says: str) -> None:
    here = {**mesh(4), "spread": 0.05 * ONE, **change}
    with pytest.raises(ValueError, match=says):
        Kernel(smooth()).walk(waves(4), here, np.ones(1))
    good = {**mesh(4), "spread": 0.05 * ONE}
    for state in (waves(4) * np.nan, -waves(4), waves(4)[0], waves(4).astype(int)):
        with pytest.raises(ValueError, match="state"):
            Kernel(smooth()).walk(state, good, np.ones(1))
    with pytest.raises(ValueError, match="here lacks 'spread'"):
        Kernel(smooth()).walk(waves(4), mesh(4), np.ones(1))


def test_another_schedule_or_ensemble_compiles_nothing_anew() -> None:
    kernel = Kernel(smooth())
    for cells, members, steps in ((4, 1, 5), (9, 40, 90)):
        here = {**mesh(cells), "spread": np.full(members, 0.05)}
        start = np.ones((2, cells, 2, members))
        kernel.walk(start, here, np.full(steps, 0.01))
    assert len(kernel.compiled) == 1


def compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes each program that is really compiled, not read from the cache."""
    made: list[str] = []
    keep = kernel_module._keep

    def noted(path: Path, content: bytes) -> None:
        made.append(path.name)
        keep(path, content)

    monkeypatch.setattr(kernel_module, "_keep", noted)
    return made


def test_compiled_code_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINPRICK_CACHE", str(tmp_path))
    made = compiling(monkeypatch)
    here = {**mesh(4), "spread": 0.05 * ONE}
    first = Kernel(smooth()).walk(waves(4), here, np.full(9, 0.1))
    again = Kernel(smooth()).walk(waves(4), here, np.full(9, 0.1))
    assert len(made) == 1 and np.array_equal(first, again)
    (file,) = (tmp_path / "compiled").iterdir()
    file.write_bytes(file.read_bytes()[:-100])  # a broken file is made anew
    assert np.array_equal(Kernel(smooth()).walk(waves(4), here, np.full(9, 0.1)), first)
    assert len(made) == 2


def test_without_a_folder_it_compiles_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PINPRICK_CACHE", str(tmp_path / "file"))
    here = {**mesh(4), "spread": 0.05 * ONE}
    assert np.all(Kernel(smooth()).walk(waves(4), here, np.full(9, 0.1)) > 0)


def test_two_processes_may_compile_at_once(tmp_path: Path) -> None:
    program = (
        "import os, sys, numpy as np\n"
        "os.environ['PINPRICK_CACHE'] = sys.argv[1]\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from test_stepper import smooth, mesh\n"
        "from pinprick.medium.kernel import Kernel\n"
        "here = {**mesh(4), 'spread': 0.05}\n"
        "print(Kernel(smooth()).walk(np.ones((2, 4, 1, 1)), here, np.full(9, 0.1)).tobytes().hex())"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(Path(__file__).parent)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=120)[0] for process in both}
    assert len(said) == 1 and all(process.returncode == 0 for process in both)
    assert len(list((tmp_path / "compiled").glob("kernel-*"))) == 1
