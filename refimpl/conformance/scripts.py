"""Scripts on an environment of this project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, assert_never, final

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
from refimpl.conformance.convert import Values
from refimpl.conformance.outcome import Answer, Answered, AnsweredRange
from refimpl.conformance.rejections import rejection_of
from refimpl.conformance.structures import Structure, number
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.guards import (
    constrain_range,
    constrain_unify,
    guard_or_false,
    guard_or_true,
    guard_size_oblivious,
    has_static_value,
    statically_known_false,
    statically_known_true,
)
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.sym_node import BoolLike, wrap, wrap_bool, wrap_int
from refimpl.terms import Sort, eq, ge, le, of_atom, to_cond, to_dim

__all__ = ["BoundNode", "answers", "rebind"]

_OnConditions: TypeAlias = Literal[
    "guard_or_true", "guard_or_false", "guard_size_oblivious", "statically_known_true", "statically_known_false"
]
_Plain: TypeAlias = (
    CreateBacked | CreateUnbacked | BindUnbacked | Require | ConstrainRange | Unify | Ask | Freeze | RebindStep
)


@final
@dataclass(frozen=True, slots=True)
class BoundNode:
    """What rebinding looks at of a node."""

    op: str
    meta: dict[str, object]

    @staticmethod
    def of(op: str, bindings: Bindings | None) -> BoundNode:
        """A node with these bindings; None: without any."""
        return BoundNode(op, {} if bindings is None else {"unbacked_bindings": dict(bindings)})


_SILENT: Final = Answered(None)
_CONDITIONS: Final[Mapping[_OnConditions, Callable[[BoolLike], bool]]] = {
    "guard_or_true": guard_or_true,
    "guard_or_false": guard_or_false,
    "guard_size_oblivious": guard_size_oblivious,
    "statically_known_true": statically_known_true,
    "statically_known_false": statically_known_false,
}


def answers(env: ShapeEnv, steps: tuple[Step, ...]) -> Iterator[Answer]:
    """Carry out the steps in order; what a step raises is its answer. An exception that is no rejection passes."""
    for step in steps:
        if isinstance(step, Within):
            with env.ignore_fresh_unbacked_symbols() if step.what == "ignore_fresh" else env.suppress_guards():
                yield from answers(env, step.steps)
            continue
        try:
            yield _answer(env, step)
        except Exception as error:
            rejection = rejection_of(error)
            if rejection is None:
                raise
            yield rejection


def _answer(
    env: ShapeEnv,
    step: _Plain,
) -> Answer:
    match step:
        case CreateBacked(symbol, hint, low, high):
            env.add_backed(symbol, hint, low, high)
            return Answered(number(term_of(symbol)))
        case CreateUnbacked(symbol, sort):
            env.symbols.adopt(symbol, "")
            if sort is Sort.BOOL:
                term = of_atom(symbol)
                env.fact(ge(term, 0))
                env.fact(le(term, 1))
                return Answered(number(eq(term, 1)))
            return Answered(number(term_of(symbol)))
        case BindUnbacked(symbol, low, high):
            env.add_unbacked(symbol, low, high)
            return Answered(number(term_of(symbol)))
        case Require(condition, message):
            return Answered(number(env.guard_or_defer_runtime_assert(condition, message)))
        case ConstrainRange(term, low, high):
            constrain_range(wrap_int(term, env), min=low, max=high)
            return _SILENT
        case Unify(left, right):
            constrain_unify(wrap_int(left, env), wrap_int(right, env))
            return _SILENT
        case Ask():
            return _asked(env, step)
        case Freeze(what):
            if what == "guards":
                env.freeze()
            else:
                env.freeze_runtime_asserts()
            return _SILENT
        case RebindStep(node, op, bindings, value):
            rebind(env, node, op, bindings, value)
            return _SILENT
        case _:
            assert_never(step)


def rebind(env: ShapeEnv, node: str, op: str, bindings: Bindings | None, value: Structure) -> None:
    """``rebind_unbacked`` of a node of that name."""
    with env.at(node):
        rebind_unbacked(env, BoundNode.of(op, bindings), Values(env).make(value))


def _asked(env: ShapeEnv, step: Ask) -> Answer:
    term = step.term
    match step.question:
        case "evaluate":
            return Answered(number(env.evaluate_expr(term)))
        case "replace":
            return Answered(number(env.replace(term)))
        case "simplify":
            return Answered(number(env.simplify(term)))
        case "bound":
            return AnsweredRange(env.bound(to_dim(term)))
        case "size_hint":
            hint = env.size_hint(to_dim(term), allow_none=True)
            return _SILENT if hint is None else Answered(number(hint))
        case "has_static_value":
            return Answered(number(has_static_value(wrap(term, env))))
        case question:
            return Answered(number(_CONDITIONS[question](wrap_bool(to_cond(term), env))))
