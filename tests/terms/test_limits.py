"""Untrusted input hits a bound, never the memory or the stack; nothing depends on the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refimpl import terms as t

A, B = t.symbol("a"), t.symbol("b")
ROOT = Path(__file__).resolve().parents[2]


def _doubled(rounds: int) -> t.Dim:
    """A term that uses its predecessor twice in each round: small as a graph, exponential as text."""
    term: t.Dim = A
    for _ in range(rounds):
        term = t.int_max(term // 3 + 1, t.mod(term, 5) * B)
    return term


def _alternating(rounds: int) -> t.Cond:
    condition: t.Cond = t.bool_symbol("p0")
    for index in range(rounds):
        combine = t.land if index % 2 else t.lor
        condition = combine(condition, t.bool_symbol(f"p{index + 1}"))
    return condition


def _squared(rounds: int) -> t.Dim:
    term: t.Dim = A
    for _ in range(rounds):
        term = term * term
    return term


def test_shared_subterms_keep_keys_and_walks_small() -> None:
    term = _doubled(60)
    assert isinstance(term, t.IntTerm)
    assert len(term.key) < 400
    assert len(t.subterms(term)) < 600
    assert t.evaluate(term, {"a": 17, "b": 2}) == t.evaluate(_doubled(60), {"a": 17, "b": 2})
    assert _doubled(60) is term
    assert t.substitute(term, dict.fromkeys(term.free, 4)) == t.evaluate(term, {"a": 4, "b": 4})


def test_a_text_that_explodes_is_refused() -> None:
    with pytest.raises(t.TermTooLargeError):
        t.to_text(_doubled(60))


def test_a_term_that_nests_too_deeply_is_refused() -> None:
    with pytest.raises(t.TermTooLargeError):
        _doubled(5000)


def test_a_condition_that_nests_too_deeply_is_refused() -> None:
    with pytest.raises(t.TermTooLargeError):
        _alternating(5000)


def test_polynomials_that_explode_are_refused() -> None:
    wide: t.Dim = 0
    for index in range(100):
        wide = wide + t.symbol(f"x{index}")
    with pytest.raises(t.TermTooLargeError):
        t.multiply(t.multiply(wide, wide), wide)
    with pytest.raises(t.TermTooLargeError):
        _squared(64)


def test_numbers_that_explode_are_refused() -> None:
    for base, exponent in ((2, 10**9), (10**6, 10**6)):
        with pytest.raises(t.TermTooLargeError):
            t.power(base, exponent)
    with pytest.raises(t.TermTooLargeError):
        t.lshift(A, 10**9)
    with pytest.raises((t.TermTooLargeError, t.Undefined)):
        t.evaluate(t.power(2, A), {"a": 10**9})
    assert t.power(-1, 10**9) == 1


def test_bounds_answer_about_deep_terms() -> None:
    bounds = t.Bounds()
    bounds.assume(t.ge(A, 0))
    bounds.assume(t.ge(B, 0))
    deep = _doubled(90)
    assert bounds.known(t.ge(deep, deep)) is True
    assert bounds.known(t.ge(deep, -1)) in (True, None)
    assert bounds.simplify(deep) is not None


_SCRIPT = """
import sys
from refimpl import terms as t
names = ["u0", "s0", "u1", "zeta", "b"]
if sys.argv[1] == "backward":
    symbols = {n: t.symbol(n) for n in reversed(names)}
    t.int_max(symbols["u1"] // 7, symbols["b"] * symbols["zeta"])
else:
    symbols = {n: t.symbol(n) for n in names}
u0, s0, u1, zeta, b = (symbols[n] for n in names)
terms = [
    u0 * s0 + u1 * zeta - b * b + 3, t.int_max(u0, s0, u1 * b, 4), t.mod(zeta * b + u1, s0) * (u0 // s0),
    t.land(t.ge(u0, s0), t.ne(u1, b), t.lor(t.eq(zeta, 1), t.bool_symbol("p")), t.ge(b, 0)),
    t.float_add(t.to_float(u0), t.float_mul(t.float_symbol("zuf0"), 0.5)),
]
bounds = t.Bounds()
for fact in (t.ge(u0, s0), t.le(u0, 9), t.ge(s0, 2), t.le(u1, b)):
    bounds.assume(fact)
for term in terms:
    print(t.to_text(term), term.key, [t.to_text(x) for x in t.subterms(term)])
    print(bounds.range_of(term) if isinstance(term, t.IntTerm) else "-")
"""


def test_the_same_text_whatever_the_hash_seed_and_the_order_of_creation() -> None:
    outputs = set[bytes]()
    for seed in ("0", "1", "4242"):
        for order in ("forward", "backward"):
            environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
            command = [sys.executable, "-c", _SCRIPT, order]
            outputs.add(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
    assert len(outputs) == 1
    assert outputs.pop()
