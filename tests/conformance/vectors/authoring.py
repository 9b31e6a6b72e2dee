"""Writing vectors down: short names for the parts of a case, and a draft whose expectation is said or recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Final, TypeAlias, final

from refimpl.conformance.case import (
    Bindings,
    Case,
    CaseInput,
    Chapter,
    EnvironmentInput,
    Feature,
    InterpreterInput,
    PropagationInput,
    RebindingInput,
)
from refimpl.conformance.outcome import Raised, RaisedKind, RebindingResult, Rejection, Returned
from refimpl.conformance.structures import Structure, TensorOf, TupleOf, number
from refimpl.conformance.vector import Aspect, Expected, Level, Must, Origin
from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import (
    ANY_FLOAT,
    And,
    Apply,
    BoolSymbol,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    FloatRange,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Scalar,
    Sort,
    Symbol,
    ValueRange,
    free_of,
    symbol_atom,
)

__all__ = [
    "ANY",
    "ARITHMETIC",
    "CONSTRAINTS",
    "Draft",
    "RECORDED",
    "SPECIFIED",
    "after",
    "bound",
    "case_of",
    "env",
    "name",
    "raises",
    "tensor",
    "tup",
]

ANY: Final = (None, None)
CONSTRAINTS: Final[tuple[Aspect, ...]] = ("constraints", "size_like")
_FRESH: Final = ("u2", "u3", "u4", "u5", "zuf1")
_Given: TypeAlias = "tuple[int | None, int | None] | tuple[int | None, int | None, int | None] | tuple[float, float]"


@final
@dataclass(frozen=True, slots=True)
class Says:
    """Where an expectation comes from, and how."""

    origin: Origin
    how: str


RECORDED: Final = Says("recorded", "what PyTorch 2.13.0 answers")
SPECIFIED: Final = Says(
    "specification", "by definition: the constraints, the equation and the side conditions of its path"
)
ARITHMETIC: Final = Says(
    "arithmetic", "computed by hand, and by brute force over a small box where it is about constraints"
)


@final
@dataclass(frozen=True, slots=True)
class Draft:
    """A vector before it is measured; without ``expect`` what PyTorch answers is recorded.

    ``compare`` says what of a recorded environment is compared.
    """

    id: str
    clauses: tuple[str, ...]
    given: CaseInput
    expect: tuple[Expected, ...] = ()
    says: Says = SPECIFIED
    level: Level = field(default_factory=Must)
    features: tuple[Feature, ...] = ()
    compare: tuple[Aspect, ...] = CONSTRAINTS


def name(term: Dim | str) -> Symbol:
    """The symbol that a term is, or of that name: ``zuf0`` and ``zf0`` are floats."""
    if isinstance(term, str):
        return symbol_atom(term, Sort.FLOAT if term.startswith("z") else Sort.INT)
    assert isinstance(term, IntTerm)
    assert term.symbol is not None
    return term.symbol


def env(
    *,
    size_like: str = "",
    pending: str | None = None,
    ignorable: str = "",
    replacements: Mapping[str, Scalar] | None = None,
    renamings: Mapping[str, str] | None = None,
    guards: tuple[Cond, ...] = (),
    asserts: Mapping[str, tuple[Cond, ...]] | None = None,
    known: tuple[Cond, ...] = (),
    **ranges: _Given,
) -> ShapeEnvState:
    """A state: ``u0=(0, 10)`` is a range, ``s0=(2, None, 5)`` one with a hint; names are separated by spaces.

    Unless said otherwise, ``u2`` and above and ``zuf1`` are pending: the fresh symbols of these cases.
    """
    if pending is None:
        pending = " ".join(each for each in ranges if each in _FRESH and each not in (renamings or {}))
    hints = {name(each): given[2] for each, given in ranges.items() if len(given) == 3}
    return ShapeEnvState(
        hints={each: hint for each, hint in hints.items() if hint is not None},
        ranges={name(each): _range(each, given) for each, given in ranges.items()},
        replacements={name(each): term for each, term in (replacements or {}).items()},
        renamings={name(fresh): name(old) for fresh, old in (renamings or {}).items()},
        guards=guards,
        asserts={name(each): conditions for each, conditions in (asserts or {}).items()},
        known=known,
        size_like=frozenset(map(name, size_like.split())),
        pending=tuple(map(name, pending.split())),
        ignorable=tuple(map(name, ignorable.split())),
    )


def _range(each: str, given: _Given) -> Range:
    low, high = given[0], given[1]
    if name(each).sort is Sort.FLOAT:
        return ANY_FLOAT if low is None or high is None else FloatRange(float(low), float(high))
    assert low is None or isinstance(low, int)
    assert high is None or isinstance(high, int)
    return ValueRange(low, high)


def after(
    before: ShapeEnvState,
    replaced: Mapping[str, Scalar],
    *also: Cond,
    size_like: str | None = None,
    compare: tuple[Aspect, ...] = CONSTRAINTS,
    renamed: Mapping[str, str] | None = None,
    pending: str | None = None,
) -> Expected:
    """The environment before, its equations and ``also``; nothing is taken away from what was known."""
    state = replace(
        before,
        replacements={**before.replacements, **{name(each): term for each, term in replaced.items()}},
        known=(*before.known, *also),
        size_like=before.size_like if size_like is None else frozenset(map(name, size_like.split())),
        renamings={**before.renamings, **{name(new): name(old) for new, old in (renamed or {}).items()}},
        pending=before.pending if pending is None else tuple(map(name, pending.split())),
    )
    return Expected(Returned(RebindingResult(state)), compare)


def raises(kind: RaisedKind, unchanged: ShapeEnvState | None = None, node: str | None = None) -> Expected:
    """A rejection; with ``unchanged`` the environment is as it was before (law ATOM)."""
    return Expected(Raised(Rejection(kind, "", node), unchanged), CONSTRAINTS)


def bound(symbols: Mapping[str, KeyPath]) -> Bindings:
    """Bindings by name."""
    return tuple([(name(each), path) for each, path in symbols.items()])


def tensor(
    size: tuple[Dim, ...],
    stride: tuple[Dim, ...] | None = None,
    offset: Dim = 0,
    dtype: str = "float32",
    storage: str | None = None,
) -> TensorOf:
    """A tensor, contiguous unless strides are given."""
    if stride is None:
        found: list[Dim] = []
        step: Dim = 1
        for dim in reversed(size):
            found.append(step)
            step = step * dim
        stride = tuple(reversed(found))
    return TensorOf(size, stride, offset, dtype, storage=storage)


def tup(*items: Structure | Scalar) -> TupleOf:
    """A tuple of values; terms and plain numbers are numbers."""
    return TupleOf(tuple(map(_structure, items)))


def _structure(item: Structure | Scalar) -> Structure:
    match item:
        case int() | float() | IntTerm() | Symbol() | Apply() | BoolSymbol():
            return number(item)
        case Eq() | Ne() | Ge() | And() | Or() | Not() | FloatCompare():
            return number(item)
        case _:
            return item


def case_of(draft: Draft) -> Case:
    """The case of a draft, every symbol in it declared."""
    sorts = {each.name: each.sort if isinstance(each, Symbol) else Sort.BOOL for each in _symbols(draft.given)}
    return Case(draft.id, chapter_of(draft.given), dict(sorted(sorts.items())), draft.given, draft.features)


def chapter_of(given: CaseInput) -> Chapter:
    """The chapter that a case with this input belongs to."""
    match given:
        case InterpreterInput():
            return "interpreter"
        case RebindingInput():
            return "rebinding"
        case EnvironmentInput():
            return "environment"
        case PropagationInput():
            return "propagation"
        case _:
            return "bindings"


def _symbols(value: object) -> Iterator[Symbol | BoolSymbol]:
    """Every symbol in an input, however deep."""
    if isinstance(value, (Symbol, BoolSymbol)):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():  # pyright: ignore[reportUnknownVariableType] - of any type
            yield from _symbols(key)  # pyright: ignore[reportUnknownArgumentType] - as above
            yield from _symbols(item)  # pyright: ignore[reportUnknownArgumentType] - as above
    elif isinstance(value, (tuple, frozenset)):
        for item in value:  # pyright: ignore[reportUnknownVariableType] - as above
            yield from _symbols(item)  # pyright: ignore[reportUnknownArgumentType] - as above
    elif isinstance(value, (IntTerm, Apply, And, Or, Not, Eq, Ne, Ge, FloatCompare)):
        yield from free_of(value)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _symbols(getattr(value, each.name))
