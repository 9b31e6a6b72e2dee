"""The published schemas as checks."""

from __future__ import annotations

import json
from functools import cache
from typing import Final

import jsonschema

from tests.conformance.make_schemas import FOLDER

__all__ = ["CONFORM", "CONFORMANCE", "VECTOR", "is_valid"]

VECTOR: Final = "refimpl.vector.1.json"
CONFORM: Final = "refimpl.conform.1.json"
CONFORMANCE: Final = "refimpl.conformance.1.json"


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((FOLDER / name).read_text(encoding="utf-8")))


def is_valid(name: str, value: object) -> bool:
    """Whether the schema of that file accepts the JSON value."""
    return _validator(name).is_valid(json.loads(json.dumps(value)))  # pyright: ignore[reportUnknownMemberType] - its stub
