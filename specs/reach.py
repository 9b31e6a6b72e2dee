"""OBL, continued: which requirements can still be asked, where the value of each symbol is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.emission import with_emission
from refimpl.laws.observation import ABSENT, Observation, ObservedNode, Stated
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import Cond, Dim, bool_symbol, float_ge, float_symbol, ge, land, le, mod, symbol
from specs.clauses import Clause, checks
from specs.emission import EMI_01, EMI_02, EMI_04, EMI_05
from specs.laws import LAW_09
from specs.obligations import OBL_02
from tests.laws.observations import F0, U0, U1, U7, U8, binding, node, seen, tensor

__all__ = ["OBL_13", "OBL_14"]

_LAWS = "refimpl.laws"
S, T, U, V = (symbol(name) for name in ("s0", "s1", "u0", "u1"))
ASKED = ge(U, 3)
AT = node("at", "aten._assert_scalar.default")

OBL_13 = Clause(
    "OBL-13",
    "A symbol is there where the caller gives it, or a live node before, in a graph around, binds it or has it as a"
    " number or as the only unknown of a linear term.",
    f"{_LAWS}.emission:_solved",
    "obl-products-give-their-factors",
)


def lost(observed: Observation, condition: Cond = ASKED, at: str = "at", *, recorded: tuple[Stated, ...] = ()) -> str:
    """Why an assert of the condition can't be asked there; empty if it can."""
    asserted = Stated(at, condition, "assert")
    (found,) = with_emission(replace(observed, after=(asserted,), before=recorded)).after
    assert replace(found, lost="") == asserted
    return found.lost


def count(path: str = "n", *, live: bool = True, old: FakeTensor | None = None) -> ObservedNode:
    """A node that allocates ``u7`` and ``u8``."""
    return node(path, "aten.nonzero.default", allocated=(U7, U8), may_allocate=True, live=live, old=old)


@checks(OBL_13, EMI_01, EMI_02)
def test_a_binder_gives_its_symbol_after_it() -> None:
    bound = (binding("n", U0, U7),)
    assert lost(seen(count(), AT, bindings=bound)) == ""
    assert lost(seen(AT, count(), bindings=bound)) == "u0 is bound at n, which does not dominate at"
    assert lost(seen(count("at"), bindings=(binding("at", U0, U7),))) == ""
    assert lost(seen(count(live=False), AT, bindings=bound)) == "u0 is bound at n, which dead code elimination drops"
    assert lost(seen(count(), AT)) == "nothing binds u0"
    assert lost(seen(count(), bindings=bound), at="elsewhere") == ""
    other = node("n", "aten.relu.default")
    assert lost(seen(other, AT, bindings=bound)) == "u0 is bound at n, which does not dominate at"
    second = (binding("n", U0, U7), binding("m", U0, U7))
    assert lost(seen(AT, count("m"), count(), bindings=second)) == "u0 is bound at n, which does not dominate at"
    assert lost(seen(count("m"), AT, count(), bindings=second)) == ""
    assert lost(seen(AT), ge(S + T, 3)) == ""
    assert lost(seen(node("n", new=U), AT, bindings=(binding("gone", U0, U7),))) == ""


@checks(OBL_13, OBL_02, EMI_04)
def test_a_node_of_a_branch_gives_its_symbol_there() -> None:
    cond = node("cond", "higher_order.cond")
    nodes = (cond, count("cond/true/n"), AT, node("cond/true/at"), node("cond/false/at"))
    bound = (binding("cond/true/n", U0, U7),)
    assert lost(seen(*nodes, bindings=bound), at="cond/true/at") == ""
    assert "does not dominate" in lost(seen(*nodes, bindings=bound), at="cond/false/at")
    assert "does not dominate" in lost(seen(*nodes, bindings=bound), at="at")
    plain = (node("cond", "higher_order.wrap"), *nodes[1:])
    assert lost(seen(*plain, bindings=bound), at="at") == ""


@checks(OBL_13)
@pytest.mark.parametrize(
    ("value", "gives"),
    [
        (U, True),
        (2 * U + S, True),
        (U * S, False),
        (U * U, False),
        (U + V, False),
        (U + mod(U, 2), False),
        (mod(U, 2), False),
        (S, False),
        (4, False),
        (2 - U, True),
        (V, False),
    ],
)
def test_a_number_gives_the_only_symbol_that_is_not_known(value: Dim, gives: bool) -> None:
    for held in (value, tensor(3, value), tensor(3, strides=(value,)), tensor(3, offset=value), (2, [tensor(value)])):
        assert (lost(seen(node("n", new=held), AT)) == "") == gives
        assert (lost(seen(node("n", new=held, old=U), AT)) == "") == gives
        assert (lost(seen(node("n", new=ABSENT, old=held), AT)) == "") == gives
        assert lost(seen(node("n", new=held, live=False), AT)) == "nothing binds u0"
        assert lost(seen(AT, node("n", new=held))) == "nothing binds u0"
    assert lost(seen(node("n", new=ABSENT, old=ABSENT), AT)) == "nothing binds u0"


@checks(OBL_13)
def test_a_float_is_given_as_itself_only() -> None:
    x = float_symbol("zuf0")
    assert lost(seen(node("n", new=F0), AT), float_ge(x, 1.0)) == ""
    assert lost(seen(node("n", new=x + 1.0 if False else 2.5), AT), float_ge(x, 1.0)) == "nothing binds zuf0"


@checks(OBL_13)
def test_a_defined_symbol_is_there_where_what_defines_it_is() -> None:
    defined = (Definition("n", U0, (), V + S), Definition("n", U1, (), symbol("u7") * 2))
    assert lost(seen(AT, definitions=defined)) == "nothing binds u7"
    assert lost(seen(count(), AT, definitions=defined, bindings=(binding("n", U7, U7),))) == ""
    assert lost(seen(AT, definitions=(Definition("n", U0, (), S + 1),))) == ""
    assert lost(seen(AT, definitions=(Definition("n", U0, (), U),))) == "nothing binds u0"
    assert lost(seen(AT, definitions=(Definition("n", U0, (), V),))) == "nothing binds u1"


@checks(OBL_13)
def test_the_first_symbol_by_name_that_is_missing_is_told_and_predicates_are_always_there() -> None:
    assert lost(seen(AT), land(ge(V, 1), ge(U, 1))) == "nothing binds u0"
    assert lost(seen(node("n", new=U), AT), ge(U + V, S)) == "nothing binds u1"
    assert lost(seen(AT), bool_symbol("p0")) == ""


OBL_14 = Clause(
    "OBL-14",
    "An assert needs the symbols of its recorded argument too; of a deferred requirement that is lost, what the kernel"
    " enforces remains; what an operator enforces is never lost.",
    f"{_LAWS}.emission:with_emission",
    "obl-what-remains-is-not-enforced",
)


@checks(OBL_14, LAW_09)
def test_an_assert_needs_the_symbols_of_its_recorded_argument_too() -> None:
    words = (
        Stated("at", ge(V, 3), "assert"),
        Stated("at", le(U, 30), "assert"),
    )
    observed = seen(node("n", new=U), AT)
    assert lost(observed) == ""
    assert lost(observed, recorded=words) == "nothing binds u1"
    assert lost(observed, recorded=words[1:]) == ""
    assert lost(observed, recorded=(Stated("else", ge(V, 3), "assert"), Stated("at", ge(V, 3), "range"))) == ""


@checks(OBL_14, LAW_09, EMI_05)
def test_only_what_must_be_asked_can_be_lost() -> None:
    after = (
        Stated("at", ge(V, 1), "operator", enforced=ge(V, 1)),
        Stated("at", ge(V, 2), "double"),
        Stated("at", ge(V, 3), "deferred", (bool_symbol("p0"),), "sizes differ", 4, ge(V, 1)),
        Stated("at", ge(U, 4), "deferred", enforced=ge(U, 0)),
        Stated("at", ge(V, 5), "assert", lost="the assert at at is recorded with a constant"),
        Stated("at", ge(V, 6), "assert"),
        Stated("at", ge(U, 7), "assert"),
    )
    recorded = (Stated("at", ge(V, 0), "assert"),)
    observed = seen(node("n", new=U), AT, after=after)
    found = with_emission(replace(observed, before=recorded)).after
    gone = "nothing binds u1"
    assert found == (
        after[0],
        after[1],
        replace(after[2], lost=gone),
        replace(after[2], condition=ge(V, 1), source="operator", enforced=True),
        after[3],
        after[4],
        replace(after[5], lost=gone),
        replace(after[6], lost=gone),
    )
    assert found[0] is after[0]
    alone = with_emission(seen(AT, after=(after[2],))).after
    assert [each.lost for each in alone] == [gone, ""]
    nothing = seen(AT, after=(after[0], after[1], after[4]))
    assert with_emission(nothing) is nothing
