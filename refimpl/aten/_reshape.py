"""Reshaping: inferring ``-1``, and the strides under which a tensor reads as another shape without a copy."""

from __future__ import annotations

from collections.abc import Callable

from refimpl.aten._product import product
from refimpl.aten._strides import contiguous_strides, is_contiguous, same_size, same_sizes
from refimpl.aten._view_walk import walked_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Cond, Dim, eq, floor_div, ge, land, mod, ne

__all__ = ["infer_sizes", "reshape", "sizes_text", "view", "view_strides"]

_Ask = Callable[[Cond], bool]
# Texts of errors are made when needed: printing terms costs more than deciding about them.
_Message = Callable[[], str]


def sizes_text(sizes: Sizes) -> str:
    """The sizes as PyTorch's messages print them: ``[2, s0]``."""
    return "[" + ", ".join(map(str, sizes)) + "]"


def infer_sizes(ctx: Context, numel: Dim, sizes: Sizes, message: _Message | None = None) -> Sizes:
    """The shape with its -1 replaced by what is left of ``numel`` elements.

    Requires that the other sizes are not negative and that the number of elements stays the same. A symbolic size
    is never taken for -1. Raises RuntimeError, worded as PyTorch's unless ``message`` is given, when that is known to
    fail.
    """
    missing: int | None = None
    rest: Dim = 1
    for dim, size in enumerate(sizes):
        if size == -1:
            if missing is not None:
                raise RuntimeError("only one dimension can be inferred")
            missing = dim
            continue
        if isinstance(size, int):
            if size < 0:
                raise RuntimeError(f"invalid shape dimension {size}")
        elif ctx.must_state(ge(size, 0)):
            ctx.require(ge(size, 0), f"invalid shape dimension {size}")
        rest = rest * size
    if missing is None:
        same = eq(numel, rest)
        if same is not True:
            ctx.require(same, _text(message, sizes, numel))
        return sizes
    return (*sizes[:missing], _quotient(ctx, numel, rest, sizes, message), *sizes[missing + 1 :])


def _text(message: _Message | None, sizes: Sizes, numel: Dim) -> str:
    if message is not None:
        return message()
    return f"shape '{sizes_text(sizes)}' is invalid for input of size {numel}"


def _quotient(ctx: Context, numel: Dim, rest: Dim, sizes: Sizes, message: _Message | None) -> Dim:
    if rest == 1:
        return numel
    if ctx.must_state(ne(rest, 0)):
        text = _text(message, sizes, numel)
        if message is None and ctx.known(eq(numel, 0)) is True:
            text = (
                f"cannot reshape tensor of 0 elements into shape {sizes_text(sizes)} because the unspecified "
                "dimension size -1 can be any value and is ambiguous"
            )
        ctx.require(ne(rest, 0), text)
    divides = eq(mod(numel, rest), 0)
    if divides is not True and ctx.must_state(divides):
        ctx.require(divides, _text(message, sizes, numel))
    return floor_div(numel, rest)


def view_strides(ask: _Ask, tensor: FakeTensor, sizes: Sizes) -> Sizes | None:
    """The strides of a view with these sizes, or None if there is no such view (PyTorch's ``computeStride``).

    ``ask`` answers whether a condition may be relied on.
    """
    old, strides = tensor.sizes, tensor.strides
    if not old:
        return (1,) * len(sizes)
    result: list[Dim] = [0] * len(sizes)
    at = len(sizes) - 1
    base = strides[-1]
    have: Dim = 1
    taken: Dim = 1
    for dim in range(len(old) - 1, -1, -1):
        have = have * old[dim]
        if dim and (ask(eq(old[dim - 1], 1)) or ask(eq(strides[dim - 1], have * base))):
            continue
        while at >= 0 and (not ask(ge(taken, have)) or ask(eq(sizes[at], 1))):
            result[at] = taken * base
            taken = taken * sizes[at]
            at -= 1
        if not ask(eq(taken, have)):
            return None
        if dim:
            base, have, taken = strides[dim - 1], 1, 1
    return None if at != -1 else tuple(result)


def _strides_of_view(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> Sizes | None:
    numel = product(tensor.sizes)
    if same_sizes(ctx, tensor.sizes, sizes):
        return tensor.strides
    if is_contiguous(ctx, tensor) or ctx.known(eq(numel, 0)) is True:
        return contiguous_strides(ctx, sizes)

    def known(condition: Cond) -> bool:
        return ctx.known(condition) is True

    return view_strides(known, tensor, sizes)


def _merges(ctx: Context, tensor: FakeTensor) -> Cond:
    """The conditions under which the tensor is contiguous where its sizes are not known to be 1."""
    conditions: list[Cond] = []
    expected: Dim = 1
    for size, stride in zip(reversed(tensor.sizes), reversed(tensor.strides), strict=True):
        if not same_size(ctx, size, 1):
            conditions.append(eq(stride, expected))
            expected = expected * size
    return land(*conditions)


def view(ctx: Context, tensor: FakeTensor, sizes: Sizes, refused: Exception | None = None) -> FakeTensor:
    """The tensor's elements in another shape, as a view.

    Raises what ``infer_sizes`` raises; GuardOnDataDependentSymNode if unbacked sizes leave open whether there is a
    view, and if there is none, ``refused`` or RuntimeError.
    """
    result = _try_view(ctx, tensor, sizes)
    if result is None:
        shape = infer_sizes(ctx, product(tensor.sizes), sizes)
        contiguous = _merges(ctx, tensor)
        if ctx.known(contiguous) is None and ctx.decide(contiguous):
            return tensor.viewed(shape, contiguous_strides(ctx, shape), tensor.offset)
        raise refused or RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return result


def _try_view(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> FakeTensor | None:
    if sizes == tensor.sizes:
        return tensor.viewed(sizes, tensor.strides, tensor.offset)
    shape = infer_sizes(ctx, product(tensor.sizes), sizes)
    strides = walked_strides(ctx, tensor, shape) or _strides_of_view(ctx, tensor, shape)
    if strides is None:
        strides = view_strides(ctx.layout, tensor, shape)
    return None if strides is None else tensor.viewed(shape, strides, tensor.offset)


def reshape(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> FakeTensor:
    """The tensor's elements in another shape: a view where there is one, a contiguous copy otherwise."""
    result = _try_view(ctx, tensor, sizes)
    if result is not None:
        return result
    shape = infer_sizes(ctx, product(tensor.sizes), sizes)
    return FakeTensor(shape, contiguous_strides(ctx, shape), tensor.dtype, tensor.device)
