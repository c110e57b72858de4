"""Reads the files of this room into records; a wrong key, unit or number is refused."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from math import isfinite
from typing import Any, cast, get_args

import numpy as np

from pinprick import units
from pinprick.evidence.entries import entry
from pinprick.evidence.records import (
    BIOLOGY_UNITS,
    POINT,
    Basis,
    Doubt,
    Ends,
    Fact,
    FactKind,
    Parameter,
    Quote,
    Spread,
    Study,
)
from pinprick.faults import Fault, InputError, did_you_mean

Table = dict[str, np.ndarray[Any, np.dtype[np.float64]]]
_CELLS = ("value", "low", "high", "unit", "n", "population", "condition")


def read_all(
    root: Any,
) -> tuple[dict[str, Parameter], dict[str, Fact], dict[str, Study], dict[str, Table]]:
    """Everything that lies in the folder ``root``: parameters, facts, studies and tables."""
    tables = {
        file.name.removesuffix(".csv"): _read_table(file.read_text("utf-8"))
        for file in root.joinpath("tables").iterdir()
        if file.name.endswith(".csv")
    }
    parameters: dict[str, Parameter] = {}
    for file in sorted(root.joinpath("parameters").iterdir(), key=lambda file: str(file.name)):
        if file.name.endswith(".toml"):
            stage = file.name.removesuffix(".toml")
            for name, body in tomllib.loads(file.read_text("utf-8")).items():
                parameters[f"{stage}.{name}"] = read_parameter(f"{stage}.{name}", body)
    studies = read_studies(root.joinpath("studies.toml").read_text("utf-8"))
    return parameters, _read_facts(root), studies, tables


def read_value(parameter: Parameter, text: str) -> float:
    """A value for a parameter from text with a unit; the biology takes its own unit only.

    Args:
        parameter: says which unit is its own.
        text: such as ``"70 um"``.

    Returns:
        The value in SI, or in the biology's own unit.

    Raises:
        InputError: if the number or its unit cannot be used.

    >>> from pinprick.evidence import registry
    >>> read_value(registry().parameter("needling.preparation_time"), "10 min")
    600.0
    """
    if parameter.stage != "healing":
        return units.quantity(text, parameter.unit, parameter.name)
    number, _, unit = text.strip().partition(" ")
    unit = unit.strip()
    unit = f"1{unit}" if unit.startswith("/") else unit
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or (unit or "1") != parameter.unit:
        shown = f'a number and the unit {parameter.unit}, such as "{parameter.shown()}"'
        raise InputError([Fault(parameter.name, text, shown)])
    return value


_KEYS = (
    "title",
    "value",
    "unit",
    "valid",
    "spread",
    "basis",
    "doubt",
    "rows",
    "quotes",
    "half_life",
    "note",
)


def read_parameter(name: str, body: Mapping[str, Any]) -> Parameter:
    """A parameter from its table in ``parameters/STAGE.toml``.

    Args:
        name: with its stage, such as ``needling.preparation_time``.
        body: the table.

    Raises:
        InputError: one line for each wrong key, unit, basis, doubt, spread or number.

    >>> body = {"title": "wait", "value": 5, "unit": "min", "valid": [0, 60], "basis": "assumed"}
    >>> read_parameter("courses.wait", body).value
    300.0
    """
    unit = str(body.get("unit", "1"))
    faults = _faults(name, body, unit)
    if faults:
        raise InputError(faults)
    scale = 1.0 if name.startswith("healing.") else units.factor(unit)
    spread = dict(body.get("spread", {}))
    for key in ("sd", "low", "high"):
        if key in spread:
            spread[key] = float(spread[key]) * scale
    low, high = (float(end) * scale for end in body["valid"])
    parameter = Parameter(
        name=name,
        title=str(body["title"]),
        value=float(body["value"]) * scale,
        unit=unit,
        low=low,
        high=high,
        spread=Spread(**spread),
        basis=cast(Basis, body["basis"]),
        doubt=cast(Doubt, body.get("doubt", "knowledge")),
        rows=tuple(body.get("rows", ())),
        quotes=tuple(entry(Quote, f"{name}.quotes", quote) for quote in body.get("quotes", ())),
        half_life=bool(body.get("half_life", False)),
        note=str(body.get("note", "")),
    )
    parameter.checked(parameter.value, name)
    return parameter


def _faults(name: str, body: Mapping[str, Any], unit: str) -> list[Fault]:
    faults = [Fault(name, key, did_you_mean(key, _KEYS)) for key in body if key not in _KEYS]
    faults += [
        Fault(name, "nothing", key)
        for key in ("title", "value", "valid", "basis")
        if key not in body
    ]
    if name.startswith("healing.") and unit not in BIOLOGY_UNITS:
        faults.append(Fault(f"{name}.unit", unit, ", ".join(sorted(BIOLOGY_UNITS))))
    for key, allowed, default in (
        ("basis", get_args(Basis), None),
        ("doubt", get_args(Doubt), "knowledge"),
    ):
        if body.get(key, default) not in allowed:
            faults.append(Fault(f"{name}.{key}", str(body.get(key)), ", ".join(allowed)))
    for quote in body.get("quotes", ()):
        try:
            entry(Quote, f"{name}.quotes", quote)
        except InputError as error:
            faults += error.faults
    return faults + _spread_faults(f"{name}.spread", dict(body.get("spread", {})))


# What each distribution needs, and what its numbers must satisfy.
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "fixed": (),
    "normal": ("sd",),
    "lognormal": ("gsd",),
    "halfnormal": ("sd",),
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "joint": ("table", "column"),
}


def _spread_faults(where: str, spread: dict[str, Any]) -> list[Fault]:
    kind = spread.pop("kind", "fixed")
    if kind not in _NEEDS:
        return [Fault(where, str(kind), ", ".join(_NEEDS))]
    if set(spread) != set(_NEEDS[kind]):
        wanted = ", ".join(_NEEDS[kind]) or "nothing more"
        return [Fault(where, f"{kind} with {', '.join(spread)}", f"{kind} with {wanted}")]
    if "sd" in spread and not spread["sd"] > 0:
        return [Fault(f"{where}.sd", str(spread["sd"]), "more than 0")]
    if "gsd" in spread and not spread["gsd"] > 1:
        return [Fault(f"{where}.gsd", str(spread["gsd"]), "more than 1")]
    if "low" in spread and not spread["low"] < spread["high"]:
        return [Fault(where, f"low {spread['low']}, high {spread['high']}", "low below high")]
    if kind == "loguniform" and not spread["low"] > 0:
        return [Fault(f"{where}.low", str(spread["low"]), "more than 0")]
    return []


def _read_facts(root: Any) -> dict[str, Fact]:
    def rows(name: str) -> list[dict[str, str]]:
        text = root.joinpath("facts", name).read_text("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    originals = {row["id"]: row for row in rows("original.csv")}
    curated = {row["id"]: row for row in rows("curated.csv")}
    facts = {}
    for name in sorted({*originals, *curated}):
        read = curated.get(name, {})
        row = originals[name.partition("/")[0]]
        facts[name] = Fact(
            id=name,
            quantity=row["quantity"],
            original={key: row[key] for key in _CELLS},
            sha256=row["sha256"],
            source=row["source"],
            address=row["address"],
            status=row["status"],
            kind=cast(FactKind, read.get("kind") or "text"),
            value=_number(read.get("value")),
            low=_number(read.get("low")),
            high=_number(read.get("high")),
            ends=cast(Ends, read.get("ends", "")),
            sd=_number(read.get("sd")),
            unit=read.get("unit", ""),
            n=int(read["n"]) if read.get("n") else None,
            cohort=read.get("cohort", ""),
            same_as=tuple((read.get("same_as") or "").split()),
            tag=read.get("tag", ""),
            note=row["note"],
        )
    return facts


def read_studies(text: str) -> dict[str, Study]:
    """The studies of ``studies.toml``, every point with all keys of ``POINT``.

    Raises:
        InputError: if a key is unknown, or a value cannot be.
    """
    studies = {}
    for name, body in tomllib.loads(text).items():
        points = [{"used": body["used"], **point} for point in body.pop("points", ())]
        faults = [
            Fault(f"{name}.points", key, did_you_mean(key, POINT))
            for point in points
            for key in set(point) - set(POINT)
        ]
        if faults:
            raise InputError(faults)
        whole = tuple({key: point.get(key) for key in POINT} for point in points)
        studies[name] = entry(Study, name, {"rows": [], **body}, id=name, points=whole)
    return studies


def _number(text: str | None) -> float | None:
    return float(text) if text not in (None, "") else None


def _read_table(text: str) -> Table:
    header, *rows = csv.reader(text.splitlines())
    columns = zip(header, zip(*rows, strict=True), strict=True)
    return {name: found for name, cells in columns if (found := _numbers(cells)) is not None}


def _numbers(cells: tuple[str, ...]) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """A column of numbers; None if a cell is anything else."""
    try:
        found = np.array(cells, dtype=np.float64)
    except ValueError:
        return None
    return found if np.all(np.isfinite(found)) else None
