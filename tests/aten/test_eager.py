"""Calls with changed sizes, ranks and numbers: our operators refuse exactly what the eager kernels refuse.

The outcomes were recorded by ``tests/differential/record_eager.py``: a requirement too many refuses a call that ran,
a requirement too few runs a call that was refused. ``eager_open.jsonl`` beside it holds the recorded calls on which
the two differ for the reason that each states in ``why``.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pytest

from tests.aten.calls import Json, field, our_outcome, read_calls
from tests.aten.outcomes import agrees, leading

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("eager.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_the_operator_runs_and_refuses_as_the_eager_kernel(operator: str) -> None:
    for call in _CALLS[operator]:
        assert agrees(our_outcome(call), call), (call["args"], call["kwargs"])


def test_both_outcomes_were_recorded_for_most_operators() -> None:
    refused = {name for name, calls in _CALLS.items() if any("error" in call for call in calls)}
    assert len(_CALLS) > 600
    assert len(refused) > 350


def test_a_missing_requirement_is_noticed() -> None:
    refused = next(call for call in _CALLS["aten.mm.default"] if "error" in call)
    vector: Json = {"t": [list[Json]([2]), list[Json]([1]), 0, "float32"]}
    unchecked: dict[str, Json] = {"op": "aten.outer.default", "args": [vector, vector], "kwargs": {}}
    assert leading(our_outcome(unchecked)) != leading(refused)


@pytest.mark.parametrize("call", list(read_calls("eager_open.jsonl")), ids=lambda call: field(call, "op"))
def test_a_stated_deviation_still_deviates(call: dict[str, Json]) -> None:
    assert field(call, "why")
    assert leading(our_outcome(call)) != leading(call)
