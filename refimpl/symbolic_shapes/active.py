"""Which fake mode is active: set by entering a mode, per thread and per task."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.environment import Checkpoint
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = ["ActiveMode", "ModePoint", "active_mode", "active_shape_env"]

ModePoint: TypeAlias = "tuple[Checkpoint, int]"
"""Where the environment, and the mode's own records, stood when a node began."""


class ActiveMode(Protocol):
    """What symbolic shapes need of a fake mode."""

    @property
    def shape_env(self) -> ShapeEnv:
        """The environment of the mode."""
        ...

    def checkpoint(self) -> ModePoint:
        """A point to roll back to, of the environment and of the mode's own records."""
        ...

    def roll_back(self, point: ModePoint) -> None:
        """Be as at the checkpoint (law ATOM)."""
        ...


active_mode: ContextVar[ActiveMode | None] = ContextVar("active_mode", default=None)


def active_shape_env() -> ShapeEnv | None:
    """The environment of the active mode."""
    mode = active_mode.get()
    return None if mode is None else mode.shape_env
