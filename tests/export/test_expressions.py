"""Expression text is parsed as sympy means it, and anything else is refused without being evaluated."""

from __future__ import annotations

import json
import re
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export import ArchiveError, ErrorKind, Limits
from refimpl.export.expressions import ExpressionReader
from refimpl.export.prefix import Expression, apply, as_expression, float_symbol, piecewise, symbol
from refimpl.terms import Scalar, evaluate, float_mul
from refimpl.terms import float_symbol as float_term
from tests.export.support import ARCHIVES, members_of

U0, U1, S0 = symbol("u0"), symbol("u1"), symbol("s0", positive=True, hint=5)
ZUF = float_term("zuf0")
VALUES = {"u0": 7, "u1": -3, "s0": 5, "zuf0": 2.5}


def _read(text: str) -> Scalar:
    return ExpressionReader().read(text, "field")


def _refused(text: str, limits: Limits | None = None) -> ArchiveError:
    with pytest.raises(ArchiveError) as caught:
        ExpressionReader(limits).read(text, "graph.x")
    assert caught.value.field == "graph.x"
    return caught.value


def test_a_float_to_an_integer_power_is_the_product_that_sympy_writes_so() -> None:
    """PyTorch's own power is FloatPow; ``pow`` may round otherwise than a product does."""
    found = _read("Pow(Symbol('zuf0'), Integer(3))")
    assert found == float_mul(float_mul(ZUF, ZUF), ZUF)
    assert _read("FloatPow(Symbol('zuf0'), Float('3.0', precision=53))") != found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (U0 + 1, 8),
        (U0 - U1, 10),
        (3 - U0 * 2, -11),
        (U0 // 2, 3),
        (U1 // 2, -2),
        (U0 % 4, 3),
        (U1 % 2, 1),
        (apply("PythonMod", U1, S0), 2),
        (U0**3, 343),
        (apply("PowByNatural", 2, U0), 128),
        (apply("Max", 1, U0, U1), 7),
        (apply("Min", U0, U1, S0), -3),
        (U0 >= 7, True),
        (U0 > 7, False),
        (U1 <= -3, True),
        (U1 < -3, False),
        (U0.eq(7), True),
        (U0.ne(7), False),
        (apply("And", U0 >= 7, U1 < 0), True),
        (apply("Or", U0 > 7, U1 > 0), False),
        (apply("Not", U0 > 7), True),
        (apply("ToFloat", U0), 7.0),
        (apply("IntTrueDiv", U0, 2), 3.5),
        (apply("FloatTrueDiv", 1.0, apply("ToFloat", U0 + 1)), 0.125),
        (apply("FloatPow", apply("ToFloat", S0 - 1), 0.5), 2.0),
        (apply("OpaqueUnaryFn_sqrt", apply("ToFloat", U0 + 2)), 3.0),
        (apply("TruncToInt", apply("Mul", 0.5, apply("ToFloat", U1))), -1),
        (apply("FloorToInt", apply("IntTrueDiv", U1, 2)), -2),
        (apply("CeilToInt", apply("IntTrueDiv", U1, 2)), -1),
        (apply("RoundToInt", apply("IntTrueDiv", U0, 2)), 4),
        (apply("CleanDiv", U0 + 1, 4), 2),
        (apply("CeilDiv", U0, 4), 2),
        (apply("ModularIndexing", U0 * 10, 4, 5), 2),
        (apply("LShift", U0, 2), 28),
        (apply("RShift", U0, 1), 3),
        (apply("BitwiseFn_bitwise_and", U0, 5), 5),
        (apply("BitwiseFn_bitwise_or", U0, 8), 15),
        (apply("BitwiseFn_bitwise_xor", U0, 1), 6),
        (apply("Abs", U1), 3),
        (apply("Where", U0 > U1, U0, U1), 7),
        (apply("Identity", U0), 7),
        (piecewise((1, U0 > 3), (2, True)), 1),
        (piecewise((1, U0 > 30), (2, U1 < 0), (3, True)), 2),
        (float_symbol("zuf0") > 0.0, True),
        (apply("Add", float_symbol("zuf0"), -1.0), 1.5),
        (apply("Mul", 2, apply("ToFloat", U0)), 14.0),
        (as_expression(True), True),
        (as_expression(-12), -12),
        (as_expression(0.1), 0.1),
    ],
    ids=lambda value: value.text if isinstance(value, Expression) else None,
)
def test_a_form_means_what_python_computes(expression: Expression, value: float) -> None:
    found = evaluate(_read(expression.text), VALUES)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('false')",
        "Symbol('u0', integer=True).__class__",
        "Symbol('__import__(\"os\")', integer=True)",
        "Symbol('u0); print(1', integer=True)",
        "Symbol(name='u0')",
        "Symbol('u0', integer=1)",
        "Symbol('u0', commutative=False)",
        "Symbol('u0', integer=True, cls=True)",
        "lambda: 1",
        "Lambda(1, 2)",
        "sympify('1')",
        "u0",
        "1",
        "1 + 1",
        "Integer(0x10)",
        "Integer('1')",
        "Integer(1)(2)",
        "Integer(1))",
        "(Integer(1)",
        "Integer(1) Integer(2)",
        "Add(Integer(1),)",
        "Add(,Integer(1))",
        "Add(Integer(1) Integer(2))",
        "Add()",
        "Max(",
        "",
        " ",
        "Add(true, Integer(1))",
        "And(Integer(1), true)",
        "Not(true, true)",
        "FloorDiv(Integer(1))",
        "FloorDiv(Float('1.0', precision=53), Integer(1))",
        "Pow(Symbol('u0', integer=True), Integer(-1))",
        "ExprCondPair(Integer(1), true)",
        "Piecewise(Integer(1))",
        "Piecewise(ExprCondPair(Integer(1), false))",
        "Add(ExprCondPair(Integer(1), true))",
        "Piecewise(ExprCondPair(Integer(1), StrictGreaterThan(Symbol('u0', integer=True), Integer(0))), "
        "ExprCondPair(true, true))",
        "Float('1.0', precision=54)",
        "Float('1_0', precision=53)",
        "Symbol('u0')",
        "Infinity",
        "Symbol('\u0441', integer=True)",
    ],
)
def test_other_text_is_refused_with_its_position(text: str) -> None:
    error = _refused(text)
    assert error.kind is ErrorKind.EXPRESSION
    assert "position" in error.message


def test_a_symbol_has_one_sort() -> None:
    reader = ExpressionReader()
    reader.read("Symbol('zuf0')", "a")
    with pytest.raises(ArchiveError) as caught:
        reader.read("Symbol('zuf0', integer=True)", "b")
    assert caught.value.kind is ErrorKind.REFERENCE


def test_declared_assumptions_are_kept() -> None:
    reader = ExpressionReader()
    reader.read(apply("Add", S0, U0).text, "a")
    assert reader.positive == {"s0"}


@pytest.mark.parametrize(
    "text",
    [
        f"Integer({'9' * 101})",
        "Add(" * 101 + "Integer(1)" + ")" * 101,
        "Add(" + ", ".join(["Integer(1)"] * 4000) + ")",
        "Pow(Integer(10), Integer(1000000000))",
        "LShift(Integer(1), Integer(1000000000))",
    ],
    ids=["digits", "depth", "length", "power", "shift"],
)
def test_limits_are_kept(text: str) -> None:
    assert _refused(text).kind is ErrorKind.LIMIT


def test_a_short_text_cannot_stand_for_a_huge_term() -> None:
    total = "Add(" + ", ".join(f"Symbol('u{i}', integer=True)" for i in range(60)) + ")"
    start = time.perf_counter()
    assert _refused(f"Mul({total}, {total}, {total}, {total})").kind in (ErrorKind.LIMIT, ErrorKind.EXPRESSION)
    assert time.perf_counter() - start < 2


def _texts(path: Path) -> set[str]:
    (raw,) = [data for name, data in members_of(path).items() if name.endswith("models/model.json")]
    return {json.loads(f'"{text}"') for text in re.findall(r'"expr_str": "((?:[^"\\]|\\.)*)"', raw.decode())}


def test_every_form_of_the_corpus_is_read() -> None:
    texts = set[str]().union(*(_texts(path) for path in ARCHIVES))
    assert len(texts) > 100
    for text in sorted(texts):
        _read(text)


@given(st.text(alphabet="SymbolIntegerAdMuMax('u0,)=True 123-", max_size=60))
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(ArchiveError):
        ExpressionReader().read(text, "field")
