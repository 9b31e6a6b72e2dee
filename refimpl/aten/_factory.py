"""What factories share: dtype, layout and device with their defaults, and sizes that must not be negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from refimpl.aten._reshape import sizes_text
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, Device, FakeTensor, Layout, Sizes
from refimpl.terms import Dim, ge

__all__ = ["TensorOptions", "made", "require_sizes"]

_COMPRESSED: Final = ("sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc")


@final
@dataclass(frozen=True, slots=True)
class TensorOptions:
    """What a factory was told; None stands for the default dtype, strided, and the CPU."""

    dtype: DType | None = None
    layout: Layout | None = None
    device: Device | None = None

    @classmethod
    def of(cls, tensor: FakeTensor, dtype: DType | None, layout: Layout | None, device: Device | None) -> TensorOptions:
        """The options given, those not given as the tensor has them."""
        return cls(dtype or tensor.dtype, layout or tensor.layout, device or tensor.device)


def require_sizes(ctx: Context, sizes: Sizes, message: str | None = None) -> None:
    """Require that no size is negative. Raises RuntimeError if one is known to be; a message replaces the usual one."""
    for size in sizes:
        if isinstance(size, int):
            if size < 0:
                raise RuntimeError(message or _negative(size, sizes))
        elif ctx.must_state(ge(size, 0)):
            ctx.require(ge(size, 0), message or _negative(size, sizes))


def _negative(size: Dim, sizes: Sizes) -> str:
    return f"Trying to create tensor with negative dimension {size}: {sizes_text(sizes)}"


def made(
    ctx: Context, sizes: Sizes, options: TensorOptions, strides: Sizes | None = None, name: str = "empty"
) -> FakeTensor:
    """A new tensor, contiguous unless strides are given.

    Raises RuntimeError, as the operator of that name, for a size known to be negative and for a compressed layout with
    fewer than two dimensions.
    """
    require_sizes(ctx, sizes)
    if options.layout in _COMPRESSED and len(sizes) < 2:
        kinds = "(non-block) " if options.layout in _COMPRESSED[:2] else "(block) "
        raise RuntimeError(
            f"torch.{name}: Only batched sparse compressed {kinds}tensors are supported, "
            f"but got size {sizes_text(sizes)}"
        )
    if options.layout == "sparse_coo" and strides is None:
        strides = (0,) * len(sizes)
    return FakeTensor(
        sizes,
        contiguous_strides(ctx, sizes) if strides is None else strides,
        options.dtype or ctx.default_dtype,
        options.device or CPU,
        layout=options.layout or "strided",
    )
