"""Unbacked bindings: found after a run (``compute_unbacked_bindings``), honoured in a re-run (``rebind_unbacked``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, TypeAlias, assert_never

from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.errors import (
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    RebindingUndecidedError,
)
from refimpl.symbolic_shapes.events import Binding, Definition, Event, Fact, Requirement, Specialization
from refimpl.symbolic_shapes.key_path import KeyPath, as_key, keystr
from refimpl.symbolic_shapes.pending_paths import find_pending
from refimpl.symbolic_shapes.reading import read_scalar
from refimpl.symbolic_shapes.rebinding import Inconsistent, Outcome, Rebound, Undecided, rebind
from refimpl.symbolic_shapes.renaming import replace_in_condition
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import equation
from refimpl.symbolic_shapes.structures import is_dict, is_tuple
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Dim,
    IntTerm,
    Scalar,
    Substitution,
    Symbol,
    substitute,
)

__all__ = [
    "Bindings",
    "as_bindings",
    "compute_unbacked_bindings",
    "rebind_node",
    "rebind_unbacked",
    "resolve_unbacked_bindings",
]

Bindings: TypeAlias = Mapping[Symbol, KeyPath]
"""``node.meta["unbacked_bindings"]``: each symbol and where it stands in the node's value."""


class _Node(Protocol):
    @property
    def op(self) -> str: ...

    @property
    def meta(self) -> dict[str, object]: ...


def compute_unbacked_bindings(
    shape_env: ShapeEnv | None, example_value: object, old_example_value: object | None = None, peek: bool = False
) -> dict[Symbol, KeyPath] | None:
    """The pending symbols that stand in a value, each with its path; they are pending no longer unless ``peek``.

    With ``old_example_value`` each is rebound to what stands at its path there. None if nothing is pending.
    Raises PendingUnbackedSymbolNotFound if a symbol that may not be ignored does not stand in the value.
    Source: ``torch.fx.experimental.symbolic_shapes.compute_unbacked_bindings``.
    """
    if shape_env is None:
        return None
    symbols = shape_env.symbols
    pending = dict(symbols.pending)
    ignorable = dict(symbols.ignorable)
    if not peek:
        for symbol in pending:
            symbols.settle(symbol)
        symbols.ignorable.clear()
    if not pending:
        return None
    found = find_pending(example_value, pending, shape_env)
    missing = tuple(symbol for symbol in pending if symbol not in ignorable)
    if missing and not peek:
        raise PendingUnbackedSymbolNotFound(missing, example_value)
    if old_example_value is not None:
        for symbol, path in found.items():
            value, divisors = read_scalar(old_example_value, path)
            if value is not read_scalar(example_value, path)[0]:
                _equate(shape_env, symbol, value, divisors, path)
    return found


def resolve_unbacked_bindings(shape_env: ShapeEnv | None, bindings: Bindings | None) -> dict[Symbol, KeyPath] | None:
    """The bindings under the names of today: renamings are followed to the end (one hop under ``torch-2.13``).

    No (symbol, path) is lost: where two resolve to one symbol, the second keeps its own name (law ROOT); under
    ``torch-2.13`` it is lost. Source: ``torch.fx.experimental.symbolic_shapes.resolve_unbacked_bindings``.
    """
    if bindings is None:
        return None
    if shape_env is None:
        raise AssertionError("shape_env should not be None")
    profile = shape_env.profile
    resolved: dict[Symbol, KeyPath] = {}
    for symbol, path in bindings.items():
        end = shape_env.name_of(symbol)
        if profile.duplicates == "keep" and (end in resolved or (end is not symbol and end in bindings)):
            end = symbol
        resolved[end] = path
    return resolved


def rebind_unbacked(shape_env: ShapeEnv | None, n: _Node, result: object) -> None:
    """Rebind what the node's ``unbacked_bindings`` name to what now stands at their paths in its result.

    Placeholders bind nothing. Raises PathError, RebindingInconsistentError or RebindingUndecidedError (under
    ``torch-2.13`` AssertionError, where PyTorch asserts) and then leaves the environment unchanged (law ATOM).
    Source: ``torch.fx.experimental.symbolic_shapes.rebind_unbacked``.
    """
    if n.op == "placeholder":
        return
    bindings = n.meta.get("unbacked_bindings")
    if not bindings:
        return
    if shape_env is None:
        raise AssertionError("shape_env should not be None")
    point = shape_env.checkpoint()
    try:
        rebind_node(shape_env, as_bindings(bindings), result, len(shape_env.log))
    except Exception:
        shape_env.roll_back(point)
        raise


def rebind_node(shape_env: ShapeEnv, bindings: Bindings, result: object, since: int) -> Substitution:
    """Rebind each symbol of a node and log it; the renamings of the node's own fresh symbols are returned.

    The node's records, those of the log from position ``since`` on, are rewritten in old names.
    """
    resolved = resolve_unbacked_bindings(shape_env, bindings) or {}
    own: dict[Symbol, Symbol] = {}
    renamed: dict[Symbol | BoolSymbol, Scalar] = {}
    for symbol, path in resolved.items():
        fresh = _rebind_one(shape_env, symbol, path, result, own)
        if fresh is not None:
            own[fresh] = symbol
            renamed[fresh] = term_of(shape_env.unbacked_renamings[fresh])
    if renamed:
        _rewrite_log(shape_env.log, since, renamed)
    return renamed


def _rebind_one(
    env: ShapeEnv, symbol: Symbol, path: KeyPath, result: object, own: Mapping[Symbol, Symbol]
) -> Symbol | None:
    """Rebind one symbol; the fresh symbol that is written under its name from now on, if there is one."""
    value, divisors = read_scalar(result, path)
    step = _succeed(rebind(env, symbol, value, divisors, env.profile), symbol, value, path)
    env.apply(step.delta)
    bare = _bare(step.term)
    fresh = bare if bare is not None and env.is_fresh(bare) else None
    # Under DivideByKey(d) a fresh value is bound too: it is d times the symbol, exactly.
    for stands in (bare, _bare(value)):
        if stands is not None and env.is_fresh(stands):
            env.symbols.settle(stands)
    if step.delta.renamed is not None:
        env.log.append(Binding(env.node, symbol, path, fresh, term_of(symbol), step.side, env.predicates))
        return fresh
    old = env.in_old_names(step.term)
    env.log.append(Binding(env.node, symbol, path, fresh, old, step.side, env.predicates))
    if fresh is not None and fresh in own:
        message = f"one value is bound to {own[fresh].name} and {symbol.name}"
        condition = equation(symbol, term_of(own[fresh]))
        env.log.append(Requirement(env.node, condition, condition, message, env.predicates))
    elif old is not term_of(symbol):
        env.log.append(Definition(env.node, symbol, path, old, env.predicates))
    return None


def _equate(env: ShapeEnv, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...], path: KeyPath) -> None:
    """Rename the fresh symbol to the old unbacked one, or eliminate it by the old value."""
    old = None if divisors else _bare(value)
    if old is not None and is_unbacked(old) and old.sort is symbol.sort:
        outcome = rebind(env, old, term_of(symbol), (), env.profile)
    else:
        outcome = rebind(env, symbol, value, divisors, env.profile)
    env.apply(_succeed(outcome, symbol, value, path).delta)


def _succeed(outcome: Outcome, symbol: Symbol, value: Scalar, path: KeyPath) -> Rebound:
    """The step that was taken; the error for one that was not."""
    match outcome:
        case Rebound():
            return outcome
        case Inconsistent(core, reason, inexact):
            raise RebindingInconsistentError(symbol.name, keystr(path), value, core, reason, inexact=inexact)
        case Undecided(reason, refused):
            raise AssertionError(reason) if refused else RebindingUndecidedError(symbol.name, keystr(path), reason)
        case _:
            assert_never(outcome)


def _bare(term: Scalar) -> Symbol | None:
    if isinstance(term, IntTerm):
        return term.symbol
    return term if isinstance(term, Symbol) else None


def _rewrite_log(log: list[Event], start: int, renamed: Substitution) -> None:
    """Write the records from ``start`` on in old names."""

    def cond(condition: Cond) -> Cond:
        if not isinstance(condition, bool):
            for symbol in condition.free:
                if symbol in renamed and isinstance(symbol, Symbol):
                    condition = replace_in_condition(condition, symbol, renamed[symbol])
        return condition

    for index in range(start, len(log)):
        event = log[index]
        match event:
            case Fact(node, condition, under):
                if (moved := cond(condition)) is not condition:
                    log[index] = Fact(node, moved, under)
            case Requirement(node, condition, enforced, message, under):
                if (moved := cond(condition)) is not condition or cond(enforced) is not enforced:
                    log[index] = Requirement(node, moved, cond(enforced), message, under)
            case Specialization(node, condition, hint, under):
                log[index] = Specialization(node, cond(condition), hint, under)
            case Binding(term=term, side=side):
                if (not isinstance(term, (int, float)) and not renamed.keys().isdisjoint(term.free)) or side:
                    new_side = tuple([cond(condition) for condition in side])
                    log[index] = replace(event, term=substitute(term, renamed), side=new_side)
            case Definition(term=term):
                log[index] = replace(event, term=substitute(term, renamed))
            case _:
                assert_never(event)


def as_bindings(value: object) -> dict[Symbol, KeyPath]:
    """The metadata as bindings. Raises TypeError for anything else."""
    if not is_dict(value):
        raise TypeError(f"unbacked_bindings is a {type(value).__name__}")
    found: dict[Symbol, KeyPath] = {}
    for symbol, path in value.items():
        if not isinstance(symbol, Symbol) or not is_tuple(path):
            raise TypeError(f"unbacked_bindings maps {symbol!r} to {path!r}")
        found[symbol] = tuple([as_key(key) for key in path])
    return found
