"""Colour: definitions against the standards, tables against known points, laws, and the archive."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from pinprick.appearance.colour import (
    DayState,
    Pigments,
    bands,
    colour_table,
    difference,
    encoded,
    extinction,
    ita,
    ita_class,
    on_days,
    reflectance,
    resting,
    seen,
    skin_colour,
    typical,
)
from pinprick.appearance.colour.seen import ILLUMINANT, OBSERVER, lab_of, white
from pinprick.evidence import Lanes, registry

ROMAN = ("I", "II", "III", "IV", "V", "VI")
PHOTOTYPES = range(1, 7)
SCI, SCE = "specular included", "specular excluded"

# L*, a*, b* twice and the difference: Sharma, Wu and Dalal 2005, table 1.
SHARMA = np.array([
    (50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425),
    (50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615),
    (50, 2.8361, -74.02, 50, 0, -82.7485, 3.4412),
    (50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000),
    (50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000),
    (50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000),
    (50, 0, 0, 50, -1, 2, 2.3669),
    (50, -1, 2, 50, 0, 0, 2.3669),
    (50, 2.49, -0.001, 50, -2.49, 0.0009, 7.1792),
    (50, 2.49, -0.001, 50, -2.49, 0.001, 7.1792),
    (50, 2.49, -0.001, 50, -2.49, 0.0011, 7.2195),
    (50, 2.49, -0.001, 50, -2.49, 0.0012, 7.2195),
    (50, -0.001, 2.49, 50, 0.0009, -2.49, 4.8045),
    (50, -0.001, 2.49, 50, 0.001, -2.49, 4.8045),
    (50, -0.001, 2.49, 50, 0.0011, -2.49, 4.7461),
    (50, 2.5, 0, 50, 0, -2.5, 4.3065),
    (50, 2.5, 0, 73, 25, -18, 27.1492),
    (50, 2.5, 0, 61, -5, 29, 22.8977),
    (50, 2.5, 0, 56, -27, -3, 31.9030),
    (50, 2.5, 0, 58, 24, 15, 19.4535),
    (50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000),
    (50, 2.5, 0, 50, 3.2972, 0, 1.0000),
    (50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000),
    (50, 2.5, 0, 50, 3.2592, 0.335, 1.0000),
    (60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644),
    (63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630),
    (61.2901, 3.7196, -5.3901, 61.4292, 2.248, -4.962, 1.8731),
    (35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645),
    (22.7233, 20.0904, -46.694, 23.0331, 14.973, -42.5619, 2.0373),
    (36.4612, 47.858, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146),
    (90.8027, -2.0831, 1.441, 91.1528, -1.6435, 0.0447, 1.4441),
    (90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381),
    (6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377),
    (2.0776, 0.0795, -1.135, 0.9033, -0.0636, -0.5514, 0.9082),
])  # fmt: skip


def spectra() -> dict[str, np.ndarray]:
    """Mean spectra of the archive by site and class."""
    table = registry().tables["skin_spectra"]
    return {name: values for name, values in table.items() if name != "nm"}


def classes(place: int) -> dict[str, np.ndarray]:
    """Means and standard deviations by class; 0 is the face, 1 the cheek, 2 the inner arm."""
    table = registry().tables["skin_classes"]
    rows = table["place"] == place
    return {name: values[rows] for name, values in table.items()}


def model(phototype: int, site: str = "cheek") -> np.ndarray:
    return reflectance(typical(phototype, site), geometry=SCI)


# ---- definitions ----


def test_differences_of_sharma() -> None:
    assert len(SHARMA) == 34
    for first, second in ((SHARMA[:, :3], SHARMA[:, 3:6]), (SHARMA[:, 3:6], SHARMA[:, :3])):
        assert np.abs(difference(first, second) - SHARMA[:, 6]).max() < 1e-4


def test_differences_beside_colour_science(science: Any) -> None:
    rng = np.random.default_rng(3)
    first, second = (
        np.column_stack([rng.uniform(0, 100, 2000), *rng.uniform(-70, 70, (2, 2000))])
        for _ in range(2)
    )
    assert np.allclose(difference(first, second), science.delta_E(first, second), atol=1e-9)


def test_spectra_beside_colour_science(science: Any) -> None:
    light = science.SDS_ILLUMINANTS["D65"]
    point = science.CCS_ILLUMINANTS["CIE 1931 2 Degree Standard Observer"]["D65"]
    every = {**spectra(), **{f"model {p}": model(p) for p in PHOTOTYPES}}
    for name, values in every.items():
        sd = science.SpectralDistribution(dict(zip(bands(), values, strict=True)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            xyz = science.sd_to_XYZ(sd, illuminant=light) / 100
        ours = seen(values, SCI)
        assert np.abs(ours.lab - science.XYZ_to_Lab(xyz, point)).max() < 0.05, name
        assert np.abs(ours.srgb - science.XYZ_to_sRGB(xyz)).max() < 2e-3, name


def test_lab_beside_colour_science_down_to_black(science: Any) -> None:
    xyz = np.random.default_rng(5).uniform(0, 1, (500, 3)) ** 3
    point = science.XYZ_to_xy(white())
    assert np.allclose(lab_of(xyz), science.XYZ_to_Lab(xyz, point), atol=1e-6)


def test_ita_is_its_formula_and_turns_with_the_sign_of_b() -> None:
    rng = np.random.default_rng(1)
    lab = np.column_stack([rng.uniform(20, 80, 300), np.zeros(300), rng.uniform(0.1, 30, 300)])
    assert np.allclose(ita(lab), np.degrees(np.arctan((lab[:, 0] - 50) / lab[:, 2])))
    assert ita(np.array([60.0, 0.0, -5.0])) > 90  # a plain arctangent would call this dark


@pytest.mark.parametrize(
    ("edge", "above", "below"),
    [
        (55, "very light", "light"),
        (41, "light", "intermediate"),
        (28, "intermediate", "tan"),
        (10, "tan", "brown"),
        (-30, "brown", "dark"),
    ],
)
def test_every_edge_of_a_class(edge: float, above: str, below: str) -> None:
    assert ita_class(edge + 1e-9) == above
    assert ita_class(edge) == ita_class(edge - 1e-9) == below


def test_a_colour_says_how_it_was_got() -> None:
    colour = seen(model(3), SCI)
    assert (colour.geometry, colour.observer, colour.illuminant) == (SCI, OBSERVER, ILLUMINANT)
    for word in (SCI, "1931", "D65", "d/8"):
        assert word in colour.how


def test_the_mirror_is_two_points_on_the_fairest_and_more_on_the_darkest() -> None:
    gap = [
        seen(model(p), SCI).lab[0] - seen(reflectance(typical(p)), SCE).lab[0] for p in PHOTOTYPES
    ]
    assert 1.5 < gap[0] < 3 and 4.5 < gap[5] < 8
    assert gap == sorted(gap)
    assert np.allclose(model(1) - reflectance(typical(1)), (0.4 / 2.4) ** 2)


def test_encoding_keeps_within_a_screen() -> None:
    assert encoded(np.array([-1.0, 0.0, 1.0, 2.0])).tolist() == [0.0, 0.0, 1.0, 1.0]


# ---- haemoglobin ----


@pytest.mark.parametrize("point", [422.0, 452.4, 500.1, 529.2, 545.3, 570.2, 584.1])
def test_isosbestic_points(point: float) -> None:
    table = registry().tables["haemoglobin"]
    gap = CubicSpline(table["nm"], table["oxy"] - table["deoxy"])
    assert abs(brentq(gap, point - 3, point + 3) - point) < 0.25


def test_peaks_of_haemoglobin() -> None:
    table = registry().tables["haemoglobin"]
    nm, oxy, deoxy = table["nm"], table["oxy"], table["deoxy"]
    at = dict(zip(nm, zip(oxy, deoxy, strict=True), strict=True))
    assert (at[542][0], at[576][0], at[556][1]) == (53292, 55540, 54540)
    assert (at[660][0], at[660][1]) == (319.6, pytest.approx(3226.56, abs=0.1))
    green = (nm >= 500) & (nm <= 600)
    assert nm[green][np.argmax(oxy[green])] == 576
    assert nm[green][np.argmax(deoxy[green])] in (554, 556)
    assert np.array_equal(nm, np.arange(400, 701, 2))


def test_the_bands_take_the_table_as_it_is() -> None:
    oxy, deoxy = extinction()
    assert oxy.shape == deoxy.shape == bands().shape == (31,)
    table = registry().tables["haemoglobin"]
    at_700 = (table["nm"] == 700).argmax()
    assert oxy[-1] == pytest.approx(table["oxy"][at_700] / 10)  # l/(mol cm) to m2/mol


# ---- laws ----


def lightness(skin: Pigments) -> np.ndarray:
    return seen(reflectance(skin), SCE).lab[..., 0]


@pytest.mark.parametrize("phototype", PHOTOTYPES)
def test_more_melanin_never_raises_lightness(phototype: int) -> None:
    factors = np.geomspace(0.25, 2.0, 40)
    assert (np.diff(lightness(typical(phototype).with_factors(melanin=factors))) <= 0).all()


@pytest.mark.parametrize("phototype", PHOTOTYPES)
@pytest.mark.parametrize("where", ["papillary", "deep", "both"])
def test_more_blood_never_raises_lightness(phototype: int, where: str) -> None:
    factors = np.geomspace(0.25, 12.0, 60)
    given = {"papillary": factors, "deep": factors} if where == "both" else {where: factors}
    assert (np.diff(lightness(typical(phototype).with_factors(**given))) <= 0).all()


@pytest.mark.parametrize("phototype", PHOTOTYPES)
def test_a_spectrum_is_between_black_and_white(phototype: int) -> None:
    spectrum = model(phototype)
    assert ((spectrum > 0) & (spectrum < 1)).all()


def test_redness_shows_less_the_darker_the_skin_and_darkening_does_not() -> None:
    def shift(**factors: float) -> list[float]:
        pairs = [(typical(p), typical(p).with_factors(**factors)) for p in PHOTOTYPES]
        return [float(difference(*(seen(reflectance(s), SCI).lab for s in pair))) for pair in pairs]

    red, dark = shift(papillary=3.0), shift(melanin=1.25)
    assert min(red[:3]) > 2 * red[5]
    assert red[2:] == sorted(red[2:], reverse=True)
    assert dark[5] > 1.5 * dark[0]


# ---- the archive ----


@pytest.mark.parametrize("phototype", PHOTOTYPES)
def test_class_means_and_spectra(phototype: int) -> None:
    face, place = classes(0), phototype - 1
    lab = seen(model(phototype), SCI).lab
    z = [(lab[i] - face[axis][place]) / face[f"{axis}_sd"][place] for i, axis in enumerate("Lab")]
    assert np.abs(z).max() < 1
    off = model(phototype) - spectra()[f"face_{ROMAN[place]}"]
    assert np.sqrt(np.mean(off**2)) < 0.01
    names = ("very light", "light", "intermediate", "tan", "brown", "dark")
    assert ita_class(float(seen(model(phototype), SCI).ita)) == names[place]


def test_scattering_and_oxygen_are_shared() -> None:
    skins = [typical(p) for p in PHOTOTYPES]
    assert len({float(s.scattering) for s in skins}) == len({float(s.oxygen) for s in skins}) == 1


@pytest.mark.parametrize("phototype", range(1, 6))
def test_the_arm_is_less_red_than_the_cheek(phototype: int) -> None:
    cheek, arm, place = classes(1), classes(2), phototype - 1
    contrast = seen(model(phototype), SCI).lab[1] - seen(model(phototype, "forearm"), SCI).lab[1]
    published = cheek["a"][place] - arm["a"][place]
    assert abs(contrast - published) < arm["a_sd"][place]


def test_people_of_a_class_differ_as_in_the_archive() -> None:
    """Virtual people of all phototypes, sorted by their own ITA as the archive's are."""
    lanes, face = Lanes(registry(), 0, range(300)), classes(0)
    drawn = [seen(reflectance(resting(p, lanes), lanes, geometry=SCI), SCI) for p in PHOTOTYPES]
    lab = np.concatenate([colour.lab for colour in drawn])
    weight = np.repeat(face["n"], len(lanes))
    group = np.digitize(-ita(lab), [-55, -41, -28, -10, 30])
    for place in range(6):
        own, w = lab[group == place], weight[group == place]
        mean = np.average(own, axis=0, weights=w)
        sd = np.sqrt(np.average((own - mean) ** 2, axis=0, weights=w))
        for i, axis in enumerate("Lab"):
            published = face[f"{axis}_sd"][place]
            assert 1 / 1.5 < sd[i] / published < 1.5, (place, axis)
            assert abs(mean[i] - face[axis][place]) < published, (place, axis)


# ---- days ----


def days(redness: Any = 0.0, melanin: Any = 0.0, vessels: Any = 0.0) -> DayState:
    parts = np.broadcast_arrays(*(np.asarray(x, float) for x in (melanin, redness, vessels)))
    return DayState(*(np.array(part).reshape(-1, 1) for part in parts))


def test_a_day_without_change_is_the_day_before() -> None:
    lanes = Lanes(registry(), 1, range(8))
    rest = resting(4, lanes)
    state = DayState(*(np.zeros((3, 8)) for _ in range(3)))
    found = skin_colour(rest, state, lanes)
    assert found.colour.xyz.shape == (3, 8, 3)
    assert np.abs(found.difference).max() < 1e-9
    assert np.abs(found.change).max() < 1e-9


def test_redness_and_pigment_move_their_own_way() -> None:
    lanes = Lanes(registry(), 1, range(8))
    state = DayState(
        melanin=np.array([[0.0] * 8, [4.0] * 8]),
        redness=np.array([[16.0] * 8, [0.0] * 8]),
        vessels=np.zeros((2, 8)),
    )
    change = skin_colour(resting(2, lanes), state, lanes).change
    assert (change[0, :, 1] > 1).all() and (change[..., 0] < 0).all()
    assert (change[1, :, 1] < change[0, :, 1]).all()


def test_reddening_brings_oxygen_and_never_more_than_all_of_it() -> None:
    lanes = Lanes(registry(), 1, range(8))
    rest = resting(1, lanes)
    state = DayState(*(np.full((1, 8), x) for x in (0.0, 40.0, 0.1)))
    skin = on_days(rest, state, lanes)
    assert (skin.papillary > rest.papillary).all() and (skin.oxygen <= 1).all()
    assert np.allclose(skin.deep, rest.deep)


def test_darkening_ends_at_brown() -> None:
    lanes = Lanes(registry(), 1, range(8))
    rest = resting(6, lanes)
    state = DayState(np.full((1, 8), 1e6), np.zeros((1, 8)), np.zeros((1, 8)))
    dark = on_days(rest, state, lanes).melanin / rest.melanin
    assert (dark <= 1 + registry().parameter("colour.melanin_most").value + 1e-9).all()


def test_every_parameter_moves_a_colour() -> None:
    names = [p.name for p in registry().stage("colour")]
    scale = {name: (lane, 1.25) for lane, name in enumerate(names, 1)}
    yellow = Lanes(registry(), 0, range(16))["colour.yellow_person"]
    member = int(np.argmax(yellow))  # in one who has none, nothing of it could move
    lanes = Lanes(registry(), 0, [member] * (len(names) + 1), scale)
    state = DayState(*(np.full((1, len(lanes)), x) for x in (1.0, 4.0, 0.1)))
    moved: set[str] = set()
    for phototype in PHOTOTYPES:
        for site in ("cheek", "forearm"):
            found = skin_colour(resting(phototype, lanes, site), state, lanes)
            both = np.concatenate([found.colour.xyz[0], found.rest.xyz], axis=1)
            gap = np.abs(both - both[0]).max(axis=1)
            moved |= {name for lane, name in enumerate(names, 1) if gap[lane] > 1e-7}
    still = set(names) - moved
    assert not still


# ---- pictures ----


def test_a_table_of_colour_agrees_with_the_optics() -> None:
    rest = typical(3)
    table = colour_table(rest)
    rng = np.random.default_rng(2)
    melanin, papillary = np.exp2(rng.uniform(-1, 1, 50)), np.exp2(rng.uniform(-1, 4, 50))
    deep = np.exp2(rng.uniform(-1, 2, 50))
    direct = seen(reflectance(rest.with_factors(melanin, papillary, deep)), SCE)
    looked = table(melanin, papillary, deep)
    assert np.abs(looked - direct.linear).max() < 0.01
    assert np.allclose(table(1.0), table.rest.linear, atol=2e-3)


@pytest.mark.parametrize("phototype", PHOTOTYPES)
def test_a_flat_patch_has_its_colour(phototype: int) -> None:
    table = colour_table(typical(phototype))
    patch = table(np.ones((4, 4)))
    rows = np.linalg.inv(np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415],
                                   [0.0557, -0.2040, 1.0570]]))  # fmt: skip
    lab = lab_of(patch @ rows.T)
    assert difference(lab, table.rest.lab).max() < 0.2


def test_a_factor_beyond_the_table_takes_its_end() -> None:
    table = colour_table(typical(5))
    assert np.allclose(table(100.0, 1.0), table(2.0, 1.0))
    assert np.isfinite(table(0.0, 0.0, 0.0)).all()
