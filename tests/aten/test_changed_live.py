"""Every overload on calls that hypothesis changes - sizes, ranks, dtypes, numbers, arguments - against a live PyTorch.

The contents are admissible and the eager kernels run: a requirement too many refuses a call that ran, one too few runs
a call that was refused. A refusal has PyTorch's type and leading words.
"""

from __future__ import annotations

import os
from typing import Final

import pytest
from hypothesis import given

from tests.aten.calls import Json, items_of, matters, our_outcome
from tests.aten.changes import Call, Changed, changed_calls, relaid_calls, sampling
from tests.aten.eager import Eager, Outcome
from tests.aten.live import SHARE, counterexample, families, found
from tests.aten.outcomes import Torch, disagreement, leading

# Calls an overload. A larger number looks for what eight do not find.
_EXAMPLES: Final = int(os.environ.get("REFIMPL_CHANGED_CALLS", "8"))


def _differing(torch: Torch, operator: str, examples: int = _EXAMPLES) -> str | None:
    """The smallest call found on which outcomes differ."""

    @sampling(examples)
    @given(changed_calls(operator))
    def compare(changed: Changed) -> None:
        assert disagreement(torch, changed) is None, disagreement(torch, changed)

    return counterexample(compare)


@pytest.mark.torch
@pytest.mark.parametrize("family", sorted(families()))
def test_a_share_of_the_changed_calls_runs_and_refuses_as_in_a_live_pytorch(torch: Eager, family: str) -> None:
    assert found(torch, families()[family][::SHARE], (), _differing) == []


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(families()))
def test_changed_calls_run_and_refuse_as_in_a_live_pytorch(torch: Eager, family: str) -> None:
    rest = [name for index, name in enumerate(families()[family]) if index % SHARE]
    assert found(torch, rest, (), _differing) == []


def test_every_overload_is_compared() -> None:
    compared = {name for names in families().values() for name in names}
    assert len(compared) > 1200


def _laid_out_otherwise(torch: Torch, operator: str, examples: int = max(_EXAMPLES // 2, 1)) -> str | None:
    """The smallest call found whose result has the sizes of fake tensors, and other strides."""

    @sampling(examples)
    @given(relaid_calls(operator))
    def compare(changed: Changed) -> None:
        ours, fake = our_outcome(changed.call), torch.fake(changed.call)
        if "out" in fake and ours.get("out", "data") != "data" and leading(ours) == leading(fake):
            assert matters(ours["out"]) == matters(fake["out"]), f"{changed.call}\n  ours: {ours}\n  fake: {fake}"

    return counterexample(compare)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(families()))
def test_results_of_relaid_tensors_lie_as_those_of_fake_tensors(torch: Eager, family: str) -> None:
    assert found(torch, families()[family], (), _laid_out_otherwise) == []


class _Reversed:
    """A PyTorch that lays out matrices the other way."""

    def run(self, call: Call) -> Outcome:
        return our_outcome(call)

    def fake(self, call: Call) -> Outcome:
        outcome = our_outcome(call)
        out = outcome.get("out")
        if not isinstance(out, dict):
            return outcome
        sizes, strides, *rest = items_of(out["t"])
        return {"out": {"t": [sizes, items_of(strides)[::-1], *rest]}}


def test_another_layout_is_noticed() -> None:
    assert "fake: {'out'" in str(_laid_out_otherwise(_Reversed(), "aten.sin.default", 40))


_MATRIX: Final[Json] = {"t": [list[Json]([2, 2]), list[Json]([2, 1]), 0, "float32"]}


class _Wrong:
    """A PyTorch that gives and refuses what it should not."""

    def __init__(self, outcome: Outcome, fake: Outcome | None = None) -> None:
        self._outcome = outcome
        self._fake = outcome if fake is None else fake

    def run(self, call: Call) -> Outcome:
        return self._outcome

    def fake(self, call: Call) -> Outcome:
        return self._fake


def test_a_wrong_outcome_is_noticed() -> None:
    seven: Json = {"t": [list[Json]([7]), list[Json]([1]), 0, "float32"]}
    assert _differing(_Wrong({"out": seven}), "aten.mm.default", 8) is not None
    assert _differing(_Wrong({"error": ["RuntimeError", "mat1 and mat2 shapes"]}), "aten.mm.default", 8) is not None
    unseen: Outcome = {"error": ["RuntimeError", "index out of bounds"]}
    assert _differing(_Wrong(unseen), "aten.mm.default", 8) is not None
    assert _differing(_Wrong(unseen, {"out": seven}), "aten.mm.default", 8) is not None


def test_where_eager_kernels_and_fake_tensors_differ_either_will_do() -> None:
    call: Call = {"op": "aten.mm.default", "args": [_MATRIX, _MATRIX], "kwargs": {}}
    refused: Outcome = {"error": ["RuntimeError", "of its own"]}
    right, result = Changed(call, changes=1), Outcome({"out": _MATRIX})
    seven: Json = {"t": [list[Json]([7]), list[Json]([1]), 0, "float32"]}
    wrong: Outcome = {"out": seven}
    assert disagreement(_Wrong(result, refused), right) is None
    assert disagreement(_Wrong(refused, result), right) is None
    assert disagreement(_Wrong(refused, refused), right) is not None
    # Of two results that of fake tensors counts, and a kernel that died says nothing.
    assert disagreement(_Wrong(wrong, result), right) is None
    assert disagreement(_Wrong(result, wrong), right) is not None
    assert disagreement(_Wrong({"died": 11}, result), right) is None
    assert disagreement(_Wrong({"died": 11}, refused), right) is not None
    assert disagreement(_Wrong({"died": 11}, {"died": 11}), right) is None


def test_the_words_of_a_refusal_matter() -> None:
    vector: Json = {"t": [list[Json]([2]), list[Json]([1]), 0, "float32"]}
    refused = Changed({"op": "aten.mm.default", "args": [vector, vector], "kwargs": {}}, changes=1)
    assert disagreement(_Wrong({"error": ["RuntimeError", "self must be a matrix"]}), refused) is None
    assert disagreement(_Wrong({"error": ["RuntimeError", "other words"]}), refused) is not None
    assert disagreement(_Wrong({"error": ["IndexError", "self must be a matrix"]}), refused) is not None
