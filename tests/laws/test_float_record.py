"""A record of float arithmetic lists operands; the node says in which order they are taken."""

from __future__ import annotations

import pytest

from refimpl import terms as t
from refimpl.laws.float_record import as_recorded

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
        (t.float_mul(3.0, t.float_sub(X, Y)), t.float_sub(t.float_mul(3.0, X), t.float_mul(3.0, Y))),
        (t.float_mul(2.0, t.float_sub(X, Y)), t.float_sub(t.float_mul(2.0, X), t.float_mul(2.0, Y))),
        (t.float_neg(t.float_sub(X, Y)), t.float_sub(Y, X)),
        (t.float_sub(t.float_add(X, 1.0), 1.0), X),
        (t.float_sub(X, t.float_sub(Y, Z)), t.float_add(t.float_sub(X, Y), Z)),
        (t.float_add(t.float_mul(0.1, X), t.float_mul(0.2, X)), t.float_mul(0.1 + 0.2, X)),
        (t.float_add(t.float_add(X, Y), X), t.float_add(t.float_mul(2.0, X), Y)),
        (
            t.float_mul(t.float_mul(0.5, X), t.float_add(Y, Z)),
            t.float_mul(X, t.float_add(t.float_mul(0.5, Y), t.float_mul(0.5, Z))),
        ),
        (t.float_neg(t.float_mul(X, t.float_sub(X, Y))), t.float_mul(t.float_neg(t.float_sub(X, Y)), X)),
        (t.float_sub(t.float_add(X, 1.0), t.float_add(Y, 1.0)), t.float_sub(X, Y)),
        (t.float_pow(X, 2.0), t.float_mul(X, X)),
        (t.float_pow(t.float_mul(X, Y), 2.0), t.float_mul(t.float_mul(X, X), t.float_mul(Y, Y))),
        (t.float_max(X, 2.0), t.float_max(2.0, X)),
        (t.float_max(t.float_max(X, Y), X), t.float_max(Y, X)),
        (t.float_min(t.float_min(Z, Y), X), t.float_min(X, t.float_min(Y, Z))),
        (t.trunc_to_int(t.float_mul(t.float_mul(X, Z), Y)) + 1, t.trunc_to_int(t.float_mul(X, t.float_mul(Y, Z))) + 1),
    ],
)
def test_the_same_operands_in_another_order(left: t.Scalar, right: t.Scalar) -> None:
    assert left != right
    assert as_recorded(left) == as_recorded(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (t.float_mul(t.float_mul(X, Y), X), t.float_mul(X, Y)),
        (t.float_mul(X, t.float_add(Y, 1.0)), t.float_add(t.float_mul(X, Y), X)),
        (t.float_true_div(t.float_mul(X, Y), Y), X),
        (t.float_add(t.float_add(X, Y), t.float_neg(Y)), X),
        (t.float_sub(X, X), 0.0),
        (t.float_pow(X, 0.5), t.float_unary("sqrt", X)),
        (t.float_pow(X, 1.0), X),
        (t.float_pow(X, 2.5), t.float_mul(X, X)),
        (t.float_mul(t.float_max(X, Y), 2.0), t.float_add(t.float_mul(X, 2.0), t.float_mul(Y, 2.0))),
        (t.float_max(X, Y), t.float_min(X, Y)),
        (t.float_max(t.float_min(X, Y), Z), t.float_max(t.float_min(X, Z), Y)),
        (t.float_mul(t.float_max(X, Y), 2.0), t.float_max(t.float_mul(X, 2.0), t.float_mul(Y, 2.0))),
    ],
)
def test_other_laws_of_the_reals_are_not_used(left: t.Scalar, right: t.Scalar) -> None:
    assert as_recorded(left) != as_recorded(right)


def test_a_term_that_shares_its_parts_is_not_written_out() -> None:
    """Thirty squarings are a product of 2**30 factors."""
    term: t.Real = X
    for _ in range(30):
        term = t.float_mul(term, term)
    assert len(t.subterms(as_recorded(term))) < 200
