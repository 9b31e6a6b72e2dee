"""An implementation of the rebinding chapter alone, for ``refimpl conform --subject rebinder:implementation``.

It keeps every condition, adds the equation of each binding, and asks a solver whether anything satisfies them.
"""

from __future__ import annotations

from dataclasses import replace

from refimpl.conformance import (
    BindingsInput,
    BindingsResult,
    Chapter,
    Declined,
    EnvironmentInput,
    EnvironmentResult,
    Feature,
    Implementation,
    InterpreterInput,
    InterpreterResult,
    ListOf,
    Number,
    PathResult,
    PropagationInput,
    PropagationResult,
    Raised,
    RaisedKind,
    RebindingInput,
    RebindingResult,
    Rejection,
    Returned,
    Structure,
    TensorOf,
    TupleOf,
)
from refimpl.solver import Obligation, Proved, make_solver
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, Dim, IntTerm, Sort, Symbol, eq, gt, mod, of_atom, substitute_cond

__all__ = ["Rebinder", "implementation"]


class Refused(Exception):
    """A specified rejection of a step."""

    def __init__(self, kind: RaisedKind, message: str) -> None:
        super().__init__(message)
        self.kind: RaisedKind = kind


class Rebinder:
    """Rebinds integers, and nothing else."""

    name = "rebinder"
    version = "1"
    features: frozenset[Chapter | Feature] = frozenset(("rebinding", "divide_by"))

    def rebinding(self, given: RebindingInput) -> Returned[RebindingResult] | Raised | Declined:
        """The environment with the equations of the node's bindings."""
        if given.op == "placeholder" or given.bindings is None:
            return Returned(RebindingResult(given.environment))
        state = given.environment
        fresh = frozenset((*state.pending, *state.ignorable, *state.renamings))
        bound = dict(given.bindings)
        try:
            for symbol, path in bound.items():
                end = resolved(state, symbol)
                state = rebound(state, symbol if end is not symbol and end in bound else end, given.value, path, fresh)
        except Refused as refused:
            return Raised(Rejection(refused.kind, str(refused)), given.environment)
        return Returned(RebindingResult(state))

    def interpreter(self, given: InterpreterInput) -> Returned[InterpreterResult] | Raised | Declined:
        """Not here."""
        return Declined("interpreter")

    def bindings(self, given: BindingsInput) -> Returned[BindingsResult] | Returned[PathResult] | Raised | Declined:
        """Not here."""
        return Declined("bindings")

    def environment(self, given: EnvironmentInput) -> Returned[EnvironmentResult] | Raised | Declined:
        """Not here."""
        return Declined("environment")

    def propagation(self, given: PropagationInput) -> Returned[PropagationResult] | Raised | Declined:
        """Not here."""
        return Declined("propagation")


def resolved(state: ShapeEnvState, symbol: Symbol) -> Symbol:
    """The symbol under its name of today."""
    while symbol in state.renamings:
        symbol = state.renamings[symbol]
    return symbol


def rebound(
    state: ShapeEnvState, symbol: Symbol, value: Structure, path: KeyPath, fresh: frozenset[Symbol]
) -> ShapeEnvState:
    """The state in which the symbol equals what stands at the path, quotients being exact."""
    term, divisors = read(value, path)
    product: Dim = 1
    sides: list[Cond] = []
    for divisor in divisors:
        product = product * divisor
        sides += [gt(divisor, 0), eq(mod(term, divisor), 0)]
    if not possible(state, sides):
        raise Refused("path", f"{term} is no multiple of {product}")
    known = (*state.known, *sides, eq(of_atom(symbol) * product, term))
    state = replace(state, known=known)
    if not possible(state, ()):
        raise Refused("inconsistent", f"{symbol.name} cannot be {term}")
    other = term.symbol if isinstance(term, IntTerm) else None
    state = replace(state, pending=tuple(each for each in state.pending if each is not other))
    if divisors or other is None or other is symbol:
        return state
    if other in fresh and other not in state.renamings:
        state = replace(state, renamings={**state.renamings, other: symbol})
        if other not in state.replacements:
            # What was filed under the fresh name is filed under the old one.
            filed = {key: conditions for key, conditions in state.asserts.items() if key is not other}
            moved = tuple(substitute_cond(each, {other: of_atom(symbol)}) for each in state.asserts.get(other, ()))
            asserts = {**filed, symbol: (*filed.get(symbol, ()), *moved)} if moved else filed
            state = replace(state, asserts=asserts, replacements={**state.replacements, other: of_atom(symbol)})
    if {other, symbol} & state.size_like:
        state = replace(state, size_like=state.size_like | {other, symbol})
    return state


def possible(state: ShapeEnvState, sides: tuple[Cond, ...] | list[Cond]) -> bool:
    """Whether something satisfies the state and these conditions; True also if the solver gives up."""
    verdict = make_solver().decide([Obligation("possible", (*state.conditions(), *sides), False)])[0]
    return not isinstance(verdict, Proved)


def read(value: Structure, path: KeyPath) -> tuple[Dim, list[Dim]]:
    """The integer at the path, and the divisors of the path."""
    divisors: list[Dim] = []
    for key in path:
        match key, value:
            case DivideByKey(divisor), _:
                divisors.append(integer(divisor))
            case CallMethodKey("storage_offset"), TensorOf(offset=offset):
                value = Number(Sort.INT, offset)
            case CallMethodKey(name), TensorOf(size=size, stride=stride):
                value = TupleOf(tuple(Number(Sort.INT, dim) for dim in (size if name == "size" else stride)))
            case SequenceKey(index), ListOf(items) | TupleOf(items) if -len(items) <= index < len(items):
                value = items[index]
            case _:
                raise Refused("path", f"there is no {key}")
    if not isinstance(value, Number):
        raise Refused("path", "the path leads to no number")
    if value.sort is not Sort.INT:
        raise Refused("inconsistent", "it is no integer")
    return integer(value.term), divisors


def integer(term: object) -> Dim:
    """The term, which must be an integer."""
    if isinstance(term, (int, IntTerm)):
        return term
    raise Refused("type", f"{term} is no integer")


implementation: Implementation = Rebinder()
