"""Dtypes for which PyTorch's CPU has no kernel of an operator, refused where its fake tensors refuse them too."""

from __future__ import annotations

from typing import Final

from refimpl.aten._in_place import scalar_type_name
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor

__all__ = ["BOOLS", "COMPLEX", "EXACT", "NOT_REAL", "missing_kernel", "require_kernel", "require_norm_kernel"]

BOOLS: Final = frozenset((Category.BOOL,))
COMPLEX: Final = frozenset((Category.COMPLEX,))
EXACT: Final = frozenset((Category.BOOL, Category.INTEGRAL))
NOT_REAL: Final = EXACT | COMPLEX


def missing_kernel(kernel: str, dtype: DType) -> NotImplementedError:  # the class that PyTorch raises
    """PyTorch's refusal, of its class."""
    message = f"\"{kernel}\" not implemented for '{scalar_type_name(dtype)}'"
    return NotImplementedError(message)  # the class that PyTorch raises


def require_kernel(kernel: str, dtype: DType, refused: frozenset[Category]) -> None:
    """Raises NotImplementedError, worded as PyTorch's, for a dtype of a category that the kernel does not know."""
    if dtype.category in refused:
        raise missing_kernel(kernel, dtype)


def require_norm_kernel(
    kernel: str, input: FakeTensor, refused: frozenset[Category], *vectors: FakeTensor | None
) -> None:
    """The same for a normalisation, which asks first that weight and bias have the dtype that it takes.

    Raises RuntimeError for others, NotImplementedError for a dtype that it does not know.
    """
    if input.dtype.category in refused:
        if any(vector is not None and vector.dtype is not input.dtype for vector in vectors):
            raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
        raise missing_kernel(kernel, input.dtype)
