"""Fields: arrays with named dims and a unit, and the Dataset that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """An array with its dims and its unit; a field named as its only dim is an axis.

    In a chunk the members come last and are not among the dims.
    """

    dims: tuple[str, ...]
    values: Array
    unit: str = ""
    long_name: str = ""


def axis(name: str, values: Any, unit: str = "", long_name: str = "") -> Field:
    """The values that a dim stands for."""
    return Field((name,), np.asarray(values), unit, long_name)


def dataset(fields: Mapping[str, Field]) -> xr.Dataset:
    """All fields with their labels.

    >>> made = dataset({"day": axis("day", [0, 7], "d"), "redness": Field(("day",), np.ones(2))})
    >>> made["redness"].sel(day=7).item(), made["day"].attrs
    (1.0, {'units': 'd'})
    """
    import xarray as xr  # takes longer to load than all the rest of a record

    labelled: dict[bool, dict[str, Any]] = {False: {}, True: {}}
    for name, field in fields.items():
        said = {"units": field.unit, "long_name": field.long_name}
        attrs = {key: text for key, text in said.items() if text}
        labelled[field.dims == (name,)][name] = (field.dims, field.values, attrs)
    return xr.Dataset(labelled[False], coords=labelled[True])
