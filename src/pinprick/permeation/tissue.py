"""Tissue: how the viable layers carry, hold and clear a solute.

Reference state: *total* drug dissolved in water at the tissue's pH. Formulas after Dancik, Kasting
and co-workers (transport:T-O1 to T-O8); large molecules from measured spreading of dextrans
(transport:T-W1, T-W2) and Young's correlation (transport:T-GF1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pinprick import units
from pinprick.evidence.lanes import Lanes, Stage
from pinprick.people.skin import body_site
from pinprick.permeation.solutes import Solute

FACE = ("cheek", "forehead", "nose", "chin", "upper lip", "temple", "periorbital")
Array = np.ndarray[Any, np.dtype[np.float64]]
_CM_H, _CM2_S, _CENTIPOISE = "cm/h", "cm2/s", "mPa*s"


@dataclass(frozen=True, slots=True)
class Tissue:
    """A layer for one solute; every field of shape (members,).

    ``diffusivity`` (m²/s) acts on the concentration in the tissue; ``partition`` is that
    concentration over all the drug dissolved in water beside it.
    """

    diffusivity: Array
    partition: Array


@dataclass(frozen=True, slots=True)
class Plexus:
    """What the superficial vessels take away; every field of shape (members,).

    ``rate`` (1/s) acts on the concentration in the tissue over ``extent`` (m) below the upper face
    of the dermis, and nowhere else.
    """

    rate: Array
    extent: Array


def dermis(solute: Solute, lanes: Lanes, *, dilute: bool = True) -> Tissue:
    """The dermis for a solute; ``dilute=False`` at numbing strengths, where albumin is full.

    ``diffusivity = (free + albumin's own) / bound`` and ``partition = water · bound``, where
    ``bound`` is the factor by which albumin and lipid hold more (transport:T-O1 to T-O5). A large
    molecule is not held: a protein moves by Young's law over a hindrance, a polysaccharide of any
    length as dextrans of 70 to 2000 kDa did.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> few = Lanes(registry(), 0, range(4))
    >>> held, free = (dermis(solute("lidocaine"), few, dilute=d) for d in (True, False))
    >>> bool((held.partition > free.partition).all())
    True
    """
    k = lanes.stage("permeation")
    if not solute.small:
        spread = k.dermis_large if solute.family == "polysaccharide" else _protein(solute, k)
        return _unheld(spread, k)
    return _small(solute, k, dilute)


def viable_epidermis(solute: Solute, lanes: Lanes, *, dilute: bool = True) -> Tissue:
    """The viable epidermis for a solute, as :func:`dermis`; nothing is cleared there.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> viable_epidermis(solute("caffeine"), Lanes(registry(), 0, range(4))).diffusivity.shape
    (4,)
    """
    k = lanes.stage("permeation")
    if not solute.small:
        spread = k.epidermis_large if solute.family == "polysaccharide" else _protein(solute, k)
        return _unheld(spread, k)
    return _small(solute, k, dilute)


def clearance(
    solute: Solute,
    site: str,
    lanes: Lanes,
    *,
    dilute: bool = True,
    constricted: bool = False,
) -> Plexus:
    """What the superficial plexus takes away at a body site.

    What leaks through and between the cells of capillaries, but no more than the blood brings away,
    over what is not bound: ``1 / (1 / (P S) + 1 / Q) / bound`` (transport:T-O6, T-O7). The water
    paths between the cells (transport:T-O8) are added: without them nothing clears a polar drug.

    Args:
        solute: what is carried.
        site: body site, which sets the blood flow under a numbing cream.
        lanes: parameter values, one lane a member.
        dilute: False at numbing strengths.
        constricted: whether the product itself cuts the flow, as numbing creams do.

    Raises:
        InputError: if the site is not known.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> few = Lanes(registry(), 0, range(4))
    >>> drug = solute("lidocaine")
    >>> face, thigh = (clearance(drug, s, few, constricted=True) for s in ("cheek", "thigh"))
    >>> bool((face.rate > thigh.rate).all())
    True
    """
    face = region(site) == "face"
    k = lanes.stage("permeation")
    flow = k.flow_limit
    if constricted:
        flow = flow * (k.flow_face if face else k.flow_body)
    leak = _capillary(solute, k) * k.capillary_surface
    free = 1.0 / (1.0 / leak + 1.0 / flow)
    held = _bound(solute, k, dilute)[0] if solute.small else np.ones(len(lanes))
    return Plexus(rate=np.asarray(free / held), extent=k.plexus_extent)


def region(site: str) -> Literal["face", "body"]:
    """Whether a body site belongs to the face, where skin leaks more and bleeds more.

    Neck, scalp and chest are taken with the body: what was measured is face and thigh.

    Raises:
        InputError: if the site is not known.

    >>> region("cheek"), region("thigh")
    ('face', 'body')
    """
    return "face" if body_site(site).name in FACE else "body"


def overlap(edges: Array, top: Array, bottom: Array) -> Array:
    """Length of each cell that lies between two depths, all in m, shape (cells, members).

    >>> faces = np.array([[0.0], [1.0], [3.0]])
    >>> overlap(faces, np.array([0.5]), np.array([1.5])).ravel()
    array([0.5, 0.5])
    """
    return np.asarray(np.maximum(np.minimum(edges[1:], bottom) - np.maximum(edges[:-1], top), 0.0))


def aqueous_diffusivity(solute: Solute, lanes: Lanes) -> Array:
    """Diffusivity in water, and so in a channel's fluid, in m²/s, shape (members,).

    A power of molar volume (transport:T-O15); for large molecules Young's (transport:T-GF1), which
    was made for proteins and is assumed for the chains of a polysaccharide, that are less compact.

    >>> from pinprick.evidence import Lanes, registry
    >>> from pinprick.permeation.solutes import solute
    >>> d = aqueous_diffusivity(solute("lidocaine"), Lanes(registry(), 0, [0]))
    >>> f"{units.from_si(float(d[0]), 'cm2/s'):.1e}"
    '6.3e-06'
    """
    k = lanes.stage("permeation")
    if solute.molar_volume is None:
        return _young(solute, k)
    volume = units.from_si(solute.molar_volume, "cm3/mol")
    middle = k.water_diffusivity_factor * volume**k.water_diffusivity_power
    large = k.water_large_factor * volume**k.water_large_power
    found = np.where(solute.molar_volume < k.water_large_volume, middle, large)
    return np.asarray(units.to_si(1.0, _CM2_S) * found)


def is_dilute(strength: float, lanes: Lanes) -> bool:
    """Whether so little drug (kg/m³) leaves albumin room to bind it.

    >>> from pinprick.evidence import Lanes, registry
    >>> is_dilute(25.0, Lanes(registry(), 0, [0]))
    False
    """
    return bool(strength < lanes.stage("permeation").albumin_full.min())


def _small(solute: Solute, k: Stage, dilute: bool) -> Tissue:
    bound, on_albumin = _bound(solute, k, dilute)
    free = units.to_si(1.0, _CM2_S) * 10.0**k.tissue_intercept * solute.mw**k.tissue_slope
    moved = free + k.albumin_space * k.albumin_diffusivity * on_albumin
    return Tissue(
        diffusivity=np.asarray(moved / bound * k.tissue_error),
        partition=np.asarray(k.tissue_water * bound),
    )


def _unheld(diffusivity: Array, k: Stage) -> Tissue:
    return Tissue(diffusivity, np.asarray(k.tissue_water * np.ones_like(diffusivity)))


def _bound(solute: Solute, k: Stage, dilute: bool) -> tuple[Array, Array]:
    """Factor by which tissue holds more than its water, and bound over free on albumin."""
    free = solute.unionised(k.tissue_ph)
    octanol = 10.0 ** float(solute.log_kow or 0.0) * free
    in_lipid = k.tissue_lipid * octanol
    if not dilute:
        return np.asarray(1.0 + in_lipid), np.zeros_like(in_lipid)
    factor, least = {
        "neutral or base": (k.albumin_neutral_factor, k.albumin_neutral_least),
        "acid that albumin holds": (k.albumin_held_acid_factor, k.albumin_held_acid_least),
        "other acid or zwitterion": (k.albumin_other_acid_factor, k.albumin_other_acid_least),
    }[solute.albumin]
    on_albumin = factor * np.exp(np.log10(octanol)) + least
    # the row's own form: (1 - space) + space / unbound share, with 1 / share = 1 + bound over free
    return np.asarray(1.0 + k.albumin_space * on_albumin + in_lipid), np.asarray(on_albumin)


def _capillary(solute: Solute, k: Stage) -> Array:
    """Permeability of the capillary's wall in m/s, through its cells and between them."""
    if not solute.small:
        return k.paracellular_large
    power = k.capillary_intercept + k.capillary_log_kow * float(solute.log_kow or 0.0)
    through = k.capillary_factor * 10.0 ** (power + k.capillary_mw * solute.mw)
    return np.asarray(units.to_si(1.0, _CM_H) * through + k.paracellular)


def _young(solute: Solute, k: Stage) -> Array:
    eta = k.water_viscosity / units.to_si(1.0, _CENTIPOISE)
    found = k.young_factor * k.body_temperature / eta * solute.mw**k.young_power
    return np.asarray(units.to_si(1.0, _CM2_S) * found)


def _protein(solute: Solute, k: Stage) -> Array:
    return np.asarray(_young(solute, k) / k.protein_hindrance)
