"""How what was answered differs from what was expected, position by position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, final

from refimpl.conformance.structures import (
    Dictionary,
    ListOf,
    Number,
    SliceOf,
    Structure,
    TensorOf,
    TupleOf,
    Wrapper,
)
from refimpl.conformance.wire_values import divisor_term, write_path, write_value
from refimpl.conformance.wire_vectors import canonical
from refimpl.laws.witness import minimize
from refimpl.solver import Model, Obligation, Proved, Refuted, Solver, Undecided
from refimpl.symbolic_shapes.key_path import DivideByKey, KeyPath
from refimpl.terms import (
    Cond,
    IntTerm,
    Scalar,
    Symbol,
    eq,
    float_eq,
    float_ne,
    is_condition,
    land,
    lnot,
    lor,
    to_cond,
    to_dim,
    to_real,
    to_text,
)

__all__ = [
    "Asked",
    "Difference",
    "Differs",
    "Open",
    "Prover",
    "bindings_differences",
    "differences",
    "equal_terms",
    "shown_witness",
]

Witness: TypeAlias = Mapping[str, str]


def _no_witness() -> Witness:
    return {}


@final
@dataclass(frozen=True, slots=True)
class Differs:
    """At ``where`` the answer is ``got`` and not ``want``; the witness are values of symbols at which they differ."""

    where: str
    got: str
    want: str
    witness: Witness = field(default_factory=_no_witness)


@final
@dataclass(frozen=True, slots=True)
class Open:
    """At ``where`` the solver could not decide whether they differ, or the question is out of its reach."""

    where: str
    got: str
    want: str
    reason: str


Difference: TypeAlias = Differs | Open


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """One goal, and how it is shown when it does not hold."""

    where: str
    goal: Cond
    got: str
    want: str


@final
class Prover:
    """Proves goals under facts; without a solver nothing is proved and everything asked differs."""

    def __init__(self, facts: Sequence[Cond], solver: Solver | None, hints: Mapping[str, int] | None = None) -> None:
        self.facts: tuple[Cond, ...] = tuple(facts)
        self._solver = solver
        self._hints = hints or {}

    def under(self, facts: Sequence[Cond]) -> Prover:
        """The same solver under other facts."""
        return Prover(facts, self._solver, self._hints)

    @property
    def gives_up(self) -> bool:
        """Whether there is no solver."""
        return self._solver is None

    def failures(self, asked: Sequence[Asked]) -> Iterator[Difference]:
        """What does not follow from the facts, in order."""
        plain = [each for each in asked if each.goal is not True]
        if self._solver is None:
            yield from (Differs(each.where, each.got, each.want) for each in plain)
            return
        obligations = [Obligation(each.where, self.facts, each.goal) for each in plain]
        for each, obligation, verdict in zip(plain, obligations, self._solver.decide(obligations), strict=True):
            match verdict:
                case Proved():
                    continue
                case Refuted(model):
                    smallest = minimize(obligation, model, self._hints, self._solver)
                    yield Differs(each.where, each.got, each.want, shown_witness(smallest))
                case Undecided(reason):
                    yield Open(each.where, each.got, each.want, reason)

    def is_satisfiable(self, conditions: Sequence[Cond]) -> bool | None:
        """Whether conditions have a common solution; None if the solver gives up."""
        if self._solver is None:
            return None
        verdict = self._solver.decide([Obligation("satisfiable", tuple(conditions), False)])[0]
        match verdict:
            case Refuted():
                return True
            case Proved():
                return False
            case Undecided():
                return None


def shown_witness(model: Model) -> Witness:
    """A model as decimal strings, by name."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in model.items()}


def equal_terms(want: Scalar, got: Scalar) -> Cond:
    """The condition that two terms of one sort are equal; of floats, a NaN equals a NaN."""
    if is_condition(want):
        one, other = to_cond(want), to_cond(got)
        return lor(land(one, other), land(lnot(one), lnot(other)))
    if isinstance(want, (int, IntTerm)):
        return eq(to_dim(want), to_dim(got))
    one_real, other_real = to_real(want), to_real(got)
    both_nan = land(float_ne(one_real, one_real), float_ne(other_real, other_real))
    return lor(float_eq(one_real, other_real), both_nan)


def differences(where: str, want: Structure, got: Structure, prover: Prover) -> Iterator[Difference]:
    """Where two values differ, in order."""
    asked: list[Asked] = []
    mismatch = _walk(where, want, got, asked.append)
    yield from prover.failures(asked)
    if mismatch is not None:
        yield mismatch


def _walk(where: str, want: Structure, got: Structure, ask: Callable[[Asked], object]) -> Differs | None:
    """Ask about every pair of terms; the first place at which the structures differ ends it."""
    different = Differs(where, _shown(got), _shown(want))
    match want, got:
        case Number(sort, expected), Number(other, answered):
            if sort is not other:
                return different
            _ask(where, expected, answered, ask)
        case TensorOf(), TensorOf():
            return _walk_tensor(where, want, got, ask)
        case (ListOf(items), ListOf(others)) | (TupleOf(items), TupleOf(others)):
            if len(items) != len(others):
                return different
            places = [f"{where}[{index}]" for index in range(len(items))]
            return _walk_all(list(zip(places, items, others, strict=True)), ask)
        case (Dictionary(entries), Dictionary(other_entries)) | (Wrapper(entries), Wrapper(other_entries)):
            if [name for name, _ in entries] != [name for name, _ in other_entries]:
                return different
            named = zip(entries, other_entries, strict=True)
            return _walk_all([(f"{where}.{name}", one, other) for (name, one), (_, other) in named], ask)
        case SliceOf(), SliceOf():
            parts = [("start", want.start, got.start), ("stop", want.stop, got.stop), ("step", want.step, got.step)]
            return _walk_all([(f"{where}.{name}", one, other) for name, one, other in parts], ask)
        case _:
            return None if want == got else different
    return None


def _walk_all(pairs: Sequence[tuple[str, Structure, Structure]], ask: Callable[[Asked], object]) -> Differs | None:
    for at, one, other in pairs:
        found = _walk(at, one, other, ask)
        if found is not None:
            return found
    return None


def _ask(where: str, want: Scalar, got: Scalar, ask: Callable[[Asked], object]) -> None:
    if not _identical(want, got):
        ask(Asked(where, equal_terms(want, got), to_text(got), to_text(want)))


def _identical(want: Scalar, got: Scalar) -> bool:
    if isinstance(want, float) and isinstance(got, float):
        return repr(want) == repr(got)
    return want is got or (type(want) is type(got) and want == got)


def _walk_tensor(where: str, want: TensorOf, got: TensorOf, ask: Callable[[Asked], object]) -> Differs | None:
    for name, one, other in (
        ("dtype", want.dtype, got.dtype),
        ("device", want.device, got.device),
        ("layout", want.layout, got.layout),
        ("dim()", str(len(want.size)), str(len(got.size))),
    ):
        if one != other:
            return Differs(f"{where}.{name}", other, one)
    for index, (one_size, other_size) in enumerate(zip(want.size, got.size, strict=True)):
        _ask(f"{where}.size()[{index}]", one_size, other_size, ask)
    for index, (one_stride, other_stride) in enumerate(zip(want.stride, got.stride, strict=True)):
        _ask(f"{where}.stride()[{index}]", one_stride, other_stride, ask)
    _ask(f"{where}.storage_offset()", want.offset, got.offset, ask)
    return None


def _shown(value: Structure) -> str:
    return canonical(write_value(value))


def bindings_differences(
    where: str, want: Mapping[Symbol, KeyPath], got: Mapping[Symbol, KeyPath], prover: Prover
) -> Iterator[Difference]:
    """Where two tables of bindings differ."""
    for symbol, path in want.items():
        at = f"{where}.{symbol.name}"
        shown = canonical(write_path(path))
        if symbol not in got:
            yield Differs(at, "not bound", shown)
            continue
        answered = got[symbol]
        different = Differs(at, canonical(write_path(answered)), shown)
        if len(path) != len(answered):
            yield different
            continue
        for one, other in zip(path, answered, strict=True):
            if isinstance(one, DivideByKey) and isinstance(other, DivideByKey):
                divisors: list[Asked] = []
                _ask(at, divisor_term(one.divisor), divisor_term(other.divisor), divisors.append)
                yield from prover.failures(divisors)
            elif one != other:
                yield different
                break
    for symbol, path in got.items():
        if symbol not in want:
            yield Differs(f"{where}.{symbol.name}", canonical(write_path(path)), "not bound")
