"""Relief and light: places and seeds, sizes with rows, roughness, shadows and mirrors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinprick.appearance import light
from pinprick.appearance.picture.marks import coat
from pinprick.appearance.picture.state import State
from pinprick.appearance.relief import (
    KINDS,
    Kind,
    Lines,
    crows_feet,
    height,
    numbers,
    patch,
    roughness,
    scar,
    square,
)
from pinprick.appearance.relief.plane import Array
from pinprick.evidence import registry
from pinprick.faults import InputError

K = numbers()
SIDE = 8e-3


def made(kind: Kind | None = None, pixels: int = 200, seed: int = 3) -> Any:
    shapes = [] if kind is None else [scar(kind, SIDE / 2, SIDE / 2, K)]
    return patch(square(SIDE, pixels), seed, shapes, K)


def same_colours(melanin: Array, papillary: Array, deep: Array) -> Array:
    """A stand-in for the colour of skin: darker with melanin, redder with blood."""
    base = np.array([0.45, 0.27, 0.18]) ** np.asarray(melanin)[..., None]
    fall = np.array([0.02, 0.15, 0.1]) * (np.asarray(papillary * deep) - 1.0)[..., None]
    return np.asarray(base * np.exp(-fall))


# ---- seeds and places ----


def test_a_patch_follows_from_its_seed() -> None:
    first, again, other = made("boxcar"), made("boxcar"), made("boxcar", seed=4)
    for part in ("ground", "micro", "pits", "concern", "floor", "pore"):
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
        assert not np.array_equal(getattr(first, part), getattr(other, part))


@pytest.mark.parametrize("kind", KINDS)
def test_a_tile_is_the_same_as_the_whole(kind: Kind) -> None:
    whole = made(kind)
    grid = whole.grid.part(60, 30, 90, 110)
    tile = patch(grid, whole.seed, whole.shapes, K)
    for part in ("ground", "micro", "pits", "concern", "floor", "pore"):
        window = getattr(whole, part)[60:150, 30:140]
        np.testing.assert_allclose(getattr(tile, part), window, atol=1e-12)


def test_finer_pixels_show_the_same_scar() -> None:
    coarse, fine = made("boxcar", 100), made("boxcar", 200)
    halved = fine.concern.reshape(100, 2, 100, 2).mean(axis=(1, 3))
    assert np.abs(halved - coarse.concern).max() < 0.1 * K.boxcar_shallow_depth


def test_a_patch_or_a_scar_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError) as error:
        square(0.0, 0)
    assert [fault.where for fault in error.value.faults] == ["pixels", "side"]
    with pytest.raises(InputError, match="did you mean rolling"):
        scar("rollin", 0, 0, K)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cutoff: found 0 m"):
        roughness(np.zeros((4, 4)), 1e-5, 0.0)


# ---- sizes ----


@pytest.mark.parametrize(("kind", "row"), [("ice pick", "S-AS1"), ("boxcar", "S-AS3")])
def test_a_scar_is_as_wide_as_the_row_says(kind: Kind, row: str) -> None:
    fact = registry().fact(f"skin:{row}")
    deep = made(kind, 400).concern < -0.25 * scar(kind, 0, 0, K).depth
    width = 2e3 * np.sqrt(deep.sum() * (SIDE / 400) ** 2 / np.pi)
    assert fact.low is not None and fact.high is not None
    assert fact.low <= width <= fact.high


@pytest.mark.parametrize("kind", KINDS)
def test_a_scar_is_as_deep_as_it_says(kind: Kind) -> None:
    asked = scar(kind, 0, 0, K).depth
    assert -made(kind).concern.min() == pytest.approx(asked, rel=0.12)


def test_the_floor_of_a_scar_lacks_relief_and_pores() -> None:
    scarred = made("boxcar", 300)
    floor = scarred.floor > 0.95
    skin = scarred.micro * (1 - K.floor_relief_lost * scarred.floor)
    assert 0.75 <= 1 - skin[floor].std() / scarred.micro[floor].std() <= 0.9
    assert scarred.pore[floor].max() < 0.05


def test_lines_deepen_with_age_and_level_off() -> None:
    depths = [crows_feet(age, K).depth for age in (30, 40, 50, 60, 70, 90)]
    assert depths == sorted(depths) and depths[-1] == depths[-2]


def test_lines_rise_between_the_ages_of_the_row() -> None:
    fact = registry().fact("skin:S-WR1")
    assert fact.low is not None and fact.high is not None
    ages = (fact.low - 9, fact.low, fact.low + 1, fact.high - 1, fact.high, fact.high + 9)
    rises = np.diff([crows_feet(age, K).depth for age in ages]) > 0
    assert rises.tolist() == [False, True, True, True, False]


def test_lines_only_take_away() -> None:
    what = Lines(2e-4, 5e-4, 2e-3, 0.2)
    relief = patch(square(SIDE, 120), 1, [what], K).concern
    assert relief.max() <= 0 and relief.min() < -0.4 * what.depth


# ---- roughness ----


def test_roughness_of_a_cheek_is_plausible() -> None:
    """The row has neither cut-off nor direction: a plausibility, no test of a value."""
    skin = made(pixels=500)
    ground = height(skin, k=K)
    short, long = (roughness(ground, skin.grid.pixel, cut) for cut in (0.8e-3, 2.5e-3))
    assert 4e-6 < short.ra < long.ra < 35e-6
    assert 20e-6 < short.rz < long.rz < 200e-6


def test_lines_are_rough_across_and_less_so_along() -> None:
    skin = patch(square(10e-3, 300), 2, [crows_feet(55, K)], K)
    down = roughness(height(skin, k=K), skin.grid.pixel, 2.5e-3, axis=0)
    along = roughness(height(skin, k=K), skin.grid.pixel, 2.5e-3, axis=1)
    assert down.ra > 1.5 * along.ra
    assert (down.direction, along.direction) == ("down", "across")


# ---- fill and swelling ----


def contrast(scarred: Any, fill: float, swelling: float = 0.0) -> float:
    """How far the scar stands out of bare skin under the lamp: root mean square in luminance."""
    none = np.zeros_like(scarred.micro)
    bare = replace(scarred, micro=none, pits=none, ground=none)
    surface = height(bare, fill=fill, swelling=swelling, k=K)
    grey = np.full((*surface.shape, 3), 0.3)
    out = light.render(surface, grey, scarred.grid.pixel, light.raking(K), k=K)
    return float(np.sqrt(((out.mean(axis=2) - 0.3) ** 2).mean()))


@pytest.mark.parametrize("kind", KINDS)
def test_fill_never_raises_the_contrast_of_a_scar(kind: Kind) -> None:
    scarred = made(kind, 160)
    seen = [contrast(scarred, fill) for fill in (0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1)]
    assert np.all(np.diff(seen) <= 1e-4)
    assert seen[-1] < 0.02 * seen[0]


def test_swelling_hides_a_scar() -> None:
    scarred = made("rolling", 160)
    assert contrast(scarred, 0, swelling=0.3) < 0.8 * contrast(scarred, 0)


# ---- light ----


def test_flat_skin_shows_its_albedo() -> None:
    albedo = np.broadcast_to([0.4, 0.25, 0.1], (64, 64, 3))
    out = light.render(np.zeros((64, 64)), albedo, 2e-5, light.raking(K), k=K)
    np.testing.assert_allclose(out, albedo, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mirrored_lamp_mirrors_the_picture(kind: Kind) -> None:
    scarred = made(kind, 240)
    surface = height(scarred, k=K)
    albedo = coat(scarred, State(1, 1, 1, 1, redness=4.0), same_colours, K).albedo
    args = scarred.grid.pixel
    left = light.render(surface, albedo, args, light.raking(K), k=K)
    right = light.render(
        surface[:, ::-1], albedo[:, ::-1], args, light.raking(K, side="right"), k=K
    )
    np.testing.assert_allclose(right[:, ::-1], left, atol=1e-9)


@pytest.mark.parametrize("degrees", [15, 25, 45, 60])
def test_a_shadow_is_as_long_as_geometry_says(degrees: float) -> None:
    pixel, depth, side = 2e-5, 3e-4, 220
    i, j = np.indices((side, side))
    cliff = np.where(i + j < side // 2, 0.0, -depth)
    lamp = light.Lamp(np.radians(degrees), 0.0, 0.0)
    lit = light.visible(cliff, pixel, lamp, 1)
    diagonal = np.diagonal(lit)
    dark = (1 - diagonal).sum() * pixel * np.sqrt(2)
    assert dark == pytest.approx(depth / np.tan(lamp.elevation), abs=pixel * np.sqrt(2))


def test_a_soft_lamp_softens_the_edge_of_a_shadow() -> None:
    i, j = np.indices((160, 160))
    cliff = np.where(i + j < 100, 0.0, -3e-4)
    hard = light.visible(cliff, 2e-5, light.Lamp(0.5, 0.0, 0.0), 1)
    soft = light.visible(cliff, 2e-5, light.Lamp(0.5, 0.14, 0.0), 11)
    assert ((soft > 0.05) & (soft < 0.95)).sum() > 3 * ((hard > 0.05) & (hard < 0.95)).sum()


def test_gloss_leaves_no_beads_and_can_be_taken_away() -> None:
    scarred = made("boxcar", 300)
    surface, pixel = height(scarred, k=K), scarred.grid.pixel
    shine = light.gloss(surface, pixel, light.raking(K), K.roughness_moist, K)
    assert shine.max() <= K.gloss_most
    dark = np.broadcast_to([0.06, 0.03, 0.02], (*surface.shape, 3))
    crossed = light.render(surface, dark, pixel, light.raking(K, polarised=True), k=K)
    assert crossed.max() < light.render(surface, dark, pixel, light.raking(K), k=K).max()


def test_a_deep_pit_is_dark_but_not_black() -> None:
    scarred = made("ice pick", 240)
    albedo = np.broadcast_to([0.45, 0.27, 0.18], (240, 240, 3))
    out = light.render(height(scarred, k=K), albedo, scarred.grid.pixel, light.raking(K), k=K)
    pit = out[scarred.concern < -0.5e-3]
    assert 0.01 < pit.mean() < 0.4 * albedo.mean()


# ---- the numbers ----

STATES = (
    State(0, 0, 1, 4, 0.1, 400.0, 8e6, 1.1e7),
    State(1, 1, 1, 4, 0.1, 2.0, 8e6, 1.1e7),
    State(4, 4, 1, 4, 0.1, 0.1, 8e6, 1.1e7),
    State(60, 32, 2, 4, 0.2, 0.0, 8e6, 1.1e7, pigment=1.3),
)
# Read where a forecast is turned into states, where exposures are chosen, and by the caption.
ELSEWHERE = {
    "fill_per_gain", "pih_drawn", "pih_half_life", "pih_peak", "exposure_step", "shoulder",
    "visible_difference",
}  # fmt: skip


def test_numbers_that_are_read_elsewhere_are_read_there() -> None:
    source = Path(light.__file__).parents[1]
    files = [
        path for room in ("appearance", "forecasting") for path in (source / room).rglob("*.py")
    ]
    text = "".join(path.read_text("utf-8") for path in files)
    assert [name for name in sorted(ELSEWHERE) if f".{name}" not in text] == []


def everything(k: Any) -> list[Array]:
    grid = square(4e-3, 44)
    out = []
    for kind in KINDS:
        whole = patch(grid, 5, [scar(kind, 2e-3, 2e-3, k)], k)
        out.append(height(whole, k=k))
        lit = height(whole, fill=0.1, k=k)
        out.append(light.render(lit, np.full((44, 44, 3), 0.3), grid.pixel, light.raking(k), k=k))
    lined = [crows_feet(age, k) for age in (35, 41, 45, 55, 59, 65)]
    out += [patch(grid, 5, [what], k).concern for what in lined]
    ground = patch(grid, 5, [], k)
    for state in STATES:
        out.append(coat(ground, state, same_colours, k).albedo)
        out.append(np.array([state.swelling(k), state.roughness(k)]))
    return out


@pytest.fixture(scope="module")
def usual() -> list[Array]:
    return everything(K)


@pytest.mark.parametrize("name", [p.name for p in registry().stage("relief")])
def test_no_number_is_dead(name: str, usual: list[Array]) -> None:
    short = name.partition(".")[2]
    if short in ELSEWHERE:
        return
    parameter = registry().parameter(name)
    other = parameter.low if parameter.low < parameter.value else parameter.high
    middle = (parameter.value + other) / 2
    if short in ("sky_directions", "sky_distances", "light_steps"):
        middle = other
    changed = replace(
        registry(), parameters={**registry().parameters, name: replace(parameter, value=middle)}
    )
    moved = everything(numbers(changed))
    assert any(not np.array_equal(a, b) for a, b in zip(usual, moved, strict=True)), name
