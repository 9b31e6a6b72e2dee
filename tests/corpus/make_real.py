"""Make the archives of ``archives/real`` with PyTorch, and record its own propagation of them in ``golden``.

Run from the root of the repository with a Python that has torch 2.13.0, or name one: ``python -m
tests.corpus.make_real [PYTHON]``. What depends on the machine (paths in stack traces, the identifier of the save) is
taken out before PyTorch loads the archives again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from refimpl.export import Limits
from refimpl.export._zip import open_zip
from refimpl.export.schema import Argument, Graph, GraphArgument, NamedArgument, Node, decode_program, encode
from refimpl.export.writer import zip_bytes
from tests.corpus._torch_side import EXPORT, RECORD

__all__ = ["main", "without_metadata"]

HERE: Final = Path(__file__).parent


def without_metadata(raw: bytes) -> bytes:
    """A program's JSON without the metadata of its nodes, nested graphs included."""
    program = decode_program(raw, "models/model.json", Limits())
    graph = _stripped(program.graph_module.graph)
    return encode(replace(program, graph_module=replace(program.graph_module, graph=graph)))


def _stripped(graph: Graph) -> Graph:
    return replace(graph, nodes=[_without(node) for node in graph.nodes])


def _without(node: Node) -> Node:
    inputs = [NamedArgument(item.name, _nested(item.arg), item.kind) for item in node.inputs]
    return replace(node, inputs=inputs, metadata={})


def _nested(argument: Argument) -> Argument:
    found = argument.as_graph
    return argument if found is None else Argument(as_graph=GraphArgument(found.name, _stripped(found.graph)))


def _rewritten(path: Path) -> bytes:
    archive = open_zip(str(path), Limits())
    members = {name: archive.read(name, 1 << 30) for name in sorted(archive.members)}
    for name, data in members.items():
        if name.endswith("/models/model.json"):
            members[name] = without_metadata(data)
        elif name.endswith("/.data/serialization_id"):
            members[name] = b"0" * len(data)
    return zip_bytes(members, compress=True)


def main(python: str, archives: Path, golden: Path) -> None:
    """Export, strip and record all cases."""
    archives.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-", folder], input=EXPORT, text=True, check=True)
        for path in sorted(Path(folder).iterdir()):
            (archives / path.name).write_bytes(_rewritten(path))
    subprocess.run([python, "-", str(archives), str(golden)], input=RECORD, text=True, check=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else sys.executable, HERE / "archives" / "real", HERE / "golden")
