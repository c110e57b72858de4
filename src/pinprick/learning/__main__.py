"""``python -m pinprick.learning``: fit the joint posterior of healing."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from pinprick.faults import InputError
from pinprick.learning.calibrate import calibrate
from pinprick.learning.sampler import Settings

SIZES = {
    "groups": "independent groups of chains",
    "chains": "chains of a group",
    "turns": "moves at each power of the likelihood",
    "settle": "moves while the kernel adapts",
    "steps": "moves that are kept",
    "seed": "of all random numbers",
}
SMALL = {"groups": 2, "chains": 64, "turns": 8, "settle": 64, "steps": 128}


def main() -> int:
    """Run the command line; 2 when the input is wrong."""
    usual = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m pinprick.learning",
        description="Fit the joint posterior of the parameters of healing to published readings. "
        "Stopped, it goes on from its checkpoint when called again.",
    )
    parser.add_argument("--out", type=Path, default=Path("build/calibration"), help="folder")
    parser.add_argument("--draws", type=int, default=512, help="rows of the table")
    parser.add_argument("--fresh", action="store_true", help="throw away a checkpoint")
    parser.add_argument("--small", action="store_true", help="a few minutes, to try the tool")
    for name, words in SIZES.items():
        parser.add_argument(f"--{name}", type=int, default=getattr(usual, name), help=words)
    asked = parser.parse_args()
    sizes = {name: getattr(asked, name) for name in SIZES} | (SMALL if asked.small else {})
    say = partial(print, flush=True)
    try:
        calibrate(asked.out, Settings(**sizes), say, draws=asked.draws, fresh=asked.fresh)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; call it again to go on", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
