"""See that the shipped schemas are current: run by ``make verify``.

``schema/case.schema.json`` is what the models make (renew it with ``tools/make_schema.py``), every
example fits it, and a forecast of every example fits ``schema/forecast.schema.json``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import yaml

import pinprick
from pinprick.case.schema import schema_text

ROOT = Path(__file__).resolve().parents[1]
MEMBERS = 8


class PlainDates(yaml.SafeLoader):
    """YAML in which a date is text, as it is in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if not rule[0].endswith(":timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def main() -> int:
    """Check everything; the exit code is 1 if anything failed."""
    shipped = (ROOT / "schema" / "case.schema.json").read_text("utf-8")
    checks: list[tuple[str, str]] = [
        ("the case schema is current", "" if shipped == schema_text() else "it is out of date")
    ]
    of_case = json.loads(shipped)
    of_forecast = json.loads((ROOT / "schema" / "forecast.schema.json").read_text("utf-8"))
    for name in pinprick.examples():
        path = pinprick.example_path(name)
        given = yaml.load(path.read_text("utf-8"), PlainDates)
        checks.append((f"{path.name} fits the case schema", fits(given, of_case)))
        made = pinprick.forecast(pinprick.Case.load(path), members=MEMBERS, seed=0)
        found = fits(json.loads(made.to_json()), of_forecast)
        checks.append((f"a forecast of {path.name} fits the forecast schema", found))
    for what, wrong in checks:
        print(f"{'failed' if wrong else 'passed'}: {what}{f': {wrong}' if wrong else ''}")
    failed = sum(bool(wrong) for _, wrong in checks)
    print(f"{len(checks) - failed} passed, {failed} failed")
    return min(failed, 1)


def fits(given: object, schema: dict[str, object]) -> str:
    """What is wrong with data under a schema; empty if nothing is."""
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    errors = sorted(kind(schema).iter_errors(given), key=lambda error: list(map(str, error.path)))
    return "; ".join(f"{error.json_path}: {error.message[:200]}" for error in errors[:3])


if __name__ == "__main__":
    sys.exit(main())
