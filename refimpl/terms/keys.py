"""Ordering texts of bounded length, and the other things every new term is made of."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from refimpl.terms.core import NOTHING_FREE, Free, Scalar, TermTooLargeError

__all__ = ["bounded", "depth_above", "free_of", "key_of", "typed", "union_free"]

MAX_KEY: Final = 160
MAX_DEPTH: Final = 200


def bounded(text: str) -> str:
    """The text itself if it is short, else its beginning and a digest of all of it.

    A term that shares sub-terms has a text exponentially longer than itself; keys made of bounded keys are not.
    """
    if len(text) <= MAX_KEY:
        return text
    return f"{text[:64]}#{blake2b(text.encode(), digest_size=16).hexdigest()}"


def key_of(argument: Scalar) -> str:
    """The ordering text of any scalar."""
    return repr(argument) if isinstance(argument, (int, float)) else argument.key


def free_of(argument: Scalar) -> Free:
    """The symbols that occur in any scalar."""
    return NOTHING_FREE if isinstance(argument, (int, float)) else argument.free


def union_free(args: Sequence[Scalar]) -> Free:
    """The symbols that occur in any of the scalars."""
    result = NOTHING_FREE
    for arg in args:
        more = free_of(arg)
        if not more <= result:
            result = more if not result else result | more
    return result


def depth_above(args: Sequence[Scalar]) -> int:
    """The depth of an application to these arguments; raises TermTooLargeError beyond the bound."""
    depth = 1
    for arg in args:
        if not isinstance(arg, (int, float)) and arg.depth >= depth:
            depth = arg.depth + 1
    if depth > MAX_DEPTH:
        raise TermTooLargeError(f"a term of depth {depth}")
    return depth


def typed(argument: Scalar) -> object:
    """A dictionary key that tells 1, 1.0, -0.0 and True apart."""
    if isinstance(argument, (bool, float)):
        return (type(argument), repr(argument))
    return argument
