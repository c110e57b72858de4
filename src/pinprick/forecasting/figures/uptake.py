"""Figures of what goes into the skin from above: a product by depth and time, and numbness.

Drawn from the plain data of :mod:`pinprick.forecasting.inner_view`, depths in mm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pinprick.forecasting import wording
from pinprick.forecasting.figures.palette import GREY, LINES, ORANGE, RED, STYLES
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, blank, key, sheet
from pinprick.units import HOUR, HOURS_PER_DAY, MINUTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLOCKS = ("#cfdfed", "#83aed0", "#2a76ad")  # a tenth, half and nine tenths blocked: pale to dark
DECADES = 5  # of concentration below the highest: what is less is not drawn
DEPTH_MARKS = (0.0, 0.05, 0.2, 0.5, 1.0, 1.5, 2.0)


def products(inner: Mapping[str, Any]) -> Figure:
    """Concentration by depth at four times, on needled skin beside intact, a row a solute."""
    rows = [
        (product["title"], solute) for product in inner["products"] for solute in product["solutes"]
    ]
    if not rows:
        return blank("no known product with a followed substance lies on fresh channels")
    figure = sheet(8.6, 0.5 + 3.6 * len(rows))
    panels = figure.subplots(len(rows), 2, squeeze=False)
    for (title, solute), pair in zip(rows, panels, strict=True):
        _solute(pair, title, solute)
    said = "after the product was put on; one virtual version, nearest the middle"
    key(figure, ncols=len(STYLES), title=said)
    return figure


def _solute(pair: Sequence[Axes], title: str, solute: Mapping[str, Any]) -> None:
    top, bottom = limits(solute)
    for axes, skin in zip(pair, ("needled", "intact"), strict=True):
        axes.set(xscale="log", xlim=(bottom, top), xlabel=f"{solute['title']} dissolved (mg/mL)")
        axes.set_yscale("function", functions=(_root, _square))
        _layers(axes, solute["layers"], DEPTH_MARKS[-1], named=skin == "intact")
        less = []
        for hour, values, colour, style in zip(
            solute["hours"], solute[skin], LINES, STYLES, strict=False
        ):
            seen = [max(value, bottom / 10) for value in values]  # runs out at the edge
            axes.plot(seen, solute["depth_mm"], ls=style, color=colour, label=hours(hour))
            less += [hours(hour)] if max(values) < bottom else []
        if len(less) == len(solute["hours"]):
            axes.text(
                0.5, 0.5, "next to nothing", transform=axes.transAxes, ha="center", color=GREY
            )
        elif less:
            axes.text(
                0.97, 0.04, f"{', '.join(less)}: less than is drawn", transform=axes.transAxes,
                ha="right", fontsize=7, color=GREY,
            )  # fmt: skip
        axes.set_yticks(DEPTH_MARKS, [f"{mark:g}" for mark in DEPTH_MARKS])
        axes.set_ylim(DEPTH_MARKS[-1], 0)
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(f"{skin} skin", fontsize=9)
    pair[0].set_title(f"{wording.title(title)}\nneedled skin", fontsize=9)
    pair[0].axhline(solute["channel_mm"], color=GREY, linewidth=1.0)
    pair[0].annotate(
        "channels end", (bottom, solute["channel_mm"]), xytext=(3, 2), textcoords="offset points",
        fontsize=7, color=GREY, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )  # fmt: skip
    pair[0].set_ylabel("depth below the horny layer (mm)")


def limits(solute: Mapping[str, Any]) -> tuple[float, float]:
    """Highest and lowest concentration drawn, in mg/mL: whole decades about what the skin holds.

    >>> limits({"needled": [[3.0, 0.1]], "intact": [[0.0]]})
    (10.0, 0.0001)
    """
    from math import ceil, log10

    most = max((max(row) for part in ("needled", "intact") for row in solute[part]), default=0.0)
    power = ceil(log10(most)) if most > 0 else 0
    return 10.0**power, 10.0 ** (power - DECADES)


def hours(value: float) -> str:
    """A time after the product was put on.

    >>> hours(0.25), hours(1), hours(24)
    ('15 min', '1 h', '1 day')
    """
    if value < 1:
        return f"{value * HOUR / MINUTE:g} min"
    return "1 day" if value == HOURS_PER_DAY else f"{value:g} h"


def numbing(inner: Mapping[str, Any], record: Mapping[str, Any] | None) -> Figure:
    """How deep the skin is numb, by minutes since the cream went on.

    Args:
        inner: of the view; the block of the middle version.
        record: ``numbing`` of the forecast's record; the range of all versions.
    """
    data = inner["numbing"]
    if data is None or record is None:
        return blank("no known numbing cream goes on before the needles")
    zone = next(one for one in record["zones"] if one["zone"] == data["zone"])
    minutes, reach = record["minutes"], zone["depth_mm"]
    deepest = 1.05 * max(*reach["p95"], data["set_mm"])
    figure = sheet(7.4, 4.7)
    axes = figure.add_subplot()
    _layers(axes, data["layers"], deepest)
    for (share, depth), colour in zip(data["blocked_mm"], BLOCKS, strict=True):
        axes.fill_between(
            data["minutes"], depth, color=colour, linewidth=0,
            label=f"at least {100 * share:.0f} % of feeling blocked (middle version)",
        )  # fmt: skip
    axes.plot(minutes, reach["p50"], color=ORANGE, label="deepest single prick without pain")
    for end, name in (("p05", "the same, 90 % range"), ("p95", None)):
        axes.plot(minutes, reach[end], "--", color=ORANGE, linewidth=1.0, label=name)
    axes.axhline(data["set_mm"], color=RED, linestyle="-.", linewidth=1.3, label="needles, as set")
    _moments(axes, data, deepest)
    axes.set(xlim=(0, max(minutes)), ylim=(deepest, 0))
    axes.set(xlabel="minutes since the cream went on", ylabel="depth below the horny layer (mm)")
    axes.set_title(
        f"{wording.title(data['zone'])}: {data['title']}", fontsize=10, loc="left", pad=16
    )
    axes.spines[["top", "right"]].set_visible(False)
    key(figure)
    return figure


def _moments(axes: Axes, data: Mapping[str, Any], deepest: float) -> None:
    off, needles = data["off_min"], data["needles_min"]
    same = off == needles
    for at, words in {off: "wiped off", needles: "first needle"}.items():
        said = "wiped off, first needle" if same else words
        axes.axvline(at, color=GREY, linewidth=1.0)
        axes.annotate(
            said, (at, 0), xytext=(0, 4), textcoords="offset points", ha="center", fontsize=8,
            color=GREY,
        )  # fmt: skip


def _layers(
    axes: Axes, layers: Sequence[Sequence[Any]], deepest: float, *, named: bool = True
) -> None:
    """The skin as bands, named at the right, from the axis' own scale of depth."""
    bent = axes.get_yscale() != "linear"
    shown = [layer for layer in layers if layer[1] < 0.97 * deepest]
    last = -1.0
    for place, ((name, top, bottom), colour) in enumerate(
        zip(shown, LAYER_COLOURS[1:], strict=False)
    ):
        end = deepest if place == len(shown) - 1 else min(bottom, deepest)
        axes.axhspan(top, end, color=colour, alpha=0.75, linewidth=0, zorder=0)
        if not named:
            continue
        ends = [float(_root(z / deepest)) if bent else z / deepest for z in (top, end)]
        middle = sum(ends) / 2
        last = max(middle, last + 0.055)
        axes.annotate(
            name, (1.0, 1.0 - middle), xycoords="axes fraction", xytext=(1.03, 1.0 - last),
            textcoords="axes fraction", fontsize=7, va="center", color="#5b4936",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#5b4936", "lw": 0.6, "relpos": (0, 0.5),
                        "shrinkB": 0, "shrinkA": 1},
        )  # fmt: skip


def _root(depth: Any) -> Any:
    import numpy as np

    return np.sqrt(np.maximum(depth, 0.0))


def _square(place: Any) -> Any:
    return place**2
