"""Archives of older minor versions do not say how an argument is passed; the schema of the operator does."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.export._graph_reader import is_positional
from refimpl.export.schema import Argument, ArgumentKind, NamedArgument
from refimpl.export.targets import resolve_target
from refimpl.laws import check
from tests.export.support import ARCHIVES
from tests.variants.archive_json import as_list, as_object, graphs, nodes, read, top_graph, write


@pytest.mark.parametrize(
    ("target", "name", "kind", "positional"),
    [
        # What torch.export.load makes of each in PyTorch 2.13.
        ("torch.ops.aten.mv.default", "self", None, True),
        ("torch.ops.aten.mv.default", "vec", ArgumentKind.UNKNOWN, True),
        ("torch.ops.aten.mv.default", "vec", ArgumentKind.KEYWORD, False),
        ("torch.ops.aten.sum.dim_IntList", "keepdim", None, False),
        ("torch.ops.aten.sum.dim_IntList", "keepdim", ArgumentKind.POSITIONAL, True),
        ("torch.ops.aten.zeros.default", "device", None, False),
        ("torch.ops.aten.random.from", "from", None, True),
        ("torch.ops.aten.random.from", "from", ArgumentKind.KEYWORD, True),
        ("torch.ops.higher_order.cond", "pred", None, False),
        ("torch.ops.higher_order.cond", "", None, True),
    ],
)
def test_how_an_argument_is_passed(target: str, name: str, kind: ArgumentKind | None, positional: bool) -> None:
    item = NamedArgument(name, Argument(as_int=1), kind)
    assert is_positional(resolve_target(target), item) is positional


@pytest.mark.parametrize(
    "path", [path for path in ARCHIVES if path.parent.name == "datadep"][::6], ids=lambda p: p.stem
)
def test_an_archive_without_kinds_is_the_same_program(path: Path, tmp_path: Path) -> None:
    model = read(path)
    for graph in graphs(top_graph(model)):
        for node in nodes(graph):
            for argument in as_list(node["inputs"]):
                as_object(argument)["kind"] = None
    old = check(load(write(model, path, tmp_path / path.name)))
    new = check(load(path))
    assert (old.verdict, old.values) == (new.verdict, new.values)
