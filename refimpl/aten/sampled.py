"""Functions given by samples: differences, gradients, integrals by trapezoids, quantiles."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim, wrap_dims
from refimpl.aten._elementwise import dense, like, require_difference
from refimpl.aten._promotion import Kind, Number, convert_kind, promote_types, result_type
from refimpl.aten._reduction import reduced_sizes, require_elements
from refimpl.aten._registry import shape
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._unbacked import decided
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, ge, int_max, lt

__all__: list[str] = []


def _with_size(sizes: Sizes, dim: int, size: Dim) -> Sizes:
    return (*sizes[:dim], size, *sizes[dim + 1 :])


def _require_joinable(ctx: Context, self: FakeTensor, part: FakeTensor, dim: int) -> None:
    if part is self:
        return
    if part.ndim != self.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for at, (size, expected) in enumerate(zip(part.sizes, self.sizes, strict=True)):
        if at != dim:
            message = (
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({at}) = {expected}, but got tensor.size({at}) = {size}"
            )
            ctx.require(eq(size, expected), message)


@shape("aten.diff.default")
def diff(
    ctx: Context, self: FakeTensor, n: int, dim: int, prepend: FakeTensor | None, append: FakeTensor | None
) -> FakeTensor:
    """The n-th difference along a dimension, of the tensor with others joined to its ends."""
    if not self.sizes:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0 and prepend is append is None:
        return like(ctx, self)
    at = wrap_dim(dim, self.ndim)
    parts = [part for part in (prepend, self, append) if part is not None]
    for part in parts:
        _require_joinable(ctx, self, part, at)
    if n == 0:
        return like(ctx, self)
    whole = tensor_of(ctx, "aten.cat.default", parts, at) if len(parts) > 1 else self
    size = whole.sizes[at]
    # An order beyond the size is cut to the size, which leaves nothing.
    is_cut = ctx.decide(lt(size, n))
    if is_cut and (n == 1 or size == 0):
        return like(ctx, whole)
    left = whole.viewed(_with_size(whole.sizes, at, size - 1), whole.strides, whole.offset)
    first = like(ctx, left)
    return first if n == 1 else _resized_like(ctx, first, at, 0 if is_cut else size - n)


def _resized_like(ctx: Context, tensor: FakeTensor, dim: int, size: Dim) -> FakeTensor:
    return like(ctx, tensor.viewed(_with_size(tensor.sizes, dim, size), tensor.strides, tensor.offset))


def _float(ctx: Context, *operands: FakeTensor) -> DType:
    return convert_kind(ctx, Kind.INT_TO_FLOAT, result_type(ctx, *operands))


def _gradient(
    ctx: Context, self: FakeTensor, dims: Sequence[int], spacing: int | None, edge_order: int, *others: FakeTensor
) -> list[Value]:
    if self.dtype is DType.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input.")
    require_difference(self, self)
    for other in others:
        if other.ndim != 1:
            raise RuntimeError(
                "torch.gradient expected each element of spacing to have one dimension, but got an element with "
                f"{other.ndim} dimensions!"
            )
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    if spacing is not None and spacing != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to "
            f"'self.dim() = {self.ndim}', since dim argument was not given, but got a list of length {spacing}"
        )
    for at in wrap_dims(dims, self.ndim):
        ctx.require(
            ge(self.sizes[at], edge_order + 1),
            "torch.gradient expected each dimension size to be at least edge_order+1",
        )
    if not others:
        return [dense(ctx, self, self.sizes, _float(ctx, self)) for _ in dims]
    pairs = zip(wrap_dims(dims, self.ndim), others, strict=True)
    return [_gradient_at(ctx, self, at, other, edge_order) for at, other in pairs]


def _gradient_at(ctx: Context, self: FakeTensor, at: int, coordinates: FakeTensor, edge_order: int) -> FakeTensor:
    """The gradient along a dimension: differences of the inner points broadcast with those of the coordinates."""
    if coordinates.dtype is DType.bool:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. "
            "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
        )
    count, size = coordinates.sizes[0], self.sizes[at]
    inner = broadcast_sizes(ctx, (_without_ends(ctx, count),), (_without_ends(ctx, size),))[0]
    steps = _one_less(ctx, count)
    message = f"select(): index {edge_order - 1} out of range for tensor of size [{steps}] at dimension 0"
    ctx.require(ge(count, edge_order + 1), message, IndexError)
    return dense(ctx, self, _with_size(self.sizes, at, inner + 2), promote_types(_float(ctx, coordinates), self.dtype))


def _without_ends(ctx: Context, size: Dim) -> Dim:
    return size - 2 if ctx.known(ge(size, 2)) is True else int_max(size - 2, 0)


def _one_or_all(self: FakeTensor, dim: int | None) -> Sequence[int]:
    return range(self.ndim) if dim is None else (dim,)


@shape("aten.gradient.scalarint")
def gradient_scalar(
    ctx: Context, self: FakeTensor, spacing: Number | None, dim: int | None, edge_order: int
) -> list[Value]:
    """The gradient along one or all dimensions, of one spacing."""
    return _gradient(ctx, self, _one_or_all(self, dim), None, edge_order)


@shape("aten.gradient.scalararray")
def gradient_scalar_dims(
    ctx: Context, self: FakeTensor, spacing: Number, dim: Sequence[int], edge_order: int
) -> list[Value]:
    """The gradient along dimensions, of one spacing."""
    return _gradient(ctx, self, dim, None, edge_order)


@shape("aten.gradient.array")
def gradient_dims(ctx: Context, self: FakeTensor, dim: Sequence[int], edge_order: int) -> list[Value]:
    """The gradient along dimensions."""
    return _gradient(ctx, self, dim, None, edge_order)


@shape("aten.gradient.scalarrayint")
def gradient_spacings(
    ctx: Context, self: FakeTensor, spacing: Sequence[Number], dim: int | None, edge_order: int
) -> list[Value]:
    """The gradient along one or all dimensions, each of its spacing."""
    return _gradient(ctx, self, _one_or_all(self, dim), len(spacing), edge_order)


@shape("aten.gradient.scalarrayarray")
def gradient_spacings_dims(
    ctx: Context, self: FakeTensor, spacing: Sequence[Number], dim: Sequence[int], edge_order: int
) -> list[Value]:
    """The gradient along dimensions, each of its spacing."""
    return _gradient(ctx, self, dim, len(spacing), edge_order)


@shape("aten.gradient.tensorarrayint")
def gradient_coordinates(
    ctx: Context, self: FakeTensor, spacing: Sequence[FakeTensor], dim: int | None, edge_order: int
) -> list[Value]:
    """The gradient along one or all dimensions, at given coordinates."""
    return _gradient(ctx, self, _one_or_all(self, dim), len(spacing), edge_order, *spacing)


@shape("aten.gradient.tensorarray")
def gradient_coordinates_dims(
    ctx: Context, self: FakeTensor, spacing: Sequence[FakeTensor], dim: Sequence[int], edge_order: int
) -> list[Value]:
    """The gradient along dimensions, at given coordinates."""
    return _gradient(ctx, self, dim, len(spacing), edge_order, *spacing)


def _sample_dim(y: FakeTensor, dim: int) -> int:
    wrap_dim(dim, y.ndim)
    return wrap_dim(dim, y.ndim, scalar_has_one=False)


def _require_dimension(y: FakeTensor) -> None:
    if not y.sizes:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")


def _require_numbers(y: FakeTensor, name: str, x: FakeTensor | None = None) -> None:
    if DType.bool in (y.dtype, y.dtype if x is None else x.dtype):
        which = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {which}, but bool is not supported")


@shape("aten.trapz.dx")
def trapz_dx(ctx: Context, y: FakeTensor, dx: Number, dim: int) -> FakeTensor:
    """The same as a trapezoid's, but for the words of what no dimension has."""
    wrap_dim(dim, y.ndim, scalar_has_one=False)
    return trapezoid_dx(ctx, y, dx, dim)


@shape("aten.trapezoid.dx")
def trapezoid_dx(ctx: Context, y: FakeTensor, dx: Number, dim: int) -> FakeTensor:
    """The integral along a dimension, of one spacing; 0 without samples."""
    _require_numbers(y, "trapezoid")
    at = wrap_dim(dim, y.ndim, scalar_has_one=False)
    dtype = y.dtype if decided(ctx, eq(y.sizes[at], 0)) else _float(ctx, y)
    return dense(ctx, y, reduced_sizes(y.sizes, (at,), False), dtype)


def _trapezoids(ctx: Context, y: FakeTensor, x: FakeTensor, at: int, name: str) -> Sizes:
    """The broadcast sizes of the trapezoids between samples along ``at``."""
    steps = _with_size(y.sizes, at, _one_less(ctx, y.sizes[at]))
    if x.ndim == 1:
        message = f"{name}: There must be one `x` value for each sample point"
        ctx.require(eq(x.sizes[0], y.sizes[at]), message)
        return steps
    padded = (1,) * (y.ndim - x.ndim) + x.sizes
    return broadcast_sizes(ctx, steps, _with_size(padded, at, _one_less(ctx, padded[at])))


def _one_less(ctx: Context, size: Dim) -> Dim:
    return size - 1 if ctx.known(ge(size, 1)) is True else int_max(size - 1, 0)


@shape("aten.trapezoid.x", "aten.trapz.x")
def trapezoid_x(ctx: Context, y: FakeTensor, x: FakeTensor, dim: int) -> FakeTensor:
    """The integral along a dimension, at given coordinates; 0 without samples."""
    _require_numbers(y, "trapezoid", x)
    at = _sample_dim(y, dim)
    if decided(ctx, eq(y.sizes[at], 0)):
        return dense(ctx, y, reduced_sizes(y.sizes, (at,), False))
    sizes = _trapezoids(ctx, y, x, at, "trapezoid")
    return dense(ctx, y, reduced_sizes(sizes, (at,), False), _float(ctx, y, x))


@shape("aten.cumulative_trapezoid.dx")
def cumulative_trapezoid_dx(ctx: Context, y: FakeTensor, dx: Number, dim: int) -> FakeTensor:
    """The running integral along a dimension, of one spacing."""
    _require_numbers(y, "cumulative_trapezoid")
    _require_dimension(y)
    at = wrap_dim(dim, y.ndim)
    return dense(ctx, y, _with_size(y.sizes, at, _one_less(ctx, y.sizes[at])), _float(ctx, y))


@shape("aten.cumulative_trapezoid.x")
def cumulative_trapezoid_x(ctx: Context, y: FakeTensor, x: FakeTensor, dim: int) -> FakeTensor:
    """The running integral along a dimension, at given coordinates."""
    _require_numbers(y, "cumulative_trapezoid", x)
    wrap_dim(dim, y.ndim)
    if x.ndim != 1:
        _require_dimension(y)
    at = _sample_dim(y, dim)
    return dense(ctx, y, _trapezoids(ctx, y, x, at, "cumulative_trapezoid"), _float(ctx, y, x))


_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _require_quantile(ctx: Context, self: FakeTensor, interpolation: str) -> None:
    require_elements(ctx, self, "quantile() input tensor must be non-empty")
    if self.dtype not in (DType.float32, DType.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    if interpolation not in _INTERPOLATIONS:
        raise RuntimeError(
            "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
            f"but got {interpolation}"
        )


def _kept(self: FakeTensor, dim: int | None, keepdim: bool) -> Sizes:
    dims = range(self.ndim) if dim is None else (wrap_dim(dim, self.ndim),)
    return reduced_sizes(self.sizes, dims, keepdim)


def _quantile(name: str) -> None:
    def several(
        ctx: Context, self: FakeTensor, q: FakeTensor, dim: int | None, keepdim: bool, interpolation: str
    ) -> FakeTensor:
        _require_quantile(ctx, self, interpolation)
        if q.ndim > 1:
            raise RuntimeError("quantile() q must be a scalar or 1D tensor")
        if q.dtype is not self.dtype:
            raise RuntimeError("quantile() q tensor must be same dtype as the input tensor")
        kept = _kept(self, dim, keepdim)
        if not q.sizes:
            return dense(ctx, self, kept)
        *outer, inner = contiguous_strides(ctx, (*kept, q.sizes[0]))
        return FakeTensor((q.sizes[0], *kept), (inner, *outer), self.dtype, self.device)

    def one(ctx: Context, self: FakeTensor, q: float, dim: int | None, keepdim: bool, interpolation: str) -> FakeTensor:
        if not 0 <= q <= 1:
            raise RuntimeError(f"quantile() q must be in the range [0, 1] but got {q}")
        _require_quantile(ctx, self, interpolation)
        return dense(ctx, self, _kept(self, dim, keepdim))

    shape(f"aten.{name}.default")(several)
    shape(f"aten.{name}.scalar")(one)


_quantile("quantile")
_quantile("nanquantile")
