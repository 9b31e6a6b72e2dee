"""Tensors on different devices: what fake tensors of PyTorch 2.13 refuse, and what they take."""

from __future__ import annotations

from math import prod
from typing import Final

import pytest

from refimpl.aten._overload import overload
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.tensor import CPU, Device
from tests.aten.plain_context import PlainContext

CUDA: Final = Device("cuda", 0)


def _on(device: Device, *sizes: int, dtype: DType = DType.float32) -> FakeTensor:
    return FakeTensor(sizes, tuple(prod(sizes[dim + 1 :]) for dim in range(len(sizes))), dtype, device)


_MATRIX, _SQUARE, _VECTOR = _on(CUDA, 2, 3), _on(CPU, 3, 3), _on(CPU, 3)
_INDEX = _on(CPU, 3, dtype=DType.int64)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("aten.mm.default", (_MATRIX, _SQUARE)),
        ("aten.addmm.default", (_VECTOR, _MATRIX, _on(CUDA, 3, 3))),
        ("aten.mv.default", (_MATRIX, _VECTOR)),
        ("aten.dot.default", (_on(CUDA, 3), _VECTOR)),
        ("aten.linear.default", (_MATRIX, _SQUARE)),
        ("aten.cat.default", ((_on(CUDA, 3), _VECTOR),)),
        ("aten.stack.default", ((_on(CUDA, 3), _VECTOR),)),
        ("aten.add.Tensor", (_on(CUDA, 3), _VECTOR)),
        ("aten.add_.Tensor", (_on(CPU, 3), _on(CUDA, 3))),
        ("aten.gather.default", (_on(CUDA, 3), 0, _INDEX)),
        ("aten.index_select.default", (_on(CUDA, 3), 0, _INDEX)),
        ("aten.embedding.default", (_on(CUDA, 4, 3), _INDEX)),
        ("aten.masked_fill.Scalar", (_on(CUDA, 3), _on(CPU, 3, dtype=DType.bool), 0.0)),
        ("aten.native_layer_norm.default", (_MATRIX, (3,), _VECTOR, _VECTOR, 1e-5)),
        ("aten.isin.Tensor_Tensor", (_on(CUDA, 3), _VECTOR)),
    ],
)
def test_two_devices_are_refused(name: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(RuntimeError, match="Expected all tensors to be on the same device, but found at least two"):
        overload(name).run(PlainContext(), arguments, {})


@pytest.mark.parametrize(
    ("name", "arguments", "device"),
    [
        ("aten.add.Tensor", (_on(CUDA, 2), _on(CPU)), CUDA),
        ("aten.add.Tensor", (_on(CPU), _on(CUDA, 2)), CUDA),
        ("aten.cumsum.default", (_on(CUDA, 3), 0), CUDA),
        ("aten.copy_.default", (_on(CPU, 2), _on(CUDA, 2)), CPU),
        ("aten.index.Tensor", (_on(CUDA, 5), (_INDEX,)), CUDA),
        ("aten.index_put.default", (_on(CUDA, 5), (_INDEX,), _on(CUDA, 3)), CUDA),
        ("aten.where.self", (_on(CPU, dtype=DType.bool), _on(CUDA, 2), _on(CUDA, 2)), CUDA),
        ("aten.mm.default", (_MATRIX, _on(CUDA, 3, 3)), CUDA),
    ],
)
def test_what_goes_with_another_device_is_taken(name: str, arguments: tuple[object, ...], device: Device) -> None:
    result = overload(name).run(PlainContext(), arguments, {})
    assert isinstance(result, FakeTensor)
    assert result.device == device
