"""Γ and W: what the caller promises, and what machine integers can hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from refimpl.export import ExportedProgram
from refimpl.export.guards import Guard
from refimpl.export.ranges import SymbolRange
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.laws.observation import Contract
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Dim,
    IntTerm,
    Scalar,
    Sort,
    Symbol,
    float_ge,
    float_le,
    free_of,
    ge,
    le,
    of_atom,
    symbol,
    to_real,
)

__all__ = ["LARGEST", "computed_bounds", "contract_of", "input_bounds", "range_conditions", "tensors_in"]

LARGEST: Final = 2**63 - 2
"""The largest size, stride, offset or number of elements."""
_INT64: Final = (-(2**63), 2**63 - 1)


def contract_of(program: ExportedProgram) -> Contract:
    """Γ: ranges of backed symbols and of products of them, the guards, ranges of symbols that inputs bind."""
    bound = _bound_by_inputs(program)
    conditions: list[Cond] = []
    ranged: set[str] = set()
    for entry in program.ranges:
        if entry.term is not None and _is_callers(entry.term, bound):
            conditions.extend(range_conditions(entry))
            ranged.add(entry.key)
    conditions.extend(ge(symbol(name), 1) for name in program.positive if name not in ranged)
    conditions.extend(guard.condition for guard in program.guards if isinstance(guard, Guard))
    unread = tuple(guard.text for guard in program.guards if not isinstance(guard, Guard))
    kept = tuple(condition for condition in dict.fromkeys(conditions) if condition is not True)
    return Contract(kept, dict(program.hints), bound, unread)


def _bound_by_inputs(program: ExportedProgram) -> frozenset[Symbol]:
    found: set[Symbol] = set()
    for node in program.graph_module.graph.nodes:
        if node.op != "placeholder":
            break
        recorded = node.meta.get("recorded")
        if isinstance(recorded, FakeTensor):
            terms: Iterable[Scalar] = (*recorded.sizes, *recorded.strides, recorded.offset)
        else:
            terms = scalars_in(recorded)
        for term in terms:
            if not isinstance(term, (int, float)):
                found.update(s for s in term.free if isinstance(s, Symbol))
    return frozenset(found)


def _is_callers(term: Scalar, bound: frozenset[Symbol]) -> bool:
    return all(isinstance(s, Symbol) and (s in bound or not is_unbacked(s)) for s in free_of(term))


def range_conditions(entry: SymbolRange) -> Iterator[Cond]:
    """A recorded range as conditions; an unbounded end is none. NaN satisfies only an unbounded range."""
    term = entry.term
    match term:
        case None | bool() | BoolSymbol():
            return
        case int() | IntTerm():
            if entry.low is not None:
                yield ge(term, entry.low)
            if entry.high is not None:
                yield le(term, entry.high)
        case _:
            real = to_real(term)
            if entry.low is not None:
                yield float_ge(real, entry.low)
            if entry.high is not None:
                yield float_le(real, entry.high)


def scalars_in(value: object) -> Iterator[Scalar]:
    """Every number and term in a value."""
    if isinstance(value, FakeTensor):
        yield from value.sizes
        yield from value.strides
        yield value.offset
    elif is_sequence(value):
        for item in value:
            yield from scalars_in(item)
    elif is_scalar(value):
        yield value


def tensors_in(value: object) -> Iterator[FakeTensor]:
    """Every tensor in a value."""
    if isinstance(value, FakeTensor):
        yield value
    elif is_sequence(value):
        for item in value:
            yield from tensors_in(item)


def input_bounds(values: Iterable[object]) -> tuple[Cond, ...]:
    """W for inputs: sizes, strides, offsets and numel are machine sizes, numbers are machine integers."""
    conditions: dict[Cond, None] = {}
    for value in values:
        for tensor in tensors_in(value):
            for term in (*tensor.sizes, *tensor.strides, tensor.offset, tensor.numel()):
                if isinstance(term, IntTerm):
                    conditions[ge(term, 0)] = None
                    conditions[le(term, LARGEST)] = None
        if isinstance(value, IntTerm):
            conditions[ge(value, _INT64[0])] = None
            conditions[le(value, _INT64[1])] = None
    return tuple(conditions)


def computed_bounds(values: Iterable[object], items: Iterable[Symbol]) -> tuple[tuple[Cond, ...], tuple[Cond, ...]]:
    """W for what the blind run computes: upper bounds only, and machine integers for items of 64 bits.

    The second part is the products, which the solvers are only given when they matter.
    """
    plain: dict[Cond, None] = {}
    products: dict[Cond, None] = {}
    for item in items:
        if item.sort is Sort.INT:
            plain[ge(of_atom(item), _INT64[0])] = None
            plain[le(of_atom(item), _INT64[1])] = None
    seen: set[Dim] = set()
    numels: dict[IntTerm, None] = {}
    for value in values:
        for tensor in tensors_in(value):
            for term in (*tensor.sizes, *tensor.strides, tensor.offset):
                if isinstance(term, IntTerm) and term not in seen:
                    seen.add(term)
                    (plain if _is_linear(term) else products)[le(term, LARGEST)] = None
            numel = tensor.numel()
            if isinstance(numel, IntTerm):
                numels[numel] = None
    products.update(dict.fromkeys(le(numel, LARGEST) for numel in numels if numel not in seen))
    return tuple(plain), tuple(products)


def _is_linear(term: IntTerm) -> bool:
    return all(
        len(monomial) < 2 and all(isinstance(atom, Symbol) for atom in monomial) for monomial, _ in term.monomials
    )
