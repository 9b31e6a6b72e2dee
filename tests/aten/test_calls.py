"""Every overload on calls of PyTorch's operator database, compared with what PyTorch's fake tensors gave."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import pytest

from tests.aten.calls import Json, field, our_outcome, read_calls

_CALLS: Final = defaultdict[str, list[dict[str, Json]]](list)
for _call in read_calls("calls.jsonl"):
    _CALLS[field(_call, "op")].append(_call)


def without_grad(value: Json) -> Json:
    """A recorded result without ``requires_grad``, which shape functions do not track."""
    if isinstance(value, list):
        return [without_grad(item) for item in value]
    if isinstance(value, dict) and "t" in value:
        tensor = value["t"]
        assert isinstance(tensor, list)
        return {"t": tensor[:4]}
    return value


@pytest.mark.parametrize("operator", sorted(_CALLS))
def test_sizes_strides_offset_and_dtype_are_those_of_fake_tensors(operator: str) -> None:
    for call in _CALLS[operator]:
        assert our_outcome(call) == {"out": without_grad(call["out"])}, (call["args"], call["kwargs"])


def test_a_wrong_result_is_noticed() -> None:
    call = dict(_CALLS["aten.transpose.int"][0])
    call["op"] = "aten.swapaxes.default"
    assert our_outcome(call) == {"out": without_grad(call["out"])}
    wrong = without_grad(_CALLS["aten.unsqueeze.default"][0]["out"])
    assert our_outcome(call) != {"out": wrong}
