"""Every time step of the chain at half its length: no reported quantity may notice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pinprick.case import Case, example_path
from pinprick.evidence import Lanes, registry
from pinprick.forecasting.chain import run
from pinprick.forecasting.chunk import Chunk
from pinprick.forecasting.plan import Plan
from pinprick.heat import heated
from pinprick.medium.schedule import COHORT
from pinprick.permeation import mesh, numb

MEMBERS = 64
MOST = 0.1  # of a quantity's own 90 % range
NARROW = 1e-3  # of a field's largest value: no range counts as narrower, nobody reads it finer
QUANTILES = (0.05, 0.5, 0.95)


def forecast(name: str, factor: float = 1.0) -> Chunk:
    plan = Plan(Case.load(example_path(name)))
    return run(plan, Lanes(registry(), 0, range(MEMBERS)), COHORT.finer(factor))


def halve(patch: pytest.MonkeyPatch) -> None:
    """Heat, uptake and numbing at half their steps; healing takes them as an argument."""
    hot = {
        name: replace(
            size,
            pulse_steps=2 * size.pulse_steps,
            train_steps=2 * size.train_steps,
            repeats=2 * size.repeats,
            field_every=2 * size.field_every,
        )
        for name, size in heated.meshes().items()
    }
    patch.setattr(heated, "meshes", lambda: hot)
    wet = {
        name: replace(
            size,
            first=size.first / 2,
            step_growth=size.step_growth**0.5,
            longest=size.longest / 2,
        )
        for name, size in mesh.meshes().items()
    }
    patch.setattr(mesh, "meshes", lambda: wet)
    under = numb.mesh()
    often = replace(under, steps=tuple(2 * n for n in under.steps))
    patch.setattr(numb, "mesh", lambda: often)


@pytest.mark.verify
@pytest.mark.parametrize("name", ["acne-scars", "lines-after-menopause", "rf-laxity"])
def test_half_the_steps_move_nothing_that_is_reported(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = forecast(name)
    halve(monkeypatch)
    finer = forecast(name, 2.0)
    assert usual.fields.keys() == finer.fields.keys()
    worst: dict[str, float] = {}
    changed = 0
    for key, field in usual.fields.items():
        a, b = (np.quantile(f.values, QUANTILES, axis=-1) for f in (field, finer.fields[key]))
        changed += not np.array_equal(field.values, finer.fields[key].values)
        spread = a[2] - a[0]
        least = max(NARROW * np.abs(field.values).max(initial=0.0), 1e-300)
        worst[key] = float((np.abs(a - b).max(axis=0) / np.maximum(spread, least)).max())
    assert changed > 20  # the steps were in fact halved
    assert {key: move for key, move in worst.items() if move > MOST} == {}
