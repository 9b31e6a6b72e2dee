"""Indexing by tensors: what integer and boolean indices make of the dimensions they stand for."""

from __future__ import annotations

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import output_strides
from refimpl.aten._reshape import sizes_text
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, FakeTensor, Sizes
from refimpl.terms import eq, lor

__all__ = ["indexed", "require_broadcastable"]

_MASKS = frozenset((DType.bool, DType.uint8))
_INDEX_DTYPES = frozenset((DType.int64, DType.int32, DType.uint8, DType.bool))


def _expanded_masks(ctx: Context, tensor: FakeTensor, indices: tuple[FakeTensor | None, ...]) -> list[Sizes | None]:
    """The shape of the integer index for each dimension; a mask stands for as many dimensions as it has.

    Raises IndexError for a wrong dtype, too many indices or a mask that does not fit.
    """
    from refimpl.aten.data_dependent import mask_count

    if len(indices) > tensor.ndim:
        raise IndexError(f"too many indices for tensor of dimension {tensor.ndim} (got {len(indices)})")
    shapes: list[Sizes | None] = []
    masks: list[tuple[int, FakeTensor]] = []
    for position, index in enumerate(indices):
        if index is None:
            shapes.append(None)
            continue
        if index.dtype not in _INDEX_DTYPES:
            raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
        if index.dtype not in _MASKS:
            shapes.append(index.sizes)
            continue
        _require_mask(ctx, tensor, index, position, len(shapes))
        masks.append((len(shapes), index))
        shapes.extend([()] * index.ndim)
    if len(shapes) > tensor.ndim:
        raise IndexError(f"too many indices for tensor of dimension {tensor.ndim} (got {len(shapes)})")
    for at, mask in masks:
        if mask.ndim:
            shapes[at : at + mask.ndim] = [(mask_count(ctx, mask),)] * mask.ndim
    return shapes


def _require_mask(ctx: Context, tensor: FakeTensor, mask: FakeTensor, position: int, at: int) -> None:
    for dim, size in enumerate(mask.sizes):
        wrap_dim(at + dim, tensor.ndim)
        other = tensor.sizes[at + dim]
        if size is not other:
            message = (
                f"The shape of the mask {sizes_text(mask.sizes)} at index {position} does not match the shape of the "
                f"indexed tensor {sizes_text(tensor.sizes)} at index {at + dim}"
            )
            ctx.require(eq(size, other), message, IndexError)


def _are_adjacent(shapes: list[Sizes | None]) -> bool:
    present = [dim for dim, sizes in enumerate(shapes) if sizes is not None]
    return not present or present[-1] - present[0] + 1 == len(present)


def indexed(
    ctx: Context, tensor: FakeTensor, indices: tuple[FakeTensor | None, ...], *, of_last: bool = False
) -> tuple[Sizes, Sizes]:
    """Sizes and strides of ``tensor[indices]``.

    The broadcast shape of the indices stands where they stand, or in front if they are not adjacent; ``of_last`` gives
    none where the last is a number on the CPU, which fake tensors do not expand. The result is laid out in the order
    of the strides of the dimensions that are not indexed.
    """
    shapes = _expanded_masks(ctx, tensor, indices)
    common: Sizes | None = None
    for sizes in shapes:
        if sizes is not None:
            common = sizes if common is None else _broadcast(ctx, common, sizes)
    shapes.extend([None] * (tensor.ndim - len(shapes)))
    order = list(range(tensor.ndim))
    if not _are_adjacent(shapes):
        order.sort(key=lambda dim: shapes[dim] is None)
    first = next((at for at, dim in enumerate(order) if shapes[dim] is not None), tensor.ndim)
    kept = [dim for dim in order if shapes[dim] is None]
    replaced: Sizes = () if of_last and _is_number(indices) else common or ()
    result = (*[tensor.sizes[d] for d in kept[:first]], *replaced, *[tensor.sizes[d] for d in kept[first:]])
    if ctx.known(eq(tensor.numel(), 0)) is True:
        return result, contiguous_strides(ctx, result)
    strides = (
        *[tensor.strides[d] for d in kept[:first]],
        *[0] * len(replaced),
        *[tensor.strides[d] for d in kept[first:]],
    )
    return result, output_strides(ctx, result, (FakeTensor(result, strides, tensor.dtype, tensor.device),))


def _is_number(indices: tuple[FakeTensor | None, ...]) -> bool:
    """Whether the last index is one position, on the CPU."""
    last = next((index for index in reversed(indices) if index is not None), None)
    return last is not None and not last.sizes and last.device == CPU and last.dtype not in _MASKS


def _broadcast(ctx: Context, left: Sizes, right: Sizes) -> Sizes:
    try:
        return broadcast_sizes(ctx, left, right)
    except RuntimeError as error:
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {sizes_text(left)}, "
            f"{sizes_text(right)}"
        ) from error


def require_broadcastable(ctx: Context, source: Sizes, target: Sizes, message: str) -> None:
    """Require that each size is 1 or the target's. Raises RuntimeError(message), also for more dimensions."""
    missing = len(target) - len(source)
    if missing < 0:
        raise RuntimeError(message)
    for size, wanted in zip(source, target[missing:], strict=True):
        if size is not wanted and size != 1:
            fits = lor(eq(size, 1), eq(size, wanted))
            if ctx.must_state(fits):
                ctx.require(fits, message)
