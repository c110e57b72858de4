"""The numbers of relief, light and marks, read from the registry by name."""

from __future__ import annotations

from dataclasses import dataclass

from pinprick.evidence import Registry, registry

STAGE = "relief"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Parameters of the stage ``relief`` as attributes, in SI; a wrong name is refused.

    Pictures show one named skin, so these are values, not draws.

    >>> numbers().boxcar_width
    0.003
    """

    known: Registry

    def __getattr__(self, name: str) -> float:
        if name.startswith("__"):
            raise AttributeError(name)  # what Python itself asks for is no parameter
        return self.known.parameter(f"{STAGE}.{name}").value

    def of(self, name: str) -> float:
        """A parameter of another stage, by its whole name."""
        return self.known.parameter(name).value

    def whole(self, name: str) -> int:
        """A parameter that counts something."""
        return round(self.known.parameter(f"{STAGE}.{name}").value)


def numbers(known: Registry | None = None) -> Numbers:
    """The numbers of a registry; of the one that ships with the program if None.

    They are the parameters ``relief.*`` in SI units; reading any other name raises InputError.

    >>> from pinprick.evidence import registry
    >>> numbers(registry().with_values({"relief.rolling_width": "6 mm"})).rolling_width
    0.006
    """
    return Numbers(registry() if known is None else known)
