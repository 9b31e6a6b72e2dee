"""Bugs in a live PyTorch of the kinds that people make: wrong order, one of two updated, a case too many or missing."""

from __future__ import annotations

from typing import Final

from tests.conformance.torch_bugs import Bug
from tests.conformance.torch_editing import COMPUTE, ENV, PATHS, REBIND, SHAPES, edit

__all__ = ["SLIPS"]

SLIPS: Final[tuple[Bug, ...]] = (
    edit(
        REBIND,
        "missing-paths-are-passed-over",
        "u1 = pytree.key_get(result, path)",
        "try:\n"
        "                u1 = pytree.key_get(result, path)\n"
        "            except Exception:\n"
        "                continue",
    ),
    edit(
        REBIND,
        "renamed-before-it-is-checked",
        "if raw_u0 == raw_u1:",
        "shape_env._rename_unbacked_to(raw_u1, raw_u0)\n            if raw_u0 == raw_u1:",
    ),
    edit(REBIND, "bindings-are-taken-backwards", "in bindings.items()", "in reversed(list(bindings.items()))"),
    edit(
        REBIND,
        "recorded-names-are-not-followed",
        'resolve_unbacked_bindings(\n        shape_env, n.meta.get("unbacked_bindings")\n    )',
        'n.meta.get("unbacked_bindings")',
    ),
    edit(
        REBIND,
        "a-fresh-symbol-is-renamed-once",
        "if raw_u0 == raw_u1:",
        "if raw_u1 in shape_env.unbacked_renamings:\n                continue\n            if raw_u0 == raw_u1:",
    ),
    edit(
        REBIND,
        "constants-replace-the-old-symbol",
        "if isinstance(u1, (int, float)):",
        "if isinstance(u1, (int, float)):\n                shape_env._set_replacement(raw_u0, sympy.sympify(u1), 'c')",
    ),
    edit(
        REBIND,
        "derived-values-replace-the-old-symbol",
        'raise AssertionError(f"should have been constant, but got {raw_u1}")',
        "shape_env._eliminate_unbacked(raw_u0, raw_u1)",
    ),
    edit(
        REBIND,
        "booleans-are-true-afterwards",
        "raw_u1 = new_raw_u1",
        "raw_u1 = new_raw_u1; shape_env.var_to_range[raw_u1] = ValueRanges(1, 1)",
    ),
    edit(REBIND, "signed-symbols-are-booleans", "issubset(ValueRanges(0, 1))", "issubset(ValueRanges(-1, 1))"),
    edit(REBIND, "paths-end-after-three-steps", "pytree.key_get(result, path)", "pytree.key_get(result, path[:3])"),
    edit(
        REBIND,
        "quotients-are-not-taken",
        "pytree.key_get(result, path)",
        "pytree.key_get(result, tuple(k for k in path if not isinstance(k, DivideByKey)))",
    ),
    edit(
        REBIND,
        "one-symbol-of-each-item",
        "for raw_u0, path in bindings.items():",
        "done = set()\n"
        "        for raw_u0, path in bindings.items():\n"
        "            if path[:1] and path[0] in done: continue\n"
        "            done.add(path[0] if path else None)",
    ),
    edit(
        f"{SHAPES}:resolve_unbacked_bindings",
        "renamed-bindings-are-dropped",
        "for k, v in bindings.items()}",
        "for k, v in bindings.items() if k not in shape_env.unbacked_renamings}",
    ),
    edit(
        f"{SHAPES}:resolve_unbacked_bindings",
        "the-first-of-two-paths-stays",
        "return {shape_env.unbacked_renamings.get(k, k): v for k, v in bindings.items()}",
        "out = {}\n"
        "    for k, v in bindings.items():\n"
        "        out.setdefault(shape_env.unbacked_renamings.get(k, k), v)\n"
        "    return out",
    ),
    edit(
        f"{SHAPES}:resolve_unbacked_bindings",
        "names-are-followed-two-hops",
        "shape_env.unbacked_renamings.get(k, k)",
        "shape_env.unbacked_renamings.get(shape_env.unbacked_renamings.get(k, k), "
        "shape_env.unbacked_renamings.get(k, k))",
    ),
    edit(
        f"{SHAPES}:resolve_unbacked_bindings",
        "replacements-are-followed",
        "shape_env.unbacked_renamings.get(k, k)",
        "shape_env.unbacked_renamings.get(k, shape_env._find(k) if isinstance(shape_env._find(k), "
        "sympy.Symbol) else k)",
    ),
    edit(
        f"{SHAPES}:resolve_unbacked_bindings",
        "renamings-are-read-backwards",
        "shape_env.unbacked_renamings.get(k, k)",
        "({v: k for k, v in shape_env.unbacked_renamings.items()}).get(k, k)",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "renamings-are-recorded-backwards",
        "self.unbacked_renamings[orig_s] = new_s",
        "self.unbacked_renamings[new_s] = orig_s",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "only-pending-symbols-are-recorded",
        "self.unbacked_renamings[orig_s] = new_s",
        "self.unbacked_renamings.setdefault(orig_s, new_s) if orig_s in self.pending_fresh_unbacked_symbols else None",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "what-the-old-symbol-stood-for-comes-back",
        "dest = self.replacements.get(orig_s)",
        "dest = self.replacements.get(new_s)",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "numbers-are-forgotten",
        "if dest is not None:",
        "if dest is not None and isinstance(dest, sympy.Symbol):",
        1,
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "what-stands-for-another-unbacked-symbol-is-renamed",
        "if free_unbacked_symbols(dest):",
        "if False:",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "asserts-of-the-fresh-symbol-are-dropped",
        "self.unbacked_renamings[orig_s] = new_s",
        "self.unbacked_renamings[orig_s] = new_s\n    self.deferred_runtime_asserts.pop(orig_s, None)",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "ranges-are-joined",
        'self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
        "r = self.var_to_range\n"
        "    r[new_s] = r[orig_s] | r[new_s]\n"
        '    self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "the-old-range-is-forgotten",
        'self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
        "self.var_to_range[new_s] = self.var_to_range[orig_s]\n"
        '    self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "the-fresh-range-is-forgotten",
        'self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
        "self.var_to_range[orig_s] = self.var_to_range[new_s]\n"
        '    self._set_replacement(orig_s, new_s, "rename_unbacked_to")',
    ),
    edit(
        f"{ENV}._set_replacement",
        "a-replaced-range-is-joined",
        "self._update_var_to_range(a, tgt_bound)",
        "self.var_to_range[a] = self.var_to_range[a] | tgt_bound",
    ),
    edit(
        f"{ENV}._set_replacement",
        "a-replaced-range-is-the-new-one",
        "self._update_var_to_range(a, tgt_bound)",
        "self.var_to_range[a] = tgt_bound",
    ),
    edit(
        f"{ENV}._set_replacement",
        "narrower-symbols-replace-wider-ones",
        "if not tgt_bound.issubset(src_bound):",
        "if not src_bound.issubset(tgt_bound):",
        1,
    ),
    edit(f"{ENV}._set_replacement", "size-likeness-stays-behind", "self.size_like.add(tgt)", "pass"),
    edit(
        f"{ENV}._set_replacement", "numbers-remember-what-they-were", "self._replacements_version_counter += 1", "pass"
    ),
    edit(f"{ENV}._set_replacement", "answers-remember-what-was", "    self._update_version_counter()", "    pass"),
    edit(
        f"{ENV}._set_replacement",
        "the-first-replacement-stays",
        "self.replacements[a] = tgt\n",
        "self.replacements.setdefault(a, tgt)\n",
    ),
    edit(f"{ENV}._set_replacement", "a-symbol-replaces-itself", "if a in tgt.free_symbols:", "if False:"),
    edit(
        f"{ENV}._set_replacement",
        "solved-ends-are-rounded-outwards",
        "CeilToInt(rat_b_bound.lower), FloorToInt(rat_b_bound.upper)",
        "FloorToInt(rat_b_bound.lower), CeilToInt(rat_b_bound.upper)",
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "the-last-assert-stays",
        "self.deferred_runtime_asserts.setdefault(ix, []).append(ra)",
        "self.deferred_runtime_asserts[ix] = [ra]",
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "only-the-first-implication-is-known",
        "self.axioms.update(dict(self.get_implications(self.simplify(expr))))",
        "self.axioms.update(dict(list(self.get_implications(self.simplify(expr)))[:1]))",
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "the-version-is-told-too-early",
        "self.num_deferred_runtime_asserts += 1\n        self._update_version_counter()",
        "self._update_version_counter()\n        self.num_deferred_runtime_asserts += 1",
    ),
    edit(
        f"{ENV}.guard_or_defer_runtime_assert",
        "mixed-requirements-are-guards",
        "new_expr.free_symbols <= self.backed_var_to_val.keys()",
        "new_expr.free_symbols & self.backed_var_to_val.keys()",
    ),
    edit(f"{ENV}.guard_or_defer_runtime_assert", "quick-answers-are-false", "return bool(fast_result)", "return False"),
    edit(
        f"{ENV}._evaluate_expr",
        "guards-refine-what-was-asked",
        "self._maybe_guard_rel(g)",
        "self._maybe_guard_rel(expr)",
    ),
    edit(
        f"{ENV}._evaluate_expr",
        "numbers-are-guarded-to-differ",
        "g = sympy.Eq(expr, concrete_val)",
        "g = sympy.Ne(expr, concrete_val)",
    ),
    edit(
        f"{ENV}._refine_ranges",
        "one-symbol-is-refined",
        "for symbol in expr.free_symbols:",
        "for symbol in list(sorted(expr.free_symbols, key=str))[:1]:",
    ),
    edit(
        f"{ENV}._refine_ranges",
        "old-ranges-of-one-number-replace",
        "self.var_to_range[symbol].is_singleton()",
        "vr.is_singleton()",
    ),
    edit(
        f"{ENV}._refine_ranges",
        "hints-bound-unbacked-symbols",
        "rhs_vr = bound_sympy(rhs, self.var_to_range)",
        "rhs_vr = bound_sympy(rhs.xreplace(self.backed_var_to_val), self.var_to_range)",
    ),
    edit(
        f"{ENV}._maybe_guard_rel",
        "one-of-two-is-both",
        "if isinstance(expr, sympy.And):",
        "if isinstance(expr, (sympy.And, sympy.Or)):",
    ),
    edit(
        f"{ENV}._maybe_guard_rel",
        "unequal-is-equal",
        "if isinstance(expr, sympy.Ne):\n        return",
        "if isinstance(expr, sympy.Ne):\n        expr = sympy.Eq(expr.lhs, expr.rhs)",
    ),
    edit(
        f"{ENV}._maybe_guard_rel",
        "every-remainder-is-divisible",
        "if r is not None and r[1] == 0:",
        "if r is not None and r[1].is_Integer:",
    ),
    edit(
        f"{SHAPES}:_maybe_evaluate_static_worker",
        "size-like-ranges-are-forgotten",
        "lower = max(2, vr.lower)",
        "lower = 2",
    ),
    edit(
        f"{SHAPES}:_maybe_evaluate_static_worker",
        "upper-ends-are-forgotten",
        "new_range_env[s] = SymPyValueRangeAnalysis.add(vr, -offset)",
        "new_range_env[s] = ValueRanges(1, int_oo)",
    ),
    edit(
        f"{ENV}._maybe_evaluate_static",
        "size-like-are-natural",
        "var_ranges.get(s),",
        "ValueRanges(0, int_oo) if s in self.size_like else var_ranges.get(s),",
    ),
    edit(
        f"{ENV}.get_implications",
        "floats-below-are-below-by-one",
        "if e.lhs.is_integer and e.rhs.is_integer:",
        "if True:",
    ),
    edit(
        f"{ENV}.simplify",
        "exact-quotients-are-turned-over",
        "div_replacements[fd] = CleanDiv(base, divisor)",
        "div_replacements[fd] = CleanDiv(divisor, base)",
    ),
    edit(
        f"{ENV}.replace",
        "one-symbol-is-replaced",
        "for s in expr.free_symbols:",
        "for s in list(expr.free_symbols)[:1]:",
    ),
    edit(
        f"{ENV}._find",
        "one-symbol-of-a-sum-is-followed",
        "for s in res.free_symbols",
        "for s in list(res.free_symbols)[:1]",
    ),
    edit(
        f"{ENV}._update_var_to_range",
        "only-lower-ends-are-kept",
        "self.var_to_range[symbol] = new",
        "self.var_to_range[symbol] = ValueRanges(new.lower, old.upper)",
    ),
    edit(f"{ENV}._update_var_to_range", "updated-ranges-are-joined", "new = old & vr", "new = old | vr"),
    edit(
        f"{ENV}.create_unbacked_symint",
        "ignored-symbols-may-be-ignored-later",
        "if not self._ignore_fresh_unbacked_symbols_tls():",
        "if self._ignore_fresh_unbacked_symbols_tls():\n"
        "        self.ignorable_fresh_unbacked_symbols.append(symbol)\n"
        "    if True:",
    ),
    edit(
        f"{ENV}._update_version_counter",
        "asserts-are-no-news",
        "if self._prev_cache_key != cur_key:",
        "if self._prev_cache_key[0] != cur_key[0]:",
    ),
    edit(
        f"{ENV}._update_version_counter",
        "replacements-are-no-news",
        "if self._prev_cache_key != cur_key:",
        "if self._prev_cache_key[1:] != cur_key[1:]:",
    ),
    edit(
        f"{ENV}._update_version_counter",
        "what-is-known-of-quotients-stays",
        "self._resimplify_floor_div_axioms = True",
        "pass",
    ),
    edit(
        f"{SHAPES}:_guard_or",
        "hints-decide-no-fallback",
        'shape_env = getattr(a.node, "shape_env", None)',
        "result = _static_eval_sym_bool(a)\n    return result if result is not None else default\n    shape_env = None",
    ),
    edit(
        COMPUTE,
        "sizes-are-renamed-to",
        "isinstance(old_s, sympy.Symbol) and free_unbacked_symbols(old_s)",
        "isinstance(old_s, sympy.Symbol)",
    ),
    edit(
        COMPUTE,
        "one-old-value-is-told",
        "for keypath in symbol_to_path.values():",
        "for keypath in list(symbol_to_path.values())[:1]:",
    ),
    edit(
        PATHS,
        "indices-stop-at-two",
        "path + (pytree.SequenceKey(i),)",
        "path + (pytree.SequenceKey(i if i < 2 else i - 1),)",
    ),
    edit(PATHS, "being-zero-binds", "and s.rhs == 1", "and s.rhs in (0, 1)"),
    edit(
        REBIND,
        "sizes-that-are-told-are-not-rebound",
        "if raw_u0 == raw_u1:",
        "if raw_u1 in shape_env.size_like and raw_u1 not in shape_env.pending_fresh_unbacked_symbols:\n"
        "                continue\n"
        "            if raw_u0 == raw_u1:",
    ),
    edit(REBIND, "two-of-a-node-are-rebound", "bindings.items()", "list(bindings.items())[:2]"),
    edit(REBIND, "no-elements-are-no-hint", "u1.node.hint is not None", "u1.node.hint"),
)
