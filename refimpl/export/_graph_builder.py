"""Building one graph of an archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from refimpl.aten._schemas import Schema, schema_of
from refimpl.export._passing import Passable, Value, argument, sym_expr
from refimpl.export.prefix import Expression, Number, apply, as_expression
from refimpl.export.schema import (
    Argument,
    ArgumentKind,
    Graph,
    GraphArgument,
    NamedArgument,
    Node,
    SymBool,
    SymFloat,
    SymInt,
    TensorArgument,
    TensorMeta,
)

__all__ = ["GraphBuilder", "Recorded"]

Recorded: TypeAlias = TensorMeta | Expression | int | float | bool

_BARE: Final = ("torch.", "_operator.", "math.", "#")
_COMPARISONS: Final = {
    ">=": ("ge", "GreaterThan"),
    ">": ("gt", "StrictGreaterThan"),
    "<=": ("le", "LessThan"),
    "<": ("lt", "StrictLessThan"),
    "==": ("eq", "Equality"),
    "!=": ("ne", "Unequality"),
}


class GraphBuilder:
    """A graph under construction: inputs, calls with their recorded results, outputs.

    Targets may leave out ``torch.ops.``. A recorded value is what `tensor` returns, or an expression.
    """

    def __init__(self, name: str = "") -> None:
        self.name: str = name
        self._inputs: list[Argument] = []
        self._outputs: list[Argument] = []
        self._nodes: list[Node] = []
        self._tensors: dict[str, TensorMeta] = {}
        self._numbers: dict[str, Expression] = {}
        self._taken: set[str] = set()
        self._single = False

    def input(self, name: str, recorded: TensorMeta | Expression) -> Value:
        """An input of the graph."""
        value = self._record(self._fresh(name), recorded)
        self._inputs.append(argument(value))
        return value

    def call(self, target: str, *args: Passable, out: Recorded, name: str | None = None, **kwargs: Passable) -> Value:
        """A call with one result."""
        name = self._fresh(name or _base_name(target))
        value = self._record(name, out)
        self._node(target, args, kwargs, [argument(value)], name)
        return value

    def call_tuple(
        self,
        target: str,
        *args: Passable,
        outs: Sequence[Recorded | None],
        name: str | None = None,
        names: Sequence[str] | None = None,
        **kwargs: Passable,
    ) -> tuple[Value, ...]:
        """A call with a tuple as result (``aten.max.dim``, ``cond``); returns the elements that are not None."""
        name = self._fresh(name or _base_name(target))
        values = self._elements(outs, names)
        outputs = [Argument(as_none=True) if value is None else argument(value) for value in values]
        self._node(target, args, kwargs, outputs, name, single=False if "higher_order" in target else None)
        return tuple(value for value in values if value is not None)

    def call_list(
        self,
        target: str,
        *args: Passable,
        outs: Sequence[TensorMeta],
        name: str | None = None,
        names: Sequence[str] | None = None,
        **kwargs: Passable,
    ) -> tuple[Value, ...]:
        """A call with a list of tensors as result (``aten.split.Tensor``); returns the elements."""
        name = self._fresh(name or _base_name(target))
        values = [value for value in self._elements(outs, names) if value is not None]
        outputs = [Argument(as_tensors=[TensorArgument(value.name) for value in values])]
        self._node(target, args, kwargs, outputs, name)
        return tuple(values)

    def do(self, target: str, *args: Passable, name: str | None = None, **kwargs: Passable) -> None:
        """A call without a result (``aten._assert_scalar.default``)."""
        self._node(target, args, kwargs, [], self._fresh(name or _base_name(target)))

    def size(self, value: Value, dim: int, *, name: str | None = None) -> Value:
        """``aten.sym_size.int`` with the recorded size. Raises TypeError for a constant size."""
        recorded = value.size(dim).as_expr
        if recorded is None:
            raise TypeError(f"size {dim} of {value.name} is a constant")
        hint = recorded.hint.as_int if recorded.hint else None
        return self.call("aten.sym_size.int", value, dim, out=Expression(recorded.expr_str, "int", hint), name=name)

    def compare(self, left: Value, operator: str, right: Value | Number, *, name: str | None = None) -> Value:
        """``_operator.ge`` and its like (``operator`` is ``>=``) with the comparison as recorded value."""
        python, sympy = _COMPARISONS[operator]
        operands = [item.recorded if isinstance(item, Value) else as_expression(item) for item in (left, right)]
        expressions = [item for item in operands if isinstance(item, Expression)]
        if len(expressions) != len(operands):
            raise TypeError("a comparison is of numbers, not of tensors")
        return self.call(f"_operator.{python}", left, right, out=apply(sympy, *expressions), name=name)

    def check(self, left: Value, operator: str, right: Value | Number) -> Value:
        """The comparison and a runtime assert on it; returns the comparison."""
        condition = self.compare(left, operator, right)
        self.assert_scalar(condition)
        return condition

    def assert_scalar(self, condition: Value | bool, message: str | None = None) -> None:
        """``aten._assert_scalar.default`` on a value, or on a constant."""
        name = condition.name if isinstance(condition, Value) else str(condition)
        self.do("aten._assert_scalar.default", condition, message or f"Runtime assertion failed on node '{name}'")

    def subgraph(self, name: str) -> GraphBuilder:
        """An empty graph for a branch or body; pass `as_argument` of it when it is complete."""
        return GraphBuilder(name)

    def as_argument(self) -> GraphArgument:
        """This graph as an argument of a higher-order operator."""
        return GraphArgument(self.name, self.graph())

    def output(self, *values: Value | int | float | bool | None, single: bool = False) -> None:
        """The results, in order. ``single`` returns the one tensor itself instead of a tuple (sub-graphs only)."""
        self._outputs += [argument(value) for value in values]
        self._single = single

    def graph(self) -> Graph:
        """The graph as a record."""
        numbers = self._numbers
        return Graph(
            inputs=list(self._inputs),
            outputs=list(self._outputs),
            nodes=list(self._nodes),
            tensor_values=dict(self._tensors),
            sym_int_values={n: SymInt(as_expr=sym_expr(e)) for n, e in numbers.items() if e.sort == "int"},
            sym_bool_values={n: SymBool(as_expr=sym_expr(e)) for n, e in numbers.items() if e.sort == "bool"},
            is_single_tensor_return=self._single,
            sym_float_values={n: SymFloat(as_expr=sym_expr(e)) for n, e in numbers.items() if e.sort == "float"},
        )

    def _elements(self, outs: Sequence[Recorded | None], names: Sequence[str] | None) -> list[Value | None]:
        wanted = names or ["getitem"] * len(outs)
        return [None if out is None else self._record(self._fresh(n), out) for n, out in zip(wanted, outs, strict=True)]

    def _record(self, name: str, recorded: Recorded) -> Value:
        if isinstance(recorded, TensorMeta):
            self._tensors[name] = recorded
            return Value(name, recorded)
        self._numbers[name] = as_expression(recorded)
        return Value(name, self._numbers[name])

    def _fresh(self, name: str) -> str:
        candidate, count = name, 0
        while candidate in self._taken:
            count += 1
            candidate = f"{name}_{count}"
        self._taken.add(candidate)
        return candidate

    def _node(
        self,
        target: str,
        args: Sequence[Passable],
        kwargs: Mapping[str, Passable],
        outputs: list[Argument],
        name: str,
        single: bool | None = None,
    ) -> None:
        full = target if target.startswith(_BARE) else f"torch.ops.{target}"
        schema = schema_of(full.removeprefix("torch.ops."))
        types = {declared.name: declared.type for declared in schema.arguments} if schema else {}
        names = _positional_names(full, schema, len(args))
        positional = zip(names, args, strict=True)
        inputs = [NamedArgument(n, argument(v, types.get(n)), ArgumentKind.POSITIONAL) for n, v in positional]
        inputs += [NamedArgument(n, argument(v, types.get(n)), ArgumentKind.KEYWORD) for n, v in kwargs.items()]
        if single is None and "higher_order" in full and outputs:
            single = True
        self._nodes.append(Node(full, inputs, outputs, {}, single, name))


def _positional_names(target: str, schema: Schema | None, count: int) -> list[str]:
    if schema is not None:
        names = [declared.name for declared in schema.arguments if not declared.keyword_only]
        if len(names) < count:
            raise TypeError(f"{target} takes {len(names)} positional arguments, {count} were given")
        return names[:count]
    if "higher_order" in target:
        return [""] * count
    # Symbolic operators name theirs so; PyTorch takes the arguments of all other operators by schema.
    return [chr(ord("a") + index) for index in range(count)]


def _base_name(target: str) -> str:
    """A node's name as PyTorch would choose: ``nonzero`` for ``aten.nonzero.default``, ``sym_size_int``."""
    parts = target.removeprefix("torch.ops.").split(".")
    overload = len(parts) > 2 and parts[-1] not in ("default", "Tensor", "Scalar")
    return "_".join(parts[-2:] if overload else parts[-1:] if len(parts) < 3 else parts[-2:-1])
