"""The calibration's own errors: few depth cells and long steps, beside what they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.evidence import registry
from pinprick.learning import readings, sampler
from pinprick.learning.fit import Fit
from pinprick.learning.priors import priors, values
from pinprick.learning.sampler import Settings
from pinprick.learning.targets import of_use, targets
from pinprick.medium.column import DERMIS_CELLS
from pinprick.medium.schedule import COHORT, SINGLE

DRAWS = 48


@pytest.fixture(scope="module")
def draws():
    """Draws on the way to the posterior: they respond, so that an error can show."""
    size = Settings(groups=1, chains=DRAWS, starts=16, turns=8, settle=8, steps=8, every=8)
    fit = Fit()
    state = sampler.run(sampler.start(fit, len(priors()), size), fit, size)
    return values(state.x[0])


def errors(said, truth):
    """Largest error of each fitted or tested reading, in its standard errors."""
    some = list(of_use("fit", "test", "hinge"))
    sigma = np.array([targets()[i].sigma for i in some])
    return np.abs(said - truth)[:, some].max(axis=0) / sigma


@pytest.mark.verify
def test_three_cells_read_as_the_whole_dermis(draws, monkeypatch) -> None:
    few = readings.read(draws)
    readings.middle.cache_clear()
    monkeypatch.setattr(readings, "CELLS", DERMIS_CELLS)
    many = readings.read(draws)
    readings.middle.cache_clear()
    off = errors(few, many)
    print({targets()[i].name: round(e, 3) for i, e in enumerate(off) if e > 0.02})
    assert off.max() < 0.25 and np.median(off) < 0.03


@pytest.mark.verify
def test_steps_of_a_cohort_are_short_enough(draws, monkeypatch) -> None:
    coarse = readings.read(draws)
    heal = readings.heal
    fine = SINGLE.finer(3)
    monkeypatch.setattr(readings, "heal", lambda *a: heal(*a, preset=fine, dtype=np.float64))
    off = errors(coarse, readings.read(draws))
    print({targets()[i].name: round(e, 3) for i, e in enumerate(off) if e > 0.02})
    assert fine != COHORT and off.max() < 0.25 and np.median(off) < 0.03


def test_the_shipped_draws_still_give_what_their_table_says() -> None:
    """A change of the biology after the fit would show here: then it must be fitted anew."""
    table = registry().tables["healing_draws"]
    some = slice(0, DRAWS)
    value = {prior.name: table[prior.column][some] for prior in priors()}
    value["tgfb_diffusion"] = table["DT"][some]
    said = readings.read(value)
    shown = {t.column: said[:, i] for i, t in enumerate(targets()) if t.column}
    off = {name: np.abs(column - table[name][some]).max() for name, column in shown.items()}
    print(off)
    assert len(shown) >= 5 and max(off.values()) < 0.2, off  # points of a per cent
