"""Every overload with sizes and numbers that are plain, backed and unbacked symbols, against a live PyTorch.

Both run the same call under a ``ShapeEnv`` of their own, PyTorch with the Python dispatcher. They agree on
refusal, on what is deferred to run time and on each size, stride, offset and number; see ``symbolic_agreement.py`` for
what that means and where the eager kernel has the last word.
"""

from __future__ import annotations

import os
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.aten.calls import Json
from tests.aten.changes import Call, Changed, changed_calls, sampling
from tests.aten.eager import Eager, Outcome
from tests.aten.live import SHARE, counterexample, families, found
from tests.aten.symbolic_agreement import SymbolicTorch, disagreement
from tests.aten.symbolic_calls import with_symbols
from tests.aten.symbolic_deviations import DEVIATIONS

# Calls an overload. A larger number looks for what these do not find.
_EXAMPLES: Final = int(os.environ.get("REFIMPL_SYMBOLIC_CALLS", "6"))
_KINDS: Final = st.lists(st.sampled_from(("unbacked", "backed", "plain")), min_size=1, max_size=5)
_PLAIN: Final = st.just(["plain"])


def _differing(torch: SymbolicTorch, operator: str, examples: int = _EXAMPLES) -> str | None:
    """The smallest call found on which the two disagree."""

    @sampling(examples)
    @given(changed_calls(operator, of_sizes=True), _KINDS, _PLAIN | _KINDS)
    def compare(changed: Changed, sizes: list[str], numbers: list[str]) -> None:
        call = with_symbols(changed.call, sizes, numbers)
        assert (found := disagreement(torch, call)) is None, found

    return counterexample(compare)


@pytest.mark.torch
@pytest.mark.parametrize("family", sorted(families()))
def test_a_share_of_the_overloads_agrees_on_symbols_with_a_live_pytorch(torch: Eager, family: str) -> None:
    assert found(torch, families()[family][:: 2 * SHARE], DEVIATIONS, _differing) == []


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(families()))
def test_overloads_agree_on_symbols_with_a_live_pytorch(torch: Eager, family: str) -> None:
    rest = [name for index, name in enumerate(families()[family]) if index % (2 * SHARE)]
    assert found(torch, rest, DEVIATIONS, _differing) == []


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("operator", sorted(DEVIATIONS))
def test_a_stated_deviation_still_deviates_on_symbols(torch: Eager, operator: str) -> None:
    torch.afresh()
    assert _differing(torch, operator, 200) is not None


class _Changing:
    """A PyTorch whose answers are changed before they are read."""

    def __init__(self, torch: Eager, **changed: Json) -> None:
        self._torch = torch
        self._changed = changed

    def symbolic(self, call: Call) -> Outcome:
        return {**self._torch.symbolic(call), **self._changed}

    def run(self, call: Call) -> Outcome:
        return self._torch.run(call)


def _call(operator: str, *tensors: tuple[int, ...]) -> Call:
    made: list[Json] = []
    for sizes in tensors:
        strides = [1]
        for size in sizes[:0:-1]:
            strides.insert(0, strides[0] * size)
        made.append({"t": [list[Json](sizes), list[Json](strides), 0, "float32"]})
    return with_symbols({"op": operator, "args": made, "kwargs": {}}, ["unbacked"], ["plain"])


def _said(torch: Eager, call: Call, **changed: Json) -> str:
    return str(disagreement(_Changing(torch, **changed), call))


@pytest.mark.torch
def test_what_differs_is_noticed(torch: Eager) -> None:
    product = _call("aten.mm.default", (2, 3), (3, 4))
    wrong: Json = {"t": [list[Json]([2, 4]), list[Json]([4, 1]), 0, "float32"]}
    assert _said(torch, product) == "None"
    assert _said(torch, product, out=wrong).startswith("value: ")
    assert _said(torch, product, out=[wrong]).startswith("structure: ")
    two: Json = {"e": "Equality(Symbol('u0', integer=True), Integer(2))"}
    assert _said(torch, _call("aten.relu.default", (3,)), asserts=[two]).startswith("less: ")
    ranges: Json = {"u2": ["0", "5"]}
    assert _said(torch, _call("aten.nonzero.default", (2, 3)), ranges=ranges).startswith("range of u2")


@pytest.mark.torch
def test_the_kernel_has_the_last_word_on_what_is_deferred_or_refused(torch: Eager) -> None:
    refused: Json = ["GuardOnDataDependentSymNode", "Could not guard"]
    product, total = _call("aten.mm.default", (2, 3), (3, 4)), _call("aten.add.Tensor", (3,), (3,))
    assert _said(torch, product, asserts=[]) == "None"
    assert _said(torch, total) == "None"
    assert _said(torch, total, asserts=[]).startswith("more: ")
    assert _said(torch, product, error=refused) == "None"
    assert _said(torch, _call("aten.squeeze.default", (1, 3)), error=refused).startswith("at {'u0': 1")
