"""Worked candidates: what the screening must say of each."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pinprick.safety import screen
from screening_base import make

TABLE = tomllib.loads(Path(__file__).with_name("candidates.toml").read_text("utf-8"))["candidate"]


def test_there_are_sixty_or_more() -> None:
    assert len(TABLE) >= 60
    assert len({row["name"] for row in TABLE}) == len(TABLE)
    assert {row["decision"] for row in TABLE} == {"allow", "caution", "defer", "refer", "refuse"}


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_candidate(row: dict[str, Any]) -> None:
    change = dict(row["change"])
    verdict = screen(make(change, bare=bool(change.pop("bare", False))))
    found = sorted({finding.rule for finding in verdict.findings})
    assert (verdict.decision, verdict.complete, found) == (
        row["decision"],
        row["complete"],
        sorted(row["rules"]),
    ), verdict.unanswered
