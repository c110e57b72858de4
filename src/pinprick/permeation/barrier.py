"""Barrier: how the stratum corneum lets a solute through.

A measured permeability wins. Where none exists, the brick-and-mortar formula of Dancik, Kasting and
co-workers (transport:T-O9 and T-O11 to T-O18) gives a prior from molar mass and octanol-water
partition, with the error that experiments beside it have shown; a shunt of follicles and water
paths runs beside it, for the formula has no way for polar solutes.

The stratum corneum sees only the form without net charge, and a little of the charged one; every
watery phase counts all the dissolved drug, so ``seen`` is the one place where pH enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes, Stage
from pinprick.faults import Fault, InputError
from pinprick.permeation.solutes import Measured, Solute
from pinprick.permeation.tissue import aqueous_diffusivity

Array = np.ndarray[Any, np.dtype[np.float64]]
Basis = Literal["measured", "prior", "sealed"]
_CM_S = "cm/s"
_LAG = 6  # of a membrane: h² / (6 D)
_POWERS = range(2 * 2)  # of the cubic for hindrance


@dataclass(frozen=True, slots=True)
class Barrier:
    """Stratum corneum for one solute; every field of shape (members,), in SI.

    ``permeability`` (m/s), ``partition`` (concentration in it over that in water) and
    ``diffusivity`` (m²/s) are those of the uncharged form, with ``permeability = partition ·
    diffusivity / thickness``; ``lag`` (s) is ``thickness² / (6 diffusivity)``. ``seen`` is the
    share of all dissolved drug that counts at the donor's pH: multiply ``permeability`` and
    ``partition`` by it to refer to total dissolved drug. ``shunt`` (m/s) and ``shunt_lag`` (s) are
    the path beside, for all the drug, whatever its charge; zero where the measured value holds it
    already. ``basis`` says where the permeability comes from: "sealed" is a molecule too large for
    intact skin, with a permeability of zero.
    """

    permeability: Array
    partition: Array
    diffusivity: Array
    lag: Array
    thickness: Array
    seen: Array
    shunt: Array
    shunt_lag: Array
    basis: Basis

    @property
    def total(self) -> Array:
        """Permeability in m/s that refers to all the dissolved drug, shunt included."""
        return np.asarray(self.permeability * self.seen + self.shunt)


@dataclass(frozen=True, slots=True)
class Formula:
    """What the formula of Dancik and Kasting gives, of shape (members,).

    ``permeability`` in m/s, ``partition`` not yet capped by solubility, ``ratio`` the R that must
    exceed 100.
    """

    permeability: Array
    partition: Array
    ratio: Array


def barrier(
    solute: Solute,
    lanes: Lanes,
    *,
    hydrated: bool,
    ph: float | Array,
    intact: bool = True,
) -> Barrier:
    """The stratum corneum for a solute in a donor of that pH.

    Args:
        solute: what is carried.
        lanes: parameter values, one lane a member.
        hydrated: wet through, as under occlusion or in a diffusion cell, or as in air.
        ph: of the donor, a number or of shape (members,).
        intact: False where channels run through it; a molecule too large for intact skin then
            gets a sealed barrier instead of a refusal.

    Raises:
        InputError: if the solute is too large for intact skin.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> wall = barrier(solute("lidocaine"), Lanes(registry(), 0, range(4)), hydrated=True, ph=10)
    >>> wall.basis, wall.permeability.shape
    ('measured', (4,))
    """
    k = lanes.stage("permeation")
    reason = refusal(solute, lanes)
    if reason:
        if intact:
            allowed = (
                f"at most {float(k.largest_intact.max()):.0f} Da through intact skin; "
                "larger ones through open channels only"
            )
            raise InputError([Fault(f"solute {solute.name}", reason, allowed)])
        return _sealed(_thickness(k, hydrated))
    if solute.measured is not None:
        return _measured(solute, solute.measured, lanes, hydrated, ph)
    return _prior(solute, lanes, hydrated, ph)


def formula(solute: Solute, lanes: Lanes, *, hydrated: bool) -> Formula:
    """Permeability and partition from molar mass, molar volume and octanol-water partition.

    ``P = 10^x D K / h`` with ``x = log10(c + 1 / (a sigma + b / R))`` for lipid of diffusivity D
    and partition K, ``sigma = D K / (D K of the corneocytes)`` with their *free* partition, and
    ``R`` for passing a lipid layer (transport:T-O11 to T-O17).

    Raises:
        ValueError: for a large molecule, which has no octanol-water partition.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> prior = formula(solute("testosterone"), Lanes(registry(), 0, [0]), hydrated=True)
    >>> f"{units.from_si(float(prior.permeability[0]), 'cm/h'):.1e} cm/h"
    '7.1e-03 cm/h'
    """
    if solute.log_kow is None or solute.molar_volume is None:
        raise ValueError(f"{solute.name}: the formula is for small molecules")
    k = lanes.stage("permeation")
    a = _Aspect.of(k, hydrated)
    slow = 1.0 if hydrated else k.dry_factor
    kow = 10.0**solute.log_kow
    in_lipid = k.lipid_partition_factor * kow**k.lipid_partition_power
    small = k.lipid_diffusivity * (k.lipid_reference / solute.mw) ** k.lipid_diffusivity_power
    lipid = (small + k.lipid_diffusivity_floor) / slow
    free, corneocyte = _corneocyte(solute, lanes, a)
    sigma = lipid * in_lipid / (corneocyte * free)
    passing = 10.0 ** (k.bilayer_intercept + k.bilayer_slope * np.cbrt(solute.mw)) / slow
    passing = units.to_si(1.0, _CM_S) * passing
    ratio = passing * a.length**2 / (k.bilayer_spacing * lipid)
    conduct = a.floor + 1.0 / (a.sigma * sigma + a.ratio / ratio)
    keratin = k.keratin_factor * kow**k.keratin_power
    held = (keratin * k.keratin_share + a.water) / (k.keratin_share / k.keratin_density + a.water)
    return Formula(
        permeability=np.asarray(conduct * lipid * in_lipid / a.thickness),
        partition=np.asarray((1.0 - a.corneocytes) * in_lipid + a.corneocytes * held),
        ratio=np.asarray(ratio),
    )


def refusal(solute: Solute, lanes: Lanes) -> str:
    """Why intact skin is not answered for this solute, or nothing.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> few = Lanes(registry(), 0, [0])
    >>> refusal(solute("lidocaine"), few), refusal(solute("hyaluronic acid"), few) != ""
    ('', True)
    """
    if solute.refused_intact:
        return solute.refused_intact
    k = lanes.stage("permeation")
    if solute.mw > float(k.largest_intact.max()):
        return f"a molecule of {solute.mw:.0f} Da"
    if solute.measured is None:
        ratio = min(
            float(formula(solute, lanes, hydrated=wet).ratio.min()) for wet in (True, False)
        )
        if ratio <= float(k.ratio_least.max()):
            return f"a molecule that passes lipid layers too slowly (R {ratio:.0f})"
    return ""


def seen(solute: Solute, lanes: Lanes, ph: float | Array) -> Array:
    """Share of all the dissolved drug that counts in the stratum corneum, of shape (members,).

    The form without net charge, and ``ion_share`` of the rest.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> drug, one = solute("lidocaine"), Lanes(registry(), 0, [0])
    >>> bool(seen(drug, one, 5.0)[0] < seen(drug, one, 9.0)[0])
    True
    """
    free = np.broadcast_to(solute.unionised(ph), (len(lanes),))
    return np.asarray(free + (1.0 - free) * lanes.stage("permeation").ion_share)


def capped(partition: Array, solute: Solute) -> Array:
    """The partition (1) cut so that stratum corneum at saturation is no denser than pure solute.

    Shape (members,), as given.

    >>> from pinprick.permeation.solutes import solute
    >>> float(capped(np.array([5.0]), solute("water"))[0])
    1.0
    """
    if solute.solubility is None:
        return partition
    return np.minimum(partition, solute.density / solute.solubility)


def lag_time(thickness: Array, diffusivity: Array) -> Array:
    """Lag in seconds of a membrane: ``h² / (6 D)``, of shapes that broadcast, in m and m²/s.

    >>> round(float(lag_time(np.array(6e-5), np.array(1e-12))))
    600
    """
    return np.asarray(thickness**2 / (_LAG * diffusivity))


@dataclass(frozen=True, slots=True)
class _Aspect:
    """The constants that differ between wet stratum corneum and that in air."""

    thickness: Array
    corneocytes: Array
    water: Array
    length: Array
    floor: Array
    sigma: Array
    ratio: Array
    fibre: Array
    hindrance: tuple[Array, ...]

    @staticmethod
    def of(k: Stage, hydrated: bool) -> _Aspect:
        state = "hydrated" if hydrated else "partly"

        def read(name: str) -> Array:
            return np.asarray(getattr(k, f"{name}_{state}"))

        return _Aspect(
            thickness=_thickness(k, hydrated),
            corneocytes=read("corneocytes"),
            water=read("water"),
            length=read("brick_length"),
            floor=read("closed_floor"),
            sigma=read("closed_sigma"),
            ratio=read("closed_ratio"),
            fibre=read("fibre"),
            hindrance=tuple(
                np.asarray(getattr(k, f"hindrance_{state}_{power}")) for power in _POWERS
            ),
        )


def _corneocyte(solute: Solute, lanes: Lanes, a: _Aspect) -> tuple[Array, Array]:
    """Free partition of a corneocyte and diffusivity in it: water between fibres of keratin."""
    k = lanes.stage("permeation")
    volume = units.from_si(solute.molar_volume or 0.0, "cm3/mol")
    radius = k.solute_radius_factor * volume**k.solute_radius_power
    size = units.to_si(1.0, "angstrom") * radius / k.fibre_radius
    free = 1.0 - a.fibre * (1.0 + size) ** 2
    hindered = sum(
        (c * size**power for power, c in enumerate(a.hindrance)), start=np.zeros_like(size)
    )
    return np.asarray(free), np.asarray(aqueous_diffusivity(solute, lanes) * free * hindered)


def _prior(solute: Solute, lanes: Lanes, hydrated: bool, ph: float | Array) -> Barrier:
    """The formula with its error, and the shunt beside it."""
    k = lanes.stage("permeation")
    thickness = _thickness(k, hydrated)
    prior = formula(solute, lanes, hydrated=hydrated)
    permeability = prior.permeability * 10.0 ** (_prior_sd(solute, k) * k.prior_error)
    permeability = permeability * k.people_permeability
    partition = capped(prior.partition, solute)
    diffusivity = permeability * thickness / partition
    return Barrier(
        permeability=permeability,
        partition=partition,
        diffusivity=diffusivity,
        lag=lag_time(thickness, diffusivity),
        thickness=thickness,
        seen=seen(solute, lanes, ph),
        shunt=np.asarray(k.shunt_permeability * k.people_permeability),
        shunt_lag=k.shunt_lag,
        basis="prior",
    )


def _prior_sd(solute: Solute, k: Stage) -> Array:
    log_kow = float(solute.log_kow or 0.0)
    known = (log_kow >= k.prior_lowest) & (log_kow <= k.prior_highest)
    return np.where(known, k.prior_sd_middle, k.prior_sd_other)


def _measured(
    solute: Solute, m: Measured, lanes: Lanes, hydrated: bool, ph: float | Array
) -> Barrier:
    """A measured permeability: the shunt is in it, so what is left of it goes through lipid."""
    k = lanes.stage("permeation")
    thickness = _thickness(k, hydrated)
    sd = np.full(len(lanes), np.log10(m.factor)) if m.factor is not None else k.measured_sd
    total = m.permeability * 10.0 ** (sd * k.measured_error) * k.people_permeability
    shunt = np.minimum(k.shunt_permeability * k.people_permeability, total)
    counted = seen(solute, lanes, m.ph) if m.ph is not None else np.ones(len(lanes))
    then = thickness if m.hydrated is None else _thickness(k, m.hydrated)
    lag = np.full(len(lanes), m.lag) if m.lag is not None else k.measured_lag
    permeability = (total - shunt) / counted
    diffusivity = then**2 / (_LAG * lag)
    partition = permeability * then / diffusivity
    if m.hydrated is not None and m.hydrated != hydrated:
        new, old = (formula(solute, lanes, hydrated=wet) for wet in (hydrated, m.hydrated))
        permeability = permeability * new.permeability / old.permeability
        partition = partition * new.partition / old.partition
        diffusivity = permeability * thickness / partition
    return Barrier(
        permeability=np.asarray(permeability),
        partition=np.asarray(partition),
        diffusivity=np.asarray(diffusivity),
        lag=lag_time(thickness, diffusivity),
        thickness=thickness,
        seen=seen(solute, lanes, ph),
        shunt=np.asarray(shunt),
        shunt_lag=k.shunt_lag,
        basis="measured",
    )


def _thickness(k: Stage, hydrated: bool) -> Array:
    return k.sc_thickness_hydrated if hydrated else k.sc_thickness_partly


def _sealed(thickness: Array) -> Barrier:
    none, one = np.zeros_like(thickness), np.ones_like(thickness)
    return Barrier(
        permeability=none,
        partition=one,
        diffusivity=none,
        lag=np.full_like(thickness, np.inf),
        thickness=thickness,
        seen=one,
        shunt=none,
        shunt_lag=np.full_like(thickness, np.inf),
        basis="sealed",
    )
