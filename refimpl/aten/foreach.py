"""Operators on lists of tensors: another operator on each, with the item of each further list at the same place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.aten._call import tensor_of
from refimpl.aten._in_place import require_fits, require_no_overlap
from refimpl.aten._kernels import missing_kernel
from refimpl.aten._promotion import Operand, real_of, result_type
from refimpl.aten._registry import ShapeFunction, shape
from refimpl.aten._schemas import schema_of
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, ne

__all__: list[str] = []

_Tensors = Sequence[FakeTensor]

# Each of a tensor alone.
_UNARY: Final = (
    "abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round "
    "rsqrt sigmoid sign sin sinh sqrt tan tanh trunc"
)
# Of a tensor and of a tensor, a number or a list of either: the operator of two tensors, and that of a number.
_BINARY: Final = {
    "add": ("add.Tensor", "add.Tensor"),
    "sub": ("sub.Tensor", "sub.Tensor"),
    "mul": ("mul.Tensor", "mul.Tensor"),
    "div": ("div.Tensor", "div.Tensor"),
    "clamp_max": ("minimum.default", "clamp_max.default"),
    "clamp_min": ("maximum.default", "clamp_min.default"),
    "maximum": ("maximum.default", "clamp_min.default"),
    "minimum": ("minimum.default", "clamp_max.default"),
    "pow": ("pow.Tensor_Tensor", "pow.Tensor_Scalar"),
}


def _require_lists(first: Sequence[object], *others: Sequence[object], numbers: bool = False) -> None:
    """Lists of one length, which is not 0. Raises RuntimeError."""
    if not first:
        raise RuntimeError("Tensor list must have at least one tensor.")
    for other in others:
        if len(other) == len(first):
            continue
        if numbers and other is others[-1]:
            raise RuntimeError(
                f"Tensor list must have same number of elements as scalar list, got {len(first)} and {len(other)}"
            )
        raise RuntimeError(f"Tensor lists must have the same number of tensors, got {len(first)} and {len(other)}")


def _require_scalar(tensor: FakeTensor) -> None:
    if tensor.ndim:
        raise RuntimeError(
            f"scalar tensor expected to be 0 dim but it has {tensor.ndim} dimensions and {tensor.numel()} elements."
        )


def _declare(name: str, function: ShapeFunction, refuses: ShapeFunction | None = None) -> None:
    """Register the operator, and its in-place form where PyTorch has one, with what that refuses before all else."""
    shape(f"aten._foreach_{name}")(function)
    base, _, overload = name.partition(".")
    in_place = f"aten._foreach_{base}_.{overload}"
    if schema_of(in_place) is None:
        return

    @shape(in_place)
    def written(ctx: Context, self: _Tensors, *arguments: object) -> Value:
        """The results written into the tensors of the first list; nothing is returned."""
        if refuses is not None:
            refuses(ctx, self, *arguments)
        results = function(ctx, self, *arguments)
        for tensor, result in zip(self, results if isinstance(results, list) else (), strict=True):
            if isinstance(result, FakeTensor):
                require_fits(ctx, tensor, result.sizes, result.dtype)
                require_no_overlap(ctx, tensor)
        return None


def _no_complex(ctx: Context, self: _Tensors) -> None:
    if any(tensor.dtype.is_complex for tensor in self):
        raise RuntimeError("In-place abs is not supported for complex tensors.")


def _unclamped(ctx: Context, self: _Tensors, bound: Operand | Sequence[Operand]) -> None:
    """Refuse bounds that are complex, or that the tensors' dtypes cannot hold."""
    bounds = bound if isinstance(bound, Sequence) else [bound] * len(self)
    for tensor, item in zip(self, bounds, strict=False):
        if isinstance(item, FakeTensor):
            require_fits(ctx, tensor, tensor.sizes, result_type(ctx, tensor, item))
        elif isinstance(item, complex):
            raise NotImplementedError("clamp is not supported for complex types")  # PyTorch's own class


def _unary(name: str) -> None:
    def each(ctx: Context, self: _Tensors) -> list[Value]:
        """The operator on each tensor."""
        _require_lists(self)
        return [tensor_of(ctx, f"aten.{name}.default", tensor) for tensor in self]

    _declare(f"{name}.default", each, _no_complex if name == "abs" else None)


for _name in _UNARY.split():
    _unary(_name)


def _binary(name: str, tensors: str, number: str) -> None:
    def with_list(ctx: Context, self: _Tensors, other: _Tensors, *scale: object) -> list[Value]:
        """The operator on each pair of tensors."""
        _require_lists(self, other)
        keywords = {"alpha": scale[0]} if scale else {}
        return [tensor_of(ctx, f"aten.{tensors}", a, b, **keywords) for a, b in zip(self, other, strict=True)]

    def with_number(ctx: Context, self: _Tensors, scalar: object) -> list[Value]:
        """The operator on each tensor and one number."""
        _require_lists(self)
        return [tensor_of(ctx, f"aten.{number}", tensor, scalar) for tensor in self]

    def with_numbers(ctx: Context, self: _Tensors, scalars: Sequence[object]) -> list[Value]:
        """The operator on each tensor and its number."""
        _require_lists(self, scalars, numbers=True)
        return [tensor_of(ctx, f"aten.{number}", a, b) for a, b in zip(self, scalars, strict=True)]

    def with_tensor(ctx: Context, self: _Tensors, other: FakeTensor, *scale: object) -> list[Value]:
        """The operator on each tensor and one tensor without dimensions."""
        _require_scalar(other)
        _require_lists(self)
        return with_list(ctx, self, [other] * len(self), *scale)

    functions: dict[str, ShapeFunction] = {
        "List": with_list, "Scalar": with_number, "ScalarList": with_numbers, "Tensor": with_tensor,
    }  # fmt: skip
    for overload, function in functions.items():
        if schema_of(f"aten._foreach_{name}.{overload}") is not None:
            _declare(f"{name}.{overload}", function, _unclamped if number.startswith("clamp") else None)


for _name, (_tensors, _number) in _BINARY.items():
    _binary(_name, _tensors, _number)


@shape("aten._foreach_pow.ScalarAndTensor")
def foreach_power_of(ctx: Context, self: object, exponent: _Tensors) -> list[Value]:
    """The powers of one number."""
    _require_lists(exponent)
    return [tensor_of(ctx, "aten.pow.Scalar", self, tensor) for tensor in exponent]


def _ternary(name: str) -> None:
    def with_number(ctx: Context, self: _Tensors, first: _Tensors, second: _Tensors, value: object) -> list[Value]:
        """The operator on each three tensors."""
        _require_lists(self, first, second)
        return _each(ctx, f"aten.{name}.default", self, first, second)

    def with_numbers(
        ctx: Context, self: _Tensors, first: _Tensors, second: _Tensors, scalars: Sequence[object]
    ) -> list[Value]:
        """The operator on each three tensors and their number."""
        _require_lists(self, first, second, scalars, numbers=True)
        return _each(ctx, f"aten.{name}.default", self, first, second)

    def with_tensor(
        ctx: Context, self: _Tensors, first: _Tensors, second: _Tensors, scalars: FakeTensor
    ) -> list[Value]:
        """The operator on each three tensors and an element of one more, which fake tensors do not have."""
        raise RuntimeError("Expected scalars to be on CPU, got meta instead.")

    _declare(f"{name}.Scalar", with_number)
    _declare(f"{name}.ScalarList", with_numbers)
    _declare(f"{name}.Tensor", with_tensor)


def _each(ctx: Context, operator: str, *lists: Sequence[object]) -> list[Value]:
    return [tensor_of(ctx, operator, *items) for items in zip(*lists, strict=True)]


for _name in ("addcdiv", "addcmul"):
    _ternary(_name)


def _lerp_lists(ctx: Context, self: _Tensors, tensors1: _Tensors, weights: _Tensors) -> list[Value]:
    """Each two tensors interpolated by a tensor of weights."""
    _require_lists(self, tensors1, weights)
    return _each(ctx, "aten.lerp.Tensor", self, tensors1, weights)


def _lerp_number(ctx: Context, self: _Tensors, tensors1: _Tensors, weight: object) -> list[Value]:
    """Each two tensors interpolated by one weight."""
    _require_lists(self, tensors1)
    return _each(ctx, "aten.lerp.Scalar", self, tensors1, [weight] * len(self))


def _lerp_numbers(ctx: Context, self: _Tensors, tensors1: _Tensors, weight: Sequence[object]) -> list[Value]:
    """Each two tensors interpolated by their weight."""
    _require_lists(self, tensors1, weight, numbers=True)
    return _each(ctx, "aten.lerp.Scalar", self, tensors1, weight)


_declare("lerp.List", _lerp_lists)
_declare("lerp.Scalar", _lerp_number)
_declare("lerp.ScalarList", _lerp_numbers)


@shape("aten._foreach_max.default")
def foreach_max(ctx: Context, self: _Tensors) -> list[Value]:
    """The largest element of each tensor."""
    _require_lists(self)
    for tensor in self:
        empty = "_foreach_max cannot compute the maximum of an empty tensor; max over zero elements is undefined."
        ctx.require(ne(tensor.numel(), 0), empty)
    return [tensor_of(ctx, "aten.max.default", tensor) for tensor in self]


@shape("aten._foreach_norm.Scalar")
def foreach_norm(ctx: Context, self: _Tensors, ord: object, dtype: object) -> list[Value]:
    """The norm of each tensor."""
    _require_lists(self)
    if isinstance(ord, complex):
        raise RuntimeError("foreach_tensor_norm_slow expects ord to be integer or float")
    return [tensor_of(ctx, "aten.linalg_vector_norm.default", tensor, ord, dtype=dtype) for tensor in self]


@shape("aten._foreach_powsum.Scalar")
def foreach_power_sum(ctx: Context, self: _Tensors, ord: object, dtype: DType | None) -> list[Value]:
    """The sum of the powers of the elements of each tensor."""
    _require_lists(self)
    for tensor in self:
        if tensor.dtype.category in (Category.BOOL, Category.INTEGRAL):
            message = str(missing_kernel("powsum_cpu", tensor.dtype))
            ctx.require(eq(tensor.numel(), 0), message, NotImplementedError)  # PyTorch's own class

    def summed(own: DType) -> DType:
        return DType.int64 if own.category in (Category.BOOL, Category.INTEGRAL) else real_of(own)

    return [FakeTensor((), (), summed(tensor.dtype if dtype is None else dtype), tensor.device) for tensor in self]


@shape("aten._foreach_mm.default")
def foreach_mm(ctx: Context, self: _Tensors, mat2: _Tensors) -> list[Value]:
    """The product of each two matrices."""
    if not self:
        raise RuntimeError("_foreach_mm requires non-empty tensor lists")
    if len(mat2) != len(self):
        raise RuntimeError("_foreach_mm: self and mat2 must have the same number of tensors")
    return _each(ctx, "aten.mm.default", self, mat2)


def _like_each(ctx: Context, self: _Tensors, *options: object) -> list[Value]:
    """Copies of the tensors, or zeros in their sizes."""
    _require_lists(self)
    return [tensor_of(ctx, "aten.clone.default", tensor) for tensor in self]


def _copies(ctx: Context, self: _Tensors, src: _Tensors, non_blocking: bool) -> list[Value]:
    """Each tensor of a list written over that of another: as many as there are to write, which nobody counts."""
    if len(src) > len(self):
        raise RuntimeError(f"Tensor lists must have the same number of tensors, got {len(self)} and {len(src)}")
    return _each(ctx, "aten.copy.default", self[: len(src)], src)


shape("aten._foreach_clone.default")(_like_each)
_declare("zero.default", _like_each)
_declare("copy.default", _copies)
