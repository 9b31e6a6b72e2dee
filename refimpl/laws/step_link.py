"""LINK and PATH of one observed step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from refimpl.laws.exact import is_discardable
from refimpl.laws.link import LINK
from refimpl.laws.path import PATH
from refimpl.laws.step import Missing, Step
from refimpl.laws.step_law import NOTHING, ObservedLaw, StepClaim, StepClaims, StepFinding
from refimpl.laws.step_words import Relation, flat, known_after, relations, resolve, speaks_of, symbols_of
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.symbolic_shapes.state import ShapeEnvState, equation
from refimpl.terms import Cond, IntTerm, Scalar, Sort, Symbol, ge, land, le, of_atom, to_text

__all__ = ["LINK_OF_STEP", "PATH_OF_STEP"]

_ENTITLE: Final = "refuse the value, or keep the conditions on the old symbol as requirements on the value"
_DIVIDE: Final = "keep the divisibility as a requirement, or refuse the quotient"
_LEAST: Final = -(2**63)
_GREATEST: Final = 2**63 - 2


def _link(step: Step) -> StepClaims:
    if step.raised is not None or step.op == "placeholder":
        return NOTHING
    after = known_after(step)
    claims: list[StepClaim] = []
    for relation in relations(step):
        if is_discardable(step, relation.term) and not _is_kept(step, after, relation):
            claims += _entitled(step, after, relation)
    return StepClaims(tuple(claims))


def _is_kept(step: Step, after: tuple[Cond, ...], relation: Relation) -> bool:
    """Whether the step recorded the equation, so that what was said of the old symbol is said of the value."""
    old = resolve(step.after, term_of(relation.place.symbol))
    return relation.equation in after or old is resolve(step.after, relation.term)


def _entitled(step: Step, after: tuple[Cond, ...], relation: Relation) -> Iterator[StepClaim]:
    """Each condition on the old symbol follows for the value, from what does not speak of the old symbol."""
    symbol = relation.place.symbol
    through, definitions = _defined_through(step.before, symbol)
    if any(each in through for each in symbols_of(relation.term)):
        return
    given = [condition for condition in after if not speaks_of(condition, through)]
    # The definitions of other symbols by the old one are no conditions on it: they are given.
    hypotheses = flat((*given, *definitions, relation.equation, *relation.side, *_machine(relation.term)))
    for condition in flat(step.before.conditions()):
        if speaks_of(condition, through):
            about = f"{to_text(condition)} is recorded, but does not follow for {relation.text} at {relation.where}"
            yield StepClaim("LINK", step.node, hypotheses, condition, about, _ENTITLE)


def _defined_through(state: ShapeEnvState, symbol: Symbol) -> tuple[frozenset[Symbol], tuple[Cond, ...]]:
    """The symbols that are written with the old one, itself included, and the equations that define the others."""
    pairs: list[tuple[Symbol, Scalar]] = [*state.replacements.items()]
    pairs += [(fresh, term_of(old)) for fresh, old in state.renamings.items()]
    through = {symbol}
    definitions: dict[Cond, None] = {}
    grew = True
    while grew:
        grew = False
        for name, by in pairs:
            said = equation(name, by)
            if name is not symbol and said not in definitions and any(each in through for each in symbols_of(by)):
                through.add(name)
                definitions[said] = None
                grew = True
    return frozenset(through), flat(definitions)


def _machine(term: Scalar) -> Iterator[Cond]:
    """Machine integers: overflow is out of scope, so that a bound no wider than they are is no condition."""
    if not isinstance(term, IntTerm):
        return
    yield land(ge(term, _LEAST), le(term, _GREATEST))
    for symbol in symbols_of(term):
        if symbol.sort is Sort.INT:
            yield land(ge(of_atom(symbol), _LEAST), le(of_atom(symbol), _GREATEST))


def _path(step: Step) -> StepClaims:
    if step.op == "placeholder":
        return NOTHING
    findings: list[StepFinding] = []
    for place in step.places:
        if isinstance(place.value, Missing):
            where = keystr(place.path) or "the result"
            message = f"{place.symbol.name} is bound to {where}, where no number stands: {place.value.reason}"
            findings.append(StepFinding("PATH", "refuted", step.node, message, fix="bind it where its number stands"))
    if step.raised is not None:
        if step.raised.kind == "path" and not findings:
            message = f"a path does not exist: {step.raised.message}"
            findings.append(StepFinding("PATH", "refuted", step.node, message, fix="bind it where its number stands"))
        if step.raised.kind != "refused":
            return StepClaims(findings=tuple(findings))
    return StepClaims(tuple(_divisible(step)), tuple(findings))


def _divisible(step: Step) -> Iterator[StepClaim]:
    """Each division is exact by what is known, whether it was made or refused."""
    known = known_after(step)
    for relation in relations(step):
        if relation.side:
            exact = land(*relation.side)
            needs = "which is not exact" if exact is False else f"but {to_text(exact)} does not follow"
            divided = " and then by ".join(map(to_text, relation.place.divisors))
            about = f"{relation.text} at {relation.where} divides by {divided}, {needs}"
            if step.raised is not None:
                about += f", and it is refused with {step.raised.type}: {step.raised.message}"
            yield StepClaim("PATH", step.node, known, exact, about, _DIVIDE)


LINK_OF_STEP: Final = ObservedLaw("LINK", LINK.statement, _link)
PATH_OF_STEP: Final = ObservedLaw("PATH", PATH.statement, _path)
