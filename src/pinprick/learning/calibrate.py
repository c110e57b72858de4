"""The calibration: a run of the sampler on the targets, which can be stopped and goes on."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.faults import Fault, InputError, too_few
from pinprick.files import folder as folder_of
from pinprick.files import write_all
from pinprick.learning import sampler
from pinprick.learning.fit import Fit, digest
from pinprick.learning.priors import priors
from pinprick.learning.results import Say, write
from pinprick.learning.sampler import Settings, State
from pinprick.learning.targets import of_use

CHECKPOINT_SECONDS = 45.0
SAY_SECONDS = 10.0
ROUNDS = 10  # powers that a run usually needs, for the time left
CHECKPOINT = "checkpoint.npz"


def calibrate(
    folder: Path,
    settings: Settings,
    say: Say,
    *,
    draws: int = 512,
    fresh: bool = False,
    most_steps: int | None = None,
) -> Path | None:
    """Fit the joint posterior and write its table, diagnostics and chains into ``folder``.

    A run that was stopped goes on from its checkpoint and ends as if it had not been.

    Args:
        folder: where the checkpoint and the results go.
        settings: size of the run.
        say: takes lines of progress.
        draws: rows of the table, 1 or more.
        fresh: throw away a checkpoint.
        most_steps: stop after so many moves, checkpoint kept; None to run to the end.

    Returns:
        the table; None if the run was stopped by ``most_steps``.

    Raises:
        InputError: if no draws are asked for, the folder cannot be made, or the checkpoint belongs
            to other settings or other data.
    """
    if faults := too_few(draws=draws):
        raise InputError(faults)
    folder = folder_of(str(folder), "folder")
    place = folder / CHECKPOINT
    fit = Fit()
    if fresh or not place.exists():
        say(f"{len(priors())} numbers, {len(of_use('fit'))} targets; prior draws")
        state = sampler.start(fit, len(priors()), settings)
    else:
        state = _load(place, settings)
        say(f"going on: {state.phase} {state.step}")
    clock = _Clock(settings, say, state)

    def after(now: State) -> None:
        clock.tick(now)
        if clock.due():
            _save(place, now, settings)

    state = sampler.run(state, fit, settings, most=most_steps, after=after)
    _save(place, state, settings)
    if state.phase != "done":
        return None
    return write(folder, state, settings, draws, say)


class _Clock:
    """Says how far a run is, what is left, and when a checkpoint is due."""

    def __init__(self, settings: Settings, say: Say, state: State) -> None:
        self.settings, self.say = settings, say
        self.began = self.said = self.saved = time.monotonic()
        self.first = self._done(state)

    def due(self) -> bool:
        late = time.monotonic() - self.saved > CHECKPOINT_SECONDS
        if late:
            self.saved = time.monotonic()
        return late

    def tick(self, state: State) -> None:
        now = time.monotonic()
        if now - self.said < SAY_SECONDS and state.phase != "done":
            return
        self.said = now
        done, s = self._done(state), self.settings
        left = (now - self.began) / max(done - self.first, 1) * (self._all(state) - done)
        taken = state.taken.sum() / max(state.tried.sum(), 1)
        middle = np.median(state.misfit)
        self.say(
            f"{state.phase:6} {state.step:5d}  power {state.power.min():.3g}"
            f"  misfit best {state.misfit.min():.1f} median {middle:.1f}"
            f"  accepted {taken:.0%}  {state.drawn / 1000:.0f}k draws"
            f"  kept {len(state.kept_x) * s.groups * s.chains}  left {left / 60:.0f} min"
        )

    def _all(self, state: State) -> int:
        s = self.settings
        rounds = ROUNDS
        if state.phase == "temper":
            rounds = max(ROUNDS, state.step // s.turns + 2)
        return rounds * s.turns + s.settle + s.steps

    def _done(self, state: State) -> int:
        s = self.settings
        before = {"temper": 0, "settle": ROUNDS * s.turns}
        return before.get(state.phase, ROUNDS * s.turns + s.settle) + state.step


def _save(place: Path, state: State, settings: Settings) -> None:
    """Write a checkpoint whole or not at all."""
    held: dict[str, Any] = {f.name: np.asarray(getattr(state, f.name)) for f in fields(state)}
    mark = json.dumps({"settings": asdict(settings), "data": digest()})
    write_all({place: lambda beside: np.savez(beside, mark=np.array(mark), **held)})


def _load(place: Path, settings: Settings) -> State:
    """The state of a checkpoint.

    Raises:
        InputError: if it was written with other settings, targets, priors or reactions.
    """
    with np.load(place) as held:
        mark = json.loads(str(held["mark"]))
        wanted = {"settings": asdict(settings), "data": digest()}
        for part in ("settings", "data"):
            if mark[part] != wanted[part]:
                fault = Fault(str(place), f"{part} {mark[part]}", f"{wanted[part]}, or --fresh")
                raise InputError([fault])
        raw = {f.name: held[f.name] for f in fields(State)}
    plain = {"phase": str, "step": int, "barred": int, "drawn": int, "prior_allowed": float}
    return State(**{k: plain[k](v) if k in plain else v for k, v in raw.items()})
