"""Which data-dependent quantities are the same: by storage, version and view, never by Python object."""

from __future__ import annotations

from typing import TypeAlias, final

from refimpl.fake_tensor.context import Quantity
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.symbolic_shapes.events import Under
from refimpl.terms import Scalar, lnot

__all__ = ["Quantities", "Use"]

Use: TypeAlias = tuple[Scalar, Under]
"""The symbol that stood for a quantity, and the predicates of the branches in which it was read."""

_Undo: TypeAlias = "tuple[Storage, int] | Quantity | int"


@final
class Quantities:
    """Versions of storages and the symbols that stand for quantities.

    Inputs may alias each other, so that a write into one is a write into all (``_inputs`` counts those).
    """

    __slots__ = ("_inputs", "_undo", "_uses")

    def __init__(self) -> None:
        self._inputs = 0
        self._uses: dict[Quantity, list[Use]] = {}
        self._undo: list[_Undo] = []

    def of(self, kind: str, tensor: FakeTensor, arguments: tuple[object, ...]) -> Quantity:
        """The quantity of a view of the present version of a storage."""
        storage = tensor.storage
        inputs = self._inputs if storage.is_input else -1
        view = (storage, storage.version, inputs, tensor.sizes, tensor.strides, tensor.offset, tensor.dtype)
        return Quantity(kind, view, arguments)

    def mutate(self, storage: Storage) -> None:
        """The contents of the storage change."""
        self._undo.append((storage, storage.version))
        storage.version += 1
        if storage.is_input:
            self._undo.append(self._inputs)
            self._inputs += 1

    def earlier(self, quantity: Quantity, predicates: Under) -> tuple[Use, ...]:
        """The uses that a new one is to be equated with.

        The last one that the present scope sees, which is equated with those before it; if it sees none, the last
        one of each branch that has ended and does not exclude the present one.
        """
        uses = self._uses.get(quantity)
        if not uses:
            return ()
        seen = self._visible(uses, predicates)
        if seen is not None:
            return (seen,)
        ended = {under: term for term, under in uses if all(lnot(predicate) not in predicates for predicate in under)}
        return tuple([(term, under) for under, term in ended.items()])

    def recall(self, quantity: Quantity | None, predicates: Under) -> Scalar | None:
        """The symbol of the last use that the present scope sees."""
        seen = None if quantity is None else self._visible(self._uses.get(quantity, []), predicates)
        return None if seen is None else seen[0]

    def remember(self, quantity: Quantity, term: Scalar, predicates: Under) -> None:
        """The symbol stands for the quantity."""
        self._uses.setdefault(quantity, []).append((term, predicates))
        self._undo.append(quantity)

    def mark(self) -> int:
        """A point to roll back to."""
        return len(self._undo)

    def roll_back(self, mark: int) -> None:
        """Undo mutations and uses since the mark."""
        while len(self._undo) > mark:
            match self._undo.pop():
                case int(count):
                    self._inputs = count
                case (storage, version):
                    storage.version = version
                case Quantity() as quantity:
                    self._uses[quantity].pop()

    @staticmethod
    def _visible(uses: list[Use], predicates: Under) -> Use | None:
        return next((use for use in reversed(uses) if predicates[: len(use[1])] == use[1]), None)
