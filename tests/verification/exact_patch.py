"""Problems in three dimensions with exact answers, for the tests and for the page that shows them.

As in ``exact.py``; closed walls stand in for the far field by mirror images or exact values there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from exact import Row, bar, solute, two_layers
from scipy import special

from pinprick.medium.patch import Patch
from pinprick.medium.patch.operator import of_species
from pinprick.medium.patch.stepper import PatchStepper
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.steady import conductor, electrodes, steady

SOURCE = ReactionTable(
    (Species("drug", "1", 1.0, "solute", "diffusivity", "storage"),),
    (
        Reaction("decay", "decay", ("drug",), {"drug": 1}),
        Reaction("source", "what comes in", (), {}, {"drug": 1}),
    ),
    lambda s, k: {"decay": k.decay * s.drug, "source": k.source},
)


def block(cells: int, across: int, length: float = 1.0, sides: str = "closed") -> Patch:
    """A cube of one tissue: ``cells`` in depth, ``across`` each way."""
    faces = np.linspace(0.0, length, across + 1)
    return Patch(bar(length, cells), faces, faces, sides)  # type: ignore[arg-type]


def images(at: float, length: float, count: int = 3) -> np.ndarray:
    """Places of a source and its mirror images between closed walls at 0 and ``length``."""
    turns = 2.0 * length * np.arange(-count, count + 1)
    return np.concatenate([turns + at, turns - at])


def point_source() -> list[Row]:
    """A steady point source with decay: Σ exp(-r/λ) / (4πDr) over the images of closed walls."""
    cells, diffusivity, reach = 51, 0.05, 0.15
    patch = block(cells, cells)
    source = np.zeros(patch.shape)
    source[25, 25, 25] = 1.0 / patch.volume[25, 0, 0]
    decay = diffusivity / reach**2
    here = {
        **patch.here(), "diffusivity": diffusivity, "storage": 1.0, "decay": decay,
        "source": source,
    }  # fmt: skip
    end = PatchStepper(SOURCE).walk(np.zeros((1, *patch.shape)), here, np.full(40, 2.0 / decay))
    z, y, x = np.meshgrid(*[images(0.5, 1.0, 2)] * 3, indexing="ij")
    rows = []
    for off in ((0, 0, 14), (12, 8, 0), (9, 9, 9), (0, 17, 8)):
        where = np.array([25 + i for i in off])
        p = (where + 0.5) / cells
        r = np.sqrt((z - p[0]) ** 2 + (y - p[1]) ** 2 + (x - p[2]) ** 2)
        exact = float((np.exp(-r / reach) / (4 * np.pi * diffusivity * r)).sum())
        distance = float(np.sqrt((np.array(off) ** 2).sum())) / cells
        rows.append(
            Row(
                f"point source at distance {distance:.3f}", float(end[0][tuple(where)]), exact, 5e-3
            )
        )
    return rows


def line_source_in_a_patch() -> list[Row]:
    """A steady source along depth with decay: Σ K0(r/λ) / (2πD) over the images of closed walls."""
    across, diffusivity, reach = 61, 0.06, 0.14
    faces = np.linspace(0.0, 1.0, across + 1)
    patch = Patch(bar(0.3, 3), faces, faces, "closed")
    source = np.zeros(patch.shape)
    source[:, 30, 30] = across**2
    decay = diffusivity / reach**2
    here = {
        **patch.here(), "diffusivity": diffusivity, "storage": 1.0, "decay": decay,
        "source": source,
    }  # fmt: skip
    end = PatchStepper(SOURCE).walk(np.zeros((1, *patch.shape)), here, np.full(40, 2.0 / decay))
    y, x = np.meshgrid(*[images(0.5, 1.0, 2)] * 2, indexing="ij")
    rows = []
    for off in ((0, 8), (7, 7), (15, 0), (20, 20)):
        p = (30.5 + np.array(off)) / across
        r = np.hypot(y - p[0], x - p[1])
        exact = float((special.k0(r / reach) / (2 * np.pi * diffusivity)).sum())
        ours = float(end[0, 1, 30 + off[0], 30 + off[1]])
        distance = float(np.hypot(*off)) / across
        rows.append(Row(f"line source in a patch at {distance:.3f}", ours, exact, 5e-3))
    return rows


def point_release() -> list[Row]:
    """An amount let go at once in one cell: a Gauss curve each way, less what decayed."""
    cells, diffusivity, decay = 41, 0.05, 0.8
    patch = block(cells, cells)
    start = np.zeros((1, *patch.shape))
    start[0, 20, 20, 20] = cells**3
    here = {**patch.here(), "diffusivity": diffusivity, "storage": 1.0, "decay": decay}
    wide = 8.0 / cells
    time = wide**2 / (2 * diffusivity)
    steps = np.geomspace(1e-3, 1.0, 80)
    end = PatchStepper(solute(True)).walk(start, here, steps * time / steps.sum())

    def curve(cell: int) -> float:
        far = (cell + 0.5) / cells - images(0.5, 1.0)
        return float(np.exp(-(far**2) / (2 * wide**2)).sum() / (wide * np.sqrt(2 * np.pi)))

    rows = []
    for at in ((20, 20, 20), (28, 20, 20), (20, 26, 27), (12, 12, 12)):
        exact = np.exp(-decay * time) * np.prod([curve(i) for i in at])
        rows.append(Row(f"point release in cell {at}", float(end[0][at]), float(exact), 1e-2))
    return rows


def corner() -> list[Row]:
    """A surface and a wall held at 1: 1 - erf(z/2√(Dt)) erf(x/2√(Dt))."""
    patch = Patch(bar(4.0, 80, 1.03), np.linspace(0, 4, 101), np.linspace(0, 1, 2), "closed")
    wall = np.zeros(patch.shape)
    wall[:, :, 0] = 1.0
    here = {
        **patch.here(), "diffusivity": 0.3, "storage": 1.0, "top": {"drug": (0.0, 1.0)},
        "held": {"drug": wall},
    }  # fmt: skip
    steps = np.geomspace(1e-4, 0.06, 60)
    end = PatchStepper(solute()).walk(wall[None].copy(), here, steps)
    z, _, x = patch.centres
    reach = 2 * np.sqrt(0.3 * steps.sum())
    rows = []
    for i, j in ((10, 10), (22, 20), (30, 8), (14, 95)):
        # The wall stands where the middle of the held cells is.
        far = special.erf(z[i, 0, 0] / reach) * special.erf((x[j] - x[0]) / reach)
        where = f"{z[i, 0, 0]:.2f} deep, {x[j] - x[0]:.2f} from the wall"
        rows.append(Row(f"corner: {where}", float(end[0, i, 0, j]), float(1 - far), 3e-3))
    return rows


def membrane_in_a_patch() -> list[Row]:
    """Steady flux through two layers with partition, outside activities 1 and 0."""
    col, fields = two_layers(20)
    patch = Patch(col, np.linspace(0, 0.5, 4), np.linspace(0, 0.5, 3))
    here = {**patch.here(), **fields, "top": {"drug": (0.0, 1.0)}, "bottom": {"drug": (0.0, 0.0)}}
    end = PatchStepper(solute()).walk(np.zeros((1, *patch.shape)), here, np.full(60, 5.0))
    passing = of_species(solute().species, SimpleNamespace(**here), patch.shape)
    through = passing.inflow(end)[:, 0] / 0.25
    rest = 0.2 / (0.02 * 4.0) + 0.8 / (0.5 * 0.7)
    return [
        Row("membrane in a patch: steady flux in", float(through[0]), 1 / rest, 1e-8),
        Row("membrane in a patch: steady flux out", -float(through[1]), 1 / rest, 1e-8),
    ]


def sphere() -> list[Row]:
    """A sphere held at 1 in an open conductor: current 4πσa, value a/r; an eighth of it."""
    count, radius = 60, 1 / 3
    patch = block(count, count)
    z, y, x = patch.centres
    r = np.sqrt(z**2 + y**2 + x**2)
    inside, rim = r < radius, np.maximum(np.maximum(z, y), x) > 1 - 1 / count
    held = electrodes(patch.shape, {"sphere": (inside, 1.0), "far": (rim, radius / r)})
    # The wall of the staircase, not the middles of its cells, is at 1.
    found = steady(conductor(patch, np.where(inside, 1e6, 0.4)), held=held)
    current = 8 * float(found.leaving(inside))
    return [
        Row("sphere held: current", current, 4 * np.pi * 0.4 * radius, 1e-2),
        Row("sphere held: value at twice its radius", float(found.field[39, 0, 0]),
            float(radius / r[39, 0, 0]), 1e-2),
        Row("sphere held: value across", float(found.field[26, 26, 26]),
            float(radius / r[26, 26, 26]), 1e-2),
    ]  # fmt: skip


def disc() -> list[Row]:
    """A disc held at 1 on the surface: current 4σa, its potential by Weber; a quarter of it.

    The flux has no bound at the rim, so cells are slow to find it.
    """
    count, radius = 60, 1 / 3
    patch = block(count, count)
    z, y, x = patch.centres
    r = np.hypot(y, x)
    near, far = (np.sqrt((r + side * radius) ** 2 + z**2) for side in (-1.0, 1.0))
    weber = 2 / np.pi * np.arcsin(2 * radius / (near + far))
    rim = np.maximum(np.maximum(z, y), x) > 1 - 1 / count
    on = np.where(r < radius, 0.0, np.inf)
    held = electrodes(patch.shape, {"far": (rim, weber)})
    found = steady(conductor(patch, 0.4, top=(on, 1.0)), held=held)
    rows = [Row("disc held: current", 4 * float(found.top), 4 * 0.4 * radius, 2e-2)]
    for at in ((20, 0, 0), (10, 15, 15), (0, 40, 0)):
        where = tuple(round(float((i + 0.5) / count / radius), 2) for i in at)
        rows.append(
            Row(
                f"disc held: value at {where} radii", float(found.field[at]), float(weber[at]), 1e-2
            )
        )
    return rows


PROBLEMS: dict[str, Callable[[], list[Row]]] = {
    "Point source with decay, in three dimensions": point_source,
    "Line source with decay, in three dimensions": line_source_in_a_patch,
    "Point release with decay, in three dimensions": point_release,
    "Corner of two held faces": corner,
    "Membrane of two layers with partition, in three dimensions": membrane_in_a_patch,
    "Sphere held at a value: spreading resistance": sphere,
    "Disc held at a value: spreading resistance": disc,
}
