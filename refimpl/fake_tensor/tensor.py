"""A tensor without contents: sizes, strides, offset, dtype, device, layout and the storage it views."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias, final, overload

from refimpl.fake_tensor.dtypes import DType
from refimpl.symbolic_shapes.active import active_shape_env
from refimpl.symbolic_shapes.sym_node import IntLike, wrap_int
from refimpl.terms import Dim, IntTerm, to_text

__all__ = ["CPU", "BatchDim", "Device", "Extent", "FakeTensor", "Layout", "MemoryFormat", "Sizes", "Storage"]

Sizes: TypeAlias = tuple[Dim, ...]
Layout: TypeAlias = Literal[
    "strided", "sparse_coo", "sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc", "_mkldnn", "jagged"
]
# The sizes, strides, offset and dtype of a tensor that reaches to the end of its storage.
Extent: TypeAlias = tuple[Sizes, Sizes, Dim, DType]
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
class BatchDim(NamedTuple):
    """A dimension that a level of ``vmap`` hides: the level, the size and the stride, both in elements."""

    level: int
    size: Dim
    stride: Dim


@final
class Storage:
    """The memory that tensors share; compared by identity. ``version`` counts the mutations of its contents.

    ``is_copy`` says that an operator copied another storage whole, so that the tensor which made it may start at an
    offset; PyTorch's fake tensors give that offset when they run the operator, and 0 when they remember the call.
    ``extent`` says how large it is; None if nobody knows, as of an input, which may be part of something larger.
    """

    __slots__ = ("extent", "is_copy", "is_input", "version")

    def __init__(self, extent: Extent | None = None, *, is_input: bool = False, is_copy: bool = False) -> None:
        self.version: int = 0
        self.extent: Extent | None = extent
        self.is_input: bool = is_input
        self.is_copy: bool = is_copy


@final
@dataclass(slots=True, eq=False, repr=False, init=False)
class FakeTensor:
    """A tensor of which only the metadata exists; ``sizes``, ``strides`` and ``offset`` count elements.

    ``constant`` is the value of a lifted one-element constant, which ``item()`` returns as a plain number. Made without
    a storage, it stands on one of its own that ends with its last element. ``batch`` are the dimensions that levels of
    ``vmap`` hide, where it is known how they lie in memory, the outermost level first.
    """

    # The type checkers hold them constant: every node makes a tensor, and a frozen class takes three times as long.
    sizes: Final[Sizes]
    strides: Final[Sizes]
    dtype: Final[DType]
    device: Final[Device]
    offset: Final[Dim]
    layout: Final[Layout]
    storage: Final[Storage]
    requires_grad: Final[bool]
    constant: Final[int | float | bool | complex | None]
    batch: Final[tuple[BatchDim, ...]]

    def __init__(
        self,
        sizes: Sizes,
        strides: Sizes,
        dtype: DType,
        device: Device = CPU,
        offset: Dim = 0,
        layout: Layout = "strided",
        storage: Storage | None = None,
        requires_grad: bool = False,
        constant: int | float | bool | complex | None = None,
        batch: tuple[BatchDim, ...] = (),
    ) -> None:
        self.sizes = sizes
        self.strides = strides
        self.dtype = dtype
        self.device = device
        self.offset = offset
        self.layout = layout
        self.storage = Storage((sizes, strides, offset, dtype)) if storage is None else storage
        self.requires_grad = requires_grad
        self.constant = constant
        self.batch = batch

    def __repr__(self) -> str:
        parts = [f"size={_text(self.sizes)}", f"stride={_text(self.strides)}", f"dtype={self.dtype}"]
        if not (isinstance(self.offset, int) and self.offset == 0):
            parts.append(f"storage_offset={to_text(self.offset)}")
        if self.device != CPU:
            parts.append(f"device={self.device}")
        return f"FakeTensor({', '.join(parts)})"

    @property
    def shape(self) -> tuple[IntLike | IntTerm, ...]:
        """The sizes: symbolic integers within a fake mode, raw terms outside."""
        return self.size()

    @overload
    def size(self) -> tuple[IntLike | IntTerm, ...]: ...

    @overload
    def size(self, dim: int) -> IntLike | IntTerm: ...

    def size(self, dim: int | None = None) -> tuple[IntLike | IntTerm, ...] | IntLike | IntTerm:
        """The sizes, or that of one dimension: symbolic integers within a fake mode, raw terms outside.

        Raises IndexError for a dimension out of range.
        """
        return _wrapped(self.sizes) if dim is None else _wrapped(self.sizes)[dim]

    @overload
    def stride(self) -> tuple[IntLike | IntTerm, ...]: ...

    @overload
    def stride(self, dim: int) -> IntLike | IntTerm: ...

    def stride(self, dim: int | None = None) -> tuple[IntLike | IntTerm, ...] | IntLike | IntTerm:
        """The strides, or that of one dimension: symbolic integers within a fake mode, raw terms outside.

        Raises IndexError for a dimension out of range.
        """
        return _wrapped(self.strides) if dim is None else _wrapped(self.strides)[dim]

    def storage_offset(self) -> IntLike | IntTerm:
        """The offset: a symbolic integer within a fake mode, a raw term outside."""
        return _wrapped((self.offset,))[0]

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
        return FakeTensor(
            sizes, strides, self.dtype, self.device, offset, self.layout, self.storage, self.requires_grad, None,
            self.batch,
        )  # fmt: skip

    def resized(self, sizes: Sizes, strides: Sizes) -> FakeTensor:
        """The tensor over its storage with other sizes and strides; that grows if need be, and never shrinks."""
        self.storage.extent = None
        return self.viewed(sizes, strides, self.offset)

    def on(self, storage: Storage) -> FakeTensor:
        """The same tensor in another memory."""
        return FakeTensor(
            self.sizes, self.strides, self.dtype, self.device, self.offset, self.layout, storage, self.requires_grad,
            self.constant, self.batch,
        )  # fmt: skip

    def rewritten(self, rewrite: Callable[[Dim], Dim]) -> FakeTensor:
        """The same tensor with its sizes, strides and offset rewritten; itself if nothing changes.

        The extent of its storage is written anew in the same words: all that share it know it by these.
        """
        if self.storage.extent is not None:
            whole, steps, start, dtype = self.storage.extent
            self.storage.extent = (tuple(map(rewrite, whole)), tuple(map(rewrite, steps)), rewrite(start), dtype)
        sizes = tuple(map(rewrite, self.sizes))
        strides = tuple(map(rewrite, self.strides))
        offset = rewrite(self.offset)
        if sizes == self.sizes and strides == self.strides and offset == self.offset and not self.batch:
            return self
        batch = tuple([BatchDim(level, rewrite(size), rewrite(stride)) for level, size, stride in self.batch])
        return replace(self, sizes=sizes, strides=strides, offset=offset, batch=batch)


def _text(dims: Sizes) -> str:
    return "[" + ", ".join(map(to_text, dims)) + "]"


def _wrapped(dims: Sizes) -> tuple[IntLike | IntTerm, ...]:
    env = active_shape_env()
    return dims if env is None else tuple([wrap_int(dim, env) for dim in dims])
