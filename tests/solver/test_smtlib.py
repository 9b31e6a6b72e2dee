"""The third reader of SMT-LIB text: the standard's meaning, and what it refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.solver.smtlib import RefusedTextError, satisfied, truths

END = "(check-sat)\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("(= (div (- 7) 2) (- 4))", True),
        ("(= (div (- 7) (- 2)) 4)", True),
        ("(= (mod (- 7) (- 2)) 1)", True),
        ("(= (div 3 0) 9)", True),
        ("(< (to_real 2) (/ 5.0 2.0))", True),
        ("(= (to_int (- 2.5)) (- 3))", True),
        ("(=> false true)", True),
        ("(and true (not (or false false)))", True),
        ("(ite (>= 2 3) true false)", False),
        ("(= (+ 1 2 3) (- 10 2 2) (* 2 3))", None),
        ("(= (+ 1 2 3) (- 10 2 2))", True),
        ("(= 1 1.0)", None),
        ("(+ 1 1)", None),
        ("(and true)", None),
        ("(< true false)", None),
        ("(= x 1)", None),
        ("(= -1 (- 1))", None),
    ],
)
def test_an_expression_has_the_standards_value_or_is_refused(expression: str, expected: bool | None) -> None:
    text = f"(assert {expression})\n{END}"
    if expected is None:
        with pytest.raises(RefusedTextError):
            satisfied(text, {}, by_zero=9)
    else:
        assert satisfied(text, {}, by_zero=9) is expected


def test_names_are_declared_once_and_have_their_sort() -> None:
    declared = "(declare-const |a b| Int)\n"
    asked = f"(assert (> |a b| 0))\n{END}"
    assert truths(declared + asked, {"a b": 1}) == [True]
    for text, value in (
        (declared + declared + asked, 1),
        (asked, 1),
        (declared + asked, True),
        (declared + asked, Fraction(1)),
        (declared + asked + END, 1),
        (declared + asked.removesuffix(END), 1),
        (declared + "(declare-fun f (Int) Int)\n" + asked, 1),
        (declared + "(define-fun f ((a Int)) Int (> a 0))\n(assert (= (f 1) 1))\n" + END, 1),
    ):
        with pytest.raises(RefusedTextError):
            truths(text, {"a b": value})
    with pytest.raises(LookupError):
        truths(declared + asked, {})
