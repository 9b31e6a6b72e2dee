"""Record operator calls of PyTorch's operator database and what its fake tensors give for them.

``python tests/differential/record_calls.py OUTPUT [MOST [DTYPE...]]`` (with torch 2.13.0 and expecttest) writes one
JSON object a line, at most MOST an overload: each sample of the database is traced on fake tensors of its sizes,
before and after the decomposition of composite operators.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

# Run in a separate process: what imports torch is no part of the typed tree.
_RECORDER: Final = r"""
import itertools, json, signal, sys, warnings
warnings.simplefilter("ignore")
import torch
import torch.utils._pytree as pytree
from torch.fx.experimental.proxy_tensor import make_fx
from torch.testing._internal.common_methods_invocations import op_db

def encoded(x):
    if isinstance(x, torch.Tensor):
        if x.layout != torch.strided or x.is_nested:
            raise ValueError("layout")
        return {"t": [list(x.shape), list(x.stride()), x.storage_offset(), str(x.dtype)[6:], bool(x.requires_grad)]}
    if x is None or isinstance(x, (bool, int, str)):
        return x
    if isinstance(x, float):
        return {"f": repr(x)}
    if isinstance(x, complex):
        return {"c": [repr(x.real), repr(x.imag)]}
    for kind, name in ((torch.dtype, "dtype"), (torch.layout, "layout"), (torch.memory_format, "mf")):
        if isinstance(x, kind):
            return {name: str(x)[6:]}
    if isinstance(x, torch.device):
        return {"device": str(x)}
    if isinstance(x, (list, tuple)):
        return [encoded(item) for item in x]
    raise ValueError(type(x))

def emit(node):
    target = node.target
    if not isinstance(target, torch._ops.OpOverload):
        return
    name = f"{target.namespace}.{target._schema.name.split('::')[1]}.{target._overloadname}"
    if counts.get(name, 0) >= most:
        return
    try:
        args, kwargs = torch.fx.node.map_arg((node.args, node.kwargs), lambda n: n.meta["val"])
        call = {"op": name, "args": [encoded(a) for a in args], "out": encoded(node.meta["val"])}
        call["kwargs"] = {key: encoded(value) for key, value in kwargs.items()}
    except (KeyError, ValueError):
        return
    line = json.dumps(call, sort_keys=True)
    if line not in seen:
        seen.add(line)
        counts[name] = counts.get(name, 0) + 1
        output.write(line + "\n")

def trace(op, sample):
    flat, spec = pytree.tree_flatten((sample.input, sample.args, sample.kwargs))
    places = [i for i, a in enumerate(flat) if isinstance(a, torch.Tensor)]
    def run(*tensors):
        values = list(flat)
        for place, tensor in zip(places, tensors):
            values[place] = tensor
        first, args, kwargs = pytree.tree_unflatten(values, spec)
        return [x for x in pytree.tree_leaves(op.op(first, *args, **kwargs)) if isinstance(x, torch.Tensor)]
    for pre_dispatch in (True, False):
        signal.alarm(5)
        try:
            with torch.no_grad():
                graph = make_fx(run, tracing_mode="fake", pre_dispatch=pre_dispatch)(*[flat[i] for i in places]).graph
            for node in graph.nodes:
                if node.op == "call_function":
                    emit(node)
        except TimeoutError:
            return
        except Exception as error:
            print(op.name, type(error).__name__, file=sys.stderr)
        finally:
            signal.alarm(0)

def expired(*_):
    raise TimeoutError

seen, counts = set(), {}
path, most, *names = sys.argv[1:]
most = int(most)
signal.signal(signal.SIGALRM, expired)
torch.set_num_threads(1)
torch.manual_seed(0)
with open(path, "w") as output:
    for name in names:
        dtype = getattr(torch, name)
        for op in op_db:
            if op.name.startswith(("masked.", "sparse", "jiterator")) or not op.supports_dtype(dtype, "cpu"):
                continue
            samples = list(itertools.islice(op.sample_inputs("cpu", dtype, requires_grad=False), 40))
            for sample in samples[:: max(1, len(samples) // 12)]:
                trace(op, sample)
"""


def main() -> None:
    """Record."""
    path, most, *dtypes = [*sys.argv[1:], "12"] if len(sys.argv) == 2 else sys.argv[1:]
    names = dtypes or ["float32", "complex64", "int64", "bool", "float16"]
    subprocess.run([sys.executable, "-c", _RECORDER, path, most, *names], check=True)


if __name__ == "__main__":
    main()
