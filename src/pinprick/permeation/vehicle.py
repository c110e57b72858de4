"""Vehicle: what carries a drug on the skin, and what of it the skin meets.

A vehicle is one lumped unknown: so much drug per area in so much volume per area. While all of it
is dissolved it drives with its concentration; what the volume cannot dissolve lies in it as a pool
and it drives at its solubility. Its water dries by halves unless it is covered; a liquid mixes
itself, a gel does not and stands in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinprick.evidence.lanes import Lanes
from pinprick.faults import Fault, InputError
from pinprick.permeation.product import Product
from pinprick.permeation.solutes import Solute
from pinprick.permeation.tissue import aqueous_diffusivity

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What lies on the skin.

    ``layer`` in m is volume per area; ``strengths`` in kg/m³ by the solute's name, all of the drug,
    dissolved or not; ``solubilities`` in kg/m³, where they are not those of water; ``ph`` of its
    watery phase; ``diffusivity_share``: diffusivity in it over that in water, None if it is
    stirred; ``drying`` in s, half-life of its water in air, None if it stays and 0 if it goes at
    once; ``occluded`` whether it is covered.

    Raises:
        InputError: if a figure makes no sense.
    """

    layer: float
    strengths: Mapping[str, float]
    ph: float
    solubilities: Mapping[str, float] = field(default_factory=dict)
    diffusivity_share: float | None = None
    drying: float | None = None
    occluded: bool = False

    def __post_init__(self) -> None:
        numbers = {
            "layer": self.layer,
            **{f"strength of {n}": x for n, x in self.strengths.items()},
        }
        if self.diffusivity_share is not None:
            numbers["diffusivity in it"] = self.diffusivity_share
        faults = [
            Fault(f"vehicle, {name}", f"{value:g}", "a number above 0")
            for name, value in numbers.items()
            if not (np.isfinite(value) and value > 0)
        ]
        if self.drying is not None and not self.drying >= 0:
            faults.append(Fault("vehicle, drying", f"{self.drying:g}", "0 s or more"))
        if faults:
            raise InputError(faults)

    @property
    def hydrated(self) -> bool:
        """Whether the horny layer beneath is wet through."""
        return self.occluded

    def dose(self, solute: Solute) -> float:
        """Amount on the skin in kg/m².

        Raises:
            InputError: if the vehicle does not hold the solute.
        """
        if solute.name not in self.strengths:
            allowed = ", ".join(self.strengths) or "nothing"
            raise InputError([Fault("solute in the vehicle", solute.name, allowed)])
        return self.strengths[solute.name] * self.layer

    def solubility(self, solute: Solute) -> float:
        """How much of all the drug the watery phase dissolves, in kg/m³; infinite if unknown.

        That of the uncharged form over its share at this pH, but no more than the salt's.

        >>> from pinprick.permeation.solutes import solute
        >>> Vehicle(1e-4, {"caffeine": 1.0}, ph=7.0).solubility(solute("caffeine")) < 100
        True
        """
        if solute.name in self.solubilities:
            return self.solubilities[solute.name]
        salt = solute.salt_solubility if solute.salt_solubility is not None else np.inf
        if solute.solubility is None:
            return float(salt)
        most = max(float(salt), solute.solubility)
        return min(solute.solubility / float(solute.unionised(self.ph)), most)


def vehicle(product: Product, *, layer: float | None = None) -> Vehicle:
    """The vehicle of a product, at its usual thickness (m) unless another is given.

    >>> from pinprick.permeation.products import product
    >>> usual, thin = vehicle(product("EMLA")), vehicle(product("EMLA"), layer=1e-4)
    >>> usual.layer, thin.layer, round(thin.strengths["prilocaine"], 6)
    (0.001, 0.0001, 25.0)
    """
    return Vehicle(
        layer=product.layer if layer is None else layer,
        strengths=product.strengths,
        ph=product.ph,
        solubilities=product.solubilities,
        diffusivity_share=product.diffusivity_share,
        drying=product.drying,
        occluded=product.occluded,
    )


def drying_time(given: Vehicle, lanes: Lanes) -> Array:
    """Half-life of the water in s, shape (members,): never under a cover."""
    if given.occluded or given.drying is None:
        return np.full(len(lanes), np.inf)
    # What goes at once is given a second: nothing enters in it.
    return np.full(len(lanes), max(given.drying, 1.0))


def residue(given: Vehicle, lanes: Lanes) -> Array:
    """Share of the volume that never dries, shape (members,); of what goes at once nothing."""
    stays = lanes.stage("permeation_uptake").residue
    return np.zeros_like(stays) if given.drying == 0 else stays


def wet(given: Vehicle, time: float | Array, lanes: Lanes) -> Array:
    """Share of the volume that has not dried at ``time`` in s, shape (members,)."""
    stays = residue(given, lanes)
    return np.asarray(stays + (1.0 - stays) * np.exp2(-time / drying_time(given, lanes)))


def planar_resistance(given: Vehicle, solute: Solute, lanes: Lanes) -> Array:
    """What an unstirred layer sets against the way out of it, in s/m: half of it on the average."""
    if given.diffusivity_share is None:
        return np.zeros(len(lanes))
    within = given.diffusivity_share * aqueous_diffusivity(solute, lanes)
    return np.asarray(given.layer / 2.0 / within)


def mouth_resistance(given: Vehicle, solute: Solute, radius: Array, lanes: Lanes) -> Array:
    """What an unstirred layer sets against the way into a channel's mouth, in s/m of its area.

    A disc of radius a on a half-space: ``1/(4 a D)``, times the disc's area (transport:T-MC2).
    """
    if given.diffusivity_share is None:
        return np.zeros(len(lanes))
    within = given.diffusivity_share * aqueous_diffusivity(solute, lanes)
    return np.asarray(np.pi * radius / (2.0 * 2.0 * within))


def film_resistance(
    given: Vehicle, solute: Solute, radius: Array, rim: Array, lanes: Lanes
) -> Array:
    """What a thin film sets against its drug's way from the side to a mouth, in s/m of its area.

    From the rim of the skin that belongs to one channel to its mouth: ``ln(rim/a) / (2π D L)``,
    times the mouth's area, while the film has its whole thickness L; more as it dries.
    """
    share = 1.0 if given.diffusivity_share is None else given.diffusivity_share
    within = share * aqueous_diffusivity(solute, lanes)
    return np.asarray(radius**2 * np.log(rim / radius) / (2.0 * within * given.layer))
