"""Runs one check by its id, without a test runner around it."""

from __future__ import annotations

import importlib
import inspect
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from refimpl.symbolic_shapes.structures import is_list, is_tuple

__all__ = ["Noticed", "check_at", "run_check"]


class Noticed(BaseException):
    """A drawn example failed; no ``Exception``, so that no smaller one is looked for."""


class _Check(Protocol):
    def __call__(self, *args: object, **kwargs: object) -> object: ...


def check_at(node_id: str) -> object:
    """The function of a check (``specs/rebinding.py::test_...``). Raises if there is none."""
    path, _, name = node_id.partition("[")[0].partition("::")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    return getattr(module, name)


def run_check(node_id: str) -> None:
    """Run it for all its parameters, or for the one in brackets; raises what it raises."""
    check = check_at(node_id)
    assert callable(check)
    _, _, chosen = node_id.removesuffix("]").partition("[")
    ran = 0
    with _stopping_at_the_first_failure(check):
        for arguments in _parameters(check):
            if not chosen or chosen == "-".join(map(str, arguments.values())):
                _call(check, arguments)
                ran += 1
    if not ran:
        raise LookupError(f"{node_id} has no such parameter")


def _call(check: _Check, arguments: dict[str, object]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch, tempfile.TemporaryDirectory() as folder:
        wanted = inspect.signature(check).parameters
        fixtures: dict[str, object] = {"monkeypatch": monkeypatch, "tmp_path": Path(folder)}
        check(**arguments, **{name: value for name, value in fixtures.items() if name in wanted})


class _stopping_at_the_first_failure:  # noqa: N801 - read as a phrase
    """Within it, a drawn example that fails ends the check at once."""

    def __init__(self, check: object) -> None:
        self._handle: object = getattr(check, "hypothesis", None)

    def __enter__(self) -> None:
        if self._handle is not None:
            self._inner: _Check = getattr(self._handle, "inner_test")  # noqa: B009 - hypothesis's handle
            setattr(self._handle, "inner_test", _loud(self._inner))  # noqa: B010 - as above

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            setattr(self._handle, "inner_test", self._inner)  # noqa: B010 - as above


def _loud(inner: _Check) -> _Check:
    def run(*args: object, **kwargs: object) -> object:
        try:
            return inner(*args, **kwargs)
        except (Exception, pytest.fail.Exception) as error:
            if type(error).__module__.startswith("hypothesis"):
                raise
            raise Noticed(repr(error)) from error

    run.__signature__ = inspect.signature(inner)  # type: ignore[attr-defined]  # hypothesis reads it
    return run


def _parameters(check: object) -> Iterator[dict[str, object]]:
    """Every combination of the values that ``pytest.mark.parametrize`` gives."""
    marks = [mark for mark in getattr(check, "pytestmark", ()) if mark.name == "parametrize"]
    for rows in itertools.product(*(list(_rows(*mark.args[:2])) for mark in marks)):
        yield {name: value for row in rows for name, value in row.items()}


def _rows(names: str | tuple[str, ...], values: Iterable[object]) -> Iterator[dict[str, object]]:
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for value in values:
        given: object = getattr(value, "values", None) if hasattr(value, "marks") else None
        if given is None:
            given = (value,) if len(wanted) == 1 else value
        yield dict(zip(wanted, _items(given), strict=True))


def _items(row: object) -> list[object]:
    if is_tuple(row) or is_list(row):
        return list(row)
    raise TypeError(f"{row!r} is no row of parameters")
