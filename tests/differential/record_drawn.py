"""Write ``tests/aten/data/drawn.jsonl``: random calls and what eager PyTorch gives for them.

Run with a Python that has the test extra, ``REFIMPL_TORCH_PYTHON`` naming one that has torch 2.13.0:
``python tests/differential/record_drawn.py``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.aten.calls import DATA
from tests.aten.drawn_eager import KNOWN_DEVIATIONS, disagreement, drawn_calls, eager_outcomes


def main() -> None:
    """Record fourteen calls of each operator, leaving out the deviations that are PyTorch's own faults."""
    calls = list(drawn_calls(0, 14))
    with (DATA / "drawn.jsonl").open("w", encoding="utf-8") as file:
        for call, outcome in zip(calls, eager_outcomes(calls), strict=True):
            difference = disagreement(call, outcome)
            if difference is None or not KNOWN_DEVIATIONS.search(difference):
                file.write(json.dumps({**call, **outcome}, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
