"""What a reverse-mode gradient of the biology costs beside its forward walk, and its memory.

Run with ``python benchmarks/gradient_cost.py``. One chunk of 64 members, float32, 72 steps.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

# isort: off
from pinprick.medium import engine  # noqa: F401  (sets flags before JAX starts)
import jax
import jax.numpy as jnp

# isort: on
from pinprick.evidence import Lanes, registry
from pinprick.healing.body import Body
from pinprick.healing.here import values_here
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import column
from pinprick.medium.stepper import Stepper, compiled_gradient

MEMBERS, STEPS, RUNS = 64, 72, 5


def main() -> None:
    one = np.ones(MEMBERS)
    layers = {"papillary dermis": (1.5e-4 * one, 6), "reticular dermis": (8e-4 * one, 18)}
    here = values_here(
        column(6e-5 * one, layers),
        Body.healthy(MEMBERS),
        Lanes(registry(), 0, range(MEMBERS)),
    )
    here = {name: jnp.asarray(value, jnp.float32) for name, value in here.items()}
    start = np.zeros((len(TABLE.species), 24, 2, MEMBERS), np.float32)
    for name in ("clot", "debris"):
        start[TABLE.index[name], :, 0] = 0.3
    steps = np.full(STEPS, 0.4, np.float32)
    stepper = Stepper(TABLE)

    def loss(output: jax.Array) -> jax.Array:
        end = stepper.end(start, {**here, "collagen_output": output}, steps)
        return jnp.sum(end[TABLE.index["collagen_1"]])

    def timed(call: object) -> float:
        call(here["collagen_output"])  # type: ignore[operator]
        times = []
        for _ in range(RUNS):
            begin = time.perf_counter()
            jax.block_until_ready(call(here["collagen_output"]))  # type: ignore[operator]
            times.append(time.perf_counter() - begin)
        return statistics.median(times)

    forward, reverse = timed(jax.jit(loss)), timed(gradient := compiled_gradient(loss))
    memory = gradient.lower(here["collagen_output"]).compile().memory_analysis()
    print("| what | median of 5 |\n|---|---|")
    print(f"| forward, {STEPS} steps, {MEMBERS} members | {forward * 1e3:.0f} ms |")
    print(f"| value and gradient | {reverse * 1e3:.0f} ms |")
    print(f"| ratio | {reverse / forward:.1f} |")
    print(f"| temporary memory of the gradient | {memory.temp_size_in_bytes / 1e6:.0f} MB |")


if __name__ == "__main__":
    main()
