"""The reported statistic of an unseen study: its predictive distribution, arm by arm.

The model of the calibration studies is fitted anew with the arms as rows without a value, and with
what their papers already say as data. Everything is closed form; the same file gives the same
answer to the last digit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pinprick import __version__
from pinprick.appearance.trial import Fit, Predictive, Row, calibration_rows, fit, predict
from pinprick.appearance.trial.gaussian import Mixture
from pinprick.appearance.trial.links import LINKS, size
from pinprick.appearance.trial.predictive import classes, difference
from pinprick.evidence import registry
from pinprick.validation.studies import arms as arm_files
from pinprick.validation.studies import plainly
from pinprick.validation.studies.arms import Arm
from pinprick.validation.studies.contrast import contrasts, course_of, log_contrast
from pinprick.validation.studies.leave_out import NODES, PLAIN, POINTS
from pinprick.validation.studies.rows_of import known_rows, target_rows

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
DRAWS = 4000
_KEY = 0
_NARROW = (
    "sessions, depth and interval hardly narrow this range: between published studies they show "
    "no sign"
)


def forecast_file(path: str | Path) -> list[dict[str, Any]]:
    """The forecasts of a file of arms, as plain data: one mapping an arm, in the file's order.

    A share runs from 0 to 1; any other statistic is in the ``unit`` that the answer names. What it
    rests on stands under ``sources``, by registry row.

    Raises:
        InputError: one line for every fault in the file, or if it cannot be read.

    A count of hairs has only the plain range of two studies (rows clinical:CL072, CL075):

    >>> from tempfile import TemporaryDirectory
    >>> arm = '''
    ... study: {cohort: new, n_analysed: 20}
    ... arm: {name: MN, device: roller}
    ... population: {concern: hair thinning}
    ... endpoint: {scale: hair-count, statistic: count}
    ... observer: {who: blinded_rater}
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "arms.yaml")
    ...     _ = path.write_text(arm, "utf-8")
    ...     (answer,) = forecast_file(path)
    >>> answer["kind"], answer["unit"], answer["rests_on"]["studies"]
    ('plain', 'hairs per cm2', 2)
    """
    return forecast_arms(arm_files.load(path))


def to_json(answers: Sequence[Mapping[str, Any]]) -> str:
    """The answers as JSON text, with the program's version.

    Args:
        answers: what :func:`forecast_file` returns.

    >>> json.loads(to_json([{"arm": "MN", "n": 20}]))["arms"]
    [{'arm': 'MN', 'n': 20}]
    """
    body = {"pinprick": __version__, "arms": answers}
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def forecast_arms(arms: Sequence[Arm]) -> list[dict[str, Any]]:
    """The predictive distribution of each arm's statistic.

    Arms of one cohort share its study effect, habit and cut points, and on a split face its
    people; a calibration study of the same cohort is left out.
    """
    targets = [target_rows(arm) for arm in arms]
    cohorts = {arm.study.cohort for arm in arms}
    others = [row for row in calibration_rows() if row.cohort not in cohorts]
    base = [row for row in others if row.scale in LINKS]
    known = [row for arm in arms for row in known_rows(arm)]
    asked = [row for rows in targets for row in rows if row.scale in LINKS]
    every = [*base, *known, *asked]
    made = fit(every, contrasts(every), nodes=NODES) if asked else None
    answers: list[dict[str, Any]] = []
    places: list[list[int]] = []
    start = len(base) + len(known)
    for arm, rows in zip(arms, targets, strict=True):
        own = list(range(start, start + len(rows))) if rows[0].scale in LINKS else []
        start += len(own)
        places.append(own)
        answers.append(_answer(arm, rows, made, own, others))
    if made is not None:
        _beside(arms, targets, places, made, answers)
    return answers


def _answer(
    arm: Arm,
    rows: Sequence[Row],
    made: Fit | None,
    places: Sequence[int],
    others: Sequence[Row],
) -> dict[str, Any]:
    row, base = rows[0], [one for one in others if one.scale in LINKS]
    answer: dict[str, Any] = {
        "cohort": arm.study.cohort,
        "arm": arm.arm.name,
        "concern": arm.population.concern,
        "statistic": _statistic(arm),
        "observer": row.observer,
        "n": row.n,
    }
    is_plain = made is None or arm.population.concern in PLAIN or not places
    if is_plain:
        answer |= plainly.answer(rows, base, LEVELS)
    else:
        assert made is not None
        mixture = made.forecast(places)
        answer |= {"kind": "model", **_modelled(arm, rows, made, mixture)}
    answer["evidence"] = _evidence(row, others)
    answer["sources"] = _sources(row, others)
    answer["known"] = [] if is_plain else [_told(one) for one in known_rows(arm)]
    answer["left_out"] = sorted(
        {one.study for one in calibration_rows() if one.cohort == arm.study.cohort}
    )
    answer["notes"] = _notes(arm, row, is_plain)
    return answer


def _modelled(arm: Arm, rows: Sequence[Row], made: Fit, mixture: Mixture) -> dict[str, Any]:
    row = rows[0]
    percent = arm.endpoint.statistic == "percent_of_baseline"
    found = [predict(one, mixture, i, made.cells, nodes=POINTS) for i, one in enumerate(rows)]
    body: dict[str, Any] = {"integrated_over": [], "contrast": None}
    course = course_of(row)
    if course is not None:
        logs = np.exp(log_contrast(course))
        body["integrated_over"] = list(course.open)
        body["contrast"] = {
            "of": "visible matrix over that of the reference course, by the tissue model",
            **{name: _digits(float(np.quantile(logs, q))) for name, q in LEVELS.items()},
        }
    if arm.endpoint.statistic == "class_table":
        body["forecast"] = None
        body["classes"] = _class_table(rows, mixture)
        return body
    unit = (size(row) if row.scale != "percent" else 1.0) / 100 if percent else 1.0
    if row.scale == "percent" and not row.is_share:
        unit = 0.01
    body["unit"] = "share of people" if row.is_share else _unit(arm)
    body["forecast"] = _describe(found[0], unit)
    if row.is_share:
        body["counts"] = _counts(found[0], row.n)
        if arm.study.n_enrolled and arm.study.n_enrolled > row.n:
            kept = row.n / arm.study.n_enrolled
            body["if_dropouts_are_unimproved"] = _describe(found[0], 1 / kept)
    return body


def _describe(found: Predictive, unit: float = 1.0) -> dict[str, float]:
    """Quantiles, mean and standard deviation in a unit."""
    body = {name: _digits(found.quantile(q) / unit) for name, q in LEVELS.items()}
    return {**body, "mean": _digits(found.mean / unit), "sd": _digits(found.sd / unit)}


def _counts(found: Predictive, n: int) -> dict[str, Any]:
    body: dict[str, Any] = {"of": n}
    return body | {name: round(found.quantile(q) * n) for name, q in LEVELS.items()}


def _class_table(rows: Sequence[Row], mixture: Mixture) -> list[dict[str, Any]]:
    """The share of people in each class, from the bottom up."""
    drawn = classes(rows, mixture, range(len(rows)), _KEY, draws=DRAWS)
    cuts = [row.cut for _, row in drawn]
    above = [np.ones(DRAWS), *(values for values, _ in drawn), np.zeros(DRAWS)]
    table = []
    for i in range(len(cuts) + 1):
        share = above[i] - above[i + 1]
        table.append(
            {
                "from": cuts[i - 1] if i else None,
                "below": cuts[i] if i < len(cuts) else None,
                **{name: _digits(float(np.quantile(share, q))) for name, q in LEVELS.items()},
                "mean": _digits(float(share.mean())),
            }
        )
    return table


def _beside(
    arms: Sequence[Arm],
    targets: Sequence[Sequence[Row]],
    places: Sequence[Sequence[int]],
    made: Fit,
    answers: Sequence[dict[str, Any]],
) -> None:
    """For arms of one cohort read alike: the later one less the first, with what they share."""
    for j, arm in enumerate(arms):
        for i in range(j):
            alike = arms[i].study.cohort == arm.study.cohort and arms[i].endpoint == arm.endpoint
            single = len(places[i]) == len(places[j]) == 1
            modelled = answers[i]["kind"] == answers[j]["kind"] == "model"
            if alike and single and modelled and arms[i].observer == arm.observer:
                pair = [targets[i][0], targets[j][0]]
                mixture = made.forecast([places[i][0], places[j][0]])
                values = difference(pair, mixture, made.cells, _KEY, draws=DRAWS)
                percent = pair[0].scale == "percent" and not pair[0].is_share
                unit = 0.01 if percent else 1.0
                body = {k: _digits(float(np.quantile(values, q)) / unit) for k, q in LEVELS.items()}
                more = round(float((values > 0).mean()), 3)
                entry = {"less": arms[i].arm.name, **body, "chance_above_0": more}
                answers[j].setdefault("difference", []).append(entry)
                break


def _statistic(arm: Arm) -> dict[str, Any]:
    end = arm.endpoint
    body: dict[str, Any] = {"scale": end.scale, "statistic": end.statistic}
    body["sign"] = "a gain is positive, whichever way the scale counts"
    if end.cut is not None:
        body |= {"cut": end.cut, "cut_rule": end.cut_rule}
    if end.percent_of is not None:
        body["percent_of"] = end.percent_of
    return body


def _unit(arm: Arm) -> str:
    if arm.endpoint.statistic == "percent_of_baseline" or arm.endpoint.scale == "percent":
        return "%"
    return LINKS[arm.endpoint.scale].unit


def _alike(row: Row, base: Sequence[Row]) -> list[Row]:
    """Calibration rows of the same instrument, most alike first."""
    kind = [one for one in base if one.kind == row.kind]
    scale = [one for one in base if one.scale == row.scale and one.kind != row.kind]
    return [*kind, *scale]


def _evidence(row: Row, base: Sequence[Row]) -> dict[str, Any]:
    """Grade and size of what stands behind the concern and modality of an arm."""
    loose = row.concern in PLAIN  # whatever was added
    same = [o for o in base if o.concern == row.concern and (loose or o.modality == row.modality)]
    people: dict[str, int] = {}
    arms: dict[str, set[str]] = {}
    for one in base:
        if one.concern == row.concern:
            arms.setdefault(one.study, set()).add(one.modality)
    for one in same:
        people[one.cohort] = max(people.get(one.cohort, 0), one.n)
    compared = any(len(arms[one.study]) > 1 for one in same)
    grade = "controlled" if compared else "uncontrolled" if same else "mechanism"
    instrument = {one.study for one in base if one.kind == row.kind}
    return {
        "grade": grade,
        "studies": len(people),
        "people": sum(people.values()),
        "studies_of_the_instrument": len(instrument),
    }


def _sources(row: Row, base: Sequence[Row]) -> list[dict[str, Any]]:
    facts = registry().facts
    found = []
    for one in _alike(row, base):
        for name in one.sources:
            source = facts[name].source if name in facts else one.study
            found.append({"source": source, "row": name, "weight": one.weight})
    return list({entry["row"]: entry for entry in found}.values())


def _told(row: Row) -> dict[str, Any]:
    return {
        "arm": row.arm,
        "scale": row.scale,
        "statistic": row.statistic,
        "cut": row.cut,
        "observer": row.observer,
        "value": row.value,
        "n": row.n,
    }


def _notes(arm: Arm, row: Row, is_plain: bool) -> list[str]:
    """What was assumed for want of words, and what the range is."""
    notes = []
    if arm.observer.who == "unclear":
        notes.append("an unclear observer is read as an unblinded investigator (assumed)")
    if arm.observer.raters:
        notes.append("raters: people and rater are known together only, so it changes nothing")
    if arm.endpoint.cut_rule == ">" and row.is_share:
        step = LINKS[row.scale].step if row.scale in LINKS else 0.0
        notes.append(
            "more than a whole grade is read as at least the next one"
            if step
            else "above a percentage is read as at or above it"
        )
    if arm.time.counted_from == "unclear":
        notes.append("time: from where it counts is unclear; it is integrated over")
    if "radiofrequency" in (arm.arm.device, arm.arm.adjunct):
        notes.append("heat is not modelled: the tissue says nothing of this arm")
    if _size_sampled(row):
        notes.append("the baseline is not given and is drawn from its prior")
    if is_plain and arm.known:
        notes.append("known statistics are not used for a plain range")
    if not is_plain:
        notes.append(_NARROW)
    return notes


def _size_sampled(row: Row) -> bool:
    """Whether a mean rests on a baseline that is not given."""
    found = LINKS.get(row.scale)
    return bool(found and found.baseline and not row.is_share and row.baseline is None)


def _digits(value: float) -> float:
    return float(f"{value:.3g}")


def summary_line(answer: Mapping[str, Any]) -> str:
    """One line for the screen: the median and the 90 % range, in the answer's unit.

    Args:
        answer: one of :func:`forecast_file`.

    Raises:
        KeyError: if it is no such answer.

    >>> summary_line({"cohort": "new", "arm": "MN", "statistic": {"scale": "gais"}, "kind": "plain",
    ...               "forecast": {"p05": 0.2, "p50": 0.5, "p95": 0.8}, "unit": "points"})
    'new, MN: gais: 0.5 (0.2 to 0.8) points (plain range of studies, not a forecast)'
    """
    who = f"{answer['cohort']}, {answer['arm']}: {answer['statistic']['scale']}"
    if answer.get("classes"):
        parts = ", ".join(f"{c['mean']:.2f} ({c['p05']:.2f} to {c['p95']:.2f})"
                          for c in answer["classes"])  # fmt: skip
        return f"{who}, share in each class from the lowest: {parts}"
    if not answer.get("forecast"):
        return f"{who}: not forecast ({answer.get('why', '')})"
    f = answer["forecast"]
    plain = " (plain range of studies, not a forecast)" if answer["kind"] == "plain" else ""
    line = f"{who}: {f['p50']:g} ({f['p05']:g} to {f['p95']:g}) {answer.get('unit', '')}{plain}"
    for d in answer.get("difference", ()):
        line += f"; less {d['less']}: {d['p50']:g} ({d['p05']:g} to {d['p95']:g})"
    return line
