"""See that the dependencies resolve to ready-made wheels on systems other than this one.

Run by ``make verify``. Nothing is installed. Limits: pip reads the conditions in a package's
requirements (``sys_platform == ...``) for the machine it runs on, so what only another system
needs is named in ``ONLY`` below.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = {
    "macOS (Apple silicon)": ("macosx_14_0_arm64",),
    "Windows": ("win_amd64",),
    "Linux": ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64"),
}
PYTHONS = ("3.11", "3.13")
ONLY = {"Windows": ("colorama",)}


def resolve(
    system: str, tags: tuple[str, ...], python: str, wanted: list[str]
) -> subprocess.CompletedProcess[str]:
    """Ask pip which wheels it would take for a system and a Python, without installing."""
    with tempfile.TemporaryDirectory(prefix="pinprick-resolve-") as target:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet"]
        command += ["--ignore-installed", "--only-binary=:all:", "--target", target]
        command += ["--python-version", python, "--implementation", "cp"]
        command += [part for tag in tags for part in ("--platform", tag)]
        command += ["-c", str(ROOT / "requirements.lock"), *wanted, *ONLY.get(system, ())]
        return subprocess.run(command, text=True, capture_output=True, check=False)


def main() -> int:
    """Try every system with the oldest and the newest Python; the exit code is the failures."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    failed = 0
    for system, tags in SYSTEMS.items():
        for python in PYTHONS:
            done = resolve(system, tags, python, wanted)
            if done.returncode:
                failed += 1
                print(f"failed: {system}, Python {python}\n{done.stderr.strip()}")
            else:
                print(f"passed: {system}, Python {python}")
    print(f"{len(SYSTEMS) * len(PYTHONS) - failed} passed, {failed} failed")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
