"""Pages that follow from the code: parameters, studies, reactions, validation and the API.

Written into ``_generated`` at each build of the docs, so that none of them can be out of date.
A room that is not there is left out; a room that is there and fails stops the build.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from pinprick.evidence import Fact, Parameter, registry
from pinprick.evidence.claims import VERDICTS, sentences
from pinprick.evidence.claims import claims as all_claims

sys.path.insert(0, str(Path(__file__).resolve().parent))
import calibration_page
import colour_page
import concerns_page
import harms_page
import healing_page
import heat_page
import needling_page
import patch_page
import permeation_page
import pictures_page
import studies_page

STAGES = {
    "people": "Skin and vessels at a site",
    "devices": "Devices",
    "courses": "What a course leaves open",
    "needling": "Needling",
    "permeation": "Permeation: barrier, tissue, clearance",
    "permeation_uptake": "Permeation: channels, vehicles, numbing",
    "heat": "Heat of radiofrequency",
    "healing": "Healing and redness",
    "appearance": "Appearance",
    "colour": "Colour of skin",
    "relief": "Relief, light and marks of the pictures",
    "trial": "Statistics of studies",
}
# From the door inwards: the public face first, then the rooms from the upper floors down.
ROOMS = (
    "case",
    "courses",
    "people",
    "devices",
    "forecasting",
    "planning",
    "learning",
    "validation",
    "exports",
    "appearance",
    "safety",
    "needling",
    "permeation",
    "heat",
    "healing",
    "medium",
    "evidence",
    "units",
    "faults",
)


def write(folder: Path) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "parameters.md": parameters(),
        "reactions.md": reactions(),
        "studies.md": studies(),
        "validation.md": validation(),
        **needling_page.pages(folder, table),
        "api.txt": api(),
        "claims.txt": claims(),
        "verification.txt": verification(),
        **healing_page.pages(folder, table),
        **patch_page.pages(folder, table),
        **permeation_page.pages(folder, table),
        **heat_page.pages(folder, table),
        **calibration_page.pages(folder, table),
        **studies_page.pages(folder, table),
        **concerns_page.pages(table),
        **harms_page.pages(table),
        **colour_page.pages(folder, table),
        **pictures_page.pages(folder, table),
    }
    observers(folder)
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")


def exists(room: str) -> bool:
    """Whether the package has that room."""
    spec = importlib.util.find_spec(f"pinprick.{room}")
    return spec is not None and spec.origin is not None


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n" + "\n".join(lines) + "\n"


def cell(value: object) -> str:
    """Text that a Markdown table cell can hold."""
    text = " ".join(str("" if value is None else value).split())
    for sign in "\\|*_`$<>[]":
        text = text.replace(sign, "\\" + sign)
    return text


def number(value: float | None) -> str:
    """Three digits that tell."""
    return "" if value is None else f"{value:.3g}"


def parameters() -> str:
    """Every parameter, stage by stage."""
    known = registry()
    by_basis = Counter(p.basis for p in known)
    counted = ", ".join(f"{count} {basis}" for basis, count in by_basis.most_common())
    parts = [
        "# Parameters\n",
        "Every number that a forecast uses, declared once and refused outside its range. *Basis* "
        "says where a value comes from: measured, derived (arithmetic on measured values), fitted, "
        "or assumed. *Spread* is what a forecast draws from; *whose* is knowledge (not known, "
        "shared by the people of a draw) or people (differs from one to the next). A source row is "
        "*read* where it was seen in the paper and *recalled* where it was not.\n",
        f"In all {sum(by_basis.values())}: {counted}. Change one for a forecast of yours with "
        "`pinprick forecast CASE.yaml --set NAME='VALUE UNIT'`.\n",
    ]
    stages = list(dict.fromkeys(p.stage for p in known))
    for stage in sorted(
        stages, key=lambda s: list(STAGES).index(s) if s in STAGES else len(STAGES)
    ):
        parts.append(f"\n## {STAGES.get(stage, stage.capitalize())}\n")
        rows = [_parameter(p, known.facts) for p in known if p.stage == stage]
        head = ("parameter", "value", "range", "spread", "whose, basis", "sources")
        parts.append(table(head, rows))
    return "\n".join(parts)


def _parameter(p: Parameter, facts: Mapping[str, Fact]) -> tuple[str, ...]:
    papers: dict[str, list[str]] = {}
    for row in p.rows:
        fact = facts.get(row)
        where = fact.source if fact else "a table of this project"
        papers.setdefault(where, []).append(f"{row}, {fact.status}" if fact else row)
    return (
        f"{p.name}: {p.title}" + (f" ({p.note})" if p.note else ""),
        p.shown(),
        f"{p.shown(p.low)} to {p.shown(p.high)}",
        _spread(p),
        f"{p.doubt}, {p.basis}",
        "; ".join(f"{where} [{'; '.join(rows)}]" for where, rows in papers.items()) or "none",
    )


def _spread(p: Parameter) -> str:
    spread = p.spread
    if spread.kind in ("uniform", "loguniform"):
        return f"{spread.kind} {p.shown(spread.low)} to {p.shown(spread.high)}"
    if spread.kind in ("normal", "halfnormal"):
        return f"{spread.kind}, SD {p.shown(spread.sd)}"
    if spread.kind == "lognormal":
        return f"lognormal, times or over {spread.gsd:.3g}"
    if spread.kind == "joint":
        return f"drawn together, table {spread.table}"
    return "fixed"


def studies() -> str:
    """The published protocols that ship with the program."""
    known = registry()
    parts = [
        "# Studies\n",
        "Published protocols whose results stand beside the model. *Fit*: used to set the model, "
        "so agreement is no proof. *Test*: not used. *Shown*: stands in a report, counts in "
        "neither.\n",
    ]
    rows = [(s.id, s.title, s.source, s.used, ", ".join(s.rows)) for s in known.studies.values()]
    parts.append(table(("study", "what", "source", "use", "rows"), rows))
    return "\n".join(parts)


def claims() -> str:
    """Every claim of popular articles, topic by topic; included by the page on claims."""
    known = all_claims()
    counted = Counter(found.verdict for found in known.values())
    parts = [table(VERDICTS, [[counted[verdict] for verdict in VERDICTS]])]
    for topic in dict.fromkeys(found.topic for found in known.values()):
        parts.append(f"\n## {topic[0].upper()}{topic[1:]}\n")
        head = ("claim", "articles say", "verdict", "the evidence says", "in Pinprick", "rows")
        rows = [
            (
                found.id,
                found.claim,
                found.verdict,
                found.says,
                _handled(found.handled),
                ", ".join(found.rows) or "none",
            )
            for found in known.values()
            if found.topic == topic
        ]
        parts.append(table(head, rows))
    corrected = [(found.id, found.note) for found in known.values() if found.note]
    parts.append("\n## Where a first reading was corrected\n")
    parts.append(table(("claim", "what was corrected"), corrected))
    return "\n".join(parts)


def _handled(handled: str) -> str:
    """What the program does about a claim; a sentence of the claims is written out."""
    kind, _, rest = handled.partition(": ")
    return sentences().get(rest, handled) if kind == "text" else handled


def reactions() -> str:
    """The reaction table of healing."""
    parts = ["# Reactions of healing\n"]
    if not exists("healing.reactions"):
        return "\n".join([*parts, "Not part of this version.\n"])
    module = importlib.import_module("pinprick.healing.reactions")
    parts.append(
        "The biology as data: one row a reaction, what it consumes and produces and at which "
        "speed. Units: mm, d, ng/mL, mg/mL, cells/mm³. All species stand at zero in intact skin. "
        "Rates name the [parameters](parameters.md); the equations behind them are explained under "
        "[healing](../chain.md#healing).\n\n## Species\n"
    )
    parts.append(
        table(
            ("species", "unit", "what it is", "spreads with"),
            [(s.name, s.unit, s.meaning, s.diffusivity or "stays") for s in module.SPECIES],
        )
    )
    parts.append(
        "\n## Reactions\n\n*Changes*: − is taken, + is made. *Sources* are rows of the evidence; a "
        "parameter without one is assumed and counted. The papers stand below.\n"
    )
    head = ("row", "what happens", "reads", "changes", "speed, per day", "parameters", "sources")
    parts.append(
        table(
            head,
            [
                (r.id, r.meaning, ", ".join(r.reads), _changes(r), r.rate,
                 ", ".join(r.parameters), healing_page.sources_of(r.parameters))
                for r in module.REACTIONS
            ],
        )
    )  # fmt: skip
    parts += ["\n## Sources\n", table(("rows", "source"), _papers(module.REACTIONS))]
    return "\n".join(parts)


def _changes(row: Any) -> str:
    taken = [f"− {_yield(name, n)}" for name, n in row.consumed.items()]
    return ", ".join([*taken, *(f"+ {_yield(name, n)}" for name, n in row.produced.items())])


def _yield(name: str, n: float) -> str:
    return name if n == 1 else f"{n:g} {name}"


def _papers(reactions: Iterable[Any]) -> list[tuple[str, str]]:
    """Papers behind the parameters of some reactions, with their rows and status."""
    known = registry()
    found: dict[str, dict[str, None]] = {}
    for name in dict.fromkeys(name for row in reactions for name in row.parameters):
        for row in known.parameter(f"healing.{name}").rows:
            fact = known.facts.get(row)
            source = fact.source if fact else "a table of this project"
            short = row.partition(":")[2]
            found.setdefault(source, {})[f"{short} ({fact.status})" if fact else short] = None
    return [(", ".join(rows), source) for source, rows in found.items()]


def verification() -> str:
    """Figures of the medium beside their exact answers, worked out anew."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "verification"))
    files = [importlib.import_module(name) for name in ("exact", "exact_patch")]
    parts = []
    for title, problem in (item for file in files for item in file.PROBLEMS.items()):
        rows = [
            (r.what, f"{r.ours:.8g}", f"{r.exact:.8g}", f"{r.error:.1e}", f"{r.bound:.0e}",
             "met" if r.met else "missed")
            for r in problem()
        ]  # fmt: skip
        head = ("figure", "ours", "exact", "relative error", "bound", "")
        parts.append(f"### {title}\n{table(head, rows)}")
    return "\n".join(parts)


def observers(folder: Path) -> None:
    """The figure of what people differ by and what raters scatter by."""
    from pinprick.forecasting.figures.observers import ridge

    ridge().savefig(folder / "observers-ridge.png", dpi=110)


def validation() -> str:
    """The model beside the measurements, the misses too."""
    parts = [
        "# Validation\n",
        "The model beside published measurements, the misses too. A *value* is met when it lies "
        "within 1.645 standard deviations (measurement and model together) of the model's median "
        "**and** the model's range is narrow enough to say something: its standard deviation at "
        "most twice the measurement's, and however poor the measurement is, at most a factor of "
        "three each way where logarithms are judged (permeabilities, fluxes, levels, ratios) and "
        "40 % each way for depths and zones. A range that is too wide is *vague*, which is not "
        "met. A sign, an order or a bound is met when at least 90 % of members satisfy it. Rows "
        "used to set the model (*fit*) and rows that were not (*test*) "
        "are counted apart; *plausibility* rows count in neither.\n",
    ]
    if not exists("validation"):
        return "\n".join([*parts, "Not part of this version.\n"])
    rows = [_plain(row) for row in importlib.import_module("pinprick.validation").table()]
    parts.append(_counts(rows))
    for stage in dict.fromkeys(str(row["stage"]) for row in rows):
        parts.append(f"\n## {stage.capitalize()}\n")
        head = (
            "case",
            "quantity",
            "measured",
            "model, 90 % range",
            "unit",
            "use",
            "verdict",
            "note",
        )
        parts.append(table(head, [_compared(row) for row in rows if row["stage"] == stage]))
    return "\n".join(parts)


def _plain(row: Any) -> Mapping[str, Any]:
    if isinstance(row, Mapping):
        return row
    if is_dataclass(row) and not isinstance(row, type):
        return asdict(row)
    found: Mapping[str, Any] = row.model_dump()
    return found


def _counts(rows: Sequence[Mapping[str, Any]]) -> str:
    uses = list(dict.fromkeys(str(row["use"]) for row in rows))
    verdicts = ("met", "missed", "vague")
    counted = Counter((row["use"], row["verdict"]) for row in rows)
    return table(("use", *verdicts), [(u, *(counted[u, v] for v in verdicts)) for u in uses])


def _compared(row: Mapping[str, Any]) -> tuple[str, ...]:
    measured, model = row.get("measured") or {}, row.get("model") or {}
    seen = number(measured.get("value"))
    if measured.get("low") is not None or measured.get("high") is not None:
        ends = f"{number(measured.get('low'))} to {number(measured.get('high'))}"
        seen = f"{seen} ({ends})" if seen else ends
    share = row.get("share")
    said = f"{share:.0%} of members" if share is not None else ""
    if model.get("p50") is not None:
        ends = f"{number(model.get('p05'))} to {number(model.get('p95'))}"
        said = f"{number(model['p50'])} ({ends})" + (f"; {said}" if said else "")
    return (
        str(row["case"]),
        f"{str(row['quantity']).replace(':', ', ').replace('_', ' ')} ({row['kind']})",
        seen,
        said,
        str(row["unit"]),
        str(row["use"]),
        str(row["verdict"]),
        "; ".join(filter(None, [str(row.get("note") or ""), ", ".join(row.get("sources") or [])])),
    )


def api() -> str:
    """Every room's public names, from their docstrings."""
    parts = []
    for room in ROOMS:
        if exists(room):
            parts.append(f"\n## pinprick.{room}\n")
            parts.append(f"```{{eval-rst}}\n.. automodule:: pinprick.{room}\n   :members:\n```\n")
    return "\n".join(parts)
