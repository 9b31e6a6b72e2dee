"""A few operators for graphs in tests, and how such graphs are made."""

from __future__ import annotations

import refimpl.fx as fx
from refimpl.fake_tensor import DType, FakeTensor, FakeTensorMode, Storage, current_mode
from refimpl.symbolic_shapes import CallMethodKey, KeyPath, SequenceKey, ShapeEnv, SymInt, unwrap
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.terms import Dim, Sort, Symbol, ge, symbol_atom, to_cond, to_dim

__all__ = [
    "FIRST_SIZE",
    "check",
    "divide",
    "fill_",
    "item",
    "mode_with",
    "name",
    "nonzero",
    "size",
    "split_in_two",
    "tensor",
]

FIRST_SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))


def name(text: str) -> Symbol:
    """The integer symbol of that name."""
    return symbol_atom(text, Sort.INT)


def _mode() -> FakeTensorMode:
    mode = current_mode()
    assert mode is not None
    return mode


def tensor(*sizes: Dim, is_input: bool = True) -> FakeTensor:
    """A contiguous one-dimensional or empty-stride tensor."""
    return FakeTensor(sizes, (1,) * len(sizes), DType.bool, storage=Storage(is_input=is_input))


def nonzero(x: FakeTensor) -> FakeTensor:
    """Allocates the number of non-zero elements."""
    mode = _mode()
    count = mode.fresh_int(0, x.numel(), mode.quantity("nonzero", x))
    return FakeTensor((count, x.ndim), (1, count), DType.int64)


def item(x: FakeTensor) -> object:
    """Allocates the value of a one-element tensor."""
    mode = _mode()
    return mode.wrap(mode.fresh_int(None, None, mode.quantity("item", x)))


def fill_(x: FakeTensor) -> FakeTensor:
    """Writes into its argument."""
    _mode().mutate(x)
    return x


def size(x: FakeTensor) -> object:
    """The first size."""
    return x.size()[0]


def divide(number: object, by: object) -> object:
    """``number // by``."""
    assert isinstance(number, SymInt)
    return number // by


def check(condition: object, message: str) -> None:
    """``torch._check``."""
    raw = unwrap(condition)
    assert is_scalar(raw)
    _mode().require(to_cond(raw), message)


def split_in_two(x: FakeTensor) -> FakeTensor:
    """Allocates a symbol, says something, and raises: the first size must be negative."""
    mode = _mode()
    mode.fresh_int(0, 9, mode.quantity("item", x))
    mode.mutate(x)
    mode.fact(ge(x.sizes[0], 3))
    mode.require(ge(to_dim(-1) - x.sizes[0], 0), "the size must be negative", ValueError)
    return x


def mode_with(*old: str) -> FakeTensorMode:
    """A mode whose fresh names keep clear of the old ones; decisions must be known."""
    env = ShapeEnv(guard_from_hints=False)
    env.symbols.reserve(map(name, old))
    env.add_backed(name("s0"), 5, 2, None)
    return FakeTensorMode(env)


def module(graph: fx.Graph, **attributes: object) -> fx.GraphModule:
    """A module of a graph."""
    return fx.GraphModule(dict(attributes), graph)
