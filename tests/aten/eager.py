"""A live eager PyTorch in a child process: calls with contents in, results and refusals out, one JSON line each.

The child is this Python, or the one that the environment variable ``REFIMPL_TORCH_PYTHON`` names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Final, Self, final

from tests.aten.calls import Json

__all__ = ["Eager"]

_CHILD: Final = r"""
import json, sys, warnings
warnings.simplefilter("ignore")
import torch
torch.set_num_threads(1)

def real(x):
    if isinstance(x, list):
        return [real(item) for item in x]
    if not isinstance(x, dict):
        return x
    if "t" in x:
        sizes, strides, offset, dtype = x["t"][:4]
        values = [float("nan") if value == "nan" else value for value in x["v"]]
        return torch.tensor(values, dtype=getattr(torch, dtype)).reshape(sizes)
    kind, value = next(iter(x.items()))
    return float(value) if kind == "f" else getattr(torch, value)

def encoded(x):
    if isinstance(x, torch.Tensor):
        return {"t": [list(x.shape), list(x.stride()), x.storage_offset(), str(x.dtype)[6:]]}
    if isinstance(x, (list, tuple)):
        return [encoded(item) for item in x]
    return {"f": repr(x)} if isinstance(x, float) else x

for line in sys.stdin:
    call = json.loads(line)
    name, overload = call["op"].split(".")[1:]
    try:
        with torch.no_grad():
            operator = getattr(getattr(torch.ops.aten, name), overload)
            answer = {"out": encoded(operator(*map(real, call["args"])))}
    except Exception as error:
        answer = {"error": [type(error).__name__, str(error).partition("\n")[0]]}
    print(json.dumps(answer), flush=True)
"""


@final
class Eager:
    """Answers a call ``{"op", "args"}`` with ``{"out": ...}`` or ``{"error": [type, text]}``."""

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [os.environ.get("REFIMPL_TORCH_PYTHON", sys.executable), "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.communicate()

    def run(self, operator: str, args: list[Json]) -> dict[str, Json]:
        """What eager PyTorch does with the call."""
        sent, received = self._child.stdin, self._child.stdout
        assert sent is not None
        assert received is not None
        sent.write(json.dumps({"op": operator, "args": args}) + "\n")
        sent.flush()
        answer: dict[str, Json] = json.loads(received.readline())
        return answer
