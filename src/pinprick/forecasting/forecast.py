"""The Forecast: an ensemble's result with its tables, texts, figures and papers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pinprick.case import Case
from pinprick.evidence import Registry, listing, registry
from pinprick.faults import Fault, InputError
from pinprick.files import check_writable, text_writer, write_all
from pinprick.forecasting.fields import Field, dataset
from pinprick.forecasting.record import record
from pinprick.forecasting.summary import summary, table
from pinprick.forecasting.view import view
from pinprick.safety import Verdict, screen

if TYPE_CHECKING:
    import xarray as xr

    from pinprick.forecasting.figures.plots import Plots


@dataclass(frozen=True)
class Forecast:
    """What is likely to happen to plausible versions of one person, or to a studied group.

    ``fields`` are all arrays by name, with dims among ``draw, person, zone, session, time, layer``;
    ``data`` is the same as an :class:`xarray.Dataset`, whose variables have ``units`` and
    ``long_name``. ``used`` names the parameters that the run read.
    """

    case: Case
    members: int
    seed: int
    fields: Mapping[str, Field]
    used: frozenset[str]
    registry: Registry

    @cached_property
    def data(self) -> xr.Dataset:
        """The fields with their labels, to select and to plot from."""
        return dataset(self.fields)

    @cached_property
    def verdict(self) -> Verdict:
        """What the screening of the case decided; of a study, that it does not apply."""
        return screen(self.case)

    @cached_property
    def record(self) -> dict[str, Any]:
        """The forecast as plain data, with the keys of the JSON Schema."""
        return record(self)

    @cached_property
    def view(self) -> dict[str, Any]:
        """What the report and the figures are drawn from."""
        return view(self)

    def summary(self, *, held: bool = False) -> str:
        """A short text that a person can read.

        Args:
            held: leave the outcomes out where the verdict leads, as the command line does.
        """
        return summary(self, held=held)

    def to_json(self) -> str:
        """The record as JSON text: the same forecast gives the same bytes."""
        return json.dumps(self.record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def write_csv(self, path: str | Path) -> None:
        """Write the outcomes and the tissue as one table, a row a day.

        Raises:
            InputError: if the file cannot be written.
        """
        check_writable({"path": Path(path)})
        write_all({Path(path): text_writer(table(self.record))})

    def write_netcdf(self, path: str | Path) -> None:
        """Write all data as NetCDF, stamped with version, seed, case and parameter hash.

        Raises:
            InputError: if the file cannot be written.
        """
        check_writable({"path": Path(path)})
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
        rows = {row for name in self.used for row in self.registry.parameters[name].rows}
        return listing.cite(registry(), sorted(rows))

    @property
    def plot(self) -> Plots:
        """Figures: ``plot.outcomes()``, ``plot.tissue()``, ``plot.skin(day=90)`` and more."""
        from pinprick.forecasting.figures.plots import Plots  # slow to load, seldom wanted

        return Plots(self)


def cite(text: str) -> list[str]:
    """The papers behind a forecast that was saved as JSON.

    A line a source, with how it was seen and its registry rows.

    Raises:
        InputError: if the text is no forecast of this program.

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
