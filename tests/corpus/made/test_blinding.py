"""What a made archive records has no influence on its blind run: nested graphs and operands that carry symbols."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.made.registry import CASES
from tests.corpus.test_corpus import canonical
from tests.variants.archive_json import read, write
from tests.variants.variants import blinded

# A wrong record gives names that the blinded copy can't know; so does one that gives two names to one value.
TWO_NAMES = "masks/one_value_two_names_asserted"
RIGHT = [
    name
    for name, make in CASES.items()
    if name.startswith(("nested/", "masks/")) and name != TWO_NAMES and make().verdict == "equivalent"
]


@pytest.mark.parametrize("name", RIGHT)
def test_a_blinded_copy_propagates_alike(name: str, tmp_path: Path) -> None:
    original = tmp_path / "made.pt2"
    CASES[name]().program.save(original)
    copy = write(blinded(read(original)), original, tmp_path / "blinded.pt2")
    assert canonical(copy, is_blinded=True) == canonical(original, is_blinded=False)
