"""From the archive's tagged arguments to the arguments of an FX node."""

from __future__ import annotations

from abc import ABC, abstractmethod

from refimpl.export._values import device_of, dtype_of, float_of, layout_of, memory_format_of
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.schema import (
    Argument,
    GraphArgument,
    OptionalTensorArgument,
    SymBoolArgument,
    SymFloatArgument,
    SymIntArgument,
)
from refimpl.export.targets import resolve_target
from refimpl.fx.node import Argument as FxArgument
from refimpl.fx.node import Node

__all__ = ["ArgumentReader"]


class ArgumentReader(ABC):
    """Reads the arguments of one graph; ``nodes`` are those defined so far, by the names of their values."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}

    @abstractmethod
    def subgraph(self, record: GraphArgument) -> Node:
        """The node that stands for a sub-graph."""

    def argument(self, argument: Argument) -> FxArgument:
        """The argument. Raises `ArchiveError` for a name that is not defined yet and for forms that are not read."""
        if argument.as_tensor is not None:
            return self._named(argument.as_tensor.name)
        if argument.as_int is not None:
            return argument.as_int
        if argument.as_ints is not None:
            return argument.as_ints
        if argument.as_sym_ints is not None:
            return [self._sym_int(item) for item in argument.as_sym_ints]
        if argument.as_sym_int is not None:
            return self._sym_int(argument.as_sym_int)
        if argument.as_bool is not None:
            return argument.as_bool
        if argument.as_float is not None:
            return float_of(argument.as_float)
        if argument.as_none is not None:
            return None
        if argument.as_string is not None:
            return argument.as_string
        return self._descriptive(argument)

    def _descriptive(self, argument: Argument) -> FxArgument:
        if argument.as_device is not None:
            return device_of(argument.as_device)
        if argument.as_scalar_type is not None:
            return dtype_of(argument.as_scalar_type)
        if argument.as_layout is not None:
            return layout_of(argument.as_layout)
        if argument.as_memory_format is not None:
            return memory_format_of(argument.as_memory_format)
        if argument.as_graph is not None:
            return self.subgraph(argument.as_graph)
        if argument.as_operator is not None:
            return resolve_target(argument.as_operator)
        if argument.as_complex is not None:
            return complex(float_of(argument.as_complex.real), float_of(argument.as_complex.imag))
        return self._symbolic(argument)

    def _symbolic(self, argument: Argument) -> FxArgument:
        if argument.as_sym_bool is not None:
            return self._sym_bool(argument.as_sym_bool)
        if argument.as_sym_bools is not None:
            return [self._sym_bool(item) for item in argument.as_sym_bools]
        if argument.as_sym_float is not None:
            return self._sym_float(argument.as_sym_float)
        if argument.as_sym_floats is not None:
            return [self._sym_float(item) for item in argument.as_sym_floats]
        return self._listed(argument)

    def _listed(self, argument: Argument) -> FxArgument:
        if argument.as_tensors is not None:
            return [self._named(item.name) for item in argument.as_tensors]
        if argument.as_optional_tensors is not None:
            return [self._optional(item) for item in argument.as_optional_tensors]
        if argument.as_optional_tensor is not None:
            return self._optional(argument.as_optional_tensor)
        if argument.as_nested_tensors is not None:
            return [[self._named(item.name) for item in items] for items in argument.as_nested_tensors]
        if argument.as_floats is not None:
            return [float_of(item) for item in argument.as_floats]
        if argument.as_bools is not None:
            return argument.as_bools
        if argument.as_strings is not None:
            return argument.as_strings
        return self._rare(argument)

    def _rare(self, argument: Argument) -> FxArgument:
        if argument.as_int_lists is not None:
            return [tuple(items) for items in argument.as_int_lists]
        if argument.as_float_lists is not None:
            return [[float_of(item) for item in items] for items in argument.as_float_lists]
        if argument.as_string_to_argument is not None:
            return {key: self.argument(item) for key, item in argument.as_string_to_argument.items()}
        if argument.as_custom_obj is not None:
            found = self.nodes.get(argument.as_custom_obj.name)
            if found is not None:
                return found
            raise ArchiveError(ErrorKind.UNSUPPORTED, "as_custom_obj", "custom objects are pickled and not read")
        raise ArchiveError(ErrorKind.UNSUPPORTED, "", "this form of an argument is not read")

    def _named(self, name: str) -> Node:
        found = self.nodes.get(name)
        if found is None:
            raise ArchiveError(ErrorKind.REFERENCE, "", f"the name {name[:60]!a} is used before it is defined")
        return found

    def _optional(self, item: OptionalTensorArgument) -> Node | None:
        return None if item.as_tensor is None else self._named(item.as_tensor.name)

    def _sym_int(self, item: SymIntArgument) -> Node | int | None:
        return item.as_int if item.as_name is None else self._named(item.as_name)

    def _sym_bool(self, item: SymBoolArgument) -> Node | bool | None:
        return item.as_bool if item.as_name is None else self._named(item.as_name)

    def _sym_float(self, item: SymFloatArgument) -> Node | float | None:
        if item.as_name is not None:
            return self._named(item.as_name)
        return None if item.as_float is None else float_of(item.as_float)
