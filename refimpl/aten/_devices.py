"""The one device that the tensors of an operator are on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from refimpl.fake_tensor.tensor import CPU, Device, FakeTensor

__all__ = ["ON_ONE_DEVICE", "common_device"]

_NAMES: Final = """
mm bmm addmm baddbmm addbmm mv addmv dot vdot matmul linear _cdist_forward
cat stack gather scatter scatter_add scatter_reduce index_select embedding masked_fill take take_along_dim
native_layer_norm layer_norm native_group_norm group_norm native_batch_norm _native_batch_norm_legit batch_norm
searchsorted bucketize isin nll_loss_forward
"""
ON_ONE_DEVICE: Final = frozenset(_NAMES.split())
"""The operators, elementwise ones aside, whose tensors fake tensors want on one device; others take or move some."""


def common_device(tensors: Sequence[FakeTensor]) -> Device:
    """The one device of the tensors; a CPU tensor without dimensions goes with any. Raises RuntimeError."""
    device = tensors[0].device
    for tensor in tensors:
        if tensor.device is device or tensor.device == device or (tensor.device == CPU and not tensor.sizes):
            continue
        if device == CPU and not any(t.sizes for t in tensors if t.device == CPU):
            device = tensor.device
            continue
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{device} and {tensor.device}!"
        )
    return device
