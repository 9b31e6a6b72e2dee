"""Seeded faults at limits and at values that are false: the ninth value, a hint of zero, a false hint."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["THRESHOLDS"]

_S: Final = "refimpl.symbolic_shapes"
_T: Final = "refimpl.terms"
_L: Final = "refimpl.laws"


def _killed(check: str) -> tuple[str, ...]:
    return (f"specs/thresholds.py::test_{check}",)


THRESHOLDS: Final = (
    Mutant(
        "thr-a-symbol-unbound-hides-what-is-new",
        "Beside a symbol that nobody binds nothing is asked of what the run requires anew.",
        f"{_L}.equiv:_claims",
        "if seen.unbound else invented.open",
        "if chosen else (() if seen.unbound else invented.open)",
        _killed("what_is_invented_is_asked_for_beside_a_symbol_that_nobody_binds"),
    ),
    Mutant(
        "thr-eight-values-are-compared",
        "Of a list only the first eight values are compared.",
        f"{_L}.value:_Comparison._value",
        "enumerate(zip(old, new, strict=False))",
        "enumerate(zip(old[:8], new, strict=False))",
        _killed("every_value_of_a_list_is_compared"),
    ),
    Mutant(
        "thr-a-false-hint-is-none",
        "A hint that is false is taken for none.",
        f"{_S}.guards:_guard_or",
        "env.hint(a.condition) is None",
        "not env.hint(a.condition)",
        _killed("a_hint_that_is_false_is_one"),
    ),
    Mutant(
        "thr-a-guess-ignores-zero",
        "A hint of 0 is replaced by the fallback.",
        f"{_S}.shape_env:ShapeEnv.guess",
        "if hint is None and isinstance",
        "if not hint and isinstance",
        _killed("a_guess_is_the_hint_also_at_zero"),
    ),
    Mutant(
        "thr-any-remainder-divides",
        "Any equation of a remainder is divisibility.",
        f"{_S}.knowledge:_is_divisibility",
        "atom = condition.term.atom",
        "atom = getattr(condition.term - condition.term.constant, 'atom', None)",
        _killed("only_a_remainder_of_zero_is_divisibility"),
    ),
    Mutant(
        "thr-no-example-is-no-input",
        "An input without an example is no backed symbol.",
        f"{_S}.symbol_table:SymbolTable.is_backed",
        "symbol in self.hints or",
        "self.hints.get(symbol) is not None or",
        _killed("an_example_may_be_missing"),
    ),
    Mutant(
        "thr-bounded-sums-link-nothing",
        "A sum of which something was known links its terms no more.",
        f"{_T}.bounds:Bounds._tighten",
        "if len(direction.monomials) > 1:",
        "if len(direction.monomials) > 1 and before == (None, None):",
        _killed("a_sum_links_its_terms_whatever_was_known_of_them"),
    ),
    Mutant(
        "thr-floats-have-fifteen-digits",
        "The text of a float is rounded.",
        "refimpl.solver._encode_text:real",
        "{abs(numerator)}.0 {denominator}.0",
        "{abs(value):.15f} 1.0",
        _killed("the_text_of_a_float_is_its_exact_value"),
    ),
    Mutant(
        "thr-four-floats-are-finite",
        "The fifth float of a text may be any infinity.",
        "refimpl.solver.encode:encode",
        "(*terms.axioms, *(",
        "(*terms.axioms[:4], *(",
        _killed("every_float_of_a_text_is_finite_or_one_of_two_infinities"),
    ),
    Mutant(
        "thr-eight-numbers-are-equal",
        "Of two sequences only the first eight numbers are compared.",
        f"{_S}.sym_functions:sym_eq",
        "for a, b in zip(x, y, strict=True)",
        "for a, b in zip(x[:8], y[:8], strict=True)",
        _killed("sequences_are_equal_to_the_last_number"),
    ),
)
