"""A case and its outcome as the laws of an implementation observe them: one step and, of a propagation, the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, final

from refimpl.conformance.again import repeated
from refimpl.conformance.case import CaseInput, ComputeBindings, PropagationInput, RebindingInput
from refimpl.conformance.outcome import (
    BindingsResult,
    Outcome,
    PropagationResult,
    Raised,
    RaisedKind,
    RebindingResult,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.structures import ListOf, Number, Structure, TensorOf, TupleOf, Wrapper, number
from refimpl.conformance.wire_values import Bindings, divisor_term
from refimpl.laws.step import Missing, Place, RunRecord, Step
from refimpl.laws.step import Raised as Refusal
from refimpl.laws.step_words import bare, resolve, symbols_of
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    KeyPath,
    SequenceKey,
    keystr,
)
from refimpl.symbolic_shapes.state import ShapeEnvState, equation
from refimpl.terms import Cond, Dim, Symbol, int_of_bool, is_condition

__all__ = ["Ended", "Observed", "observed"]

Ended: TypeAlias = Returned[Result] | Raised
_Kind: TypeAlias = Literal["inconsistent", "refused", "path", "data-dependent", "other"]
_KINDS: Final[dict[RaisedKind, _Kind]] = {
    "inconsistent": "inconsistent",
    "refused": "refused",
    "path": "path",
    "attribute": "path",
    "index": "path",
    "type": "path",
    "data_dependent": "data-dependent",
    "pending_not_found": "data-dependent",
    "undecided": "data-dependent",
}
_RUN: Final = "the run"


@final
@dataclass(frozen=True, slots=True)
class Observed:
    """What the laws are asked about: ``step`` may be a whole run taken as one, ``run`` is what only a run shows.

    ``names`` says which fresh symbol got which recorded name, where the graph runs once; ``again`` what one run more
    has changed, where it runs more than once.
    """

    step: Step
    run: RunRecord | None = None
    names: RunRecord | None = None
    again: RunRecord | None = None


def observed(given: CaseInput, ended: Ended, earlier: Outcome | None = None) -> Observed | None:
    """The observation; None where the case is no rebinding, or the environment afterwards was not seen.

    ``earlier`` is the outcome of the same case with one run less. What stands at the bound paths is read from the plain
    data of the case, by none of the code that is judged.
    """
    match given, ended:
        case RebindingInput(before, node, op, bindings, value), Returned(RebindingResult(after)):
            return Observed(Step(node, op, _places(bindings or (), value), before, after))
        case RebindingInput(before, node, op, bindings, value), Raised(rejection, after) if after is not None:
            return Observed(Step(node, op, _places(bindings or (), value), before, after, _refusal(rejection)))
        case ComputeBindings(before, value, old), Returned(BindingsResult(bindings, after)) if after is not None:
            return Observed(Step("the value", "call_function", _bound(bindings or (), value, old), before, after))
        case PropagationInput(), Returned(PropagationResult(values, after)):
            seen = _run(given, values, after)
            match earlier:
                case Returned(PropagationResult(_, between)):
                    return replace(seen, again=repeated(given.environment, between, after))
                case _:
                    return seen
        case PropagationInput(before), Raised(rejection, after) if after is not None:
            return Observed(Step(rejection.node or _RUN, "call_function", (), before, after, _refusal(rejection)))
        case _:
            return None


def _refusal(rejection: Rejection) -> Refusal:
    return Refusal(_KINDS.get(rejection.kind, "other"), rejection.kind, rejection.message)


def _bound(bindings: Bindings, value: Structure, old: Structure) -> tuple[Place, ...]:
    """The bindings that were computed; with an old value each symbol is to equal what stands at its path there."""
    found = _places(bindings, value)
    if old is None:
        return found
    return tuple([now if isinstance(now.value, Missing) else _place(now.symbol, now.path, old) for now in found])


def _run(given: PropagationInput, values: Mapping[str, Structure], after: ShapeEnvState) -> Observed:
    """A run, which is one step too: its equations say what stands, in old names, where each node binds a symbol.

    A node is seen to rebind a symbol if what stands at its path is no fresh value any more. What a fresh symbol is in
    old names is no condition but its definition: it is given.
    """
    known = frozenset(
        (*given.environment.symbols(), *(s for node in given.graph.nodes for s, _ in node.bindings or ()))
    )
    fresh = [symbol for symbol in after.symbols() if symbol not in known]
    before = replace(given.environment, known=(*given.environment.known, *_definitions(after, fresh, known)))
    steps: list[Step] = []
    recorded: list[tuple[str, Symbol, KeyPath]] = []
    for node in given.graph.nodes:
        if node.op != "placeholder" and node.bindings and node.name in values:
            found = _places(node.bindings, values[node.name])
            recorded += [(node.name, place.symbol, place.path) for place in found]
            old = tuple([place for place in found if _is_known(place, known)])
            steps.append(Step(node.name, node.op, old, before, after))
    places = tuple([place for step in steps for place in step.places])
    run = RunRecord(tuple(steps), before, after, tuple(recorded))
    names = _names(given.environment, after, fresh) if given.runs == 1 else None
    return Observed(Step(_RUN, "call_function", places, before, after), run, names)


def _names(before: ShapeEnvState, after: ShapeEnvState, fresh: Sequence[Symbol]) -> RunRecord:
    """Each renaming as a step of its own: what was allocated got a name, and nothing else is known of it."""
    steps = [
        Step(symbol.name, "call_function", (Place(old, (), term_of(symbol)),), before, after)
        for symbol in fresh
        if (old := after.renamings.get(symbol)) is not None
    ]
    return RunRecord(tuple(steps), before, after, ())


def _definitions(after: ShapeEnvState, fresh: Sequence[Symbol], known: frozenset[Symbol]) -> Iterator[Cond]:
    """What each fresh symbol stands for, whichever of two equal symbols the implementation replaces by the other."""
    after = replace(after, renamings={})  # a name that has no replacement, as within a branch, is not known to be equal
    ends = {bare(resolve(after, term_of(symbol))): symbol for symbol in known}
    for symbol in fresh:
        end = resolve(after, term_of(symbol))
        old = ends.get(bare(end), symbol)
        yield equation(symbol, end if old is symbol else term_of(old))


def _is_known(place: Place, known: frozenset[Symbol]) -> bool:
    return not isinstance(place.value, Missing) and all(symbol in known for symbol in symbols_of(place.value))


def _places(bindings: Bindings, value: Structure) -> tuple[Place, ...]:
    return tuple([_place(symbol, path, value) for symbol, path in bindings])


def _place(symbol: Symbol, path: KeyPath, value: Structure) -> Place:
    at, divisors = value, list[Dim]()
    path = tuple([DivideByKey(divisor_term(key.divisor)) if isinstance(key, DivideByKey) else key for key in path])
    for key in path:
        found: Structure
        match key, at:
            case DivideByKey(divisor), Number():
                divisors.append(divisor_term(divisor))
                continue
            case SequenceKey(index), (ListOf(items) | TupleOf(items)) if index < len(items):
                found = items[index]
            case CallMethodKey("size"), TensorOf():
                found = _numbers(at.size)
            case CallMethodKey("stride"), TensorOf():
                found = _numbers(at.stride)
            case CallMethodKey("storage_offset"), TensorOf():
                found = number(at.offset)
            case InnerTensorKey(name), Wrapper(inner) if name in dict(inner):
                found = dict(inner)[name]
            case ConvertIntKey(), Number(_, term) if is_condition(term):
                found = number(int_of_bool(term))
            case _:
                return Place(symbol, path, Missing(f"{keystr((key,))} of {type(at).__name__}"))
        at = found
    if not isinstance(at, Number):
        return Place(symbol, path, Missing(f"{type(at).__name__} is no number"))
    return Place(symbol, path, at.term, tuple(divisors))


def _numbers(dims: Sequence[Dim]) -> TupleOf:
    return TupleOf(tuple(map(number, dims)))
