"""Write the shipped schemas (case, forecast, arms of a study): `python tools/make_schema.py`."""

from __future__ import annotations

import json
from pathlib import Path

from pinprick.case.schema import schema_text
from pinprick.forecasting.schema import schema
from pinprick.validation.studies import arms

FOLDER = Path(__file__).resolve().parent.parent / "schema"


def texts() -> dict[str, str]:
    """What each shipped schema must hold, by file name."""
    made = {"forecast.schema.json": schema(), "arms.schema.json": arms.schema()}
    plain = {
        name: json.dumps(one, indent=1, ensure_ascii=False) + "\n" for name, one in made.items()
    }
    return {"case.schema.json": schema_text(), **plain}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(name)
