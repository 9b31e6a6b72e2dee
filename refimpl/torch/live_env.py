"""A live PyTorch ``ShapeEnv`` built from a state, for asking PyTorch what it does with it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from copy import copy
from typing import Final, Protocol, cast, final

from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.symbolic_shapes.structures import is_dict, is_list
from refimpl.terms import Apply, Cond, Dim, Eq, Real, Scalar, Sort, Symbol, ValueRange, evaluate, of_atom
from refimpl.torch._calls import function, method
from refimpl.torch._imports import attribute
from refimpl.torch.expressions import to_torch_expression, torch_symbol

__all__ = ["LiveEnvironment", "live_environment"]

_SHAPES = "torch.fx.experimental.symbolic_shapes"


class _ShapeEnv(Protocol):
    """The fields of ``ShapeEnv`` that are written."""

    backed_var_to_val: dict[object, object]
    var_to_range: dict[object, object]
    var_to_range_sloc: dict[object, object]
    var_to_sources: dict[object, list[object]]
    source_to_var: dict[str, object]
    var_to_stack: dict[object, object]
    replacements: dict[object, object]
    unbacked_renamings: dict[object, object]
    guards: list[object]
    deferred_runtime_asserts: dict[object, list[object]]
    num_deferred_runtime_asserts: int
    axioms: dict[object, object]
    divisible: set[object]
    size_like: set[object]
    pending_fresh_unbacked_symbols: list[object]
    ignorable_fresh_unbacked_symbols: list[object]
    unbacked_symint_counter: int
    _version_counter: int
    _replacements_version_counter: int
    unbacked_symfloat_counter: int

    def get_implications(self, e: object) -> Iterable[tuple[object, object]]: ...

    def create_symintnode(self, sym: object, *, hint: object, source: object = None) -> object: ...

    def create_symfloatnode(self, sym: object, *, hint: object, source: object = None) -> object: ...

    def create_symboolnode(self, sym: object) -> object: ...

    def _update_version_counter(self) -> None: ...

    def _get_sloc(self) -> object: ...


class _Make(Protocol):
    def __call__(self, sym: object, *, hint: object) -> object: ...


_CHANGING: Final = (
    "replacements", "var_to_range", "var_to_range_sloc", "guards", "deferred_runtime_asserts",
    "num_deferred_runtime_asserts", "axioms", "divisible", "size_like", "pending_fresh_unbacked_symbols",
    "ignorable_fresh_unbacked_symbols", "unbacked_renamings",
)  # fmt: skip


def _copy(value: object) -> object:
    """A copy of a table or list of an environment, lists in a table included; a number is itself."""
    if is_dict(value):
        return {key: copy(item) if is_list(item) else item for key, item in value.items()}
    return copy(value)


@final
class LiveEnvironment:
    """A live ``ShapeEnv`` (``env``) and the one ``sympy.Symbol`` that it has for each symbol.

    ``expression`` writes a term in its symbols; ``integer``, ``real`` and ``boolean`` give the ``SymInt``,
    ``SymFloat`` and ``SymBool`` of a term (a plain number stays one): of one term the same one, as a program holds on
    to its numbers.
    """

    __slots__ = ("_live", "_made", "_symbols", "_values", "env")

    def __init__(self) -> None:
        self.env: object = function(_SHAPES, "ShapeEnv")()
        self._live = cast("_ShapeEnv", self.env)  # PyTorch is untyped
        self._symbols: dict[Symbol, object] = {}
        self._values: dict[Symbol, int | float] = {}
        self._made: dict[tuple[Sort, Scalar], object] = {}

    def symbol(self, symbol: Symbol) -> object:
        """The ``sympy.Symbol``; a new one is declared positive only if `declare` said so."""
        return self._symbols.setdefault(symbol, torch_symbol(symbol))

    def expression(self, term: Scalar) -> object:
        """The term in this environment's symbols. Raises `Unreadable`."""
        return to_torch_expression(term, self.symbol)

    def integer(self, term: Dim) -> object:
        """The integer of a term, with its hint if each of its symbols has one."""
        if isinstance(term, int):
            return term
        return self._number(Sort.INT, term, self._live.create_symintnode)

    def real(self, term: Real) -> object:
        """The float of a term, with its hint if each of its symbols has one."""
        if isinstance(term, float):
            return term
        return self._number(Sort.FLOAT, term, self._live.create_symfloatnode)

    def boolean(self, condition: Cond) -> object:
        """The boolean of a condition."""
        if isinstance(condition, bool):
            return condition
        key = (Sort.BOOL, condition)
        if key not in self._made:
            self._made[key] = self._live.create_symboolnode(self.expression(condition))
        return self._made[key]

    def _forget(self, symbol: Symbol) -> None:
        """A symbol that was already written becomes another one."""
        if symbol in self._symbols:
            self._made.clear()

    def _number(self, sort: Sort, term: Scalar, make: _Make) -> object:
        if (sort, term) not in self._made:
            hint = self._hint(term)
            self._made[sort, term] = _with_hint(make(self.expression(term), hint=hint), hint)
        return self._made[sort, term]

    def _hint(self, term: Scalar) -> int | float | None:
        if isinstance(term, (int, float)):
            return term
        if not all(isinstance(free, Symbol) and free in self._values for free in term.free):
            return None
        return evaluate(term, {symbol.name: value for symbol, value in self._values.items()})

    def declare(self, symbol: Symbol, interval: Range | None, hint: int | float | None) -> None:
        """Register a symbol with its range; a backed one with its hint and a source of its name."""
        live = self._live
        self._forget(symbol)
        positive = not is_unbacked(symbol) and isinstance(interval, ValueRange) and (interval.low or 0) > 0
        made = self._symbols[symbol] = torch_symbol(symbol, positive=positive)
        sloc = live._get_sloc()  # pyright: ignore[reportPrivateUsage]  # as PyTorch's own factories do
        live.var_to_range[made] = self._interval(symbol, interval)
        live.var_to_range_sloc[made] = function(_SHAPES, "ValueRangesSLoc")(sloc, sloc)
        if is_unbacked(symbol):
            extract = method(attribute("torch.utils._traceback", "CapturedTraceback"), "extract")
            live.var_to_stack[made] = extract(skip=1)  # its own frame aside
            self._reserve(symbol)
            return
        source = function("torch._dynamo.source", "ConstantSource")(symbol.name)
        live.var_to_sources[made] = [source]
        live.source_to_var[symbol.name] = made
        if hint is not None:
            live.backed_var_to_val[made] = to_torch_expression(hint)
            self._values[symbol] = hint

    def _reserve(self, symbol: Symbol) -> None:
        """PyTorch's counters give the next fresh name: they stand above every name that is known."""
        live = self._live
        if symbol.sort is Sort.INT:
            live.unbacked_symint_counter = max(live.unbacked_symint_counter, int(symbol.name[1:]) + 1)
        else:
            live.unbacked_symfloat_counter = max(live.unbacked_symfloat_counter, int(symbol.name[3:]) + 1)

    def _interval(self, symbol: Symbol, interval: Range | None) -> object:
        ranges = function("torch.utils._sympy.value_ranges", "ValueRanges")
        if interval is None:
            name = "unknown_int" if symbol.sort is Sort.INT else "unknown"
            return method(ranges, name)()
        if isinstance(interval, ValueRange):
            infinity = attribute("torch.utils._sympy.numbers", "int_oo")
            low = -cast("int", infinity) if interval.low is None else interval.low  # its negation is one again
            high = infinity if interval.high is None else interval.high
            return ranges(to_torch(low), to_torch(high))
        return ranges(to_torch(interval.low), to_torch(interval.high))

    def adopt(self, symbol: Symbol, made: object, hint: int | float | None = None) -> None:
        """From now on the symbol is this ``sympy.Symbol``, which the environment has made by itself."""
        self._forget(symbol)
        self._symbols[symbol] = made
        if hint is not None:
            self._values[symbol] = hint

    @contextmanager
    def undisturbed(self) -> Generator[None]:
        """What is done to the environment within is taken back: making a tensor asks, and learns, about its sizes."""
        live = self._live
        kept = {name: _copy(getattr(live, name)) for name in _CHANGING}
        try:
            yield
        finally:
            for name, value in kept.items():
                setattr(live, name, value)
            live._replacements_version_counter += 1  # pyright: ignore[reportPrivateUsage]  # as below
            live._version_counter += 1  # pyright: ignore[reportPrivateUsage]  # answers of before are no longer right

    def fill(self, state: ShapeEnvState) -> None:
        """Take over everything that a state holds but hints and ranges; see :func:`live_environment`."""
        live, write, symbol = self._live, self.expression, self.symbol
        live.replacements.update({symbol(key): write(term) for key, term in state.replacements.items()})
        live._replacements_version_counter += 1  # pyright: ignore[reportPrivateUsage]  # symbolic numbers ask it
        live.unbacked_renamings.update({symbol(fresh): symbol(old) for fresh, old in state.renamings.items()})
        live.size_like.update(map(symbol, state.size_like))
        live.pending_fresh_unbacked_symbols.extend(map(symbol, state.pending))
        live.ignorable_fresh_unbacked_symbols.extend(map(symbol, state.ignorable))
        sloc = live._get_sloc()  # pyright: ignore[reportPrivateUsage]  # see above
        guard = function("torch._guards", "ShapeGuard")
        live.guards.extend(guard(write(condition), sloc, False) for condition in state.guards)
        self._file(state)
        for condition in state.known:
            self._know(condition)
        live._update_version_counter()  # pyright: ignore[reportPrivateUsage]  # see above

    def _file(self, state: ShapeEnvState) -> None:
        live = self._live
        runtime_assert = function(_SHAPES, "RuntimeAssert")
        extract = method(attribute("torch.utils._traceback", "CapturedTraceback"), "extract")
        canonical = function(_SHAPES, "canonicalize_bool_expr")
        for key, conditions in state.asserts.items():
            filed = live.deferred_runtime_asserts.setdefault(None if key is None else self.symbol(key), [])
            for condition in conditions:
                expression = canonical(self.expression(condition))
                stack = extract(skip=1)  # its own frame aside
                filed.append(runtime_assert(expression, str(condition), stack))
                live.axioms.update(dict(live.get_implications(expression)))
                live.num_deferred_runtime_asserts += 1

    def _know(self, condition: Cond) -> None:
        """A divisibility goes where PyTorch keeps them, any other condition among its axioms."""
        modulus = condition.term.atom if isinstance(condition, Eq) else None
        if isinstance(modulus, Apply) and modulus.fn == "Mod":
            self._live.divisible.add(self.expression(of_atom(modulus)))
        elif not isinstance(condition, bool):
            self._live.axioms.update(dict(self._live.get_implications(self.expression(condition))))


class _SymNode(Protocol):
    _hint: int | float | None


class _Number(Protocol):
    node: _SymNode


def _with_hint(made: object, hint: int | float | None) -> object:
    """The symbolic number; without a hint it has none, as one that was made before a check made it known."""
    if hint is None and hasattr(made, "node"):
        cast("_Number", made).node._hint = None  # pyright: ignore[reportPrivateUsage]  # no constructor takes it
    return made


def to_torch(value: object) -> object:
    """A plain number as sympy's; what is no plain number as it is."""
    return to_torch_expression(value) if isinstance(value, (int, float)) else value


def live_environment(state: ShapeEnvState) -> LiveEnvironment:
    """A live ``ShapeEnv`` that holds what the state holds.

    Fresh symbols get names above all of the state's. A symbol without a range has PyTorch's widest one. Raises
    `Unreadable` for terms that PyTorch cannot write.
    """
    live = LiveEnvironment()
    symbols = dict.fromkeys((*state.hints, *state.ranges, *state.replacements, *state.renamings, *state.pending))
    for term in (*state.replacements.values(), *state.renamings.values()):
        if not isinstance(term, (int, float)):
            symbols.update(dict.fromkeys(free for free in sorted(term.free, key=str) if isinstance(free, Symbol)))
    for symbol in symbols:
        live.declare(symbol, state.ranges.get(symbol), state.hints.get(symbol))
    live.fill(state)
    return live
