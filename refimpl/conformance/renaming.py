"""An answer with its fresh symbols under the names that the expectation gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias, assert_never

from refimpl.conformance.outcome import (
    Answer,
    Answered,
    AnsweredRange,
    BindingsResult,
    EnvironmentResult,
    InterpreterResult,
    PathResult,
    PropagationResult,
    Raised,
    RebindingResult,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.structures import (
    Dictionary,
    ListOf,
    Number,
    SliceOf,
    Structure,
    TensorOf,
    TupleOf,
    Wrapper,
    parts_of,
)
from refimpl.conformance.wire_values import divisor_term, sorts_of_value
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import DivideByKey, KeyPath
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    BoolSymbol,
    IntTerm,
    Scalar,
    Sort,
    Symbol,
    substitute,
    substitute_cond,
    substitute_dim,
    symbol_atom,
)

__all__ = ["fresh_names", "renamed"]

_Names: TypeAlias = Mapping[Symbol, Symbol]
_Ended: TypeAlias = Returned[Result] | Raised


def fresh_names(want: _Ended, got: _Ended, declared: frozenset[str]) -> dict[Symbol, Symbol]:
    """For fresh symbols of the answer those of the expectation that stand in the same places, one to one."""
    found: dict[Symbol, Symbol] = {}
    for expected, answered in _pairs(want, got):
        foreign = expected.name not in declared and answered.name not in declared
        if foreign and expected.sort is answered.sort and answered not in found and expected not in found.values():
            found[answered] = expected
    # A name that the answer uses for another symbol of its own would merge the two.
    own = _symbols(got)
    while taken := [answered for answered, name in found.items() if name in own and name not in found]:
        for answered in taken:
            del found[answered]
    return found


def _symbols(ended: _Ended) -> frozenset[Symbol]:
    state = _state(ended)
    names = {} if state is None else {symbol.name: symbol.sort for symbol in state.symbols()}
    for value in _values(ended):
        names.update(sorts_of_value(value))
    return frozenset(symbol_atom(name, sort) for name, sort in names.items() if sort is not Sort.BOOL)


def _pairs(want: _Ended, got: _Ended) -> Iterator[tuple[Symbol, Symbol]]:
    """Bare symbols of both that stand in the same place, values first."""
    for one, other in zip(_values(want), _values(got), strict=False):
        yield from zip(_bare_symbols(one), _bare_symbols(other), strict=False)
    expected, answered = _state(want), _state(got)
    if expected is not None and answered is not None:
        yield from zip(expected.pending, answered.pending, strict=False)
        old = {end: fresh for fresh, end in expected.renamings.items()}
        yield from ((old[end], fresh) for fresh, end in answered.renamings.items() if end in old)


def _values(ended: _Ended) -> Iterator[Structure]:
    if isinstance(ended, Raised):
        return
    match ended.result:
        case InterpreterResult(value=value) | PathResult(value=value):
            yield value
        case EnvironmentResult(answers):
            yield from (answer.value for answer in answers if isinstance(answer, Answered))
        case PropagationResult(values):
            yield from (values[name] for name in sorted(values))
        case BindingsResult() | RebindingResult():
            return
        case _:
            assert_never(ended.result)


def _state(ended: _Ended) -> ShapeEnvState | None:
    if isinstance(ended, Raised):
        return ended.environment
    result = ended.result
    return None if isinstance(result, (InterpreterResult, PathResult)) else result.environment


def _bare_symbols(value: Structure) -> Iterator[Symbol]:
    for part in parts_of(value):
        terms: Iterable[Scalar] = ()
        if isinstance(part, Number):
            terms = (part.term,)
        elif isinstance(part, TensorOf):
            terms = (*part.size, *part.stride, part.offset)
        for term in terms:
            bare = term.symbol if isinstance(term, IntTerm) else term
            if isinstance(bare, Symbol):
                yield bare


def renamed(got: _Ended, names: _Names) -> _Ended:
    """The answer with these symbols renamed."""
    if not names:
        return got
    if isinstance(got, Raised):
        return replace(got, environment=None if got.environment is None else _in_state(got.environment, names))
    return Returned(_in_result(got.result, names))


def _in_result(result: Result, names: _Names) -> Result:
    match result:
        case InterpreterResult(value):
            return replace(result, value=_in_value(value, names))
        case PathResult(value):
            return replace(result, value=_in_value(value, names))
        case BindingsResult(bindings, environment):
            return BindingsResult(
                None if bindings is None else tuple([(_name(s, names), _in_path(p, names)) for s, p in bindings]),
                None if environment is None else _in_state(environment, names),
            )
        case RebindingResult(environment):
            return RebindingResult(_in_state(environment, names))
        case EnvironmentResult(answers, environment):
            answered = tuple([_in_answer(answer, names) for answer in answers])
            return EnvironmentResult(answered, _in_state(environment, names))
        case PropagationResult(values, environment):
            renamed_values = {path: _in_value(value, names) for path, value in values.items()}
            return PropagationResult(renamed_values, _in_state(environment, names))
        case _:
            assert_never(result)


def _in_answer(answer: Answer, names: _Names) -> Answer:
    match answer:
        case Answered(value):
            return Answered(_in_value(value, names))
        case AnsweredRange() | Rejection():
            return answer
        case _:
            assert_never(answer)


def _name(symbol: Symbol, names: _Names) -> Symbol:
    return names.get(symbol, symbol)


def _table(names: _Names) -> dict[Symbol | BoolSymbol, Scalar]:
    return {symbol: term_of(name) for symbol, name in names.items()}


def _in_path(path: KeyPath, names: _Names) -> KeyPath:
    table = _table(names)
    return tuple(
        [
            DivideByKey(substitute_dim(divisor_term(key.divisor), table)) if isinstance(key, DivideByKey) else key
            for key in path
        ]
    )


def _in_value(value: Structure, names: _Names) -> Structure:
    table = _table(names)
    match value:
        case Number(sort, term):
            return Number(sort, substitute(term, table))
        case TensorOf(size, stride, offset):
            return replace(
                value,
                size=tuple([substitute_dim(dim, table) for dim in size]),
                stride=tuple([substitute_dim(dim, table) for dim in stride]),
                offset=substitute_dim(offset, table),
            )
        case ListOf(items):
            return ListOf(tuple([_in_value(item, names) for item in items]))
        case TupleOf(items):
            return TupleOf(tuple([_in_value(item, names) for item in items]))
        case Dictionary(pairs):
            return Dictionary(tuple([(name, _in_value(item, names)) for name, item in pairs]))
        case Wrapper(pairs):
            return Wrapper(tuple([(name, _in_value(item, names)) for name, item in pairs]))
        case SliceOf(start, stop, step):
            return SliceOf(*[_in_value(part, names) for part in (start, stop, step)])
        case _:
            return value


def _in_state(state: ShapeEnvState, names: _Names) -> ShapeEnvState:
    table = _table(names)

    def of(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
        return tuple([_name(symbol, names) for symbol in symbols])

    return ShapeEnvState(
        hints={_name(s, names): hint for s, hint in state.hints.items()},
        ranges={_name(s, names): interval for s, interval in state.ranges.items()},
        replacements={_name(s, names): substitute(term, table) for s, term in state.replacements.items()},
        renamings={_name(s, names): _name(old, names) for s, old in state.renamings.items()},
        guards=tuple([substitute_cond(condition, table) for condition in state.guards]),
        asserts={
            None if s is None else _name(s, names): tuple([substitute_cond(each, table) for each in filed])
            for s, filed in state.asserts.items()
        },
        known=tuple([substitute_cond(condition, table) for condition in state.known]),
        size_like=frozenset(of(state.size_like)),
        pending=of(state.pending),
        ignorable=of(state.ignorable),
    )
