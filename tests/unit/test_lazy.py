"""`import pinprick` and `pinprick --help` are quick: nothing heavy is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
HEAVY = ("jax", "xarray", "matplotlib", "numpyro", "dask", "nicegui", "scipy", "pandas", "diffrax")
LOOK = f"import sys; print(sorted({{n.partition('.')[0] for n in sys.modules}} & set({HEAVY!r})))"


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
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\n{LOOK}"],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "[]"


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
