"""Each declared parameter moves some output of some shipped example.

One chunk answers for 63 parameters at once: all lanes hold the same member, and in each lane but
the first one parameter is changed.
"""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.case import Case, example_path, examples
from pinprick.evidence import Lanes, registry
from pinprick.evidence.instruments import instruments
from pinprick.forecasting.chain import run
from pinprick.forecasting.ensemble import CHUNK
from pinprick.forecasting.plan import Plan
from pinprick.healing.body import Body
from pinprick.healing.tissue import heal
from pinprick.medium.column import dermis
from pinprick.medium.layers import Injury
from pinprick.people import skin_at

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
# Read once for the schedule of a course that does not report it, before there are any members.
SCHEDULE = {"courses.usual_sessions", "courses.usual_interval"}
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
    plan = Plan(Case.load(example_path(example)))
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


@pytest.fixture(scope="module")
def moved() -> set[str]:
    left = [p.name for p in registry() if p.name not in SCHEDULE]
    found: set[str] = set()
    # A parameter may matter to some people only: an old one is among those asked.
    old = int(np.argmax(Lanes(registry(), 0, range(CHUNK)).uniforms("age", "people")))
    for example in examples():
        for member in (0, 5, old, *SOME_WHO):
            left = [name for name in left if name not in found]
            if left:
                found |= alive(left, example, member)
    return found


def test_no_parameter_is_dead(moved: set[str]) -> None:
    dead = {p.name for p in registry()} - moved - SCHEDULE - MEMORY - HEAT - ELSEWHERE
    # Asked where they are read: in test_statistic.py, test_colour.py and test_relief.py.
    dead -= {p.name for stage in ("trial", "colour", "relief") for p in registry().stage(stage)}
    assert not dead, f"declared, but move nothing: {sorted(dead)}"


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


def test_a_dead_parameter_would_be_found() -> None:
    """The pen's priors move nothing of a roller course."""
    assert alive(["courses.pen_pass_seconds"], "lotfi-2013", 0) == set()


def test_the_usual_course_is_read() -> None:
    case = Case.load(example_path("acne-scars"))
    form = case.dump().replace("sessions: 4", "sessions: not reported")
    form = form.replace("interval: 4 weeks", "interval: not reported")
    plan = Plan(Case.loads(form))
    assert plan.session_days == (0, 28, 56) and plan.usual == ("sessions", "interval")
