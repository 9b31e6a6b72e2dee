"""The second semantics agrees with the first on random expressions, and tells right from wrong by itself."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.expressions import ExpressionReader
from refimpl.export.prefix import Expression, apply, as_expression, piecewise, symbol
from refimpl.terms import Undefined, evaluate
from tests.oracle.brute import Box, enumerated
from tests.oracle.prefix import prefix_symbols, prefix_value
from tests.variants.archive_json import JsonObject, as_object

U0, U1 = symbol("u0"), symbol("u1")
_ARITHMETIC = ("Add", "Mul", "FloorDiv", "Mod", "Max", "Min")
_COMPARISONS = ("GreaterThan", "StrictGreaterThan", "LessThan", "StrictLessThan", "Equality", "Unequality")

_leaves = st.one_of(st.sampled_from([U0, U1]), st.integers(-3, 3).map(as_expression))


def _larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def chosen(first: Expression, second: Expression, name: str) -> Expression:
        return piecewise((first, apply(name, first, second)), (second, True))

    binary = st.builds(apply, st.sampled_from(_ARITHMETIC), inner, inner)
    return st.one_of(binary, st.builds(chosen, inner, inner, st.sampled_from(_COMPARISONS)))


_integers = st.recursive(_leaves, _larger, max_leaves=6)
_conditions = st.builds(apply, st.sampled_from(_COMPARISONS), _integers, _integers)


@given(st.one_of(_integers, _conditions), st.integers(-4, 4), st.integers(-4, 4))
def test_both_semantics_agree(expression: Expression, first: int, second: int) -> None:
    values = {"u0": first, "u1": second}
    try:
        expected = prefix_value(expression.text, values)
    except ZeroDivisionError:
        # A part that is undefined may stand where its value does not matter.
        return
    term = ExpressionReader().read(expression.text, "text")
    try:
        found = evaluate(term, values)
    except Undefined:
        pytest.fail(f"{expression.text} is undefined at {values}, but {expected} by hand")
    assert found == expected
    assert prefix_symbols(expression.text) <= {"u0", "u1"}


def _item(low: int | None, high: int | None, bound: int | None) -> JsonObject:
    program = ProgramBuilder()
    program.unbacked("u0", low, high)
    number = program.call("aten.item.default", program.input("x", tensor([], "int64")), out=U0)
    if bound is not None:
        program.check(number, ">=", bound)
    program.output(number)
    return _model(program)


def _model(program: ProgramBuilder) -> JsonObject:
    with zipfile.ZipFile(io.BytesIO(program.to_bytes())) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/models/model.json"))
        return as_object(json.loads(archive.read(name)))


@pytest.mark.parametrize(
    ("model", "requires", "expected"),
    [
        (lambda: _item(2, None, 2), 2, "equivalent"),
        (lambda: _item(3, None, 2), 2, "weakened"),
        (lambda: _item(2, None, 2), 3, "strengthened"),
        (lambda: _item(None, 3, 1), 2, "incomparable"),
        (lambda: _item(5, 4, None), 2, "inconsistent"),
    ],
)
def test_the_oracle_tells_right_from_wrong(model: Callable[[], JsonObject], requires: int, expected: str) -> None:
    box = Box({"u0": range(-1, 7)}, requires=lambda v: v["u0"] >= requires)
    assert enumerated(model(), box) == (expected, True)


def test_a_wrong_value_is_noticed_only_where_the_program_runs() -> None:
    def enumerated_with(wrong: int) -> bool:
        box = Box({"u0": range(5)}, requires=lambda v: v["u0"] >= 2, same=lambda v: v["u0"] != wrong)
        return enumerated(_item(2, None, 2), box)[1]

    assert (enumerated_with(1), enumerated_with(3)) == (True, False)
