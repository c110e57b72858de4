"""Sheets as files: one page of HTML that needs no network, and a tagged PDF (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pinprick.exports.html import asset, fill

ROOM = "pinprick.exports.sheets"


def html(name: str, content: Mapping[str, Any]) -> str:
    """The page ``templates/NAME.html.j2`` filled with ``content``.

    Args:
        name: ``take_home`` or ``consent``.
        content: what ``content`` of the module of that name returns.

    >>> from datetime import date
    >>> from pinprick.case import Case, example
    >>> from pinprick.exports.sheets import common, take_home
    >>> of = common.Handout(Case.loads(example("acne-scars")), [date(2026, 3, 9)], "020 7946 0123")
    >>> "Monday 9 March 2026" in html("take_home", take_home.content(of))
    True
    """
    return str(fill(ROOM, name, style=asset(ROOM, "sheet.css"), **content))


def pdf(name: str, content: Mapping[str, Any]) -> bytes:
    """The document ``templates/NAME.typ`` filled likewise; faults of PDF/UA are refused.

    Only fonts that come with the program are used, so that it looks alike everywhere.

    >>> from datetime import date
    >>> from pinprick.case import Case, example
    >>> from pinprick.exports.sheets import common, consent
    >>> of = common.Handout(Case.loads(example("acne-scars")), [date(2026, 3, 9)], "020 7946 0123")
    >>> pdf("consent", consent.content(of))[:8]
    b'%PDF-1.7'
    """
    import typst

    with as_file(files(ROOM) / "templates") as folder:
        made = typst.compile(
            folder / f"{name}.typ",
            root=folder,
            font_paths=[_fonts()],
            ignore_system_fonts=True,
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            pdf_standards="ua-1",
            format="pdf",
            timestamp=0,
        )
    if not isinstance(made, bytes):
        raise TypeError("typst gave no PDF")
    return made


def _fonts() -> Path:
    """The folder of the fonts that matplotlib brings, found without loading it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("matplotlib, whose fonts the sheets use")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
