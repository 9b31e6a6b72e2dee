"""Attention and encoder layers as single operators: what transformers call in evaluation without gradients."""

from __future__ import annotations

from typing import Final

from refimpl.aten._call import tensor_of
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like
from refimpl.aten._factory import require_sizes
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._kernels import NOT_REAL, missing_kernel, require_kernel
from refimpl.aten._registry import shape
from refimpl.aten._strides import same_sizes
from refimpl.aten._views import select
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Dim, eq, lor, mod, ne

__all__: list[str] = []

# What a mask says: pairs of positions, positions of each sequence, or whatever has the sizes of the weights.
_PAIRS, _POSITIONS, _WHOLE = 0, 1, 2
_ONE: Final = "expected `query`/`key`/`value` shapes to match"


def _require_equal_sizes(ctx: Context, left: Sizes, right: Sizes, message: str) -> None:
    if len(left) != len(right):
        raise RuntimeError(message)
    if not same_sizes(ctx, left, right):
        for a, b in zip(left, right, strict=True):
            ctx.require(eq(a, b), message)


def _require_mask(ctx: Context, weights: Sizes, mask: FakeTensor, mask_type: int | None) -> None:
    """The mask of attention weights ``[batch, heads, length, length]``: of these sizes, or as its type says."""
    if same_sizes(ctx, mask.sizes, weights):
        return
    if mask_type is None:
        raise RuntimeError("Mask Type should be defined")
    if mask_type not in (_PAIRS, _POSITIONS, _WHOLE):
        raise RuntimeError("Mask Type should be 0 (src_mask) or 1 (src_key_padding_mask), or 2 (default_mask)")
    if len(weights) != 4 or mask_type == _WHOLE:
        wanted, message = weights, "For mask_type == 2 mask shape should match input shape"
    else:
        wanted = (weights[2] if mask_type == _PAIRS else weights[0], weights[2])
        text = "(L, L)" if mask_type == _PAIRS else "(B, L)"
        message = f"For mask_type == {mask_type} mask shape should be {text}"
    _require_equal_sizes(ctx, mask.sizes, wanted, message)


def _require_rank(tensor: FakeTensor, name: str, rank: int) -> None:
    if tensor.ndim != rank:
        raise RuntimeError(f"expected {rank}-D `{name}`, got {tensor.ndim}-D tensor")


@shape("aten._native_multi_head_attention.default")
def native_multi_head_attention(
    ctx: Context,
    query: FakeTensor,
    key: FakeTensor,
    value: FakeTensor,
    embed_dim: Dim,
    num_head: Dim,
    qkv_weight: FakeTensor,
    qkv_bias: FakeTensor,
    proj_weight: FakeTensor,
    proj_bias: FakeTensor,
    mask: FakeTensor | None,
    need_weights: bool,
    average_attn_weights: bool,
    mask_type: int | None,
) -> tuple[FakeTensor, FakeTensor]:
    """The attended values, projected, and the weights ``[batch, length, length]``, one for each head unless averaged.

    Weights that are not needed are an empty vector, as fake tensors give what eager kernels leave undefined.
    """
    _require_rank(query, "query", 3)
    width = query.sizes[2]
    ctx.require(eq(embed_dim, width), f"passed-in embed_dim {embed_dim} didn't match last dim of query {width}")
    _require_rank(key, "key", 3)
    _require_rank(value, "value", 3)
    for other in (key, value):
        _require_equal_sizes(ctx, other.sizes, query.sizes, _ONE)
    _require_rank(qkv_weight, "qkv_weight", 2)
    ctx.require(eq(qkv_weight.sizes[0], 3 * width), "expected `qkv_weight` first dim to be 3x embed_dim")
    ctx.require(eq(qkv_weight.sizes[1], width), "expected `qkv_weight` second dim to be embed_Dim")
    _require_rank(qkv_bias, "qkv_bias", 1)
    ctx.require(eq(qkv_bias.sizes[0], 3 * width), "expected `qkv_bias` first dim and first dim of query to be equal")
    # For no heads at all the kernel divides by 0 and dies, and fake tensors give a result.
    ctx.require(lor(eq(num_head, 0), eq(mod(width, num_head), 0)), "`embed_dim` must divide evenly by `num_heads`")
    batch, length, _ = query.sizes
    nothing = dense(ctx, query, (0,))
    if ctx.known(eq(query.numel(), 0)) is True:
        return dense(ctx, query, query.sizes), nothing
    _require_product(query, qkv_weight)
    whole = (batch, num_head, length, length)
    if mask is not None:
        _require_mask(ctx, whole, mask, mask_type)
    rows = dense(ctx, query, (batch * length, width))
    projected = tensor_of(ctx, "aten.addmm.default", proj_bias, rows, tensor_of(ctx, "aten.t.default", proj_weight))
    result = dense(ctx, query, (batch, length, projected.sizes[1]))
    if not need_weights:
        return result, nothing
    return result, dense(ctx, query, (batch, length, length) if average_attn_weights else whole)


def _require_product(query: FakeTensor, weight: FakeTensor) -> None:
    if not (query.dtype.is_floating_point or query.dtype.is_complex):
        raise missing_kernel("transform_bias_rescale_qkv", query.dtype)
    if query.dtype is not weight.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {scalar_type_name(query.dtype)} != "
            f"{scalar_type_name(weight.dtype)}"
        )


@shape("aten._transformer_encoder_layer_fwd.default")
def transformer_encoder_layer(
    ctx: Context,
    src: FakeTensor,
    embed_dim: Dim,
    num_heads: Dim,
    qkv_weight: FakeTensor,
    qkv_bias: FakeTensor,
    proj_weight: FakeTensor,
    proj_bias: FakeTensor,
    use_gelu: bool,
    norm_first: bool,
    eps: float,
    norm_weight_1: FakeTensor,
    norm_bias_1: FakeTensor,
    norm_weight_2: FakeTensor,
    norm_bias_2: FakeTensor,
    ffn_weight_1: FakeTensor,
    ffn_bias_1: FakeTensor,
    ffn_weight_2: FakeTensor,
    ffn_bias_2: FakeTensor,
    mask: FakeTensor | None,
    mask_type: int | None,
) -> Value:
    """A whole encoder layer, laid out as its input: attention and two linear layers, each with a residual."""

    def normalised(tensor: FakeTensor, weight: FakeTensor, bias: FakeTensor) -> FakeTensor:
        return tensor_of(ctx, "aten.layer_norm.default", tensor, (embed_dim,), weight, bias, eps)

    if ctx.known(eq(src.numel(), 0)) is True:
        return like(ctx, src)
    given = normalised(src, norm_weight_1, norm_bias_1) if norm_first else src
    attended, _ = native_multi_head_attention(
        ctx, given, given, given, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, mask, False, True,
        mask_type,
    )  # fmt: skip
    if not norm_first:
        attended = normalised(attended, norm_weight_1, norm_bias_1)
    given = normalised(attended, norm_weight_2, norm_bias_2) if norm_first else attended
    hidden = tensor_of(ctx, "aten.linear.default", given, ffn_weight_1, ffn_bias_1)
    result = tensor_of(ctx, "aten.linear.default", hidden, ffn_weight_2, ffn_bias_2)
    if not norm_first:
        result = normalised(result, norm_weight_2, norm_bias_2)
    _require_equal_sizes(ctx, result.sizes, src.sizes, "The size of tensor a must match the size of tensor b")
    return like(ctx, src)


@shape("aten._masked_softmax.default")
def masked_softmax(
    ctx: Context, self: FakeTensor, mask: FakeTensor, dim: int | None, mask_type: int | None
) -> FakeTensor:
    """Softmax of attention weights where a mask is false, laid out as these."""
    if mask.dtype is not DType.bool:
        raise RuntimeError("Mask should be a boolean tensor")
    _require_mask(ctx, self.sizes, mask, mask_type)
    wrap_dim(-1 if dim is None else dim, self.ndim)
    require_kernel("masked_softmax", self.dtype, NOT_REAL)
    return like(ctx, self)


@shape("aten._transform_bias_rescale_qkv.default")
def transform_bias_rescale_qkv(ctx: Context, qkv: FakeTensor, qkv_bias: FakeTensor, num_heads: Dim) -> Value:
    """Queries, keys and values ``[batch, heads, length, size]`` out of their joint projection."""
    for dim in (0, 2):
        wrap_dim(dim, qkv.ndim, scalar_has_one=False)
    batch, length, joint = qkv.sizes[:3]
    width, divided = joint // 3, "Expected D % num_head == 0 to be true, but got false."
    ctx.require(ne(num_heads, 0), divided)
    ctx.require(eq(mod(width, num_heads), 0), divided)
    ctx.require(eq(mod(joint, 3), 0), "Expected _3D % 3 == 0 to be true, but got false.")
    parts = (batch, num_heads, length, width // num_heads)
    require_sizes(ctx, (3, *parts))
    require_kernel("transform_bias_rescale_qkv", qkv.dtype, NOT_REAL)
    whole = dense(ctx, qkv, (3, *parts))
    return tuple([select(ctx, whole, 0, part) for part in range(3)])
