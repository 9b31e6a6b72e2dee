"""PRESERVE: a graph recorded by the same operators has, after propagation, the constraints that were recorded.

``proofs/preserve.md`` has the lemma: base, step and end are the theorems below, about the shipped transition. Whole
graphs run through ``PropagateUnbackedSymInts``, in environments that hold arbitrary constraints, with operators whose
facts and requirements are opaque predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias, final

import refimpl.fx as fx
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import environment_text, equation_text, of, predicate
from proofs.engine.smt import Obligation, both, iff
from proofs.engine.theorem import Group, Theorem
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode, Storage, current_mode
from refimpl.symbolic_shapes import (
    DivideByKey,
    KeyPath,
    PropagateUnbackedSymInts,
    SequenceKey,
    ShapeEnv,
    SymInt,
    unwrap,
)
from refimpl.terms import Cond, Dim, IntTerm, eq, free_of, ge, le, lor, of_atom, substitute_cond, symbol

__all__ = [
    "CONTRACT",
    "GROUP",
    "Before",
    "Step",
    "check",
    "count",
    "count_with",
    "graph_of",
    "preserved",
    "said_by",
    "twice",
]

S0, U0, U1, U2, U5, U6 = (symbol(name) for name in ("s0", "u0", "u1", "u2", "u5", "u6"))


def _mode() -> FakeTensorMode:
    mode = current_mode()
    if mode is None:
        raise RuntimeError("an operator of a proof runs outside of its mode")
    return mode


def _raw(value: object) -> Dim:
    found = unwrap(value)
    if isinstance(found, (int, IntTerm)) and not isinstance(found, bool):
        return found
    raise TypeError(f"{found} is no integer")


def said_by(tag: str, *arguments: Dim) -> tuple[Cond, Cond]:
    """What an operator says of its fresh symbol and its arguments: an arbitrary fact, an arbitrary requirement."""
    return predicate(f"{tag}fact", *arguments), predicate(f"{tag}required", *arguments)


def _allocated(tag: str, *arguments: Dim) -> Dim:
    mode = _mode()
    fresh = mode.fresh_int(None, None, None)
    fact, required = said_by(tag, fresh, *arguments)
    mode.fact(fact)
    mode.require(required, tag)
    return fresh


def count(x: FakeTensor) -> object:
    """Allocates a number of which it says something arbitrary together with the size of its argument."""
    return _mode().wrap(_allocated("count", x.sizes[0]))


def count_with(x: FakeTensor, number: SymInt) -> object:
    """The same, of a number computed before too."""
    return _mode().wrap(_allocated("with", x.sizes[0], _raw(number)))


def twice(x: FakeTensor) -> object:
    """Twice an allocated number, recorded under a path that divides by 2."""
    return _mode().wrap(2 * _allocated("twice", x.sizes[0]))


def pair(x: FakeTensor) -> object:
    """Two allocated numbers."""
    first = _allocated("first", x.sizes[0])
    return _mode().wrap(first), _mode().wrap(_allocated("second", first))


def check(number: SymInt) -> None:
    """Requires something arbitrary of a number that was computed before, after it was rebound."""
    _mode().require(predicate("check", _raw(number)), "check")


_Operator: TypeAlias = (
    Callable[[FakeTensor], object] | Callable[[FakeTensor, SymInt], object] | Callable[[SymInt], None]
)
# An operator, the places of its operands (the tensor is 0, the first node 1), the recorded bindings.
Step: TypeAlias = tuple[_Operator, tuple[int, ...], dict[IntTerm, KeyPath]]


def graph_of(*nodes: Step, numbers: int = 0) -> fx.GraphModule:
    """A graph of operators on one tensor and on the results of earlier nodes, with the recorded bindings.

    ``numbers`` more inputs are integers, which have the places after the tensor.
    """
    graph = fx.Graph()
    made = [graph.placeholder("x"), *(graph.placeholder(f"n{index}") for index in range(numbers))]
    for target, arguments, bindings in nodes:
        operands = tuple(made[index] for index in arguments)
        node = graph.call_function(target, operands)
        if bindings:
            node.meta["unbacked_bindings"] = {of(name): path for name, path in bindings.items()}
        made.append(node)
    graph.output(made[-1])
    return fx.GraphModule({}, graph)


@final
@dataclass(frozen=True, slots=True)
class Before:
    """What an environment holds before a node: conditions on sizes and on numbers that earlier nodes bound."""

    name: str
    known: tuple[Cond, ...]
    inputs: tuple[IntTerm, ...] = ()


CONTRACT: Final = Before("the contract", (predicate("gamma", S0),))


def _after(module: fx.GraphModule, before: Before) -> ShapeEnv:
    """The environment after the shipped propagation."""
    env = ShapeEnv(guard_from_hints=False)
    env.symbols.reserve(of(symbol(f"u{number}")) for number in range(10))
    env.add_backed(of(S0), 5, 2, None)
    for number in before.inputs:
        env.add_unbacked(of(number), None, None)
    for condition in before.known:
        env.assume(condition)
    with FakeTensorMode(env) as mode:
        x = FakeTensor((S0,), (1,), DType.bool, storage=Storage(is_input=True))
        PropagateUnbackedSymInts(module).run(x, *(mode.wrap(number) for number in before.inputs))
    return env


def preserved(name: str, module: fx.GraphModule, recorded: tuple[Cond, ...], before: Before = CONTRACT) -> Obligation:
    """What the environment holds is what it held, what was recorded, and that each fresh symbol is its old one."""
    env = _after(module, before)
    after = env.knowledge.snapshot()
    meaning = Meaning()
    wanted = [meaning.condition(condition) for condition in (ge(S0, 2), *before.known, *recorded)]
    for fresh, old in env.unbacked_renamings.items():
        wanted.append(equation_text(meaning, of_atom(fresh), of_atom(old)))
    held = "false" if after is None or env.pending_fresh_unbacked_symbols else environment_text(meaning, after)
    return Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), iff(held, both(wanted)))


_FIRST: Final = symbol("u10")
"""The first symbol that a propagation allocates: the names before it are reserved."""
_ITEM: Final[tuple[KeyPath, KeyPath]] = ((SequenceKey(0),), (SequenceKey(1),))


def _arbitrary() -> tuple[Before, ...]:
    """Environments of the induction's hypothesis: anything may be known of sizes and of numbers bound before."""
    anything = predicate("known", U5, U6, S0)
    return (
        CONTRACT,
        Before("arbitrary", (predicate("gamma", S0), anything, predicate("other", U6)), (U5, U6)),
        Before("one replaced by another", (anything, eq(U6, 2 * U5 + S0)), (U5, U6)),
        Before("ranges and a disjunction", (ge(U5, 3), le(U6, 9), lor(anything, eq(U5, U6))), (U5, U6)),
    )


def _base() -> Iterator[Obligation]:
    """A graph without nodes leaves every environment as it is."""
    for before in _arbitrary():
        yield preserved(before.name, graph_of(numbers=len(before.inputs)), (), before)


def _step() -> Iterator[Obligation]:
    """One node of each kind in each environment: it adds exactly what it says in old names, and the renaming."""
    for before in _arbitrary():
        rows: list[tuple[str, Step, tuple[Cond, ...]]] = [
            ("fresh", (count, (0,), {U0: ()}), said_by("count", U0, S0)),
            ("divided", (twice, (0,), {U0: (DivideByKey(2),)}), said_by("twice", U0, S0)),
            (
                "a fresh symbol that is divided",
                (count, (0,), {U0: (DivideByKey(2),)}),
                (*said_by("count", 2 * U0, S0), eq(_FIRST, 2 * U0)),
            ),
            (
                "two at once",
                (pair, (0,), {U0: _ITEM[0], U1: _ITEM[1]}),
                (*said_by("first", U0, S0), *said_by("second", U1, U0)),
            ),
        ]
        if before.inputs:
            rows.append(("of a number", (count_with, (0, 1), {U0: ()}), said_by("with", U0, S0, U5)))
            rows.append(("required", (check, (1,), {}), (predicate("check", U5),)))
        for name, step, said in rows:
            yield preserved(f"{name}, {before.name}", graph_of(step, numbers=len(before.inputs)), said, before)


def _stable() -> Iterator[Obligation]:
    """What an operator says of a fresh symbol is, with the old name for it, what was recorded of the old one."""
    for tag, arguments in (("count", (S0,)), ("with", (S0, U5)), ("second", (U1,))):
        for fresh, old in zip(said_by(tag, U2, *arguments), said_by(tag, U0, *arguments), strict=True):
            meaning = Meaning()
            renamed = meaning.condition(substitute_cond(fresh, {of(U2): U0}))
            goal = iff(renamed, meaning.condition(old))
            yield Obligation(f"{old}", tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _composed() -> Iterator[Obligation]:
    """Nodes that build on what earlier nodes bound: the hypothesis of the induction is what the step before gave."""
    second: Step = (count_with, (0, 1), {U1: ()})
    said = (*said_by("count", U0, S0), *said_by("with", U1, S0, U0))
    yield preserved("two nodes", graph_of((count, (0,), {U0: ()}), second), said)
    third: Step = (count_with, (0, 2), {U2: ()})
    module = graph_of((count, (0,), {U0: ()}), second, third)
    yield preserved("three nodes", module, (*said, *said_by("with", U2, S0, U1)))
    checked = graph_of((count, (0,), {U0: ()}), second, (check, (1,), {}))
    yield preserved("required after", checked, (*said, predicate("check", U0)))
    divided = graph_of((twice, (0,), {U0: (DivideByKey(2),)}), (count_with, (0, 1), {U1: ()}))
    yield preserved("after a division", divided, (*said_by("twice", U0, S0), *said_by("with", U1, S0, 2 * U0)))


def _end() -> Iterator[Obligation]:
    """Fresh symbols that what is known determines restrict the old names to what their values do, no less, no more."""
    fresh, other = symbol("u9"), symbol("u8")
    cases: tuple[tuple[str, dict[IntTerm, Dim]], ...] = (
        ("one", {fresh: 2 * U0 + S0}),
        ("a number", {fresh: 4}),
        ("two", {fresh: 2 * U0 + S0, other: U0 - 1}),
        ("one by the other", {fresh: 2 * (U0 - 1), other: U0 - 1}),
    )
    for name, values in cases:
        meaning = Meaning()
        condition = predicate("said", fresh, other, U0)
        replaced = substitute_cond(condition, {of(gone): by for gone, by in values.items()})
        said, stated = meaning.condition(condition), meaning.condition(replaced)
        if any(of(gone) in free_of(replaced) for gone in values):
            stated = "false"
        given = both(equation_text(meaning, gone, by) for gone, by in values.items())
        yield Obligation(name, tuple(meaning.declarations), (*meaning.definitions, given), iff(said, stated))


_STEP: Final = "four kinds of environments, six kinds of nodes; constraints, facts and requirements are arbitrary"
_OPAQUE: Final = "facts and requirements are arbitrary; graphs of one to three nodes, the rest is the written induction"
_SHIPPED: Final = (
    "refimpl.symbolic_shapes.bindings:rebind",
    "refimpl.symbolic_shapes.knowledge:Knowledge.apply",
)

GROUP: Final = Group(
    "proofs/preserve.py",
    "PRESERVE",
    (
        Theorem(
            "preserve_base",
            "Before the first node the environment holds what it was told, and nothing else.",
            ("refimpl.symbolic_shapes.knowledge:Knowledge.assume",),
            _base,
            "four kinds of environments; constraints are arbitrary",
        ),
        Theorem(
            "preserve_step",
            "A node adds to what the environment holds exactly what was recorded of it, and the renaming.",
            _SHIPPED,
            _step,
            _STEP,
        ),
        Theorem(
            "preserve_statements_are_stable_under_renaming",
            "What an operator says of a fresh symbol is what it says of the old one, with the names exchanged.",
            ("refimpl.terms.substitute:substitute",),
            _stable,
            "arbitrary statements of one to three numbers; of the shipped operators it is a test",
        ),
        Theorem(
            "preserve_steps_compose",
            "Nodes that use what earlier nodes bound leave exactly what was recorded of all of them.",
            _SHIPPED,
            _composed,
            _OPAQUE,
        ),
        Theorem(
            "preserve_end",
            "Restricting to the old names loses nothing where each fresh symbol is determined.",
            ("refimpl.terms.substitute:substitute",),
            _end,
            "up to two symbols",
        ),
    ),
)
