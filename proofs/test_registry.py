"""No proof is forgotten, and the pages say what the registry says."""

from __future__ import annotations

import re
from pathlib import Path

from proofs.page import verified
from proofs.registry import GROUPS, THEOREMS, unregistered

HERE = Path(__file__).parent
PAGE = HERE.parent / "refimpl" / "docs" / "proofs.md"


def test_every_file_of_theorems_is_registered() -> None:
    assert unregistered(HERE) == []


def test_a_file_that_is_not_registered_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "forgotten.py").write_text("GROUP: Final = Group('proofs/forgotten.py', 'Forgotten', ())\n")
    (tmp_path / "helper.py").write_text("# mentions GROUP, states nothing\n")
    (tmp_path / "ranges.py").write_text("GROUP: Final = 1\n")
    assert unregistered(tmp_path) == ["forgotten.py"]


def test_every_group_names_its_file_and_every_theorem_its_subject() -> None:
    for group in GROUPS:
        assert (HERE.parent / group.file).is_file()
        assert group.theorems
    for theorem in THEOREMS.values():
        assert theorem.about
        assert theorem.statement.endswith(".")
        assert re.fullmatch(r"[a-z][a-z0-9_]+", theorem.name)


def test_the_page_lists_every_property_under_its_file() -> None:
    assert verified() in PAGE.read_text(encoding="utf-8"), "write proofs.page.verified() into the page"


def test_the_page_and_the_list_of_what_is_trusted_name_only_what_is_there() -> None:
    pages = (HERE / "TRUSTED.md", HERE / "preserve.md", PAGE)
    texts = "".join(page.read_text(encoding="utf-8") for page in pages)
    for path in re.findall(r"`((?:tests|proofs|specs)/[\w/.]+)`", texts):
        assert (HERE.parent / path).exists(), path
    for name in re.findall(r"`([a-z]+(?:_[a-z0-9]+){2,})`", texts):
        assert name in THEOREMS, name
