"""Calls with one fault, in the words with which PyTorch 2.13 refuses them."""

from __future__ import annotations

from typing import Final

import pytest

from tests.aten.calls import Json, our_outcome
from tests.aten.changes import Call
from tests.aten.eager import Eager
from tests.aten.outcomes import leading


def _tensor(*sizes: int, dtype: str = "float32") -> Json:
    strides = [1] if sizes else []
    for size in sizes[:0:-1]:
        strides.insert(0, strides[0] * max(size, 1))
    return {"t": [list[Json](sizes), list[Json](strides), 0, dtype]}


def _call(operator: str, *args: Json, **kwargs: Json) -> Call:
    return {"op": f"aten.{operator}", "args": list(args), "kwargs": kwargs}


_NAN: Final[Json] = {"f": "nan"}
_COMPLEX: Final[Json] = {"c": ["1.0", "2.0"]}
_MASK: Final = _tensor(3, 1, dtype="bool")
_COMPRESSED: Final[Json] = {"layout": "sparse_csr"}
_VECTOR: Final = _tensor(2)
_CALLS: Final = (
    _call("masked_fill.Scalar", _tensor(3, 4, dtype="int64"), _MASK, _NAN),
    _call("masked_fill.Scalar", _tensor(3, 4), _MASK, _COMPLEX),
    _call("masked_fill.Scalar", _tensor(3, 4, dtype="bfloat16"), _MASK, _COMPLEX),
    _call("_unsafe_masked_index.default", _tensor(3, 4, dtype="int64"), _MASK, [_tensor(3, dtype="int64")], _COMPLEX),
    _call("zeros.default", [3], layout=_COMPRESSED),
    _call("empty.memory_format", [], layout=_COMPRESSED),
    _call("new_full.default", _tensor(3), [4], 1, layout=_COMPRESSED),
    _call("adaptive_avg_pool2d.default", _tensor(0, 3), [2, -1]),
    _call("adaptive_avg_pool3d.default", _tensor(2, 3), [2, -1, 2]),
    _call(
        "batch_norm.default", _tensor(3, 2, 4), _VECTOR, _VECTOR, _tensor(1, 2), _VECTOR, False, {"f": "0.1"},
        {"f": "1e-05"}, True,
    ),
    _call("to.device", _tensor(3), "text", {"dtype": "float64"}),
)  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("call", _CALLS, ids=[str(call["op"]) for call in _CALLS])
def test_a_faulty_call_is_refused_in_the_words_of_the_kernels(torch: Eager, call: Call) -> None:
    refused = torch.run(call)
    assert "error" in refused
    assert leading(our_outcome(call)) == leading(refused)


@pytest.mark.parametrize("call", _CALLS, ids=[str(call["op"]) for call in _CALLS])
def test_a_faulty_call_is_refused(call: Call) -> None:
    assert str(our_outcome(call)).startswith("{'error': ['RuntimeError', ")


def test_numbers_that_fit_are_filled_in() -> None:
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4), _MASK, _NAN))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="bool"), _MASK, _COMPLEX))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="complex64"), _MASK, _COMPLEX))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="int64"), _MASK, {"f": "2.5"}))


def test_a_sparse_tensor_of_coordinates_has_no_steps() -> None:
    made = our_outcome(_call("zeros.default", [2, 3], layout={"layout": "sparse_coo"}))
    assert made == {"out": {"t": [[2, 3], [0, 0], 0, "float32"]}}


def test_the_gradient_of_a_logarithmic_softmax_broadcasts() -> None:
    made = our_outcome(
        _call("_log_softmax_backward_data.default", _tensor(1, 3), _tensor(2, 3), 1, {"dtype": "float32"})
    )
    assert made == {"out": {"t": [[2, 3], [3, 1], 0, "float32"]}}
