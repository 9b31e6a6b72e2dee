"""VALUE: the recorded and the re-propagated value of each node agree."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, final

from refimpl.fake_tensor.tensor import FakeTensor, Storage
from refimpl.laws.float_record import as_recorded
from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.observation import ABSENT, Held, Observation, ObservedNode
from refimpl.laws.scalars import is_bool_term, is_scalar, sort_name
from refimpl.terms import (
    Apply,
    Cond,
    Dim,
    IntTerm,
    Real,
    Scalar,
    Symbol,
    eq,
    float_eq,
    float_ne,
    land,
    le,
    lnot,
    lor,
    subterms,
    to_dim,
    to_text,
)

__all__ = ["VALUE", "equal_values"]

_FIX: Final = "record what the operator computes"


def _claims(seen: Observation) -> Claims:
    comparison = _Comparison()
    for node in seen.nodes:
        if node.stored is not None:
            comparison.stored(node, node.stored)
        if node.failure is not None:
            comparison.failed(node)
        elif node.old is not ABSENT and node.new is not ABSENT and not node.assumed and not node.is_input:
            comparison.node(node)
    return Claims(tuple(comparison.open), tuple(comparison.findings), comparison.settled)


@final
class _Comparison:
    """Collects what is not plainly equal; an equation that failed at an earlier node is not asked again."""

    def __init__(self) -> None:
        self.open: list[Claim] = []
        self.findings: list[Finding] = []
        self.settled = 0
        self._asked: set[tuple[Cond, tuple[Cond, ...]]] = set()
        self._at = ObservedNode("", "", ABSENT, ABSENT)
        # The offset of each copy of a whole storage that is recorded as starting at 0.
        self._moved: dict[Storage, Dim] = {}

    def failed(self, node: ObservedNode) -> None:
        """A node without a value of the blind run: nothing is known of it."""
        failure = node.failure
        if failure is not None and failure.kind in ("unmodelled", "data-dependent", "undecided", "crash"):
            # What is not modelled names the operator itself.
            text = failure.message if node.operator in failure.message else f"{node.operator}: {failure.message}"
            self.findings.append(Finding("VALUE", node.path, "undecided", text))

    def stored(self, node: ObservedNode, stored: FakeTensor) -> None:
        """Compare what is recorded of a parameter, buffer or constant with how it is stored; both are plain numbers."""
        self._at = node
        old = node.old
        if isinstance(old, FakeTensor) and all(isinstance(n, int) for n in (*old.sizes, *old.strides, old.offset)):
            for about, left, right in _forms(old, stored):
                self._equal_or_wrong(about, left, right, "the archive stores", "record what is stored")

    def node(self, node: ObservedNode) -> None:
        """Compare both values of a node."""
        self._at = node
        # An archive does not tell an operator that returns nothing from a sub-graph that returns no values.
        self._value("", node.old, None if node.old is None and node.new == () else node.new)

    def _value(self, at: str, old: Held, new: Held) -> None:
        if old is new:
            self.settled += 1
        elif isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
            self._tensor(at, old, new)
        elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
            self._equal_or_wrong(f"length{at}", str(len(old)), str(len(new)))
            for index, (left, right) in enumerate(zip(old, new, strict=False)):
                self._value(f"{at}[{index}]", left, right)
        elif is_scalar(old) and is_scalar(new):
            self._scalar(f"value{at}", old, new)
        else:
            self._equal_or_wrong(f"structure{at}", _kind(old), _kind(new))

    def _equal_or_wrong(
        self, about: str, old: str, new: str, gives: str = "the operator gives", fix: str = _FIX
    ) -> None:
        if old == new:
            self.settled += 1
        else:
            message = f"{about} is recorded as {old}, but {gives} {new}; {fix}"
            self.findings.append(Finding("VALUE", self._at.path, "refuted", message))

    def _tensor(self, at: str, old: FakeTensor, new: FakeTensor) -> None:
        if old.dtype is new.dtype and old.device == new.device and old.layout == new.layout:
            self.settled += 3
        else:
            self._equal_or_wrong(f"dtype{at}", str(old.dtype), str(new.dtype))
            self._equal_or_wrong(f"device{at}", str(old.device), str(new.device))
            self._equal_or_wrong(f"layout{at}", old.layout, new.layout)
        if len(old.sizes) != len(new.sizes):
            self._equal_or_wrong(f"number of dimensions{at}", str(len(old.sizes)), str(len(new.sizes)))
            return
        if old.sizes == new.sizes:
            self.settled += len(old.sizes)
        else:
            for dim, (left, right) in enumerate(zip(old.sizes, new.sizes, strict=True)):
                self._integer(f"size{at}[{dim}]", left, right)
        self._starts(at, old, self._offset(old, new))
        if old.layout == "strided" and len(old.strides) == len(old.sizes) == len(new.strides):
            self._strides(at, old, new)

    def _starts(self, at: str, old: FakeTensor, expected: Dim) -> None:
        if old.offset == expected:
            self.settled += 1
            return
        same = _where_defined(old.offset, expected, eq(old.offset, expected))
        empty = _is_empty(old)
        # What may have elements need not say where it starts while it has none (tracing takes inputs to have some).
        goal = same if empty is True else lor(empty, same)
        self._ask(f"storage offset{at}", goal, old.offset, expected)

    def _offset(self, old: FakeTensor, new: FakeTensor) -> Dim:
        """The offset to expect: a copy of a storage may be recorded as starting at 0, its views then count from it."""
        if not new.storage.is_copy:
            return new.offset
        # The first value on that storage is the copy itself.
        return new.offset - self._moved.setdefault(new.storage, new.offset if old.offset == 0 else 0)

    def _strides(self, at: str, old: FakeTensor, new: FakeTensor) -> None:
        if old.strides == new.strides:
            self.settled += len(old.strides)
            return
        empty = _is_empty(old)
        for dim, (left, right) in enumerate(zip(old.strides, new.strides, strict=True)):
            if left == right:
                self.settled += 1
            else:
                # A stride counts where the tensor has elements and the dimension more than one of them.
                goal = lor(empty, le(old.sizes[dim], 1), eq(left, right))
                self._ask(f"stride{at}[{dim}]", goal, left, right, layout=True)

    def _integer(self, about: str, old: Dim, new: Dim) -> None:
        if old == new:
            self.settled += 1
        else:
            self._ask(about, _where_defined(old, new, eq(old, new)), old, new)

    def _scalar(self, about: str, old: Scalar, new: Scalar) -> None:
        if sort_name(old) != sort_name(new):
            self._equal_or_wrong(f"sort of the {about}", sort_name(old), sort_name(new))
        else:
            goal = equal_values(old, new)
            if goal is True:
                self.settled += 1
            else:
                self._ask(about, goal, old, new)

    def _ask(self, about: str, goal: Cond, old: Scalar, new: Scalar, *, layout: bool = False) -> None:
        if goal is True or (goal, self._at.predicates) in self._asked or as_recorded(old) == as_recorded(new):
            self.settled += 1
            return
        self._asked.add((goal, self._at.predicates))
        text = f"the recorded {about} differs from what {self._at.operator} gives"
        claim = Claim("VALUE", self._at.path, goal, "after", text, (old, new), _FIX, self._at.predicates, layout=layout)
        self.open.append(claim)


def _forms(old: FakeTensor, stored: FakeTensor) -> Iterator[tuple[str, str, str]]:
    """What two tensors of plain numbers may differ in, with both texts: what they do not use aside."""
    yield "dtype", str(old.dtype), str(stored.dtype)
    yield "device", str(old.device), str(stored.device)
    yield "layout", old.layout, stored.layout
    yield "number of dimensions", str(len(old.sizes)), str(len(stored.sizes))
    for dim, (left, right) in enumerate(zip(old.sizes, stored.sizes, strict=False)):
        yield f"size[{dim}]", str(left), str(right)
    if old.sizes == stored.sizes and 0 not in old.sizes and old.layout == stored.layout == "strided":
        yield "storage offset", str(old.offset), str(stored.offset)
        for dim, (left, right) in enumerate(zip(old.strides, stored.strides, strict=True)):
            if old.sizes[dim] != 1:
                yield f"stride[{dim}]", str(left), str(right)


def _is_empty(tensor: FakeTensor) -> Cond:
    return lor(*(eq(size, 0) for size in tensor.sizes))


def equal_values(old: Scalar, new: Scalar) -> Cond:
    """The condition that two scalars of one sort are the same value (NaN is), or are both undefined."""
    if old is new:
        return True
    if (isinstance(old, bool) or is_bool_term(old)) and (isinstance(new, bool) or is_bool_term(new)):
        return lor(land(old, new), land(lnot(old), lnot(new)))
    if isinstance(old, IntTerm) or isinstance(new, IntTerm) or (isinstance(old, int) and isinstance(new, int)):
        return _where_defined(old, new, eq(to_dim(old), to_dim(new)))
    if isinstance(old, float) and isinstance(new, float):
        return old == new or (math.isnan(old) and math.isnan(new))
    left, right = _float(old), _float(new)
    return lor(float_eq(left, right), land(float_ne(left, left), float_ne(right, right)))


def _where_defined(old: Scalar, new: Scalar, same: Cond) -> Cond:
    """Both sides are undefined together where a divisor that both have is zero."""
    if same is True:
        return True
    divisors = _divisors(old)
    return lor(*(eq(divisor, 0) for divisor in divisors), same) if divisors and divisors == _divisors(new) else same


def _divisors(term: Scalar) -> tuple[IntTerm, ...]:
    if isinstance(term, (int, float)):
        return ()
    found: dict[str, IntTerm] = {}
    for part in subterms(term):
        if isinstance(part, Apply) and part.fn in ("FloorDiv", "Mod"):
            divisor = part.args[1]
            if isinstance(divisor, IntTerm):
                found[divisor.key] = divisor
    return tuple(divisor for _, divisor in sorted(found.items()))


def _float(scalar: Scalar) -> Real:
    if isinstance(scalar, (float, Symbol, Apply)):
        return scalar
    raise TypeError(f"{scalar!r} is no float")


def _text(value: object) -> str:
    return f"the number {to_text(value)}" if is_scalar(value) else "an opaque object"


def _kind(value: Held) -> str:
    match value:
        case None:
            return "nothing"
        case FakeTensor():
            return "a tensor"
        case list() | tuple():
            return f"{len(value)} values"
        case str():
            return repr(value)
        case _:
            return _text(value)


VALUE: Final = Law(
    "VALUE",
    "The recorded and the re-propagated value of each node agree in structure, dtype, device, layout, sizes, scalars, "
    "and in the offset and the strides that a non-empty tensor uses.",
    _claims,
)
