"""The page ``docs/fx.md`` lists what exists, here and in PyTorch."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import refimpl.fx as own

PAGE = Path(own.__file__).parent.parent / "docs" / "fx.md"
STATUSES = {"same", "different", "absent"}


def tables(text: str) -> dict[str, dict[str, str]]:
    """The status of each name, by section."""
    result: dict[str, dict[str, str]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip("`")
        row = re.match(r"\| `(\w+)` \| (\w+) \| ?(.*) ?\|$", line)
        if row:
            result.setdefault(section, {})[row.group(1)] = row.group(2)
    return result


def problems(listed: dict[str, dict[str, str]], owner: object) -> list[str]:
    """Names that the page calls same or different and that are missing, or absent and that exist."""
    found: list[str] = []
    for section, names in listed.items():
        holder = owner if section == "torch.fx" else getattr(owner, section)
        instance_names = {"args", "graph", "kwargs", "meta", "name", "op", "target", "type", "users"}
        for name, status in names.items():
            exists = hasattr(holder, name) or (section == "Node" and name in instance_names)
            if status not in STATUSES or exists == (status == "absent"):
                found.append(f"{section}.{name}: {status}")
    return found


def test_page_is_true_of_this_package() -> None:
    listed = tables(PAGE.read_text())
    assert {"torch.fx", "Graph", "Node", "GraphModule", "Interpreter", "Transformer", "Tracer", "Proxy"} == set(listed)
    assert problems(listed, own) == []


def test_a_wrong_page_is_noticed() -> None:
    assert problems({"Graph": {"lint": "absent", "nonsense": "same", "nodes": "same"}}, own) == [
        "Graph.lint: absent",
        "Graph.nonsense: same",
    ]


def test_page_names_every_export() -> None:
    text = PAGE.read_text()
    assert [name for name in own.__all__ if f"`{name}`" not in text] == []


def test_members_of_module_are_those_the_page_names() -> None:
    paragraph = PAGE.read_text().split("`Module` has of `torch.nn.Module`:")[1].split(".\n")[0]
    members = {name for name in dir(own.Module()) if not name.startswith("_")} | {"training"}
    assert set(re.findall(r"`(\w+)`", paragraph)) == members


def test_different_and_absent_names_say_how_or_why() -> None:
    rows = re.findall(r"\| `\w+` \| (?:different|absent) \|(.*)\|", PAGE.read_text())
    assert rows
    assert [line for line in rows if len(line.strip()) < 8] == []


@pytest.mark.torch
def test_page_lists_every_public_name_of_torch_fx() -> None:
    fx = importlib.import_module("torch.fx")
    module_members = set(dir(importlib.import_module("torch").nn.Module))
    fields = {"owning_module"}
    for section, names in tables(PAGE.read_text()).items():
        holder = fx if section == "torch.fx" else getattr(fx, section)
        expected = {name for name in dir(holder) if not name.startswith("_")}
        if section == "GraphModule":
            expected -= module_members
        assert set(names) - fields == expected - fields, section
