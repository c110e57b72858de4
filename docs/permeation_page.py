"""Generated parts of the page "Through the channels": its figures and its tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pinprick.case import Case, example_path
from pinprick.forecasting import forecast
from pinprick.forecasting.wording import spread
from pinprick.permeation.products import listing as product_listing
from pinprick.permeation.solutes import listing as solute_listing

EXAMPLE, MEMBERS = "melasma-with-txa", 64
Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name; the figures are written beside them."""
    made = forecast(Case.load(example_path(EXAMPLE)), members=MEMBERS)
    for name in ("numbing", "products"):
        getattr(made.plot, name)().savefig(folder / f"permeation-{name}.png", dpi=110)
    return {
        "permeation-example.txt": example(made.record, table),
        "permeation-solutes.txt": table(
            ("solute", "molar mass", "log Kow", "charge", "through intact skin"),
            solute_listing(),
        ),
        "permeation-products.txt": table(
            ("product", "what it is", "on open channels", "why"), product_listing()
        ),
    }


def example(record: dict[str, Any], table: Table) -> str:
    """What the example's product does within a day, in numbers."""
    rows = []
    for product in record["products"]:
        for solute in product["solutes"]:
            last = {
                part: {key: solute[f"{part}_ug_per_cm2"][key][-1] for key in ("p05", "p50", "p95")}
                for part in ("delivered", "added")
            }
            ratio = solute["ratio_to_intact"]
            rows.append(
                (
                    solute["title"],
                    spread(solute["dose_ug_per_cm2"], about=False),
                    spread(last["delivered"], about=False),
                    spread(last["added"], about=False),
                    "none printed" if ratio is None else spread(ratio, about=False),
                    spread(solute["window_hours"], about=False),
                )
            )
    return table(
        ("solute", "put on, µg/cm²", "in within a day", "because of the channels",
         "times intact skin", "window, h"),
        rows,
    )  # fmt: skip
