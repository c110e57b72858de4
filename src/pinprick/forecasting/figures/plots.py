"""The face of the figures: ``forecast.plot.outcomes()`` and the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.forecasting import punctures, wording
from pinprick.forecasting.figures import heat, needling, pictures, result, skin, uptake

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pinprick.forecasting.forecast import Forecast


@dataclass(frozen=True)
class Plots:
    """Figures of a forecast; each returns a matplotlib Figure.

    What a forecast has nothing of is said in the figure. A day, zone, session or observer that it
    does not know raises ``InputError``.
    """

    forecast: Forecast

    def outcomes(self) -> Figure:
        """Outcomes over time, treated and untreated, with published points."""
        return result.outcomes(self.forecast.view)

    def tissue(self) -> Figure:
        """What the tissue and each of its layers does by day."""
        return result.tissue(self.forecast.view)

    def skin(self, day: float = 180) -> Figure:
        """The skin on a day: poor, typical and good responder beside untreated skin.

        Raises:
            NotForecastError: if the case has no concern that is drawn.
        """
        return pictures.figure(self.forecast, day)

    def section(self, day: float = 0) -> Figure:
        """Section of the skin, to scale, on a day of the first half year."""
        skin.refuse_day(day, self.forecast.view["slider_days"][-1])
        return result.section(self.forecast.view, day)

    def redness(self) -> Figure:
        """Redness after the first session."""
        return result.redness(self.forecast.view)

    def faces(self, observer: str = "blinded_rater") -> Figure:
        """A hundred virtual versions, treated and untreated, for one observer."""
        if observer not in wording.OBSERVERS:
            known = did_you_mean(str(observer), wording.OBSERVERS)
            raise InputError([Fault("observer", str(observer), known)])
        return result.faces(self.forecast.view, observer)

    def map(self, zone: str | None = None, session: int = 0) -> Figure:
        """Every hole of one session (counted from 0) in a zone, and a square of them to scale."""
        laid = punctures.of_forecast(self.forecast, zone, session)
        return needling.puncture_map(laid, punctures.describe(laid))

    def coverage(self, zone: str | None = None, session: int = 0) -> Figure:
        """Holes per area over the zone with the largest gaps marked, and how even they are."""
        laid = punctures.of_forecast(self.forecast, zone, session)
        return needling.coverage(punctures.describe(laid))

    def depths(self, zone: str | None = None, session: int = 0) -> Figure:
        """Where the tracks end, on a section of the skin."""
        laid = punctures.of_forecast(self.forecast, zone, session)
        return needling.depths(punctures.describe(laid))

    def closure(self) -> Figure:
        """What is still open by hours after a session."""
        made = self.forecast
        return needling.closure(punctures.closure(made.registry, made.seed, made.members))

    def numbing(self) -> Figure:
        """How deep the skin is numb, by minutes since the cream went on."""
        return uptake.numbing(self.forecast.view["inner"], self.forecast.record["numbing"])

    def products(self) -> Figure:
        """Concentration by depth and time, needled skin beside intact, of what is put on."""
        return uptake.products(self.forecast.view["inner"])

    def heat(self) -> Figure:
        """Section about radiofrequency needles: highest temperature and both zones of damage."""
        return heat.heat(self.forecast.view["inner"])
