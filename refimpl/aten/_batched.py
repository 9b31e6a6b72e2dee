"""The callables of ``vmap`` that export leaves in graphs (``torch._functorch.predispatch``).

Inside a level a tensor is seen without its batch dimension; at the end the dimension is put back. Views keep it where
it is, elementwise operators lay out their result with all hidden dimensions outermost; what another operator gives is
taken to have its own outermost and to be contiguous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import BatchDim, FakeTensor
from refimpl.terms import Dim, IntTerm

__all__ = [
    "add_batch_dim",
    "decrement_nesting",
    "increment_nesting",
    "lazy_load_decompositions",
    "remove_batch_dim",
]


def _tensor(value: object) -> FakeTensor:
    if not isinstance(value, FakeTensor):
        raise TypeError(f"expected a tensor, got {type(value).__name__}")
    return value


def _number(value: object) -> Dim:
    if not isinstance(value, (int, IntTerm)):
        raise TypeError(f"expected an integer, got {type(value).__name__}")
    return value


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"expected a constant, got {type(value).__name__}")
    return value


def add_batch_dim(ctx: Context, args: Sequence[object]) -> FakeTensor:
    """``(tensor, batch_dim, level)``: a view without the dimension over which the level maps.

    Raises IndexError if the tensor has no such dimension.
    """
    tensor, batch_dim, level = args
    batched, dim = _tensor(tensor), _int(batch_dim)
    at = dim + batched.ndim if dim < 0 else dim
    if not 0 <= at < batched.ndim:
        raise IndexError(f"batch dimension {dim} is out of range for a tensor of {batched.ndim} dimensions")
    hidden = BatchDim(_int(level), batched.sizes[at], batched.strides[at])
    sizes = (*batched.sizes[:at], *batched.sizes[at + 1 :])
    view = batched.viewed(sizes, (*batched.strides[:at], *batched.strides[at + 1 :]), batched.offset)
    return replace(view, batch=(*batched.batch, hidden))


def remove_batch_dim(ctx: Context, args: Sequence[object]) -> FakeTensor:
    """``(tensor, level, batch_size, out_dim)``: the results of all elements.

    Raises IndexError if ``out_dim`` is out of range.
    """
    tensor, level, batch_size, out_dim = args
    element, size, dim = _tensor(tensor), _number(batch_size), _int(out_dim)
    at = dim + element.ndim + 1 if dim < 0 else dim
    if not 0 <= at <= element.ndim:
        raise IndexError(f"Dimension out of range: {dim} of a tensor of {element.ndim + 1} dimensions")
    for hidden in element.batch:
        if hidden.level == level:
            sizes = (*element.sizes[:at], hidden.size, *element.sizes[at:])
            strides = (*element.strides[:at], hidden.stride, *element.strides[at:])
            rest = tuple([other for other in element.batch if other is not hidden])
            return replace(element.viewed(sizes, strides, element.offset), batch=rest)
    whole = (size, *element.sizes)
    first, *inner = contiguous_strides(ctx, whole)
    return FakeTensor(
        (*element.sizes[:at], size, *element.sizes[at:]),
        (*inner[:at], first, *inner[at:]),
        element.dtype,
        element.device,
    )


def increment_nesting(ctx: Context, args: Sequence[object]) -> None:
    """``(batch_size, randomness)``: a level begins; the recorded value is none."""


def decrement_nesting(ctx: Context, args: Sequence[object]) -> None:
    """A level ends."""


def lazy_load_decompositions(ctx: Context, args: Sequence[object]) -> None:
    """Loads rules; nothing to do."""
