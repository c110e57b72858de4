"""Products that are known: what is put on skin, with the source of every figure.

The numbers stand in ``products.toml`` beside this file; a product of one's own is a YAML file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from types import MappingProxyType
from typing import Any, cast

from pinprick.evidence.figure import Figure, figure
from pinprick.faults import Fault, InputError, hint
from pinprick.permeation.own import load
from pinprick.permeation.product import Kind, Label, OpenUse, Product, data, reasons, usual
from pinprick.permeation.solutes import describe as describe_solute
from pinprick.permeation.solutes import figure_row, solute

_VEHICLE = ("ph", "density", "layer", "diffusivity_share", "drying")
_LABELS = {
    "ph": "pH",
    "density": "density",
    "layer": "usual layer",
    "diffusivity_share": "diffusivity in it over that in water",
    "drying": "half of its water dries in",
    "label.most_area": "label: largest area",
    "label.most_mass": "label: most in all",
    "label.most_per_area": "label: most on an area",
    "label.least_time": "label: shortest time",
    "label.most_time": "label: longest time",
}
_PARTS = {"strengths": "strength", "solubilities": "dissolves", "uptakes": "measured uptake"}
_PERCENT = re.compile(r"\s*(%|percent|per cent)\s*")


def product(name: str) -> Product:
    """The product of that name, also by another of its names or a YAML file of one's own.

    Raises:
        InputError: if it is not known; the fault names the nearest.

    >>> product("Lidocaine 4% cream").name
    'lidocaine cream 4 %'
    """
    if name.strip().casefold().endswith((".yaml", ".yml")):
        return load(name.strip())
    found = _by_name().get(plain(name))
    if found is None:
        allowed = "a product that `pinprick products` lists" + hint(plain(name), sorted(_by_name()))
        raise InputError([Fault("product", name, allowed)])
    return products()[found]


def known(name: str) -> bool:
    """Whether a product of that name is known.

    >>> known("plain hydrogel"), known("grandmother's ointment")
    (True, False)
    """
    return plain(name) in _by_name()


def plain(name: str) -> str:
    """A product's name as it is compared: small letters, single spaces, ``4 %``.

    >>> plain("Lidocaine 4% Cream")
    'lidocaine 4 % cream'
    """
    words = _PERCENT.sub(" % ", name.casefold().replace("_", " "))
    return " ".join(words.split())


@cache
def products() -> Mapping[str, Product]:
    """All products by name.

    >>> products()["plain hydrogel"].open_use
    'usual'
    """
    bodies = data()["product"]
    return MappingProxyType({name: _read(name, body) for name, body in bodies.items()})


def describe(item: Product) -> list[tuple[str, str, str, str]]:
    """Each figure as (label, value with unit, source rows, status), for a table; its solutes' too.

    >>> table = describe(product("EMLA"))
    >>> table[0]
    ('strength, lidocaine', '25 mg/mL (1500 mg in 60 g)', 'transport:T-A15', 'derived')
    >>> next(row for row in table if row[0] == "prilocaine: molar mass")[1]
    '220.3 Da (of C13H20N2O)'
    """
    table: list[tuple[str, str, str, str]] = []
    for key, found in item.figures.items():
        part, _, rest = key.partition(".")
        label = _LABELS.get(key) or f"{_PARTS[part]}, {rest.replace('.', ', ')}"
        table.append(figure_row(label, found))
    for name in item.strengths:
        table += [(f"{name}: {row[0]}", *row[1:]) for row in describe_solute(solute(name))]
    return table


def listing() -> list[tuple[str, str, str, str]]:
    """All products as (name, what it is, use on open channels, why), for a table.

    >>> next(row for row in listing() if row[0] == "sterile saline")[2]
    'usual'
    """
    return [
        (name, item.title, item.open_use, " ".join(reason.says for reason in item.reasons))
        for name, item in products().items()
    ]


@cache
def _by_name() -> Mapping[str, str]:
    """Every name and alias as it is compared, with the product's name."""
    return {
        plain(word): name for name, item in products().items() for word in (name, *item.aliases)
    }


def _read(name: str, body: Mapping[str, Any]) -> Product:
    kind = cast(Kind, body["kind"])
    found = dict(_figures(body))
    found |= {key: item for key, item in usual(kind).items() if key not in found}

    def of(part: str) -> Mapping[str, float]:
        keys = {key: key.partition(".")[2] for key in found if key.startswith(f"{part}.")}
        return MappingProxyType({solute(word).name: found[key].value for key, word in keys.items()})

    def optional(key: str) -> float | None:
        return found[key].value if key in found else None

    return Product(
        name=name,
        title=str(body["title"]),
        kind=kind,
        aliases=tuple(body["aliases"]),
        strengths=of("strengths"),
        solubilities=of("solubilities"),
        uptakes=_uptakes(body.get("uptakes", {}), found),
        ph=found["ph"].value,
        density=found["density"].value,
        layer=found["layer"].value,
        diffusivity_share=optional("diffusivity_share"),
        drying=optional("drying"),
        occluded=bool(body["occluded"]),
        sterile=bool(body["sterile"]),
        label=Label(**{item.name: optional(f"label.{item.name}") for item in fields(Label)}),
        open_use=cast(OpenUse, body["open_use"]),
        reasons=tuple(reasons()[key] for key in body["reasons"]),
        figures=MappingProxyType(found),
    )


def _figures(body: Mapping[str, Any]) -> Iterator[tuple[str, Figure]]:
    """Every figure of a product under its path: ``strengths.lidocaine``, ``label.most_area``."""
    for part in ("strengths", "solubilities", "label"):
        for key, item in body.get(part, {}).items():
            yield f"{part}.{key}", figure(item)
    for drug, regions in body.get("uptakes", {}).items():
        for region, item in regions.items():
            yield f"uptakes.{drug}.{region}", figure(item)
    for key in _VEHICLE:
        if key in body:
            yield key, figure(body[key])


def _uptakes(
    body: Mapping[str, Any], found: Mapping[str, Figure]
) -> Mapping[str, Mapping[str, float]]:
    return MappingProxyType(
        {
            solute(drug).name: MappingProxyType(
                {region: found[f"uptakes.{drug}.{region}"].value for region in regions}
            )
            for drug, regions in body.items()
        }
    )
