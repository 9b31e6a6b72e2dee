"""What the text of a node's target names: an overload, a higher-order operator, or a Python callable.

A closed table: no attribute of any module is looked up by a name that an archive gives.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, Protocol, final

from refimpl.aten._batched import (
    add_batch_dim,
    decrement_nesting,
    increment_nesting,
    lazy_load_decompositions,
    remove_batch_dim,
)
from refimpl.aten._higher_order import higher_order_operator, raw
from refimpl.aten._overload import overload
from refimpl.fake_tensor.context import Context, Value
from refimpl.terms import FloatFn

__all__ = ["ContextFunction", "Target", "resolve_target"]


class Target(Protocol):
    """What a ``call_function`` node calls."""

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """The node's value."""
        ...


class _Rule(Protocol):
    def __call__(self, ctx: Context, args: Sequence[object]) -> Value: ...


@final
class ContextFunction:
    """A Python callable that works on fake tensors: under the current mode, or on raw values with :meth:`run`."""

    def __init__(self, module: str, name: str, rule: _Rule) -> None:
        self.name: Final = f"{module}.{name}"
        self.__name__ = self.__qualname__ = name
        self.__module__ = module
        self._rule: Final = rule

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def run(self, ctx: Context, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
        """The value on raw arguments. Raises TypeError for keyword arguments."""
        if kwargs:
            raise TypeError(f"{self.name} takes no keyword arguments")
        return self._rule(ctx, args)

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        """Run under the current fake tensor mode. Raises RuntimeError if there is none."""
        from refimpl.fake_tensor.mode import current_mode

        mode = current_mode()
        if mode is None:
            raise RuntimeError(f"{self.name} runs only under a fake tensor mode")
        return mode.wrap(self.run(mode, [raw(arg) for arg in args], kwargs))


_OPERATORS: Final = (
    "abs", "add", "and_", "eq", "floordiv", "ge", "getitem", "gt", "index", "inv", "invert", "le", "lshift", "lt",
    "mod", "mul", "ne", "neg", "not_", "or_", "pos", "pow", "rshift", "sub", "truediv", "truth", "xor",
)  # fmt: skip
_MATH: Final = ("ceil", "floor", "trunc")
_SYMBOLIC: Final = ("sym_float", "sym_int", "sym_ite", "sym_max", "sym_min", "sym_not", "sym_sum")
# sympy calls the inverse functions by their mathematical names.
_UNARY: Final[tuple[FloatFn, ...]] = (
    "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
)  # fmt: skip


@final
class _Unary:
    """A function of :mod:`math` that also takes symbolic numbers (``torch._sym_sqrt``)."""

    __slots__ = ("__name__", "_function", "name")

    def __init__(self, function: FloatFn) -> None:
        self.__name__ = f"_sym_{function}"
        self.name: Final = f"torch.{self.__name__}"
        self._function: FloatFn = function

    def __call__(self, /, *args: object, **kwargs: object) -> object:
        from refimpl.symbolic_shapes.sym_functions import unary_math
        from refimpl.symbolic_shapes.sym_node import SymBool, SymFloat, SymInt

        (value,) = args
        if kwargs or not isinstance(value, (int, float, SymInt, SymFloat, SymBool)):
            raise TypeError(f"{self.__name__} takes one number")
        return unary_math(self._function, value)


def _symbolic_table() -> dict[str, Target]:
    from refimpl.symbolic_shapes import sym_functions

    table: dict[str, Target] = {f"torch.{name}": getattr(sym_functions, name) for name in _SYMBOLIC}
    for name in _UNARY:
        function: Target = _Unary(name)
        table[f"torch._sym_{name}"] = table[f"math.{name}"] = function
    return table


_PREDISPATCH: Final[dict[str, _Rule]] = {
    "_add_batch_dim": add_batch_dim,
    "_remove_batch_dim": remove_batch_dim,
    "_vmap_increment_nesting": increment_nesting,
    "_vmap_decrement_nesting": decrement_nesting,
    "lazy_load_decompositions": lazy_load_decompositions,
}


@cache
def _functions() -> dict[str, Target]:
    table = _symbolic_table()
    for name in _OPERATORS:
        table[f"_operator.{name}"] = getattr(operator, name)
    for name in _MATH:
        table[f"math.{name}"] = getattr(math, name)
    module = "torch._functorch.predispatch"
    for name, rule in _PREDISPATCH.items():
        table[f"{module}.{name}"] = ContextFunction(module, name, rule)
    return table


def resolve_target(text: str) -> Target | None:
    """The callable that ``torch.ops.aten.add.Tensor``, ``_operator.ge`` or ``torch.sym_max`` names; None if unknown."""
    if text.startswith("torch.ops.higher_order."):
        return higher_order_operator(text.removeprefix("torch.ops.higher_order."))
    if text.startswith("torch.ops."):
        try:
            return overload(text.removeprefix("torch.ops."))
        except (AttributeError, ValueError):
            return None
    return _functions().get(text)
