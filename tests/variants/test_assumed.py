"""What is assumed of a custom operator: its recorded result, no facts, but a tensor's sizes are never negative."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import check
from tests.variants.archive_json import Json, JsonObject, as_list, as_object, as_text, nodes, read, top_graph, write
from tests.variants.variants import asserts, narrowed, without_asserts

ARCHIVES = Path(__file__).parents[1] / "corpus" / "archives" / "datadep"


@pytest.mark.parametrize("name", ["custom_keep_positive.pt2", "custom_list_out.pt2"])
def test_a_size_of_an_assumed_tensor_is_not_negative(name: str, tmp_path: Path) -> None:
    model = read(ARCHIVES / name)
    report = check(load(write(without_asserts(model, *asserts(model)), ARCHIVES / name, tmp_path / name)))
    assert (report.verdict, report.conditional) == ("equivalent", True)


def test_nothing_else_is_assumed_about_it(tmp_path: Path) -> None:
    original = ARCHIVES / "custom_keep_positive.pt2"
    report = check(load(write(narrowed(read(original), "u0", low=1, high=None), original, tmp_path / "copy.pt2")))
    assert (report.verdict, report.relation) == ("broken", "weakened")
    assert all(dict(row.witness or ())["u0"] == "0" for row in report.refuted)


def _scaled(**changes: Json) -> JsonObject:
    """A program whose input a custom operator writes into a copy of, recorded like the input but for the changes."""
    model = read(ARCHIVES.parent / "real" / "nonzero_check.pt2")
    graph = top_graph(model)
    (given,) = [as_text(name) for name in as_object(graph["tensor_values"]) if name == "x"]
    table = as_object(graph["tensor_values"])
    table["scaled"] = {**as_object(table[given]), **changes}
    as_list(graph["nodes"]).insert(
        0,
        {
            "target": "torch.ops.higher_order.auto_functionalized_v2",
            "inputs": [
                {"name": "", "arg": {"as_operator": "torch.ops.mylib.scale_.default"}, "kind": 1},
                {"name": "_x_base_index", "arg": {"as_int": 0}, "kind": 2},
                {"name": "_all_bases", "arg": {"as_tensors": [{"name": given}]}, "kind": 2},
            ],
            "outputs": [{"as_none": True}, {"as_tensor": {"name": "scaled"}}],
            "metadata": {},
            "is_hop_single_tensor_return": False,
            "name": "written",
        },
    )
    assert as_text(nodes(graph)[0]["name"]) == "written"
    return model


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, ""),
        ({"sizes": [{"as_int": 8}]}, "the recorded size[0] differs"),
        ({"sizes": [], "strides": []}, "number of dimensions is recorded as 0"),
        ({"dtype": 8}, "dtype is recorded as torch.float64"),
    ],
)
def test_what_is_written_keeps_its_sizes_whatever_writes(
    changes: dict[str, Json], message: str, tmp_path: Path
) -> None:
    """A custom operator that is called on copies of what it writes gives results of its own, then those copies."""
    original = ARCHIVES.parent / "real" / "nonzero_check.pt2"
    report = check(load(write(_scaled(**changes), original, tmp_path / "copy.pt2")))
    assert (report.verdict, report.conditional) == ("broken" if changes else "equivalent", True)
    for row in report.refuted:
        assert (row.law, row.node, row.witness is not None) == ("VALUE", "scaled", True)
        assert (row.message or "").startswith(message)
