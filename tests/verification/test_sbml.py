"""The SBML file, read and run by an independent simulator."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.exports.sbml import sbml, write
from pinprick.forecasting.chain import one_place
from pinprick.forecasting.plan import Plan
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import column
from pinprick.medium.stepper import Stepper

CORE = "{http://www.sbml.org/sbml/level3/version1/core}"


def case() -> Case:
    return Case.load(example_path("alam-2014"))


def test_the_file_holds_the_table_with_units_and_sources() -> None:
    text = sbml(case())
    model = ET.fromstring(text)[0]
    found = {
        tag: [item.get("id") for item in model.iter(f"{CORE}{tag}")]
        for tag in ("species", "reaction", "event", "unitDefinition", "parameter")
    }
    assert found["species"] == [s.name for s in TABLE.species]
    assert found["reaction"] == [r.id for r in TABLE.reactions]
    assert found["event"] == ["session_0", "session_14", "session_28"]
    units = {s.get("substanceUnits") for s in model.iter(f"{CORE}species")}
    assert units <= set(found["unitDefinition"])
    assert "healing:HEAL-MO060" in text and "fitted" in text
    assert sbml(case()) == text and sbml(case(), member=4) != text


@pytest.mark.verify
def test_an_independent_simulator_gives_the_same_curves() -> None:
    """Three sessions, 200 days: libroadrunner (CVODE) beside our adaptive walk, to 1e-4."""
    import roadrunner

    days = np.linspace(0, 200, 401)
    plan = Plan(case())
    values, wounds = one_place(plan, Lanes(registry(), 0, [0]))
    # Rows that plain needles do not use are asked too: the memory, and denatured collagen.
    values["memory"], wounds[0]["denatured"] = 1.0, 5.0
    sessions = dict(zip(map(float, plan.session_days), wounds, strict=True))
    runner = roadrunner.RoadRunner(write(TABLE, values, sessions, registry()))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-14
    names = [s.name for s in TABLE.species]
    runner.timeCourseSelections = ["time", *names]
    peer = np.asarray(runner.simulate(0, 200, len(days)))[:, 1:]
    one = np.ones(1)
    here = {**column(0 * one, {"here": (one, 1)}).here(), **values}
    here["width"] = np.ones((1, 1, 1))
    state = np.zeros((len(names), 1, 1, 1))
    stepper, ours, events = Stepper(TABLE), [], dict(zip(plan.session_days, wounds, strict=True))
    for place, day in enumerate(days):
        if place:
            state, _ = stepper.walk_to(
                state, here, float(day), start=float(days[place - 1]), tolerance=1e-8, first=0.01
            )
        state = state.copy()
        for name, gain in events.get(int(day) if day == int(day) else -1, {}).items():
            state[TABLE.index[name]] += gain
        ours.append(state[:, 0, 0, 0])
    gap = np.abs(np.array(ours) - peer)
    # On the day of a session the two report the moment before and after it.
    gap[[i for i, day in enumerate(days) if day in plan.session_days]] = 0.0
    worst = gap.max(axis=0) / np.abs(np.array(ours)).max(axis=0)
    assert np.all(worst < 1e-4), dict(zip(names, worst, strict=True))
