"""A plain YAML file of `key: value` lines, each line read by its own reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from pinprick.faults import Fault, InputError, did_you_mean
from pinprick.fields.readers import Reader


def plain_lines(text: str, path: str, keys: Iterable[str]) -> dict[Any, Any]:
    """The lines of a file as a mapping, unread.

    Args:
        text: of the file.
        path: of the file, for the fault.
        keys: that it may have, for the fault.

    Raises:
        InputError: if it holds no `key: value` lines.

    >>> plain_lines("name: my-pen", "pen.yaml", ["name"])
    {'name': 'my-pen'}
    """
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise InputError([Fault(path, "no plain YAML", "`key: value` lines")]) from None
    if not isinstance(data, dict):
        raise InputError([Fault(path, "no `key: value` lines", ", ".join(keys))])
    return data


def read_lines(
    data: Mapping[Any, Any], readers: Mapping[str, Reader], known: Iterable[str]
) -> tuple[dict[str, Any], list[Fault]]:
    """What the readers make of their lines, and a fault for each that cannot be read.

    Args:
        data: the lines.
        readers: by key; each key is asked for.
        known: keys that the file may have, those of the readers among them.

    >>> from pinprick.fields import Whole
    >>> values, faults = read_lines({"needles": 3, "nedles": 4}, {"needles": Whole(low=1, high=9)},
    ...                             ["needles"])
    >>> values, faults[0].where
    ({'needles': 3}, 'nedles')
    """
    keys = list(known)
    values: dict[str, Any] = {}
    faults = [
        Fault(str(key), "an unknown key", did_you_mean(str(key), keys))
        for key in data
        if key not in keys
    ]
    for key, reader in readers.items():
        try:
            values[key] = reader.read(data.get(key), from_file=True)
        except InputError as error:
            faults.append(Fault(key, error.faults[0].found, error.faults[0].allowed))
    return values, faults
