"""What the report and the figures draw alike: outlines in mm, shades, counts, published points."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import radians, tan
from typing import Any

from pinprick.forecasting import wording

Outline = list[tuple[float, float]]
# Redness is drawn on a scale of ratios; below this nothing shows anyway.
REDNESS_FLOOR = 0.2
_TWO_WEEKS = 14.0


def dermis(view: Mapping[str, Any]) -> tuple[float, float]:
    """Where the dermis starts and ends, in mm: new collagen is shown nowhere else.

    >>> layer = {"name": "papillary dermis", "top_mm": 0.1, "thickness_mm": {"p50": 0.25}}
    >>> dermis({"section": {"layers": [layer]}})
    (0.1, 0.35)
    """
    layers = [x for x in view["section"]["layers"] if str(x["name"]).endswith(" dermis")]
    layers = layers or list(view["section"]["layers"])
    last = layers[-1]
    return float(layers[0]["top_mm"]), float(last["top_mm"]) + float(last["thickness_mm"]["p50"])


def collagen_peak(view: Mapping[str, Any]) -> float:
    """The most new collagen at any depth on any day, in percent; the top of the colour scale.

    >>> collagen_peak({"new_collagen": {"percent": [[0.0, 0.0], [4.0, 1.0]]}})
    4.0
    """
    return max((float(max(row)) for row in view["new_collagen"]["percent"]), default=0.0)


def collagen_at(view: Mapping[str, Any], day: float) -> list[float]:
    """New collagen on ``day`` at every depth of the grid, in percent of what was there.

    >>> grid = {"days": [0, 10], "depth_mm": [0.2, 0.6], "percent": [[0.0, 0.0], [4.0, 1.0]]}
    >>> collagen_at({"new_collagen": grid}, 5)
    [2.0, 0.5]
    """
    grid = view["new_collagen"]
    return [
        wording.at(grid["days"], [row[i] for row in grid["percent"]], day)
        for i in range(len(grid["depth_mm"]))
    ]


def _half_width(needle: Mapping[str, Any], above_tip: float) -> float:
    """Half the needle's width at a distance above its tip, in mm: a cone, then a shaft."""
    tip, shaft = 0.5 * float(needle["tip_mm"]), 0.5 * float(needle["shaft_mm"])
    return min(shaft, tip + above_tip * tan(0.5 * radians(float(needle["cone_deg"]))))


def _cone(needle: Mapping[str, Any]) -> float:
    """Length of the cone, in mm."""
    slope = tan(0.5 * radians(float(needle["cone_deg"])))
    return 0.5 * (float(needle["shaft_mm"]) - float(needle["tip_mm"])) / slope


def _sides(needle: Mapping[str, Any], tip_depth: float, top: float) -> Outline:
    """Right side of a needle from ``top`` (depth, negative above the skin) down to its tip."""
    shoulder = tip_depth - _cone(needle)
    depths = [top, tip_depth] if shoulder <= top else [top, shoulder, tip_depth]
    return [(_half_width(needle, tip_depth - depth), depth) for depth in depths]


def needle_outline(needle: Mapping[str, Any], depth: float, above: float) -> Outline:
    """A needle with its tip at ``depth`` mm that stands out ``above`` mm over the skin.

    >>> needle_outline({"tip_mm": 0.0, "shaft_mm": 0.2, "cone_deg": 90}, 1.0, 0.5)[0]
    (-0.1, -0.5)
    """
    right = _sides(needle, depth, 0.0 - above)
    return [(-x, z) for x, z in right] + right[::-1]


def track_outline(needle: Mapping[str, Any], depth: float) -> Outline:
    """Tissue that the steel filled when its tip stood at ``depth`` mm.

    >>> track_outline({"tip_mm": 0.0, "shaft_mm": 0.2, "cone_deg": 90}, 0.5)[-1]
    (0.1, 0.0)
    """
    return needle_outline(needle, depth, 0.0)


def pore_outline(depth: float, width: float) -> Outline:
    """The funnel that stays open, wide at the surface and closed at ``depth`` mm.

    >>> pore_outline(0.08, 0.06)[0]
    (-0.03, 0.0)
    """
    half = 0.5 * width
    return [
        (-half, 0.0),
        (-0.7 * half, 0.5 * depth),
        (0.0, depth),
        (0.7 * half, 0.5 * depth),
        (half, 0.0),
    ]


def redness_span(view: Mapping[str, Any]) -> float:
    """Last day of redness worth drawing: within two weeks and before the next session.

    >>> redness_span({"session_days": [0, 7], "redness": {"days": [0, 1, 6.5, 7.5, 30]}})
    6.5
    """
    starts = sorted(view["session_days"])
    gap = min((b - a for a, b in pairwise(starts)), default=float("inf"))
    days = [float(day) for day in view["redness"]["days"] if day <= _TWO_WEEKS and day < gap]
    return max(days)


def published_for(view: Mapping[str, Any], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Published points that belong to one outcome, turned so that up is better.

    >>> row = {"concern": "acne scars", "scale": "ecca", "observer": "blinded_rater"}
    >>> found = published_for({"published": [{**row, "value": -3.0}]}, {**row, "better": "lower"})
    >>> found[0]["value"], found[0]["low"]
    (3.0, None)
    """
    sign = wording.better_sign(row)
    points = []
    for point in view.get("published", []):
        if any(point[key] != row[key] for key in ("concern", "scale", "observer")):
            continue
        ends = [point.get("low"), point.get("high")]
        known = None not in ends
        turned = sorted(sign * float(end) for end in ends) if known else [None, None]
        points.append(
            {**point, "value": sign * float(point["value"]), "low": turned[0], "high": turned[1]}
        )
    return points
