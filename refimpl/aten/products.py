"""Products of tensors other than plain matrix products: outer, inner, Kronecker, contractions, distances."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes, defer_equal, expand, is_one
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense, elementwise, pointwise
from refimpl.aten._in_place import cxx_type, require_fits, scalar_type_name
from refimpl.aten._promotion import Kind, convert_kind, result_type
from refimpl.aten._reduction import reduced_sizes
from refimpl.aten._registry import shape
from refimpl.aten._reshape import view
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._unbacked import is_data_dependent
from refimpl.aten._views import transpose, unsqueeze
from refimpl.aten.linear import matrix_product
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim, eq, le, ne

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
