"""Where compiled code is kept between runs."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Folder of the compilation cache: ``PINPRICK_CACHE``, or the user's cache folder."""
    from platformdirs import user_cache_dir

    return Path(os.environ.get("PINPRICK_CACHE") or user_cache_dir("pinprick")) / "compiled"
