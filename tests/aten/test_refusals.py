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
    _call("hardtanh.default", _tensor(1, 0, dtype="uint8"), {"f": "-1.0"}, {"f": "1.0"}),
    _call("_chunk_cat.default", [_tensor(2, 3), _tensor(2, 3)], 2, 5),
    _call("binary_cross_entropy.default", _tensor(2, dtype="bool"), _tensor(2, dtype="float16")),
    _call(
        "_unsafe_masked_index_put_accumulate.default", _tensor(3, 4, dtype="int64"), _MASK,
        [_tensor(3, dtype="int64")], _tensor(3, 4),
    ),
)  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("call", _CALLS, ids=[str(call["op"]) for call in _CALLS])
def test_a_faulty_call_is_refused_in_the_words_of_the_kernels(torch: Eager, call: Call) -> None:
    refused = torch.run(call)
    assert "error" in refused
    assert leading(our_outcome(call)) == leading(refused)


@pytest.mark.parametrize("call", _CALLS, ids=[str(call["op"]) for call in _CALLS])
def test_a_faulty_call_is_refused(call: Call) -> None:
    assert "error" in our_outcome(call)


def test_numbers_that_fit_are_filled_in() -> None:
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4), _MASK, _NAN))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="bool"), _MASK, _COMPLEX))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="complex64"), _MASK, _COMPLEX))
    assert "out" in our_outcome(_call("masked_fill.Scalar", _tensor(3, 4, dtype="int64"), _MASK, {"f": "2.5"}))


def test_a_sparse_tensor_of_coordinates_has_no_steps() -> None:
    made = our_outcome(_call("zeros.default", [2, 3], layout={"layout": "sparse_coo"}))
    assert made == {"out": {"t": [[2, 3], [0, 0], 0, "float32"]}}


def _layer(grad: Json, statistic: Json) -> Call:
    sizes: list[Json] = [3]
    tensors = _tensor(2, 3), sizes, statistic, _tensor(2, 1), _tensor(3), _tensor(3)
    return _call("native_layer_norm_backward.default", grad, *tensors, [True, True, True])


def _batch(grad: Json, statistic: Json) -> Call:
    channels = _tensor(3)
    tensors = _tensor(2, 3, 4), channels, channels, channels, statistic, channels
    return _call("native_batch_norm_backward.default", grad, *tensors, True, {"f": "1e-05"}, [True, True, True])


_GRADIENTS: Final = (
    _call("_log_softmax_backward_data.default", _tensor(1, 3), _tensor(2, 3), 1, {"dtype": "float32"}),
    _call("_log_softmax_backward_data.default", _tensor(2, 3), _tensor(2, 4), 1, {"dtype": "float32"}),
    _layer(_tensor(2, 3), _tensor(2, 1)),
    _layer(_tensor(5, 2, 3), _tensor(2, 1)),
    _layer(_tensor(2, 4), _tensor(2, 1)),
    _layer(_tensor(2, 3), _tensor(4, 1)),
    _layer(_tensor(3), _tensor(2, 1)),
    _batch(_tensor(2, 3, 4), _tensor(3)),
    _batch(_tensor(2, 3, 1), _tensor(3)),
    _batch(_tensor(2, 3, 5), _tensor(3)),
    _batch(_tensor(2, 3, 4), _tensor(2)),
    _batch(_tensor(2, 3, 4), _tensor(1)),
)
# The sizes of what the gradient is of, and of the vectors; None where tracing refuses.
_SIZES: Final = (
    [2, 3], None,
    [[2, 3], [3], [3]], [[5, 2, 3], [2, 3], [2, 3]], None, None, None,
    [[2, 3, 4], [3], [3]], [[2, 3, 4], [3], [3]], None, None, None,
)  # fmt: skip


@pytest.mark.torch
def test_the_operands_of_a_gradient_broadcast_as_tracing_has_it(torch: Eager) -> None:
    for call in _GRADIENTS:
        assert leading(our_outcome(call)) == leading(torch.fake(call)), call


@pytest.mark.parametrize(("call", "sizes"), list(zip(_GRADIENTS, _SIZES, strict=True)))
def test_the_operands_of_a_gradient_broadcast(call: Call, sizes: Json) -> None:
    outcome = our_outcome(call)
    assert _sizes(outcome["out"]) == sizes if sizes is not None else "error" in outcome


def _sizes(result: Json) -> list[Json]:
    """The sizes of a tensor, or of each tensor of a list."""
    if isinstance(result, list):
        return [_sizes(item) for item in result]
    assert isinstance(result, dict)
    fields = result["t"]
    assert isinstance(fields, list)
    sizes = fields[0]
    assert isinstance(sizes, list)
    return sizes


def _convolution(grad: Json, input: Json, weight: Json, dilation: int = 1) -> Call:
    outputs: list[Json] = [4]
    tensors = grad, input, weight, outputs
    pairs: list[list[Json]] = [[1, 1], [0, 0], [dilation, 1]]
    return _call("convolution_backward.default", *tensors, *pairs, False, [0, 0], 2, [True, True, True])


_ACCEPTED: Final = (
    _convolution(_tensor(3, 4, 9, 9), _tensor(0, 6, 4, 5), _tensor(4, 3, 2, 3)),
    _convolution(_tensor(0, 4, 3, 3), _tensor(0, 6, 4, 5), _tensor(4, 3, 0, 3)),
    _convolution(_tensor(2, 4, 3, 3), _tensor(2, 6, 4, 5), _tensor(4, 3, 2, 3, dtype="float16")),
)


@pytest.mark.torch
@pytest.mark.parametrize("call", _ACCEPTED)
def test_an_empty_convolution_or_one_of_two_dtypes_has_gradients_as_in_pytorch(torch: Eager, call: Call) -> None:
    assert leading(our_outcome(call)) == leading(torch.fake(call)) == leading(torch.run(call))


@pytest.mark.parametrize("call", _ACCEPTED)
def test_an_empty_convolution_or_one_of_two_dtypes_has_gradients(call: Call) -> None:
    args = call["args"]
    assert isinstance(args, list)
    assert _sizes(our_outcome(call)["out"]) == [*_sizes(args[1:3]), list[Json]([4])]


def test_a_gradient_of_no_elements_is_divided_by_zero() -> None:
    call = _batch(_tensor(0, 3, 4), _tensor(3))
    args = call["args"]
    assert isinstance(args, list)
    args[1] = _tensor(0, 3, 4)
    assert our_outcome(call) == {"error": ["ZeroDivisionError", "float division by zero"]}
