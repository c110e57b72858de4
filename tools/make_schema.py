"""Write schema/case.schema.json from the models: `python tools/make_schema.py`."""

from __future__ import annotations

from pathlib import Path

from pinprick.case.schema import schema_text

target = Path(__file__).resolve().parent.parent / "schema" / "case.schema.json"

if __name__ == "__main__":
    target.parent.mkdir(exist_ok=True)
    target.write_text(schema_text(), encoding="utf-8", newline="\n")
    print(target.name)
