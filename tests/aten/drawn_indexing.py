"""Random calls that index by tensors, with admissible contents, and of factories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.aten.calls import Json
from tests.aten.drawn import Arguments, Draw, sizes_of

__all__ = ["INDEXING"]


def _bound(sizes: list[int], dim: int) -> int:
    return sizes[dim] if -len(sizes) <= dim < len(sizes) else 1


def _index(d: Draw) -> Arguments:
    sizes = d.shape(1)
    common = d.shape(0, 2)
    indices: list[Json] = []
    at, count = 0, d.pick(1, len(sizes))
    while at < count:
        kind = d.random.random()
        if kind < 0.3 and at + 1 < count:
            indices.append(None)
            at += 1
        elif kind < 0.8:
            indices.append(d.index(d.narrowed(common), sizes[at]))
            at += 1
        else:
            covered = d.pick(1, len(sizes) - at)
            indices.append(d.mask(d.shape(covered, covered) if d.chance(0.07) else sizes[at : at + covered]))
            at += covered
    if all(index is None for index in indices):
        indices[0] = d.index([0], sizes[0])
    return [d.tensor(sizes), indices]


def _index_put(d: Draw) -> Arguments:
    tensor, indices = _index(d)
    return [tensor, indices, d.any_tensor(0, 1) if d.chance(0.5) else d.tensor([1] * d.pick(0, 2))]


def _index_dim(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    sizes = sizes_of(tensor)
    dim = d.dim(len(sizes))
    shape = d.shape(2, 2) if d.chance(0.05) else d.shape(0, 1)
    return [tensor, dim, d.index(shape, _bound(sizes, dim))]


def _index_source(d: Draw) -> Arguments:
    tensor, dim, index = _index_dim(d)
    assert isinstance(dim, int)
    shape = sizes_of(tensor)
    if -len(shape) <= dim < len(shape):
        counted = sizes_of(index)
        shape[dim] = counted[0] if counted else 1
    return [tensor, dim, index, d.tensor(d.shape() if d.chance(0.1) else shape)]


def _index_fill(d: Draw) -> Arguments:
    return [*_index_dim(d), 1]


def _gather(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    sizes = sizes_of(tensor)
    dim = d.dim(len(sizes))
    shape = [d.pick(0, max(size, 1)) if d.chance(0.9) else d.size() for size in sizes]
    if d.chance(0.05):
        shape = d.shape()
    bound = _bound(sizes, dim)
    if not bound and 0 not in shape:
        shape = [0] * len(shape)
    return [tensor, dim, d.index(shape, bound)]


def _scatter(d: Draw) -> Arguments:
    tensor, dim, index = _gather(d)
    shape = [size + d.random.choice((0, 0, 1)) if d.chance(0.95) else d.size() for size in sizes_of(index)]
    return [tensor, dim, index, d.tensor(shape)]


def _scatter_value(d: Draw) -> Arguments:
    return [*_gather(d), 2]


def _scatter_reduce(d: Draw) -> Arguments:
    return [*_scatter(d), d.random.choice(("sum", "prod", "mean", "amax", "amin"))]


def _embedding(d: Draw) -> Arguments:
    tensor = d.any_tensor(2, 2) if d.chance(0.95) else d.any_tensor()
    return [tensor, d.index(d.shape(0, 2), _bound(sizes_of(tensor), 0))]


def _masked(d: Draw) -> Arguments:
    tensor = d.any_tensor()
    return [tensor, d.mask(d.narrowed(sizes_of(tensor))), 1]


def _select_scatter(d: Draw) -> Arguments:
    tensor = d.any_tensor(1)
    sizes = sizes_of(tensor)
    dim = d.pick(0, len(sizes) - 1)
    part = d.shape() if d.chance(0.1) else sizes[:dim] + sizes[dim + 1 :]
    return [tensor, d.tensor(part), dim, d.pick(-3, 2)]


def _number(d: Draw) -> Json:
    return d.pick(-5, 8) if d.chance(0.6) else {"f": repr(round(d.random.uniform(-5, 8), 2))}


def _range(count: int) -> Callable[[Draw], Arguments]:
    def draw(d: Draw) -> Arguments:
        steps: list[Json] = [1, 2, -1, 0, 3, {"f": "0.5"}, {"f": "-0.3"}]
        step = d.random.choice(steps)
        return [*[_number(d) for _ in range(count)], step] if count == 2 else [_number(d)]

    return draw


def _spaced(d: Draw) -> Arguments:
    return [_number(d), _number(d), d.pick(-1, 5)]


def _full(d: Draw) -> Arguments:
    values: list[Json] = [1, True, {"f": "1.5"}]
    return [list[Json](d.shape()), d.random.choice(values)]


def _sizes(d: Draw) -> Arguments:
    return [[d.size() if d.chance(0.95) else -1 for _ in range(d.pick(0, 3))]]


def _matrix(d: Draw) -> Arguments:
    return [d.pick(-1, 4), d.pick(-1, 4)]


def _triangle(d: Draw) -> Arguments:
    return [d.pick(0, 6), d.pick(0, 6), d.pick(-7, 7)]


def _like(d: Draw) -> Arguments:
    return [d.any_tensor(), list[Json](d.shape())]


def _permuted(d: Draw) -> Arguments:
    shape = d.shape()
    order = list(range(len(shape)))
    d.random.shuffle(order)
    return [list[Json](shape), list[Json](order)]


INDEXING: Final[dict[str, Callable[[Draw], Arguments]]] = {
    "aten.index.Tensor": _index,
    "aten.index_put.default": _index_put,
    "aten.index_select.default": _index_dim,
    "aten.index_add.default": _index_source,
    "aten.index_copy.default": _index_source,
    "aten.index_fill.int_Scalar": _index_fill,
    "aten.gather.default": _gather,
    "aten.scatter.src": _scatter,
    "aten.scatter_add.default": _scatter,
    "aten.scatter.value": _scatter_value,
    "aten.scatter_reduce.two": _scatter_reduce,
    "aten.embedding.default": _embedding,
    "aten.masked_fill.Scalar": _masked,
    "aten.select_scatter.default": _select_scatter,
    "aten.arange.default": _range(1),
    "aten.arange.start_step": _range(2),
    "aten.linspace.default": _spaced,
    "aten.full.default": _full,
    "aten.zeros.default": _sizes,
    "aten.rand.default": _sizes,
    "aten.empty.memory_format": _sizes,
    "aten.eye.m": _matrix,
    "aten.tril_indices.default": _triangle,
    "aten.triu_indices.default": _triangle,
    "aten.new_empty.default": _like,
    "aten.empty_permuted.default": _permuted,
}
