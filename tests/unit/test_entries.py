"""Entries of data files: what a table may hold is told by the dataclass, a fault by a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from pinprick.evidence.entries import entries, entry, find
from pinprick.faults import InputError


@dataclass(frozen=True, slots=True)
class Leaf:
    kind: Literal["oak", "elm"]
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Tree:
    name: str
    leaves: tuple[Leaf, ...]
    rings: int | None = None
    in_: tuple[float, float] | None = None
    heights: Mapping[float, str] = field(default_factory=dict)
    more: Any = None


def faults(body: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as error:
        entry(Tree, "old", body, name="old")
    return [str(fault) for fault in error.value.faults]


def test_lists_tables_and_whole_numbers_become_what_the_fields_hold() -> None:
    body = {
        "leaves": [{"kind": "oak"}, {"kind": "elm", "size": 2}],
        "in": [1, 2.5],
        "heights": {"0.5": "low"},
        "more": {"any": ["thing"]},
    }
    made = entry(Tree, "old", body, name="old")
    assert made.leaves == (Leaf("oak"), Leaf("elm", 2.0)) and made.rings is None
    assert (made.in_, dict(made.heights)) == ((1.0, 2.5), {0.5: "low"})
    assert made.more == {"any": ["thing"]}
    with pytest.raises(TypeError):
        made.heights[1.0] = "high"  # type: ignore[index]


def test_every_fault_of_a_table_has_a_line_with_its_place() -> None:
    assert faults({"leaves": [{"kind": "ash"}, {"size": "big"}], "rings": True, "ring": 3}) == [
        "old.ring: found an unknown key; allowed: leaves, rings, in, heights, more"
        " (did you mean rings?)",
        "old.leaves[0].kind: found ash; allowed: oak, elm",
        "old.leaves[1].kind: found nothing; allowed: oak, elm",
        "old.leaves[1].size: found big; allowed: a number",
        "old.rings: found True; allowed: a whole number",
    ]


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("leaves", {}, "a list"),
        ("leaves", [1], "a table"),
        ("in", [1.0], "a list of 2"),
        ("heights", [], "a table"),
        ("heights", {"1": 2}, "text"),
    ],
)
def test_what_a_field_does_not_hold_is_refused(key: str, value: object, allowed: str) -> None:
    (line,) = faults({"leaves": [], key: value})
    assert line.startswith(f"old.{key}") and line.endswith(f"allowed: {allowed}")


def test_faults_of_all_tables_are_told_together() -> None:
    with pytest.raises(InputError) as error:
        entries(Tree, {"old": {}, "new": {"leaves": 1}, "good": {"leaves": []}})
    assert [fault.where for fault in error.value.faults] == ["old.leaves", "new.leaves"]


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean gais"):
        find({"gais": 1}, "gaiss", "scale")
