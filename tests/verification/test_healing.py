"""The biology: steps, an independent solver, rest, closures, half-lives."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from pinprick.evidence import Lanes, registry
from pinprick.healing import closure, redness
from pinprick.healing.body import Body
from pinprick.healing.here import values_here
from pinprick.healing.reactions import TABLE
from pinprick.healing.tissue import _kernel, heal
from pinprick.medium.column import column
from pinprick.medium.layers import Injury
from pinprick.medium.schedule import COHORT, SINGLE
from pinprick.medium.stepper import Stepper

SESSIONS = (0.0, 28.0, 56.0, 84.0)
DAYS = [0, 1, 3, 7, 14, 28, 42, 56, 70, 84, 98, 112, 140, 180, 264, 365]


def set_up(members: int, per_mm2: float = 2.5, seed: int = 7):
    one = np.ones(members)
    lanes = Lanes(registry(), seed, range(0, 4 * members, 4))
    col = column(
        6e-5 * one,
        {
            "papillary dermis": (0.15e-3 * one, 6),
            "upper reticular dermis": (0.4e-3 * one, 9),
            "deep reticular dermis": (0.4e-3 * one, 9),
        },
    )
    depth = col.depth
    tracks = per_mm2 * 1e6 * 0.5 * (1 - np.tanh((depth - 0.7e-3) / 0.1e-3))
    none = np.zeros_like(tracks)
    injury = Injury(col.edges, none, none, none, none, tracks, none + 1e-4)
    return lanes, col, injury, Body.healthy(members)


def reported(tissue) -> dict[str, np.ndarray]:
    out = {
        k: tissue.by_layer[k] for k in ("collagen", "matured collagen", "elastin", "myofibroblasts")
    }
    for k in ("epidermis", "vessels", "oedema", "melanin"):
        out[k] = getattr(tissue, k)[:, None]
    return out


@pytest.mark.verify
@pytest.mark.parametrize(("preset", "bound"), [(COHORT, 5e-3), (SINGLE, 2e-3)])
def test_time_error_of_every_reported_quantity(preset, bound: float) -> None:
    lanes, col, injury, body = set_up(32)
    sessions = [(day, injury) for day in SESSIONS]
    coarse = heal(sessions, col, body, lanes, DAYS, preset=preset)
    fine = heal(sessions, col, body, lanes, DAYS, preset=SINGLE.finer(6), dtype=np.float64)
    for name, truth in reported(fine).items():
        scale = np.abs(truth).max(axis=0)
        error = (np.abs(reported(coarse)[name] - truth).max(axis=0) / np.maximum(scale, 1e-9)).max()
        assert error < bound, (name, error)


def test_intact_skin_does_not_move_in_a_year() -> None:
    lanes, col, _, body = set_up(8)
    here = {k: np.asarray(v, np.float32) for k, v in values_here(col, body, lanes).items()}
    rest = np.zeros((len(TABLE.species), 24, 2, 8), np.float32)
    end = _kernel().walk(rest, here, np.full(120, 3.0))
    assert np.array_equal(end, rest)


@pytest.mark.verify
def test_agrees_with_an_independent_solver() -> None:
    import diffrax
    import jax
    import jax.numpy as jnp

    lanes, _, _, body = set_up(1)
    one = np.ones(1)
    col = column(
        6e-5 * one, {"papillary dermis": (0.1e-3 * one, 2), "reticular": (0.4e-3 * one, 2)}
    )
    here = values_here(col, body, lanes)
    start = np.zeros((len(TABLE.species), 4, 1, 1))
    for name in ("clot", "debris", "bare"):
        start[TABLE.index[name], :2] = 0.5
    with jax.enable_x64(True):
        values = {k: jnp.asarray(v) for k, v in here.items()}

        def rates(t, y, args):
            spread = jnp.stack([values.get(s.diffusivity, jnp.zeros(1)) for s in TABLE.species])
            between = 2 / (values["width"][1:] + values["width"][:-1])
            flux = spread[:, None, None] * between * (y[:, 1:] - y[:, :-1])
            none = jnp.zeros_like(flux[:, :1])
            into = jnp.concatenate([flux, none], 1) - jnp.concatenate([none, flux], 1)
            return jnp.stack(TABLE.change(y, SimpleNamespace(**values))) + into / values["width"]

        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(rates), diffrax.Kvaerno5(), 0.0, 40.0, 1e-3, jnp.asarray(start),
            stepsize_controller=diffrax.PIDController(rtol=1e-8, atol=1e-10), max_steps=20_000,
        )  # fmt: skip
        peer = np.asarray(solution.ys[-1])
    scale = np.array([s.scale for s in TABLE.species])[:, None, None, None]
    for engine in (Stepper(TABLE), _kernel()):
        ours = engine.walk(start, here, np.full(4000, 0.01))
        assert (np.abs(ours - peer) / scale).max() < 1e-5


def test_declared_reads_are_what_the_speeds_read() -> None:
    lanes, col, _, body = set_up(1)
    here = SimpleNamespace(**{**values_here(col, body, lanes), "memory": 1.0})  # or no row reads it
    rng = np.random.default_rng(3)
    scale = np.array([s.scale for s in TABLE.species])[:, None, None, None]
    read: set[tuple[str, str]] = set()
    # Once with collagen gained, or the ceiling feels nothing; once with it lacking, or the load.
    for lost in (0.1, 100.0):
        state = scale * (0.5 + rng.random((len(TABLE.species), 24, 1, 1)))
        state[TABLE.index["mature_lost"]] *= lost
        before = TABLE.speeds(TABLE.named(state), here)
        assert set(before) == {row.id for row in TABLE.reactions}
        for name, i in TABLE.index.items():
            moved = state.copy()
            moved[i] *= 1.1
            after = TABLE.speeds(TABLE.named(moved), here)
            read |= {
                (row, name)
                for row, speed in before.items()
                if not np.array_equal(np.asarray(speed), np.asarray(after[row]))
            }
    assert read == {(row.id, name) for row in TABLE.reactions for name in row.reads}


def test_speeds_are_never_negative_and_vanish_at_rest() -> None:
    lanes, col, _, body = set_up(16)
    here = SimpleNamespace(**values_here(col, body, lanes))
    rest = np.zeros((len(TABLE.species), 24, 1, 16))
    assert all(np.all(np.asarray(v) == 0) for v in TABLE.speeds(TABLE.named(rest), here).values())
    scale = np.array([s.scale for s in TABLE.species])[:, None, None, None]
    state = np.random.default_rng(5).random(rest.shape) * 3 * scale
    state[TABLE.index["elastin_lost"]] %= 1.0
    assert all(np.all(np.asarray(v) >= 0) for v in TABLE.speeds(TABLE.named(state), here).values())


def test_every_parameter_of_the_table_is_in_the_registry() -> None:
    for row in TABLE.reactions:
        for name in row.parameters:
            registry().parameter(f"healing.{name}")


def test_no_draw_keeps_itself_alive() -> None:
    table = registry().tables["healing_draws"]
    rho = table["qF"] * table["Fm"] * 3000.0 / (table["kT"] * table["KT"])
    assert len(rho) >= 500 and rho.max() <= 0.4 and np.allclose(rho, table["rho"], rtol=1e-3)


def test_response_needs_injury_and_rises_with_it() -> None:
    lanes, col, injury, body = set_up(16)
    none = Injury(injury.edges, *([np.zeros_like(injury.tracks)] * 6))
    gains = []
    for factor in (0.0, 0.4, 1.0, 4.0):
        tracks = injury.tracks * factor
        one = Injury(injury.edges, *([np.zeros_like(tracks)] * 4), tracks, tracks * 0)
        gains.append(heal([(0, one)], col, body, lanes, [0, 60]).by_layer["matured collagen"][1, 0])
    assert np.array_equal(heal([(0, none)], col, body, lanes, [0, 60]).profile[1], 0 * col.depth)
    assert np.all(gains[0] == 0) and np.all(np.diff(gains, axis=0) > 0)


def test_roused_fraction_conserves_the_clot() -> None:
    tracks = np.array([[0.1, 2.5, 10.0]])
    a = closure.roused(tracks, np.full(3, 0.25))
    w = closure.clot(tracks, np.full(3, 0.06), a)
    assert np.allclose(w * a, tracks * np.pi * 0.06**2)
    assert np.all((a > 0) & (a < 1))


@pytest.mark.parametrize("name", [p.name for p in registry().stage("healing") if p.half_life])
def test_half_life_in_half_life_out(name: str) -> None:
    """What a half-life declares is what its law shows."""
    lanes = Lanes(registry(), 0, range(0, 32, 4))
    half = lanes[name]
    if name == "healing.flush_half_life":
        lanes._known["healing.redness_duration"] = np.full(8, 1e-9)
        r = redness.curve(np.array([0.0]), np.zeros(1), np.ones((1, 8)), lanes)[0]
        later = np.array(
            [
                redness.curve(np.array([h]), np.zeros(1), np.ones((1, 8)), lanes)[0, i]
                for i, h in enumerate(half)
            ]
        )
        start = lanes["healing.flush_size"]
        assert np.all(r >= start) and np.allclose(later, start / 2)
    else:
        field, days = {
            "healing.new_collagen_half_life": ("collagen_1", half),
            "healing.mature_half_life": ("matured", half * 365.25),
            "healing.melanin_half_life": ("melanin", half),
        }[name]
        _, col, _, body = set_up(8)
        here = dict(values_here(col, body, lanes), maturation=np.zeros(8))
        state = np.zeros((len(TABLE.species), 24, 1, 8))
        state[TABLE.index[field]] = 1e-6
        count = 400
        for lane in range(8):
            end = _kernel().walk(state, here, np.full(count, days[lane] / count))
            assert abs(end[TABLE.index[field], 0, 0, lane] / 1e-6 - 0.5) < 1e-6
