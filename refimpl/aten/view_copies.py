"""Functional forms of views: the same sizes in new storage."""

from __future__ import annotations

from refimpl.aten import copies, splits, views
from refimpl.aten._product import product
from refimpl.aten._registry import ShapeFunction, lookup, shape
from refimpl.aten._reshape import infer_sizes
from refimpl.aten._strides import fresh
from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor, Sizes

__all__: list[str] = []

# Importing these files registers the views that are looked up below.
_REGISTERED = (copies, splits, views)

_VIEWS = (
    "alias.default", "as_strided.default", "detach.default", "diagonal.default", "expand.default", "narrow.default",
    "permute.default", "select.int", "slice.Tensor", "split.Tensor", "split_with_sizes.default", "squeeze.default",
    "squeeze.dim", "squeeze.dims", "t.default", "transpose.int", "unbind.int", "unfold.default", "unsqueeze.default",
    "view.dtype", "view_as_complex.default", "view_as_real.default",
)  # fmt: skip


def _copied(ctx: Context, value: Value) -> Value:
    if isinstance(value, FakeTensor):
        return fresh(ctx, value, value.sizes)
    if isinstance(value, list):
        return [_copied(ctx, item) for item in value]
    return value


def _copy_of(view: ShapeFunction) -> ShapeFunction:
    def function(ctx: Context, *arguments: object) -> Value:
        return _copied(ctx, view(ctx, *arguments))

    function.__doc__ = f"{view.__doc__} The result is a contiguous copy."
    return function


def _register() -> None:
    for name in _VIEWS:
        base, _, overload = name.partition(".")
        view = lookup(f"aten.{name}")
        assert view is not None, name
        shape(f"aten.{base}_copy.{overload}")(_copy_of(view))


_register()


@shape("aten.view_copy.default", "aten._reshape_copy.default")
def view_copy(ctx: Context, self: FakeTensor, size: Sizes) -> Value:
    """The elements in another shape, as a contiguous copy: there need be no view."""
    return fresh(ctx, self, infer_sizes(ctx, product(self.sizes), size))
