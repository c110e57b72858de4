"""Skin of a forecast: who is shown, what their skin looks like on a day, and why.

A percentile is one of a *named outcome*: the true change of a scale by a day, net of no treatment.
The scar is taken to fill by the share of the scale's way that the 5th, 50th or 95th percentile of
the members has gone by that day.

The tissue's own melanin is an activity, not a colour: in phototype IV it doubles in the typical
member, while studies of the face saw dark patches in few. So a dark patch is drawn where the poor
responder stands for what can go wrong, and nowhere else. The tissue's water peaks in the second
week and later; the swelling of the first days has a law of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick import units
from pinprick.appearance.colour import colour_table, typical
from pinprick.appearance.picture import GOOD, Colours, Part, Scene, State
from pinprick.appearance.relief import (
    KINDS,
    Kind,
    Numbers,
    Patch,
    crows_feet,
    numbers,
    patch,
    scar,
    square,
)
from pinprick.appearance.relief.concerns import Shape
from pinprick.evidence.scales import scale
from pinprick.faults import Fault, InputError, NotForecastError, did_you_mean
from pinprick.forecasting.plan import Plan, Target

if TYPE_CHECKING:
    from pinprick.case import Case
    from pinprick.forecasting.forecast import Forecast

POOR, TYPICAL = "poor responder", "typical responder"
RANKS = {POOR: 0.05, TYPICAL: 0.5, GOOD: 0.95}
FIRST_HOUR = 1.0 / units.HOURS_PER_DAY  # a session's day is shown an hour after the needling
FRAME = 600  # pixels across a photograph
# Side of the patch in metres, and where its scars lie on it: down, across, times the usual width.
SIDES = {"rolling": 12 * units.MILLI}
SIDE = 10 * units.MILLI
PLACES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "ice pick": ((0.30, 0.35, 1.0), (0.60, 0.66, 0.8), (0.74, 0.30, 0.6)),
    "boxcar": ((0.42, 0.42, 1.0), (0.78, 0.72, 0.55)),
    "deep boxcar": ((0.42, 0.42, 1.0), (0.78, 0.72, 0.55)),
    "rolling": ((0.5, 0.5, 1.0),),
}
UNREPORTED_PHOTOTYPE = 3
UNREPORTED_AGE = 45.0
BLINDED = "blinded_rater"


@dataclass(frozen=True)
class Skin:
    """What the pictures of one forecast are made from.

    Args:
        forecast: an ensemble of at least as many members as percentiles are told apart.
        kind: of the scar to show; that of the case if empty.
        size: pixels across a photograph.
        phototype: to show; that of the case if 0.
        bare: skin with neither scars nor lines, for what can go wrong in any course.
    """

    forecast: Forecast
    kind: str = ""
    size: int = FRAME
    phototype: int = 0
    bare: bool = False

    @cached_property
    def numbers(self) -> Numbers:
        """Numbers of the pictures, as the forecast's registry has them."""
        return numbers(self.forecast.registry)

    @cached_property
    def plan(self) -> Plan:
        """What the case asks for."""
        return Plan(self.forecast.case)

    @cached_property
    def target(self) -> Target:
        """The first concern that is forecast and can be drawn.

        Raises:
            NotForecastError: if there is none.
        """
        return _target(self.plan)

    @property
    def scarred(self) -> bool:
        """Whether scars are shown, and not lines."""
        return self.target.concern.type == "acne scars"

    @cached_property
    def shown_kind(self) -> Kind:
        """The one kind of scar that is shown.

        Raises:
            InputError: if the kind asked for is none.
        """
        asked = self.kind or self.target.concern.subtype or "boxcar"
        return _kind("boxcar" if asked == "mixed" else asked)

    @property
    def shown_name(self) -> str:
        """What is shown, in words."""
        if self.bare:
            return "plain skin"
        if self.scarred:
            return f"{self.shown_kind} scar"
        return f"lines ({self.target.concern.body_site}), drawn as crow's feet"

    @cached_property
    def skin_type(self) -> int:
        """The phototype that is shown: as asked or reported, of a group the middle one."""
        return self.phototype or self.reported or UNREPORTED_PHOTOTYPE

    @property
    def reported(self) -> int:
        """The phototype of the case, 0 if it reports none."""
        case = self.forecast.case
        if case.person is not None:
            return case.person.phototype or 0
        group = case.population.phototype if case.population is not None else None
        return sorted(group)[len(group) // 2] if group else 0

    @cached_property
    def patch(self) -> Patch:
        """The relief, made once for all days and people."""
        k, seed = self.numbers, self.forecast.seed
        if self.bare:
            return patch(square(SIDE, self.size), seed, [], k)
        if not self.scarred:
            person = self.forecast.case.person
            age = float(person.age) if person is not None else UNREPORTED_AGE
            return patch(square(SIDE, self.size), seed, [crows_feet(age, k)], k)
        kind, side = self.shown_kind, SIDES.get(self.shown_kind, SIDE)
        shapes: list[Shape] = [
            scar(kind, side * down, side * across, k, times=times, name=f"{kind} {n}")
            for n, (down, across, times) in enumerate(PLACES[kind])
        ]
        return patch(square(side, self.size), seed, shapes, k)

    @cached_property
    def colours(self) -> Colours:
        """The colours of the middle of that phototype."""
        return colour_table(typical(self.skin_type))

    @cached_property
    def gains(self) -> Any:
        """Share of the scale's way gone by day, net of no treatment, shape (days, members)."""
        data, place = self.forecast.data, self.plan.targets.index(self.target)
        key = f"outcome.{place}.{BLINDED}.persons"
        treated, bare = (data[f"{key}.{arm}.true"].values for arm in ("treated", "untreated"))
        net = (treated - bare).reshape(len(treated), -1)
        before = data[f"outcome.{place}.baseline"].values.ravel()
        named = scale(self.target.instrument.scale)
        best = named.low if named.better == "lower" else named.high
        room = np.where(before == best, np.inf, best - before)
        return np.clip(net / room, 0.0, 1.0)

    def gain(self, who: str, day: float) -> float:
        """Share of the scale's way gone by a day, at that percentile of the members on that day."""
        ranked = np.quantile(self.gains, RANKS[who], axis=1)
        return abs(float(np.interp(day, self.forecast.data["time"].values, ranked)))

    def state(self, who: str, day: float) -> State:
        """The skin of one of the three on a day.

        Raises:
            InputError: if the forecast does not reach that day.
        """
        data, sessions = self.forecast.data, self.plan.session_days
        refuse_day(day, self.plan.days[-1])
        place = max(n for n, start in enumerate(sessions) if start <= day)
        since = day - sessions[place]
        zone = 0 if self.bare else list(self.plan.zones).index(self.target.zone)

        def usual(name: str) -> float:
            return float(np.median(data[name].values[place, zone]))

        return State(
            day, since, place + 1, len(sessions), self._fill(who, day), self._red(who, day, since),
            usual("bleeding"), usual("density"), self._dark(who, day),
        )  # fmt: skip

    def _fill(self, who: str, day: float) -> float:
        if self.bare:
            return 0.0
        fill = self.gain(who, day) * self.numbers.fill_per_gain
        if self.scarred and self.shown_kind == "ice pick" and not self._of_ice_picks:
            fill *= self.forecast.registry.parameter("appearance.ice_pick_response").value
        return min(fill, 1.0)

    @property
    def _of_ice_picks(self) -> bool:
        return "ice pick" in (self.target.concern.subtype or "")

    def _red(self, who: str, day: float, since: float) -> float:
        """Redness over the threshold of sight: of the reddest twentieth in the poor responder."""
        data = self.forecast.data
        if since < 1:
            values = data["redness_first"].values
            place = int(np.searchsorted(data["redness_time"].values, FIRST_HOUR))
        else:
            values, place = data["redness"].values, int(day)
        return float(np.quantile(values[place], 1.0 - RANKS[POOR] if who == POOR else 0.5))

    def _dark(self, who: str, day: float) -> float:
        """Melanin of the dark patches that the poor responder has, over rest."""
        if who != POOR:
            return 1.0
        k = self.numbers
        last = self.plan.session_days[-1]
        rise = min(day * units.DAY / k.pih_peak, 1.0)
        start = last + k.pih_peak / units.DAY
        fall = np.exp2(-max(day - start, 0.0) * units.DAY / k.pih_half_life)
        return float(1.0 + (k.pih_drawn - 1.0) * rise * fall)

    def scene(self, who: str) -> Scene:
        """One of the three, ready to be photographed."""
        from pinprick import __version__

        return Scene(
            concern=self.shown_name,
            phototype=self.skin_type,
            who=who,
            rank=self._rank(who),
            made=self.patch,
            colours=self.colours,
            parts=self._parts(),
            version=__version__,
        )

    def _rank(self, who: str) -> str:
        parts = []
        if not self.bare:
            percentile = round(RANKS[who] / units.PERCENT)
            title = scale(self.target.instrument.scale).title
            parts.append(f"{percentile}th percentile of the change in {title}, blinded rater")
        if who == POOR:
            wrong = "dark patches, and redness of the reddest twentieth"
            parts.append(f"with what can go wrong: {wrong}")
        return "; ".join(parts)

    def _parts(self) -> tuple[Part, ...]:
        if self.bare:
            return ()  # what is drawn of bare skin stands beside it, not in a caption
        way = "the scar fills" if self.scarred else "the lines fill"
        known = self.phototype or self.reported
        guessed = () if known else (Part("the phototype, since none is reported", "assumed"),)
        dark = "dark patches of the poor responder: what can go wrong"
        return (
            *guessed,
            Part("change of the scale, redness, tracks and bleeding by day", "forecast"),
            Part(f"{way} by the share by which the scale falls", "assumed"),
            Part(f"{dark}{_counted(self.forecast)}", "drawn"),
            Part("which pinpoints are left, crusts, scale, colour of the scar's floor", "drawn"),
        )


def refuse(case: Case, day: float | None = None, kind: str = "") -> None:
    """Refuse, before a forecast is made, what could not be drawn of it.

    Raises:
        InputError: if the day (of the course) or the kind of scar cannot be shown.
        NotForecastError: if the case has no concern that is drawn.

    >>> from pinprick.case import Case, example_path
    >>> try:
    ...     refuse(Case.load(example_path("acne-scars")), day=400)
    ... except InputError as error:
    ...     print(error)
    day: found 400; allowed: 0 to 264
    """
    plan = Plan(case)
    _target(plan)
    if kind:
        _kind(kind)
    if day is not None:
        refuse_day(day, plan.days[-1])


def is_drawn(case: Case) -> bool:
    """Whether a case has scars or lines whose outcome is forecast.

    >>> from pinprick.case import Case, example_path
    >>> [is_drawn(Case.load(example_path(name))) for name in ("acne-scars", "rf-laxity")]
    [True, False]
    """
    try:
        _target(Plan(case))
    except NotForecastError:
        return False
    return True


def _target(plan: Plan) -> Target:
    for target in plan.targets:
        if target.concern.type in ("acne scars", "wrinkles"):
            return target
    raise NotForecastError("no picture: it needs acne scars or wrinkles whose outcome is forecast")


def _kind(asked: str) -> Kind:
    for kind in KINDS:
        if kind == asked:
            return kind
    raise InputError([Fault("scar", asked, did_you_mean(asked, KINDS))])


def refuse_day(day: Any, last: int) -> None:
    """Refuse what is no day of a forecast that ends on the day ``last``."""
    if not isinstance(day, int | float) or not 0 <= day <= last:
        found = f"{day:g}" if isinstance(day, int | float) else str(day)
        raise InputError([Fault("day", found, f"0 to {last}")])


def _counted(forecast: Forecast) -> str:
    """How often dark patches were counted, study by study."""
    from pinprick.safety.risks import risks

    if forecast.case.person is None:
        return ""
    found = (risk for risk in risks(forecast.case) if risk.id == "dark_patches")
    counts = [f"{c.events} of {c.people}" for risk in found for c in risk.counts]
    return f" (counted in studies: {', '.join(counts)})" if counts else ""
