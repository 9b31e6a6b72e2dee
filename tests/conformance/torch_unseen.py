"""Which small changes of PyTorch's functions no vector noticed when all were last tried, and why.

Each reason says of which functions (by name) and of which changes (by what a reader is shown of them). It explains what
is recorded as unseen beside this file, and nothing that is noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

__all__ = ["REASONS", "Reason", "reason_of", "unseen"]

_RECORD: Final = Path(__file__).with_suffix(".txt")


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
        r"config\.|fallback_value`$|for `expr = sympy\.Not|"
        r"_translation_validation|aggressive|z3|fx_node|_add_target|_add_assert|prefer_deferred|fresh = |"
        r"backed_size_obl|testing_only|trace_asserts|is_exporting|forcing_spec|transmute",
    ),
    Reason("only that flag leads there", "_is_supported_equivalence|get_axioms|_range_only|guard_bool", r""),
    Reason(
        "where input sizes come from is no part of a case",
        _ALL,
        r"symbolic_context|source|ephemeral|unbacked_min|unbacked_max|shape_id|\bduck|val_to_var|bounds is|DimDynamic|"
        r"_constrain_range_for_size\(out|unbacked_inputs",
    ),
    Reason(
        "no case has sizes of ragged tensors",
        _ALL,
        r"SingletonInt|nested_int|(^`return` for|continue` for) `continue`$",
    ),
    Reason("the names of fresh symbols are an implementation's own", "create_unb", r"_counter \+= 2"),
    Reason("conditions are compared in normal form", "get_implic|canonical|add_expr", r"evaluate=|sort=|commutative="),
    Reason(
        "a strict relation of integers is asked as the other",
        "get_implications",
        r"sympy\.L[et]|e\.rhs [+-]|is_integer",
    ),
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
        "the rounded part of a quotient of floats is asked of nobody",
        r"^simplify$",
        r"[Tt]runc|IntTrueDiv|atom\.args|Mod\(\w+, \w+\) [!=]=",
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
    Reason("where it was asked is only told", "guard_size_oblivious", r"'', 1|0, ''"),
    Reason("of the forms of a condition any may be the canonical one", "_canonicalize_bool", r""),
    Reason("a clean quotient is written as any quotient", r"^simplify$", r"FloorDiv|\bfd\b|new_|divisible|safe_expand"),
    Reason("beyond two maxima it is not tried", r"^simplify$", r"for `continue`"),
    Reason("no case asks about a size-like symbol beyond 2^48 or at its very end", "_static_worker", r"\bupper\b"),
    Reason(
        "the arguments may stand the other way round", "_static_worker|^_evaluate", r"add\(-off|max\(vr|sympy\.Eq\(conc"
    ),
    Reason("of one number both ends are the number", "_static_worker", r"out\.upper"),
    Reason("it is found by the range too", "_static_worker|^_evaluate|^guard_or", r"is_number|fast_result|static_expr"),
    Reason("it decides only whether a size-like symbol is replaced", "bound_sympy", r"size_oblivious|is (not )?None"),
    Reason(
        "no case makes a size that can be one number only, or of zero and one",
        r"^create_symbol$",
        r"constraint_dim|val|out\b",
    ),
    Reason(
        "a case always gives the range",
        r"^create_symbol$|_default_value",
        r"value_range|positive|specialize|isinstance\(r,",
    ),
    Reason(
        "quotients are simplified again when they need not be", "resimplify|_version_counter", r"resimplify|divisible"
    ),
    Reason(
        "what is unequal, or of many symbols, narrows nothing",
        r"^_maybe_guard_rel",
        r"sympy\.Ne|len\(free\) >|is not None",
    ),
    Reason("of two equal sizes any may stand for both", "_smart_symbol_sort", r""),
    Reason("a float is known by its range too", "trivial_solve", r"FLOAT|`False` for `True`"),
    Reason("an error is the same error, with or without a log", "_inner_evaluate|evaluate_sym_node", r""),
    Reason(
        "only a flag of the compiler leads there",
        r"^_evaluate_expr",
        r"\bok\b|range_result|fresh|node|guard|concrete_val",
    ),
    Reason("an expression of known symbols was known before", r"^_evaluate_expr$", r"free_symbols <|new_expr"),
    Reason("any change of the number of asserts is a change", r"^guard_or_defer", r"num_deferred"),
    Reason(
        "what is static is not asked for here", r"^guard_or_defer", r"new_expr is|frozen|fresh|node|= expr|prefix_str"
    ),
    Reason(
        "what is no symbol is not given",
        r"^free_symbols|^is_symbolic|^_constrain_range_for|^is_unbacked|static_value",
        r"",
    ),
    Reason("a range is intersected with what was known", r"^_refine_ranges$", r"rhs_vr|var_to_range\[symbol\]\.upper"),
    Reason(
        "it only changes the words of an error",
        r"^Interpreter",
        r"\bmsg\b|extra_traceback|pbar|nonexistent|e\.args|detail|isinstance\(e, KeyError|isinstance\(target, str|"
        r"module\.graph is (not )?None|graph\.module\.graph|hasattr\(attr_itr|isinstance\(self\.module, GraphModule",
    ),
    Reason(
        "no case runs another graph than its module's, or asks for the interpreter's own tables",
        r"^Interpreter\.__init__",
        r"submodules|self\.graph = graph|self\.env",
    ),
    Reason("no case has inputs that Python code packs and unpacks", r"^Interpreter\.run$", "enable_io_processing"),
    Reason("a float is compared with floats", "_refine_ranges", r"True and r\[1\]\.is_integer"),
    Reason("only relations are solved, and each has a mirror", "^try_solve$", r"mirror is None|e is None|return None"),
    Reason("what bounds itself bounds nothing more", "^try_solve$", "lhs_has_thing and rhs_has_thing"),
    Reason("what did not change does not change the next time", "^try_solve$", "trial == e|for `break`"),
    Reason("there is one expression at a time", "^try_solve$", "for `continue`"),
    Reason("a relation that is no product has no factors", "^_try_isolate_lhs$", r"Rel\) and True:"),
    Reason("an equation has no direction", "^_try_isolate_lhs$", r"^`True and other\.is_negative`|op is None"),
    Reason(
        "an equation of a quotient, or its opposite, gives no number, in whatever words",
        "^_try_isolate_lhs$",
        r"numerator|sympy\.(Eq|Ne)\)|`True and isinstance\(e, sympy\.Rel\)",
    ),
    Reason("what has no hint is decided without one", "compute_concrete_val", r""),
    Reason("only a flag about sizes leads there", r"^_guard_or|^_static_eval", r"result|return None"),
    Reason("no case refines by a hint that is computed", r"^_maybe_evaluate_static", r"compute_hint|unbacked_only"),
)


def reason_of(change: str, shows: str) -> str | None:
    """The first reason that holds of a change; None if there is none."""
    return next((reason.says for reason in REASONS if reason.holds(change, shows)), None)


def unseen() -> frozenset[str]:
    """The ids of the changes on record, each line of which is a function and its changes by kind."""
    found: set[str] = set()
    for line in _RECORD.read_text(encoding="utf-8").splitlines():
        function, *kinds = line.split()
        for each in kinds:
            kind, _, digests = each.partition(":")
            found.update(f"{function}:{kind}:{digest}" for digest in digests.split(","))
    return frozenset(found)
