"""A product: what it holds, its vehicle, its label and whether it is for open channels.

What holds for more than one of them, such as the caps on strength and what is usual for a kind,
stands in ``products.toml`` beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import inf
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from pinprick import units
from pinprick.evidence.entries import toml
from pinprick.evidence.figure import Figure, Status, figure, sources, weakest
from pinprick.faults import Fault

Kind = Literal["numbing cream", "serum", "solution", "hydrogel", "mask", "moisturiser", "plasma"]
OpenUse = Literal["avoid", "no evidence", "usual"]
Region = Literal["face", "body"]
KINDS: tuple[Kind, ...] = get_args(Kind)
REGIONS: tuple[Region, ...] = get_args(Region)


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

        >>> from pinprick.permeation.products import product
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

        >>> from pinprick.permeation.products import product
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


@cache
def reasons() -> Mapping[str, Reason]:
    """What speaks for or against products on open channels, by a short name."""
    return MappingProxyType({name: _reason(body) for name, body in data()["reasons"].items()})


def reasons_of(names: Mapping[str, float]) -> tuple[Reason, ...]:
    """The reasons that come with the solutes themselves, for a product of one's own.

    >>> len(reasons_of({"ascorbic acid": 100.0}))
    3
    """
    found = data()["reasons"]
    return tuple(
        reasons()[key] for key, body in found.items() if set(body.get("solutes", ())) & set(names)
    )


@cache
def always() -> Reason:
    """What is said beside every product: devices are not cleared for delivering any.

    >>> always().says
    'Needling devices are cleared for needling, not for delivering cosmetics, drugs or biologics.'
    """
    return _reason(data()["always"])


@cache
def caps() -> Mapping[str, Figure]:
    """Strength (kg/m³) by solute above which no cream is sold without a prescription."""
    return MappingProxyType({name: figure(body) for name, body in data()["caps"].items()})


@cache
def usual(kind: Kind) -> Mapping[str, Figure]:
    """What a product of a kind is where nothing else is said of it."""
    return MappingProxyType({key: figure(body) for key, body in data()["usual"][kind].items()})


@cache
def data() -> Mapping[str, Any]:
    """The file as it is written."""
    return toml("pinprick.permeation", "products.toml")


def _reason(body: Mapping[str, Any]) -> Reason:
    return Reason(str(body["says"]), tuple(body["rows"]), cast(Status, body["status"]))


def _per_cent(strength: float) -> str:
    """Strength as a percentage of weight in volume: 10 kg/m³ is 1 %."""
    return f"{strength / 10:.3g} %"
