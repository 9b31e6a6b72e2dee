"""What a shape function may ask and say: the one interface between operators and constraints.

The same shape function runs symbolically (terms, a :class:`~refimpl.symbolic_shapes.ShapeEnv` behind it) and
concretely (plain numbers, in the replay of a witness): it never looks behind this interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, Real

__all__ = ["Context", "Quantity", "Value"]

# What a node of a graph can hold, terms unwrapped.
Value: TypeAlias = "FakeTensor | Dim | Cond | Real | str | list[Value] | tuple[Value, ...] | None"


@final
@dataclass(frozen=True, slots=True)
class Quantity:
    """A data-dependent quantity: what it counts or reads, of which view of which version of which storage.

    Two uses of an equal quantity are equal whichever operators use it (congruence). ``arguments`` are the
    operator's own (``sorted``, ``dim``); random and effectful operators have no quantity.
    """

    kind: str
    of: tuple[object, ...]
    arguments: tuple[object, ...] = ()


class Context(Protocol):
    """Questions about, and statements on, the sizes that one node sees."""

    def known(self, condition: Cond) -> bool | None:
        """Whether the contract, the facts and the requirements so far decide the condition, and how.

        Never looks at hints. PyTorch's ``statically_known_true(c)`` and ``guard_or_false(c)`` are
        ``known(c) is True``; ``guard_or_true(c)`` is ``known(c) is not False``.
        """
        ...

    def evident(self, condition: Cond) -> bool | None:
        """Whether it is known without an inference from several conditions.

        What ``statically_known_true`` and ``guard_or_false`` see where data decide the sizes: an operator asks this
        where the expression that it gives depends on it, and ``known`` where only what it requires does.
        """
        ...

    def decide(self, condition: Cond) -> bool:
        """A decision on which sizes, dtype or structure depend; it must be known.

        Raises GuardOnDataDependentSymNode (unbacked symbols) or Undecided (backed ones) otherwise.
        """
        ...

    def layout(self, condition: Cond) -> bool:
        """A specialization: a decision on which only the layout of the result depends (order of strides, contiguity).

        What the contract leaves open is taken from the hints and listed as a specialization; without hints
        (unbacked symbols) it is False, as PyTorch's ``guard_or_false``.
        """
        ...

    def must_state(self, condition: Cond) -> bool:
        """Whether a requirement is to be stated: false of one that is known to hold, whose message need not be made.

        A run that wants to hear every requirement hears also those that earlier ones imply.
        """
        ...

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """A requirement that the operator's kernel enforces. Raises ``error(message)`` if it is known to be false."""
        ...

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """A requirement that tracing defers to run time although the kernel enforces only ``enforced``.

        Raises RuntimeError(message) if it is known to be false.
        """
        ...

    def fact(self, condition: Cond) -> None:
        """Something no eager run violates."""
        ...

    def declare_size(self, size: Dim) -> None:
        """The number is a size: a symbol is size-like from now on, anything else is none the more."""
        ...

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """A fresh unbacked integer with the facts ``low <= u <= high`` and the congruence of its quantity."""
        ...

    def fresh_float(self, quantity: Quantity | None) -> Real:
        """A fresh unbacked float: any value of the dtype, NaN and infinities included."""
        ...

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        """A fresh unbacked boolean, as PyTorch has it: the condition ``Eq(u, 1)`` on a fresh integer."""
        ...

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        """The quantity of that kind of the tensor's present contents."""
        ...

    def mutate(self, tensor: FakeTensor) -> None:
        """The operator writes into the tensor: quantities of what may alias it are new from now on."""
        ...

    @property
    def default_dtype(self) -> DType:
        """The dtype of factories without one."""
        ...
