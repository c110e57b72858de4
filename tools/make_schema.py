"""Write the shipped schemas, of a case and of a forecast: `python tools/make_schema.py`."""

from __future__ import annotations

import json
from pathlib import Path

from pinprick.case.schema import schema_text
from pinprick.forecasting.schema import schema
from pinprick.validation.studies import arms

FOLDER = Path(__file__).resolve().parent.parent / "schema"


def _text(schema: object) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = {
        "case.schema.json": schema_text(),
        "forecast.schema.json": _text(schema()),
        "arms.schema.json": _text(arms.schema()),
    }
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(name)
