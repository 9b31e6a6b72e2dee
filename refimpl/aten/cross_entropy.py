"""Negative log-likelihood and cross entropy: classes along dimension 1, or 0 without a batch."""

from __future__ import annotations

from refimpl.aten._elementwise import dense, elementwise, like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import EXACT, require_kernel
from refimpl.aten._registry import shape
from refimpl.aten._unbacked import decided
from refimpl.aten.losses import MEAN_OR_SUM, NONE
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq

__all__: list[str] = []


def _text(sizes: Sizes) -> str:
    return f"[{', '.join(map(str, sizes))}]"


_SPATIAL_WEIGHT = "weight tensor should be defined either for all or no classes"


def _require_weight(ctx: Context, weight: FakeTensor | None, classes: Dim) -> None:
    if weight is None:
        return
    message = (
        f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
        f"shape: {_text(weight.sizes)}"
    )
    if weight.ndim != 1:
        raise RuntimeError(message)
    ctx.require(eq(weight.numel(), classes), message)


@shape("aten.nll_loss_forward.default")
def nll_loss_forward(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
) -> tuple[FakeTensor, FakeTensor]:
    """The loss of rows of log-probabilities, and the total weight."""
    if self.ndim not in (1, 2):
        raise RuntimeError("input tensor should be 1D or 2D")
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    if self.ndim == 1:
        if target.sizes:
            found = target.sizes[0]
            message = f"For 1D input, 1D target must have size 1, but got target size: {found}"
            ctx.require(eq(found, 1), message, ValueError)
    else:
        if not target.sizes:
            raise IndexError("Dimension specified as 0 but tensor has no dimensions")
        found = target.sizes[0]
        message = f"size mismatch (got input: {_text(self.sizes)}, target: {_text(target.sizes)})"
        ctx.require(eq(self.sizes[0], found), message)
    _require_weight(ctx, weight, self.sizes[-1])
    _require_dtypes(self, weight, "nll_loss_out_frame")
    _require_classes(target)
    rows = self.sizes[:1] if reduction not in MEAN_OR_SUM and self.ndim == 2 else ()
    return dense(ctx, self, rows), dense(ctx, self, ())


@shape("aten.nll_loss.default")
def nll_loss(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
) -> FakeTensor:
    """The loss of rows of log-probabilities."""
    return nll_loss_forward(ctx, self, target, weight, reduction, ignore_index)[0]


def _require_classes(target: FakeTensor) -> None:
    if target.dtype is not DType.int64 and target.dtype is not DType.uint8:
        raise RuntimeError(f"expected target dtype to be Long or Byte, but got {scalar_type_name(target.dtype)}")


def _require_dtypes(self: FakeTensor, weight: FakeTensor | None, kernel: str) -> None:
    require_kernel(kernel, self.dtype, EXACT)
    if weight is not None and weight.dtype is not self.dtype:
        names = scalar_type_name(self.dtype), scalar_type_name(weight.dtype)
        raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")


@shape("aten.nll_loss2d_forward.default")
def nll_loss2d_forward(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
) -> tuple[FakeTensor, FakeTensor]:
    """The loss of every pixel, and the total weight."""
    if target.ndim != 3:
        raise RuntimeError(
            f"only batches of spatial targets supported (3D tensors) but got targets of dimension: {target.ndim}"
        )
    if self.ndim != 4:
        raise RuntimeError(
            f"only batches of spatial inputs supported (4D tensors), but got input of dimension: {self.ndim}"
        )
    if weight is not None:
        ctx.require(eq(weight.numel(), self.sizes[1]), _SPATIAL_WEIGHT)
    _require_dtypes(self, weight, "nll_loss2d_forward_out_frame")
    message = f"size mismatch (got input: {_text(self.sizes)} , target: {_text(target.sizes)}"
    for size, dim in zip(target.sizes, (0, 2, 3), strict=True):
        ctx.require(eq(self.sizes[dim], size), message)
    _require_classes(target)
    return _losses(ctx, self, target, reduction), dense(ctx, self, ())


def _losses(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    """One loss for each target, in the order of the target's strides; or their sum."""
    if reduction in MEAN_OR_SUM:
        return dense(ctx, self, ())
    return elementwise(ctx, (like(ctx, target), dense(ctx, self, target.sizes)), self.dtype)


@shape("aten.nll_loss2d.default")
def nll_loss2d(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
) -> FakeTensor:
    """The loss of every pixel."""
    return nll_loss2d_forward(ctx, self, target, weight, reduction, ignore_index)[0]


@shape("aten.nll_loss_nd.default")
def nll_loss_nd(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
) -> FakeTensor:
    """The loss of log-probabilities with any number of dimensions after the classes."""
    if self.ndim < 1:
        raise ValueError(f"Expected 1 or more dimensions (got {self.ndim})")
    if self.ndim != 1:
        # Of a target without dimensions a size is read that is not there.
        found = target.sizes[0] if target.sizes else 0
        message = f"Expected input batch_size ({self.sizes[0]}) to match target batch_size ({found})."
        ctx.require(eq(self.sizes[0], found), message, ValueError)
    if self.ndim <= 2:
        return nll_loss(ctx, self, target, weight, reduction, ignore_index)
    if self.ndim == 4:
        return nll_loss2d(ctx, self, target, weight, reduction, ignore_index)
    message = f"Expected target size {_text((self.sizes[0], *self.sizes[2:]))}, got {_text(target.sizes)}"
    if target.ndim != self.ndim - 1:
        raise RuntimeError(message)
    for size, expected in zip(target.sizes[1:], self.sizes[2:], strict=True):
        ctx.require(eq(size, expected), message)
    if weight is not None:
        ctx.require(eq(weight.numel(), self.sizes[1]), _SPATIAL_WEIGHT)
    return dense(ctx, self, target.sizes if reduction == NONE else ())


@shape("aten.cross_entropy_loss.default")
def cross_entropy_loss(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    reduction: int,
    ignore_index: Dim,
    label_smoothing: float,
) -> FakeTensor:
    """The cross entropy of logits with classes, or with probabilities of the same sizes."""
    if ctx.known(eq(self.numel(), 0)) is not True:
        require_kernel("log_softmax_lastdim_kernel_impl", self.dtype, EXACT)
    pairs = zip(self.sizes, target.sizes, strict=False)
    if self.ndim != target.ndim or not all(decided(ctx, eq(size, other)) for size, other in pairs):
        return nll_loss_nd(ctx, self, target, weight, reduction, ignore_index)
    if not target.dtype.is_floating_point:
        raise RuntimeError(
            f"Expected floating point type for target with class probabilities, got {scalar_type_name(target.dtype)}"
        )
    at = 0 if self.ndim == 1 else 1
    classes = self.sizes[at]
    if weight is not None:
        message = (
            f"cross_entropy: weight tensor should be defined either for all {classes} classes or no classes but got "
            f"weight tensor of shape: {_text(weight.sizes)}"
        )
        ctx.require(eq(weight.numel(), classes), message)
    return dense(ctx, self, (*self.sizes[:at], *self.sizes[at + 1 :]) if reduction == NONE else ())
