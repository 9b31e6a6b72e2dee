"""Which data-dependent quantities are the same: by storage, version and view, never by Python object."""

from __future__ import annotations

from typing import TypeAlias, final

from refimpl.fake_tensor.context import Quantity
from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.terms import Cond, Dim, Real

__all__ = ["Quantities"]

_Under: TypeAlias = tuple[Cond, ...]
_Undo: TypeAlias = "tuple[Storage, int] | Quantity | int"


@final
class Quantities:
    """Versions of storages and the symbols that stand for quantities.

    Inputs may alias each other, so that a write into one is a write into all (``_inputs`` counts those).
    """

    __slots__ = ("_floats", "_inputs", "_symbols", "_undo")

    def __init__(self) -> None:
        self._inputs = 0
        self._symbols: dict[Quantity, list[tuple[Dim, _Under]]] = {}
        self._floats: dict[Quantity, list[Real]] = {}
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

    def earlier(self, quantity: Quantity) -> tuple[tuple[Dim, _Under], ...]:
        """One symbol that stood for the quantity before, with the predicates under which it was read.

        Those of an enclosing scope come alone; one read in a branch that has ended holds under its predicates.
        """
        return tuple(self._symbols.get(quantity, ())[-1:])

    def recall(self, quantity: Quantity | None, predicates: _Under) -> Dim | None:
        """The symbol of an earlier use that the present scope sees."""
        if quantity is None:
            return None
        for term, under in reversed(self._symbols.get(quantity, ())):
            if predicates[: len(under)] == under:
                return term
        return None

    def remember(self, quantity: Quantity, term: Dim, predicates: _Under) -> None:
        """The symbol stands for the quantity."""
        self._symbols.setdefault(quantity, []).append((term, predicates))
        self._undo.append(quantity)

    def recall_float(self, quantity: Quantity | None) -> Real | None:
        """The float symbol of an earlier use."""
        found = self._floats.get(quantity) if quantity is not None else None
        return found[-1] if found else None

    def remember_float(self, quantity: Quantity, term: Real) -> None:
        """The float symbol stands for the quantity."""
        self._floats.setdefault(quantity, []).append(term)
        self._undo.append(quantity)

    def mark(self) -> int:
        """A point to roll back to."""
        return len(self._undo)

    def roll_back(self, mark: object) -> None:
        """Undo mutations and uses since the mark."""
        while isinstance(mark, int) and len(self._undo) > mark:
            match self._undo.pop():
                case int(count):
                    self._inputs = count
                case (storage, version):
                    storage.version = version
                case Quantity() as quantity:
                    table = self._floats if quantity in self._floats else self._symbols
                    table[quantity].pop()
