"""The medium against exact answers, manufactured solutions, budgets and bad input."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from exact import ONE, PROBLEMS, bar, solute, two_layers

from pinprick.medium import transport
from pinprick.medium.column import Column, column
from pinprick.medium.layers import Layer
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.stepper import Stepper
from pinprick.medium.unit_cell import UnitCell, blend, rings


@pytest.mark.parametrize("name", PROBLEMS)
def test_exact_answers(name: str) -> None:
    for row in PROBLEMS[name]():
        assert row.met, row


# -- manufactured solutions -----------------------------------------------------------------------

DECAY = 2.0
MADE = ReactionTable(
    (Species("drug", "1", 1.0, "solute", "diffusivity", "storage"),),
    (
        Reaction("decay", "decay", ("drug",), {"drug": 1}),
        Reaction("source", "what makes the solution", (), {}, {"drug": 1}),
    ),
    lambda s, k: {"decay": DECAY * s.drug, "source": k.source},
)


def made(here: SimpleNamespace, t) -> SimpleNamespace:
    """u = 1 + exp(-t)·φ: the source that keeps it so."""
    import jax.numpy as jnp

    fade = jnp.exp(-t)
    source = here.steady + fade * here.fading
    return SimpleNamespace(**{**vars(here), "source": source})


def depth_problem(cells: int) -> tuple[Column, dict, np.ndarray, np.ndarray]:
    """φ = cos(πR(z)/R_all) has a continuous flux and none at the ends, whatever the layers."""
    col, fields = two_layers(cells)
    passing = fields["diffusivity"] * fields["storage"]
    z = col.depth[:, None]
    top = 1 / (0.02 * 4.0)
    r = np.where(z < 0.2, z * top, 0.2 * top + (z - 0.2) / (0.5 * 0.7))
    whole = 0.2 * top + 0.8 / (0.5 * 0.7)
    phi = np.cos(np.pi * r / whole)
    storage = fields["storage"]
    curved = -((np.pi / whole) ** 2) * phi / passing
    here = {**col.here(), **fields}
    steady = DECAY * storage + 0 * phi
    fading = -storage * phi - curved + DECAY * storage * phi
    return col, {**here, "steady": steady, "fading": fading}, phi, storage


def march(here: dict, start: np.ndarray, count: int, end: float = 0.5) -> np.ndarray:
    return Stepper(MADE, made).walk(start, here, np.full(count, end / count))


def orders(errors: list[float]) -> np.ndarray:
    return np.log2(np.array(errors[:-1]) / np.array(errors[1:]))


def test_order_two_in_depth_with_layers_and_partition() -> None:
    errors = []
    for cells in (8, 16, 32, 64):
        _, here, phi, storage = depth_problem(cells)
        start = (storage * (1 + phi))[None]
        end = march(here, start, 400)
        exact = storage * (1 + np.exp(-0.5) * phi)
        errors.append(np.abs((end[0] - exact) / storage).max())
    assert np.all(np.abs(orders(errors) - 2) < 0.1), (errors, orders(errors))


def test_order_three_in_time_with_a_changing_source() -> None:
    _, here, phi, storage = depth_problem(8)
    start = (storage * (1 + phi))[None]
    ends = [march(here, start, n) for n in (32, 64, 128, 256, 4096)]
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    assert np.all(np.abs(orders(errors)[1:] - 3) < 0.1), (errors, orders(errors))


def test_order_two_in_the_unit_cell() -> None:
    errors = []
    for n in (6, 12, 24, 48):
        col, here, phi, storage = depth_problem(n // 2)
        rim = 0.8
        cell = UnitCell(col, np.linspace(0, rim, n + 1))
        r = ((cell.rings[1:] + cell.rings[:-1]) / 2)[None, :, None]
        s = r**2 / rim**2
        psi = np.cos(np.pi * s)
        bent = -4 * np.pi / rim**2 * (np.sin(np.pi * s) + np.pi * s * psi)
        passing = here["diffusivity"] * storage
        top = 1 / (0.02 * 4.0)
        whole = 0.2 * top + 0.8 / (0.5 * 0.7)
        curved = -((np.pi / whole) ** 2) * phi / passing
        shape = phi * psi
        fading = -storage * shape - curved * psi - passing * phi * bent + DECAY * storage * shape
        here = {**here, **cell.here(), "fading": fading, "steady": DECAY * storage + 0 * shape}
        end = march(here, (storage * (1 + shape))[None], 200)
        exact = storage * (1 + np.exp(-0.5) * shape)
        errors.append(np.abs((end[0] - exact) / storage).max())
    assert np.all(np.abs(orders(errors)[1:] - 2) < 0.1), (errors, orders(errors))


# -- budgets --------------------------------------------------------------------------------------


def closing(here: SimpleNamespace, t) -> SimpleNamespace:
    """A channel that closes and opens again, so that its cells change their coefficients."""
    import jax.numpy as jnp

    open_ = 0.5 + 0.5 * jnp.cos(9 * t)
    values = {
        **vars(here),
        "diffusivity": here.tissue + (here.water - here.tissue) * here.share * open_,
    }
    return SimpleNamespace(**values)


def leaky_cell() -> tuple[UnitCell, dict, np.ndarray]:
    col, fields = two_layers(4)
    cell = UnitCell(col, rings(0.1, 0.6, 6))
    share = cell.share_within(0.08, np.array([0.33]))
    here = {
        **cell.here(), "storage": fields["storage"], "tissue": fields["diffusivity"], "water": 2.0,
        "diffusivity": fields["diffusivity"] + 0 * share, "share": share, "decay": 0.4,
        "top": {"drug": (0.3, 1.0)}, "bottom": {"drug": (0.1, 0.0)},
    }  # fmt: skip
    return cell, here, np.random.default_rng(6).random((1, 12, 6, 1))


def held(c: np.ndarray, cell: UnitCell) -> float:
    width = cell.column.width[:, None]
    return float((c[0] * width * cell.area[:, None]).sum() / cell.area.sum())


def test_the_budget_closes_with_exchange_channels_and_decay() -> None:
    cell, here, start = leaky_cell()
    end, book = Stepper(solute(True), closing).walk_with_ledger(start, here, np.full(150, 0.02))
    change = held(end, cell) - held(start, cell)
    booked = float((book.top + book.bottom + book.reaction)[0, 0])
    moved = abs(book.top) + abs(book.bottom) + abs(book.reaction)
    assert abs(change - booked) < 1e-8 * float(moved[0, 0])
    # The three entries stand for what they say: their rates, summed over fine steps.
    fine, rough = Stepper(solute(True), closing).walk_with_ledger(start, here, np.full(3000, 0.001))
    for ours, other in zip(book, rough, strict=True):
        assert abs(ours - other) < 1e-4 * moved
    del fine


def test_nothing_is_lost_where_nothing_leaves() -> None:
    cell, here, start = leaky_cell()
    sealed = {k: v for k, v in here.items() if k not in ("top", "bottom")}
    end = Stepper(solute(), closing).walk(start, sealed, np.full(150, 0.02))
    assert abs(held(end, cell) / held(start, cell) - 1) < 1e-12


def test_the_steady_state_of_a_leaky_cell_does_not_depend_on_the_step() -> None:
    _, here, start = leaky_cell()
    ends = [Stepper(solute(True)).walk(start, here, np.full(n, 60.0 / n)) for n in (1200, 300)]
    assert np.abs(ends[0] - ends[1]).max() < 1e-8


def test_a_stirred_vehicle_is_one_value_over_all_rings() -> None:
    col = column(0 * ONE, {"vehicle": (0.3 * ONE, 1), "skin": (0.5 * ONE, 8)})
    cell = UnitCell(col, rings(0.1, 0.6, 6))
    share = cell.share_within(0.1, np.array([0.5]))
    stirred = np.zeros((9, 1, 1))
    stirred[0] = 1
    here = {
        **cell.here(),
        "diffusivity": blend(0.01, 2.0, share),
        "storage": 1.0,
        "stirred": stirred,
    }
    start = np.zeros((1, 9, 6, 1))
    start[0, 0] = 1.0
    end = Stepper(solute()).walk(start, here, np.full(100, 0.05))
    assert np.ptp(end[0, 0]) < 1e-7 < 1 - end[0, 0].max()
    assert end[0, 4, 0] > 1.5 * end[0, 4, -1]


def test_held_cells_stay_and_their_neighbours_do_not() -> None:
    col = bar(1.0, 10)
    mask = np.zeros((10, 1, 1))
    mask[4] = 1
    here = {**col.here(), "diffusivity": 0.1, "storage": 1.0, "held": {"drug": mask}, "decay": 0.5}
    start = np.full((1, 10, 1, 1), 0.2)
    start[0, 4] = 3.0
    end = Stepper(solute(True)).walk(start, here, np.full(50, 0.1))
    assert end[0, 4].item() == 3.0 and end[0, 3].item() > 1


def test_blending_a_channel_beats_a_staircase() -> None:
    """Steady flux through a tight layer pierced by a channel, against a much finer mesh."""

    def flux(count: int, blended: bool) -> float:
        col = column(0 * ONE, {"tight": (0.1 * ONE, 10), "open": (0.4 * ONE, 16)})
        cell = UnitCell(col, np.linspace(0, 0.5, count + 1))
        share = cell.share_within(0.13, np.array([0.1]))
        share = share if blended else np.round(share)
        tissue = col.field({"tight": 0.002, "open": 0.3})
        here = {
            **cell.here(), "diffusivity": blend(tissue, 0.6, share), "storage": 1.0,
            "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.0, 0.0)},
        }  # fmt: skip
        steps = np.geomspace(1e-3, 5.0, 60)
        end = Stepper(solute()).walk(np.zeros((1, 26, count, 1)), here, steps)
        end, book = Stepper(solute()).walk_with_ledger(end, here, np.full(5, 0.1))
        return -float(book.bottom[0, 0]) / 0.5

    truth = flux(100, True)
    rough, fine = abs(flux(10, False) / truth - 1), abs(flux(10, True) / truth - 1)
    assert fine < 0.05 and fine < rough / 3, (rough, fine)


# -- an independent code --------------------------------------------------------------------------


@pytest.mark.verify
def test_agrees_with_finite_elements() -> None:
    """The same pierced layer, axisymmetric, in scikit-fem on quadratic elements."""
    import skfem
    from skfem.helpers import dot, grad

    radius, depth, rim, length = 0.1, 0.1, 0.4, 0.5
    r = np.concatenate([np.linspace(0, radius, 13), np.geomspace(radius, rim, 29)[1:]])
    z = np.concatenate([np.linspace(0, depth, 17), np.linspace(depth, length, 33)[1:]])
    mesh = skfem.MeshQuad.init_tensor(r, z)
    basis = skfem.Basis(mesh, skfem.ElementQuad2())

    def passing(x: np.ndarray) -> np.ndarray:
        tight = np.where(x[1] < depth, 0.002, 0.3)
        return np.where((x[0] < radius) & (x[1] < depth), 0.6, tight)

    stiffness = skfem.BilinearForm(lambda u, v, w: passing(w.x) * dot(grad(u), grad(v)) * w.x[0])
    matrix = stiffness.assemble(basis)
    top = basis.get_dofs(lambda x: x[1] < 1e-12)
    bottom = basis.get_dofs(lambda x: x[1] > length - 1e-12)
    u = np.zeros(basis.N)
    u[top] = 1.0
    u = skfem.solve(*skfem.condense(matrix, x=u, D=np.concatenate([top.all(), bottom.all()])))
    peer = float(u @ matrix @ u) * 2 / rim**2  # energy is flux per area, for a drop of 1
    layers = {"tight": (depth * ONE, 40), "open": ((length - depth) * ONE, 40)}
    col = column(0 * ONE, layers, {"tight": 0.94, "open": 1.07})
    inner = radius * (1 - np.geomspace(1, 0.02, 20)[:-1])
    outer = radius + (rim - radius) * np.geomspace(0.006, 1, 24)
    cell = UnitCell(col, np.concatenate([[0.0], inner[1:], [radius], outer]))
    share = cell.share_within(radius, np.array([depth]))
    here = {
        **cell.here(), "storage": 1.0,
        "diffusivity": blend(col.field({"tight": 0.002, "open": 0.3}), 0.6, share),
        "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.0, 0.0)},
    }  # fmt: skip
    start = np.zeros((1, 80, len(cell.area), 1))
    end = Stepper(solute()).walk(start, here, np.geomspace(1e-3, 5.0, 60))
    _, book = Stepper(solute()).walk_with_ledger(end, here, np.full(5, 0.1))
    assert abs(-float(book.bottom[0, 0]) / 0.5 / peer - 1) < 0.01


# -- adaptive walks -------------------------------------------------------------------------------


def test_adaptive_steps_meet_their_tolerance() -> None:
    _, here, start = leaky_cell()
    truth = Stepper(solute(True), closing).walk(start, here, np.full(4000, 2.0 / 4000))
    tries = []
    for tolerance in (1e-3, 1e-5):
        end, tried = Stepper(solute(True), closing).walk_to(start, here, 2.0, tolerance=tolerance)
        assert np.abs(end - truth).max() < 10 * tolerance
        tries.append(tried)
    assert tries[0] < tries[1] < 600


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"diffusivity": -0.1}, "diffusivity: must not be negative"),
        ({"storage": np.nan}, "storage: holds a value that is not a number"),
        ({"top": {"drug": (np.nan, 1.0)}}, "top: holds"),
    ],
)
def test_bad_fields_are_refused(change: dict, says: str) -> None:
    here = {**bar(1.0, 4).here(), "diffusivity": 0.1, "storage": 1.0, **change}
    with pytest.raises(ValueError, match=says):
        Stepper(solute()).walk(np.ones((1, 4, 1, 1)), here, np.full(2, 0.1))


def test_bad_states_and_meshes_are_refused() -> None:
    here = {**bar(1.0, 4).here(), "diffusivity": 0.1, "storage": 1.0}
    for state in (np.full((1, 4, 1, 1), np.nan), -np.ones((1, 4, 1, 1)), np.ones((4, 1, 1))):
        with pytest.raises(ValueError, match="state"):
            Stepper(solute()).walk(state, here, np.full(2, 0.1))
    with pytest.raises(ValueError, match="increase with depth"):
        Column(np.array([[0.0], [0.2], [0.1]]), {})
    with pytest.raises(ValueError, match="positive"):
        Layer("dermis", np.array([0.0]))
    cell = UnitCell(bar(1.0, 4), rings(0.1, 0.5, 4))
    with pytest.raises(ValueError, match="outside the cell"):
        cell.share_within(0.6, np.array([0.2]))
    with pytest.raises(ValueError, match="deeper"):
        cell.share_within(0.1, np.array([1.2]))
    with pytest.raises(ValueError, match="rings"):
        UnitCell(bar(1.0, 4), np.array([0.0, 0.2, 0.1]))


def test_a_walk_that_cannot_go_on_is_an_error() -> None:
    table = ReactionTable(
        (Species("u", "1", 1.0, "u"),),
        (Reaction("1", "explodes", ("u",), {}, {"u": 1}),),
        lambda s, k: {"1": s.u * s.u},
    )
    with pytest.raises(FloatingPointError, match=r"no step is small enough|not finite"):
        Stepper(table).walk_to(np.ones((1, 1, 1, 1)), bar(1.0, 1).here(), 2.0)


def test_float32_agrees_with_float64() -> None:
    _, here, start = leaky_cell()
    steps = np.full(150, 0.02)
    double = Stepper(solute(True), closing).walk(start, here, steps)
    small = {
        k: (
            {n: tuple(np.float32(x) for x in p) for n, p in v.items()}
            if isinstance(v, dict)
            else np.asarray(v, np.float32)
        )
        for k, v in here.items()
    }
    single = Stepper(solute(True), closing).walk(start.astype(np.float32), small, steps)
    assert single.dtype == np.float32
    assert np.abs(single - double).max() < 1e-5 * double.max()


def test_inflow_is_what_the_rates_bring() -> None:
    """The flux that the ledger counts is the one that the rates move."""
    import jax
    import jax.numpy as jnp

    _, here, start = leaky_cell()
    with jax.enable_x64(True):
        names = SimpleNamespace(**here)
        f = transport.faces(list(solute().species), names, jnp.asarray(start[0]))
        total = transport.held_amount(transport.rates(jnp.asarray(start), f), f)
        through = transport.inflow(jnp.asarray(start), f).sum(axis=0)
    assert np.allclose(total, through, rtol=1e-12)


# -- closed forms, walks, gradients ---------------------------------------------------------------


def test_a_closed_form_does_what_stepping_would() -> None:
    import jax.numpy as jnp

    def speeds(s: SimpleNamespace, k: SimpleNamespace) -> dict:
        return {"feed": 3.0 * s.clot * s.clot, "loss": s.signal, "spent": 5.0 * s.clot}

    signal = Species("signal", "1", 1.0, "signal")
    rows = (
        Reaction("feed", "clot feeds signal", ("clot",), {}, {"signal": 1}),
        Reaction("loss", "signal is lost", ("signal",), {"signal": 1}),
    )
    spent = Reaction("spent", "clot is spent", ("clot",), {"clot": 1})
    stepped = ReactionTable((Species("clot", "1", 1.0, "clot"), signal), (spent, *rows), speeds)
    quick = (Reaction("feed", "clot feeds signal", (), {}, {"signal": 1}), rows[1])
    closed = ReactionTable((signal,), quick, speeds, {"clot": lambda k: jnp.exp(-5.0 * k.time)})
    here = bar(1.0, 1).here()
    both = np.array([1.0, 0.0]).reshape(2, 1, 1, 1)
    errors = []
    for n in (40, 80):
        steps = np.full(n, 2.0 / n)
        one = Stepper(stepped).walk(both, here, np.full(4000, 2.0 / 4000))[1]
        errors.append(abs(Stepper(closed).walk(both[1:], here, steps)[0] - one).item())
    assert errors[1] < 1e-5 and abs(np.log2(errors[0] / errors[1]) - 3) < 0.3
    with pytest.raises(ValueError, match="closed form"):
        ReactionTable((signal,), (), speeds, {"signal": lambda k: 0.0})


def test_a_walk_meets_its_events_and_can_be_stopped() -> None:
    from pinprick.medium.schedule import COHORT
    from pinprick.medium.walk import through

    here = {**bar(1.0, 4).here(), "diffusivity": 0.1, "storage": 1.0, "decay": 0.3}
    start = np.zeros((1, 4, 1, 1))
    events = {1.5: lambda s: s + 1.0, 4.0: lambda s: 0.0 * s, 99.0: lambda s: s + 9.0}
    states = through(Stepper(solute(True)), start, here, [0, 1, 2, 3, 4], events, COHORT)
    levels = [s.mean() for s in states]
    assert levels[:2] == [0.0, 0.0] and levels[4] == 0.0
    assert abs(levels[2] - np.exp(-0.15)) < 1e-4 and abs(levels[3] - np.exp(-0.45)) < 1e-4

    def stop(time: float, last: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        through(Stepper(solute(True)), start, here, [0, 1, 2], events, COHORT, stop)
    with pytest.raises(ValueError, match="increase"):
        through(Stepper(solute(True)), start, here, [0, 2, 1], {}, COHORT)


def test_gradients_agree_with_finite_differences() -> None:
    import jax
    import jax.numpy as jnp

    from pinprick.medium.stepper import compiled_gradient

    _, here, start = leaky_cell()
    stepper, steps = Stepper(solute(True), closing), np.full(40, 0.02)

    def loss(rates):
        there = {**here, "decay": rates[0], "tissue": here["tissue"] * rates[1]}
        return jnp.sum(stepper.end(start, there, steps) ** 2)

    with jax.enable_x64(True):
        point = jnp.array([0.4, 1.0])
        value, slope = compiled_gradient(loss)(point)
        for i in range(2):
            move = 1e-5 * jnp.eye(2)[i]
            plain = jax.jit(loss)
            finite = (plain(point + move) - plain(point - move)) / 2e-5
            assert abs(float(slope[i]) / float(finite) - 1) < 1e-4
        assert abs(float(value) - float((stepper.walk(start, here, steps) ** 2).sum())) < 1e-9
