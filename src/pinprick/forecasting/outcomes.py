"""Outcomes of a case: from the tissue of its zones to named scales, through every observer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from pinprick.appearance import OBSERVERS, Observer, Outcome, Rater, outcome, structure
from pinprick.appearance.additions import contrast, counted
from pinprick.case import Case, example_path
from pinprick.evidence import Lanes
from pinprick.evidence.instruments import Instrument
from pinprick.evidence.interventions import intervention
from pinprick.forecasting.body import body_of, interventions_of
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.heating import Warm, heated
from pinprick.forecasting.plan import Plan, Target
from pinprick.healing import ageing
from pinprick.healing.body import Body
from pinprick.healing.care import care_of
from pinprick.healing.observation import INSTRUMENTS
from pinprick.healing.tissue import Tissue, heal
from pinprick.medium.column import Column, dermis
from pinprick.medium.layers import Injury, Skin
from pinprick.medium.schedule import COHORT, Preset
from pinprick.needling import needle_often
from pinprick.people import skin_at, vessels

Array = np.ndarray[Any, np.dtype[np.float64]]
Healed = tuple[Tissue, Column]
LESION = ("papillary dermis", "upper reticular dermis")


def skin_of(plan: Plan, zone_name: str, lanes: Lanes) -> Skin:
    """The skin of a zone before anything is done."""
    sex = plan.case.person.sex if plan.case.person is not None else None
    return skin_at(plan.zones[zone_name][1].body_site, sex, lanes)


def injuries(
    plan: Plan,
    zone_name: str,
    skin: Skin,
    column: Column,
    lanes: Lanes,
    by: Warm | None = None,
) -> list[tuple[float, Injury]]:
    """The injuries of one zone, session by session, on the cells of its dermis.

    ``by`` is the heat whose dead and denatured tissue is among them.
    """
    step, zone = plan.zones[zone_name]
    sessions, deep = range(len(plan.session_days)), vessels(skin, lanes)
    done = needle_often(step.tool, zone, skin, deep, column.edges, lanes, sessions)
    return [
        (float(day), heated(each.injury, by, each.density))
        for day, each in zip(plan.session_days, done, strict=True)
    ]


def healed(
    plan: Plan,
    zone_name: str,
    lanes: Lanes,
    days: Sequence[float],
    preset: Preset = COHORT,
    *,
    beside: Iterable[str] = (),
) -> Healed:
    """The tissue of one zone on some days, and its cells.

    It heals under its needles alone; ``beside`` names interventions that act with them.

    Raises:
        FloatingPointError: if the solver fails.

    >>> from pinprick.evidence import registry
    >>> plan, few = Plan(Case.load(example_path("acne-scars"))), Lanes(registry(), 0, range(4))
    >>> tissue, column = healed(plan, "cheeks", few, [0, 90])
    >>> gain = tissue.dermis("matured collagen", LESION, column)
    >>> gain.shape, bool((gain[1] > gain[0]).all())
    ((2, 4), True)
    """
    skin = skin_of(plan, zone_name, lanes)
    column = dermis(skin)
    hurt = injuries(plan, zone_name, skin, column, lanes)
    body, care = body_of(plan.case, lanes), care_of(beside, lanes)
    return heal(hurt, column, body, lanes, days, care=care, preset=preset), column


def matrix(tissue: Tissue, column: Column, body: Body, lanes: Lanes) -> Array:
    """Visible matrix as a share of a young dermis, shape (days, members).

    What a dermis makes is set against what is in a young one, so thin skin does not gain by being
    thin.

    >>> from pinprick.evidence import registry
    >>> plan, few = Plan(Case.load(example_path("acne-scars"))), Lanes(registry(), 0, range(4))
    >>> tissue, column = healed(plan, "cheeks", few, [0, 90, 180])
    >>> grown = matrix(tissue, column, body_of(plan.case, few), few)
    >>> [f"{share:.1%}" for share in np.median(grown, axis=1)]
    ['0.0%', '1.4%', '2.9%']
    """
    matured = tissue.dermis("matured collagen", LESION, column)
    young = tissue.dermis("collagen III", LESION, column) + tissue.dermis(
        "new collagen I", LESION, column
    )
    return structure.visible(matured, young, lanes) * ageing.intact_factor(body, lanes)


def reference(instrument: Instrument, lanes: Lanes, preset: Preset = COHORT) -> Array:
    """Visible matrix of the instrument's reference course on its day, under the same draws.

    Shape (members,). A scale is tied to it: so much matrix is what a published course gained.

    >>> from pinprick.evidence import registry
    >>> scars = Plan(Case.load(example_path("acne-scars"))).targets[0].instrument
    >>> grown = reference(scars, Lanes(registry(), 0, range(4)))
    >>> scars.reference, scars.reference_day, grown.shape, bool((grown > 0).all())
    ('alam-2014', 180.0, (4,), True)
    """
    plan = _reference_plan(instrument.reference)
    days = [0.0, instrument.reference_day]
    tissue, column = healed(plan, next(iter(plan.zones)), lanes, days, preset)
    return np.asarray(matrix(tissue, column, body_of(plan.case, lanes), lanes)[-1])


def surface(tissue: Tissue, lanes: Lanes) -> Array:
    """Optical surface signal of a zone, as y, shape (days, members): water and brighter dermis.

    >>> from pinprick.evidence import registry
    >>> plan, few = Plan(Case.load(example_path("acne-scars"))), Lanes(registry(), 0, range(4))
    >>> tissue, _ = healed(plan, "cheeks", few, [0, 90])
    >>> np.median(surface(tissue, few), axis=1).round(1)
    array([0. , 0.5])
    """
    bright = INSTRUMENTS["attenuation"].read(tissue.fields, lanes)
    return structure.surface(tissue.oedema, bright, lanes)


def read(
    plan: Plan,
    target: Target,
    observer: Observer | Rater,
    done: Healed,
    at_reference: Array,
    lanes: Lanes,
    *,
    group: int | None = None,
) -> Outcome:
    """One concern as one observer reads it, on the days of the tissue.

    ``done`` is the tissue of :func:`seen_tissue`, which must know the reference day of the
    instrument; ``at_reference`` is what :func:`reference` gives; ``group`` is how many people a
    study averages over, None for one person.

    >>> from pinprick.evidence import registry
    >>> plan, few = Plan(Case.load(example_path("acne-scars"))), Lanes(registry(), 0, range(8))
    >>> scars, day = plan.targets[0], plan.targets[0].instrument.reference_day
    >>> done, at = healed(plan, "cheeks", few, [0, day]), reference(scars.instrument, few)
    >>> seen = read(plan, scars, "blinded_rater", done, at, few)
    >>> change = seen.treated.true - seen.untreated.true  # of the score, lower is better
    >>> change.shape, bool(np.median(change[1]) < np.median(change[0]))
    ((2, 8), True)
    """
    tissue, column = done
    tool, before = target.instrument, target.concern.baseline
    grown = matrix(tissue, column, body_of(plan.case, lanes), lanes)
    day = int(np.flatnonzero(tissue.days == tool.reference_day)[0])
    step, _ = plan.zones[target.zone]
    return outcome(
        tool,
        observer,
        tissue.days,
        grown,
        grown[day],
        at_reference,
        lanes,
        baseline=before.value if before and before.scale == tool.scale else None,
        subtype=target.concern.subtype or "",
        group=group,
        visits=np.array(plan.session_days, dtype=float),
        added=contrast(
            interventions_of(plan.case),
            target.concern.type,
            lanes,
            heated=step.tool.kind == "radiofrequency",
        ),
        water=tissue.oedema,
    )


def seen_tissue(
    plan: Plan, target: Target, tissues: Mapping[str, Healed], lanes: Lanes, preset: Preset
) -> Healed:
    """The tissue whose matrix this concern shows.

    What is done beside needling and has a published contrast for the concern enters by that
    contrast alone: the zone is healed again without it, or its gain would be counted twice. So does
    the heat of radiofrequency.
    """
    named = interventions_of(plan.case)
    told = [name for name in counted(named, target.concern.type) if intervention(name).acts]
    hot = plan.zones[target.zone][0].radiofrequency is not None
    if not told and not hot:
        return tissues[target.zone]
    rest = [name for name in named if name not in told]
    return healed(plan, target.zone, lanes, plan.days, preset, beside=rest)


def appearance(
    plan: Plan, tissues: Mapping[str, Healed], lanes: Lanes, preset: Preset, chunk: Chunk
) -> None:
    """Every target through every observer, for one person and for the group of a study."""
    study = plan.case.study
    groups: dict[str, int | None] = {"persons": None}
    if study is not None and study.people:
        groups["group"] = study.people
    signals = np.stack([surface(tissue, lanes) for tissue, _ in tissues.values()])
    words = "optical surface signal, as y: texture"
    chunk.add("surface", "healed_zone time", signals, "1", words)
    references: dict[tuple[str, float], Array] = {}
    for place, target in enumerate(plan.targets):
        tool = target.instrument
        course = (tool.reference, tool.reference_day)
        if course not in references:
            references[course] = reference(tool, lanes, preset)
        done = seen_tissue(plan, target, tissues, lanes, preset)
        for observer in OBSERVERS:
            for kind, size in groups.items():
                seen = read(plan, target, observer, done, references[course], lanes, group=size)
                _keep(chunk, f"outcome/{place}/{observer}", kind, seen)
        said = f"{tool.scale} before treatment"
        chunk.add(f"outcome/{place}/baseline", "", seen.baseline, "1", said)


def _keep(chunk: Chunk, key: str, kind: str, seen: Outcome) -> None:
    words = f"{seen.instrument.scale} by the {seen.observer.replace('_', ' ')}"
    for arm, side in (("treated", seen.treated), ("untreated", seen.untreated)):
        for what, values in (("true", side.true), ("read", side.read)):
            said = f"{words}, {kind}, {arm}: change, {what}"
            chunk.add(f"{key}/{kind}/{arm}/{what}", "time", values, "1", said)
    chunk.add(f"{key}/reading_sd", "", seen.reading_sd, "1", f"{words}: noise of one reading")


@cache
def _reference_plan(example: str) -> Plan:
    return Plan(Case.load(example_path(example)))
