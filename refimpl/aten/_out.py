"""The ``out=`` variants: the functional rule, written into tensors that are given for that."""

from __future__ import annotations

from typing import Final, cast

from refimpl.aten._in_place import require_fits, require_no_overlap
from refimpl.aten._registry import ShapeFunction
from refimpl.aten._schemas import Schema, overloads_of, schema_of
from refimpl.aten._strides import contiguous_strides, same_sizes, strides_for, suggested_memory_format
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes

__all__ = ["functional_of_out", "out_form", "outs_of"]


_TENSOR_OPTIONS: Final = ("dtype", "layout", "device", "pin_memory")


# Kernels that lay out what they resize: column by column, as what they sort, or in the order of their operands.
_LAID_OUT: Final = frozenset(
    f"aten.{name}"
    for name in (
        "_linalg_det.result", "_linalg_solve_ex.result", "_linalg_svd.U", "argsort.stable_out",
        "hardshrink_backward.grad_input", "index.Tensor_out", "inverse.out", "linalg_solve.out",
        "linalg_solve_ex.out", "linalg_svd.U", "logit_backward.grad_input", "msort.out",
        "softshrink_backward.grad_input", "sort.values", "sort.values_stable",
    )
)  # fmt: skip
# Kernels that resize into the memory format of their input. All others resize to a contiguous tensor.
_IN_FORMAT: Final = frozenset(
    f"aten.{name}"
    for name in (
        "_upsample_bicubic2d_aa.out", "_upsample_bilinear2d_aa.out", "_upsample_nearest_exact2d.out",
        "_upsample_nearest_exact3d.out", "avg_pool2d.out", "avg_pool2d_backward.grad_input", "upsample_nearest2d.out",
        "upsample_nearest2d_backward.grad_input", "upsample_nearest3d.out",
    )
)  # fmt: skip


def outs_of(schema: Schema) -> int:
    """How many of the last arguments are tensors to write the result into."""
    return sum(argument.keyword_only and argument.type.written for argument in schema.arguments)


def functional_of_out(schema: Schema) -> str | None:
    """The overload whose result an ``out=`` variant writes: ``aten.add.Tensor`` of ``aten.add.out``.

    It takes the same arguments but those that are written, and gives as many tensors; a factory's takes the dtype and
    device of the tensor that is written too. None if there is no such overload.
    """
    count = outs_of(schema)
    if not count:
        return None
    taken = [(argument.name, argument.type) for argument in schema.arguments[:-count]]
    for name in overloads_of(schema.name):
        other = schema_of(name)
        if other is None or len(other.returns) != count or any(kind.base != "Tensor" for kind in other.returns):
            continue
        asked = [(argument.name, argument.type) for argument in other.arguments]
        at = _options_of(other)
        if asked == taken or (at is not None and (*asked[:at], *asked[at + len(_TENSOR_OPTIONS) :]) == tuple(taken)):
            return name
    return None


def _options_of(schema: Schema) -> int | None:
    """Where the arguments by which factories choose a kind of tensor begin, if there are any."""
    names = tuple([argument.name for argument in schema.arguments])
    at = names.index(_TENSOR_OPTIONS[0]) if _TENSOR_OPTIONS[0] in names else len(names)
    return at if names[at : at + len(_TENSOR_OPTIONS)] == _TENSOR_OPTIONS else None


def out_form(schema: Schema, functional: ShapeFunction, other: Schema) -> ShapeFunction:
    """The shape function of an ``out=`` variant, given the functional one and its schema."""
    count = outs_of(schema)
    asked = len(other.arguments)
    at = _options_of(other)
    name = schema.name

    def function(ctx: Context, *arguments: object) -> Value:
        outs = cast("tuple[FakeTensor, ...]", arguments[-count:])  # the schema says that they are tensors
        given = arguments[:-count]
        if asked != len(given) and at is not None:
            given = (*given[:at], outs[0].dtype, None, outs[0].device, None, *given[at:])
        made = functional(ctx, *given)
        results = made if isinstance(made, tuple) else (made,)
        pairs = zip(outs, results, strict=True)
        written = tuple([_written(ctx, name, out, result) for out, result in pairs if isinstance(result, FakeTensor)])
        return written[0] if count == 1 else written

    return function


def _written(ctx: Context, name: str, out: FakeTensor, result: FakeTensor) -> FakeTensor:
    """The tensor itself, or resized if it has other sizes: contiguous but for a few kernels.

    Raises RuntimeError, worded as PyTorch's, if the dtype does not hold the result, or the device is another.
    """
    require_fits(ctx, out, out.sizes, result.dtype)
    if out.device != result.device:
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{result.device} and {out.device}!"
        )
    if not same_sizes(ctx, out.sizes, result.sizes):
        return out.resized(result.sizes, _resized_strides(ctx, name, result))
    require_no_overlap(ctx, out)
    return out


def _resized_strides(ctx: Context, name: str, result: FakeTensor) -> Sizes:
    if name in _LAID_OUT:
        return result.strides
    if name in _IN_FORMAT:
        return strides_for(ctx, result.sizes, suggested_memory_format(ctx, result))
    return contiguous_strides(ctx, result.sizes)
