"""Scaled dot-product attention under ``no_grad`` on the CPU."""

from __future__ import annotations

from typing import Final

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._dims import wrap_dim
from refimpl.aten._elementwise import dense, like, pointwise
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._promotion import Kind
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._views import transpose
from refimpl.aten._windows import in_format, sizes_text
from refimpl.aten.linear import matrix_product
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Cond, Dim, Real, eq, ge, gt, le, lor, ne

__all__: list[str] = []

_FLASH: Final = "scaled_dot_product_attention_flash_attention"
_MATRICES: Final = "mat1 and mat2 shapes cannot be multiplied"
_GROUPS: Final = "Number of heads in key and value must divide the number of heads in query"
_BATCHED: Final = "Expected size for first two dimensions of batch2 tensor to be those of query and key"


def _require_operands(query: FakeTensor, key: FakeTensor, value: FakeTensor) -> None:
    """One dtype, and matrices."""
    if query.dtype is not key.dtype or query.dtype is not value.dtype:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype} instead."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.ndim}, key.dim: {key.ndim} and value.dim: {value.ndim} instead."
        )


def _calls_no_kernel(query: FakeTensor, value: FakeTensor) -> Cond:
    """Whether there is no query or no value; then nothing else is looked at."""
    return lor(eq(query.sizes[-2], 0), eq(value.numel(), 0))


def _require_contracted(ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor) -> None:
    """The sizes that the two products contract are equal."""

    def sizes() -> str:
        return f", got {sizes_text(query.sizes)}, {sizes_text(key.sizes)} and {sizes_text(value.sizes)}"

    empty = _calls_no_kernel(query, value)
    heads, lengths = eq(query.sizes[-1], key.sizes[-1]), eq(key.sizes[-2], value.sizes[-2])
    # A product with one matrix is one of matrices.
    require(ctx, heads is True or lor(heads, empty), _MATRICES if key.ndim == 2 else _BATCHED, sizes)
    require(ctx, lengths is True or lor(lengths, empty), _MATRICES if value.ndim == 2 else _BATCHED, sizes)


def _require_mask(ctx: Context, query: FakeTensor, key: FakeTensor, mask: FakeTensor | None) -> None:
    if mask is None:
        return
    if mask.dtype not in (DType.bool, query.dtype, DType.float32):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype} and  query.dtype: {query.dtype} instead."
        )
    broadcast_sizes(ctx, (*query.sizes[:-1], key.sizes[-2]), mask.sizes)


def _fused_takes(
    ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor, mask: FakeTensor | None, enable_gqa: bool
) -> bool:
    """Whether the CPU's fused kernel takes the operands: four dimensions, one head size, no empty length.

    It broadcasts no batch; only grouped queries may have more heads than keys and values. PyTorch decides these in this
    order, looks at the dtype last, and refuses what only data would tell.
    """
    if not query.ndim == key.ndim == value.ndim == 4:
        return False
    tensors = (query, key, value)
    one_batch = _one_size(ctx, tensors, 0)
    one_number = _one_size(ctx, tensors, 1)
    if not one_batch or not (one_number or (enable_gqa and _are_grouped(ctx, query, key, value))):
        return False
    if mask is not None and not _fused_masks(ctx, query, key, mask):
        return False
    if not _one_size(ctx, tensors, 3):
        return False
    if not (ctx.decide(ne(query.sizes[2], 0)) and ctx.decide(ne(key.sizes[2], 0))):
        return False
    if not all(ctx.decide(eq(tensor.strides[3], 1)) for tensor in tensors):
        return False
    return query.dtype.category is Category.FLOATING


def _one_size(ctx: Context, tensors: tuple[FakeTensor, FakeTensor, FakeTensor], dim: int) -> bool:
    """Whether query and key, then query and value, have one size in the dimension."""
    query, *others = tensors
    return all(ctx.decide(eq(query.sizes[dim], other.sizes[dim])) for other in others)


def _are_grouped(ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor) -> bool:
    """Whether keys and values have as many heads as each other, that divide those of the query."""
    return ctx.decide(eq(key.sizes[1], value.sizes[1])) and ctx.decide(eq(query.sizes[1] % key.sizes[1], 0))


def _fused_masks(ctx: Context, query: FakeTensor, key: FakeTensor, mask: FakeTensor) -> bool:
    """Whether the fused kernel takes the mask: of two or four dimensions, each of its full size or 1."""
    wrap_dim(-2, mask.ndim)
    if mask.ndim not in (2, 4):
        return False
    full = (*query.sizes[:3], key.sizes[2])[-mask.ndim :]
    return all(ctx.decide(eq(own, size)) or ctx.decide(eq(own, 1)) for own, size in zip(mask.sizes, full, strict=True))


def _batch(ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor, enable_gqa: bool) -> Sizes:
    """The broadcast batch and head dimensions; grouped queries repeat the heads of keys and values."""
    if not enable_gqa:
        return broadcast_sizes(ctx, broadcast_sizes(ctx, query.sizes[:-2], key.sizes[:-2]), value.sizes[:-2])
    for tensor in (query, key, value):
        wrap_dim(-3, tensor.ndim, scalar_has_one=False)
    heads, of_keys, of_values = (tensor.sizes[-3] for tensor in (query, key, value))
    if not (ctx.decide(eq(heads, of_keys)) and ctx.decide(eq(of_keys, of_values))):
        for own in (of_keys, of_values):
            ctx.require(eq(heads % own, 0), _GROUPS)
    batch = broadcast_sizes(ctx, broadcast_sizes(ctx, query.sizes[:-3], key.sizes[:-3]), value.sizes[:-3])
    return (*batch, heads)


@shape("aten.scaled_dot_product_attention.default")
def scaled_dot_product_attention(
    ctx: Context,
    query: FakeTensor,
    key: FakeTensor,
    value: FakeTensor,
    attn_mask: FakeTensor | None,
    dropout_p: float,
    is_causal: bool,
    scale: Real | None,
    enable_gqa: bool,
) -> FakeTensor:
    """The attended values: laid out as the query by the fused kernel, contiguous by the composite one."""
    if attn_mask is not None and is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    _require_operands(query, key, value)
    if ctx.known(_calls_no_kernel(query, value)) is True:
        return dense(ctx, query, (*query.sizes[:-1], value.sizes[-1]))
    fused = dropout_p == 0.0 and _fused_takes(ctx, query, key, value, attn_mask, enable_gqa)
    if query.dtype.category is not Category.FLOATING:
        return scaled_dot_product_attention_math(
            ctx, query, key, value, attn_mask, dropout_p, is_causal, None, scale, enable_gqa
        )[0]
    batch = _batch(ctx, query, key, value, enable_gqa)
    _require_mask(ctx, query, key, attn_mask)
    if fused:
        return like(ctx, query)  # the fused kernel does not look at the length of the values
    _require_contracted(ctx, query, key, value)
    return in_format(ctx, query, (*batch, query.sizes[-2], value.sizes[-1]), "contiguous_format")


@shape("aten._scaled_dot_product_attention_math.default")
def scaled_dot_product_attention_math(
    ctx: Context,
    query: FakeTensor,
    key: FakeTensor,
    value: FakeTensor,
    attn_mask: FakeTensor | None,
    dropout_p: float,
    is_causal: bool,
    dropout_mask: FakeTensor | None,
    scale: Real | None,
    enable_gqa: bool,
) -> tuple[FakeTensor, ...]:
    """The attended values and the attention weights, by matrix products of queries and keys that were scaled."""
    if attn_mask is not None and is_causal:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    if enable_gqa and query.ndim > 2:
        key, value = (_repeated(ctx, query, tensor) for tensor in (key, value))
    scaled, scaled_keys = (pointwise(ctx, Kind.INT_TO_FLOAT, tensor) for tensor in (query, key))
    weights = matrix_product(ctx, scaled, transpose(scaled_keys, -2, -1))
    if attn_mask is not None:
        added = dense(ctx, attn_mask, attn_mask.sizes, weights.dtype) if attn_mask.dtype is DType.bool else attn_mask
        weights = pointwise(ctx, Kind.DEFAULT, weights, added)
    weights = dense(ctx, weights, weights.sizes)
    attended = matrix_product(ctx, weights, value)
    return dense(ctx, attended, attended.sizes, query.dtype), dense(ctx, weights, weights.sizes, query.dtype)


def _repeated(ctx: Context, query: FakeTensor, tensor: FakeTensor) -> FakeTensor:
    """The heads of keys or values, repeated for the queries that share them."""
    heads, own = query.sizes[-3], tensor.sizes[wrap_dim(-3, tensor.ndim)]
    ctx.require(eq(heads % own, 0), _GROUPS)
    return dense(ctx, tensor, (*tensor.sizes[:-3], heads, *tensor.sizes[-2:]))


def _log_sum(ctx: Context, query: FakeTensor) -> FakeTensor:
    """The logarithms that the backward pass needs, ``[batch, heads, length]`` stored with the heads innermost."""
    batch, heads, length = query.sizes[:3]
    strides = contiguous_strides(ctx, (batch, length, heads))
    dtype = DType.float64 if query.dtype is DType.float64 else DType.float32
    return FakeTensor((batch, heads, length), (strides[0], strides[2], strides[1]), dtype, query.device)


@shape("aten._scaled_dot_product_flash_attention_for_cpu.default")
def scaled_dot_product_flash_attention_for_cpu(
    ctx: Context,
    query: FakeTensor,
    key: FakeTensor,
    value: FakeTensor,
    dropout_p: float,
    is_causal: bool,
    attn_mask: FakeTensor | None,
    scale: Real | None,
) -> tuple[FakeTensor, ...]:
    """The CPU's fused kernel: values laid out as the query, and the logarithms of the sums."""
    if not query.ndim == key.ndim == value.ndim == 4:
        raise RuntimeError(f"{_FLASH}: Accept only 4 dims inputs shape of {{B, H, T, K}}")
    for other in (key, value):
        ctx.require(eq(query.sizes[3], other.sizes[3]), f"{_FLASH}: Q/K/V should have the same head size")
    if not query.dtype.is_floating_point:
        raise RuntimeError(
            f"{_FLASH}: Expected data type in FP32, FP64, BF16, FP16, but got {scalar_type_name(query.dtype)} instead."
        )
    for other in (key, value):
        if other.dtype is not query.dtype:
            names = scalar_type_name(query.dtype), scalar_type_name(other.dtype)
            raise RuntimeError(f"expected scalar type {names[0]} but found {names[1]}")
    if dropout_p > 0:
        raise RuntimeError(f"{_FLASH}: Currently do not support dropout > 0")
    return like(ctx, query), _log_sum(ctx, query)


def _blocked(ctx: Context, head_size: Dim, length: Dim, keys: Dim) -> Dim:
    """How many keys the debug mask has room for."""
    if ctx.decide(le(keys, 128)):
        return 128
    if ctx.decide(le(keys, 256)):
        return 256
    block = 128 if ctx.decide(gt(head_size, 64)) else 256
    return (length + block - 1) // block


@shape("aten._flash_attention_forward.default")
def flash_attention_forward(
    ctx: Context,
    query: FakeTensor,
    key: FakeTensor,
    value: FakeTensor,
    cum_seq_q: FakeTensor | None,
    cum_seq_k: FakeTensor | None,
    max_q: int,
    max_k: int,
    dropout_p: float,
    is_causal: bool,
    return_debug_mask: bool,
    *options: object,
) -> tuple[FakeTensor, ...]:
    """The CUDA kernel on ``[batch, length, heads, size]``: values, logarithms, random state and debug mask."""
    batch = query.sizes[wrap_dim(0, query.ndim)] if cum_seq_q is None else cum_seq_q.numel() - 1
    length = query.sizes[wrap_dim(1, query.ndim)] if cum_seq_q is None else max_q
    keys = key.sizes[wrap_dim(1, key.ndim)] if cum_seq_k is None else max_k
    heads = query.sizes[wrap_dim(-2, query.ndim)]
    logs: Sizes = (batch, heads, length) if cum_seq_q is None else (heads, query.sizes[0])
    seed = in_format(ctx, query, (2,), "contiguous_format", DType.uint64)
    nothing = in_format(ctx, query, (), "contiguous_format", DType.uint64)
    masked: Sizes = (0,)
    if return_debug_mask:
        masked = (batch, heads, length, _blocked(ctx, query.sizes[-1], length, keys))
        for size in (batch, length):
            ctx.require(ge(size, 0), f"Trying to create tensor with negative dimension {size}: {sizes_text(masked)}")
    debug = in_format(ctx, query, masked, "contiguous_format")
    return (
        like(ctx, query),
        in_format(ctx, query, logs, "contiguous_format", DType.float32),
        seed,
        nothing,
        debug,
    )
