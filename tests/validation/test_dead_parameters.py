"""Each declared parameter moves some output of some shipped example.

One chunk answers for 63 parameters at once: all lanes hold the same member, and in each lane but
the first one parameter is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from pinprick.case import Case, example_path, examples
from pinprick.evidence import Lanes, registry
from pinprick.evidence.instruments import instruments
from pinprick.faults import InputError
from pinprick.forecasting.chain import run
from pinprick.forecasting.ensemble import CHUNK
from pinprick.forecasting.plan import Plan
from pinprick.healing.body import Body
from pinprick.healing.tissue import heal
from pinprick.heat import Cooling, Pins, Pulse, heat
from pinprick.medium.column import dermis
from pinprick.medium.layers import Injury
from pinprick.people import skin_at
from pinprick.permeation.barrier import barrier
from pinprick.permeation.channels import transport_channels
from pinprick.permeation.numb import numb
from pinprick.permeation.products import product
from pinprick.permeation.solutes import solute, solutes
from pinprick.permeation.tissue import aqueous_diffusivity
from pinprick.permeation.tissue import dermis as dermis_of
from pinprick.permeation.uptake import uptake
from pinprick.permeation.vehicle import Vehicle

# Read only with an option on, or where heat has denatured collagen: asked of the biology itself.
MEMORY = {"healing.memory_loss", "healing.memory_effect"}
HEAT = {
    "healing.clearing_half",
    "healing.denatured_clearance",
    "healing.denatured_half",
    "healing.tension",
    "healing.type3_rise",
}
# Members in whom a share of smokers, of diabetics or of women decides what is drawn.
SOME_WHO = (40, 54)
# What all members share, bounds and times: asked where it is read, in the tests of the two stages.
SWITCHES = {
    "heat.after_time",
    "permeation.albumin_full",
    "permeation.largest_intact",
    "permeation.prior_highest",
    "permeation.ratio_least",
    "permeation_uptake.numb_reference_dwell",
}
# Read once for the plan of a course, before there are any members.
SCHEDULE = {"courses.usual_sessions", "courses.usual_interval", "courses.glide_time"}
# Of scales, additions and teams of raters that no shipped case has: asked in test_observers.py.
SHIPPED = {"acne-scars-points", "acne-scars-grades", "wrinkles-lemperle"}
ELSEWHERE = {n for i in instruments().values() if i.name not in SHIPPED for n in i.parameters} | {
    f"appearance.{name}"
    for name in (
        "questionnaire_cut",
        "plus_other",
        "plus_radiofrequency",
        "picture_share",
        "rater_share",
    )
}


def alive(names: list[str], example: str, member: int, factor: float = 1.25) -> set[str]:
    return alive_in(names, Plan(Case.load(example_path(example))), member, factor)


def alive_in(names: list[str], plan: Plan, member: int, factor: float = 1.25) -> set[str]:
    moved: set[str] = set()
    for start in range(0, len(names), CHUNK - 1):
        part = names[start : start + CHUNK - 1]
        scale = {name: (lane + 1, factor) for lane, name in enumerate(part)}
        chunk = run(plan, Lanes(registry(), 0, [member] * CHUNK, scale))
        for lane, name in enumerate(part, start=1):
            for field in chunk.fields.values():
                same, other = field.values[..., 0], field.values[..., lane]
                size = np.abs(same).max()
                if np.abs(other - same).max() > 1e-5 * size:
                    moved.add(name)
                    break
    return moved


def asked_elsewhere() -> set[str]:
    """Asked where they are read: in test_statistic.py, test_colour.py and test_relief.py."""
    return {p.name for stage in ("trial", "colour", "relief") for p in registry().stage(stage)}


@pytest.fixture(scope="module")
def moved() -> set[str]:
    found = by_drug() | by_pulse()  # quicker than to ask every example for them
    elsewhere = SCHEDULE | MEMORY | HEAT | SWITCHES | ELSEWHERE | asked_elsewhere()
    left = [p.name for p in registry() if p.name not in elsewhere]
    # A parameter may matter to some people only: an old one is among those asked.
    old = int(np.argmax(Lanes(registry(), 0, range(CHUNK)).uniforms("age", "people")))
    for example in examples():
        for member in (0, 5, old, *SOME_WHO):
            left = [name for name in left if name not in found]
            if left:
                found |= alive(left, example, member)
    form = Case.load(example_path("acne-scars")).dump()
    driven = Case.loads(form.replace("wiped_off: yes", "driven_in: yes"))
    return found | alive_in(["needling.pain_driven"], Plan(driven), 0)


def test_no_parameter_is_dead(moved: set[str]) -> None:
    dead = {p.name for p in registry()} - moved - SCHEDULE - MEMORY - HEAT - ELSEWHERE - SWITCHES
    dead -= asked_elsewhere()
    assert not dead, f"declared, but move nothing: {sorted(dead)}"


def scaled(stage: str, by: Any) -> tuple[Lanes, list[str]]:
    """Lanes of one member: in each but the first one parameter of a stage is changed."""
    names = sorted(p.name for p in registry() if p.stage.startswith(stage))
    changed = {name: (i + 1, by(registry().parameter(name))) for i, name in enumerate(names)}
    return Lanes(registry(), 0, [5] * (len(names) + 1), changed), names


def differ(made: Iterator[Any], names: list[str], least: float) -> set[str]:
    """The names in whose lane some array differs from the first lane."""
    found: set[str] = set()
    for array in made:
        if isinstance(array, np.ndarray) and np.shape(array)[-1:] == (len(names) + 1,):
            lanes = np.asarray(array, dtype=float).reshape(-1, len(names) + 1)
            apart = np.abs(lanes[:, 1:] - lanes[:, :1]).max(axis=0)
            found |= {
                n for n, d in zip(names, apart, strict=True) if d > least * np.abs(lanes).max()
            }
    return found


def arrays(of: Any) -> Iterator[Any]:
    """The arrays of a dataclass, and of its tables."""
    for value in (getattr(of, each.name) for each in fields(of)):
        yield from value.values() if isinstance(value, dict) else (value,)


def by_pulse() -> set[str]:
    """What moves the heat of six settings; temperatures are changed by a kelvin, not a quarter."""

    def by(p: Any) -> float:
        if p.name == "heat.burn_dose":  # a bound: far enough down that some setting passes it
            return 0.2
        return 1.003 if p.unit == "K" else 1.25

    lanes, names = scaled("heat", by)
    tip = Pins(1.2e-3, 0.3e-3, 0.3e-3, 1.5e-3, 49, "bipolar")
    settings = (
        (tip, Pulse(energy=0.05, length=0.1)),
        (tip, Pulse(energy=0.2, length=0.1, cooling=Cooling(278.15, lead=1.0))),
        (replace(tip, wiring="monopolar"), Pulse(voltage=60.0, length=0.2)),
        (replace(tip, count=2), Pulse(voltage=60.0, length=0.2)),
        (replace(tip, bare=None, depth=0.6e-3), Pulse(energy=0.2, length=0.3)),
        (replace(tip, bare=None, depth=0.6e-3), Pulse(energy=0.14, length=0.3)),
    )
    skin, edges = skin_at("cheek", None, lanes), np.linspace(0, 3e-3, 61)
    made = (heat(pins, pulse, skin, lanes, edges, 4e5) for pins, pulse in settings)
    return differ((array for one in made for array in arrays(one)), names, 1e-7)


def by_drug() -> set[str]:
    """What moves the barrier and the tissue of some drug, or a course of one."""
    lanes, names = scaled("permeation", lambda p: 1.25)
    return differ(_of_drugs(lanes), names, 1e-9)


def _of_drugs(lanes: Lanes) -> Iterator[Any]:
    one, cheek = np.ones(len(lanes)), skin_at("cheek", None, lanes)
    for drug in (solute(name) for name in solutes()):
        for hydrated, ph in ((True, 4.0), (True, 7.4), (False, 4.0), (False, 7.4)):
            try:
                yield from arrays(barrier(drug, lanes, hydrated=hydrated, ph=ph))
            except InputError:  # refused on intact skin
                continue
        for dilute in (True, False):
            yield from arrays(dermis_of(drug, lanes, dilute=dilute))
    for volume in (5.0e-4, 1.0e-3):  # on both sides of the switch when it is a quarter higher
        yield aqueous_diffusivity(replace(solute("calcein"), molar_volume=volume), lanes)
    for name, vehicle, state in (
        (
            "hyaluronic acid",
            Vehicle(1e-3, {"hyaluronic acid": 10.0}, 7.0, occluded=True),
            "covered",
        ),
        ("niacinamide", Vehicle(2e-5, {"niacinamide": 10.0}, 7.0, drying=0.0), "open"),
    ):
        made = transport_channels(2e6 * one, 75e-6 * one, 70e-6 * one, state, lanes)
        times = np.array([3600.0, 7200.0])
        yield from arrays(
            uptake(
                cheek, solute(name), vehicle, made, lanes, until=7200.0, times=times, mesh="coarse"
            )
        )
    for cream in ("EMLA", "lidocaine cream", "lidocaine and tetracaine cream"):
        made_numb = numb(product(cream), cheek, "cheek", 1800.0, 600.0, lanes, area=1e-2)
        yield from made_numb.plasma.level.values()


@pytest.mark.parametrize(("names", "memory", "denatured"), [(MEMORY, 1.0, 0.0), (HEAT, 0.0, 0.1)])
def test_options_and_heat_move_the_biology(
    names: set[str], memory: float, denatured: float
) -> None:
    order = sorted(names)
    lanes = Lanes(
        registry(), 0, [0] * (len(order) + 1), {n: (i + 1, 1.25) for i, n in enumerate(order)}
    )
    lanes._known["healing.memory"] = np.full(len(lanes), memory)
    skin = dermis(skin_at("cheek", None, Lanes(registry(), 0, [0] * len(lanes))))
    none = np.zeros_like(skin.depth)
    hurt = Injury(skin.edges, none, none, none, none + denatured, none + 2.5e6, none)
    course = [(0.0, hurt), (14.0, hurt)]
    tissue = heal(course, skin, Body.healthy(len(lanes)), lanes, [0, 60])
    gain = tissue.by_layer["collagen III"][1, 0]
    assert np.all(np.abs(gain[1:] - gain[0]) > 1e-5 * abs(gain[0]))


def test_heat_reaches_the_forecast() -> None:
    names = {"heat.energy_error", "heat.dermis_heat", "heat.start_temperature"}
    assert alive(sorted(names), "rf-laxity", 5, 1.02) == names


def test_a_dead_parameter_would_be_found() -> None:
    """The pen's priors move nothing of a roller course."""
    assert alive(["courses.pen_pass_seconds"], "lotfi-2013", 0) == set()


def test_the_usual_course_is_read() -> None:
    case = Case.load(example_path("acne-scars"))
    form = case.dump().replace("sessions: 4", "sessions: not reported")
    form = form.replace("interval: 4 weeks", "interval: not reported")
    plan = Plan(Case.loads(form))
    assert plan.session_days == (0, 28, 56) and plan.usual == ("sessions", "interval")
