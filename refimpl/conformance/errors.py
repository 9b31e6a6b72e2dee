"""What is wrong with a vector, a message or a waiver: the file and the field, in one sentence."""

from __future__ import annotations

from typing import final

__all__ = ["FormatError"]


@final
class FormatError(ValueError):
    """JSON that is not what the format says. ``file`` names where it came from, ``field`` the place in it."""

    def __init__(self, file: str, field: str, message: str) -> None:
        super().__init__(": ".join(part for part in (file, field, message) if part))
        self.file = file
        self.field = field
        self.message = message
