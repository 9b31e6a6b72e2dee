"""A whole exported program, read from an archive: the graph, its recorded values and its constraints."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Protocol

from refimpl.export._graph_reader import GraphReader, Reading, UnboundSymbol
from refimpl.export._operations import is_scalar
from refimpl.export.archive import Archive, read_archive
from refimpl.export.constants import scalar_constant, stored_otherwise
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.guards import Guard, UnreadGuard, read_guard
from refimpl.export.input_tree import Step, read_input_tree
from refimpl.export.limits import Limits
from refimpl.export.ranges import SymbolRange, first_fresh, read_ranges
from refimpl.export.schema import ModuleCallSignature
from refimpl.export.signature import GraphSignature, read_signature
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.fx.graph_module import GraphModule
from refimpl.terms import Scalar

__all__ = ["ExportedProgram", "load"]


# A buffer may also be one of a sub-graph's own.
_STORED: Final = ("parameter", "tensor_constant")


class _Printer(Protocol):
    def text(self, obj: str, /) -> object: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExportedProgram:
    """An exported program as its archive records it; nothing has been run.

    Each node of ``graph_module`` has in ``meta``: ``recorded``, its value in raw terms (absent in a blinded copy);
    ``unbacked_bindings``, where it binds unbacked symbols; ``synthesized`` on the ``getitem`` nodes that the archive
    leaves out; ``stored`` on a parameter, buffer or constant that is stored with another form. Sub-graphs are nested
    modules behind ``get_attr`` nodes.

    ``ranges`` are the recorded ranges; ``guards`` the caller's guards, unread ones with the reason; ``hints`` the
    values of backed symbols on the example inputs; ``positive`` the symbols that expressions declare positive;
    ``unbound`` the recorded unbacked symbols that no node can bind; ``unrecorded`` the values without a record;
    ``node_count`` the nodes of all graphs of the archive; ``next_unbacked_int`` and ``next_unbacked_float`` the
    numbers of the first fresh symbols (``u7``, ``zuf2``).
    """

    path: str
    graph_module: GraphModule
    signature: GraphSignature
    ranges: tuple[SymbolRange, ...]
    guards: tuple[Guard | UnreadGuard, ...]
    hints: Mapping[str, int]
    positive: tuple[str, ...]
    unbound: tuple[UnboundSymbol, ...]
    unrecorded: tuple[str, ...]
    node_count: int
    next_unbacked_int: int
    next_unbacked_float: int
    torch_version: str
    archive: Archive

    def __repr__(self) -> str:
        return f"ExportedProgram({self.path!r}, {self.node_count} nodes)"

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        # IPython and hypothesis would print every field of a dataclass, which are whole graphs here.
        printer.text(repr(self))

    @property
    def is_blinded(self) -> bool:
        """Whether recorded values of computed nodes are missing: such a copy can be propagated, not checked."""
        return bool(self.unrecorded)

    def constant_bytes(self, target: str) -> bytes | None:
        """The raw bytes of a parameter, buffer or constant by its qualified name, read now; None if it has none."""
        return self.archive.payload_bytes(target)


def load(path: str | os.PathLike[str], *, limits: Limits | None = None, blinded: bool = False) -> ExportedProgram:
    """Read the archive at ``path``.

    With ``blinded`` the values of computed nodes may be missing. Raises `ArchiveError`, with file and field, for
    anything that is no sound archive of schema major version 8; nothing that the archive contains is executed.
    """
    limits = limits or Limits()
    archive = read_archive(path, limits)
    try:
        return _program(archive, Reading(limits, blinded=blinded))
    except ArchiveError as error:
        raise error.at(archive.path) from None
    except RecursionError:
        # Nested arguments are read recursively; no exporter nests them deeper than a few levels.
        field = f"models/{archive.model}.json"
        raise ArchiveError(ErrorKind.LIMIT, field, "arguments are nested too deeply", path=archive.path) from None


def _program(archive: Archive, reading: Reading) -> ExportedProgram:
    record, limits = archive.program, reading.limits
    field = f"models/{archive.model}.json: graph_module"
    try:
        signature = read_signature(record.graph_module)
    except ArchiveError as error:
        raise error.inside(field) from None
    names = [spec.name if spec.kind == "constant_input" else None for spec in signature.inputs]
    module = GraphReader(record.graph_module.graph, reading, f"{field}.graph").read(names)
    values = reading.values
    sorts = values.expressions.sorts
    _note_constants(module, signature, archive)
    _note_stored(module, signature, archive, reading)
    return ExportedProgram(
        path=archive.path,
        graph_module=module,
        signature=signature,
        ranges=read_ranges(record.range_constraints, sorts, limits),
        guards=_guards(archive, signature, _inputs(module, signature), limits),
        hints=MappingProxyType(dict(sorted(values.hints.items()))),
        positive=tuple(sorted(values.expressions.positive)),
        unbound=tuple(reading.unbound),
        unrecorded=tuple(reading.unrecorded),
        node_count=reading.node_count,
        next_unbacked_int=first_fresh("u", [*record.range_constraints, *sorts]),
        next_unbacked_float=first_fresh("zuf", [*record.range_constraints, *sorts]),
        torch_version=record.torch_version,
        archive=archive,
    )


def _note_constants(module: GraphModule, signature: GraphSignature, archive: Archive) -> None:
    """Give one-element lifted constants their value: ``item()`` of them is a plain number."""
    placeholders = module.graph.find_nodes(op="placeholder")
    for spec, node in zip(signature.inputs, placeholders, strict=True):
        recorded = node.meta.get("recorded")
        if spec.kind == "tensor_constant" and spec.target is not None and isinstance(recorded, FakeTensor):
            value = scalar_constant(archive, spec.target, recorded)
            if value is not None:
                node.meta["recorded"] = replace(recorded, constant=value)


def _note_stored(module: GraphModule, signature: GraphSignature, archive: Archive, reading: Reading) -> None:
    """Keep how parameters, buffers and constants are stored where that is not as they are recorded.

    Raises `ArchiveError` for one that is not stored, as PyTorch's verifier does.
    """
    recorded = archive.program.graph_module.graph.tensor_values
    placeholders = module.graph.find_nodes(op="placeholder")
    for index, (spec, node) in enumerate(zip(signature.inputs, placeholders, strict=True)):
        if spec.target is not None and spec.name in recorded:
            if spec.kind in _STORED and archive.payload(spec.target) is None and archive.lists_payloads:
                field = f"models/{archive.model}.json: graph_module.signature.input_specs[{index}]"
                message = f"the {spec.kind.replace('_', ' ')} {spec.target[:60]!a} is not stored in the archive"
                raise ArchiveError(ErrorKind.REFERENCE, field, message)
            stored = stored_otherwise(archive, spec.target, recorded[spec.name], reading.values)
            if stored is not None:
                node.meta["stored"] = stored


def _inputs(module: GraphModule, signature: GraphSignature) -> list[FakeTensor | Scalar | None]:
    """The recorded values of the caller's inputs, in order; None for what has no sizes."""
    placeholders = module.graph.find_nodes(op="placeholder")
    pairs = zip(signature.inputs, placeholders, strict=True)
    values = [node.meta.get("recorded") for spec, node in pairs if spec.kind in ("user_input", "constant_input")]
    return [value if isinstance(value, FakeTensor) or is_scalar(value) else None for value in values]


def _guards(
    archive: Archive, signature: GraphSignature, inputs: list[FakeTensor | Scalar | None], limits: Limits
) -> tuple[Guard | UnreadGuard, ...]:
    code = archive.program.guards_code
    if not code:
        return ()
    call = _call_signature(archive)
    fields = {key: entry.field_names for key, entry in archive.program.graph_module.treespec_namedtuple_fields.items()}
    tree = None if call is None else read_input_tree(call.in_spec, call.forward_arg_names, fields)
    if tree is None or isinstance(tree, str):
        by_name = {spec.name: value for spec, value in zip(signature.user_inputs, inputs, strict=True)}
        # Without a tree the names of the placeholders still say it: xs_0 is L['xs'][0].
        return tuple(read_guard(text, lambda path: by_name.get("_".join(map(str, path))), limits) for text in code)
    resolve = tree.resolve

    def lookup(path: Sequence[Step]) -> FakeTensor | Scalar | None:
        index = resolve(path)
        return inputs[index] if index is not None and index < len(inputs) else None

    return tuple(read_guard(text, lookup, limits) for text in code)


def _call_signature(archive: Archive) -> ModuleCallSignature | None:
    entries = archive.program.graph_module.module_call_graph
    return next((entry.signature for entry in entries if not entry.fqn), None)
