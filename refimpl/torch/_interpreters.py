"""What is known of an interpreter of PyTorch or of the program: where it runs its nodes, and whether it rebinds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from refimpl.torch._hooks import PROPAGATING

__all__ = ["environment_of", "is_own", "is_propagating"]


class _Root(Protocol):
    """What the three interpreters know of their mode."""

    _mode: object
    fake_mode: object


def is_own(interpreter: object) -> bool:
    """Whether no watched method says how a node runs: a class of the program does, or one of PyTorch lost its own."""
    kind = type(interpreter)
    running = next(each for each in kind.__mro__ if "run_node" in vars(each))
    if (running.__module__, running.__name__) in PROPAGATING:
        return False
    return not kind.__module__.startswith("torch.") or is_propagating(kind, PROPAGATING)


def is_propagating(kind: type[object], classes: Sequence[tuple[str, str]]) -> bool:
    """Whether it is, or comes from, one of the classes, each a module and a name."""
    return any((each.__module__, each.__name__) in classes for each in kind.__mro__)


def environment_of(interpreter: object, inputs: object = None) -> object:
    """The environment in which an interpreter runs its nodes on these inputs; None if there is none."""
    known = cast("_Root", interpreter)  # PyTorch is not there when types are checked
    for name in ("_mode", "fake_mode"):
        if name in vars(interpreter):
            mode: object = getattr(known, name)
            return getattr(mode, "shape_env", None)
    guards = sys.modules["torch._guards"]
    detect = cast("Callable[[object], object]", getattr(guards, "detect_fake_mode"))  # noqa: B009 - see above
    try:
        mode = detect(inputs)
    except AssertionError:  # several fake modes are active: the run itself will say so
        return None
    return getattr(mode, "shape_env", None)
