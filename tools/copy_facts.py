"""Copy rows of the collected evidence into the package, word for word and with a hash.

The collected files are the collection; ``facts/original.csv`` holds the rows that the program uses,
never edited by hand. A row is used when a parameter, a study, a device, the curated table or
``facts/wanted.txt`` names it.

    python tools/copy_facts.py --from DIR            copy every used row
    python tools/copy_facts.py --check               stored rows still match their own hashes
    python tools/copy_facts.py --check --from DIR    and the rows in DIR
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOM = Path(__file__).resolve().parents[1] / "src" / "pinprick"
FACTS = ROOM / "evidence" / "facts"
FILES = (
    "clinical",
    "healing",
    "healing_computed",
    "mechanics",
    "safety",
    "skin",
    "transport",
)
CELLS = (
    "id",
    "topic",
    "quantity",
    "value",
    "low",
    "high",
    "unit",
    "n",
    "population",
    "condition",
    "source",
    "address",
    "status",
    "note",
)
COLUMNS = ("id", "sha256", *CELLS[1:])
# A part of a row ("skin:S-DM-neck/women") is read out of the row before the slash.
_ID = re.compile(rf"((?:{'|'.join(FILES)}):[A-Za-z0-9_-]+)(?:/[a-z0-9_]+)?")


def digest(row: Mapping[str, str]) -> str:
    """Hash of a row's cells as collected, where the id names no file."""
    cells = [row["id"].rpartition(":")[2], *(row[name] for name in CELLS[1:])]
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:16]


def read(path: Path) -> list[dict[str, str]]:
    """All rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell or "" for name, cell in row.items()} for row in csv.DictReader(file)]


def collection(folder: Path) -> dict[str, dict[str, str]]:
    """Every collected row by its full id."""
    rows: dict[str, dict[str, str]] = {}
    for name in FILES:
        for row in read(folder / f"{name}.csv"):
            full = f"{name}:{row['id']}"
            if full in rows:
                raise SystemExit(f"{name}.csv holds {row['id']} twice")
            rows[full] = {**{cell: row[cell] for cell in CELLS}, "id": full}
    return rows


def named(value: Any) -> Iterator[str]:
    """Every fact id in a TOML document, wherever it stands."""
    if isinstance(value, str):
        if match := _ID.fullmatch(value):
            yield match[1]
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from named(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from named(inner)


def used(room: Path = ROOM) -> dict[str, str]:
    """Ids of the rows that the program names, each with the file that names it first."""
    found: dict[str, str] = {}

    def note(ids: Iterable[str], where: Path) -> None:
        for name in ids:
            found.setdefault(name, str(where.relative_to(room)))

    evidence = room / "evidence"
    # Every data file of the package, so that a new room needs no new rule here.
    for path in sorted(room.rglob("*.toml")):
        note(named(tomllib.loads(path.read_text("utf-8"))), path)
    curated = evidence / "facts" / "curated.csv"
    for row in read(curated):
        note(named([row["id"], *row["same_as"].split()]), curated)
    wanted = evidence / "facts" / "wanted.txt"
    lines = (line.partition("#")[0].strip() for line in wanted.read_text("utf-8").splitlines())
    note((line for line in lines if line), wanted)
    return found


def text(rows: Iterable[Mapping[str, str]]) -> str:
    """The CSV text of the stored table, sorted by id."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in sorted(rows, key=lambda row: row["id"]):
        writer.writerow({**row, "sha256": digest(row)})
    return out.getvalue()


def copy(folder: Path) -> list[str]:
    """Write ``original.csv``; return the faults."""
    rows, ids = collection(folder), used()
    missing = [f"{where}: no row {name}" for name, where in sorted(ids.items()) if name not in rows]
    (FACTS / "original.csv").write_text(
        text(rows[name] for name in ids if name in rows), "utf-8", newline=""
    )
    return missing


def check(folder: Path | None) -> list[str]:
    """Faults of the stored rows: against their own hashes, and against the collection if given."""
    stored = {row["id"]: row for row in read(FACTS / "original.csv")}
    faults = [
        f"{name}: stored cells do not match their hash"
        for name, row in stored.items()
        if digest(row) != row["sha256"]
    ]
    faults += [
        f"{where}: {name} is not copied" for name, where in used().items() if name not in stored
    ]
    if folder is not None:
        rows = collection(folder)
        faults += [
            f"{name}: not as collected"
            for name, row in stored.items()
            if name not in rows or digest(rows[name]) != row["sha256"]
        ]
    return faults


def main() -> int:
    """Run the command line; 1 when something is missing or changed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--from", dest="folder", type=Path, help="folder of the collected files")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    asked = parser.parse_args()
    if asked.folder is None and not asked.check:
        parser.error("--from DIR is needed, unless --check is given")
    faults = check(asked.folder) if asked.check else copy(asked.folder)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
