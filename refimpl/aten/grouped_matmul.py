"""Products of groups of rows with matrices of their own: mixtures of experts."""

from __future__ import annotations

from refimpl.aten._elementwise import dense
from refimpl.aten._registry import shape
from refimpl.aten._strides import same_size
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import eq, ge, mod

__all__: list[str] = []


def _require_aligned(ctx: Context, name: str, matrix: FakeTensor) -> None:
    """Rows or columns follow each other, and start at multiples of 16 bytes."""
    alignment = 16 // matrix.dtype.itemsize
    last = matrix.ndim - 1
    for inner, outer in ((last - 1, last), (last, last - 1)):
        stride = matrix.strides[outer]
        if not same_size(ctx, matrix.strides[inner], 1) or ctx.known(ge(stride, matrix.sizes[inner])) is False:
            continue
        if ctx.known(ge(stride, 1)) is not False:
            message = f"Expected {name} stride along {outer} dim to be multiple of 16 bytes, got {stride}."
            ctx.require(eq(mod(stride, alignment), 0), message)
            return
    raise RuntimeError(f"Invalid strides/sizes, got {matrix.strides} for strides and {matrix.sizes} for sizes.")


def _require_offsets(mat_a: FakeTensor, mat_b: FakeTensor, offs: FakeTensor | None) -> None:
    ranks = f"{mat_a.ndim}D/{mat_b.ndim}D multiplicand layouts."
    if mat_a.ndim == mat_b.ndim == 3:
        if offs is not None:
            raise RuntimeError(f"Offsets tensor provided, but is not needed for {ranks}")
    elif offs is None:
        raise RuntimeError(f"Offsets tensor not provided, but is needed for {ranks}")
    elif offs.ndim != 1:
        raise RuntimeError(f"Offsets tensor must be 1D, but got offs.dim()={offs.ndim}.")
    elif offs.dtype is not DType.int32:
        raise RuntimeError(f"Offsets tensor must be integer (int32) tensor, but got {offs.dtype}.")


def _sizes(ctx: Context, mat_a: FakeTensor, mat_b: FakeTensor, offs: FakeTensor | None) -> Sizes:
    if offs is None:
        ctx.require(eq(mat_a.sizes[0], mat_b.sizes[0]), "batched dimension has to match")
        return (mat_a.sizes[0], mat_a.sizes[1], mat_b.sizes[2])
    groups = offs.sizes[0]
    if mat_a.ndim == mat_b.ndim == 2:
        return (groups, mat_a.sizes[0], mat_b.sizes[1])
    batched = mat_b if mat_a.ndim == 2 else mat_a
    ctx.require(eq(groups, batched.sizes[0]), "matrix batch sizes have to match")
    return (mat_a.sizes[-2], mat_b.sizes[-1])


@shape("aten._grouped_mm.default")
def grouped_mm(
    ctx: Context,
    self: FakeTensor,
    mat2: FakeTensor,
    offs: FakeTensor | None,
    bias: FakeTensor | None,
    out_dtype: DType | None,
) -> FakeTensor:
    """Each group of rows times its matrix, where ``offs`` says how far each group goes; or a batch of products.

    Source: PyTorch's meta function. On a GPU rows are padded to multiples of 16 bytes.
    """
    if self.dtype is not DType.bfloat16 or mat2.dtype is not DType.bfloat16:
        raise RuntimeError(
            f"Expected inputs of BF16 type but got mat_a.dtype={self.dtype} and mat_b.dtype={mat2.dtype}."
        )
    if self.ndim not in (2, 3) or mat2.ndim not in (2, 3):
        raise RuntimeError(
            f"Multiplicands must be 2D or 3D but got mat_a.dim()={self.ndim} and mat_b.dim()={mat2.ndim}"
        )
    if not self.ndim == mat2.ndim == 2:
        ctx.require(eq(self.sizes[-1], mat2.sizes[-2]), "contraction dimension of mat_a and mat_b must match")
    _require_aligned(ctx, "mat_a", self)
    _require_aligned(ctx, "mat_b", mat2)
    _require_offsets(self, mat2, offs)
    if bias is not None:
        raise RuntimeError("Bias tensor provided, but it is not supported yet.")
    if out_dtype not in (None, DType.bfloat16):
        raise RuntimeError("If output dtype provided, it must be torch.bfloat16.")
    sizes = _sizes(ctx, self, mat2, offs)
    if self.device.type != "cuda":
        return dense(ctx, self, sizes)
    padded = (sizes[-1] + 7) // 8 * 8
    strides = (padded, 1) if len(sizes) == 2 else (sizes[1] * padded, padded, 1)
    return FakeTensor(sizes, strides, self.dtype, self.device)
