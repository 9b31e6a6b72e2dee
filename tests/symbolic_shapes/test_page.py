"""The page ``docs/symbolic_shapes.md`` lists what exists, here and in PyTorch."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import refimpl.symbolic_shapes as own

PAGE = Path(own.__file__).parent.parent / "docs" / "symbolic_shapes.md"
STATUSES = {"same", "different", "absent"}


def tables(text: str) -> dict[str, dict[str, str]]:
    """The status of each name, by section."""
    found: dict[str, dict[str, str]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("### "):
            section = line.removeprefix("### ")
        row = re.match(r"\| `(\w+)` \| (\w+) \| ?(.*) ?\|$", line)
        if row:
            found.setdefault(section, {})[row.group(1)] = row.group(2)
    return found


def problems(listed: dict[str, str], holder: object) -> list[str]:
    """Names called same or different that are missing, or absent that exist."""
    return [
        f"{name}: {status}"
        for name, status in listed.items()
        if status not in STATUSES or hasattr(holder, name) == (status == "absent")
    ]


def test_the_page_is_true_of_this_package() -> None:
    listed = tables(PAGE.read_text())
    assert set(listed) == {"Functions and classes", "ShapeEnv"}
    assert problems(listed["Functions and classes"], own) == []
    assert problems(listed["ShapeEnv"], own.ShapeEnv()) == []


def test_a_wrong_page_is_noticed() -> None:
    assert problems({"rebind_unbacked": "absent", "nonsense": "same", "sym_eq": "so-so"}, own) == [
        "rebind_unbacked: absent",
        "nonsense: same",
        "sym_eq: so-so",
    ]


def test_names_are_in_order_and_exported() -> None:
    listed = tables(PAGE.read_text())
    for names in listed.values():
        assert list(names) == sorted(names)
    present = [name for name, status in listed["Functions and classes"].items() if status != "absent"]
    assert [name for name in present if name not in own.__all__] == []


@pytest.mark.torch
def test_every_name_on_the_page_is_one_of_pytorchs() -> None:
    theirs = importlib.import_module("torch.fx.experimental.symbolic_shapes")
    listed = tables(PAGE.read_text())
    assert [name for name in listed["Functions and classes"] if not hasattr(theirs, name)] == []
    env = theirs.ShapeEnv()
    assert [name for name in listed["ShapeEnv"] if not hasattr(env, name)] == []
