"""Reading archives of ``torch.export.save``, without PyTorch and without running anything that they contain."""

from refimpl.export.archive import Archive, read_archive
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.limits import Limits

__all__ = ["Archive", "ArchiveError", "ErrorKind", "Limits", "read_archive"]
