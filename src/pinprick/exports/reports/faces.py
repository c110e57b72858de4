"""Grids of 100 faces: how often an observer would see better, the same or worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from pinprick.exports.reports.svg import el, picture

# Mouth and fill differ as well as colour: the grid reads without colour.
_MOUTHS = {
    "better": "M5.6 11.6q4.4 5 8.8 0",
    "too": "M5.6 11.6q4.4 5 8.8 0",
    "unchanged": "M6 13.2h8",
    "worse": "M5.6 14.8q4.4 -5 8.8 0",
}
_COLOURS = {
    "better": ("#0064a3", "#ffffff", "#0064a3"),
    "too": ("#ffffff", "#0064a3", "#0064a3"),
    "unchanged": ("#ececec", "#4a4a4a", "#767676"),
    "worse": ("#f0a35c", "#3b1d00", "#9c4f00"),
}


def symbols() -> Markup:
    """The four faces, defined once and used by every grid and key."""
    drawn = []
    for kind, mouth in _MOUTHS.items():
        fill, ink, edge = _COLOURS[kind]
        drawn.append(
            el(
                "symbol",
                el("circle", cx=10, cy=10, r=9, fill=fill, stroke=edge, stroke_width=1.6),
                el("circle", cx=6.8, cy=7.6, r=1.25, fill=ink),
                el("circle", cx=13.2, cy=7.6, r=1.25, fill=ink),
                el(
                    "path",
                    d=mouth,
                    fill="none",
                    stroke=ink,
                    stroke_width=1.9,
                    stroke_linecap="round",
                ),
                id=f"face-{kind}",
                viewBox="0 0 20 20",
            )
        )
    return el("svg", *drawn, width=0, height=0, class_="defs", aria_hidden="true")


def too_many(counts: Mapping[str, Any]) -> int:
    """How many of the faces that look better with treatment would look better without it."""
    return min(int(counts["treated"]["better"]), int(counts.get("better_untreated_too") or 0))


def grid(counts: Mapping[str, Any], arm: str) -> Markup:
    """Ten rows of ten faces; among the treated, hollow smiles would be there untreated too."""
    shares = counts[arm]
    too = too_many(counts) if arm == "treated" else 0
    kinds = ["better"] * (shares["better"] - too) + ["too"] * too
    kinds += ["unchanged"] * shares["unchanged"] + ["worse"] * shares["worse"]
    drawn = [
        el("use", href=f"#face-{kind}", x=22 * (i % 10), y=22 * (i // 10), width=20, height=20)
        for i, kind in enumerate(kinds)
    ]
    name = (
        f"100 faces, {arm}: {shares['better']} better, {shares['unchanged']} about the same, "
        f"{shares['worse']} worse"
    )
    return picture(218, 218, name, *drawn)
