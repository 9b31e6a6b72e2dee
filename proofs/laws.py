"""The program laws: obligations that are proved imply the definition, and a refuted one gives its negation.

A law's shipped function makes its claims from an observation whose conditions are opaque predicates, and the shipped
theory makes an obligation of each that it does not settle itself. *Sound*: if each obligation holds at a valuation,
so does the definition. *Honest*: where the hypotheses hold and the goal does not, the definition fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from proofs.engine.meaning import Meaning
from proofs.engine.opaque import equation_text, of, predicate
from proofs.engine.smt import Obligation, both, implies, negation
from proofs.engine.theorem import Group, Theorem
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.laws import equiv, fresh, inj, link, path, value
from refimpl.laws.law import Claim, Law
from refimpl.laws.observation import Contract, FreshSymbol, Observation, ObservedNode, Stated
from refimpl.laws.theory import Theory
from refimpl.symbolic_shapes.events import Binding, Definition
from refimpl.symbolic_shapes.key_path import CallMethodKey, SequenceKey
from refimpl.terms import Cond, Dim, IntTerm, bool_symbol, floor_div, ge, le, of_atom, symbol

__all__ = ["GROUP"]

U0, U1, U2, U9, S0, S1 = (symbol(name) for name in ("u0", "u1", "u2", "u9", "s0", "s1"))
BRANCH: Final = bool_symbol("p")
_PATH: Final = (CallMethodKey("size"), SequenceKey(0))
# What a law says of an observation, as formulas; each may be given further hypotheses.
_Definition: TypeAlias = Callable[[Observation, Meaning], Iterable[tuple[str, str]]]


def _observation() -> Observation:
    """A program of opaque conditions: contract, facts, two bindings, a definition, a branch, a symbol bound nowhere."""
    return Observation(
        contract=Contract((predicate("gamma", S0, S1), ge(S0, 2)), {"s0": 8, "s1": 5}, frozenset()),
        nodes=(
            ObservedNode(
                "first", "aten.nonzero.default", _tensor(U0), _tensor(floor_div(S0 + U1, 2)), may_allocate=True
            ),
            ObservedNode("second", "aten.item.default", 3 * U1 + 1, U1 + 2 * U0, may_allocate=True),
            ObservedNode("third", "aten.item.default", U2, U0, may_allocate=True),
        ),
        machine=(le(S0, 2**63 - 2), predicate("machine", S0, S1)),
        facts=(
            Stated("first", predicate("fact0", U0, S0), "fact", order=1),
            Stated("second", predicate("fact1", U1, U0), "fact", order=4),
            Stated("second", predicate("fact2", U1), "fact", (BRANCH,), order=5),
        ),
        definitions=(Definition("third", of(U2), (), 2 * U0 + S0),),
        bindings=(
            Binding("first", of(U0), _PATH, of(symbol("u10")), U0),
            Binding("second", of(U1), (), of(symbol("u11")), U1, (predicate("side", U1, S0),), (BRANCH,)),
            Binding("third", of(U2), (), None, 2 * U0 + S0, (predicate("side2", U2),)),
        ),
        after=(
            Stated("first", predicate("after0", U0, S0), "operator", order=2),
            Stated("second", predicate("after1", U1, U2), "deferred", order=6),
            Stated("second", predicate("both", U1), "operator", (BRANCH,), order=7),
            Stated("second", predicate("after2", U0, U1), "double", message="one value", order=8),
            Stated("first", ge(U0, 3), "operator", order=3),
        ),
        before=(
            Stated("first", predicate("before0", U0), "range"),
            Stated("second", predicate("before1", U1, U2, S1), "assert"),
            Stated("second", predicate("both", U1), "assert", (BRANCH,)),
            Stated("first", ge(U0, 2), "range"),
        ),
        unbound=(FreshSymbol(of(U9), "second", "[1]", U0 + S1), FreshSymbol(of(symbol("u8")), "third", "", U0)),
        specializations=(),
        recorded_symbols={of(U0): "first", of(U1): "second", of(U2): "third"},
    )


def _tensor(size: Dim) -> FakeTensor:
    return FakeTensor((size, 1), (1, size), DType.int64)


def _given(seen: Observation, meaning: Meaning, stated: Iterable[Stated] = ()) -> str:
    """Γ ∧ W ∧ Φ, definitions among them, and what is stated, read straight from the observation."""
    conditions: list[Cond] = [*seen.contract.conditions, *seen.machine]
    conditions += [statement.whole for statement in (*seen.facts, *stated)]
    definitions = [equation_text(meaning, of_atom(d.symbol), _dim(d.term)) for d in seen.definitions if _is_int(d)]
    return both((*map(meaning.condition, conditions), *definitions))


def _is_int(definition: Definition) -> bool:
    return isinstance(definition.term, (int, IntTerm)) and not definition.under


def _dim(term: object) -> Dim:
    if isinstance(term, (int, IntTerm)):
        return term
    raise TypeError(f"{term} is no integer")


def _equivalence(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ⊨ (B ⟺ A), A at the recorded values of symbols that no node binds."""
    for name, left, right in (("after implies before", seen.after, seen.before), ("", seen.before, seen.after)):
        wanted = both(meaning.condition(statement.whole) for statement in right)
        yield name or "before implies after", implies(_given(seen, meaning, left), wanted)


def _linked(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ every recorded condition on a bound symbol."""
    given = _given(seen, meaning, seen.after)
    bound = {binding.symbol for binding in seen.bindings}
    for statement in seen.before:
        condition = statement.condition
        if not isinstance(condition, bool) and not bound.isdisjoint(condition.free):
            yield str(condition), implies(given, meaning.condition(statement.whole))


def _divisible(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ the side conditions of every path, where its branch is taken."""
    given = _given(seen, meaning, seen.after)
    for binding in seen.bindings:
        for side in binding.side:
            taken = both(map(meaning.condition, binding.under))
            yield str(side), implies(both((given, taken)), meaning.condition(side))


def _determined(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ ``f = τ`` for each fresh symbol that no node binds."""
    for found in seen.unbound:
        equation = equation_text(meaning, of_atom(found.symbol), _dim(found.recorded))
        yield found.symbol.name, implies(_given(seen, meaning, seen.after), equation)


def _injective(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Sites that share a name have equal values under A; two names of one value are equal under B."""
    equation = equation_text(meaning, symbol("u8"), U0)
    yield "one name", implies(_given(seen, meaning, seen.after), equation)
    for statement in seen.after:
        if statement.source == "double":
            goal = meaning.condition(statement.whole)
            yield "two names", implies(_given(seen, meaning, seen.before), goal)


def _equal_values(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Under A the recorded and the new value of every node agree in every size and scalar."""
    given = _given(seen, meaning, seen.after)
    for node in seen.nodes:
        if isinstance(node.old, FakeTensor) and isinstance(node.new, FakeTensor):
            pairs: list[tuple[object, object]] = list(zip(node.old.sizes, node.new.sizes, strict=True))
        else:
            pairs = [(node.old, node.new)]
        for old, new in pairs:
            yield node.path, implies(given, equation_text(meaning, _dim(old), _dim(new)))


def _sound(law: Callable[[], Law], definition: _Definition) -> Callable[[], Iterator[Obligation]]:
    """What the law claims, proved, implies its definition, valuation by valuation."""

    def obligations() -> Iterator[Obligation]:
        seen = _observation()
        theory = Theory(seen)
        claims = law().claims(seen)
        meaning = Meaning()
        premises = [_proved(theory, claim, meaning) for claim in claims.open if not theory.settles(claim)]
        # At a valuation that gives an unbound symbol its recorded value, which is the one that the law tries.
        recorded = [equation_text(meaning, of_atom(f.symbol), _dim(f.recorded)) for f in seen.unbound]
        for name, goal in definition(seen, meaning):
            tried = recorded if name == "before implies after" else []
            hypotheses = (*meaning.definitions, *premises, *tried)
            yield Obligation(name, tuple(meaning.declarations), hypotheses, goal)

    return obligations


def _proved(theory: Theory, claim: Claim, meaning: Meaning) -> str:
    obligation = theory.obligation(claim)
    return implies(both(map(meaning.condition, obligation.hypotheses)), meaning.condition(obligation.goal))


def _honest(law: Callable[[], Law]) -> Callable[[], Iterator[Obligation]]:
    """At a witness, which satisfies every hypothesis and not the goal, everything assumed holds and the goal fails."""

    def obligations() -> Iterator[Obligation]:
        seen = _observation()
        theory = Theory(seen)
        for number, claim in enumerate(law().claims(seen).open):
            meaning = Meaning()
            stated: Sequence[Stated] = seen.after if claim.given == "after" else seen.before
            assumed = theory.hypotheses(claim.given, layout=claim.layout)
            taken = (*map(meaning.condition, map(theory.written, claim.predicates)),)
            # The witness is completed by the values that the definitions give.
            defined = [equation_text(meaning, of_atom(d.symbol), _dim(d.term)) for d in seen.definitions if _is_int(d)]
            witness = (*map(meaning.condition, assumed), *taken)
            fails = negation(meaning.condition(theory.written(claim.goal)))
            broken = both((*map(meaning.condition, claim.predicates), negation(meaning.condition(claim.goal))))
            goal = both((_given(seen, meaning, stated), broken))
            hypotheses = (*meaning.definitions, *defined, *witness, fails)
            yield Obligation(f"claim {number}", tuple(meaning.declarations), hypotheses, goal)

    return obligations


_FRAGMENT: Final = "one program of arbitrary conditions: two bindings, a definition, a branch, two unbound symbols"
_ROWS: Final[tuple[tuple[str, Callable[[], Law], _Definition, str], ...]] = (
    ("equiv", lambda: equiv.EQUIV, _equivalence, "the constraints before and after are equivalent"),
    ("link", lambda: link.LINK, _linked, "every recorded condition on a bound symbol follows"),
    ("path", lambda: path.PATH, _divisible, "every division on a path is exact"),
    ("fresh", lambda: fresh.FRESH, _determined, "every fresh symbol that no node binds has its recorded value"),
    ("inj", lambda: inj.INJ, _injective, "sites that share a name have equal values"),
    ("value", lambda: value.VALUE, _equal_values, "old and new values agree"),
)


def _about(name: str) -> tuple[str, ...]:
    return (f"refimpl.laws.{name}:{name.upper()}", "refimpl.laws.theory:Theory.obligation")


GROUP: Final = Group(
    "proofs/laws.py",
    "Program laws",
    (
        *(
            Theorem(
                f"law_{name}_is_sound",
                f"If all obligations of {name.upper()} are proved, {means}.",
                _about(name),
                _sound(law, definition),
                _FRAGMENT,
            )
            for name, law, definition, means in _ROWS
        ),
        *(
            Theorem(
                f"law_{name}_is_honest",
                f"A witness against {name.upper()} satisfies all that is assumed and breaks what is claimed.",
                (f"refimpl.laws.{name}:{name.upper()}", "refimpl.laws.theory:Theory.hypotheses"),
                _honest(law),
                _FRAGMENT,
            )
            for name, law, _, _ in _ROWS
        ),
    ),
)
