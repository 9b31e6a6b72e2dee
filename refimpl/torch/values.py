"""Values of a run: fake tensors, numbers and structures of them, of a live PyTorch and ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol, cast

from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, Storage
from refimpl.symbolic_shapes.structures import is_list, is_tuple
from refimpl.terms import Apply, Dim, IntTerm, Scalar, Symbol, to_cond, to_dim
from refimpl.torch._imports import attribute
from refimpl.torch.expressions import Unreadable, from_torch_expression
from refimpl.torch.key_paths import raw_scalar
from refimpl.torch.live_env import LiveEnvironment

__all__ = ["from_torch_constant", "from_torch_value", "is_torch_tensor", "to_torch_constant", "to_torch_value"]

_LAYOUTS: Final[tuple[Layout, ...]] = (
    "strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "_mkldnn", "jagged",
)  # fmt: skip


class _Device(Protocol):
    type: str
    index: int | None


class _Tensor(Protocol):
    dtype: object
    device: _Device
    layout: object
    requires_grad: bool

    def size(self) -> Sequence[object]: ...

    def stride(self) -> Sequence[object]: ...

    def storage_offset(self) -> object: ...


def is_torch_tensor(value: object) -> bool:
    """Whether the value is a ``torch.Tensor``, fake or not."""
    tensor = attribute("torch", "Tensor")
    return isinstance(tensor, type) and isinstance(value, tensor)


def from_torch_value(value: object) -> object:
    """A result with raw terms: tensors, numbers, None, lists and tuples of them, before any replacement.

    Raises `Unreadable` for anything else.
    """
    if value is None:
        return None
    if is_tuple(value):
        return tuple([from_torch_value(item) for item in value])
    if is_list(value):
        return [from_torch_value(item) for item in value]
    if is_torch_tensor(value):
        return _from_tensor(cast("_Tensor", value))  # PyTorch is not there when types are checked
    return from_torch_expression(raw_scalar(value))


def _from_tensor(tensor: _Tensor) -> FakeTensor:
    layout = _layout(str(tensor.layout).removeprefix("torch."))
    strided = layout == "strided"
    return FakeTensor(
        tuple([_dim(size) for size in tensor.size()]),
        tuple([_dim(stride) for stride in tensor.stride()]) if strided else (),
        _dtype(tensor.dtype),
        Device(tensor.device.type, tensor.device.index),
        _dim(tensor.storage_offset()) if strided else 0,
        layout,
        Storage(),
        requires_grad=bool(tensor.requires_grad),
    )


def _dim(value: object) -> Dim:
    return to_dim(from_torch_expression(raw_scalar(value)))


def _dtype(value: object) -> DType:
    try:
        return DType[str(value).removeprefix("torch.")]
    except KeyError as error:
        raise Unreadable(str(value), "it is no element type of ours") from error


def _layout(name: str) -> Layout:
    for layout in _LAYOUTS:
        if layout == name:
            return layout
    raise Unreadable(name, "it is no layout of ours")


def from_torch_constant(value: object) -> object:
    """An argument of a node: element types, devices, layouts and memory formats; anything else as it is."""
    kind = f"{type(value).__module__}.{type(value).__name__}"
    match kind:
        case "torch.dtype":
            return _dtype(value)
        case "torch.device":
            device = cast("_Device", value)  # see above
            return Device(device.type, device.index)
        case "torch.layout" | "torch.memory_format":
            return str(value).removeprefix("torch.")
        case _:
            return value


def to_torch_constant(value: object, parameter: Literal["layout", "memory_format"] | str | None = None) -> object:
    """An argument of a node for PyTorch; ``parameter`` is the keyword under which it is passed."""
    if isinstance(value, DType):
        return attribute("torch", value.name)
    if isinstance(value, Device):
        return cast("Callable[[str], object]", attribute("torch", "device"))(str(value))  # see above
    if parameter in ("layout", "memory_format") and isinstance(value, str):
        return attribute("torch", value)
    return value


def to_torch_value(value: object, live: LiveEnvironment, mode: object) -> object:
    """The value in a live PyTorch: ``mode`` is the ``FakeTensorMode`` (of the environment) that its tensors belong to.

    A new storage for each tensor; raw terms become symbolic numbers. Raises TypeError for what is no value of a run.
    """
    if is_tuple(value):
        return tuple([to_torch_value(item, live, mode) for item in value])
    if is_list(value):
        return [to_torch_value(item, live, mode) for item in value]
    if isinstance(value, FakeTensor):
        return _to_tensor(value, live, mode)
    if isinstance(value, (bool, int, float, IntTerm)):
        return live.integer(value) if isinstance(value, IntTerm) else value
    if isinstance(value, (Symbol, Apply)):
        return live.real(value)
    if value is None:
        return None
    return live.boolean(to_cond(cast("Scalar", value)))  # whatever else is passed is refused there


def _to_tensor(tensor: FakeTensor, live: LiveEnvironment, mode: object) -> object:
    if tensor.layout != "strided":
        raise TypeError(f"a tensor of layout {tensor.layout} is not made")
    make = cast("Callable[..., object]", attribute("torch", "empty_strided"))  # type: ignore[explicit-any]  # keywords
    sizes, strides = ([live.integer(dim) for dim in dims] for dims in (tensor.sizes, tensor.strides))
    dtype, device = to_torch_constant(tensor.dtype), to_torch_constant(tensor.device)
    with cast("AbstractContextManager[object]", mode):  # see above
        made = make(sizes, strides, dtype=dtype, device=device, requires_grad=tensor.requires_grad)
        if isinstance(tensor.offset, int) and tensor.offset == 0:
            return made
        view = cast("Callable[..., object]", attribute("torch", "as_strided"))  # type: ignore[explicit-any]  # see above
        return view(made, sizes, strides, live.integer(tensor.offset))
