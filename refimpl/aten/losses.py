"""Losses: an elementwise image of the inputs, as it is or reduced to its mean or sum."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._call import tensor_of
from refimpl.aten._elementwise import dense, elementwise, like, pointwise, require_difference
from refimpl.aten._in_place import require_fits, scalar_type_name
from refimpl.aten._kernels import BOOLS, EXACT, require_kernel
from refimpl.aten._promotion import Kind, convert_kind, promote_types, result_type
from refimpl.aten._reduction import mean_dtype, reduce
from refimpl.aten._registry import shape
from refimpl.aten.norms import pairwise_distance
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.errors import DynamicOutputShapeException
from refimpl.fake_tensor.tensor import FakeTensor, Sizes, Storage
from refimpl.terms import eq, ne

__all__ = ["MEAN_OR_SUM", "NONE", "reduced"]

# The numbers of ``at::Reduction``.
NONE: Final = 0
_MEAN: Final = 1
_SUM: Final = 2
MEAN_OR_SUM: Final = (_MEAN, _SUM)


def reduced(ctx: Context, loss: FakeTensor, reduction: int) -> FakeTensor:
    """The loss itself, or one number for all, which kernels write where the losses were."""
    return dense(ctx, loss, ()).on(Storage()) if reduction in MEAN_OR_SUM else loss


@shape("aten.mse_loss.default")
def mse_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    """The squared difference of two tensors that broadcast."""
    require_kernel("mse_cpu", result_type(ctx, self, target), EXACT)
    return _loss_of(ctx, self, target, reduction)


def _loss_of(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    return reduced(ctx, pointwise(ctx, Kind.DEFAULT, self, target), reduction)


@shape("aten.soft_margin_loss.default")
def soft_margin_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    """A logistic loss; the target broadcasts to the input."""
    if self.dtype is DType.bool:
        tensor_of(ctx, "aten.neg.default", self)
    if not self.dtype.is_floating_point and not self.dtype.is_complex:
        raise RuntimeError(f"result type Float can't be cast to the desired output type {scalar_type_name(self.dtype)}")
    loss = pointwise(ctx, Kind.DEFAULT, self, target)
    require_fits(ctx, self, loss.sizes, self.dtype)
    return reduced(ctx, loss, reduction)


@shape("aten.l1_loss.default")
def l1_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    """The absolute difference, which is real."""
    require_difference(self, target)
    loss = pointwise(ctx, Kind.COMPLEX_TO_FLOAT, self, target)
    if reduction == _MEAN:
        tensor_of(ctx, "aten.mean.default", loss)
    return reduced(ctx, loss, reduction)


@shape("aten.smooth_l1_loss.default")
def smooth_l1_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int, beta: float) -> FakeTensor:
    """The absolute difference, smooth below ``beta``."""
    if beta < 0:
        raise RuntimeError("smooth_l1_loss does not support negative values for beta.")
    require_kernel("smooth_l1_cpu", result_type(ctx, self, target), BOOLS)
    return _loss_of(ctx, self, target, reduction)


@shape("aten.huber_loss.default")
def huber_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int, delta: float) -> FakeTensor:
    """The squared difference, linear above ``delta``."""
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    dtype = result_type(ctx, self, target)
    require_kernel("huber_cpu", dtype, BOOLS)
    # The kernel refuses complex numbers and wider targets, but takes any reduction.
    if (dtype.is_complex or dtype is not self.dtype) and reduction != NONE and reduction not in MEAN_OR_SUM:
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return _loss_of(ctx, self, target, reduction)


@shape("aten.kl_div.default")
def kl_div(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int, log_target: bool) -> FakeTensor:
    """The pointwise divergence of distributions, which are real."""
    for tensor in (self, target):
        if tensor.dtype.is_complex:
            raise RuntimeError("kl_div: Complex inputs not supported.")
        if not tensor.dtype.is_floating_point:
            raise RuntimeError("kl_div: Integral inputs not supported.")
    return _loss_of(ctx, target, self, reduction)


@shape("aten.hinge_embedding_loss.default")
def hinge_embedding_loss(
    ctx: Context, self: FakeTensor, target: FakeTensor, margin: float, reduction: int
) -> FakeTensor:
    """The input where the target is 1, a margin minus it where it is -1."""
    require_difference(self, self)
    loss = elementwise(ctx, (target, self), result_type(ctx, self))
    if reduction == _MEAN:
        tensor_of(ctx, "aten.mean.default", loss)
    return reduced(ctx, loss, reduction)


@shape("aten.poisson_nll_loss.default")
def poisson_nll_loss(
    ctx: Context, input: FakeTensor, target: FakeTensor, log_input: bool, full: bool, eps: float, reduction: int
) -> FakeTensor:
    """The negative logarithm of Poisson likelihoods."""
    first = replace(input, dtype=convert_kind(ctx, Kind.INT_TO_FLOAT, input.dtype))
    if log_input and reduction == NONE:
        first = like(ctx, first)
    return reduced(ctx, pointwise(ctx, Kind.INT_TO_FLOAT, first, target), reduction)


@shape("aten.binary_cross_entropy.default")
def binary_cross_entropy(
    ctx: Context, self: FakeTensor, target: FakeTensor, weight: FakeTensor | None, reduction: int
) -> FakeTensor:
    """The cross entropy of probabilities, with a target and weights that broadcast."""
    for other in (target, weight):
        if other is not None and other.dtype is not self.dtype:
            names = scalar_type_name(other.dtype), scalar_type_name(self.dtype)
            raise RuntimeError(f"Found dtype {names[0]} but expected {names[1]}")
    require_kernel("binary_cross_entropy", self.dtype, BOOLS)
    if weight is not None and weight.sizes != self.sizes:
        require_fits(ctx, self, broadcast_sizes(ctx, self.sizes, weight.sizes), self.dtype)
    loss = like(ctx, self) if self.sizes == target.sizes else pointwise(ctx, Kind.DEFAULT, self, target)
    return reduced(ctx, loss, reduction)


@shape("aten.binary_cross_entropy_with_logits.default")
def binary_cross_entropy_with_logits(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    weight: FakeTensor | None,
    pos_weight: FakeTensor | None,
    reduction: int,
) -> FakeTensor:
    """The cross entropy of logits, with weights that broadcast."""
    if target.dtype is DType.bool:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead."
        )
    require_kernel("log_sigmoid_cpu", self.dtype, EXACT)
    for other in (self, pos_weight, weight):
        if other is not None:
            require_fits(ctx, target, broadcast_sizes(ctx, target.sizes, other.sizes), other.dtype)
    logarithm = like(ctx, self)
    if pos_weight is not None:
        logarithm = pointwise(ctx, Kind.DEFAULT, pointwise(ctx, Kind.DEFAULT, pos_weight, target), logarithm)
    product = pointwise(ctx, Kind.DEFAULT, like(ctx, target), self)
    loss = pointwise(ctx, Kind.DEFAULT, product, logarithm)
    if weight is not None:
        loss = pointwise(ctx, Kind.DEFAULT, loss, weight)
    # The loss is written over a product with the target.
    if loss.dtype is not target.dtype:
        loss = replace(loss, dtype=target.dtype, storage=Storage())
    return reduced(ctx, loss, reduction)


@shape("aten.margin_ranking_loss.default")
def margin_ranking_loss(
    ctx: Context, input1: FakeTensor, input2: FakeTensor, target: FakeTensor, margin: float, reduction: int
) -> FakeTensor:
    """Whether the target ranks one input above the other."""
    if input1.dtype is input2.dtype:
        require_difference(input1, input2)
    if target.dtype is DType.bool:
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use "
            "the `~` or `logical_not()` operator instead."
        )
    return reduced(ctx, pointwise(ctx, Kind.DEFAULT, target, input1, input2, margin), reduction)


def _sizes(tensor: FakeTensor) -> str:
    return f"[{', '.join(map(str, tensor.sizes))}]"


@shape("aten.cosine_embedding_loss.default")
def cosine_embedding_loss(
    ctx: Context, input1: FakeTensor, input2: FakeTensor, target: FakeTensor, margin: float, reduction: int
) -> FakeTensor:
    """Whether the target says that two vectors, or rows of two matrices, are alike."""
    if target.ndim > 1:
        raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
    rank = target.ndim + 1
    if input1.ndim != rank or input2.ndim != rank:
        kind, wanted = ("1D", "2D") if target.ndim else ("0D", "1D")
        raise RuntimeError(
            f"{kind} target tensor expects {wanted} input tensors, but found inputs with sizes {_sizes(input1)} and "
            f"{_sizes(input2)}."
        )
    product = pointwise(ctx, Kind.INT_TO_FLOAT, input1, input2)
    # The magnitudes, which 1e-12 makes floats, take part by themselves.
    dtype = promote_types(*(convert_kind(ctx, Kind.INT_TO_FLOAT, tensor.dtype) for tensor in (input1, input2)))
    cosine = reduce(ctx, product, (target.ndim,), False, dtype)
    return reduced(ctx, elementwise(ctx, (target, cosine), cosine.dtype), reduction)


@shape("aten.triplet_margin_loss.default")
def triplet_margin_loss(
    ctx: Context,
    anchor: FakeTensor,
    positive: FakeTensor,
    negative: FakeTensor,
    margin: float,
    p: float,
    eps: float,
    swap: bool,
    reduction: int,
) -> FakeTensor:
    """How much closer the anchor is to one tensor than to another."""
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    near = pairwise_distance(ctx, anchor, positive, p, eps, False)
    far = pairwise_distance(ctx, anchor, negative, p, eps, False)
    return reduced(ctx, pointwise(ctx, Kind.DEFAULT, near, far), reduction)


def _require_rows(ctx: Context, self: FakeTensor, target: FakeTensor) -> None:
    count = self.sizes[0] if self.ndim == 2 else 1
    found = target.sizes[0] if target.sizes else 1
    message = (
        "multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). "
        f"Expected target size [{count}], but got {_sizes(target)}. Input has shape {_sizes(self)}."
    )
    if target.ndim > 1:
        raise RuntimeError(message)
    ctx.require(eq(count, found), message)


def _require_classes(ctx: Context, self: FakeTensor) -> None:
    message = f"Expected non-empty vector or matrix with optional 0-dim batch size, but got: {_sizes(self)}"
    if self.ndim > 2:
        raise RuntimeError(message)
    if self.sizes:
        ctx.require(ne(self.sizes[-1], 0), message)


@shape("aten.multi_margin_loss.default")
def multi_margin_loss(
    ctx: Context,
    self: FakeTensor,
    target: FakeTensor,
    p: object,
    margin: object,
    weight: FakeTensor | None,
    reduction: int,
) -> FakeTensor:
    """How far the target's class stands out, one number a row."""
    if p not in (1, 2):
        raise RuntimeError("only p == 1 and p == 2 supported")
    _require_classes(ctx, self)
    _require_rows(ctx, self, target)
    if weight is not None:
        classes = self.sizes[-1] if self.sizes else 1
        message = f"inconsistent weight size, expected {classes} but got {_sizes(weight)}"
        ctx.require(eq(weight.numel(), classes), message)
    if target.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(target.dtype)}")
    if reduction == _SUM:
        return dense(ctx, self, (), convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype))
    return dense(ctx, self, () if reduction in MEAN_OR_SUM else target.sizes, mean_dtype(self))


@shape("aten.multilabel_margin_loss_forward.default")
def multilabel_margin_loss_forward(
    ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int
) -> tuple[FakeTensor, FakeTensor]:
    """The loss of several target classes a row, and which elements are targets."""
    _require_classes(ctx, self)
    message = f"inconsistent target size: {_sizes(target)} for input of size: {_sizes(self)}"
    if self.ndim < 2:
        if target.ndim > 1:
            raise RuntimeError(message)
        ctx.require(eq(target.numel(), self.numel()), message)
    elif target.ndim != 2:
        raise RuntimeError(message)
    else:
        for found, expected in zip(target.sizes, self.sizes, strict=True):
            ctx.require(eq(found, expected), message)
    if target.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(target.dtype)}")
    # Fake tensors give a vector one row, and refuse a target of another rank, for which the kernel gives a number.
    rows: Sizes = self.sizes[:1] if self.ndim == 2 else (1,)
    if reduction in MEAN_OR_SUM or target.ndim != self.ndim:
        rows = ()
    return dense(ctx, self, rows, convert_kind(ctx, Kind.INT_TO_FLOAT, self.dtype)), dense(ctx, self, target.sizes)


@shape("aten.multilabel_margin_loss.default")
def multilabel_margin_loss(ctx: Context, self: FakeTensor, target: FakeTensor, reduction: int) -> FakeTensor:
    """The loss of several target classes a row."""
    if target.dtype is not DType.int64:
        raise RuntimeError(f"expected scalar type Long but found {scalar_type_name(target.dtype)}")
    return multilabel_margin_loss_forward(ctx, self, target, reduction)[0]


def _without_contents(name: str) -> None:
    def refused(ctx: Context, *arguments: object) -> Value:
        """The loss of labels without alignment: how long the longest target is depends on data."""
        raise DynamicOutputShapeException(name.replace("aten.ctc", "aten._ctc").replace("IntList", "default"))

    shape(name)(refused)


for _name in ("aten.ctc_loss.IntList", "aten.ctc_loss.Tensor", "aten._ctc_loss.default", "aten._ctc_loss.Tensor"):
    _without_contents(_name)
