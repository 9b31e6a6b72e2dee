"""Seeded slips of laws and solvers: another variable of the same type, a weaker side condition, one round of two."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["SLIPS_OF_LAWS"]

SLIPS_OF_LAWS: Final = (
    Mutant(
        "slip-verdicts-by-position",
        "A model is judged by the obligation that stands at its place in the whole list.",
        "refimpl.solver.facade:_Facade.decide",
        "verdicts[index] = _verdict(given, script, obligations[index])",
        "verdicts[index] = _verdict(given, script, obligations[position])",
        ("specs/solvers.py::test_a_model_is_judged_by_its_own_obligation",),
    ),
    Mutant(
        "slip-contradiction-silent",
        "A solver that proves what the other refutes is believed.",
        "refimpl.solver.facade:_verdict",
        "    if proofs and refuted is not None:\n        raise SolverError(",
        "    if proofs and refuted is not None and False:\n        raise SolverError(",
        ("specs/solvers.py::test_two_answers_make_one_verdict",),
    ),
    Mutant(
        "slip-negated-goal-defined",
        "A goal that is undefined counts as met.",
        "refimpl.solver.encode:encode",
        'negated = [f"(not {_holds(terms, goal)})" for goal in goals]',
        'negated = [f"(not {_condition(terms, goal)[0]})" for goal in goals]',
        ("specs/encodings.py::test_connectives_hold_in_the_text_where_they_evaluate_to_true",),
    ),
    Mutant(
        "slip-pop-after-retry",
        "Each goal is decided under the negations of those before it.",
        "refimpl.solver._z3:Z3Engine.run",
        "            solver.push()\n            solver.add(goal)",
        "            solver.add(goal)\n            solver.push()",
        ("specs/solvers.py::test_verdicts_come_in_order",),
    ),
    Mutant(
        "slip-rounded-small-one-side",
        "An integer below all exact floats is its own float.",
        "refimpl.solver._encode_terms:TermEncoder._rounded_int",
        'f"(and (<= {integer(-_EXACT)} {text}) (<= {text} {integer(_EXACT)}))"',
        'f"(<= {text} {integer(_EXACT)})"',
        ("specs/encodings.py::test_integers_up_to_two_to_the_53_are_floats_and_of_larger_ones_nothing_is_said",),
    ),
    Mutant(
        "slip-undefined-holds",
        "A condition that has no value holds.",
        "refimpl.solver.semantics:holds",
        "    except (Undefined, OverflowError):\n        return False",
        "    except (Undefined, OverflowError):\n        return True",
        ("specs/solvers.py::test_a_candidate_for_what_is_abstracted_gives_the_abstraction_as_the_reason",),
    ),
    Mutant(
        "slip-clash-with-bindings",
        "A fresh name may be one that is recorded if nothing is bound under it.",
        "refimpl.laws.fresh:_claims",
        "names = {symbol.name for symbol in seen.recorded_symbols}",
        "names = {binding.symbol.name for binding in seen.bindings}",
        ("specs/obligations.py::test_fresh_asks_for_what_is_recorded_there_and_finds_clashes",),
    ),
    Mutant(
        "slip-not-to-the-end",
        "What defines a symbol is not written in the words of later definitions.",
        "refimpl.laws.elimination:elimination",
        "mapping[other] = substitute(mapping[other], {symbol: term})",
        "mapping[other] = mapping[other]",
        ("specs/hypotheses.py::test_definitions_are_resolved_to_the_end_and_what_cannot_be_is_an_equation",),
    ),
    Mutant(
        "slip-until-inclusive-walk",
        "A requirement is proved from the facts that were logged at its own place.",
        "refimpl.laws.theory:Theory._before",
        "if position <= fact.order < until:",
        "if position <= fact.order <= until:",
        ("specs/theories.py::test_what_follows_in_the_order_of_the_log",),
    ),
    Mutant(
        "slip-settles-any-part",
        "A conjunction follows if one of its members does.",
        "refimpl.laws.theory:_Scope.settles",
        "return all(map(self.settles, parts))",
        "return any(map(self.settles, parts))",
        ("specs/theories.py::test_what_follows_plainly",),
    ),
    Mutant(
        "slip-one-round",
        "A goal depends only on what shares a symbol with it directly.",
        "refimpl.laws.cone:cone",
        "                reached |= free_of(condition)\n",
        "                reached |= set()\n",
        ("specs/hypotheses.py::test_a_goal_depends_on_what_is_connected_with_it",),
    ),
    Mutant(
        "slip-asked-valuation",
        "A witness is believed by what it says, not by the run that it became.",
        "refimpl.laws.confirm:confirm",
        'if holds(claim.goal, run.valuation):\n        return "the condition holds on the run"',
        'if holds(claim.goal, valuation):\n        return "the condition holds on the run"',
        ("specs/confirming.py::test_the_condition_itself_is_false_on_the_run",),
    ),
    Mutant(
        "slip-through-one-round",
        "What is known of the old symbol through two definitions is given.",
        "refimpl.laws.step_link:_defined_through",
        "                through.add(name)\n                definitions[said] = None\n                grew = True",
        "                through.add(name)\n                definitions[said] = None",
        ("specs/step_claims.py::test_what_is_known_through_the_symbol_is_asked_and_not_given",),
    ),
    Mutant(
        "slip-collide-with-next",
        "Bindings that collide are found only next to each other.",
        "refimpl.laws.root:colliding",
        "for at, other in enumerate(names) if at != index)",
        "for at, other in enumerate(names) if at == index + 1)",
        ("specs/roots.py::test_bindings_that_collide_are_asked_for",),
    ),
    Mutant(
        "slip-kernel-part-lost",
        "Of a deferred requirement that is lost nothing remains.",
        "refimpl.laws.emission:with_emission",
        'if lost and stated.source == "deferred":',
        'if lost and stated.source not in ("assert", "deferred"):',
        ("specs/reach.py::test_only_what_must_be_asked_can_be_lost",),
    ),
    Mutant(
        "slip-dropped-not-judged",
        "What the second run forgets is not asked for.",
        "refimpl.laws.steady:_different",
        "    for condition in first:\n        if condition not in second:",
        "    for condition in first:\n        if condition not in first:",
        ("specs/run_claims.py::test_the_second_run_knows_what_the_first_knew",),
    ),
    Mutant(
        "slip-moved-each-time",
        "Each view of a copy is compared as if it were the copy itself.",
        "refimpl.laws.value:_Comparison._offset",
        "self._moved.setdefault(new.storage, new.offset if old.offset == 0 else 0)",
        "(new.offset if old.offset == 0 else 0)",
        ("specs/starts.py::test_offsets_of_views_count_from_a_copy_recorded_at_0",),
    ),
)
