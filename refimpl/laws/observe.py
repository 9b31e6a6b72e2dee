"""From a blind run to what the laws are judged on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.before import Asserts, before, constant_asserts
from refimpl.laws.blind_run import BlindRun, Step
from refimpl.laws.contract import computed_bounds, input_bounds, scalars_in
from refimpl.laws.determine import renamed_value
from refimpl.laws.float_record import as_recorded
from refimpl.laws.liveness import dead_nodes
from refimpl.laws.observation import ABSENT, FreshSymbol, Held, Observation, ObservedNode, Source, Stated
from refimpl.laws.operators import is_assert
from refimpl.laws.scalars import is_scalar, sort_name
from refimpl.symbolic_shapes.bindings import as_bindings
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.events import Binding, Definition, Fact, Requirement, Specialization
from refimpl.symbolic_shapes.key_path import DivideByKey
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Eq,
    IntTerm,
    Scalar,
    Symbol,
    eq,
    free_of,
    int_of_bool,
    of_atom,
    substitute,
    substitute_cond,
    to_cond,
)

__all__ = ["observe"]


def observe(run: BlindRun) -> Observation:
    """Everything the laws look at, in old names."""
    renaming: dict[Symbol | BoolSymbol, Scalar] = {fresh: term_of(old) for fresh, old in run.renamed.items()}
    dead = dead_nodes(run.steps)
    nodes = tuple([replace(node, live=False) if node.path in dead else node for node in run.observed()])
    if renaming:
        nodes = tuple(_in_old_names(node, renaming) for node in nodes)
    allocating = {node.path for node in nodes if node.may_allocate or node.assumed}
    facts: list[Stated] = []
    requirements: list[tuple[int, Requirement]] = []
    definitions: list[Definition] = []
    bindings: list[Binding] = []
    specializations: list[Specialization] = []
    for order, event in enumerate(run.log):
        match event:
            case Fact(node, condition, predicates):
                facts.append(Stated(node, _in_old(condition, renaming), "fact", predicates, order=order))
            case Requirement(node, condition, enforced, message, predicates):
                words = Requirement(
                    node, _in_old(condition, renaming), _in_old(enforced, renaming), message, predicates
                )
                requirements.append((order, words))
            case Specialization():
                specializations.append(event)
            case Definition():
                # What is bound where nothing allocates is bound by nobody (law DOM).
                if event.node in allocating:
                    definitions.append(replace(event, term=substitute(event.term, renaming)))
            case Binding():
                side = tuple(_in_old(c, renaming) for c in event.side)
                bindings.append(replace(event, side=side) if side else event)
    bindings.extend(_kept_bindings(run.steps))
    holders = _holders(nodes, run)
    doubles = _doubles(bindings)
    own = [r for _, r in requirements if (r.node, r.condition) not in doubles]
    asserts = [step for step, node in zip(run.steps, nodes, strict=True) if is_assert(node.operator)]
    recorded = before(run, nodes, own, holders, asserts)
    plain, products = _machine(run, nodes)
    return Observation(
        contract=run.contract,
        nodes=nodes,
        machine=plain,
        extra_machine=products,
        facts=_said(facts),
        definitions=tuple(definitions),
        bindings=tuple(bindings),
        after=_said(_after(run, requirements, doubles, asserts)),
        before=_said(recorded.stated),
        unbound=tuple(_unbound(run, nodes)),
        specializations=tuple(specializations),
        recorded_symbols=holders,
        unused=recorded.unused,
    )


def _in_old_names(node: ObservedNode, renaming: dict[Symbol | BoolSymbol, Scalar]) -> ObservedNode:
    new = renamed_value(node.new, renaming)
    return node if new is node.new else replace(node, new=new)


def _in_old(condition: Cond, renaming: dict[Symbol | BoolSymbol, Scalar]) -> Cond:
    if isinstance(condition, bool) or renaming.keys().isdisjoint(condition.free):
        return condition
    return substitute_cond(condition, renaming)


def _said(stated: Iterable[Stated]) -> tuple[Stated, ...]:
    """The statements in the words of a record, which keeps no order of float arithmetic."""
    return tuple([_in_record_words(each) for each in stated])


def _in_record_words(stated: Stated) -> Stated:
    condition = as_recorded(stated.condition)
    return stated if condition is stated.condition else replace(stated, condition=to_cond(condition))


def _after(
    run: BlindRun,
    requirements: Sequence[tuple[int, Requirement]],
    doubles: frozenset[tuple[str, Cond]],
    asserts: Asserts,
) -> tuple[Stated, ...]:
    """A: what the run requires, and what a node that raises at every valuation would have."""
    constant, asserting = constant_asserts(asserts), {step.path for step in asserts}
    stated: list[Stated] = []
    source: Source
    for order, requirement in requirements:
        if (requirement.node, requirement.condition) in doubles:
            source = "double"
        elif requirement.node in asserting:
            source = "assert"
        else:
            source = "operator" if requirement.condition is requirement.enforced else "deferred"
        node, predicates, message = requirement.node, requirement.under, requirement.message
        lost = f"the assert at {node} is recorded with a constant" if node in constant else ""
        enforced = requirement.enforced
        stated.append(Stated(node, requirement.condition, source, predicates, message, order, enforced, lost))
    for step in run.steps:
        failure = step.failure
        if failure is not None and failure.kind == "violated" and failure.violated is not None:
            end = len(run.log)
            stated.append(Stated(step.path, failure.violated, "operator", step.predicates, failure.message, end))
    return tuple(stated)


def _doubles(bindings: Iterable[Binding]) -> frozenset[tuple[str, Cond]]:
    """The equations that come from one fresh value under two old names."""
    first: dict[tuple[str, Symbol], Symbol] = {}
    found: set[tuple[str, Cond]] = set()
    for binding in bindings:
        if binding.fresh is None:
            continue
        other = first.setdefault((binding.node, binding.fresh), binding.symbol)
        if other is not binding.symbol and isinstance(term_of(other), IntTerm):
            found.add((binding.node, eq(of_atom(other), of_atom(binding.symbol))))
    return frozenset(found)


def _kept_bindings(steps: Iterable[Step]) -> Iterable[Binding]:
    """A node that keeps its recorded value binds its symbols to themselves."""
    for step in steps:
        bindings = step.node.meta.get("unbacked_bindings")
        if bindings and (step.assumed or step.failure is not None):
            for symbol, path in as_bindings(bindings).items():
                yield Binding(step.path, symbol, path, symbol, term_of(symbol), (), step.predicates)


def _holders(nodes: Iterable[ObservedNode], run: BlindRun) -> dict[Symbol | BoolSymbol, str]:
    """The first node that holds each recorded symbol, those that inputs bind aside."""
    found: dict[Symbol | BoolSymbol, str] = {}
    bound = run.contract.bound
    for node in nodes:
        if node.is_input or node.old is ABSENT:
            continue
        for scalar in scalars_in(node.old):
            if not isinstance(scalar, (int, float)):
                for symbol in scalar.free:
                    if symbol not in bound:
                        found.setdefault(symbol, node.path)
    return found


def _machine(run: BlindRun, nodes: Sequence[ObservedNode]) -> tuple[tuple[Cond, ...], tuple[Cond, ...]]:
    inputs = [node.new for node in nodes if node.is_input]
    computed = [node.new for node in nodes if not node.is_input]
    renamed = run.renamed
    items = [renamed.get(s, s) for node in nodes if _reads_item(node) for s in node.allocated]
    plain, products = computed_bounds(computed, items)
    return (*input_bounds(inputs), *plain), products


def _reads_item(node: ObservedNode) -> bool:
    return node.operator in ("aten.item.default", "aten._local_scalar_dense.default")


def _unbound(run: BlindRun, nodes: Sequence[ObservedNode]) -> Iterable[FreshSymbol]:
    """The fresh symbols that no recorded name stands for; one that a path divides is a multiple of its name."""
    divided = {symbol for event in run.log if isinstance(event, Binding) for symbol in _divided(event)}
    unnamed = ({*run.pending} | divided) - run.renamed.keys()
    for node in nodes:
        for symbol in node.allocated:
            if symbol in unnamed:
                at, recorded = _place(symbol, node.new, node.old, "") or ("", ABSENT)
                yield FreshSymbol(symbol, node.path, at, recorded, node.predicates)


def _divided(binding: Binding) -> Iterable[Symbol | BoolSymbol]:
    return free_of(binding.term) if any(isinstance(key, DivideByKey) for key in binding.path) else ()


def _place(symbol: Symbol, new: Held, old: Held, at: str) -> tuple[str, Held] | None:
    """Where the symbol stands in the new value by itself, and what was recorded there."""
    if isinstance(new, FakeTensor):
        return _place_in_tensor(symbol, new, old, at)
    if isinstance(new, (list, tuple)):
        recorded = old if isinstance(old, (list, tuple)) else ()
        for index, item in enumerate(new):
            other = recorded[index] if index < len(recorded) else ABSENT
            found = _place(symbol, item, other, f"{at}[{index}]")
            if found is not None:
                return found
        return None
    if new is ABSENT or new is None or isinstance(new, str):
        return None
    return _place_of(symbol, new, old, at)


def _place_in_tensor(symbol: Symbol, new: FakeTensor, old: Held, at: str) -> tuple[str, Held] | None:
    other = old if isinstance(old, FakeTensor) else None
    for name, terms, recorded in (
        ("size", new.sizes, () if other is None else other.sizes),
        ("stride", new.strides, () if other is None else other.strides),
        ("storage_offset", (new.offset,), () if other is None else (other.offset,)),
    ):
        for index, term in enumerate(terms):
            place = f"{at}.{name}()" + ("" if name == "storage_offset" else f"[{index}]")
            found = _place_of(symbol, term, recorded[index] if index < len(recorded) else ABSENT, place)
            if found is not None:
                return found
    return None


def _place_of(symbol: Symbol, new: Scalar, old: Held, at: str) -> tuple[str, Held] | None:
    if new is symbol or (isinstance(new, IntTerm) and new.symbol is symbol):
        return at, old
    if isinstance(new, Eq) and new is eq(of_atom(symbol), 1):
        if is_scalar(old) and sort_name(old) != "bool":
            return at, ABSENT  # of another sort: that is for VALUE to say
        return at, int_of_bool(to_cond(old)) if old is not ABSENT and is_scalar(old) else ABSENT
    return None
