"""Creams and products that a case prescribes, as far as they are known by name or file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pinprick.courses import Apply, Needle, Numb, Rest
from pinprick.evidence import registry
from pinprick.permeation import Product, product
from pinprick.permeation.products import known
from pinprick.permeation.vehicle import Vehicle, vehicle

if TYPE_CHECKING:
    from pinprick.case import Case


@dataclass(frozen=True, slots=True)
class Applied:
    """A product put on skin with fresh channels. Times in s, ``mass`` in kg/m² or None.

    ``stays`` is how long it is left on, None where it is not taken off within the day;
    ``glide`` marks what is spread for the needles, which go through it.
    """

    name: str
    product: Product
    stays: float | None
    mass: float | None
    glide: bool

    @property
    def vehicle(self) -> Vehicle:
        """As it lies on the skin."""
        layer = None if self.mass is None else self.mass / self.product.density
        return vehicle(self.product, layer=layer)


@dataclass(frozen=True, slots=True)
class Cream:
    """A numbing cream whose product is known; times in s."""

    step: Numb
    product: Product
    dwell: float
    wait: float

    def spread_on(self, area: float | None) -> tuple[float | None, float | None]:
        """Area in m² that it covers (the zone's, else as stated) and its mass in kg, if known."""
        covered, amount = area or self.step.area, self.step.amount
        return covered, None if amount is None or covered is None else amount * covered


def cream_of(case: Case) -> Cream | None:
    """The numbing cream before the needles, if its product is known and its time reported."""
    found, wait = None, 0.0
    for step in case.course.steps:
        if isinstance(step, Needle):
            break
        if isinstance(step, Numb):
            found, wait = step, 0.0
        elif isinstance(step, Rest):
            wait += step.duration or 0.0
    if found is None or not found.dwell or not _named(found.product):
        return None
    cream = product(str(found.product))
    return Cream(found, cream, found.dwell, wait) if cream.numbs else None


def applied_of(case: Case) -> tuple[Applied, ...]:
    """The known products on fresh channels: glide products, then what is put on after needling."""
    found: list[Applied] = []
    for step in case.course.steps:
        if isinstance(step, Needle) and _named(step.glide_product):
            name = str(step.glide_product)
            stays = registry().parameter("courses.glide_time").value
            found.append(Applied(name, product(name), stays, None, glide=True))
        if isinstance(step, Apply) and step.when == "after" and _named(step.product):
            name = str(step.product)
            found.append(Applied(name, product(name), step.duration, step.amount, glide=False))
    return tuple({each.name: each for each in found}.values())


def unknown_of(case: Case) -> tuple[str, ...]:
    """Names of creams and products that no list knows, in the order in which they come."""
    names: list[str | None] = []
    for step in case.course.steps:
        if isinstance(step, Numb | Apply):
            names.append(step.product)
        if isinstance(step, Needle):
            names.append(step.glide_product)
    return tuple(dict.fromkeys(n for n in names if n and n.casefold() != "none" and not _named(n)))


def _named(name: str | None) -> bool:
    return name is not None and (known(name) or name.casefold().endswith((".yaml", ".yml")))
