"""The cases that come with the program."""

from __future__ import annotations

from pathlib import Path

from pinprick.faults import Fault, InputError, did_you_mean

_PACKAGE = Path(__file__).resolve().parent.parent


def _folder() -> Path:
    """In a wheel the examples lie in the package, in a checkout at its root."""
    inside = _PACKAGE / "examples"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "examples"


def examples() -> tuple[str, ...]:
    """Names of the cases that come with the program.

    >>> "acne-scars" in examples()
    True
    """
    return tuple(sorted(place.stem for place in _folder().glob("*.yaml")))


def example_path(name: str) -> Path:
    """Where the named example lies.

    Raises:
        InputError: if there is none of that name.

    >>> example_path("alam-2014").name
    'alam-2014.yaml'
    """
    if name not in examples():
        raise InputError([Fault("example", name, did_you_mean(name, examples()))])
    return _folder() / f"{name}.yaml"


def example(name: str) -> str:
    """The text of a case that comes with the program.

    Raises:
        InputError: if there is none of that name.

    >>> "sessions: 4" in example("acne-scars")
    True
    """
    return example_path(name).read_text("utf-8")
