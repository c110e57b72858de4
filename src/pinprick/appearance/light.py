"""Light on a relief: from a height map and an albedo to linear RGB, as a camera overhead sees it.

    out = albedo · E + gloss − gloss of flat skin
    E = (1 − a) · direct · lit + a · sky + light from the walls

with E spread within the skin by channel. Flat skin has E = 1, so it shows its albedo: one exposure
holds for all days. Only linear light is added here; nothing knows a display's gamma.

Light comes from the upper left, or a dent reads as a bump.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import ndimage

from pinprick.appearance.relief.numbers import Numbers, numbers

Array = np.ndarray[Any, np.dtype[np.float64]]
Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A soft lamp above the upper left corner (or its mirror image) and the light of a room.

    ``elevation`` above the skin and ``softness`` (half the angle the lamp covers) in rad,
    ``ambient`` the room's share of the light on flat skin.
    """

    elevation: float
    softness: float
    ambient: float
    side: Side = "left"
    polarised: bool = False

    @property
    def direction(self) -> tuple[float, float]:
        """Unit vector along the skin towards the lamp, as (down, right)."""
        diagonal = float(np.sqrt(0.5))
        return -diagonal, (-diagonal if self.side == "left" else diagonal)


def raking(k: Numbers | None = None, *, side: Side = "left", polarised: bool = False) -> Lamp:
    """The lamp of the pictures; ``polarised`` takes the gloss away, as crossed filters do.

    >>> lamp = raking()
    >>> round(float(np.degrees(lamp.elevation))), lamp.direction[0] < 0 > lamp.direction[1]
    (24, True)
    """
    k = k or numbers()
    return Lamp(k.light_elevation, k.light_softness, k.ambient_share, side, polarised)


def render(
    height: Array,
    albedo: Array,
    pixel: float,
    lamp: Lamp,
    *,
    roughness: Array | float | None = None,
    k: Numbers | None = None,
) -> Array:
    """Linear RGB of a lit surface, shape (rows, columns, 3).

    Args:
        height: in metres, shape (rows, columns).
        albedo: linear RGB without gloss, shape (rows, columns, 3).
        pixel: width of a pixel in metres.
        lamp: the light.
        roughness: of the gloss, one number or a map; the usual one if None.
        k: the numbers.
    """
    k = k or numbers()
    falls = irradiance(height, pixel, lamp, albedo.mean(axis=(0, 1)), k)
    out = albedo * falls
    if not lamp.polarised:
        rough = k.roughness if roughness is None else roughness
        shade = np.minimum(falls.mean(axis=-1), 1.0)
        out = np.maximum(out + gloss(height, pixel, lamp, rough, k, shade)[..., None], 0.0)
    return np.asarray(out)


def irradiance(height: Array, pixel: float, lamp: Lamp, mean: Array, k: Numbers) -> Array:
    """Light that falls on each place over that on flat skin, spread within the skin, (…, 3)."""
    smoothed = ndimage.gaussian_filter(height, k.shadow_smoothing / pixel, mode="nearest")
    lit = visible(smoothed, pixel, lamp, k.whole("light_steps"))
    ny, nx, nz = normals(height, pixel)
    ly, lx = (part * np.cos(lamp.elevation) for part in lamp.direction)
    lz = np.sin(lamp.elevation)
    direct = np.maximum(ny * ly + nx * lx + nz * lz, 0.0) / lz * lit
    sky = open_sky(height, pixel, k)
    falls = (1.0 - lamp.ambient) * direct + lamp.ambient * sky
    walls = k.bounce * (sky * (1.0 - sky))[..., None] * mean * 2.0
    return spread(falls, height, pixel, k) + walls


def normals(height: Array, pixel: float) -> tuple[Array, Array, Array]:
    """Unit normals as (down, right, up), each of the map's shape."""
    down, right = np.gradient(height, pixel)
    size = np.sqrt(1.0 + down * down + right * right)
    return -down / size, -right / size, 1.0 / size


def visible(height: Array, pixel: float, lamp: Lamp, steps: int) -> Array:
    """Share of the lamp that each place sees, 0 to 1.

    The height of the shadow is carried away from the lamp along the pixels' diagonals, falling
    with the slope of the light: exact at any distance, in one pass for each height of the lamp.
    """
    flipped = height if lamp.side == "left" else height[:, ::-1]
    tilt = np.linspace(-lamp.softness, lamp.softness, steps) if steps > 1 else np.zeros(1)
    drop = np.tan(np.maximum(lamp.elevation + tilt, lamp.softness / 10)) * pixel * np.sqrt(2.0)
    drop = drop[:, None]
    lit = np.empty(flipped.shape)
    shadow = np.repeat(flipped[:1], steps, axis=0)  # nothing outside the picture throws a shadow
    lit[0] = 1.0
    for row in range(1, len(flipped)):
        here = flipped[row]
        come = np.empty_like(shadow)
        come[:, 1:] = shadow[:, :-1] - drop
        come[:, 0] = here[0] - drop[:, 0]
        # Where the line of light ends inside a pixel, that pixel is lit in part.
        lit[row] = np.clip(0.5 - (come - here) / drop, 0.0, 1.0).mean(axis=0)
        shadow = np.maximum(come, here)
    return lit if lamp.side == "left" else np.asarray(lit[:, ::-1])


def open_sky(height: Array, pixel: float, k: Numbers) -> Array:
    """Share of the sky's light that reaches each place, 0 to 1; on a grid of half the pixels."""
    even = np.pad(height, [(0, side % 2) for side in height.shape], mode="edge")
    small = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / (2 * 2)
    step = 2.0 * pixel
    rows, columns = small.shape
    count, far = k.whole("sky_directions"), k.whole("sky_distances")
    most = max(k.sky_reach / step, 2.0)
    reach = np.unique(np.round(np.geomspace(1.0, most, far)))
    pad = int(reach[-1])
    wide = np.pad(small, pad, mode="edge")
    total = np.zeros_like(small)
    for turn in 2.0 * np.pi * (np.arange(count) + 0.5) / count:
        horizon = np.zeros_like(small)
        for distance in reach:
            i, j = round(distance * np.sin(turn)), round(distance * np.cos(turn))
            seen = wide[pad + i : pad + i + rows, pad + j : pad + j + columns]
            np.maximum(horizon, (seen - small) / (step * np.hypot(i, j)), out=horizon)
        total += 1.0 / (1.0 + horizon * horizon)
    sky = ndimage.zoom(total / count, 2, order=1, mode="nearest", grid_mode=True)
    return np.asarray(sky[: height.shape[0], : height.shape[1]])


def spread(falls: Array, height: Array, pixel: float, k: Numbers) -> Array:
    """Light spread within the skin by channel, (rows, columns, 3); less so deep in a pit."""
    around = _blur(height, k.blur_pit_length, pixel)
    depth = np.maximum(around - height, 0.0) / k.blur_pit_depth
    share = k.blur_share / (1.0 + depth * depth)
    reaches = (k.blur_red, k.blur_green, k.blur_blue)
    wide = [_blur(falls, reach / 2.0, pixel) for reach in reaches]
    return np.stack([falls + share * (w - falls) for w in wide], axis=-1)


def gloss(
    height: Array,
    pixel: float,
    lamp: Lamp,
    roughness: Array | float,
    k: Numbers,
    shade: Array | float = 1.0,
) -> Array:
    """What the surface throws back beyond what flat skin does (GGX), shape (rows, columns).

    ``shade`` is the light that falls on a place, up to 1: where none falls, flat skin would not
    shine either.
    """
    soft = ndimage.gaussian_filter(height, k.gloss_smoothing / pixel, mode="nearest")
    ny, nx, nz = normals(soft, pixel)
    lit = visible(height, pixel, lamp, 1)
    ly, lx = (part * np.cos(lamp.elevation) for part in lamp.direction)
    lz = np.sin(lamp.elevation)
    size = np.sqrt(2.0 + 2.0 * lz)
    hy, hx, hz = ly / size, lx / size, (lz + 1.0) / size
    alpha = np.square(roughness)
    facing = np.maximum(ny * hy + nx * hx + nz * hz, 0.0)
    to_lamp = np.maximum(ny * ly + nx * lx + nz * lz, 0.0)
    away = 1.0 - hz  # between the eye overhead and the half-way vector: the same everywhere
    fresnel = k.specular_normal + (1.0 - k.specular_normal) * away**2 * away**2 * away
    # Lips of a scar would carry beads of light: gloss fades where the surface is strongly curved.
    curved = np.abs(ndimage.laplace(soft, mode="nearest")) / pixel**2 / k.gloss_edge
    level = _ggx(facing, to_lamp, nz, alpha) * fresnel * np.pi / lz
    flat = _ggx(np.float64(hz), np.float64(lz), np.float64(1.0), alpha) * fresnel * np.pi / lz
    more = (1.0 - lamp.ambient) * (level * lit / (1.0 + curved**2) - flat * shade)
    return np.asarray(k.gloss_most * np.tanh(more / k.gloss_most))


def _ggx(facing: Any, to_lamp: Any, to_eye: Any, alpha: Any) -> Any:
    """Distribution and shadowing of GGX, times the cosine to the lamp."""
    square = alpha * alpha
    spot = square / (np.pi * (facing * facing * (square - 1.0) + 1.0) ** 2)
    lamp = to_lamp * np.sqrt(square + (1.0 - square) * to_eye**2)
    eye = to_eye * np.sqrt(square + (1.0 - square) * to_lamp**2)
    return spot * to_lamp * 0.5 / np.maximum(lamp + eye, np.finfo(float).tiny)


def bent(linear: Array, shoulder: float) -> Array:
    """Linear RGB whose highlights bend towards 1 above ``shoulder`` and are not cut.

    >>> bent(np.array([0.2, 0.8, 5.0]), 0.8).round(3)
    array([0.2, 0.8, 1. ])
    """
    room = 1.0 - shoulder
    if room <= 0:
        return np.minimum(linear, 1.0)
    over = np.maximum(linear - shoulder, 0.0)
    return np.asarray(np.minimum(linear, shoulder) - room * np.expm1(-over / room))


def _blur(values: Array, length: float, pixel: float) -> Array:
    """Gaussian blur with a standard deviation in metres; wide ones on a coarser grid."""
    sigma = length / pixel
    if sigma <= 0:
        return values
    if sigma < 10:
        return np.asarray(ndimage.gaussian_filter(values, sigma, mode="nearest"))
    every = int(sigma // (2 * 2 + 1))
    rows, columns = values.shape
    pad = ((0, -rows % every), (0, -columns % every))
    whole = np.pad(values, pad, mode="edge")
    blocks = whole.reshape(whole.shape[0] // every, every, whole.shape[1] // every, every)
    small = ndimage.gaussian_filter(blocks.mean(axis=(1, -1)), sigma / every, mode="nearest")
    big = ndimage.zoom(small, every, order=1, mode="nearest", grid_mode=True)
    return np.asarray(big[:rows, :columns])
