"""One of the two programs: what its blind run said, in names that both share, and its concrete runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, final

from refimpl.export import ExportedProgram
from refimpl.laws.concrete import NotReplayableError, Raised, Silenced, concrete
from refimpl.laws.determine import renamed_value
from refimpl.laws.observation import ABSENT, Held, Stated
from refimpl.laws.replay import Supply, replay
from refimpl.solver import Model, Number
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import BoolSymbol, Cond, Scalar, Symbol, Undefined, evaluate, free_of, substitute, substitute_cond

__all__ = ["Atom", "ConcreteRun", "Input", "Output", "Side", "Site", "Which", "alone", "plain"]

Which: TypeAlias = Literal["old", "new"]
Atom: TypeAlias = Symbol | BoolSymbol
Site: TypeAlias = tuple[str, int | str]


@final
@dataclass(frozen=True, slots=True)
class Input:
    """A value that the caller passes: the placeholder's name and the recorded value."""

    name: str
    value: Held


@final
@dataclass(frozen=True, slots=True)
class Output:
    """A value that the program gives: what it stands for (``output 0``, ``buffer mutation x``), its node, its terms.

    ``is_write`` marks what goes back into an input or a buffer, or orders effects: another program may do it in place.
    """

    name: str
    node: str
    value: Held
    is_write: bool


@final
@dataclass(frozen=True, slots=True)
class ConcreteRun:
    """A run on plain numbers: the numbers it really had, its outputs by name, the node that raised if one did."""

    valuation: Mapping[str, Number]
    outputs: Mapping[str, object]
    raised: Raised | None


@final
@dataclass(frozen=True, slots=True)
class Side:
    """A program and what its blind run said.

    ``contract`` is Γ, ``machine`` and ``products`` are W, ``facts`` Φ, ``required`` A; ``definitions`` are the symbols
    that stand for a term. ``sites`` gives the node that allocates each other symbol of data and which of its symbols
    that is, ``recorded`` are those that the program has a name for, ``computations`` the number of what each node
    computes. ``failures`` are nodes of which nothing is known, ``unread`` guards that no parser understood; ``assumed``
    says that a custom operator or a layout was taken as recorded. ``own`` writes the program's symbols in the names in
    which all the rest is written, ``loose`` are those of the contract that no input determines.
    """

    which: Which
    program: ExportedProgram
    supply: Supply
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    contract: tuple[Stated, ...]
    machine: tuple[Cond, ...]
    products: tuple[Cond, ...]
    facts: tuple[Stated, ...]
    required: tuple[Stated, ...]
    definitions: tuple[Definition, ...]
    hints: Mapping[str, int]
    recorded: frozenset[Atom]
    sites: Mapping[Atom, Site]
    computations: Mapping[str, int]
    failures: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]
    assumed: bool
    own: Mapping[Atom, Scalar]
    loose: frozenset[Atom] = frozenset()

    def renamed(self, own: Mapping[Atom, Scalar], more: tuple[Stated, ...], loose: frozenset[Atom]) -> Side:
        """The side in other names, with more conditions on what the caller gives."""
        mapping = {symbol: term for symbol, term in own.items() if term is not plain(symbol)}

        def condition(one: Cond) -> Cond:
            return substitute_cond(one, mapping)

        def stated(one: Stated) -> Stated:
            return replace(one, condition=condition(one.condition), predicates=tuple(map(condition, one.predicates)))

        def defined(one: Definition) -> Definition:
            name = alone(own[one.symbol]) or one.symbol
            return replace(one, symbol=name, term=substitute(one.term, mapping), under=tuple(map(condition, one.under)))

        return replace(
            self,
            inputs=tuple(replace(given, value=renamed_value(given.value, mapping)) for given in self.inputs),
            outputs=tuple(replace(given, value=renamed_value(given.value, mapping)) for given in self.outputs),
            contract=(*map(stated, self.contract), *more),
            machine=tuple(map(condition, self.machine)),
            products=tuple(map(condition, self.products)),
            facts=tuple(map(stated, self.facts)),
            required=tuple(map(stated, self.required)),
            definitions=tuple(map(defined, self.definitions)),
            own=own,
            loose=frozenset[Atom]().union(*(free_of(own[symbol]) for symbol in loose)),
        )

    def run(self, valuation: Model, *, loud: str | None = None) -> ConcreteRun:
        """The program on plain numbers for the common names; ``loud`` raises even if it does so on every input.

        Raises NotReplayableError if that is no run of it.
        """
        try:
            numbers = {symbol.name: evaluate(term, valuation) for symbol, term in self.own.items()}
            done = replay(self.program, self.supply, numbers, Silenced(loud=frozenset({loud})))
            found = dict(valuation)
            for symbol, term in self.own.items():
                # An operator may compute what the valuation only guessed.
                common = alone(term)
                if common is not None and symbol.name in done.valuation:
                    found[common.name] = done.valuation[symbol.name]
            outputs: dict[str, object] = {}
            for output in self.outputs:
                if output.node in done.values:
                    outputs[output.name] = done.values[output.node]
                elif not output.node and output.value is not ABSENT:
                    outputs[output.name] = concrete(output.value, found)
        except Undefined as error:
            raise NotReplayableError(str(error)) from error
        return ConcreteRun(found, outputs, done.raised)


def plain(symbol: Atom) -> Scalar:
    """The symbol as a term."""
    return symbol if isinstance(symbol, BoolSymbol) else term_of(symbol)


def alone(term: Scalar) -> Atom | None:
    """The symbol that the term is."""
    free = tuple(free_of(term))
    return free[0] if len(free) == 1 and plain(free[0]) is term else None
