"""A context for one node at a time: what the archive's ranges, asserts and hints say, nothing of any other node."""

from __future__ import annotations

from refimpl.fake_tensor.context import Quantity
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Bounds, Cond, Dim, Real, Scalar, eq, evaluate, float_symbol, ge, le, symbol
from refimpl.terms.evaluate import Undefined

__all__ = ["RecordedContext"]


class RecordedContext:
    """Implements ``Context`` over :class:`Bounds`; fresh symbols are called ``f0``, ``f1``, ..."""

    def __init__(self, hints: dict[str, int | float | bool]) -> None:
        self.bounds = Bounds()
        self.hints = hints
        self.conditions: list[Cond] = []
        self.fresh: list[str] = []

    def learn(self, condition: Cond) -> None:
        """Assume a condition from now on."""
        if not isinstance(condition, bool):
            self.bounds.assume(condition)
            self.conditions.append(condition)

    def known(self, condition: Cond) -> bool | None:
        """What the assumptions decide."""
        return condition if isinstance(condition, bool) else self.bounds.known(condition)

    def evident(self, condition: Cond) -> bool | None:
        """What the assumptions decide."""
        return self.known(condition)

    def must_state(self, condition: Cond) -> bool:
        """What the assumptions do not imply."""
        return self.known(condition) is not True

    def hint(self, condition: Scalar) -> int | float | bool | None:
        """The value for the example inputs."""
        try:
            return evaluate(condition, self.hints)
        except Undefined:
            return None

    def decide(self, condition: Cond) -> bool:
        """Known, or else as the hints have it."""
        known = self.known(condition)
        if known is None:
            hint = self.hint(condition)
            if hint is None:
                raise RuntimeError(f"GuardOnDataDependentSymNode: {condition}")
            known = bool(hint)
        return known

    def layout(self, condition: Cond) -> bool:
        """Known, or else as the hints have it, or False."""
        known = self.known(condition)
        return bool(self.hint(condition)) if known is None else known

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """Refuse what is known to fail, assume the rest."""
        if self.known(condition) is False:
            raise error(message)
        self.learn(condition)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """Refuse what is known to fail, assume the rest."""
        self.require(condition, message)

    def fact(self, condition: Cond) -> None:
        """Facts of fresh symbols must not pin them: the comparison finds out what they stand for."""

    def declare_size(self, size: Dim) -> None:
        """No decision looks at it."""

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """A symbol ``fN`` in its range."""
        made = symbol(f"f{len(self.fresh)}")
        self.fresh.append(f"f{len(self.fresh)}")
        if low is not None:
            self.learn(ge(made, low))
        if high is not None:
            self.learn(le(made, high))
        return made

    def fresh_float(self, quantity: Quantity | None) -> Real:
        """A float symbol ``fN``."""
        self.fresh.append(f"f{len(self.fresh)}")
        return float_symbol(self.fresh[-1])

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        """A condition on a fresh integer."""
        return eq(self.fresh_int(0, 1, quantity), 1)

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        """A quantity of the tensor's storage."""
        return Quantity(kind, (id(tensor.storage),), arguments)

    def mutate(self, tensor: FakeTensor) -> None:
        """Each node is looked at by itself: nothing to record."""

    @property
    def default_dtype(self) -> DType:
        """PyTorch's default."""
        return DType.float32
