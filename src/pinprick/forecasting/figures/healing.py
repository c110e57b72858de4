"""Figures of healing: what a course leaves, and the traps of reading it, each with its band.

Drawn from the plain arrays of :mod:`pinprick.forecasting.healing_curves` and, for what drives the
gain, from rows of :class:`Effect`. Shares are drawn in percent; every band is the 5th to the 95th
percentile about the median.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.forecasting import healing_curves as curves
from pinprick.forecasting.figures.palette import BLUE, GREY, LINES, ORANGE, PETROL, RED, STYLES
from pinprick.forecasting.figures.sheet import key, sheet, tidy
from pinprick.people import ROMAN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = np.ndarray[Any, np.dtype[np.float64]]
KEY = "line: median; band: 5th to 95th percentile of virtual versions"
# What the panels of a response show: quantity, title, colour.
MAIN = (
    ("total", "papillary collagen by mass,\n8 weeks after the last session", BLUE),
    ("stained", "stained papillary area,\n8 weeks after the last session", ORANGE),
    ("mature", "mature papillary collagen,\n6 months after the last session", PETROL),
)
DEEP = (
    ("total", "papillary collagen by mass,\n8 weeks after the last session", BLUE),
    ("total, whole dermis", "collagen of the whole dermis,\n8 weeks after", ORANGE),
    ("mature, whole dermis", "mature collagen of the whole dermis,\n6 months after", PETROL),
)
_STYLE = dict(zip(LINES, STYLES, strict=True))
LEADING = 12


@dataclass(frozen=True, slots=True)
class Effect:
    """How one input moves one output, by Morris and by Sobol; conf are half-widths of intervals."""

    output: str
    input: str
    title: str
    mu_star: float
    mu_star_conf: float
    sigma: float
    first: float
    first_conf: float
    total: float
    total_conf: float


def ribbon(
    axes: Axes, x: Sequence[float], values: Array, colour: str, label: str = "", factor: float = 100
) -> None:
    """A median with its band; ``values`` of shape (x, members)."""
    low, middle, high = (factor * part for part in curves.band(values))
    axes.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(x, middle, linestyle=_STYLE[colour], color=colour, label=label or None)


def _panels(
    found: Mapping[str, Array],
    x: Sequence[float],
    shown: Sequence[tuple[str, str, str]],
    label: str,
) -> tuple[Figure, list[Axes]]:
    figure = sheet(10.2, 3.5)
    panels = list(figure.subplots(1, len(shown)))
    for axes, (name, title, colour) in zip(panels, shown, strict=True):
        ribbon(axes, x, found[name], colour)
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.set_title(title, fontsize=9)
        axes.set_xlabel(label, fontsize=9)
        axes.set_ylabel("change against before (%)", fontsize=9)
        tidy(axes)
    figure.supxlabel(KEY, fontsize=7.5, color=GREY)
    return figure, panels


def by_density(found: Mapping[str, Array]) -> Figure:
    """Response against tracks per area."""
    figure, panels = _panels(found, curves.DENSITIES, MAIN, "tracks per cm²")
    for axes in panels:
        axes.set_xscale("log")
        marks = (10, 30, 100, 300, 1000)
        axes.set_xticks(marks, [str(mark) for mark in marks])
        axes.minorticks_off()
    figure.suptitle(_setting(per_cm2=False), fontsize=10)
    return figure


def by_depth(found: Mapping[str, Array], past: Array) -> Figure:
    """Response against the set depth; ``past`` is the share of tracks that end below the dermis.

    Its shape is (depths, members).
    """
    mm = [depth / units.MILLI for depth in curves.DEPTHS]
    figure, panels = _panels(found, mm, DEEP, "set depth (mm)")
    ends = float(np.interp(0.5, np.median(past, axis=1), mm))
    for place, axes in enumerate(panels):
        axes.axvspan(ends, mm[-1], color=GREY, alpha=0.1, linewidth=0)
        axes.set(xlim=(0, mm[-1]), ylim=(min(0.0, axes.get_ylim()[0]), None))
        if place == 0:
            axes.text(
                (ends + mm[-1]) / 2, 0.3, "most tracks end\nbelow the dermis", fontsize=7.5,
                color=GREY, ha="center", va="bottom", transform=axes.get_xaxis_transform(),
            )  # fmt: skip
    figure.suptitle(_setting(depth=False), fontsize=10)
    return figure


def by_count(found: Mapping[str, Array]) -> Figure:
    """Response against the number of sessions."""
    figure, panels = _panels(found, curves.COUNTS, MAIN, "sessions")
    for axes in panels:
        axes.set_xticks(curves.COUNTS)
        axes.tick_params(axis="x", labelsize=8)
    figure.suptitle(_setting(sessions=False), fontsize=10)
    return figure


def by_interval(off: Mapping[str, Array], on: Mapping[str, Array]) -> Figure:
    """Response against the interval over that at four weeks, without and with the memory."""
    figure = sheet(9.6, 4.0)
    panels = figure.subplots(1, 2, sharey=True)
    usual = curves.WEEKS.index(4)
    titles = (
        "as forecasts are made",
        "with a memory of over-treatment:\na hypothesis, “mechanism”, off by default",
    )
    for axes, found, title in zip(panels, (off, on), titles, strict=True):
        for name, words, colour in (MAIN[0], MAIN[2]):
            one = words.replace("\n", " ")
            ribbon(axes, curves.WEEKS, _over(found[name], off[name][usual]), colour, one, 1.0)
        axes.axhline(1, color=GREY, linewidth=0.9)
        axes.set_xticks(curves.WEEKS)
        axes.set_xlabel("weeks between sessions")
        axes.set_title(title, fontsize=9)
        tidy(axes)
    panels[0].set_ylabel("over the same version's response\nat four weeks, no memory")
    key(figure, title=KEY)
    figure.suptitle(_setting(interval=False), fontsize=10)
    return figure


def _over(values: Array, usual: Array) -> Array:
    """Ratio to the response at the usual interval, where that is more than nothing."""
    return np.asarray(values / np.where(np.abs(usual) > curves.SMALL, usual, np.nan))


def year(found: Mapping[str, Array]) -> Figure:
    """Twelve months of a course: mass beside stained area, the pools, and what is mature."""
    months = [day / curves.MONTH for day in curves.YEAR]
    figure = sheet(10.8, 4.1)
    panels = figure.subplots(1, 3)
    shown = (
        (("collagen", "mass", BLUE), ("stained area", "stained area", ORANGE)),
        (("new collagen I", "new I", BLUE), ("collagen III", "provisional III", ORANGE),
         ("matured collagen", "matured", PETROL)),
        (("mature collagen", "mature, less what was lost", PETROL),),
    )  # fmt: skip
    titles = ("papillary collagen", "its new pools", "its mature pool")
    last = curves.Course().days[-1]
    for axes, lines, title in zip(panels, shown, titles, strict=True):
        for name, label, colour in lines:
            ribbon(axes, months, found[name], colour, label)
        axes.axvspan(
            (last + 91) / curves.MONTH, (last + 182) / curves.MONTH, color=GREY, alpha=0.1,
            linewidth=0, label="months 3 to 6 after the last",
        )  # fmt: skip
        axes.axhline(0, color=GREY, linewidth=0.8)
        days = [day / curves.MONTH for day in curves.Course().days]
        axes.plot(
            days, [0.015] * len(days), "^", color=GREY, markersize=5, clip_on=False,
            transform=axes.get_xaxis_transform(), label="session",
        )  # fmt: skip
        axes.set_xticks(range(0, 13, 2))
        axes.set(xlabel="months after the first session", xlim=(0, 12))
        axes.set_title(title, fontsize=9)
        tidy(axes)
        _key_below(axes)
    panels[0].set_ylabel("change against before (%)")
    figure.suptitle(_setting(), fontsize=10)
    return figure


def rousing(share: Array, two: Array, mean: Array) -> Figure:
    """Averaging kills the dose: the roused fraction, and the gain fed with the plain mean."""
    figure = sheet(8.8, 3.9)
    left, right = figure.subplots(1, 2)
    ribbon(left, curves.DENSITIES, share, BLUE, "tissue that hears a track")
    ribbon(right, curves.DENSITIES, two, BLUE, "roused and unroused tissue apart")
    ribbon(right, curves.DENSITIES, mean, ORANGE, "fed with the plain mean of the injury")
    for axes, words in (
        (left, "share of the tissue (%)"),
        (right, "papillary collagen gained (%)"),
    ):
        axes.set_xscale("log")
        axes.set_xticks((10, 30, 100, 300, 1000), ("10", "30", "100", "300", "1000"))
        axes.minorticks_off()
        axes.set(xlabel="tracks per cm²", ylabel=words, ylim=(0, None))
        tidy(axes)
        _key_below(axes)
    return figure


def alive(rho: Array, active: Array, rule: float) -> Figure:
    """The signal can keep itself alive: share of prior draws that are still active, by rho."""
    figure = sheet(6.2, 3.9)
    axes = figure.add_subplot()
    ends = 10.0 ** np.arange(-2.0, 2.51, 0.25)
    counted, still = (np.histogram(part, ends)[0] for part in (rho, rho[active]))
    share = still / np.maximum(counted, 1)
    error = 1.645 * np.sqrt((still + 1) * (counted - still + 1) / (counted + 2) ** 3)
    middle = np.sqrt(ends[1:] * ends[:-1])
    there = counted > 9
    axes.errorbar(
        middle[there], 100 * share[there], yerr=100 * error[there], fmt="o-", color=BLUE,
        capsize=2, label="still active half a year after one session, with 90 % interval",
    )  # fmt: skip
    axes.axvline(rule, color=ORANGE, linestyle="--", label=f"the rule: rho at most {rule:g}")
    axes.set_xscale("log")
    axes.set(xlabel="rho = q F$_{max}$ F$_0$ / (k K)", ylabel="prior draws (%)", ylim=(-3, 103))
    tidy(axes)
    _key_below(axes)
    return figure


def silent(prior: Array, draws: Array) -> Figure:
    """The prior is mostly silent: gains of independent draws beside those of the joint ones."""
    figure = sheet(6.2, 3.8)
    axes = figure.add_subplot()
    for values, colour, label in (
        (prior, ORANGE, "parameters drawn apart from their priors"),
        (draws, BLUE, "the joint draws that ship"),
    ):
        axes.plot(
            100 * np.sort(values), 100 * (np.arange(len(values)) + 0.5) / len(values),
            linestyle=_STYLE[colour], color=colour, label=label,
        )  # fmt: skip
    axes.set_xscale("symlog", linthresh=1.0)
    marks = (-1, 0, 1, 3, 10, 30, 100)
    axes.set_xticks(marks, [str(mark) for mark in marks])
    axes.minorticks_off()
    axes.set(ylabel="draws with at most that (%)", ylim=(0, 100), xlim=(-2, 110))
    axes.set_xlabel("papillary collagen gained, 8 weeks after the last session (%)")
    tidy(axes)
    _key_below(axes)
    return figure


def instruments(found: Sequence[tuple[str, Array]]) -> Figure:
    """One tissue, many figures: what each instrument reads eight weeks after a course."""
    ordered = sorted(found, key=lambda row: float(np.median(row[1])))
    figure = sheet(7.6, 0.27 * len(ordered) + 1.2)
    axes = figure.add_subplot()
    for place, (name, values) in enumerate(ordered):
        low, middle, high = (float(100 * part) for part in curves.band(values))
        colour = ORANGE if "by mass" in name else BLUE
        axes.plot([low, high], [place, place], color=colour, linewidth=1.6)
        axes.plot([middle], [place], "s" if colour == ORANGE else "o", color=colour, markersize=5)
    axes.set_yticks(range(len(ordered)), [name for name, _ in ordered], fontsize=8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xscale("symlog", linthresh=30)
    marks = (-30, -15, 0, 15, 30, 100, 300)
    axes.set_xticks(marks, [f"{mark:+d}" if mark else "0" for mark in marks])
    axes.minorticks_off()
    axes.set_xlabel("change against before (%), stretched near 0; squares: mass")
    tidy(axes)
    return figure


def small_traps(
    days: Sequence[float],
    gate: tuple[Array, Array],
    late: Sequence[float],
    heat: Mapping[str, Array],
    dark: Mapping[int, Array],
) -> Figure:
    """The stiffness gate, a heat zone and pigment, by day."""
    figure = sheet(10.8, 4.1)
    stiff, zone, pigment = figure.subplots(1, 3)
    ribbon(stiff, days, gate[0], BLUE, "stiffness gate (% open)")
    ribbon(stiff, days, gate[1], ORANGE, "myofibroblasts (% of residents)")
    stiff.set_title("roused tissue after one session", fontsize=9)
    for name, colour in (("denatured collagen", RED), ("collagen", BLUE)):
        words = "denatured, not yet cleared" if colour == RED else "sound collagen, change"
        ribbon(zone, late, heat[name], colour, words)
    zone.axhline(0, color=GREY, linewidth=0.8)
    zone.axvline(70, color=GREY, linewidth=0.8, linestyle=":", label="10 weeks")
    zone.set_title("a zone of heat, of what was denatured", fontsize=9)
    for (phototype, values), colour in zip(dark.items(), (BLUE, ORANGE, PETROL), strict=False):
        ribbon(pigment, late, values, colour, f"phototype {ROMAN[phototype - 1]}")
    pigment.set_title("melanin above rest, one session", fontsize=9)
    for axes, words in ((stiff, "%"), (zone, "% of what was denatured"), (pigment, "% of rest")):
        axes.set(xlabel="days", ylabel=words)
        tidy(axes)
        _key_below(axes)
    return figure


def drivers(
    effects: Sequence[Effect], ranks: Sequence[tuple[str, float]], output: str, draws: int
) -> Figure:
    """What drives a gain: Morris and Sobol over the prior, rank correlation over the draws.

    ``ranks`` are titles with Spearman's coefficient over ``draws``, the strongest first.
    """
    rows = sorted((e for e in effects if e.output == output), key=lambda e: e.mu_star)[-LEADING:]
    figure = sheet(12.4, 0.3 * LEADING + 1.6)
    walk, share, joint = figure.subplots(1, 3, width_ratios=[1, 1, 0.8])
    y = np.arange(len(rows))
    walk.barh(
        y, [e.mu_star for e in rows], 0.6, color=BLUE, label="µ*, mean size of an effect",
        xerr=[e.mu_star_conf for e in rows], error_kw={"capsize": 2, "linewidth": 0.9},
    )  # fmt: skip
    walk.plot([e.sigma for e in rows], y, "D", color=ORANGE, markersize=5, label="σ, its spread")
    for shift, found, colour, marker, words in (
        (0.14, [(e.total, e.total_conf) for e in rows], BLUE, "o", "with interactions (total)"),
        (-0.14, [(e.first, e.first_conf) for e in rows], ORANGE, "s", "alone (first order)"),
    ):
        share.errorbar(
            [100 * value for value, _ in found], y + shift, xerr=[100 * half for _, half in found],
            fmt=marker, color=colour, capsize=2, markersize=5, label=words,
        )  # fmt: skip
    walk.set_yticks(y, [e.title for e in rows], fontsize=8)
    share.set_yticks(y, [""] * len(y))
    share.set_ylim(walk.get_ylim())
    strongest = list(ranks)[:LEADING][::-1]
    joint.barh(
        range(len(strongest)), [value for _, value in strongest], 0.6, color=PETROL,
        label="rank correlation (Spearman)",
    )  # fmt: skip
    joint.set_yticks(range(len(strongest)), [title for title, _ in strongest], fontsize=8)
    joint.set_xlim(-1, 1)
    chance = 1.96 / max(draws - 1, 1) ** 0.5
    joint.axvspan(
        -chance, chance, color=GREY, alpha=0.12, linewidth=0, label=f"chance, {draws} draws"
    )
    for axes, words, title in (
        (walk, "effect on asinh(gain / 0.1 %)", "over the prior: Morris"),
        (share, "share of the variance (%), with 95 % interval", "over the prior: Sobol"),
        (joint, "coefficient", "over the joint draws"),
    ):
        axes.axvline(0, color=GREY, linewidth=0.8)
        axes.set_xlabel(words, fontsize=8.5)
        axes.set_title(title, fontsize=9)
        tidy(axes)
        _key_below(axes)
    return figure


def _key_below(axes: Axes) -> None:
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=7.5, frameon=False)


def _setting(
    *, depth: bool = True, per_cm2: bool = True, sessions: bool = True, interval: bool = True
) -> str:
    """The plain set-up in one line, less what a figure varies."""
    course = curves.Course()
    said = [f"{course.device.capitalize()} on the {course.site}"]
    said += [f"{course.depth / units.MILLI:g} mm"] if depth else []
    said += [f"{course.per_cm2:g} tracks per cm²"] if per_cm2 else []
    said += [f"{course.sessions} sessions"] if sessions else []
    weeks = course.interval / curves.WEEK
    said += [f"every {weeks:g} weeks"] if interval else []
    return ", ".join(said)
