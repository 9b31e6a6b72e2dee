"""Between the plain data of cases and the values of a live PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Protocol, assert_never, cast, final

from refimpl.conformance.structures import (
    Described,
    Dictionary,
    ListOf,
    NodeRef,
    Number,
    SliceOf,
    Structure,
    SubgraphRef,
    TensorOf,
    Text,
    TupleOf,
    Wrapper,
    number,
)
from refimpl.symbolic_shapes.structures import is_dict, is_list, is_tuple
from refimpl.terms import Dim, Scalar, Sort, to_cond, to_dim, to_real
from refimpl.torch._calls import function, method
from refimpl.torch._imports import attribute
from refimpl.torch.expressions import Unreadable, from_torch_expression
from refimpl.torch.key_paths import raw_scalar
from refimpl.torch.live_env import LiveEnvironment
from refimpl.torch.values import is_torch_tensor

__all__ = ["TorchValues", "structure_of"]


@final
class TorchValues:
    """Makes the values of one case; tensors of one ``storage`` are views of one tensor.

    ``mode`` is the ``FakeTensorMode`` that tensors belong to (None: there are none), ``nodes`` what the nodes of the
    graph are. Making a value leaves the environment as it was. Raises ValueError for what PyTorch is not given here.
    """

    def __init__(
        self, live: LiveEnvironment | None = None, mode: object = None, nodes: Mapping[str, object] | None = None
    ) -> None:
        self._live = live
        self._mode = mode
        self._nodes = nodes or {}
        self._storages: dict[str, object] = {}

    def make(self, value: Structure) -> object:
        """The value as a run has it."""
        match value:
            case None:
                return None
            case Number(sort, term):
                return self._number(sort, term)
            case Text(text):
                return text
            case Described(_, name):
                return function("torch", "device")(name) if value.kind == "device" else attribute("torch", name)
            case TensorOf():
                return self._tensor(value)
            case ListOf(items):
                return [self.make(item) for item in items]
            case TupleOf(items):
                return tuple([self.make(item) for item in items])
            case Dictionary(pairs):
                return {name: self.make(item) for name, item in pairs}
            case SliceOf(start, stop, step):
                return slice(self.make(start), self.make(stop), self.make(step))
            case Wrapper(pairs):
                return SimpleNamespace(**{name: self.make(item) for name, item in pairs})
            case NodeRef(name) | SubgraphRef(name):
                return self._nodes[name]
            case _:
                assert_never(value)

    def _number(self, sort: Sort, term: Scalar) -> object:
        if isinstance(term, (bool, int, float)):
            return term
        if self._live is None:
            raise ValueError(f"{term} is symbolic, but nothing here is")
        match sort:
            case Sort.INT:
                return self._live.integer(to_dim(term))
            case Sort.FLOAT:
                return self._live.real(to_real(term))
            case Sort.BOOL:
                return self._live.boolean(to_cond(term))
            case _:
                assert_never(sort)

    def _tensor(self, value: TensorOf) -> object:
        live = self._live
        if live is None or self._mode is None:
            raise ValueError("a tensor, but nothing here is one")
        if value.layout != "strided":
            raise ValueError(f"a tensor of layout {value.layout} is not made")
        with live.undisturbed(), cast("AbstractContextManager[object]", self._mode):  # a context of PyTorch
            whole = None if value.storage is None else self._storages.get(value.storage)
            if whole is None:
                whole = self._empty(live, value)
                if value.storage is not None:
                    self._storages[value.storage] = whole
                elif value.offset == 0:
                    return whole
            sizes, strides = self._dims(live, value.size), self._dims(live, value.stride)
            return function("torch", "as_strided")(whole, sizes, strides, live.integer(value.offset))

    def _empty(self, live: LiveEnvironment, value: TensorOf) -> object:
        dtype, device = attribute("torch", value.dtype), function("torch", "device")(value.device)
        sizes, strides = self._dims(live, value.size), self._dims(live, value.stride)
        return function("torch", "empty_strided")(sizes, strides, dtype=dtype, device=device)

    @staticmethod
    def _dims(live: LiveEnvironment, dims: tuple[Dim, ...]) -> list[object]:
        return [live.integer(dim) for dim in dims]


class _Tensor(Protocol):
    dtype: object
    device: object
    layout: object


def structure_of(value: object, replaced_in: object = None) -> Structure:
    """The value of a run as plain data; with an environment, its replacements are carried out.

    Raises `Unreadable` for what no case has.
    """
    if value is None:
        return None
    if isinstance(value, str):
        return Text(value)
    if is_torch_tensor(value):
        return _tensor(cast("_Tensor", value), replaced_in)  # just asked
    if is_tuple(value):
        return TupleOf(tuple([structure_of(item, replaced_in) for item in value]))
    if is_list(value):
        return ListOf(tuple([structure_of(item, replaced_in) for item in value]))
    if is_dict(value):
        return Dictionary(tuple([(str(key), structure_of(item, replaced_in)) for key, item in value.items()]))
    if isinstance(value, slice):
        ends = cast("slice[object, object, object]", value)  # what a slice holds is asked next
        return SliceOf(*[structure_of(part, replaced_in) for part in (ends.start, ends.stop, ends.step)])
    if type(value).__name__.endswith("GraphModule"):
        return SubgraphRef(type(value).__name__)
    return number(_term(value, replaced_in))


def _term(value: object, replaced_in: object) -> Scalar:
    raw = raw_scalar(value)
    if replaced_in is not None and not isinstance(raw, (bool, int, float)):
        raw = method(replaced_in, "replace")(raw)
    return from_torch_expression(raw)


def _tensor(tensor: _Tensor, replaced_in: object) -> TensorOf:
    layout = _name(tensor.layout)
    if layout != "strided":
        raise Unreadable(str(tensor.layout), "no case has a tensor of this layout")

    def dims(values: object) -> tuple[Dim, ...]:
        return tuple([to_dim(_term(dim, replaced_in)) for dim in cast("tuple[object, ...]", values)])  # a torch.Size

    return TensorOf(
        dims(method(tensor, "size")()),
        dims(method(tensor, "stride")()),
        to_dim(_term(method(tensor, "storage_offset")(), replaced_in)),
        _name(tensor.dtype),
        str(tensor.device),
        layout,
    )


def _name(described: object) -> str:
    return str(described).removeprefix("torch.")
