"""Terms and plain numbers agree: at concrete sizes, what a node's symbolic value evaluates to is what it computes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import supply_of
from refimpl.laws.concrete import concrete
from refimpl.laws.confirm import differ
from refimpl.laws.consist import common_model
from refimpl.laws.determine import determined
from refimpl.laws.observation import ABSENT, Observation
from refimpl.laws.observe import observe
from refimpl.laws.replay import replay
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number, completed, holds, make_solver

ARCHIVES = sorted((Path(__file__).parents[1] / "corpus" / "archives").rglob("*.pt2"))


def _runs(seen: Observation) -> Iterator[Model]:
    """The run at the hints and two neighbours of it that satisfy everything required."""
    theory = Theory(seen)
    conditions = (*theory.hypotheses("before"), *theory.hypotheses("after"), *theory.extra)
    start = common_model(theory, seen.contract.hints, None)
    assert start is not None
    base = completed({**seen.contract.hints, **start}, conditions)
    base.update({s.name: 1 for s in seen.recorded_symbols if s.name not in base})
    yield base
    source = random.Random(0)
    found = 0
    for _ in range(40):
        other: dict[str, Number] = {
            name: source.choice((0, 1, 2, 3, 5, 8)) if type(value) is int and source.random() < 0.6 else value
            for name, value in base.items()
        }
        if all(holds(condition, other) for condition in conditions):
            found += 1
            yield other
        if found == 2:
            return


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.stem)
def test_every_node_computes_at_concrete_sizes_what_its_terms_say(archive: Path) -> None:
    program = load(archive)
    run = blind_run(program)
    seen = determined(observe(run), make_solver())
    supply = supply_of(run, seen)
    for valuation in _runs(seen):
        result = replay(program, supply, valuation)
        assert result.raised is None
        for node in seen.nodes:
            if node.new is not ABSENT and node.path in result.values and not node.is_input:
                assert not differ(concrete(node.new, result.valuation), result.values[node.path]), node.path


def test_there_are_archives_to_run() -> None:
    assert ARCHIVES
