"""Paths from a node's result to a scalar in it (``unbacked_bindings``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.symbolic_shapes.structures import is_sequence

__all__ = [
    "CallMethodKey",
    "ConvertIntKey",
    "DivideByKey",
    "InnerTensorKey",
    "Key",
    "KeyPath",
    "PathError",
    "SequenceKey",
    "as_key",
    "key_get",
    "keystr",
]


class PathError(LookupError):
    """A path that does not exist in a result (law PATH)."""

    def __init__(self, path: KeyPath, depth: int, reason: str) -> None:
        super().__init__(f"the path {keystr(path)} ends at {keystr(path[:depth]) or 'the result'}: {reason}")
        self.path = path
        self.depth = depth
        self.reason = reason


@final
@dataclass(frozen=True, slots=True)
class SequenceKey:
    """An element of a list or tuple."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx}]"

    def get(self, sequence: object) -> object:
        """The element. Raises TypeError for no sequence, IndexError beyond its end."""
        if not is_sequence(sequence):
            raise TypeError(f"{type(sequence).__name__} is no sequence")
        return sequence[self.idx]


@final
@dataclass(frozen=True, slots=True)
class CallMethodKey:
    """The result of a method without arguments: ``size``, ``stride`` or ``storage_offset``."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}()"

    def get(self, value: object) -> object:
        """The method's result. Raises AttributeError if the value has no such method."""
        method: Callable[[], object] = getattr(value, self.name)
        return method()


@final
@dataclass(frozen=True, slots=True)
class InnerTensorKey:
    """An inner tensor of a wrapper subclass, by the name of the attribute."""

    inner_name: str

    def __str__(self) -> str:
        return f".{self.inner_name}"

    def get(self, value: object) -> object:
        """The attribute. Raises AttributeError if there is none."""
        found: object = getattr(value, self.inner_name)
        return found


@final
@dataclass(frozen=True, slots=True)
class DivideByKey:
    """The exact quotient by ``divisor``, a positive integer or a symbolic one."""

    divisor: object

    def __str__(self) -> str:
        return f".__floordiv__({self.divisor})"

    def get(self, value: object) -> object:
        """The quotient ``value // divisor``, without a test that it is exact; PyTorch has none either."""
        divide: Callable[[object, object], object] = _floordiv
        return divide(value, self.divisor)


@final
@dataclass(frozen=True, slots=True)
class ConvertIntKey:
    """The integer form (0 or 1) of a boolean."""

    def __str__(self) -> str:
        return ".cast_symbool_to_symint_guardless()"

    def get(self, value: object) -> object:
        """``Piecewise((1, value), (0, True))``; a plain number for a plain boolean. Raises TypeError for others."""
        from refimpl.symbolic_shapes.sym_functions import cast_symbool_to_symint_guardless

        return cast_symbool_to_symint_guardless(value)


Key: TypeAlias = SequenceKey | CallMethodKey | InnerTensorKey | DivideByKey | ConvertIntKey
KeyPath: TypeAlias = tuple[Key, ...]


def as_key(value: object) -> Key:
    """The value, which must be a key. Raises TypeError otherwise."""
    if isinstance(value, (SequenceKey, CallMethodKey, InnerTensorKey, DivideByKey, ConvertIntKey)):
        return value
    raise TypeError(f"{value!r} is no key of a path")


def keystr(path: KeyPath) -> str:
    """The text of a path as PyTorch prints it (``[0].size()[1]``)."""
    return "".join(map(str, path))


def key_get(value: object, path: KeyPath) -> object:
    """What stands at the path. Raises PathError if the path does not exist in the value."""
    for depth, key in enumerate(path):
        try:
            value = key.get(value)
        except (TypeError, IndexError, AttributeError, ZeroDivisionError) as error:
            raise PathError(path, depth, str(error)) from error
    return value


def _floordiv(value: object, divisor: object) -> object:
    method: Callable[[object], object] | None = getattr(value, "__floordiv__", None)
    if method is None:
        raise TypeError(f"{type(value).__name__} cannot be divided")
    result = method(divisor)
    if result is NotImplemented:
        reflected: Callable[[object], object] = getattr(divisor, "__rfloordiv__")  # noqa: B009 - an object that has it
        result = reflected(value)
    return result
