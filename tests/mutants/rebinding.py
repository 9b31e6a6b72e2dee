"""Seeded faults in paths, bindings and the rebinding step."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["REBINDING"]

_S: Final = "refimpl.symbolic_shapes"
_B: Final = "specs/bindings.py::"
_R: Final = "specs/rebinding.py::"
_V: Final = "specs/values.py::"
_Q: Final = "specs/quotients.py::"
_OLD_TESTS: Final = "tests/symbolic_shapes/test_rebinding.py::"

REBINDING: Final = (
    Mutant(
        "bnd-last-key-not-read",
        "The last key of a path is not followed.",
        f"{_S}.key_path:key_get",
        "enumerate(path)",
        "enumerate(path[:-1])",
        (f"{_B}test_a_path_leads_to_its_leaf",),
    ),
    Mutant(
        "bnd-missing-places-are-none",
        "A path that does not exist leads to None.",
        f"{_S}.key_path:key_get",
        "raise PathError(path, depth, str(error)) from error",
        "return None",
        (f"{_B}test_a_path_that_goes_astray_says_where",),
    ),
    Mutant(
        "bnd-second-divisor-forgotten",
        "Of two divisors of a path only the last counts.",
        f"{_S}.reading:read_scalar",
        "divisors.append(_integer(unwrap(key.divisor)))",
        "divisors[:] = [_integer(unwrap(key.divisor))]",
        (f"{_B}test_a_number_and_its_divisors_are_read_apart",),
    ),
    Mutant(
        "bnd-strides-before-sizes",
        "Strides are searched before sizes.",
        f"{_S}.pending_paths:_search",
        "for name in _TENSOR_PLACES:",
        "for name in reversed(_TENSOR_PLACES):",
        (f"{_B}test_pending_symbols_are_found_where_they_stand_first",),
    ),
    Mutant(
        "bnd-products-bind-undivided",
        "A symbol in a product is bound without the divisor.",
        f"{_S}.pending_paths:_place",
        "(symbol, ()) if coefficient == 1 else (symbol, (DivideByKey(coefficient),))",
        "(symbol, ())",
        (f"{_B}test_products_and_booleans_bind_through_their_keys",),
    ),
    Mutant(
        "bnd-lost-symbols-are-no-error",
        "A symbol that the result does not show is silently forgotten.",
        f"{_S}.bindings:compute_unbacked_bindings",
        "if missing and not peek:",
        "if False:",
        (f"{_B}test_a_symbol_that_nobody_binds_is_an_error",),
    ),
    Mutant(
        "bnd-old-value-not-equated",
        "With an old value, a symbol bound to an expression is not equated with it.",
        f"{_S}.bindings:_equate",
        "env.apply(_succeed(outcome, symbol, value, path).delta)",
        "_succeed(outcome, symbol, value, path)",
        (f"{_B}test_a_symbol_is_rebound_to_the_old_value",),
    ),
    Mutant(
        "bnd-second-of-two-lost",
        "Of two symbols that were renamed to one, the first is lost.",
        f"{_S}.bindings:resolve_unbacked_bindings",
        'if profile.duplicates == "keep" and',
        "if False and",
        (f"{_B}test_resolution_goes_to_the_end_and_loses_nothing",),
    ),
    Mutant(
        "reb-moved-conditions-lost",
        "What was known of the replaced symbol is lost.",
        f"{_S}.rebinding:_finish",
        "pending.append(moved)",
        "pending.append(True)",
        (
            f"{_R}test_every_step_is_exact_by_brute_force",
            f"{_R}test_every_step_is_exact_for_all_integers",
            f"{_V}test_a_fresh_symbol_becomes_the_old_one",
            f"{_OLD_TESTS}test_every_step_is_exact",
        ),
    ),
    Mutant(
        "reb-added-conditions-lost",
        "Applying a step forgets the conditions that it adds.",
        f"{_S}.constraints:Constraints.apply",
        "(*kept, *delta.added)",
        "kept",
        (f"{_R}test_two_steps_keep_what_both_say", f"{_R}test_every_step_is_exact_by_brute_force"),
    ),
    Mutant(
        "reb-store-drops-added-conditions",
        "The store forgets the conditions of a step that are equations.",
        f"{_S}.knowledge:Knowledge.apply",
        "learn(condition)",
        "learn(condition) if inequalities else None",
        (f"{_R}test_the_store_keeps_exactly_what_was_said",),
    ),
    Mutant(
        "reb-fresh-symbol-not-renamed",
        "The fresh symbol keeps its name in what is printed and logged.",
        f"{_S}.rebinding:_rebind",
        "(fresh, old), (fresh, symbol), []",
        "(fresh, old), None, []",
        (f"{_V}test_a_fresh_symbol_becomes_the_old_one",),
    ),
    Mutant(
        "reb-excluded-constant-accepted",
        "A constant that the known range excludes is accepted.",
        f"{_S}.rebinding:_finish",
        "if moved is False:",
        "if moved is False and not isinstance(by, int):",
        (f"{_V}test_a_constant_is_taken_or_refused",),
    ),
    Mutant(
        "reb-backed-symbol-replaced",
        "A backed symbol, which is the caller's, is replaced.",
        f"{_S}.rebinding:_replaceable",
        "if symbol is None or not is_unbacked(symbol):",
        "if symbol is None:",
        (f"{_V}test_backed_symbols_stay",),
    ),
    Mutant(
        "reb-equation-becomes-inequality",
        "An equation that defines no symbol is kept as an inequality.",
        f"{_S}.rebinding:_orient",
        "return eq(old, new)",
        "return ge(old, new)",
        (f"{_V}test_derived_expressions_define_the_symbol", f"{_R}test_every_step_is_exact_by_brute_force"),
    ),
    Mutant(
        "reb-chains-are-followed-one-hop",
        "A replaced symbol is resolved one hop only.",
        f"{_S}.constraints:Constraints.resolve",
        "term = substitute(term, mapping)",
        "return substitute(term, mapping)",
        (f"{_V}test_chains_are_followed_to_their_end",),
    ),
    Mutant(
        "reb-boolean-form-always-cancelled",
        "The integer form of a boolean is taken for its symbol whatever the symbol's range.",
        f"{_S}.rebinding:_cancel_boolean",
        "return inner if view.known(land(ge(inner, 0), le(inner, 1))) else term",
        "return inner",
        (f"{_V}test_the_integer_form_of_a_boolean_is_cancelled_only_in_zero_one",),
    ),
    Mutant(
        "reb-the-symbol-itself-is-refused",
        "A value that already is the symbol is called inconsistent.",
        f"{_S}.rebinding:_orient",
        "        return True\n",
        "        return False\n",
        (f"{_V}test_the_symbol_itself_changes_nothing",),
    ),
    Mutant(
        "reb-booleans-are-integers",
        "True is taken for the integer 1.",
        f"{_S}.rebinding:_same_sort",
        "(isinstance(value, int) and not isinstance(value, bool))",
        "isinstance(value, int)",
        (f"{_V}test_an_integer_stays_an_integer",),
    ),
    Mutant(
        "reb-zeros-are-one",
        "0.0 and -0.0 are taken for one value.",
        f"{_S}.rebinding:_orient",
        "math.copysign(1.0, old) == math.copysign(1.0, new)",
        "True",
        (f"{_V}test_a_float_bound_twice_at_the_edges",),
    ),
    Mutant(
        "reb-size-likeness-lost",
        "The representative is no size although the replaced symbol was one.",
        f"{_S}.rebinding:_size_like",
        "found.append(other)",
        "found.clear()",
        (f"{_V}test_size_likeness_passes_to_the_representative",),
    ),
    Mutant(
        "reb-divisibility-not-asked",
        "A quotient is taken to be exact without being asked to be.",
        f"{_S}.quotients:quotient",
        "asked.append(divisible)",
        "pass",
        (f"{_Q}test_only_what_is_not_plain_is_asked", f"{_Q}test_a_quotient_with_its_conditions_is_exact"),
    ),
    Mutant(
        "reb-zero-divides",
        "Zero is accepted as a divisor.",
        f"{_S}.quotients:quotient",
        "gt(divisor, 0)",
        "gt(divisor, -1)",
        (f"{_Q}test_plain_divisors_are_positive_and_divide",),
    ),
    Mutant(
        "reb-large-terms-are-inconsistent",
        "A step over terms that grow too large is called inconsistent.",
        f"{_S}.rebinding:rebind",
        "return Undecided(str(error))",
        "return Inconsistent((), str(error))",
        (f"{_Q}test_large_terms_leave_a_step_undecided",),
    ),
    Mutant(
        "reb-profile-keeps-backed-values",
        "The profile of PyTorch 2.13 keeps the equation with a backed value, which that release drops.",
        f"{_S}.rebinding:_policy",
        'if profile.backed == "discard" else None',
        'if profile.backed == "keep" else None',
        (f"{_Q}test_pytorch_drops_plain_and_backed_values",),
    ),
)
