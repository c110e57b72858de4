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

    from pinprick.forecasting.figures.plots import Plots
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
        from pinprick.forecasting.figures.plots import Plots

        return Plots(self)


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
