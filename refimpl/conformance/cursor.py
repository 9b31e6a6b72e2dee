"""Strict reading of JSON: every value is asked for as what it must be, and every error names its field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Never, TypeAlias, TypeGuard, final

from refimpl.conformance.errors import FormatError

__all__ = ["Cursor", "Json", "parse"]

Json: TypeAlias = "str | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What the format uses of JSON: no numbers, they are decimal strings."""

_INTEGER: Final = re.compile(r"-?(0|[1-9][0-9]{0,4000})")


@final
@dataclass(frozen=True, slots=True)
class Cursor:
    """A JSON value, the file that it came from and its place in it (``input.nodes[2].op``)."""

    value: object
    file: str
    field: str = ""

    def fail(self, message: str) -> Never:
        """Raise FormatError at this place."""
        raise FormatError(self.file, self.field, message)

    @property
    def is_null(self) -> bool:
        """Whether the value is null."""
        return self.value is None

    def text(self) -> str:
        """The value, which must be a string."""
        if not isinstance(self.value, str):
            self.fail(f"a string is needed here, not {kind_of(self.value)}")
        return self.value

    def flag(self) -> bool:
        """The value, which must be true or false."""
        if not isinstance(self.value, bool):
            self.fail(f"true or false is needed here, not {kind_of(self.value)}")
        return self.value

    def integer(self) -> int:
        """The value, which must be an integer as a decimal string."""
        text = self.value
        if not isinstance(text, str) or _INTEGER.fullmatch(text) is None:
            shown = f'"{text[:40]}"' if isinstance(text, str) else kind_of(text)
            self.fail(f"an integer as a decimal string is needed here, not {shown}")
        return int(text)

    def natural(self) -> int:
        """``integer`` that is not negative."""
        number = self.integer()
        if number < 0:
            self.fail(f"a number that is not negative is needed here, not {number}")
        return number

    def items(self) -> tuple[Cursor, ...]:
        """The elements, of what must be an array."""
        if not _is_array(self.value):
            self.fail(f"an array is needed here, not {kind_of(self.value)}")
        return tuple([Cursor(item, self.file, f"{self.field}[{index}]") for index, item in enumerate(self.value)])

    def pair(self) -> tuple[Cursor, Cursor]:
        """The two elements, of what must be an array of two."""
        items = self.items()
        if len(items) != 2:
            self.fail(f"an array of two is needed here, not of {len(items)}")
        return items[0], items[1]

    def entries(self) -> tuple[tuple[str, Cursor], ...]:
        """The names and values, of what must be an object; any names are allowed."""
        if not _is_object(self.value):
            self.fail(f"an object is needed here, not {kind_of(self.value)}")
        return tuple([(name, self._at(name, item)) for name, item in self.value.items()])

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Cursor]:
        """The fields of what must be an object with these names and no others."""
        found = dict(self.entries())
        for name in required:
            if name not in found:
                self.fail(f'the field "{name}" is missing')
        for name in found:
            if name not in required and name not in optional:
                self.fail(f'there is no field "{name}" here; the fields are {", ".join((*required, *optional))}')
        return found

    def tagged(self, tags: Sequence[str]) -> tuple[str, Cursor]:
        """The one field of what must be an object with exactly one of these names."""
        entries = self.entries()
        if len(entries) != 1 or entries[0][0] not in tags:
            self.fail(f"an object with exactly one of the fields {', '.join(tags)} is needed here")
        return entries[0]

    def json(self) -> Json:
        """The value as it is."""
        value = self.value
        if value is None or isinstance(value, (str, bool)):
            return value
        if _is_array(value):
            return [item.json() for item in self.items()]
        return {name: item.json() for name, item in self.entries()}

    def choice(self, names: Sequence[str]) -> str:
        """The value, which must be one of these strings."""
        text = self.text()
        if text not in names:
            self.fail(f'"{text[:40]}" is none of {", ".join(names)}')
        return text

    def _at(self, name: str, item: object) -> Cursor:
        return Cursor(item, self.file, f"{self.field}.{name}" if self.field else name)


def parse(text: str | bytes, file: str) -> Cursor:
    """The JSON of a file or line. Raises FormatError for malformed JSON, a number, or a field given twice."""

    def number(literal: str) -> object:
        raise FormatError(file, "", f"the number {literal[:40]} must be a decimal string")

    def fields(pairs: list[tuple[str, object]]) -> object:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise FormatError(file, "", f'the field "{twice}" is given twice in one object')
        return found

    try:
        value: object = json.loads(
            text, parse_int=number, parse_float=number, parse_constant=number, object_pairs_hook=fields
        )
    except FormatError:
        raise
    except RecursionError:
        raise FormatError(file, "", "the JSON is nested too deeply") from None
    except ValueError as error:
        raise FormatError(file, "", f"no valid JSON: {error}") from None
    return Cursor(value, file)


def kind_of(value: object) -> str:
    """What a JSON value is, in a word or two."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "a string"
        case _ if _is_array(value):
            return "an array"
        case _ if _is_object(value):
            return "an object"
        case _:
            return "a number"


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)
