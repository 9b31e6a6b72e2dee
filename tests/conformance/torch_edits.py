"""Bugs that are planted in a live PyTorch by changing a word of one of its functions; the vectors must show every one.

A vector that shows no seeded fault of this project's own may stand for one of these: it names it in ``kills``.
"""

from __future__ import annotations

from typing import Final

from tests.conformance.torch_bugs import Bug
from tests.conformance.torch_editing import COMPUTE, ENV, PATHS, REBIND, SHAPES, edit
from tests.conformance.torch_lapses import LAPSES
from tests.conformance.torch_slips import SLIPS

__all__ = ["EDITS"]

EDITS: Final[tuple[Bug, ...]] = (
    edit(REBIND, "methods-are-not-rebound", '== "placeholder"', 'in ("placeholder", "call_method")'),
    edit(REBIND, "modules-are-not-rebound", '== "placeholder"', 'in ("placeholder", "call_module")'),
    edit(REBIND, "attributes-are-not-rebound", '== "placeholder"', 'in ("placeholder", "get_attr")'),
    edit(REBIND, "a-constant-ends-it", "continue", "return", 0),
    edit(REBIND, "a-size-ends-it", "continue", "return", 1),
    edit(COMPUTE, "losses-are-raised-when-peeking", "not peek and pending", "pending"),
    edit(COMPUTE, "ignorable-symbols-are-not-bound", "set(fresh_sym)", "set(fresh_sym) - set(ign_sym)"),
    edit(COMPUTE, "replaced-symbols-are-not-found", "simplify=False", "simplify=True"),
    edit(f"{ENV}._constrain_range", "numbers-may-be-too-large", "int(a) <= max", "int(a)"),
    edit(f"{ENV}._constrain_range", "numbers-may-be-too-small", "min <= int(a)", "int(a)"),
    edit(f"{ENV}._refine_ranges", "old-answers-stay", "self._maybe_evaluate_static.cache_clear()", "pass"),
    edit(f"{ENV}._maybe_guard_rel", "halves-take-the-place-of-symbols", "t.is_integer for", "True for"),
    edit(PATHS, "known-symbols-are-divided-out", "((rhs in pending) ^ (lhs in pending))", "True"),
    edit(f"{ENV}._refine_ranges", "an-unsolved-symbol-ends-it", "continue", "return", 1),
    edit(f"{ENV}.get_implications", "equations-bound-nothing", "sympy.Le(e.lhs, e.rhs", "sympy.Le(e.lhs, e.rhs + 9"),
    edit(f"{ENV}.create_unbacked_symfloat", "floats-are-called-the-same", "_counter += 1", "_counter += 0"),
    edit(f"{ENV}.create_unbacked_symbool", "booleans-are-called-the-same", "_counter += 1", "_counter += 0"),
    edit(f"{SHAPES}:constrain_range", "ranges-of-one-number-are-empty", "max < min", "max <= min"),
    edit(COMPUTE, "memos-are-renamed-backwards", "(new_s, old_s)", "(old_s, new_s)"),
    edit(COMPUTE, "memos-are-eliminated", "isinstance(old_s, sympy.Symbol) and", "False and"),
    edit(
        f"{ENV}._maybe_guard_rel",
        "only-the-first-bound-counts",
        "self._maybe_guard_rel(arg)",
        "return self._maybe_guard_rel(arg)",
    ),
    edit(f"{ENV}._evaluate_expr", "decisions-imply-nothing", "self.axioms.update(", "dict("),
    edit(REBIND, "floats-are-no-constants", "(int, float)", "int"),
    edit(REBIND, "true-is-no-constant", "isinstance(u1, (int, float))", "type(u1) in (int, float)"),
    edit(REBIND, "sizes-are-not-skipped", "u1.node.hint is not None", "False"),
    edit(REBIND, "every-boolean-is-cancelled", "ValueRanges(0, 1)", "ValueRanges(0, 9)"),
    edit(REBIND, "derived-values-are-passed-over", "raw_u1.free_symbols", "False"),
    edit(REBIND, "a-symbol-may-be-its-own-name", "raw_u0 == raw_u1", "False"),
    edit(f"{ENV}._rename_unbacked_to", "the-name-forgets-what-it-stood-for", "dest is not None", "False", 1),
    edit(
        f"{ENV}._set_replacement",
        "bounds-are-rounded-outwards",
        "CeilToInt(rat_b_bound.lower)",
        "FloorToInt(rat_b_bound.lower)",
    ),
    edit(f"{ENV}.simplify", "maxima-with-one-are-dropped", "sympy.Ge(b, 1)", "sympy.Ge(b, 0)"),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "floats-file-nothing",
        "(SymT.UNBACKED_INT, SymT.UNBACKED_FLOAT)",
        "SymT.UNBACKED_INT",
        1,
    ),
    edit(f"{SHAPES}:InnerTensorKey.get", "inner-values-are-not-read", "getattr(o, self.inner_name)", "o"),
    edit(PATHS, "inner-values-are-not-searched", "r.update(go(sub, path + (InnerTensorKey(attr),)))", "pass"),
    edit(PATHS, "inner-values-have-the-path-of-the-wrapper", "path + (InnerTensorKey(attr),)", "path"),
    edit(PATHS, "only-the-first-inner-value-is-searched", "for attr in attrs:", "for attr in attrs[:1]:"),
    edit(PATHS, "products-of-three-bind", "len(s.args) == 2", "True"),
    edit(PATHS, "products-with-known-symbols-bind", "coeff in shape_env.backed_var_to_val", "True"),
    edit(PATHS, "every-boolean-binds", "s.rhs == 1", "True"),
    edit(PATHS, "known-booleans-bind", "s.lhs in pending", "True"),
    edit(
        PATHS,
        "booleans-are-taken-for-false",
        "r[s.lhs] =",
        "shape_env.var_to_range[s.lhs] = ValueRanges(0, 0); r[s.lhs] =",
    ),
    edit(COMPUTE, "old-sums-are-renamed-to", "isinstance(old_s, sympy.Symbol)", "True"),
    edit(f"{SHAPES}:_guard_or", "fallbacks-assume-sizes", "size_oblivious=False", "size_oblivious=True"),
    edit(f"{SHAPES}:guard_size_oblivious", "truths-are-negated", "return expr", "return not expr", 1),
    edit(f"{SHAPES}:constrain_range", "low-numbers-are-outside", "min <= a <= max", "min < a <= max"),
    edit(f"{SHAPES}:constrain_range", "high-numbers-are-outside", "min <= a <= max", "min <= a < max"),
    edit(f"{SHAPES}:constrain_range", "ranges-may-be-backwards", "if max < min:", "if False:"),
    edit(
        f"{ENV}._constrain_range", "known-numbers-at-the-end-are-outside", "min <= int(a) <= max", "min < int(a) < max"
    ),
    edit(f"{SHAPES}:constrain_unify", "the-first-is-replaced", "_constrain_unify(a, b)", "_constrain_unify(b, a)"),
    edit(f"{ENV}._constrain_unify", "sums-are-replaced", "isinstance(a.node.expr, sympy.Symbol)", "True"),
    edit(f"{ENV}._constrain_unify", "sums-are-replaced-by-numbers", "isinstance(b.node.expr, sympy.Symbol)", "True"),
    edit(f"{ENV}._suppress_guards_enter", "blocks-within-blocks-end-both", "_stack.append(old)", "_stack"),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "requirements-cannot-be-suppressed",
        "not self._suppress_guards_tls()",
        "True",
        1,
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "false-requirements-of-sizes-are-filed",
        ".keys()",
        ".keys() - {*new_expr.free_symbols}",
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "symbols-are-sorted-by-name",
        "int(s.name[len(prefix_str[symbol_type]) :])",
        "s.name",
    ),
    edit(f"{ENV}._update_var_to_range", "size-like-may-be-known-to-be-below-two", "upper < 2", "False"),
    edit(f"{ENV}._update_var_to_range", "size-like-are-never-below-two", "vr = ValueRanges(lower, 2)", "return"),
    edit(f"{ENV}._update_var_to_range", "hints-may-be-outside", "v not in r", "False", 1),
    edit(f"{ENV}.bound_sympy", "size-like-are-at-least-three", "ValueRanges(2, int_oo)", "ValueRanges(3, int_oo)"),
    edit(f"{ENV}._set_replacement", "sums-are-size-like", "isinstance(tgt, sympy.Symbol)", "True"),
    edit(f"{ENV}._is_nonneg_sum", "every-sum-is-natural", "return False", "return True"),
    edit(f"{ENV}._is_nonneg_term", "every-product-is-natural", "return False", "return True"),
    edit(f"{ENV}._maybe_fast_eval_comparison", "at-least-one-is-at-least-zero", "rhs == 0", "rhs == 1"),
    edit(f"{ENV}._maybe_fast_eval_comparison", "at-least-anything-is-at-least-zero", "rhs == 0", "True"),
    edit(f"{ENV}._should_skip_static_eval", "upper-bounds-are-not-asked", "and vr.upper == int_oo", ""),
    edit(f"{ENV}.get_implications", "less-is-not-unequal", "sympy.Ne(e.lhs, e.rhs", "sympy.Eq(e.lhs, e.rhs"),
    edit(f"{ENV}.get_implications", "less-is-by-two", "e.rhs - 1", "e.rhs - 2"),
    edit(
        f"{ENV}.get_implications",
        "less-is-more",
        "sympy.Le(e.lhs, e.rhs, evaluate=False)",
        "sympy.Le(e.rhs, e.lhs, evaluate=False)",
        1,
    ),
    edit(f"{ENV}.get_implications", "at-most-is-less", "e.rhs + 1", "e.rhs"),
    edit(
        f"{ENV}.get_implications",
        "equations-have-one-direction",
        "equiv[type(expr)(expr.rhs, expr.lhs, evaluate=False)] = sympy.true",
        "pass",
    ),
    edit(
        f"{ENV}.get_implications",
        "unequal-is-unknown-backwards",
        "equiv[opposite(expr.rhs, expr.lhs, evaluate=False)] = sympy.false",
        "pass",
    ),
    edit(f"{ENV}.simplify", "maxima-with-zero-are-dropped", "self._maybe_evaluate_static(sympy.Ge(b, 0))", "True"),
    edit(f"{ENV}.simplify", "maxima-with-any-number-are-dropped", "a == 1", "a.is_number"),
    edit(f"{ENV}.simplify", "maxima-with-one-stay", "if a == 1 and", "if False and"),
    edit(
        f"{ENV}.simplify",
        "nested-quotients-are-exact",
        "isinstance(divisor, FloorDiv)",
        "isinstance(divisor, FloorDiv) and div_replacements.setdefault(atom, divisor.args[1]) is None",
    ),
    edit(f"{ENV}.simplify", "every-quotient-is-exact", "self.replace(Mod(base, divisor)) in self.divisible", "True", 1),
    edit(f"{ENV}._maybe_guard_rel", "remainders-are-multiples", "r[1] == 0", "r[1] is not None"),
    edit(f"{ENV}._maybe_guard_rel", "four-symbols-are-too-many", "len(free) > 5", "len(free) > 4"),
    edit(f"{ENV}._maybe_guard_rel", "the-last-symbol-is-solved-for", "reverse=True", "reverse=False"),
    edit(f"{ENV}._maybe_guard_rel", "nothing-is-solved-for", '"solve")', '"solve") if False else None'),
    edit(
        f"{ENV}._maybe_guard_rel",
        "products-replace-nothing",
        'self._set_replacement(lhs, self._find(rhs), "trivial_lhs")',
        "pass",
    ),
    edit(
        f"{ENV}._maybe_evaluate_static", "quotients-stay-in-what-is-known", "resimplify_floor_div(self.axioms)", "pass"
    ),
    edit(f"{ENV}._refine_ranges", "less-than-the-same-end-is-no-less", "upper >= rhs_vr.upper", "upper > rhs_vr.upper"),
    edit(f"{ENV}._refine_ranges", "less-is-at-most", "int(isinstance(r_expr, sympy.Lt))", "0"),
    edit(f"{ENV}._refine_ranges", "more-is-at-least", "int(isinstance(r_expr, sympy.Gt))", "0"),
    edit(
        f"{ENV}._refine_ranges",
        "floats-have-ranges-of-integers",
        "not (symbol.is_integer and r[1].is_integer)",
        "False",
    ),
    edit(
        f"{ENV}.create_symbol", "hints-of-one-are-numbers", "specialize_zero_one = False", "specialize_zero_one = True"
    ),
    edit(f"{ENV}.create_symbol", "hints-are-natural", "if positive and dynamic_dim", "if dynamic_dim"),
    edit(f"{ENV}.create_symbol", "hints-are-not-compared-with-ranges", "val not in vr", "False"),
    edit(f"{ENV}.create_symbol", "hints-are-not-compared-with-the-number", "constraint_dim.vr.lower != val", "False"),
    edit(
        f"{ENV}.create_symbol",
        "floats-are-between-zero-and-one",
        "ValueRanges(-sympy.oo, sympy.oo)",
        "ValueRanges(0.0, 1.0)",
    ),
    edit(f"{SHAPES}:has_static_value", "ranges-have-no-single-value", "is_singleton()", "is_int"),
    edit(COMPUTE, "one-to-ignore-forgives-all", "pending -= ignorable", "pending = set() if ignorable else pending"),
    edit(PATHS, "divisors-are-positive", "int(coeff)", "abs(int(coeff))"),
    edit(REBIND, "booleans-are-constants", "(int, float)", "(int, float, torch.SymBool)"),
    edit(
        f"{ENV}.create_unbacked_symfloat",
        "floats-are-never-ignored",
        "not self._ignore_fresh_unbacked_symbols_tls()",
        "True",
    ),
    edit(f"{SHAPES}:_ignore_fresh_unbacked_symbols_tls_context", "inner-blocks-end-both", "_set(prev)", "_set(False)"),
    edit(f"{SHAPES}:_maybe_evaluate_static_worker", "sizes-are-below-their-end", "upper - 1", "upper - 2"),
    edit(f"{SHAPES}:_maybe_evaluate_static_worker", "lower-ends-are-higher", "int(lower - 1)", "int(lower)"),
    edit(
        f"{SHAPES}:_reduce_to_lowest_terms", "common-factors-are-multiplied", "x.args[0] / sympy", "x.args[0] * sympy"
    ),
    edit(f"{SHAPES}:_reduce_to_lowest_terms", "common-factors-are-those-of-the-first", "math.gcd", "max"),
    *SLIPS,
    *LAPSES,
)
