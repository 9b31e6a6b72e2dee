"""Python's operators on a proxy: each records the function of ``operator`` that it stands for."""

# Typeshed leaves some functions of `operator` without types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.fx.proxy import Proxy

__all__ = ["ProxyOperators"]


class ProxyOperators:
    """The operators of ``Proxy``; an augmented assignment records the plain operator."""

    @abstractmethod
    def _record(self, function: Callable[..., object], args: tuple[object, ...]) -> Proxy:
        """The proxy of a new ``call_function`` node."""

    # Equality records a node, so identity is what a proxy hashes by.
    def __hash__(self) -> int:
        return object.__hash__(self)

    def __eq__(self, other: object) -> Proxy:  # type: ignore[override]  # recorded, not decided
        return self._record(operator.eq, (self, other))

    def __ne__(self, other: object) -> Proxy:  # type: ignore[override]  # recorded, not decided
        return self._record(operator.ne, (self, other))

    def __lt__(self, other: object) -> Proxy:
        return self._record(operator.lt, (self, other))

    def __gt__(self, other: object) -> Proxy:
        return self._record(operator.gt, (self, other))

    def __le__(self, other: object) -> Proxy:
        return self._record(operator.le, (self, other))

    def __ge__(self, other: object) -> Proxy:
        return self._record(operator.ge, (self, other))

    def __pos__(self) -> Proxy:
        return self._record(operator.pos, (self,))

    def __neg__(self) -> Proxy:
        return self._record(operator.neg, (self,))

    def __invert__(self) -> Proxy:
        return self._record(operator.invert, (self,))

    def __abs__(self) -> Proxy:
        return self._record(operator.abs, (self,))

    def __getitem__(self, key: object) -> Proxy:
        return self._record(operator.getitem, (self, key))

    def __pow__(self, *others: object) -> Proxy:
        return self._record(operator.pow, (self, *others))

    def __rpow__(self, other: object) -> Proxy:
        return self._record(operator.pow, (other, self))

    def __add__(self, other: object) -> Proxy:
        return self._record(operator.add, (self, other))

    def __radd__(self, other: object) -> Proxy:
        return self._record(operator.add, (other, self))

    def __sub__(self, other: object) -> Proxy:
        return self._record(operator.sub, (self, other))

    def __rsub__(self, other: object) -> Proxy:
        return self._record(operator.sub, (other, self))

    def __mul__(self, other: object) -> Proxy:
        return self._record(operator.mul, (self, other))

    def __rmul__(self, other: object) -> Proxy:
        return self._record(operator.mul, (other, self))

    def __floordiv__(self, other: object) -> Proxy:
        return self._record(operator.floordiv, (self, other))

    def __rfloordiv__(self, other: object) -> Proxy:
        return self._record(operator.floordiv, (other, self))

    def __truediv__(self, other: object) -> Proxy:
        return self._record(operator.truediv, (self, other))

    def __rtruediv__(self, other: object) -> Proxy:
        return self._record(operator.truediv, (other, self))

    def __mod__(self, other: object) -> Proxy:
        return self._record(operator.mod, (self, other))

    def __rmod__(self, other: object) -> Proxy:
        return self._record(operator.mod, (other, self))

    def __lshift__(self, other: object) -> Proxy:
        return self._record(operator.lshift, (self, other))

    def __rlshift__(self, other: object) -> Proxy:
        return self._record(operator.lshift, (other, self))

    def __rshift__(self, other: object) -> Proxy:
        return self._record(operator.rshift, (self, other))

    def __rrshift__(self, other: object) -> Proxy:
        return self._record(operator.rshift, (other, self))

    def __and__(self, other: object) -> Proxy:
        return self._record(operator.and_, (self, other))

    def __rand__(self, other: object) -> Proxy:
        return self._record(operator.and_, (other, self))

    def __or__(self, other: object) -> Proxy:
        return self._record(operator.or_, (self, other))

    def __ror__(self, other: object) -> Proxy:
        return self._record(operator.or_, (other, self))

    def __xor__(self, other: object) -> Proxy:
        return self._record(operator.xor, (self, other))

    def __rxor__(self, other: object) -> Proxy:
        return self._record(operator.xor, (other, self))

    def __matmul__(self, other: object) -> Proxy:
        return self._record(operator.matmul, (self, other))

    def __rmatmul__(self, other: object) -> Proxy:
        return self._record(operator.matmul, (other, self))
