"""How long a person waits for a forecast: new process, empty cache and filled cache.

Run with ``make bench``. Prints Markdown rows: median, least and most of the runs, and the machine.
``--all`` takes every shipped example, each cold and then warm in a cache of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(sys.executable).with_name("pinprick")
EXAMPLES = ROOT / "examples"
USUAL = "acne-scars"
CORES = 2


def machine(cores: int) -> str:
    """The processor's own name and the number of cores used."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        name = next(
            line.partition(":")[2].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {cores} cores"


def hold_to(cores: int) -> int:
    """Keep this process and its children to a few cores where the system can; return how many."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    chosen = sorted(os.sched_getaffinity(0))[:cores]
    os.sched_setaffinity(0, chosen)
    return len(chosen)


def timed(command: list[str], cache: Path) -> tuple[float, str]:
    """Seconds that a command takes, and the hash of what it printed."""
    environment = {**os.environ, "PINPRICK_CACHE": str(cache)}
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        done = subprocess.run(
            command, env=environment, stdout=output, stderr=subprocess.PIPE, check=False
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            sys.exit(f"failed: {' '.join(command)}\n{done.stderr.decode()}")
        output.seek(0)
        return seconds, hashlib.sha256(output.read()).hexdigest()


def row(what: str, seconds: list[float], where: str) -> str:
    """One Markdown row."""
    middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
    digits = 1 if middle >= 1 else 3
    cells = [what, *(f"{s:.{digits}f} s" for s in (middle, least, most)), str(len(seconds)), where]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Run everything; a row is printed as soon as it is known."""
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("--runs", type=int, default=5)
    read.add_argument("--members", type=int, default=256)
    read.add_argument("--all", action="store_true")
    asked = read.parse_args()
    where = machine(hold_to(CORES))
    print(
        "| what | median | least | most | runs | machine |\n|---|---|---|---|---|---|", flush=True
    )

    with tempfile.TemporaryDirectory(prefix="pinprick-bench-") as text:
        folder = Path(text)
        small = {
            "python -c pass (peer)": [sys.executable, "-c", "pass"],
            "pinprick --help": [str(PROGRAM), "--help"],
        }
        for what, command in small.items():
            times = [timed(command, folder / "help")[0] for _ in range(asked.runs)]
            print(row(what, times, where), flush=True)
        names = [USUAL] if not asked.all else sorted(p.stem for p in EXAMPLES.glob("*.yaml"))
        for name in names:
            forecasts(name, asked.members, asked.runs, folder / name, where)
    print("\nEvery run of an example printed the same bytes.")


def forecasts(name: str, members: int, runs: int, folder: Path, where: str) -> None:
    """Rows of one example, cold and warm; all its runs must print the same."""
    case = str(EXAMPLES / f"{name}.yaml")
    command = [str(PROGRAM), "forecast", case, "--members", str(members), "--json", "-"]
    printed: set[str] = set()
    for what in ("cold", "warm"):
        times = []
        for number in range(runs):
            # The last cold run leaves the filled cache that the warm runs use.
            cache = folder / f"cache-{number if what == 'cold' else runs - 1}"
            cache.mkdir(parents=True, exist_ok=True)
            seconds, digest = timed(command, cache)
            times.append(seconds)
            printed.add(digest)
        print(row(f"{name}, {members} members, {what}", times, where), flush=True)
    if len(printed) != 1:
        sys.exit(f"failed: the runs of {name} printed {len(printed)} different answers")


if __name__ == "__main__":
    main()
