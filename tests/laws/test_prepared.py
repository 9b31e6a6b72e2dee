"""A prepared program: runs do not see each other, and each is what an unprepared run is."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.fake_tensor import FakeTensorMode
from refimpl.laws import BlindRun, blind_run, prepare
from refimpl.symbolic_shapes import ShapeEnv
from refimpl.terms import Sort, eq, ge, le, of_atom, symbol_atom

ARCHIVES = Path(__file__).parents[1] / "corpus/archives"
PATHS = sorted(ARCHIVES.glob("datadep/*.pt2"))[::4] + sorted(ARCHIVES.glob("exportdb/*.pt2"))
S0, U0 = symbol_atom("s0", Sort.INT), symbol_atom("u0", Sort.INT)


def _said(run: BlindRun) -> tuple[object, ...]:
    values = [(step.path, repr(step.value), step.predicates, step.allocated, step.failure) for step in run.steps]
    return values, run.log, dict(run.renamed), run.pending


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_run_says_the_same(path: Path) -> None:
    prepared = prepare(load(path))
    first = prepared.run()
    said = _said(first)
    assert said == _said(prepared.run()) == _said(blind_run(load(path)))
    # A later run leaves an earlier one alone.
    assert said == _said(first)


def test_inputs_are_new_in_each_run() -> None:
    prepared = prepare(load(PATHS[0]))
    first, second = prepared.run(), prepared.run()
    assert all(a.value is not b.value for a, b in zip(first.steps, second.steps, strict=True) if a.is_input)


def _contract() -> ShapeEnv:
    env = ShapeEnv(guard_from_hints=False)
    env.add_backed(S0, 5, 2, None, "an input")
    env.assume(le(of_atom(S0), 100))
    return env


def test_an_environment_like_another_learns_separately() -> None:
    template = _contract()
    one, other = ShapeEnv(like=template), ShapeEnv(like=template)
    assert one.symbols.fresh(Sort.INT, "n") is U0
    one.fact(ge(of_atom(U0), 0))
    one.assume(eq(of_atom(S0), 7))
    assert (one.known(eq(of_atom(S0), 7)), one.replace(of_atom(S0))) == (True, 7)
    for untouched in (template, other):
        assert untouched.known(eq(of_atom(S0), 7)) is None
        assert untouched.known(le(of_atom(S0), 100)) is True
        assert untouched.known(ge(of_atom(U0), 0)) is None
        assert untouched.replace(of_atom(S0)) is of_atom(S0)
        assert (untouched.log, list(untouched.symbols.pending)) == ([], [])
        assert untouched.hint(of_atom(S0)) == 5
    assert other.symbols.fresh(Sort.INT, "n") is U0


def test_an_environment_like_another_forgets_only_its_own() -> None:
    env = ShapeEnv(like=_contract())
    point = env.checkpoint()
    env.assume(eq(of_atom(S0), 7))
    env.roll_back(point)
    assert env.known(le(of_atom(S0), 100)) is True
    assert env.known(eq(of_atom(S0), 7)) is None


def test_nothing_runs_in_the_template() -> None:
    prepared = prepare(load(PATHS[0]))
    before = (dict(prepared.environment.symbols.origins), prepared.environment.checkpoint())
    prepared.run()
    assert (dict(prepared.environment.symbols.origins), prepared.environment.checkpoint()) == before
    with FakeTensorMode(prepared.new_environment()) as mode:
        assert mode.shape_env is not prepared.environment


def test_a_copy_has_every_part_and_shares_none_that_changes() -> None:
    env = _contract()
    env.symbols.fresh(Sort.INT, "n")
    env.assume(eq(of_atom(S0), 7))
    for original, copied in (
        (env.symbols, env.symbols.copy()),
        (env.knowledge, env.knowledge.copy()),
        (env.knowledge.bounds, env.knowledge.bounds.fork()),
    ):
        for name in type(original).__slots__:
            mine: object = getattr(original, name)
            other: object = getattr(copied, name)
            assert mine is not other or not isinstance(mine, (dict, list, set)), name
            if isinstance(mine, (dict, list)):
                assert mine == other, name
