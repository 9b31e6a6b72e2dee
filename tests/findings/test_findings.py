"""What is said of PyTorch 2.13 is what its scripts show."""

from __future__ import annotations

import ast

import pytest

from tests.findings.pages import FINDINGS, faults, finding_of, names, outputs

NAMES = names()


def _page(name: str) -> str:
    return (FINDINGS / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_each_finding_has_a_page_and_a_script(name: str) -> None:
    assert faults(name, _page(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_scripts_run_on_plain_pytorch(name: str) -> None:
    tree = ast.parse((FINDINGS / f"{name}.py").read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in imported} <= {"torch", "io", "math", "zipfile"}


@pytest.mark.torch
def test_pages_say_what_scripts_print() -> None:
    assert outputs() == {name: finding_of(_page(name)).seen for name in NAMES}


def test_there_are_findings() -> None:
    assert len(NAMES) >= 20


PAGE = "constant_discarded"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("**Law**: LINK", "**Law**: LUCK", "no laws: LUCK, EXACT"),
        ("## Witness\n", "", "sections: "),
        ("(constant_discarded.py)", "(other.py)", "no link to its script"),
        ("pull/162788", "pull/162789", "#162788 links to 162789"),
        ("## Witness\n", "## Witness\n\n## Another\n", "an empty section"),
        ("[#140625]", "#140625 [#140625]", "#140625 is no link"),
    ],
)
def test_a_faulty_page_is_noticed(old: str, new: str, expected: str) -> None:
    text = _page(PAGE)
    assert old in text
    assert any(found.startswith(expected) for found in faults(PAGE, text.replace(old, new, 1)))


def test_a_page_without_output_is_noticed() -> None:
    with pytest.raises(ValueError, match="shows what its script prints"):
        finding_of(_page(PAGE).replace("```text", "```python"))
