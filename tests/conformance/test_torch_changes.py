"""The tool that tries every small change of PyTorch's functions."""

from __future__ import annotations

import pytest

from refimpl.conformance.store import load_vectors
from tests.conformance.make_vectors import FOLDER
from tests.conformance.torch_changes import FUNCTIONS, Notices, changes_of, tried
from tests.mutants.systematic.planting import Functions

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]  # the warnings are PyTorch's own


def test_changes_have_names_of_their_own() -> None:
    names = [change.id for module in FUNCTIONS for change in changes_of(module)]
    assert len(names) > 3000
    assert len(set(names)) == len(names)
    assert {"compare", "drop", "return", "swap", "end", "loop"} <= {name.split(":")[1] for name in names}


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
