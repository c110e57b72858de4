"""What the slider of the report moves: marks, shades and words for every day of half a year.

All of it is worked out here, so that the page's script only shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pinprick.exports.reports import curves, skin
from pinprick.forecasting import wording
from pinprick.forecasting.figures.outlines import collagen_at

DAYS = tuple(range(181))
DAY_BUTTONS = (0, 1, 3, 7, 30, 90, 180)


def daily(view: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Everything that changes with the day, one entry a day in each list.

    Args:
        view: from :func:`pinprick.forecasting.view.view`.
        outcomes: from :func:`pinprick.exports.reports.rows.outcomes`.
    """
    shares = [wording.at(view["slider_days"], view["channel_open"], day) for day in DAYS]
    return {
        "pore": [round(min(max(share, 0.0), 1.0), 3) for share in shares],
        "shade": skin.shades(view, DAYS),
        "redness": curves.redness_marks(view, DAYS),
        "outcomes": {row["key"]: curves.outcome_marks(view, row["row"], DAYS) for row in outcomes},
        "words": {
            "when": [_when(view, day) for day in DAYS],
            "pore": [_pore(share) for share in shares],
            "collagen": [_collagen(view, day) for day in DAYS],
            "redness": [curves.redness_words(view, day) for day in DAYS],
        },
        "said": {
            row["key"]: [
                [wording.change(row["row"], day, untreated=arm) for arm in (False, True)]
                for day in DAYS
            ]
            for row in outcomes
        },
        "observer": {row["key"]: row["row"]["observer"] for row in outcomes},
        "concern": {row["key"]: row["concern"] for row in outcomes},
    }


def _when(view: Mapping[str, Any], day: float) -> str:
    time, number = curves.since_session(view, day)
    if time == 0:
        return f"day of session {number}"
    return f"{time:g} {'day' if time == 1 else 'days'} after session {number}"


def _pore(share: float) -> str:
    percent = round(100 * share)
    if percent >= 99:
        return "open: the needles have just been out"
    return f"about {percent} % still open" if percent else "closed"


def _collagen(view: Mapping[str, Any], day: float) -> str:
    gains = collagen_at(view, day)
    most = max(gains, default=0.0)
    if most < 0.05:
        return "none yet"
    depth = view["new_collagen"]["depth_mm"][gains.index(most)]
    return f"most at {wording.tidy(depth)} mm: {wording.tidy(most)} % of what was there"
