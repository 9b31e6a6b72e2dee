"""What the laws know of operators by name: which are asserts, which may allocate, which are custom."""

from __future__ import annotations

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType
from typing import Final

__all__ = ["is_assert", "is_custom_name", "may_allocate", "operator_name"]

_ASSERTS: Final = frozenset(
    (
        "aten._assert_scalar.default",
        "aten._functional_assert_scalar.default",
        "aten.sym_constrain_range.default",
        "aten.sym_constrain_range_for_size.default",
        "aten._functional_sym_constrain_range.default",
        "aten._functional_sym_constrain_range_for_size.default",
    )
)

# Operators that allocate for some arguments and give a known value for others.
_MAY_ALLOCATE: Final = frozenset(
    (
        "nonzero", "argwhere", "nonzero_numpy", "item", "_local_scalar_dense", "index", "index_put", "masked_select",
        "_unique", "_unique2", "unique_dim", "unique_consecutive", "unique_dim_consecutive", "repeat_interleave",
        "bincount", "slice", "select", "narrow", "nms", "equal", "is_nonzero", "tensor_split", "histogramdd",
        "cond", "while_loop", "scan", "map_impl", "associative_scan", "split", "slice_scatter", "narrow_copy",
    )
)  # fmt: skip

_KNOWN_NAMESPACES: Final = (
    "aten.", "prims.", "_operator.", "math.", "torch.sym_", "torch._sym_", "torch._functorch.predispatch.",
    "higher_order.", "prim.", "prims_rng.", "inductor.",
)  # fmt: skip


def operator_name(target: object) -> str:
    """``aten.add.Tensor``, ``_operator.ge``, ``higher_order.cond``; the text of a target without a better name."""
    name: object = getattr(target, "name", None)
    if isinstance(name, str):
        return name
    if isinstance(target, (BuiltinFunctionType, FunctionType)):
        return f"{target.__module__}.{target.__name__}"
    return str(target)


def is_assert(operator: str) -> bool:
    """Whether the operator does nothing but assert something of numbers."""
    return operator in _ASSERTS


@lru_cache(maxsize=4096)
def may_allocate(operator: str) -> bool:
    """Whether the operator allocates unbacked symbols for some arguments."""
    parts = operator.split(".")
    return any(part in _MAY_ALLOCATE for part in parts[:2])


def is_custom_name(operator: str) -> bool:
    """Whether the operator is outside PyTorch's own namespaces: only then may it be assumed."""
    return "." in operator and not operator.startswith(_KNOWN_NAMESPACES)
