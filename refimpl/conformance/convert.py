"""Between the plain data of cases and the values of this project's own runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never, final, get_args

from refimpl.conformance.containers import Leaf, plain, value_of
from refimpl.conformance.structures import Described, Number, Structure, SubgraphRef, TensorOf, Wrapper, number
from refimpl.fake_tensor import Device, DType, FakeTensor, Storage
from refimpl.fake_tensor.tensor import Layout
from refimpl.fx.module import Module
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.sym_node import unwrap, wrap
from refimpl.terms import Scalar

__all__ = ["Values", "structure_of"]

_LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)


class Values:
    """Makes the values of one case: tensors of one ``storage`` share it, and ``nodes`` are those of its graph.

    Without an environment, numbers must be plain. Raises ValueError for what this project does not have.
    """

    def __init__(self, env: ShapeEnv | None = None, nodes: Mapping[str, object] | None = None) -> None:
        self._env = env
        self._nodes = nodes or {}
        self._storages: dict[str, Storage] = {}

    def make(self, value: Structure) -> object:
        """The value as a run has it."""
        return value_of(value, self._leaf, self._nodes)

    def _leaf(self, value: Leaf) -> object:
        match value:
            case Number(_, term):
                return self._number(term)
            case Described(kind, name):
                return described(kind, name)
            case TensorOf():
                return self._tensor(value)
            case Wrapper(pairs):
                return _Wrapped({name: self.make(item) for name, item in pairs})
            case _:
                assert_never(value)

    def _number(self, term: Scalar) -> object:
        if isinstance(term, (int, float)):
            return term
        if self._env is None:
            raise ValueError(f"{term} is symbolic, but nothing here is")
        return wrap(term, self._env)

    def _tensor(self, value: TensorOf) -> FakeTensor:
        name = value.storage
        storage = Storage() if name is None else self._storages.setdefault(name, Storage())
        layout: Layout | None = next((each for each in _LAYOUTS if each == value.layout), None)
        if layout is None:
            raise ValueError(f"there is no layout {value.layout}")
        return FakeTensor(
            value.size,
            value.stride,
            dtype_named(value.dtype),
            device_named(value.device),
            value.offset,
            layout,
            storage,
        )


@final
class _Wrapped:
    """Inner values under their names."""

    def __init__(self, inner: Mapping[str, object]) -> None:
        vars(self).update(inner)

    def __tensor_flatten__(self) -> tuple[tuple[str, ...], None]:
        return tuple(vars(self)), None


def described(kind: str, name: str) -> object:
    """A dtype or device by its name; layouts and memory formats are their names."""
    match kind:
        case "dtype":
            return dtype_named(name)
        case "device":
            return device_named(name)
        case _:
            return name


def dtype_named(name: str) -> DType:
    """The dtype of that name. Raises ValueError."""
    found = DType.__members__.get(name)
    if found is None:
        raise ValueError(f"there is no dtype {name}")
    return found


def device_named(name: str) -> Device:
    """The device of that name (``cuda:0``). Raises ValueError."""
    kind, _, index = name.partition(":")
    return Device(kind, int(index) if index else None)


def structure_of(value: object) -> Structure:
    """The value of a run as plain data. Raises TypeError for a class that no case has."""
    return plain(value, _leaf)


def _leaf(value: object) -> Structure:
    if isinstance(value, FakeTensor):
        return TensorOf(value.sizes, value.strides, value.offset, value.dtype.name, str(value.device), value.layout)
    if isinstance(value, Module):
        return SubgraphRef(type(value).__name__)
    scalar = unwrap(value)
    if is_scalar(scalar):
        return number(scalar)
    raise TypeError(f"{type(value).__name__} is no value of a case")
