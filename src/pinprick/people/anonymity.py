"""No name enters a case: codes stand for people, and keys that would say who one is are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pinprick.faults import Fault
from pinprick.fields import Reader

_NO_NAMES = "a code and an age: a case never holds a name, a birth date or an address"
_NAMES = {
    "name", "first name", "last name", "surname", "full name", "patient", "initials",
    "birth date", "birthdate", "birthday", "date of birth", "dob", "born",
    "email", "phone", "address",
}  # fmt: skip
_LONGEST = 32
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._/-]*")
_DATE_LIKE = re.compile(
    r"(19|20)\d\d[-./]?[01]\d[-./]?[0-3]\d|[0-3]?\d[-./][01]?\d[-./]((19|20)\d\d|\d\d)"
)


def names_given(given: Mapping[str, Any]) -> Iterable[Fault]:
    """Faults for keys that would say who the person is; what they hold is not repeated.

    >>> [fault.where for fault in names_given({"age": 34, "Birth-date": "1990-01-01"})]
    ['Birth-date']
    """
    for key in given:
        if key.casefold().replace("_", " ").replace("-", " ") in _NAMES:
            yield Fault(key, "what tells who a person is", _NO_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Reader):
    """A code that stands for somebody, such as ``like``: no name, and nothing like a date.

    >>> Code(like="P-017", without="no name").read("P-017")
    'P-017'
    """

    like: str
    without: str

    def _takes(self) -> str:
        return (
            f"a code of up to {_LONGEST} letters, digits and hyphens with at least one digit, "
            f"such as {self.like}; {self.without}"
        )

    def _parse(self, raw: object, from_file: bool) -> str:
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise ValueError
        code = str(raw).strip()
        if len(code) > _LONGEST or not _CODE.fullmatch(code) or _DATE_LIKE.search(code):
            raise ValueError
        return code

    def _form(self) -> dict[str, Any]:
        return {"type": ["string", "integer"]}
