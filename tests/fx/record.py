"""Writes ``recorded.json``: what the scenario scripts print under ``torch.fx``. Run it where torch is installed.

python -m tests.fx.record
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.fx.subject import run_script, script_names

__all__ = ["RECORDED", "run_under_torch"]

RECORDED = Path(__file__).parent / "recorded.json"


def run_under_torch(name: str) -> dict[str, str]:
    """What one script prints under ``torch.fx``."""
    torch = importlib.import_module("torch")
    return run_script(name, importlib.import_module("torch.fx"), torch.nn.Module)


def main() -> None:
    """Record all scripts."""
    version: str = importlib.import_module("torch").__version__.split("+")[0]
    printed: dict[str, str] = {}
    for name in script_names():
        printed.update(run_under_torch(name))
    RECORDED.write_text(json.dumps({"torch": version, "printed": printed}, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(printed)} scenarios recorded under torch {version}")


if __name__ == "__main__":
    main()
