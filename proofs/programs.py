"""A family of observed programs whose conditions are opaque predicates: what the laws are proved about.

Every program has ``k`` nodes that bind ``u0``, ``u1``, ...; each states a fact, requires and records something of its
symbol and of those before it, all of it arbitrary. The programs differ in how many nodes there are, which of them
stand in branches, which symbols are defined instead of allocated, and which fresh symbols nobody binds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from proofs.engine.opaque import of, predicate
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.laws.observation import Contract, FreshSymbol, Held, Observation, ObservedNode, Stated, Under
from refimpl.symbolic_shapes.events import Binding, Definition, Specialization
from refimpl.symbolic_shapes.key_path import CallMethodKey, DivideByKey, KeyPath, SequenceKey
from refimpl.terms import Cond, Dim, IntTerm, bool_symbol, floor_div, ge, land, le, lnot, lor, symbol

__all__ = ["FRAGMENT", "S0", "S1", "Shape", "observation", "shapes"]

S0: Final = symbol("s0")
S1: Final = symbol("s1")
P: Final = bool_symbol("p")
Q: Final = bool_symbol("q")
_SIZE: Final[KeyPath] = (CallMethodKey("size"), SequenceKey(0))

FRAGMENT: Final = (
    "programs of up to three nodes, each with an arbitrary fact, requirement and record of all symbols before it; "
    "branches side by side and nested; chains of definitions, and definitions within a branch or of a defined symbol; "
    "up to two symbols that nobody binds"
)
# For each node the branch in which it stands.
Branches: TypeAlias = tuple[Under, ...]


@final
@dataclass(frozen=True, slots=True)
class Shape:
    """One member of the family; ``defined`` are the nodes whose symbol is defined by those before it."""

    name: str
    branches: Branches
    defined: frozenset[int] = frozenset()
    again: bool = False
    unbound: int = 0


def shapes() -> Iterator[Shape]:
    """The family, smallest first."""
    placements: tuple[tuple[str, Branches], ...] = (
        ("no node", ()),
        ("one node", ((),)),
        ("two nodes", ((), ())),
        ("three nodes", ((), (), ())),
        ("the last in a branch", ((), (P,))),
        ("two in a branch", ((), (P,), (P,))),
        ("both branches", ((), (P,), (lnot(P),))),
        ("a nested branch", ((), (P,), (P, lnot(Q)))),
    )
    for title, branches in placements:
        yield Shape(title, branches)
    last = placements[3][1]
    yield Shape("the last is defined", last, frozenset((2,)))
    yield Shape("a chain of definitions", last, frozenset((1, 2)))
    yield Shape("defined within a branch", placements[5][1], frozenset((2,)))
    yield Shape("a defined symbol is defined again", last, frozenset((2,)), again=True)
    for unbound in (1, 2):
        yield Shape(f"{unbound} bound by nobody", placements[5][1], frozenset((2,)), unbound=unbound)


def _number(index: int) -> IntTerm:
    return symbol(f"u{index}")


def _until(index: int) -> tuple[IntTerm, ...]:
    """The symbol of a node and all before it, the size of the input last."""
    return (*(_number(number) for number in range(index, -1, -1)), S0)


def _value(index: int) -> Dim:
    """What stands where a defined symbol is recorded."""
    return 2 * _number(index - 1) + S0


def observation(shape: Shape) -> Observation:
    """What the laws see of one member of the family."""
    count = len(shape.branches)
    facts, after, before = _statements(shape)
    definitions = [
        Definition(f"node{index}", of(_number(index)), (), _value(index), shape.branches[index])
        for index in sorted(shape.defined)
    ]
    if shape.again:
        definitions.append(Definition("node0", of(_number(count - 1)), (), floor_div(_number(0), 2)))
    return Observation(
        contract=Contract((predicate("gamma", S0, S1), ge(S0, 2)), {"s0": 8, "s1": 5}, frozenset((of(S0), of(S1)))),
        nodes=tuple(_node(shape, index) for index in range(count)),
        machine=(le(S0, 2**63 - 2), predicate("machine", S0, S1)),
        facts=tuple(facts),
        definitions=tuple(definitions),
        bindings=tuple(_binding(shape, index) for index in range(count)),
        after=(*after, *_double(shape), *_loose(shape)),
        before=tuple(before),
        unbound=tuple(_unbound(shape)),
        specializations=(Specialization("node0", predicate("layout", S0), "s0 = 8"),),
        recorded_symbols={of(_number(index)): f"node{index}" for index in range(count)},
    )


def _statements(shape: Shape) -> tuple[list[Stated], list[Stated], list[Stated]]:
    """Facts, what the run requires, what was recorded: arbitrary, some in the same words, some settled by bounds."""
    facts: list[Stated] = []
    after: list[Stated] = []
    before: list[Stated] = []
    for index, branch in enumerate(shape.branches):
        node, known, order = f"node{index}", _until(index), 10 * index
        own = _number(index)
        facts.append(Stated(node, predicate(f"fact{index}", *known), "fact", branch, order=order))
        after.append(Stated(node, predicate(f"asked{index}", *known), "operator", branch, order=order + 1))
        facts.append(Stated(node, predicate(f"late{index}", own), "fact", branch, order=order + 2))
        after.append(Stated(node, predicate(f"same{index}", *known), "operator", branch, order=order + 3))
        before.append(Stated(node, predicate(f"same{index}", *known), "operator", branch))
        before.append(Stated(node, predicate(f"range{index}", own), "range", branch))
        either = lor(predicate(f"left{index}", own), land(predicate(f"right{index}", *known), ge(S1, 1)))
        before.append(Stated(node, either, "assert", branch))
        after.append(Stated(node, ge(own, 3), "operator", branch, order=order + 4))
        before.append(Stated(node, ge(own, 2), "range", branch))
    return facts, after, before


def _double(shape: Shape) -> Iterator[Stated]:
    """The second node's symbol and the first's were one value."""
    if len(shape.branches) > 1:
        same: Cond = predicate("equal", _number(1), _number(0))
        yield Stated("node1", same, "double", shape.branches[1], "one value", order=15)


def _loose(shape: Shape) -> Iterator[Stated]:
    """What is required of a symbol that nobody binds."""
    for number in range(shape.unbound):
        asked = predicate(f"loose{number}", symbol(f"u{90 + number}"), _number(0))
        yield Stated("node0", asked, "operator", order=90 + number)


def _node(shape: Shape, index: int) -> ObservedNode:
    """Recorded and new value: a tensor, numbers, or both in a tuple; they differ in arbitrary terms."""
    own = _number(index)
    old: Held
    new: Held
    other = floor_div(S0 + own, 2)
    match index:
        case 0:
            old, new = FakeTensor((own, 4, S1), (4 * S1, S1, 1), DType.int64), _tensor(other, own)
        case 1:
            # Both numbers of the last pair are undefined where u1 is 0.
            old = (own, (3 * own + 1, predicate("old", own)), floor_div(S1 + 1, own))
            new = (other, (own + 2 * S0, predicate("new", own)), floor_div(S1, own))
        case _:
            old, new = own, _value(index)
    branch = shape.branches[index]
    return ObservedNode(f"node{index}", "aten.nonzero.default", old, new, branch, may_allocate=True)


def _tensor(size: Dim, stride: Dim) -> FakeTensor:
    return FakeTensor((size, 4, S1), (stride, S1, 1), DType.int64, offset=stride)


def _binding(shape: Shape, index: int) -> Binding:
    own, branch = _number(index), shape.branches[index]
    side: Under = (predicate(f"side{index}", own, S0),)
    path: KeyPath = (*_SIZE, DivideByKey(2)) if index else _SIZE
    if index in shape.defined:
        return Binding(f"node{index}", of(own), path, None, _value(index), side, branch)
    return Binding(f"node{index}", of(own), path, of(symbol(f"u{index + 20}")), own, side, branch)


def _unbound(shape: Shape) -> Iterator[FreshSymbol]:
    """The first was recorded as an expression, the second under the name of another site."""
    for number in range(shape.unbound):
        index = len(shape.branches) - 1
        recorded: Held = _number(0) + S1 if number == 0 else _number(0)
        yield FreshSymbol(of(symbol(f"u{90 + number}")), f"node{index}", "[1]", recorded, shape.branches[index])
