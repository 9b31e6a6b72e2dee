"""The result of an elementwise operator: broadcast sizes, and strides by the rule of PyTorch's references.

Operands are expanded to the common sizes first. Contiguous ones give a contiguous result and channels-last ones a
channels-last one; otherwise the dimensions are ordered by the strides of the operands, the first operand that tells two
dimensions apart deciding, and the result is dense in that order. Four operators look, where a size is symbolic, at the
layouts of the operands before they are expanded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._devices import common_device
from refimpl.aten._promotion import Kind, Operand, computed_in, convert_kind, result_type
from refimpl.aten._strides import (
    channels_last_strides,
    contiguous_strides,
    is_channels_last,
    is_contiguous,
    is_plain,
    same_sizes,
)
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import BatchDim, FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge

__all__ = [
    "at_least",
    "converted",
    "copied",
    "dense",
    "elementwise",
    "expanded",
    "like",
    "output_strides",
    "pointwise",
    "require_difference",
    "stride_order",
    "strides_in_order",
]


def pointwise(ctx: Context, kind: Kind, *operands: Operand | None, short: bool = False) -> FakeTensor:
    """A new tensor: operands broadcast, dtype promoted and converted as the kind says; see ``elementwise``."""
    promoted = result_type(ctx, *operands)
    dtype, computed = convert_kind(ctx, kind, promoted), computed_in(ctx, kind, promoted)
    return elementwise(ctx, operands, dtype, computed, short=short)


def elementwise(
    ctx: Context,
    operands: Sequence[Operand | None],
    dtype: DType,
    computed: DType | None = None,
    *,
    short: bool = False,
) -> FakeTensor:
    """A new tensor of that dtype in the broadcast sizes of the operands; numbers and absent operands have none.

    If the dtype of computation is given, operands of another one are copied into it first: what counts for the layout
    is then that of the copy. ``short`` says that fake tensors have a short cut for the operator on symbolic sizes
    (``add``, ``sub``, ``mul`` and ``div`` of tensors). Raises RuntimeError when sizes don't broadcast or devices
    differ.
    """
    tensors = [operand for operand in operands if isinstance(operand, FakeTensor)]
    first = tensors[0]
    sizes = first.sizes
    for other in tensors[1:]:
        if other.sizes is not sizes and other.sizes != sizes:
            sizes = broadcast_sizes(ctx, sizes, other.sizes)
    device = first.device if len(tensors) == 1 else common_device(tensors)
    levels = sorted({hidden.level for tensor in tensors for hidden in tensor.batch})
    if levels:
        whole = elementwise(
            ctx, [_shown(tensor, levels, len(sizes)) for tensor in tensors], dtype, computed, short=short
        )
        return _hidden(whole, levels)
    strides = _short_cut(ctx, sizes, tensors) if short and not is_plain(sizes) else None
    if strides is None:
        # The copy of a single operand shows in the strides of sizes of 1 alone.
        if computed is not None and (len(tensors) > 1 or 1 in sizes):
            tensors = [converted(ctx, tensor, computed) for tensor in tensors]
        strides = output_strides(ctx, sizes, tensors)
    return FakeTensor(sizes, strides, dtype, device)


def expanded(ctx: Context, *operands: FakeTensor) -> list[FakeTensor]:
    """The operands in their common sizes; where a size is symbolic, what has no dimensions stays as it is."""
    sizes = operands[0].sizes
    for other in operands[1:]:
        sizes = broadcast_sizes(ctx, sizes, other.sizes)
    kept = not is_plain(sizes)
    return [
        tensor
        if tensor.sizes == sizes or (kept and not tensor.sizes)
        else tensor.viewed(sizes, _expanded_strides(tensor, sizes), tensor.offset)
        for tensor in operands
    ]


def converted(ctx: Context, tensor: FakeTensor, dtype: DType) -> FakeTensor:
    """The tensor if it has that dtype or no dimensions, else a copy in it."""
    return tensor if tensor.dtype is dtype or not tensor.sizes else copied(ctx, tensor, dtype)


def dense(ctx: Context, tensor: FakeTensor, sizes: Sizes, dtype: DType | None = None) -> FakeTensor:
    """A new contiguous tensor of those sizes on the device of the tensor, of its dtype if none is given."""
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), tensor.dtype if dtype is None else dtype, tensor.device)


def like(ctx: Context, tensor: FakeTensor, dtype: DType | None = None) -> FakeTensor:
    """A new tensor of the same sizes whose layout ``preserve_format`` keeps where it is dense."""
    if tensor.batch:
        levels = [hidden.level for hidden in tensor.batch]
        return _hidden(like(ctx, _shown(tensor, levels, tensor.ndim), dtype), levels)
    strides = output_strides(ctx, tensor.sizes, (tensor,))
    return FakeTensor(tensor.sizes, strides, tensor.dtype if dtype is None else dtype, tensor.device)


def copied(ctx: Context, tensor: FakeTensor, dtype: DType) -> FakeTensor:
    """A conversion into that dtype, which keeps a dense layout, the stride of a size of 1 included."""
    made = like(ctx, tensor, dtype)
    if 1 in tensor.sizes:
        pairs = zip(tensor.sizes, made.strides, tensor.strides, strict=True)
        if all(size == 1 or new == old for size, new, old in pairs):
            return FakeTensor(tensor.sizes, tensor.strides, dtype, tensor.device, batch=made.batch)
    return made


def _shown(tensor: FakeTensor, levels: Sequence[int], ndim: int) -> FakeTensor:
    """The tensor with the dimensions that levels of ``vmap`` hide, outermost, and filled up to ``ndim`` of its own."""
    if not tensor.batch:
        return tensor
    own = {hidden.level: (hidden.size, hidden.stride) for hidden in tensor.batch}
    outer = [own.get(level, (1, 1)) for level in levels if level >= tensor.batch[0].level]
    pairs = [*outer, *[(1, 1)] * (ndim - tensor.ndim), *zip(tensor.sizes, tensor.strides, strict=True)]
    sizes, strides = tuple([size for size, _ in pairs]), tuple([stride for _, stride in pairs])
    return FakeTensor(sizes, strides, tensor.dtype, tensor.device, tensor.offset, tensor.layout, tensor.storage)


def _hidden(whole: FakeTensor, levels: Sequence[int]) -> FakeTensor:
    """The tensor without its outer dimensions, one for each level."""
    count = len(levels)
    batch = tuple(map(BatchDim, levels, whole.sizes, whole.strides))
    return replace(whole, sizes=whole.sizes[count:], strides=whole.strides[count:], batch=batch)


def output_strides(ctx: Context, sizes: Sizes, tensors: Sequence[FakeTensor]) -> Sizes:
    """The strides of the elementwise result of the tensors, each of which broadcasts to ``sizes``."""
    ndim = len(sizes)
    if ndim < 2:
        return (1,) * ndim
    contiguous = contiguous_strides(ctx, sizes)
    if ndim != 4:
        # The common case, which the general rule decides the same way.
        for tensor in tensors:
            if tensor.sizes and (tensor.strides != contiguous or tensor.sizes != sizes):
                break
        else:
            return contiguous
    # Where sizes are numbers, a tensor without dimensions is expanded too, though its strides tell nothing.
    repeated = is_plain(sizes) and not all(tensor.sizes for tensor in tensors)
    views = [
        tensor if tensor.sizes == sizes else tensor.viewed(sizes, _expanded_strides(tensor, sizes), tensor.offset)
        for tensor in tensors
        if tensor.sizes
    ]
    if not repeated:
        row_major = all(view.strides == contiguous or is_contiguous(ctx, view) for view in views)
        channels_last = ndim == 4 and all(is_channels_last(ctx, view) for view in views)
        if row_major is not channels_last:
            return contiguous if row_major else strides_in_order(ctx, sizes, (0, 2, 3, 1))
    strides = [view.strides for view in views]
    if all(map(_descend, strides)):
        return contiguous  # no comparison is ambiguous, and each leaves the order as it is
    return strides_in_order(ctx, sizes, stride_order(ctx, sizes, strides))


def _short_cut(ctx: Context, sizes: Sizes, tensors: Sequence[FakeTensor]) -> Sizes | None:
    """The strides where an operand has the sizes of the result and all are contiguous, or all channels-last."""
    if not any(len(tensor.sizes) == len(sizes) and same_sizes(ctx, tensor.sizes, sizes) for tensor in tensors):
        return None
    if all(is_contiguous(ctx, tensor) for tensor in tensors):
        return contiguous_strides(ctx, sizes)
    if len(sizes) == 4 and all(tensor.ndim == 4 and is_channels_last(ctx, tensor) for tensor in tensors):
        return channels_last_strides(ctx, sizes)
    return None


def _expanded_strides(tensor: FakeTensor, sizes: Sizes) -> Sizes:
    """The strides of the tensor as if it was expanded to ``sizes``: 0 where it is repeated."""
    if tensor.sizes == sizes:
        return tensor.strides
    missing = len(sizes) - len(tensor.sizes)
    outer = tensor.sizes[0] * tensor.strides[0] if tensor.sizes else 1
    strides: list[Dim] = [outer if size == 1 else 0 for size in sizes[:missing]]
    for size, stride, whole in zip(tensor.sizes, tensor.strides, sizes[missing:], strict=True):
        strides.append(0 if size == 1 and whole != 1 else stride)
    return tuple(strides)


def _descend(strides: Sizes) -> bool:
    """Whether strides are plain numbers that become smaller from each dimension to the next, 0 aside."""
    last = 0
    for stride in strides:
        if type(stride) is not int or (stride and stride >= last > 0):
            return False
        last = stride or last
    return True


def stride_order(ctx: Context, sizes: Sizes, strides: Sequence[Sizes]) -> tuple[int, ...]:
    """The dimensions from the outermost to the innermost in memory, as the operands' strides order them.

    An insertion sort from the back with a comparison that may be ambiguous (TensorIterator's, and the one
    ``compute_elementwise_output_logical_to_physical_perm`` applies to symbolic strides).
    """
    order = list(range(len(sizes)))
    order.reverse()
    for start in range(1, len(order)):
        moving = start
        for at in range(start - 1, -1, -1):
            comparison = _compare(ctx, sizes, strides, order[at], order[moving])
            if comparison > 0:
                order[at], order[moving] = order[moving], order[at]
                moving = at
            elif comparison < 0:
                break
    return tuple(reversed(order))


def _compare(ctx: Context, sizes: Sizes, strides: Sequence[Sizes], left: int, right: int) -> int:
    """1 if ``left`` must lie outside ``right``, -1 if it lies inside, 0 if no operand tells."""
    for operand in strides:
        a, b = operand[left], operand[right]
        if (a == 0) or (b == 0):
            continue
        if a == b:
            if at_least(ctx, sizes[right], sizes[left]):
                continue
            return 1
        if at_least(ctx, b, a):
            return -1
        if at_least(ctx, a, b):
            return 1
    return 0


def at_least(ctx: Context, a: Dim, b: Dim) -> bool:
    """``a >= b`` for sizes and strides; for unbacked ones a multiple counts as at least as large."""
    if isinstance(a, int) and isinstance(b, int):
        return a >= b
    condition = ge(a, b)
    if isinstance(condition, bool):
        return condition
    known = ctx.known(condition)
    if known is not None:
        return known
    return ctx.layout(condition) or (b != 0 and ctx.known(eq(a % b, 0)) is True)


def strides_in_order(ctx: Context, sizes: Sizes, order: Sequence[int]) -> Sizes:
    """Dense strides for ``sizes`` with the dimensions in that order of memory (``torch.empty_permuted``)."""
    dense = contiguous_strides(ctx, tuple(sizes[dim] for dim in order))
    strides: list[Dim] = [0] * len(sizes)
    for dim, stride in zip(order, dense, strict=True):
        strides[dim] = stride
    return tuple(strides)


def require_difference(left: FakeTensor, right: FakeTensor) -> None:
    """Booleans have no difference. Raises RuntimeError."""
    if left.dtype is right.dtype is DType.bool:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    if DType.bool in (left.dtype, right.dtype):
        raise RuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, "
            "use the `~` or `logical_not()` operator instead."
        )
