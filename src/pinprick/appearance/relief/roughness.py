"""Ra and Rz of a profile: meaningless without cut-off and direction, so both must be said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from pinprick.appearance.relief.plane import Array
from pinprick.faults import Fault, InputError

# ISO 16610-21: the filter passes half of a wave of the cut-off's length.
ALPHA = float(np.sqrt(np.log(2) / np.pi))
LENGTHS = 2 * 2 + 1  # sampling lengths over which ISO 4287 takes the mean height


@dataclass(frozen=True, slots=True)
class Roughness:
    """Ra and Rz in metres, with the cut-off in metres and the direction of the profiles."""

    ra: float
    rz: float
    cutoff: float
    direction: str


def filtered(profile: Array, pixel: float, cutoff: float, axis: int = -1) -> Array:
    """The waviness of profiles: the Gaussian filter of ISO 16610-21.

    >>> x = np.arange(4000) * 1e-5
    >>> wave = np.sin(2 * np.pi * x / 2.5e-3)
    >>> left = filtered(wave, 1e-5, 2.5e-3)[1000:3000]
    >>> round(float(left.max()), 3)
    0.5
    """
    sigma = ALPHA * cutoff / np.sqrt(2.0 * np.pi) / pixel
    reach = cutoff / pixel / sigma
    return np.asarray(
        ndimage.gaussian_filter1d(profile, sigma, axis=axis, mode="reflect", truncate=reach)
    )


def roughness(height: Array, pixel: float, cutoff: float, axis: int = -1) -> Roughness:
    """Mean Ra and Rz in metres of the profiles of a height map along an axis.

    The filter is that of ISO 16610-21, Ra and Rz those of ISO 4287: a sine has an Ra of 2/π times
    and an Rz of twice its height.

    Args:
        height: in metres, shape (rows, columns).
        pixel: width of a pixel in metres.
        cutoff: of the filter in metres; half of it is left out at each end.
        axis: along which the profiles run: -1 across, 0 down.

    Raises:
        InputError: if the cut-off is not above 0.
        IndexError: if the map has fewer than two axes, or not the one asked for.

    >>> wave = 1e-5 * np.sin(2 * np.pi * np.arange(4000) * 1e-5 / 2.5e-4)
    >>> found = roughness(wave[None, :], 1e-5, 2.5e-3)
    >>> round(found.ra * 1e6, 1), round(found.rz * 1e6, 1), found.direction
    (6.4, 20.0, 'across')
    """
    if not cutoff > 0:
        raise InputError([Fault("cutoff", f"{cutoff:g} m", "above 0")])
    rough = np.moveaxis(height - filtered(height, pixel, cutoff, axis), axis, -1)
    edge = min(round(cutoff / pixel / 2), (rough.shape[-1] - 1) // 2)
    inner = rough[:, edge : rough.shape[-1] - edge]
    step = max(min(round(cutoff / pixel), inner.shape[-1] // LENGTHS), 1)
    parts = inner[:, : step * (inner.shape[-1] // step)].reshape(len(inner), -1, step)
    rz = (parts.max(axis=-1) - parts.min(axis=-1)).mean()
    words = "across" if axis in (-1, 1) else "down"
    return Roughness(float(np.abs(inner).mean()), float(rz), cutoff, words)
