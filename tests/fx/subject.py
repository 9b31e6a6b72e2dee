"""Runs the scenario scripts under one implementation of fx and collects what they print."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from pathlib import Path

__all__ = ["SCRIPTS", "run_script", "script_names"]

SCRIPTS = Path(__file__).parent / "scripts"


def script_names() -> list[str]:
    """The names of the scripts, sorted."""
    return sorted(path.stem for path in SCRIPTS.glob("*.py"))


def _attempt(action: Callable[[], object]) -> None:
    """Print what an action returns, or the class and message of what it raises, or the warnings it gives."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            print(action())
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}")


def run_script(name: str, fx: types.ModuleType, module_class: type) -> dict[str, str]:
    """What each scenario of a script prints, by ``script::scenario``.

    A script imports ``fx``, ``Module`` and ``attempt`` from ``fx_subject``, and so names no implementation.
    """
    subject = types.ModuleType("fx_subject")
    vars(subject).update(fx=fx, Module=module_class, attempt=_attempt)
    module_name = f"scenario_{name}"
    spec = importlib.util.spec_from_file_location(module_name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = {key: sys.modules.get(key) for key in ("fx_subject", module_name)}
    sys.modules.update({"fx_subject": subject, module_name: module})
    try:
        spec.loader.exec_module(module)
        scenarios = {key: value for key, value in vars(module).items() if key.startswith("scenario_")}
        return {f"{name}::{key.removeprefix('scenario_')}": _printed(value) for key, value in scenarios.items()}
    finally:
        for key, value in before.items():
            if value is None:
                sys.modules.pop(key, None)
            else:
                sys.modules[key] = value


def _printed(scenario: Callable[[], None]) -> str:
    """What a scenario prints; an error that escapes it is its last line."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        try:
            scenario()
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[1].lineno
            print(f"ESCAPED at line {line} {type(error).__name__}: {error}")
    return output.getvalue()
