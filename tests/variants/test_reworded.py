"""What is recorded in other words says the same; what is equal only on the example inputs does not."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from refimpl.export import load
from refimpl.laws import check
from tests.variants.archive_json import (
    KINDS,
    JsonObject,
    as_object,
    as_text,
    expressions,
    graphs,
    names,
    read,
    top_graph,
    write,
)
from tests.variants.test_variants import ARCHIVES, NAMES

Reworded: TypeAlias = Callable[[str], str]
_SYMBOL: Final = re.compile(r"Symbol\('(s\d+)', positive=True, integer=True\)")

SAME_NUMBERS: Final[dict[str, Reworded]] = {
    "halved": lambda text: f"FloorDiv(Mul(Integer(2), {text}), Integer(2))",
    "even": lambda text: f"Add({text}, Mod(Mul(Integer(2), {text}), Integer(2)))",
    "negated": lambda text: f"Mul(Integer(-1), Mul(Integer(-1), {text}))",
    "shifted": lambda text: f"Add({text}, Integer(3), Integer(-3))",
    "cases": lambda text: (
        f"Piecewise(ExprCondPair({text}, GreaterThan({text}, Integer(3))), ExprCondPair({text}, true))"
    ),
}
SAME_TRUTHS: Final[dict[str, Reworded]] = {
    "doubly negated": lambda text: f"Not(Not({text}))",
    "twice": lambda text: f"And({text}, {text})",
}
# Right where the size is the example's, and at no larger one; the last is right up to the example's.
LIKE_THE_EXAMPLE: Final[dict[str, Callable[[str, int], str]]] = {
    "constant": lambda _, hint: f"Integer({hint})",
    "least": lambda text, hint: f"Min({text}, Integer({hint}))",
    "square": lambda text, hint: f"FloorDiv(Mul({text}, {text}), Integer({hint}))",
    "beyond": lambda text, hint: f"Add({text}, FloorDiv({text}, Integer({hint + 1})))",
}


def _computed(graph: JsonObject, kinds: tuple[str, ...]) -> Iterator[JsonObject]:
    given = set(names(graph["inputs"]))
    for kind in kinds:
        for name, value in as_object(graph[kind]).items():
            if name not in given:
                yield from expressions(value)


def _reworded(model: JsonObject, kinds: tuple[str, ...], words: Reworded) -> int:
    """Rewrite all recorded expressions but bare symbols, which bind; how many they are."""
    count = 0
    for graph in graphs(top_graph(model)):
        for expression in _computed(graph, kinds):
            text = as_text(expression["expr_str"])
            if not text.startswith("Symbol("):
                expression["expr_str"] = words(text)
                count += 1
    return count


@pytest.mark.parametrize("archive", ARCHIVES, ids=NAMES.get)
def test_other_words_for_the_same_are_right(archive: Path, tmp_path: Path) -> None:
    model = read(archive)
    for kinds, chosen in (((KINDS[0], KINDS[1]), SAME_NUMBERS), ((KINDS[2],), SAME_TRUTHS)):
        for label, words in chosen.items():
            changed = deepcopy(model)
            if _reworded(changed, kinds, words):
                report = check(load(write(changed, archive, tmp_path / "words.pt2")))
                assert (report.verdict, report.relation) == ("equivalent", "equivalent"), label


def _free_sizes(model: JsonObject) -> Iterator[tuple[JsonObject, int]]:
    """Sizes of computed tensors that are a symbol which the contract leaves free upwards, with its example."""
    ranges = as_object(model["range_constraints"])
    graph = top_graph(model)
    if model["guards_code"]:
        return
    given = set(names(graph["inputs"]))
    for name, value in as_object(graph["tensor_values"]).items():
        for expression in () if name in given else expressions(as_object(value)["sizes"]):
            found = _SYMBOL.fullmatch(as_text(expression["expr_str"]))
            hint = expression["hint"]
            if found is None or not isinstance(hint, dict):
                continue
            number = hint["as_int"]
            if isinstance(number, int) and as_object(ranges[found[1]])["max_val"] is None:
                yield expression, number


@pytest.mark.parametrize("archive", ARCHIVES, ids=NAMES.get)
def test_what_is_equal_on_the_example_inputs_alone_is_refuted(archive: Path, tmp_path: Path) -> None:
    for label, words in LIKE_THE_EXAMPLE.items():
        model = read(archive)
        places = list(_free_sizes(model))
        if places:
            expression, hint = random.Random(f"{NAMES[archive]} {label}").choice(places)
            expression["expr_str"] = words(as_text(expression["expr_str"]), hint)
            report = check(load(write(model, archive, tmp_path / "example.pt2")))
            assert report.verdict == "broken", label
            rows = [row for row in report.refuted if row.law == "VALUE"]
            assert rows, label
            assert all(row.witness for row in rows)


def test_many_archives_have_such_places() -> None:
    assert sum(any(True for _ in _free_sizes(read(archive))) for archive in ARCHIVES) >= 12
