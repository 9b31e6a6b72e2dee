"""Operators of networks in every memory format: sizes, strides and refusals as PyTorch's fake tensors have them."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pytest

from tests.aten.calls import Json, field, matters, our_outcome, read_calls

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("layouts.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_layouts_are_those_of_fake_tensors(operator: str) -> None:
    for call in _CALLS[operator]:
        ours = our_outcome(call)
        if "error" in call:
            assert "error" in ours, call["args"]
        else:
            assert "out" in ours, (call["args"], ours)
            assert matters(ours["out"]) == matters(call["out"]), call["args"]


def test_a_contiguous_result_of_a_channels_last_input_is_noticed() -> None:
    call = next(
        c for c in _CALLS["aten.avg_pool2d.default"] if "out" in c and matters(c["out"]) != _contiguous(c["out"])
    )
    assert matters(our_outcome(call)["out"]) != _contiguous(call["out"])


def _contiguous(out: Json) -> Json:
    assert isinstance(out, dict)
    tensor = out["t"]
    assert isinstance(tensor, list)
    sizes = tensor[0]
    assert isinstance(sizes, list)
    strides: list[Json] = []
    running = 1
    for size in reversed(sizes):
        strides.insert(0, running)
        running *= int(str(size))
    return matters({"t": [sizes, strides, tensor[2], tensor[3]]})
