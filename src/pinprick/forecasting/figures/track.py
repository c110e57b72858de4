"""Pictures of one track as it heals: signals, cells and collagen by radius and depth.

A section through the track's axis, mirrored, from the day of the session on. What is shown is the
median over some states of knowledge, place by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.forecasting.figures.palette import CRIMSON, GREY
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, sheet
from pinprick.healing.body import Body
from pinprick.healing.track import Track, around_a_track, heal_track
from pinprick.medium.column import Column, column
from pinprick.medium.layers import Injury
from pinprick.people.skin import skin_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[np.float64]]
DAYS = (0, 1, 3, 7, 14, 30)
CELLS = {"papillary dermis": 8, "upper reticular dermis": 16, "deep reticular dermis": 8}
RINGS = 14
TAPER = (
    0.03 * units.MILLI
)  # m over which the end of the track is blurred, as between needles of one device
SCALE_BAR = 0.2  # mm
FAINT = 0.01  # of the row's highest value: less is not worth a number
CLOT = CRIMSON
# What the rows show: name, unit, the species that add up to it, factor, colours.
ROWS = (
    ("active TGF-β", "ng/mL", ("tgfb",), 1.0, "YlOrBr"),
    (
        "activated fibroblasts\nand myofibroblasts",
        "1000 per mm³",
        ("fibroblasts", "committed", "myofibroblasts"),
        1e-3,
        "PuBu",
    ),
    ("new collagen,\ntypes I and III", "mg/mL", ("collagen_3", "collagen_1"), 1.0, "Greens"),
)


@dataclass(frozen=True, slots=True)
class Healing:
    """One track as it heals: lengths in mm, ``fields`` of shape (rows, days, cells, rings).

    ``edges`` are the faces of the depth cells below the surface, ``rings`` those of the rings;
    ``radius`` and ``depth`` are the track's, ``papillary`` is where the papillary dermis ends.
    """

    days: tuple[int, ...]
    edges: Array
    rings: Array
    fields: Array
    radius: float
    depth: float
    papillary: float
    per_cm2: float
    draws: int


def single_track(
    *, depth: float = 0.6 * units.MILLI, per_cm2: float = 50.0, draws: int = 8, seed: int = 0
) -> Healing:
    """Heal one track in a woman's cheek for a month.

    Args:
        depth: of the track below the surface, in metres.
        per_cm2: tracks per cm²: sets how far the next one is.
        draws: states of knowledge of which the median is taken.
        seed: of the draws.
    """
    lanes = Lanes(registry(), seed, range(0, PEOPLE_PER_DRAW * draws, PEOPLE_PER_DRAW))
    col = cheek(lanes)
    tracks = per_cm2 * units.PER_CM2
    there = 0.5 * (1 - np.tanh((col.depth - depth) / TAPER))
    none = np.zeros_like(col.depth)
    injury = Injury(col.edges, none, none, none, none, tracks * there, none)
    radius = float(np.median(lanes["healing.bleeding_radius"])) * units.MILLI
    cell = around_a_track(col, tracks, radius, RINGS)
    track = heal_track([(0.0, injury)], cell, Body.healthy(draws), lanes, [float(d) for d in DAYS])
    papillary = col.edges[col.layers["papillary dermis"].stop, 0]
    return Healing(
        days=DAYS,
        edges=col.edges[:, 0] / units.MILLI,
        rings=cell.rings / units.MILLI,
        fields=np.stack([_median(track, names, factor) for _, _, names, factor, _ in ROWS]),
        radius=radius / units.MILLI,
        depth=depth / units.MILLI,
        papillary=float(papillary) / units.MILLI,
        per_cm2=per_cm2,
        draws=draws,
    )


def cheek(lanes: Lanes) -> Column:
    """A dermis of middling thickness, the same for all draws, finer than that of forecasts."""
    skin = skin_at("cheek", "female", lanes)
    same = np.ones(len(lanes))

    def middle(thickness: Array) -> Array:
        return np.median(thickness) * same

    reticular = middle(skin.thickness("reticular dermis")) / 2
    thick = (middle(skin.thickness("papillary dermis")), reticular, reticular)
    layers = {name: (t, n) for (name, n), t in zip(CELLS.items(), thick, strict=True)}
    return column(middle(skin.top("papillary dermis")), layers, {"deep reticular dermis": 1.3})


def _median(track: Track, names: Sequence[str], factor: float) -> Array:
    total = sum(track.by_species[name] for name in names)
    return np.asarray(factor * np.median(total, axis=-1))


def healing_track(found: Healing) -> Figure:
    """The row of pictures: signals, cells and new collagen from day 0 to day 30."""
    from matplotlib.colors import Normalize

    rim, deepest = found.rings[-1], found.edges[-1]
    wide = 10.0 / len(found.days)  # inches a picture
    figure = sheet(12.4, len(ROWS) * (wide * deepest / (2 * rim) + 0.22) + 1.0)
    panels = figure.subplots(len(ROWS), len(found.days), sharex=True, sharey=True)
    for row, (name, unit, _, _, colours) in enumerate(ROWS):
        values = found.fields[row]
        norm = Normalize(0, float(values.max()))
        for place, day in enumerate(found.days):
            axes = panels[row][place]
            shown = _section(axes, found, values[place], colours, norm)
            if row == 0:
                axes.set_title(f"day {day}", fontsize=10)
        panels[row][0].set_ylabel("depth (mm)", fontsize=8.5)
        bar = figure.colorbar(shown, ax=list(panels[row]), pad=0.008, aspect=11, fraction=0.05)
        bar.set_label(f"{name}\n({unit})", fontsize=8.5)
        bar.ax.tick_params(labelsize=8)
    scale_bar(panels[-1][0], -0.92 * found.rings[-1], found.edges[-1], SCALE_BAR)
    figure.supxlabel(caption(found), fontsize=8.5, color=GREY)
    return figure


def caption(found: Healing) -> str:
    """What the pictures show, in a few lines."""
    apart = 2 * found.rings[-1]
    return (
        f"One track {found.depth:g} mm deep; the next stands about {apart:.2g} mm away "
        f"({found.per_cm2:g} per cm²). Red: the clot of day 0, outlined later. Brown: epidermis. "
        f"Dashed: end of the papillary dermis.\nAt each place the median of {found.draws} states "
        "of knowledge; the number is the highest value in the picture."
    )


def _section(axes: Axes, found: Healing, values: Array, colours: str, norm: Any) -> Any:
    """Both sides of the track, the epidermis above, and the track itself."""
    from matplotlib.patches import Rectangle

    # Between the middles of cells the colour runs on; the mesh is not what is to be seen.
    across = np.concatenate([found.rings[:1], middles(found.rings), found.rings[-1:]])
    across = np.concatenate([-across[:0:-1], across])
    down = np.concatenate([found.edges[:1], middles(found.edges), found.edges[-1:]])
    smooth = np.pad(np.concatenate([values[:, ::-1], values[:, :1], values], 1), 1, mode="edge")
    shown = axes.pcolormesh(
        across, down, smooth, cmap=colours, norm=norm, shading="gouraud", rasterized=True
    )
    top, rim, r = found.edges[0], found.rings[-1], found.radius
    axes.add_patch(Rectangle((-rim, 0), 2 * rim, top, color=LAYER_COLOURS[0], linewidth=0))
    track = Rectangle((-r, 0), 2 * r, found.depth, fill=False, edgecolor=CLOT, linewidth=0.8)
    most = float(values.max())
    if most == 0:  # nothing has come yet but the clot
        track.set(fill=True, facecolor=CLOT)
    axes.add_patch(track)
    axes.plot([-rim, rim], [found.papillary] * 2, "--", color=GREY, linewidth=0.7)
    axes.set(xlim=(-rim, rim), ylim=(found.edges[-1], 0), aspect="equal", xticks=[])
    axes.tick_params(labelsize=8)
    dark = norm(values[-1, -1]) > 0.5
    told = "none yet" if most == 0 else f"{most:.2g}" if norm(most) > FAINT else "almost none"
    axes.text(
        0.97, 0.03, told, transform=axes.transAxes, ha="right",
        va="bottom", fontsize=8, color="white" if dark else GREY,
    )  # fmt: skip
    return shown


def middles(faces: Array) -> Array:
    """Middles of cells, from their faces."""
    return np.asarray((faces[1:] + faces[:-1]) / 2)


def scale_bar(axes: Axes, start: float, deepest: float, length: float) -> None:
    """A bar of a known length in mm, near the bottom of a picture ``deepest`` mm deep."""
    at = 0.93 * deepest
    axes.plot([start, start + length], [at, at], color="black", lw=2.4, solid_capstyle="butt")
    axes.text(start, at - 0.03 * deepest, f"{length:g} mm", fontsize=8, va="bottom")
