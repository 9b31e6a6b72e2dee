"""What factories share: dtype, layout and device with their defaults, and sizes that must not be negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from refimpl.aten._reshape import sizes_text
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, Device, FakeTensor, Layout, Sizes
from refimpl.terms import Dim, ge

__all__ = ["TensorOptions", "made", "require_sizes"]


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


def made(ctx: Context, sizes: Sizes, options: TensorOptions, strides: Sizes | None = None) -> FakeTensor:
    """A new tensor, contiguous unless strides are given. Raises RuntimeError for a size known to be negative."""
    require_sizes(ctx, sizes)
    return FakeTensor(
        sizes,
        contiguous_strides(ctx, sizes) if strides is None else strides,
        options.dtype or ctx.default_dtype,
        options.device or CPU,
        layout=options.layout or "strided",
    )
