"""Higher-order operators around one graph or one operator: modes, checkpoints, effects, functionalised mutations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from refimpl.aten._autocast import autocast
from refimpl.aten._higher_order import HigherOrderOperator, higher_order
from refimpl.aten._overload import OpOverload, UnmodelledOperatorError
from refimpl.aten._slices import slice_along
from refimpl.aten._subgraphs import SubgraphContext
from refimpl.aten._views import strided
from refimpl.aten.higher_order import sequence
from refimpl.fake_tensor.context import Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import CPU, FakeTensor, Storage
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.terms import Dim, IntTerm

__all__: list[str] = []


def _flat(values: Sequence[object]) -> tuple[Value, ...]:
    return sequence(tuple(values), "operands")


@higher_order("wrap", "tag_activation_checkpoint", "wrap_activation_checkpoint", "strict_mode", "invoke_quant")
def wrap(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``wrap(graph, *operands)``: what the graph gives."""
    return ctx.subgraphs.run(args[0], _operands(args[1:]))


def _operands(values: Sequence[object]) -> tuple[Value, ...]:
    """Operands given one by one, or (``strict_mode``) as one tuple."""
    if len(values) == 1 and is_sequence(values[0]):
        return sequence(values[0], "operands")
    return _flat(values)


@higher_order("wrap_with_set_grad_enabled")
def wrap_with_set_grad_enabled(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(enabled, graph, *operands)``: shapes don't depend on the mode."""
    return ctx.subgraphs.run(args[1], _flat(args[2:]))


@higher_order("wrap_with_autocast")
def wrap_with_autocast(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(device_type, dtype, enabled, cache_enabled, graph, *operands)``: the graph under automatic mixed precision."""
    device, dtype, enabled = args[:3]
    lower = dtype if isinstance(dtype, DType) else DType.bfloat16
    if device != "cpu":
        return ctx.subgraphs.run(args[4], _flat(args[5:]))
    with autocast(lower if enabled else None):
        return ctx.subgraphs.run(args[4], _flat(args[5:]))


@higher_order("invoke_subgraph")
def invoke_subgraph(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(graph, identifier, *operands)``."""
    return ctx.subgraphs.run(args[0], _flat(args[2:]))


@higher_order("hints_wrapper")
def hints_wrapper(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(graph, operands, keywords, hints=...)``."""
    return ctx.subgraphs.run(args[0], sequence(args[1], "operands"))


@higher_order("autograd_function_apply")
def autograd_function_apply(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(forward, backward, *operands)``: under ``no_grad`` the forward graph, whose outputs end with saved values."""
    return ctx.subgraphs.run(args[0], _flat(args[2:]))


@higher_order("_export_tracepoint")
def export_tracepoint(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """Its operands, unchanged."""
    return _flat(args)


def _run_operator(ctx: SubgraphContext, target: object, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    if isinstance(target, OpOverload):
        return target.run(ctx, tuple(args), kwargs)
    if isinstance(target, HigherOrderOperator):
        return target.run(ctx, args, kwargs)
    raise UnmodelledOperatorError(str(target))


@higher_order("out_dtype")
def out_dtype(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(operator, dtype, *arguments)``: the operator's result in another dtype."""
    result = _run_operator(ctx, args[0], args[2:], kwargs)
    if not isinstance(result, FakeTensor) or not isinstance(args[1], DType):
        raise RuntimeError("out_dtype needs an operator with one tensor and a dtype")
    return FakeTensor(result.sizes, result.strides, args[1], result.device)


@higher_order("print")
def print_values(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(format, **values)``: writes a text when it runs; gives nothing."""
    return None


@higher_order("with_effects")
def with_effects(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(token, operator, *arguments)``: a new token, then the operator's results."""
    result = _run_operator(ctx, args[1], args[2:], kwargs)
    token = FakeTensor((0,), (1,), DType.float32, CPU)
    return (token, *result) if isinstance(result, tuple) else (token, result)


def _copy(ctx: SubgraphContext, value: Value) -> Value:
    """A clone that keeps strides, into which the operator writes."""
    if isinstance(value, FakeTensor):
        return FakeTensor(value.sizes, value.strides, value.dtype, value.device, storage=Storage(value.storage.extent))
    if isinstance(value, (tuple, list)):
        return tuple([_copy(ctx, item) for item in value])
    return value


def _with_results(target: object, result: Value, written: Sequence[Value]) -> Value:
    """The operator's results (None if it has none), then what it has written."""
    if result is None or result == ():
        return (None, *written)
    return (*result, *written) if isinstance(result, tuple) else (result, *written)


def _written_names(target: object) -> list[str]:
    if not isinstance(target, OpOverload):
        raise UnmodelledOperatorError(str(target))
    return [argument.name for argument in target.schema.arguments if argument.type.written]


@higher_order("auto_functionalized")
def auto_functionalized(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """``(operator, **arguments)``: run on clones of what the operator writes; the clones come last."""
    target = args[0]
    given = dict(kwargs)
    names = _written_names(target)
    for name in names:
        (given[name],) = _flat([_copy(ctx, value) for value in _flat([kwargs[name]])])
    result = _run_operator(ctx, target, (), given)
    return _with_results(target, result, _flat([given[name] for name in names]))


@higher_order("auto_functionalized_v2")
def auto_functionalized_v2(ctx: SubgraphContext, args: Sequence[object], kwargs: Mapping[str, object]) -> Value:
    """The same where written arguments are views of ``_all_bases``: clones of the bases come last."""
    whole = sequence(kwargs["_all_bases"], "_all_bases")
    try:
        return _functionalized(ctx, args[0], kwargs, [_copy(ctx, base) for base in whole])
    except UnmodelledOperatorError as error:
        kept = [base.on(Storage()) if isinstance(base, FakeTensor) else base for base in whole]
        raise UnmodelledOperatorError(error.operator, kept) from error


def _functionalized(
    ctx: SubgraphContext, target: object, kwargs: Mapping[str, object], bases: Sequence[Value]
) -> Value:
    given = {name: value for name, value in kwargs.items() if not name.startswith("_")}
    for name in _written_names(target):
        if f"_{name}_length" in kwargs:
            count = kwargs[f"_{name}_length"]
            given[name] = [
                _view(ctx, kwargs, bases, f"_{name}_{i}") for i in range(count if isinstance(count, int) else 0)
            ]
        else:
            given[name] = _view(ctx, kwargs, bases, f"_{name}")
    return _with_results(target, _run_operator(ctx, target, (), given), bases)


def _view(ctx: SubgraphContext, kwargs: Mapping[str, object], bases: Sequence[Value], prefix: str) -> Value:
    """The view of a base that stands for a written argument."""
    index = kwargs.get(f"{prefix}_base_index")
    if not isinstance(index, int):
        return None
    base = bases[index]
    if not isinstance(base, FakeTensor):
        return base
    dim, size = kwargs.get(f"{prefix}_slice_dim"), kwargs.get(f"{prefix}_size")
    if isinstance(dim, int):
        start, end = _dim(kwargs[f"{prefix}_slice_start"]), _dim(kwargs[f"{prefix}_slice_end"])
        return slice_along(ctx, base, dim, start, end, 1)
    if is_sequence(size):
        strides = _dims(kwargs[f"{prefix}_stride"])
        return strided(ctx, base, _dims(size), strides, _dim(kwargs[f"{prefix}_storage_offset"]))
    return base


def _dim(value: object) -> Dim:
    if isinstance(value, (int, IntTerm)):
        return value
    raise RuntimeError(f"expected a size, got {value}")


def _dims(values: object) -> tuple[Dim, ...]:
    return tuple([_dim(value) for value in sequence(values, "sizes")])
