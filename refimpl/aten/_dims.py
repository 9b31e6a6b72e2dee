"""Dimension numbers: negative ones count from the end, and a zero-dimensional tensor has dimension 0 and -1."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["wrap_dim", "wrap_dims", "without"]


def wrap_dim(dim: int, ndim: int, *, scalar_has_one: bool = True) -> int:
    """The dimension counted from 0. Raises IndexError, worded as PyTorch's, if there is no such dimension."""
    count = ndim
    if count == 0:
        if not scalar_has_one:
            raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
        count = 1
    if 0 <= dim < count:
        return dim
    if -count <= dim < 0:
        return dim + count
    raise IndexError(f"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {dim})")


def wrap_dims(dims: Sequence[int], ndim: int, repeated_message: str | None = None) -> tuple[int, ...]:
    """The dimensions counted from 0, in the order given. Raises RuntimeError if one occurs twice."""
    wrapped = tuple(wrap_dim(dim, ndim) for dim in dims)
    if len(set(wrapped)) != len(wrapped):
        repeated = next(dim for i, dim in enumerate(wrapped) if dim in wrapped[:i])
        raise RuntimeError(repeated_message or f"dim {repeated} appears multiple times in the list of dims")
    return wrapped


def without(items: Sequence[object], position: int) -> tuple[object, ...]:
    """The items except the one at that position."""
    return (*items[:position], *items[position + 1 :])
