"""PRESERVE: a graph recorded by the same operators has, after propagation, the constraints that were recorded.

The lemma, by induction over the nodes of a graph. Write ``E_k`` for what the environment holds after ``k`` nodes of
the run, ``R_k`` for what the first ``k`` nodes recorded, in old names, and ``D_k`` for the equations of the bound
symbols.

*Base.* Before the first node both are the caller's contract: ``[[E_0]] = [[R_0]]``.

*Step.* Let ``[[E_k]] = [[R_k ∧ D_k]]``. Node ``k + 1`` allocates ``f``, states facts and requirements ``F(f)`` that
are the recorded ``F(u)`` with ``f`` for ``u`` (they are stable under renaming), and is rebound: ``u = t(f)`` where the
record has ``u`` at the same path. The step is exact (proofs/rebinding.py), so
``[[E_{k+1}]] = [[E_k]] ∩ {F(f), u = t(f)} = [[R_k ∧ D_k ∧ F(u) ∧ D_{k+1}]] = [[R_{k+1} ∧ D_{k+1}]]``.

*End.* Each fresh symbol is bound, or determined by what is known; so restricting to the old names loses nothing, and
``Γ ∧ W ∧ Φ ⊨ (B ⟺ A)``. The theorems below are base, step and end of the shipped transition: whole graphs run through
``PropagateUnbackedSymInts`` with operators whose facts and requirements are opaque predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

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
from refimpl.terms import Cond, Dim, IntTerm, ge, of_atom, substitute_cond, symbol

__all__ = ["GROUP", "Step", "check", "count", "count_with", "graph_of", "preserved", "said_by", "twice"]

S0, U0, U1, U2 = (symbol(name) for name in ("s0", "u0", "u1", "u2"))


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


def graph_of(*nodes: Step) -> fx.GraphModule:
    """A graph of operators on one tensor and on the results of earlier nodes, with the recorded bindings."""
    graph = fx.Graph()
    made = [graph.placeholder("x")]
    for target, arguments, bindings in nodes:
        operands = tuple(made[index] for index in arguments)
        node = graph.call_function(target, operands)
        if bindings:
            node.meta["unbacked_bindings"] = {of(name): path for name, path in bindings.items()}
        made.append(node)
    graph.output(made[-1])
    return fx.GraphModule({}, graph)


def _after(module: fx.GraphModule) -> ShapeEnv:
    """The environment after the shipped propagation."""
    env = ShapeEnv(guard_from_hints=False)
    env.symbols.reserve(of(symbol(f"u{number}")) for number in range(10))
    env.add_backed(of(S0), 5, 2, None)
    env.assume(predicate("gamma", S0))
    with FakeTensorMode(env):
        x = FakeTensor((S0,), (1,), DType.bool, storage=Storage(is_input=True))
        PropagateUnbackedSymInts(module).run(x)
    return env


def preserved(name: str, module: fx.GraphModule, recorded: tuple[Cond, ...]) -> Obligation:
    """What the environment holds is what was recorded, and that each fresh symbol is the old one it is bound to."""
    env = _after(module)
    after = env.knowledge.snapshot()
    meaning = Meaning()
    contract = (ge(S0, 2), predicate("gamma", S0))
    wanted = [meaning.condition(condition) for condition in (*contract, *recorded)]
    for fresh, old in env.unbacked_renamings.items():
        wanted.append(equation_text(meaning, of_atom(fresh), of_atom(old)))
    held = "false" if after is None or env.pending_fresh_unbacked_symbols else environment_text(meaning, after)
    return Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), iff(held, both(wanted)))


_ITEM: Final[tuple[KeyPath, KeyPath]] = ((SequenceKey(0),), (SequenceKey(1),))


def _base() -> Iterator[Obligation]:
    yield preserved("nothing allocated", graph_of(), ())


def _step() -> Iterator[Obligation]:
    """One node of each kind after an arbitrary contract."""
    yield preserved("fresh", graph_of((count, (0,), {U0: ()})), said_by("count", U0, S0))
    yield preserved("divided", graph_of((twice, (0,), {U0: (DivideByKey(2),)})), said_by("twice", U0, S0))
    two = graph_of((pair, (0,), {U0: _ITEM[0], U1: _ITEM[1]}))
    yield preserved("two at once", two, (*said_by("first", U0, S0), *said_by("second", U1, U0)))


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
    """A fresh symbol that what is known determines restricts the old names to what its value does, no less, no more."""
    fresh, term = symbol("u9"), 2 * U0 + S0
    meaning = Meaning()
    said = meaning.condition(predicate("said", fresh, U0))
    replaced = substitute_cond(predicate("said", fresh, U0), {of(fresh): term})
    stated = "false" if isinstance(replaced, bool) or of(fresh) in replaced.free else meaning.condition(replaced)
    given = equation_text(meaning, fresh, term)
    yield Obligation("determined", tuple(meaning.declarations), (*meaning.definitions, given), iff(said, stated))


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
            "Before the first node the environment is the contract.",
            ("refimpl.symbolic_shapes.knowledge:Knowledge.assume",),
            _base,
        ),
        Theorem(
            "preserve_step",
            "After a node of each kind the environment is the contract, what was recorded, and the renaming.",
            _SHIPPED,
            _step,
            _OPAQUE,
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
            "one symbol at a time",
        ),
    ),
)
