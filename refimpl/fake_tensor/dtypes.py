"""Tensor element types and their categories."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, final

__all__ = ["Category", "DType"]


class Category(IntEnum):
    """The category of a dtype, in the order in which promotion prefers the later one."""

    BOOL = 0
    INTEGRAL = 1
    FLOATING = 2
    COMPLEX = 3


@final
@dataclass(frozen=True, slots=True)
class _Info:
    """The facts about one dtype."""

    number: int
    code: int
    itemsize: int
    category: Category
    signed: bool = True


class DType(Enum):
    """An element type; ``str()`` is PyTorch's (``torch.float32``).

    ``number`` is the code of the archive schema, ``code`` that of PyTorch's ``ScalarType``; ``itemsize`` the bytes of
    one element; ``category`` boolean, integral, floating or complex; ``is_signed`` says whether the type has negative
    values.
    """

    uint8 = _Info(1, 0, 1, Category.INTEGRAL, signed=False)
    int8 = _Info(2, 1, 1, Category.INTEGRAL)
    int16 = _Info(3, 2, 2, Category.INTEGRAL)
    int32 = _Info(4, 3, 4, Category.INTEGRAL)
    int64 = _Info(5, 4, 8, Category.INTEGRAL)
    float16 = _Info(6, 5, 2, Category.FLOATING)
    float32 = _Info(7, 6, 4, Category.FLOATING)
    float64 = _Info(8, 7, 8, Category.FLOATING)
    complex32 = _Info(9, 8, 4, Category.COMPLEX)
    complex64 = _Info(10, 9, 8, Category.COMPLEX)
    complex128 = _Info(11, 10, 16, Category.COMPLEX)
    bool = _Info(12, 11, 1, Category.BOOL, signed=False)
    bfloat16 = _Info(13, 15, 2, Category.FLOATING)
    uint16 = _Info(28, 27, 2, Category.INTEGRAL, signed=False)
    float8_e4m3fn = _Info(29, 24, 1, Category.FLOATING)
    float8_e5m2 = _Info(30, 23, 1, Category.FLOATING)
    float8_e4m3fnuz = _Info(31, 26, 1, Category.FLOATING)
    float8_e5m2fnuz = _Info(32, 25, 1, Category.FLOATING)
    float8_e8m0fnu = _Info(33, 44, 1, Category.FLOATING)
    uint32 = _Info(34, 28, 4, Category.INTEGRAL, signed=False)
    uint64 = _Info(35, 29, 8, Category.INTEGRAL, signed=False)

    def __init__(self, info: _Info) -> None:
        # Stored, because every node asks: an Enum computes its ``value`` anew each time.
        self.number: Final = info.number
        self.code: Final = info.code
        self.itemsize: Final = info.itemsize
        self.category: Final = info.category
        self.is_signed: Final = info.signed
        self.is_floating_point: Final = info.category is Category.FLOATING
        self.is_complex: Final = info.category is Category.COMPLEX

    def __str__(self) -> str:
        return f"torch.{self.name}"
