"""Whether a computed result and a recorded one are the same value: fresh symbols matched, expressions evaluated."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard, cast

from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import (
    And,
    Apply,
    BoolSymbol,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Scalar,
    Sort,
    Symbol,
    eq,
    evaluate,
    free_of,
    substitute,
    symbol_atom,
)
from refimpl.terms.evaluate import Undefined
from tests.aten.recorded_context import RecordedContext

__all__ = ["Difference", "differences"]

_TRIES = 400
_SAMPLES = 12


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the results differ."""

    place: str
    ours: str
    recorded: str

    def __str__(self) -> str:
        return f"{self.place}: ours {self.ours}, recorded {self.recorded}"


def _items(value: object) -> list[object] | None:
    """The items of a list or tuple."""
    return list(cast("list[object]", value)) if isinstance(value, (list, tuple)) else None  # leaves elements unknown


def _pairs(ours: object, recorded: object, place: str) -> Iterator[tuple[str, object, object]]:
    """The leaves at which two results must agree."""
    left, right = _items(ours), _items(recorded)
    if left is not None and right is not None:
        if len(left) != len(right):
            yield f"{place}.length", len(left), len(right)
        for index, (a, b) in enumerate(zip(left, right, strict=False)):
            yield from _pairs(a, b, f"{place}[{index}]")
    elif isinstance(ours, FakeTensor) and isinstance(recorded, FakeTensor):
        yield f"{place}.rank", ours.ndim, recorded.ndim
        yield f"{place}.dtype", str(ours.dtype), str(recorded.dtype)
        yield f"{place}.device", str(ours.device), str(recorded.device)
        for dim, (a, b) in enumerate(zip(ours.sizes, recorded.sizes, strict=False)):
            yield f"{place}.size[{dim}]", a, b
        for dim, (a, b) in enumerate(zip(ours.strides, recorded.strides, strict=False)):
            yield f"{place}.stride[{dim}]", a, b
        yield f"{place}.offset", ours.offset, recorded.offset
    elif recorded is not None or left is None:
        yield place, ours, recorded


class _Valuations:
    """Small valuations that satisfy what the context assumes, the hints first."""

    def __init__(self, ctx: RecordedContext, names: frozenset[str], conditions: list[Cond]) -> None:
        self.ctx = ctx
        self.names = sorted(names)
        self.conditions = conditions
        self.random = random.Random(0)

    def _draw(self) -> dict[str, int | float | bool]:
        """Unbacked symbols from 0 to 8; backed ones their hint or from 2 to 10; the hints alone come first."""
        draw: dict[str, int | float | bool] = {}
        for name in self.names:
            hint = self.ctx.hints.get(name)
            draw[name] = (
                self.random.choice(range(9)) if hint is None else self.random.choice([int(hint), *range(2, 11)])
            )
        return draw

    def __iter__(self) -> Iterator[dict[str, int | float | bool]]:
        found = 0
        for _ in range(_TRIES):
            draw = self._draw()
            if all(self._holds(condition, draw) for condition in self.conditions):
                found += 1
                yield draw
            if found == _SAMPLES:
                return

    @staticmethod
    def _holds(condition: Cond, draw: dict[str, int | float | bool]) -> bool:
        try:
            return bool(evaluate(condition, draw))
        except Undefined:
            return False


def _is_scalar(value: object) -> TypeGuard[Scalar]:
    return isinstance(value, (int, float, IntTerm, Symbol, Apply, BoolSymbol, Ge, Eq, Ne, FloatCompare, Not, And, Or))


def _symbols(*terms: object) -> frozenset[str]:
    names: set[str] = set()
    for term in terms:
        if _is_scalar(term):
            names |= {s.name for s in free_of(term) if isinstance(s, Symbol)}
    return frozenset(names)


def _matched(ctx: RecordedContext, pairs: list[tuple[str, object, object]]) -> dict[Symbol | BoolSymbol, Scalar]:
    """What each fresh symbol stands for: the recorded term where the result is just that symbol."""
    matched: dict[Symbol | BoolSymbol, Scalar] = {}
    fresh = {symbol_atom(name, sort) for name in ctx.fresh for sort in (Sort.INT, Sort.FLOAT)}
    for _, ours, recorded in pairs:
        if isinstance(ours, Symbol) and ours in fresh and isinstance(recorded, (float, Symbol)):
            matched.setdefault(ours, recorded)
        bare = ours.symbol if isinstance(ours, IntTerm) else None
        if bare is not None and bare in fresh and isinstance(recorded, (int, IntTerm)):
            matched.setdefault(bare, recorded)
    return matched


def _same(ctx: RecordedContext, ours: Scalar, recorded: Scalar, guard: Dim) -> bool:
    if isinstance(ours, (int, IntTerm)) and isinstance(recorded, (int, IntTerm)) and not isinstance(ours, bool):
        condition = eq(ours, recorded)
        if condition is True or (condition is not False and ctx.known(condition) is True):
            return True
    names = _symbols(ours, recorded, guard)
    conditions = [c for c in ctx.conditions if _symbols(c) <= names]
    compared = False
    for valuation in _Valuations(ctx, names, conditions):
        try:
            compared = True
            if evaluate(guard, valuation) != 0 and evaluate(ours, valuation) != evaluate(recorded, valuation):
                return False
        except Undefined:
            continue
    return compared


def differences(ctx: RecordedContext, ours: object, recorded: object) -> list[Difference]:
    """Every place where the two results are not the same value.

    The stride of a dimension counts only where it exceeds 1 and the tensor has elements.
    """
    pairs = list(_pairs(ours, recorded, "result"))
    matched = _matched(ctx, pairs)
    tensors = dict(_tensors(recorded, "result"))
    found: list[Difference] = []
    for place, a, b in pairs:
        if _is_scalar(a):
            a = substitute(a, matched)
        if a is b or (type(a) is type(b) and a == b):
            continue
        both = [v for v in (a, b) if _is_scalar(v)]
        if len(both) == 2 and _same(ctx, both[0], both[1], _guard(place, tensors)):
            continue
        found.append(Difference(place, str(a), str(b)))
    return found


def _tensors(value: object, place: str) -> Iterator[tuple[str, FakeTensor]]:
    if isinstance(value, FakeTensor):
        yield place, value
    else:
        for index, item in enumerate(_items(value) or []):
            yield from _tensors(item, f"{place}[{index}]")


def _guard(place: str, tensors: dict[str, FakeTensor]) -> Dim:
    """A term that is 0 where the place does not matter."""
    owner, dot, field = place.rpartition(".")
    tensor = tensors.get(owner)
    if not dot or tensor is None or not field.startswith("stride["):
        return 1
    dim = int(field[7:-1])
    return tensor.numel() * (tensor.sizes[dim] - 1)
