"""Random calls run by eager PyTorch on real tensors, beside what our shape functions make of them.

PyTorch runs in this Python or in the one that the environment variable ``REFIMPL_TORCH_PYTHON`` names.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from tests.aten.calls import Json, matters, our_outcome
from tests.aten.drawn import Draw
from tests.aten.drawn_indexing import INDEXING
from tests.aten.drawn_views import VIEWS

__all__ = ["KNOWN_DEVIATIONS", "disagreement", "drawn_calls", "eager_outcomes"]

# PyTorch's own faults: a padded tensor with a negative size, and one whose size 0 dimension seems to overlap.
KNOWN_DEVIATIONS: Final = re.compile(r"aten\.pad\.default.*(negative dimension|some elements of the input tensor)")

# Reads calls, one JSON object a line, and writes what PyTorch gives: {"out": ...} or {"error": [type, text]}.
_RUNNER: Final = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
import torch
torch.set_num_threads(1)

def decoded(x):
    if isinstance(x, list):
        return [decoded(item) for item in x]
    if not isinstance(x, dict):
        return x
    if "t" in x:
        sizes, strides, offset, dtype = x["t"][:4]
        if "v" in x:
            return torch.tensor(x["v"], dtype=getattr(torch, dtype)).reshape(sizes)
        needed = offset + 1 + sum(max(s - 1, 0) * t for s, t in zip(sizes, strides))
        return torch.zeros(needed, dtype=getattr(torch, dtype)).as_strided(sizes, strides, offset)
    return float(x["f"])

def encoded(x):
    if isinstance(x, torch.Tensor):
        return {"t": [list(x.shape), list(x.stride()), x.storage_offset(), str(x.dtype)[6:]]}
    return [encoded(item) for item in x]

for line in sys.stdin:
    call = json.loads(line)
    _, name, overload = call["op"].split(".")
    try:
        result = {"out": encoded(getattr(getattr(torch.ops.aten, name), overload)(*decoded(call["args"])))}
    except Exception as error:
        result = {"error": [type(error).__name__, str(error).partition("\n")[0]]}
    print(json.dumps(result))
"""


def drawn_calls(seed: int, count: int) -> Iterator[dict[str, Json]]:
    """That many random calls of each operator."""
    for key, draw in sorted({**VIEWS, **INDEXING}.items()):
        d = Draw(Random(f"{seed} {key}"))
        for _ in range(count):
            yield {"op": key.partition("#")[0], "args": draw(d), "kwargs": {}}


def eager_outcomes(calls: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """What eager PyTorch gives for each call."""
    python = os.environ.get("REFIMPL_TORCH_PYTHON", sys.executable)
    lines = "".join(f"{json.dumps(call)}\n" for call in calls)
    done = subprocess.run([python, "-c", _RUNNER], input=lines, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def disagreement(call: dict[str, Json], eager: dict[str, Json]) -> str | None:
    """Where our outcome and the eager one differ: in refusing at all, or in what the result is."""
    ours = our_outcome(call)
    if ("error" in ours) != ("error" in eager):
        return f"{call}: ours {ours}, eager {eager}"
    if "out" in ours and matters(ours["out"]) != matters(eager["out"]):
        return f"{call}: ours {ours['out']}, eager {eager['out']}"
    return None
