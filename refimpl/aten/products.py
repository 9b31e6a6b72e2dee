"""Products of tensors other than plain matrix products: outer, inner, Kronecker, contractions, distances."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes, defer_equal, expand, is_one
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense, elementwise, pointwise
from refimpl.aten._in_place import cxx_type, require_fits, scalar_type_name
from refimpl.aten._kernels import NOT_REAL, missing_kernel, require_kernel
from refimpl.aten._promotion import Kind, convert_kind, result_type
from refimpl.aten._reduction import reduced_sizes
from refimpl.aten._registry import shape
from refimpl.aten._reshape import view
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._unbacked import is_data_dependent
from refimpl.aten._views import transpose, unsqueeze
from refimpl.aten.linear import matrix_product
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, ge, le, ne

__all__: list[str] = []


@shape("aten.outer.default", "aten.ger.default")
def outer(ctx: Context, self: FakeTensor, vec2: FakeTensor) -> FakeTensor:
    """All products of elements of two vectors."""
    for tensor, name in ((self, "self"), (vec2, "vec2")):
        if tensor.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {tensor.ndim}-D")
    return elementwise(ctx, (unsqueeze(self, 1), vec2), result_type(ctx, self, vec2))


@shape("aten.kron.default")
def kron(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The Kronecker product: sizes multiply, shorter shapes filled with 1 on the left."""
    rank = max(self.ndim, other.ndim)
    left = (1,) * (rank - self.ndim) + self.sizes
    right = (1,) * (rank - other.ndim) + other.sizes
    sizes = tuple(a * b for a, b in zip(left, right, strict=True))
    if all(tensor.strides == contiguous_strides(ctx, tensor.sizes) for tensor in (self, other)):
        return dense(ctx, self, sizes, result_type(ctx, self, other))
    # One element of each dimension of the one with one of the other, and then each pair of dimensions as one.
    first, second = expand(ctx, self, left), expand(ctx, other, right)
    for at in range(rank):
        first, second = unsqueeze(first, 2 * at + 1), unsqueeze(second, 2 * at)
    made = view(ctx, pointwise(ctx, Kind.DEFAULT, first, second), sizes)
    return FakeTensor(made.sizes, made.strides, made.dtype, made.device)


@shape("aten.tensordot.default")
def tensordot(
    ctx: Context, self: FakeTensor, other: FakeTensor, dims_self: Sequence[int], dims_other: Sequence[int]
) -> FakeTensor:
    """A contraction over pairs of dimensions; a size of 1 is summed with any."""
    if len(dims_self) != len(dims_other):
        raise RuntimeError("both dimension lists should have same length")
    if self.dtype is not other.dtype:
        raise RuntimeError("both inputs should have same dtype")
    for given_a, given_b in zip(dims_self, dims_other, strict=True):
        size = self.sizes[wrap_dim(given_a, self.ndim, scalar_has_one=False)]
        other_size = other.sizes[wrap_dim(given_b, other.ndim, scalar_has_one=False)]
        if is_one(ctx, size) or is_one(ctx, other_size):
            continue
        message = (
            f"contracted dimensions need to match, but first has size {size} in dim {given_a} and second has size "
            f"{other_size} in dim {given_b}"
        )
        defer_equal(ctx, eq(size, other_size), (size, other_size), message)
    left, right = wrap_dims(dims_self, self.ndim), wrap_dims(dims_other, other.ndim)
    return dense(ctx, self, (*reduced_sizes(self.sizes, left, False), *reduced_sizes(other.sizes, right, False)))


@shape("aten.inner.default")
def inner(ctx: Context, self: FakeTensor, other: FakeTensor) -> FakeTensor:
    """The contraction of the last dimensions; with a tensor without dimensions, the product."""
    if not self.sizes or not other.sizes:
        return pointwise(ctx, Kind.DEFAULT, self, other)
    message = (
        "inner() the last dimension must match on both input tensors but got shapes "
        f"[{', '.join(map(str, self.sizes))}] and [{', '.join(map(str, other.sizes))}]"
    )
    ctx.require(eq(self.sizes[-1], other.sizes[-1]), message)
    return tensordot(ctx, self, other, (-1,), (-1,))


@shape("aten.cdist.default", "aten._cdist_forward.default")
def cdist(ctx: Context, x1: FakeTensor, x2: FakeTensor, p: float, compute_mode: int | None) -> FakeTensor:
    """The distances between the rows of two batches of matrices."""
    for tensor, name in ((x1, "X1"), (x2, "X2")):
        if tensor.ndim < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, {name} got: {tensor.ndim}D")
        if not tensor.dtype.is_floating_point:
            raise RuntimeError(
                f"cdist only supports floating-point dtypes, {name} got: {scalar_type_name(tensor.dtype)}"
            )
    message = f"X1 and X2 must have the same number of columns. X1: {x1.sizes[-1]} X2: {x2.sizes[-1]}"
    ctx.require(eq(x1.sizes[-1], x2.sizes[-1]), message)
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if compute_mode is not None and compute_mode not in (0, 1, 2):
        raise RuntimeError(f"possible modes: 0, 1, 2, but was: {compute_mode}")
    batch = broadcast_sizes(ctx, x1.sizes[:-2], x2.sizes[:-2])
    return dense(ctx, x1, (*batch, x1.sizes[-2], x2.sizes[-2]))


@shape("aten._euclidean_dist.default")
def euclidean_dist(ctx: Context, x1: FakeTensor, x2: FakeTensor) -> FakeTensor:
    """The Euclidean distances between rows, by a matrix product of rows with two columns added."""
    for tensor in (x1, x2):
        if not tensor.sizes:
            raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
    if x2.ndim == 1:
        raise RuntimeError("tensor.mT is only supported on matrices or batches of matrices. Got 1-D tensor.")
    left, right = (dense(ctx, tensor, (*tensor.sizes[:-1], tensor.sizes[-1] + 2)) for tensor in (x1, x2))
    result = matrix_product(ctx, left, transpose(right, -2, -1))
    require_fits(ctx, result, result.sizes, convert_kind(ctx, Kind.INT_TO_FLOAT, result.dtype))
    return result


@shape("aten.pdist.default")
def pdist(ctx: Context, self: FakeTensor, p: float) -> FakeTensor:
    """The distances between all pairs of rows of a matrix."""
    if self.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {self.ndim}D")
    if not self.dtype.is_floating_point:
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    return pdist_forward(ctx, dense(ctx, self, self.sizes), p)


@shape("aten._pdist_forward.default")
def pdist_forward(ctx: Context, self: FakeTensor, p: float) -> FakeTensor:
    """The distances between all pairs of rows of a contiguous matrix; of less than two rows there are none."""
    count = self.sizes[wrap_dim(0, self.ndim, scalar_has_one=False)]
    if self.ndim == 1 and ctx.known(le(count, 1)) is True:
        return dense(ctx, self, (0,))
    wrap_dim(1, self.ndim)
    if ctx.known(eq(self.strides[-1], 1)) is False and ctx.known(le(self.sizes[-1], 1)) is False:
        raise RuntimeError("_pdist_forward requires contiguous input")
    return dense(ctx, self, (count * (count - 1) // 2,))


@shape("aten._trilinear.default")
def trilinear(
    ctx: Context,
    i1: FakeTensor,
    i2: FakeTensor,
    i3: FakeTensor,
    expand1: Sequence[int],
    expand2: Sequence[int],
    expand3: Sequence[int],
    sumdim: Sequence[int],
    unroll_dim: int,
) -> FakeTensor:
    """The product of three tensors, each with dimensions inserted, summed over dimensions.

    PyTorch unrolls one of the dimensions: pieces of size 1 are multiplied in pairs and added up.
    """
    total = i1.ndim + len(expand1)
    if not 0 <= unroll_dim < total:
        raise RuntimeError(f"unroll_dim must be in [0,{total - 1}]")
    added = [wrap_dims(dims, total) for dims in (expand1, expand2, expand3)]
    summed = wrap_dims(sumdim, total)
    pieces = [i1, i2, i3]
    whole: list[Dim] = []
    for dim in range(total):
        size: Dim = 0
        for at, dims in enumerate(added):
            if dim in dims:
                pieces[at] = unsqueeze(pieces[at], dim)
            else:
                size = pieces[at].sizes[wrap_dim(dim, pieces[at].ndim, scalar_has_one=False)]
        whole.append(size)
    kept = dense(ctx, i1, tuple([1 if dim in summed else size for dim, size in enumerate(whole)]))
    filled = all(ctx.decide(ne(piece.numel(), 0)) for piece in pieces)
    if is_data_dependent(whole[unroll_dim]):
        ctx.decide(eq(whole[unroll_dim], 1))
    if filled and whole[unroll_dim] != 0:
        _require_unrolled(ctx, pieces, added, kept, summed, unroll_dim, whole[unroll_dim])
    return dense(ctx, kept, tuple([size for dim, size in enumerate(kept.sizes) if dim not in summed]))


def _require_unrolled(
    ctx: Context,
    pieces: Sequence[FakeTensor],
    added: Sequence[Sequence[int]],
    result: FakeTensor,
    summed: Sequence[int],
    unroll_dim: int,
    steps: Dim,
) -> None:
    """Every step has its piece of each tensor, and the pieces fit each other and the result."""
    narrowed: list[FakeTensor] = []
    for piece, dims in zip(pieces, added, strict=True):
        if unroll_dim not in dims:
            size = piece.sizes[unroll_dim]
            ctx.require(le(steps, size), f"start ({size}) + length (1) exceeds dimension size ({size}).")
        narrowed.append(dense(ctx, piece, (*piece.sizes[:unroll_dim], 1, *piece.sizes[unroll_dim + 1 :])))
    others = [dim for dim in summed if dim != unroll_dim]
    first = _pair_product(ctx, narrowed[0], narrowed[1], [dim for dim in others if dim in added[2]])
    second = _pair_product(ctx, first, narrowed[2], [dim for dim in others if dim not in added[2]])
    target = (*result.sizes[:unroll_dim], 1, *result.sizes[unroll_dim + 1 :])
    fitting = dense(ctx, result, target)
    require_fits(ctx, fitting, broadcast_sizes(ctx, target, second.sizes), second.dtype)


def _pair_product(ctx: Context, left: FakeTensor, right: FakeTensor, summed: Sequence[int]) -> FakeTensor:
    """The product of two tensors of one rank, summed over dimensions that are kept with size 1."""
    if left.ndim != right.ndim:
        raise RuntimeError("number of dimensions must match")
    if not summed:
        return pointwise(ctx, Kind.DEFAULT, left, right)
    sizes: list[Dim] = []
    for dim, (a, b) in enumerate(zip(left.sizes, right.sizes, strict=True)):
        common = broadcast_sizes(ctx, (a,), (b,), "non-broadcast dimensions must match")[0]
        sizes.append(1 if dim in summed else common)
    if left.dtype is not right.dtype:
        names = scalar_type_name(left.dtype), scalar_type_name(right.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    return dense(ctx, left, tuple(sizes))


_AMBIGUOUS = (
    "cannot reshape tensor of 0 elements into shape [-1, 0] because the unspecified dimension size -1 can be any value "
    "and is ambiguous"
)


@shape("aten.bilinear.default")
def bilinear(
    ctx: Context, input1: FakeTensor, input2: FakeTensor, weight: FakeTensor, bias: FakeTensor | None
) -> FakeTensor:
    """A form in two inputs that share their leading sizes."""
    named = {"input1": input1, "input2": input2, "weight": weight} | ({} if bias is None else {"bias": bias})
    if len({tensor.dtype for tensor in named.values()}) > 1:
        texts = [f"{name}: {cxx_type(tensor)}" for name, tensor in named.items()]
        raise RuntimeError(f"All tensors must have the same dtype, got {', '.join(texts)}")
    if input1.ndim != input2.ndim:
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.ndim} and {input2.ndim}")
    for dim in range(input1.ndim - 1):
        a, b = input1.sizes[dim], input2.sizes[dim]
        ctx.require(eq(a, b), f"bilinear(): input batch dimensions do not match at dim {dim}: got {a} and {b}")
    for tensor, position, name in ((input1, 1, "input1"), (input2, 2, "input2")):
        wrap_dim(position, weight.ndim)
        a, b = tensor.sizes[-1], weight.sizes[position]
        ctx.require(eq(a, b), f"bilinear(): {name} size does not match weight size: got {a} but expected {b}")
    for tensor in (input1, input2):
        ctx.require(ne(tensor.sizes[-1], 0), _AMBIGUOUS)
    if weight.ndim > 3:
        raise RuntimeError("number of dimensions must match")
    result = dense(ctx, input1, (*input1.sizes[:-1], weight.sizes[0]))
    if bias is None:
        return result
    a, b = bias.sizes[wrap_dim(0, bias.ndim, scalar_has_one=False)], weight.sizes[0]
    ctx.require(eq(a, b), f"bilinear(): bias size does not match weight size: got {a} but expected {b}")
    return tensor_of(ctx, "aten.add.Tensor", result, bias)


@shape("aten.histc.default")
def histc(ctx: Context, self: FakeTensor, bins: int, min: object, max: object) -> FakeTensor:
    """The counts of elements in bins of one width."""
    _require_bins(ctx, bins, 0)
    require_kernel("histogram_cpu", self.dtype, NOT_REAL)
    return dense(ctx, self, (bins,))


_WEIGHT = (
    "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its "
    "innermost dimension"
)


def _require_weight_dtype(self: FakeTensor, weight: FakeTensor) -> None:
    if weight.dtype is not self.dtype:
        raise RuntimeError(
            "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same "
            f"dtype, but got input({cxx_type(self)}), and weight({cxx_type(weight)})"
        )


def _require_floats(self: FakeTensor, kernel: str) -> None:
    if self.dtype not in (DType.float32, DType.float64):
        raise missing_kernel(kernel, self.dtype)


def _require_edges(ctx: Context, counts: Sequence[int]) -> None:
    """A bin more edges than bins are made, even for less than no bins."""
    for count in counts:
        ctx.require(ge(count, -1), "number of steps must be non-negative")


def _require_grid(ctx: Context, self: FakeTensor, bins: Sequence[int]) -> None:
    if self.ndim < 2:
        raise RuntimeError("torch.histogramdd: input tensor should have at least 2 dimensions")
    _require_floats(self, "histogramdd")
    message = "histogramdd: The size of bins must be equal to the innermost dimension of the input."
    ctx.require(eq(self.sizes[-1], len(bins)), message)


def _require_grid_weights(ctx: Context, self: FakeTensor, weight: FakeTensor) -> None:
    _require_weight_dtype(self, weight)
    if weight.ndim != self.ndim - 1:
        raise RuntimeError(_WEIGHT)
    for size, expected in zip(weight.sizes, self.sizes[:-1], strict=True):
        ctx.require(eq(size, expected), _WEIGHT)


@shape("aten.histogram.bin_ct")
def histogram(
    ctx: Context, self: FakeTensor, bins: int, range: object, weight: FakeTensor | None, density: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The counts of elements in bins of one width, and the edges of the bins."""
    _require_bins(ctx, bins, 0)
    _require_floats(self, "histogramdd")
    _require_weights(ctx, self, weight)
    return dense(ctx, self, (bins,)), dense(ctx, self, (bins + 1,))


def _require_weights(ctx: Context, self: FakeTensor, weight: FakeTensor | None) -> None:
    if weight is not None:
        _require_weight_dtype(self, weight)
        ctx.require(eq(weight.numel(), self.numel()), _WEIGHT)


@shape("aten.histogram.bins_tensor")
def histogram_edges(
    ctx: Context, self: FakeTensor, bins: FakeTensor, weight: FakeTensor | None, density: bool
) -> tuple[FakeTensor, FakeTensor]:
    """The counts of elements between given edges, and the edges."""
    if bins.dtype is not self.dtype:
        raise RuntimeError(
            "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype "
            f"{cxx_type(self)} and bins for dimension 0 with dtype {cxx_type(bins)}"
        )
    if bins.ndim != 1:
        raise RuntimeError(f"torch.histogramdd: bins tensor should have one dimension, but got {bins.ndim} dimensions")
    count = bins.sizes[0] - 1
    _require_some_edges(ctx, count, 0)
    _require_weights(ctx, self, weight)
    _require_bins(ctx, count, 0)
    _require_floats(self, "histogram_cpu")
    return dense(ctx, self, (count,)), dense(ctx, self, bins.sizes)


def _require_bins(ctx: Context, count: Dim, dim: int) -> None:
    ctx.require(ge(count, 1), f"torch.histogram(): bins must be > 0, but got {count} for dimension {dim}")


def _require_some_edges(ctx: Context, count: Dim, dim: int) -> None:
    ctx.require(
        ge(count, 0),
        "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins tensor for "
        f"dimension {dim}",
    )


@shape("aten._histogramdd_bin_edges.default")
def histogramdd_bin_edges(
    ctx: Context, self: FakeTensor, bins: Sequence[int], range: object, weight: FakeTensor | None, density: bool
) -> list[Value]:
    """The edges of bins, for each dimension."""
    _require_grid(ctx, self, bins)
    _require_edges(ctx, bins)
    return [dense(ctx, self, (count + 1,)) for count in bins]


@shape("aten._histogramdd_from_bin_cts.default")
def histogramdd_from_bin_cts(
    ctx: Context, self: FakeTensor, bins: Sequence[int], range: object, weight: FakeTensor | None, density: bool
) -> FakeTensor:
    """The counts in a grid of bins."""
    _require_grid(ctx, self, bins)
    _require_edges(ctx, bins)
    for dim, count in enumerate(bins):
        _require_some_edges(ctx, count, dim)
    if weight is not None:
        _require_grid_weights(ctx, self, weight)
    for dim, count in enumerate(bins):
        _require_bins(ctx, count, dim)
    return dense(ctx, self, tuple(bins))


@shape("aten.histogramdd.default")
def histogramdd(
    ctx: Context, self: FakeTensor, bins: Sequence[int], range: object, weight: FakeTensor | None, density: bool
) -> tuple[FakeTensor, list[Value]]:
    """The counts in a grid of bins, and the edges for each dimension."""
    counts = histogramdd_from_bin_cts(ctx, self, bins, range, weight, density)
    return counts, histogramdd_bin_edges(ctx, self, bins, range, weight, density)
