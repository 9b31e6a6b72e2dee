"""A recorded size that is undefined where the operator gives one is refuted with numbers at which it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import check
from tests.variants.archive_json import as_list, as_object, read, top_graph, write

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
