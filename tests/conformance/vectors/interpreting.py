"""Runs of the interpreter on plain values: each kind of node, what is kept, what is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.conformance.case import Feature, GraphOf, InterpreterInput, NodeOf
from refimpl.conformance.structures import (
    Dictionary,
    ListOf,
    NodeRef,
    SliceOf,
    Structure,
    Text,
    TupleOf,
    number,
)
from tests.conformance.vectors.authoring import RECORDED, Draft, tup

__all__ = ["INTERPRETING"]

X, Y, Z = NodeRef("x"), NodeRef("y"), NodeRef("z")


def given(*items: Structure | int | float | bool | str) -> tuple[Structure, ...]:
    """Values; plain numbers and texts as they are."""
    return tuple(
        [
            Text(item) if isinstance(item, str) else number(item) if isinstance(item, (int, float)) else item
            for item in items
        ]
    )


def into(name: str) -> NodeOf:
    """A placeholder."""
    return NodeOf(name, "placeholder", name)


def calls(name: str, target: str, *args: Structure | int | str, **kwargs: Structure) -> NodeOf:
    """A call of a function."""
    return NodeOf(name, "call_function", target, given(*args), tuple(kwargs.items()))


def gives(value: Structure) -> NodeOf:
    """The output."""
    return NodeOf("output", "output", "output", (value,))


def graph(
    *nodes: NodeOf,
    attributes: Mapping[str, Structure] | None = None,
    modules: Mapping[str, GraphOf | str] | None = None,
) -> GraphOf:
    """A graph."""
    return GraphOf(nodes, attributes or {}, modules or {})


def drawn(what: str, clauses: tuple[str, ...], run: InterpreterInput, *features: Feature) -> Draft:
    """A run that is recorded."""
    return Draft(f"run-{what}", clauses, run, says=RECORDED, features=features)


ADD = graph(into("x"), into("y"), calls("z", "operator.add", X, Y), gives(Z))
CHAIN = graph(
    into("x"),
    into("unused"),
    calls("y", "operator.add", X, 1),
    calls("z", "operator.mul", Y, Y),
    calls("w", "operator.sub", Z, X),
    gives(NodeRef("w")),
)


def _calls() -> Iterator[Draft]:
    one = {
        "add": calls("z", "operator.add", X, Y),
        "subtract": calls("z", "operator.sub", X, Y),
        "keyword": calls("z", "builtins.sorted", ListOf((Y, X)), reverse=number(True)),
        "keyword-of-a-node": calls("z", "builtins.max", ListOf(()), default=X),
        "list-argument": calls("z", "builtins.sum", ListOf((X, Y, number(3)))),
        "tuple-argument": calls("z", "builtins.max", TupleOf((X, Y))),
        "dictionary-argument": calls("z", "operator.getitem", Dictionary((("a", X), ("b", Y))), "b"),
        "slice-argument": calls("z", "operator.getitem", ListOf((X, Y, X, Y)), SliceOf(number(1), Y, None)),
        "deep-argument": calls("z", "builtins.len", ListOf((TupleOf((X, ListOf((Y,)))), Dictionary((("a", X),))))),
        "constant-arguments": calls("z", "operator.floordiv", 7, 2),
    }
    for what, node in one.items():
        yield drawn(
            f"call-{what}",
            ("INT-10", "INT-14"),
            InterpreterInput(graph(into("x"), into("y"), node, gives(Z)), given(2, 3)),
        )
    methods = {
        "no-argument": (NodeOf("y", "call_method", "upper", (X,)), "abc"),
        "argument": (NodeOf("y", "call_method", "count", given(X, "b")), "abcb"),
        "result-is-a-list": (NodeOf("y", "call_method", "split", given(X, "-")), "a-b"),
        "keyword": (NodeOf("y", "call_method", "split", (X,), (("maxsplit", number(1)),)), "a b c"),
    }
    for what, (node, text) in methods.items():
        run = InterpreterInput(graph(into("x"), node, gives(Y)), given(text))
        yield drawn(f"method-{what}", ("INT-11",), run, "call_method")
    inner = graph(into("a"), calls("b", "operator.mul", NodeRef("a"), 10), gives(NodeRef("b")))
    outer = graph(
        into("x"),
        NodeOf("y", "call_module", "sub.twice", (X,)),
        NodeOf("z", "call_module", "sub.size", (ListOf((X, Y)),)),
        gives(TupleOf((Y, Z))),
        modules={"sub.twice": inner, "sub.size": "builtins.len"},
    )
    yield drawn("module", ("INT-12",), InterpreterInput(outer, given(4)), "call_module")
    missing = graph(
        into("x"), NodeOf("y", "call_module", "sub.none", (X,)), gives(Y), modules={"sub.size": "builtins.len"}
    )
    yield drawn("module-missing", ("INT-12", "INT-09"), InterpreterInput(missing, given(4)), "call_module")


def _inputs() -> Iterator[Draft]:
    yield drawn("add", ("INT-01", "INT-08"), InterpreterInput(ADD, given(2, 3)))
    yield drawn(
        "inputs-in-order",
        ("INT-08",),
        InterpreterInput(graph(into("x"), into("y"), calls("z", "operator.sub", Y, X), gives(Z)), given(2, 9)),
    )
    default = graph(into("x"), NodeOf("y", "placeholder", "y", given(7)), calls("z", "operator.add", X, Y), gives(Z))
    yield drawn("default-taken", ("INT-08",), InterpreterInput(default, given(2)))
    yield drawn("default-not-taken", ("INT-08",), InterpreterInput(default, given(2, 3)))
    starred = graph(into("x"), NodeOf("y", "placeholder", "*rest"), gives(TupleOf((X, Y))))
    yield drawn("starred", ("INT-08",), InterpreterInput(starred, given(1, 2, 3)))
    yield drawn("starred-empty", ("INT-08",), InterpreterInput(starred, given(1)))
    yield drawn("input-missing", ("INT-08",), InterpreterInput(ADD, given(2)))
    yield drawn("input-left-over", ("INT-05",), InterpreterInput(ADD, given(2, 3, 4)))
    yield drawn("inputs-not-processed", ("INT-05",), InterpreterInput(ADD, given(2, 3), io_processing=False))
    yield drawn("boxed", ("INT-06",), InterpreterInput(ADD, given(2, 3), method="boxed_run"), "boxed_run")
    yield drawn("boxed-too-few", ("INT-06",), InterpreterInput(ADD, given(2), method="boxed_run"), "boxed_run")
    yield drawn("boxed-too-many", ("INT-06",), InterpreterInput(ADD, given(2, 3, 4), method="boxed_run"), "boxed_run")
    yield drawn(
        "boxed-default", ("INT-06", "INT-08"), InterpreterInput(default, given(2, 5), method="boxed_run"), "boxed_run"
    )
    yield drawn(
        "boxed-default-missing",
        ("INT-06", "INT-08"),
        InterpreterInput(default, given(2), method="boxed_run"),
        "boxed_run",
    )


def _partial() -> Iterator[Draft]:
    def initial(**values: int) -> dict[str, Structure]:
        return {name: number(value) for name, value in values.items()}

    yield drawn(
        "initial-value", ("INT-02",), InterpreterInput(CHAIN, given(2, 0), initial=initial(y=10)), "partial_run"
    )
    yield drawn(
        "initial-input", ("INT-02", "INT-08"), InterpreterInput(ADD, given(5), initial=initial(x=10)), "partial_run"
    )
    yield drawn(
        "initial-everything", ("INT-02",), InterpreterInput(ADD, (), initial=initial(x=1, y=2, z=9)), "partial_run"
    )
    yield drawn(
        "initial-output", ("INT-02",), InterpreterInput(ADD, given(1, 2), initial=initial(output=9)), "partial_run"
    )


def _kept() -> Iterator[Draft]:
    yield drawn("values-freed", ("INT-03",), InterpreterInput(CHAIN, given(2, 0)), "garbage_collection")
    yield drawn("values-kept", ("INT-03",), InterpreterInput(CHAIN, given(2, 0), collect=False), "garbage_collection")
    twice = graph(
        into("x"),
        calls("y", "operator.neg", X),
        calls("dead", "operator.neg", Y),
        calls("z", "operator.add", X, 1),
        gives(TupleOf((Z, Y))),
    )
    yield drawn("values-freed-late", ("INT-03",), InterpreterInput(twice, given(2)), "garbage_collection")
    same = graph(into("x"), calls("y", "operator.add", X, X), calls("z", "operator.mul", Y, Y), gives(Z))
    yield drawn("values-used-twice-by-one", ("INT-03",), InterpreterInput(same, given(2)), "garbage_collection")


def _attributes() -> Iterator[Draft]:
    attributes: dict[str, Structure] = {"weight": number(3), "deep.inner.bias": tup(4, 5)}
    for what, path in {"own": "weight", "deep": "deep.inner.bias"}.items():
        nodes = (NodeOf("x", "get_attr", path), gives(X))
        yield drawn(f"attribute-{what}", ("INT-09",), InterpreterInput(graph(*nodes, attributes=attributes)))
    for what, path in {
        "missing": "nothing",
        "missing-below": "deep.nothing.bias",
        "missing-last": "deep.inner.nothing",
    }.items():
        nodes = (NodeOf("x", "get_attr", path), gives(X))
        yield drawn(f"attribute-{what}", ("INT-09",), InterpreterInput(graph(*nodes, attributes=attributes)))


def _outputs() -> Iterator[Draft]:
    values: dict[str, Structure] = {
        "number": X,
        "tuple": TupleOf((X, Y)),
        "list": ListOf((Y, X, X)),
        "none": None,
        "constant": number(7),
        "nested": TupleOf((ListOf((X, TupleOf((Y,)))), Dictionary((("a", X),)))),
        "empty": TupleOf(()),
    }
    for what, value in values.items():
        yield drawn(
            f"output-{what}", ("INT-13",), InterpreterInput(graph(into("x"), into("y"), gives(value)), given(2, 3))
        )
    early = graph(into("x"), into("y"), gives(X), NodeOf("late", "call_function", "operator.truediv", given(1, 0)))
    yield drawn("output-ends-the-run", ("INT-01", "INT-13"), InterpreterInput(early, given(2, 3)))


def _errors() -> Iterator[Draft]:
    cases = {
        "zero-division": calls("z", "operator.floordiv", X, 0),
        "index": calls("z", "operator.getitem", ListOf((X,)), 3),
        "key": calls("z", "operator.getitem", Dictionary((("a", X),)), "b"),
        "type": calls("z", "operator.add", X, "a"),
        "value": NodeOf("z", "call_method", "index", (ListOf((X,)), number(99))),
        "attribute": NodeOf("z", "call_method", "upper", (X,)),
        "overflow": calls("z", "operator.pow", NodeRef("big"), NodeRef("big")),
        "arguments": calls("z", "operator.neg", X, X),
    }
    for what, node in cases.items():
        before = [into("x")] if what != "overflow" else [into("x"), calls("big", "operator.truediv", 10**300, 1)]
        features: tuple[Feature, ...] = ("call_method",) if node.op == "call_method" else ()
        yield drawn(f"error-{what}", ("INT-16",), InterpreterInput(graph(*before, node, gives(Z)), given(2)), *features)
    later = graph(into("x"), calls("y", "operator.add", X, Z), calls("z", "operator.add", X, 1), gives(Y))
    yield drawn("value-missing", ("INT-15",), InterpreterInput(later, given(2)))
    deep = graph(
        into("x"), calls("y", "builtins.len", ListOf((TupleOf((X, Z)),))), calls("z", "operator.add", X, 1), gives(Y)
    )
    yield drawn("value-missing-deep", ("INT-15",), InterpreterInput(deep, given(2)))
    output = graph(into("x"), gives(Z), calls("z", "operator.add", X, 1))
    yield drawn("value-missing-in-output", ("INT-15", "INT-13"), InterpreterInput(output, given(2)))


INTERPRETING: Final = (*_inputs(), *_calls(), *_partial(), *_kept(), *_attributes(), *_outputs(), *_errors())
