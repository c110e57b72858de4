"""A figure as a table declares it: its value, its source rows and how well it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pinprick import units

Status = Literal["read", "recalled", "derived", "assumed", "stated"]
OWN: Status = "stated"  # by the user, of a device of their own
STATUSES: tuple[Status, ...] = ("read", "recalled", "derived", OWN, "assumed")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: SI ``value``, the ``text`` as declared, source rows, status and note."""

    value: float
    text: str
    rows: tuple[str, ...]
    status: Status
    note: str = ""


def figure(body: Mapping[str, Any]) -> Figure:
    """A figure as a table declares it: value, unit, rows, status, note.

    >>> figure({"value": 0.2, "unit": "mm", "rows": [], "status": "assumed"}).text
    '0.2 mm'
    """
    unit = str(body["unit"])
    return Figure(
        value=units.to_si(float(body["value"]), unit),
        text=f"{body['value']:g} {unit}".removesuffix(" 1"),
        rows=tuple(body["rows"]),
        status=cast(Status, body["status"]),
        note=str(body.get("note", "")),
    )


def sources(figures: Iterable[Figure]) -> tuple[str, ...]:
    """Evidence rows of the figures, each once, in their order.

    >>> sources([Figure(2.0, "2", ("D1", "D2"), "read"), Figure(3.0, "3", ("D2",), "read")])
    ('D1', 'D2')
    """
    return tuple(dict.fromkeys(row for each in figures for row in each.rows))


def weakest(figures: Iterable[Figure]) -> Status:
    """The weakest status among the figures; what is read is the strongest.

    >>> weakest([Figure(2.0, "2", ("D1",), "read"), Figure(3.0, "3", (), "assumed")])
    'assumed'
    """
    return max((each.status for each in figures), key=STATUSES.index)
