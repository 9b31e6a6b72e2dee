"""Matrix products of narrow floats with scales."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.aten._registry import shape
from refimpl.aten._windows import in_format, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import eq, land, lor

__all__: list[str] = []


def _product(
    ctx: Context, self: FakeTensor, mat2: FakeTensor, bias: FakeTensor | None, out_dtype: DType | None
) -> FakeTensor:
    for name, matrix in (("mat1", self), ("mat2", mat2)):
        if matrix.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix")
    ctx.require(
        eq(self.sizes[1], mat2.sizes[0]),
        f"mat_a and mat_b shapes cannot be multiplied ({'x'.join(map(str, self.sizes))} and "
        f"{'x'.join(map(str, mat2.sizes))})",
    )
    if bias is not None:
        message = f"Bias must be size {mat2.sizes[1]} but got {sizes_text(bias.sizes)}"
        ctx.require(eq(bias.numel(), mat2.sizes[1]), message)
    return in_format(ctx, self, (self.sizes[0], mat2.sizes[1]), "contiguous_format", out_dtype)


@shape("aten._scaled_mm.default")
def scaled_mm(
    ctx: Context,
    self: FakeTensor,
    mat2: FakeTensor,
    scale_a: FakeTensor,
    scale_b: FakeTensor,
    bias: FakeTensor | None,
    scale_result: FakeTensor | None,
    out_dtype: DType | None,
    use_fast_accum: bool,
) -> FakeTensor:
    """The product, contiguous, in ``out_dtype`` or the dtype of ``self``."""
    result = _product(ctx, self, mat2, bias, out_dtype)
    _require_scales(ctx, self, mat2, scale_a, scale_b)
    return result


def _require_scales(ctx: Context, self: FakeTensor, mat2: FakeTensor, scale_a: FakeTensor, scale_b: FakeTensor) -> None:
    """Narrow floats with one scale for each tensor, or for each row and column. Raises ValueError."""
    message = "Invalid scaling configuration."
    if {self.dtype.itemsize, mat2.dtype.itemsize} != {1} or not all(
        matrix.dtype.is_floating_point and scale.dtype is DType.float32
        for matrix, scale in ((self, scale_a), (mat2, scale_b))
    ):
        raise ValueError(message)
    single = land(eq(scale_a.numel(), 1), eq(scale_b.numel(), 1))
    if scale_a.ndim == scale_b.ndim == 2:
        rows = land(eq(scale_a.sizes[0], self.sizes[0]), eq(scale_a.sizes[1], 1))
        columns = land(eq(scale_b.sizes[0], 1), eq(scale_b.sizes[1], mat2.sizes[1]))
        single = lor(single, land(rows, columns))
    ctx.require(single, message, ValueError)


@shape("aten._scaled_mm_v2.default")
def scaled_mm_v2(
    ctx: Context,
    self: FakeTensor,
    mat2: FakeTensor,
    scale_a: Sequence[FakeTensor],
    recipe_a: Sequence[int],
    swizzle_a: Sequence[int],
    scale_b: Sequence[FakeTensor],
    recipe_b: Sequence[int],
    swizzle_b: Sequence[int],
    bias: FakeTensor | None,
    out_dtype: DType | None,
    contraction_dim: Sequence[int],
    use_fast_accum: bool,
) -> FakeTensor:
    """The same with scales by recipe."""
    if self.ndim != 2 or mat2.ndim != 2:
        raise RuntimeError(f"Inputs must be 2D but got self.dim()={self.ndim} and mat2.dim()={mat2.ndim}")
    for matrix in (self, mat2):
        if not (matrix.dtype.is_floating_point and matrix.dtype.itemsize == 1):
            raise RuntimeError(
                f"Expected both inputs to be fp8 or fp4 types but got self.dtype={self.dtype} and "
                f"mat2.dtype={mat2.dtype}"
            )
    return _product(ctx, self, mat2, bias, out_dtype)
