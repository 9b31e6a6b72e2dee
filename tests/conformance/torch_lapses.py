"""Bugs in a live PyTorch about names and numbers that a symbol has by now, and about sizes that are declared."""

from __future__ import annotations

from typing import Final

from tests.conformance.torch_bugs import Bug
from tests.conformance.torch_editing import ENV, REBIND, edit

__all__ = ["LAPSES"]

LAPSES: Final[tuple[Bug, ...]] = (
    edit(
        f"{ENV}._rename_unbacked_to",
        "the-first-name-of-a-number-stays",
        "self.unbacked_renamings[orig_s] = new_s",
        "self.unbacked_renamings.setdefault(orig_s, new_s)",
    ),
    edit(
        f"{ENV}._rename_unbacked_to",
        "old-names-are-pending-no-more",
        "self.unbacked_renamings[orig_s] = new_s",
        "self.unbacked_renamings[orig_s] = new_s\n"
        "    if new_s in self.pending_fresh_unbacked_symbols:\n"
        "        self.pending_fresh_unbacked_symbols.remove(new_s)",
    ),
    edit(
        f"{ENV}._find",
        "sizes-that-are-numbers-are-not-found",
        "if a not in self.replacements:",
        "if a not in self.replacements or (self.replacements[a].is_number and a in self.size_like):",
    ),
    edit(
        f"{ENV}._set_replacement",
        "sizes-are-replaced-by-what-is-none",
        "if not tgt_bound_so.issubset(src_bound_so):",
        "if False:",
    ),
    edit(f"{ENV}._constrain_range_for_size", "sizes-are-no-single-number", "if max < min:", "if max <= min:"),
    edit(
        f"{ENV}._constrain_range_for_size",
        "only-wide-ranges-are-of-sizes",
        "self.size_like.add(a)",
        "(max > 2) and self.size_like.add(a)",
    ),
    edit(
        f"{ENV}.constrain_symbol_range",
        "ranges-start-at-zero",
        "upd_vr = ValueRanges(compiler_min, compiler_max)",
        "upd_vr = ValueRanges(max(compiler_min, 0), compiler_max)",
    ),
    edit(
        f"{ENV}._maybe_guard_rel",
        "sums-with-later-symbols-take-the-place-of-symbols",
        "ok = len(free_unbacked_symbols(new_var)) == 0",
        "ok = True",
    ),
    edit(
        f"{ENV}.simplify",
        "quotients-are-not-replaced-in",
        "expr = self.replace(expr)",
        "expr = self.replace(expr) if not expr.has(FloorDiv) else expr",
    ),
    edit(
        f"{ENV}.bound_sympy",
        "sizes-have-upper-ends-in-replacing",
        "ValueRanges(2, int_oo)",
        "ValueRanges(2, max(2, var_to_range[x].upper))",
    ),
    edit(
        f"{ENV}.create_unbacked_symint",
        "ignored-symbols-are-ignorable",
        "if not self._ignore_fresh_unbacked_symbols_tls():",
        "if self._ignore_fresh_unbacked_symbols_tls():\n"
        "        self.ignorable_fresh_unbacked_symbols.append(symbol)\n"
        "    else:",
    ),
    edit(
        REBIND,
        "inputs-take-the-place-of-sizes",
        "u1.node.hint is not None",
        "u1.node.hint is not None and raw_u0 not in shape_env.size_like",
    ),
    edit(
        REBIND,
        "branches-are-not-rebound",
        '== "placeholder"',
        '== "placeholder" or n.target is getattr(torch.ops.higher_order, "cond", None)',
    ),
)
