"""Automatic mixed precision on the CPU: which operators see their floating arguments in another dtype.

Source: the CPU lists of ``ATen/autocast_mode.cpp``; float64 tensors are never cast.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Final

from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.symbolic_shapes.structures import is_tuple

__all__ = ["active_autocast", "autocast", "cast_arguments"]

_LOWER: Final = frozenset((
    "conv1d", "conv2d", "conv3d", "bmm", "mm", "linalg_vecdot", "baddbmm", "addmm", "addbmm", "linear", "matmul",
    "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "scaled_dot_product_attention",
))  # fmt: skip
_FLOAT32: Final = frozenset((
    "avg_pool3d", "binary_cross_entropy", "grid_sampler", "polar", "prod", "quantile", "nanquantile", "stft", "cdist",
    "trace", "view_as_complex", "cholesky", "cholesky_inverse", "cholesky_solve", "inverse", "lu_solve", "orgqr",
    "ormqr", "pinverse", "max_pool3d", "max_unpool2d", "max_unpool3d", "adaptive_avg_pool3d", "reflection_pad1d",
    "reflection_pad2d", "replication_pad1d", "replication_pad2d", "replication_pad3d", "mse_loss",
    "cosine_embedding_loss", "nll_loss", "nll_loss2d", "hinge_embedding_loss", "poisson_nll_loss", "smooth_l1_loss",
    "cross_entropy_loss", "l1_loss", "huber_loss", "margin_ranking_loss", "soft_margin_loss", "triplet_margin_loss",
    "multi_margin_loss", "ctc_loss", "kl_div", "multilabel_margin_loss", "binary_cross_entropy_with_logits", "fft_fft",
    "fft_ifft", "fft_fft2", "fft_ifft2", "fft_fftn", "fft_ifftn", "fft_rfft", "fft_irfft", "fft_rfft2", "fft_irfft2",
    "fft_rfftn", "fft_irfftn", "fft_hfft", "fft_ihfft", "linalg_cond", "linalg_matrix_rank", "linalg_solve",
    "linalg_cholesky", "linalg_svdvals", "linalg_eigvals", "linalg_eigvalsh", "linalg_inv",
    "linalg_householder_product", "linalg_tensorinv", "linalg_tensorsolve", "geqrf", "_lu_with_info", "qr", "svd",
    "triangular_solve", "fractional_max_pool2d", "fractional_max_pool3d", "adaptive_max_pool3d", "linalg_qr",
    "linalg_cholesky_ex", "linalg_svd", "linalg_eig", "linalg_eigh", "linalg_lstsq", "linalg_inv_ex",
))  # fmt: skip
_WIDEST: Final = frozenset(("stack", "cat", "index_copy"))

active_autocast: ContextVar[DType | None] = ContextVar("active_autocast", default=None)


@contextmanager
def autocast(dtype: DType | None) -> Generator[None]:
    """Operators within see the dtype where it is theirs; None switches casting off."""
    token = active_autocast.set(dtype)
    try:
        yield
    finally:
        active_autocast.reset(token)


def _is_eligible(value: FakeTensor) -> bool:
    return value.dtype.is_floating_point and value.dtype is not DType.float64 and value.device.type == "cpu"


def _cast(value: object, dtype: DType) -> object:
    if isinstance(value, FakeTensor):
        if value.dtype is dtype or not _is_eligible(value):
            return value
        return replace(value, dtype=dtype, storage=Storage(), constant=None)
    return tuple([_cast(item, dtype) for item in value]) if is_tuple(value) else value


def _widest(values: list[object], lower: DType) -> DType:
    """float32 if a floating argument has it, else the lower dtype."""
    for value in values:
        for item in value if is_tuple(value) else (value,):
            if isinstance(item, FakeTensor) and _is_eligible(item) and item.dtype is DType.float32:
                return DType.float32
    return lower


def cast_arguments(operator: str, values: list[object], dtype: DType) -> list[object]:
    """The arguments of ``aten.mm.default`` as the operator sees them under a lower dtype."""
    base = operator.split(".")[1]
    if base in _LOWER:
        target = dtype
    elif base in _FLOAT32:
        target = DType.float32
    elif base in _WIDEST:
        target = _widest(values, dtype)
    else:
        return values
    return [_cast(value, target) for value in values]
