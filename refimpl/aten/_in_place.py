"""In-place operators from functional ones: the same shape rule, a result that must fit into ``self``."""

from __future__ import annotations

from typing import Final

from refimpl.aten._registry import ShapeFunction
from refimpl.aten._schemas import Schema, schema_of
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.dtypes import Category, DType
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import eq, le, lor

__all__ = [
    "accepts_overlap",
    "changes_metadata",
    "cxx_type",
    "functional_name",
    "in_place",
    "require_fits",
    "require_no_overlap",
    "scalar_type_name",
    "wording_of",
]

# In-place operators whose functional form has another overload name.
_OTHER_VARIANTS: Final = {
    "bernoulli_.float": "p",
    "floor_divide_.Tensor": "default",
    "ldexp_.default": "Tensor",
}

# In-place operators that accept a `self` whose elements share memory.
_OVERLAPPING: Final = frozenset(
    (
        "fill_", "zero_", "masked_fill_", "index_put_", "_index_put_impl_", "index_fill_", "tril_", "triu_",
        "threshold_",
    )
)  # fmt: skip

# In-place operators that make another view of `self` and write no element.
_METADATA: Final = frozenset(
    ("as_strided_", "squeeze_", "swapaxes_", "swapdims_", "t_", "transpose_", "unsqueeze_", "detach_")
)

# How a result that does not fit into `self` is refused, the sizes of both left out.
_ELEMENTWISE: Final = "output with shape {} doesn't match the broadcast shape {}"
_PRODUCT: Final = "Bad in-place call: input tensor size {} and output tensor size {} should match"
# What the refusal of a dtype for which there is no kernel says.
_KERNEL: Final = "not implemented for"
_PRODUCTS: Final = frozenset(("baddbmm_",))

_CXX = {"float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
        "int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
        "uint16": "short unsigned int", "uint32": "unsigned int", "uint64": "long unsigned int", "bool": "bool",
        "complex32": "c10::complex<c10::Half>", "complex64": "c10::complex<float>",
        "complex128": "c10::complex<double>"}  # fmt: skip

_NAMES = {
    "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long", "float16": "Half",
    "float32": "Float", "float64": "Double", "complex32": "ComplexHalf", "complex64": "ComplexFloat",
    "complex128": "ComplexDouble", "bool": "Bool", "bfloat16": "BFloat16", "uint16": "UInt16", "uint32": "UInt32",
    "uint64": "UInt64", "float8_e4m3fn": "Float8_e4m3fn", "float8_e5m2": "Float8_e5m2",
    "float8_e4m3fnuz": "Float8_e4m3fnuz", "float8_e5m2fnuz": "Float8_e5m2fnuz", "float8_e8m0fnu": "Float8_e8m0fnu",
}  # fmt: skip


def scalar_type_name(dtype: DType) -> str:
    """The name of a dtype in PyTorch's error messages: ``Long``, ``Float``."""
    return _NAMES[dtype.name]


def cxx_type(tensor: FakeTensor) -> str:
    """The dtype as C++ names it, which messages of matrix products print."""
    return _CXX.get(tensor.dtype.name, tensor.dtype.name)


def accepts_overlap(schema: Schema) -> bool:
    """Whether the in-place operator writes into a tensor whose elements share memory."""
    return schema.name.split(".")[1] in _OVERLAPPING


def changes_metadata(schema: Schema) -> bool:
    """Whether the in-place operator only changes how ``self`` views its storage: it gives what the view gives."""
    return schema.name.split(".")[1] in _METADATA


def functional_name(schema: Schema) -> str | None:
    """The functional overload whose rule an in-place one shares: ``aten.add.Tensor`` of ``aten.add_.Tensor``.

    ``aten.__and__.Tensor`` of ``aten.__iand__.Tensor``. None if the operator is not in-place, or its functional form
    takes other arguments.
    """
    namespace, base, overload = schema.name.split(".")
    if base.startswith("__i"):
        functional = f"__{base[3:]}"
    elif base.endswith("_") and not base.endswith("__"):
        functional = base[:-1]
    else:
        return None
    variant = _OTHER_VARIANTS.get(f"{base}.{overload}", overload)
    other = schema_of(f"{namespace}.{functional}.{variant}")
    if other is None or [a.name for a in other.arguments[1:]] != [a.name for a in schema.arguments[1:]]:
        return None
    return other.name


def _shape_text(sizes: Sizes) -> str:
    return "[" + ", ".join(map(str, sizes)) + "]"


def require_fits(ctx: Context, target: FakeTensor, sizes: Sizes, dtype: DType, wording: str = _ELEMENTWISE) -> None:
    """Require that a result of these sizes can be written into the target.

    ``wording`` has a place for the target's sizes and one for the result's. Raises RuntimeError if the shapes are known
    to differ or the dtype's category is higher (PyTorch's ``can_cast``).
    """
    if target.sizes != sizes:
        message = wording.format(_shape_text(target.sizes), _shape_text(sizes))
        if len(sizes) != len(target.sizes):
            raise RuntimeError(message)
        for have, want in zip(target.sizes, sizes, strict=True):
            if have is not want:
                ctx.require(eq(have, want), message)
    order = (Category.BOOL, Category.INTEGRAL, Category.FLOATING, Category.COMPLEX)
    if order.index(dtype.category) > order.index(target.dtype.category):
        raise RuntimeError(
            f"result type {scalar_type_name(dtype)} can't be cast to the desired output type "
            f"{scalar_type_name(target.dtype)}"
        )


def require_no_overlap(ctx: Context, target: FakeTensor) -> None:
    """Require that no two elements that are written share their memory: no repeated dimension (stride 0)."""
    for size, stride in zip(target.sizes, target.strides, strict=True):
        if stride == 0 and size != 1:
            ctx.require(
                lor(le(size, 1), eq(target.numel(), 0)),
                "unsupported operation: more than one element of the written-to tensor refers to a single memory "
                "location. Please clone() the tensor before performing the operation.",
            )


def wording_of(schema: Schema) -> str:
    """How the in-place operator refuses a result that does not fit, with a place for the sizes of each."""
    return _PRODUCT if schema.name.split(".")[1] in _PRODUCTS else _ELEMENTWISE


def in_place(functional: ShapeFunction, *, overlapping: bool = False, wording: str = _ELEMENTWISE) -> ShapeFunction:
    """The shape function of ``op_``: the functional rule, then ``self``; the caller records the mutation.

    ``overlapping`` operators write each element alike and so accept a ``self`` whose elements share memory.
    """

    def function(ctx: Context, target: FakeTensor, *arguments: object) -> Value:
        try:
            result = functional(ctx, target, *arguments)
        except NotImplementedError as error:  # the class that PyTorch raises for a missing kernel
            # A kernel is looked for when memory, sizes and dtypes have been looked at.
            if not overlapping and _KERNEL in str(error):
                require_no_overlap(ctx, target)
            raise
        if result is target:
            return target  # nothing is written
        if not overlapping:
            require_no_overlap(ctx, target)
        if isinstance(result, FakeTensor):
            require_fits(ctx, target, result.sizes, result.dtype, wording)
        return target

    return function
