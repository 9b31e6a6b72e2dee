"""Writes ``recorded.json``: what the scenario scripts print under ``torch.fx``. Run it where torch is installed.

python -m tests.fx.record
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import warnings
from pathlib import Path

from tests.fx.random_edits import edit_history
from tests.fx.subject import run_script, script_names

__all__ = ["RECORDED", "SEEDS", "STEPS", "digest", "edits_under_torch", "run_under_torch"]

RECORDED = Path(__file__).parent / "recorded.json"
SEEDS = range(40)
STEPS = 40


def run_under_torch(name: str) -> dict[str, str]:
    """What one script prints under ``torch.fx``."""
    torch = importlib.import_module("torch")
    return run_script(name, importlib.import_module("torch.fx"), torch.nn.Module)


def edits_under_torch(seed: int) -> list[str]:
    """What random edits print under ``torch.fx``."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        module_class: type = importlib.import_module("torch").nn.Module
        return edit_history(importlib.import_module("torch.fx"), module_class, seed, STEPS)


def digest(history: list[str]) -> str:
    """A short name for a history."""
    return hashlib.sha256("\n".join(history).encode()).hexdigest()[:16]


def main() -> None:
    """Record all scripts."""
    version: str = importlib.import_module("torch").__version__.split("+")[0]
    printed: dict[str, str] = {}
    for name in script_names():
        printed.update(run_under_torch(name))
    edits = {str(seed): digest(edits_under_torch(seed)) for seed in SEEDS}
    record = {"torch": version, "printed": printed, "edits": edits}
    RECORDED.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(printed)} scenarios recorded under torch {version}")


if __name__ == "__main__":
    main()
