"""A Python function that does something else for a while, and stays the same object for whoever holds it."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import final

from refimpl.torch._disguise import code_for

__all__ = ["Lead", "lead_of"]


@final
class Lead:
    """Calls of ``function`` run the template until it is undone; no module is searched for names of the function.

    In the template, ``...`` stands for the watcher and for what the function was.
    """

    __slots__ = ("_code", "_original", "_template", "_watcher", "function")

    def __init__(self, function: FunctionType, template: FunctionType, watcher: object) -> None:
        self.function = function
        self._template = template
        self._watcher = watcher
        self._original = function.__code__
        self._code: CodeType | None = None
        self.renew()

    def renew(self) -> None:
        """Lead to the watcher again if the program has given the function a code of its own, which then counts."""
        if self.function.__code__ is not self._code:
            self._original = self.function.__code__
            self._code = code_for(self._template, self.function, (self._watcher, _copy(self.function)))
            self.function.__code__ = self._code

    def undo(self) -> None:
        """The function has its own code, which may be one that the program has given it meanwhile."""
        if self.function.__code__ is self._code:
            self.function.__code__ = self._original


def lead_of(function: object, template: object, watcher: object) -> Lead | None:
    """The lead; None if this is no Python function with the template's parameters, or one within another function."""
    assert isinstance(template, FunctionType), "a template is a Python function"
    if not isinstance(function, FunctionType) or function.__code__.co_freevars:
        return None
    if _parameters(function.__code__) != _parameters(template.__code__):
        return None
    return Lead(function, template, watcher)


def _copy(function: FunctionType) -> FunctionType:
    made = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__module__, made.__qualname__, made.__doc__ = function.__module__, function.__qualname__, function.__doc__
    return made


def _parameters(code: CodeType) -> tuple[object, ...]:
    # 4 and 8 are the flags of ``*args`` and ``**kwargs``.
    count = code.co_argcount + code.co_kwonlyargcount
    return code.co_varnames[:count], code.co_argcount, code.co_posonlyargcount, code.co_flags & 12
