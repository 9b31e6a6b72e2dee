"""Every overload on permuted, reversed, expanded, sliced and moved tensors: the layouts of PyTorch's fake tensors."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Final

import pytest

from tests.aten.calls import Json, field, matters, our_outcome, read_calls
from tests.aten.test_live import record

# Fake tensors let an operator write into elements that share memory and copy what lies outside of a storage, which
# eager kernels refuse as we do.
_REFUSED: Final = ("more than one element of the written-to tensor", "are out of bounds for storage of size")

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("relaid.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


def _difference(call: dict[str, Json]) -> str | None:
    """What differs from fake tensors without a stated reason."""
    ours = our_outcome(call)
    if "error" in ours:
        refused = any(words in str(ours["error"]) for words in _REFUSED)
        return None if refused else f"{call} refused: {ours['error']}"
    if matters(ours["out"]) == matters(call["out"]):
        return None
    return f"{call} ours: {ours['out']}"


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_layouts_are_those_of_fake_tensors(operator: str) -> None:
    assert [found for found in map(_difference, _CALLS[operator]) if found is not None] == []


def test_a_dense_result_is_no_substitute_for_the_layout() -> None:
    ordered = [
        call for calls in _CALLS.values() for call in calls if matters(call["out"]) != matters(_dense(call["out"]))
    ]
    assert len(ordered) > 150
    assert _difference({**ordered[0], "out": _dense(ordered[0]["out"])}) is not None


def _dense(value: Json) -> Json:
    if isinstance(value, list):
        return [_dense(item) for item in value]
    if not isinstance(value, dict) or "t" not in value:
        return value
    tensor = value["t"]
    assert isinstance(tensor, list)
    sizes = tensor[0]
    assert isinstance(sizes, list)
    strides: list[Json] = []
    running = 1
    for size in reversed(sizes):
        strides.insert(0, running)
        running *= max(int(str(size)), 1)
    return {"t": [sizes, strides, *tensor[2:]]}


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.parametrize("seed", ["a", "b"])
def test_new_layouts_agree_with_live_fake_tensors(seed: str, tmp_path: Path) -> None:
    record("record_relaid.py", tmp_path / "relaid.jsonl", "6", seed)
    lines = (tmp_path / "relaid.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 2500
    assert [found for found in map(_difference, map(json.loads, lines)) if found is not None] == []
