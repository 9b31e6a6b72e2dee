"""Recorded numbers that are undefined, or of another sort, where the operator gives one are refuted."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import check
from refimpl.relation import diff
from tests.variants.archive_json import KINDS, as_list, as_object, as_text, expressions, read, top_graph, write

ARCHIVE = Path(__file__).parents[1] / "corpus" / "archives" / "datadep" / "item_int.pt2"
U0 = "Symbol('u0', integer=True)"


@pytest.mark.parametrize("text", ["FloorDiv(Integer(1), Integer(0))", f"Mod({U0}, Integer(0))"])
def test_what_is_recorded_as_undefined_is_not_what_was_computed(text: str, tmp_path: Path) -> None:
    model = read(ARCHIVE)
    entry = as_object(as_object(top_graph(model)["tensor_values"])["zeros"])
    as_list(entry["sizes"])[0] = {"as_expr": {"expr_str": text, "hint": None}}
    report = check(load(write(model, ARCHIVE, tmp_path / "undefined.pt2")))
    assert report.verdict == "broken"
    (row,) = [row for row in report.refuted if row.law == "VALUE"]
    assert row.node == "zeros"
    assert "what is recorded is undefined" in (row.message or "")
    assert row.witness is not None


def test_an_integer_is_recorded_where_a_float_is_read(tmp_path: Path) -> None:
    """The tensor holds floats; what is recorded of its item is no symbol, so that no node binds what is read."""
    model = read(ARCHIVE)
    graph = top_graph(model)
    as_object(as_object(graph["tensor_values"])["x"])["dtype"] = 8
    for kind in KINDS[:3]:
        for expression in expressions(graph[kind]):
            text = as_text(expression["expr_str"])
            expression["expr_str"] = text.replace(U0, f"FloorToInt(ToFloat({U0}))")
    program = load(write(model, ARCHIVE, tmp_path / "floats.pt2"))
    report = check(program)
    assert report.verdict == "broken"
    assert ("VALUE", "item") in {(row.law, row.node) for row in report.refuted}
    assert diff(load(ARCHIVE), program).verdict == "different"


def test_a_number_is_recorded_where_a_truth_value_is_read(tmp_path: Path) -> None:
    model = read(ARCHIVE)
    graph = top_graph(model)
    as_object(as_object(graph["tensor_values"])["x"])["dtype"] = 12
    for kind in KINDS[:3]:
        for expression in expressions(graph[kind]):
            expression["expr_str"] = as_text(expression["expr_str"]).replace(U0, "Integer(3)")
    report = check(load(write(model, ARCHIVE, tmp_path / "truth.pt2")))
    assert report.verdict == "broken"
    (row,) = [row for row in report.refuted if (row.law, row.node) == ("VALUE", "item")]
    assert (row.message or "").startswith("sort of the value is recorded as int, but the operator gives bool")
