"""Generated parts of the page "Healing": its figures, and every number in its prose."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "verification"))
import closure_error

from pinprick.evidence import registry
from pinprick.forecasting import healing_curves as curves
from pinprick.forecasting.figures import healing as figures
from pinprick.forecasting.figures.track import healing_track, single_track
from pinprick.healing.reactions import TABLE
from pinprick.people import ROMAN

MEMBERS = 96  # of each curve, no two of one draw
PRIOR_DRAWS = 1200
HERE = Path(__file__).resolve().parent
STORED = HERE / "_static" / "healing-sensitivity.csv"
Table = Callable[[Sequence[str], Any], str]


def pages(folder: Path, table: Table) -> dict[str, str]:
    """Texts by file name; the figures are written beside them."""

    def draw(name: str, figure: Any) -> None:
        figure.savefig(folder / f"healing-{name}.png", dpi=110)

    lanes = curves.people(MEMBERS)
    texts = {
        "fields": fields(table),
        "dose": dose(lanes, draw),
        "time": time(lanes, draw),
        "prior": prior(draw),
        "instruments": instruments(lanes, draw),
        "others": others(lanes, draw, table),
        "drivers": drivers(draw, table),
        "closure": closure(draw, table),
    }
    return {f"healing-{name}.txt": text for name, text in texts.items()}


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * float(share):.{digits}f} %"


def told(values: Any, digits: int = 0) -> str:
    """Median and 90 % range in percent."""
    low, middle, high = (100 * float(part) for part in curves.band(np.asarray(values)))
    return f"{middle:.{digits}f} % ({low:.{digits}f} to {high:.{digits}f})"


def times(values: Any) -> str:
    low, middle, high = (float(part) for part in curves.band(np.asarray(values)))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def closure(draw: Any, table: Table) -> str:
    """Two tissues at each depth, beside tracks in space: one track's month, and the errors."""
    draw("track", healing_track(single_track()))
    parts = [
        f"#### {title}\n\n{table(closure_error.HEAD, rows)}"
        for title, rows in closure_error.tables()
    ]
    return "\n".join(parts)


# ---- the table ----


def sources_of(names: Sequence[str]) -> str:
    """Rows behind parameters of healing; those without any are counted."""
    known = registry()
    found: dict[str, None] = {}
    assumed = 0
    for name in names:
        rows = known.parameter(f"healing.{name}").rows
        assumed += not rows
        found |= dict.fromkeys(row.partition(":")[2] for row in rows)
    told = [", ".join(found)] if found else []
    return "; ".join([*told, *([f"{assumed} assumed"] if assumed else [])]) or "no parameter"


def fields(table: Table) -> str:
    """Every species: unit, meaning, what moves it, and the rows behind those numbers."""
    rows = []
    for species in TABLE.species:
        moving = [r for r in TABLE.reactions if species.name in {*r.consumed, *r.produced}]
        names = list(dict.fromkeys(name for r in moving for name in r.parameters))
        names += [species.diffusivity] if species.diffusivity else []
        ids = ", ".join(r.id for r in moving)
        rows.append((species.name, species.unit, species.meaning, ids, sources_of(names)))
    return table(("field", "unit", "what it is", "changed by", "rows behind its numbers"), rows)


# ---- dose ----


def dose(lanes: Any, draw: Any) -> str:
    """Density, depth, sessions and interval, with the trap of the mean injury."""
    parts = [_density(lanes, draw), _depth(lanes, draw), _count(lanes, draw)]
    return "\n\n".join([*parts, _interval(lanes, draw)])


def _density(lanes: Any, draw: Any) -> str:
    found = curves.by_density(lanes)
    mean = curves.by_density(curves.plain_mean(lanes))["total"]
    share = curves.roused_share(lanes)
    draw("density", figures.by_density(found))
    draw("averaging", figures.rousing(share, found["total"], mean))
    sparse, usual, dense = (curves.DENSITIES.index(n) for n in (50.0, 250.0, 1000.0))
    off = mean / found["total"]
    return f"""### Averaging kills the dose

At {curves.DENSITIES[usual]:g} tracks per cm² the share of the tissue that hears a track is
{told(share[usual])}, at {curves.DENSITIES[sparse]:g} it is {told(share[sparse])} and at
{curves.DENSITIES[dense]:g} it is {told(share[dense])}. Fed with the plain mean of the injury, as
if every part of the tissue had a
little of it, the same biology answers with {times(off[usual])} times the gain at
{curves.DENSITIES[usual]:g} tracks, {times(off[sparse])} at {curves.DENSITIES[sparse]:g} and
{times(off[dense])} at {curves.DENSITIES[dense]:g}: wrong in either direction, most where the
tracks are few. Hence two tissues at each depth, mixed by volume before the next session.

![Roused fraction, and gain with two tissues or the plain mean](_generated/healing-averaging.png)

More tracks, more response, then flat, because there is no more tissue to rouse. Collagen by mass
gains {told(found["total"][sparse])} at {curves.DENSITIES[sparse]:g} tracks per cm²,
{told(found["total"][usual])} at {curves.DENSITIES[usual]:g} and {told(found["total"][dense])} at
{curves.DENSITIES[dense]:g}. What is mature may be less than before at any density: proteases also
take a little old collagen ({percent((found["mature"][usual] < 0).mean())} of versions at
{curves.DENSITIES[usual]:g}).

![Response against tracks per area](_generated/healing-density.png)"""


def _depth(lanes: Any, draw: Any) -> str:
    found, past = curves.by_depth(lanes)
    draw("depth", figures.by_depth(found, past))
    at = {mm: next(i for i, d in enumerate(curves.DEPTHS) if abs(d - mm / 1000) < 1e-9)
          for mm in (0.5, 1.0, 1.5, 2.0, 3.0)}  # fmt: skip
    whole, top = found["total, whole dermis"], found["total"]
    return f"""### Deeper helps only inside the dermis

With the density held, the whole dermis gains {told(whole[at[0.5]])} at 0.5 mm,
{told(whole[at[1.0]])} at 1 mm, {told(whole[at[1.5]])} at 1.5 mm, {told(whole[at[2.0]])} at 2 mm
and
{told(whole[at[3.0]])} at 3 mm. At 1.5 mm {percent(np.median(past[at[1.5]]))} of the tracks of the
median version end below this cheek's dermis; from 2 to 3 mm the gain is
{times(whole[at[3.0]] / whole[at[2.0]])} times as large, so it is flat. A papillary biopsy stops
caring earlier: 3 mm gives {times(top[at[3.0]] / top[at[1.0]])} times the gain of 1 mm there, and
{percent((top[at[3.0]] < 1.05 * top[at[1.0]]).mean())} of versions differ by less than a
twentieth,
as in the rat, where 1 mm matched 3 mm. Over the whole dermis the same step gives
{times(whole[at[3.0]] / whole[at[1.0]])}, for 1 mm ends within it. The tissue's own slope does not
fall below zero; that depth may be worth nothing to the eye is a prior of the
[appearance](chain.md),
which
trusts a contrast of doses from not at all to in full. Depth costs bleeding, pain and a risk of
pigment
all the way down.

![Response against set depth](_generated/healing-depth.png)"""


def _count(lanes: Any, draw: Any) -> str:
    found = curves.by_count(lanes)
    draw("sessions", figures.by_count(found))
    left = curves.remaining(found["stained"])
    area, mature = found["stained"], found["mature"]
    share = area[2] / area[4]
    return f"""### Sessions saturate

The second session adds {times(left[0])} of what the first did to the stained area, the third
{times(left[1])} of the second: about half of the remaining gain each, a result of crowding, the
ceiling on synthesis, a full section and the loss of what is young, not a factor that was put in.
Three sessions give {times(share)} of the area of five. What is mature goes on rising, by
{told(mature[0], 1)} with the first session and {told(mature[11] - mature[10], 1)} with the
twelfth.

![Response against the number of sessions](_generated/healing-sessions.png)"""


def _interval(lanes: Any, draw: Any) -> str:
    known = registry().with_values({"healing.memory": "1"})
    off, on = curves.by_interval(lanes), curves.by_interval(curves.people(MEMBERS, known))
    draw("interval", figures.by_interval(off, on))
    two, usual, twelve = (curves.WEEKS.index(n) for n in (2, 4, 12))

    def against(found: Mapping[str, Any], name: str, place: int) -> Any:
        usual_gain = np.abs(off[name][usual]) > curves.SMALL
        return (found[name][place] / off[name][usual])[usual_gain]

    closer = against(off, "total", two)
    sides = [against(off, "mature", place) for place in (two, twelve)]
    return f"""### Spacing, and memory as a hypothesis

Counted from the last session, two weeks between sessions give {times(against(off, "total", two))}
times the collagen of four weeks at eight weeks, more in
{percent((closer > 1).mean())} of versions, because less of the first session is lost by then;
twelve weeks give
{times(against(off, "total", twelve))}. For what is mature half a year on the two
ranges {_include_one(sides)} no effect: {times(sides[0])} and {times(sides[1])}. No trial
compares intervals. With the memory of
over-treatment (`--set healing.memory=1`; off by default, label `mechanism`) two weeks give
{times(against(on, "total", two))} and {times(against(on, "mature", two))}: the penalty on close
sessions is of the size of its assumed parameters, which no row gives.

![Response against the interval, without and with the memory](_generated/healing-interval.png)"""


def _include_one(ratios: Sequence[Any]) -> str:
    inside = [low < 1 < high for low, _, high in (curves.band(ratio) for ratio in ratios)]
    return "include" if all(inside) else "do not both include"


# ---- time ----


def time(lanes: Any, draw: Any) -> str:
    """Little lasts, and area is not mass."""
    found = curves.over_a_year(lanes)
    draw("year", figures.year(found))
    last = curves.Course().days[-1]

    def at(day: float) -> int:
        return int(np.abs(np.array(curves.YEAR) - last - day).argmin())

    early, three, six = (at(day) for day in (curves.EARLY, 91.0, 182.0))
    mass, area, mature = (found[n] for n in ("collagen", "stained area", "mature collagen"))
    fibres = found["collagen III"] + found["new collagen I"]

    def rises(values: Any) -> str:
        return percent((values[six] > values[three]).mean())

    return f"""Eight weeks after four sessions the stained area is up by {told(area[early])} and
the mass by
{told(mass[early])}: thin new fibres cover more of a section than they weigh, and a full section
takes
no more. Half a year after the last session {told(mass[six] / mass[early])} of that mass is left,
and
{told(mature[six], 1)} of the papillary collagen is new *and* mature. Between months 3 and 6
after the
last session the mature pool rises in {rises(mature)} of versions, the new fibres in
{rises(fibres)},
the total in {rises(mass)} and the stained area in {rises(area)}. So whatever still improves then
follows the mature pool or the order of the fibres, not the amount of collagen.

![Twelve months of a course](_generated/healing-year.png)"""


# ---- the prior ----


def prior(draw: Any) -> str:
    """The signal that keeps itself alive, and the silence of the prior."""
    from pinprick.learning import sensitivity
    from pinprick.learning.priors import MOST_RHO

    found = sensitivity.kept_alive(PRIOR_DRAWS)
    draw("alive", figures.alive(found["rho"], found["active"], MOST_RHO))
    active, published, rho = found["active"], found["published"], found["rho"]
    apart = sensitivity.independent(PRIOR_DRAWS)["total"]
    joint = sensitivity.over_the_draws()[0]["total"]
    draw("silent", figures.silent(apart, joint))

    def more(gained: Any, than: float) -> str:
        return percent((gained > than).mean())

    return f"""### The signal can keep itself alive

Activated cells make the signal that activates them. With the output of a cell as published,
{percent(active[published].mean())} of {published.sum()} prior draws are still active half a year
after
one session; with the prior of *active* TGF-β, ten to several hundred times smaller,
{percent(active[~published].mean())} of {(~published).sum()}. What decides is

$$
\\rho = \\frac{{q_F F_\\text{{max}} F_0}}{{k_T K_T}}
$$

Of the draws with $\\rho$ up to {MOST_RHO:g} {percent(active[rho <= MOST_RHO].mean())} stay
active, of
those above 10 {percent(active[rho > 10].mean())}. So a draw above {MOST_RHO:g} is a fault of the
draw,
and the calibration refuses it.

![Share of prior draws that stay active, by rho](_generated/healing-alive.png)

### The prior is mostly silent

Drawn apart from their priors and kept to the rule, the parameters give a gain of more than 5 % in
{more(apart, 0.05)} of {len(apart)} draws and of more than 1 % in {more(apart, 0.01)}; the median
is
{percent(np.median(apart), 2)}. The {len(joint)} joint draws that ship give {told(joint)}. So the
columns
of the joint table are never sampled apart, and every forecast draws whole rows of it.

![Gains of independent and of joint draws](_generated/healing-silent.png)"""


# ---- instruments ----


def instruments(lanes: Any, draw: Any) -> str:
    """One tissue, many figures."""
    found = curves.readings(lanes)
    draw("instruments", figures.instruments(found))
    at = dict(found)
    return f"""One tissue, eight weeks after four sessions, gives
{told(at["papillary collagen by mass"])} more
papillary collagen by mass, {told(at["collagen area, trichrome"])} more stained area,
{told(at["ultrasound density"])} more echo density, and a flow seen by OCT that changes by
{told(at["flow seen by OCT"])} while the vessels change by {told(at["vessels"], 1)}: light that
fades
sooner shows less of the same flow. Echo density has one published figure and one free number, so
it
carries no information on mass and is never fitted with it. The rat's +658 % and the "400 %" of
advertisements are no figure of this tissue under any of these instruments.

![What each instrument reads of one tissue](_generated/healing-instruments.png)"""


# ---- the rest ----


def others(lanes: Any, draw: Any, table: Table) -> str:
    """The stiffness gate, heat, pigment and who heals."""
    days = np.arange(0, 43, 1.0)
    late = [0.0, 3.0, 7.0, 14.0, 21.0, 28.0, 42.0, 56.0, 70.0, 98.0, 140.0, 180.0, 365.0]
    gate, cells = curves.gated(lanes, days)
    heat, dark = curves.heated(lanes, late), curves.darkened(lanes, late[:-1])
    half = {name: values[:-1] for name, values in heat.items()}
    draw("small", figures.small_traps(days, (gate, cells), late[:-1], half, dark))
    ten, year = late.index(70.0), len(late) - 1
    peak = {phototype: values.max(axis=0) for phototype, values in dark.items()}
    rows = [(who, times(intact), told(gain), told(gain * intact), told(loss, 1))
            for who, intact, gain, loss in curves.aged(lanes)]  # fmt: skip
    head = ("who", "intact collagen, of a young one's", "gain of the own collagen, 8 weeks on",
            "the same, of a young one's collagen", "lost in a year untreated")  # fmt: skip
    fewest, most = min(curves.PHOTOTYPES), max(curves.PHOTOTYPES)
    return f"""**The stiffness gate.** Committed cells turn into myofibroblasts only where the
tissue is stiff. In
intact dermis the gate stands {told(gate[0])} open; roused tissue stiffens under its own cells, to
{told(gate.max(axis=0))} at its peak on day {days[np.median(gate, axis=1).argmax()]:g}.
Myofibroblasts
peak on day {days[np.median(cells, axis=1).argmax()]:g} and stand at {told(cells[28])} of
residents on
day 28.

**Heat zones.** Denatured collagen is lost at once, lies there until macrophages clear it, and
calls
them for as long. Ten weeks on {told(heat["denatured collagen"][ten])} of what was denatured is
left;
sound collagen then differs from before by {told(heat["collagen"][ten])} of what was denatured,
and a
year on by {told(heat["collagen"][year])}: new collagen fills the bed, and much of it is lost
again
before it matures. No row says what a heated zone holds after a year; a loss there is not to be
trusted.

**Pigment.** Inflammation rouses melanocytes by phototype. Melanin peaks at {told(peak[fewest])}
above
rest in phototype {ROMAN[fewest - 1]} and {told(peak[most])} in {ROMAN[most - 1]}. No row
has a
size; what is checked is the order.

![The gate, a zone of heat, and pigment](_generated/healing-small.png)

**Ageing and who heals.** Each factor is applied once: to the intact collagen, to what a cell
makes, or
to what proteases take. A poorer dermis shows a larger *relative* gain, so both are printed.

{table(head, rows)}"""


def drivers(draw: Any, table: Table) -> str:
    """What drives the gain: the stored study over the prior, and the draws."""
    from pinprick.learning import sensitivity

    effects, made = sensitivity.from_csv(STORED.read_text("utf-8"))
    gained, ranks = sensitivity.over_the_draws()
    many = len(gained["mature"])
    draw("drivers", figures.drivers(effects, ranks["mature"], "mature", many))
    kept = made["rests on"] == sensitivity.digest()
    stale = "" if kept else " **The prior or the table has changed since; run it again.**"
    rows = []
    for output, what in (
        ("mature", "mature collagen, less what was lost, half a year on"),
        ("matured", "what matured, half a year on"),
        ("total", "all collagen, eight weeks on"),
    ):
        own = [e for e in effects if e.output == output]
        by_morris = sorted(own, key=lambda e: -e.mu_star)[:5]
        by_sobol = sorted(own, key=lambda e: -e.total)[:5]
        rows.append((
            what,
            ", ".join(f"{e.title} ({e.mu_star:.2f})" for e in by_morris),
            ", ".join(f"{e.title} ({e.first:.2f}; {e.total:.2f})" for e in by_sobol),
            ", ".join(f"{title} ({value:+.2f})" for title, value in ranks[output][:5]),
        ))  # fmt: skip
    head = ("gain", "Morris, µ*", "Sobol, alone; total", "joint draws, Spearman")
    alone = sum(max(e.first, 0.0) for e in effects if e.output == "mature")
    first, strongest = ranks["mature"][0]
    told_first = f"After the fit *{first}* leads, with a rank correlation of {strongest:+.2f}"
    return f"""{len({e.input for e in effects})} inputs, {made["runs"]} runs ({made["Morris"]};
{made["Sobol"]};
seed {made["seed"]}). A gain may be large, nothing or a loss, so effects are taken on
asinh(gain / {percent(sensitivity.LEAST, 1)}): about its logarithm, and straight where it
vanishes.{stale}

![What drives mature collagen half a year on](_generated/healing-drivers.png)

{table(head, rows)}
Alone, the inputs explain {percent(alone)} of the variance of the mature gain over the prior; the
rest is
interaction. {told_first}: the data fix how much collagen is made, and leave open how much of it
stays.
"""
