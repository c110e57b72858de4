"""Figures of one session of needling: the holes, how even they are, how deep, how long open.

Each is drawn from the plain data of :mod:`pinprick.forecasting.punctures`, lengths in mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

from pinprick import units
from pinprick.forecasting import wording
from pinprick.forecasting.figures.palette import BLUE, CRIMSON, GREY, LINES, ORANGE, STYLES
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, key, sheet, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pinprick.forecasting.punctures import Laid
    from pinprick.forecasting.sensitivity import Cause

MOST_DOTS = 60_000
_DEPTHS = "cividis"  # runs from dark to light for every common colour blindness


def heading(data: Mapping[str, Any]) -> str:
    """What a figure of a session shows, in one line."""
    passes = f"{data['passes']} pass{'es' if data['passes'] > 1 else ''}"
    return f"{wording.title(data['zone'])}: {data['title']}, {data['set_mm']:g} mm, {passes}"


def puncture_map(laid: Laid, data: Mapping[str, Any]) -> Figure:
    """All holes of a zone, and a small square of them to scale."""
    from matplotlib.collections import EllipseCollection
    from matplotlib.patches import Rectangle

    figure = sheet(9.6, 4.9)
    whole, near = figure.subplots(1, 2)
    every = max(1, len(laid.map) // MOST_DOTS)
    x, y = (part[::every] / units.MILLI for part in (laid.map.x, laid.map.y))
    size = min(4.0, 3e4 / max(len(x), 1))
    if size < 1:
        whole.plot(x, y, ",", color=BLUE, alpha=0.7)
    else:
        whole.scatter(x, y, s=size, color=BLUE, linewidths=0)
    _outline(whole, data["outline"])
    patch = data["patch"]
    half = patch["side_mm"] / 2
    whole.add_patch(
        Rectangle((-half, -half), 2 * half, 2 * half, fill=False, edgecolor=ORANGE, linewidth=1.6)
    )
    shown = "" if every == 1 else f", one in {every} shown"
    many = f"{wording.number(data['holes'])} holes, {wording.tidy(data['per_cm2'])} per cm²"
    whole.set_title(many + shown, fontsize=9)
    across = [data["diameter_mm"]] * len(patch["x_mm"])
    dots = EllipseCollection(
        across, across, [0.0] * len(across), units="xy", cmap=_DEPTHS, linewidths=0,
        offsets=list(zip(patch["x_mm"], patch["y_mm"], strict=True)),
        offset_transform=near.transData,
    )  # fmt: skip
    dots.set_array(patch["depth_mm"])
    near.add_collection(dots)
    near.set(xlim=(-half, half), ylim=(-half, half), aspect="equal")
    near.set_facecolor("#f3e3d6")
    for spine in near.spines.values():
        spine.set_edgecolor(ORANGE)
        spine.set_linewidth(1.6)
    figure.colorbar(dots, ax=near, shrink=0.8, label="depth of the track (mm)")
    near.set_title(
        f"the square, holes to scale (Ø {wording.tidy(1000 * data['diameter_mm'])} µm)", fontsize=9
    )
    for axes in (whole, near):
        axes.set(xlabel="across (mm)", ylabel="down (mm)")
    figure.suptitle(f"{heading(data)}: one virtual version", fontsize=10)
    return figure


def coverage(data: Mapping[str, Any]) -> Figure:
    """Holes per area over the zone, with the largest gaps, beside what chance would give."""
    import numpy as np
    from matplotlib.patches import Circle

    figure = sheet(9.6, 4.7)
    over, counts = figure.subplots(1, 2, width_ratios=[1.35, 1])
    grid, side = data["coverage"], data["coverage"]["side_mm"]
    values = np.array([[np.nan if v is None else v for v in row] for row in grid["per_cm2"]])
    low = grid["low_mm"]
    ends = [low[0], low[0] + side * values.shape[0], low[1], low[1] + side * values.shape[1]]
    shown = over.imshow(values.T, origin="lower", extent=ends, cmap=_DEPTHS, vmin=0)
    figure.colorbar(
        shown, ax=over, shrink=0.8, label=f"holes per cm², in squares of {side:g} mm", pad=0.02
    )
    _outline(over, data["outline"])
    for place, (x, y, across) in enumerate(data["gaps"]):
        radius = max(across, 1.5) / 2
        for colour, width in (("white", 3.2), (CRIMSON, 1.6)):
            over.add_patch(Circle((x, y), radius, fill=False, edgecolor=colour, linewidth=width))
        above = 1 if place % 2 == 0 else -1  # neighbours' names stand on either side
        over.annotate(
            f"{wording.tidy(across)} mm", (x, y + above * radius), xytext=(0, 4 * above),
            textcoords="offset points", ha="center", va="bottom" if above > 0 else "top",
            fontsize=8, color=CRIMSON,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85},
        )  # fmt: skip
        if place == 0:
            over.plot([], [], "o", mfc="none", mec=CRIMSON, label="largest gaps, by diameter")
    over.set(xlabel="across (mm)", ylabel="down (mm)", aspect="equal")
    over.legend(fontsize=7, loc="lower left", frameon=True)
    sides = [f"{row[0]:g}" for row in data["cv"]]
    bars = np.arange(len(sides))
    counts.bar(bars - 0.2, [100 * row[1] for row in data["cv"]], 0.38, color=BLUE, label="this map")
    counts.bar(
        bars + 0.2, [100 * row[2] for row in data["cv"]], 0.38, color="white", edgecolor=ORANGE,
        hatch="///", label="holes at random",
    )  # fmt: skip
    counts.set_xticks(bars, sides)
    counts.set(xlabel="side of the square (mm)", ylabel="variation of the counts (CV, %)")
    counts.legend(fontsize=8, frameon=False)
    tidy(counts)
    figure.suptitle(heading(data), fontsize=10)
    return figure


def depths(data: Mapping[str, Any]) -> Figure:
    """Where the tracks end, on a section of the skin."""
    import numpy as np

    figure = sheet(7.4, 4.9)
    axes = figure.add_subplot()
    shares = 100 * np.array(data["depths"]["shares"])
    cell = data["depths"]["cell_mm"]
    start = data["depths"]["from_mm"]
    end = start + cell * len(shares)
    deepest = 1.12 * max(end, data["set_mm"], *(depth for _, depth in data["vessels"]))
    right = 1.15 * max(float(shares.max(initial=0.0)), 1.0)
    shown = [row for row in data["layers"] if row[1] < deepest]
    for (_, top, bottom, _), colour in zip(shown, LAYER_COLOURS, strict=False):
        axes.axhspan(top, min(bottom, deepest), color=colour, linewidth=0)
    axes.barh(
        start + cell * (np.arange(len(shares)) + 0.5), shares, 0.9 * cell, color=BLUE, zorder=3,
        label="tracks, by the depth where they end",
    )  # fmt: skip
    axes.axhline(data["set_mm"], color=ORANGE, linestyle="--", label="set depth", zorder=4)
    dashes = cycle(((0, (1, 1.5)), "-.", (0, (6, 2))))
    for (name, depth), style in zip(data["vessels"], dashes, strict=False):
        axes.axhline(depth, color=CRIMSON, linestyle=style, linewidth=1.1, label=name, zorder=2)
    wanted = [(top + min(bottom, deepest)) / 2 for _, top, bottom, _ in shown]
    places = _apart(wanted, 0.055 * deepest, 0.02 * deepest)
    axes.text(1.03 * right, -0.03 * deepest, "tracks that end in", fontsize=8, color=GREY)
    for (name, _, _, share), middle, at in zip(shown, wanted, places, strict=True):
        axes.annotate(
            f"{name}: {_percent(share)}",
            (right, middle),
            xytext=(1.03 * right, at),
            fontsize=8,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": GREY, "lw": 0.6, "relpos": (0, 0.5)},
        )
    axes.set(xlim=(0, right), ylim=(deepest, 0))
    axes.set(xlabel=f"share of the tracks (%, cells of {cell:g} mm)", ylabel="depth (mm)")
    key(figure, ncols=3)
    figure.suptitle(heading(data), fontsize=10)
    return figure


def closure(curves: Mapping[str, Any]) -> Figure:
    """What is still open by hours after a session, by clock."""
    figure = sheet(6.4, 4.2)
    axes = figure.add_subplot()
    hours = curves["hours"]
    for row, colour, style in zip(curves["clocks"], LINES, STYLES, strict=False):
        ends = [[100 * v for v in row[key]] for key in ("p05", "p50", "p95")]
        axes.fill_between(hours, ends[0], ends[2], color=colour, alpha=0.14, linewidth=0)
        axes.plot(hours, ends[1], linestyle=style, color=colour, label=row["name"])
    axes.set_xscale("symlog", linthresh=1.0)
    marks = [m for m in (0, 1, 3, 6, 12, 24, 48, 96) if m <= hours[-1]]
    axes.set_xticks(marks, [str(m) for m in marks])
    axes.minorticks_off()
    axes.set(xlim=(0, hours[-1]), ylim=(0, 103))
    axes.set(xlabel="hours after the session (stretched at the start)")
    axes.set_ylabel("of what was open (%)")
    key(figure, title="median and 90 % range")
    tidy(axes)
    return figure


def sensitivity(studies: Mapping[str, Mapping[str, Sequence[Cause]]], most: int = 5) -> Figure:
    """What drives the injury: the largest first-order shares, a panel an output, by device."""
    outputs = list(next(iter(studies.values())))
    figure = sheet(4.9 * len(studies), 1.75 * len(outputs) + 0.5)
    panels = figure.subplots(len(outputs), len(studies), squeeze=False, sharex=True)
    for column, (device, found) in enumerate(studies.items()):
        for row, output in enumerate(outputs):
            axes = panels[row][column]
            causes = list(found[output])[:most][::-1]
            colours = [BLUE if cause.basis != "assumed" else ORANGE for cause in causes]
            bars = axes.barh([c.short for c in causes], [100 * c.share for c in causes])
            for bar, colour in zip(bars, colours, strict=True):
                bar.set(facecolor=colour if colour == BLUE else "white", edgecolor=colour)
                bar.set_hatch("" if colour == BLUE else "////")
            axes.set_xlim(0, 100)
            axes.tick_params(labelsize=7.5)
            axes.set_title(f"{device}: {output}", fontsize=8.5, loc="left")
            tidy(axes)
        panels[-1][column].set_xlabel("first-order share of the variance (%)", fontsize=8.5)
    from matplotlib.patches import Patch

    keys = [
        Patch(facecolor=BLUE, label="measured, derived or fitted"),
        Patch(facecolor="white", edgecolor=ORANGE, hatch="////", label="assumed: no row gives it"),
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    return figure


def _outline(axes: Axes, outline: Mapping[str, Any]) -> None:
    from matplotlib.patches import Ellipse, Rectangle

    wide, high = outline["width_mm"], outline["height_mm"]
    shape = (
        Ellipse((0, 0), wide, high, fill=False, edgecolor=GREY, linewidth=1.0)
        if outline["form"] == "ellipse"
        else Rectangle((-wide / 2, -high / 2), wide, high, fill=False, edgecolor=GREY)
    )
    axes.add_patch(shape)
    axes.set(xlim=(-0.53 * wide, 0.53 * wide), ylim=(-0.53 * high, 0.53 * high), aspect="equal")


def _percent(share: float) -> str:
    percent = 100 * share
    return "under 1 %" if 0 < percent < 1 else f"{percent:.0f} %"


def _apart(wanted: Sequence[float], gap: float, low: float) -> list[float]:
    places: list[float] = []
    for place in wanted:
        places.append(max(place, low, places[-1] + gap if places else low))
    return places
