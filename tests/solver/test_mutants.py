"""Seeded faults in the encoding and the facade, each noticed by a named test of this folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from refimpl.solver import Model, _encode_text, encode, facade, forget
from refimpl.solver._encode_terms import TermEncoder
from refimpl.terms import Apply, Cond
from tests.solver import test_encoding, test_facade

Mutant = Callable[[pytest.MonkeyPatch], None]


def _prelude(old: str, new: str) -> Mutant:
    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        text = encode.__globals__["_PRELUDE"]
        assert isinstance(text, str)
        assert old in text
        monkeypatch.setitem(encode.__globals__, "_PRELUDE", text.replace(old, new))

    return plant


def _euclidean_by_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TermEncoder, "_division", _plain_division)


def _plain_division(self: TermEncoder, function: str, atom: Apply) -> tuple[str, str]:
    parts = [self.integer(arg)[0] for arg in atom.args]  # type: ignore[arg-type]  # the arguments are integers
    return f"({'div' if function == 'floor_div' else 'mod'} {' '.join(parts)})", "true"


def _nan_compares(monkeypatch: pytest.MonkeyPatch) -> None:
    def ordered(_self: _encode_text.ExtendedReal, _other: _encode_text.ExtendedReal, text: str) -> str:
        return text

    monkeypatch.setattr(_encode_text.ExtendedReal, "_ordered", ordered)


def _models_are_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def believed(_model: Model, _hypotheses: tuple[Cond, ...], _goal: Cond) -> bool:
        return True

    monkeypatch.setattr(facade, "refutes", believed)


def _rounding_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    def exact(self: TermEncoder, term: Apply) -> _encode_text.ExtendedReal:
        return replace(self.extended_real(term.args[0]), nan="false")  # type: ignore[arg-type]  # an integer

    monkeypatch.setattr(TermEncoder, "_rounded_int", exact)


MUTANTS: dict[str, tuple[Mutant, Callable[[], None]]] = {
    "z3's division": (
        _prelude("(ite (> b 0) (div a b) (div (- a) (- b)))", "(div a b)"),
        lambda: test_encoding.test_floor_division_and_modulo_follow_python_for_every_sign(-5, -2),
    ),
    "modulo from the divisor's side": (
        _prelude("(- a (* b (floor_div a b)))", "(mod a b)"),
        lambda: test_encoding.test_floor_division_and_modulo_follow_python_for_every_sign(-5, -2),
    ),
    "maximum for minimum": (
        _prelude("(ite (<= a b) a b)", "(ite (>= a b) a b)"),
        lambda: test_encoding.test_maximum_minimum_and_choice_are_pythons(-2, 3),
    ),
    "truncation that floors": (
        _prelude("(ite (>= x 0.0) (to_int x) (- (to_int (- x))))", "(to_int x)"),
        lambda: test_encoding.test_each_rounding_to_an_integer_is_pythons(-1.5),
    ),
    "division by zero is defined": (
        _euclidean_by_constants,
        test_encoding.test_a_division_by_zero_meets_no_goal_and_satisfies_no_hypothesis,
    ),
    "NaN compares": (_nan_compares, test_encoding.test_comparisons_with_nan_are_false_and_its_inequality_true),
    "rounding is exact": (_rounding_is_exact, test_encoding.test_float_rounding_is_never_taken_for_the_reals),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_fault_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, check = MUTANTS[name]
    plant(monkeypatch)
    forget()
    try:
        with pytest.raises((AssertionError, BaseExceptionGroup)):
            check()
    finally:
        forget()


def test_a_facade_that_believes_models_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    _models_are_believed(monkeypatch)
    with pytest.raises(AssertionError):
        test_facade.test_a_model_that_does_not_evaluate_to_a_refutation_is_no_refutation(monkeypatch)
    forget()
