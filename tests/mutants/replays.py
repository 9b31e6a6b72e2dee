"""Seeded faults in the replay of a witness."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["REPLAYS"]

_M: Final = "refimpl.laws.replay"
_R: Final = "specs/replays.py::"

REPLAYS: Final = (
    Mutant(
        "rpl-failures-are-no-runs",
        "What a node raises is not told.",
        f"{_M}:replay",
        "run.raised = Raised(runner.ctx.node, str(error))",
        "run.raised = None if error.args else Raised(runner.ctx.node, str(error))",
        (f"{_R}test_the_first_node_that_raises_ends_the_run",),
    ),
    Mutant(
        "rpl-what-cannot-be-replayed-goes-on",
        "A run that cannot be replayed does not say at which node.",
        "refimpl.laws.replay:replay",
        'raise NotReplayableError(f"{runner.ctx.node}: {error}") from error',
        "pass",
        ("specs/replays.py::test_what_is_no_run_is_not_replayed",),
    ),
    Mutant(
        "rpl-inputs-share-no-caller",
        "The memory of an input is not marked as the caller's.",
        f"{_M}:_Runner._input",
        "Storage(is_input=True)",
        "Storage()",
        (f"{_R}test_inputs_and_kept_values_have_the_numbers_of_the_valuation",),
    ),
    Mutant(
        "rpl-guesses-count-more-than-values",
        "A symbol keeps what the witness guessed, although an operator computes it.",
        f"{_M}:_Runner._bind",
        "or not taken)",
        "or taken)",
        (f"{_R}test_a_computed_value_is_the_symbols",),
    ),
    Mutant(
        "rpl-computed-values-are-guesses-too",
        "A symbol whose value was computed is looked for among the guesses too.",
        "refimpl.laws.replay:_Runner._bind",
        "continue",
        "pass",
        ("specs/replays.py::test_a_computed_value_is_the_symbols",),
    ),
    Mutant(
        "rpl-branches-are-always-taken",
        "The predicate of the witness is not asked.",
        f"{_M}:_Runner.predicate",
        "bool(self._run.valuation.get(symbol.name, True))",
        "symbol.name != tensor.layout",
        (f"{_R}test_the_witness_chooses_the_branch",),
    ),
    Mutant(
        "rpl-unchosen-branches-are-not-taken",
        "A branch of which the witness says nothing is not taken.",
        "refimpl.laws.replay:_Runner.predicate",
        "return True if symbol is None else bool(self._run.valuation.get(symbol.name, True))",
        "return True if symbol is None else bool(self._run.valuation.get(symbol.name, False))",
        ("specs/replays.py::test_the_witness_chooses_the_branch",),
    ),
)
