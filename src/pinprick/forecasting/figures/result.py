"""Figures of a forecast for papers and slides.

Each figure is made from the view (see :mod:`pinprick.forecasting.view`) with Matplotlib's
object interface: nothing is shown, no global state is touched, and the caller saves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import (
    REDNESS_FLOOR,
    collagen_at,
    collagen_peak,
    dermis,
    needle_outline,
    pore_outline,
    published_for,
    redness_span,
    track_outline,
)
from pinprick.forecasting.figures.palette import BLUE, GREY, LINES, ORANGE, RED, STYLES
from pinprick.forecasting.figures.sheet import LAYER_COLOURS, blank, key, sheet, tidy
from pinprick.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What the tissue is counted in: as the record says it, as an axis in percent says it.
_MEASURES = {"change relative to intact": "change (% of intact)", "share": "share (%)"}
_ABOVE = 0.45  # mm above the skin that a section shows
_FACES = (
    ("better", BLUE, "better"),
    ("unchanged", "#8c8c8c", "about the same"),
    ("worse", ORANGE, "worse"),
)


def outcomes(view: Mapping[str, Any]) -> Figure:
    """Every outcome by day, treated beside untreated, with the published points."""
    rows = view["forecast"]["outcomes"]
    if not rows:
        return blank("no outcome is forecast for this case")
    figure, panels = _grid(len(rows), 4.7, 3.5, sharey="row")
    for axes, row in zip(panels, rows, strict=True):
        _outcome(axes, view, row)
    key(figure)
    return figure


def _grid(count: int, width: float, height: float, **shared: Any) -> tuple[Figure, list[Axes]]:
    """A figure of so many panels, three in a row; sizes in inches, of a panel."""
    across = min(count, 3)
    down = -(-count // across)
    figure = sheet(width * across, height * down + 0.7)
    panels = list(figure.subplots(down, across, squeeze=False, **shared).ravel())
    for axes in panels[count:]:
        axes.remove()
    return figure, panels[:count]


def _outcome(axes: Axes, view: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    days = row["days"]
    for untreated, colour, style, name in (
        (True, ORANGE, "--", "untreated"),
        (False, BLUE, "-", "treated"),
    ):
        bands = [wording.band_at(row, day, untreated=untreated) for day in days]
        low, mid, high = zip(*bands, strict=True)
        axes.fill_between(days, low, high, color=colour, alpha=0.16, linewidth=0)
        axes.plot(days, mid, style, color=colour, label=f"{name}: median and 90 % range")
    axes.axhline(0, color=GREY, linewidth=0.8)
    for day in view["session_days"]:
        axes.plot(
            [day],
            [0.015],
            marker="^",
            color=GREY,
            transform=axes.get_xaxis_transform(),
            markersize=6,
            clip_on=False,
            label="session" if day == view["session_days"][0] else None,
        )
    _points(axes, view, row)
    title, unit = wording.scale(str(row["scale"]))
    axes.set_title(
        f"{wording.title(row['concern'])}: {wording.observer(row['observer'])}\n{title}", fontsize=9
    )
    axes.set_xlabel("days after the first session")
    axes.set_ylabel(f"change in {unit} (up is better)")
    axes.tick_params(labelleft=True)  # on every panel of a shared scale
    tidy(axes)


def _points(axes: Axes, view: Mapping[str, Any], row: Mapping[str, Any]) -> None:
    named = set()
    for point in published_for(view, row):
        treated = point["arm"] == "treated"
        name = f"{point['study']}, {point['arm']}: {point['caption']}"
        error = None
        if point["low"] is not None:
            error = [[point["value"] - point["low"]], [point["high"] - point["value"]]]
        axes.errorbar(
            [point["day"] + (1.5 if treated else -1.5)],
            [point["value"]],
            yerr=error,
            fmt="o" if treated else "s",
            color=BLUE if treated else ORANGE,
            markerfacecolor=BLUE if treated else "white",
            markersize=5,
            linewidth=1,
            capsize=2,
            label=None if name in named else name,
        )
        named.add(name)


def tissue(view: Mapping[str, Any]) -> Figure:
    """What the tissue does by day: one panel a quantity, one line a layer."""
    panels: dict[str, list[Mapping[str, Any]]] = {}
    for row in view["forecast"]["tissue"]:
        panels.setdefault(str(row["quantity"]), []).append(row)
    if not panels:
        return blank("no tissue is followed for this case")
    every = [row for rows in panels.values() for row in rows]
    zones, layers = (list(dict.fromkeys(row[part] for row in every)) for part in ("zone", "layer"))
    figure, grid = _grid(len(panels), 4.2, 2.6)
    for axes, (quantity, rows) in zip(grid, panels.items(), strict=True):
        name, _, measure = quantity.rpartition(", ")
        for row in rows:
            zone, layer = zones.index(row["zone"]), layers.index(row["layer"])
            colour = LINES[layer % len(LINES)]
            named = ([row["zone"]] if len(zones) > 1 else []) + [row["layer"] or "not by layer"]
            low, mid, high = ([100 * value for value in row[q]] for q in ("p05", "p50", "p95"))
            if row is rows[0]:
                axes.fill_between(row["days"], low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(
                row["days"], mid, linestyle=STYLES[(layer + zone) % len(STYLES)], color=colour,
                marker=".", markersize=2.5, label=", ".join(named),
            )  # fmt: skip
        axes.set_title(wording.title(name), fontsize=9)
        axes.set_xlabel("days after the first session")
        axes.set_ylabel(_MEASURES[measure])
        tidy(axes)
    where = f"{zones[0]}; " if len(zones) == 1 else ""
    said = "median; band: 90 % range of the first line; dots: days worked out"
    key(figure, ncols=4, title=where + said)
    return figure


def redness(view: Mapping[str, Any]) -> Figure:
    """Redness after a session; the time axis is stretched at the start, so that hours show."""
    curve = view["redness"]
    kept = [i for i, day in enumerate(curve["days"]) if day <= redness_span(view)]
    time = [HOURS_PER_DAY * curve["days"][i] for i in kept]
    figure = sheet(5.4, 3.4)
    axes = figure.add_subplot()
    low, mid, high = ([curve[q][i] for i in kept] for q in ("p05", "p50", "p95"))
    axes.fill_between(time, low, high, color=RED, alpha=0.18, linewidth=0, label="90 % range")
    axes.plot(time, mid, color=RED, label="median")
    axes.axhline(1, color=GREY, linestyle=":", label="just visible")
    axes.set_xscale("symlog", linthresh=1.0)
    marks = [mark for mark in (0, 1, 3, 6, 12, 24, 48, 96, 168, 336) if mark <= max(time)]
    axes.set_xticks(
        marks, ["0" if not m else f"{m} h" if m < 24 else f"{m // 24} d" for m in marks]
    )
    axes.minorticks_off()
    axes.set_xlim(left=0)
    axes.set_yscale("log")
    top = 1.3 * max(3.0, *high)
    axes.set_ylim(REDNESS_FLOOR, top)
    marks = [mark for mark in (1, 3, 10, 30, 100, 300) if mark < top]
    axes.set_yticks(marks, [f"{mark}" for mark in marks])
    axes.minorticks_off()
    axes.set_xlabel("time after a session")
    axes.set_ylabel("redness (1 = just visible)")
    axes.legend(fontsize=8, frameon=False)
    tidy(axes)
    return figure


def section(view: Mapping[str, Any], day: float = 0) -> Figure:
    """The section to scale on ``day``: layers, vessels, needle, track, open pore, new collagen."""
    section = view["section"]
    needles, layers = section["needles"], section["layers"]
    depths = [float(n["set_mm"]["p95"]) for n in needles] + [float(x["top_mm"]) for x in layers]
    bottom = 1.2 * max([0.6, *depths, *(float(v["depth_mm"]["p50"]) for v in section["vessels"])])
    figure = sheet(6.8, 1.9 * (bottom + _ABOVE) + 0.9)
    axes = figure.add_subplot()
    for layer, colour in zip(layers, LAYER_COLOURS, strict=False):
        axes.axhspan(float(layer["top_mm"]), bottom, color=colour, zorder=0)
    _shade(figure, axes, view, day, bottom)
    names = [(float(v["depth_mm"]["p50"]), v["name"], RED) for v in section["vessels"]]
    for depth, _, colour in names:
        axes.axhline(depth, color=colour, linewidth=1.2, linestyle=(0, (5, 2)))
    names += [
        (float(x["top_mm"]) + min(0.5 * float(x["thickness_mm"]["p50"]), 0.2), x["name"], "#5b4936")
        for x in layers
    ]
    if needles:
        share = wording.at(view["slider_days"], view["channel_open"], day)
        _tools(axes, needles[0], share)
    _name(axes, sorted(names), bottom)
    axes.set(
        xlim=(-1.0, 1.0),
        ylim=(bottom, -_ABOVE),
        aspect="equal",
        ylabel="depth (mm)",
        xlabel="across (mm), three stages side by side",
    )
    axes.set_yticks([mark for mark in axes.get_yticks() if 0 <= mark <= bottom])
    axes.set_ylim(bottom, -_ABOVE)
    axes.set_xticks([-1.0, -0.5, 0.0, 0.5, 1.0])
    axes.set_title(f"{wording.title(section['site'])}, {wording.when(day)}, to scale", fontsize=10)
    return figure


def _shade(figure: Figure, axes: Axes, view: Mapping[str, Any], day: float, bottom: float) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    peak = max(0.01, collagen_peak(view))
    gains = collagen_at(view, day)
    top, end = dermis(view)
    count = 100
    step = (min(end, bottom) - top) / count
    for i in range(count):
        low = top + i * step
        gain = wording.at(view["new_collagen"]["depth_mm"], gains, low + 0.5 * step)
        axes.axhspan(
            low, low + step, color=BLUE, alpha=0.75 * max(0.0, gain) / peak, linewidth=0, zorder=1
        )
    colours = LinearSegmentedColormap.from_list("collagen", ["#ffffff", "#408bba"])
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, peak), colours), ax=axes, shrink=0.5, location="left", pad=0.02
    )
    bar.set_label("new collagen (% of what was there)")


def _tools(axes: Axes, needle: Mapping[str, Any], share: float) -> None:
    from matplotlib.patches import Polygon

    set_mm, track = float(needle["set_mm"]["p50"]), needle["track_mm"]
    shapes = (
        (-0.65, needle_outline(needle, set_mm, 0.2), "needle\nas set", "white", GREY, 0.6),
        (
            0.0,
            track_outline(needle, float(track["p50"])),
            "track\nas reached",
            "#55504b",
            "none",
            0.8,
        ),
        (
            0.65,
            pore_outline(
                float(needle["open_pore_mm"]["p50"]), float(needle["open_pore_width_mm"]["p50"])
            ),
            f"pores\n{wording.number(100 * share)} % open",
            "#1f1f1f",
            GREY,
            max(0.0, min(1.0, share)),
        ),
    )
    for centre, outline, name, fill, edge, alpha in shapes:
        points = [(centre + x, z) for x, z in outline]
        axes.add_patch(Polygon(points, facecolor=fill, edgecolor="none", alpha=alpha, zorder=3))
        axes.add_patch(Polygon(points, fill=False, edgecolor=edge, linewidth=0.9, zorder=4))
        axes.text(centre, -0.24, name, ha="center", va="bottom", fontsize=8)
    ends = [float(track["p05"]), float(track["p95"])]
    axes.plot([0.16, 0.16], ends, color=GREY, marker="_", linewidth=1)
    axes.text(0.2, sum(ends) / 2, "90 %\nrange", fontsize=7, color=GREY, va="center")


def _name(axes: Axes, names: Sequence[tuple[float, str, str]], bottom: float) -> None:
    gap, last = 0.05 * bottom, -1.0
    for depth, name, colour in names:
        last = max(depth, last + gap)
        axes.annotate(
            name,
            (1.0, depth),
            xytext=(1.12, last),
            color=colour,
            fontsize=8,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "lw": 0.6,
                "relpos": (0, 0.5),
                "shrinkB": 0,
            },
        )


def faces(view: Mapping[str, Any], observer: str = "blinded_rater") -> Figure:
    """Two grids of 100 faces, treated and untreated, as one observer would count them."""
    if not view["faces"]:
        return blank("no outcome is forecast for this case")
    counts = view["faces"][observer]
    if not counts:
        return blank("no change of this scale is known to be the smallest that matters")
    figure = sheet(8.0, 4.8)
    for place, arm in enumerate(("treated", "untreated"), start=1):
        axes = figure.add_subplot(1, 2, place)
        shares = counts[arm]
        kinds = [kind for kind in _FACES for _ in range(shares[kind[0]])]
        for i, (kind, colour, _) in enumerate(kinds):
            _face(axes, i % 10 + 0.5, 9.5 - i // 10, kind, colour)
        axes.set(xlim=(0, 10), ylim=(0, 10), aspect="equal")
        axes.set_axis_off()
        told = ", ".join(f"{shares[key]} {word}" for key, _, word in _FACES)
        too = int(counts.get("better_untreated_too") or 0) if arm == "treated" else 0
        tail = f"\n{too} of these would look better untreated too" if too else ""
        axes.set_title(f"{wording.title(arm)}: {told}{tail}", fontsize=9)
    figure.suptitle(
        f"100 virtual versions at {wording.when(counts['day'])}, "
        f"{wording.observer(observer)} (better: {counts['rule']})\n",
        fontsize=10,
    )
    return figure


def _face(axes: Axes, x: float, y: float, kind: str, colour: str) -> None:
    from matplotlib.patches import Arc, Circle

    axes.add_patch(Circle((x, y), 0.42, facecolor="white", edgecolor=colour, linewidth=1.2))
    axes.plot([x - 0.13, x + 0.13], [y + 0.12] * 2, ".", color=colour, markersize=2)
    if kind == "unchanged":
        axes.plot([x - 0.18, x + 0.18], [y - 0.15] * 2, color=colour, linewidth=1.2)
        return
    low, start = (0.05, 180) if kind == "better" else (0.28, 0)
    mouth = Arc((x, y - low), 0.4, 0.32, theta1=start, theta2=start + 180, color=colour, lw=1.4)
    axes.add_patch(mouth)
