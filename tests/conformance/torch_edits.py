"""Bugs that are planted in a live PyTorch by changing a word of one of its functions; the vectors must show every one.

A vector that shows no seeded fault of this project's own may stand for one of these: it names it in ``kills``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from textwrap import dedent
from typing import Final, cast

from tests.conformance.torch_bugs import IN_TORCH, Bug, Function

__all__ = ["EDITS"]

_SHAPES: Final = "torch.fx.experimental.symbolic_shapes"
_ENV: Final = f"{_SHAPES}:ShapeEnv"


def _edited(old: str, new: str, occurrence: int = 0) -> Callable[[Function], Function]:
    """The function with one occurrence of a text in its source replaced. Raises ValueError if there is none."""

    def wrap(right: Function) -> Function:
        function = inspect.unwrap(right)
        source = dedent(inspect.getsource(function))
        parts = source.split(old)
        if len(parts) < occurrence + 2:
            raise ValueError(f"{function.__qualname__} has no {old!r}")
        text = old.join(parts[: occurrence + 1]) + new + old.join(parts[occurrence + 1 :])
        names: dict[str, object] = {}
        exec(compile(text, inspect.getfile(function), "exec"), function.__globals__, names)
        return cast("Function", names[function.__name__])  # what its definition defines

    return wrap


def _of(site: str, name: str, old: str, new: str, occurrence: int = 0) -> Bug:
    return Bug(IN_TORCH + name, site, _edited(old, new, occurrence))


_REBIND: Final = f"{_SHAPES}:rebind_unbacked"
_COMPUTE: Final = f"{_SHAPES}:compute_unbacked_bindings"
_PATHS: Final = f"{_SHAPES}:_free_unbacked_symbols_with_path"

EDITS: Final[tuple[Bug, ...]] = (
    _of(_REBIND, "methods-are-not-rebound", '== "placeholder"', 'in ("placeholder", "call_method")'),
    _of(_REBIND, "modules-are-not-rebound", '== "placeholder"', 'in ("placeholder", "call_module")'),
    _of(_REBIND, "attributes-are-not-rebound", '== "placeholder"', 'in ("placeholder", "get_attr")'),
    _of(_REBIND, "a-constant-ends-it", "continue", "return", 0),
    _of(_REBIND, "a-size-ends-it", "continue", "return", 1),
    _of(_COMPUTE, "losses-are-raised-when-peeking", "not peek and pending", "pending"),
    _of(_COMPUTE, "ignorable-symbols-are-not-bound", "set(fresh_sym)", "set(fresh_sym) - set(ign_sym)"),
    _of(_COMPUTE, "replaced-symbols-are-not-found", "simplify=False", "simplify=True"),
    _of(f"{_ENV}._constrain_range", "numbers-may-be-too-large", "int(a) <= max", "int(a)"),
    _of(f"{_ENV}._constrain_range", "numbers-may-be-too-small", "min <= int(a)", "int(a)"),
    _of(f"{_ENV}._refine_ranges", "old-answers-stay", "self._maybe_evaluate_static.cache_clear()", "pass"),
    _of(f"{_ENV}._maybe_guard_rel", "halves-take-the-place-of-symbols", "t.is_integer for", "True for"),
    _of(_PATHS, "known-symbols-are-divided-out", "((rhs in pending) ^ (lhs in pending))", "True"),
    _of(f"{_ENV}._refine_ranges", "an-unsolved-symbol-ends-it", "continue", "return", 1),
    _of(f"{_ENV}.get_implications", "equations-bound-nothing", "sympy.Le(e.lhs, e.rhs", "sympy.Le(e.lhs, e.rhs + 9"),
    _of(f"{_ENV}.create_unbacked_symfloat", "floats-are-called-the-same", "_counter += 1", "_counter += 0"),
    _of(f"{_ENV}.create_unbacked_symbool", "booleans-are-called-the-same", "_counter += 1", "_counter += 0"),
    _of(f"{_SHAPES}:constrain_range", "ranges-of-one-number-are-empty", "max < min", "max <= min"),
    _of(_COMPUTE, "memos-are-renamed-backwards", "(new_s, old_s)", "(old_s, new_s)"),
    _of(_COMPUTE, "memos-are-eliminated", "isinstance(old_s, sympy.Symbol) and", "False and"),
    _of(
        f"{_ENV}._maybe_guard_rel",
        "only-the-first-bound-counts",
        "self._maybe_guard_rel(arg)",
        "return self._maybe_guard_rel(arg)",
    ),
    _of(f"{_ENV}._evaluate_expr", "decisions-imply-nothing", "self.axioms.update(", "dict("),
    _of(_REBIND, "floats-are-no-constants", "(int, float)", "int"),
    _of(_REBIND, "true-is-no-constant", "isinstance(u1, (int, float))", "type(u1) in (int, float)"),
    _of(_REBIND, "sizes-are-not-skipped", "u1.node.hint is not None", "False"),
    _of(_REBIND, "every-boolean-is-cancelled", "ValueRanges(0, 1)", "ValueRanges(0, 9)"),
    _of(_REBIND, "derived-values-are-passed-over", "raw_u1.free_symbols", "False"),
    _of(_REBIND, "a-symbol-may-be-its-own-name", "raw_u0 == raw_u1", "False"),
    _of(f"{_ENV}._rename_unbacked_to", "the-name-forgets-what-it-stood-for", "dest is not None", "False", 1),
    _of(
        f"{_ENV}._set_replacement",
        "bounds-are-rounded-outwards",
        "CeilToInt(rat_b_bound.lower)",
        "FloorToInt(rat_b_bound.lower)",
    ),
    _of(f"{_ENV}.simplify", "maxima-with-one-are-dropped", "sympy.Ge(b, 1)", "sympy.Ge(b, 0)"),
    _of(
        f"{_ENV}.guard_or_defer_runtime_assert",
        "floats-file-nothing",
        "(SymT.UNBACKED_INT, SymT.UNBACKED_FLOAT)",
        "SymT.UNBACKED_INT",
        1,
    ),
)
