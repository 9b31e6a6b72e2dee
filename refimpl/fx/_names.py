"""Unique, stable, legal names: the namespace rules of a graph."""

from __future__ import annotations

import builtins
import keyword
import math
import re
from functools import lru_cache

__all__ = ["CUSTOM_BUILTINS", "Namespace", "is_magic", "snake_case"]

# Names that every generated source may use without an import. The four that PyTorch binds to its own
# modules are reserved here too (a node called ``torch`` is renamed ``torch_1``), bound to their own text.
CUSTOM_BUILTINS: dict[str, object] = {
    "inf": math.inf,
    "nan": math.nan,
    "NoneType": type(None),
    "torch": "torch",
    "device": "torch.device",
    "fx_pytree": "torch.fx._pytree",
    "pytree": "torch.utils._pytree",
}


def _illegal_names() -> dict[str, object]:
    """Every name that a node must not shadow, with the object that owns the name.

    A keyword is owned by a fresh object, so nothing may take it. ``None`` is owned by ``None``, and PyTorch
    therefore lets a node be called ``None``: kept.
    """
    names: dict[str, object] = {word: object() for word in keyword.kwlist}
    names.update(vars(builtins))
    names.update(CUSTOM_BUILTINS)
    return names


_ILLEGAL_NAMES = _illegal_names()
_LOWER_THEN_UPPER = re.compile(r"(?<=[a-z])([A-Z])")
_ILLEGAL_CHARACTERS = re.compile("[^0-9a-zA-Z_]+")
_NAME_AND_SUFFIX = re.compile(r"^([a-zA-Z_][0-9a-zA-Z_]*?)(?:_(\d+))?$")


def is_magic(name: str) -> bool:
    """Whether a name has the form ``__name__``."""
    return name.startswith("__") and name.endswith("__")


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """``pascalCase`` as ``pascal_case``, ``ALL_CAPS`` as ``all_caps``."""
    return _LOWER_THEN_UPPER.sub(r"_\1", name).lower()


class Namespace:
    """Gives each object one name, each name to one object, and shadows no builtin.

    Source: ``torch.fx.graph._Namespace``; the numbering is part of what scripts see.
    """

    __slots__ = ("_base_count", "_obj_to_name", "_used_names")

    def __init__(self) -> None:
        self._obj_to_name: dict[object, str] = {}
        self._used_names: set[str] = set()
        self._base_count: dict[str, int] = {}

    def create_name(self, candidate: str, obj: object | None) -> str:
        """A unique name near ``candidate``; an object that already has a name keeps it."""
        if obj is not None and obj in self._obj_to_name:
            return self._obj_to_name[obj]
        candidate, base, number = _parse(candidate)
        if number is None or candidate in self._used_names:
            count = self._base_count.get(base, 0)
            if _ILLEGAL_NAMES.get(candidate, obj) is not obj:
                count += 1
                candidate = f"{base}_{count}"
        else:
            count = int(number)
        while candidate in self._used_names:
            count += 1
            candidate = f"{base}_{count}"
        self._used_names.add(candidate)
        self._base_count[base] = count
        if obj is not None:
            self._obj_to_name[obj] = candidate
        return candidate

    def associate_name_with_obj(self, name: str, obj: object) -> None:
        """Record that ``name``, just created, belongs to ``obj``."""
        if self._obj_to_name.setdefault(obj, name) is not name:
            raise AssertionError("obj is already associated")

    def _rename_object(self, obj: object, name: str) -> None:
        """Give an object that has a name another one."""
        if obj not in self._obj_to_name:
            raise AssertionError(f"Object {obj} is not in _obj_to_name")
        self._obj_to_name[obj] = name
        self._used_names.add(name)


@lru_cache(maxsize=4096)
def _parse(candidate: str) -> tuple[str, str, str | None]:
    """The candidate made legal, its base, and its numeric suffix if it has one."""
    match = _NAME_AND_SUFFIX.match(candidate)
    if match is None:
        candidate = _ILLEGAL_CHARACTERS.sub("_", candidate) or "_unnamed"
        if candidate[0].isdigit():
            candidate = f"_{candidate}"
        match = _NAME_AND_SUFFIX.match(candidate)
        if match is None:
            raise AssertionError(f"Name regex failed to match candidate: {candidate}")
    base, number = match.group(1), match.group(2)
    return candidate, base, number
