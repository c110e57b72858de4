"""The ensemble: chunks of members, each worked through the chain, put together by field.

Chunks have one fixed size and are padded, so a member's numbers do not depend on how many others
there are; memory is bounded by the chunks at work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np

from pinprick.case import Case
from pinprick.evidence import Lanes, Registry, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.faults import Fault, InputError
from pinprick.forecasting import colours
from pinprick.forecasting.chain import run
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.creams import numb_times
from pinprick.forecasting.fields import Field, axis
from pinprick.forecasting.forecast import Forecast
from pinprick.forecasting.grids import (
    COLLAPSE_SECONDS,
    PRINTED_EDGES,
    REDNESS_DAYS,
    UPTAKE_DEPTHS,
    UPTAKE_HOURS,
)
from pinprick.forecasting.plan import Plan
from pinprick.medium.column import DERMIS_CELLS
from pinprick.medium.schedule import COHORT, Preset
from pinprick.needling.channel import CLOCKS

CHUNK = 64
WORKERS = 2
MOST_MEMBERS = 100_000
_SEED = 2**63 - 1  # the highest
Progress = Callable[[int, int], None]


def forecast(
    case: Case,
    *,
    members: int = 256,
    seed: int = 0,
    settings: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    preset: Preset = COHORT,
) -> Forecast:
    """Forecast a case for an ensemble of plausible versions of the person.

    Args:
        case: who, what and how.
        members: versions; rounded up to a multiple of four, for four people share a draw.
        seed: of all random numbers; the same seed gives the same numbers.
        settings: values of parameters that the user sets, such as
            ``{"healing.tgfb_loss": "9.1 1/d"}``; marked in every result.
        progress: called with chunks done and chunks in all.
        preset: step lengths of the biology.

    Raises:
        InputError: a line for each argument or setting that cannot be.
        FloatingPointError: if the solver fails; no partial result is returned.

    The data carry their units, members last as (draw, person); ``cite()`` of what is returned
    names the papers that it rests on.

    >>> from pinprick.case import example_path
    >>> done = forecast(Case.load(example_path("home-roller")), members=8)
    >>> done.members, done.data.sizes["session"], done.data["set_depth"].attrs["units"]
    (8, 4, 'm')
    >>> gain = done.data["tissue.collagen"].sel(layer="papillary dermis")[0]
    >>> gain.dims, bool((gain.sel(time=98) > gain.sel(time=0)).all())
    (('time', 'draw', 'person'), True)
    """
    _check(case, members, seed)
    known = registry().with_values(settings or {})
    members = -(-members // PEOPLE_PER_DRAW) * PEOPLE_PER_DRAW
    plan = Plan(case)
    chunks, used = _run_all(plan, known, seed, members, progress, preset)
    return Forecast(
        case=case,
        members=members,
        seed=seed,
        fields=_fields(plan, chunks, members),
        used=frozenset(used),
        registry=known,
    )


def _check(case: Any, members: Any, seed: Any) -> None:
    faults = []
    if not isinstance(case, Case):
        faults.append(Fault("case", type(case).__name__, "a Case, such as Case.load gives"))
    for name, given, low, high in (("members", members, 1, MOST_MEMBERS), ("seed", seed, 0, _SEED)):
        if not isinstance(given, int | np.integer) or not low <= given <= high:
            faults.append(Fault(name, str(given), f"a whole number from {low} to {high}"))
    if faults:
        raise InputError(faults)


def _run_all(
    plan: Plan,
    known: Registry,
    seed: int,
    members: int,
    progress: Progress | None,
    preset: Preset,
) -> tuple[list[Chunk], set[str]]:
    """Work all chunks on a few threads; a stop or a failure cancels what has not begun."""
    starts = list(range(0, members, CHUNK))
    lanes = [Lanes(known, seed, range(start, start + CHUNK)) for start in starts]
    done: dict[int, Chunk] = {}
    # The first chunk compiles; the others wait for it rather than compile the same again.
    done[0] = run(plan, lanes[0], preset)
    if progress:
        progress(1, len(starts))
    stop = threading.Event()

    def work(place: int) -> tuple[int, Chunk | None]:
        return place, None if stop.is_set() else run(plan, lanes[place], preset)

    with ThreadPoolExecutor(WORKERS) as pool:
        waiting = {pool.submit(work, place) for place in range(1, len(starts))}
        try:
            while waiting:
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED, timeout=0.5)
                for future in finished:
                    place, chunk = future.result()
                    if chunk is not None:
                        done[place] = chunk
                    if progress:
                        progress(len(done), len(starts))
        except BaseException:
            stop.set()
            raise
    used = set().union(*(lane.used for lane in lanes))
    return [done[place] for place in range(len(starts))], used


def _fields(plan: Plan, chunks: list[Chunk], members: int) -> dict[str, Field]:
    """All that the chunks say, by name, with dims ``draw`` and ``person`` last, and the axes."""
    draws = members // PEOPLE_PER_DRAW
    made = {each.dims[0]: each for each in _axes(plan, draws)}
    for name, first in chunks[0].fields.items():
        values = np.concatenate([chunk.fields[name].values for chunk in chunks], axis=-1)
        values = values[..., :members].reshape(*values.shape[:-1], draws, PEOPLE_PER_DRAW)
        dims = (*first.dims, "draw", "person")
        made[name.replace("/", ".")] = replace(first, dims=dims, values=values)
    return made


def _axes(plan: Plan, draws: int) -> Iterator[Field]:
    first = "days from the first session"
    yield axis("draw", range(draws))
    yield axis("person", range(PEOPLE_PER_DRAW))
    yield axis("zone", list(plan.zones))
    yield axis("healed_zone", list(plan.healed_zones))
    yield axis("session", plan.session_days, "d", first)
    yield axis("time", plan.days, "d", first)
    yield axis("slider_day", range(plan.days[-1] + 1), "d", first)
    yield axis("colour_day", colours.days_of(plan.days), "d", first)
    yield axis("layer", list(DERMIS_CELLS))
    yield axis("redness_time", REDNESS_DAYS, "d", "days from one session")
    yield axis("clock", list(CLOCKS))
    yield axis("collapse_time", COLLAPSE_SECONDS, "s", "time after the needle left")
    yield axis("uptake_time", UPTAKE_HOURS, "h", "time since the product was put on")
    yield axis("uptake_depth", UPTAKE_DEPTHS, "m", "depth below the horny layer")
    if plan.cream is not None:
        yield axis("numb_time", numb_times(plan.cream), "s", "time since the cream went on")
    middle = (PRINTED_EDGES[1:] + PRINTED_EDGES[:-1]) / 2
    yield axis("printed_depth", middle, "m", "depth below the surface")
