"""Waypoints: the state of a long walk in a file, from which it can be taken up again."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

State = np.ndarray[Any, Any]
EVERY = 30.0  # seconds between two writings


@dataclass(frozen=True)
class Waypoints:
    """Where a walk keeps what it has reached, if anywhere.

    ``walk`` is a digest of start, steps and fields: a file of another walk is refused.
    """

    file: Path | None
    walk: str

    @classmethod
    def of(
        cls, file: Path | None, state: State, steps: State, fields: Mapping[str, Any]
    ) -> Waypoints:
        """Waypoints of a walk."""
        if file is None:
            return cls(None, "")
        digest = hashlib.sha256()
        for name, array in [("state", state), ("steps", steps), *sorted(_leaves(fields))]:
            digest.update(f"{name} {np.shape(array)}".encode())
            digest.update(np.ascontiguousarray(array, dtype=float).tobytes())
        return cls(Path(file), digest.hexdigest())

    def resumed(self, state: State) -> tuple[State, int]:
        """The state to go on from and the steps already taken; the given one and 0 without a file.

        Raises:
            ValueError: if the file belongs to another walk or cannot be read.
        """
        if self.file is None or not self.file.exists():
            return state, 0
        try:
            # Opened here, so that whatever is wrong with the file it is closed again.
            with self.file.open("rb") as stream:
                kept = np.load(stream, allow_pickle=False)
                walk, found, done = str(kept["walk"]), kept["state"], int(kept["done"])
        except (OSError, KeyError, ValueError, EOFError, IndexError, BadZipFile) as fault:
            raise ValueError(
                f"{self.file}: not a waypoint of a walk; remove it or name another file"
            ) from fault
        if walk != self.walk:
            raise ValueError(f"{self.file}: kept by another walk; remove it or name another file")
        return found, done

    @contextmanager
    def kept(self) -> Iterator[Callable[[State, int], None]]:
        """Gives what to call with each state reached; the last one is written however it ends."""
        last: tuple[State, int] | None = None
        wrote = time.monotonic()

        def reached(state: State, done: int) -> None:
            nonlocal last, wrote
            last = state, done
            if time.monotonic() - wrote > EVERY:
                self._write(state, done)
                wrote = time.monotonic()

        try:
            yield reached
        finally:
            if last is not None:
                self._write(*last)

    def _write(self, state: State, done: int) -> None:
        if self.file is None:
            return
        new = self.file.with_name(f"{self.file.name}.{os.getpid()}.new")
        try:
            with new.open("wb") as stream:
                np.savez(stream, walk=np.array(self.walk), state=state, done=np.array(done))
            new.replace(self.file)
        finally:
            new.unlink(missing_ok=True)


def _leaves(fields: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{under}{name}.")
        elif isinstance(value, tuple):
            yield from _leaves({str(i): part for i, part in enumerate(value)}, f"{under}{name}.")
        else:
            yield f"{under}{name}", value
