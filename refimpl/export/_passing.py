"""From Python values to the archive's tagged arguments, for writing archives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from refimpl.aten._schemas import ArgumentType
from refimpl.export.prefix import Expression, apply
from refimpl.export.schema import (
    Argument,
    Device,
    GraphArgument,
    Layout,
    MemoryFormat,
    Number,
    OptionalTensorArgument,
    ScalarType,
    SymBoolArgument,
    SymExpr,
    SymExprHint,
    SymFloatArgument,
    SymInt,
    SymIntArgument,
    TensorArgument,
    TensorMeta,
)
from refimpl.fake_tensor.dtypes import DType

__all__ = ["Passable", "Value", "argument", "sym_expr", "sym_int", "tensor"]


@dataclass(frozen=True, slots=True)
class Value:
    """A named value of a graph that is being built, and what is recorded for it."""

    name: str
    recorded: TensorMeta | Expression

    @property
    def kind(self) -> Literal["tensor", "int", "float", "bool"]:
        """A tensor, or the sort of a symbolic number."""
        return "tensor" if isinstance(self.recorded, TensorMeta) else self.recorded.sort

    def size(self, dim: int) -> SymInt:
        """The recorded size of a dimension. Raises TypeError for a number."""
        if not isinstance(self.recorded, TensorMeta):
            raise TypeError(f"{self.name} is no tensor")
        return self.recorded.sizes[dim]


_Plain: TypeAlias = Argument | GraphArgument | DType | Device | Layout | MemoryFormat | int | float | bool | str
Passable: TypeAlias = "Value | _Plain | Sequence[Passable] | None"


def tensor(
    sizes: Sequence[Expression | int],
    dtype: DType | str = "float32",
    *,
    strides: Sequence[Expression | int] | None = None,
    offset: Expression | int = 0,
    device: str = "cpu",
    requires_grad: bool = False,
    layout: Layout = Layout.STRIDED,
) -> TensorMeta:
    """What is recorded for a tensor; without ``strides`` it is contiguous, as PyTorch computes it."""
    element = dtype if isinstance(dtype, DType) else DType[dtype]
    kind, _, index = device.partition(":")
    return TensorMeta(
        dtype=ScalarType(element.number),
        sizes=[sym_int(size) for size in sizes],
        requires_grad=requires_grad,
        device=Device(kind, int(index) if index else None),
        strides=[sym_int(stride) for stride in (_contiguous(sizes) if strides is None else strides)],
        storage_offset=sym_int(offset),
        layout=layout,
    )


def _contiguous(sizes: Sequence[Expression | int]) -> list[Expression | int]:
    strides: list[Expression | int] = []
    step: Expression | int = 1
    for size in reversed(sizes):
        strides.append(step)
        if isinstance(size, int):
            factor: Expression | int = max(1, size)
        else:
            # A backed size is at least 2 in every exported program; an unbacked one may be 0.
            factor = size if size.hint is not None else apply("Max", 1, size)
        step = factor if step == 1 else step if factor == 1 else factor * step
    return strides[::-1]


def sym_int(value: Expression | int) -> SymInt:
    """A recorded integer."""
    return SymInt(as_int=value) if isinstance(value, int) else SymInt(as_expr=sym_expr(value))


def sym_expr(value: Expression) -> SymExpr:
    """A recorded expression; booleans and unbacked ones have no hint."""
    if value.hint is None or value.sort == "bool":
        return SymExpr(value.text)
    hint = SymExprHint(as_int=int(value.hint)) if value.sort == "int" else SymExprHint(as_float=float(value.hint))
    return SymExpr(value.text, hint)


def number(value: float) -> Number:
    """A float as JSON can say it."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def argument(value: Passable, declared: ArgumentType | None = None) -> Argument:
    """The tagged form of an argument. The declared type decides between forms that Python's value leaves open."""
    match value:
        case Argument():
            return value
        case Value():
            return _named(value)
        case GraphArgument():
            return Argument(as_graph=value)
        case None:
            return Argument(as_none=True)
        case DType():
            return Argument(as_scalar_type=ScalarType(value.number))
        case Device():
            return Argument(as_device=value)
        case Layout():
            return Argument(as_layout=value)
        case MemoryFormat():
            return Argument(as_memory_format=value)
        case bool():
            return Argument(as_bool=value)
        case int():
            is_float = declared is not None and declared.base == "float"
            return Argument(as_float=float(value)) if is_float else Argument(as_int=value)
        case float():
            return Argument(as_float=number(value))
        case str():
            return Argument(as_string=value)
        case _:
            return _listed(value, declared)


def _named(value: Value) -> Argument:
    match value.kind:
        case "tensor":
            return Argument(as_tensor=TensorArgument(value.name))
        case "int":
            return Argument(as_sym_int=SymIntArgument(as_name=value.name))
        case "float":
            return Argument(as_sym_float=SymFloatArgument(as_name=value.name))
        case "bool":
            return Argument(as_sym_bool=SymBoolArgument(as_name=value.name))
        case _ as unreachable:
            assert_never(unreachable)


def _listed(items: Sequence[Passable], declared: ArgumentType | None) -> Argument:
    values = [item for item in items if isinstance(item, Value)]
    kinds = {value.kind for value in values}
    optional = declared is not None and declared.base == "Tensor" and declared.optional_element
    if optional or (None in items and kinds <= {"tensor"}):
        return Argument(as_optional_tensors=[_optional(item) for item in items])
    if kinds == {"tensor"} or (not items and declared is not None and declared.base == "Tensor"):
        return Argument(as_tensors=[TensorArgument(value.name) for value in values])
    if kinds == {"bool"}:
        return Argument(as_sym_bools=[SymBoolArgument(as_name=value.name) for value in values])
    if kinds == {"float"}:
        return Argument(as_sym_floats=[_sym_float(item) for item in items])
    if kinds:
        return Argument(as_sym_ints=[_sym_int(item) for item in items])
    return _constants(items)


def _constants(items: Sequence[Passable]) -> Argument:
    if any(isinstance(item, str) for item in items):
        return Argument(as_strings=[item for item in items if isinstance(item, str)])
    if items and all(isinstance(item, bool) for item in items):
        return Argument(as_bools=[item for item in items if isinstance(item, bool)])
    if any(isinstance(item, float) for item in items):
        return Argument(as_floats=[number(item) for item in items if isinstance(item, int | float)])
    integers = [item for item in items if isinstance(item, int)]
    if len(integers) != len(items):
        raise TypeError(f"no argument form for the list {items!r}")
    return Argument(as_ints=integers)


def _optional(item: Passable) -> OptionalTensorArgument:
    if isinstance(item, Value):
        return OptionalTensorArgument(as_tensor=TensorArgument(item.name))
    return OptionalTensorArgument(as_none=True)


def _sym_int(item: Passable) -> SymIntArgument:
    if isinstance(item, Value):
        return SymIntArgument(as_name=item.name)
    if isinstance(item, int):
        return SymIntArgument(as_int=item)
    raise TypeError(f"{item!r} is no integer")


def _sym_float(item: Passable) -> SymFloatArgument:
    if isinstance(item, Value):
        return SymFloatArgument(as_name=item.name)
    if isinstance(item, int | float):
        return SymFloatArgument(as_float=number(item))
    raise TypeError(f"{item!r} is no float")
