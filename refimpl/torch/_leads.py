"""A Python function that does something else for a while, and stays the same object for whoever holds it."""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import final

from refimpl.torch._disguise import lead_code

__all__ = ["Lead", "lead_of"]


@final
class Lead:
    """Calls of ``function`` run the template from `renew` until `undo`; no module is searched for names of it.

    In the template, ``...`` stands for the gate and for what the function was. The code is made once: what is watched
    often is no slower at the beginning of each audit.
    """

    __slots__ = ("_code", "_gate", "_original", "_template", "function")

    def __init__(self, function: FunctionType, template: FunctionType, gate: object) -> None:
        self.function = function
        self._template = template
        self._gate = gate
        self._original: CodeType | None = None
        self._code: CodeType | None = None

    @property
    def is_in_force(self) -> bool:
        """Whether the function runs the template."""
        return self.function.__code__ is self._code

    def renew(self) -> None:
        """Lead to the gate, also if the program has given the function a code of its own, which then counts."""
        function = self.function
        now = function.__code__
        if now is self._code:
            return
        if now is not self._original or self._code is None:
            self._original = now
            self._code = lead_code(self._template, function, (self._gate, _copy(function)))
        function.__code__ = self._code

    def undo(self) -> None:
        """The function has its own code, which may be one that the program has given it meanwhile."""
        if self._original is not None and self.function.__code__ is self._code:
            self.function.__code__ = self._original


def lead_of(function: object, template: object, gate: object) -> Lead | None:
    """The lead; None if this is no Python function with the template's parameters."""
    assert isinstance(template, FunctionType), "a template is a Python function"
    if not isinstance(function, FunctionType) or _parameters(function.__code__) != _parameters(template.__code__):
        return None
    return Lead(function, template, gate)


def _copy(function: FunctionType) -> FunctionType:
    code, names = function.__code__, function.__globals__
    made = FunctionType(code, names, function.__name__, function.__defaults__, function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__module__, made.__qualname__, made.__doc__ = function.__module__, function.__qualname__, function.__doc__
    return made


def _parameters(code: CodeType) -> tuple[object, ...]:
    # 4 and 8 are the flags of ``*args`` and ``**kwargs``.
    count = code.co_argcount + code.co_kwonlyargcount
    return code.co_varnames[:count], code.co_argcount, code.co_posonlyargcount, code.co_flags & 12
