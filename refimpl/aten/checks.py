"""Operators that only check what a tensor holds, and return nothing."""

from __future__ import annotations

from refimpl.aten._registry import shape
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__: list[str] = []


@shape("aten._linalg_check_errors.default")
def linalg_check_errors(ctx: Context, info: FakeTensor, api_name: str, is_matrix: bool) -> None:
    """Raises at run time if a factorisation reported an error; no requirement on sizes."""
    if info.dtype is not DType.int32:
        raise RuntimeError("infos.scalar_type() == kInt INTERNAL ASSERT FAILED")
