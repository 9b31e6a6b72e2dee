"""What is assumed when an obligation is judged: Γ ∧ W ∧ Φ with A or B, as quick knowledge and as hypotheses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias, final

from refimpl.laws.cone import cone
from refimpl.laws.elimination import elimination
from refimpl.laws.law import Claim, Given
from refimpl.laws.observation import Observation, Stated, Under
from refimpl.solver import Obligation
from refimpl.terms import BoolSymbol, BoolTerm, Bounds, Cond, Or, Scalar, Symbol, conjuncts, lnot, substitute, to_cond

__all__ = ["Theory"]

_Key: TypeAlias = tuple[Given | None, Under, bool]
_OUTER: Final[_Key] = (None, (), False)


@final
class _Scope:
    """Quick knowledge, and which conditions are in it word for word; intervals are only built when asked for."""

    __slots__ = ("_bounds", "_outer", "_pending", "present")

    def __init__(self, outer: _Scope | None) -> None:
        self._outer = outer
        self._bounds: Bounds | None = None
        self._pending: list[BoolTerm] = []
        self.present: set[Cond] = set() if outer is None else set(outer.present)

    @property
    def bounds(self) -> Bounds:
        """The interval knowledge of everything entered."""
        bounds = self._bounds
        if bounds is None:
            bounds = self._bounds = Bounds() if self._outer is None else self._outer.bounds.fork()
        for condition in self._pending:
            bounds.assume(condition)
        self._pending.clear()
        return bounds

    def enter(self, condition: Cond) -> None:
        """Assume a condition."""
        if not isinstance(condition, bool) and condition not in self.present:
            self.present.add(condition)
            self.present.update(conjuncts(condition))
            self._pending.append(condition)

    def settles(self, goal: BoolTerm) -> bool:
        """Whether the goal follows; each part of a disjunction is tried under the failure of the others."""
        parts = conjuncts(goal)
        if len(parts) > 1:
            return all(map(self.settles, parts))
        if goal in self.present or self.bounds.known(goal) is True:
            return True
        return isinstance(goal, Or) and any(self._settles_part(goal, part) for part in goal.args)

    def _settles_part(self, goal: Or, part: BoolTerm) -> bool:
        inner = self.bounds.fork()
        for other in goal.args:
            if other is not part:
                inner.assume(lnot(other))
        return inner.known(part) is True


@final
class Theory:
    """The hypotheses of one program; every question is answered in the words left after elimination."""

    def __init__(self, seen: Observation) -> None:
        mapping, equations = elimination(seen.definitions)
        self.mapping: Final[Mapping[Symbol | BoolSymbol, Scalar]] = mapping
        self._memo: dict[BoolTerm, Cond] = {}
        self._base: Final = tuple(map(self.written, (*seen.contract.conditions, *seen.machine, *equations)))
        self.extra: Final = tuple(map(self.written, seen.extra_machine))
        self._facts: Final = seen.facts
        self._given: Final[Mapping[Given, tuple[Stated, ...]]] = {
            "after": seen.after,
            "before": seen.before,
            "emitted": tuple(stated for stated in seen.after if stated.emitted),
        }
        self._layout: Final = tuple(Stated(s.node, s.condition, "fact", s.under) for s in seen.specializations)
        self._scopes: dict[_Key, _Scope] = {}
        self._walk: tuple[_Scope, int] | None = None

    def written(self, condition: Cond) -> Cond:
        """The condition with defined symbols replaced by what defines them."""
        if isinstance(condition, bool) or not self.mapping:
            return condition
        found = self._memo.get(condition)
        if found is None:
            replaced = substitute(condition, self.mapping)
            found = self._memo[condition] = to_cond(replaced)
        return found

    def settles(self, claim: Claim) -> bool:
        """Whether the claim follows by normal form and interval facts."""
        goal = self.written(claim.goal)
        if isinstance(goal, bool):
            return goal
        if claim.until is not None:
            scope = self._before(claim.until)
            if claim.predicates:
                scope = self._inside(scope, claim.given, claim.predicates, claim.until, layout=False)
        else:
            scope = self._scope((claim.given, claim.predicates, claim.layout))
        return scope.settles(goal)

    def follows(self, goal: Cond, given: Given | None, predicates: Under = ()) -> bool:
        """Whether a condition follows by normal form and interval facts."""
        goal = self.written(goal)
        return goal if isinstance(goal, bool) else self._scope((given, predicates, False)).settles(goal)

    def bounds(self, given: Given | None) -> Bounds:
        """The quick knowledge of what holds in every branch."""
        return self._scope((given, (), False)).bounds

    def obligation(self, claim: Claim, *, extra: tuple[Cond, ...] = ()) -> Obligation:
        """The claim for a solver: only hypotheses that share symbols with the goal, directly or through others."""
        goal = self.written(claim.goal)
        predicates = tuple(map(self.written, claim.predicates))
        everything = self.hypotheses(claim.given, layout=claim.layout, until=claim.until)
        chosen = cone((goal, *predicates), (*everything, *predicates, *extra))
        return Obligation(f"{claim.law} {claim.node or ''}".strip(), chosen, goal)

    def hypotheses(self, given: Given | None, *, layout: bool = False, until: int | None = None) -> tuple[Cond, ...]:
        """Every hypothesis, each once, in one order; with ``until`` only facts logged before that place."""
        facts = self._facts if until is None else tuple(s for s in self._facts if s.order < until)
        stated = (*facts, *self.stated(given), *(self._layout if layout else ()))
        return _flat((*self._base, *map(self._whole, stated)))

    def stated(self, given: Given | None) -> tuple[Stated, ...]:
        """What one side states, in order."""
        return () if given is None else self._given[given]

    def stating(self, stated: Iterable[Stated]) -> tuple[Cond, ...]:
        """The hypotheses of both sides with these statements."""
        return _flat((*self._base, *map(self._whole, (*self._facts, *stated))))

    def _before(self, until: int) -> _Scope:
        """The knowledge of B and of the facts up to a place in the log; places are mostly asked in order."""
        if self._walk is None or self._walk[1] > until:
            scope = _Scope(None)
            for condition in (*self._base, *map(self._whole, self._given["before"])):
                scope.enter(condition)
            self._walk = (scope, 0)
        scope, position = self._walk
        for fact in self._facts:
            if position <= fact.order < until:
                scope.enter(self._whole(fact))
        self._walk = (scope, until)
        return scope

    def _scope(self, key: _Key) -> _Scope:
        found = self._scopes.get(key)
        if found is None:
            found = self._scopes[key] = self._build(key)
        return found

    def _build(self, key: _Key) -> _Scope:
        given, predicates, layout = key
        if key == _OUTER:
            scope = _Scope(None)
            for condition in (*self._base, *map(self._whole, self._facts)):
                scope.enter(condition)
            return scope
        if not predicates and not layout:
            scope = _Scope(self._scope(_OUTER))
            for statement in self.stated(given):
                scope.enter(self._whole(statement))
            return scope
        return self._inside(self._scope((given, (), False)), given, predicates, None, layout=layout)

    def _inside(
        self, outer: _Scope, given: Given | None, predicates: Under, until: int | None, *, layout: bool
    ) -> _Scope:
        """Within a branch, what is stated under its predicates holds plainly."""
        scope = _Scope(outer)
        for predicate in predicates:
            scope.enter(self.written(predicate))
        facts = self._facts if until is None else tuple(s for s in self._facts if s.order < until)
        conditional = [s for s in (*facts, *self.stated(given)) if s.predicates]
        for statement in (*conditional, *(self._layout if layout else ())):
            plain = set(statement.predicates) <= set(predicates)
            scope.enter(self.written(statement.condition) if plain else self._whole(statement))
        return scope

    def _whole(self, statement: Stated) -> Cond:
        return self.written(statement.whole)


def _flat(conditions: Iterable[Cond]) -> tuple[Cond, ...]:
    result: dict[Cond, None] = {}
    for condition in conditions:
        if isinstance(condition, bool):
            if not condition:
                return (False,)
        else:
            result.update(dict.fromkeys(conjuncts(condition)))
    return tuple(result)
