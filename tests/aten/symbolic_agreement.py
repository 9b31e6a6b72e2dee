"""Where our run and PyTorch's run of one call with symbols disagree, in value at many sizes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol, Self, TypeAlias, final

from refimpl.export.errors import ArchiveError
from refimpl.export.expressions import ExpressionReader
from refimpl.fake_tensor.mode import LARGEST_SIZE
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.symbolic_shapes.errors import GuardOnDataDependentSymNode
from refimpl.symbolic_shapes.structures import is_sequence
from refimpl.terms import IntTerm, Scalar, Symbol, evaluate
from refimpl.terms.evaluate import Undefined
from tests.aten.calls import Json, items_of
from tests.aten.changes import Call
from tests.aten.eager import Outcome
from tests.aten.outcomes import is_about_contents
from tests.aten.symbolic_calls import OurRun, at_sizes

__all__ = ["SymbolicTorch", "disagreement"]

Valuation: TypeAlias = "Mapping[str, int | float | bool]"
_REFUSED: Final = (RuntimeError, IndexError, ValueError, TypeError, AssertionError, ZeroDivisionError)
_GUARD: Final = "GuardOnDataDependentSymNode"
_SAMPLES: Final = 60
# At how many sizes the eager kernel is asked where fake tensors refuse.
_EAGER: Final = 8


class SymbolicTorch(Protocol):
    """A PyTorch that answers calls with symbols."""

    def symbolic(self, call: Call) -> Outcome:
        """What its fake tensors do."""
        ...

    def run(self, call: Call) -> Outcome:
        """What its eager kernels do with a call on plain numbers."""
        ...


def _sizes(true: Sequence[int], backed: Sequence[bool]) -> Iterator[list[int]]:
    """Values of the symbols, the call's own first: equal ones changed together, single ones, and any."""
    yield list(true)
    least = [2 if one else 0 for one in backed]
    draws = random.Random(0)
    for old in sorted(set(true)):
        for new in (2, 3, 4, 6, 0, 1):
            yield [max(new, low) if value == old else value for value, low in zip(true, least, strict=True)]
    for index, low in enumerate(least):
        for new in (0, 1, 2, 3, 4, 6):
            if new >= low:
                yield [*true[:index], new, *true[index + 1 :]]
    for _ in range(_SAMPLES // 3):
        yield [max(draws.choice((0, 1, 2, 3, 4, 6, value)), low) for value, low in zip(true, least, strict=True)]


def _leaves(value: object, place: str = "result") -> Iterator[tuple[str, object]]:
    """What a result consists of, by place; a stride's place ends in its dimension."""
    if isinstance(value, FakeTensor):
        yield f"{place}.rank", value.ndim
        yield f"{place}.dtype", value.dtype.name
        for what, dims in (("size", value.sizes), ("stride", value.strides)):
            yield from ((f"{place}.{what}[{dim}]", number) for dim, number in enumerate(dims))
        yield f"{place}.offset", value.offset
    elif is_sequence(value):
        yield f"{place}.length", len(value)
        for index, item in enumerate(value):
            yield from _leaves(item, f"{place}[{index}]")
    else:
        yield place, value


def _end(text: Json) -> int | None:
    """The end of a range; PyTorch has products that no size can reach."""
    return None if str(text).endswith("oo") else min(int(str(text)), LARGEST_SIZE)


def _scalar(value: Json, reader: ExpressionReader) -> object:
    return reader.read(str(value["e"]), "test") if isinstance(value, dict) else value


@final
class _Theirs:
    """PyTorch's answer with its expressions read."""

    def __init__(self, answer: Outcome) -> None:
        reader = ExpressionReader()
        self.symbols = [str(name) for name in items_of(answer["symbols"])]
        self.result = list(_json_leaves(answer["out"], reader))
        self.guards = [_scalar(guard, reader) for guard in items_of(answer["guards"])]
        self.asserts = [_scalar(condition, reader) for condition in items_of(answer["asserts"])]
        ranges = answer["ranges"]
        assert isinstance(ranges, dict)
        self.ranges = {name: tuple(map(_end, items_of(bounds))) for name, bounds in ranges.items()}


def _json_leaves(value: Json, reader: ExpressionReader, place: str = "result") -> Iterator[tuple[str, object]]:
    """``_leaves`` of an answer."""
    if isinstance(value, list):
        yield f"{place}.length", len(value)
        for index, item in enumerate(value):
            yield from _json_leaves(item, reader, f"{place}[{index}]")
    elif isinstance(value, dict) and "t" in value:
        sizes, strides, offset, dtype = items_of(value["t"])
        yield f"{place}.rank", len(items_of(sizes))
        yield f"{place}.dtype", dtype
        for what, dims in (("size", sizes), ("stride", strides)):
            yield from ((f"{place}.{what}[{dim}]", _scalar(n, reader)) for dim, n in enumerate(items_of(dims)))
        yield f"{place}.offset", _scalar(offset, reader)
    elif isinstance(value, dict) and "f" in value:
        yield place, float(str(value["f"]))
    else:
        yield place, _scalar(value, reader)


def _bare(value: object) -> str | None:
    """The name of the symbol that the value is."""
    atom = value.symbol if isinstance(value, IntTerm) else value
    return atom.name if isinstance(atom, Symbol) else None


def _number(term: object, valuation: Mapping[str, int | float | bool]) -> object:
    """The value, or None where it has none."""
    try:
        return evaluate(term, valuation) if isinstance(term, Scalar) else term
    except (Undefined, KeyError):
        return None


def _holds(conditions: Sequence[object], valuation: Valuation) -> bool:
    """Whether none is false; one that speaks of a symbol of the other run's own is not asked."""
    return all(_number(condition, valuation) is not False for condition in conditions)


def _matters(place: str, sample: Mapping[str, object]) -> bool:
    """Whether the stride at the place is of a dimension that exceeds 1 in a tensor that has elements."""
    owner, dot, what = place.rpartition(".")
    sizes = [value for name, value in sample.items() if name.startswith(f"{owner}.size[")]
    if not dot or 0 in sizes:
        return not what.startswith(("stride", "offset"))
    own = sample.get(f"{owner}.size[{what[7:-1]}]") if what.startswith("stride[") else 2
    return isinstance(own, int) and own > 1


@final
@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two runs of one call that both gave a result; ``fresh`` pairs the symbols that they allocated."""

    torch: SymbolicTorch
    call: Call
    ours: OurRun
    theirs: _Theirs
    mine: dict[str, object]
    golden: dict[str, object]
    fresh: list[tuple[str, str]]

    @classmethod
    def of(cls, torch: SymbolicTorch, call: Call, ours: OurRun, theirs: _Theirs) -> Self:
        """The comparison of two runs."""
        mine, golden = dict(_leaves(ours.result)), dict(theirs.result)
        pairs = ((_bare(mine[place]), _bare(golden.get(place))) for place in mine)
        fresh = {(a, b): None for a, b in pairs if a in ours.fresh and b in theirs.ranges}
        return cls(torch, call, ours, theirs, mine, golden, [(str(a), str(b)) for a, b in fresh])

    def differing(self) -> str | None:
        """How the results differ, or None."""
        if self.mine.keys() != self.golden.keys():
            return f"structure: {sorted(self.mine.keys() ^ self.golden.keys())}"
        for one, other in self.fresh:
            if self.ours.range_of(one) != self.theirs.ranges[other]:
                return f"range of {one}: ours {self.ours.range_of(one)}, theirs {self.theirs.ranges[other]}"
        samples = _sizes(list(self.ours.values.values()), self.ours.backed)
        return next(filter(None, map(self._differing_at, samples)), None)

    def _differing_at(self, values: list[int]) -> str | None:
        ours = dict(zip(self.ours.values, values, strict=True)) | {a: 3 + n for n, (a, _) in enumerate(self.fresh)}
        theirs = dict(zip(self.theirs.symbols, values, strict=True)) | {b: 3 + n for n, (_, b) in enumerate(self.fresh)}
        if not _holds(self.theirs.guards, theirs):
            return None
        if not _holds(self.ours.guards, ours):
            return f"guard: at {ours} ours alone has {[str(guard) for guard in self.ours.guards]}"
        required, deferred = _holds(self.ours.requirements, ours), _holds(self.theirs.asserts, theirs)
        if required != deferred:
            # A kernel that refuses what fake tensors let pass is what a requirement is about; where nothing is
            # computed they defer more than it asks.
            runs = "error" not in self.torch.run(at_sizes(self.call, values))
            if runs != deferred and (deferred or self._is_empty(values, ours)):
                return None
            stated = " against ".join(str(list(map(str, own))) for own in (self.ours.requirements, self.theirs.asserts))
            return f"{'more' if deferred else 'less'}: at {ours} {stated}"
        return self._value_at(ours, theirs) if deferred else None

    def _is_empty(self, values: list[int], ours: Valuation) -> bool:
        return 0 in values or any(
            _number(value, ours) == 0
            for place, value in self.mine.items()
            if place.rpartition(".")[2].startswith("size")
        )

    def _value_at(self, ours: Valuation, theirs: Valuation) -> str | None:
        left = {place: _number(value, ours) for place, value in self.mine.items()}
        right = {place: _number(value, theirs) for place, value in self.golden.items()}
        for place in left:
            if left[place] != right[place] and _matters(place, right):
                return f"value: at {ours} {place}: {self.mine[place]} against {self.golden[place]}"
        return None


def _our_refusal(run: OurRun, call: Call) -> str | None:
    try:
        run.run(call)
    except _REFUSED as error:
        kind = _GUARD if isinstance(error, GuardOnDataDependentSymNode) else type(error).__name__
        return f"{kind}: {error}".partition("\n")[0]
    return None


def _eager_difference(torch: SymbolicTorch, call: Call, ours: OurRun) -> str | None:
    """Where our result or our requirements are not those of the eager kernel: then one depends on a decision."""
    result = dict(_leaves(ours.result))
    for values in islice(_sizes(list(ours.values.values()), ours.backed), _EAGER):
        valuation: Valuation = dict(zip(ours.values, values, strict=True))
        eager = torch.run(at_sizes(call, values))
        if not _holds(ours.guards, valuation) or is_about_contents(eager):
            continue
        required, enforced = _holds(ours.requirements, valuation), _holds(ours.enforced, valuation)
        if required != enforced:
            continue
        if required == ("error" in eager):
            return f"at {valuation} ours {'runs' if required else 'refuses'}, eager {eager}"
        if required and not ours.fresh:
            for place, golden in _json_leaves(eager["out"], ExpressionReader()):
                counts = place in result and not place.rpartition(".")[2].startswith(("stride", "offset"))
                if counts and _number(result[place], valuation) != golden:
                    return f"at {valuation} {place}: {result[place]}, eager {golden}"
    return None


def disagreement(torch: SymbolicTorch, call: Call) -> str | None:
    """How the two runs of the call disagree, or None.

    Where one refuses for another reason than missing data, the eager kernel says which of them is right.
    """
    ours = OurRun()
    refusal = _our_refusal(ours, call)
    answer = torch.symbolic(call)
    if "died" in answer:
        return None
    if "error" in answer:
        kind, text = map(str, items_of(answer["error"]))
        if is_about_contents(answer):
            return None
        if refusal is not None or (kind != _GUARD and not _holds(ours.requirements, dict(ours.values))):
            return None
        if kind == _GUARD:
            found = _eager_difference(torch, call, ours)
            return None if found is None else f"{found}; theirs refuses, {text} | {call}"
        if "error" not in torch.run(at_sizes(call, list(ours.values.values()))):
            return None
        return f"theirs refuses, {kind}: {text}; ours requires {[str(c) for c in ours.requirements]} | {call}"
    if refusal is not None:
        if not refusal.startswith(_GUARD) and "error" in torch.run(at_sizes(call, list(ours.values.values()))):
            return None
        return f"ours refuses, {refusal}; theirs gives {answer} | {call}"
    try:
        found = _Comparison.of(torch, call, ours, _Theirs(answer)).differing()
    except ArchiveError as error:
        found = f"unread: {error}"
    return None if found is None else f"{found} | {call}"
