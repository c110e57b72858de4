"""`import pinprick` and `pinprick --help` are quick: nothing heavy is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
HEAVY = (
    "jax", "xarray", "matplotlib", "numpyro", "dask", "nicegui", "scipy", "pandas", "diffrax",
    "numba",
)  # fmt: skip
LOOK = f"import sys; print(*{{n.partition('.')[0] for n in sys.modules}} & set({HEAVY!r}))"


@pytest.mark.parametrize(
    "start",
    [
        "import pinprick",
        "import pinprick, pinprick.cli",
        "from typer.testing import CliRunner; from pinprick.cli import app\n"
        "assert 'forecast' in CliRunner().invoke(app, ['--help']).output",
        "from typer.testing import CliRunner; from pinprick.cli import app\n"
        "assert CliRunner().invoke(app, ['forecast', '--help']).exit_code == 0",
    ],
)
def test_nothing_heavy_is_loaded(start: str) -> None:
    assert loaded(start) == set()


def loaded(start: str) -> set[str]:
    """What a new Python has loaded of the heavy packages after these lines."""
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\n{LOOK}"],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.split())


def test_a_forecast_loads_neither_jax_nor_xarray() -> None:
    """Numbers, JSON and text of a case with numbing, needles and a product on fresh channels."""
    start = (
        "from pinprick import Case, example_path, forecast\n"
        "done = forecast(Case.load(example_path('acne-scars')), members=4)\n"
        "assert done.record['products'] and done.to_json() and done.summary()"
    )
    assert loaded(start) <= {"scipy"}


def test_public_names_are_found_when_asked_for() -> None:
    import pinprick

    assert pinprick.Case.__module__.startswith("pinprick.case")
    assert set(pinprick.__all__) <= set(dir(pinprick))
    with pytest.raises(AttributeError):
        _ = pinprick.optimise


def test_the_version_is_that_of_the_project() -> None:
    import tomllib

    import pinprick

    project = tomllib.loads((SRC.parent / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("version", pinprick.__version__) == pinprick.__version__
