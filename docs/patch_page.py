"""Generated parts of the page "Medium": a patch that heals, a tracer in it, and the closure."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "verification"))
import closure_patch

from pinprick.forecasting.figures.patch import patch_by_day, ten_tracks

Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Text by file name; the pictures are written beside it."""
    pictures(folder)
    return {"patch-closure.txt": closure(table)}


def pictures(folder: Path) -> None:
    """Ten tracks that heal, and a tracer that spreads from them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in zip(("healing", "tracer"), ten_tracks(), strict=True):
        patch_by_day(scene).savefig(folder / f"patch-{name}.png", dpi=110)


def closure(table: Table) -> str:
    """How far the cheaper geometries are from the patch."""
    side = 1000 * float(closure_patch.block().x[-1])
    return f"""Two sessions four weeks apart at {closure_patch.DENSITY} tracks per cm², in
{closure_patch.DRAWS} states of knowledge: a periodic square of {side:g} mm with
{closure_patch.TRACKS} tracks a session, all at random places, against what stands for it elsewhere.
Gains of the papillary dermis in per cent of its collagen, median and range over draws.

{table(closure_patch.HEAD, closure_patch.rows())}"""


if __name__ == "__main__":
    pictures(Path(sys.argv[1]))
