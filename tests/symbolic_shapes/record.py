"""Writes ``recorded.json``: what PyTorch shows in each scenario. Run it where torch is installed.

python -m tests.symbolic_shapes.record
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from tests.symbolic_shapes.api_scenarios import API_SCENARIOS, observe_api
from tests.symbolic_shapes.scenarios import SCENARIOS, TorchSubject, observe

__all__ = ["RECORDED"]

RECORDED = Path(__file__).parent / "recorded.json"


def main() -> None:
    """Record all scenarios."""
    version: str = importlib.import_module("torch").__version__.split("+")[0]
    seen = {name: observe(name, TorchSubject()) for name in SCENARIOS}
    api = {name: observe_api(name, "torch") for name in API_SCENARIOS}
    record = {"torch": version, "seen": seen, "api": api}
    RECORDED.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(seen) + len(api)} scenarios recorded under torch {version}")


if __name__ == "__main__":
    main()
