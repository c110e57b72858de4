"""Tables of the page on harms: each harm, rates of dark patches, and studies left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pinprick.exports.reports.harms import span
from pinprick.learning import pih_model
from pinprick.safety.harms import RADIOFREQUENCY, Harm, Seen, harms
from pinprick.safety.pih import LEVELS, NEEDLING, draws, logit, pih, provenance
from pinprick.safety.saying import summary
from pinprick.safety.texts import texts, title

Table = Callable[[Sequence[str], Iterable[Sequence[object]]], str]
SESSIONS = 4
TYPES = dict(zip(LEVELS, (1, 3, 4, 5, 6), strict=True))


def pages(table: Table) -> dict[str, str]:
    """Fragments that the page on harms includes."""
    return {
        "harms.txt": _harms(table),
        "harms-lasted.txt": _lasted(table),
        "harms-arms.txt": _arms(table),
        "harms-prior.txt": _prior(table),
        "harms-rates.txt": _rates(table),
        "harms-left-out.txt": _left_out(table),
    }


def _harms(table: Table) -> str:
    head = ("harm", "kind", "counted per", "seen", "beside", "what is not in it", "rows")
    return table(head, [_harm(each) for each in harms().values()])


def _harm(each: Harm) -> tuple[str, ...]:
    rows = {row for seen in (*each.seen, *each.beside) for row in seen.rows}
    rows |= {row for lasted in each.durations for row in lasted.rows}
    rows |= set(texts()[f"risk.{each.id}"].rows)
    other = [f"{seen.procedure}: {_count(seen)}" for seen in each.beside]
    if each.highest:
        other.append(f"highest published {each.highest.percent:g} % ({each.highest.of})")
    return (
        title(each.name) + (" (may last)" if each.lasting else ""),
        each.kind.replace("_", " "),
        each.per.removeprefix("person_"),
        "; ".join(_count(seen) for seen in each.seen),
        "; ".join(other),
        ", ".join(each.not_modelled),
        ", ".join(row.partition(":")[2] for row in sorted(rows)),
    )


def _count(seen: Seen) -> str:
    people = " to ".join(f"{n:,}" for n in seen.people)
    what = " sessions" if seen.per == "person_session" else ""
    return f"{seen.events} of {people}{what}"


def _lasted(table: Table) -> str:
    rows = [
        (
            title(harm.name),
            span(each.hours) + (f" (SD {span([each.sd_hours] * 2)})" if each.sd_hours else ""),
            each.people or "not said",
            each.device,
            each.body_site,
            each.note,
            ", ".join(each.rows),
        )
        for harm in harms().values()
        for each in harm.durations
    ]
    return table(("sign", "lasted", "people", "device", "body site", "note", "rows"), rows)


def _arms(table: Table) -> str:
    rows = [
        (
            arm.study,
            arm.fits,
            _count(arm),
            _mix(arm.mix),
            f"{arm.sessions}",
            "serious harm only" if arm.told == "serious" else "all",
            ", ".join(arm.assumed),
            ", ".join(arm.rows),
        )
        for arm in pih_model.arms()
    ]
    head = ("study", "treated with", "seen", "skin types", "visits", "told", "assumed", "rows")
    return table(head, rows)


def _mix(mix: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in mix.items())


def _prior(table: Table) -> str:
    """What is left of each prior."""
    said = {"level": "level", "phototype": "a step to darker skin", "clinic": "between clinics"}
    left = provenance()["prior_share"]
    rows = [(words, f"{left[name]:.0%}") for name, words in said.items()]
    rows += [(f"level: {harms()[name].name}", f"{left[name]:.0%}")
             for name in pih_model.settings()["one_study"]["harms"]]  # fmt: skip
    return table(("part", "variance left of the prior"), rows)


def _rates(table: Table) -> str:
    rows = []
    for name, kind in TYPES.items():
        typical = 1.0 / (1.0 + np.exp(-logit(name, NEEDLING, SESSIONS, draws())))
        each = pih(kind, sessions=SESSIONS)
        alone = sum(seen.own.get(name, 0) for seen in harms()["dark_patches"].seen)
        rows.append(
            (
                name,
                _percent(pih(kind, sessions=1)),
                _percent(each),
                _percent(typical),
                f"{(each > 0.1).mean():.0%}",
                _percent(pih(kind, RADIOFREQUENCY, SESSIONS)),
                alone or "mixed groups only",
            )
        )
    head = ("skin type", "1 visit", f"{SESSIONS} visits", f"{SESSIONS}, a typical clinic",
            "chance that a clinic has over 10 %", f"{SESSIONS}, radiofrequency",
            "people of this type alone")  # fmt: skip
    return table(head, rows)


def _percent(values: Any) -> str:
    mean, low, high = (100 * each for each in summary(values))
    return f"{mean:.2g} ({low:.1g} to {high:.2g})"


def _left_out(table: Table) -> str:
    rows: list[tuple[object, ...]] = [
        (
            arm["arm"],
            f"{arm['events']} of {' to '.join(map(str, arm['people']))}",
            "{:.3g} to {:.3g} %".format(*arm["forecast_percent"]),
            f"{arm['chance_of_as_many']:.3f}",
            f"{arm['score']:.2f}",
            f"{arm['score_one_level']:.2f}",
            f"{arm['score_pooled']:.2f}" if "score_pooled" in arm else "",
        )
        for arm in provenance()["left_out"]
    ]
    plain = provenance()["plain"]
    sums = (plain[name] for name in ("score", "score_one_level", "score_pooled"))
    rows.append(("**the seven plain arms**", "", "", "", *(f"{each:.2f}" for each in sums)))
    head = ("arm left out", "seen", "forecast, 90 %", "chance of as many or more", "log score",
            "one level for all types", "one pooled rate")  # fmt: skip
    found = table(head, rows)
    return found.replace("\\*\\*", "**")
