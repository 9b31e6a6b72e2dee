"""Operators whose result depends on what a tensor holds: ``nonzero``, ``item``, ``masked_select``, ``unique``, ...

Each allocates a fresh unbacked symbol. Its facts are the range that PyTorch gives it, bounded by sizes instead of
by numbers; its quantity makes every further use of the same unmutated contents equal (congruence), whichever
operator uses it: ``index(x, mask)``, ``nonzero(mask)`` and ``masked_select(x, mask)`` have one count.
"""

from __future__ import annotations

from math import comb
from typing import Final

from refimpl.aten._broadcast import broadcast_sizes, is_one
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import elementwise
from refimpl.aten._registry import shape
from refimpl.aten._strides import contiguous_strides, is_contiguous
from refimpl.aten._unbacked import decided
from refimpl.aten._views import unsqueeze
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes, Storage
from refimpl.terms import Dim, eq, ge, lor, ne

__all__ = ["mask_count"]

# The ranges of items narrower than a machine integer; the contract on machine integers covers int64.
_ITEM_RANGES: Final[dict[DType, tuple[int, int]]] = {
    DType.uint8: (0, 2**8 - 1),
    DType.int8: (-(2**7), 2**7 - 1),
    DType.int16: (-(2**15), 2**15 - 1),
    DType.int32: (-(2**31), 2**31 - 1),
    DType.uint16: (0, 2**16 - 1),
    DType.uint32: (0, 2**32 - 1),
    DType.uint64: (0, 2**64 - 1),
}


def _dense(ctx: Context, like: FakeTensor, sizes: Sizes, dtype: DType | None = None) -> FakeTensor:
    """A new contiguous tensor on the device of another one."""
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), dtype or like.dtype, like.device)


def _is_literally_empty(sizes: Sizes) -> bool:
    return any(isinstance(size, int) and size == 0 for size in sizes)


def _expanded(mask: FakeTensor, sizes: Sizes) -> FakeTensor:
    """The mask seen with the broadcast sizes; itself where nothing is repeated."""
    if mask.sizes == sizes:
        return mask
    missing = len(sizes) - mask.ndim
    strides: list[Dim] = [0] * missing
    for size, stride, wanted in zip(mask.sizes, mask.strides, sizes[missing:], strict=True):
        strides.append(stride if size == wanted else 0)
    return mask.viewed(sizes, tuple(strides), mask.offset)


def mask_count(ctx: Context, mask: FakeTensor) -> Dim:
    """How many elements of the mask are not zero; ``0 <= count <= numel``, and 0 if it has a dimension of size 0."""
    if _is_literally_empty(mask.sizes):
        return 0
    return ctx.fresh_int(0, mask.numel(), ctx.quantity("nonzero", mask))


@shape("aten.nonzero.default", "aten.argwhere.default")
def nonzero(ctx: Context, self: FakeTensor) -> FakeTensor:
    """The indices of the nonzero elements, one row each, stored column by column."""
    count = mask_count(ctx, self)
    return FakeTensor((count, self.ndim), (1, count), DType.int64, self.device)


@shape("aten.nonzero_numpy.default")
def nonzero_numpy(ctx: Context, self: FakeTensor) -> list[Value]:
    """One vector of indices for each dimension, views of one ``nonzero``; a scalar counts as a vector."""
    if self.ndim == 0:
        self = self.viewed((1,), (1,), self.offset)
    indices = nonzero(ctx, self)
    count = indices.sizes[0]
    return [indices.viewed((count,), (1,), count * dimension) for dimension in range(self.ndim)]


@shape("aten.nonzero_static.default")
def nonzero_static(ctx: Context, self: FakeTensor, size: Dim, fill_value: int) -> FakeTensor:
    """``nonzero`` cut or filled to a given number of rows."""
    ctx.require(ge(size, 0), "nonzero_static: 'size' must be an non-negative integer")
    return _dense(ctx, self, (size, self.ndim), DType.int64)


@shape("aten.item.default")
def item(ctx: Context, self: FakeTensor) -> Value:
    """The one element as a number: a plain one if the tensor is a lifted constant, a fresh symbol otherwise."""
    numel = self.numel()
    ctx.require(eq(numel, 1), f"a Tensor with {numel} elements cannot be converted to Scalar")
    return first_element(ctx, self)


@shape("aten._local_scalar_dense.default")
def first_element(ctx: Context, self: FakeTensor) -> Value:
    """As ``item``; the kernel reads the first element and does not ask how many there are."""
    if self.constant is not None and not isinstance(self.constant, complex):
        return self.constant
    if self.sizes:
        ctx.require(ne(self.numel(), 0), "_local_scalar_dense: Empty tensor not supported")
    quantity = ctx.quantity("item", self)
    match self.dtype.category:
        case Category.BOOL:
            return ctx.fresh_bool(quantity)
        case Category.INTEGRAL:
            low, high = _ITEM_RANGES.get(self.dtype, (None, None))
            return ctx.fresh_int(low, high, quantity)
        case Category.FLOATING:
            return ctx.fresh_float(quantity)
        case Category.COMPLEX:
            raise NotImplementedError(f"local_scalar_dense/item NYI for {self.dtype}")  # PyTorch's own class


@shape("aten.masked_select.default")
def masked_select(ctx: Context, self: FakeTensor, mask: FakeTensor) -> FakeTensor:
    """The elements under the mask as a vector; both are broadcast first."""
    if mask.dtype is not DType.bool:
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    sizes = _broadcast_or_undecided(ctx, self.sizes, mask.sizes)
    # PyTorch allocates even where the mask is literally empty.
    if sizes is None:
        # A dimension of size 1 may repeat the other operand: the product of both bounds every case.
        count = ctx.fresh_int(0, _product(self.sizes) * _product(mask.sizes), None)
    else:
        count = ctx.fresh_int(0, _product(sizes), ctx.quantity("nonzero", _expanded(mask, sizes)))
    return _dense(ctx, self, (count,))


def _broadcast_or_undecided(ctx: Context, left: Sizes, right: Sizes) -> Sizes | None:
    """The common shape; None if it depends on which sizes are 1, of which only what the kernel enforces is required.

    PyTorch's fake kernel compares no sizes, so nothing is deferred here (``broadcast_sizes`` would).
    """
    places = min(len(left), len(right))
    undecided = False
    for place in range(1, places + 1):
        a, b = left[-place], right[-place]
        if a is b or is_one(ctx, a) or is_one(ctx, b) or ctx.known(eq(a, b)) is True:
            continue
        message = (
            f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension "
            f"{max(len(left), len(right)) - place}"
        )
        ctx.require(lor(eq(a, b), eq(a, 1), eq(b, 1)), message)
        undecided |= ctx.known(eq(a, b)) is not True
    return None if undecided else broadcast_sizes(ctx, left, right)


def _product(sizes: Sizes) -> Dim:
    total: Dim = 1
    for size in sizes:
        total = total * size
    return total


def _unique_results(
    ctx: Context, self: FakeTensor, sizes: Sizes, inverse: Sizes | None, counts: Sizes | None
) -> tuple[FakeTensor, ...]:
    nothing: Sizes = (0,)
    return (
        _dense(ctx, self, sizes),
        _dense(ctx, self, nothing if inverse is None else inverse, DType.int64),
        _dense(ctx, self, nothing if counts is None else counts, DType.int64),
    )


@shape("aten._unique2.default")
def unique2(
    ctx: Context, self: FakeTensor, sorted: bool, return_inverse: bool, return_counts: bool
) -> tuple[Value, ...]:
    """The distinct elements, where each element went, and how often each occurs (empty unless asked for)."""
    count: Dim = 0
    if not _is_literally_empty(self.sizes):
        count = ctx.fresh_int(0, self.numel(), ctx.quantity("unique", self, sorted))
    return _unique_results(
        ctx, self, (count,), self.sizes if return_inverse else None, (count,) if return_counts else None
    )


@shape("aten._unique.default")
def unique(ctx: Context, self: FakeTensor, sorted: bool, return_inverse: bool) -> tuple[Value, ...]:
    """The distinct elements and where each element went."""
    return unique2(ctx, self, sorted, return_inverse, False)[:2]


def _unique_along(
    ctx: Context, self: FakeTensor, dim: int, kind: str, return_inverse: bool, return_counts: bool
) -> tuple[Value, ...]:
    dim = wrap_dim(dim, self.ndim)
    if self.ndim == 0:
        raise IndexError("Dimension specified as 0 but tensor has no dimensions")
    for other, size in enumerate(self.sizes):
        if other != dim:
            ctx.require(
                ne(size, 0), "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied"
            )
    length = self.sizes[dim]
    count: Dim = 0
    if not _is_literally_empty(self.sizes):
        count = ctx.fresh_int(0, length, ctx.quantity(kind, self, dim))
    sizes = (*self.sizes[:dim], count, *self.sizes[dim + 1 :])
    # On the CPU the kernel returns both whether or not they were asked for.
    always = self.device.type == "cpu"
    return _unique_results(
        ctx,
        self,
        sizes,
        (length,) if return_inverse or always else None,
        (count,) if return_counts or always else None,
    )


@shape("aten.unique_dim.default")
def unique_dim(
    ctx: Context, self: FakeTensor, dim: int, sorted: bool, return_inverse: bool, return_counts: bool
) -> tuple[Value, ...]:
    """The distinct slices along a dimension."""
    return _unique_along(ctx, self, dim, "unique_dim", return_inverse, return_counts)


@shape("aten.unique_consecutive.default")
def unique_consecutive(
    ctx: Context, self: FakeTensor, return_inverse: bool, return_counts: bool, dim: int | None
) -> tuple[Value, ...]:
    """The first element (or slice along a dimension) of each run of equal ones."""
    if dim is not None:
        return _unique_along(ctx, self, dim, "unique_consecutive", return_inverse, return_counts)
    count: Dim = 0
    if not _is_literally_empty(self.sizes):
        count = ctx.fresh_int(0, self.numel(), ctx.quantity("unique_consecutive", self))
    results = _unique_results(
        ctx, self, (count,), self.sizes if return_inverse else None, (count,) if return_counts else None
    )
    # Cut, like the inverse's, from storages with a place for each element.
    return tuple([result.on(Storage()) for result in results])


def repeat_total(ctx: Context, repeats: FakeTensor, output_size: Dim | None) -> Dim:
    """The sum of the repeats: the given output size, or a fresh symbol that is at least 0."""
    if repeats.ndim != 1:
        raise RuntimeError("repeat_interleave only accept 1D vector as repeat")
    if repeats.dtype not in (DType.int64, DType.int32):
        raise RuntimeError("repeats has to be Long or Int tensor")
    if output_size is not None:
        return output_size
    return ctx.fresh_int(0, None, ctx.quantity("repeat_total", repeats))


@shape("aten.repeat_interleave.Tensor")
def repeat_interleave_tensor(ctx: Context, repeats: FakeTensor, output_size: Dim | None) -> FakeTensor:
    """The index of each element, as often as it is repeated."""
    return _dense(ctx, repeats, (repeat_total(ctx, repeats, output_size),))


@shape("aten.repeat_interleave.self_Tensor")
def repeat_interleave_self_tensor(
    ctx: Context, self: FakeTensor, repeats: FakeTensor, dim: int | None, output_size: Dim | None
) -> FakeTensor:
    """Each slice along a dimension (of the flattened tensor without one) repeated by its own count."""
    sizes = self.sizes if dim is not None else (self.numel(),)
    dim = 0 if dim is None else wrap_dim(dim, self.ndim, scalar_has_one=False)
    length = sizes[dim]
    if repeats.ndim > 1:
        raise RuntimeError("repeats must be 0-dim or 1-dim tensor")
    if repeats.ndim == 0 or (isinstance(repeats.sizes[0], int) and repeats.sizes[0] == 1):
        repeats = repeats.viewed((length,), (0,), repeats.offset)
    else:
        equal = eq(repeats.sizes[0], length)
        ctx.require(decided(ctx, equal) or equal, _repeats_message(repeats.sizes[0], length))
    total = repeat_total(ctx, repeats, output_size)
    return _dense(ctx, self, (*sizes[:dim], total, *sizes[dim + 1 :]))


def _repeats_message(repeats: Dim, length: Dim) -> str:
    return (
        "repeats must have the same size as input along dim, "
        f"but got repeats.size(0) = {repeats} and input.size(0) = {length}"
    )


@shape("aten.repeat_interleave.self_int")
def repeat_interleave_self_int(
    ctx: Context, self: FakeTensor, repeats: Dim, dim: int | None, output_size: Dim | None
) -> FakeTensor:
    """Each slice along a dimension (of the flattened tensor without one) repeated equally often."""
    sizes = self.sizes if dim is not None and self.sizes else (self.numel(),)
    dim = 0 if dim is None else wrap_dim(dim, self.ndim)
    ctx.require(ge(repeats, 0), "Repeats must be non-negative")
    total = sizes[dim] * repeats
    if output_size is not None:
        ctx.require(
            eq(output_size, total), "repeat_interleave: Invalid output_size, expected "
            f"{total} but got {output_size}"
        )  # fmt: skip
    return _dense(ctx, self, (*sizes[:dim], total, *sizes[dim + 1 :]))


@shape("aten.bincount.default")
def bincount(ctx: Context, self: FakeTensor, weights: FakeTensor | None, minlength: Dim) -> FakeTensor:
    """How often each number occurs; one more than the largest, at least ``minlength``."""
    if self.ndim != 1 or self.dtype.category is not Category.INTEGRAL:
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    ctx.require(ge(minlength, 0), "minlength should be >= 0")
    if weights is not None:
        message = "weights should be 1-d and have the same length as input"
        if weights.ndim != 1:
            raise RuntimeError(message)
        # Of an empty input the kernel looks at nothing else.
        ctx.require(lor(eq(weights.sizes[0], self.sizes[0]), eq(self.sizes[0], 0)), message)
    count = ctx.fresh_int(0, None, ctx.quantity("bincount", self, minlength))
    ctx.fact(ge(count, minlength))
    dtype = DType.int64
    if weights is not None:
        dtype = DType.float32 if weights.dtype is DType.float32 else DType.float64
    return FakeTensor((count,), (1,), dtype, self.device)


@shape("aten.one_hot.default")
def one_hot(ctx: Context, self: FakeTensor, num_classes: Dim) -> FakeTensor:
    """A 1 at each element's class; without a number of classes, one more than the largest, which must be known."""
    if self.dtype is not DType.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    if isinstance(num_classes, int) and num_classes == -1:
        ctx.require(ne(self.numel(), 0), "Can not infer total number of classes from empty tensor.")
        largest = ctx.fresh_int(None, None, ctx.quantity("largest", self))
        ctx.decide(eq(largest, 0))
        num_classes = largest + 1
    else:
        ctx.require(ge(num_classes, 0), "num_classes should be positive")
        if not is_contiguous(ctx, self):
            # Each element is compared with every class.
            classes = _dense(ctx, self, (num_classes,))
            return elementwise(ctx, (unsqueeze(self, -1), classes), DType.int64)
    return _dense(ctx, self, (*self.sizes, num_classes))


@shape("aten.combinations.default")
def combinations(ctx: Context, self: FakeTensor, r: int, with_replacement: bool) -> FakeTensor:
    """All combinations of the elements of a vector, one row each; PyTorch counts them by a mask."""
    if self.ndim != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(self.sizes)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return _dense(ctx, self, (0,))
    length = self.sizes[0]
    count = ctx.fresh_int(0, _product((length,) * r), None)
    if isinstance(length, int):
        ctx.fact(eq(count, comb(length + r - 1 if with_replacement else length, r)))
    return _dense(ctx, self, (count, r))


@shape("aten.where.default")
def where(ctx: Context, condition: FakeTensor) -> list[Value]:
    """One vector of indices of true elements for each dimension."""
    return nonzero_numpy(ctx, condition)
