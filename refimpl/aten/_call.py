"""Operators defined through others: calling the shape function of another overload by its name."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._overload import overload
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor

__all__ = ["tensor_of", "tensors_of"]


def tensor_of(ctx: Context, name: str, *arguments: object, **keywords: object) -> FakeTensor:
    """The tensor that the overload (``aten.mul.Tensor``) gives; arguments as a caller would write them."""
    return _narrow(name, overload(name).run(ctx, arguments, keywords))


def tensors_of(ctx: Context, name: str, *arguments: object, **keywords: object) -> tuple[FakeTensor, ...]:
    """The tensors that an overload with several results gives."""
    result = overload(name).run(ctx, arguments, keywords)
    items: Sequence[Value] = result if isinstance(result, (tuple, list)) else (result,)
    return tuple([_narrow(name, item) for item in items])


def _narrow(name: str, value: Value) -> FakeTensor:
    if not isinstance(value, FakeTensor):
        raise TypeError(f"{name} gives {type(value).__name__}, not a tensor")
    return value
