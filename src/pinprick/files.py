"""Files as users name them: read with a limit, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from pinprick.faults import Fault, InputError

MEGABYTE = 1_000_000


def read_text(path: str | Path, *, limit: int = MEGABYTE, what: str = "a case file") -> str:
    """The text of a file.

    Raises:
        InputError: if it is missing, no plain file, too large, empty or no UTF-8 text.

    >>> try:
    ...     read_text("nowhere.yaml")
    ... except InputError as error:
    ...     print(error)
    nowhere.yaml: found no such file; allowed: a case file
    """
    label = str(path)

    def fault(found: str, allowed: str) -> InputError:
        return InputError([Fault(label, found, allowed)])

    try:
        place = Path(path)
        if not place.exists():
            raise fault("no such file", what)
        if not place.is_file():
            raise fault("a folder" if place.is_dir() else "no plain file", what)
        size = place.stat().st_size
        if size > limit:
            found = f"{size / MEGABYTE:.1f} MB"
            raise fault(found, f"{what} of at most {limit / MEGABYTE:g} MB")
        raw = place.read_bytes()[: limit + 1]
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or "a path that cannot be used"
        raise fault(reason.lower(), f"{what} that can be read") from None
    if not raw.strip():
        raise fault("an empty file", what)
    if b"\x00" in raw:
        raise fault("a binary file", f"{what}, which is UTF-8 text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise fault("bytes that are no UTF-8 text", f"{what}, which is UTF-8 text") from None


def stamp(path: str | Path) -> int:
    """When a file last changed, in ns: a cache of what it says goes by it. 0 if there is none.

    >>> stamp("nowhere.yaml")
    0
    """
    place = Path(path)
    return place.stat().st_mtime_ns if place.is_file() else 0


def check_writable(paths: Mapping[str, Path | None], inputs: Iterable[str] = ()) -> None:
    """Refuse, before any work is done, places where a file cannot be written.

    Args:
        paths: for each option the file it names.
        inputs: files that are read, which no output may replace.

    Raises:
        InputError: one line for each that cannot be written.

    >>> try:
    ...     check_writable({"--html": Path("nowhere", "report.html")})
    ... except InputError as error:
    ...     print(error.faults[0].where, error.faults[0].found)
    --html nowhere/report.html
    """
    faults: list[Fault] = []
    seen = {Path(name).absolute(): "the case" for name in inputs}
    for option, place in paths.items():
        if place is None:
            continue
        allowed = "a file in a folder that exists and can be written"
        try:
            if place.is_dir():
                faults.append(Fault(option, str(place), f"{allowed} (this is a folder)"))
                continue
            if not place.parent.is_dir():
                allowed += f" (there is no folder {place.parent})"
                faults.append(Fault(option, str(place), allowed))
                continue
            handle, probe = tempfile.mkstemp(dir=place.parent, prefix=".pinprick-")
            os.close(handle)
            Path(probe).unlink()
        except (OSError, ValueError):
            faults.append(Fault(option, str(place), allowed))
            continue
        other = seen.setdefault(place.absolute(), option)
        if other != option:
            faults.append(Fault(option, str(place), f"another file than that of {other}"))
    if faults:
        raise InputError(faults)


def write_all(jobs: Mapping[Path, Callable[[Path], object]]) -> None:
    """Write files beside their final places, then move all of them there.

    Args:
        jobs: for each file the function that writes it to the path it is given.

    >>> with tempfile.TemporaryDirectory() as place:
    ...     write_all({Path(place, name): text_writer(name) for name in ("a.txt", "b.txt")})
    ...     sorted(each.name for each in Path(place).iterdir())
    ['a.txt', 'b.txt']
    """
    ready: dict[Path, Path] = {}
    try:
        for final, write in jobs.items():
            folder = Path(tempfile.mkdtemp(dir=final.parent, prefix=".pinprick-"))
            ready[final] = folder / final.name
            write(ready[final])
        for final, place in ready.items():
            place.replace(final)
    finally:
        for place in ready.values():
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
                place.parent.rmdir()


def text_writer(text: str) -> Callable[[Path], object]:
    """A job for :func:`write_all` that writes text, in UTF-8 and with plain line ends.

    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = text_writer("8 µm")(Path(place, "a.txt"))
    ...     Path(place, "a.txt").read_bytes() == "8 µm".encode()
    True
    """
    return lambda place: place.write_text(text, encoding="utf-8", newline="\n")


def folder(name: str, option: str) -> Path:
    """The folder of that name, made if it is not there.

    Raises:
        InputError: if it cannot be made.

    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder(f"{place}/sheets", "--out").is_dir()
    True
    """
    place = Path(name)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError):
        raise InputError([Fault(option, name, "a folder that can be made")]) from None
    return place
