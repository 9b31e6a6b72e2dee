"""PyTorch's own custom operators: cross entropy of a linear layer, computed in chunks of the batch."""

from __future__ import annotations

from refimpl.aten._elementwise import dense
from refimpl.aten._registry import shape
from refimpl.aten.matmul import require_equal
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Dim

__all__: list[str] = []

_COMMON = "Tensor input, Tensor linear_weight, Tensor target, Tensor? linear_bias, Tensor? weight, "
_CHUNKS = "SymInt batch_chunk_size, str acc_policy, ScalarType acc_dtype"


def _require_layer(ctx: Context, input: FakeTensor, linear_weight: FakeTensor, target: FakeTensor) -> None:
    rows, inner = input.sizes
    classes, other = linear_weight.sizes
    require_equal(
        ctx, inner, other, f"mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {other}x{classes})"
    )
    message = f"Expected input batch_size ({rows}) to match target batch_size ({target.sizes[0]})."
    require_equal(ctx, rows, target.sizes[0], message)


@shape(
    "torch_nn._linear_cross_entropy_batch_chunked.default",
    schema=(
        f"torch_nn::_linear_cross_entropy_batch_chunked({_COMMON}str reduction, SymInt ignore_index, "
        f"float label_smoothing, {_CHUNKS}, bool allow_retain_graph, bool compute_input_grad, "
        "bool compute_linear_weight_grad, bool compute_linear_bias_grad) -> (Tensor, Tensor, Tensor, Tensor)"
    ),
)
def batch_chunked(
    ctx: Context,
    input: FakeTensor,
    linear_weight: FakeTensor,
    target: FakeTensor,
    linear_bias: FakeTensor | None,
    weight: FakeTensor | None,
    reduction: str,
    ignore_index: Dim,
    label_smoothing: float,
    batch_chunk_size: Dim,
    acc_policy: str,
    acc_dtype: DType,
    allow_retain_graph: bool,
    compute_input_grad: bool,
    compute_linear_weight_grad: bool,
    compute_linear_bias_grad: bool,
) -> tuple[FakeTensor, FakeTensor, FakeTensor, FakeTensor]:
    """The reduced loss, and the gradients asked for; those not asked for are empty."""
    if reduction not in ("mean", "sum"):
        raise NotImplementedError(f"linear_cross_entropy does not support {reduction=}")  # PyTorch's own class
    _require_layer(ctx, input, linear_weight, target)
    of_input = dense(ctx, input, input.sizes if compute_input_grad else (0, 0))
    of_weight = dense(ctx, input, linear_weight.sizes if compute_linear_weight_grad else (0, 0))
    of_bias = dense(ctx, input, linear_weight.sizes[:-1] if compute_linear_bias_grad else (0,))
    return dense(ctx, input, ()), of_input, of_weight, of_bias


@shape(
    "torch_nn._linear_cross_entropy_batch_chunked_no_reduction.default",
    schema=(
        f"torch_nn::_linear_cross_entropy_batch_chunked_no_reduction({_COMMON}SymInt ignore_index, {_CHUNKS}) -> Tensor"
    ),
)
def batch_chunked_no_reduction(
    ctx: Context,
    input: FakeTensor,
    linear_weight: FakeTensor,
    target: FakeTensor,
    linear_bias: FakeTensor | None,
    weight: FakeTensor | None,
    ignore_index: Dim,
    batch_chunk_size: Dim,
    acc_policy: str,
    acc_dtype: DType,
) -> FakeTensor:
    """The loss of each row."""
    _require_layer(ctx, input, linear_weight, target)
    return dense(ctx, input, input.sizes[:1])
