"""The self-test: silent on our own propagation, and each law finds a fault planted in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from refimpl.cli.check import CheckOptions, run_check
from refimpl.export import load
from refimpl.laws import self_test
from refimpl.laws.blind_run import Prepared
from refimpl.solver import make_solver
from refimpl.symbolic_shapes import Delta, Outcome, Profile, Rebound, ShapeEnv, bindings
from refimpl.symbolic_shapes.constraints import ConstraintsView
from refimpl.symbolic_shapes.environment import Checkpoint, Environment, ShapeGuard
from refimpl.symbolic_shapes.symbol_table import SymbolTable
from refimpl.terms import Dim, Scalar, Sort, Symbol, le, of_atom, symbol_atom

CORPUS = Path(__file__).parents[1] / "corpus" / "archives"
ARCHIVE = CORPUS / "real" / "item_bounds.pt2"
SOLVER = make_solver()
Patch = pytest.MonkeyPatch


def found_by(archive: Path = ARCHIVE) -> set[str]:
    """The laws that our own propagation breaks."""
    return {finding.law for finding in self_test(load(archive), SOLVER).findings}


def test_our_own_propagation_obeys_the_laws_on_every_program_of_the_corpus() -> None:
    archives = sorted((CORPUS.parent).rglob("*.pt2"))
    assert len(archives) > 90
    assert {path.name: found for path in archives if (found := found_by(path))} == {}


def test_each_binding_node_is_judged_twice_once_as_it_fails() -> None:
    assert self_test(load(ARCHIVE), SOLVER).steps == 2


def discards(patch: Patch) -> None:
    """Rebinding changes nothing."""

    def rebind(
        view: ConstraintsView, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...], profile: Profile
    ) -> Outcome:
        return Rebound(Delta(), value)

    patch.setattr(bindings, "rebind", rebind)


def after_each_step(patch: Patch, change: Callable[[Environment, Delta], object]) -> None:
    """Something else happens after the right step."""
    right = Environment.apply

    def apply(self: Environment, delta: Delta) -> None:
        right(self, delta)
        change(self, delta)

    patch.setattr(Environment, "apply", apply)


def guards_an_input(patch: Patch) -> None:
    """Each step guards a size of the caller's anew."""
    size = of_atom(symbol_atom("s99", Sort.INT))
    after_each_step(patch, lambda env, delta: env.guards.append(ShapeGuard(le(size, 64 - len(env.guards)))))


def follows_no_renaming(patch: Patch) -> None:
    """``u0`` was given up for ``u98``, and a step writes the fresh symbol as ``u0`` all the same."""
    right = Prepared.new_environment

    def new_environment(self: Prepared) -> ShapeEnv:
        env = right(self)
        env.unbacked_renamings[symbol_atom("u0", Sort.INT)] = symbol_atom("u98", Sort.INT)
        return env

    patch.setattr(Prepared, "new_environment", new_environment)
    patch.setattr(Environment, "name_of", as_recorded)


def as_recorded(env: Environment, symbol: Symbol) -> Symbol:
    """The name under which the symbol was recorded."""
    return symbol


def replaces_by_a_float(patch: Patch) -> None:
    """A step replaces an integer symbol by a float."""

    def wrong(env: Environment, delta: Delta) -> None:
        for symbol, _ in delta.replaced:
            env.knowledge.apply(Delta(((symbol, 1.5),)))

    after_each_step(patch, wrong)


def keeps_what_failed(patch: Patch) -> None:
    """A node that raises leaves its renaming."""
    right = Environment.roll_back

    def roll_back(self: Environment, point: Checkpoint) -> None:
        renamings = dict(self.unbacked_renamings)
        right(self, point)
        self.unbacked_renamings.update(renamings)

    patch.setattr(ShapeEnv, "roll_back", roll_back)


def never_settles(patch: Patch) -> None:
    """A bound symbol stays pending."""

    def settle(self: SymbolTable, symbol: Symbol) -> None:
        """Do nothing."""

    patch.setattr(SymbolTable, "settle", settle)


@pytest.mark.parametrize(
    ("law", "plant"),
    [
        ("EXACT", discards),
        ("FRAME", guards_an_input),
        ("ROOT", follows_no_renaming),
        ("SORT", replaces_by_a_float),
        ("ATOM", keeps_what_failed),
        ("STEADY", never_settles),
    ],
)
def test_each_law_finds_a_fault_planted_in_our_own_propagation(
    law: str, plant: Callable[[Patch], None], monkeypatch: Patch
) -> None:
    plant(monkeypatch)
    assert law in found_by()


def test_a_failed_self_test_exits_4_with_law_node_and_witness(
    monkeypatch: Patch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def code(options: CheckOptions) -> int:
        return run_check([ARCHIVE], options, style="text", output=None, jobs=1, strict=False, timings=False)

    assert code(CheckOptions(self_test=True)) == 0
    assert "2 steps of 1 programs" in capsys.readouterr().err
    discards(monkeypatch)
    assert code(CheckOptions(self_test=True)) == 4
    told = capsys.readouterr()
    assert "self-test failed" in told.out
    assert "EXACT refuted at item: lossy: " in told.out
    assert "u0 = " in told.out
    assert "refuted" in told.err
