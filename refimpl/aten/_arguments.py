"""Checking and converting the arguments of a call by the types of a schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, cast

from refimpl.aten._schemas import Argument, ArgumentType, Schema
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor, Layout, MemoryFormat
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Apply, IntTerm, Symbol, to_float
from refimpl.terms.core import And, BoolSymbol, Eq, FloatCompare, Ge, Ne, Not, Or

__all__ = ["Converter", "converter"]

# Returns the argument as shape functions take it; raises RuntimeError if the value is of another type.
Converter: TypeAlias = Callable[[object], object]


class _Mismatch(Exception):
    """The value is not of the type; the text of the error needs the argument's name, which the caller knows."""


class _Undefined(Exception):
    """None was given for a tensor, which PyTorch's binding lets pass and its kernels refuse."""


# The machine integers: no integer argument of an operator is larger, but a number may be (an unsigned one).
_LEAST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1
_BOOL_TERMS: Final = (Ge, Eq, Ne, FloatCompare, Not, And, Or, BoolSymbol)
# The codes of PyTorch's ScalarType, which binding takes for a dtype.
_DTYPE_NUMBERS: Final = {dtype.code: dtype for dtype in DType}
_FLOAT_TERMS: Final = (Symbol, Apply)
_SCALARS: Final = (int, float, complex, IntTerm, *_FLOAT_TERMS, *_BOOL_TERMS)
_PYTHON_NAMES: Final = {
    "SymInt": "int", "ScalarType": "int", "Layout": "int", "MemoryFormat": "int", "Scalar": "number",
}  # fmt: skip


# A number given to these is a zero-dimensional tensor that takes part in promotion as a number.
_TAKES_NUMBERS: Final = frozenset(
    (
        "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "copy", "to",
        "_to_copy", "_conj",
    )
)  # fmt: skip


def _tensor(value: object) -> object:
    if type(value) is FakeTensor:
        return value
    if value is None:
        raise _Undefined
    raise _Mismatch


def _tensor_or_number(value: object) -> object:
    return _tensor(value) if value is None or type(value) is FakeTensor else _scalar(value)


def _takes_numbers(schema: Schema) -> bool:
    """Whether a number may stand for a tensor: for all of ``prims`` and a few of ``aten``."""
    namespace, base, _ = schema.name.split(".")
    return namespace == "prims" or (namespace == "aten" and base.removesuffix("_") in _TAKES_NUMBERS)


def _int(value: object) -> object:
    kind = type(value)
    if kind is IntTerm:
        return value
    if isinstance(value, int):
        if not _LEAST <= value <= _LARGEST:
            raise _Mismatch
        return value if kind is int else int(value)
    inner = unwrap(value)
    if inner is not value:
        return _int(inner)
    raise _Mismatch


def _float(value: object) -> object:
    kind = type(value)
    if kind is float or kind in _FLOAT_TERMS:
        return value
    if isinstance(value, int):
        return float(value)
    if isinstance(value, IntTerm):
        return to_float(value)
    inner = unwrap(value)
    if inner is not value:
        return _float(inner)
    raise _Mismatch


def _bool(value: object) -> object:
    if value is True or value is False or isinstance(value, _BOOL_TERMS):
        return value
    # Whatever Python converts to a boolean without looking into it.
    if value is None or isinstance(value, (int, float)):
        return bool(value)
    inner = unwrap(value)
    if inner is not value:
        return _bool(inner)
    raise _Mismatch


def _scalar(value: object) -> object:
    if isinstance(value, _SCALARS):
        return value
    inner = unwrap(value)
    if inner is not value:
        return _scalar(inner)
    raise _Mismatch


def _str(value: object) -> object:
    if isinstance(value, str):
        return value
    raise _Mismatch


def _one_of(names: tuple[str, ...]) -> Converter:
    def check(value: object) -> object:
        if value in names:
            return value
        raise _Mismatch

    return check


# In the order of PyTorch's MemoryFormat, whose codes binding takes for it.
_MEMORY_FORMATS: Final[tuple[MemoryFormat, ...]] = (
    "contiguous_format", "preserve_format", "channels_last", "channels_last_3d",
)  # fmt: skip


# In the order of PyTorch's Layout.
_LAYOUTS: Final[tuple[Layout, ...]] = (
    "strided", "sparse_coo", "sparse_csr", "_mkldnn", "sparse_csc", "sparse_bsr", "sparse_bsc", "jagged",
)  # fmt: skip


def _coded(names: tuple[str, ...]) -> Converter:
    """One of the names, or its place among them."""

    def check(value: object) -> object:
        if isinstance(value, int) and 0 <= value < len(names):
            return names[value]
        return _one_of(names)(value)

    return check


def _dtype(value: object) -> object:
    if type(value) is DType:
        return value
    if isinstance(value, int) and value in _DTYPE_NUMBERS:
        return _DTYPE_NUMBERS[value]
    raise _Mismatch


# As PyTorch lists them.
_DEVICES: Final = (
    "cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy",
    "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone",
)  # fmt: skip


def _device(value: object) -> object:
    if type(value) is Device:
        return value
    if isinstance(value, str):
        kind, _, index = value.partition(":")
        if kind not in _DEVICES:
            kinds = ", ".join(_DEVICES)
            raise RuntimeError(f"Expected one of {kinds} device type at start of device string: {value}")
        return Device(kind, int(index) if index else None)
    raise _Mismatch


def _anything(value: object) -> object:
    return value


def _generator(value: object) -> object:
    # Its class is PyTorch's; what is none can be told from the types that arguments of operators have.
    if isinstance(value, (*_SCALARS, str, list, tuple, FakeTensor, DType)):
        raise _Mismatch
    return value


_ELEMENTS: Final[dict[str, Converter]] = {
    "Tensor": _tensor,
    "int": _int,
    "SymInt": _int,
    "float": _float,
    "bool": _bool,
    "SymBool": _bool,
    "Scalar": _scalar,
    "ScalarType": _dtype,
    "Layout": _coded(_LAYOUTS),
    "MemoryFormat": _coded(_MEMORY_FORMATS),
    "str": _str,
    "Device": _device,
    "Generator": _generator,
}


def _optional(element: Converter) -> Converter:
    def check(value: object) -> object:
        return None if value is None else element(value)

    return check


def _list(element: Converter, size: int | None, fixed: int | None) -> Converter:
    def check(value: object) -> object:
        if isinstance(value, (list, tuple)):
            items = cast("list[object] | tuple[object, ...]", value)  # isinstance leaves the elements unknown
            if fixed is not None and len(items) != fixed:
                raise RuntimeError(
                    f"Tried to convert a List with {len(items)} elements to a fixed-size array of size {fixed}"
                )
            try:
                return tuple([element(item) for item in items])
            except _Undefined:
                raise _Mismatch from None
        if size is None:
            raise _Mismatch
        # A declared length lets one number stand for all.
        return (element(value),) * size

    return check


def _plain(kind: ArgumentType) -> Converter:
    element = _ELEMENTS.get(kind.base, _anything)
    if kind.is_list:
        size = kind.size if kind.base in ("int", "float") else None
        fixed = kind.size if kind.base == "bool" else None
        element = _list(_optional(element) if kind.optional_element else element, size, fixed)
    return _optional(element) if kind.optional else element


def _expected(kind: ArgumentType) -> str:
    name = _PYTHON_NAMES.get(kind.base, kind.base)
    if kind.optional_element:
        name = f"Optional[{name}]"
    if kind.is_list:
        name = f"List[{name}]"
    return f"Optional[{name}]" if kind.optional else name


def converter(schema: Schema, position: int) -> Converter:
    """The converter of one argument; its RuntimeError begins with the words of PyTorch's."""
    argument: Argument = schema.arguments[position]
    kind = argument.type
    is_tensor = kind.base == "Tensor" and not kind.is_list
    plain = _plain(kind)
    if is_tensor and _takes_numbers(schema):
        plain = _optional(_tensor_or_number) if kind.optional else _tensor_or_number

    def check(value: object) -> object:
        if is_tensor and type(value) is FakeTensor:
            return value
        try:
            return plain(value)
        except _Undefined:
            raise RuntimeError(
                "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument "
                f"#{position} '{argument.name}'"
            ) from None
        except _Mismatch:
            pass
        base = schema.text.partition("(")[0].partition(".")[0]
        raise RuntimeError(
            f"{base}() Expected a value of type '{_expected(argument.type)}' for argument '{argument.name}' but "
            f"instead found type '{type(value).__name__}'.\nPosition: {position}\nValue: {value!r}\n"
            f"Declaration: {schema.text}"
        )

    return check
