"""Generated parts of the page "Heat": its tables, its figure, and every number in its prose."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "verification"))
import exact_heat as exact

from pinprick.evidence import Lanes, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.forecasting.figures.palette import LINES
from pinprick.healing.body import Body
from pinprick.healing.tissue import heal
from pinprick.heat import Heated, Pulse, heat
from pinprick.heat.damage import damage_sets
from pinprick.medium.column import dermis
from pinprick.medium.layers import Injury
from pinprick.people import skin_at

ENERGIES = (0.02, 0.05, 0.1, 0.2, 0.4)  # joules a pin
LENGTHS = (0.05, 0.1, 0.5, 2.0, 4.0)  # seconds
KNOWN = (0.1, 0.1)  # energy and length of the pulse whose spread is shown
DRAWS = 128
DAYS = (0.0, 35.0, 70.0, 182.0, 365.0)
SHARE = 0.1  # of the dermis, in the zone of heat that is followed for a year
EDGES = np.linspace(0, 3e-3, 61)
COLLAGEN = tuple(name for name, one in damage_sets().items() if one.of == "collagen")
CELLS = "henriques"
Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name; the figure is written beside them."""
    zones = {(e, s): one(e, s, mesh="fine") for e in ENERGIES for s in LENGTHS}
    known, stated = (people(measured) for measured in (True, False))
    figure(zones, known, stated).savefig(folder / "heat-zones.png", dpi=110)
    return {
        "heat-verification.txt": verification(table),
        "heat-zones.txt": _zones(zones, table),
        "heat-spread.txt": _spread(known, stated, table),
        "heat-sensitivity.txt": _sensitivity(table),
        "heat-healing.txt": _healing(table),
    }


def one(energy: float, seconds: float, mesh: str = "cohort", **changed: Any) -> Heated:
    """One pulse with nothing drawn; ``changed`` are figures of the pin."""
    pins = replace(exact.PINS, **changed)
    pulse = Pulse(energy=energy, length=seconds, measured=True)
    return heat(pins, pulse, exact.skin(), exact.plain(), EDGES, 1 / pins.area, mesh=mesh)


def people(measured: bool) -> Heated:
    """The same pulse in people, one of each draw, with the energy measured or only stated."""
    lanes = Lanes(registry(), 0, range(0, DRAWS * PEOPLE_PER_DRAW, PEOPLE_PER_DRAW))
    pulse = Pulse(energy=KNOWN[0], length=KNOWN[1], measured=measured)
    return heat(exact.PINS, pulse, exact.skin(DRAWS), lanes, EDGES, 1 / exact.PINS.area)


def verification(table: Table) -> str:
    """Our figures beside exact ones and those of scikit-fem."""
    rows = []

    def add(what: str, ours: float, theirs: float, unit: str, against: str) -> None:
        rows.append((what, f"{ours:.5g}", f"{theirs:.5g}", unit, f"{abs(ours / theirs - 1):.1e}",
                     against))  # fmt: skip

    add("needle in an earthed coat", *exact.coaxial(), "ohm", "exact")
    add("disc on a half-space, 10 µm cells at its rim", *exact.disc(1e-5), "ohm", "exact")
    for fine in (8, 16):
        _, ours, theirs = exact.line_source(fine)
        worst = np.argmax(np.abs(ours - theirs))
        add(f"thread with perfusion, {5 * fine} rings, worst place", ours[worst], theirs[worst],
            "K", "exact (Bessel functions)")  # fmt: skip
    elements = exact.FiniteElements()
    done = exact.run("fine")
    add("pin to the plane between pins", done.resistance[0, 0], elements.resistance(), "ohm",
        "scikit-fem")  # fmt: skip
    places = [(0.2e-3, 1.85e-3), (0.25e-3, 1.85e-3), (0.1e-3, 2.05e-3), (0.3e-3, 1.7e-3)]
    theirs = elements.at(elements.pulse(0.5, 0.1, 24), places)
    for (r, z), rise in zip(places, theirs, strict=True):
        what = f"rise after 50 mJ in 0.1 s, {1e3 * r:.2f} mm out, {1e3 * z:.2f} mm deep"
        add(what, exact.rise_at(done, r, z), rise, "K", "scikit-fem")
    balance = max(float(exact.run("cohort", energy=e, after=2.0).budget.imbalance[0])
                  for e in (0.02, 0.1, 0.4))  # fmt: skip
    head = ("figure", "ours", "theirs", "unit", "relative error", "beside")
    said = f"What of the joules is not found again is at most {balance:.0e} of them"
    return f"{table(head, rows)}\n{said}, boiling and the cut included.\n"


def _size(found: Heated, name: str) -> str:
    width, height = 1e3 * found.width[name][0], 1e3 * found.height[name][0]
    return f"{width:.2f} × {height:.2f}" if width > 0 else "none"


def _zones(zones: dict[tuple[float, float], Heated], table: Table) -> str:
    rows = []
    for seconds in LENGTHS:
        row = [f"{seconds:g} s"]
        for energy in ENERGIES:
            found = zones[energy, seconds]
            sizes = " / ".join(_size(found, name) for name in (*COLLAGEN, CELLS))
            peak = found.peak_temperature[0] - 273.15
            end = f"chars, cut at {1e3 * found.energy[0]:.0f} mJ; at least"
            row.append(f"{end} {sizes}" if found.charred[0] else f"{peak:.0f} °C: {sizes}")
        rows.append(row)
    head = ("pulse", *(f"{1e3 * e:.0f} mJ" for e in ENERGIES))
    names = " / ".join((*COLLAGEN, f"{CELLS} (cells)"))
    return f"Width × height in mm by {names}, and the highest temperature:\n{table(head, rows)}"


def _told(values: Any, factor: float = 1e3) -> str:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95]) * factor
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _own(found: Heated, of: str) -> tuple[Any, Any]:
    """Width and height by the set for collagen that each draw goes by."""
    names = found.collagen_sets
    width = np.array([found.width[name][i] for i, name in enumerate(names)])
    height = np.array([found.height[name][i] for i, name in enumerate(names)])
    return (width, height) if of == "drawn" else (found.width[of], found.height[of])


def _spread(known: Heated, stated: Heated, table: Table) -> str:
    rows = []
    for what, found in (("energy measured at the pin", known), ("energy to 35 %", stated)):
        for of in ("drawn", *COLLAGEN):
            width, height = _own(found, of)
            none, chars = (f"{np.mean(truths):.0%}" for truths in (width == 0, found.charred))
            rows.append((what, f"{of} set", _told(width), _told(height), none, chars))
    head = ("", "collagen", "width, mm", "height, mm", "no zone", "chars")
    return table(head, rows)


def _sensitivity(table: Table) -> str:
    energy, seconds = KNOWN
    plain = one(energy, seconds)
    cases: list[tuple[str, Heated]] = [("as it is", plain)]
    cases += [(f"energy × {f:g}", one(energy * f, seconds)) for f in (0.5, 0.7, 1.4, 2)]
    for what, key, value in (
        ("pin 0.2 mm thick", "diameter", 0.2e-3),
        ("bare end 0.5 mm", "bare", 0.5e-3),
        ("bare throughout", "bare", None),
        ("pitch 1.0 mm", "pitch", 1.0e-3),
        ("one pole, with a plate", "wiring", "monopolar"),
    ):
        cases.append((what, one(energy, seconds, **{key: value})))
    rows = [
        (what, _size(f, "mehta-wong"), _size(f, CELLS), f"{f.peak_temperature[0] - 273.15:.0f} °C",
         f"chars at {1e3 * f.energy[0]:.0f} mJ" if f.charred[0] else "")
        for what, f in cases
    ]  # fmt: skip
    head = (f"{1e3 * energy:.0f} mJ in {seconds:g} s", "collagen (mehta-wong), mm",
            f"cells ({CELLS}), mm", "highest", "")  # fmt: skip
    return table(head, rows)


def _healing(table: Table) -> str:
    """A zone of heat for a year: alone, under tracks, and with the shares this stage gives."""
    lanes = Lanes(registry(), 0, range(0, DRAWS * PEOPLE_PER_DRAW, PEOPLE_PER_DRAW))
    skin = skin_at("cheek", None, lanes)
    column = dermis(skin)
    none = np.zeros_like(column.width)
    pulse = Pulse(energy=KNOWN[0], length=KNOWN[1], measured=True)
    pins = replace(exact.PINS, depth=1e-3)
    found = heat(pins, pulse, skin, lanes, column.edges, 1 / pins.area)
    plain = none + SHARE
    tracks = none + 50e4
    rows = []
    for what, dead, gone, count in (
        ("a tenth of the dermis, no tracks", plain, plain, none),
        ("a tenth of the dermis, 50 tracks per cm²", plain, plain, tracks),
        ("100 mJ in 0.1 s at 1 mm, one stamp", found.dead, found.denatured, none + 1 / pins.area),
    ):
        injury = Injury(column.edges, none, none, dead, gone, count, none)
        tissue = heal([(0.0, injury)], column, Body.healthy(len(lanes)), lanes, list(DAYS))
        s, intact = tissue.fields.by_species, tissue.fields.intact
        over = (gone * column.width).sum(axis=0)
        enough = over > 1e-3 * column.width.sum(axis=0)

        def share(field: Any, over: Any = over, enough: Any = enough, intact: Any = intact) -> Any:
            whole = (field / intact * column.width).sum(axis=1)
            return np.median((whole / np.where(enough, over, 1.0))[:, enough], axis=1)

        net = share(s["collagen_3"] + s["collagen_1"] + s["matured"] - s["mature_lost"])
        cells = (s["m1"] + s["m2"]).sum(axis=1)
        left = np.median(cells[2] / np.maximum(cells.max(axis=0), 1e-9))
        rows.append((what, f"{np.median(over / column.width.sum(axis=0)):.1%}",
                     *(f"{100 * v:.0f} %" for v in net[1:]),
                     f"{100 * share(s['denatured'])[2]:.0f} %", f"{100 * left:.0f} %"))  # fmt: skip
    head = ("zone", "of the dermis", *(f"net, day {d:.0f}" for d in DAYS[1:]),
            "denatured left, day 70", "macrophages, day 70")  # fmt: skip
    return table(head, rows)


SHOWN = (*COLLAGEN, CELLS)


def figure(zones: dict[tuple[float, float], Heated], known: Heated, stated: Heated) -> Any:
    """Width against energy by set, and what an unknown energy makes of one pulse."""
    made, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.6), layout="constrained")
    at = [1e3 * e for e in ENERGIES]
    for seconds, colour in zip((0.1, 0.5, 2.0), LINES, strict=False):
        widths = {n: [1e3 * zones[e, seconds].width[n][0] for e in ENERGIES] for n in SHOWN}
        low, high = (pick([widths[n] for n in COLLAGEN], axis=0) for pick in (np.min, np.max))
        left.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        left.plot(at, widths[COLLAGEN[0]], color=colour, marker="o", markersize=4, lw=1.4,
                  label=f"collagen, {seconds:g} s")  # fmt: skip
        left.plot(at, widths[CELLS], "--", color=colour, lw=1.2, label=f"cells, {seconds:g} s")
    left.set(xscale="log", xlabel="energy a pin, mJ", ylabel="width of the zone, mm", ylim=(0, 1.8))
    left.set_xticks(at, [f"{e:.0f}" for e in at])
    left.minorticks_off()
    left.set_title("shaded: three sets; zones shrink where the source is cut", fontsize=9)
    left.legend(frameon=False, fontsize=7.5, ncols=1, loc="upper left")
    edges = np.linspace(0, 1.2, 25)
    for what, found, colour, style in (
        ("measured", known, LINES[0], "-"),
        ("to 35 %", stated, LINES[1], "--"),
    ):
        right.hist(1e3 * _own(found, "drawn")[0], edges, histtype="step", color=colour,
                   linestyle=style, label=what)  # fmt: skip
    right.set(xlabel="width of denatured collagen, mm", ylabel="draws")
    right.set_title(f"{1e3 * KNOWN[0]:.0f} mJ in {KNOWN[1]:g} s", fontsize=9)
    right.legend(frameon=False, title="energy")
    return made
