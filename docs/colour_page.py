"""Generated parts of the page "Colour of skin": its figures, and every number in its prose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.appearance.colour import (
    Colour,
    DayState,
    Pigments,
    bands,
    difference,
    ita_class,
    on_days,
    reflectance,
    seen,
    typical,
)
from pinprick.appearance.colour.absorption import central
from pinprick.evidence import Lanes, registry
from pinprick.forecasting import healing_curves as curves
from pinprick.forecasting.figures.sheet import sheet, tidy
from pinprick.healing import redness
from pinprick.healing.body import Body
from pinprick.people import ROMAN

PHOTOTYPES = range(1, len(ROMAN) + 1)
PLACES = ("face", "cheek", "arm")  # of the table of classes, in the order of their numbers
MEMBERS = 96
SCI, SCE = "specular included", "specular excluded"
# Days after one session at which the curves are drawn, hours first.
EARLY = np.concatenate([np.linspace(0.01, 1, 25), np.linspace(1.2, 7, 25)])
LATE = (0.0, 3.0, 7.0, 14.0, 21.0, 28.0, 42.0, 60.0, 90.0, 120.0, 180.0, 270.0, 364.0)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
SHADES = ("#e0a97a", "#c98a55", "#a86b3c", "#7f4d2a", "#573220", "#2a1712")
Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name; the figures are written beside them."""

    def draw(name: str, figure: Any) -> None:
        figure.savefig(folder / f"colour-{name}.png", dpi=110)

    draw("spectra", spectra())
    draw("swatches", swatches())
    draw("days", over_days())
    texts = {"optics": optics(), "classes": classes(table), "change": change(table)}
    return {f"colour-{name}.txt": text for name, text in texts.items()}


def of(skin: Pigments, geometry: Any = SCI) -> Colour:
    return seen(reflectance(skin, geometry=geometry), geometry)


def reddened(phototype: int, factor: float) -> Pigments:
    """Papillary blood times a factor, what is added bright with oxygen."""
    rest = typical(phototype)
    share = float(central()["colour.added_oxygen"][0])
    oxygen = (rest.oxygen + (factor - 1) * share) / factor
    return replace(rest.with_factors(papillary=factor), oxygen=np.asarray(oxygen))


def archive(column: str) -> Any:
    return registry().tables["skin_spectra"][column]


# ---- figures ----


def spectra() -> Any:
    """Six phototypes beside the archive's means, and what blood and melanin do to one."""
    figure = sheet(10, 4)
    left, right = figure.subplots(1, 2)
    for phototype, dash, shade in zip(PHOTOTYPES, DASHES, SHADES, strict=True):
        name = ROMAN[phototype - 1]
        said = 100 * reflectance(typical(phototype), geometry=SCI)
        left.plot(bands(), said, color=shade, linestyle=dash, linewidth=1.8)
        left.plot(bands(), 100 * archive(f"face_{name}"), "o", color=shade, markersize=2.6)
        left.annotate(name, (702, said[-1]), va="center", fontsize=9, annotation_clip=False)
    left.set_title("line: model, points: archive, specular included", fontsize=9)
    for phototype, shade in ((2, SHADES[1]), (6, SHADES[5])):
        rest = typical(phototype)
        for skin, dash in (
            (rest, "-"),
            (reddened(phototype, 3.0), "--"),
            (rest.with_factors(melanin=1.5), ":"),
        ):
            right.plot(bands(), 100 * reflectance(skin), dash, color=shade, linewidth=1.6)
        end = 100 * reflectance(rest)[-1]
        right.annotate(ROMAN[phototype - 1], (702, end), va="center", fontsize=9,
                       annotation_clip=False)  # fmt: skip
    for dash, words in (("-", "rest"), ("--", "papillary blood × 3"), (":", "melanin × 1.5")):
        right.plot([], [], dash, color="#3d3d3d", label=words)
    right.legend(frameon=False, fontsize=8)
    right.set_title("redness and darkening, specular excluded", fontsize=9)
    for axes in (left, right):
        tidy(axes)
        axes.set(xlabel="wavelength, nm", ylabel="reflectance, %", xlim=(395, 715), ylim=(0, None))
    return figure


def swatches() -> Any:
    """Flat colours: rest, red, dark, and the inner arm, with the difference from rest."""
    figure = sheet(9, 4.6)
    axes = figure.subplots()
    rows: list[tuple[str, Callable[[int], Pigments]]] = [
        ("face, at rest", typical),
        ("papillary blood × 2", lambda p: reddened(p, 2.0)),
        ("papillary blood × 4", lambda p: reddened(p, 4.0)),
        ("melanin × 1.25", lambda p: typical(p).with_factors(melanin=1.25)),
        ("melanin × 1.5", lambda p: typical(p).with_factors(melanin=1.5)),
        ("inner arm", lambda p: typical(p, "forearm")),
    ]
    for i, (_, made) in enumerate(rows):
        for j, phototype in enumerate(PHOTOTYPES):
            colour, rest = of(made(phototype), SCE), of(typical(phototype), SCE)
            axes.add_patch(_box(j, i, colour.hexadecimal()))
            ink = "black" if colour.lab[0] > 50 else "white"
            apart = float(difference(rest.lab, colour.lab))
            said = f"ΔE {apart:.1f}" if i else colour.hexadecimal()
            axes.text(j + 0.5, i + 0.5, said, ha="center", va="center", fontsize=8, color=ink)
    axes.set(xlim=(0, 6), ylim=(len(rows), 0), xticks=np.arange(6) + 0.5)
    axes.set_xticklabels(ROMAN)
    axes.set_yticks(np.arange(len(rows)) + 0.5, [words for words, _ in rows])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_facecolor("#777777")
    return figure


def _box(x: float, y: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x + 0.02, y + 0.04), 0.96, 0.92, facecolor=colour, edgecolor="none")


def redness_days(lanes: Lanes) -> dict[int, Any]:
    """Colour after one session of the reference dose, members' median and ends, by phototype."""
    red = redness.curve(EARLY, np.zeros(1), np.ones((1, len(lanes))), lanes)
    none = np.zeros_like(red)
    return {p: _differences(p, DayState(none, red, none), lanes) for p in PHOTOTYPES}


@cache
def pigment_days() -> dict[int, Any]:
    """The same for melanin after a course of four sessions, with the tissue's melanin itself."""
    lanes = curves.people(MEMBERS)
    found = {}
    for phototype in PHOTOTYPES:
        body = replace(Body.healthy(len(lanes)), phototype=np.full(len(lanes), float(phototype)))
        above = curves.healed_in(curves.Course(), body, lanes, list(LATE))[0].melanin
        none = np.zeros_like(above)
        found[phototype] = _differences(phototype, DayState(above, none, none), lanes)
        found[phototype]["tissue"] = above
    return found


def _differences(phototype: int, state: DayState, lanes: Lanes) -> dict[str, Any]:
    """Difference and change of L* and a*, (days, members); the person's skin is the typical one."""
    rest = typical(phototype)
    skin = on_days(rest, state, lanes)
    before, after = of(rest).lab, seen(reflectance(skin, geometry=SCI), SCI).lab
    return {"apart": difference(before, after), "L": (after - before)[..., 0],
            "a": (after - before)[..., 1]}  # fmt: skip


def over_days() -> Any:
    """Redness and pigment over days on six phototypes."""
    lanes = curves.people(MEMBERS)
    red, dark = redness_days(lanes), pigment_days()
    figure = sheet(10, 6.4)
    upper, lower = figure.subplots(2, 2)
    for found, row, days in ((red, upper, EARLY), (dark, lower, np.array(LATE))):
        for phototype, dash, shade in zip(PHOTOTYPES, DASHES, SHADES, strict=True):
            apart, name = found[phototype]["apart"], ROMAN[phototype - 1]
            line = {"color": shade, "linestyle": dash, "linewidth": 1.7, "label": name}
            row[0].plot(days, np.median(apart, axis=1), **line)
            if row is upper:
                row[1].plot(days, np.median(found[phototype]["a"], axis=1), **line)
                if phototype in (2, 6):
                    ends = np.quantile(apart, [0.05, 0.95], axis=1)
                    row[0].fill_between(days, *ends, color=shade, alpha=0.18, linewidth=0)
            else:
                row[1].plot(days, np.quantile(apart, 0.95, axis=1), **line)
        for axes in row if row is lower else row[:1]:
            axes.axhline(2.0, color="#3d3d3d", linewidth=0.8)
            axes.annotate("seen side by side", (days[-1], 2.0), ha="right", va="bottom", fontsize=8)
    upper[0].legend(frameon=False, fontsize=8, ncols=2, title="phototype", title_fontsize=8)
    titles = ("redness: difference from before", "redness: change of a*",
              "darkening: difference, median", "darkening: difference, one in twenty")  # fmt: skip
    labels = ("ΔE00", "Δa*", "ΔE00", "ΔE00")
    for axes, title, label in zip((*upper, *lower), titles, labels, strict=True):
        tidy(axes)
        axes.set_title(title, fontsize=9)
        axes.set(ylabel=label, xlabel="days after the first session")
    return figure


# ---- texts ----


def optics() -> str:
    terms = len(registry().tables["light_correction"]["weight"])
    return f"""In runs that were left out of the fit ({terms} terms, 160 runs of 10,000 photons,
9,600 skins) the reflectance is off by 2.0 % (root mean square, where it is above 0.03; a part of
that is the photons' own noise) and by 0.004 in absolute terms; 98 % of the skins are within 4 %
or 0.005. Two fluxes alone are off by 25 %. `tools/fit_optics.py` prints these figures; fresh
photons for all six phototypes, at rest and reddened, are a test of `make verify`."""


def class_rows() -> list[tuple[str, ...]]:
    """The face by class of ITA: the archive's means and spreads beside the model."""
    rows = []
    for phototype, n, mean, sd in zip(PHOTOTYPES, *_archive("face"), strict=True):
        name = ROMAN[phototype - 1]
        said, aim = reflectance(typical(phototype), geometry=SCI), archive(f"face_{name}")
        colour, bare = seen(said, SCI), of(typical(phototype), SCE)
        rmse = 100 * np.sqrt(np.mean((said - aim) ** 2))
        measured = [f"{m:.1f} ± {s:.1f}" for m, s in zip(mean, sd, strict=True)]
        model = ", ".join(f"{x:.1f}" for x in colour.lab)
        apart = float(difference(colour.lab, seen(aim, SCI).lab))
        ends = f"{float(colour.ita):.0f} ({ita_class(float(colour.ita))})", f"{float(bare.ita):.0f}"
        rows.append((name, f"{n:.0f}", *measured, model, f"{apart:.1f}", f"{rmse:.2f} %", *ends))
    return rows


def _archive(place: str) -> tuple[Any, Any, Any]:
    """Records (classes,), mean L*a*b* (classes, 3) and standard deviations of a place."""
    known = registry().tables["skin_classes"]
    rows = known["place"] == PLACES.index(place)
    mean, sd = (np.stack([known[f"{a}{end}"][rows] for a in "Lab"], 1) for end in ("", "_sd"))
    return known["n"][rows], mean, sd


def arm_words() -> str:
    """How much redder the cheek is than the inner arm, and in brackets the archive's."""
    cheek, inner = _archive("cheek")[1], _archive("arm")[1]
    words = []
    for place in range(5):  # the darkest class has no arms
        gap = of(typical(place + 1)).lab[1] - of(typical(place + 1, "forearm")).lab[1]
        published = cheek[place, 1] - inner[place, 1]
        words.append(f"{ROMAN[place]} {float(gap):.1f} ({published:.1f})")
    return ", ".join(words)


def classes(table: Table) -> str:
    head = ("", "records", "L\\*", "a\\*", "b\\*", "model", "ΔE00 of the mean spectrum",
            "RMSE of the spectrum", "ITA", "ITA without specular")  # fmt: skip
    k = central().stage("colour")
    gap = [of(typical(p)).lab[0] - of(typical(p), SCE).lab[0] for p in (1, 6)]
    moved = sum(
        ita_class(float(of(typical(p)).ita)) != ita_class(float(of(typical(p), SCE).ita))
        for p in PHOTOTYPES
    )
    return f"""Means of forehead, cheek and chin of the International Skin Spectra Archive by
class of ITA (6,907 records, specular included), and what the model says of the phototype that
each class stands for, with one scattering ({float(k.scattering[0]):.2f} times the laws) and one
oxygen saturation ({float(k.oxygen[0]):.2f}) for all:

{table(head, class_rows())}

The fit is in sample, and classes that are cut by ITA make L\\* and b\\* partly circular: a\\*,
the shape of the spectra, and that one scattering and one oxygen serve all, are its content. The
fairest class has 64 records.

![Spectra of six phototypes](_generated/colour-spectra.png)

**Geometry is as large as a phototype.** What the surface mirrors adds {gap[0]:.1f} to L\\* in
phototype I and {gap[1]:.1f} in VI, and moves {moved} of the six to another class; so no L\\* is
printed without it.

**Arm and cheek.** With the same scattering and oxygen the inner arm holds about a third of the
face's blood. The model's cheek is redder than its inner arm by Δa\\* {arm_words()}; in
brackets the archive's. The arm of the fairest class fits worse (2 % of reflectance).

**People.** Virtual people of all phototypes, sorted by their own ITA as the archive's are, spread
in L\\*, a\\* and b\\* within each class by 0.7 to 1.2 times what the archive's people do. A
phototype alone says less of a person: several classes overlap in it."""


def factor_rows(
    factors: Sequence[float], made: Callable[[int, float], Pigments], shift: Callable[..., str]
) -> list[tuple[str, ...]]:
    """How each phototype changes with a factor on its blood or melanin."""
    return [
        (f"{factor:g}", *(shift(of(typical(p)), of(made(p, factor))) for p in PHOTOTYPES))
        for factor in factors
    ]


def _redder(before: Colour, after: Colour) -> str:
    change = after.lab - before.lab
    return _shift(change[1], change[0], before, after)


def _darker(before: Colour, after: Colour) -> str:
    return _shift(after.lab[0] - before.lab[0], float(after.ita - before.ita), before, after)


def _first_blood(lanes: Lanes) -> float:
    """Papillary blood in the first minutes over that at rest, in the median member."""
    first = redness.curve(EARLY[:1], np.zeros(1), np.ones((1, len(lanes))), lanes)
    none = np.zeros_like(first)
    blood = np.median(on_days(typical(3), DayState(none, first, none), lanes).papillary)
    return float(blood / float(typical(3).papillary))


def change(table: Table) -> str:
    red = factor_rows((1.5, 2.0, 3.0, 4.0), reddened, _redder)
    dark = factor_rows(
        (1.1, 1.25, 1.5), lambda p, factor: typical(p).with_factors(melanin=factor), _darker
    )
    lanes = curves.people(MEMBERS)
    early, late, blood = redness_days(lanes), pigment_days(), _first_blood(lanes)
    start = {p: float(np.median(early[p]["apart"][0])) for p in PHOTOTYPES}
    gone = {p: _hours(np.median(early[p]["apart"], axis=1)) for p in PHOTOTYPES}
    tissue = late[4]["tissue"].max(axis=0)
    passed = {p: (late[p]["apart"].max(axis=0) > 2).mean() for p in PHOTOTYPES}
    shares = ", ".join(f"{percent(passed[p])} in {ROMAN[p - 1]}" for p in PHOTOTYPES)
    head = ("", *ROMAN)
    return f"""Papillary blood times a factor, what is added bright with oxygen: Δa\\* / ΔL\\*
(ΔE00):

{table(head, red)}

Blood that rises in the whole dermis darkens more and reddens less; the upper 200 µm alone give
the pink of a flush. A difference of 2 is about what is seen side by side.

Melanin times a factor: ΔL\\* / ΔITA (ΔE00):

{table(head, dark)}

The same *factor* shows most on brown and dark skin, the same *added amount* most on fair skin.
The biology raises melanin by a factor.

![Flat colours of six phototypes](_generated/colour-swatches.png)

**By day.** In the first minutes after a session of the reference dose papillary blood is
{blood:.1f} times that at rest in the median member, which is a difference of {start[1]:.1f} on
phototype I and of {start[6]:.1f} on VI. It falls below 2 after {gone[1]} on I, {gone[4]} on IV
and {gone[6]} on VI, though the blood itself is the same in all six. Reading the skin of phototype
VI by its redness misses most of it.

![Redness and pigment over days on six phototypes](_generated/colour-days.png)

Darkening is shown for four sessions four weeks apart. The tissue's own melanin is an activity: at
its peak the median member of phototype IV has {percent(np.median(tissue))} more than at rest, one
in twenty {percent(np.quantile(tissue, 0.95))} more, while dark patches are reported in few. So
how much of it shows is assumed, little of a little and never more than brown. A difference of 2
is passed by {shares}. The biology's own pigment rests on assumed sizes: read an order from it,
not a figure. Bands are the 5th to the 95th percentile, drawn for II and VI; the skin is the
phototype's typical one."""


def percent(share: Any) -> str:
    return f"{100 * float(share):.0f} %"


def _shift(first: float, second: float, before: Colour, after: Colour) -> str:
    apart = float(difference(before.lab, after.lab))
    return f"{first:+.1f} / {second:+.1f} ({apart:.1f})"


def _hours(apart: Any) -> str:
    seen_at = np.flatnonzero(apart > 2.0)
    if not len(seen_at):
        return "no time at all"
    day = float(EARLY[seen_at[-1]])
    return f"{24 * day:.0f} h" if day < 2 else f"{day:.1f} d"
