"""What creams and products do: numbness before the needles, and what goes in after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import numpy as np

from pinprick import units
from pinprick.evidence import Lanes
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.grids import UPTAKE_DEPTHS, UPTAKE_HOURS
from pinprick.forecasting.prescribed import Applied, Cream
from pinprick.medium.layers import Numbness, Skin
from pinprick.needling import Punctures
from pinprick.permeation.channels import State, transport_channels
from pinprick.permeation.mesh import HORNY
from pinprick.permeation.numb import Numbed, numb, reference, until
from pinprick.permeation.solutes import solute
from pinprick.permeation.uptake import Limit, Uptake, uptake

Array = np.ndarray[Any, np.dtype[np.float64]]
DAY = units.DAY
PARTS = 12  # of the time from putting a cream on to two hours after it is wiped off
FOLLOWED = 2 * units.HOUR


# Numbing -------------------------------------------------------------------------------------


def numbness(
    cream: Cream | None, skins: Mapping[str, Skin], areas: Mapping[str, float | None], lanes: Lanes
) -> dict[str, Numbed]:
    """The skin of each zone under the cream; nothing without one."""
    if cream is None:
        return {}
    found = {}
    for name, skin in skins.items():
        area = areas[name] or cream.step.area
        spread = cream.step.amount
        mass = None if spread is None or area is None else spread * area
        found[name] = numb(
            cream.product, skin, skin.site, cream.dwell, cream.wait, lanes, area=area, mass=mass
        )
    return found


def under(found: Mapping[str, Numbed], lanes: Lanes) -> dict[str, dict[str, Numbness]]:
    """What pain asks for by zone: numbness at the first needle and that of the reference."""
    if not found:
        return {}
    scored = reference(lanes)
    return {name: {"numbness": until(n), "reference": scored} for name, n in found.items()}


def numb_times(cream: Cream) -> Array:
    """Times in s since the cream went on, at which numbness is reported."""
    return np.linspace(0.0, cream.dwell + FOLLOWED, PARTS + 1)


def add_numbness(cream: Cream | None, found: Mapping[str, Numbed], chunk: Chunk) -> None:
    """Keep how deep the skin is numb and what goes into the blood."""
    if cream is None:
        return
    at = numb_times(cream)
    each = list(found.values())
    curves = [_at(n.time, n.depth, at) for n in each]
    words = "deepest needle that does not hurt"
    chunk.add("numb/depth", "zone numb_time", curves, "m", words)
    chunk.add("numb/at_needles", "zone", [n.depth[n.at] for n in each], "m", f"{words}, at first")
    chunk.add("numb/front", "zone", [n.front[n.at] for n in each], "m", "front of the block")
    chunk.add("numb/weak", "zone", [n.weak for n in each], "1", "takes up little of the cream")
    taken = [sum(gone[-1] for gone in n.absorbed.values()) for n in each]
    chunk.add("numb/absorbed", "zone", taken, "kg", "taken up from the whole area")
    chunk.add("numb/plasma", "zone", [n.plasma.peak for n in each], "kg/m3", "peak in plasma")
    level = [n.plasma.danger for n in each]
    chunk.add("numb/level", "zone", level, "kg/m3", "level in plasma where danger begins")
    share = [n.plasma.share_of_danger for n in each]
    chunk.add("numb/danger", "zone", share, "1", "peak over the level where danger begins")


def _at(time: Array, values: Array, wanted: Array) -> Array:
    """Values (times, members) at other times."""
    return np.stack([np.interp(wanted, time, column) for column in values.T], axis=1)


# After needling ------------------------------------------------------------------------------


def add_uptake(
    applied: Sequence[Applied], skin: Skin, done: Punctures, lanes: Lanes, chunk: Chunk
) -> None:
    """Keep what each product brings into a freshly needled zone within a day."""
    times = np.array(UPTAKE_HOURS) * units.HOUR
    for each in applied:
        lies = each.vehicle
        state: State = "covered" if lies.occluded else "open"
        through = done.density * (1.0 - done.not_through)
        channels = transport_channels(
            through, done.open_pore_depth, done.open_pore_width, state, lanes
        )
        for name in lies.strengths:
            stays = min(each.stays or DAY, DAY)
            found = uptake(
                skin, solute(name), lies, channels, lanes, until=stays, duration=DAY, times=times
            )
            _keep(f"uptake/{each.name}/{name}", found, chunk)


def _keep(key: str, found: Uptake, chunk: Chunk) -> None:
    """Keep one solute's course; what coarse steps leave below nothing is printed as nothing."""
    what = found.solute
    for name, values, words in (
        ("delivered", found.delivered, "taken up by skin and blood"),
        ("added", found.added, "beneath the horny layer because of the channels"),
        ("cleared", found.cleared + found.passed, "gone into blood and below"),
        ("left", found.left, "left on the skin"),
    ):
        least = np.maximum(values, 0.0)
        chunk.add(f"{key}/{name}", "uptake_time", least, "kg/m2", f"{what} {words}")
    chunk.add(f"{key}/dose", "", found.dose, "kg/m2", f"{what} put on")
    ratio = np.minimum(found.ratio[-1], 1 / np.finfo(np.float32).eps)
    chunk.add(
        f"{key}/ratio", "", ratio, "1", f"{what} beneath the horny layer in a day, over intact skin"
    )
    chunk.add(f"{key}/window", "", found.window, "s", f"time in which channels let in {what}")
    for layer, values in zip(found.layers, found.amount, strict=True):
        least = np.maximum(values, 0.0)
        chunk.add(f"{key}/in/{layer}", "uptake_time", least, "kg/m2", f"{what} in the {layer}")
    for limit in get_args(Limit):
        held = np.array([one == limit for one in found.limit], dtype=np.float64)
        chunk.add(f"{key}/held by/{limit}", "", held, "1", f"uptake of {what} held by the {limit}")
    below = found.column.layers[HORNY].stop
    depth = found.column.depth[below:] - found.column.edges[below]
    profile = np.stack(
        [
            [
                np.interp(UPTAKE_DEPTHS, depth[:, m], np.maximum(row[:, m], 0.0))
                for m in range(depth.shape[1])
            ]
            for row in found.dissolved[:, below:]
        ]
    )
    chunk.add(
        f"{key}/profile", "uptake_time uptake_depth", np.moveaxis(profile, 1, 2), "kg/m3",
        f"{what} dissolved, by depth below the horny layer",
    )  # fmt: skip
