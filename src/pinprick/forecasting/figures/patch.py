"""Pictures of a patch of skin as it heals, and of the same patch with a passive tracer.

Ten tracks, seen from above and in a section, from the day of the session on. What stays and what
spreads is to be seen at a glance: a tracer is level before a fortnight is over, while the tissue
makes signals, calls cells and lays down collagen where the tracks were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.forecasting.figures.palette import GREY
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, sheet
from pinprick.forecasting.figures.track import (
    CLOT,
    DAYS,
    FAINT,
    TAPER,
    cheek,
    middles,
    scale_bar,
)
from pinprick.healing.body import Body
from pinprick.healing.patch import HealingPatch, Needling, heal_patch
from pinprick.healing.tissue import heal
from pinprick.medium.column import Column
from pinprick.medium.layers import Injury
from pinprick.medium.patch import Patch
from pinprick.medium.reactions import ReactionTable, Species
from pinprick.medium.schedule import COHORT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[np.float64]]
TRACKS, PER_CM2 = 10, 100.0
ACROSS = 44  # cells along each side of the patch
APART = 0.4 * units.MILLI  # m between two tracks at the least, as a pen's needles leave it
SCALE_BAR = 1.0  # mm
BELOW = 1.0  # mm: what a section shows


class Row(NamedTuple):
    """What a row shows: the species that add up to it; colours on a log scale from ``least``."""

    name: str
    unit: str
    species: tuple[str, ...]
    colours: str
    least: float = 0.0


ROWS = (
    Row("neutrophils", "per mm³", ("neutrophils",), "RdPu"),
    Row("active TGF-β", "ng/mL", ("tgfb",), "YlOrBr"),
    Row("new collagen,\ntypes I and III", "mg/mL", ("collagen_3", "collagen_1"), "Greens"),
)
TRACER = (
    Row(
        "passive tracer", "share of what filled\nthe tracks, log scale", ("tracer",), "Blues", 1e-3
    ),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A patch by day, in mm: ``above`` and ``section`` of shape (rows, days, y|cells, x).

    ``above`` is the cut at depth ``level``, ``section`` that at ``line`` along x. ``places`` are x
    and y of the tracks, ``ends`` how deep each goes, ``radius`` their radius; ``edges`` are the
    faces of the depth cells below the surface, ``papillary`` is where the papillary dermis ends.
    ``note`` ends the caption.
    """

    rows: tuple[Row, ...]
    days: tuple[int, ...]
    edges: Array
    faces: Array
    above: Array
    section: Array
    places: Array
    ends: Array
    radius: float
    level: float
    line: float
    papillary: float
    note: str


def ten_tracks(
    *, depth: float = 0.6 * units.MILLI, draws: int = 32, seed: int = 2
) -> tuple[Scene, Scene]:
    """Heal ten tracks in a woman's cheek for a month; then let a tracer spread from them.

    The state of knowledge is the middle one of some draws, by the collagen of day 30 in a column.

    Args:
        depth: of the tracks below the surface, in metres.
        draws: of which the middle one is taken.
        seed: of the draws, and of where the tracks stand.

    Returns:
        the healing patch, and the same with a tracer: what diffuses as the clot's signal does and
        is neither made nor lost.
    """
    every = Lanes(registry(), seed, range(0, PEOPLE_PER_DRAW * draws, PEOPLE_PER_DRAW))
    col = _coarser(cheek(every))
    lanes = Lanes(registry(), seed, [PEOPLE_PER_DRAW * _middle_draw(col, every, depth)])
    one = Column(col.edges[:, :1], col.layers)
    faces = np.linspace(0.0, np.sqrt(TRACKS / (PER_CM2 * units.PER_CM2)), ACROSS + 1)
    patch = Patch(one, faces, faces)
    session = Needling(0.0, _injury(one, depth), scattered(TRACKS, faces[-1], APART, seed))
    days = [float(day) for day in DAYS]
    healed = heal_patch([session], patch, Body.healthy(1), lanes, days, preset=COHORT)
    radius = float(lanes["healing.bleeding_radius"][0])
    spread = float(lanes["healing.wound_diffusion"][0])
    tracer = _tracer(healed, spread)
    first, last = (float(patch.mean(field)) for field in tracer[[0, -1]])
    told = (
        "Tracks are filled while only their clot is there. One state of knowledge, the middle one "
        f"of {draws} by the collagen of the last day."
    )
    level = (
        "The tracer spreads as the clot's signal does and is neither made nor lost: "
        f"{100 * last / first:.4g} % of it is there on the last day."
    )
    return (
        _scene(ROWS, healed.by_species, session, patch, radius, told),
        _scene(TRACER, {"tracer": tracer}, session, patch, radius, level),
    )


def scattered(count: int, side: float, apart: float, seed: int) -> Array:
    """Places at random in a periodic square, none nearer than ``apart``, shape (count, 2).

    Raises:
        ValueError: if there is no room for so many so far apart.

    >>> scattered(3, 1.0, 0.2, 0).shape
    (3, 2)
    """
    rng, places = np.random.default_rng(seed), np.empty((0, 2))
    for place in rng.random((1000 * count, 2)) * side:
        away = abs(places - place)
        if np.all(np.hypot(*np.minimum(away, side - away).T) >= apart):
            places = np.vstack([places, place])
        if len(places) == count:
            return places
    raise ValueError(f"tracks: no room for {count}, each {apart:g} from the next")


def _coarser(col: Column) -> Column:
    """Every other face of the mesh around one track: three dimensions are dear."""
    layers = {name: slice(own.start // 2, own.stop // 2) for name, own in col.layers.items()}
    return Column(col.edges[::2], layers)


def _injury(col: Column, depth: float) -> Injury:
    """Tracks that end at about one depth, and nothing else."""
    none = np.zeros_like(col.depth)
    tracks = PER_CM2 * units.PER_CM2 * 0.5 * (1 - np.tanh((col.depth - depth) / TAPER))
    return Injury(col.edges, none, none, none, none, tracks, none)


def _middle_draw(col: Column, lanes: Lanes, depth: float) -> int:
    """The draw whose collagen on the last day is the median one."""
    sessions, members = [(0.0, _injury(col, depth))], len(lanes)
    made = heal(sessions, col, Body.healthy(members), lanes, [0.0, float(DAYS[-1])])
    return int(np.argsort(made.by_layer["collagen"][-1, 0])[members // 2])


def _tracer(healed: HealingPatch, spread: float) -> Array:
    """What fills the tracks at first, by day, if it spreads and does nothing else."""
    from pinprick.medium.patch.stepper import PatchStepper, graded

    table = ReactionTable((Species("tracer", "1", 1.0, "tracer", "spread"),), (), lambda s, k: {})
    mesh = healed.patch.here()
    here = {
        **mesh, "spread": spread, "width": mesh["width"] / units.MILLI,
        "spacing": tuple(size / units.MILLI for size in healed.patch.spacing),
    }  # fmt: skip
    state = healed.by_species["bare"][0][None]
    found, stepper, first = [state], PatchStepper(table), 1e-3
    for length in np.diff(DAYS):
        state = stepper.walk(state, here, graded(float(length), first, 1.3, 1.0))
        first = 0.3
        found.append(state)
    return np.stack(found)[:, 0]


def _scene(
    rows: tuple[Row, ...], fields: Any, session: Needling, patch: Patch, radius: float, note: str
) -> Scene:
    """Cuts through a patch: level with the middle of the papillary dermis, and along x."""
    col = patch.column
    top, papillary = (float(d) for d in col.edges[[0, col.layers["papillary dermis"].stop], 0])
    level = int(np.argmin(abs(col.depth[:, 0] - (top + papillary) / 2)))
    line = _line(session.places[:, 1], patch, radius * units.MILLI)
    total = np.stack([sum(fields[name] for name in row.species) for row in rows])
    reach = session.injury.tracks[:, 0] * float(patch.x[-1] * patch.y[-1])
    ends = [_end(reach, i, col.edges[:, 0]) for i in range(len(session.places))]
    y = np.asarray(patch.centres[1]).ravel()
    return Scene(
        rows=rows, days=DAYS,
        edges=col.edges[:, 0] / units.MILLI, faces=patch.x / units.MILLI,
        above=total[:, :, level], section=total[:, :, :, line],
        places=session.places / units.MILLI, ends=np.array(ends) / units.MILLI, radius=radius,
        level=float(col.depth[level, 0]) / units.MILLI, line=float(y[line]) / units.MILLI,
        papillary=papillary / units.MILLI, note=note,
    )  # fmt: skip


def _line(places: Array, patch: Patch, radius: float) -> int:
    """The row of cells that cuts the most tracks, near their axes."""
    y, side = np.asarray(patch.centres[1]).ravel(), float(patch.y[-1])
    away = abs(y[:, None] - places)
    away = np.minimum(away, side - away)
    return int(np.argmax(np.maximum(1 - (away / radius) ** 2, 0).sum(axis=1)))


def _end(reach: Array, ordinal: int, edges: Array) -> float:
    """Where a track ends: its volume is that of what it fills."""
    return float(edges[0] + (np.clip(reach - ordinal, 0, 1) * np.diff(edges)).sum())


# -- drawing --------------------------------------------------------------------------------------


def patch_by_day(scene: Scene) -> Figure:
    """Pictures of a scene: for each row the cut from above and the section, by day."""
    from matplotlib.colors import LogNorm, Normalize

    side, deep = scene.faces[-1], BELOW
    wide = 10.2 / len(scene.days)  # inches a picture
    tall = len(scene.rows) * wide * (1 + deep / side)
    figure = sheet(12.4, tall + 0.25 * len(scene.rows) + 0.95)
    panels = figure.subplots(
        2 * len(scene.rows), len(scene.days), height_ratios=[side, deep] * len(scene.rows)
    )
    for i, row in enumerate(scene.rows):
        highest = float(max(scene.above[i].max(), scene.section[i].max()))
        norm = LogNorm(row.least, highest, clip=True) if row.least else Normalize(0, highest)
        for place, day in enumerate(scene.days):
            upper, lower = panels[2 * i][place], panels[2 * i + 1][place]
            empty = not np.any(scene.above[i][place])
            shown = _above(upper, scene, scene.above[i][place], row.colours, norm, empty)
            _section(lower, scene, scene.section[i][place], row.colours, norm, empty)
            _number(lower, scene, i, place, norm)
            if i == 0:
                upper.set_title(f"day {day}", fontsize=10)
            for axes in (upper, lower):
                axes.tick_params(labelsize=8, labelleft=place == 0)
        panels[2 * i][0].set_ylabel("from above\ny (mm)", fontsize=8.5)
        panels[2 * i + 1][0].set_ylabel("section\ndepth (mm)", fontsize=8.5)
        pair = [*panels[2 * i], *panels[2 * i + 1]]
        bar = figure.colorbar(shown, ax=pair, pad=0.008, aspect=18, fraction=0.05)
        bar.set_label(f"{row.name}\n({row.unit})", fontsize=8.5)
        bar.ax.tick_params(labelsize=8)
    scale_bar(panels[-1][0], 0.05 * side, BELOW, SCALE_BAR)
    figure.supxlabel(caption(scene), fontsize=8.5, color=GREY)
    return figure


def caption(scene: Scene) -> str:
    """What the pictures show, in a few lines."""
    side = scene.faces[-1]
    return (
        f"{len(scene.places)} tracks about {np.median(scene.ends):.2g} mm deep in {side:.2g} mm × "
        f"{side:.2g} mm of a cheek ({PER_CM2:g} per cm²); the sides are joined. From above: cut "
        f"{scene.level:.2g} mm below the surface; dotted: where the section is cut.\nRed: the "
        "tracks. Brown: epidermis. Dashed: end of the papillary dermis. The number is the highest "
        "value of its pair of pictures.\n" + scene.note
    )


def _above(axes: Axes, scene: Scene, values: Array, colours: str, norm: Any, empty: bool) -> Any:
    """A cut parallel to the surface, tracks as rings; the sides are joined."""
    from matplotlib.patches import Circle

    across, side = _around(scene.faces), scene.faces[-1]
    shown = axes.pcolormesh(
        across, across, np.pad(values, 1, mode="wrap"), cmap=colours, norm=norm,
        shading="gouraud", rasterized=True,
    )  # fmt: skip
    for x, y in scene.places:
        for image in ((x + i * side, y + j * side) for i in (-1, 0, 1) for j in (-1, 0, 1)):
            axes.add_patch(_outlined(Circle(image, scene.radius), empty))
    axes.axhline(scene.line, color=GREY, linewidth=0.8, linestyle=":")
    axes.set(xlim=(0, side), ylim=(0, side), aspect="equal", xticks=[])
    return shown


def _outlined(shape: Any, full: bool) -> Any:
    """A track's outline, to be seen on light and dark; filled while nothing but clot is there."""
    from matplotlib.patheffects import withStroke

    shape.set(fill=full, edgecolor=CLOT, facecolor=CLOT, linewidth=0.8)
    shape.set_path_effects([withStroke(linewidth=1.8, foreground="white", alpha=0.7)])
    return shape


def _section(axes: Axes, scene: Scene, values: Array, colours: str, norm: Any, empty: bool) -> None:
    """A cut through some of the tracks, the epidermis above."""
    from matplotlib.patches import Rectangle

    across, side, top = _around(scene.faces), scene.faces[-1], scene.edges[0]
    down = np.concatenate([scene.edges[:1], middles(scene.edges), scene.edges[-1:]])
    smooth = np.pad(np.pad(values, ((1, 1), (0, 0)), mode="edge"), ((0, 0), (1, 1)), mode="wrap")
    axes.pcolormesh(
        across, down, smooth, cmap=colours, norm=norm, shading="gouraud", rasterized=True
    )
    axes.add_patch(Rectangle((0, 0), side, top, color=LAYER_COLOURS[0], linewidth=0))
    for (x, y), end in zip(scene.places, scene.ends, strict=True):
        away = min(abs(y - scene.line), side - abs(y - scene.line))
        if away < scene.radius:
            half = float(np.sqrt(scene.radius**2 - away**2))
            for image in (x - side, x, x + side):
                axes.add_patch(_outlined(Rectangle((image - half, 0), 2 * half, end), empty))
    axes.plot([0, side], [scene.papillary] * 2, "--", color=GREY, linewidth=0.7)
    axes.set(xlim=(0, side), ylim=(BELOW, 0), aspect="equal", xticks=[])


def _number(axes: Axes, scene: Scene, row: int, place: int, norm: Any) -> None:
    """The highest value of a pair of pictures, in the corner of the lower one."""
    cut = scene.section[row][place]
    most = max(float(scene.above[row][place].max()), float(cut.max()))
    two = f"{most:.2g}" if most < 10 else f"{most:.0f}"
    told = "none yet" if most == 0 else two if norm(most) > FAINT else "almost none"
    corner = cut[np.searchsorted(middles(scene.edges), BELOW) - 1, -1]
    axes.text(
        0.97, 0.05, told, transform=axes.transAxes, ha="right", va="bottom", fontsize=8,
        color="white" if norm(corner) > 0.5 else GREY,
    )  # fmt: skip


def _around(faces: Array) -> Array:
    """Middles of cells along a side, with one more at each end: the sides are joined."""
    middle, side = middles(faces), faces[-1]
    return np.concatenate([[middle[-1] - side], middle, [middle[0] + side]])
