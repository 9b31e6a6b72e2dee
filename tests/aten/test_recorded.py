"""Each call of the archives in the repository, re-evaluated by itself from its recorded arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.aten.compare_recorded import ARCHIVES, Tally, archives, compare, main

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


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing.pt2"], "there is no archive nothing.pt2"),
        ([__file__], "cannot be read"),
        (["--family", "none"], "there are no archives of the family none"),
        (["--family", "datadep", "--op", "unheard"], "no archive calls an operator whose name contains unheard"),
    ],
)
def test_a_name_of_nothing_is_a_sentence(
    arguments: list[str], sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["compare_recorded.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
