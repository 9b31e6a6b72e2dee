"""The program laws: obligations that are proved imply the definition, and a refuted one gives its negation.

A law's shipped function makes its claims from an observation whose conditions are opaque predicates, and the shipped
theory makes an obligation of each that it does not settle itself. *Sound*: if each obligation holds at a valuation,
so does the definition, which is read from the observation here. *Honest*: where the hypotheses hold and the goal does
not, the definition fails. The programs are those of ``proofs/programs.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from proofs.engine.grouping import grouped
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import equation_text
from proofs.engine.smt import Obligation, apply, both, either, equal, implies, negation
from proofs.engine.theorem import Group, Theorem
from proofs.programs import FRAGMENT, observation, shapes
from refimpl.fake_tensor import FakeTensor
from refimpl.laws import emit, equiv, fresh, inj, link, path, value
from refimpl.laws.law import Claim, Law
from refimpl.laws.observation import FreshSymbol, Held, Observation, Stated, Under
from refimpl.laws.scalars import is_scalar
from refimpl.laws.theory import Theory
from refimpl.symbolic_shapes.events import Definition
from refimpl.terms import Cond, Dim, IntTerm, is_condition, of_atom

__all__ = ["GROUP"]

# What a law says of an observation, as formulas.
_Definition: TypeAlias = Callable[[Observation, Meaning], Iterable[tuple[str, str]]]


def _given(seen: Observation, meaning: Meaning, stated: Iterable[Stated] = (), until: int | None = None) -> str:
    """Γ ∧ W ∧ Φ, definitions among them, and what is stated, read straight from the observation."""
    facts = [fact for fact in seen.facts if until is None or fact.order < until]
    conditions: list[Cond] = [*seen.contract.conditions, *seen.machine]
    parts = [*map(meaning.condition, conditions), *(_whole(meaning, part) for part in (*facts, *stated))]
    return both((*parts, *_defined(seen, meaning)))


def _whole(meaning: Meaning, stated: Stated) -> str:
    return implies(_taken(meaning, stated.predicates), meaning.condition(stated.condition))


def _taken(meaning: Meaning, branch: Under) -> str:
    return both(map(meaning.condition, branch))


def _defined(seen: Observation, meaning: Meaning) -> Iterator[str]:
    for definition in seen.definitions:
        yield implies(_taken(meaning, definition.under), _equation(meaning, definition))


def _equation(meaning: Meaning, definition: Definition | FreshSymbol) -> str:
    term: object = definition.term if isinstance(definition, Definition) else definition.recorded
    return equation_text(meaning, of_atom(definition.symbol), _dim(term))


def _dim(term: object) -> Dim:
    if isinstance(term, (int, IntTerm)):
        return term
    raise TypeError(f"{term} is no integer")


def _equivalence(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ⊨ (B ⟺ A), A at the recorded values of symbols that no node binds.

    A requirement is judged under the facts that the run met before it.
    """
    wanted = both(_whole(meaning, statement) for statement in seen.before)
    yield "after implies before", implies(_given(seen, meaning, seen.after), wanted)
    for statement in seen.after:
        given = _given(seen, meaning, seen.before, statement.order)
        yield f"before implies {statement.condition}", implies(given, _whole(meaning, statement))


def _linked(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ every recorded condition on a bound symbol."""
    given = _given(seen, meaning, seen.after)
    bound = {binding.symbol for binding in seen.bindings}
    for statement in seen.before:
        condition = statement.condition
        if not isinstance(condition, bool) and not bound.isdisjoint(condition.free):
            yield str(condition), implies(given, _whole(meaning, statement))


def _divisible(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ the side conditions of every path, where its branch is taken."""
    given = _given(seen, meaning, seen.after)
    for binding in seen.bindings:
        for side in binding.side:
            taken = _taken(meaning, binding.under)
            yield str(side), implies(both((given, taken)), meaning.condition(side))


def _determined(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ ∧ A ⊨ ``f = τ`` for each fresh symbol that no node binds, where its branch is taken."""
    for found in seen.unbound:
        given = both((_given(seen, meaning, seen.after), _taken(meaning, found.predicates)))
        yield found.symbol.name, implies(given, _equation(meaning, found))


def _injective(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Sites that share a name have equal values under A; two names of one value are equal under B."""
    for found in seen.unbound[1:]:
        given = both((_given(seen, meaning, seen.after), _taken(meaning, found.predicates)))
        yield "one name", implies(given, _equation(meaning, found))
    for statement in seen.after:
        if statement.source == "double":
            given = _given(seen, meaning, seen.before, statement.order)
            yield "two names", implies(given, _whole(meaning, statement))


def _equal_values(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Under A both values of every node agree in every size and scalar, and in the offset and strides that count.

    Strides may rest on the listed specializations.
    """
    layout = both(meaning.condition(listed.condition) for listed in seen.specializations)
    for node in seen.nodes:
        given = both((_given(seen, meaning, seen.after), _taken(meaning, node.predicates)))
        for name, agree, is_stride in _agreements(meaning, node.old, node.new):
            yield f"{node.path} {name}", implies(both((given, layout)) if is_stride else given, agree)


def _agreements(meaning: Meaning, old: Held, new: Held) -> Iterator[tuple[str, str, bool]]:
    """What must agree of two values: name, formula, whether it is a stride."""
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        for a, b in zip(old.sizes, new.sizes, strict=True):
            yield "size", _same(meaning, a, b), False
        sizes = [meaning.integer(size)[0] for size in old.sizes]
        some = both(negation(equal(size, "0")) for size in sizes)
        yield "offset", implies(some, _same(meaning, old.offset, new.offset)), False
        for size, a, b in zip(sizes, old.strides, new.strides, strict=True):
            yield "stride", implies(both((some, apply(">", size, "1"))), _same(meaning, a, b)), True
    elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        for one, other in zip(old, new, strict=True):
            yield from _agreements(meaning, one, other)
    elif isinstance(old, (int, IntTerm)) and isinstance(new, (int, IntTerm)):
        yield "number", _same(meaning, old, new), False
    elif is_scalar(old) and is_scalar(new) and is_condition(old) and is_condition(new):
        truth = both((meaning.condition(old), meaning.condition(new)))
        yield "truth", either((truth, both((meaning.fails(old), meaning.fails(new))))), False
    else:
        raise TypeError(f"{old} and {new} are no values of the family")


def _same(meaning: Meaning, left: Dim, right: Dim) -> str:
    """Both are defined and equal, or both undefined."""
    (a, a_defined), (b, b_defined) = meaning.integer(left), meaning.integer(right)
    return either((both((a_defined, b_defined, equal(a, b))), both((negation(a_defined), negation(b_defined)))))


def _emitted(seen: Observation, meaning: Meaning) -> Iterator[tuple[str, str]]:
    """Γ ∧ W ∧ Φ and what of A can still be asked imply B."""
    asked = [statement for statement in seen.after if statement.lost == ""]
    wanted = both(_whole(meaning, statement) for statement in seen.before)
    yield "what is emitted implies before", implies(_given(seen, meaning, asked), wanted)


def _family(law: str) -> Iterator[tuple[str, Observation]]:
    for shape in shapes():
        seen = observation(shape)
        if law == "EMIT":
            # Some of the requirements are lost, whatever the reason.
            for lost in ("asked", "same"):
                yield f"{shape.name}, {lost}", _losing(seen, lost)
        yield shape.name, seen
        if shape.name == "two in a branch":
            yield f"{shape.name}, proved again", replace(seen, reprove=True)


def _losing(seen: Observation, tag: str) -> Observation:
    after = tuple(replace(s, lost="it is") if f"{tag}0" in str(s.condition) else s for s in seen.after)
    return replace(seen, after=after)


def _sound(law: Callable[[], Law], definition: _Definition) -> Callable[[], Iterator[Obligation]]:
    """What the law claims, proved, implies its definition, valuation by valuation."""

    def obligations() -> Iterator[Obligation]:
        for name, seen in _family(law().name):
            theory = Theory(seen)
            meaning = Meaning()
            claims = _claimed(law(), seen)
            premises = [_proved(theory, claim, meaning) for claim in claims if not theory.settles(claim)]
            # At a valuation that gives an unbound symbol its recorded value, which is the one that the law tries.
            recorded = [_equation(meaning, found) for found in seen.unbound]
            goals: list[str] = []
            for title, goal in definition(seen, meaning):
                tried = both(recorded) if title.startswith("before implies") else "true"
                goals.append(implies(tried, goal))
            if goals:
                hypotheses = (*meaning.definitions, *premises)
                yield Obligation(name, tuple(meaning.declarations), hypotheses, both(goals))

    return obligations


def _claimed(law: Law, seen: Observation) -> Sequence[Claim]:
    """The claims of a law. Where nothing is lost EMIT asks what EQUIV asks already, and leaves it to EQUIV."""
    claims = law.claims(seen).open
    nothing_lost = law.name == "EMIT" and all(statement.emitted for statement in seen.after)
    return (*claims, *equiv.EQUIV.claims(seen).open) if nothing_lost else claims


def _proved(theory: Theory, claim: Claim, meaning: Meaning) -> str:
    obligation = theory.obligation(claim)
    return implies(both(map(meaning.condition, obligation.hypotheses)), meaning.condition(obligation.goal))


def _honest(law: Callable[[], Law], definition: _Definition) -> Callable[[], Iterator[Obligation]]:
    """At a witness, which satisfies every hypothesis and not the goal, the definition fails."""

    def obligations() -> Iterator[Obligation]:
        for name, seen in _family(law().name):
            theory = Theory(seen)
            meaning = Meaning()
            # A refuted claim about a recorded value that was only tried is reported as undecided.
            claims = [claim for claim in law().claims(seen).open if not claim.existential]
            witnesses = [_witness(theory, claim, meaning) for claim in claims]
            # The witness is completed by the values that the definitions give.
            eliminated = [d for d in seen.definitions if d.symbol in theory.mapping and not d.under]
            completed = [_equation(meaning, d) for d in eliminated if theory.mapping[d.symbol] is not d.symbol]
            fails = either(negation(goal) for _, goal in definition(seen, meaning))
            goals = [implies(witness, fails) for witness in witnesses]
            if goals:
                hypotheses = (*meaning.definitions, *completed)
                yield Obligation(name, tuple(meaning.declarations), hypotheses, both(goals))

    return obligations


def _witness(theory: Theory, claim: Claim, meaning: Meaning) -> str:
    assumed = theory.hypotheses(claim.given, layout=claim.layout, until=claim.until)
    taken: Sequence[Cond] = tuple(map(theory.written, claim.predicates))
    fails = negation(meaning.condition(theory.written(claim.goal)))
    return both((*map(meaning.condition, (*assumed, *taken)), fails))


_ROWS: Final[tuple[tuple[str, Callable[[], Law], _Definition, str], ...]] = (
    ("equiv", lambda: equiv.EQUIV, _equivalence, "the constraints before and after are equivalent"),
    ("link", lambda: link.LINK, _linked, "every recorded condition on a bound symbol follows"),
    ("path", lambda: path.PATH, _divisible, "every division on a path is exact"),
    ("fresh", lambda: fresh.FRESH, _determined, "every fresh symbol that no node binds has its recorded value"),
    ("inj", lambda: inj.INJ, _injective, "sites that share a name have equal values"),
    ("value", lambda: value.VALUE, _equal_values, "old and new values agree"),
    (
        "emit",
        lambda: emit.EMIT,
        _emitted,
        "what was recorded follows from what is emitted (where nothing is lost, EQUIV asks it)",
    ),
)


def _about(name: str, *parts: str) -> tuple[str, ...]:
    return (f"refimpl.laws.{name}:{name.upper()}", *(f"refimpl.laws.theory:{part}" for part in parts))


GROUP: Final = Group(
    "proofs/laws.py",
    "Program laws",
    (
        *(
            Theorem(
                f"law_{name}_is_sound",
                f"If all obligations of {name.upper()} are proved, {means}.",
                _about(name, "Theory.obligation", "Theory.settles"),
                grouped(4, _sound(law, definition)),
                FRAGMENT,
            )
            for name, law, definition, means in _ROWS
        ),
        *(
            Theorem(
                f"law_{name}_is_honest",
                f"A witness against {name.upper()} satisfies all that is assumed and breaks the definition.",
                _about(name, "Theory.hypotheses", "elimination"),
                grouped(4, _honest(law, definition)),
                FRAGMENT,
            )
            for name, law, definition, _ in _ROWS
        ),
    ),
)
