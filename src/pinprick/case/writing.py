"""Writing a case as YAML text that reads back as the same case."""

from __future__ import annotations

import re
from typing import Any

import yaml

from pinprick.fields import Model

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Dumper(yaml.SafeDumper):
    """Readable YAML: yes and no, dates without quotes, lists indented, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    tag = "tag:yaml.org,2002:timestamp" if _DATE.fullmatch(text) else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, text)


def _yes_no(dumper: yaml.SafeDumper, value: bool) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if value else "no")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(bool, _yes_no)


def dump(made: Model) -> str:
    """A model as YAML text, from which :func:`pinprick.case.reading.read` makes an equal one.

    >>> from pinprick.courses import Rest
    >>> print(dump(Rest(duration=600.0)).strip())
    duration: 10 min
    """
    form = made.model_dump(mode="json")
    return yaml.dump(form, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def scalar(text: str) -> str:
    """A piece of text as it stands in a YAML line: quoted only where it must be.

    >>> scalar("1.5 mm"), scalar("a: b"), scalar("2026-03-09")
    ('1.5 mm', "'a: b'", '2026-03-09')
    """
    whole = yaml.dump(
        text, Dumper=_Dumper, allow_unicode=True, width=10**6, default_flow_style=True
    )
    return whole.removesuffix("\n").removesuffix("\n...")
