"""Values that hold others, as paths of keys go through them."""

from __future__ import annotations

from refimpl.terms import Dim, symbol

__all__ = ["Sized", "Traceable", "Wrapper"]


class Wrapper:
    """A value with an inner one."""

    def __init__(self, inner: object) -> None:
        self.inner = inner


class Sized:
    """A value whose sizes only its method tells."""

    def size(self) -> tuple[Dim, ...]:
        """``u0`` and 4."""
        return (symbol("u0"), 4)


class Traceable:
    """A wrapper with a size of its own that no key leads to: its inner values bind, in the order that it says."""

    def __init__(self, first: object, second: object) -> None:
        self.first, self.second = first, second

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        return ["second", "first"], None

    def size(self) -> object:
        """What stands first."""
        return self.first

    def storage_offset(self) -> int:
        """No offset."""
        return 0
