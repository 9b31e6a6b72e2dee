"""Reading archives of ``torch.export.save``, without PyTorch and without running anything that they contain."""

from refimpl.export._graph_reader import UnboundSymbol
from refimpl.export._values import CustomObject, Recorded
from refimpl.export.archive import Archive, read_archive
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.guards import Guard, UnreadGuard
from refimpl.export.limits import Limits
from refimpl.export.program import ExportedProgram, load
from refimpl.export.ranges import SymbolRange
from refimpl.export.signature import GraphSignature, InputSpec, OutputSpec
from refimpl.export.targets import UnknownTarget

__all__ = [
    "Archive", "ArchiveError", "CustomObject", "ErrorKind", "ExportedProgram", "GraphSignature", "Guard", "InputSpec",
    "Limits", "OutputSpec", "Recorded", "SymbolRange", "UnboundSymbol", "UnknownTarget", "UnreadGuard", "load",
    "read_archive",
]  # fmt: skip
