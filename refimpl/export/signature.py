"""What the inputs and outputs of a program stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from refimpl.export import schema
from refimpl.export._values import float_of
from refimpl.export.errors import ArchiveError, ErrorKind
from refimpl.export.schema import Argument

__all__ = ["GraphSignature", "InputKind", "InputSpec", "OutputKind", "OutputSpec", "read_signature"]

InputKind: TypeAlias = Literal[
    "user_input", "parameter", "buffer", "tensor_constant", "constant_input", "custom_obj", "token"
]
OutputKind: TypeAlias = Literal[
    "user_output",
    "loss_output",
    "buffer_mutation",
    "parameter_mutation",
    "gradient_to_parameter",
    "gradient_to_user_input",
    "user_input_mutation",
    "token",
]

_MUTATED: Final[Mapping[OutputKind, str]] = {
    "buffer_mutation": "buffer",
    "parameter_mutation": "parameter",
    "user_input_mutation": "user input",
}


@dataclass(frozen=True, slots=True)
class InputSpec:
    """An input: the placeholder's name, and the qualified name of the parameter, buffer or constant behind it.

    ``value`` is that of a constant input; ``persistent`` says of a buffer whether it is part of the state.
    """

    kind: InputKind
    name: str
    target: str | None = None
    persistent: bool | None = None
    value: int | float | bool | str | None = None


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """An output: the value's name (None for a constant) and what it replaces, if anything."""

    kind: OutputKind
    name: str | None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class GraphSignature:
    """One entry for each input and each output of the graph, in order."""

    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]

    @property
    def user_inputs(self) -> tuple[InputSpec, ...]:
        """The inputs that the caller passes, constants included, in the order of the flattened arguments."""
        return tuple(spec for spec in self.inputs if spec.kind in ("user_input", "constant_input"))


def read_signature(record: schema.GraphModule) -> GraphSignature:
    """The signature, checked against the graph. Raises `ArchiveError` if they do not fit together."""
    inputs = [_input(spec) for spec in record.signature.input_specs]
    _check_names("input", [spec.name for spec in inputs], record.graph.inputs)
    outputs = [_output(spec) for spec in record.signature.output_specs]
    _check_names("output", [spec.name for spec in outputs], record.graph.outputs)
    for index, spec in enumerate(outputs):
        if spec.kind in _MUTATED and spec.target not in _targets(spec.kind, inputs):
            message = f"mutates {(spec.target or '')[:60]!a}, which is no {_MUTATED[spec.kind]} of the program"
            raise ArchiveError(ErrorKind.REFERENCE, f"signature.output_specs[{index}]", message)
    return GraphSignature(tuple(inputs), tuple(outputs))


def _check_names(side: str, names: Sequence[str | None], arguments: Sequence[Argument]) -> None:
    """One specification for each value of the graph, in the same order and under the same name; none of a constant."""
    field = f"signature.{side}_specs"
    if len(names) != len(arguments):
        raise ArchiveError(ErrorKind.SCHEMA, field, f"{len(names)} specifications for {len(arguments)} {side}s")
    for index, (name, argument) in enumerate(zip(names, arguments, strict=True)):
        expected = _name_of(argument)
        if name != expected and (expected is not None or side == "output"):
            message = f"names {_shown(name)}, but {side} {index} of the graph is {_shown(expected)}"
            raise ArchiveError(ErrorKind.REFERENCE, f"{field}[{index}]", message)


def _shown(name: str | None) -> str:
    return "no value" if name is None else f"{name[:60]!a}"


def _targets(kind: OutputKind, inputs: Sequence[InputSpec]) -> set[str | None]:
    """What a mutation of that kind may write: the inputs of the caller by name, buffers and parameters by target."""
    chosen = [spec for spec in inputs if spec.kind == _MUTATED[kind].replace(" ", "_")]
    return {spec.name if kind == "user_input_mutation" else spec.target for spec in chosen}


def _input(spec: schema.InputSpec) -> InputSpec:
    if spec.user_input is not None:
        return InputSpec("user_input", _name_of(spec.user_input.arg) or "")
    if spec.parameter is not None:
        return InputSpec("parameter", spec.parameter.arg.name, spec.parameter.parameter_name)
    if spec.buffer is not None:
        buffer = spec.buffer
        return InputSpec("buffer", buffer.arg.name, buffer.buffer_name, buffer.persistent)
    if spec.tensor_constant is not None:
        constant = spec.tensor_constant
        return InputSpec("tensor_constant", constant.arg.name, constant.tensor_constant_name)
    if spec.token is not None:
        return InputSpec("token", spec.token.arg.name)
    if spec.custom_obj is not None:
        return InputSpec("custom_obj", spec.custom_obj.arg.name, spec.custom_obj.custom_obj_name)
    fixed = spec.constant_input
    # The union has one member, and it is none of the others.
    assert fixed is not None
    value = fixed.value
    real = None if value.as_float is None else float_of(value.as_float)
    known = [item for item in (value.as_int, real, value.as_string, value.as_bool) if item is not None]
    return InputSpec("constant_input", fixed.name, value=known[0] if known else None)


def _output(spec: schema.OutputSpec) -> OutputSpec:
    if spec.user_output is not None:
        return OutputSpec("user_output", _name_of(spec.user_output.arg))
    if spec.buffer_mutation is not None:
        return OutputSpec("buffer_mutation", spec.buffer_mutation.arg.name, spec.buffer_mutation.buffer_name)
    if spec.user_input_mutation is not None:
        mutation = spec.user_input_mutation
        return OutputSpec("user_input_mutation", mutation.arg.name, mutation.user_input_name)
    if spec.token is not None:
        return OutputSpec("token", spec.token.arg.name)
    if spec.loss_output is not None:
        return OutputSpec("loss_output", spec.loss_output.arg.name)
    if spec.gradient_to_user_input is not None:
        gradient = spec.gradient_to_user_input
        return OutputSpec("gradient_to_user_input", gradient.arg.name, gradient.user_input_name)
    if spec.gradient_to_parameter is not None:
        return OutputSpec("gradient_to_parameter", *_parameter(spec.gradient_to_parameter))
    assert spec.parameter_mutation is not None
    return OutputSpec("parameter_mutation", *_parameter(spec.parameter_mutation))


def _parameter(spec: schema.ToParameterSpec) -> tuple[str, str]:
    return spec.arg.name, spec.parameter_name


def _name_of(argument: Argument) -> str | None:
    if argument.as_tensor is not None:
        return argument.as_tensor.name
    for symbolic in (argument.as_sym_int, argument.as_sym_float, argument.as_sym_bool):
        if symbolic is not None:
            return symbolic.as_name
    return argument.as_custom_obj.name if argument.as_custom_obj is not None else None
