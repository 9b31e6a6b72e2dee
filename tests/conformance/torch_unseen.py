"""Why a small change of PyTorch's functions that no vector notices is not to be noticed.

Each reason says of which functions (by name) and of which changes (by what a reader is shown of them).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, final

__all__ = ["REASONS", "Reason", "reason_of"]


@final
@dataclass(frozen=True, slots=True)
class Reason:
    """It holds where both expressions match."""

    says: str
    functions: str
    shows: str

    def holds(self, change: str, shows: str) -> bool:
        """Whether it holds of the change with that id."""
        function = change.partition(":")[0].removeprefix("ShapeEnv.")
        return bool(re.search(self.functions, function) and re.search(self.shows, shows))


_ALL: Final = ""
REASONS: Final = (
    Reason("it only writes to a log or a trace", _ALL, r"\blog\.|_log_|\.log\.|trace_structured|user_tb|print_special"),
    Reason("it only changes the words of a message or of a record", _ALL, r"~'|extra = repr|^`return` for `msg|'eval"),
    Reason(
        "it only keeps where something came from", _ALL, r"sloc|var_to_stack|_stacks|counter\['create|CapturedTrace"
    ),
    Reason(
        "it only looks whether a caller keeps to what every caller here keeps to",
        _ALL,
        r"^without `if (not isinstance|vr is None|not vr\.is|type\(a\)|not free_unb|node is None|symbol is None)"
        r"|^without `if (len\(free\) ==|fake_mode is)|shape_env is not|raise AssertionError|torch\._assert",
    ),
    Reason(
        "classes are asked about in any order",
        _ALL,
        r"^`\((\w*\.?\w+, \w*\.?\w+)\)` for `\(.*in `.*isinstance|^`\(torch\.Sym|^`\(sympy\.|^`\(Sym",
    ),
    Reason(
        "real tensors go along with fake ones under a flag only",
        "with_path|evaluate_expr|_maybe_evaluate",
        r"\breal\b|real_tensor|isinstance\(real|val = |unsound|set_real",
    ),
    Reason(
        "no case has a value of functorch or of torch.distributed",
        "with_path|_iterate_exprs",
        r"batchedtensor|gradtracking|DTensor|distributed|unwrapped|match_tensor\(a\)`$",
    ),
    Reason("no case is without an environment", _ALL, r"shape_env is None|True and (coeff|isinstance\(coeff)"),
    Reason(
        "a flag that nobody sets here",
        _ALL,
        r"config\.|_translation_validation|aggressive|z3|fx_node|_add_target|_add_assert|prefer_deferred|fresh = |"
        r"backed_size_obl|testing_only|trace_asserts|is_exporting|forcing_spec|transmute",
    ),
    Reason("only that flag leads there", "_is_supported_equivalence|get_axioms|_range_only|guard_bool", r""),
    Reason(
        "where input sizes come from is no part of a case",
        _ALL,
        r"symbolic_context|source|ephemeral|unbacked_min|unbacked_max|shape_id|\bduck|val_to_var|bounds is|DimDynamic|"
        r"_constrain_range_for_size\(out|unbacked_inputs",
    ),
    Reason("no case has sizes of ragged tensors", _ALL, r"SingletonInt|nested_int"),
    Reason("the names of fresh symbols are an implementation's own", "create_unb", r"_counter \+= 2"),
    Reason("conditions are compared in normal form", "get_implic|canonical|add_expr", r"evaluate=|sort=|commutative="),
    Reason("a strict relation of integers is asked as the other", "get_implications", r"sympy\.L[et]|e\.rhs [+-]"),
    Reason(
        "any change of the number is a change", "_version_counter|_set_replacement", r"_counter \+= 2|_counter -= 1"
    ),
    Reason("it only keeps an answer longer, or less long, than it need", "_version_counter", r"_prev_cache_key = "),
    Reason("a boolean has this one form", "rebind_unbacked", r"sympy\.Piecewise\) and|repacked|sympy\.Eq\(1"),
    Reason(
        "what is no symbol is refused one line later",
        "rebind_unbacked",
        r"if not isinstance\(raw_u1|(^without|for) `continue`",
    ),
    Reason("a known symbol beside a pending one is no size", "with_path", r"\| \(lhs in pending\)"),
    Reason("frozen, PyTorch only warns", "freeze|_check_frozen", r""),
    Reason("an end at two is the end", "_update_var_to_range", r"upper <= 2|upper < 3"),
    Reason("a range that is no narrower narrows nothing", "_set_replacement", r"True and len|not tgt_bound\.issubset"),
    Reason(
        "an equation has no direction of inequality",
        "_set_repl|_guard_rel",
        r"floordiv_inequality=True|sympy\.Eq\(tgt, a",
    ),
    Reason(
        "the replaced symbol's own size-likeness is its representative's, and more may be replaced",
        "_set_replacement",
        r"size_like|_bound_so|^without `return`",
    ),
    Reason("what is quickly known is known slowly too", "nonneg|_fast_eval|_should_skip", r""),
    Reason("what it drops is known otherwise", "_update_divisible|_hint_disproves|_known_", r""),
    Reason("only speed and the shape of a term change", "_fast_expand|safe_expand|_sympy_subs|lowest_terms", r""),
    Reason("outside of what any case asks for", "expect_true|cast_sym|_iterate_exprs|create_sym\\w+node", r""),
    Reason("it runs when PyTorch is loaded", "_lru_cache", r""),
    Reason(
        "there is nothing else that it could be here",
        "with_path|compute_unb",
        r"simplify:|pending is None|pending = set|True and ",
    ),
    Reason(
        "real tensors again, or an environment that there always is", "with_path", r"`?if (not )?shape_env:|`shape_env`"
    ),
    Reason("it only says what is pending", "compute_unbacked", r"if pending:|`pending` for"),
    Reason("what follows does nothing to a number", r"_constrain_range$", r"without `return`"),
    Reason("plain numbers are compared before", r"_constrain_unify$", r"a [!=]= b"),
    Reason("putting a symbol in its own place costs time only", r"^replace$", r""),
    Reason("every symbol has a range from the start", r"_update_var_to_range$", r"var_to_range\[symbol\] = vr"),
    Reason("it guards only where an end came from", r"_update_var_to_range$", r"(new|old)\.(lower|upper)"),
    Reason("it guards only what is told of a number", r"_set_replacement$", r"sympy\.Integer, sympy\.Float"),
    Reason("it guards only a log", r"^constrain_symbol_range$", r"new_vr|old_vr"),
    Reason(
        "it guards only advice", r"^create_symbol$", r"is_debug|getenv|range_str|ConstraintViolationError|guard_counter"
    ),
    Reason(
        "the rounded part of a quotient of floats is asked of nobody", r"^simplify$", r"[Tt]runc|IntTrueDiv|atom\.args"
    ),
    Reason(
        "a quotient by a quotient is asked of nobody", r"^simplify$", r"base1|divisor1|div_replacements|isinstance\(div"
    ),
    Reason("what simplification leaves is known by ranges", r"^simplify$", r"a == 0|b == [012]|`if len\(atom|a, b|> 3"),
    Reason("only an export that defers guards asks for it", r"^_simplify_floor_div$", r""),
    Reason("integers that are plain numbers are answered before", r"^_evaluate_expr$", r"orig_expr|hint"),
    Reason("axioms are asked for by nobody", r"^_maybe_evaluate_static$", r"axioms|subst|issubset|var_ranges = dict"),
    Reason("nothing but a number has no symbols", r"^_maybe_evaluate_static$", r"not fs and"),
    Reason("quotients of a condition are tried in vain only", r"^_maybe_guard_rel$", r"floor_div_atoms|^without `try"),
    Reason("of thread-local blocks there is always one", r"^_suppress_guards|^_ignore_fresh", r"TLS"),
)


def reason_of(change: str, shows: str) -> str | None:
    """The first reason that holds of a change; None if there is none."""
    return next((reason.says for reason in REASONS if reason.holds(change, shows)), None)
