"""Random calls of views, indexing, joining and factories: results and refusals are those of eager PyTorch.

A requirement too many refuses a call that ran, one too few runs a call that was refused. The contents of indices are
admissible. ``tests/differential/record_drawn.py`` recorded the outcomes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pytest

from tests.aten.calls import Json, field, our_outcome, read_calls
from tests.aten.drawn_eager import KNOWN_DEVIATIONS, disagreement, drawn_calls, eager_outcomes

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("drawn.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


def _outcome(call: dict[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in call.items() if name in ("out", "error")}


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_results_and_refusals_are_those_of_eager_runs(operator: str) -> None:
    for call in _CALLS[operator]:
        assert disagreement(call, _outcome(call)) is None


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_refusals_have_pytorchs_type_and_leading_words(operator: str) -> None:
    for call in _CALLS[operator]:
        if "error" in call:
            ours, eager = our_outcome(call)["error"], call["error"]
            assert isinstance(ours, list)
            assert isinstance(eager, list)
            assert (ours[0], str(ours[1])[:20]) == (eager[0], str(eager[1])[:20]), call


def test_both_results_and_refusals_were_recorded() -> None:
    refused = sum("error" in call for calls in _CALLS.values() for call in calls)
    assert refused > 200
    assert sum(map(len, _CALLS.values())) > 3 * refused


def test_a_wrong_result_and_a_wrong_refusal_are_noticed() -> None:
    ran = next(call for call in _CALLS["aten.unsqueeze.default"] if "out" in call)
    assert disagreement(ran, {"out": {"t": [[7], [1], 0, "float32"]}}) is not None
    assert disagreement(ran, {"error": ["RuntimeError", "no"]}) is not None
    refused = next(call for call in _CALLS["aten.view.default"] if "error" in call)
    assert disagreement(refused, {"out": {"t": [[7], [1], 0, "float32"]}}) is not None


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(3))
def test_new_draws_agree_with_a_live_pytorch(seed: int) -> None:
    calls = list(drawn_calls(1000 + seed, 100))
    found = [disagreement(call, eager) for call, eager in zip(calls, eager_outcomes(calls), strict=True)]
    assert [text for text in found if text is not None and not KNOWN_DEVIATIONS.search(text)] == []
