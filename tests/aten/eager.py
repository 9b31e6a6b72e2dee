"""A live PyTorch in a child process: calls with contents in, results and refusals out, one JSON line each.

The child is this Python, or the one that the environment variable ``REFIMPL_TORCH_PYTHON`` names. It answers from a
fork of itself, and forks again when a kernel crashes or has used twenty seconds of the processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import TracebackType
from typing import Final, Self, final

from tests.aten.calls import Json
from tests.aten.symbolic_child import SYMBOLIC

__all__ = ["Eager", "Outcome"]

# {"out": ...}, {"error": [type, text]}, or {"died": signal}.
Outcome = dict[str, Json]

# Run in a separate process: what imports torch is no part of the typed tree.
_CHILD: Final = (
    r"""
import json, os, signal, sys, warnings
warnings.simplefilter("ignore")
import torch
import torch._dynamo.config
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

torch.set_num_threads(1)
# What a fake tensor remembers of a call forgets the offsets of copies.
torch._dynamo.config.fake_tensor_cache_enabled = False
# Programs are exported without MKL-DNN, whose kernels for volumes have layouts of their own.
EXPORTING = lambda: torch.backends.mkldnn.flags(enabled=False)

def contents(sizes, dtype):
    '''Numbers between 0 and 1, square matrices well-conditioned; zeros, which index everything that is not empty.'''
    if dtype.is_floating_point or dtype.is_complex:
        made = torch.rand(sizes, dtype=torch.complex64 if dtype.is_complex else torch.float32).to(dtype)
        if len(sizes) >= 2 and sizes[-1] == sizes[-2]:
            made = made * 0.3 + torch.eye(sizes[-1], dtype=dtype)
        return made.contiguous()
    return torch.rand(sizes) > 0.5 if dtype == torch.bool else torch.zeros(sizes, dtype=dtype)

def tensor(x):
    sizes, strides, offset, dtype = x["t"][:4]
    dtype = getattr(torch, dtype)
    if "v" in x:
        values = [float("nan") if value == "nan" else value for value in x["v"]]
        return torch.tensor(values, dtype=dtype).reshape(sizes)
    made = contents(sizes, dtype)
    if list(made.stride()) == strides and not offset:
        return made
    needed = offset + 1 + sum(max(size - 1, 0) * stride for size, stride in zip(sizes, strides))
    laid = contents([needed], dtype).as_strided(sizes, strides, offset)
    return laid if 0 in strides else laid.copy_(made)

def real(x):
    if isinstance(x, list):
        return [real(item) for item in x]
    if not isinstance(x, dict):
        return x
    if "t" in x:
        return tensor(x)
    kind, value = next(iter(x.items()))
    if kind == "f":
        return float(value)
    if kind == "c":
        return complex(*map(float, value))
    return torch.device("cpu") if kind == "device" else getattr(torch, value)

def encoded(x):
    if isinstance(x, torch.Tensor):
        return {"t": [encoded(list(x.shape)), encoded(list(x.stride())), encoded(x.storage_offset()), str(x.dtype)[6:]]}
    if isinstance(x, (list, tuple)):
        return [encoded(item) for item in x]
    if isinstance(x, float):
        return {"f": repr(x)}
    return x if x is None or isinstance(x, (bool, int, str)) else str(x)

def storages(x):
    '''The bytes of each tensor's storage.'''
    if isinstance(x, (list, tuple)):
        return [storages(item) for item in x]
    return x.untyped_storage().nbytes() if isinstance(x, torch.Tensor) else None

""",
    r"""
def outcome(call):
    name, overload = call["op"].split(".")[1:]
    torch.manual_seed(0)
    try:
        operator = getattr(getattr(torch.ops.aten, name), overload)
        args = lambda: map(real, call["args"])
        kwargs = lambda: {key: real(value) for key, value in call.get("kwargs", {}).items()}
        with torch.no_grad():
            if call.get("symbolic"):
                return symbolic_outcome(call, operator)
            if call.get("fake"):
                with EXPORTING(), FakeTensorMode(shape_env=ShapeEnv()), enable_python_dispatcher():
                    return {"out": encoded(operator(*args(), **kwargs()))}
            result = operator(*args(), **kwargs())
            return {"out": storages(result) if call.get("storages") else encoded(result)}
    except Exception as error:
        return {"error": [type(error).__name__, str(error).partition("\n")[0]]}

def line():
    read = bytearray()
    while not read.endswith(b"\n"):
        more = os.read(0, 1 << 16)
        if not more:
            return b""
        read += more
    return bytes(read)

def say(answer):
    os.write(ANSWERS, json.dumps(answer).encode() + b"\n")

# What an operator prints is no answer.
ANSWERS = os.dup(1)
os.dup2(2, 1)
AGAIN, END = 3, 0
while True:
    worker = os.fork()
    if not worker:
        while asked := line():
            if asked == b"\n":
                os._exit(AGAIN)
            signal.setitimer(signal.ITIMER_PROF, 20)
            say(outcome(json.loads(asked)))
        os._exit(END)
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if status == END:
        break
    say({"died": max(-status, 0)})
""",
)


@final
class Eager:
    """Answers a call ``{"op", "args", "kwargs"}`` with its :data:`Outcome`."""

    def __enter__(self) -> Self:
        self._child = subprocess.Popen(
            [os.environ.get("REFIMPL_TORCH_PYTHON", sys.executable), "-c", SYMBOLIC.join(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.communicate()

    def _answer(self, line: str) -> Outcome:
        """One line answers one line: nothing of the next is read by a worker that ends."""
        sent, received = self._child.stdin, self._child.stdout
        assert sent is not None
        assert received is not None
        sent.write(f"{line}\n")
        sent.flush()
        answer: Outcome = json.loads(received.readline())
        return answer

    def afresh(self) -> None:
        """Answer from a new process: what a kernel without checks has overwritten is forgotten."""
        self._answer("")

    def run(self, call: dict[str, Json]) -> Outcome:
        """What the eager kernels do with the call on real tensors."""
        return self._answer(json.dumps(call))

    def storages(self, call: dict[str, Json]) -> Outcome:
        """How many bytes the storage of each resulting tensor has after an eager run."""
        return self._answer(json.dumps({**call, "storages": True}))

    def fake(self, call: dict[str, Json]) -> Outcome:
        """What PyTorch's fake tensors do with the call, under the Python dispatcher."""
        return self._answer(json.dumps({**call, "fake": True}))

    def symbolic(self, call: dict[str, Json]) -> Outcome:
        """What PyTorch's fake tensors do with the call whose sizes are partly symbols; see ``SYMBOLIC``."""
        return self._answer(json.dumps({**call, "symbolic": True}))
