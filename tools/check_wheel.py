"""Build the wheel, install it in a clean environment and use it from an empty folder.

Run by ``make verify``. Fails with the command's own output where a step fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Files that the program reads when it is installed, and that a wheel forgets easily.
WANTED = (
    "pinprick/py.typed",
    "pinprick/examples/acne-scars.yaml",
    "pinprick/evidence/studies.toml",
    "pinprick/evidence/parameters/needling.toml",
    "pinprick/evidence/facts/original.csv",
    "pinprick/evidence/tables/healing_draws.csv",
)


def run(*command: str | Path, where: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command in a folder and return what it printed; stop with its output if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=where,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def build(folder: Path) -> Path:
    """Build the wheel into ``folder`` and see that it holds what the program reads."""
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT, where=ROOT
    )
    (wheel,) = folder.glob("pinprick-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    missing = [name for name in WANTED if name not in names]
    if not any(name.endswith("/licenses/LICENSE") for name in names):
        missing.append("LICENSE")
    if missing:
        sys.exit(f"the wheel lacks: {', '.join(missing)}")
    return wheel


def main() -> None:
    """Do it all in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pinprick-wheel-") as text:
        folder = Path(text)
        wheel = build(folder)
        print(f"1 passed: {wheel.name} holds its data files")

        venv.create(folder / "venv", with_pip=True)
        programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        lock = ROOT / "requirements.lock"
        run(programs / "python", "-m", "pip", "install", "--quiet", "-c", lock, wheel, where=folder)
        empty = folder / "anywhere"
        empty.mkdir()
        clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        clean["PINPRICK_CACHE"] = str(folder / "cache")
        program = programs / "pinprick"
        if "forecast" not in run(program, "--help", where=empty, environment=clean):
            sys.exit("failed: pinprick --help does not name the forecast")
        print("2 passed: installed in a clean environment, pinprick --help")

        run(program, "demo", where=empty, environment=clean)
        reports = list(empty.rglob("*.html"))
        if not reports:
            sys.exit("failed: pinprick demo wrote no report into the folder it was run from")
        print(f"3 passed: pinprick demo from an empty folder wrote {reports[0].name}")


if __name__ == "__main__":
    main()
