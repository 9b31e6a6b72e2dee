"""Between the plain data of cases and the values of a live PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol, assert_never, cast, final

from refimpl.conformance.containers import Leaf, plain, value_of
from refimpl.conformance.structures import Described, Number, Structure, SubgraphRef, TensorOf, Wrapper, number
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
        return value_of(value, self._leaf, self._nodes)

    def _leaf(self, value: Leaf) -> object:
        match value:
            case Number(sort, term):
                return self._number(sort, term)
            case Described(kind, name):
                return function("torch", "device")(name) if kind == "device" else attribute("torch", name)
            case TensorOf():
                return self._tensor(value)
            case Wrapper(pairs):
                return _wrapper({name: self.make(item) for name, item in pairs})
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


def _wrapper(inner: Mapping[str, object]) -> object:
    """A tensor of a traceable wrapper subclass, its inner values under their names; nothing can be done to it."""
    base = attribute("torch", "Tensor")
    assert isinstance(base, type)  # as PyTorch is untyped

    def flatten(self: object) -> tuple[list[str], None]:
        return list(inner), None

    def refuse(*args: object) -> object:
        raise TypeError("the value of a case is only looked at")

    # In the class, where they stand before the attributes that every tensor has.
    special: dict[str, object] = {
        **inner,
        "__tensor_flatten__": flatten,
        "__tensor_unflatten__": refuse,
        "__torch_dispatch__": classmethod(refuse),
        "__repr__": object.__repr__,
    }
    return method(base, "_make_wrapper_subclass")(type("Wrapped", (base,), special), ())


class _Tensor(Protocol):
    dtype: object
    device: object
    layout: object


def structure_of(value: object, replaced_in: object = None) -> Structure:
    """The value of a run as plain data; with an environment, its replacements are carried out.

    Raises `Unreadable` for what no case has.
    """

    def leaf(part: object) -> Structure:
        if is_torch_tensor(part):
            return _tensor(cast("_Tensor", part), replaced_in)  # just asked
        if type(part).__name__.endswith("GraphModule"):
            return SubgraphRef(type(part).__name__)
        return number(_term(part, replaced_in))

    return plain(value, leaf)


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
