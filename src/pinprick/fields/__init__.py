"""Fields of the models a user fills in: text with units comes in, SI comes out, and back again.

A reader stands in the annotation of a field, such as ``Annotated[float, Quantity(...)]``. It reads
what a file or a caller gives, says in plain words what is allowed, writes the value as a file
holds it, and describes it for the JSON Schema. A reader with ``unreported=True`` takes the words
``not reported`` and makes ``None`` of them.
"""

from pinprick.fields.models import Maybe, Model, build, path, reader
from pinprick.fields.readers import (
    NOT_REPORTED,
    Day,
    Number,
    Quantity,
    Reader,
    Text,
    Texts,
    Whole,
    Word,
    YesNo,
    is_unreported,
    quantity_text,
    shown,
)

__all__ = [
    "NOT_REPORTED",
    "Day",
    "Maybe",
    "Model",
    "Number",
    "Quantity",
    "Reader",
    "Text",
    "Texts",
    "Whole",
    "Word",
    "YesNo",
    "build",
    "is_unreported",
    "path",
    "quantity_text",
    "reader",
    "shown",
]
