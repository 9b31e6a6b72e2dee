"""The format of vectors: every file reads, says what its schema says, and reads again as what it was written from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.conformance.cursor import parse
from refimpl.conformance.errors import FormatError
from refimpl.conformance.vector import Vector
from refimpl.conformance.wire_terms import read_term, sorts_in, write_term
from refimpl.conformance.wire_vectors import hashed, read_vector, vector_json, vector_text
from refimpl.terms import (
    Scalar,
    Sort,
    bool_symbol,
    eq,
    float_le,
    float_lt,
    float_mul,
    float_symbol,
    gt,
    int_max,
    int_true_div,
    ite,
    land,
    le,
    lnot,
    lt,
    ne,
    symbol,
    to_float,
    trunc_to_int,
)
from refimpl.testing import conditions, terms
from specs.contents import CHAPTERS
from specs.traceability import clauses_of
from tests.conformance.make_schemas import FOLDER, schemas
from tests.conformance.torch_edits import EDITS
from tests.conformance.validation import VECTOR, is_valid
from tests.mutants.catalogue import by_id

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "specs" / "vectors").glob("*/*.json"))


def _read(path: Path) -> Vector:
    return read_vector(path.read_bytes(), path.name)


def test_the_published_schemas_are_made_from_the_lists_of_the_package() -> None:
    for name, text in schemas().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, name
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_vector_is_what_the_schema_says_and_is_read_again(path: Path) -> None:
    assert is_valid(VECTOR, json.loads(path.read_text(encoding="utf-8")))
    vector = _read(path)
    assert (vector.case.id, vector.case.chapter) == (path.stem, path.parent.name)
    written = vector_json(vector)
    assert is_valid(VECTOR, written)
    again = read_vector(vector_text(written), path.name)
    assert (again.case, again.expect, again.level) == (vector.case, vector.expect, vector.level)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"level": "must"', '"level": "should"', "level: the level is"),
        ('"high": "10"', '"high": 10', "the number 10 must be a decimal string"),
        ('"high": "10"', '"high": "ten"', 'ranges.u0.high: an integer as a decimal string is needed here, not "ten"'),
        ('"high": "10"', '"hi": "10"', 'input.environment.ranges.u0: the field "high" is missing'),
        ('"op": "call_function"', '"op": "call"', 'input.op: "call" is none of placeholder'),
        ('["divide", "2"]', '["divide", "u9"]', 'input.bindings[0][1][2][1]: the symbol "u9" is not declared'),
        ('["mul", "2", "u0"]', '["mul"]', "expect.result.environment.replacements.u1: mul takes at least one argument"),
        ('["mul", "2", "u0"]', '["and", "u0"]', "and: a condition needed"),
        ('"clauses": [', '"clauses": [], "clauses": [', 'the field "clauses" is given twice'),
        ('"node": "view"', '"node": "view", "kind": "x"', 'there is no field "kind" here'),
        ('"u1": "int"', '"u1": "integer"', 'input.symbols.u1: "integer" is none of int, float, bool'),
        ('"u1": "int"', '"u1": "float"', "is needed here"),
        ('"hash": "', '"hash": "0', "hash: the hash of input and expectation is "),
    ],
)
def test_bad_vectors_are_refused_with_file_and_field(old: str, new: str, complaint: str) -> None:
    text = (ROOT / "specs/vectors/rebinding/quotient-by-two-is-exact.json").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(FormatError) as caught:
        read_vector(text.replace(old, new, 1), "v.json")
    assert str(caught.value).startswith("v.json: ")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_vector_cites_clauses_of_the_specification_and_known_faults() -> None:
    clauses = {clause.id for _, chapter in CHAPTERS for clause in clauses_of(chapter)}
    faults = {*by_id(), *(bug.name for bug in EDITS)}
    for path in FILES:
        vector = _read(path)
        assert set(vector.clauses) <= clauses, path.name
        assert set(vector.kills) <= faults, path.name


def test_a_vector_edited_by_hand_is_hashed_anew() -> None:
    text = (ROOT / "specs/vectors/rebinding/quotient-by-two-is-exact.json").read_text(encoding="utf-8")
    edited = text.replace('"high": "10"', '"high": "12"')
    with pytest.raises(FormatError, match="hash"):
        read_vector(edited, "v.json")
    read_vector(vector_text(hashed(edited, "v.json")), "v.json")


SORTS = {"u0": Sort.INT, "u1": Sort.INT, "zuf0": Sort.FLOAT, "p0": Sort.BOOL}
U0, U1, Z, P = symbol("u0"), symbol("u1"), float_symbol("zuf0"), bool_symbol("p0")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('["add", "u0", ["mul", "-2", "u1"], "3"]', U0 - 2 * U1 + 3),
        ('["sub", "u0", "u0"]', 0),
        ('["neg", "u0"]', -U0),
        ('["floordiv", ["add", "u0", "1"], "2"]', (U0 + 1) // 2),
        ('["mod", "u0", "u1"]', U0 % U1),
        ('["le", "u0", "u1"]', le(U0, U1)),
        ('["lt", "u0", "u1"]', lt(U0, U1)),
        ('["ne", "u0", "4"]', ne(U0, 4)),
        ('["and", ["eq", "u0", "1"], "p0"]', land(eq(U0, 1), P)),
        ('["not", ["or", ["ge", "u0", "1"], "p0"]]', land(lt(U0, 1), lnot(P))),
        ('["ite", ["gt", "u0", "3"], "u1", "0"]', ite(gt(U0, 3), U1, 0)),
        ('["max", "u0", "u1", "1"]', int_max(U0, U1, 1)),
        ('["float_le", "zuf0", ["float", "0.5"]]', float_le(Z, 0.5)),
        ('["float_lt", "u0", "zuf0"]', float_lt(U0, Z)),
        ('["trunc", ["float_mul", "zuf0", ["to_float", "u0"]]]', trunc_to_int(float_mul(Z, to_float(U0)))),
        ('["int_div", "u0", "u1"]', int_true_div(U0, U1)),
        ('["float", "-inf"]', -math.inf),
        ("true", True),
    ],
)
def test_terms_are_read_written_and_read_again(text: str, meant: Scalar) -> None:
    term = read_term(parse(text, "t"), SORTS)
    assert term is meant or (type(term) is type(meant) and term == meant)
    again = read_term(parse(json.dumps(write_term(term)), "t"), SORTS)
    assert again is term or again == term


@given(term=st.one_of(terms(), conditions()))
def test_any_term_is_written_and_read_again(term: Scalar) -> None:
    text = json.dumps(write_term(term))
    assert write_term(read_term(parse(text, "t"), sorts_in(term))) == json.loads(text)
