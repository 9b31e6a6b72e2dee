"""Verdicts by enumeration: what was recorded is read off the archive's JSON, what runs is stated by hand.

The second of two semantics: it knows no terms, no intervals and no solver.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from tests.oracle.prefix import Valuation, prefix_symbols, prefix_value
from tests.variants.archive_json import KINDS, JsonObject, as_list, as_object, as_text, names, nodes, top_graph

__all__ = ["Box", "Judged", "Predicate", "Record", "enumerated", "symbol_names"]

Predicate: TypeAlias = Callable[[Valuation], bool]
Judged: TypeAlias = Literal["equivalent", "weakened", "strengthened", "incomparable", "inconsistent"]

_ASSERT: Final = "torch.ops.aten._assert_scalar.default"


def always(_: Valuation) -> bool:
    """True of every valuation."""
    return True


@dataclass(frozen=True, slots=True)
class Box:
    """Every run with small numbers, stated by hand.

    ``runs`` are the facts and definitions (what a run does whatever the record says), ``requires`` what makes a run
    raise when it is false, ``recorded`` the part of the record that stands in sub-graphs, ``local`` where the ranges
    of a branch's symbols apply, ``same`` whether the recorded values are the computed ones.
    """

    values: Mapping[str, range]
    runs: Predicate = always
    requires: Predicate = always
    recorded: Predicate = always
    same: Predicate = always
    local: Mapping[str, Predicate] = field(default_factory=dict[str, Predicate])

    def valuations(self) -> Iterator[Valuation]:
        """Every valuation in the box that satisfies ``runs``."""
        for numbers in itertools.product(*self.values.values()):
            valuation = dict(zip(self.values, numbers, strict=True))
            if self.runs(valuation):
                yield valuation


def symbol_names(value: object) -> frozenset[str]:
    """The symbols in the recorded expressions of a JSON value."""
    match value:
        case {"expr_str": str(text)}:
            return prefix_symbols(text)
        case dict():
            return frozenset[str]().union(*(symbol_names(item) for item in value.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
        case list():
            return frozenset[str]().union(*(symbol_names(item) for item in value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
        case _:
            return frozenset()


class Record:
    """What an archive has recorded of its own graph: the caller's contract, and B as far as it stands there."""

    def __init__(self, model: JsonObject) -> None:
        graph = top_graph(model)
        inputs = set(names(graph["inputs"]))
        self.inputs: frozenset[str] = frozenset().union(
            *(symbol_names(v) for kind in KINDS for n, v in as_object(graph[kind]).items() if n in inputs)
        )
        self.ranges: dict[str, tuple[int | None, int | None]] = {}
        for key, entry in as_object(model["range_constraints"]).items():
            low, high = as_object(entry)["min_val"], as_object(entry)["max_val"]
            self.ranges[key] = (low if isinstance(low, int) else None, high if isinstance(high, int) else None)
        self.asserts: tuple[str, ...] = tuple(_asserted(graph))

    def contract(self, valuation: Valuation) -> bool:
        """Γ: ranges of what the caller passes."""
        return all(self._inside(key, valuation) for key in self.ranges if set(key.split("*")) - _DIGITS <= self.inputs)

    def before(self, valuation: Valuation, box: Box) -> bool:
        """B: recorded ranges of computed symbols, where they apply, recorded asserts, and the stated rest."""
        own = [key for key in self.ranges if not set(key.split("*")) - _DIGITS <= self.inputs]
        ranged = all(
            self._inside(key, valuation)
            for key in own
            if set(key.split("*")) - _DIGITS <= valuation.keys() and box.local.get(key, always)(valuation)
        )
        return ranged and all(prefix_value(text, valuation) for text in self.asserts) and box.recorded(valuation)

    def _inside(self, key: str, valuation: Valuation) -> bool:
        value = 1
        for part in key.split("*"):
            value *= int(part) if part in _DIGITS else valuation[part]
        low, high = self.ranges[key]
        return (low is None or low <= value) and (high is None or value <= high)


_DIGITS: Final = frozenset(map(str, range(10)))


def _asserted(graph: JsonObject) -> Iterator[str]:
    numbers = {**as_object(graph["sym_bool_values"]), **as_object(graph["sym_int_values"])}
    for node in nodes(graph):
        if node["target"] == _ASSERT:
            for name in names(as_object(as_list(node["inputs"])[0])["arg"]):
                entry = as_object(as_object(numbers[name])["as_expr"])
                yield as_text(entry["expr_str"])


def enumerated(model: JsonObject, box: Box) -> tuple[Judged, bool]:
    """The relation between before and after over the box, and whether every recorded value is right where it runs."""
    record = Record(model)
    pairs: list[tuple[bool, bool]] = []
    same = True
    for valuation in box.valuations():
        if record.contract(valuation):
            before, after = record.before(valuation, box), box.requires(valuation)
            pairs.append((before, after))
            same = same and (not after or box.same(valuation))
    if not any(before for before, _ in pairs) or not any(after for _, after in pairs):
        return "inconsistent", same
    weaker = any(after and not before for before, after in pairs)
    stronger = any(before and not after for before, after in pairs)
    if weaker:
        return ("incomparable" if stronger else "weakened"), same
    return ("strengthened" if stronger else "equivalent"), same
