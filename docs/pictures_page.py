"""Generated parts of the page "Pictures": its pictures, and every number in its prose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.appearance.colour import colour_table, difference, typical
from pinprick.appearance.light import raking, render
from pinprick.appearance.picture import State, photograph, untreated
from pinprick.appearance.picture.files import picture
from pinprick.appearance.picture.overlay import stamped
from pinprick.appearance.picture.page import Page, paragraph
from pinprick.appearance.picture.shot import lab_of_linear
from pinprick.appearance.relief import (
    KINDS,
    crows_feet,
    height,
    numbers,
    patch,
    roughness,
    scar,
    square,
)
from pinprick.case import Case, example_path
from pinprick.forecasting import forecast
from pinprick.forecasting.figures.pictures import picture_frame, picture_sheet
from pinprick.forecasting.figures.skin import POOR, Skin
from pinprick.people import ROMAN

EXAMPLE = "acne-scars"
MEMBERS = 64
CELL = 240  # pixels of a photograph in the table of phototypes
Table = Callable[[Sequence[str], Any], str]
# Words for a column, and the state: untreated, first hour, third day, a dark patch.
COLUMNS: tuple[tuple[str, State], ...] = (
    ("untreated", untreated(0, 4)),
    ("an hour after a session", State(0, 0, 1, 4, redness=20.0, bleeding=8e6, density=1.1e7)),
    ("day 3: scale", State(3, 3, 1, 4, redness=0.3, bleeding=8e6, density=1.1e7)),
    ("day 60: dark patches, where they come", State(60, 32, 2, 4, 0.1, pigment=1.35)),
)


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name; the pictures are written beside them."""
    made = forecast(Case.load(example_path(EXAMPLE)), members=MEMBERS, seed=0)
    sheet = picture_sheet(made, 180, kind="boxcar", size=300, small=True)
    sheet.write(folder / "pictures-sheet.png")
    dark = Skin(made, "boxcar", 360, 6)
    picture_frame(dark, POOR, 30).write(folder / "pictures-frame.png")
    _phototypes(folder)
    return {
        "pictures-target.txt": _target(table),
        "pictures-roughness.txt": _roughness(table),
        "pictures-fill.txt": _fill(table),
    }


def _phototypes(folder: Path) -> None:
    """Six phototypes in four states, one ice pick and one boxcar scar each."""
    k = numbers()
    shapes = [scar("boxcar", 2.4e-3, 3.4e-3, k, times=0.8), scar("ice pick", 4.6e-3, 1.5e-3, k)]
    made = patch(square(6e-3, CELL), 2, shapes, k)
    page = Page(len(COLUMNS) * (CELL + 16) + 16, 16)
    page.row([paragraph(words, CELL, "tiny", bold=True) for words, _ in COLUMNS])
    for phototype in range(1, len(ROMAN) + 1):
        colours = colour_table(typical(phototype))
        shots = [photograph(made, state, colours, k=k) for _, state in COLUMNS]
        note = ROMAN[phototype - 1]
        page.mounted([stamped(s.pixels(k=k), made.grid.pixel, raking(k), note) for s in shots])
    alt = "Simulated patches of skin of six phototypes in four states"
    picture(page.finish(), alt, {"Seed": "2"}, small=True).write(folder / "pictures-types.png")


def _target(table: Table) -> str:
    k, rows = numbers(), []
    made = patch(square(8e-3, 200), 5, [], k)
    for phototype, name in enumerate(ROMAN, 1):
        colours = colour_table(typical(phototype))
        shot = photograph(made, untreated(0, 1), colours, k=k)
        lab, aim = lab_of_linear(shot.linear.mean(axis=(0, 1))), colours.rest.lab
        red = photograph(made, COLUMNS[1][1], colours, k=k).lab - shot.lab
        rows.append(
            (name, _lab(aim), _lab(lab), f"{float(difference(lab, aim)):.1f}",
             f"{red[1]:+.1f}, {red[0]:+.1f}")
        )  # fmt: skip
    head = ("phototype", "target L*, a*, b*", "picture's mean", "ΔE00", "an hour after: Δa*, ΔL*")
    return table(head, rows)


def _lab(lab: Any) -> str:
    return ", ".join(f"{part:.1f}" for part in lab)


def _roughness(table: Table) -> str:
    k, rows = numbers(), []
    cheek = patch(square(12e-3, 600), 5, [], k)
    lined = patch(square(12e-3, 600), 5, [crows_feet(55, k)], k)
    for name, made, axis in (
        ("cheek", cheek, 1),
        ("eye corner, 55 years, along the lines", lined, 1),
        ("eye corner, 55 years, across the lines", lined, 0),
    ):
        surface = height(made, k=k)
        found = [roughness(surface, made.grid.pixel, cut, axis) for cut in (8e-4, 2.5e-3, 5e-3)]
        rows.append((name, *(f"{r.ra * 1e6:.1f} / {r.rz * 1e6:.0f}" for r in found)))
    return table(("surface", "cut-off 0.8 mm", "2.5 mm", "5 mm"), rows)


def _fill(table: Table) -> str:
    """How much of a scar's contrast is left after a fill, in the light of the pictures."""
    k, rows = numbers(), []
    for kind in KINDS:
        made = patch(square(10e-3, 200), 3, [scar(kind, 5e-3, 5e-3, k)], k)
        seen = []
        for fill in (0.0, 0.1, 0.25, 0.5, 0.75):
            surface = made.concern * (1 - fill)
            grey = np.full((*surface.shape, 3), 0.3)
            out = render(surface, grey, made.grid.pixel, raking(k), k=k)
            seen.append(float(np.sqrt(((out.mean(axis=2) - 0.3) ** 2).mean())))
        left = (f"{100 * value / seen[0]:.0f} %" for value in seen[1:])
        depth = scar(kind, 0, 0, k).depth
        rows.append((kind, f"{depth * 1e6:.0f} µm", *left))
    return table(("scar", "depth", "filled 10 %", "25 %", "50 %", "75 %"), rows)
