"""Code that runs in the place of a function and counts as that function's own.

PyTorch looks through the Python stack: it blames the innermost frame outside its own files for an error, and files
guards under it. An observer must not be that frame, so that its code says that it is in the file, at the line and
under the name of what it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from opcode import opmap
from types import CodeType, FunctionType
from typing import Final

__all__ = ["code_for", "lead_code", "stand_in"]

_UNITS: Final = 8  # code units (two bytes each) that one entry of a line table may cover
_NO_COLUMNS: Final = 13  # the kind of entry that gives a line and no columns

_MORE: Final = 0x40  # of a number in an exception table, more bits follow
_ENTRY: Final = 0x80  # it is the first of an entry


def code_for(template: FunctionType, original: object, given: object) -> CodeType:
    """The template's code with ``given`` in the place of ``...``, placed where ``original`` is defined."""
    code: object = getattr(original, "__code__", None)
    own = _placed(template.__code__, code) if isinstance(code, CodeType) else template.__code__
    return own.replace(co_consts=tuple([given if each is ... else each for each in own.co_consts]))


def lead_code(template: FunctionType, original: FunctionType, given: object) -> CodeType:
    """The same for a function that keeps its closure, which is the original's: the template reads none.

    Whoever asks a frame for its variables is told the closure's too, which the code therefore takes over as it begins.
    """
    code, names = code_for(template, original, given), original.__code__.co_freevars
    if not names:
        return code
    begun = bytes((opmap["COPY_FREE_VARS"], len(names))) + code.co_code
    return code.replace(
        co_freevars=names,
        co_code=begun,
        co_linetable=_one_line(len(begun) // 2),
        co_exceptiontable=_one_further(code.co_exceptiontable),
    )


def stand_in(template: object, original: object, given: object) -> FunctionType:
    """A function of this code, which is named and documented as the original is."""
    assert isinstance(template, FunctionType), "a template is a Python function"
    made = FunctionType(code_for(template, original, given), template.__globals__, None, template.__defaults__)
    made.__kwdefaults__ = template.__kwdefaults__
    made.__qualname__ = made.__code__.co_qualname
    made.__module__ = str(getattr(original, "__module__", template.__module__))
    made.__doc__ = getattr(original, "__doc__", None)
    return made


@lru_cache(maxsize=64)
def _placed(own: CodeType, code: CodeType) -> CodeType:
    return own.replace(
        co_filename=code.co_filename,
        co_name=code.co_name,
        co_qualname=code.co_qualname,
        co_firstlineno=code.co_firstlineno,
        co_linetable=_one_line(len(own.co_code) // 2),
    )


def _one_further(handlers: bytes) -> bytes:
    """An exception table (Python 3.11 and later) for code before which one instruction was put.

    An entry is four numbers, of which the first (where it begins) and the third (where its handler is) are places.
    """
    table = bytearray()
    for place, number in enumerate(_numbers(handlers)):
        groups = [*_groups(number + (place % 4 in (0, 2)))]
        table += bytes([each | _MORE for each in groups[:-1]] + groups[-1:])
        if place % 4 == 0:
            table[-len(groups)] |= _ENTRY
    return bytes(table)


def _numbers(table: bytes) -> Iterator[int]:
    number = 0
    for byte in table:
        number = number << 6 | byte & 0x3F
        if not byte & _MORE:
            yield number
            number = 0


def _groups(number: int) -> Iterator[int]:
    """Six bits each, the highest first."""
    if number >> 6:
        yield from _groups(number >> 6)
    yield number & 0x3F


def _one_line(units: int) -> bytes:
    """A line table (Python 3.11 and later) that puts every instruction at the first line."""
    table = bytearray()
    while units > 0:
        covered = min(units, _UNITS)
        table += bytes((0x80 | (_NO_COLUMNS << 3) | (covered - 1), 0))
        units -= covered
    return bytes(table)
