"""Loops: ``while_loop``, ``scan``, ``map`` and ``associative_scan``.

A body is a program of its own, run once for an arbitrary iteration: its operands are inputs, what it requires holds
under the loop's condition, and the metadata of what it carries is an invariant, given at entry and required of a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refimpl.aten._elementwise import like
from refimpl.aten._higher_order import higher_order
from refimpl.aten._overload import OpOverload
from refimpl.aten._strides import contiguous_strides
from refimpl.aten._subgraphs import SubgraphContext
from refimpl.aten.higher_order import condition_of, sequence
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.fx.graph_module import GraphModule
from refimpl.terms import Cond, Dim, IntTerm, eq, ge

__all__: list[str] = []


def _tensors(values: Sequence[Value], name: str) -> list[FakeTensor]:
    tensors = [value for value in values if isinstance(value, FakeTensor)]
    if len(tensors) != len(values):
        raise RuntimeError(f"All {name} leaves must be a Tensor")
    return tensors


def _carried(ctx: Context, value: Value) -> Value:
    """The value in an arbitrary iteration: the same metadata with other contents, or another number."""
    if isinstance(value, FakeTensor):
        return FakeTensor(
            value.sizes, value.strides, value.dtype, value.device, value.offset, value.layout, Storage(is_input=True)
        )
    if isinstance(value, (int, IntTerm)) and not isinstance(value, bool):
        return ctx.fresh_int(None, None, None)
    return value


def _writes(module: object) -> bool:
    """Whether an operator of the graph, or of a graph within, writes an argument."""
    if not isinstance(module, GraphModule):
        return False
    for node in module.graph.nodes:
        if isinstance(node.target, OpOverload) and node.target.is_mutable:
            return True
    return any(_writes(child) for _, child in module.named_children())


def _shared(ctx: Context, module: object, values: Sequence[Value]) -> tuple[Value, ...]:
    """What every iteration sees; tensors of which an earlier iteration may have changed the contents are others."""
    if not _writes(module):
        return tuple(values)
    for value in values:
        if isinstance(value, FakeTensor):
            ctx.mutate(value)
    return tuple([_carried(ctx, value) if isinstance(value, FakeTensor) else value for value in values])


def _require_invariant(ctx: Context, name: str, before: Value, after: Value) -> None:
    """A step keeps dtype, device, rank and sizes of what is carried."""
    if isinstance(before, FakeTensor) and isinstance(after, FakeTensor):
        message = (
            f"Expected carried_inputs and body_output to have same metadata but found: {name} {before.dtype} "
            f"{list(map(str, before.sizes))} and {after.dtype} {list(map(str, after.sizes))}"
        )
        if (before.dtype, before.device, before.ndim) != (after.dtype, after.device, after.ndim):
            raise RuntimeError(message)
        for have, want in zip(after.sizes, before.sizes, strict=True):
            ctx.require(eq(have, want), message)
    elif isinstance(before, FakeTensor) is not isinstance(after, FakeTensor):
        raise RuntimeError(f"Expected carried_inputs and body_output to have same metadata but found: {name}")


def _after(ctx: Context, before: Value, stepped: Value) -> Value:
    """What is carried out of the loop, after any number of iterations."""
    if isinstance(before, FakeTensor):
        strides = stepped.strides if isinstance(stepped, FakeTensor) else before.strides
        return FakeTensor(before.sizes, strides, before.dtype, before.device, storage=Storage())
    if isinstance(before, (int, IntTerm)) and not isinstance(before, bool):
        return ctx.fresh_int(None, None, None)
    return stepped


@higher_order("while_loop", takes=("cond_fn", "body_fn", "carried_inputs", "additional_inputs"))
def while_loop(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``while_loop(cond_fn, body_fn, carried_inputs, additional_inputs)``; numbers come out as fresh symbols."""
    cond_graph, body_graph, carried_inputs, additional_inputs = args
    entry, more = sequence(carried_inputs, "carried_inputs"), sequence(additional_inputs, "additional_inputs")
    state = tuple([_carried(ctx, value) for value in entry])
    more = _shared(ctx, body_graph, more)
    verdicts = ctx.subgraphs.run(cond_graph, (*state, *more))
    if len(verdicts) != 1:
        raise RuntimeError(f"cond_fn should return one condition, got {len(verdicts)} values")
    running: Cond = condition_of(ctx, verdicts[0])
    if running is False:
        return tuple([_after(ctx, value, value) for value in entry])
    stepped = ctx.subgraphs.run(body_graph, (*state, *more), under=None if running is True else running)
    if len(stepped) != len(entry):
        raise RuntimeError(f"body_fn should return {len(entry)} elements, got {len(stepped)}")
    for index, (before, after) in enumerate(zip(entry, stepped, strict=True)):
        _require_invariant(ctx, f"pair[{index}]", before, after)
    return tuple([_after(ctx, before, after) for before, after in zip(entry, stepped, strict=True)])


def _length(ctx: Context, name: str, xs: Sequence[FakeTensor]) -> Dim:
    """The common length of the first dimensions; the loop runs at least once."""
    if not xs or any(x.ndim == 0 for x in xs):
        raise RuntimeError(f"{name}: every xs leaf needs a leading dimension")
    length = xs[0].sizes[0]
    for x in xs[1:]:
        ctx.require(
            eq(x.sizes[0], length), f"Leading dimensions of mapped xs must be consistent. Got {length} and {x.sizes[0]}"
        )
    ctx.require(ge(length, 1), "Leading dimensions of mapped xs must not be 0.")
    return length


def _slice(ctx: Context, x: FakeTensor) -> FakeTensor:
    """One row, copied."""
    sizes = x.sizes[1:]
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), x.dtype, x.device, storage=Storage(is_input=True))


def _stack(ctx: Context, length: Dim, row: Value) -> Value:
    """As many rows as iterations, contiguous."""
    if not isinstance(row, FakeTensor):
        return row
    sizes = (length, *row.sizes)
    return FakeTensor(sizes, contiguous_strides(ctx, sizes), row.dtype, row.device)


@higher_order("scan", takes=("combine_fn", "init", "xs", "additional_inputs"))
def scan(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``scan(combine_fn, init, xs, additional_inputs)``: the last carry, and the outputs of all steps stacked."""
    combine, init, xs, additional_inputs = args
    entry = sequence(init, "init")
    rows = _tensors(sequence(xs, "xs"), "xs")
    length = _length(ctx, "scan", rows)
    state = [_carried(ctx, value) for value in entry]
    operands = (
        *state,
        *[_slice(ctx, x) for x in rows],
        *_shared(ctx, combine, sequence(additional_inputs, "additional_inputs")),
    )
    stepped = ctx.subgraphs.run(combine, operands)
    if len(stepped) < len(entry):
        raise RuntimeError(f"combine_fn should return at least {len(entry)} elements, got {len(stepped)}")
    carried, outputs = stepped[: len(entry)], stepped[len(entry) :]
    for index, (before, after) in enumerate(zip(entry, carried, strict=True)):
        _require_invariant(ctx, f"pair[{index}]", before, after)
    last = [_after(ctx, before, after) for before, after in zip(entry, carried, strict=True)]
    return (*last, *[_stack(ctx, length, output) for output in outputs])


@higher_order("map_impl", takes=("f", "xs", "pos_args"))
def map_impl(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``map(f, xs, pos_args)``: ``f`` on each row, the results stacked."""
    body, xs, pos_args = args
    rows = _tensors(sequence(xs, "xs"), "xs")
    length = _length(ctx, "map", rows)
    outputs = ctx.subgraphs.run(
        body, (*[_slice(ctx, x) for x in rows], *_shared(ctx, body, sequence(pos_args, "pos_args")))
    )
    return tuple([_stack(ctx, length, output) for output in outputs])


@higher_order("associative_scan", takes=("combine_fn", "xs", "additional_inputs"))
def associative_scan(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``associative_scan(combine_fn, xs, additional_inputs)``: prefixes of the sizes and layout of ``xs``."""
    combine, xs, additional_inputs = args
    rows = _tensors(sequence(xs, "xs"), "xs")
    _length(ctx, "associative_scan", rows)
    left, right = [_slice(ctx, x) for x in rows], [_slice(ctx, x) for x in rows]
    outputs = ctx.subgraphs.run(
        combine, (*left, *right, *_shared(ctx, combine, sequence(additional_inputs, "additional_inputs")))
    )
    if len(outputs) != len(rows):
        raise RuntimeError(f"combine_fn should return {len(rows)} elements, got {len(outputs)}")
    for index, (row, output) in enumerate(zip(left, outputs, strict=True)):
        _require_invariant(ctx, f"pair[{index}]", row, output)
    return tuple([like(ctx, x) for x in rows])
