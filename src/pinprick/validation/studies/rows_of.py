"""From an arm as a file states it to rows of the model."""

from __future__ import annotations

import numpy as np

from pinprick import units
from pinprick.appearance.trial import Row
from pinprick.appearance.trial.links import LINKS, prior
from pinprick.appearance.trial.rows import course_name
from pinprick.validation.studies.arms import (
    LABELS,
    NO_CUT,
    Arm,
    ArmPart,
    EndpointPart,
    KnownPart,
    ObserverPart,
    TimePart,
)
from pinprick.validation.studies.contrast import MONTH, SESSIONS

_USUAL_INTERVAL = 4.0  # weeks
_GRADES = (1.0, 2.0)
_SHARED = ("split_face", "crossover", "single_arm")


def target_rows(arm: Arm) -> list[Row]:
    """The rows that a forecast of the arm fills: one, or one for each cut of a class table."""
    end = arm.endpoint
    if end.statistic == "class_table":
        cuts = tuple(LABELS.values()) if end.scale == "label-classes" else _GRADES
        return [_row(arm, arm.arm, end, arm.observer, arm.time, cut=cut) for cut in cuts]
    return [_row(arm, arm.arm, end, arm.observer, arm.time, cut=_cut(end))]


def known_rows(arm: Arm) -> list[Row]:
    """What the arm's paper already says, as rows with their values; none on a scale of counts."""
    found = []
    for one in arm.known:
        end = one.endpoint or arm.endpoint
        if end.scale not in LINKS or end.statistic == "class_table":
            continue
        found.append(
            _row(
                arm,
                _settings(arm, one),
                end,
                one.observer or arm.observer,
                one.time or arm.time,
                cut=_cut(end),
                known=one,
            )
        )
    return found


def _settings(arm: Arm, known: KnownPart) -> ArmPart:
    """A known arm's settings; the asked arm's own where it does not name them."""
    if known.arm is None:
        return arm.arm
    told = {name: getattr(known.arm, name) for name in known.arm.model_fields_set}
    return arm.arm.model_copy(update=told)


def _cut(end: EndpointPart) -> float | None:
    """The cut as at least so much: more than a whole grade is at least the next one."""
    if end.statistic != "share":
        return None
    if end.scale in NO_CUT:
        return NO_CUT[end.scale]
    cut = end.cut or 0.0
    step = LINKS[end.scale].step if end.scale in LINKS else 0.0
    return cut + 1.0 if end.cut_rule == ">" and step and cut == round(cut) else cut


def _row(
    arm: Arm,
    settings: ArmPart,
    end: EndpointPart,
    observer: ObserverPart,
    time: TimePart,
    *,
    cut: float | None,
    known: KnownPart | None = None,
) -> Row:
    cohort = arm.study.cohort
    shared = arm.study.design in _SHARED
    after = _months_after_last(settings, time)
    share = end.statistic in ("share", "class_table")
    n = (known.n if known and known.n else None) or arm.study.n_analysed
    when = "" if after is None else f"{after:.3g}"
    sd = known.sd if known else None
    scale = _scale(end)
    before = arm.population.baseline.mean if arm.population.baseline else None
    value = known.value if known else None
    percent = end.statistic == "percent_of_baseline"
    if value is not None and percent and scale != "percent":
        value *= before or prior("baseline_grade")
    return Row(
        study=cohort,
        cohort=cohort,
        arm=settings.name,
        people=cohort if shared else f"{cohort}/{settings.name}",
        concern=arm.population.concern,
        modality=settings.adjunct or "none",
        observer="unblinded_investigator" if observer.who == "unclear" else observer.who,
        scale=scale,
        statistic="share" if share else _statistic(end),
        n=n,
        value=value,
        cut=cut,
        standard_error=None if sd is None or share else sd / float(np.sqrt(n)),
        baseline=None if scale == "percent" else before,
        subtype=arm.population.subtype or "",
        course=course_name(cohort, settings.name, when),
        time=when,
        protocol={
            "device": settings.device,
            "sessions": settings.sessions,
            "interval_weeks": _weeks(settings.interval),
            "months_after_last": after,
            "depth_mm": None if settings.depth is None else units.from_si(settings.depth, "mm"),
            "passes": settings.passes,
        },
    )


def _scale(end: EndpointPart) -> str:
    """Percent of a score's baseline has studies of its own, whatever the score; grades do not."""
    points = end.scale in LINKS and not LINKS[end.scale].slope
    return "percent" if end.statistic == "percent_of_baseline" and points else end.scale


def _statistic(end: EndpointPart) -> str:
    return "mean_change" if end.statistic in ("percent_of_baseline", "count") else end.statistic


def _weeks(seconds: float | None) -> float | None:
    return None if seconds is None else units.from_si(seconds, "weeks")


def _months_after_last(settings: ArmPart, time: TimePart) -> float | None:
    """Months from the last session to the reading; None where it cannot be told."""
    if time.after is None or time.counted_from == "unclear":
        return None
    months = units.from_si(time.after, "d") / MONTH
    if time.counted_from == "last_session":
        return months
    sessions = settings.sessions or float(np.mean(SESSIONS))
    apart = _weeks(settings.interval) or _USUAL_INTERVAL
    return max(months - (sessions - 1.0) * apart * 7.0 / MONTH, 0.0)
