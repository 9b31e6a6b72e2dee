"""From a program to its side of the comparison, in its own names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from refimpl.export import ExportedProgram
from refimpl.export.signature import OutputSpec
from refimpl.fake_tensor import FakeTensor
from refimpl.fx.node import Node
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import supply_of
from refimpl.laws.contract import scalars_in
from refimpl.laws.determine import determined
from refimpl.laws.observation import ABSENT, Held, Observation, Stated
from refimpl.laws.observe import observe
from refimpl.laws.replay import Supply
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.relation.computations import Computations
from refimpl.relation.side import Atom, Input, Output, Side, Site, Which, plain
from refimpl.solver import Solver
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.terms import free_of

__all__ = ["side_of"]

# What a node without a value of the blind run leaves unknown; one that raises on every input is a requirement.
_UNKNOWN: Final = frozenset({"unmodelled", "data-dependent", "undecided", "crash", "path", "inconsistent"})


def side_of(program: ExportedProgram, which: Which, solver: Solver, computations: Computations) -> Side:
    """The program's side. A blind run knows the contract and nothing of what was recorded of computed values."""
    run = blind_run(program)
    seen = determined(observe(run), solver)
    supply = supply_of(run, seen)
    inputs = tuple(_inputs(program))
    sites = _sites(seen, supply)
    symbols = {*_symbols(seen, inputs), *sites}
    return Side(
        which=which,
        program=program,
        supply=supply,
        inputs=inputs,
        outputs=tuple(_outputs(program, seen)),
        contract=tuple(Stated("", condition, "range") for condition in seen.contract.conditions),
        machine=seen.machine,
        products=seen.extra_machine,
        facts=seen.facts,
        required=seen.after,
        definitions=seen.definitions,
        hints=seen.contract.hints,
        recorded=frozenset(seen.recorded_symbols) | frozenset(supply.predicates.values()),
        sites=sites,
        computations=computations.of(program),
        failures=tuple(_failures(seen)),
        unread=seen.contract.unreadable,
        assumed=bool(seen.specializations) or any(node.assumed for node in seen.nodes),
        own={symbol: plain(symbol) for symbol in sorted(symbols, key=lambda symbol: symbol.name)},
    )


def _failures(seen: Observation) -> Iterator[tuple[str, str]]:
    """The nodes of which nothing is known, and why."""
    for node in seen.nodes:
        if node.failure is not None and node.failure.kind in _UNKNOWN:
            yield node.path, node.failure.message


def _resting(program: ExportedProgram, failed: set[str]) -> set[str]:
    """The nodes of the program's own graph that are among those, or use what they would give."""
    found: set[str] = set()
    for node in program.graph_module.graph.nodes if failed else ():
        if node.name in failed or not found.isdisjoint(given.name for given in node.all_input_nodes):
            found.add(node.name)
    return found


def _sites(seen: Observation, supply: Supply) -> dict[Atom, Site]:
    """The node that allocates each symbol of data, and which of its symbols it is; a defined symbol is no data."""
    defined = {definition.symbol for definition in seen.definitions} | seen.determined.keys()
    # A fresh symbol has the name of its first binding, which may stand at a later node.
    named = {binding.fresh: binding.symbol for binding in reversed(seen.bindings) if binding.fresh is not None}
    sites: dict[Atom, Site] = {symbol: (path, "predicate") for path, symbol in supply.predicates.items()}
    for node in seen.nodes:
        for index, fresh in enumerate(node.allocated):
            symbol = named.get(fresh, fresh)
            if symbol not in defined:
                sites.setdefault(symbol, (node.path, index))
    for binding in seen.bindings:
        if binding.symbol not in defined:
            sites.setdefault(binding.symbol, (binding.node, keystr(binding.path)))
    return sites


def _inputs(program: ExportedProgram) -> Iterable[Input]:
    recorded = {
        node.name: node.meta["recorded"]
        for node in program.graph_module.graph.nodes
        if node.op == "placeholder" and "recorded" in node.meta
    }
    for spec in program.signature.user_inputs:
        yield Input(spec.name, _held(recorded.get(spec.name, spec.value)))


def _outputs(program: ExportedProgram, seen: Observation) -> Iterable[Output]:
    """The values of the output node, each with what it stands for; ABSENT where they rest on what is not known."""
    unknown = _resting(program, {path.partition("/")[0] for path, _ in _failures(seen)})
    values: dict[str, Held] = {node.path: ABSENT if node.path in unknown else node.new for node in seen.nodes}
    places = {spec.name: str(index) for index, spec in enumerate(program.signature.user_inputs)}
    (end,) = program.graph_module.graph.find_nodes(op="output")
    count = 0
    for spec, value in zip(program.signature.outputs, _flat(end.args), strict=True):
        name = _name(spec, str(count), places)
        count += spec.kind in ("user_output", "loss_output")
        is_write = spec.kind == "token" or spec.kind.endswith("_mutation")
        if isinstance(value, Node):
            yield Output(name, value.name, values.get(value.name, ABSENT), is_write)
        else:
            yield Output(name, "", _held(value), is_write)


def _name(spec: OutputSpec, place: str, inputs: dict[str, str]) -> str:
    """What the output stands for, whatever the program calls its values."""
    if spec.kind in ("user_output", "loss_output"):
        return f"output {place}"
    target = spec.target or ""
    of_input = spec.kind in ("user_input_mutation", "gradient_to_user_input")
    return f"{spec.kind.replace('_', ' ')} {inputs.get(target, target) if of_input else target}".strip()


def _held(value: object) -> Held:
    if value is None or isinstance(value, (str, FakeTensor)) or is_scalar(value):
        return value
    if is_sequence(value):
        return tuple([item for item in map(_held, value) if item is not ABSENT])
    return ABSENT


def _flat(value: object) -> list[object]:
    return [part for item in value for part in _flat(item)] if is_sequence(value) else [value]


def _symbols(seen: Observation, inputs: Iterable[Input]) -> set[Atom]:
    """Every symbol that occurs."""
    found: set[Atom] = {*seen.contract.bound, *seen.recorded_symbols, *(fresh.symbol for fresh in seen.unbound)}
    stated = [statement.whole for statement in (*seen.facts, *seen.after)]
    for condition in (*seen.contract.conditions, *seen.machine, *seen.extra_machine, *stated):
        found |= free_of(condition)
    for definition in seen.definitions:
        found |= {definition.symbol, *free_of(definition.term)}
    for value in (*(node.new for node in seen.nodes), *(given.value for given in inputs)):
        for scalar in scalars_in(value):
            found |= free_of(scalar)
    return found
