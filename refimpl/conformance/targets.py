"""The functions that graphs of the interpreter's chapter may call: a closed table, nothing is looked up by name."""

# The stubs of ``operator`` and of the built-in classes leave types open; here they take whatever a graph has.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

__all__ = ["FUNCTIONS", "Function", "METHODS"]

Function: TypeAlias = Callable[..., object]

_OPERATORS: Final[tuple[Function, ...]] = (
    operator.abs, operator.add, operator.and_, operator.concat, operator.contains, operator.eq, operator.floordiv,
    operator.ge, operator.getitem, operator.gt, operator.iadd, operator.index, operator.invert, operator.le,
    operator.lshift, operator.lt, operator.mod, operator.mul, operator.ne, operator.neg, operator.not_, operator.or_,
    operator.pos, operator.pow, operator.rshift, operator.sub, operator.truediv, operator.truth, operator.xor,
)  # fmt: skip
_BUILTINS: Final[tuple[Function, ...]] = (abs, len, max, min, sum, sorted, tuple, list, dict)
FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType(
    {f"operator.{function.__name__}": function for function in _OPERATORS}
    | {f"builtins.{function.__name__}": function for function in _BUILTINS}
)
METHODS: Final = frozenset(
    ("append", "bit_length", "capitalize", "copy", "count", "get", "index", "lower", "split", "upper")
)
