"""Random calls of views, splits, joins, tilings, paddings and factories."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Final

from tests.aten.calls import Json
from tests.aten.drawn import Arguments, Draw, sizes_of

__all__ = ["VIEWS"]


def _reshape(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, list[Json](d.refactored(prod(sizes_of(tensor))))]


def _expand(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    sizes = [d.size() if size == 1 or d.chance(0.1) else -1 if d.chance(0.2) else size for size in sizes_of(tensor)]
    return [tensor, list[Json]([d.size(), *sizes] if d.chance(0.4) else sizes)]


def _permute(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    dims = list(range(len(sizes_of(tensor))))
    d.random.shuffle(dims)
    if dims and d.chance(0.1):
        dims[0] = dims[-1]
    return [tensor, list[Json]([dim - len(dims) if d.chance(0.3) else dim for dim in dims])]


def _alone(d: Draw) -> Arguments:
    return [d.any_tensor()]


def _one_dim(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.dim(len(sizes_of(tensor)))]


def _two_dims(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    ndim = len(sizes_of(tensor))
    return [tensor, d.dim(ndim), d.dim(ndim)]


def _some_dims(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    ndim = len(sizes_of(tensor))
    return [tensor, [d.dim(ndim) for _ in range(d.pick(0, 2))]]


def _unsqueeze(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.dim(len(sizes_of(tensor)), 1)]


def _slice(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    bounds: list[Json] = [None if d.chance(0.3) else d.pick(-6, 6) for _ in range(2)]
    return [tensor, d.dim(len(sizes_of(tensor))), *bounds, d.random.choice((1, 1, 1, 2, 3, 0))]


def _select(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.dim(len(sizes_of(tensor))), d.pick(-4, 3)]


def _narrow(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.dim(len(sizes_of(tensor))), d.pick(-3, 4), d.pick(-1, 3)]


def _unflatten(d: Draw) -> Arguments:
    tensor = d.any_tensor(1)
    sizes = sizes_of(tensor)
    dim = d.pick(-len(sizes), len(sizes) - 1)
    return [tensor, dim, list[Json](d.refactored(sizes[dim]))]


def _diagonal(d: Draw) -> Arguments:
    tensor = d.any_tensor(1)
    ndim = len(sizes_of(tensor))
    return [tensor, d.pick(-4, 4), d.dim(ndim), d.dim(ndim)]


def _unfold(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.dim(len(sizes_of(tensor))), d.pick(0, 4), d.pick(0, 3)]


def _split(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.pick(-1, 5), d.dim(len(sizes_of(tensor)))]


def _split_sizes(d: Draw) -> Arguments:
    tensor = d.any_tensor(1)
    sizes = sizes_of(tensor)
    dim = d.pick(-len(sizes), len(sizes) - 1)
    left, pieces = sizes[dim], list[Json]()
    while left > 0 and d.chance(0.8):
        piece = d.pick(0, left)
        pieces.append(piece)
        left -= piece
    pieces.append(left if d.chance(0.9) else d.pick(-1, 4))
    return [tensor, pieces, dim]


def _tensor_split(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.ints(-4, 5, d.pick(0, 3)), d.dim(len(sizes_of(tensor)))]


def _number(low: int, high: int) -> Callable[[Draw], Arguments]:
    return lambda d: [d.any_tensor(), d.pick(low, high)]


def _cat(d: Draw) -> Arguments:
    first = d.shape(1)
    dim = d.dim(len(first))
    tensors: list[Json] = []
    for _ in range(d.pick(1, 3)):
        shape = list(first)
        if -len(shape) <= dim < len(shape):
            shape[dim] = d.size()
        shape = d.shape() if d.chance(0.05) else [0] if d.chance(0.08) else shape
        tensors.append(d.tensor(shape, d.random.choice(("float32", "float32", "float32", "int64", "float16"))))
    return [tensors, dim]


def _cat_channels_last(d: Draw) -> Arguments:
    shape = d.shape(4, 4)
    return [[d.channels_last(shape) for _ in range(d.pick(1, 2))], d.pick(0, 3)]


def _stack(d: Draw) -> Arguments:
    shape = d.shape()
    tensors = [d.tensor(shape if d.chance(0.97) else d.shape()) for _ in range(d.pick(0, 3))]
    return [list[Json](tensors), d.dim(len(shape), 1)]


def _beside(d: Draw) -> Arguments:
    first = d.shape()
    tensors: list[Json] = []
    for _ in range(d.pick(1, 3)):
        shape = list(first)
        if shape and d.chance(0.8):
            shape[min(1, len(shape) - 1)] = d.size()
        tensors.append(d.tensor(shape))
    return [tensors]


def _vectors(d: Draw) -> Arguments:
    return [[d.any_tensor(0, 1) for _ in range(d.pick(1, 3))]]


def _broadcast(d: Draw) -> Arguments:
    shape = d.shape()
    return [[d.tensor(d.narrowed(shape)) for _ in range(d.pick(1, 3))]]


def _repeat(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.ints(0, 3, d.pick(max(len(sizes_of(tensor)) - 1, 0), 4))]


def _roll(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    count = d.pick(0, 2)
    dims = [d.dim(len(sizes_of(tensor))) for _ in range(count)]
    return [tensor, d.ints(-2, 2, max(count, 1)), list[Json](dims)]


def _rotate(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    ndim = len(sizes_of(tensor))
    return [tensor, d.pick(-2, 5), [d.dim(ndim), d.dim(ndim)]]


def _pad(d: Draw) -> Arguments:
    return [d.any_tensor(), d.ints(-2, 2, 2 * d.pick(0, 3)), 1]


def _pad_channels_last(d: Draw) -> Arguments:
    return [d.channels_last(d.shape(4, 4)), d.ints(-2, 2, 2 * d.pick(1, 4)), 1]


def _border(count: int) -> Callable[[Draw], Arguments]:
    def draw(d: Draw) -> Arguments:
        ndim = d.random.choice((count + 1, count + 2, count + 2, count))
        return [d.any_tensor(ndim, ndim), d.ints(-1, 2, 2 * count)]

    return draw


def _pad_mode(d: Draw) -> Arguments:
    count = d.pick(1, 3)
    ndim = d.random.choice((count + 1, count + 2, count))
    mode = d.random.choice(("reflect", "replicate", "circular", "constant"))
    return [d.any_tensor(ndim, ndim), d.ints(-1, 2, 2 * count), mode]


def _copied(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.tensor(d.narrowed(sizes_of(tensor)))]


def _summed(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, list[Json](d.narrowed(sizes_of(tensor)))]


def _moved(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    ndim = len(sizes_of(tensor))
    count = d.pick(0, ndim)
    return [tensor, *[list[Json](d.random.sample(range(ndim), count)) for _ in range(2)]]


VIEWS: Final[dict[str, Callable[[Draw], Arguments]]] = {
    "aten.view.default": _reshape,
    "aten.reshape.default": _reshape,
    "aten.expand.default": _expand,
    "aten.permute.default": _permute,
    "aten.transpose.int": _two_dims,
    "aten.flatten.using_ints": _two_dims,
    "aten.squeeze.default": _alone,
    "aten.ravel.default": _alone,
    "aten.t.default": _alone,
    "aten.mT.default": _alone,
    "aten.numpy_T.default": _alone,
    "aten.atleast_2d.default": _alone,
    "aten.atleast_3d.default": _alone,
    "aten.clone.default": _alone,
    "aten.empty_like.default": _alone,
    "aten.squeeze.dim": _one_dim,
    "aten.unbind.int": _one_dim,
    "aten.squeeze.dims": _some_dims,
    "aten.flip.default": _some_dims,
    "aten.unsqueeze.default": _unsqueeze,
    "aten.slice.Tensor": _slice,
    "aten.select.int": _select,
    "aten.narrow.default": _narrow,
    "aten.unflatten.int": _unflatten,
    "aten.diagonal.default": _diagonal,
    "aten.unfold.default": _unfold,
    "aten.movedim.intlist": _moved,
    "aten.split.Tensor": _split,
    "aten.chunk.default": _split,
    "aten.tensor_split.sections": _split,
    "aten.split_with_sizes.default": _split_sizes,
    "aten.tensor_split.indices": _tensor_split,
    "aten.hsplit.int": _number(1, 3),
    "aten.vsplit.int": _number(1, 3),
    "aten.dsplit.int": _number(1, 3),
    "aten.tril.default": _number(-2, 2),
    "aten.diag.default": _number(-2, 2),
    "aten.diagflat.default": _number(-2, 2),
    "aten.cat.default": _cat,
    "aten.cat.default#channels_last": _cat_channels_last,
    "aten.stack.default": _stack,
    "aten.hstack.default": _beside,
    "aten.vstack.default": _beside,
    "aten.dstack.default": _beside,
    "aten.column_stack.default": _beside,
    "aten.meshgrid.default": _vectors,
    "aten.cartesian_prod.default": _vectors,
    "aten.block_diag.default": _broadcast,
    "aten.broadcast_tensors.default": _broadcast,
    "aten.repeat.default": _repeat,
    "aten.tile.default": _repeat,
    "aten.roll.default": _roll,
    "aten.rot90.default": _rotate,
    "aten.constant_pad_nd.default": _pad,
    "aten.constant_pad_nd.default#channels_last": _pad_channels_last,
    "aten.reflection_pad1d.default": _border(1),
    "aten.reflection_pad2d.default": _border(2),
    "aten.reflection_pad3d.default": _border(3),
    "aten.replication_pad1d.default": _border(1),
    "aten.replication_pad2d.default": _border(2),
    "aten.replication_pad3d.default": _border(3),
    "aten.pad.default": _pad_mode,
    "aten.copy.default": _copied,
    "aten.copy_.default": _copied,
    "aten.add_.Tensor": _copied,
    "aten.sum_to_size.default": _summed,
}
