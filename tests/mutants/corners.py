"""Seeded faults of corners: the second of two, a sign, an order, what outlives a roll-back or an error."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["CORNERS"]

_SIZES: Final = "test_what_a_size_stands_for_is_at_least_two_unless_it_is_known_to_be_less"

CORNERS: Final = (
    Mutant(
        "corner-hint-of-what-is-undefined",
        "A term without a value on the inputs has the hint 0.",
        "refimpl.symbolic_shapes.environment:Environment.hint",
        "except Undefined:\n            return None",
        "except Undefined:\n            return 0",
        ("specs/corners.py::test_a_hint_is_a_number_or_none",),
    ),
    Mutant(
        "corner-learn-not-moved",
        "Of what an equation moves only the first condition is filed again.",
        "refimpl.symbolic_shapes.knowledge:Knowledge._learn",
        ("        for filed in moved:\n            if filed is not condition:\n                self.assume(filed)"),
        ("        for filed in moved[:1]:\n            if filed is not condition:\n                self.assume(filed)"),
        ("specs/corners.py::test_all_that_was_filed_moves_along",),
    ),
    Mutant(
        "corner-violated-cleared-on-success",
        "A requirement that holds makes forget the one that was violated.",
        "refimpl.symbolic_shapes.environment:Environment.require",
        "        if answer is None:\n            self.knowledge.assume(condition)\n",
        ("        self.violated = None\n        if answer is None:\n            self.knowledge.assume(condition)\n"),
        ("specs/corners.py::test_what_was_violated_is_remembered",),
    ),
    Mutant(
        "corner-roll-back-forgets-violated",
        "A roll-back makes forget what was violated.",
        "refimpl.symbolic_shapes.environment:Environment.roll_back",
        "        del self.log[log:]\n",
        "        del self.log[log:]\n        self.violated = None\n",
        ("specs/corners.py::test_what_was_violated_is_remembered",),
    ),
    Mutant(
        "corner-sequence-key-absolute",
        "An index from the end is taken from the beginning.",
        "refimpl.symbolic_shapes.key_path:SequenceKey.get",
        "        return sequence[self.idx]",
        "        return sequence[abs(self.idx)]",
        ("specs/corners.py::test_an_element_is_counted_as_python_counts",),
    ),
    Mutant(
        "corner-int-guard-without-known",
        "A guard on a number speaks of a symbol that is replaced.",
        "refimpl.symbolic_shapes.environment:Environment.evaluate_int",
        "            self._guard(eq(resolved, int(hint)))\n            return int(hint)",
        "            self._guard(eq(to_dim(term), int(hint)))\n            return int(hint)",
        ("specs/corners.py::test_a_guard_speaks_of_what_stands_for_its_symbols",),
    ),
    Mutant(
        "corner-divide-by-coefficient-negative",
        "A negated symbol is bound where it stands, without its divisor.",
        "refimpl.symbolic_shapes.pending_paths:_place",
        "return (symbol, ()) if coefficient == 1 else",
        "return (symbol, ()) if coefficient in (1, -1) else",
        ("specs/corners.py::test_the_number_beside_a_symbol_is_its_divisor",),
    ),
    Mutant(
        "corner-eq-zero-too",
        "A symbol is bound where it is compared with 0.",
        "refimpl.symbolic_shapes.pending_paths:_place",
        "inner = scalar.term + 1\n",
        "inner = scalar.term + (1 if scalar.term.constant else 0)\n",
        ("specs/corners.py::test_only_the_boolean_of_one_binds_its_symbol",),
    ),
    Mutant(
        "corner-hash-by-identity",
        "Equal numbers have different hashes.",
        "refimpl.symbolic_shapes.graph_nodes:SymIntEqByExpr.__hash__",
        "        return hash(self.val)",
        "        return id(self.val)",
        ("specs/corners.py::test_equal_terms_have_one_hash",),
    ),
    Mutant(
        "corner-sizes-of-unresolved",
        "Sizes are looked for before replacement.",
        "refimpl.symbolic_shapes.environment:Environment.known_of_sizes",
        "sizes = sorted((s.name, s) for s in resolved.free if",
        "sizes = sorted((s.name, s) for s in free_of(condition) if",
        ("specs/corners.py::test_sizes_are_looked_for_after_replacement",),
    ),
    Mutant(
        "corner-sizes-are-not-what-they-stand-for",
        "Nothing is supposed of what stands for a size.",
        "refimpl.symbolic_shapes.environment:Environment.known_of_sizes",
        "replaced = free_of(condition) - resolved.free",
        "replaced = frozenset[Symbol]()",
        (f"specs/corners.py::{_SIZES}",),
    ),
    Mutant(
        "corner-because-first-only",
        "An error names the first condition of its core.",
        "refimpl.symbolic_shapes.errors:RebindingInconsistentError.__init__",
        "for cond in core)",
        "for cond in core[:1])",
        ("specs/corners.py::test_the_error_names_every_condition_of_the_core",),
    ),
    Mutant(
        "corner-error-size-like-all",
        "The error of a decision lists all sizes there are.",
        "refimpl.symbolic_shapes.environment:Environment.data_dependent_error",
        "[symbol.name for symbol in unbacked if symbol in self.size_like]",
        "[symbol.name for symbol in self.size_like]",
        ("specs/corners.py::test_the_error_lists_the_sizes_among_its_own_symbols",),
    ),
    Mutant(
        "corner-targets-are-names",
        "The targets of placeholders are their names.",
        "refimpl.symbolic_shapes.graph_nodes:fx_placeholder_targets",
        "[str(node.target) for node in gm",
        "[node.name for node in gm",
        ("specs/corners.py::test_the_target_of_a_placeholder_is_not_its_name",),
    ),
    Mutant(
        "corner-caused-by-without-node",
        "An error without a node says what caused it.",
        "refimpl.symbolic_shapes.errors:GuardOnDataDependentSymNode.__init__",
        "        if node:\n            lines.append",
        "        if origins:\n            lines.append",
        ("specs/corners.py::test_the_error_lists_the_sizes_among_its_own_symbols",),
    ),
    Mutant(
        "corner-symbols-without-pending",
        "A state does not know the symbols that wait.",
        "refimpl.symbolic_shapes.state:ShapeEnvState.symbols",
        "*self.size_like, *self.pending,\n            *self.ignorable,",
        "*self.size_like,\n            *self.ignorable,",
        ("specs/corners.py::test_a_symbol_that_only_waits_is_one_of_the_state",),
    ),
    Mutant(
        "corner-hint-of-expr",
        "A hint of 0 is none.",
        "refimpl.symbolic_shapes.sym_base:SymNode.hint",
        "        return self.shape_env.hint(self.raw)",
        "        return self.shape_env.hint(self.raw) or None",
        ("specs/corners.py::test_a_hint_is_a_number_or_none",),
    ),
    Mutant(
        "corner-float-bit-length",
        "A number has the bits of its predecessor.",
        "refimpl.symbolic_shapes.sym_node:SymInt.bit_length",
        "        return int(self).bit_length()",
        "        return abs(int(self) - 1).bit_length()",
        ("specs/corners.py::test_the_bits_of_a_number_are_those_of_its_value",),
    ),
    Mutant(
        "corner-decided-swapped",
        "Two booleans are subtracted the wrong way round.",
        "refimpl.symbolic_shapes.sym_node:_decided",
        "        return function(int(boolean), int(other))",
        "        return function(int(other), int(boolean))",
        ("specs/corners.py::test_two_booleans_are_subtracted_in_their_order",),
    ),
    Mutant(
        "corner-ignore-not-restored",
        "After an error fresh symbols are ignored for ever.",
        "refimpl.symbolic_shapes.symbol_table:SymbolTable.ignore_fresh",
        ("        self._ignore += 1\n        try:\n            yield\n        finally:\n            self._ignore -= 1"),
        "        self._ignore += 1\n        yield\n        self._ignore -= 1",
        ("specs/corners.py::test_ignoring_ends_with_its_block_also_after_an_error",),
    ),
    Mutant(
        "corner-cancel-other-order",
        "The opposite of a boolean is cancelled to its number too.",
        "refimpl.symbolic_shapes.rebinding:_cancel_boolean",
        "        case (Eq(difference), 1, 0):",
        "        case (Eq(difference), 1, 0) | (Eq(difference), 0, 1):",
        ("specs/corners.py::test_the_opposite_of_a_boolean_is_not_its_number",),
    ),
    Mutant(
        "corner-dict-subclass",
        "A dictionary of another class, or without entries, is none.",
        "refimpl.symbolic_shapes.structures:is_dict",
        "    return isinstance(value, dict)",
        "    return type(value) is type({}) and bool(value)",
        ("specs/corners.py::test_a_dictionary_has_the_symbols_of_its_values",),
    ),
    Mutant(
        "corner-clash-of-first-only",
        "Of several allocated names only the first may clash.",
        "refimpl.laws.fresh:_claims",
        "        for symbol in node.allocated:\n            if symbol.name in names:",
        "        for symbol in node.allocated[:1]:\n            if symbol.name in names:",
        ("specs/margins.py::test_each_symbol_that_a_node_allocates_has_a_name_of_its_own",),
    ),
    Mutant(
        "corner-existential-all",
        "Of several unbound symbols only the first has a recorded value.",
        "refimpl.laws.equiv:_claims",
        "        for fresh in seen.unbound\n",
        "        for fresh in seen.unbound[:1]\n",
        ("specs/margins.py::test_equiv_tries_the_recorded_value_of_each_unbound_symbol",),
    ),
    Mutant(
        "corner-stride-before-size",
        "An unbound symbol is told at its stride before its size.",
        "refimpl.laws.observe:_place_in_tensor",
        (
            '        ("size", new.sizes, () if other is None else other.sizes),\n'
            '        ("stride", new.strides, () if other is None else other.strides),'
        ),
        (
            '        ("stride", new.strides, () if other is None else other.strides),\n'
            '        ("size", new.sizes, () if other is None else other.sizes),'
        ),
        ("specs/margins.py::test_sizes_come_before_strides_and_strides_before_the_offset",),
    ),
    Mutant(
        "corner-fixed-before-lowered",
        "A number of the witness is made positive before it is small.",
        "refimpl.laws.witness:_Search.run",
        (
            "            model = self._lowest(_magnitude(symbol), model, _size_of(symbol))\n"
            "            model = self._positive(symbol, model)"
        ),
        (
            "            model = self._positive(symbol, model)\n"
            "            model = self._lowest(_magnitude(symbol), model, _size_of(symbol))"
        ),
        ("specs/margins.py::test_a_number_is_made_small_and_then_positive",),
    ),
    Mutant(
        "corner-emit-renamings-before",
        "A name given away by this step alone is still bound.",
        "refimpl.laws.step_names:_emit",
        "renamed = dict(step.after.renamings)",
        "renamed = dict(step.before.renamings)",
        ("specs/margins.py::test_a_renaming_alone_gives_the_name_away",),
    ),
    Mutant(
        "corner-opaque-shared",
        "All opaque floats are one.",
        "refimpl.solver._encode_terms:TermEncoder._apply_real",
        (
            "                number = len(self.opaque)\n"
            '                self.opaque[f"float arithmetic: {term.key}"] = None'
        ),
        '                number = 0\n                self.opaque[f"float arithmetic: {term.key}"] = None',
        ("specs/margins.py::test_two_opaque_floats_are_two",),
    ),
    Mutant(
        "corner-infinite-axiom-one-end",
        "There are many negative infinities.",
        "refimpl.solver._encode_terms:TermEncoder._declare_real",
        "(and (<= (- 1) {infinite}) (<= {infinite} 1))",
        "(<= {infinite} 1)",
        ("specs/margins.py::test_floats_that_are_no_numbers_are_not_left_out",),
    ),
    Mutant(
        "corner-ite-value-defined-of-then",
        "A choice of floats is defined where its first branch is.",
        "refimpl.solver._encode_terms:TermEncoder._apply_real",
        "nan, defined = self._choice(_cond(test), x.nan, y.nan, x.defined, y.defined)",
        "nan, defined = self._choice(_cond(test), x.nan, y.nan, x.defined, x.defined)",
        ("specs/margins.py::test_what_is_undefined_behind_an_opaque_part_is_no_proof",),
    ),
    Mutant(
        "corner-polynomial-bool",
        "An integer symbol may have a float for its number.",
        "refimpl.solver.semantics:_polynomial",
        "            if not isinstance(value, int):\n                return None",
        "            if value is None:\n                return None",
        ("specs/margins.py::test_an_integer_symbol_has_no_other_number",),
    ),
    Mutant(
        "corner-last-answer-first",
        "Of several answers cvc5's first one counts.",
        "refimpl.solver._cvc5:_read",
        "            answer = said or answer",
        "            answer = answer or said",
        ("specs/margins.py::test_the_last_answer_of_a_text_counts",),
    ),
    Mutant(
        "corner-power-of-zero-base",
        "0 to any power is at least 0 to the least one.",
        "refimpl.terms.ranges:ValueRange.power",
        "low = 0 if self.low == 0 else _bounded_power(self.low, least)",
        "low = _bounded_power(self.low, least)",
        ("specs/margins.py::test_powers_of_bases_from_zero_hold_each_power",),
    ),
    Mutant(
        "corner-quotient-without-rest",
        "What a polynomial division gave is lost where the rest has a constant divisor.",
        "refimpl.terms.division:_floor_div_by_term",
        "        return add(quotient, floor_div(numerator, denominator))",
        "        return floor_div(numerator, denominator)",
        ("specs/margins.py::test_what_a_polynomial_division_leaves_is_added",),
    ),
    Mutant(
        "corner-monomial-stored-replaces",
        "What is known of a product hides what its factors say.",
        "refimpl.terms.inference:monomial_ends",
        "return result if stored is None else intervals.intersect(result, stored)",
        "return result if stored is None else stored",
        ("specs/margins.py::test_a_product_is_bounded_by_its_factors_also_later",),
    ),
)
