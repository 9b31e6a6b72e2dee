"""``cond``: two branches, each under its predicate, and one result that is either's.

PyTorch runs both branches and gives a fresh symbol to each size in which they differ, or that rests on data. The
facts say more: the fresh symbol is the size of the branch taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key, partial
from typing import TypeGuard

from refimpl.aten._higher_order import higher_order
from refimpl.aten._product import product
from refimpl.aten._strides import is_contiguous, same_size
from refimpl.aten._subgraphs import SubgraphContext
from refimpl.aten._unbacked import is_data_dependent
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes, Storage
from refimpl.terms import (
    And,
    BoolSymbol,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Symbol,
    eq,
    float_eq,
    float_ne,
    ge,
    land,
    le,
    lnot,
    lor,
    lt,
)

__all__ = ["condition_of", "sequence"]


def sequence(value: object, name: str) -> tuple[Value, ...]:
    """An argument that is a list of operands. Raises RuntimeError if it is none."""
    if not isinstance(value, (tuple, list)):
        raise RuntimeError(f"Expected {name} to be a tuple or list, got {type(value).__name__}")
    return tuple(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - raw values of the graph


def _is_condition(value: object) -> TypeGuard[Cond]:
    return isinstance(value, (bool, BoolSymbol, Ge, Eq, Ne, And, Or, Not, FloatCompare))


def condition_of(ctx: SubgraphContext, predicate: object) -> Cond:
    """The truth of a predicate, a boolean or a one-element tensor. Raises RuntimeError for anything else."""
    if isinstance(predicate, FakeTensor):
        ctx.require(eq(predicate.numel(), 1), "Boolean value of Tensor with more than one value is ambiguous")
        return ctx.subgraphs.predicate(predicate)
    if _is_condition(predicate):
        return predicate
    raise RuntimeError(f"Expected pred to be bool or tensor, but got {predicate}.")


@higher_order("cond", takes=("pred", "true_fn", "false_fn", "operands"))
def cond(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``torch.cond(pred, true_fn, false_fn, operands)``. A constant predicate runs only the branch taken."""
    predicate, true_graph, false_graph, operands = args
    values = sequence(operands, "operands")
    taken = condition_of(ctx, predicate)
    if isinstance(taken, bool):
        return ctx.subgraphs.run(true_graph if taken else false_graph, values)
    on_true = ctx.subgraphs.run(true_graph, values, under=taken)
    on_false = ctx.subgraphs.run(false_graph, values, under=lnot(taken))
    if len(on_true) != len(on_false):
        raise RuntimeError(
            "Unmatched output spec from torch.cond branches: "
            f"true branch has {len(on_true)} outputs vs false branch {len(on_false)}."
        )
    return tuple([_merge(ctx, taken, a, b) for a, b in zip(on_true, on_false, strict=True)])


def _merge(ctx: Context, taken: Cond, a: Value, b: Value) -> Value:
    """One value of which only the predicate says which branch's it is."""
    if isinstance(a, FakeTensor) and isinstance(b, FakeTensor):
        return _merge_tensors(ctx, taken, a, b)
    if a is None and b is None:
        return None
    if _is_condition(a):
        if _is_condition(b):
            return _merge_conditions(ctx, taken, a, b)
    elif isinstance(a, (int, IntTerm)) and isinstance(b, (int, IntTerm)) and not isinstance(b, bool):
        return _merge_sizes(ctx, taken, a, b)
    elif isinstance(a, float) and isinstance(b, float) and a == b:
        return a
    elif isinstance(a, (float, Symbol)) and isinstance(b, (float, Symbol)):
        merged = ctx.fresh_float(None)
        for under, value in ((lnot(taken), a), (taken, b)):
            both_nan = land(float_ne(merged, merged), float_ne(value, value))
            ctx.fact(lor(under, float_eq(merged, value), both_nan))
        return merged
    raise RuntimeError(f"cond: branches return values of different kinds: {a} and {b}")


def _merge_conditions(ctx: Context, taken: Cond, a: Cond, b: Cond) -> Cond:
    return a if a is b else lor(land(taken, a), land(lnot(taken), b))


def _merge_sizes(ctx: Context, taken: Cond, a: Dim, b: Dim) -> Dim:
    if a is b or (isinstance(a, int) and isinstance(b, int) and a == b):
        if not is_data_dependent(a):
            return a
        merged = ctx.fresh_int(_lowest(ctx, a, b), _highest(ctx, a, b), None)
        ctx.fact(eq(merged, a))
        return merged
    merged = ctx.fresh_int(_lowest(ctx, a, b), _highest(ctx, a, b), None)
    ctx.fact(lor(lnot(taken), eq(merged, a)))
    ctx.fact(lor(taken, eq(merged, b)))
    return merged


def _lowest(ctx: Context, a: Dim, b: Dim) -> int | None:
    """A number that both are known to reach."""
    candidates = {value for value in (a, b) if isinstance(value, int)} | {0, 1, 2}
    for value in sorted(candidates, reverse=True):
        if ctx.known(ge(a, value)) is True and ctx.known(ge(b, value)) is True:
            return value
    return None


def _highest(ctx: Context, a: Dim, b: Dim) -> int | None:
    """A number that neither is known to exceed."""
    for value in sorted({value for value in (a, b) if isinstance(value, int)}):
        if ctx.known(le(a, value)) is True and ctx.known(le(b, value)) is True:
            return value
    return None


def _require_same(name: str, a: object, b: object) -> None:
    if a != b:
        raise RuntimeError(
            f"When merging two branches' output in torch.cond,  expected same {name} but got {a} and {b}."
        )


def _merge_tensors(ctx: Context, taken: Cond, a: FakeTensor, b: FakeTensor) -> FakeTensor:
    _require_same("dtype", a.dtype, b.dtype)
    _require_same("device", a.device, b.device)
    _require_same("layout", a.layout, b.layout)
    _require_same("dim", a.ndim, b.ndim)
    if not same_size(ctx, a.offset, b.offset):
        _require_same("storage_offset", a.offset, b.offset)
    sizes = tuple([_merge_sizes(ctx, taken, x, y) for x, y in zip(a.sizes, b.sizes, strict=True)])
    if sizes == a.sizes and a.strides == b.strides:
        return FakeTensor(sizes, a.strides, a.dtype, a.device, a.offset, storage=Storage())
    return FakeTensor(sizes, _merge_strides(ctx, a, b, sizes), a.dtype, a.device, a.offset, storage=Storage())


def _order(ctx: Context, tensor: FakeTensor) -> list[int]:
    """The dimensions from the innermost outwards; of equal strides the last dimension first."""
    strides = tensor.strides

    def compare(left: int, right: int) -> int:
        if ctx.known(lt(strides[left], strides[right])) is True:
            return -1
        if ctx.known(lt(strides[right], strides[left])) is True:
            return 1
        return right - left

    return sorted(range(tensor.ndim), key=cmp_to_key(compare))


def _is_dense(ctx: Context, tensor: FakeTensor, order: list[int]) -> bool:
    """Whether the strides are the products of the sizes inside them, repeated dimensions aside."""
    permuted = [dim for dim in reversed(order) if tensor.strides[dim] != 0]
    view = tensor.viewed(
        tuple(tensor.sizes[dim] for dim in permuted), tuple(tensor.strides[dim] for dim in permuted), 0
    )
    return is_contiguous(ctx, view)


def _merge_strides(ctx: Context, a: FakeTensor, b: FakeTensor, sizes: Sizes) -> Sizes:
    order = _order(ctx, a)
    if order != _order(ctx, b):
        raise RuntimeError(
            "The sorted order of strides of the two branches' output doesn't match."
            "this indicates the contiguousness of the two branches are different. "
            f"True branch has stride {a.strides} but false branch has stride {b.strides}."
            "Consider using contiguous() to make the two branches have the same contiguousness."
        )
    if not all(map(partial(_is_dense, ctx, order=order), (a, b))):
        raise RuntimeError(
            "It seems one of cond's output stride is not a simple accumulative multiplication of sizes. "
            "This could be because cond returns a slice of a tensor, which is not dense in memory. "
            f"True branch has size {a.sizes}, stride {a.strides} and false branch has size {b.sizes} "
            f"stride {b.strides}. Hint: can call t.contiguous(). "
        )
    strides: list[Dim] = [0] * len(sizes)
    inside: list[Dim] = []
    for dim in order:
        if a.strides[dim] != 0:
            strides[dim] = product(inside)
            inside.append(sizes[dim])
    return tuple(strides)
