"""Writes ``recorded.json``: what PyTorch shows in each rebinding scenario. Run it where torch is installed.

python -m tests.symbolic_shapes.record
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.symbolic_shapes.scenarios import SCENARIOS, TorchSubject, observe

__all__ = ["RECORDED"]

RECORDED = Path(__file__).parent / "recorded.json"


def main() -> None:
    """Record all scenarios."""
    version: str = importlib.import_module("torch").__version__.split("+")[0]
    seen = {name: observe(name, TorchSubject()) for name in SCENARIOS}
    RECORDED.write_text(json.dumps({"torch": version, "seen": seen}, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(seen)} scenarios recorded under torch {version}")


if __name__ == "__main__":
    main()
