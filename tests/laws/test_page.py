"""The page of the laws says what the laws say."""

from __future__ import annotations

import re
from importlib.resources import files

from refimpl.laws.consist import CONSIST
from refimpl.laws.judge import LAWS


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_page_states_each_law_in_its_own_words() -> None:
    page = _flat((files("refimpl") / "docs" / "laws.md").read_text("utf-8"))
    for law in (CONSIST, *LAWS):
        assert f"**{law.name}** {_flat(law.statement)}" in page
    assert "**NOSUCH**" not in page
