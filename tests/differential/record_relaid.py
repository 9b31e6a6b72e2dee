"""Record what PyTorch's fake tensors give for the calls of ``calls.jsonl`` when the layouts of tensors are changed.

``python tests/differential/record_relaid.py OUTPUT [MOST [SEED]]`` (with torch 2.13.0) permutes, reverses, expands,
slices and moves the tensors of each call at random, runs it on fake tensors under the Python dispatcher and
``no_grad``, and writes at most MOST calls an overload that fake tensors accept: one JSON object a line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

_CALLS: Final = Path(__file__).parents[1] / "aten" / "data" / "calls.jsonl"

# Run in a separate process: what imports torch is no part of the typed tree.
_RECORDER: Final = r"""
import collections, copy, json, random, sys, warnings
warnings.simplefilter("ignore")
import torch
import torch._dynamo.config
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

# What a fake tensor remembers of a call forgets the offsets of copies.
torch._dynamo.config.fake_tensor_cache_enabled = False
# Programs are exported without MKL-DNN, whose kernels for volumes have layouts of their own.
torch.backends.mkldnn.set_flags(False)
calls_path, output_path, most, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

def tensors(x):
    if isinstance(x, list):
        for item in x:
            yield from tensors(item)
    elif isinstance(x, dict) and "t" in x:
        yield x["t"]

def dense(sizes, order):
    strides, running = [0] * len(sizes), 1
    for dim in reversed(order):
        strides[dim] = running
        running *= max(sizes[dim], 1) * (2 if kind == "sliced" and random.random() < 0.6 else 1)
    return strides

def relaid(tensor):
    global kind
    kind = random.choice(["permuted", "reversed", "expanded", "sliced", "moved"])
    sizes = tensor[0]
    order = list(range(len(sizes)))
    if kind == "permuted":
        random.shuffle(order)
    if kind == "reversed":
        order.reverse()
    tensor[1] = dense(sizes, order)
    if kind == "expanded" and sizes:
        repeated = random.randrange(len(sizes))
        tensor[1] = dense([1 if dim == repeated else size for dim, size in enumerate(sizes)], order)
        tensor[1][repeated] = 0
    tensor[2] = random.choice([0, 3]) if kind in ("moved", "sliced") else 0

def fake(x):
    if isinstance(x, list):
        return [fake(item) for item in x]
    if not isinstance(x, dict):
        return x
    name, value = next(iter(x.items()))
    if name == "t":
        sizes, strides, offset, dtype = value
        needed = offset + 1 + sum(max(size - 1, 0) * stride for size, stride in zip(sizes, strides))
        return torch.empty(needed, dtype=getattr(torch, dtype)).as_strided(sizes, strides, offset)
    if name == "f":
        return float(value)
    if name == "c":
        return complex(*map(float, value))
    return torch.device("cpu") if name == "device" else getattr(torch, value)

def encoded(x):
    if isinstance(x, torch.Tensor):
        return {"t": [list(x.shape), list(x.stride()), x.storage_offset(), str(x.dtype)[6:]]}
    if isinstance(x, (list, tuple)):
        return [encoded(item) for item in x]
    return {"f": repr(x)} if isinstance(x, float) else x

def outcome(call):
    name, overload = call["op"].split(".")[1:]
    operator = getattr(getattr(torch.ops.aten, name), overload)
    try:
        with FakeTensorMode(shape_env=ShapeEnv()), enable_python_dispatcher(), torch.no_grad():
            return encoded(operator(*map(fake, call["args"]), **{k: fake(v) for k, v in call["kwargs"].items()}))
    except Exception:
        return None

by_operator = collections.defaultdict(list)
for line in open(calls_path):
    call = json.loads(line)
    counted = call["op"].startswith(("aten.nonzero", "aten.argwhere"))
    if call["op"].startswith("aten.") and not counted and '"v"' not in line and '"t"' in line:
        by_operator[call["op"]].append(call)
with open(output_path, "w") as output:
    for operator in sorted(by_operator):
        random.seed(seed + operator)
        seen = set()
        for _ in range(most):
            call = copy.deepcopy(random.choice(by_operator[operator]))
            every = [*tensors(call["args"]), *tensors(list(call["kwargs"].values()))]
            for tensor in every:
                del tensor[4:]
                if tensor[0] and random.random() < 0.7:
                    relaid(tensor)
            asked = {key: call[key] for key in ("op", "args", "kwargs")}
            key = json.dumps(asked, sort_keys=True)
            result = None if key in seen else outcome(call)
            if result is not None:
                seen.add(key)
                output.write(json.dumps({**asked, "out": result}, sort_keys=True) + "\n")
"""


def main() -> None:
    """Run the recorder."""
    output, most, seed, *_ = *sys.argv[1:], *("2", "")[len(sys.argv) - 2 :]
    subprocess.run([sys.executable, "-c", _RECORDER, str(_CALLS), output, most, seed], check=True)


if __name__ == "__main__":
    main()
