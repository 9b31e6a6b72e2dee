"""The corpus is what its README says: every archive has its results, and ours can be made again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.corpus.make_real import main

HERE = Path(__file__).parent
ARCHIVES = sorted((HERE / "archives").glob("*/*.pt2"))


def test_every_archive_has_its_results_and_no_results_are_left_over() -> None:
    expected = {f"{path.parent.name}__{path.name.removesuffix('.pt2')}.json" for path in ARCHIVES}
    assert {path.name for path in (HERE / "golden").iterdir()} == expected
    assert len(ARCHIVES) > 60


def test_the_readme_names_every_family() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    assert all(f"| `{path.parent.name}` |" in text for path in ARCHIVES)


def test_the_corpus_stays_small() -> None:
    files = [path for path in HERE.rglob("*") if path.is_file() and path.suffix in (".pt2", ".json")]
    assert sum(path.stat().st_size for path in files) < 3_000_000


@pytest.mark.torch
def test_our_own_archives_and_results_can_be_made_again(tmp_path: Path) -> None:
    archives, golden = tmp_path / "archives", tmp_path / "golden"
    golden.mkdir()
    main(sys.executable, archives, golden)
    made = {path.name: path.read_bytes() for folder in (archives, golden) for path in folder.iterdir()}
    committed = [*(HERE / "archives" / "real").iterdir(), *(HERE / "golden").glob("real__*")]
    assert made == {path.name: path.read_bytes() for path in committed}
