"""Puts the code of a change in place: in the running functions, or in the module when it is imported."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from inspect import CO_OPTIMIZED
from types import CodeType, FunctionType
from typing import final

__all__ = ["Functions", "differing", "plant_in_import"]


def differing(before: CodeType, after: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """The functions whose code differs, before and after; None if code that runs at import differs."""
    if _own(before) != _own(after):
        return None
    found: list[tuple[CodeType, CodeType]] = []
    for old, new in zip(_inner(before), _inner(after), strict=True):
        if old.co_flags & CO_OPTIMIZED:
            if old != new:
                found.append((old, new))
        else:
            inside = differing(old, new)
            if inside is None:
                return None
            found += inside
    return found


def _own(code: CodeType) -> tuple[object, ...]:
    """What a module or class runs by itself, with the code of its functions left out."""
    constants = [f"{type(c).__name__} {c!r}" for c in code.co_consts if not isinstance(c, CodeType)]
    names = [inner.co_qualname for inner in _inner(code)]
    return (code.co_code, constants, code.co_names, code.co_varnames, names)


def _inner(code: CodeType) -> Iterator[CodeType]:
    return (constant for constant in code.co_consts if isinstance(constant, CodeType))


@final
class Functions:
    """The functions of this process by where their code stands."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, str, int], list[FunctionType]] = {}
        for found in gc.get_objects():
            if isinstance(found, FunctionType):
                self._by_place.setdefault(_place(found.__code__), []).append(found)

    def knows(self, pairs: list[tuple[CodeType, CodeType]]) -> bool:
        """Whether every one of them is there and can be given the code after the change."""
        found = [(self._by_place.get(_place(old), []), new) for old, new in pairs]
        return all(
            functions and all(f.__code__.co_freevars == new.co_freevars for f in functions) for functions, new in found
        )

    def exchange(self, pairs: list[tuple[CodeType, CodeType]]) -> None:
        """Give every function its code after the change."""
        for old, new in pairs:
            for function in self._by_place[_place(old)]:
                function.__code__ = new

    @contextmanager
    def exchanged(self, pairs: list[tuple[CodeType, CodeType]]) -> Generator[None]:
        """Within it, the functions have their code after the change."""
        before = [(f, f.__code__) for old, _ in pairs for f in self._by_place[_place(old)]]
        self.exchange(pairs)
        try:
            yield
        finally:
            for function, code in before:
                function.__code__ = code


def _place(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def plant_in_import(module: str, code: CodeType) -> None:
    """From now on, importing the module runs this code; for a process that ends with the check."""
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if fullname == module else original(self, fullname)

    setattr(SourceFileLoader, "get_code", get_code)  # noqa: B010 - for the rest of this process
