"""What is assumed of a custom operator: its recorded result, no facts, but a tensor's sizes are never negative."""

from __future__ import annotations

from pathlib import Path

import pytest

from refimpl.export import load
from refimpl.laws import check
from tests.variants.archive_json import read, write
from tests.variants.variants import asserts, narrowed, without_asserts

ARCHIVES = Path(__file__).parents[1] / "corpus" / "archives" / "datadep"


@pytest.mark.parametrize("name", ["custom_keep_positive.pt2", "custom_list_out.pt2"])
def test_a_size_of_an_assumed_tensor_is_not_negative(name: str, tmp_path: Path) -> None:
    model = read(ARCHIVES / name)
    report = check(load(write(without_asserts(model, *asserts(model)), ARCHIVES / name, tmp_path / name)))
    assert (report.verdict, report.conditional) == ("equivalent", True)


def test_nothing_else_is_assumed_about_it(tmp_path: Path) -> None:
    original = ARCHIVES / "custom_keep_positive.pt2"
    report = check(load(write(narrowed(read(original), "u0", low=1, high=None), original, tmp_path / "copy.pt2")))
    assert (report.verdict, report.relation) == ("broken", "weakened")
    assert all(dict(row.witness or ())["u0"] == "0" for row in report.refuted)
