"""Sensitivity: what drives the injury, and why a pen displaces more tissue than a roller.

First-order shares of variance (Sobol's main effects), by binning: the variance of an output's mean
within bins of one input, over its whole variance. Shares depend on the widths of the priors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinprick import units
from pinprick.courses import Zone
from pinprick.devices import Device, device
from pinprick.evidence import Lanes, Registry, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.needling import needle
from pinprick.people import skin_at, vessels

Array = np.ndarray[Any, np.dtype[np.float64]]
DRAWS = 4000
BINS = 20
DEPTHS = tuple(mm * units.MILLI for mm in (0.1, 0.3, 0.5, 1.0))
LEAST = 1e-4  # a share of tissue below which nothing is told apart
# Chance that is no parameter, as (stream, doubt, what it is, basis).
STREAMS = (
    ("needling.dial_error", "knowledge", "error of the dial", "derived"),
    ("needling.session/0", "people", "this session against others", "assumed"),
)


@dataclass(frozen=True, slots=True)
class Cause:
    """An input with its first-order share of an output's variance."""

    name: str
    title: str
    basis: str
    share: float

    @property
    def short(self) -> str:
        """A name that fits beside a bar."""
        return self.name.partition(".")[2].replace("_", " ") if "." in self.name else self.name


@dataclass(frozen=True)
class Study:
    """Outputs of one device over independent draws, and what was drawn."""

    device: str
    outputs: Mapping[str, Array]
    inputs: Mapping[str, tuple[str, str, Array]]

    def causes(self, output: str) -> list[Cause]:
        """Inputs of an output, the largest share first."""
        return rank(self.outputs[output], self.inputs)


@dataclass(frozen=True)
class Ratio:
    """Tissue displaced by a pen over that by a roller in the same skin, at a depth in metres.

    ``displaced``, ``tracks`` (per area that reach the depth) and ``width`` (cross-section of one
    track there) are ratios as (p05, p50, p95); ``within_three`` is the share of draws in which
    pen and roller agree within a factor of three.
    """

    depth: float
    displaced: tuple[float, float, float]
    tracks: tuple[float, float, float]
    width: tuple[float, float, float]
    within_three: float
    causes: tuple[Cause, ...]


def study(
    tool: Device,
    depth: float,
    *,
    site: str = "cheek",
    draws: int = DRAWS,
    known: Registry | None = None,
) -> Study:
    """Needle a site in many independent draws with the dose not reported.

    Args:
        tool: what is used.
        depth: set depth in metres.
        site: where.
        draws: how many.
        known: the registry; by default as shipped.
    """
    lanes = _draws(draws, known)
    outputs = {}
    done = _needled(tool, depth, site, lanes)
    for place, at in enumerate(DEPTHS):
        mm = f"{at / units.MILLI:g} mm"
        outputs[f"displaced at {mm}"] = _log(done.injury.displaced[2 * place])
        outputs[f"dead at {mm}"] = _log(done.injury.dead[2 * place])
        outputs[f"tracks at {mm}"] = done.injury.tracks[2 * place]
    outputs["track depth"] = done.track_depth
    return Study(tool.name, outputs, _inputs(lanes))


def rank(output: Array, inputs: Mapping[str, tuple[str, str, Array]]) -> list[Cause]:
    """First-order shares of the variance of an output, the largest first."""
    found = [
        Cause(name, title, basis, main_effect(values, output))
        for name, (title, basis, values) in inputs.items()
    ]
    return sorted(found, key=lambda cause: -cause.share)


def main_effect(values: Array, output: Array, bins: int = BINS) -> float:
    """Share of an output's variance that one input alone explains.

    What bins of noise would explain, ``(bins - 1) / (n - 1)``, is taken off.

    >>> x = np.random.default_rng(0).random((2, 20_000))
    >>> round(main_effect(x[0], 3 * x[0] + x[1]), 1)
    0.9
    """
    whole = output.var()
    if whole <= 0:
        return 0.0
    place = np.argsort(np.argsort(values, kind="stable"), kind="stable") * bins // len(values)
    counts = np.bincount(place, minlength=bins)
    means = np.bincount(place, output, bins) / counts
    between = float((counts * (means - output.mean()) ** 2).sum() / len(values) / whole)
    noise = (bins - 1) / (len(values) - 1)
    return max(0.0, (between - noise) / (1 - noise))


def pen_to_roller(
    depth: float = 1.5 * units.MILLI,
    *,
    pen: str = "pen",
    roller: str = "roller",
    site: str = "cheek",
    draws: int = DRAWS,
    known: Registry | None = None,
) -> list[Ratio]:
    """How much more tissue a pen displaces than a roller at the same setting, and why.

    Neither dose is reported: passes and pace are drawn from their priors.
    """
    lanes = _draws(draws, known)
    done = [_needled(device(name), depth, site, lanes) for name in (pen, roller)]
    inputs = _inputs(lanes)
    ratios = []
    for place, at in enumerate(DEPTHS[:-1]):
        both = [_log(one.injury.displaced[2 * place]) for one in done]
        ratio = both[0] - both[1]
        tracks, radii = (
            [np.maximum(getattr(one.injury, name)[2 * place], least) for one in done]
            for name, least in (("tracks", 1.0), ("radius", units.MICRO))
        )
        ratios.append(
            Ratio(
                depth=at,
                displaced=_range(np.exp(ratio)),
                tracks=_range(tracks[0] / tracks[1]),
                width=_range((radii[0] / radii[1]) ** 2),
                within_three=float((abs(ratio) < np.log(2 + 1)).mean()),
                causes=tuple(rank(ratio, inputs)),
            )
        )
    return ratios


def _draws(draws: int, known: Registry | None) -> Lanes:
    """Lanes of which no two share a draw."""
    members = range(0, PEOPLE_PER_DRAW * draws, PEOPLE_PER_DRAW)
    return Lanes(known if known is not None else registry(), 0, members)


def _needled(tool: Device, depth: float, site: str, lanes: Lanes) -> Any:
    zone = Zone.model_construct(name=site, body_site=site, depth=depth, area=None, dose=None)
    skin = skin_at(site, None, lanes)
    # a thin cell about each depth, and what lies between
    half = DEPTHS[0] / 10
    edges = np.array([end for at in DEPTHS for end in (at - half, at + half)])
    return needle(tool, zone, skin, vessels(skin, lanes), edges, lanes, session=0)


def _inputs(lanes: Lanes) -> dict[str, tuple[str, str, Array]]:
    """Everything that was drawn and differs, by name: title, basis, values."""
    found: dict[str, tuple[str, str, Array]] = {}
    for name in sorted(lanes.used):
        values = lanes[name]
        if np.ptp(values) > 0:
            parameter = lanes.registry.parameter(name)
            found[name] = (parameter.title, parameter.basis, values)
    for stream, doubt, title, basis in STREAMS:
        found[title] = (title, basis, lanes.uniforms(stream, doubt))  # type: ignore[arg-type]
    return found


def _range(values: Array) -> tuple[float, float, float]:
    low, middle, high = (float(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    return low, middle, high


def _log(share: Array) -> Array:
    return np.asarray(np.log(np.maximum(share, LEAST)))
