"""SBML: the biology's reaction table for other simulators, with units, events and sources.

One place of roused papillary dermis, hit by every session: the table has no geometry, and neither
has the file. Level 3 version 1, time in days; species are amounts in the table's own units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from pinprick.case import Case
from pinprick.evidence import Lanes, Registry, registry
from pinprick.forecasting.chain import one_place
from pinprick.forecasting.plan import Plan
from pinprick.healing.reactions import TABLE
from pinprick.medium.graph import STATE, Number
from pinprick.medium.reactions import Reaction, ReactionTable, Species
from pinprick.medium.recording import Recorded

_TAGS = {"add": "plus", "sub": "minus", "mul": "times", "div": "divide", "neg": "minus"}
# What each unit of the table is made of: SBML kind, exponent, scale (power of ten), multiplier.
_UNITS: Mapping[str, Sequence[tuple[str, int, int, float]]] = {
    "1": (("dimensionless", 1, 0, 1.0),),
    "1/mm3": (("metre", -3, -3, 1.0),),
    "ng/mL": (("gram", 1, -9, 1.0), ("litre", -1, -3, 1.0)),
    "mg/mL": (("gram", 1, -3, 1.0), ("litre", -1, -3, 1.0)),
    "d": (("second", 1, 0, 86400.0),),
}
_DAY = ("second", -1, 0, 86400.0)
_MATH = 'xmlns="http://www.w3.org/1998/Math/MathML"'


def sbml(case: Case, *, member: int = 0, seed: int = 0) -> str:
    """The biology of one member of a case as SBML text, its sessions as events.

    Args:
        case: who is treated, and the course.
        member: which virtual version.
        seed: of the ensemble.

    >>> from pinprick.case import example_path
    >>> text = sbml(Case.load(example_path("lotfi-2013")))
    >>> text.count("<event "), text.count("<species ") == len(TABLE.species)
    (5, True)
    """
    plan = Plan(case)
    values, wounds = one_place(plan, Lanes(registry(), seed, [member]))
    days = dict(zip(map(float, plan.session_days), wounds, strict=True))
    return write(TABLE, values, days, registry())


def write(
    table: ReactionTable,
    values: Mapping[str, float],
    sessions: Mapping[float, Mapping[str, float]],
    known: Registry,
    start: Mapping[str, float] | None = None,
) -> str:
    """SBML text of a table.

    Args:
        table: species and rows.
        values: of every parameter that the speeds read.
        sessions: by day, what each species gains then.
        known: where the sources of parameters stand.
        start: of species that do not begin at 0.
    """
    recorded = Recorded(table, deep=False)
    leaves = [name for name in recorded.leaves("member") if name in values]
    return "".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>\n',
            '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">',
            '<model id="healing" name="Healing after microneedling" timeUnits="day">',
            _list("UnitDefinitions", (_unit(n, kinds) for n, kinds in _all_units().items())),
            '<listOfCompartments><compartment id="here" size="1" spatialDimensions="3" ',
            'constant="true"/></listOfCompartments>',
            _list(
                "Species",
                (_species(one, (start or {}).get(one.name, 0.0)) for one in table.species),
            ),
            _list("Parameters", (_parameter(name, values[name], known) for name in leaves)),
            _list("Reactions", (_reaction(table, row, recorded, known) for row in table.reactions)),
            _list("Events", (_event(day, gains) for day, gains in sorted(sessions.items()))),
            "</model></sbml>\n",
        ]
    )


def _all_units() -> dict[str, list[tuple[str, int, int, float]]]:
    """The units of species, and each of them per day for the speeds."""
    units = {_unit_id(name): list(kinds) for name, kinds in _UNITS.items()}
    speeds = {f"{_unit_id(name)}_per_day": [*kinds, _DAY] for name, kinds in _UNITS.items()}
    return {**units, **speeds}


def _unit_id(unit: str) -> str:
    """An SBML identifier for a unit of the table."""
    names = {"1": "share", "d": "day", "1/mm3": "per_mm3", "ng/mL": "ng_per_mL"}
    return names.get(unit, unit.replace("/", "_per_"))


def _unit(name: str, kinds: Iterable[tuple[str, int, int, float]]) -> str:
    parts = (
        f'<unit kind="{kind}" exponent="{power}" scale="{scale}" multiplier="{times!r}"/>'
        for kind, power, scale, times in kinds
    )
    return f'<unitDefinition id="{name}">{_list("Units", parts)}</unitDefinition>'


def _species(one: Species, start: float) -> str:
    return (
        f'<species id="{one.name}" name={quoteattr(one.meaning)} compartment="here" '
        f'initialAmount="{start!r}" substanceUnits="{_unit_id(one.unit)}" '
        'hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>'
    )


def _parameter(name: str, value: float, known: Registry) -> str:
    found = known.parameters.get(f"healing.{name}")
    said = f"{found.title}; {found.basis}; {' '.join(found.rows) or 'no row'}" if found else name
    return f'<parameter id="{name}" value="{value!r}" constant="true">{_notes(said)}</parameter>'


def _notes(text: str) -> str:
    return f'<notes><p xmlns="http://www.w3.org/1999/xhtml">{escape(text)}</p></notes>'


def _reaction(table: ReactionTable, row: Reaction, recorded: Recorded, known: Registry) -> str:
    read = [n for n in row.reads if n not in row.consumed and n not in row.produced]
    modifiers = (f'<modifierSpeciesReference species="{name}"/>' for name in read)
    rows = {r for p in row.parameters for r in known.parameters[f"healing.{p}"].rows}
    return "".join(
        [
            f'<reaction id="{row.id}" name={quoteattr(row.meaning)} reversible="false" ',
            'fast="false">',
            _notes(f"{row.rate}; {' '.join(sorted(rows)) or 'no row'}"),
            _sides("Reactants", row.consumed),
            _sides("Products", row.produced),
            _list("Modifiers", modifiers),
            f"<kineticLaw><math {_MATH}>{_math(table, recorded.speeds[row.id])}</math>",
            "</kineticLaw></reaction>",
        ]
    )


def _sides(name: str, amounts: Mapping[str, float]) -> str:
    return _list(
        name,
        (
            f'<speciesReference species="{species}" stoichiometry="{amount}" constant="true"/>'
            for species, amount in amounts.items()
        ),
    )


def _event(day: float, gains: Mapping[str, float]) -> str:
    """A session: what each species gains when time reaches the day."""
    after = f"<apply><geq/>{_time()}<cn>{float(day)!r}</cn></apply>"
    gained = (
        f'<eventAssignment variable="{species}"><math {_MATH}><apply><plus/>'
        f"<ci>{species}</ci><cn>{float(amount)!r}</cn></apply></math></eventAssignment>"
        for species, amount in gains.items()
    )
    return (
        f'<event id="session_{day:g}" useValuesFromTriggerTime="true">'
        f'<trigger initialValue="false" persistent="true"><math {_MATH}>{after}</math></trigger>'
        f"{_list('EventAssignments', gained)}</event>"
    )


def _time() -> str:
    return (
        '<csymbol encoding="text" '
        'definitionURL="http://www.sbml.org/sbml/symbols/time">time</csymbol>'
    )


def _math(table: ReactionTable, node: Number) -> str:
    """A recorded expression as content MathML."""
    if node.value is not None:
        return f"<cn>{node.value!r}</cn>"
    if node.op == "leaf":
        known = node.level < STATE
        return f"<ci>{node.data[1] if known else table.species[node.data[1]].name}</ci>"
    inner = "".join(_math(table, part) for part in node.args)
    return f"<apply><{_TAGS.get(node.op, node.op)}/>{inner}</apply>"


def _list(name: str, items: Iterable[str]) -> str:
    text = "".join(items)
    return f"<listOf{name}>{text}</listOf{name}>" if text else ""
