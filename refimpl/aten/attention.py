"""Scaled dot-product attention under ``no_grad`` on the CPU."""

from __future__ import annotations

from typing import Final

from refimpl.aten._broadcast import broadcast_sizes
from refimpl.aten._elementwise import like
from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._product import product
from refimpl.aten._registry import shape
from refimpl.aten._require import require
from refimpl.aten._strides import contiguous_strides, same_size
from refimpl.aten._windows import in_format, sizes_text
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Real, eq, lor, ne

__all__: list[str] = []

_FLASH: Final = "scaled_dot_product_attention_flash_attention"
_BATCHED: Final = "Expected size for first two dimensions of batch2 tensor to be those of query and key"


def _require_operands(
    ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor, *, products: bool = False
) -> None:
    """One dtype, matrices, and sizes that fit; matrix ``products`` ask for these even where nothing is computed."""
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

    def sizes() -> str:
        return f", got {sizes_text(query.sizes)}, {sizes_text(key.sizes)} and {sizes_text(value.sizes)}"

    # For an empty result, or empty values, the composite operator calls no kernel.
    empty = False if products else lor(eq(value.numel(), 0), eq(product(query.sizes[:-1]), 0))
    heads, lengths = eq(query.sizes[-1], key.sizes[-1]), eq(key.sizes[-2], value.sizes[-2])
    product_of = "mat1 and mat2 shapes cannot be multiplied" if query.ndim == key.ndim == 2 else _BATCHED
    require(ctx, heads is True or lor(heads, empty), product_of, sizes)
    require(ctx, lengths is True or lor(lengths, empty), product_of, sizes)


def _require_mask(ctx: Context, query: FakeTensor, key: FakeTensor, mask: FakeTensor | None) -> None:
    if mask is None:
        return
    if mask.dtype not in (DType.bool, query.dtype, DType.float32):
        raise RuntimeError(
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
            f"{mask.dtype} and  query.dtype: {query.dtype} instead."
        )
    if mask.ndim < 2 and query.ndim == 4:
        raise IndexError("Dimension out of range (expected to be in range of [-1, 0], but got -2)")
    broadcast_sizes(ctx, (*query.sizes[:-1], key.sizes[-2]), mask.sizes)


def _is_flash(
    ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor, mask: FakeTensor | None, enable_gqa: bool
) -> bool:
    """Whether the CPU's fused kernel takes the operands: four dimensions, one head size, no empty length.

    It broadcasts no batch; only grouped queries may have more heads than keys and values.
    """
    if not query.ndim == key.ndim == value.ndim == 4 or query.dtype.category is not Category.FLOATING:
        return False
    if mask is not None and mask.ndim not in (2, 4):
        return False
    tensors = (query, key, value)
    if not all(same_size(ctx, tensor.sizes[3], query.sizes[3]) for tensor in tensors):
        return False
    if any(isinstance(t.strides[3], int) and t.strides[3] != 1 for t in tensors):
        return False
    if not (same_size(ctx, query.sizes[0], key.sizes[0]) and same_size(ctx, query.sizes[0], value.sizes[0])):
        return False
    if not same_size(ctx, key.sizes[1], value.sizes[1]):
        return False
    if not enable_gqa and not same_size(ctx, query.sizes[1], key.sizes[1]):
        return False
    return all(ctx.decide(ne(tensor.sizes[2], 0)) for tensor in (query, key))


def _batch(ctx: Context, query: FakeTensor, key: FakeTensor, value: FakeTensor, enable_gqa: bool) -> Sizes:
    """The broadcast batch and head dimensions; grouped queries repeat the heads of keys and values."""
    if not enable_gqa or query.ndim < 3:
        return broadcast_sizes(ctx, broadcast_sizes(ctx, query.sizes[:-2], key.sizes[:-2]), value.sizes[:-2])
    ctx.require(
        eq(query.sizes[-3] % key.sizes[-3], 0),
        "Number of heads in key and value must divide the number of heads in query",
    )
    batch = broadcast_sizes(ctx, broadcast_sizes(ctx, query.sizes[:-3], key.sizes[:-3]), value.sizes[:-3])
    return (*batch, query.sizes[-3])


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
    _require_operands(ctx, query, key, value)
    batch = _batch(ctx, query, key, value, enable_gqa)
    _require_mask(ctx, query, key, attn_mask)
    if dropout_p == 0.0 and _is_flash(ctx, query, key, value, attn_mask, enable_gqa):
        return like(ctx, query)
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
    """The attended values and the attention weights, by matrix products of queries that were scaled as floats."""
    _require_operands(ctx, query, key, value, products=True)
    if query.dtype.category in (Category.BOOL, Category.INTEGRAL):
        raise RuntimeError(f"expected scalar type Float but found {scalar_type_name(query.dtype)}")
    batch = _batch(ctx, query, key, value, enable_gqa)
    _require_mask(ctx, query, key, attn_mask)
    return (
        in_format(ctx, query, (*batch, query.sizes[-2], value.sizes[-1]), "contiguous_format"),
        in_format(ctx, query, (*batch, query.sizes[-2], key.sizes[-2]), "contiguous_format"),
    )


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
    if cum_seq_q is None:
        batch, length, heads, _ = query.sizes
        logs: Sizes = (batch, heads, length)
    else:
        logs = (query.sizes[1], query.sizes[0])
    seed = in_format(ctx, query, (2,), "contiguous_format", DType.uint64)
    nothing = in_format(ctx, query, (), "contiguous_format", DType.uint64)
    debug = in_format(ctx, query, (0,), "contiguous_format")
    return (
        like(ctx, query),
        in_format(ctx, query, logs, "contiguous_format", DType.float32),
        seed,
        nothing,
        debug,
    )
