"""The tool that tries every small change of PyTorch's functions."""

from __future__ import annotations

from functools import cache

import pytest

from refimpl.conformance.store import load_vectors
from tests.conformance.make_vectors import FOLDER
from tests.conformance.torch_changes import FUNCTIONS, Notices, TorchChange, changes_of, tried
from tests.conformance.torch_unseen import REASONS, Reason, reason_of, unseen
from tests.mutants.systematic.planting import Functions

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]  # the warnings are PyTorch's own


def test_changes_have_names_of_their_own() -> None:
    names = [change.id for module in FUNCTIONS for change in changes_of(module)]
    assert len(names) > 3000
    assert len(set(names)) == len(names)
    assert {"compare", "drop", "return", "swap", "end", "loop"} <= {name.split(":")[1] for name in names}


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.says)
def test_a_reason_is_one_of_some_change(reason: Reason) -> None:
    assert any(reason.holds(change.id, change.shows) for change in _changes())


def test_what_is_on_record_as_unseen_is_a_change_with_a_reason() -> None:
    shown = {change.id: change.shows for change in _changes()}
    recorded = unseen()
    assert recorded <= shown.keys()
    assert {name: shown[name] for name in recorded if reason_of(name, shown[name]) is None} == {}
    assert len(recorded) < len(shown) * 2 // 5


def test_a_reason_explains_no_other_change() -> None:
    noticed = {
        "rebind_unbacked": "without `shape_env._rename_unbacked_to(raw_u1, raw_u0)`",
        "ShapeEnv._rename_unbacked_to": "without `self.unbacked_renamings[orig_s] = new_s`",
        "ShapeEnv._update_var_to_range": "without `self.var_to_range[symbol] = new`",
        "ShapeEnv.guard_or_defer_runtime_assert": "without `self._maybe_guard_rel(expr)`",
        "ShapeEnv.create_unbacked_symint": "without `if not self._ignore_fresh_unbacked_symbols_tls():`",
    }
    shown = {(change.id.partition(":")[0], change.shows) for change in _changes()}
    assert set(noticed.items()) <= shown
    assert not {c.id for c in _changes() if (c.id.partition(":")[0], c.shows) in noticed.items()} & unseen()
    assert [reason_of(f"{function}:drop:0", shows) for function, shows in noticed.items()] == [None] * len(noticed)


@cache
def _changes() -> tuple[TorchChange, ...]:
    return tuple([change for module in FUNCTIONS for change in changes_of(module)])


def test_a_change_is_noticed_or_survives() -> None:
    chosen = {
        "without `fresh_sym.clear()`": "noticed",
        "without `if pending:`": "survived",  # it only logs
        "without `ign_sym.clear()`": "noticed",
    }
    notices = Notices([each for each in load_vectors(FOLDER).vectors if each.case.chapter == "bindings"])
    assert notices.first() is None
    functions, found = Functions(), dict[str, str]()
    for change in changes_of("torch.fx.experimental.symbolic_shapes"):
        if change.id.startswith("compute_unbacked_bindings:drop:"):
            found[change.shows] = tried(change, functions, notices)[0]
    assert {shows: found.get(shows) for shows in chosen} == chosen
