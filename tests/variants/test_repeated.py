"""A node that stands twice: what is read of unchanged contents is one quantity, whatever it is."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import check
from tests.variants.archive_json import JsonObject, as_list, as_object, as_text, nodes, read, top_graph, values, write

ARCHIVES = Path(__file__).parents[1] / "corpus" / "archives"


def _with_a_copy(model: JsonObject, name: str) -> JsonObject:
    """The model with a second node that computes the same and is recorded alike."""
    changed = deepcopy(model)
    graph = top_graph(changed)
    index, node = next((i, node) for i, node in enumerate(nodes(graph)) if node["name"] == name)
    again = deepcopy(node)
    again["name"] = "again"
    (output,) = as_list(again["outputs"])
    (argument,) = as_object(output).values()
    holder = as_object(argument)
    held = next(key for key in ("name", "as_name") if key in holder)
    for table, entry in values(graph, as_text(holder[held])):
        table["again"] = deepcopy(entry)
    holder[held] = "again"
    as_list(graph["nodes"]).insert(index + 1, again)
    return changed


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("real/scale", "item"),
        ("real/scale.core", "_local_scalar_dense"),
        ("datadep/item_float_pow_sqrt", "item"),
        ("datadep/item_int", "item"),
        ("real/nonzero_check", "nonzero"),
    ],
)
def test_the_same_read_twice_may_share_a_name(name: str, node: str, tmp_path: Path) -> None:
    """Of a float too: the two may both be NaN."""
    original = ARCHIVES / f"{name}.pt2"
    report = check(load(write(_with_a_copy(read(original), node), original, tmp_path / "twice.pt2")))
    assert (report.verdict, report.relation) == ("equivalent", "equivalent"), report.refuted


def test_what_no_input_reaches_loses_nothing(tmp_path: Path) -> None:
    """A mask of another shape is refused at every size: nothing that is recorded of the count is lost there."""
    original = ARCHIVES / "datadep" / "ragged_mask_pack.pt2"
    model = read(original)
    graph = top_graph(model)
    (compared,) = [node for node in nodes(graph) if node["name"] == "lt"]
    as_object(as_object(as_object(as_list(compared["inputs"])[1])["arg"])["as_tensor"])["name"] = "unsqueeze"
    report = check(load(write(model, original, tmp_path / "refused.pt2")))
    assert (report.verdict, report.relation) == ("broken", "strengthened")
    assert not [row for row in report.refuted if (row.message or "").startswith("u0 <= ")]
