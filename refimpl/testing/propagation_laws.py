"""The laws of the propagation of a program, judged against what was recorded and against the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Final, TypeAlias, TypeGuard, final

from refimpl.export import ExportedProgram
from refimpl.laws import Json, blind_run
from refimpl.laws.observation import ABSENT, Observation
from refimpl.laws.observe import observe
from refimpl.laws.values_json import value_json
from refimpl.symbolic_shapes import keystr
from refimpl.terms import (
    Cond,
    IntTerm,
    Symbol,
    Undefined,
    eq,
    evaluate,
    free_of,
    of_atom,
    to_text,
)
from refimpl.testing._texts import read_condition, read_term
from refimpl.testing.broken import LawBroken
from refimpl.testing.implementations import Propagating
from refimpl.testing.laws import ImplementationLaw
from refimpl.testing.programs import exported_programs

__all__ = ["BIND", "EQUIV", "PROPAGATION_LAWS", "REPEAT", "VALUE"]

_Law: TypeAlias = ImplementationLaw[Propagating, ExportedProgram]
_Numbers: TypeAlias = dict[str, int | float | bool]
_TRIED: Final = (-1, 0, 1, 2, 3, 4, 5, 9, 10)


def _reference(program: ExportedProgram) -> Observation:
    return observe(blind_run(program))


def _repeat(implementation: Propagating, program: ExportedProgram) -> None:
    if implementation.propagate(program) != implementation.propagate(program):
        raise LawBroken("REPEAT", "the second propagation of a program differs from the first")


def _bind(implementation: Propagating, program: ExportedProgram) -> None:
    report = implementation.propagate(program)
    reported = {(_text(row, "node"), _text(row, "symbol"), _text(row, "path")) for row in _rows(report, "bindings")}
    for binding in _reference(program).bindings:
        if (binding.node, binding.symbol.name, keystr(binding.path)) not in reported:
            message = f"the binding of {binding.symbol.name} at {keystr(binding.path) or 'the value'} is lost"
            raise LawBroken("BIND", message, node=binding.node)


def _value(implementation: Propagating, program: ExportedProgram) -> None:
    values = implementation.propagate(program).get("values")
    if not isinstance(values, Mapping):
        raise LawBroken("VALUE", "the report has no object `values`")
    for node in _reference(program).nodes:
        if node.old is ABSENT:
            continue
        if node.path not in values:
            raise LawBroken("VALUE", "the node has no value", node=node.path)
        difference = _difference(value_json(node.old), values[node.path])
        if difference is not None:
            raise LawBroken("VALUE", f"recorded {difference[0]}, propagated {difference[1]}", node=node.path)


def _difference(old: Json, new: Json) -> tuple[str, str] | None:
    """The first place where two values differ, as texts; terms are compared in normal form."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if sorted(old) != sorted(new):
            return str(sorted(old)), str(sorted(new))
        pairs = [(old[key], new[key]) for key in sorted(old)]
    elif _is_list(old) and _is_list(new) and len(old) == len(new):
        pairs = list(zip(old, new, strict=True))
    else:
        return None if old == new or _same_term(old, new) else (f"{old}", f"{new}")
    return next((found for pair in pairs if (found := _difference(*pair)) is not None), None)


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same_term(old: Json, new: Json) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return False
    if not isinstance(old, (int, str)) or not isinstance(new, (int, str)):
        return False
    left, right = read_term(str(old)), read_term(str(new))
    return left is not None and (left is right or (isinstance(left, int) and left == right))


def _equiv(implementation: Propagating, program: ExportedProgram) -> None:
    seen = _reference(program)
    reported = [_condition(row) for row in _rows(implementation.propagate(program), "requirements")]
    right = [_Said(stated.node, stated.whole) for stated in seen.after]
    for numbers in _near_two([said.condition for said in (*reported, *right)]):
        if not all(_true(condition, numbers) for condition in _given(seen)):
            continue
        lost, invented = _first_false(right, numbers), _first_false(reported, numbers)
        if lost is not None and invented is None:
            raise LawBroken("EQUIV", f"weakened: {to_text(lost.condition)} is lost", node=lost.node, witness=numbers)
        if invented is not None and lost is None:
            message = f"strengthened: {to_text(invented.condition)} is asked, but nothing asks for it"
            raise LawBroken("EQUIV", message, node=invented.node, witness=numbers)


@final
@dataclass(frozen=True, slots=True)
class _Said:
    node: str
    condition: Cond


def _given(seen: Observation) -> Iterator[Cond]:
    """Γ and Φ: what every run satisfies."""
    yield from seen.contract.conditions
    yield from (fact.whole for fact in seen.facts)
    for definition in seen.definitions:
        if isinstance(definition.symbol, Symbol) and isinstance(definition.term, (int, IntTerm)):
            yield eq(of_atom(definition.symbol), definition.term)


def _near_two(conditions: Sequence[Cond]) -> Iterator[_Numbers]:
    """Two everywhere, as drawn programs run, and whatever differs from that in at most two symbols."""
    free = {each for condition in conditions for each in free_of(condition)}
    names = sorted((each.name, isinstance(each, Symbol)) for each in free)
    middle: _Numbers = {name: 2 if number else True for name, number in names}
    yield middle
    tried: dict[str, tuple[int | bool, ...]] = {name: _TRIED if number else (False, True) for name, number in names}
    for name in tried:
        yield from ({**middle, name: value} for value in tried[name])
    for one, other in combinations(tried, 2):
        yield from ({**middle, one: a, other: b} for a, b in product(tried[one], tried[other]))


def _first_false(said: Sequence[_Said], numbers: _Numbers) -> _Said | None:
    return next((each for each in said if not _true(each.condition, numbers)), None)


def _true(condition: Cond, numbers: _Numbers) -> bool:
    names = {each.name for each in free_of(condition)}
    try:
        # A symbol of which only facts speak is free to be what they ask: two.
        return evaluate(condition, {**dict.fromkeys(names, 2), **numbers}) is True
    except Undefined:
        return False


def _condition(row: Mapping[str, Json]) -> _Said:
    node, text = _text(row, "node"), _text(row, "expr")
    condition = read_condition(text)
    if condition is None:
        raise LawBroken("REPORT", f"the requirement {text!r} is no condition that can be read", node=node)
    return _Said(node, condition)


def _rows(report: Mapping[str, Json], key: str) -> list[Mapping[str, Json]]:
    rows = report.get(key)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise LawBroken("REPORT", f"the report has no list `{key}`")
    return [row for row in rows if isinstance(row, Mapping)]


def _text(row: Mapping[str, Json], key: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise LawBroken("REPORT", f"a row has no text `{key}`")
    return value


_PROGRAMS: Final = exported_programs()

REPEAT: Final[_Law] = ImplementationLaw("REPEAT", "Two propagations of one program say the same.", _PROGRAMS, _repeat)
BIND: Final[_Law] = ImplementationLaw(
    "BIND", "No pair of a symbol and a path is lost: each recorded binding is rebound.", _PROGRAMS, _bind
)
VALUE: Final[_Law] = ImplementationLaw(
    "VALUE", "On an intact program every node's value, in old names, is the recorded one.", _PROGRAMS, _value
)
EQUIV: Final[_Law] = ImplementationLaw(
    "EQUIV",
    "Wherever the contract and the facts hold, what is required holds exactly where the reference's requirements do.",
    _PROGRAMS,
    _equiv,
)

PROPAGATION_LAWS: Final[tuple[_Law, ...]] = (REPEAT, BIND, VALUE, EQUIV)
"""The laws of a `Propagating` implementation."""
