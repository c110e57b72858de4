"""The README's example runs as it stands, and what it counts is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pinprick.case import examples
from pinprick.evidence.concerns import concerns
from pinprick.healing import INSTRUMENTS
from pinprick.permeation import products
from pinprick.permeation.solutes import solutes
from pinprick.safety.harms import harms

ROOT = Path(__file__).parents[2]


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    monkeypatch.chdir(tmp_path)
    exec(found[1].replace("members=256", "members=16"), {})
    assert (tmp_path / "report.html").stat().st_size > 100_000
    assert "Difference from as written" in capsys.readouterr().out


def test_what_the_readme_counts_is_there() -> None:
    """Numbers in words are put beside those of the program."""
    words = {11: "eleven", 13: "thirteen", 19: "nineteen"}
    counts = {
        "harms": len(harms()),
        "solutes": len(solutes()),
        "products": len(products()),
        "instruments": len(INSTRUMENTS),
        "concerns": len(concerns()),
        "shipped examples": len(examples()),
    }
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    for what, count in counts.items():
        assert re.search(rf"\b({count}|{words.get(count)}) {what}\b", text), f"{count} {what}"
