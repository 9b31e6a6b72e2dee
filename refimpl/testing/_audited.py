"""The part of the pytest plugin that audits every test (``--refimpl-audit``)."""

from __future__ import annotations

from collections.abc import Generator
from typing import final

import pytest

from refimpl.testing.broken import LawBroken, numbers
from refimpl.torch.audit import Audit, Finding, Findings

__all__ = ["AuditedTests"]


@final
class AuditedTests:
    """Every test runs under an audit of its own, its fixtures included.

    A test in which a law is broken fails with `LawBroken`, unless it failed by itself; every finding is in a section
    of its report. PyTorch stays patched from the first test to the end of the session.
    """

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self._session = Audit()
        self._findings: dict[str, Findings] = {}

    def pytest_sessionstart(self) -> None:
        """Begin to watch."""
        self._session.__enter__()

    def pytest_sessionfinish(self) -> None:
        """Leave PyTorch as it was."""
        self._session.__exit__(None, None, None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """An audit around a test with its fixtures."""
        with Audit() as findings:
            self._findings[item.nodeid] = findings
            try:
                return (yield)
            finally:
                del self._findings[item.nodeid]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Judge what the test did once it has returned. Raises `LawBroken`."""
        failed = True
        try:
            yield
            failed = False
        finally:
            found = list(self._findings[item.nodeid])
            if found:
                item.add_report_section("call", "refimpl audit", "\n".join(map(_text, found)))
        if not failed:
            for each in found:
                if each.outcome == "refuted" or self._strict:
                    raise _broken(each)


def _text(finding: Finding) -> str:
    witness = ", ".join(f"{name} = {value}" for name, value in (finding.witness or {}).items())
    shown = f" ({witness})" if witness else ""
    return f"{finding.law} {finding.outcome} at {finding.node}: {finding.message}{shown}\n  {finding.place}"


def _broken(finding: Finding) -> LawBroken:
    witness = numbers((finding.witness or {}).items())
    return LawBroken(finding.law, f"{finding.outcome}: {finding.message}", node=finding.node, witness=witness)
