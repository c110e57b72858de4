"""The ensemble: chunks of members, each worked through the chain, put together as a Dataset.

Chunks have one fixed size and are padded, so a member's numbers do not depend on how many others
there are; memory is bounded by the chunks at work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import numpy as np

from pinprick.case import Case
from pinprick.evidence import Lanes, Registry, registry
from pinprick.evidence.lanes import PEOPLE_PER_DRAW
from pinprick.faults import Fault, InputError
from pinprick.forecasting import colours
from pinprick.forecasting.chain import run
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.creams import numb_times
from pinprick.forecasting.forecast import Forecast
from pinprick.forecasting.grids import (
    COLLAPSE_SECONDS,
    PRINTED_EDGES,
    REDNESS_DAYS,
    UPTAKE_DEPTHS,
    UPTAKE_HOURS,
)
from pinprick.forecasting.plan import Plan
from pinprick.medium.schedule import COHORT, Preset
from pinprick.needling.channel import CLOCKS

if TYPE_CHECKING:
    import xarray as xr

CHUNK = 64
WORKERS = 2
MOST_MEMBERS = 100_000
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
        InputError: if a setting or the number of members is wrong.
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
    if not 1 <= members <= MOST_MEMBERS:
        raise InputError([Fault("members", str(members), f"1 to {MOST_MEMBERS}")])
    if not 0 <= seed < 2**63:
        raise InputError([Fault("seed", str(seed), "a whole number from 0 to 2^63 - 1")])
    known = registry().with_values(settings or {})
    members = -(-members // PEOPLE_PER_DRAW) * PEOPLE_PER_DRAW
    plan = Plan(case)
    chunks, used = _run_all(plan, known, seed, members, progress, preset)
    return Forecast(
        case=case,
        members=members,
        seed=seed,
        data=_dataset(plan, chunks, members),
        used=frozenset(used),
        registry=known,
    )


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


def _dataset(plan: Plan, chunks: list[Chunk], members: int) -> xr.Dataset:
    """All fields with dims ``draw`` and ``person`` last, cut to the members asked for."""
    import xarray as xr

    draws = members // PEOPLE_PER_DRAW
    variables: dict[str, Any] = {}
    for name, first in chunks[0].fields.items():
        values = np.concatenate([chunk.fields[name].values for chunk in chunks], axis=-1)
        values = values[..., :members].reshape(*values.shape[:-1], draws, PEOPLE_PER_DRAW)
        attrs = {"units": first.unit, "long_name": first.long_name}
        variables[name.replace("/", ".")] = ((*first.dims, "draw", "person"), values, attrs)
    layers = ("papillary dermis", "upper reticular dermis", "deep reticular dermis")
    days = {"units": "d", "long_name": "days from the first session"}
    coords = {
        "draw": np.arange(draws),
        "person": np.arange(PEOPLE_PER_DRAW),
        "zone": list(plan.zones),
        "healed_zone": list(plan.healed_zones),
        "session": ("session", list(plan.session_days), days),
        "time": ("time", list(plan.days), days),
        "slider_day": ("slider_day", np.arange(plan.days[-1] + 1), days),
        "colour_day": ("colour_day", list(colours.days_of(plan.days)), days),
        "layer": list(layers),
        "redness_time": (
            "redness_time",
            REDNESS_DAYS,
            {"units": "d", "long_name": "days from one session"},
        ),
        "clock": list(CLOCKS),
        "collapse_time": (
            "collapse_time",
            COLLAPSE_SECONDS,
            {"units": "s", "long_name": "time after the needle left"},
        ),
        "uptake_time": (
            "uptake_time",
            np.array(UPTAKE_HOURS),
            {"units": "h", "long_name": "time since the product was put on"},
        ),
        "uptake_depth": (
            "uptake_depth",
            UPTAKE_DEPTHS,
            {"units": "m", "long_name": "depth below the horny layer"},
        ),
        **_numb_time(plan),
        "printed_depth": (
            "printed_depth",
            (PRINTED_EDGES[1:] + PRINTED_EDGES[:-1]) / 2,
            {"units": "m", "long_name": "depth below the surface"},
        ),
    }
    return xr.Dataset(variables, coords=coords)


def _numb_time(plan: Plan) -> dict[str, Any]:
    """Times at which numbness is reported, where a known cream numbs."""
    if plan.cream is None:
        return {}
    said = {"units": "s", "long_name": "time since the cream went on"}
    return {"numb_time": ("numb_time", numb_times(plan.cream), said)}
