"""The recorded eager calls with sizes that are plain, backed and unbacked symbols, as hypothesis mixes them.

What a requirement says of the symbols holds for the sizes of a call exactly if the eager kernel ran it, and the result
has the kernel's sizes. A decision that unbacked symbols leave open is refused, as PyTorch refuses it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import cycle
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.aten._overload import overload
from refimpl.terms import Cond, Dim, IntTerm, evaluate, ge, symbol
from tests.aten.calls import Json, decode, encode, field, read_calls
from tests.aten.changes import sampling
from tests.aten.operator_table import family_of
from tests.aten.outcomes import sizes_and_dtypes
from tests.aten.test_symbolic import Symbolic

_GUARD: Final = "GuardOnDataDependentSymNode"
# What tracing takes to be no 1 and no 0, as PyTorch does; with sizes of 1 and 0 the kernels do something else.
_TAKEN_TO_BE_OTHERS: Final = {
    "aten._masked_softmax.default": "fake tensors ask for a mask of the batch, the kernel takes one of every place",
    "aten._unsafe_masked_index_put_accumulate.default": "an index of one element broadcasts",
    "aten.batch_norm.default": "an empty input of any rank is given back",
    "aten.cholesky.default": "a batch of no elements need not be square",
    "aten.linalg_solve.default": "a right-hand side with the sizes of a batch of vectors is one",
    "aten.scatter.reduce": "an index of no elements fits everything",
    "aten.squeeze.default": "a dimension that may be 1 stays",
    "aten.squeeze.dim": "a dimension that may be 1 stays",
    "aten.squeeze.dims": "a dimension that may be 1 stays",
    "aten.squeeze_.dim": "a dimension that may be 1 stays",
    "aten.squeeze_.dims": "a dimension that may be 1 stays",
    "aten.squeeze_copy.default": "a dimension that may be 1 stays",
    "aten.squeeze_copy.dims": "a dimension that may be 1 stays",
}
# The same, of calls with a size of 0 only.
_EMPTY_ARE_OTHERS: Final = {
    "aten._linalg_eigh.default": "of no elements the dtype is not looked at",
    "aten.addmv.default": "a product without rows keeps the size of what is added",
    "aten.linalg_eigh.default": "of no elements the dtype is not looked at",
    "aten.linalg_eigvalsh.default": "of no elements the dtype is not looked at",
    "aten.linalg_matrix_rank.default": "of no elements the dtype is not looked at",
    "aten.log_softmax.int": "of no elements the dtype is not looked at",
}


def _is_other(call: dict[str, Json]) -> bool:
    operator = field(call, "op")
    return operator in _TAKEN_TO_BE_OTHERS or (operator in _EMPTY_ARE_OTHERS and _has_no_elements(call["args"]))


def _has_no_elements(value: Json) -> bool:
    if isinstance(value, dict):
        return isinstance(tensor := value.get("t"), list) and isinstance(tensor[0], list) and 0 in tensor[0]
    return isinstance(value, list) and any(map(_has_no_elements, value))


@cache
def _families() -> dict[str, list[dict[str, Json]]]:
    found: defaultdict[str, list[dict[str, Json]]] = defaultdict(list)
    for call in read_calls("eager.jsonl"):
        if not _is_other(call):
            found[family_of(field(call, "op"))].append(call)
    return found


class Mixed(Symbolic):
    """Each size in turn is of one of the kinds; no decision may look at the value of an unbacked one."""

    def __init__(self, kinds: Sequence[str]) -> None:
        super().__init__()
        self.values: dict[str, int | float | bool] = {}
        self._kinds = cycle(kinds)

    def size(self, value: int) -> Dim:
        """The size itself, or a new symbol that stands for it."""
        kind = next(self._kinds)
        if kind == "plain":
            return value
        name = f"{'s' if kind == 'backed' else 'u'}{len(self.values)}"
        self.values[name] = value
        if kind == "backed":
            self.hints[name] = value
        made = symbol(name)
        self.learn(ge(made, 0))
        return made

    def holds(self, condition: Cond) -> bool:
        """Its truth for the sizes of the call."""
        return bool(evaluate(condition, self.values))

    def concrete(self, value: object) -> object:
        """A result with its terms evaluated."""
        return self._number(value) if isinstance(value, IntTerm) else super().concrete(value)

    def _number(self, term: Dim) -> int:
        return int(evaluate(term, self.values)) if isinstance(term, IntTerm) else term


def _difference(call: dict[str, Json], kinds: Sequence[str]) -> str | None:
    """Where the run on symbols and the eager outcome disagree."""
    ctx = Mixed(kinds)
    args, kwargs = call["args"], call["kwargs"]
    assert isinstance(args, list)
    assert isinstance(kwargs, dict)
    refused: str | None = None
    result: object = None
    try:
        result = overload(field(call, "op")).run(
            ctx,
            tuple([ctx.symbolic(decode(arg)) for arg in args]),
            {name: ctx.symbolic(decode(value)) for name, value in kwargs.items()},
        )
    except (RuntimeError, IndexError, ValueError, TypeError, NotImplementedError) as error:
        refused = f"{type(error).__name__}: {error}"
    if ctx.fresh or (refused is not None and _GUARD in refused):
        return None
    failing = [str(condition) for condition in ctx.enforced if not ctx.holds(condition)]
    deferred = not all(map(ctx.holds, ctx.deferred))
    if "error" in call:
        return None if refused or failing or deferred else f"{call} {kinds}: nothing fails"
    if deferred:
        return None
    if failing or refused:
        return f"{call} {kinds}: {refused or failing}"
    ours = sizes_and_dtypes(encode(ctx.concrete(list(result) if isinstance(result, tuple) else result)))
    return None if ours == sizes_and_dtypes(call["out"]) else f"{call} {kinds}: {ours}"


@pytest.mark.parametrize("family", sorted(_families()))
def test_mixed_sizes_give_and_refuse_what_plain_ones_do(family: str) -> None:
    kinds = st.lists(st.sampled_from(("plain", "backed", "unbacked")), min_size=1, max_size=6)

    @sampling(max(40, 2 * len(_families()[family])))
    @given(st.sampled_from(_families()[family]), kinds)
    def compare(call: dict[str, Json], kinds: list[str]) -> None:
        assert _difference(call, kinds) is None, _difference(call, kinds)

    compare()


def test_a_requirement_too_many_and_one_too_few_are_noticed() -> None:
    calls = [call for call in _families()["matmul"] if field(call, "op") == "aten.mm.default"]
    ran = next(call for call in calls if "out" in call)
    refused = next(call for call in calls if "error" in call)
    assert _difference(ran, ["unbacked"]) is None
    assert _difference({**ran, "error": refused["error"]}, ["unbacked"]) is not None
    wrong = {"op": refused["op"], "args": refused["args"], "kwargs": refused["kwargs"], "out": ran["out"]}
    assert _difference(wrong, ["plain"]) is not None
