"""Sheets as files: one page of HTML that needs no network, and a tagged PDF (PDF/UA-1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pinprick.evidence import registry

if TYPE_CHECKING:
    from jinja2 import Environment

PURPOSE = (
    "For research and teaching: not cleared, certified or clinically validated, and not for "
    "deciding a patient's treatment. The clinic that hands this out answers for its words."
)


def html(name: str, content: Mapping[str, Any]) -> str:
    """The page ``templates/NAME.html.j2`` filled with ``content``."""
    return _pages().get_template(f"{name}.html.j2").render(**content)


def pdf(name: str, content: Mapping[str, Any]) -> bytes:
    """The document ``templates/NAME.typ`` filled with ``content``; faults of PDF/UA are refused.

    Only fonts that come with the program are used, so that it looks alike everywhere.
    """
    import typst

    with as_file(files("pinprick.exports") / "templates") as folder:
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


def sources(rows: Iterable[str]) -> list[dict[str, str]]:
    """Papers behind some rows, each once with its rows, in the order of their names."""
    facts = registry()
    papers: dict[str, list[str]] = {}
    for row in dict.fromkeys(rows):
        fact = facts.fact(row)
        told = "" if fact.status == "read" else f" ({fact.status})"
        papers.setdefault(fact.source + told, []).append(short(row))
    return [
        {"source": name, "rows": ", ".join(sorted(papers[name]))}
        for name in sorted(papers, key=str.casefold)
    ]


def short(row: str) -> str:
    """A row's id without its file.

    >>> short("safety:SAF156")
    'SAF156'
    """
    return row.rpartition(":")[2]


def _fonts() -> Path:
    """The folder of the fonts that matplotlib brings, found without loading it."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("matplotlib, whose fonts the sheets use")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def _pages() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = files("pinprick.exports") / "templates"
    made = Environment(
        loader=FileSystemLoader(str(folder)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = Markup((folder / "sheet.css").read_text("utf-8"))
    return made
