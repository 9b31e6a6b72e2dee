"""Fake tensors: sizes, strides, dtypes and devices without contents, and the mode in which operators run on them."""

from __future__ import annotations

from refimpl.fake_tensor.context import Context, Quantity, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.errors import DataDependentOutputException, DynamicOutputShapeException
from refimpl.fake_tensor.mode import FakeTensorMode, current_mode, detect_fake_mode
from refimpl.fake_tensor.tensor import CPU, Device, FakeTensor, Layout, MemoryFormat, Sizes, Storage

__all__ = [
    "CPU",
    "Category",
    "Context",
    "DType",
    "Device",
    "DataDependentOutputException",
    "DynamicOutputShapeException",
    "FakeTensor",
    "FakeTensorMode",
    "Layout",
    "MemoryFormat",
    "Quantity",
    "Sizes",
    "Storage",
    "Value",
    "current_mode",
    "detect_fake_mode",
]
