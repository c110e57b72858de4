"""Compare courses: the same virtual people, draws and readings under each of them.

A difference is taken member by member, so what the courses share (the person, what is not known,
the noise of reading) cancels; the range is that of the difference, not of two strangers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pinprick.appearance import OBSERVERS
from pinprick.case import Case
from pinprick.faults import Fault, InputError
from pinprick.forecasting import Forecast, forecast, wording
from pinprick.forecasting.plan import AFTER_LAST, Plan
from pinprick.forecasting.statistics import curves
from pinprick.forecasting.summary import SUMMARY_DAYS, frequency, harm
from pinprick.planning.figure import differences
from pinprick.safety.saying import told_out_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SAME = ("kind", "person", "population", "study", "concerns")  # all but the course


@dataclass(frozen=True)
class Comparison:
    """Forecasts of the same people under several courses; the first is the one compared with."""

    forecasts: Mapping[str, Forecast]

    @cached_property
    def differences(self) -> list[dict[str, Any]]:
        """For every other course and outcome the difference from the first course, by day."""
        (first, base), *others = self.forecasts.items()
        rows = []
        for label, other in others:
            for place, outcome in enumerate(base.record["outcomes"]):
                seen = f"{place // len(OBSERVERS)}.{outcome['observer']}"
                key = f"outcome.{seen}.persons.treated.true"
                days = sorted(set(outcome["days"]) & set(other.record["outcomes"][place]["days"]))
                gap = other.data[key].sel(time=days).values - base.data[key].sel(time=days).values
                half_year = wording.better_sign(outcome) * gap[days.index(AFTER_LAST)]
                rows.append(
                    {
                        "course": label,
                        "against": first,
                        "concern": outcome["concern"],
                        "scale": outcome["scale"],
                        "unit": outcome["unit"],
                        "observer": outcome["observer"],
                        "better": outcome["better"],
                        "days": days,
                        **curves(gap),
                        "chance_better": round(float((half_year > 0).mean()), 3),
                    }
                )
        return rows

    @property
    def record(self) -> dict[str, Any]:
        """The comparison as plain data: each forecast's record and the differences."""
        return {
            "forecasts": {label: f.record for label, f in self.forecasts.items()},
            "differences": self.differences,
        }

    def to_json(self) -> str:
        """The record as JSON text."""
        return json.dumps(self.record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def summary(self) -> str:
        """A table of the differences that a person can read."""
        first = next(iter(self.forecasts))
        lines = [f"{label}: {f.verdict.headline}" for label, f in self.forecasts.items()]
        lines += ["", f"Difference from {first}, the same virtual people under both:", ""]
        for row in self.differences:
            if row["observer"] == "blinded_rater":
                lines.append(f"{row['course']}: {row['concern']}, {wording.scale(row['scale'])[0]}")
            lines.append(f"  {wording.observer(row['observer'])}")
            lines += [f"    day {day:<6}{_cell(row, day)}" for day in SUMMARY_DAYS]
        per = max(told_out_of(one.record["side_effects"]) for one in self.forecasts.values())
        for label, one in self.forecasts.items():
            patches = harm(one.record, "dark_patches")
            visits = one.record["sessions"]
            hours = harm(one.record, "redness")["duration_hours"]
            zones = len({s["zone"] for s in visits})
            total = sum(s["visit_min"]["p50"] for s in visits[::zones])
            lines.append(
                f"{label}: {len(visits) // zones} visits, {total:.0f} min in all; redness "
                f"{wording.spread(hours, 'hours')} after each; {patches['name']}: "
                f"{frequency(patches, per)}"
            )
        return "\n".join(lines)

    def plot(self) -> Figure:
        """Figure of the differences by day."""
        return differences(self)


def compare(
    cases: Mapping[str, Case],
    *,
    members: int = 256,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Forecast the same virtual people under two or more courses.

    Args:
        cases: courses by label; the first is the one compared with.
        members: virtual versions of the person.
        seed: of all random numbers.
        settings: values of parameters that the user sets.
        progress: called with chunks done and chunks in all, over all courses.

    Raises:
        InputError: if there are fewer than two, the cases differ in more than the course or in the
            sites that it covers, or ``forecast`` refuses one.
        FloatingPointError: if the solver fails.

    >>> from pinprick.case import example_path
    >>> four = Case.load(example_path("home-roller"))
    >>> found = compare({"four": four, "two": four.with_(sessions=2)}, members=8).forecasts
    >>> {label: one.data.sizes["session"] for label, one in found.items()}
    {'four': 4, 'two': 2}
    >>> gains = [one.data["tissue.collagen"].sel(time=126)[0, 0] for one in found.values()]
    >>> gains[0].size, bool((gains[0] > gains[1]).all())  # every one gains more by four
    (8, True)
    """
    _refuse_others(cases)
    done: dict[str, Forecast] = {}
    for place, (name, case) in enumerate(cases.items()):

        def report(part: int, whole: int, place: int = place) -> None:
            if progress:
                progress(place * whole + part, len(cases) * whole)

        done[name] = forecast(case, members=members, seed=seed, settings=settings, progress=report)
    return Comparison(done)


def _refuse_others(cases: Any) -> None:
    """Refuse what cannot be compared: too few cases, other people, other concerns, other sites."""
    if not isinstance(cases, Mapping) or len(cases) < 2:
        found = f"{len(cases)} of them" if isinstance(cases, Mapping) else type(cases).__name__
        raise InputError([Fault("cases", found, "two cases or more, by label")])
    strange = [name for name, case in cases.items() if not isinstance(case, Case)]
    if strange:
        allowed = "a case, as `Case.load` gives it"
        raise InputError([Fault(n, type(cases[n]).__name__, allowed) for n in strange])
    (label, first), *others = cases.items()
    faults = [
        Fault(f"{name}.{part}", "another", f"the same as in {label}")
        for name, other in others
        for part in _SAME
        if getattr(other, part) != getattr(first, part)
    ]
    if not faults:
        wanted = _sites(first)
        faults = [
            Fault(f"{name}.course", _sites(other), f"the sites that {label} covers: {wanted}")
            for name, other in others
            if _sites(other) != wanted
        ]
    if faults:
        raise InputError(faults)


def _sites(case: Case) -> str:
    """Where the concerns are that a course reaches and that are forecast."""
    return ", ".join(target.concern.body_site for target in Plan(case).targets) or "none"


def _cell(row: Mapping[str, Any], day: int) -> str:
    """One difference in words, better upwards."""
    at = {q: wording.at(row["days"], row[q], day) for q in ("p05", "p50", "p95")}
    low, mid, high = sorted(wording.better_sign(row) * value for value in at.values())
    return wording.gain(low, mid, high, row["unit"])
