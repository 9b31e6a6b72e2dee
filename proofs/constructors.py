"""Small constructors of the normal form, conversions, and the rules by which terms are built again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from proofs.engine.forking import Fork, as_int
from proofs.engine.grouping import grouped
from proofs.engine.meaning import Meaning
from proofs.engine.opaque import of, predicate
from proofs.engine.smt import Obligation, apply, both, declare, equal, iff, literal, negation
from proofs.engine.theorem import Goal, Group, Theorem, by_paths
from refimpl.terms import (
    And,
    Bounds,
    Cond,
    Dim,
    IntTerm,
    Monomial,
    Scalar,
    Term,
    ValueRange,
    bool_symbol,
    conditions,
    eq,
    floor_div,
    ge,
    inference,
    int_max,
    integers,
    land,
    le,
    lnot,
    lor,
    make_int,
    mod,
    ne,
    polynomials,
    rebuild,
    subterms,
    symbol,
)
from refimpl.terms.knowledge import Knowledge

__all__ = ["GROUP"]

X, Y, Z = (symbol(name) for name in ("s0", "s1", "u2"))
P: Final = bool_symbol("p")
_MONOMIALS: Final[tuple[Monomial, ...]] = ((), (of(X),), (of(X), of(Y)))
_TEXTS: Final = ("1", "|s0|", "(* |s0| |s1|)")
_TERMS: Final[tuple[Dim, ...]] = (
    3, X, 2 * X - 3 * Y + 1, floor_div(X, 3), mod(X * Y, 5) - 2, int_max(X, Y, 4), floor_div(X + Y, Z),
    integers.ite(ge(X, 2), Y, Z), integers.power(X, 3), integers.rshift(Y, 2), integers.int_min(X - 1, Z),
)  # fmt: skip
_CONDITIONS: Final[tuple[Cond, ...]] = (
    True, False, P, lnot(P), ge(X, 2), eq(X, Y), ne(mod(X, 2), 0), predicate("p0", X, Y), land(P, ge(X, 1), le(Y, 4)),
    lor(lnot(P), eq(Y, 2)), land(ge(X, 1), lor(P, predicate("p1", Z))), ge(floor_div(X, Y), 1),
)  # fmt: skip


def _scaled() -> Iterator[Obligation]:
    """A polynomial times a number, for all coefficients and numbers, 0 and 1 among them."""

    def run(fork: Fork) -> str:
        coefficients: dict[Monomial, int] = {
            m: as_int(fork.integer(name)) for name, m in zip("abc", _MONOMIALS, strict=True)
        }
        found = polynomials.scale(make_int(coefficients), as_int(fork.integer("k")))
        return Meaning().integer(found)[0] if isinstance(found, IntTerm) else str(found)

    def goals(value: str) -> Iterable[Goal]:
        total = apply("+", *(apply("*", name, text) for name, text in zip("abc", _TEXTS, strict=True)))
        yield "value", (), (), equal(value, apply("*", "k", total))

    preamble = (*map(declare, "abck"), declare("|s0|"), declare("|s1|"))
    yield from by_paths("coefficients", preamble, (negation(equal("b", "0")),), run, goals)


def _made() -> Iterator[Obligation]:
    """``term >= 0``, and 1 where a condition holds, 0 where it fails."""
    for term in _TERMS:
        meaning = Meaning()
        value, defined = meaning.integer(term)
        goal = iff(meaning.condition(conditions.nonnegative(term)), both((defined, apply(">=", value, "0"))))
        yield Obligation(f"{term} >= 0", tuple(meaning.declarations), tuple(meaning.definitions), goal)
    for condition in _CONDITIONS:
        meaning = Meaning()
        value, defined = meaning.integer(integers.int_of_bool(condition))
        truth, falsehood = meaning.condition(condition), meaning.fails(condition)
        goal = both(
            (iff(truth, both((defined, equal(value, "1")))), iff(falsehood, both((defined, equal(value, "0")))))
        )
        yield Obligation(f"int({condition})", tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _split() -> Iterator[Obligation]:
    """A condition holds exactly where all its conjuncts do, and none of them is a conjunction itself."""
    for condition in _CONDITIONS:
        if condition is not False:
            parts = conditions.conjuncts(condition)
            meaning = Meaning()
            goal = iff(meaning.condition(condition), both(map(meaning.condition, parts)))
            if any(isinstance(part, And) for part in parts):
                goal = "false"
            yield Obligation(str(condition), tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _built_again() -> Iterator[Obligation]:
    """A term that is built again from its parts, part by part, has the same value."""
    for whole in (*_TERMS, *_CONDITIONS):
        if isinstance(whole, (bool, int)):
            continue
        done: dict[Term, Scalar] = {}
        for part in subterms(whole):
            done[part] = rebuild.rebuild(part, done, {})
        meaning = Meaning()
        again = done[whole]
        if isinstance(whole, IntTerm):
            (a, a_defined), (b, b_defined) = meaning.integer(whole), meaning.integer(rebuild.to_dim(again))
            goal = both((iff(a_defined, b_defined), equal(a, b)))
        else:
            goal = iff(meaning.condition(whole), meaning.condition(rebuild.to_cond(again)))
        yield Obligation(str(whole), tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _by_name() -> Iterator[Obligation]:
    """A function that is applied by its name means what the name says."""
    rows: tuple[tuple[str, tuple[Scalar, ...]], ...] = (
        ("FloorDiv", (X, Y)), ("Mod", (X, Y)), ("FloorDiv", (X, -3)), ("Mod", (X, 4)), ("Pow", (X, 3)),
        ("LShift", (X, 2)), ("RShift", (X, 2)), ("Max", (X, Y, Z)), ("Min", (X, 2)), ("Ite", (P, X, Y)),
    )  # fmt: skip
    for name, arguments in rows:
        meaning = Meaning()
        value, defined = meaning.integer(rebuild.to_dim(rebuild.apply_function(name, arguments)))
        wanted, where = _meant(
            meaning, name, [meaning.integer(a)[0] for a in arguments if isinstance(a, (int, IntTerm))]
        )
        goal = both((iff(defined, where), f"(=> {where} {equal(value, wanted)})"))
        yield Obligation(f"{name}{arguments}", tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _meant(meaning: Meaning, name: str, texts: list[str]) -> tuple[str, str]:
    match name:
        case "FloorDiv":
            return meaning.floor_div(*texts), negation(equal(texts[1], "0"))
        case "Mod":
            return meaning.floor_mod(*texts), negation(equal(texts[1], "0"))
        case "Pow":
            return apply("*", texts[0], texts[0], texts[0]), "true"
        case "LShift":
            return apply("*", texts[0], "4"), "true"
        case "RShift":
            return meaning.floor_div(texts[0], "4"), "true"
        case "Ite":
            return apply("ite", meaning.condition(P), *texts), "true"
        case _:
            best = texts[0]
            for text in texts[1:]:
                best = apply("ite", apply(">" if name == "Max" else "<", text, best), text, best)
            return best, "true"


def _conditions_simplified() -> Iterator[Obligation]:
    """A condition that is simplified under assumptions has its truth wherever they hold."""
    for known in ((ge(X, 2),), (ge(X, 0), le(X, 5), ge(Y, 1)), (eq(X, 3),), (ge(X - Y, 1), ge(Y, 2))):
        bounds = Bounds()
        for condition in known:
            bounds.assume(condition)
        for condition in _CONDITIONS:
            meaning = Meaning()
            given = tuple(map(meaning.condition, known))
            truth, falsehood = meaning.condition(condition), meaning.fails(condition)
            simple = bounds.simplify_condition(condition)
            goal = both((f"(=> {truth} {meaning.condition(simple)})", f"(=> {falsehood} {meaning.fails(simple)})"))
            name = f"{condition} under {known}"
            yield Obligation(name, tuple(meaning.declarations), (*meaning.definitions, *given), goal)


def _known(*conditions: Cond) -> Bounds:
    bounds = Bounds()
    for condition in conditions:
        bounds.assume(condition)
    return bounds


def _contradictions() -> Iterator[Obligation]:
    """Assumptions that are called inconsistent have no solution; a fork learns and its origin does not."""
    sets: tuple[tuple[Cond, ...], ...] = (
        (ge(X, 3), le(X, 1)), (eq(X, 2), ne(X, 2)), (ge(X - Y, 1), ge(Y - X, 0)), (eq(2 * X, Y), eq(Y, 3)),
        (ge(X, 3), le(X, 3)), (eq(mod(X, 2), 0), eq(X, 4)),
    )  # fmt: skip
    for known in sets:
        origin = _known(known[0])
        fork = origin.fork()
        fork.assume(known[1])
        meaning = Meaning()
        given = both(map(meaning.condition, known))
        goal = negation(given) if fork.inconsistent else "true"
        if origin.inconsistent or origin.known(known[1]) is True or fork.known(known[0]) is not True:
            goal = "false"
        yield Obligation(str(known), tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _ranged() -> Iterator[Obligation]:
    """A range that is assumed holds of the term, and no more is concluded from it."""
    for low, high in ((2, 9), (None, 4), (3, None), (5, 5)):
        bounds = Bounds()
        bounds.assume_range(of(X), ValueRange(low, high))
        for asked in (ge(X, 3), le(X, 4), eq(X, 5), ge(2 * X, 4), ge(X + Y, Y), ge(X, Y)):
            answer = bounds.known(asked)
            if answer is not None:
                meaning = Meaning()
                value, _ = meaning.integer(X)
                given = [apply("<=", str(low), value)] if low is not None else []
                given += [apply("<=", value, str(high))] if high is not None else []
                truth = meaning.condition(asked)
                goal = truth if answer else negation(truth)
                yield Obligation(f"{asked} in {low}, {high}", tuple(meaning.declarations), tuple(given), goal)


def _residues() -> Iterator[Obligation]:
    """The residue that a term is known to have is the one that it has; modulus 0 says that it is that number."""
    terms = (
        X, 2 * X + 3, 4 * X + 6 * Y, 2 * X * Y - 1, 4 * floor_div(X, 2), 3 * mod(X, 8) + 6,
        integers.ite(P, 4 * X, 6 * Y), int_max(2 * X, 4 * Y + 2), 8 * integers.power(Y, 2),
    )  # fmt: skip
    for term in terms:
        modulus, residue = inference.congruence_of(Knowledge(), term)
        meaning = Meaning()
        value, defined = meaning.integer(term)
        rest = apply("-", value, literal(residue))
        goal = equal(rest, "0") if modulus == 0 else equal(apply("mod", rest, literal(modulus)), "0")
        yield Obligation(str(term), tuple(meaning.declarations), (*meaning.definitions, defined), goal)


_FAMILY: Final = "a family of terms and conditions of each form; symbols and opaque parts are arbitrary"
_T: Final = "refimpl.terms"

GROUP: Final = Group(
    "proofs/constructors.py",
    "Constructors, conversions, rebuilding",
    (
        Theorem(
            "multiples_keep_their_value",
            "A polynomial times a number is the product, for all coefficients and numbers.",
            (f"{_T}.polynomials:scale",),
            _scaled,
            "three monomials",
        ),
        Theorem(
            "small_constructors_mean_what_they_say",
            "nonnegative holds where its term is at least 0; int_of_bool is 1 where its condition holds, else 0.",
            (f"{_T}.conditions:nonnegative", f"{_T}.integers:int_of_bool"),
            grouped(12, _made),
            _FAMILY,
        ),
        Theorem(
            "conjuncts_are_the_condition",
            "A condition holds exactly where its conjuncts do.",
            (f"{_T}.conditions:conjuncts",),
            grouped(12, _split),
            _FAMILY,
        ),
        Theorem(
            "terms_built_again_keep_their_value",
            "A term that is built again from its own parts has its value and is defined where it was.",
            (f"{_T}.rebuild:rebuild", f"{_T}.rebuild:to_dim", f"{_T}.rebuild:to_cond"),
            grouped(12, _built_again),
            _FAMILY,
        ),
        Theorem(
            "functions_applied_by_name_mean_what_the_name_says",
            "Each integer function that is looked up by its name is the one of that name.",
            (f"{_T}.rebuild:apply_function",),
            grouped(12, _by_name),
            "ten applications; arguments are arbitrary",
        ),
        Theorem(
            "simplified_conditions_keep_their_truth",
            "A condition simplified under assumptions holds where it held and fails where it failed.",
            (f"{_T}.bounds:Bounds.simplify_condition",),
            grouped(12, _conditions_simplified),
            "four sets of assumptions, twelve conditions",
        ),
        Theorem(
            "what_is_called_inconsistent_has_no_solution",
            "Assumptions that contradict each other are noticed only if they do; a fork does not change its origin.",
            (f"{_T}.bounds:Bounds.inconsistent", f"{_T}.bounds:Bounds.fork", f"{_T}.bounds:Bounds.assume"),
            grouped(6, _contradictions),
            "six pairs of assumptions",
        ),
        Theorem(
            "what_follows_from_an_assumed_range_does",
            "What is decided from a range that is assumed of a symbol holds wherever the symbol is in the range.",
            (f"{_T}.bounds:Bounds.assume_range",),
            grouped(10, _ranged),
            "four ranges, six questions",
        ),
        Theorem(
            "residues_of_terms_are_right",
            "A term has the residue that it is known to have.",
            (f"{_T}.inference:congruence_of",),
            grouped(5, _residues),
            "nine terms; symbols are arbitrary",
        ),
    ),
)
