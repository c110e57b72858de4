"""Generated parts of the page "Needling": sessions hole by hole, and what drives the injury."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pinprick import devices
from pinprick.courses import Dose, Zone
from pinprick.evidence import Lanes, registry
from pinprick.forecasting import punctures, sensitivity
from pinprick.forecasting.figures import needling as figures
from pinprick.needling.hand import hand

Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Text by file name; the figures are written beside it."""
    parts = ["### Three sessions, hole by hole\n", sessions(folder, table)]
    closed = figures.closure(punctures.closure(registry(), 0))
    closed.savefig(folder / "needling-closure.png", dpi=110)
    drivers(folder)
    parts += ["\n### Pen over roller\n", pen_to_roller(table)]
    parts += ["\n### The hand, and how a map is read\n", the_hand(table)]
    return {"needling.txt": "\n".join(parts)}


def sessions(folder: Path, table: Table) -> str:
    """One session of each of three devices, drawn, and how even its holes are."""
    lanes = Lanes(registry(), 0, [5])
    shown = {"roller": (1.5e-3, 15), "pen": (1.5e-3, 4), "stamp": (1e-3, 4)}
    rows = []
    for name, (depth, passes) in shown.items():
        zone = Zone(name="cheek", body_site="cheek", depth=depth, dose=Dose(passes=passes))
        laid = punctures.lay_session(devices.device(name), zone, "female", lanes)
        data = punctures.describe(laid)
        for kind, figure in (
            ("map", figures.puncture_map(laid, data)),
            ("coverage", figures.coverage(data)),
            ("depths", figures.depths(data)),
        ):
            figure.savefig(folder / f"needling-{kind}-{name}.png", dpi=110)
        _, cv, chance = data["cv"][1]
        evenness = f"{100 * cv:.0f} % ({100 * chance:.0f} %)"
        told = f"{data['clark_evans']:.2f}", f"{data['gaps'][0][2]:.1f} mm", data["maker"]
        rows.append((figures.heading(data), f"{data['per_cm2']:.3g}", evenness, *told))
    head = ("session", "per cm²", "CV in 5 mm squares (at random)", "R", "largest gap", "told as")
    return table(head, rows)


def drivers(folder: Path) -> None:
    """What drives the injury, by device and depth."""
    outputs = ("displaced at 0.1 mm", "displaced at 0.5 mm", "dead at 0.3 mm", "track depth")
    studies = {
        f"{name} {depth:g} mm": sensitivity.study(devices.device(name), depth / 1000)
        for name, depth in (("roller", 1.5), ("pen", 1.5), ("pen", 0.5))
    }
    figures.sensitivity(
        {name: {o: found.causes(o) for o in outputs} for name, found in studies.items()}
    ).savefig(folder / "needling-sensitivity.png", dpi=110)


def pen_to_roller(table: Table) -> str:
    """How much more tissue a pen displaces than a roller, and why."""

    def said(ends: tuple[float, float, float]) -> str:
        return f"{ends[1]:.1f} ({ends[0]:.1f} to {ends[2]:.1f})"

    rows = [
        (
            f"{1000 * r.depth:g} mm", said(r.displaced), said(r.tracks), said(r.width),
            f"{r.within_three:.0%}",
            "; ".join(f"{c.short} {c.share:.0%}" for c in r.causes[:5]),
        )
        for r in sensitivity.pen_to_roller()
    ]  # fmt: skip
    head = ("depth", "displaced tissue", "tracks there", "cross-section of one",
            "agree within 3", "causes, share of the variance")  # fmt: skip
    return table(head, rows)


def the_hand(table: Table) -> str:
    """Figures of the hand that guides a device, with their rows."""
    rows = [
        (name.replace("_", " "), one.text, one.status, ", ".join(one.rows), one.note)
        for name, one in hand().items()
    ]
    return table(("figure", "value", "status", "rows", "note"), rows)
