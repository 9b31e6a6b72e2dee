"""Bugs that are planted in a live PyTorch, each by wrapping one of its functions; the vectors must show every one.

python -m tests.conformance.torch_bugs NAME    # PyTorch with that bug, as a subject
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Protocol, TypeAlias, cast, final

__all__ = ["BUGS", "IN_TORCH", "Bug", "planted"]

IN_TORCH: Final = "torch-"
"""How the names of those bugs begin that a vector names among the faults that it shows."""

Function: TypeAlias = Callable[..., object]  # type: ignore[explicit-any]  # PyTorch's functions have no types here
_SHAPES: Final = "torch.fx.experimental.symbolic_shapes"
_RANGES: Final = "torch.utils._sympy.value_ranges"


class _Range(Protocol):
    lower: object
    upper: object

    def __add__(self, other: int) -> object: ...


class _Env(Protocol):
    """The fields of ``ShapeEnv`` that bugs reach for."""

    var_to_range: dict[object, object]
    replacements: dict[object, object]
    unbacked_renamings: dict[object, object]
    size_like: set[object]
    pending_fresh_unbacked_symbols: list[object]
    deferred_runtime_asserts: dict[object, list[object]]
    guards: list[object]
    axioms: dict[object, object]
    unbacked_symint_counter: int
    _replacements_version_counter: int


@final
@dataclass(frozen=True, slots=True)
class Bug:
    """What is wrong; ``wrap`` gives the wrong function from the right one, which stands at ``module:qualname``."""

    name: str
    site: str
    wrap: Callable[[Function], Function]


@contextmanager
def planted(bug: Bug) -> Generator[None]:
    """Within it PyTorch has the bug."""
    module, _, path = bug.site.partition(":")
    *owners, name = path.split(".")
    owner: object = import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    original: object = vars(owner)[name]
    without_self = isinstance(original, (staticmethod, classmethod))
    wrong = bug.wrap(cast("Function", getattr(owner, name)))  # a function of PyTorch
    setattr(owner, name, staticmethod(wrong) if without_self else wrong)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _env(value: object) -> _Env:
    return cast("_Env", value)  # the first argument of a method of ShapeEnv


def _make_range(low: object, high: object) -> object:
    return cast("Function", getattr(import_module(_RANGES), "ValueRanges"))(low, high)  # noqa: B009 - no types


def _unknown() -> object:
    infinity = cast("int", getattr(import_module("torch.utils._sympy.numbers"), "int_oo"))  # noqa: B009 - it negates
    return _make_range(-infinity, infinity)


def _nothing(right: Function) -> Function:
    """The function does nothing."""
    return lambda *args, **kwargs: None


def _always(answer: object) -> Callable[[Function], Function]:
    return lambda right: lambda *args, **kwargs: answer


def _then(after: Callable[[_Env, tuple[object, ...]], None]) -> Callable[[Function], Function]:
    """The right function of an environment, and then something wrong."""

    def wrap(right: Function) -> Function:
        def wrong(env: object, *args: object, **kwargs: object) -> object:
            result = right(env, *args, **kwargs)
            after(_env(env), args)
            return result

        return wrong

    return wrap


def _first(before: Callable[[_Env, tuple[object, ...]], None]) -> Callable[[Function], Function]:
    """Something wrong, and then the right function of an environment."""

    def wrap(right: Function) -> Function:
        def wrong(env: object, *args: object, **kwargs: object) -> object:
            before(_env(env), args)
            return right(env, *args, **kwargs)

        return wrong

    return wrap


def _backwards(right: Function) -> Function:
    def wrong(env: object, new: object, old: object) -> object:
        return right(env, old, new)

    return wrong


def _set(field: str, value: Callable[[], object]) -> Callable[[_Env, tuple[object, ...]], None]:
    def change(env: _Env, args: tuple[object, ...]) -> None:
        cast("dict[object, object]", getattr(env, field))[args[0]] = value()

    return change


def _old_range_forgotten(env: _Env, args: tuple[object, ...]) -> None:
    env.var_to_range[args[1]] = _unknown()


def _destination_forgotten(env: _Env, args: tuple[object, ...]) -> None:
    env.replacements.pop(args[0], None)
    env._replacements_version_counter += 1  # pyright: ignore[reportPrivateUsage]  # as PyTorch does


def _renaming_unrecorded(env: _Env, args: tuple[object, ...]) -> None:
    env.unbacked_renamings.pop(args[0], None)


def _not_size_like(env: _Env, args: tuple[object, ...]) -> None:
    env.size_like.clear()


def _asserts_dropped(env: _Env, args: tuple[object, ...]) -> None:
    env.deferred_runtime_asserts.clear()


def _guards_dropped(env: _Env, args: tuple[object, ...]) -> None:
    env.guards.clear()


def _nothing_pending(env: _Env, args: tuple[object, ...]) -> None:
    env.pending_fresh_unbacked_symbols.clear()


def _counter_stays(env: _Env, args: tuple[object, ...]) -> None:
    env.unbacked_symint_counter -= 1


def _booleans_up_to_two(env: _Env, args: tuple[object, ...]) -> None:
    env.var_to_range[env.pending_fresh_unbacked_symbols[-1]] = _make_range(0, 2)


def _shifted(low: int, high: int) -> Callable[[Function], Function]:
    """A range that a function of an environment returns, its ends moved."""

    def wrap(right: Function) -> Function:
        def wrong(env: object, *args: object, **kwargs: object) -> object:
            found = cast("_Range", right(env, *args, **kwargs))  # a ValueRanges
            return _make_range(cast("int", found.lower) + low, cast("int", found.upper) + high)  # a number of sympy

        return wrong

    return wrap


def _updated(low: int, high: int) -> Callable[[Function], Function]:
    """The range of a symbol is updated with ends that are moved."""

    def wrap(right: Function) -> Function:
        def wrong(env: object, symbol: object, interval: object, *args: object, **kwargs: object) -> object:
            found = cast("_Range", interval)  # a ValueRanges
            moved = _make_range(cast("int", found.lower) + low, cast("int", found.upper) + high)  # a number of sympy
            return right(env, symbol, moved, *args, **kwargs)

        return wrong

    return wrap


def _negated_guard(env: _Env, args: tuple[object, ...]) -> None:
    negate = cast("Function", getattr(import_module("sympy"), "Not"))  # noqa: B009 - no types
    for index, guard in enumerate(env.guards):
        make = cast("Function", type(guard))
        env.guards[index] = make(negate(getattr(guard, "expr")), getattr(guard, "sloc"), False)  # noqa: B009 - no types


def _answer_negated(right: Function) -> Function:
    sympy = import_module("sympy")

    def wrong(*args: object, **kwargs: object) -> object:
        answer = right(*args, **kwargs)
        return sympy.false if answer == sympy.true else sympy.true if answer == sympy.false else answer

    return wrong


def _same(right: Function) -> Function:
    """The second argument is returned as it is."""

    def wrong(env: object, expr: object, *args: object, **kwargs: object) -> object:
        return expr

    return wrong


def _one_hop(right: Function) -> Function:
    def wrong(env: object, symbol: object) -> object:
        return _env(env).replacements.get(symbol, symbol)

    return wrong


def _one_more(right: Function) -> Function:
    def wrong(env: object, expr: object, *args: object, **kwargs: object) -> object:
        found = right(env, expr, *args, **kwargs)
        return cast("int", found) + 1 if getattr(found, "is_integer", False) else found  # a number of sympy

    return wrong


def _first_binding_only(right: Function) -> Function:
    def wrong(env: object, bindings: dict[object, object] | None) -> object:
        found = cast("dict[object, object] | None", right(env, bindings))  # bindings
        return found if not found else dict(list(found.items())[:1])

    return wrong


def _unresolved(right: Function) -> Function:
    def wrong(env: object, bindings: object) -> object:
        return bindings

    return wrong


def _placeholders_too(right: Function) -> Function:
    def wrong(env: object, node: object, value: object) -> object:
        if getattr(node, "op") == "placeholder":  # noqa: B009 - no types
            setattr(node, "op", "call_function")  # noqa: B010 - no types
        return right(env, node, value)

    return wrong


def _missing_forgiven(right: Function) -> Function:
    def wrong(env: object, value: object, *args: object, **kwargs: object) -> object:
        try:
            return right(env, value, *args, **kwargs)
        except RuntimeError:
            return {}

    return wrong


def _pending_kept(right: Function) -> Function:
    def wrong(env: object, *args: object, **kwargs: object) -> object:
        pending = list(_env(env).pending_fresh_unbacked_symbols)
        found = right(env, *args, **kwargs)
        _env(env).pending_fresh_unbacked_symbols[:] = pending
        return found

    return wrong


def _undivided(right: Function) -> Function:
    def wrong(key: object, value: object) -> object:
        return value

    return wrong


def _mixed_up(name: str) -> Callable[[Function], Function]:
    """Another function of the analysis of ranges in its place."""

    def wrap(right: Function) -> Function:
        analysis: object = getattr(import_module(_RANGES), "SymPyValueRangeAnalysis")  # noqa: B009 - no types
        return cast("Function", getattr(analysis, name))

    return wrap


def _high_ignored(right: Function) -> Function:
    def wrong(value: object, *, min: object = None, max: object = None) -> object:
        return right(value, min=min)

    return wrong


_ENV: Final = f"{_SHAPES}:ShapeEnv"
_ANALYSIS: Final = f"{_RANGES}:SymPyValueRangeAnalysis"
BUGS: Final = (
    Bug("renamed-backwards", f"{_ENV}._rename_unbacked_to", _backwards),
    Bug("never-renamed", f"{_ENV}._rename_unbacked_to", _nothing),
    Bug("renaming-unrecorded", f"{_ENV}._rename_unbacked_to", _then(_renaming_unrecorded)),
    Bug("destination-forgotten", f"{_ENV}._rename_unbacked_to", _first(_destination_forgotten)),
    Bug("old-range-forgotten", f"{_ENV}._rename_unbacked_to", _first(_old_range_forgotten)),
    Bug("fresh-range-forgotten", f"{_ENV}._rename_unbacked_to", _first(_set("var_to_range", _unknown))),
    Bug("size-like-lost", f"{_ENV}._set_replacement", _then(_not_size_like)),
    Bug("nothing-replaced", f"{_ENV}._set_replacement", _nothing),
    Bug("ranges-not-updated", f"{_ENV}._update_var_to_range", _nothing),
    Bug("lower-end-off-by-one", f"{_ENV}._update_var_to_range", _updated(1, 0)),
    Bug("lower-end-loose-by-one", f"{_ENV}._update_var_to_range", _updated(-1, 0)),
    Bug("upper-end-off-by-one", f"{_ENV}._update_var_to_range", _updated(0, -1)),
    Bug("upper-end-loose-by-one", f"{_ENV}._update_var_to_range", _updated(0, 1)),
    Bug("replacements-not-carried-out", f"{_ENV}.replace", _same),
    Bug("chains-not-followed", f"{_ENV}._find", _one_hop),
    Bug("not-simplified", f"{_ENV}.simplify", _same),
    Bug("simplified-to-one-more", f"{_ENV}.simplify", _one_more),
    Bug("bound-one-too-high", f"{_ENV}.bound_sympy", _shifted(0, 1)),
    Bug("bound-one-too-low", f"{_ENV}.bound_sympy", _shifted(-1, 0)),
    Bug("ranges-not-refined", f"{_ENV}._refine_ranges", _nothing),
    Bug("equalities-not-used", f"{_ENV}._maybe_guard_rel", _nothing),
    Bug("asserts-dropped", f"{_ENV}.guard_or_defer_runtime_assert", _then(_asserts_dropped)),
    Bug("requirements-ignored", f"{_ENV}.guard_or_defer_runtime_assert", _always(True)),
    Bug("guards-dropped", f"{_ENV}._evaluate_expr", _then(_guards_dropped)),
    Bug("guards-negated", f"{_ENV}._evaluate_expr", _then(_negated_guard)),
    Bug("decisions-negated", f"{_ENV}._evaluate_expr", _answer_negated),
    Bug("nothing-implied", f"{_ENV}.get_implications", _always(())),
    Bug("nothing-known-statically", f"{_ENV}._maybe_evaluate_static", _always(None)),
    Bug("fresh-not-pending", f"{_ENV}.create_unbacked_symint", _then(_nothing_pending)),
    Bug("names-used-again", f"{_ENV}.create_unbacked_symint", _then(_counter_stays)),
    Bug("booleans-up-to-two", f"{_ENV}.create_unbacked_symbool", _then(_booleans_up_to_two)),
    Bug("unified-with-nothing", f"{_ENV}._constrain_unify", _nothing),
    Bug("upper-constraint-ignored", f"{_SHAPES}:constrain_range", _high_ignored),
    Bug("never-rebound", f"{_SHAPES}:rebind_unbacked", _nothing),
    Bug("placeholders-rebound", f"{_SHAPES}:rebind_unbacked", _placeholders_too),
    Bug("only-the-first-binding", f"{_SHAPES}:resolve_unbacked_bindings", _first_binding_only),
    Bug("renamed-names-not-resolved", f"{_SHAPES}:resolve_unbacked_bindings", _unresolved),
    Bug("pending-kept", f"{_SHAPES}:compute_unbacked_bindings", _pending_kept),
    Bug("lost-symbols-forgiven", f"{_SHAPES}:compute_unbacked_bindings", _missing_forgiven),
    Bug("quotients-not-divided", f"{_SHAPES}:DivideByKey.get", _undivided),
    Bug("unknown-is-true", f"{_SHAPES}:statically_known_true", _always(True)),
    Bug("minimum-for-maximum", f"{_ANALYSIS}.maximum", _mixed_up("minimum")),
    Bug("maximum-for-minimum", f"{_ANALYSIS}.minimum", _mixed_up("maximum")),
    Bug("sum-for-product", f"{_ANALYSIS}.mul", _mixed_up("add")),
)


def main(name: str) -> None:
    """Serve PyTorch with the bug of that name."""
    from refimpl.conformance.serving import serve
    from refimpl.torch.subject import TorchImplementation

    (bug,) = [bug for bug in BUGS if bug.name == name]
    with planted(bug):
        serve(TorchImplementation())


if __name__ == "__main__":
    main(sys.argv[1])
