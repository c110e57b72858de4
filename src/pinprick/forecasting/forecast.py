"""The Forecast: an ensemble's result with its tables, texts, figures and papers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinprick.case import Case
from pinprick.evidence import Registry, registry
from pinprick.faults import Fault, InputError
from pinprick.files import text_writer, write_all

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from pinprick.safety import Verdict


@dataclass(frozen=True)
class Forecast:
    """What is likely to happen to plausible versions of one person, or to a studied group.

    ``data`` is an :class:`xarray.Dataset` with dims among ``draw, person, zone, session, time,
    layer``; every variable has ``units`` and ``long_name``. ``used`` names the parameters that the
    run read.
    """

    case: Case
    members: int
    seed: int
    data: xr.Dataset
    used: frozenset[str]
    registry: Registry

    @cached_property
    def verdict(self) -> Verdict:
        """What the screening of the case decided; of a study, that it does not apply."""
        from pinprick.safety import screen

        return screen(self.case)

    @cached_property
    def record(self) -> dict[str, Any]:
        """The forecast as plain data, with the keys of the JSON Schema."""
        from pinprick.forecasting.record import record

        return record(self)

    @cached_property
    def view(self) -> dict[str, Any]:
        """What the report and the figures are drawn from."""
        from pinprick.forecasting.view import view

        return view(self)

    def summary(self, *, held: bool = False) -> str:
        """A short text that a person can read.

        Args:
            held: leave the outcomes out where the verdict leads, as the command line does.
        """
        from pinprick.forecasting.summary import summary

        return summary(self, held=held)

    def to_json(self) -> str:
        """The record as JSON text: the same forecast gives the same bytes."""
        return json.dumps(self.record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def write_csv(self, path: str | Path) -> None:
        """Write the outcomes and the tissue as one table, a row a day."""
        from pinprick.forecasting.summary import table

        write_all({Path(path): text_writer(table(self.record))})

    def write_netcdf(self, path: str | Path) -> None:
        """Write all data as NetCDF, stamped with version, seed, case and parameter hash."""
        data = self.data.assign_attrs(
            pinprick=self.record["pinprick"],
            seed=self.seed,
            parameters_hash=self.record["parameters_hash"],
            overrides=json.dumps(self.record["overrides"]),
            case=self.case.dump(),
        )
        write_all({Path(path): lambda place: data.to_netcdf(place, engine="h5netcdf")})

    def cite(self) -> list[str]:
        """The papers behind the parameters that this forecast read."""
        return _citations(self.registry, self.used)

    @property
    def plot(self) -> Plots:
        """Figures: ``plot.outcomes()``, ``plot.tissue()``, ``plot.skin(day=90)`` and more."""
        return Plots(self)


@dataclass(frozen=True)
class Plots:
    """Figures of a forecast; each returns a matplotlib Figure."""

    forecast: Forecast

    def outcomes(self) -> Figure:
        """Outcomes over time, treated and untreated, with published points."""
        from pinprick.forecasting import figures

        return figures.outcomes(self.forecast.view)

    def tissue(self) -> Figure:
        """Collagen and elastin by day."""
        from pinprick.forecasting import figures

        return figures.tissue(self.forecast.view)

    def skin(self, day: float = 180) -> Figure:
        """The skin on a day: poor, typical and good responder beside untreated skin."""
        from pinprick.forecasting import skin_pictures

        return skin_pictures.figure(self.forecast, day)

    def section(self, day: float = 0) -> Figure:
        """Section of the skin, to scale, on a day."""
        from pinprick.forecasting import figures

        return figures.skin(self.forecast.view, day)

    def redness(self) -> Figure:
        """Redness after the first session."""
        from pinprick.forecasting import figures

        return figures.redness(self.forecast.view)

    def faces(self, observer: str = "blinded_rater") -> Figure:
        """A hundred virtual versions, treated and untreated, for one observer."""
        from pinprick.forecasting import figures

        return figures.faces(self.forecast.view, observer)

    def map(self, zone: str | None = None, session: int = 0) -> Figure:
        """Every hole of one session in a zone, and a square of them to scale."""
        from pinprick.forecasting import needling_figures, punctures

        laid = punctures.of_forecast(self.forecast, zone, session)
        return needling_figures.puncture_map(laid, punctures.describe(laid))

    def coverage(self, zone: str | None = None, session: int = 0) -> Figure:
        """Holes per area over the zone with the largest gaps marked, and how even they are."""
        from pinprick.forecasting import needling_figures

        return needling_figures.coverage(self._punctures(zone, session))

    def depths(self, zone: str | None = None, session: int = 0) -> Figure:
        """Where the tracks end, on a section of the skin."""
        from pinprick.forecasting import needling_figures

        return needling_figures.depths(self._punctures(zone, session))

    def closure(self) -> Figure:
        """What is still open by hours after a session."""
        from pinprick.forecasting import needling_figures, punctures

        made = self.forecast
        return needling_figures.closure(punctures.closure(made.registry, made.seed, made.members))

    def numbing(self) -> Figure:
        """How deep the skin is numb, by minutes since the cream went on."""
        from pinprick.forecasting import uptake_figure

        return uptake_figure.numbing(self.forecast.view["inner"], self.forecast.record["numbing"])

    def products(self) -> Figure:
        """Concentration by depth and time, needled skin beside intact, of what is put on."""
        from pinprick.forecasting import uptake_figure

        return uptake_figure.products(self.forecast.view["inner"])

    def heat(self) -> Figure:
        """Section about radiofrequency needles: highest temperature and both zones of damage."""
        from pinprick.forecasting import heat_figure

        return heat_figure.heat(self.forecast.view["inner"])

    def _punctures(self, zone: str | None, session: int) -> dict[str, Any]:
        from pinprick.forecasting import punctures

        return punctures.describe(punctures.of_forecast(self.forecast, zone, session))


def cite(text: str) -> list[str]:
    """The papers behind a forecast that was saved as JSON.

    Raises:
        InputError: if the text is no forecast of this program.

    A line a source, with how it was seen and its registry rows.

    >>> row = {"source": "Alam 2014 JAMA Dermatol", "status": ["read"], "rows": ["clinical:CL176"]}
    >>> cite(json.dumps({"sources": [row]}))
    ['Alam 2014 JAMA Dermatol (read): clinical:CL176']
    >>> try:
    ...     cite("{}")
    ... except InputError as error:
    ...     print(error.faults[0].where)
    forecast
    """
    try:
        saved = json.loads(text)
        sources = saved["sources"]
        return [
            f"{s['source']} ({', '.join(s['status'])}): {', '.join(s['rows'])}" for s in sources
        ]
    except (ValueError, KeyError, TypeError) as error:
        allowed = "a forecast saved with `pinprick forecast CASE --json FILE`"
        raise InputError([Fault("forecast", "something else", allowed)]) from error


def _citations(known: Registry, used: frozenset[str]) -> list[str]:
    from pinprick.evidence import listing

    rows = {row for name in used for row in known.parameters[name].rows}
    return listing.cite(registry(), sorted(rows))
