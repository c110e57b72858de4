"""See that the shipped schemas are current: run by ``make verify``.

Each is what the models make (renew them with ``tools/make_schema.py``), every example fits the
schema of a case, and a forecast of every example fits that of a forecast.
"""

from __future__ import annotations

import json
import sys

import jsonschema
import yaml
from make_schema import FOLDER, texts

import pinprick

MEMBERS = 8


class PlainDates(yaml.SafeLoader):
    """YAML in which a date is text, as it is in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if not rule[0].endswith(":timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def main() -> int:
    """Check everything; the exit code is 1 if anything failed."""
    shipped = {name: (FOLDER / name).read_text("utf-8") for name in texts()}
    checks = [
        (f"{name} is current", "" if shipped[name] == text else "it is out of date")
        for name, text in texts().items()
    ]
    of_case = json.loads(shipped["case.schema.json"])
    of_forecast = json.loads(shipped["forecast.schema.json"])
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
