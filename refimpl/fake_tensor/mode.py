"""``FakeTensorMode``: operators run on fake tensors, over one environment."""

from __future__ import annotations

from contextvars import Token
from typing import Literal, final

from refimpl.fake_tensor.context import Quantity, Value
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.quantities import Quantities
from refimpl.fake_tensor.subgraphs import Subgraphs
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.symbolic_shapes.active import ActiveMode, ModePoint, active_mode
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.sym_node import wrap as wrap_scalar
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Real,
    Scalar,
    Sort,
    Symbol,
    eq,
    float_eq,
    float_ne,
    ge,
    land,
    le,
    lnot,
    lor,
    of_atom,
    to_dim,
    to_real,
)

__all__ = ["FakeTensorMode", "current_mode", "detect_fake_mode"]

LARGEST_SIZE = 2**63 - 2
"""The largest size, stride, offset or number of elements (all that machine integers are assumed to reach)."""


@final
class FakeTensorMode:
    """Runs operators on fake tensors; the symbolic implementation of :class:`Context`.

    A context manager: within it, operators and ``PropagateUnbackedSymInts`` find it. A quantity that was used
    before (``nonzero`` of the same unmutated mask) gets, with ``congruence="fresh"``, a symbol of its own and the
    logged fact that both are equal; with ``"memo"`` the same symbol again, as PyTorch's memo gives it.
    """

    def __init__(
        self,
        shape_env: ShapeEnv | None = None,
        *,
        congruence: Literal["fresh", "memo"] = "fresh",
        default_dtype: DType = DType.float32,
    ) -> None:
        self._env = ShapeEnv() if shape_env is None else shape_env
        self._default_dtype = default_dtype
        self._quantities = Quantities()
        self._subgraphs: Subgraphs | None = None
        self._memo = congruence == "memo"
        self._tokens: list[Token[ActiveMode | None]] = []

    @property
    def shape_env(self) -> ShapeEnv:
        """The environment."""
        return self._env

    @property
    def default_dtype(self) -> DType:
        """The dtype of factories without one."""
        return self._default_dtype

    @property
    def subgraphs(self) -> Subgraphs:
        """Runs sub-graphs, for higher-order operators."""
        if self._subgraphs is None:
            self._subgraphs = Subgraphs(self._env, self._quantities)
        return self._subgraphs

    def __enter__(self) -> FakeTensorMode:
        self._tokens.append(active_mode.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        active_mode.reset(self._tokens.pop())

    # -- questions --

    def known(self, condition: Cond) -> bool | None:
        """Whether the constraints decide the condition, and how; hints are not looked at."""
        return condition if isinstance(condition, bool) else self._env.known(condition)

    def evident(self, condition: Cond) -> bool | None:
        """Whether PyTorch's static evaluation decides the condition, and how."""
        return condition if isinstance(condition, bool) else self._env.evident(condition)

    def decide(self, condition: Cond) -> bool:
        """A decision on sizes, dtype or structure; see :meth:`ShapeEnv.evaluate` for what it raises."""
        return condition if isinstance(condition, bool) else self._env.evaluate(condition)

    def layout(self, condition: Cond) -> bool:
        """A decision on layout: known, else from the hints and listed, else False."""
        answer = self.known(condition)
        if answer is not None:
            return answer
        hint = self._env.hint(condition)
        if not isinstance(hint, bool):
            return False
        self._env.specialize(condition if hint else lnot(condition), self._env.hint_text(condition))
        return hint

    def must_state(self, condition: Cond) -> bool:
        """Whether a requirement is to be stated: it is not known to hold, or all are to be stated."""
        if condition is True:
            return False
        return self._env.states_known or self.known(condition) is not True

    # -- statements --

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """A requirement that the kernel enforces; raises ``error(message)`` if it is known to be false."""
        if condition is not True:
            self._env.require(condition, message, error)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """A requirement deferred to run time of which the kernel enforces only ``enforced``."""
        if condition is not True:
            self._env.require(condition, message, RuntimeError, enforced)

    def fact(self, condition: Cond) -> None:
        """Something no eager run violates."""
        self._env.fact(condition)

    def declare_size(self, size: Dim) -> None:
        """A symbol is size-like from now on, under the name that the graph has for it."""
        resolved = self._env.resolve(size)
        if isinstance(resolved, IntTerm) and resolved.symbol is not None:
            self._env.size_like[resolved.symbol] = None

    def mutate(self, tensor: FakeTensor) -> None:
        """The operator writes into the tensor: quantities of what may alias it are new from now on."""
        self._quantities.mutate(tensor.storage)

    # -- data-dependent results --

    def quantity(self, kind: str, tensor: FakeTensor, *arguments: object) -> Quantity:
        """The quantity of that kind of the tensor's present contents."""
        return self._quantities.of(kind, tensor, arguments)

    def fresh_int(self, low: int | None, high: Dim | None, quantity: Quantity | None) -> Dim:
        """A fresh unbacked integer with the facts ``low <= u <= high`` and the congruence of its quantity.

        A symbolic ``high`` is a fact but no knowledge: decisions see, as PyTorch does, only a constant bound.
        """
        env = self._env
        if self._memo and (earlier := self._quantities.recall(quantity, env.predicates)) is not None:
            return to_dim(env.in_old_names(earlier))
        symbol = env.fresh(Sort.INT)
        term = of_atom(symbol)
        if low is not None:
            env.fact(ge(term, low))
        if high is not None:
            if not isinstance(high, int):
                env.state(le(term, high))
                high = LARGEST_SIZE
            env.fact(le(term, high))
        if low is not None and low >= 0 and (quantity is None or quantity.kind != "item"):
            env.size_like[symbol] = None
        self._congruent(quantity, term)
        return term

    def fresh_float(self, quantity: Quantity | None) -> Real:
        """A fresh unbacked float: any double, with the congruence of its quantity (NaN equal to itself)."""
        env = self._env
        if self._memo and (earlier := self._quantities.recall(quantity, env.predicates)) is not None:
            return to_real(env.in_old_names(earlier))
        symbol = env.fresh(Sort.FLOAT)
        self._congruent(quantity, symbol)
        return symbol

    def fresh_bool(self, quantity: Quantity | None) -> Cond:
        """A fresh unbacked boolean: the condition ``Eq(u, 1)`` on a fresh integer in [0, 1]."""
        env = self._env
        if self._memo and (earlier := self._quantities.recall(quantity, env.predicates)) is not None:
            return eq(to_dim(env.in_old_names(earlier)), 1)
        term = of_atom(env.fresh(Sort.INT))
        env.fact(ge(term, 0))
        env.fact(le(term, 1))
        self._congruent(quantity, term)
        return eq(term, 1)

    def _congruent(self, quantity: Quantity | None, term: IntTerm | Symbol) -> None:
        """Equate a new symbol with those that stood for its quantity before."""
        if quantity is None:
            return
        env = self._env
        predicates = env.predicates
        for earlier, under in self._quantities.earlier(quantity, predicates):
            outside = [lnot(predicate) for predicate in under if predicate not in predicates]
            env.fact(lor(_same(term, env.in_old_names(earlier)), *outside))
        self._quantities.remember(quantity, term, predicates)

    # -- results --

    def wrap(self, value: Value) -> object:
        """The result as the graph sees it: terms become symbolic numbers, fake tensors stay."""
        if isinstance(value, FakeTensor) or value is None or isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return tuple([self.wrap(item) for item in value])
        if isinstance(value, list):
            return [self.wrap(item) for item in value]
        return wrap_scalar(value, self._env)

    # -- law ATOM --

    def checkpoint(self) -> ModePoint:
        """The point to which ``roll_back`` returns."""
        return self._env.checkpoint(), self._quantities.mark()

    def roll_back(self, point: ModePoint) -> None:
        """Be as at the checkpoint."""
        environment, quantities = point
        self._env.roll_back(environment)
        self._quantities.roll_back(quantities)


def _same(term: IntTerm | Symbol, other: Scalar) -> Cond:
    """Equality as values: NaN equals NaN."""
    if isinstance(term, IntTerm):
        return eq(term, to_dim(other))
    real = to_real(other)
    return lor(float_eq(term, real), land(float_ne(term, term), float_ne(real, real)))


def current_mode() -> FakeTensorMode | None:
    """The mode entered last, in this thread or task."""
    mode = active_mode.get()
    return mode if isinstance(mode, FakeTensorMode) else None


def detect_fake_mode(inputs: object = None) -> FakeTensorMode | None:
    """The active mode. Source: ``torch._guards.detect_fake_mode``."""
    return current_mode()
