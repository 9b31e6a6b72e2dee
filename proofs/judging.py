"""From obligations to rows: models that CONSIST accepts, verdicts that count, witnesses that are believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final, final
from unittest.mock import patch

from proofs.engine.forking import Fork
from proofs.engine.grouping import grouped
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import equation_text, of
from proofs.engine.smt import Obligation, both, declare, equal, implies, literal, negation
from proofs.engine.theorem import Goal, Group, Theorem, by_paths
from refimpl.laws import consist, judge
from refimpl.laws.concrete import NOTHING, NotReplayableError, Raised, Silenced
from refimpl.laws.law import Claim, Claims, Given, Law
from refimpl.laws.observation import Contract, Observation, ObservedNode, Stated
from refimpl.laws.replay import Replay
from refimpl.laws.report import LawRow
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number, Proved, Refuted, Solver, Undecided, Verdict, make_solver
from refimpl.solver import Obligation as LawObligation
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    bool_symbol,
    eq,
    floor_div,
    ge,
    le,
    lnot,
    mod,
    ne,
    of_atom,
    symbol,
)

__all__ = ["GROUP"]

S0, U0, U1 = symbol("s0"), symbol("u0"), symbol("u1")
P: Final = bool_symbol("p")


def _seen(
    contract: Sequence[Cond] = (),
    facts: Sequence[Cond] = (),
    before: Sequence[Cond] = (),
    after: Sequence[Cond] = (),
    definitions: Sequence[tuple[IntTerm, Dim]] = (),
) -> Observation:
    """A program of one node; its conditions stand for themselves."""
    return Observation(
        contract=Contract(tuple(contract), {"s0": 4}, frozenset((of(S0),))),
        nodes=(ObservedNode("first", "aten.nonzero.default", U0, U0, may_allocate=True, allocated=(of(U0),)),),
        machine=(ge(S0, 0), le(S0, 9)),
        facts=tuple(Stated("first", fact, "fact", order=0) for fact in facts),
        definitions=tuple(Definition("first", of(name), (), term) for name, term in definitions),
        bindings=(),
        after=tuple(Stated("first", condition, "operator", order=5) for condition in after),
        before=tuple(Stated("first", condition, "range") for condition in before),
        unbound=(),
        specializations=(),
        recorded_symbols={of(U0): "first", of(U1): "first"},
    )


def _all(seen: Observation, meaning: Meaning, given: Given | None) -> str:
    """Γ ∧ W ∧ Φ with one side, read from the observation."""
    stated = {"before": seen.before, "after": seen.after, "emitted": seen.after, None: ()}[given]
    conditions = (*seen.contract.conditions, *seen.machine, *(part.whole for part in (*seen.facts, *stated)))
    defined = [equation_text(meaning, of_atom(d.symbol), _dim(d.term)) for d in seen.definitions]
    return both((*map(meaning.condition, conditions), *defined))


def _dim(term: object) -> Dim:
    if isinstance(term, (int, IntTerm)):
        return term
    raise TypeError(f"{term} is no integer")


def _at(meaning: Meaning, model: Model) -> tuple[str, ...]:
    """The valuation as hypotheses."""
    texts: list[str] = []
    for name, value in model.items():
        if isinstance(value, float):
            raise TypeError(f"{name} is a float")
        if isinstance(value, bool):
            text = meaning.condition(bool_symbol(name))
            texts.append(text if value else negation(text))
        else:
            texts.append(equal(meaning.integer(symbol(name))[0], literal(value)))
    return tuple(texts)


_CONSTRAINTS: Final = (
    _seen(),
    _seen(facts=(ge(U0, 0), le(U0, S0)), before=(ge(U0, 2),), after=(ge(U0, 1),)),
    _seen(before=(ge(U0, 5), le(U0, 3)), after=(ge(U0, 5),)),
    _seen(contract=(ge(S0, 3),), before=(eq(mod(U0, 7), 3), ge(U0, 20)), after=(eq(U0 * U0, 49),)),
    _seen(before=(eq(2 * U0, 7),), after=(ne(U0, U1), eq(U0 + U1, 2 * S0))),
    _seen(definitions=((U1, 2 * U0 + 1),), before=(ge(U1, 4),), after=(eq(U1, 6),)),
    _seen(definitions=((U1, floor_div(U0, 3)), (U0, S0 + 2)), before=(eq(U1, 2),), after=(ge(U1, 9),)),
    _seen(before=(eq(floor_div(12, U0), 5), le(U0, 2)), after=(eq(floor_div(12, U0), 6),)),
    _seen(before=(P, eq(mod(U0, 2), 1)), after=(P, lnot(P))),
    _seen(contract=(eq(S0, 20),), before=(ge(U0, 0),)),
    _seen(contract=(ge(S0, 6),), before=(eq(U0 * U1, 391), ge(U0, 18), ge(U1, 2)), after=(eq(U0 * U0, 841), ge(U0, 0))),
)


def _family() -> Iterator[Observation]:
    """Bounds, a multiple, a remainder and a product of two symbols, for every constant of a box."""
    for factor, low, high in product((1, 2, 3), range(-3, 4), range(-3, 4)):
        yield _seen(before=(ge(factor * U0, low), le(U0, high)), after=(eq(factor * U0, low), le(U0 + S0, high)))
    for divisor, rest, low in product((2, 3, 5), range(5), (-4, 0, 3)):
        found = eq(mod(U0, divisor), rest)
        yield _seen(before=(found, ge(U0, low), le(U0, low + 1)), after=(found, eq(U0 + 2 * U1, low)))
    for factor, value in product((-2, 0, 3), range(-3, 4)):
        yield _seen(
            definitions=((U1, factor * U0 + value),), before=(ge(U1, 2), le(U0, 1)), after=(eq(U0 * U1, value),)
        )


def _constraints() -> Iterator[tuple[int, Observation]]:
    return enumerate((*_CONSTRAINTS, *_family()))


def _models() -> Iterator[Obligation]:
    """A model that is found satisfies every constraint of its side, or of both."""
    solver = make_solver()
    for number, seen in _constraints():
        theory = Theory(seen)
        hints = seen.contract.hints
        for given in _SIDES:
            found = consist.find_model(theory, given, hints, solver)
            if isinstance(found, Mapping):
                meaning = Meaning()
                goal = _all(seen, meaning, given)
                at = _at(meaning, consist.with_defined(theory, found))
                name = f"{number} {given}"
                yield Obligation(name, tuple(meaning.declarations), (*meaning.definitions, *at), goal)
        common = consist.common_model(theory, hints, None)
        if common is not None:
            meaning = Meaning()
            goal = both(_all(seen, meaning, given) for given in _SIDES)
            at = _at(meaning, consist.with_defined(theory, common))
            yield Obligation(f"{number} both", tuple(meaning.declarations), (*meaning.definitions, *at), goal)


def _contradictions() -> Iterator[Obligation]:
    """Where it is said that there is no model, there is none."""
    solver = make_solver()
    for number, seen in _constraints():
        for given in _SIDES:
            if consist.find_model(Theory(seen), given, seen.contract.hints, solver) is None:
                meaning = Meaning()
                goal = negation(_all(seen, meaning, given))
                yield Obligation(f"{number} {given}", tuple(meaning.declarations), tuple(meaning.definitions), goal)


_MOVES: Final = 2
_ROUNDS: Final = 2


def _moved(valuation: Mapping[str, Number], *_: object) -> Iterator[dict[str, Number]]:
    """Neighbours of a valuation, whatever they are: the search is not to rest on how they are chosen."""
    for step in range(1, _MOVES + 1):
        yield {**valuation, "u0": int(valuation["u0"]) + step}


def _searches() -> Iterator[Obligation]:
    """The search on conditions of any meaning: each truth value of each condition at each valuation forks the path."""
    conditions = (ge(U0, 1), ge(U0, 2))
    seen = replace(_seen(before=conditions[:1], after=conditions[1:]), machine=())
    most = 2 + _MOVES * _ROUNDS + _MOVES
    preamble = tuple(declare(_truth(index, u0), "Bool") for index in range(2) for u0 in range(most + 1))

    def run(fork: Fork) -> Model | None:
        def holds(condition: Cond, valuation: Model) -> bool:
            return fork.decide(_truth(conditions.index(condition), int(valuation["u0"])))

        with patch.multiple(consist, holds=holds, _moves=_moved, _TRIES=_MOVES * _ROUNDS):
            return consist.common_model(Theory(seen), {}, None)

    def goals(found: Model | None) -> Iterator[Goal]:
        if found is not None:
            yield "each holds", (), (), both(_truth(index, int(found["u0"])) for index in range(2))

    yield from by_paths("search", preamble, (), run, goals)


def _truth(condition: int, u0: int) -> str:
    return f"h!{condition}!{u0}"


@final
class _Answers(Solver):
    """A solver that gives prepared answers, right or wrong."""

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self._verdicts = tuple(verdicts)

    def decide(self, obligations: Sequence[LawObligation]) -> tuple[Verdict, ...]:
        return tuple(self._verdicts[index % len(self._verdicts)] for index in range(len(obligations)))


@final
class _Runs(judge.Replayer):
    """A program whose run does what is said, whatever it is given."""

    def __init__(self, run: str) -> None:
        self._run = run

    def __call__(self, valuation: Model, silent: Silenced = NOTHING) -> Replay:
        match self._run:
            case "completes":
                return Replay(dict(valuation))
            case "raises":
                return Replay(dict(valuation), raised=Raised("first", "it raises"))
            case "corrects":
                return Replay({**valuation, "u0": 0})
            case _:
                raise NotReplayableError("no run")


_PROGRAM: Final = _seen(facts=(ge(U0, 0), le(U0, S0)), before=(ge(U0, 1),), after=(ge(U0, 1),))


def _law(*claims: Claim) -> Law:
    return Law("LINK", "It claims what it is told.", lambda _: Claims(claims))


def _claim(goal: Cond, given: Given = "after", *predicates: Cond) -> Claim:
    return Claim("LINK", "first", goal, given, "it differs", None, "mend it", predicates)


def _rows(verdicts: Sequence[Verdict], run: str, *claims: Claim) -> tuple[LawRow, ...]:
    found = judge.judge(_PROGRAM, _Answers(verdicts), _Runs(run), laws=(_law(*claims),), reprove=True)
    return found.rows


def _called_proved() -> Iterator[Obligation]:
    """A row says proved exactly if both sides have a run and every obligation is proved."""
    kinds: tuple[Verdict, ...] = (Proved("z3"), Undecided("too hard"), Refuted({"u0": 1, "s0": 4}, "z3"))
    claims = (_claim(ge(U0, 2)), _claim(ge(S0, U0 + 1)))
    for verdicts, run in product(product(kinds, repeat=2), ("completes", "raises", "corrects", "none")):
        rows = _rows(verdicts, run, *claims)
        proved = any(row.law == "LINK" and row.outcome == "proved" for row in rows)
        # A run that raises shows no model of what is required after.
        wanted = run == "completes" and all(isinstance(verdict, Proved) for verdict in verdicts)
        yield Obligation(f"{verdicts} {run}", (), (), "true" if proved == wanted else "false")


def _believed() -> Iterator[Obligation]:
    """Whatever a solver calls a model: a row says refuted only at a valuation that breaks the claim."""
    goals: tuple[Cond, ...] = (ge(U0, 2), ne(U0, S0), eq(mod(U0, 2), 0))
    sides: tuple[Given, ...] = ("after", "before")
    for goal, given, taken in product(goals, sides, ((), (P,))):
        claim = _claim(goal, given, *taken)
        for u0, s0, p in product((-1, 0, 1, 2, 5), (1, 4), (True, False)):
            rows = _rows((Refuted({"u0": u0, "s0": s0, "p": p}, "z3"),), "completes", claim)
            for row in rows:
                if row.law == "LINK" and row.outcome == "refuted" and row.witness is not None:
                    meaning = Meaning()
                    broken = (_all(_PROGRAM, meaning, None), *map(meaning.condition, taken))
                    goal_text = both((*broken, negation(meaning.condition(goal))))
                    at = _at(meaning, {name: _value(text) for name, text in row.witness})
                    name = f"{goal} {given} {taken} at {u0} {s0} {p}"
                    yield Obligation(name, tuple(meaning.declarations), (*meaning.definitions, *at), goal_text)


def _value(text: str) -> int | bool:
    return text == "true" if text in ("true", "false") else int(text)


def _is_found() -> Iterator[Obligation]:
    """A model that does break the claim is not thrown away: the row says refuted, for each of them."""
    for u0, s0 in product((0, 1, 2), (2, 4)):
        rows = _rows((Refuted({"u0": u0, "s0": s0}, "z3"),), "completes", _claim(ge(U0, 2), "after"))
        refuted = any(row.law == "LINK" and row.outcome == "refuted" for row in rows)
        # Only a count of 1 satisfies what is required after and not the claim.
        meaning = Meaning()
        breaks = both((_all(_PROGRAM, meaning, "after"), negation(meaning.condition(ge(U0, 2)))))
        at = _at(meaning, {"u0": u0, "s0": s0})
        goal = implies(breaks, "true" if refuted else "false")
        yield Obligation(f"{u0} {s0}", tuple(meaning.declarations), (*meaning.definitions, *at), goal)


_SETS: Final = (
    "eleven sets of constraints, and for every constant of a box these: a*u0 >= b with u0 <= c; a*u0 == b with "
    "u0 + s0 <= c; u0 mod m == r within bounds or with u0 + 2*u1 == b; u1 = a*u0 + b with bounds or with u0*u1 == b"
)
_SIDES: Final[tuple[Given, Given]] = ("before", "after")
_CONSIST: Final = "refimpl.laws.consist"
_JUDGE: Final = "refimpl.laws.judge:_Judge"

GROUP: Final = Group(
    "proofs/judging.py",
    "Verdicts and witnesses",
    (
        Theorem(
            "law_consist_is_sound",
            "A model that CONSIST finds satisfies the contract, the facts and the constraints of its side.",
            (f"{_CONSIST}:find_model", f"{_CONSIST}:common_model", f"{_CONSIST}:with_defined"),
            grouped(6, _models),
            _SETS,
        ),
        Theorem(
            "a_model_that_is_searched_satisfies_conditions_of_any_meaning",
            "Whatever two conditions mean, and wherever the search of CONSIST moves, what it returns satisfies both.",
            (f"{_CONSIST}:common_model",),
            _searches,
            "two rounds of two moves",
        ),
        Theorem(
            "law_consist_is_honest",
            "Where CONSIST says that constraints contradict each other, no valuation satisfies them.",
            (f"{_CONSIST}:find_model",),
            grouped(6, _contradictions),
            _SETS,
        ),
        Theorem(
            "a_law_is_called_proved_only_if_every_obligation_is",
            "A row says proved exactly if both sides have a run and each obligation is proved.",
            (f"{_JUDGE}.consist", f"{_JUDGE}.law"),
            grouped(40, _called_proved),
            "two obligations with every pair of verdicts, and four kinds of runs, by enumeration",
        ),
        Theorem(
            "a_witness_is_believed_only_if_it_breaks_the_claim",
            "Whatever model a solver gives, a row says refuted only at a possible valuation that breaks the claim.",
            ("refimpl.laws.judge:confirm",),
            grouped(40, _believed),
            "twelve claims and twenty models, right and wrong ones, of a program of one node",
        ),
        Theorem(
            "a_witness_that_breaks_the_claim_is_reported",
            "A model that is a run and breaks the claim makes the row say refuted.",
            (f"{_JUDGE}._refuted",),
            grouped(10, _is_found),
            "six models of a program of one node",
        ),
    ),
)
