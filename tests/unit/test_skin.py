"""Skin by site: histology where there is any, vessels that go with the dermis."""

from __future__ import annotations

import re

import numpy as np
import pytest

from pinprick.evidence import Lanes, registry
from pinprick.faults import InputError
from pinprick.people import BODY_SITES
from pinprick.people.skin import body_site, sites, skin_at, treated_area, vessels

LAYERS = [
    "stratum corneum",
    "viable epidermis",
    "papillary dermis",
    "reticular dermis",
    "subcutis",
]


def lanes(members: int = 512) -> Lanes:
    return Lanes(registry(), 0, range(members))


def test_every_site_a_case_may_name_has_skin() -> None:
    assert set(BODY_SITES) <= set(sites())


@pytest.mark.parametrize("site", sorted(sites()))
def test_every_figure_has_a_status_and_its_rows(site: str) -> None:
    for key, figure in sites()[site].figures.items():
        assert figure.status in ("read", "recalled", "derived", "assumed"), key
        assert figure.rows or figure.status == "assumed", f"{site}.{key} names no row"
        assert all(re.fullmatch(r"skin:S-[\w-]+", row) for row in figure.rows)
        assert not any(row.startswith("skin:S-EM") for row in figure.rows), "an entry echo"
        assert figure.value > 0


@pytest.mark.parametrize("sex", ["female", "male", None])
@pytest.mark.parametrize("site", sorted(sites()))
def test_layers_and_vessels_stand_in_order(site: str, sex: str | None) -> None:
    k = lanes(64)
    skin = skin_at(site, sex, k)
    assert [layer.name for layer in skin.layers] == LAYERS
    epidermis = skin.top("papillary dermis")
    assert np.all(epidermis > 15e-6)
    assert np.all(epidermis < 250e-6)
    depth = vessels(skin, k)
    loops, upper, deep = (
        depth[name] for name in ("capillary loops", "superficial plexus", "deep plexus")
    )
    assert np.all(epidermis < loops)
    assert np.all(loops < upper)
    assert np.all(upper <= deep)
    assert treated_area(site) > 0


def test_means_are_those_of_the_rows() -> None:
    r = registry().with_values({"people.dermis_method": "1"})
    k = Lanes(r, 1, range(4096))
    for site, sex, mean, sd in (
        ("cheek", "female", 0.87, 0.35),
        ("forehead", "male", 1.17, 0.28),
        ("neck", "female", 0.99, 0.20),
    ):
        skin = skin_at(site, sex, k)
        dermis = (skin.thickness("papillary dermis") + skin.thickness("reticular dermis")) * 1e3
        assert np.mean(dermis) == pytest.approx(mean, rel=0.03)
        assert np.std(dermis) == pytest.approx(sd, rel=0.10)


def test_a_person_is_the_same_in_any_ensemble_and_thick_everywhere() -> None:
    few, many = skin_at("cheek", "female", lanes(16)), skin_at("cheek", "female", lanes(256))
    for a, b in zip(few.layers, many.layers, strict=True):
        assert np.array_equal(a.thickness, b.thickness[:16])
    k = lanes()
    cheek = skin_at("cheek", "female", k).thickness("reticular dermis")
    neck = skin_at("neck", "female", k).thickness("reticular dermis")
    assert np.corrcoef(cheek, neck)[0, 1] > 0.8


def test_the_plexus_goes_with_the_dermis() -> None:
    k = lanes()
    face = np.median(vessels(skin_at("cheek", "female", k), k)["deep plexus"])
    thigh = np.median(vessels(skin_at("thigh", "male", k), k)["deep plexus"])
    assert thigh / face > 1.5


def test_other_names_and_unknown_sites() -> None:
    assert body_site("Cheeks").name == "cheek"
    assert body_site("upper_lip").name == "upper lip"
    with pytest.raises(InputError, match="did you mean forehead"):
        skin_at("forhead", "female", lanes(4))
