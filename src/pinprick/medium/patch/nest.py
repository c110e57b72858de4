"""Nests of fields: mappings and tuples of arrays, as a medium's ``here`` holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pinprick.medium.patch.operator import same_across


def arrays(value: Any) -> Any:
    """The same nest of NumPy arrays."""
    if isinstance(value, Mapping):
        return {k: arrays(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(arrays(v) for v in value)
    return np.asarray(value)


def narrow(value: Any) -> Any:
    """Fields with axes across of length 1 where they are the same over them."""
    if isinstance(value, Mapping):
        return {k: narrow(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(narrow(v) for v in value)
    field = np.asarray(value)
    return (
        same_across(field.reshape((1,) * (2 - field.ndim) + field.shape)) if field.ndim else field
    )


def is_narrow(value: Any) -> bool:
    """Whether nothing in the nest has more than one entry across."""
    if isinstance(value, Mapping):
        return all(is_narrow(v) for v in value.values())
    if isinstance(value, tuple):
        return all(is_narrow(v) for v in value)
    return np.ndim(value) == 0 or all(n == 1 for n in np.shape(value)[-2:])
