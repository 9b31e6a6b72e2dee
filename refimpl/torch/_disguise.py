"""A wrapper whose frames count as those of the function it stands for.

PyTorch looks through the Python stack: it blames the innermost frame outside its own files for an error, and files
guards under it. An observer must not be that frame, so that its code says that it is in the file, at the line and
under the name of what it wraps.
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import Final

__all__ = ["disguised"]

_UNITS: Final = 8  # code units (two bytes each) that one entry of a line table may cover
_NO_COLUMNS: Final = 13  # the kind of entry that gives a line and no columns


def disguised(wrapper: object, original: object) -> object:
    """The wrapper, its code placed where ``original`` is defined; unchanged if that is no Python function."""
    code: object = getattr(original, "__code__", None)
    if not isinstance(code, CodeType) or not isinstance(wrapper, FunctionType):
        return wrapper
    own = wrapper.__code__
    wrapper.__code__ = own.replace(
        co_filename=code.co_filename,
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=code.co_firstlineno,
        co_linetable=_one_line(len(own.co_code) // 2),
    )
    wrapper.__name__ = code.co_name
    wrapper.__qualname__ = code.co_qualname
    wrapper.__module__ = str(getattr(original, "__module__", wrapper.__module__))
    wrapper.__doc__ = getattr(original, "__doc__", None)
    return wrapper


def _one_line(units: int) -> bytes:
    """A line table (Python 3.11 and later) that puts every instruction at the first line."""
    table = bytearray()
    while units > 0:
        covered = min(units, _UNITS)
        table += bytes((0x80 | (_NO_COLUMNS << 3) | (covered - 1), 0))
        units -= covered
    return bytes(table)
