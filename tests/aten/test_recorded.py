"""Each call of the archives in the repository, re-evaluated by itself from its recorded arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aten.compare_recorded import ARCHIVES, Tally, archives, compare

_PATHS = list(archives(ARCHIVES, None))


@pytest.mark.parametrize("path", _PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_recorded_results_are_found_again(path: Path) -> None:
    tally = Tally()
    compare(path, tally, None, verbose=False)
    assert not tally.wrong
    assert not tally.unmodelled


def test_there_are_archives_with_calls() -> None:
    tally = Tally()
    for path in _PATHS[:10]:
        compare(path, tally, None, verbose=False)
    assert len(_PATHS) > 50
    assert sum(tally.agree.values()) > 50
