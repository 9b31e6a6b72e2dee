"""The immutable lists and dicts that hold the arguments of a node."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NoReturn, TypeVar

__all__ = ["immutable_dict", "immutable_list"]

_T = TypeVar("_T")
_K = TypeVar("_K")
_V = TypeVar("_V")

_HOW_TO_MUTATE = """If you are attempting to modify the kwargs or args of a torch.fx.Node object,
instead create a new copy of it and assign the copy to the node:

    new_args = ...  # copy and mutate args
    node.args = new_args"""


def _no_mutation(self: object) -> NoReturn:
    """Refuse a mutation with the words of ``torch.fx``."""
    raise TypeError(f"{type(self).__name__!r} object does not support mutation. {_HOW_TO_MUTATE}")


class immutable_list(list[_T]):  # noqa: N801 - the name that PyTorch's scripts use
    """A list that raises ``TypeError`` on mutation and hashes like a tuple.

    Source: ``torch.fx.immutable_collections.immutable_list``.
    """

    # Each replacement accepts whatever the method it stands for accepts, and never returns.
    def __delitem__(self, *args: object, **kwargs: object) -> NoReturn:
        _no_mutation(self)

    def __iadd__(self, *args: object, **kwargs: object) -> NoReturn:  # type: ignore[misc]  # it never returns, unlike the plain operator
        _no_mutation(self)

    def __imul__(self, *args: object, **kwargs: object) -> NoReturn:
        _no_mutation(self)

    def __setitem__(self, *args: object, **kwargs: object) -> NoReturn:
        _no_mutation(self)

    def append(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def clear(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def extend(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def insert(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def pop(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def remove(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def reverse(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def sort(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def __hash__(self) -> int:  # type: ignore[override]  # list sets __hash__ to None; immutability makes it sound
        return hash(tuple(self))

    def __reduce__(self) -> tuple[type[immutable_list[_T]], tuple[tuple[_T, ...]]]:
        return (type(self), (tuple(self),))


class immutable_dict(dict[_K, _V]):  # noqa: N801 - the name that PyTorch's scripts use
    """A dict that raises ``TypeError`` on mutation and hashes by its items.

    Source: ``torch.fx.immutable_collections.immutable_dict``.
    """

    def __delitem__(self, *args: object, **kwargs: object) -> NoReturn:
        _no_mutation(self)

    def __ior__(self, *args: object, **kwargs: object) -> NoReturn:  # type: ignore[misc]  # it never returns, unlike the plain operator
        _no_mutation(self)

    def __setitem__(self, *args: object, **kwargs: object) -> NoReturn:
        _no_mutation(self)

    def clear(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def pop(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def popitem(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def setdefault(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def update(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: the collection is immutable (``TypeError``)."""
        _no_mutation(self)

    def __hash__(self) -> int:  # type: ignore[override]  # dict sets __hash__ to None; immutability makes it sound
        items: frozenset[Hashable] = frozenset(self.items())
        return hash(items)

    def __reduce__(self) -> tuple[type[immutable_dict[_K, _V]], tuple[tuple[tuple[_K, _V], ...]]]:
        return (type(self), (tuple(self.items()),))
