"""Products: what is put on skin, with strengths, vehicle, label and fitness for open channels.

The numbers stand in ``products.toml`` beside this file; a product of one's own is a YAML file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from pinprick import units
from pinprick.evidence.entries import toml
from pinprick.evidence.figure import Figure, Status, figure, sources, weakest
from pinprick.faults import Fault, InputError, hint
from pinprick.permeation.solutes import describe as describe_solute
from pinprick.permeation.solutes import figure_row, solute

Kind = Literal["numbing cream", "serum", "solution", "hydrogel", "mask", "moisturiser", "plasma"]
OpenUse = Literal["avoid", "no evidence", "usual"]
Region = Literal["face", "body"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REGIONS: tuple[Region, ...] = get_args(Region)
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


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product is or is not for open channels: one line, the rows behind it, their status."""

    says: str
    rows: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Label:
    """What the label allows; None where it sets nothing. SI: m², kg, kg/m², s.

    For intact skin of an adult; ``most_area`` and ``most_mass`` belong together, ``least_time`` and
    ``most_time`` are how long it stays on.
    """

    most_area: float | None = None
    most_mass: float | None = None
    most_per_area: float | None = None
    least_time: float | None = None
    most_time: float | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product. ``figures`` hold the source of every number.

    ``strengths`` (kg/m³, all the drug, dissolved or not) by the solute's name;
    ``solubilities`` (kg/m³) are what this vehicle can dissolve, where it is not water's;
    ``uptakes`` (kg/m²/s) are measured uptakes by solute and by "face" or "body", used instead of a
    permeability where the vehicle is more than a solution (a eutectic cream). ``ph`` of the watery
    phase; ``layer`` (m) is the usual thickness put on; ``diffusivity_share`` is diffusivity within
    it over that in water, or None for a liquid that mixes itself; ``drying`` (s) is the half-life
    of its water in air, None if it does not dry; ``occluded`` whether it is usually covered.
    """

    name: str
    title: str
    kind: Kind
    aliases: tuple[str, ...]
    strengths: Mapping[str, float]
    solubilities: Mapping[str, float]
    uptakes: Mapping[str, Mapping[str, float]]
    ph: float
    density: float
    layer: float
    diffusivity_share: float | None
    drying: float | None
    occluded: bool
    sterile: bool
    label: Label
    open_use: OpenUse
    reasons: tuple[Reason, ...]
    figures: Mapping[str, Figure]

    @property
    def rows(self) -> tuple[str, ...]:
        """Evidence rows of all figures and reasons, each once."""
        of_reasons = [row for reason in self.reasons for row in reason.rows]
        return tuple(dict.fromkeys([*sources(self.figures.values()), *of_reasons]))

    @property
    def status(self) -> Status:
        """The weakest status among the figures."""
        return weakest(self.figures.values())

    @property
    def numbs(self) -> bool:
        """Whether it is a numbing cream."""
        return self.kind == "numbing cream"

    def above_shop_strength(self) -> tuple[Fault, ...]:
        """A fault for each drug that is stronger than what is sold without a prescription.

        >>> [f.where for f in product("lidocaine cream 10 %").above_shop_strength()]
        ['lidocaine cream 10 %, lidocaine']
        """
        return tuple(
            Fault(
                f"{self.name}, {name}",
                _per_cent(strength),
                f"{_per_cent(caps()[name].value)} at most without a prescription",
            )
            for name, strength in self.strengths.items()
            if name in caps() and strength > _at_most(caps()[name].value)
        )

    def over_label(
        self,
        *,
        area: float | None = None,
        mass: float | None = None,
        time: float | None = None,
    ) -> tuple[Fault, ...]:
        """A fault for each way in which a use goes beyond the label.

        Args:
            area: in m², None if not known.
            mass: in kg, None if not known.
            time: on the skin in s, None if not known.

        >>> emla = product("EMLA")
        >>> print(*emla.over_label(area=0.1, mass=0.09, time=3600.0), sep="; ")
        lidocaine and prilocaine cream, area: found 1000 cm2; allowed: at most 600 cm2; \
lidocaine and prilocaine cream, amount: found 90 g; allowed: at most 60 g
        """
        thick = mass / area if mass is not None and area else None
        most = (
            ("area", area, "cm2", "most_area"),
            ("amount", mass, "g", "most_mass"),
            ("amount on the area", thick, "g/cm2", "most_per_area"),
            ("time", time, "min", "most_time"),
        )
        found = [
            self._beyond(where, value, unit, key, "at most")
            for where, value, unit, key in most
            if value is not None and value > _at_most(getattr(self.label, key))
        ]
        if time is not None and time < (self.label.least_time or 0.0):
            found.append(self._beyond("time", time, "min", "least_time", "at least"))
        return tuple(found)

    def _beyond(self, where: str, value: float, unit: str, key: str, bound: str) -> Fault:
        figure = self.figures[f"label.{key}"]
        limit = units.from_si(figure.value, unit)
        said = " (assumed: no label says so)" if figure.status == "assumed" else ""
        found = f"{units.from_si(value, unit):.4g} {unit}"
        return Fault(f"{self.name}, {where}", found, f"{bound} {limit:.4g} {unit}{said}")


def _at_most(limit: float | None) -> float:
    """A limit and the last digits of a conversion, which are no overdose; none is infinite."""
    return inf if limit is None else limit * (1.0 + 1.0 / 10**10)


def product(name: str) -> Product:
    """The product of that name, also by another of its names or a YAML file of one's own.

    Raises:
        InputError: if it is not known; the fault names the nearest.

    >>> product("Lidocaine 4% cream").name
    'lidocaine cream 4 %'
    """
    if name.strip().casefold().endswith((".yaml", ".yml")):
        from pinprick.permeation.own import load

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
    data = _data()
    return MappingProxyType({name: _read(name, body) for name, body in data["product"].items()})


@cache
def reasons() -> Mapping[str, Reason]:
    """What speaks for or against products on open channels, by a short name."""
    return MappingProxyType({name: _reason(body) for name, body in _data()["reasons"].items()})


def reasons_of(names: Mapping[str, float]) -> tuple[Reason, ...]:
    """The reasons that come with the solutes themselves, for a product of one's own.

    >>> len(reasons_of({"ascorbic acid": 100.0}))
    3
    """
    found = _data()["reasons"]
    return tuple(
        reasons()[key] for key, body in found.items() if set(body.get("solutes", ())) & set(names)
    )


@cache
def always() -> Reason:
    """What is said beside every product: devices are not cleared for delivering any.

    >>> always().says
    'Needling devices are cleared for needling, not for delivering cosmetics, drugs or biologics.'
    """
    return _reason(_data()["always"])


@cache
def caps() -> Mapping[str, Figure]:
    """Strength (kg/m³) by solute above which no cream is sold without a prescription."""
    return MappingProxyType({name: figure(body) for name, body in _data()["caps"].items()})


@cache
def usual(kind: Kind) -> Mapping[str, Figure]:
    """What a product of a kind is where nothing else is said of it."""
    return MappingProxyType({key: figure(body) for key, body in _data()["usual"][kind].items()})


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
def _data() -> dict[str, Any]:
    return toml("pinprick.permeation", "products.toml")


@cache
def _by_name() -> Mapping[str, str]:
    """Every name and alias as it is compared, with the product's name."""
    return {
        plain(word): name for name, item in products().items() for word in (name, *item.aliases)
    }


def _reason(body: Mapping[str, Any]) -> Reason:
    return Reason(str(body["says"]), tuple(body["rows"]), cast(Status, body["status"]))


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


def _per_cent(strength: float) -> str:
    """Strength as a percentage of weight in volume: 10 kg/m³ is 1 %."""
    return f"{strength / 10:.3g} %"
