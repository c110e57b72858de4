"""Each declared parameter moves some output of some shipped example.

One chunk answers for 63 parameters at once: all lanes hold the same member, and in each lane but
the first one parameter is changed.
"""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.case import Case, example_path, examples
from pinprick.evidence import Lanes, registry
from pinprick.forecasting.chain import run
from pinprick.forecasting.ensemble import CHUNK
from pinprick.forecasting.plan import Plan

# Read once for the schedule of a course that does not report it, before there are any members.
SCHEDULE = {"courses.usual_sessions", "courses.usual_interval"}


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
        for member in (0, 5, old):
            left = [name for name in left if name not in found]
            if left:
                found |= alive(left, example, member)
    return found


def test_no_parameter_is_dead(moved: set[str]) -> None:
    dead = {p.name for p in registry()} - moved - SCHEDULE
    assert not dead, f"declared, but move nothing: {sorted(dead)}"


def test_a_dead_parameter_would_be_found() -> None:
    """The pen's priors move nothing of a roller course."""
    assert alive(["courses.pen_pass_seconds"], "lotfi-2013", 0) == set()


def test_the_usual_course_is_read() -> None:
    case = Case.load(example_path("acne-scars"))
    form = case.dump().replace("sessions: 4", "sessions: not reported")
    form = form.replace("interval: 4 weeks", "interval: not reported")
    plan = Plan(Case.loads(form))
    assert plan.session_days == (0, 28, 56) and plan.usual == ("sessions", "interval")
