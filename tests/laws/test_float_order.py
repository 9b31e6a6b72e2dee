"""A record of float arithmetic lists operands; the node says in which order they are taken."""

from __future__ import annotations

import pytest

from refimpl import terms as t
from refimpl.laws.float_order import in_one_order

X, Y, Z = (t.float_symbol(f"zuf{index}") for index in range(3))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (t.float_mul(t.float_mul(X, Y), X), t.float_mul(t.float_mul(X, X), Y)),
        (t.float_add(t.float_add(X, 1.0), 2.0), t.float_add(X, 3.0)),
        (t.float_add(t.float_add(Y, Z), X), t.float_add(t.float_add(X, Y), Z)),
        (
            t.float_true_div(t.float_mul(t.float_mul(X, Z), Y), Z),
            t.float_true_div(t.float_mul(t.float_mul(X, Y), Z), Z),
        ),
        (t.trunc_to_int(t.float_mul(t.float_mul(X, Z), Y)) + 1, t.trunc_to_int(t.float_mul(X, t.float_mul(Y, Z))) + 1),
    ],
)
def test_the_same_operands_in_another_order(left: t.Scalar, right: t.Scalar) -> None:
    assert left != right
    assert in_one_order(left) == in_one_order(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (t.float_mul(t.float_mul(X, Y), X), t.float_mul(X, Y)),
        (t.float_mul(X, t.float_add(Y, 1.0)), t.float_add(t.float_mul(X, Y), X)),
        (t.float_true_div(t.float_mul(X, Y), Y), X),
        (t.float_add(t.float_add(X, Y), t.float_neg(Y)), X),
        (t.float_pow(X, 2.0), t.float_mul(X, X)),
    ],
)
def test_other_laws_of_the_reals_are_not_used(left: t.Scalar, right: t.Scalar) -> None:
    assert in_one_order(left) != in_one_order(right)


def test_a_term_that_shares_its_parts_is_not_written_out() -> None:
    """Thirty squarings are a product of 2**30 factors."""
    term: t.Real = X
    for _ in range(30):
        term = t.float_mul(term, term)
    assert len(t.subterms(in_one_order(term))) < 200
