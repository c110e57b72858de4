"""Light in skin: followed photons against published exact answers, fast optics against photons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pinprick.appearance.colour import Pigments, reflectance, seen, typical
from pinprick.appearance.colour.absorption import central, optics_of
from pinprick.appearance.colour.optics import two_flux
from pinprick.appearance.colour.photons import Slabs, follow, reflected
from pinprick.faults import InputError

CM = 1e-2
BANDS = (0, 2, 5, 10, 14, 18, 22, 30)  # 400, 420, 450, 500, 540, 580, 620, 700 nm


def test_a_slab_of_van_de_hulst() -> None:
    slab = Slabs(np.array([90 * 0.25 / CM]), np.array([0.02 * CM]), 0.75, 1.0)
    absorption = np.array([10 / CM])
    out = follow(slab, absorption, 30_000, seed=1)
    assert abs(out.share(absorption) - 0.09739) < 0.003
    assert abs(out.share(absorption, up=False) - 0.66096) < 0.004


def test_half_a_space_of_giovanelli() -> None:
    space = Slabs(np.array([90 / CM]), np.array([np.inf]), 0.0, 1.5)
    absorption = np.array([10 / CM])
    out = follow(space, absorption, 30_000, seed=2)
    assert abs(out.share(absorption) + 0.04 - 0.2600) < 0.004


@pytest.mark.parametrize("bottom", [2e-3 * CM, np.inf])
def test_no_light_is_lost(bottom: float) -> None:
    slabs = Slabs(np.array([7e3, 4e3, 4e3]), np.array([60e-6, 200e-6, bottom]), 0.8, 1.4)
    least = np.array([3e3, 400.0, 100.0])
    out = follow(slabs, least, 2000, seed=3)
    left = sum(float(out.share(least, up=up)) for up in (True, False)) / out.entered
    assert abs(left + out.absorbed.sum() + out.lost - 1.0) < 1e-9
    assert 0 < left < 1


def test_more_absorption_sends_back_less() -> None:
    slabs = Slabs(np.array([5e3, 4e3]), np.array([60e-6, np.inf]), 0.8, 1.4)
    out = follow(slabs, np.array([50.0, 50.0]), 1000, seed=4)
    rising = np.geomspace(50, 5e4, 12)[:, None] * np.ones(2)
    assert (np.diff(out.share(rising)) < 0).all()


def test_the_surface_keeps_energy() -> None:
    cosine = np.linspace(0, 1, 50)
    inside, outside = reflected(cosine, 1.4), reflected(cosine, 1.4, inward=True)
    assert ((inside >= 0) & (inside <= 1) & (outside <= 1)).all()
    assert (inside[cosine < np.sqrt(1 - 1 / 1.4**2) - 0.01] == 1).all()


def test_two_equal_layers_are_one() -> None:
    o = optics_of(typical(3))
    split = replace(o, absorption=(o.absorption[1],) * 3, scattering=(o.scattering[1],) * 3)
    whole = replace(split, thickness=(o.thickness[0] * 1e-6, o.thickness[1] * 1e-6))
    assert np.allclose(two_flux(split), two_flux(whole), rtol=1e-6)


def followed(skin: Pigments, band: int, photons: int, seed: int) -> float:
    """What photons say of one skin at one wavelength."""
    o, k = optics_of(skin), central().stage("colour")
    absorption, scattering = (
        np.array([float(part[band]) for part in parts]) for parts in (o.absorption, o.scattering)
    )
    depths = np.array([float(o.thickness[0][0]), float(o.thickness[1][0]), np.inf])
    slabs = Slabs(scattering, depths, 0.8, float(k.index[0]))
    return float(follow(slabs, absorption, photons, seed).share(absorption))


def off(skin: Pigments, photons: int, seed: int) -> Any:
    true = np.array([followed(skin, band, photons, seed + band) for band in BANDS])
    said = reflectance(skin)[list(BANDS)]
    return np.abs(said - true) / np.maximum(0.04 * true, 0.005)


def test_no_photons_are_refused() -> None:
    with pytest.raises(InputError, match="photons: found 0"):
        followed(typical(4), 0, 0, 1)


def test_fast_optics_beside_photons_at_one_skin() -> None:
    assert np.sqrt(np.mean(off(typical(4), 3000, 50) ** 2)) < 1.5  # with the noise of few photons


@pytest.mark.verify
@pytest.mark.parametrize("phototype", range(1, 7))
@pytest.mark.parametrize("papillary", [1.0, 3.0])
def test_fast_optics_beside_fresh_photons(phototype: int, papillary: float) -> None:
    skin = typical(phototype).with_factors(papillary=papillary)
    ratio = off(skin, 20_000, 1000 * phototype)
    assert np.sqrt(np.mean(ratio**2)) < 1.0
    assert ratio.max() < 2.0


@pytest.mark.verify
def test_a_whole_spectrum_beside_fresh_photons() -> None:
    for phototype in (1, 6):
        skin = typical(phototype)
        true = np.array([followed(skin, band, 10_000, 7000 + band) for band in range(31)])
        said = reflectance(skin)
        assert np.sqrt(np.mean((said - true) ** 2)) < 0.01
        lab = [seen(spectrum, "specular excluded").lab for spectrum in (said, true)]
        assert np.abs(lab[0] - lab[1]).max() < 1.0
