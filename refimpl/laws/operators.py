"""What the laws know of operators by name: which are asserts, which may allocate, which are custom."""

from __future__ import annotations

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType
from typing import Final

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fx.node import Node
from refimpl.symbolic_shapes import sym_functions
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import Symbol

__all__ = ["allocation_places", "is_assert", "is_custom_name", "may_allocate", "operator_name"]

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
        "nonzero", "argwhere", "nonzero_numpy", "item", "_local_scalar_dense", "index", "masked_select",
        "_unique", "_unique2", "unique_dim", "unique_consecutive", "unique_dim_consecutive", "repeat_interleave",
        "bincount", "slice", "select", "narrow", "nms", "equal", "is_nonzero", "tensor_split", "histogramdd",
        "cond", "while_loop", "scan", "map_impl", "associative_scan", "split", "narrow_copy",
    )
)  # fmt: skip

_KNOWN_NAMESPACES: Final = (
    "aten.", "prims.", "_operator.", "math.", "torch.sym_", "torch._sym_", "torch._functorch.predispatch.",
    "higher_order.", "prim.", "prims_rng.", "inductor.",
)  # fmt: skip


def operator_name(target: object) -> str:
    """``aten.add.Tensor``, ``_operator.ge``, ``torch.sym_max``; the text of a target without a better name."""
    name: object = getattr(target, "name", None)
    if isinstance(name, str):
        return name
    if isinstance(target, (BuiltinFunctionType, FunctionType)):
        module = "torch" if target.__module__ == sym_functions.__name__ else target.__module__
        return f"{module}.{target.__name__}"
    return str(target)


def is_assert(operator: str) -> bool:
    """Whether the operator does nothing but assert something of numbers."""
    return operator in _ASSERTS


@lru_cache(maxsize=4096)
def may_allocate(operator: str) -> bool:
    """Whether the operator allocates unbacked symbols for some arguments."""
    parts = operator.split(".")
    return any(part in _MAY_ALLOCATE for part in parts[:2])


def allocation_places(operator: str, node: Node) -> tuple[str, ...] | None:
    """Where this call of an operator may put a symbol that it allocates, as key paths; None for anywhere.

    A slice, and ``narrow``, which is one, allocates along its own dimension, and only where a bound or that size is
    symbolic; ``select`` an offset for a symbolic index; ``index`` only for masks; ``index_put`` counts but returns no
    count.
    """
    match operator:
        case "aten.slice.Tensor" | "aten.slice_copy.Tensor" | "aten.narrow.default" | "aten.narrow_copy.default":
            return _of_a_slice(node)
        case "aten.select.int" | "aten.select_copy.int":
            symbolic = any(isinstance(bound, Node) for bound in node.args[2:])
            return (".storage_offset()",) if symbolic else ()
        case "aten.index.Tensor":
            return None if any(_is_mask(used) for used in node.all_input_nodes[1:]) else ()
        case "aten.index_put.default" | "aten.index_put_.default" | "aten._unsafe_index_put.default":
            return ()
        case _ if operator.startswith(("aten._unique", "aten.unique_")):
            # The distinct elements and how often each occurs; the inverse has the operand's size.
            return ("[0].size()", "[2].size()")
        case _:
            return None


def _of_a_slice(node: Node) -> tuple[str, ...]:
    source, dim = node.args[0], node.args[1] if len(node.args) > 1 else 0
    recorded: object = source.meta.get("recorded") if isinstance(source, Node) else None
    if not isinstance(recorded, FakeTensor) or not isinstance(dim, int) or not -recorded.ndim <= dim < recorded.ndim:
        return ()
    along = dim % recorded.ndim
    size = recorded.sizes[along]
    unknown = not isinstance(size, int) and any(isinstance(s, Symbol) and is_unbacked(s) for s in size.free)
    bounds = any(isinstance(bound, Node) for bound in (*node.args[2:], *node.kwargs.values()))
    return (f".size()[{along}]", ".storage_offset()") if unknown or bounds else ()


def _is_mask(node: Node) -> bool:
    recorded: object = node.meta.get("recorded")
    return isinstance(recorded, FakeTensor) and recorded.dtype in (DType.bool, DType.uint8)


def is_custom_name(operator: str) -> bool:
    """Whether the operator is outside PyTorch's own namespaces: only then may it be assumed."""
    return "." in operator and not operator.startswith(_KNOWN_NAMESPACES)
