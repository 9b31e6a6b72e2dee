"""``ShapeEnv`` with PyTorch's names, over :class:`Environment`."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import final

from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.environment import Environment, ShapeGuard
from refimpl.symbolic_shapes.events import Requirement
from refimpl.symbolic_shapes.inputs import bind_values, conditions_hold
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.sym_node import (
    BoolLike,
    FloatLike,
    IntLike,
    Symbolic,
    SymBool,
    SymFloat,
    SymInt,
    raw_scalar,
    wrap_bool,
    wrap_float,
    wrap_int,
)
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Real,
    Scalar,
    Sort,
    Symbol,
    Undefined,
    ValueRange,
    eq,
    evaluate,
    ge,
    is_condition,
    land,
    le,
    of_atom,
    symbol_atom,
    to_dim,
)

__all__ = ["RuntimeAssert", "ShapeEnv", "ShapeGuard"]


@final
@dataclass(frozen=True, slots=True)
class RuntimeAssert:
    """A requirement deferred to run time: the condition and the message of its failure."""

    expr: Cond
    msg: str


@final
class ShapeEnv(Environment):
    """Symbols, what is known of them and what was required, with the names of PyTorch's ``ShapeEnv``.

    Methods named after PyTorch's take and give ``SymInt``, ``SymFloat``, ``SymBool`` where PyTorch's do, and
    symbols where it has symbols. Raw terms go through the methods of :class:`Environment`.
    """

    def __init__(
        self, *, profile: Profile = EXACT, guard_from_hints: bool = True, like: ShapeEnv | None = None
    ) -> None:
        super().__init__(profile=profile, guard_from_hints=guard_from_hints, like=like)
        self._backed_counters: dict[str, int] = {} if like is None else like._backed_counters.copy()

    # -- symbols --

    def create_symbol(
        self,
        val: int | float,
        source: str = "",
        *,
        name: str | None = None,
        min: int | None = 2,
        max: int | None = None,
    ) -> Symbol:
        """A backed symbol with the hint ``val``; sizes start at 2, as PyTorch's, unless ``min`` says otherwise.

        ``name`` defaults to the first free ``s0``, ``s1``, ... Raises ValueError if the hint is out of range.
        """
        sort = Sort.FLOAT if isinstance(val, float) else Sort.INT
        symbol = symbol_atom(name if name is not None else self._free_name("zf" if sort is Sort.FLOAT else "s"), sort)
        self.add_backed(symbol, val, min, max, source)
        return symbol

    def add_backed(
        self, symbol: Symbol, hint: int | float | None, min: int | None, max: int | None, origin: str = ""
    ) -> None:
        """Register a symbol of the caller's contract and assume its range.

        Raises ValueError if the hint is out of the range.
        """
        if isinstance(hint, int) and ((min is not None and hint < min) or (max is not None and hint > max)):
            raise ValueError(f"the hint {hint} of {symbol.name} is not in [{min}, {max}]")
        self.symbols.add_backed(symbol, hint, origin)
        if symbol.sort is Sort.INT:
            self.assume(_between(of_atom(symbol), min, max))

    def add_unbacked(self, symbol: Symbol, min: int | None, max: int | None, origin: str = "") -> None:
        """Register an unbacked symbol that an input binds, and assume its range; it is not pending."""
        self.symbols.reserve((symbol,))
        self.symbols.origins.setdefault(symbol, origin)
        if symbol.sort is Sort.INT:
            self.assume(_between(of_atom(symbol), min, max))

    def create_unbacked_symint(self) -> SymInt:
        """A fresh unbacked integer without any bounds."""
        return SymInt(of_atom(self.fresh(Sort.INT)), self)

    def create_unbacked_symfloat(self) -> SymFloat:
        """A fresh unbacked float: any double."""
        return SymFloat(self.fresh(Sort.FLOAT), self)

    def create_unbacked_symbool(self) -> SymBool:
        """A fresh unbacked boolean: ``Eq(u, 1)`` of a fresh integer in [0, 1]."""
        term = of_atom(self.fresh(Sort.INT))
        self.fact(_between(term, 0, 1))
        return SymBool(eq(term, 1), self)

    def create_symintnode(self, sym: Dim | Symbol, *, hint: int | None = None, source: str | None = None) -> IntLike:
        """The term as an integer; a plain number stays one. ``hint`` must be that of the term, or None."""
        return wrap_int(to_dim(term_of(sym)) if isinstance(sym, Symbol) else sym, self)

    def create_symfloatnode(self, sym: Real, *, hint: float | None = None, source: str | None = None) -> FloatLike:
        """The term as a float; a plain number stays one."""
        return wrap_float(sym, self)

    def create_symboolnode(self, sym: Cond) -> BoolLike:
        """The condition as a boolean; a plain one stays one."""
        return wrap_bool(sym, self)

    def is_unbacked_symint(self, symbol: Symbol) -> bool:
        """Whether the symbol's name is that of an unbacked integer."""
        return symbol.sort is Sort.INT and is_unbacked(symbol)

    def ignore_fresh_unbacked_symbols(self) -> AbstractContextManager[None]:
        """Within it, fresh symbols are not pending."""
        return self.symbols.ignore_fresh()

    @property
    def pending_fresh_unbacked_symbols(self) -> list[Symbol]:
        """The fresh symbols that nobody has bound yet, in order of allocation."""
        return list(self.symbols.pending)

    @property
    def ignorable_fresh_unbacked_symbols(self) -> list[Symbol]:
        """Pending symbols that may stay unbound."""
        return list(self.symbols.ignorable)

    # -- what is known --

    @property
    def var_to_range(self) -> dict[Symbol, ValueRange]:
        """The range of each integer symbol, as far as known."""
        return {symbol: self.bound(of_atom(symbol)) for symbol in self.symbols.origins if symbol.sort is Sort.INT}

    @property
    def backed_var_to_val(self) -> dict[Symbol, int | float]:
        """The hints of the backed symbols."""
        return {symbol: hint for symbol, hint in self.symbols.hints.items() if hint is not None}

    @property
    def replacements(self) -> dict[Symbol, Scalar]:
        """What each replaced symbol is replaced by, to the end (law ROOT)."""
        return self.knowledge.replacements()

    @property
    def divisible(self) -> tuple[Cond, ...]:
        """The known equations ``a mod b == 0``."""
        return self.knowledge.divisible()

    def bound(self, term: Dim) -> ValueRange:
        """The interval of a term."""
        return self.knowledge.bounds.range_of(to_dim(self.replace(term)))

    def simplify(self, term: Scalar) -> Scalar:
        """The term after replacement, in normal form; a condition that is known is ``True`` or ``False``."""
        resolved = self.replace(term)
        if is_condition(resolved) and (answer := self.known(resolved)) is not None:
            return answer
        return resolved

    def size_hint(self, term: Dim, *, allow_none: bool = False) -> int | None:
        """The value of a size on the example inputs; None if unbacked symbols occur and ``allow_none``.

        Raises GuardOnDataDependentSymNode if they do and it is not.
        """
        hint = self.hint(term)
        if hint is None and not allow_none:
            raise self.data_dependent_error(term)
        return None if hint is None else int(hint)

    def guess(self, term: Dim, fallback: int) -> int:
        """The value of a term on the example inputs, unbacked symbols at ``fallback`` or nearest to it.

        ``fallback`` itself where the term has no value there. Source: ``ShapeEnv.optimization_hint``.
        """
        resolved = to_dim(self.replace(term))
        if isinstance(resolved, int):
            return resolved
        values: dict[str, int | float | bool] = {}
        for symbol in resolved.free:
            hint = self.symbols.hints.get(symbol) if isinstance(symbol, Symbol) else None
            if hint is None and isinstance(symbol, Symbol) and symbol.sort is Sort.INT:
                hint = _nearest(self.bound(of_atom(symbol)), fallback)
            values[symbol.name] = fallback if hint is None else hint
        try:
            return int(evaluate(resolved, values))
        except Undefined:
            return fallback

    def constrain_symbol_range(self, s: Symbol, compiler_min: int | None, compiler_max: int | None) -> None:
        """Require ``compiler_min <= s <= compiler_max``."""
        self.require(_between(of_atom(s), compiler_min, compiler_max), f"{s.name} is out of range")

    # -- decisions --

    def evaluate_expr(self, expr: Scalar | Symbolic) -> int | float | bool:
        """The value of a condition or number, decided and guarded (``bool(symbool)``, ``int(symint)``)."""
        term = raw_scalar(expr)
        if is_condition(term):
            return self.evaluate(term)
        return self.evaluate_int(term) if isinstance(term, (int, IntTerm)) else self.evaluate_float(term)

    def guard_or_defer_runtime_assert(self, expr: Cond | SymBool, msg: str) -> bool:
        """Require a condition: checked now if it is known, a guard or a runtime assert otherwise.

        False if it is known to be false, or false of the example inputs where these decide, else true.
        """
        condition = expr.condition if isinstance(expr, SymBool) else expr
        if self.known(condition) is False:
            return False
        if self.guard_from_hints and self.hint(condition) is False:
            return self.evaluate(condition)
        self.require(condition, msg)
        return True

    @property
    def deferred_runtime_asserts(self) -> dict[Symbol | None, list[RuntimeAssert]]:
        """The requirements that speak of unbacked symbols, each once and under its newest one after replacement.

        A requirement whose symbols were renamed stands under their representatives; None holds those whose
        unbacked symbols are all replaced by others. Running again adds none (law STEADY).
        """
        filed: dict[Symbol | None, dict[RuntimeAssert, None]] = {}
        for event in self.log:
            if isinstance(event, Requirement) and self._unbacked_in(event.condition):
                free = self._unbacked_in(self.replace(event.condition))
                newest = max(free, key=lambda symbol: (len(symbol.name), symbol.name), default=None)
                filed.setdefault(newest, {})[RuntimeAssert(event.condition, event.message)] = None
        return {symbol: list(asserts) for symbol, asserts in filed.items()}

    @property
    def num_deferred_runtime_asserts(self) -> int:
        """How many requirements speak of unbacked symbols."""
        return sum(map(len, self.deferred_runtime_asserts.values()))

    def bound_sympy(self, expr: Dim) -> ValueRange:
        """The interval of a term: ``bound`` under PyTorch's name."""
        return self.bound(expr)

    def get_nontrivial_guards(self) -> list[Cond]:
        """The guards after replacement, without those that the ranges of the symbols imply."""
        resolved = [self.resolve_cond(guard.expr) for guard in self.guards]
        ranges = Knowledge()
        for symbol in {symbol: None for condition in resolved for symbol in _integers_in(condition)}:
            interval = self.bound(of_atom(symbol))
            ranges.assume(_between(of_atom(symbol), interval.low, interval.high))
        return [condition for condition in resolved if ranges.known(condition) is None]

    def format_guards(self) -> str:
        """The guards, one a line."""
        return "\n".join(f" - {guard.expr}" for guard in self.guards)

    def bind_symbols(self, placeholders: Sequence[object], args: Sequence[object]) -> dict[Symbol, int]:
        """The value that each symbol of the placeholders has for concrete arguments; see ``bind_values``."""
        return bind_values(placeholders, args)

    def evaluate_guards_for_args(self, placeholders: Sequence[object], args: Sequence[object]) -> bool:
        """Whether the guards hold of concrete arguments."""
        return conditions_hold([guard.expr for guard in self.guards], bind_values(placeholders, args))

    def freeze(self) -> None:
        """No guard is added from now on; a decision from hints goes unlogged. Source: ``ShapeEnv.freeze``."""
        self.frozen = True

    def freeze_runtime_asserts(self) -> None:
        """Mark that runtime asserts were emitted already; later requirements are still logged."""
        self.runtime_asserts_frozen = True

    def _free_name(self, prefix: str) -> str:
        number = self._backed_counters.get(prefix, 0)
        while symbol_atom(f"{prefix}{number}", Sort.FLOAT if prefix == "zf" else Sort.INT) in self.symbols.origins:
            number += 1
        self._backed_counters[prefix] = number + 1
        return f"{prefix}{number}"


def _between(term: Dim, low: int | None, high: int | None) -> Cond:
    return land(True if low is None else ge(term, low), True if high is None else le(term, high))


def _integers_in(condition: Cond) -> list[Symbol]:
    """The integer symbols of a condition."""
    free = () if isinstance(condition, bool) else condition.free
    return [symbol for symbol in free if isinstance(symbol, Symbol) and symbol.sort is Sort.INT]


def _nearest(interval: ValueRange, value: int) -> int:
    """The member of a range that is nearest to a number."""
    value = value if interval.low is None else max(value, interval.low)
    return value if interval.high is None else min(value, interval.high)
