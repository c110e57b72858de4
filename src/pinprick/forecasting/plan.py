"""The plan of a forecast: what a case asks for, in the order in which the stages answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pinprick.case import Case
from pinprick.courses import Needle, Numb, Zone
from pinprick.evidence import registry
from pinprick.evidence.concerns import Reason, reasons
from pinprick.evidence.concerns import concern as known
from pinprick.evidence.instruments import Instrument, instrument
from pinprick.evidence.interventions import intervention
from pinprick.forecasting.body import interventions_of, without_effect
from pinprick.forecasting.prescribed import Applied, Cream, applied_of, cream_of, unknown_of
from pinprick.people import Concern

# Days that every forecast reports: dense while the skin settles, then every two weeks.
SETTLING = (0, 1, 2, 3, 5, 7, 10, 14, 21, 28)
EVERY = 14
AFTER_LAST = 180
YEAR = 365
HOME = "collagen or scars after a home device"


@dataclass(frozen=True, slots=True)
class Target:
    """A concern with the zone that covers it and the scale that reads it."""

    concern: Concern
    zone: str
    instrument: Instrument


@dataclass(frozen=True)
class Plan:
    """What will be worked out for a case."""

    case: Case

    @cached_property
    def zones(self) -> Mapping[str, tuple[Needle, Zone]]:
        """Zones by name, with the step that needles them."""
        return {zone.name: (step, zone) for step, zone in self.case.course.zones}

    @cached_property
    def session_days(self) -> tuple[int, ...]:
        """Days of the sessions; what is not reported is the usual course."""
        usual = registry()
        days = self.case.course.session_days(
            sessions=round(usual.parameter("courses.usual_sessions").value),
            interval=usual.parameter("courses.usual_interval").value,
        )
        return tuple(day for day in days if day < YEAR)

    @cached_property
    def days(self) -> tuple[int, ...]:
        """Days of the report, up to half a year after the last session, a year at most."""
        last = min(max(AFTER_LAST, self.session_days[-1] + AFTER_LAST), YEAR)
        days = {*SETTLING, *range(0, last + 1, EVERY), AFTER_LAST, last, *self.session_days}
        days |= {round(t.instrument.reference_day) for t in self.targets}
        days |= {p["day"] for p in self.published if p["day"] <= last}
        return tuple(sorted(day for day in days if day <= last))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The concerns that are forecast; a concern reads the zone that covers its site."""
        found = []
        for concern in self.case.concerns:
            scale = concern.baseline.scale if concern.baseline else None
            tool = instrument(concern.type, scale)
            zone = self._covering(concern.body_site)
            if tool is None or zone is None or self.only_home_devices:
                continue
            if self._reason(concern) is None:
                found.append(Target(concern, zone, tool))
        return tuple(found)

    @property
    def healed_zones(self) -> tuple[str, ...]:
        """Zones whose tissue is followed: those that cover a concern, else the first."""
        covering = (self._covering(concern.body_site) for concern in self.case.concerns)
        named = tuple(dict.fromkeys(zone for zone in covering if zone is not None))
        return named or (next(iter(self.zones)),)

    @cached_property
    def published(self) -> tuple[Mapping[str, Any], ...]:
        """Published results to set beside the forecast: those of the studied concerns."""
        concerns = {concern.type for concern in self.case.concerns}
        return tuple(
            {
                **point,
                "study": study.title,
                "study_id": study.id,
                "used": point.get("used", study.used),
            }
            for study in registry().studies.values()
            for point in study.points
            if point["concern"] in concerns
        )

    @property
    def sex(self) -> str | None:
        """Sex of the person; None of a group, and where it is not reported."""
        return self.case.person.sex if self.case.person is not None else None

    @cached_property
    def numbed(self) -> bool:
        """Whether a cream numbs the skin."""
        return any(isinstance(step, Numb) for step in self.case.course.steps)

    @cached_property
    def cream(self) -> Cream | None:
        """The numbing cream, if its product is known."""
        return cream_of(self.case)

    @cached_property
    def applied(self) -> tuple[Applied, ...]:
        """The known products that lie on fresh channels."""
        return applied_of(self.case)

    @property
    def areas(self) -> Mapping[str, float | None]:
        """Area of each zone in m², None where it was not reported."""
        return {name: zone.area for name, (_, zone) in self.zones.items()}

    @property
    def driven_in(self) -> bool:
        """Whether the cream is driven in by a short pass of needles."""
        return any(isinstance(step, Numb) and step.driven_in for step in self.case.course.steps)

    @property
    def dwell(self) -> float:
        """Time in seconds that the cream is left on, 0 without."""
        steps = [step for step in self.case.course.steps if isinstance(step, Numb)]
        return max((step.dwell or 0.0 for step in steps), default=0.0)

    @cached_property
    def not_forecast(self) -> tuple[dict[str, Any], ...]:
        """What was asked or would be expected, and is not forecast, each with the reason."""
        entries = []
        for concern in self.case.concerns:
            if (reason := self._reason(concern)) is not None:
                entries.append(_entry(concern.type, reason))
            elif self._covering(concern.body_site) is None:
                why = f"no zone of the course covers the {concern.body_site}"
                entries.append(_entry(concern.type, Reason(concern.type, why, ())))
        asked = reasons()["asked"]
        if self.only_home_devices:
            entries.append(_entry(HOME, asked[HOME]))
        for name in unknown_of(self.case):
            entries.append(_entry(f"how deep {name} goes", asked["products"]))
        for product in without_effect(self.case):
            entries.append(_entry(f"effect of {product}", asked["effect of a product"]))
        if not self.numbed or self.cream is None:
            key = "numbing" if self.numbed else "pain without numbing"
            entries.append(_entry(key, asked[key]))
        person = self.case.person
        if person is not None and (person.medicines or person.previous_treatments):
            key = "previous treatments and medicines"
            entries.append(_entry(key, asked[key]))
        entries.extend(_entry(name, body) for name, body in reasons()["always"].items())
        return tuple(entries)

    @cached_property
    def beside(self) -> tuple[dict[str, Any], ...]:
        """What is done beside needling and acts on the forecast, each with its evidence."""
        return tuple(
            {"name": each.name, "title": each.title, "grade": each.grade, "basis": each.basis,
             "says": each.says, "rows": list(each.rows)}
            for each in map(intervention, interventions_of(self.case))
        )  # fmt: skip

    @cached_property
    def only_home_devices(self) -> bool:
        """Whether only home devices are used, whose needles no study measured on a scale."""
        steps = [step for step in self.case.course.steps if isinstance(step, Needle)]
        return all(step.tool.home for step in steps)

    def _reason(self, concern: Concern) -> Reason | None:
        """Why a concern is not forecast; a study is worked out at its own site as anywhere."""
        site = "" if self.case.kind == "study" else concern.body_site
        return known(concern.type).reason(site)

    def _covering(self, site: str) -> str | None:
        return next((n for n, (_, zone) in self.zones.items() if zone.body_site == site), None)

    @property
    def usual(self) -> tuple[str, ...]:
        """Settings of the course that were not reported and are taken as usual."""
        course = self.case.course
        return tuple(
            name
            for name, value in (("sessions", course.sessions), ("interval", course.interval))
            if value is None and (name == "sessions" or len(self.session_days) > 1)
        )


def _entry(concern: str, reason: Reason) -> dict[str, Any]:
    facts = registry().facts
    published = [
        {"quantity": facts[row].quantity, "value": facts[row].original["value"],
         "unit": facts[row].original["unit"], "n": facts[row].original["n"],
         "source": facts[row].source, "row": row}
        for row in reason.rows
    ]  # fmt: skip
    return {"concern": concern, "why": reason.why, "known": reason.known, "published": published}
