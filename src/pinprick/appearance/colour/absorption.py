"""What absorbs and scatters in skin, by layer and wavelength.

Epidermis (horny and living together), the upper 200 um of dermis, and all dermis below:

    epidermis   M·[(1-φ)·μ_eu + φ·μ_pheo] + (1-M)·μ_base
    dermis      B·p·μ_blood(S) + (1-B)·μ_base

with μ_blood = ln 10 · ε · haemoglobin, p the packing of blood in vessels, and scattering as a sum
of Rayleigh's and Mie's powers. Only blood over scattering and melanin times thickness are seen in a
spectrum, so the numbers of M, B and s belong together and none is a measurement by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from pinprick import units
from pinprick.appearance.colour.seen import bands
from pinprick.evidence import Lanes, registry

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Pigments:
    """What colours the skin; every field an array over members, all of shapes that fit together.

    ``melanin``: volume share of the epidermis (60 um); ``yellow``: share of it that absorbs like
    pheomelanin (carotene and bilirubin hide in it: a fitted yellow, no measured pigment);
    ``papillary`` and ``deep``: volume share of blood; ``oxygen`` and ``deep_oxygen``: saturation of
    its haemoglobin; ``scattering``: factor on the layers' own laws.
    """

    melanin: Array
    yellow: Array
    papillary: Array
    deep: Array
    oxygen: Array
    deep_oxygen: Array
    scattering: Array

    def one(self, member: int) -> Pigments:
        """One member of many, every field of shape ()."""
        picked = {
            f.name: np.asarray(np.broadcast_to(getattr(self, f.name), self.shape)[..., member])
            for f in fields(self)
        }
        return Pigments(**picked)

    @property
    def shape(self) -> tuple[int, ...]:
        """Common shape of the fields."""
        return np.broadcast_shapes(*(np.shape(getattr(self, f.name)) for f in fields(self)))

    def with_factors(self, melanin: Any = 1.0, papillary: Any = 1.0, deep: Any = 1.0) -> Pigments:
        """A copy with melanin and blood times the given factors."""
        return replace(
            self,
            melanin=np.minimum(self.melanin * np.asarray(melanin), 1.0),
            papillary=np.minimum(self.papillary * np.asarray(papillary), 1.0),
            deep=np.minimum(self.deep * np.asarray(deep), 1.0),
        )


@dataclass(frozen=True, slots=True)
class Optics:
    """Absorption and reduced scattering in 1/m by layer, each (..., wavelengths), and depths.

    ``thickness`` of the two upper layers in metres, (..., 1); the third has no lower end.
    """

    absorption: tuple[Array, Array, Array]
    scattering: tuple[Array, Array, Array]
    thickness: tuple[Array, Array]
    index: Array
    two_flux: Array


def optics_of(skin: Pigments, lanes: Lanes | None = None) -> Optics:
    """Absorption and scattering of the three layers by wavelength.

    Args:
        skin: fields of shape (..., members); any shape without ``lanes``.
        lanes: members' values of the laws; the parameters' own values if None.
    """
    k = _Laws((lanes or central()).stage("colour"), lanes is not None)
    waves = bands() * units.MICRO * units.MILLI
    beyond = (waves - k.baseline_from) / k.baseline_fall
    baseline = k.baseline_floor + k.baseline_rise * np.exp(-beyond)
    ratio = waves / k.reference_wave
    dark = k.melanin_absorption * ratio**-k.melanin_power
    pale = k.pheomelanin_absorption * ratio**-k.pheomelanin_power
    yellow, melanin = skin.yellow[..., None], skin.melanin[..., None]
    upper = melanin * ((1.0 - yellow) * dark + yellow * pale) + (1.0 - melanin) * baseline
    middle, lower = (
        blood[..., None] * _blood(oxygen[..., None], k) + (1.0 - blood[..., None]) * baseline
        for blood, oxygen in ((skin.papillary, skin.oxygen), (skin.deep, skin.deep_oxygen))
    )
    factor = skin.scattering[..., None]
    above = factor * k.epidermis_scattering * _law(ratio, k.epidermis_rayleigh, k.epidermis_mie)
    below = factor * k.dermis_scattering * _law(ratio, k.dermis_rayleigh, k.dermis_mie)
    return Optics(
        (upper, middle, lower),
        (above, below, below),
        (k.epidermis_depth, k.papillary_depth),
        k.index,
        k.two_flux,
    )


def extinction() -> tuple[Array, Array]:
    """Molar extinction of oxygenated and deoxygenated haemoglobin in m²/mol, shape (wavelengths,).

    Prahl's compilation of Gratzer's and Kollias' measurements, at :func:`bands`.

    >>> oxygenated, without = extinction()
    >>> nm = bands()
    >>> float(nm[oxygenated.argmax()]), round(float(oxygenated.max()))
    (420.0, 48036)
    >>> (without / oxygenated)[nm == 660].round(1).tolist()  # dark blood
    [10.1]
    """
    table = registry().tables["haemoglobin"]
    rows = np.isin(table["nm"], bands())
    unit = units.factor("liter/mol/cm")
    return table["oxy"][rows] * unit, table["deoxy"][rows] * unit


def _blood(oxygen: Array, k: _Laws) -> Array:
    """Absorption of blood as it lies in vessels: a full vessel hides a part of itself."""
    oxy, deoxy = extinction()
    molar = k.haemoglobin / k.haemoglobin_mass
    plain = np.log(10) * molar * (oxygen * oxy + (1.0 - oxygen) * deoxy)
    across = 2.0 * plain * k.vessel_radius
    return np.asarray(plain * -np.expm1(-across) / across)


def _law(ratio: Array, rayleigh: Array, mie: Array) -> Array:
    """Scattering over that at the reference wavelength: a Rayleigh and a Mie part."""
    return np.asarray(rayleigh * (ratio**-2) ** 2 + (1.0 - rayleigh) * ratio**-mie)


@dataclass(frozen=True, slots=True)
class _Laws:
    """The stage's parameters, wavelengths last: (members, 1), or (1,) for the one central lane."""

    stage: Any
    columns: bool

    def __getattr__(self, name: str) -> Array:
        values = np.asarray(getattr(self.stage, name))
        return values[:, None] if self.columns else values


@cache
def central() -> Lanes:
    """One lane in which every parameter has its own value and nothing is drawn."""
    return Lanes(registry().still(), 0, range(1))
