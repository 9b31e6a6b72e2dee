"""Scripts on a live ``ShapeEnv``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Final, TypeAlias, assert_never, cast

from refimpl.conformance.case import (
    Ask,
    Bindings,
    BindUnbacked,
    ConstrainRange,
    CreateBacked,
    CreateUnbacked,
    Freeze,
    RebindStep,
    Require,
    Step,
    Unify,
    Within,
)
from refimpl.conformance.outcome import Answer, Answered, AnsweredRange
from refimpl.conformance.structures import number
from refimpl.terms import Scalar, Sort, Symbol, is_condition, to_cond
from refimpl.torch._calls import SHAPES, Function, function, method
from refimpl.torch._case_graphs import torch_bindings
from refimpl.torch._case_values import TorchValues, structure_of
from refimpl.torch._imports import attribute
from refimpl.torch._rejections import rejection_of
from refimpl.torch.expressions import from_torch_expression
from refimpl.torch.live_env import LiveEnvironment
from refimpl.torch.shape_env import read_range

__all__ = ["answers", "rebind"]

_Plain: TypeAlias = (
    CreateBacked | CreateUnbacked | BindUnbacked | Require | ConstrainRange | Unify | Ask | Freeze | RebindStep
)
_SILENT: Final = Answered(None)


def answers(live: LiveEnvironment, mode: object, steps: tuple[Step, ...]) -> Iterator[Answer]:
    """Carry out the steps in order; what a step raises is its answer. An exception that is no rejection passes."""
    for step in steps:
        if isinstance(step, Within):
            name = "ignore_fresh_unbacked_symbols" if step.what == "ignore_fresh" else "suppress_guards"
            with cast("AbstractContextManager[object]", method(live.env, name)()):  # a context of PyTorch
                yield from answers(live, mode, step.steps)
            continue
        try:
            yield _answer(live, mode, step)
        except Exception as error:
            rejection = rejection_of(error)
            if rejection is None:
                raise
            yield rejection


def _answer(live: LiveEnvironment, mode: object, step: _Plain) -> Answer:
    match step:
        case CreateBacked(symbol):
            return Answered(number(_create_backed(live, step, symbol)))
        case CreateUnbacked(symbol, sort):
            return Answered(structure_of(_create_unbacked(live, symbol, sort)))
        case BindUnbacked(symbol, low, high):
            made = _create_unbacked(live, symbol, symbol.sort)
            cast("list[object]", getattr(live.env, "pending_fresh_unbacked_symbols")).remove(live.symbol(symbol))  # noqa: B009 - no types
            if low is not None or high is not None:
                function(SHAPES, "constrain_range")(made, min=low, max=high)
            return Answered(structure_of(made))
        case Require(condition, message):
            return Answered(
                number(bool(_call(live, "guard_or_defer_runtime_assert")(live.expression(condition), message)))
            )
        case ConstrainRange(term, low, high):
            function(SHAPES, "constrain_range")(live.integer(term), min=low, max=high)
            return _SILENT
        case Unify(left, right):
            function(SHAPES, "constrain_unify")(live.integer(left), live.integer(right))
            return _SILENT
        case Ask():
            return _asked(live, step)
        case Freeze(what):
            _call(live, "freeze" if what == "guards" else "freeze_runtime_asserts")()
            return _SILENT
        case RebindStep(node, op, bindings, value):
            rebind(live, node, op, bindings, TorchValues(live, mode).make(value))
            return _SILENT
        case _:
            assert_never(step)


def _call(live: LiveEnvironment, name: str) -> Function:
    return method(live.env, name)


def _replaced(live: LiveEnvironment, term: Scalar) -> object:
    """The expression as a symbolic number asks about it: after the replacements."""
    return _call(live, "replace")(live.expression(term))


def _create_backed(live: LiveEnvironment, step: CreateBacked, symbol: Symbol) -> Scalar:
    """``create_symbol``, told the number in the symbol's name; a lower bound below 2 turns off 0/1 specialization."""
    low, high = step.low, step.high
    infinity = attribute("torch.utils._sympy.numbers", "int_oo")
    ends = (-cast("int", infinity) if low is None else low, infinity if high is None else high)  # negated, it is one
    bounds = function(SHAPES, "StrictMinMaxConstraint")(
        warn_only=False, vr=function("torch.utils._sympy.value_ranges", "ValueRanges")(*ends)
    )

    def named(_: str) -> int:
        return int(symbol.name.lstrip("szf"))

    setattr(live.env, "_generate_unique_id", named)  # noqa: B010 - no types
    made = _call(live, "create_symbol")(
        step.hint,
        function("torch._dynamo.source", "ConstantSource")(symbol.name),
        constraint_dim=bounds,
        positive=True if low is not None and low >= 0 else None,
        do_not_specialize_zero_one=low is None or low < 2,
    )
    live.adopt(symbol, made, step.hint)
    return from_torch_expression(made)


def _create_unbacked(live: LiveEnvironment, symbol: Symbol, sort: Sort) -> object:
    """A fresh symbol, its name's number being the next one."""
    floats = symbol.sort is Sort.FLOAT
    counter = "unbacked_symfloat_counter" if floats else "unbacked_symint_counter"
    setattr(live.env, counter, int(symbol.name[3 if floats else 1 :]))
    made = _call(live, f"create_unbacked_sym{sort.value}")()
    live.adopt(symbol, _only_symbol(made))
    return made


def _only_symbol(made: object) -> object:
    expression: object = getattr(getattr(made, "node"), "_expr")  # noqa: B009 - no types
    (symbol,) = cast("set[object]", getattr(expression, "free_symbols"))  # noqa: B009 - no types
    return symbol


def rebind(live: LiveEnvironment, node: str, op: str, bindings: Bindings | None, value: object) -> None:
    """``rebind_unbacked`` of a node of that name whose operator returned the value."""
    meta = {} if bindings is None else {"unbacked_bindings": torch_bindings(bindings, live)}
    function(SHAPES, "rebind_unbacked")(live.env, SimpleNamespace(name=node, op=op, target=node, meta=meta), value)


def _asked(live: LiveEnvironment, step: Ask) -> Answer:
    term = step.term
    match step.question:
        case "evaluate":
            return Answered(number(from_torch_expression(_call(live, "evaluate_expr")(_replaced(live, term)))))
        case "replace" | "simplify":
            return Answered(number(from_torch_expression(_call(live, step.question)(live.expression(term)))))
        case "bound":
            return AnsweredRange(read_range(number(term).sort, _call(live, "bound_sympy")(_replaced(live, term))))
        case "size_hint":  # its name in this release
            written = _replaced(live, term)
            if not _call(live, "has_guarding_hint")(written):
                return _SILENT
            hint = cast("int", _call(live, "guarding_hint_or_throw")(written))  # plain, but maybe one of sympy's
            return Answered(number(hint if isinstance(hint, bool) else int(hint)))
        case "has_static_value":
            made = live.boolean(to_cond(term)) if is_condition(term) else _symbolic(live, term)
            return Answered(number(bool(function(SHAPES, "has_static_value")(made))))
        case question:
            return Answered(number(bool(function(SHAPES, question)(live.boolean(to_cond(term))))))


def _symbolic(live: LiveEnvironment, term: Scalar) -> object:
    return TorchValues(live).make(number(term))
