"""Solutes: what is carried into skin, with the measured figures of each and where they come from.

The numbers stand in ``solutes.toml`` beside this file. Molar mass and volume of a small molecule
are not typed in but counted from its formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, cast

import numpy as np

from pinprick import units
from pinprick.evidence.entries import toml
from pinprick.evidence.figure import Figure, Status, figure, sources, weakest
from pinprick.faults import Fault, InputError, did_you_mean

Array = np.ndarray[Any, np.dtype[np.float64]]
Charge = Literal["none", "base", "acid", "zwitterion"]
Family = Literal["small molecule", "polysaccharide", "protein"]
Albumin = Literal["neutral or base", "acid that albumin holds", "other acid or zwitterion"]
_LABELS = {
    "mw": "molar mass",
    "molar_volume": "molar volume",
    "log_kow": "log10 of octanol over water, uncharged",
    "pka_acid": "pKa as an acid",
    "pka_base": "pKa as a base",
    "solubility": "solubility in water, uncharged",
    "salt_solubility": "solubility in water as the salt",
    "density": "density",
    "permeability": "measured permeability of stratum corneum",
    "lag": "measured lag",
}
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")
_DALTON = "Da"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured permeability of intact skin.

    ``permeability`` in m/s refers to all the dissolved drug at the donor's ``ph`` (None where the
    row gives none or the drug carries no charge there); ``factor`` is the error of the study as
    the factor of one standard deviation (None: the usual error of one study). ``lag`` in seconds
    or None. ``hydrated`` says whether the skin was wet through, None where that is not known: such
    a value is used for skin in any state. ``basis`` is the status of its row.
    """

    permeability: float
    factor: float | None
    lag: float | None
    ph: float | None
    hydrated: bool | None
    rows: tuple[str, ...]
    basis: Status
    note: str


@dataclass(frozen=True, slots=True)
class Solute:
    """What is carried. ``figures`` hold the source of every number.

    ``mw`` is in daltons (the formulas are power laws in it), ``molar_volume`` in m³/mol,
    ``solubility`` (of the uncharged form), ``salt_solubility`` and ``density`` in kg/m³.
    ``log_kow`` and ``molar_volume`` are None for large molecules. ``refused_intact`` says why
    intact skin is refused, or is empty.
    """

    name: str
    title: str
    family: Family
    charge: Charge
    albumin: Albumin
    mw: float
    molar_volume: float | None
    log_kow: float | None
    pka_acid: float | None
    pka_base: float | None
    solubility: float | None
    salt_solubility: float | None
    density: float
    measured: Measured | None
    refused_intact: str
    aliases: tuple[str, ...]
    figures: Mapping[str, Figure]

    @property
    def small(self) -> bool:
        """Whether the formulas for small molecules hold."""
        return self.family == "small molecule"

    @property
    def rows(self) -> tuple[str, ...]:
        """Evidence rows of all figures, each once."""
        return sources(self.figures.values())

    @property
    def status(self) -> Status:
        """The weakest status among the figures."""
        return weakest(self.figures.values())

    def unionised(self, ph: float | Array) -> Array:
        """Share of the dissolved drug without net charge at ``ph``, of the shape of ``ph``.

        For a zwitterion that is the form whose charges cancel, to which its ``log_kow`` refers.

        >>> round(float(solute("lidocaine").unionised(7.4)), 2)
        0.24
        """
        acidity = np.asarray(ph, dtype=np.float64)
        charged = np.zeros_like(acidity)
        if self.charge == "zwitterion":
            # below the acid's pKa it is a cation, above the base's an anion
            if self.pka_acid is not None:
                charged = charged + 10.0 ** (self.pka_acid - acidity)
            if self.pka_base is not None:
                charged = charged + 10.0 ** (acidity - self.pka_base)
        elif self.pka_acid is not None:
            charged = 10.0 ** (acidity - self.pka_acid)
        elif self.pka_base is not None:
            charged = 10.0 ** (self.pka_base - acidity)
        return np.asarray(1.0 / (1.0 + charged))


@cache
def solutes() -> Mapping[str, Solute]:
    """All solutes by name.

    >>> "tranexamic acid" in solutes()
    True
    """
    data = toml("pinprick.permeation", "solutes.toml")
    counted = data.pop("increments")
    return MappingProxyType({name: _read(name, body, counted) for name, body in data.items()})


def solute(name: str) -> Solute:
    """The solute of that name, also by another of its names.

    Raises:
        InputError: if it is not known; the fault names the nearest.

    >>> solute("Lignocaine").name
    'lidocaine'
    """
    key = " ".join(name.lower().replace("_", " ").split())
    for known in solutes().values():
        if key == known.name or key in known.aliases:
            return known
    names = [n for known in solutes().values() for n in (known.name, *known.aliases)]
    raise InputError([Fault("solute", name, did_you_mean(key, names))])


def describe(item: Solute) -> list[tuple[str, str, str, str]]:
    """Each figure as (label, value with unit, source rows, status), for a table.

    >>> describe(solute("caffeine"))[0]
    ('molar mass', '194.2 Da (of C8H10N4O2)', '', 'derived')
    """
    return [figure_row(_LABELS[key], found) for key, found in item.figures.items()]


def figure_row(label: str, found: Figure) -> tuple[str, str, str, str]:
    """A figure as a line of a table: label, value with unit and note, source rows, status."""
    text = f"{found.text} ({found.note})" if found.note else found.text
    return label, text, ", ".join(found.rows), found.status


def listing() -> list[tuple[str, str, str, str, str]]:
    """All solutes as (name, molar mass, logKow, charge, intact skin), for a table.

    >>> next(row for row in listing() if row[0] == "caffeine")
    ('caffeine', '194 Da', '-0.07', 'none', 'measured')
    """
    return [
        (
            item.title,
            f"{item.mw:.0f} Da",
            "" if item.log_kow is None else f"{item.log_kow:g}",
            item.charge,
            _intact(item),
        )
        for item in solutes().values()
    ]


def _intact(item: Solute) -> str:
    """What an answer for intact skin would rest on."""
    if item.refused_intact:
        return f"refused: {item.refused_intact}"
    if item.measured is None:
        return "formula and assumed shunt"
    return "measured" if item.measured.basis != "recalled" else "measured, recalled"


def _read(name: str, body: Mapping[str, Any], counted: Mapping[str, Any]) -> Solute:
    figures = {key: _figure(body[key]) for key in _LABELS if key in body}
    if "formula" in body:
        figures = {**_from_formula(body, counted), **figures}
    measured = body.get("measured")
    if measured is not None:
        figures["permeability"] = _figure(measured["permeability"])
        if "lag" in measured:
            figures["lag"] = _figure(measured["lag"])

    def value(key: str) -> float | None:
        return figures[key].value if key in figures else None

    return Solute(
        name=name,
        title=str(body.get("title", name)),
        family=cast(Family, body.get("family", "small molecule")),
        charge=cast(Charge, body["charge"]),
        albumin=cast(Albumin, body.get("albumin", "neutral or base")),
        mw=figures["mw"].value,
        molar_volume=value("molar_volume"),
        log_kow=value("log_kow"),
        pka_acid=value("pka_acid"),
        pka_base=value("pka_base"),
        solubility=value("solubility"),
        salt_solubility=value("salt_solubility"),
        density=figures["density"].value,
        measured=None if measured is None else _measured(measured, figures),
        refused_intact=str(body.get("refused_intact", "")),
        aliases=tuple(body.get("aliases", ())),
        figures=MappingProxyType(figures),
    )


def _figure(body: Mapping[str, Any]) -> Figure:
    found = figure(body)
    if str(body["unit"]).endswith(_DALTON):
        return replace(found, value=units.from_si(found.value, _DALTON))
    return found


def _measured(body: Mapping[str, Any], figures: Mapping[str, Figure]) -> Measured:
    permeability = figures["permeability"]
    return Measured(
        permeability=permeability.value,
        factor=float(body["factor"]) if "factor" in body else None,
        lag=figures["lag"].value if "lag" in figures else None,
        ph=float(body["ph"]) if "ph" in body else None,
        hydrated=bool(body["hydrated"]) if "hydrated" in body else None,
        rows=permeability.rows,
        basis=permeability.status,
        note=permeability.note,
    )


def _from_formula(body: Mapping[str, Any], counted: Mapping[str, Any]) -> dict[str, Figure]:
    """Molar mass, and molar volume after Schroeder: so much an atom, a double bond, less a ring."""
    formula = str(body["formula"])
    atoms = {kind: int(number or 1) for kind, number in _ATOM.findall(formula)}
    mass = sum(counted["mass"][kind] * number for kind, number in atoms.items())
    volume = sum(counted["volume"][kind] * number for kind, number in atoms.items())
    volume += counted["double_bond"] * int(body.get("double_bonds", 0))
    volume += counted["triple_bond"] * int(body.get("triple_bonds", 0))
    volume += counted["ring"] * int(body.get("rings", 0))
    return {
        "mw": Figure(mass, f"{mass:.1f} {_DALTON}", (), "derived", f"of {formula}"),
        "molar_volume": Figure(
            units.to_si(volume, "cm3/mol"),
            f"{volume:g} cm3/mol",
            ("transport:T-O15",),
            "derived",
            f"Schroeder's increments of {formula}",
        ),
    }
