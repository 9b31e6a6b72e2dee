"""The same calls on symbolic sizes: requirements fail exactly where eager runs are refused, results are theirs."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, cast

import pytest

from refimpl.aten._overload import overload
from refimpl.aten._strides import contiguous_strides
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond, Dim, IntTerm, evaluate, ge, symbol
from tests.aten.calls import Json, decode, encode, field, matters, read_calls
from tests.aten.recorded_context import RecordedContext

# As PyTorch has it, symbolic sizes are taken to be no 1 (``squeeze``, ``sum_to_size``) and no 0 (``cat`` ignores
# empty vectors, ``roll`` and ``scatter`` accept anything for no elements), and ``copy`` forgets an offset.
_DIFFERENT: Final = frozenset(
    f"aten.{name}"
    for name in (
        "squeeze.default", "squeeze.dim", "squeeze.dims", "sum_to_size.default", "cat.default", "roll.default",
        "scatter.src", "scatter_reduce.two", "copy.default",
    )
)  # fmt: skip
_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("drawn.jsonl"):
    if field(_call, "op") not in _DIFFERENT and '"bool"' not in str(_call).replace("'", '"'):
        _CALLS[field(_call, "op")].append(_call)


class Symbolic(RecordedContext):
    """Knows that sizes are not negative; what it cannot decide it looks up, and notes which conditions came up."""

    def __init__(self) -> None:
        super().__init__({})
        self.enforced: list[Cond] = []
        self.deferred: list[Cond] = []
        self.facts: list[Cond] = []

    def require(self, condition: Cond, message: str, error: type[Exception] = RuntimeError) -> None:
        """Note it; it is known from now on."""
        self.enforced.append(condition)
        super().require(condition, message, error)

    def defer(self, condition: Cond, enforced: Cond, message: str) -> None:
        """Note it; it is known from now on."""
        self.enforced.append(enforced)
        self.deferred.append(condition)
        super().require(condition, message)

    def fact(self, condition: Cond) -> None:
        """Note it."""
        self.facts.append(condition)

    def size(self, value: int) -> Dim:
        """A new symbol that stands for the size."""
        name = f"s{len(self.hints)}"
        self.hints[name] = value
        made = symbol(name)
        self.learn(ge(made, 0))
        return made

    def holds(self, condition: Cond) -> bool:
        """Its truth for the sizes of the call."""
        return bool(evaluate(condition, self.hints))

    def symbolic(self, value: object) -> object:
        """The argument with each size of a contiguous tensor a symbol; others stay plain."""
        if isinstance(value, list):
            return [
                self.symbolic(item) for item in cast("list[object]", value)
            ]  # isinstance leaves the elements unknown
        if not isinstance(value, FakeTensor):
            return value
        if value.strides != contiguous_strides(self, value.sizes):
            return value
        sizes = tuple(self.size(int(str(size))) for size in value.sizes)
        strides = contiguous_strides(self, sizes)
        return FakeTensor(sizes, strides, value.dtype, value.device, value.offset)

    def concrete(self, value: object) -> object:
        """A result with its terms evaluated."""
        if isinstance(value, list):
            return [
                self.concrete(item) for item in cast("list[object]", value)
            ]  # isinstance leaves the elements unknown
        if not isinstance(value, FakeTensor):
            return value
        sizes, strides = (tuple(map(self._number, dims)) for dims in (value.sizes, value.strides))
        return FakeTensor(sizes, strides, value.dtype, value.device, self._number(value.offset))

    def _number(self, term: Dim) -> int:
        return int(evaluate(term, self.hints)) if isinstance(term, IntTerm) else term


def difference(call: dict[str, Json]) -> str | None:
    """Where the symbolic run and the eager outcome disagree."""
    ctx = Symbolic()
    args = call["args"]
    assert isinstance(args, list)
    refused: str | None = None
    result: object = None
    try:
        result = overload(field(call, "op")).run(ctx, tuple([ctx.symbolic(decode(arg)) for arg in args]), {})
    except (RuntimeError, IndexError, ValueError, NotImplementedError) as error:
        refused = f"{type(error).__name__}: {error}"
    if ctx.fresh:
        return None
    failing = [str(condition) for condition in ctx.enforced if not ctx.holds(condition)]
    if "error" in call:
        return None if refused or failing else f"{call}: nothing fails"
    if failing or (refused and all(map(ctx.holds, ctx.deferred))):
        return f"{call}: {refused or failing}"
    if refused or not all(map(ctx.holds, ctx.deferred)):
        return None
    ours = matters(encode(ctx.concrete(result)))
    return None if ours == matters(call["out"]) else f"{call}: {ours}"


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_symbolic_sizes_give_what_plain_ones_do(operator: str) -> None:
    assert [text for text in map(difference, _CALLS[operator]) if text is not None] == []
