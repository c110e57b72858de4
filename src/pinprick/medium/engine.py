"""Readies JAX: flags for small arrays on a few cores, and a compilation cache kept between runs.

Imported before JAX by whatever steps; setting the flags later would have no effect.
"""

from __future__ import annotations

import os
import sys

from pinprick.medium.cache import cache_folder

FLAGS = ("--xla_cpu_multi_thread_eigen=false", "--xla_cpu_prefer_vector_width=512")


def ready() -> None:
    """Set flags and cache; safe to call again."""
    if "jax" not in sys.modules:
        given = os.environ.get("XLA_FLAGS", "")
        missing = [flag for flag in FLAGS if flag.partition("=")[0] not in given]
        os.environ["XLA_FLAGS"] = " ".join([given, *missing]).strip()
    import jax

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home costs compile time, nothing else
        return
    for name, value in (
        ("jax_compilation_cache_dir", str(folder)),
        ("jax_persistent_cache_min_compile_time_secs", 0.0),
        ("jax_persistent_cache_min_entry_size_bytes", 0),
    ):
        jax.config.update(name, value)  # type: ignore[no-untyped-call]


ready()
