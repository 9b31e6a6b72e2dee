"""A seeded fault: one edit of the source of one function, planted in this process and taken back."""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import final

from refimpl.solver import forget

__all__ = ["Mutant", "code_of", "forget_results", "function_at", "planted", "resolve"]


@final
@dataclass(frozen=True, slots=True)
class Mutant:
    """A realistic fault.

    ``breaks`` says in one sentence what is wrong then, ``site`` which function, or which constant text, carries it
    (``module:qualname``); ``old``, which occurs once in its source, becomes ``new``. ``killers`` are the checks that
    notice it (``specs/rebinding.py::test_...``).
    """

    id: str
    breaks: str
    site: str
    old: str
    new: str
    killers: tuple[str, ...]


@contextmanager
def planted(mutant: Mutant) -> Generator[None]:
    """Within it, the fault is in the code, for every module that imported the function.

    Raises ValueError if the edit does not fit the source.
    """
    constant = resolve(mutant.site)
    if isinstance(constant, str):
        with _planted_text(mutant, constant):
            yield
        return
    function = function_at(mutant.site)
    original = function.__code__
    changed = _changed(function, mutant)
    forget_results()
    function.__code__ = changed
    try:
        yield
    finally:
        function.__code__ = original
        forget_results()


@contextmanager
def _planted_text(mutant: Mutant, original: str) -> Generator[None]:
    """Within it, a text that is a constant of a module is changed there."""
    if original.count(mutant.old) != 1:
        raise ValueError(f"{mutant.id}: the text to change occurs {original.count(mutant.old)} times in {mutant.site}")
    module, _, name = mutant.site.partition(":")
    owner = importlib.import_module(module)
    forget_results()
    setattr(owner, name, original.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        setattr(owner, name, original)
        forget_results()


def function_at(site: str) -> FunctionType:
    """The plain function at a site, without properties, caches and context managers around it."""
    found: object = resolve(site)
    if isinstance(found, property):
        found = found.fget
    while (inner := getattr(found, "__wrapped__", None)) is not None:
        found = inner
    if not isinstance(found, FunctionType):
        raise ValueError(f"{site} is no function")
    return found


def resolve(site: str) -> object:
    """The object at ``module:qualname``. Raises ValueError, ImportError or AttributeError if there is none."""
    module, _, qualname = site.partition(":")
    if not qualname:
        raise ValueError(f"{site} names no object of a module")
    found: object = importlib.import_module(module)
    for part in qualname.split("."):
        found = inspect.getattr_static(found, part)
    return found


def _changed(function: FunctionType, mutant: Mutant) -> CodeType:
    """The code of the function after the edit, compiled with the rest of its file."""
    path = Path(inspect.getfile(function))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    own, first = inspect.getsourcelines(function)
    before, text, after = lines[: first - 1], "".join(own), lines[first - 1 + len(own) :]
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.id}: the text to change occurs {text.count(mutant.old)} times in {mutant.site}")
    edited = "".join(before) + text.replace(mutant.old, mutant.new) + "".join(after)
    found = code_of(compile(edited, str(path), "exec"), function.__code__)
    if found is None:
        raise ValueError(f"{mutant.id}: no {mutant.site} after the edit")
    return found


def code_of(code: CodeType, wanted: CodeType) -> CodeType | None:
    """The code object of the function in that of its file."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if (constant.co_qualname, constant.co_firstlineno) == (wanted.co_qualname, wanted.co_firstlineno):
                return constant
            found = code_of(constant, wanted)
            if found is not None:
                return found
    return None


def forget_results() -> None:
    """Empty every pure cache, so that no result outlives the code that computed it."""
    forget()
    for name, module in list(sys.modules.items()):
        if name.startswith("refimpl."):
            for found in list(vars(module).values()):
                if isinstance(found, functools._lru_cache_wrapper):  # pyright: ignore[reportPrivateUsage] - its class
                    found.cache_clear()
