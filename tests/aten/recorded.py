"""Archives as lists of operator calls with recorded arguments and results, each to be re-evaluated by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from refimpl.export.archive import read_archive
from refimpl.export.expressions import ExpressionReader
from refimpl.export.schema import program as schema_program
from refimpl.export.schema.graph import Argument, Graph, Node, SymBoolArgument, SymFloatArgument, SymIntArgument
from refimpl.export.schema.values import SymBool, SymFloat, SymInt, TensorMeta
from refimpl.fake_tensor.dtypes import DType
from refimpl.fake_tensor.tensor import Device, FakeTensor
from refimpl.terms import Cond, IntTerm, Scalar, ge, is_condition, le, symbol

__all__ = ["Call", "Recorded", "read_recorded"]

_DTYPES = {dtype.number: dtype for dtype in DType}
_FORMATS = {1: "contiguous_format", 2: "channels_last", 3: "channels_last_3d", 4: "preserve_format"}
_LAYOUTS = {
    1: "sparse_coo",
    2: "sparse_csr",
    3: "sparse_csc",
    4: "sparse_bsr",
    5: "sparse_bsc",
    6: "_mkldnn",
    7: "strided",
}
Result: TypeAlias = "FakeTensor | Scalar | str | complex | list[Result] | None"
_Symbolic: TypeAlias = SymIntArgument | SymFloatArgument | SymBoolArgument


@dataclass(frozen=True, slots=True)
class Call:
    """One call node: target without ``torch.ops.``, arguments and the recorded result."""

    name: str
    target: str
    args: tuple[object, ...]
    kwargs: dict[str, object]
    result: Result


@dataclass(frozen=True, slots=True)
class Recorded:
    """The calls of all graphs in order, what is assumed of symbols, and the values for the example inputs.

    An ``_assert_scalar`` node appears as a call whose argument is the condition that holds after it.
    """

    calls: list[Call]
    assumptions: list[Cond]
    hints: dict[str, int | float | bool]


class _Reader:
    def __init__(self) -> None:
        self.reader = ExpressionReader()
        self.hints: dict[str, int | float | bool] = {}

    def scalar(self, value: SymInt | SymFloat | SymBool) -> Scalar:
        if value.as_expr is None:
            plain = (
                value.as_int
                if isinstance(value, SymInt)
                else value.as_float
                if isinstance(value, SymFloat)
                else value.as_bool
            )
            assert plain is not None
            return float(plain) if isinstance(plain, str) else plain
        term = self.reader.read(value.as_expr.expr_str, "test")
        hint = value.as_expr.hint
        if hint is not None and hint.as_int is not None and isinstance(term, IntTerm) and term.symbol is not None:
            self.hints[term.symbol.name] = hint.as_int
        return term

    def dim(self, value: SymInt) -> int | IntTerm:
        term = self.scalar(value)
        assert isinstance(term, (int, IntTerm))
        return term

    def tensor(self, meta: TensorMeta) -> FakeTensor:
        return FakeTensor(
            tuple(map(self.dim, meta.sizes)),
            tuple(map(self.dim, meta.strides)),
            _DTYPES[int(meta.dtype)],
            Device(meta.device.type, meta.device.index),
            self.dim(meta.storage_offset),
            layout="strided",
        )


class _GraphReader:
    """The calls of one graph and of its sub-graphs."""

    def __init__(self, reader: _Reader, graph: Graph, prefix: str, outer: dict[str, FakeTensor | Scalar]) -> None:
        self.reader, self.graph, self.prefix = reader, graph, prefix
        self.values: dict[str, FakeTensor | Scalar] = dict(outer)
        for name, meta in graph.tensor_values.items():
            self.values[name] = reader.tensor(meta)
        for values in (graph.sym_int_values, graph.sym_bool_values, graph.sym_float_values):
            for name, value in values.items():
                self.values[name] = reader.scalar(value)

    def calls(self) -> Iterator[Call]:
        for node in self.graph.nodes:
            for named in node.inputs:
                if named.arg.as_graph is not None:
                    inner = named.arg.as_graph
                    yield from _GraphReader(
                        self.reader, inner.graph, f"{self.prefix}{node.name}/{inner.name}/", self.values
                    ).calls()
            yield self.call(node)

    def call(self, node: Node) -> Call:
        args = [self.argument(named.arg) for named in node.inputs if named.kind != 2]
        kwargs = {named.name: self.argument(named.arg) for named in node.inputs if named.kind == 2}
        outputs = [self.argument(output) for output in node.outputs]
        result = outputs[0] if len(outputs) == 1 else None if not outputs else list(outputs)
        target = node.target.removeprefix("torch.ops.")
        return Call(f"{self.prefix}{node.name}", target, tuple(args), kwargs, result)  # type: ignore[arg-type]  # results are values

    def symbolic(self, argument: _Symbolic) -> Scalar:
        if argument.as_name is not None:
            value = self.values[argument.as_name]
            assert not isinstance(value, FakeTensor)
            return value
        plain = (
            argument.as_int
            if isinstance(argument, SymIntArgument)
            else argument.as_float
            if isinstance(argument, SymFloatArgument)
            else argument.as_bool
        )
        assert plain is not None
        return float(plain) if isinstance(plain, str) else plain

    def argument(self, a: Argument) -> object:
        if a.as_tensor is not None:
            return self.values[a.as_tensor.name]
        if a.as_tensors is not None:
            return [self.values[t.name] for t in a.as_tensors]
        if a.as_optional_tensors is not None:
            return [None if t.as_tensor is None else self.values[t.as_tensor.name] for t in a.as_optional_tensors]
        if a.as_optional_tensor is not None:
            t = a.as_optional_tensor.as_tensor
            return None if t is None else self.values[t.name]
        if a.as_float is not None:
            return float(a.as_float)
        if a.as_floats is not None:
            return [float(x) for x in a.as_floats]
        for symbolic in (a.as_sym_int, a.as_sym_float, a.as_sym_bool):
            if symbolic is not None:
                return self.symbolic(symbolic)
        for many in (a.as_sym_ints, a.as_sym_floats, a.as_sym_bools):
            if many is not None:
                return [self.symbolic(one) for one in many]
        if a.as_scalar_type is not None:
            return _DTYPES[int(a.as_scalar_type)]
        if a.as_memory_format is not None:
            return _FORMATS[int(a.as_memory_format)]
        if a.as_layout is not None:
            return _LAYOUTS[int(a.as_layout)]
        if a.as_device is not None:
            return Device(a.as_device.type, a.as_device.index)
        if a.as_complex is not None:
            return complex(float(a.as_complex.real), float(a.as_complex.imag))
        for plain in (a.as_int, a.as_bool, a.as_string, a.as_operator):
            if plain is not None:
                return plain
        for plains in (a.as_ints, a.as_bools, a.as_strings):
            if plains is not None:
                return list(plains)
        return None


def read_recorded(path: str) -> Recorded:
    """Read the calls of an archive."""
    program: schema_program.ExportedProgram = read_archive(path).program
    reader = _Reader()
    graph = program.graph_module.graph
    calls = list(_GraphReader(reader, graph, "", {}).calls())
    assumptions: list[Cond] = []
    for name, limits in program.range_constraints.items():
        if not name.isidentifier() or name.startswith("z"):
            continue
        if limits.min_val is not None:
            assumptions.append(ge(symbol(name), limits.min_val))
        if limits.max_val is not None:
            assumptions.append(le(symbol(name), limits.max_val))
    return Recorded(calls, [c for c in assumptions if is_condition(c)], reader.hints)
