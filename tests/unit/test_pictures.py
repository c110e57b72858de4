"""Pictures: colours that are met, stamps that stay, people who are never shown alone."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from scipy.signal import fftconvolve

from pinprick.appearance.colour import colour_table, difference, typical
from pinprick.appearance.light import raking
from pinprick.appearance.picture import (
    GOOD,
    Part,
    Picture,
    Scene,
    State,
    frame,
    photograph,
    sheet,
    strip,
    untreated,
)
from pinprick.appearance.picture.layout import layout
from pinprick.appearance.picture.marks import coat, patches
from pinprick.appearance.picture.overlay import bar_length, stamped
from pinprick.appearance.picture.page import Page
from pinprick.appearance.picture.shot import lab_of_linear
from pinprick.appearance.relief import numbers, patch, scar, square
from pinprick.case import Case, example_path
from pinprick.faults import InputError, NotForecastError
from pinprick.forecasting import forecast
from pinprick.forecasting.figures import pictures
from pinprick.forecasting.figures.skin import RANKS, Skin, refuse

K = numbers()
WORDS = "simulation, not a promise"
DAY_30 = State(30, 2, 2, 4, 0.1, 2.0, 8e6, 1.1e7)


def scene(phototype: int = 4, who: str = "typical responder", pixels: int = 240) -> Scene:
    made = patch(square(6e-3, pixels), 3, [scar("boxcar", 3e-3, 3e-3, K)], K)
    parts = (Part("fill", "forecast"),)
    return Scene("boxcar scar", phototype, who, "50th percentile", made, colours(phototype), parts)


def colours(phototype: int) -> Any:
    return colour_table(typical(phototype))


def opened(made: Picture) -> Any:
    image = Image.open(io.BytesIO(made.png))
    image.load()
    return image


def stamps(image: Image.Image, width: int) -> int:
    """How often the letters of the stamp stand in an image with photographs of that width."""
    plain = stamped(np.zeros((width, width, 3), np.uint8), 1e-5, raking(K))
    high = width - 3 * width // 10
    band = np.asarray(plain.convert("L"), dtype=float)[high:, : width // 2]
    letters, ground = band > 240, band < 30
    white = (np.asarray(image.convert("L")) > 225).astype(float)
    kernel = (letters.astype(float) - ground)[::-1, ::-1]
    found = fftconvolve(white, kernel, mode="valid")
    _, count = ndimage.label(found > 0.9 * letters.sum())
    return int(count)


# ---- colour ----


@pytest.mark.parametrize("phototype", range(1, 7))
def test_skin_without_a_scar_renders_to_its_colour(phototype: int) -> None:
    table = colours(phototype)
    shot = photograph(patch(square(8e-3, 200), 5, [], K), untreated(0, 1), table, k=K)
    linear = shot.linear.mean(axis=(0, 1))
    lab = lab_of_linear(linear)
    assert float(difference(lab, table.rest.lab)) < 2
    assert float(difference(shot.lab, table.rest.lab)) < 1


@pytest.mark.parametrize("phototype", [1, 4, 6])
def test_redness_reddens_and_darkens(phototype: int) -> None:
    it = scene(phototype, pixels=120)
    rest = it.shot(untreated(0, 4), k=K).lab
    red = it.shot(replace(DAY_30, redness=20.0), k=K).lab
    assert red[1] > rest[1] and red[0] < rest[0]


def test_blood_grows_with_redness_to_an_end() -> None:
    rise = [replace(DAY_30, redness=r).blood(K) for r in (0, 0.5, 1, 5, 20, 1e3)]
    assert rise[0] == 1 and rise == sorted(rise) and rise[-1] == K.blood_most


def test_dark_patches_are_clipped_brown_and_millimetres_wide() -> None:
    made = patch(square(20e-3, 400), 3, [], K)
    assert replace(DAY_30, pigment=9.0).darkening(K) == 1 + K.of("colour.melanin_most")
    labels, count = ndimage.label(patches(made, K) > 0.5)
    sizes = ndimage.sum_labels(np.ones_like(labels), labels, np.arange(1, count + 1))
    widths = 2e3 * np.sqrt(sizes / np.pi) * made.grid.pixel
    assert count > 5 and 1 < np.median(widths) < 4
    painted = coat(made, replace(DAY_30, redness=0.0, bleeding=0.0, pigment=1.35), colours(6), K)
    dark = painted.albedo[patches(made, K) > 0.9].mean(axis=0)
    assert dark[0] > dark[1] > dark[2] > 0  # brown: red above green above blue


def test_what_is_drawn_comes_and_goes() -> None:
    def on(day: float) -> State:
        return State(day, day, 1, 1)

    assert on(0).fresh() == 1 > 1e-3 > on(1).fresh()
    assert on(0).crust(K) == 0 < on(7).crust(K) < on(1).crust(K)
    assert on(3).scale(K) == pytest.approx(1)
    assert on(3).scale(K) > on(1).scale(K) > on(10).scale(K)
    assert on(0).swelling(K) == K.swelling_most > 10 * on(4).swelling(K)
    bare = untreated(3, 1)
    assert (bare.fresh(), bare.crust(K), bare.scale(K), bare.swelling(K)) == (0, 0, 0, 0)


# ---- stamps and files ----


def test_a_frame_is_stamped_in_pixels_and_metadata() -> None:
    made = frame(scene(), DAY_30, k=K)
    image = opened(made)
    assert stamps(image, 240) == 1
    assert image.info["Warning"] == WORDS and WORDS in image.info["Pinprick"]
    assert image.info["Seed"] == "3" and image.info["Description"] == made.alt
    assert b"sRGB" in made.png[:200]
    assert (image.width, image.height) == (made.width, made.height)
    assert "not a promise" in made.alt and "boxcar" in made.alt and "phototype IV" in made.alt


def test_dark_skin_has_a_second_exposure_with_its_own_stamp() -> None:
    light, dark = frame(scene(4), DAY_30, k=K), frame(scene(5), DAY_30, k=K)
    assert dark.width > 1.7 * light.width
    assert stamps(opened(dark), 240) == 2


@pytest.mark.parametrize("small", [False, True])
def test_every_photograph_of_a_sheet_and_a_strip_is_stamped(small: bool) -> None:
    people = [scene(4, who) for who in ("poor responder", "typical responder", GOOD)]
    whole = sheet([(each, DAY_30) for each in people], k=K, small=small)
    assert stamps(opened(whole), 240) == 4
    film = strip([(people[0], [DAY_30, replace(DAY_30, day=31, since=3)])], k=K, small=small)
    assert stamps(opened(film), 240) == 4


def test_a_good_responder_is_never_alone() -> None:
    good = scene(4, GOOD)
    for make in (
        lambda: frame(good, DAY_30, k=K),
        lambda: strip([(good, [DAY_30])], k=K),
        lambda: sheet([(good, DAY_30)], k=K),
    ):
        with pytest.raises(InputError, match="beside the poor"):
            make()


def test_days_of_a_strip_that_differ_are_refused() -> None:
    poor, usual = scene(4, "poor responder", 40), scene(4, pixels=40)
    for rows in ([(poor, [])], [(poor, [DAY_30]), (usual, [replace(DAY_30, day=31)])]):
        with pytest.raises(InputError, match="the same in every row"):
            strip(rows, k=K)


def test_the_same_picture_has_the_same_bytes() -> None:
    assert frame(scene(), DAY_30, k=K).png == frame(scene(), DAY_30, k=K).png


def test_a_picture_is_written(tmp_path: Any) -> None:
    made = frame(scene(), DAY_30, k=K)
    made.write(tmp_path / "frame.png")
    assert (tmp_path / "frame.png").read_bytes() == made.png


# ---- the page ----


def test_blocks_of_a_page_do_not_overlap() -> None:
    page = Page(300, 10)
    for words in ("one", "two " * 40, "three"):
        page.text(words)
    whole = page.finish()
    parts = sum(block.height for block in page.blocks) + sum(page.gaps[1:]) + 2 * page.margin
    assert whole.height == parts
    assert max(block.width for block in page.blocks) <= 300


@pytest.mark.parametrize(("most", "length"), [(2.5e-3, 2e-3), (3e-3, 2e-3), (6e-4, 5e-4)])
def test_the_scale_bar_is_a_round_length(most: float, length: float) -> None:
    assert bar_length(most) == pytest.approx(length)


def test_lines_of_a_profile_stand_out_from_the_page() -> None:
    def light(colour: list[int]) -> float:
        linear = (np.array(colour) / 255) ** 2.2
        return float(linear @ [0.2126, 0.7152, 0.0722])

    paper = light(layout("page").paper)
    for line in layout("profile").lines:
        assert (paper + 0.05) / (light(line) + 0.05) >= 3
    assert len({tuple(dash) for dash in layout("profile").dashes}) == 4


# ---- from a forecast ----


@pytest.fixture(scope="module")
def made() -> Any:
    return forecast(Case.load(example_path("acne-scars")), members=64, seed=0)


def test_poor_typical_and_good_stand_in_order(made: Any) -> None:
    skin = Skin(made, size=64)
    for day in (30, 90, 180):
        fills = [skin.state(who, day).fill for who in RANKS]
        assert fills == sorted(fills) and 0 <= fills[0] < fills[-1] <= 1
    poor, usual = (skin.state(who, 90) for who in list(RANKS)[:2])
    assert poor.pigment > 1 == usual.pigment and poor.redness >= usual.redness


def test_both_clocks_count(made: Any) -> None:
    state = Skin(made, size=64).state("typical responder", 30)
    assert (state.day, state.since, state.session, state.sessions) == (30, 2, 2, 4)
    assert "day 30 since the first" in state.clocks() and "day 2 since the last" in state.clocks()


def test_ice_picks_fill_least(made: Any) -> None:
    fill = {
        kind: Skin(made, kind, 64).state("typical responder", 180).fill
        for kind in ("ice pick", "boxcar", "rolling")
    }
    assert fill["ice pick"] < fill["boxcar"] == fill["rolling"]


@pytest.mark.parametrize(("phototype", "photographs"), [(0, 4), (6, 7)])
def test_the_sheet_for_a_report_is_small(made: Any, phototype: int, photographs: int) -> None:
    side = pictures.EMBEDDED
    sheet = pictures.picture_sheet(made, 90, size=side, small=True, phototype=phototype)
    assert len(sheet.png) < 400_000
    assert stamps(opened(sheet), side) == photographs


def test_a_figure_holds_the_sheet(made: Any) -> None:
    shown = pictures.figure(made, 90, size=240)
    sheet = opened(pictures.picture_sheet(made, 90, size=240)).convert("RGB")
    shown.canvas.draw()
    assert np.array_equal(np.asarray(shown.canvas.buffer_rgba())[..., :3], np.asarray(sheet))


def test_a_day_a_scar_or_a_person_that_is_not_there_is_refused(made: Any) -> None:
    with pytest.raises(InputError, match="day"):
        pictures.picture_sheet(made, 4000, size=240)
    with pytest.raises(InputError, match="rolling"):
        pictures.picture_sheet(made, 90, kind="rollin", size=240)
    with pytest.raises(InputError, match="beside the poor"):
        pictures.picture_frame(Skin(made, size=240), GOOD, 90)


def test_what_could_not_be_drawn_is_refused_before_the_forecast() -> None:
    acne, laxity = (Case.load(example_path(name)) for name in ("acne-scars", "rf-laxity"))
    refuse(acne, 264, "boxcar")
    for wrong, words in (({"day": -1}, "0 to 264"), ({"day": float("nan")}, "day"),
                         ({"kind": "rollin"}, "did you mean rolling")):  # fmt: skip
        with pytest.raises(InputError, match=words):
            refuse(acne, **wrong)
    with pytest.raises(NotForecastError, match="no picture"):
        refuse(laxity)


def test_a_concern_that_is_not_drawn_says_so(made: Any) -> None:
    skin = Skin(made)
    skin.__dict__["plan"] = type("Plan", (), {"targets": ()})()
    with pytest.raises(NotForecastError, match="no picture"):
        _ = skin.target
