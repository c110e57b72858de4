"""Figure of radiofrequency needles: a cross-section with the peak temperature and both zones.

Drawn from the plain data of :mod:`pinprick.forecasting.inner_view`, to scale, lengths in mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pinprick.forecasting import wording
from pinprick.forecasting.figures.palette import BLUE
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, blank, key, sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# From pale to dark, so that the order holds in grey and for any colour vision.
WARM = {50: "#fde3c4", 60: "#f7b678", 80: "#d9703a", 100: "#7f2704"}
INK = "#1d1d1d"
_WIDE = 6.2  # of a section, in inches
_ABOVE = 0.35  # mm that are drawn above the skin, and below all that is warm
# Sets whose zones are drawn full; the others of the same kind are thin lines.
SHOWN = {"cells": "henriques", "collagen": "mehta-wong"}


def heat(inner: Mapping[str, Any]) -> Figure:
    """Peak temperature and both zones of damage about a needle and its neighbours, by zone."""
    zones = inner["heat"]
    if not zones:
        return blank("no needle of this course heats")
    tall = [_WIDE * (deepest(data) + _ABOVE) / (3 * data["needle_mm"]["pitch"]) for data in zones]
    figure = sheet(_WIDE + 2.0, 1.1 + sum(tall) + 0.7 * len(zones))
    panels = figure.subplots(len(zones), 1, squeeze=False)
    for data, axes in zip(zones, panels[:, 0], strict=True):
        _section(axes, data)
    key(figure)
    return figure


def _section(axes: Axes, data: Mapping[str, Any]) -> None:
    pitch, needle = data["needle_mm"]["pitch"], data["needle_mm"]
    right, bottom = 1.5 * pitch, deepest(data)
    for (_, top, end), colour in zip(data["layers"], LAYER_COLOURS, strict=False):
        if top < bottom:
            axes.axhspan(top, min(end, bottom), color=colour, zorder=0, linewidth=0)
    _names(axes, data["layers"], right, bottom)
    for place in (-1, 0, 1):
        centre, first = place * pitch, place == 0
        for celsius, reach in data["celsius"]:
            _filled(axes, data, centre, reach, WARM[celsius],
                    f"over {celsius} °C" if first else None)  # fmt: skip
        for row in data["sets"]:
            _outline(axes, data, centre, row, first)
        _needle(axes, centre, needle)
    _bar(axes, right, bottom)
    axes.set(xlim=(-right, right), ylim=(bottom, -_ABOVE), aspect="equal")
    axes.set_yticks([mark for mark in axes.get_yticks() if 0 <= mark <= bottom])
    axes.set_ylim(bottom, -_ABOVE)
    axes.set(xlabel="across (mm)", ylabel="depth (mm)")
    at_least = ", zones at least as large: the tissue chars" if data["at_least"] else ""
    axes.set_title(
        f"{wording.title(data['zone'])}: {data['wiring']} needles, "
        f"{wording.tidy(needle['pitch'])} mm apart, middle version{at_least}", fontsize=9,
        loc="left",
    )  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)


def deepest(data: Mapping[str, Any]) -> float:
    """Depth in mm that a section shows: the needle and all that is warm, with a margin.

    >>> data = {"depth_mm": [0, 1, 2], "celsius": [[50, [0.0, 0.2, 0.1]]]}
    >>> deepest({**data, "needle_mm": {"depth": 1.5}})
    2.35
    """
    warm = [z for z, r in zip(data["depth_mm"], data["celsius"][0][1], strict=True) if r > 0]
    return float(max([*warm, data["needle_mm"]["depth"]]) + _ABOVE)


def polygon(data: Mapping[str, Any], reach: Sequence[float]) -> list[list[tuple[float, float]]]:
    """Outlines (across, depth) about an axis at 0, a list a piece, no wider than half the pitch.

    >>> made = {"depth_mm": [0, 1, 2, 3], "needle_mm": {"pitch": 2.0}}
    >>> polygon(made, [0, 0.5, 9.0, 0])
    [[(0.0, 0), (0.5, 1), (1.0, 2), (0.0, 3), (-1.0, 2), (-0.5, 1)]]
    """
    most, depth = data["needle_mm"]["pitch"] / 2, data["depth_mm"]
    pieces: list[list[int]] = []
    for place, width in enumerate(reach):
        if width > 0:
            if pieces and pieces[-1][-1] == place - 1:
                pieces[-1].append(place)
            else:
                pieces.append([place])
    made = []
    for piece in pieces:
        ends = [*([piece[0] - 1] if piece[0] else []), *piece]
        ends += [piece[-1] + 1] if piece[-1] + 1 < len(reach) else []
        side = [(float(min(reach[i], most)), depth[i]) for i in ends]
        made.append(side + [(-x, z) for x, z in reversed(side) if x > 0])
    return made


def _filled(
    axes: Axes, data: Mapping[str, Any], centre: float, reach: Sequence[float], colour: str,
    label: str | None,
) -> None:  # fmt: skip
    from matplotlib.patches import Polygon

    for piece in polygon(data, reach):
        axes.add_patch(Polygon([(centre + x, z) for x, z in piece], facecolor=colour,
                               edgecolor="none", label=label, zorder=1))  # fmt: skip
        label = None


def _outline(
    axes: Axes, data: Mapping[str, Any], centre: float, row: Mapping[str, Any], first: bool
) -> None:
    from matplotlib.patches import Polygon

    cells, full = row["of"] == "cells", SHOWN[row["of"]] == row["name"]
    if cells and not full:
        return  # the sets for cells hardly differ
    colour = BLUE if cells else INK
    what = "cells die" if cells else "collagen denatures"
    label = (
        f"{what} ({row['title'].split(',')[0]}{'' if row['status'] == 'read' else ', recalled'})"
    )
    if first and not any(row["half_width_mm"]):
        axes.plot([], [], " ", label=f"{label}: nowhere")
    for piece in polygon(data, row["half_width_mm"]):
        axes.add_patch(
            Polygon(
                [(centre + x, z) for x, z in piece], fill=False, edgecolor=colour, zorder=3,
                linewidth=1.8 if full else 0.9, label=label if first else None,
                linestyle="-" if cells else (0, (5, 2)) if full else (0, (1, 1.5)),
            )
        )  # fmt: skip
        first = False


def _needle(axes: Axes, centre: float, needle: Mapping[str, Any]) -> None:
    from matplotlib.patches import Polygon, Rectangle

    half, end = needle["diameter"] / 2, needle["depth"]
    bare = end + _ABOVE if needle["bare"] is None else min(needle["bare"], end)
    tip = min(2 * half, end - (0.0 if needle["bare"] is None else end - bare))
    axes.add_patch(
        Polygon(
            [(centre - half, -_ABOVE), (centre - half, end - tip), (centre, end),
             (centre + half, end - tip), (centre + half, -_ABOVE)],
            facecolor="#c9ced3", edgecolor=INK, linewidth=0.6, zorder=4,
            label="needle, bare" if centre == 0 else None,
        )
    )  # fmt: skip
    if needle["bare"] is not None:
        axes.add_patch(
            Rectangle(
                (centre - half, -_ABOVE), 2 * half, end - bare + _ABOVE, facecolor="#4a5560",
                edgecolor=INK, linewidth=0.6, hatch="////", zorder=5,
                label="needle, insulated" if centre == 0 else None,
            )
        )  # fmt: skip


def _names(axes: Axes, layers: Sequence[Sequence[Any]], right: float, bottom: float) -> None:
    last = -1.0
    for name, top, end in layers:
        if top >= bottom:
            continue
        middle = (top + min(end, bottom)) / 2
        last = max(middle, last + 0.045 * (bottom + _ABOVE))
        axes.annotate(
            name, (right, middle), xytext=(1.04 * right, last), fontsize=8, va="center",
            color="#5b4936", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#5b4936", "lw": 0.6, "relpos": (0, 0.5),
                        "shrinkB": 0},
        )  # fmt: skip


def _bar(axes: Axes, right: float, bottom: float) -> None:
    start, depth = -0.95 * right, bottom - 0.1
    axes.plot([start, start + 0.5], [depth, depth], color=INK, linewidth=3, zorder=6,
              solid_capstyle="butt")  # fmt: skip
    axes.text(start + 0.25, depth - 0.04, "0.5 mm", ha="center", va="bottom", fontsize=8, zorder=6)
