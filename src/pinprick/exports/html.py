"""Pages of HTML from the templates of a room: escaped, and refused where a name is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from pinprick.evidence import registry
from pinprick.forecasting import wording

if TYPE_CHECKING:
    from jinja2 import Environment

_UNITS = re.compile(
    r"(?<=[\d)]) (?=(%|mm|µm|µg/cm²|µg|mg|mJ|°C|Ω|s|min|h|hours?|days?|points?|grades?|worse"
    r"|better)(\W|$))"
)


def fill(room: str, name: str, /, **values: Any) -> Markup:
    """The template ``NAME.html.j2`` of a room, filled.

    Args:
        room: the package that holds it, below ``templates``.
        name: of the template.
        values: what it asks for; a name too few is an error of ours and is raised by jinja2.

    >>> text = fill("pinprick.exports.reports", "claims", claims=(), more=3)
    >>> "3 more claims touch this case" in text
    True
    """
    return Markup(_templates(room).get_template(f"{name}.html.j2").render(**values))


def close(text: str) -> str:
    r"""Keep a number and its unit on one line.

    >>> close("about 3 points, 5 % (4 to 6) mm") == "about 3\xa0points, 5\xa0% (4 to 6)\xa0mm"
    True
    """
    return _UNITS.sub("\u00a0", text)


def ids(rows: Iterable[str]) -> Markup:
    """Rows of the evidence by their short ids, each with its source to hover over.

    >>> str(ids(["clinical:CL001"]))  # doctest: +ELLIPSIS
    ' <span class="quiet small"><code title="Alam 2014 ...">CL001</code></span>'
    >>> str(ids([]))
    ''
    """
    facts = registry().facts
    codes = [
        Markup('<code title="{}">{}</code>').format(
            facts[row].source if row in facts else row, row.rpartition(":")[2]
        )
        for row in rows
    ]
    said = Markup(" ").join(codes)
    return Markup(' <span class="quiet small">{}</span>').format(said) if codes else Markup("")


def web(address: str | None) -> str:
    """The address if it is one of the web, else nothing: only such become links.

    >>> web("https://doi.org/10.1001/jama"), web("javascript:x")
    ('https://doi.org/10.1001/jama', '')
    """
    return address if address and address.startswith(("https://", "http://")) else ""


def asset(room: str, name: str) -> Markup:
    """A style or a script of a room, as it stands in its file."""
    return Markup(files(room).joinpath("templates", name).read_text("utf-8"))


@cache
def _templates(room: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(room),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters.update(title_=wording.title, close=close, ids=ids)
    return made
