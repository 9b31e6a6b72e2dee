"""Broadcasting: the sizes of operands that are combined element by element, and expanding one to given sizes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from refimpl.aten._in_place import scalar_type_name
from refimpl.aten._strides import is_plain, same_size
from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import FakeTensor, Sizes
from refimpl.terms import Cond, Dim, eq, ge, lor

__all__ = ["broadcast_all", "broadcast_sizes", "expand", "is_one", "require_expands", "type_text"]

_CLASSES: Final = frozenset(("Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double"))


def is_one(ctx: Context, size: Dim) -> bool:
    """Whether a size is known to be 1 (PyTorch's ``guard_or_false(size == 1)``)."""
    return size == 1 if isinstance(size, int) else ctx.known(eq(size, 1)) is True


def broadcast_sizes(ctx: Context, left: Sizes, right: Sizes, message: str | None = None) -> Sizes:
    """The common shape of two.

    A size known to be 1 gives way. Of two others that are not known to be equal, tracing assumes that neither is 1
    and defers their equality to run time, where the kernel also accepts a 1.
    Raises RuntimeError if they are known to clash, with ``message`` if one is given.
    """
    if left == right or not right:
        return left
    if not left:
        return right
    if is_plain(left) and is_plain(right) and (plain := _plain_common(left, right)) is not None:
        return plain
    if len(left) < len(right):
        left = (1,) * (len(right) - len(left)) + left
    elif len(right) < len(left):
        right = (1,) * (len(left) - len(right)) + right
    # PyTorch compares from the last dimension on, which decides what is reported and deferred first.
    common = [_common(ctx, left[dim], right[dim], dim, message) for dim in range(len(left) - 1, -1, -1)]
    common.reverse()
    return tuple(common)


@lru_cache(maxsize=8192)
def _plain_common(left: Sizes, right: Sizes) -> Sizes | None:
    """``broadcast_sizes`` of plain numbers, of which no constraint says anything; None if they clash."""
    missing = len(left) - len(right)
    left, right = (1,) * -missing + left, (1,) * missing + right
    if any(a != b and a != 1 != b for a, b in zip(left, right, strict=True)):
        return None
    return tuple([a if b == 1 else b for a, b in zip(left, right, strict=True)])


def _common(ctx: Context, a: Dim, b: Dim, dim: int, message: str | None) -> Dim:
    if a is b or is_one(ctx, b):
        return a
    if is_one(ctx, a):
        return b
    equal = eq(a, b)
    if equal is not True and ctx.must_state(equal):
        usual = f"The size of tensor a ({a}) must match the size of tensor b ({b}) at non-singleton dimension {dim}"
        defer_equal(ctx, equal, (a, b), message or usual)
    return a


def defer_equal(ctx: Context, equal: Cond, may_be_one: tuple[Dim, ...], message: str) -> None:
    """Defer an equality that the kernel does not enforce where one of the sizes is 1."""
    ones = [one for one in (eq(size, 1) for size in may_be_one) if one is not False and ctx.known(one) is not False]
    if ones:
        ctx.defer(equal, lor(equal, *ones), message)
    else:
        ctx.require(equal, message)


def broadcast_all(ctx: Context, shapes: list[Sizes], message: str | None = None) -> Sizes:
    """The common shape of any number of shapes; of none it is ``()``. A message replaces the usual refusal."""
    common: Sizes = ()
    for sizes in shapes:
        common = broadcast_sizes(ctx, common, sizes, message)
    return common


def expand(ctx: Context, tensor: FakeTensor, sizes: Sizes) -> FakeTensor:
    """The view of a tensor with sizes of 1 repeated, -1 keeping a size.

    A repeated dimension has stride 0. Raises RuntimeError for too few dimensions, and for a size that is known
    neither to be 1 nor to be kept. See ``require_expands`` where nothing is deferred.
    """
    added = len(sizes) - tensor.ndim
    if added < 0:
        raise RuntimeError(
            f"expand({type_text(tensor)}{{{_list(tensor.sizes)}}}, size={_list(sizes)}): the number of sizes provided "
            f"({len(sizes)}) must be greater or equal to the number of dimensions in the tensor ({tensor.ndim})"
        )
    result: list[Dim] = []
    strides: list[Dim] = []
    for dim, wanted in enumerate(sizes):
        if dim < added:
            _require_size(ctx, wanted, tensor, sizes, dim)
            result.append(wanted)
            strides.append(_leading_stride(tensor, wanted))
        else:
            size, stride = _expanded(ctx, tensor, dim - added, wanted, sizes)
            result.append(size)
            strides.append(stride)
    return tensor.viewed(tuple(result), tuple(strides), tensor.offset)


def require_expands(ctx: Context, tensor: FakeTensor, sizes: Sizes, unless: Cond = False) -> None:
    """Require that a tensor expands to these sizes and nothing more: tracing defers nothing where a kernel does it.

    ``unless`` says when the kernel does not look. Raises RuntimeError, worded as by ``expand``.
    """
    if tensor.ndim > len(sizes):
        expand(ctx, tensor, sizes)
    for at, (size, wanted) in enumerate(zip(tensor.sizes, sizes[len(sizes) - tensor.ndim :], strict=True)):
        if wanted is not size and not is_one(ctx, size):
            ctx.require(lor(eq(size, wanted), eq(size, 1), unless), _mismatch(tensor, at, wanted, sizes))


def _mismatch(tensor: FakeTensor, at: int, wanted: Dim, sizes: Sizes) -> str:
    return (
        f"The expanded size of the tensor ({wanted}) must match the existing size ({tensor.sizes[at]}) at "
        f"non-singleton dimension {at + len(sizes) - tensor.ndim}.  Target sizes: {_list(sizes)}.  "
        f"Tensor sizes: {_list(tensor.sizes)}"
    )


def type_text(tensor: FakeTensor) -> str:
    """The type as PyTorch's oldest messages name it: the dtypes that Torch7 had are its classes of tensors."""
    name = scalar_type_name(tensor.dtype)
    return f"torch.{name}Tensor" if name in _CLASSES else f"CPU{name}Type"


def _leading_stride(tensor: FakeTensor, wanted: Dim) -> Dim:
    if wanted != 1:
        return 0
    return tensor.sizes[0] * tensor.strides[0] if tensor.ndim else 1


def _require_size(ctx: Context, wanted: Dim, tensor: FakeTensor, sizes: Sizes, dim: int) -> None:
    if isinstance(wanted, int):
        if wanted < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({wanted}) isn't allowed in a leading, non-existing dimension {dim}"
            )
    elif ctx.must_state(ge(wanted, 0)):
        ctx.require(ge(wanted, 0), f"expand: negative size {wanted} in {_list(sizes)} for {_list(tensor.sizes)}")


def _expanded(ctx: Context, tensor: FakeTensor, at: int, wanted: Dim, sizes: Sizes) -> tuple[Dim, Dim]:
    size, stride = tensor.sizes[at], tensor.strides[at]
    if wanted is size or wanted == -1:
        return size, stride
    if is_one(ctx, size):
        if same_size(ctx, wanted, 1):
            return wanted, stride
        _require_size(ctx, wanted, tensor, sizes, at + len(sizes) - tensor.ndim)
        return wanted, 0
    equal = eq(wanted, size)
    if ctx.must_state(equal):
        defer_equal(ctx, equal, (size,), _mismatch(tensor, at, wanted, sizes))
    return wanted, stride


def _list(sizes: Sizes) -> str:
    return "[" + ", ".join(map(str, sizes)) + "]"
