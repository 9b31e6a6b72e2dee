"""PyTorch's own load and propagation of an archive, for benchmarks and differential tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast, final

from refimpl.torch._imports import TorchMissing, attribute

__all__ = ["TorchMissing", "TorchProgram", "load_with_torch"]


class _Node(Protocol):
    op: str
    meta: dict[str, object]


class _Graph(Protocol):
    @property
    def nodes(self) -> Iterable[_Node]: ...


class _GraphModule(Protocol):
    graph: _Graph


class _Exported(Protocol):
    @property
    def graph_module(self) -> _GraphModule: ...


class _FakeMode(Protocol):
    epoch: int


class _Interpreter(Protocol):
    def run(self, *args: object) -> object: ...


@final
@dataclass(frozen=True, slots=True)
class TorchProgram:
    """An archive that PyTorch has loaded, and the run of its ``PropagateUnbackedSymInts`` on the recorded inputs."""

    exported: object
    propagate: Callable[[], object]


def load_with_torch(path: Path) -> TorchProgram:
    """Load an archive with ``torch.export.load``; nothing is propagated yet.

    ``propagate()`` runs the pass as AOTAutograd does: under the fake mode of the recorded values and with the
    Python dispatcher enabled. Raises :class:`TorchMissing`, and whatever PyTorch raises on the archive.
    """
    # The casts name the part of PyTorch's interface that is used here; PyTorch is not there when types are checked.
    load = cast("Callable[[str], _Exported]", attribute("torch.export", "load"))  # see above
    exported = load(str(path))
    return TorchProgram(exported, _prepared(exported.graph_module))


def _prepared(module: _GraphModule) -> Callable[[], object]:
    """The run of the pass; what is looked up or imported for it is found before, so that timing it times the run."""
    detect = cast("Callable[[object], object | None]", attribute("torch._guards", "detect_fake_mode"))  # see above
    interpreter = cast(  # see above
        "Callable[[_GraphModule], _Interpreter]",
        attribute("torch.fx.experimental.symbolic_shapes", "PropagateUnbackedSymInts"),
    )
    dispatcher = cast(  # see above
        "Callable[[], AbstractContextManager[object]]", attribute("torch._dispatch.python", "enable_python_dispatcher")
    )
    no_grad = cast("Callable[[], AbstractContextManager[object]]", attribute("torch", "no_grad"))  # see above
    inputs = [node.meta.get("val") for node in module.graph.nodes if node.op == "placeholder"]
    found = detect([node.meta.get("val") for node in module.graph.nodes])
    if found is None:
        make = cast("Callable[[], object]", attribute("torch._subclasses.fake_tensor", "FakeTensorMode"))  # see above
        found = make()
    mode = found

    def propagate() -> object:
        # Memos of unbacked results belong to one run: AOTAutograd starts a new epoch before each.
        cast("_FakeMode", mode).epoch += 1  # see above
        with cast("AbstractContextManager[object]", mode), dispatcher(), no_grad():  # see above
            return interpreter(module).run(*inputs)

    return propagate
