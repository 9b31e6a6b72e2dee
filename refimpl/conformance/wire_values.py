"""Values and key paths on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never, final

from refimpl.conformance.cursor import Cursor, Json
from refimpl.conformance.structures import (
    DESCRIPTIVE,
    OPCODES,
    Described,
    Dictionary,
    ListOf,
    NodeRef,
    Number,
    Opcode,
    SliceOf,
    Structure,
    SubgraphRef,
    TensorOf,
    Text,
    TupleOf,
    Wrapper,
    number,
    parts_of,
)
from refimpl.conformance.wire_terms import Sorts, read_dim, read_symbol, read_term, sorts_in, write_term
from refimpl.symbolic_shapes.key_path import (
    CallMethodKey,
    ConvertIntKey,
    DivideByKey,
    InnerTensorKey,
    Key,
    KeyPath,
    SequenceKey,
)
from refimpl.symbolic_shapes.sym_node import unwrap
from refimpl.terms import Dim, IntTerm, Scalar, Sort, Symbol

__all__ = [
    "Bindings",
    "divisor_term",
    "read_bindings",
    "read_opcode",
    "read_path",
    "read_value",
    "sorts_of_value",
    "write_bindings",
    "write_path",
    "write_value",
]

Bindings = tuple[tuple[Symbol, KeyPath], ...]
"""``unbacked_bindings`` in order, each symbol once."""
_KINDS: Final = ("int", "float", "bool", "text", "tensor", "list", "tuple", "dict", "slice", "wrapper", *DESCRIPTIVE)
_NUMBERS: Final = {"int": Sort.INT, "float": Sort.FLOAT, "bool": Sort.BOOL}
_KEYS: Final = ("sequence", "method", "inner", "divide", "convert")
DEEPEST: Final = 50


@final
@dataclass(frozen=True, slots=True)
class _Reader:
    sorts: Sorts
    references: tuple[str, ...]

    def value(self, cursor: Cursor, depth: int = 0) -> Structure:
        if cursor.is_null:
            return None
        if depth > DEEPEST:
            cursor.fail(f"the value nests more than {DEEPEST} deep")
        kind, inner = cursor.tagged((*_KINDS, *self.references))
        if kind in _NUMBERS:
            return Number(_NUMBERS[kind], self._number(inner, _NUMBERS[kind]))
        match kind:
            case "text":
                return Text(inner.text())
            case "dtype" | "device" | "layout" | "memory_format":
                return Described(next(each for each in DESCRIPTIVE if each == kind), inner.text())
            case "tensor":
                return self._tensor(inner)
            case "list":
                return ListOf(self._all(inner.items(), depth))
            case "tuple":
                return TupleOf(self._all(inner.items(), depth))
            case "slice":
                parts = self._all(inner.items(), depth)
                if len(parts) != 3:
                    inner.fail(f"a slice has start, stop and step, not {len(parts)} parts")
                return SliceOf(*parts)
            case "node":
                return NodeRef(inner.text())
            case "graph":
                return SubgraphRef(inner.text())
            case _:
                pairs = tuple([(name, self.value(item, depth + 1)) for name, item in inner.entries()])
                return Dictionary(pairs) if kind == "dict" else Wrapper(pairs)

    def _all(self, cursors: Iterable[Cursor], depth: int) -> tuple[Structure, ...]:
        return tuple([self.value(cursor, depth + 1) for cursor in cursors])

    def _number(self, cursor: Cursor, sort: Sort) -> Scalar:
        term = read_term(cursor, self.sorts)
        found = number(term).sort
        if found is not sort:
            cursor.fail(f"a term of sort {sort.value} is needed here, not of sort {found.value}")
        return term

    def _tensor(self, cursor: Cursor) -> TensorOf:
        found = cursor.fields(("size", "stride"), ("offset", "dtype", "device", "layout", "storage"))
        size, stride = (tuple([read_dim(d, self.sorts) for d in found[name].items()]) for name in ("size", "stride"))
        if len(size) != len(stride):
            cursor.fail(f"the tensor has {len(size)} sizes and {len(stride)} strides")
        texts = {name: found[name].text() for name in ("dtype", "device", "layout", "storage") if name in found}
        offset = read_dim(found["offset"], self.sorts) if "offset" in found else 0
        return TensorOf(
            size,
            stride,
            offset,
            texts.get("dtype", "float32"),
            texts.get("device", "cpu"),
            texts.get("layout", "strided"),
            texts.get("storage"),
        )


def read_value(cursor: Cursor, sorts: Sorts, *, references: tuple[str, ...] = ()) -> Structure:
    """A value; ``references`` are the kinds of reference allowed in it: ``node`` in arguments, ``graph`` in results."""
    return _Reader(sorts, references).value(cursor)


def write_value(value: Structure) -> Json:
    """A value as JSON."""
    match value:
        case None:
            return None
        case Number(sort, term):
            return {sort.value: write_term(term)}
        case Text(text):
            return {"text": text}
        case Described(kind, name):
            return {kind: name}
        case TensorOf():
            return {"tensor": _write_tensor(value)}
        case ListOf(items):
            return {"list": [write_value(item) for item in items]}
        case TupleOf(items):
            return {"tuple": [write_value(item) for item in items]}
        case SliceOf(start, stop, step):
            return {"slice": [write_value(part) for part in (start, stop, step)]}
        case Dictionary(pairs):
            return {"dict": {name: write_value(item) for name, item in pairs}}
        case Wrapper(pairs):
            return {"wrapper": {name: write_value(item) for name, item in pairs}}
        case NodeRef(name):
            return {"node": name}
        case SubgraphRef(name):
            return {"graph": name}
        case _:
            assert_never(value)


def _write_tensor(tensor: TensorOf) -> Json:
    written: dict[str, Json] = {
        "size": [write_term(dim) for dim in tensor.size],
        "stride": [write_term(dim) for dim in tensor.stride],
        "offset": write_term(tensor.offset),
        "dtype": tensor.dtype,
        "device": tensor.device,
        "layout": tensor.layout,
    }
    if tensor.storage is not None:
        written["storage"] = tensor.storage
    return written


def sorts_of_value(value: Structure) -> dict[str, Sort]:
    """The sorts of the symbols that occur in a value, by name."""
    found: dict[str, Sort] = {}
    for part in parts_of(value):
        if isinstance(part, Number):
            found.update(sorts_in(part.term))
        elif isinstance(part, TensorOf):
            found.update(sorts_in(*part.size, *part.stride, part.offset))
    return found


def read_opcode(cursor: Cursor) -> Opcode:
    """The ``op`` of a node."""
    text = cursor.choice(OPCODES)
    return next(op for op in OPCODES if op == text)


def read_path(cursor: Cursor, sorts: Sorts) -> KeyPath:
    """A key path: ``[["method", "size"], ["sequence", "0"], ["divide", "2"]]``."""
    return tuple([_read_key(item, sorts) for item in cursor.items()])


def _read_key(cursor: Cursor, sorts: Sorts) -> Key:
    parts = cursor.items()
    kind = parts[0].choice(_KEYS) if parts else cursor.fail("a key is no empty array")
    if len(parts) != (1 if kind == "convert" else 2):
        cursor.fail(f"a key {kind} has {'no argument' if kind == 'convert' else 'one argument'}")
    match kind:
        case "sequence":
            return SequenceKey(parts[1].integer())
        case "method":
            return CallMethodKey(parts[1].choice(("size", "stride", "storage_offset")))
        case "inner":
            return InnerTensorKey(parts[1].text())
        case "divide":
            return DivideByKey(read_dim(parts[1], sorts))
        case _:
            return ConvertIntKey()


def write_path(path: KeyPath) -> Json:
    """A key path as JSON. Raises TypeError for a divisor that is no integer."""
    return [_write_key(key) for key in path]


def _write_key(key: Key) -> Sequence[Json]:
    match key:
        case SequenceKey(idx):
            return ["sequence", str(idx)]
        case CallMethodKey(name):
            return ["method", name]
        case InnerTensorKey(name):
            return ["inner", name]
        case DivideByKey(divisor):
            return ["divide", write_term(divisor_term(divisor))]
        case ConvertIntKey():
            return ["convert"]
        case _:
            assert_never(key)


def divisor_term(divisor: object) -> Dim:
    """The divisor of a ``DivideByKey`` as a term. Raises TypeError if it is no integer."""
    term = unwrap(divisor)
    if isinstance(term, (int, IntTerm)) and not isinstance(term, bool):
        return term
    raise TypeError(f"the divisor {divisor!r} is no integer")


def read_bindings(cursor: Cursor, sorts: Sorts) -> Bindings:
    """Bindings: an array of pairs ``[symbol, path]``."""
    found: dict[Symbol, KeyPath] = {}
    for item in cursor.items():
        symbol, path = item.pair()
        bound = read_symbol(symbol, sorts)
        if bound in found:
            symbol.fail(f"{bound.name} is bound twice")
        found[bound] = read_path(path, sorts)
    return tuple(found.items())


def write_bindings(bindings: Iterable[tuple[Symbol, KeyPath]]) -> Json:
    """Bindings as JSON."""
    return [[symbol.name, write_path(path)] for symbol, path in bindings]
