"""A tensor without contents: sizes, strides, offset, dtype, device, layout and the storage it views."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, final

from refimpl.fake_tensor.dtypes import DType
from refimpl.terms import Dim

__all__ = ["CPU", "Device", "FakeTensor", "Layout", "MemoryFormat", "Sizes", "Storage"]

Sizes: TypeAlias = tuple[Dim, ...]
Layout: TypeAlias = Literal["strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "_mkldnn", "jagged"]
MemoryFormat: TypeAlias = Literal["contiguous_format", "channels_last", "channels_last_3d", "preserve_format"]


@final
@dataclass(frozen=True, slots=True)
class Device:
    """A device, such as ``cpu`` or ``cuda:0``."""

    type: str
    index: int | None = None

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"


CPU: Final = Device("cpu")


@final
class Storage:
    """The memory that tensors share; compared by identity. ``version`` counts the mutations of its contents."""

    __slots__ = ("is_input", "version")

    def __init__(self, *, is_input: bool = False) -> None:
        self.version = 0
        self.is_input = is_input


@final
@dataclass(frozen=True, slots=True, eq=False)
class FakeTensor:
    """A tensor of which only the metadata exists; ``sizes``, ``strides`` and ``offset`` count elements.

    ``constant`` is the value of a lifted one-element constant, which ``item()`` returns as a plain number.
    """

    sizes: Sizes
    strides: Sizes
    dtype: DType
    device: Device = CPU
    offset: Dim = 0
    layout: Layout = "strided"
    storage: Storage = field(default_factory=Storage, repr=False)
    requires_grad: bool = False
    constant: int | float | bool | complex | None = None

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.sizes)

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self.sizes)

    def numel(self) -> Dim:
        """The number of elements."""
        total: Dim = 1
        for size in self.sizes:
            total = total * size
        return total

    def viewed(self, sizes: Sizes, strides: Sizes, offset: Dim) -> FakeTensor:
        """A view of the same storage with other sizes, strides and offset."""
        return replace(self, sizes=sizes, strides=strides, offset=offset, constant=None)
