"""Rebinding scenarios that run under PyTorch and under refimpl, and what each observes, as text."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from refimpl import symbolic_shapes as ours
from refimpl.terms import IntTerm, Symbol, to_dim

__all__ = ["SCENARIOS", "OurSubject", "Subject", "TorchSubject", "observe"]


class Subject(Protocol):
    """The few calls that differ in form between the two implementations."""

    def unbacked(self, low: int | None, high: int | None) -> object:
        """A fresh symbolic integer in a range."""
        ...

    def backed(self, hint: int) -> object:
        """A symbolic integer with a hint, at least 2."""
        ...

    def boolean(self) -> object:
        """A fresh symbolic boolean."""
        ...

    def check_equal(self, left: object, right: object) -> None:
        """``torch._check(left == right)``."""
        ...

    def divide_by(self, divisor: object) -> object:
        """The key ``DivideByKey(divisor)``."""
        ...

    def convert(self) -> object:
        """The key ``ConvertIntKey()``."""
        ...

    def rebind(self, pairs: list[tuple[object, tuple[object, ...], object]]) -> None:
        """``rebind_unbacked`` on a node with a tuple result: (old, keys, value) for each element."""
        ...

    def range_of(self, number: object) -> str:
        """The range of a symbolic integer's own symbol."""
        ...

    def equal(self, left: object, right: object) -> bool:
        """Whether equality is known afterwards."""
        ...

    def renamings(self) -> str:
        """``unbacked_renamings`` as text."""
        ...

    def linear(self, number: object, factor: int, summand: int) -> object:
        """``number * factor + summand``."""
        ...


class TorchSubject:
    """PyTorch's own symbolic shapes."""

    def __init__(self) -> None:
        self.torch = importlib.import_module("torch")
        self.ss = importlib.import_module("torch.fx.experimental.symbolic_shapes")
        self.pytree = importlib.import_module("torch.utils._pytree")
        self.sources = importlib.import_module("torch._dynamo.source")
        self.env = self.ss.ShapeEnv()

    def unbacked(self, low: int | None, high: int | None) -> object:
        u = self.env.create_unbacked_symint()
        limit = importlib.import_module("torch.utils._sympy.numbers").int_oo
        if low is not None or high is not None:
            self.env.constrain_symbol_range(
                u.node.expr, -limit if low is None else low, limit if high is None else high
            )
        return u

    def backed(self, hint: int) -> object:
        source = self.sources.ConstantSource(f"x{hint}")
        symbol = self.env.create_symbol(hint, source=source, dynamic_dim=self.ss.DimDynamic.DYNAMIC)
        return self.env.create_symintnode(symbol, hint=hint, source=source)

    def boolean(self) -> object:
        return self.env.create_unbacked_symbool()

    def check_equal(self, left: object, right: object) -> None:
        self.torch._check(left == right)

    def divide_by(self, divisor: object) -> object:
        return self.ss.DivideByKey(divisor)

    def convert(self) -> object:
        return self.ss.ConvertIntKey()

    def rebind(self, pairs: list[tuple[object, tuple[object, ...], object]]) -> None:
        bindings: dict[object, tuple[object, ...]] = {
            _expr(old): (self.pytree.SequenceKey(i), *keys) for i, (old, keys, _) in enumerate(pairs)
        }
        node = _Node("call_function", "t", {"unbacked_bindings": bindings})
        self.ss.rebind_unbacked(self.env, node, tuple(value for _, _, value in pairs))

    def range_of(self, number: object) -> str:
        found = self.env.var_to_range[_expr(number)]
        low, high = str(found.lower), str(found.upper)
        return f"[{'-inf' if 'int_oo' in low else low}, {'inf' if 'int_oo' in high else high}]"

    def equal(self, left: object, right: object) -> bool:
        answer: bool = self.ss.statically_known_true(left == right)
        return answer

    def linear(self, number: object, factor: int, summand: int) -> object:
        return importlib.import_module("operator").mul(number, factor) + summand

    def renamings(self) -> str:
        return str({str(k): str(v) for k, v in self.env.unbacked_renamings.items()})


class OurSubject:
    """This project's symbolic shapes under a profile."""

    def __init__(self, profile: ours.Profile) -> None:
        self.env = ours.ShapeEnv(profile=profile)

    def unbacked(self, low: int | None, high: int | None) -> object:
        u = self.env.create_unbacked_symint()
        if low is not None or high is not None:
            self.env.constrain_symbol_range(_symbol(u), low, high)
        return u

    def backed(self, hint: int) -> object:
        return self.env.create_symintnode(self.env.create_symbol(hint))

    def boolean(self) -> object:
        return self.env.create_unbacked_symbool()

    def check_equal(self, left: object, right: object) -> None:
        condition = left == right
        assert isinstance(condition, (bool, ours.SymBool))
        ours.expect_true(condition)

    def divide_by(self, divisor: object) -> object:
        return ours.DivideByKey(divisor)

    def convert(self) -> object:
        return ours.ConvertIntKey()

    def rebind(self, pairs: list[tuple[object, tuple[object, ...], object]]) -> None:
        bindings: dict[object, tuple[object, ...]] = {
            _symbol(old): (ours.SequenceKey(i), *keys) for i, (old, keys, _) in enumerate(pairs)
        }
        node = _Node("call_function", "t", {"unbacked_bindings": bindings})
        ours.rebind_unbacked(self.env, node, tuple(value for _, _, value in pairs))

    def range_of(self, number: object) -> str:
        assert isinstance(number, ours.SymInt)
        found = self.env.bound(to_dim(number.raw))
        return f"[{'-inf' if found.low is None else found.low}, {'inf' if found.high is None else found.high}]"

    def equal(self, left: object, right: object) -> bool:
        condition = left == right
        assert isinstance(condition, (bool, ours.SymBool))
        return ours.statically_known_true(condition)

    def linear(self, number: object, factor: int, summand: int) -> object:
        assert isinstance(number, ours.SymInt)
        return number * factor + summand

    def renamings(self) -> str:
        return str({fresh.name: old.name for fresh, old in self.env.unbacked_renamings.items()})


@dataclass
class _Node:
    op: str
    target: str
    meta: dict[str, object]


def _expr(number: object) -> object:
    """PyTorch's own symbol of a symbolic integer."""
    node: object = getattr(number, "node")  # noqa: B009 - of an object without types
    found: object = getattr(node, "_expr")  # noqa: B009 - as above
    return found


def _symbol(number: object) -> Symbol:
    assert isinstance(number, ours.SymInt)
    assert isinstance(number.raw, IntTerm)
    symbol = number.raw.symbol
    assert symbol is not None
    return symbol


@dataclass
class _Seen:
    """What a scenario shows."""

    lines: list[str] = field(default_factory=list[str])

    def note(self, name: str, value: object) -> None:
        """One observation."""
        self.lines.append(f"{name}: {value}")


Scenario = Callable[[Subject, _Seen], None]
SCENARIOS: dict[str, Scenario] = {}


def _scenario(function: Scenario) -> Scenario:
    SCENARIOS[function.__name__] = function
    return function


def observe(name: str, subject: Subject) -> list[str]:
    """Run a scenario; the lines it notes, and the error that ended it."""
    seen = _Seen()
    try:
        SCENARIOS[name](subject, seen)
    except (AssertionError, RuntimeError) as error:
        seen.note("raised", f"{type(error).__name__}: {str(error).splitlines()[0]}")
    return seen.lines


def _rebind_one(
    subject: Subject, seen: _Seen, old: object, value: object, keys: tuple[object, ...] = (), *, fresh: object = None
) -> None:
    subject.rebind([(old, keys, value)])
    seen.note("renamings", subject.renamings())
    seen.note("old", subject.range_of(old))
    if fresh is not None:
        seen.note("fresh", subject.range_of(fresh))
    seen.note("equal", subject.equal(old, value))


@_scenario
def fresh_symbol(subject: Subject, seen: _Seen) -> None:
    """A fresh symbol without bounds; the old one has some."""
    old, fresh = subject.unbacked(0, 10), subject.unbacked(None, None)
    _rebind_one(subject, seen, old, fresh, fresh=fresh)


@_scenario
def fresh_symbol_with_other_bounds(subject: Subject, seen: _Seen) -> None:
    """Both symbols have bounds; the intersection stays."""
    old, fresh = subject.unbacked(0, 10), subject.unbacked(3, 20)
    _rebind_one(subject, seen, old, fresh, fresh=fresh)


@_scenario
def constant(subject: Subject, seen: _Seen) -> None:
    """A constant among the old symbol's values."""
    _rebind_one(subject, seen, subject.unbacked(0, 10), 7)


@_scenario
def constant_outside(subject: Subject, seen: _Seen) -> None:
    """A constant that the old symbol cannot be."""
    _rebind_one(subject, seen, subject.unbacked(0, 10), 11)


@_scenario
def constant_of_another_sort(subject: Subject, seen: _Seen) -> None:
    """A float for an integer symbol."""
    old = subject.unbacked(0, 10)
    subject.rebind([(old, (), 2.5)])
    seen.note("old", subject.range_of(old))


@_scenario
def backed_symbol(subject: Subject, seen: _Seen) -> None:
    """A backed symbol."""
    _rebind_one(subject, seen, subject.unbacked(0, 10), subject.backed(5))


@_scenario
def backed_expression(subject: Subject, seen: _Seen) -> None:
    """An expression over backed symbols."""
    size = subject.backed(5)
    _rebind_one(subject, seen, subject.unbacked(0, 10), subject.linear(size, 2, 1))


@_scenario
def derived_expression(subject: Subject, seen: _Seen) -> None:
    """An expression over an unbacked symbol."""
    other = subject.unbacked(0, 3)
    _rebind_one(subject, seen, subject.unbacked(0, 10), subject.linear(other, 1, 1))


@_scenario
def the_symbol_itself(subject: Subject, seen: _Seen) -> None:
    """The value already is the old symbol."""
    old = subject.unbacked(0, 10)
    _rebind_one(subject, seen, old, old)


@_scenario
def replaced_by_constant(subject: Subject, seen: _Seen) -> None:
    """A fresh symbol that a check has made a constant."""
    old, fresh = subject.unbacked(0, 10), subject.unbacked(None, None)
    subject.check_equal(fresh, 4)
    _rebind_one(subject, seen, old, fresh, fresh=fresh)


@_scenario
def replaced_by_backed(subject: Subject, seen: _Seen) -> None:
    """A fresh symbol that a check has made equal to a backed one."""
    old, fresh, size = subject.unbacked(0, 10), subject.unbacked(None, None), subject.backed(5)
    subject.check_equal(fresh, size)
    _rebind_one(subject, seen, old, fresh)
    seen.note("old is the size", subject.equal(old, size))


@_scenario
def bound_twice(subject: Subject, seen: _Seen) -> None:
    """One fresh symbol under two old names, at two nodes."""
    first, second, fresh = subject.unbacked(0, 10), subject.unbacked(5, 20), subject.unbacked(None, None)
    _rebind_one(subject, seen, first, fresh)
    _rebind_one(subject, seen, second, fresh)


@_scenario
def boolean(subject: Subject, seen: _Seen) -> None:
    """The integer form of a fresh boolean."""
    old, fresh = subject.unbacked(0, 1), subject.boolean()
    subject.rebind([(old, (subject.convert(),), fresh)])
    seen.note("renamings", subject.renamings())
    seen.note("old", subject.range_of(old))


@_scenario
def exact_quotient(subject: Subject, seen: _Seen) -> None:
    """Twice a fresh symbol, divided by two."""
    old, fresh = subject.unbacked(0, 10), subject.unbacked(0, 8)
    value = subject.linear(fresh, 2, 0)
    subject.rebind([(old, (subject.divide_by(2),), value)])
    seen.note("renamings", subject.renamings())
    seen.note("equal", subject.equal(old, fresh))


@_scenario
def quotient_of_a_size_by_itself(subject: Subject, seen: _Seen) -> None:
    """A backed symbol divided by itself: the constant one."""
    old, size = subject.unbacked(0, 10), subject.backed(5)
    subject.rebind([(old, (subject.divide_by(size),), size)])
    seen.note("old", subject.range_of(old))
    seen.note("old is one", subject.equal(old, 1))


@_scenario
def inexact_constant_quotient(subject: Subject, seen: _Seen) -> None:
    """Seven divided by two."""
    old = subject.unbacked(0, 10)
    subject.rebind([(old, (subject.divide_by(2),), 7)])
    seen.note("old is three", subject.equal(old, 3))


@_scenario
def quotient_of_a_symbol(subject: Subject, seen: _Seen) -> None:
    """A fresh symbol divided by two: exact only if it is even."""
    old, fresh = subject.unbacked(0, 10), subject.unbacked(0, 8)
    subject.rebind([(old, (subject.divide_by(2),), fresh)])
    seen.note("fresh is twice the old", subject.equal(fresh, subject.linear(old, 2, 0)))


@_scenario
def two_hops(subject: Subject, seen: _Seen) -> None:
    """The old symbol itself was renamed, twice, before."""
    oldest, older, old = (subject.unbacked(0, 10) for _ in range(3))
    subject.rebind([(oldest, (), older)])
    subject.rebind([(older, (), old)])
    fresh = subject.unbacked(None, None)
    _rebind_one(subject, seen, old, fresh, fresh=fresh)


@_scenario
def duplicates(subject: Subject, seen: _Seen) -> None:
    """Two symbols of a node that resolve to one, as each was renamed to it before."""
    oldest, first, second = (subject.unbacked(0, 10) for _ in range(3))
    subject.rebind([(oldest, (), first)])
    subject.rebind([(oldest, (), second)])
    one, other = subject.unbacked(None, None), subject.unbacked(None, None)
    subject.rebind([(first, (), one), (second, (), other)])
    seen.note("renamings", subject.renamings())
    seen.note("first", subject.equal(oldest, one))
    seen.note("second", subject.equal(oldest, other))
