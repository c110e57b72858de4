"""The JSON Schema of a case file, made from the models."""

from __future__ import annotations

import json
import warnings
from typing import Any

from pinprick.case.model import FORMAT, Case

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema as plain data.

    >>> schema()["required"][:2]
    ['format', 'kind']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # defaults are left out of the schema below
        made = Case.model_json_schema()
    course = made["properties"].pop("course")
    sentence = {
        "type": "string",
        "description": "a sentence for the course",
        "examples": ["4 sessions every 4 weeks with a pen at 1.5 mm on the cheek"],
    }
    made["properties"]["course"] = {"anyOf": [course, sentence]}
    zone = made["$defs"]["Zone"]  # a zone without a name has that of its site
    zone["required"] = [name for name in zone["required"] if name != "name"]
    for each in (made, *made["$defs"].values()):
        for field in each.get("properties", {}).values():
            field.pop("title", None)
            field.pop("default", None)
    for name in Case.never_unreported:
        forms = made["properties"][name].pop("anyOf")
        made["properties"][name].update(next(form for form in forms if "$ref" in form))
    title = f"A case for Pinprick, format {FORMAT}"
    return {"$schema": _DIALECT, **made, "title": title, "description": _DESCRIPTION}


_DESCRIPTION = (
    "A person or a published study, what they came for, and the course. Quantities are text with "
    "a unit. The program checks more than a schema can, such as the depth a device can reach."
)


def schema_text() -> str:
    """The schema as the text of ``schema/case.schema.json``."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
