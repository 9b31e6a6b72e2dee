"""B: recorded ranges, the recorded expressions of asserts, and what operators enforce on recorded values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.export import SymbolRange
from refimpl.fake_tensor import FakeTensor, FakeTensorMode, Storage
from refimpl.fake_tensor.tensor import Extent
from refimpl.fx.node import Node, map_arg
from refimpl.laws.blind_run import BlindRun, Step
from refimpl.laws.contract import range_conditions
from refimpl.laws.observation import ObservedNode, Stated
from refimpl.laws.operators import is_assert, operator_name
from refimpl.laws.scalars import is_scalar, is_sequence, sort_name
from refimpl.laws.value import equal_values
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.events import Requirement
from refimpl.terms import BoolSymbol, Cond, Scalar, Symbol, free_of, is_condition, lnot, substitute_cond

__all__ = ["Asserts", "Before", "before", "constant_asserts"]

Asserts: TypeAlias = Sequence[Step]
"""The steps that do nothing but assert."""


@final
@dataclass(frozen=True, slots=True)
class Before:
    """What was recorded: the statements of B, and range keys that no value uses."""

    stated: tuple[Stated, ...]
    unused: tuple[str, ...]


def before(
    run: BlindRun,
    nodes: Sequence[ObservedNode],
    requirements: Sequence[Requirement],
    holders: Mapping[Symbol | BoolSymbol, str],
    asserts: Asserts,
) -> Before:
    """B of a program; ``holders`` maps each recorded computed symbol to the node that holds it first.

    A blinded copy has recorded nothing: its B is empty, and nobody judges it.
    """
    if run.program.is_blinded:
        return Before((), ())
    ranges, unused = _ranges(run, nodes, holders)
    return Before((*ranges, *_asserts(asserts), *_operators(run, nodes, requirements, asserts)), unused)


def _ranges(
    run: BlindRun, nodes: Sequence[ObservedNode], holders: Mapping[Symbol | BoolSymbol, str]
) -> tuple[list[Stated], tuple[str, ...]]:
    """The recorded ranges; of a symbol of a branch, where the branch is taken."""
    predicates = {node.path: node.predicates for node in nodes}
    stated: list[Stated] = []
    unused: list[str] = []
    bound = run.contract.bound
    for entry in run.program.ranges:
        symbols = frozenset[Symbol | BoolSymbol]() if entry.term is None else free_of(entry.term)
        if any(symbol not in bound and symbol not in holders for symbol in symbols) or not symbols:
            unused.append(entry.key)
            continue
        computed = [holders[symbol] for symbol in symbols if symbol in holders]
        if computed:
            at = min(computed)
            stated.extend(Stated(at, condition, "range", predicates[at]) for condition in range_conditions(entry))
    return stated, tuple(unused)


def constant_asserts(asserts: Asserts) -> frozenset[str]:
    """The assert nodes whose recorded argument is a constant: generated code asks nothing there."""
    return frozenset(
        step.path for step in asserts if all(isinstance(condition, bool) for condition in _asserted(step.node))
    )


def _asserts(asserts: Asserts) -> Iterable[Stated]:
    """The recorded argument of each assert node, not re-evaluated."""
    for step in asserts:
        for condition in _asserted(step.node):
            if condition is not True:
                yield Stated(step.path, condition, "assert", step.predicates)


def _asserted(node: Node) -> Iterable[Cond]:
    argument = _recorded(node.args[0] if node.args else next(iter(node.kwargs.values()), None))
    if "constrain_range" in operator_name(node.target):
        low, high = _argument(node, 1, "min"), _argument(node, 2, "max")
        if is_scalar(argument) and not is_condition(argument):
            entry = SymbolRange("", argument, _integer(low), _integer(high))
            yield from range_conditions(entry)
    elif is_scalar(argument):
        if is_condition(argument):
            yield argument
        else:
            differs = equal_values(argument, 0.0 if sort_name(argument) == "float" else 0)
            yield lnot(differs)


def _argument(node: Node, position: int, name: str) -> object:
    return node.args[position] if len(node.args) > position else node.kwargs.get(name)


def _integer(value: object) -> int | None:
    recorded = _recorded(value)
    return recorded if isinstance(recorded, int) else None


def _recorded(argument: object) -> object:
    return argument.meta.get("recorded") if isinstance(argument, Node) else argument


def _operators(
    run: BlindRun, nodes: Sequence[ObservedNode], requirements: Sequence[Requirement], asserts: Asserts
) -> Iterable[Stated]:
    """What other operators enforce by themselves; in the same words where the recorded arguments are the blind ones."""
    changed = {step.node for step, node in zip(run.steps, nodes, strict=True) if not same_value(node.old, node.new)}
    moved = frozenset[str]()
    if changed:
        moved = frozenset(step.path for step in run.steps if not changed.isdisjoint(step.node.all_input_nodes))
    asserting = {step.path for step in asserts}
    for requirement in requirements:
        here = requirement.node not in moved and requirement.node not in asserting
        if here and requirement.enforced is not True:
            yield Stated(requirement.node, requirement.enforced, "operator", requirement.under, requirement.message)
    if moved:
        yield from _evaluated_again(run, [step for step in run.steps if step.path in moved], asserts)


def same_value(old: object, new: object) -> bool:
    """Whether two values are the same terms."""
    if old is new:
        return True
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        return (
            old.sizes == new.sizes
            and old.strides == new.strides
            and old.offset == new.offset
            and old.dtype is new.dtype
            and old.layout == new.layout
        )
    if is_sequence(old) and is_sequence(new):
        return len(old) == len(new) and all(map(same_value, old, new))
    return type(old) is type(new) and old == new


def _evaluated_again(run: BlindRun, steps: Iterable[Step], asserts: Asserts) -> Iterable[Stated]:
    """The requirements of these nodes on recorded arguments, under the contract, the recorded ranges and asserts."""
    env = run.prepared.new_environment()
    for entry in run.program.ranges:
        for condition in range_conditions(entry):
            env.assume(condition)
    for stated in _asserts(asserts):
        if not stated.predicates and not isinstance(stated.condition, bool):
            env.assume(stated.condition)
    extents = {step.node: step.value.storage.extent for step in run.steps if isinstance(step.value, FakeTensor)}
    with FakeTensorMode(env) as mode:
        for step in steps:
            if is_assert(operator_name(step.node.target)):
                continue
            start, count = len(env.log), env.symbols.fresh_count
            env.violated = None
            with ExitStack() as branch:
                # What one branch enforces is not known in another, nor after it.
                for predicate in step.predicates:
                    branch.enter_context(env.under(predicate))
                failed = _call(mode, step.node, extents)
            # What the operator allocates here is what it allocated in the blind run.
            again = reversed(env.symbols.since(count))
            known = [term_of(run.renamed.get(symbol, symbol)) for symbol in step.allocated]
            same = dict[Symbol | BoolSymbol, Scalar](zip(again, known, strict=False))
            for event in env.log[start:]:
                if isinstance(event, Requirement) and event.enforced is not True:
                    condition = substitute_cond(event.enforced, same)
                    yield Stated(step.path, condition, "operator", step.predicates, event.message)
            if failed and env.violated is None and step.failure is not None and step.failure.kind == "violated":
                yield Stated(step.path, False, "operator", step.predicates, step.failure.message)


def _call(mode: FakeTensorMode, node: Node, extents: Mapping[Node, Extent | None]) -> bool:
    """Run one operator on recorded arguments, whose storages are as large as in the blind run; whether it raised."""

    def argument(n: Node) -> object:
        recorded: object = n.meta.get("recorded")
        return _fresh_storage(mode, recorded, extents.get(n))

    target = node.target
    if isinstance(target, str):
        return False
    try:
        target(*map_arg(node.args, argument), **map_arg(node.kwargs, argument))
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError, LookupError, TypeError, AssertionError):
        return True
    return False


def _fresh_storage(mode: FakeTensorMode, value: object, extent: Extent | None = None) -> object:
    if isinstance(value, FakeTensor):
        return value.on(Storage(extent))
    if is_sequence(value):
        return tuple([_fresh_storage(mode, item) for item in value])
    return mode.wrap(value) if is_scalar(value) else value
