"""The pytest plugin: ``--refimpl-check PATH`` makes a test of every archive, ``refimpl_check`` checks one in a test.

``--refimpl-audit`` watches what PyTorch's rebinding does in every test. Loaded by every pytest that has ``refimpl``
installed, so it imports neither hypothesis nor PyTorch nor a solver until it is used.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, final

import pytest

from refimpl.testing.broken import LawBroken, numbers

if TYPE_CHECKING:
    from refimpl.laws import LawRow, ProgramReport

__all__ = ["ArchiveCheck", "ArchiveItem", "refimpl_check"]

_OPTION = "--refimpl-check"
_STRICT = "--refimpl-strict"
_AUDIT = "--refimpl-audit"


class ArchiveCheck(Protocol):
    """What the fixture ``refimpl_check`` is."""

    def __call__(self, path: str | os.PathLike[str], *, strict: bool = False) -> ProgramReport:
        """The report on an archive all of whose laws hold.

        Raises `LawBroken` if one is refuted or undecided, or, with ``strict``, rests on an assumption. Raises
        `refimpl.ArchiveError` for what is no archive.
        """
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's options."""
    group = parser.getgroup("refimpl", "exported programs")
    group.addoption(
        _OPTION,
        action="append",
        default=[],
        metavar="PATH",
        dest="refimpl_check",
        help="check this .pt2 archive, or each one below this folder, as a test of its own; can be repeated",
    )
    group.addoption(
        _STRICT,
        action="store_true",
        default=False,
        dest="refimpl_strict",
        help="an archive whose verdict is conditional fails too, and so does a test with an undecided finding",
    )
    group.addoption(
        _AUDIT,
        action="store_true",
        default=False,
        dest="refimpl_audit",
        help="audit PyTorch's rebinding in every test: a test in which a law is broken fails",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Audit the tests if that was asked for. Raises UsageError without PyTorch: every test would pass unwatched."""
    if config.getoption("refimpl_audit"):
        if find_spec("torch") is None:
            raise pytest.UsageError(f"{_AUDIT} needs PyTorch: pip install 'refimpl[torch]'")
        from refimpl.testing._audited import AuditedTests

        config.pluginmanager.register(AuditedTests(strict=bool(config.getoption("refimpl_strict"))), "refimpl-audit")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add one item for each archive, before ``-k`` and ``-m`` choose among all items."""
    given: object = config.getoption("refimpl_check")
    strict = bool(config.getoption("refimpl_strict"))
    for path in _archives([str(each) for each in given] if isinstance(given, list) else []):  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] - an option has no type
        name = f"refimpl[{path.as_posix()}]"
        item = ArchiveItem.from_parent(session, name=name)  # pyright: ignore[reportUnknownMemberType] - pytest's
        item.archive, item.strict = path, strict
        items.append(item)


def _archives(given: Sequence[str]) -> list[Path]:
    """The archives named and those below the folders named, each once. Raises UsageError where there is none."""
    found: dict[Path, None] = {}
    for argument in given:
        path = Path(argument)
        if path.is_dir():
            below = sorted(path.rglob("*.pt2"))
        else:
            below = [path] if path.is_file() else []
        if not below:
            raise pytest.UsageError(f"{_OPTION} {argument}: no .pt2 archive there")
        found.update(dict.fromkeys(below))
    return list(found)


@final
class ArchiveItem(pytest.Item):
    """The test of one archive: every law holds."""

    archive: Path
    strict: bool = False

    def runtest(self) -> None:
        """Check the archive. Raises `LawBroken` or `refimpl.ArchiveError`."""
        _check(self.archive, strict=self.strict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - the styles do not concern plain text
        """What is wrong with the archive, without a traceback through the checker."""
        from refimpl.export import ArchiveError

        if isinstance(excinfo.value, (LawBroken, ArchiveError)):
            return str(excinfo.value)
        return str(excinfo.getrepr(style="long"))

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The archive stands for the place of the test."""
        return self.archive, None, self.name


@pytest.fixture
def refimpl_check() -> ArchiveCheck:
    """A function that checks an archive and returns its report; it raises `LawBroken` unless every law holds."""
    return _check


def _check(path: str | os.PathLike[str], *, strict: bool = False) -> ProgramReport:
    from refimpl.export import load
    from refimpl.laws import check

    report = check(load(path))
    rows = [*report.refuted, *report.undecided]
    if rows:
        raise _broken(report, rows)
    if strict and report.conditional:
        rests = [*report.assumed, *(row.guard for row in report.specializations)]
        raise LawBroken("EQUIV", f"{report.path}: the verdict is conditional on {', '.join(rests)}")
    return report


def _broken(report: ProgramReport, rows: Sequence[LawRow]) -> LawBroken:
    first = rows[0]
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    message = f"{report.path}: {report.verdict}: {first.outcome}: {first.message}{more}"
    return LawBroken(first.law, message, node=first.node, witness=numbers(first.witness or ()))
