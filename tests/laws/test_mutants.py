"""Seeded faults in the laws, the witness and its replay, each noticed by a named test of this folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from refimpl.fake_tensor.quantities import Quantities
from refimpl.fake_tensor.tensor import Storage
from refimpl.laws import judge as _judge
from refimpl.laws import value, witness
from refimpl.laws.law import Claim, Claims, Law
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import Model, forget
from refimpl.terms import Cond, Dim
from tests.laws import test_branches, test_each_law, test_witness

Plant = Callable[[pytest.MonkeyPatch], None]


def _without(name: str) -> Plant:
    """A law that asks nothing."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        def silent(_: Observation) -> Claims:
            return Claims()

        laws = tuple(replace(law, claims=silent) if law.name == name else law for law in _laws())
        monkeypatch.setattr(_judge, "LAWS", laws)

    return plant


def _laws() -> tuple[Law, ...]:
    return _judge.LAWS


def _keeping(name: str, keep: Callable[[Claim], bool]) -> Plant:
    """A law that forgets some of its obligations."""

    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        def fewer(law: Law) -> Law:
            def claims(seen: Observation) -> Claims:
                found = law.claims(seen)
                return replace(found, open=tuple(claim for claim in found.open if keep(claim)))

            return replace(law, claims=claims)

        monkeypatch.setattr(_judge, "LAWS", tuple(fewer(law) if law.name == name else law for law in _laws()))

    return plant


def _facts_of_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """A requirement judged under facts of runs that got past it, and under itself."""
    settles = Theory.settles

    def eager(self: Theory, claim: Claim) -> bool:
        return settles(self, replace(claim, until=None, given="after"))

    monkeypatch.setattr(Theory, "settles", eager)


def _sizes_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_self: object, _about: str, _old: Dim, _new: Dim) -> None:
        return None

    monkeypatch.setattr(value._Comparison, "_integer", nothing)  # pyright: ignore[reportPrivateUsage] - the fault


def _every_stride_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Dim) -> Cond:
        return False

    monkeypatch.setattr(value, "le", never)


def _inconsistent_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    def always(_self: object) -> bool:
        return True

    monkeypatch.setattr(_judge._Judge, "consist", always)  # pyright: ignore[reportPrivateUsage] - the fault


def _first_model_is_smallest(monkeypatch: pytest.MonkeyPatch) -> None:
    def unchanged(_self: object, _measure: Dim, model: Model, _of: object) -> Model:
        return model

    monkeypatch.setattr(witness._Search, "_lowest", unchanged)  # pyright: ignore[reportPrivateUsage] - the fault


def _branches_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    def plain(self: Stated) -> Cond:
        return self.condition

    monkeypatch.setattr(Stated, "whole", property(plain))


def _mutations_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_self: Quantities, _storage: Storage) -> None:
        return None

    monkeypatch.setattr(Quantities, "mutate", nothing)


MUTANTS: dict[str, tuple[Plant, Callable[[], None]]] = {
    "EQUIV asks nothing": (_without("EQUIV"), test_each_law.test_equiv_refutes_a_requirement_that_was_not_recorded),
    "EQUIV never weakened": (
        _keeping("EQUIV", lambda claim: claim.direction != "weakened"),
        test_each_law.test_equiv_and_link_refute_a_bound_that_nothing_establishes,
    ),
    "EQUIV never strengthened": (
        _keeping("EQUIV", lambda claim: claim.direction != "strengthened"),
        test_each_law.test_equiv_refutes_a_requirement_that_was_not_recorded,
    ),
    "LINK asks nothing": (
        _without("LINK"),
        test_each_law.test_equiv_and_link_refute_a_bound_that_nothing_establishes,
    ),
    "PATH asks nothing": (_without("PATH"), test_each_law.test_path_refutes_a_division_that_is_not_exact),
    "DOM asks nothing": (_without("DOM"), test_each_law.test_dom_refutes_a_symbol_that_nothing_allocates),
    "FRESH asks nothing": (
        _without("FRESH"),
        test_each_law.test_fresh_refutes_an_allocated_symbol_recorded_as_something_else,
    ),
    "EMIT asks nothing": (
        _without("EMIT"),
        test_each_law.test_emit_refutes_a_bound_that_only_a_constant_assert_establishes,
    ),
    "INJ asks nothing": (
        _without("INJ"),
        test_each_law.test_inj_refutes_one_name_for_two_counts_unless_they_are_equal,
    ),
    "INJ forgets doubly named values": (
        _keeping("INJ", lambda claim: claim.given != "before"),
        test_each_law.test_inj_refutes_two_names_for_one_value,
    ),
    "VALUE compares no sizes": (
        _sizes_are_not_compared,
        lambda: test_each_law.test_value_refutes_a_changed_record({"sizes": [test_each_law.U0 + 1, 1]}, "size[0]"),
    ),
    "VALUE compares every stride": (
        _every_stride_counts,
        test_each_law.test_value_ignores_strides_of_dimensions_that_cannot_exceed_one,
    ),
    "CONSIST is never asked": (
        _inconsistent_is_fine,
        test_each_law.test_consist_refutes_contradictory_records_and_nothing_else_is_proved,
    ),
    "a requirement proves itself": (
        _facts_of_the_future,
        test_each_law.test_equiv_refutes_a_requirement_that_was_not_recorded,
    ),
    "any witness is smallest": (_first_model_is_smallest, test_witness.test_a_large_model_shrinks_to_the_boundary),
    "branches do not matter": (
        _branches_do_not_matter,
        lambda: test_branches.test_an_assert_of_one_branch_does_not_hold_outside_of_it((True, False)),
    ),
    "mutations are ignored": (
        _mutations_are_ignored,
        test_each_law.test_a_mutation_in_between_ends_the_congruence,
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_fault_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = MUTANTS[name]
    plant(monkeypatch)
    forget()
    with pytest.raises((AssertionError, BaseExceptionGroup, StopIteration)):
        check()
    forget()
