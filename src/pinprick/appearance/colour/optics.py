"""Reflectance of layered skin: two fluxes of light, layers added, set right by followed photons.

Each layer has the two-flux reflectance and transmittance of Kubelka and Munk (K = 2·μ_a,
S = ¾·μ_s'), layers are added from below, the surface keeps back what hits it from within, and the
result is multiplied by the exponential of a polynomial in five logarithms that was fitted to
photons followed one by one (:mod:`pinprick.appearance.colour.photons`). Without that factor the
two fluxes are wrong by tens of percent, most in dark skin, and every fitted pigment with them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from pinprick.appearance.colour.absorption import Optics, Pigments, optics_of
from pinprick.appearance.colour.photons import reflected
from pinprick.appearance.colour.seen import Geometry
from pinprick.evidence import Lanes, registry

Array = np.ndarray[Any, np.dtype[np.float64]]
ANGLES = 10**2  # nodes of the mean over directions


def reflectance(
    skin: Pigments, lanes: Lanes | None = None, *, geometry: Geometry = "specular excluded"
) -> Array:
    """Share of light that skin sends back, by wavelength, shape (..., wavelengths).

    Args:
        skin: pigments, fields of shape (..., members).
        lanes: members' values of the laws; the parameters' own values if None.
        geometry: with or without what the surface mirrors.

    Returns:
        Shares of one at 400 to 700 nm by 10 nm, after Kubelka and Munk with a correction fitted to
        followed photons; the laws and their rows are the parameters of the stage ``colour``.

    >>> from pinprick.appearance.colour import typical
    >>> fair, dark = reflectance(typical(1)), reflectance(typical(6))
    >>> fair.shape, bool((fair > dark).all())
    ((31,), True)
    >>> gloss = reflectance(typical(1), geometry="specular included") - fair
    >>> float(gloss.max().round(4))  # Fresnel at n 1.40
    0.0278
    """
    o = optics_of(skin, lanes)
    body = two_flux(o) * np.exp(correction(features(o)))
    mirrored = reflected(np.ones(1), o.index, inward=True)
    return np.asarray(body + mirrored * (geometry == "specular included"))


def two_flux(o: Optics) -> Array:
    """Reflectance by Kubelka and Munk, layers added, specular excluded, (..., wavelengths)."""
    below = _endless(o.absorption[2], o.two_flux * o.scattering[2])
    for i in (1, 0):
        own, through = _layer(o.absorption[i], o.two_flux * o.scattering[i], o.thickness[i])
        below = own + through**2 * below / (1.0 - own * below)
    outside = reflected(np.ones(1), o.index, inward=True)
    inside = _kept(o.index)
    return np.asarray((1.0 - outside) * (1.0 - inside) * below / (1.0 - inside * below))


def features(o: Optics) -> Array:
    """What the correction depends on, shape (..., wavelengths, 5).

    Scattering over the epidermis' depth, the ratio of the two scatterings, absorption over the
    epidermis' depth, absorption over scattering of the papillary dermis and of the dermis below.
    """
    depth = o.thickness[0]
    parts = (
        o.scattering[1] * depth,
        o.scattering[0] / o.scattering[1],
        o.absorption[0] * depth,
        o.absorption[1] / o.scattering[1],
        o.absorption[2] / o.scattering[2],
    )
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def correction(x: Array) -> Array:
    """Logarithm of the followed photons' reflectance over the two fluxes', shape (...)."""
    floor, low, high, powers, weights = _fitted()
    products = terms(scaled(x, floor, low, high), powers)
    return np.tensordot(weights, products, axes=1)


def scaled(x: Array, floor: Array, low: Array, high: Array) -> Array:
    """Logarithms of the features above a floor, -1 to 1 between the ends of the fit."""
    return np.clip((2.0 * np.log(x + floor) - low - high) / (high - low), -1.0, 1.0)


def terms(place: Array, powers: np.ndarray[Any, np.dtype[np.int64]]) -> Array:
    """Products of powers of the scaled features (..., features), shape (terms, ...)."""
    out = np.ones((len(powers), *place.shape[:-1]))
    for feature, values in enumerate(np.moveaxis(place, -1, 0)):
        rising = [np.ones_like(values)]
        for _ in range(int(powers[:, feature].max())):
            rising.append(rising[-1] * values)
        out *= np.stack(rising)[powers[:, feature]]
    return out


@cache
def _fitted() -> tuple[Array, Array, Array, Any, Array]:
    tables = registry().tables
    ends, fit = tables["light_correction_range"], tables["light_correction"]
    powers = np.stack([fit[f"p{i}"] for i in range(len(ends["low"]))], axis=1).astype(np.int64)
    return ends["floor"], ends["low"], ends["high"], powers, fit["weight"]


def _layer(absorption: Array, scattering: Array, depth: Array) -> tuple[Array, Array]:
    """Reflectance and transmittance of one layer by itself."""
    a = 1.0 + 2.0 * absorption / scattering
    b = np.sqrt(a * a - 1.0)
    x = b * scattering * depth
    share = a * np.tanh(x) + b
    return np.tanh(x) / share, b / (np.cosh(x) * share)


def _endless(absorption: Array, scattering: Array) -> Array:
    """Reflectance of a layer without a lower end."""
    a = 1.0 + 2.0 * absorption / scattering
    return np.asarray(1.0 / (a + np.sqrt(a * a - 1.0)))


@cache
def _directions() -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(ANGLES)
    return (nodes + 1.0) / 2, weights


def _kept(index: Array) -> Array:
    """Share of even light from within that the surface sends back."""
    cosine, weights = _directions()
    per_angle = reflected(cosine, np.asarray(index)[..., None])
    return np.asarray((per_angle * cosine * weights).sum(axis=-1))
