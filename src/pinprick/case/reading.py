"""Reading a case file: plain YAML with line numbers, every fault at once.

Only plain YAML is read: no tags, no anchors, no key twice. Numbers are decimal, dates stay text,
so that ``017`` or ``12:30`` is never silently something else.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import yaml

from pinprick.faults import Fault, InputError
from pinprick.fields import Model, build
from pinprick.fields import path as path_to

Read = TypeVar("Read", bound=Model)
_DEEPEST = 12
_MOST_FAULTS = 50
_LONGEST = 200
_TAG = "tag:yaml.org,2002:"
_KINDS = ("map", "seq", "str", "null", "bool", "int", "float")
_TRUE = frozenset({"true", "yes", "on"})
_PLAIN = "plain YAML: `key: value` lines, lists with hyphens, spaces for indenting"


class _Loader(yaml.SafeLoader):
    """YAML's grammar with few implicit types and no anchors."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as the base class declares it

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(event.start_mark, "an anchor or alias (& or *)")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Refused(event.start_mark, "lists within lists within lists")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


_SIGNS = list("-+0123456789.")
for _tag, _pattern, _first in (
    ("bool", r"(?i:yes|no|true|false|on|off)", list("yYnNtTfFoO")),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", _SIGNS),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+|\.(?i:inf))|\.(?i:nan)", _SIGNS),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


class _Refused(Exception):  # noqa: N818
    """YAML that is well formed but not read here."""

    def __init__(self, mark: Any, found: str) -> None:
        super().__init__(found)
        self.line = mark.line + 1
        self.found = found


def read(model: type[Read], text: str, label: str) -> Read:
    """Read a model from the text of a file; ``label`` stands for the file in faults.

    Raises:
        InputError: one line for every fault in it, with file and line.

    >>> from pinprick.courses import Zone
    >>> read(Zone, "{body_site: cheek, depth: 1500 um}", "zone.yaml").depth
    0.0015
    """
    data, lines, faults = plain_data(text, label)
    if not isinstance(data, dict):
        found = "a list" if isinstance(data, list) else "no `key: value` lines"
        keys = "a case, which starts with `format: 1` and `kind: person` or `kind: study`"
        raise InputError(faults or [Fault(label, found, keys)])
    try:
        made: Read | None = build(model, data, from_file=True)
    except InputError as error:
        told = {fault.where for fault in faults}
        faults += [fault for fault in error.faults if fault.where not in told]
        made = None
    if made is None or faults:
        raise InputError(located(faults, lines, label))
    return made


def located(faults: list[Fault], lines: dict[str, int], label: str) -> list[Fault]:
    """Put file and line before each fault's path, in the order of the file.

    >>> print(*located([Fault("person.age", "200", "0 to 120 years")], {"person": 4}, "a.yaml"))
    a.yaml:4 person.age: found 200; allowed: 0 to 120 years
    """

    def line(where: str) -> int:
        while where and where not in lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        return lines.get(where, 1)

    ordered = sorted(faults, key=lambda fault: line(fault.where))
    out = [
        Fault(f"{label}:{line(f.where)} {_tame(f.where)}".rstrip(), _tame(f.found), f.allowed)
        for f in ordered
    ]
    if len(out) > _MOST_FAULTS:
        more = len(out) - _MOST_FAULTS
        out = [*out[:_MOST_FAULTS], Fault(label, f"{more} faults more", "a case without faults")]
    return out


def _tame(text: str) -> str:
    """What stands in a line: no line ends, no control characters, not without end."""
    return "".join(each if each.isprintable() else " " for each in text[:_LONGEST])


def plain_data(text: str, label: str) -> tuple[Any, dict[str, int], list[Fault]]:
    """Plain data, the line of each path, and faults that pydantic would not see.

    Raises:
        InputError: where YAML cannot be read at all.

    >>> plain_data("{sessions: 4, depth: 1.5 mm, smoker: yes}", "case.yaml")[0]
    {'sessions': 4, 'depth': '1.5 mm', 'smoker': True}
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except _Refused as error:
        raise InputError([Fault(f"{label}:{error.line}", error.found, _PLAIN)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{label}:{mark.line + 1}" if mark else label
        raise InputError([Fault(where, _problem(text, error), _PLAIN)]) from None
    except yaml.YAMLError:
        raise InputError([Fault(label, "characters that are no text", _PLAIN)]) from None
    except (RecursionError, ValueError):
        raise InputError([Fault(label, "what YAML cannot read", _PLAIN)]) from None
    if node is None:
        raise InputError([Fault(label, "nothing but comments", "a case")])
    reading = _Reading()
    return reading.value(node, ()), reading.lines, reading.faults


def _problem(text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    problem = (error.problem or "a fault").replace("'\\t'", "a tab")
    problem = re.sub(r"<(\w+ ?\w*)>", r"\1", problem)
    rows = text.splitlines()
    row = rows[mark.line].strip() if mark and mark.line < len(rows) else ""
    return _tame(f"`{row[:30]}` ({problem})" if row else problem)


class _Reading:
    """Turns YAML nodes into plain data, noting lines and faults on the way."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.faults: list[Fault] = []

    def value(self, node: yaml.Node, where: tuple[str | int, ...]) -> Any:
        self.lines.setdefault(path_to(where), node.start_mark.line + 1)
        self.check_tag(node, where)
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*where, place)) for place, item in enumerate(node.value)]
        return self.scalar(node, where)

    def mapping(self, node: yaml.MappingNode, where: tuple[str | int, ...]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fault(where, "a key that is no word", "words as keys")
                continue
            key = key_node.value
            if key in out:
                line = key_node.start_mark.line + 1
                self.fault((*where, key), f"the key again in line {line}", "each key once")
                continue
            self.lines[path_to((*where, key))] = key_node.start_mark.line + 1
            out[key] = self.value(value_node, (*where, key))
        return out

    def scalar(self, node: yaml.Node, where: tuple[str | int, ...]) -> Any:
        text = str(node.value)
        if node.tag == f"{_TAG}null":
            return None
        if node.tag == f"{_TAG}bool":
            return text.casefold() in _TRUE
        try:
            if node.tag == f"{_TAG}int":
                return int(text)
            if node.tag == f"{_TAG}float":
                return float(re.sub(r"\.(?=[in])", "", text.casefold()))
        except ValueError:
            self.fault(where, text, "a number")
        return text

    def check_tag(self, node: yaml.Node, where: tuple[str | int, ...]) -> None:
        if node.tag.removeprefix(_TAG) not in _KINDS:
            found = f"the tag {node.tag.replace(_TAG, '!!')}"
            self.fault(where, found, "plain YAML without tags (!)")

    def fault(self, where: tuple[str | int, ...], found: str, allowed: str) -> None:
        self.faults.append(Fault(path_to(where), found, allowed))
