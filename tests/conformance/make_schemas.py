"""The JSON schemas of the protocol, of vectors and of reports, made from the closed lists of the package.

``python -m tests.conformance.make_schemas`` writes them; a test holds the files to this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias, get_args

from refimpl.conformance.case import CHAPTERS, FEATURES, QUESTIONS
from refimpl.conformance.judge import VERDICTS, How
from refimpl.conformance.outcome import RAISED_KINDS
from refimpl.conformance.structures import DESCRIPTIVE, OPCODES
from refimpl.conformance.vector import ASPECTS, ORIGINS
from refimpl.conformance.wire_terms import OPERATORS
from refimpl.laws.step_law import StepLawName

__all__ = ["FOLDER", "schemas"]

FOLDER: Final = Path(__file__).parents[2] / "refimpl" / "docs" / "schemas"
Schema: TypeAlias = "Mapping[str, Schema] | Sequence[Schema] | str | int | bool | None"
Object: TypeAlias = Mapping[str, Schema]

TEXT: Final[Object] = {"type": "string"}
FLAG: Final[Object] = {"type": "boolean"}
INTEGER: Final[Object] = {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)$"}
NATURAL: Final[Object] = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
FLOAT: Final[Object] = {"type": "string", "pattern": r"^[-+]?([0-9.eE+-]+|inf|nan)$"}
SYMBOL: Final[Object] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 64}


def ref(name: str) -> Object:
    return {"$ref": f"#/$defs/{name}"}


def array(items: Object, **more: Schema) -> Object:
    return {"type": "array", "items": items, **more}


def fixed(*items: Object) -> Object:
    return {"type": "array", "prefixItems": list(items), "items": False, "minItems": len(items)}


def table(values: Object, names: Object | None = None) -> Object:
    return {"type": "object", "additionalProperties": values, **({} if names is None else {"propertyNames": names})}


def record(required: Object, optional: Object | None = None) -> Object:
    fields = {**required, **(optional or {})}
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def nullable(schema: Object) -> Object:
    return {"anyOf": [schema, {"type": "null"}]}


def any_of(*schemas: Object) -> Object:
    return {"anyOf": list(schemas)}


def const(value: str) -> Object:
    return {"const": value}


BINDINGS: Final = nullable(ref("bindings"))
BOUNDS: Final[Object] = {"low": nullable(INTEGER), "high": nullable(INTEGER)}


def _terms() -> Object:
    return {
        "term": any_of(
            FLAG,
            INTEGER,
            SYMBOL,
            fixed(const("float"), FLOAT),
            {"type": "array", "prefixItems": [{"enum": list(OPERATORS)}], "items": ref("term"), "minItems": 2},
        ),
        "sorts": table({"enum": ["int", "float", "bool"]}, SYMBOL),
        "range": record({"low": nullable(INTEGER), "high": nullable(INTEGER)}),
        "float_range": record({"low": nullable(FLOAT), "high": nullable(FLOAT)}),
        "path": array(
            any_of(
                fixed(const("sequence"), INTEGER),
                fixed(const("method"), {"enum": ["size", "stride", "storage_offset"]}),
                fixed(const("inner"), TEXT),
                fixed(const("divide"), ref("term")),
                fixed(const("convert")),
            )
        ),
        "bindings": array(fixed(SYMBOL, ref("path"))),
        "state": record(
            {},
            {
                "hints": table(nullable(any_of(INTEGER, FLOAT)), SYMBOL),
                "ranges": table(any_of(ref("range"), ref("float_range")), SYMBOL),
                "replacements": table(ref("term"), SYMBOL),
                "renamings": table(SYMBOL, SYMBOL),
                "guards": array(ref("term")),
                "asserts": array(record({"under": nullable(SYMBOL), "conditions": array(ref("term"))})),
                "known": array(ref("term")),
                "size_like": array(SYMBOL),
                "pending": array(SYMBOL),
                "ignorable": array(SYMBOL),
            },
        ),
    }


def _values() -> Object:
    dims = array(ref("term"))
    tensor = record(
        {"size": dims, "stride": dims},
        {"offset": ref("term"), "dtype": TEXT, "device": TEXT, "layout": TEXT, "storage": TEXT},
    )

    def kinds(own: str, *more: Object) -> Object:
        inner = ref(own)
        return any_of(
            {"type": "null"},
            *[record({name: ref("term")}) for name in ("int", "float", "bool")],
            *[record({name: TEXT}) for name in ("text", *DESCRIPTIVE)],
            record({"tensor": ref("tensor")}),
            *[record({name: array(inner)}) for name in ("list", "tuple")],
            record({"slice": fixed(inner, inner, inner)}),
            *[record({name: table(inner)}) for name in ("dict", "wrapper")],
            *more,
        )

    return {
        "tensor": tensor,
        "value": kinds("value"),
        "argument": kinds("argument", record({"node": TEXT})),
        "result_value": kinds("result_value", record({"graph": TEXT})),
    }


def _graphs() -> Object:
    node = record(
        {"name": SYMBOL, "op": {"enum": list(OPCODES)}, "target": TEXT},
        {"args": array(ref("argument")), "kwargs": table(ref("argument")), "bindings": BINDINGS},
    )
    graph = record(
        {"nodes": array(node)}, {"attributes": table(ref("value")), "modules": table(any_of(TEXT, ref("graph")))}
    )
    return {"graph": graph}


def _steps() -> Object:
    block = {"steps": array(ref("step"))}
    return {
        "step": any_of(
            record({"do": const("create_backed"), "symbol": SYMBOL, "hint": nullable(any_of(INTEGER, FLOAT))}, BOUNDS),
            record({"do": const("create_unbacked"), "symbol": SYMBOL, "sort": {"enum": ["int", "float", "bool"]}}),
            record({"do": const("bind_unbacked"), "symbol": SYMBOL}, BOUNDS),
            record({"do": const("require"), "condition": ref("term"), "message": TEXT}),
            record({"do": const("constrain_range"), "term": ref("term")}, BOUNDS),
            record({"do": const("unify"), "left": ref("term"), "right": ref("term")}),
            record({"do": const("freeze"), "what": {"enum": ["guards", "runtime_asserts"]}}),
            record(
                {
                    "do": const("rebind"),
                    "node": TEXT,
                    "op": {"enum": list(OPCODES)},
                    "bindings": BINDINGS,
                    "value": ref("value"),
                }
            ),
            *[record({"do": const(name), **block}) for name in ("ignore_fresh", "suppress_guards")],
            record({"do": {"enum": list(QUESTIONS)}, "term": ref("term")}),
        )
    }


def _inputs() -> Object:
    symbols = {"symbols": ref("sorts")}
    state = {"environment": ref("state")}
    return {
        "interpreter_input": record(
            {"graph": ref("graph"), "inputs": array(ref("value"))},
            {
                **symbols,
                "method": {"enum": ["run", "boxed_run"]},
                "initial": table(ref("value")),
                "io_processing": FLAG,
                "collect": FLAG,
            },
        ),
        "bindings_input": any_of(
            record(
                {"call": const("compute"), **state, "value": ref("value")},
                {**symbols, "old_value": ref("value"), "peek": FLAG},
            ),
            record({"call": const("resolve"), **state, "bindings": BINDINGS}, symbols),
            record({"call": const("get"), **state, "value": ref("value"), "path": ref("path")}, symbols),
        ),
        "rebinding_input": record(
            {**state, "node": TEXT, "op": {"enum": list(OPCODES)}, "bindings": BINDINGS, "value": ref("value")},
            symbols,
        ),
        "environment_input": record({**state, "steps": array(ref("step"))}, symbols),
        "propagation_input": record(
            {**state, "graph": ref("graph"), "inputs": array(ref("value"))}, {**symbols, "runs": NATURAL}
        ),
    }


def _results() -> Object:
    rejection = {"kind": {"enum": list(RAISED_KINDS)}}
    about = {"message": TEXT, "node": nullable(TEXT)}
    answer = any_of(
        record({"value": ref("value")}),
        record({"int_range": ref("range")}),
        record({"float_range": ref("float_range")}),
        record({"raised": record(rejection, about)}),
    )
    state = {"environment": ref("state")}
    return {
        "result": any_of(
            record(
                {"value": ref("value")},
                {"freed": nullable(array(fixed(TEXT, array(TEXT)))), "left": nullable(NATURAL)},
            ),
            record({"bindings": BINDINGS}, state),
            record({"value": ref("value"), "text": TEXT}),
            record(state),
            record({"answers": array(answer), **state}),
            record({"values": table(ref("result_value")), **state}),
        )
    }


def outcomes(before: Object, after: Object, kinds: Sequence[str]) -> Object:
    """An outcome of one of these kinds with fields of the caller's around it."""
    symbols = {"symbols": ref("sorts")}
    made: dict[str, Object] = {
        "returned": record({**before, "outcome": const("returned"), "result": ref("result")}, {**symbols, **after}),
        "raised": record(
            {**before, "outcome": const("raised"), "kind": {"enum": list(RAISED_KINDS)}},
            {"message": TEXT, "node": nullable(TEXT), "environment": ref("state"), **symbols, **after},
        ),
        "declined": record({**before, "outcome": const("declined"), "feature": TEXT}, {"reason": TEXT, **after}),
        "broke": record({**before, "outcome": const("broke"), "message": TEXT}, after),
    }
    return any_of(*[made[kind] for kind in kinds])


def _definitions() -> dict[str, Schema]:
    return {**_terms(), **_values(), **_graphs(), **_steps(), **_inputs(), **_results()}


def _conform() -> Object:
    runs = [
        record({"do": const("run"), "case": TEXT, "chapter": const(each), "input": ref(f"{each}_input")})
        for each in CHAPTERS
    ]
    started = record(
        {
            "did": const("started"),
            "protocol": const("conform/1"),
            "name": TEXT,
            "version": TEXT,
            "features": array({"enum": [*CHAPTERS, *FEATURES]}),
        }
    )
    ran = outcomes({"did": const("ran"), "case": TEXT}, {}, ("returned", "raised", "declined", "broke"))
    request = any_of(
        record({"do": const("start"), "protocol": const("conform/1")}), *runs, record({"do": const("stop")})
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "conform/1",
        "description": "A line of the protocol: a request of the harness, or an answer of the subject.",
        "anyOf": [ref("request"), ref("answer")],
        "$defs": {"request": request, "answer": any_of(started, ran), **_definitions()},
    }


def _vector() -> Object:
    expected = outcomes({}, {"compare": array({"enum": list(ASPECTS)})}, ("returned", "raised"))

    def vector(level: Object, expect: Object) -> Object:
        return {"properties": {"level": level, "expect": expect}}

    chapters = [{"properties": {"chapter": const(each), "input": ref(f"{each}_input")}} for each in CHAPTERS]
    whole = record(
        {
            "schema": const("refimpl.vector/1"),
            "id": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
            "chapter": {"enum": list(CHAPTERS)},
            "clauses": array(TEXT, minItems=1),
            "level": {},
            "provenance": record({"origin": {"enum": list(ORIGINS)}, "says": TEXT}),
            "features": array({"enum": list(FEATURES)}),
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "kills": array(TEXT),
            "input": {},
            "expect": {},
        }
    )
    levels = [
        vector(any_of(const("must"), record({"may": TEXT})), ref("expected")),
        vector(record({"one_of": array(TEXT, minItems=2)}), array(ref("expected"), minItems=2)),
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "refimpl.vector/1",
        "description": "A vector: a case, the outcome that is expected of it, and why.",
        **whole,
        "allOf": [any_of(*levels), any_of(*chapters)],
        "$defs": {"expected": expected, **_definitions()},
    }


def _conformance() -> Object:
    numbers = table(TEXT, SYMBOL)
    law = record(
        {
            "law": {"enum": list(get_args(StepLawName))},
            "outcome": {"enum": ["refuted", "undecided"]},
            "node": TEXT,
            "message": TEXT,
            "witness": nullable(numbers),
            "fix": TEXT,
        }
    )
    expected = outcomes({}, {}, ("returned", "raised"))
    header = {
        "schema": const("refimpl.conformance/1"),
        **dict.fromkeys(("subject", "name", "version", "vectors"), TEXT),
    }
    vector: dict[str, Object] = {
        "id": TEXT,
        "chapter": {"enum": list(CHAPTERS)},
        "clauses": array(TEXT),
        "verdict": {"enum": list(VERDICTS)},
        "how": nullable({"enum": list(get_args(How))}),
        "message": TEXT,
    }
    trouble: dict[str, Object] = {
        "where": TEXT,
        "witness": numbers,
        "laws": array(law, minItems=1),
        "again": TEXT,
        "input": any_of(*[ref(f"{each}_input") for each in CHAPTERS]),
        "got": outcomes({}, {}, ("returned", "raised", "declined", "broke")),
        "want": any_of(expected, array(expected, minItems=2)),
    }
    footer: dict[str, Object] = {
        "counts": record(dict.fromkeys(VERDICTS, NATURAL)),
        "stale_waivers": array(TEXT),
        "problems": array(TEXT),
        "exit_code": NATURAL,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "refimpl.conformance/1",
        "description": "A line of report.jsonl: the header, a vector, or the footer.",
        "anyOf": [
            record({"kind": const("header"), **header, "features": array({"enum": [*CHAPTERS, *FEATURES]})}),
            record({"kind": const("vector"), **vector}, trouble),
            record({"kind": const("footer"), **footer}),
        ],
        "$defs": _definitions(),
    }


def schemas() -> dict[str, str]:
    """The text of each file by its name."""
    made = {
        "refimpl.conform.1.json": _conform(),
        "refimpl.vector.1.json": _vector(),
        "refimpl.conformance.1.json": _conformance(),
    }
    return {name: json.dumps(schema, indent=1) + "\n" for name, schema in made.items()}


def main() -> None:
    """Write the files."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
