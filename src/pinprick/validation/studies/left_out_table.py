"""Studies left out, as rows of the validation table and as counts."""

from __future__ import annotations

from typing import Any

from pinprick.appearance.trial import Row
from pinprick.appearance.trial.links import LINKS, size
from pinprick.appearance.trial.model import effects_given
from pinprick.evidence import registry
from pinprick.validation.studies.baselines import relative
from pinprick.validation.studies.contrast import contrasts
from pinprick.validation.studies.leave_out import (
    WIDEST,
    Left,
    ablation,
    fitted_rows,
    full_fit,
    known_arm,
    leave_out,
    why_missed,
)

_PLAIN_NOTE = "plain range of the other studies, not a forecast; counted apart"


def rows() -> list[dict[str, Any]]:
    """Every calibration statistic beside its forecast from the other cohorts.

    In the form of the validation table, with ``use`` ``left_out``; ``plausibility`` where one
    source allows no more than the plain range of the other studies. ``measured`` and ``model`` are
    in ``unit``; ``sources`` names the registry rows. Takes nothing and raises no error of its own.

    All of them take a while, so here one stands for them, with a range that is set by hand:

    >>> from dataclasses import replace
    >>> from unittest.mock import patch
    >>> from pinprick.appearance.trial import calibration_rows
    >>> from pinprick.validation.studies.leave_out import LeaveOut
    >>> share = replace(next(row for row in calibration_rows() if row.is_share), value=0.8)
    >>> left = Left(share, (0.3, 0.7, 1.2), True, 0.6, 0.1, 0.9, (0.0, 1.0), True, 0.1, 1.0, 0.2,
    ...             True, True)
    >>> with patch(f"{__name__}.leave_out", return_value=LeaveOut((left,))):
    ...     (row,) = rows()
    >>> row["measured"]["value"], row["model"], row["unit"], row["verdict"]
    (80.0, {'p05': 30.0, 'p50': 70.0, 'p95': 100.0}, '% of people', 'met')
    """
    return [_row(left) for left in leave_out().rows]


def summary() -> dict[str, Any]:
    """What the rows add up to, counted by cohort; the same with a known arm; parts on and off.

    Shares, widths and scores are plain numbers, in units of what one whole stands for; they rest on
    the calibration studies. Takes nothing and raises no error of its own.

    All of it takes a while, so here stand-ins show what goes where:

    >>> from unittest.mock import patch
    >>> from pinprick.validation.studies.leave_out import LeaveOut
    >>> unseen = LeaveOut((), {"studies": 24}, {"studies": 4})
    >>> with patch.multiple(__name__, leave_out=lambda: unseen, ablation=lambda: ["all on"],
    ...                     known_arm=lambda: LeaveOut((), {"studies": 6})):
    ...     made = summary()
    >>> [made[key]["studies"] for key in ("unseen_study", "plain_range_only", "known_arm")]
    [24, 4, 6]
    >>> made["ablation"]
    ['all on']
    """
    return {
        "unseen_study": dict(leave_out().scored),
        "plain_range_only": dict(leave_out().apart),
        "known_arm": dict(known_arm().scored),
        "ablation": ablation(),
    }


def told(of: dict[str, Any]) -> list[str]:
    """A summary's counts, one line each, for the screen.

    Args:
        of: what :func:`summary` returns.

    Raises:
        KeyError: if it lacks a count.

    >>> gain = {"gain": 0.03, "p05": -0.07, "p95": 0.13}
    >>> one = {"inside": 0.89, "studies": 24, "binomial": 0.44, "width_over_plain": 0.86,
    ...        "over_plain": gain, "over_exponential": gain}
    >>> lines = told({"unseen_study": one, "known_arm": one,
    ...               "plain_range_only": {"inside": 0.75, "studies": 4}})
    >>> lines[0].split(" (")[0], lines[2]
    ('unseen study: 89% of 24 studies inside the 90 % range',
     'plain range only, counted apart: 75% of 4 inside')
    """
    unseen, known, apart = (of[key] for key in ("unseen_study", "known_arm", "plain_range_only"))
    lines = []
    for name, one in (("unseen study", unseen), ("another arm known", known)):
        a, b = one["over_plain"], one["over_exponential"]
        lines.append(
            f"{name}: {one['inside']:.0%} of {one['studies']} studies inside the 90 % range "
            f"(so few or fewer with chance {one['binomial']:.2f}); {one['width_over_plain']:.2f} "
            f"times as wide as the plain range; score {a['gain']:+.0%} ({a['p05']:+.0%} to "
            f"{a['p95']:+.0%}) on the plain mean and spread, {b['gain']:+.0%} ({b['p05']:+.0%} to "
            f"{b['p95']:+.0%}) on the exponential"
        )
    lines.append(
        f"plain range only, counted apart: {apart['inside']:.0%} of {apart['studies']} inside"
    )
    return lines


def learnt() -> list[dict[str, Any]]:
    """Each effect of the model before and after all calibration studies, in y.

    Mean and standard deviation of each, plain numbers; priors are the parameters ``trial.*`` of the
    registry. Takes nothing and raises no error of its own.

    All studies take a while, so here one arm stands for them; it narrows the level:

    >>> from unittest.mock import patch
    >>> from pinprick.appearance.trial import Contrasts, calibration_rows, fit
    >>> few = calibration_rows()[:1]
    >>> with patch.multiple(__name__, full_fit=lambda: fit(few, nodes=1),
    ...                     fitted_rows=lambda: few, contrasts=lambda rows: Contrasts()):
    ...     level = learnt()[0]
    >>> level["effect"], level["prior"], level["posterior"][1] < level["prior"][1]
    ('level', (0.5, 0.4), True)
    """
    made, before = full_fit(), contrasts(fitted_rows())
    return [
        {"effect": one.name.replace("_", " "), "prior": (round(one.mean, 3), round(one.sd, 3)),
         "posterior": (round(mean, 3), round(sd, 3))}
        for one, mean, sd in effects_given(made, before)
    ]  # fmt: skip


def _row(left: Left) -> dict[str, Any]:
    row = left.row
    unit, word = _shown_unit(row)
    low, middle, high = (
        round((min(max(end, 0.0), 1.0) if row.is_share else end) * unit, 4) for end in left.range
    )  # a plain range knows no end, a share does
    inside = left.inside if left.modelled else left.plain_inside
    wide = left.modelled and left.width > WIDEST * left.plain_width
    verdict = "missed" if not inside else "vague" if wide else "met"
    notes = [row.note, why_missed(left), "" if left.modelled else _PLAIN_NOTE]
    value = round(relative(row) * unit, 4)
    sd = None if row.standard_error is None else round(row.standard_error / size(row) * unit, 4)
    return {
        "stage": "appearance",
        "case": f"{row.study}, {row.arm}",
        "quantity": _quantity(row),
        "unit": word,
        "kind": "value",
        "measured": {"value": value, "low": None, "high": None, "sd": sd},
        "model": {"p05": low, "p50": middle, "p95": high},
        "use": "left_out" if left.modelled else "plausibility",
        "share": None,
        "observed_by": f"{row.observer.replace('_', ' ')}, {row.n} people; {_protocol(row)}",
        "sources": _sources(row),
        "note": "; ".join(part for part in notes if part),
        "verdict": verdict,
        "met": verdict == "met",
    }


def _shown_unit(row: Row) -> tuple[float, str]:
    """What one whole counts in the reported unit, and that unit's word."""
    if row.is_share or row.scale == "percent":
        return 100.0, "% of people" if row.is_share else "%"
    return size(row), LINKS[row.scale].unit


def _quantity(row: Row) -> str:
    """What was reported, in words."""
    scale = row.scale.replace("-", " ")
    if not row.is_share:
        return f"{scale}, mean gain"
    if row.scale in ("questionnaire", "any-improvement"):
        return f"{scale}, share saying so"
    cut = f"{row.cut:g} %" if LINKS[row.scale].percent else f"{row.cut:g}"
    return f"{scale}, share at {cut} or more"


def _protocol(row: Row) -> str:
    """What was done, as far as the row says."""
    known = row.protocol or {}
    parts = [str(known.get("device") or "device not stated")]
    if row.modality == "untreated":
        return "untreated side"
    if row.modality not in ("none", "radiofrequency"):
        parts.append(f"+ {row.modality}")
    for name, word in (
        ("sessions", "{:g} sessions"),
        ("interval_weeks", "{:g} weeks apart"),
        ("depth_mm", "{:g} mm"),
        ("months_after_last", "{:g} months after the last"),
    ):
        value = known.get(name)
        if value is not None:
            parts.append(word.format(value))
    return ", ".join(parts)


def _sources(row: Row) -> list[str]:
    facts = registry().facts
    return [f"{facts[name].source} ({name})" for name in row.sources if name in facts]
