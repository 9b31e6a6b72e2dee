"""Record what eager PyTorch does with the calls of ``tests/aten/data`` when sizes and numbers are changed.

``python tests/differential/record_eager.py OUTPUT [KEPT [ROUNDS [SEED]]]`` (with torch 2.13.0) changes sizes, ranks and
integer arguments of each call at random (with a seed dtypes too), runs the operator on real tensors, and keeps for each
overload at most KEPT results and KEPT refusals: one JSON object a line with ``out`` or ``error``. A refusal that is
about contents (an index out of bounds, a singular matrix) or comes from a kernel that fake tensors do not run (one
without that dtype) is not kept, nor are random results of wrong calls that crash the kernel (LAPACK's solvers given
any pivots).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parents[1] / "aten" / "data"
_CALLS: Final = f"{_DATA / 'calls.jsonl'},{_DATA / 'layouts.jsonl'}"

# Run in a separate process: what imports torch is no part of the typed tree.
_RECORDER: Final = r"""
import collections, copy, json, os, random, signal, sys, warnings
warnings.simplefilter("ignore")
import torch
torch.set_num_threads(1)

CONTENTS = ("out of bounds", "ZeroDivision", "between 0 and 1", "singular", "INTERNAL ASSERT", "not positive-definite",
            "failed to converge", "out of range in self", "DefaultCPUAllocator", "probability", "must be equal to 0",
            "Storage size calculation overflowed", "not monotonically", "cannot be computed", "not implemented for",
            "Pivots given", "pivots passed", "select(): index", "p_in >= 0", "Number of elements of source",
            "found idx to be", "allocated size does not match", "expected scalar type", "Found dtype",
            "should be the same", "mixed dtype", "could not create", "self indexing axis dim", "not in the valid range",
            "safely cast")
# What they give depends on contents that are not recorded. Of the family of gradients only results are compared: what
# an incoming gradient must be is not required.
COUNTED = ("aten.nonzero.default", "aten.argwhere.default", "aten.nonzero_numpy.default")
# Its kernel checks nothing and crashes, or not, on states and weights of other sizes.
UNCHECKED = ("aten.lstm.input",)
calls_paths, output_path, kept, rounds = sys.argv[1].split(","), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
seed = sys.argv[5]
DTYPES = ("float32", "float64", "int64", "int32", "bool", "complex64")

def tensors(x):
    if isinstance(x, list):
        for item in x:
            yield from tensors(item)
    elif isinstance(x, dict) and "t" in x:
        yield x["t"]

def dense(sizes):
    strides, running = [], 1
    for size in reversed(sizes):
        strides.append(running)
        running *= max(size, 1)
    return strides[::-1]

def changed(call):
    call = copy.deepcopy(call)
    every = list(tensors(call["args"])) + list(tensors(list(call["kwargs"].values())))
    for _ in range(random.choice([0, 1, 1, 1, 2])):
        draw = random.random()
        sizes = random.choice(every)[0] if every else []
        if every and draw < 0.6 and sizes:
            sizes[random.randrange(len(sizes))] = random.choice([0, 1, 2, 3, 4, 5])
        elif every and draw < 0.75:
            if sizes and random.random() < 0.5:
                sizes.pop(random.randrange(len(sizes)))
            else:
                sizes.insert(random.randrange(len(sizes) + 1), random.choice([1, 2, 3]))
        elif every and draw < 0.79 and seed:
            random.choice(every)[3] = random.choice(DTYPES)
        elif every and draw < 0.85 and sizes:
            old, new = random.choice(sizes), random.choice([0, 1, 2, 3, 6])
            for tensor in every:
                tensor[0] = [new if size == old else size for size in tensor[0]]
        else:
            at = [i for i, a in enumerate(call["args"]) if isinstance(a, int) and not isinstance(a, bool)]
            if at:
                call["args"][random.choice(at)] += random.choice([-2, -1, 1, 2])
    for tensor in every:
        tensor[1:3] = dense(tensor[0]), 0
        del tensor[4:]
    return call

def small(call):
    for tensor in tensors(call["args"] + list(call["kwargs"].values())):
        count = 1
        for size in tensor[0]:
            count *= size
        if count > 20000:
            return False
    return True

def real(x):
    if isinstance(x, list):
        return [real(item) for item in x]
    if not isinstance(x, dict):
        return x
    kind, value = next(iter(x.items()))
    if kind == "t":
        dtype = getattr(torch, value[3])
        if dtype.is_floating_point or dtype.is_complex:
            made = torch.rand(value[0], dtype=torch.complex64 if dtype.is_complex else torch.float32).to(dtype)
            if len(value[0]) >= 2 and value[0][-1] == value[0][-2]:
                made = made * 0.3 + torch.eye(value[0][-1], dtype=dtype)
            return made.contiguous()
        return torch.rand(value[0]) > 0.5 if dtype == torch.bool else torch.zeros(value[0], dtype=dtype)
    if kind == "f":
        return float(value)
    if kind == "c":
        return complex(*map(float, value))
    return torch.device("cpu") if kind == "device" else getattr(torch, value)

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
        with torch.no_grad():
            result = operator(*map(real, call["args"]), **{key: real(value) for key, value in call["kwargs"].items()})
        return {"out": encoded(result)}
    except Exception as error:
        text = str(error).partition("\n")[0]
        return None if any(word in text for word in CONTENTS) else {"error": [type(error).__name__, text]}

by_operator = collections.defaultdict(list)
for path in calls_paths:
    for line in open(path):
        call = json.loads(line)
        gradient = "backward" in call["op"] and path.endswith("layouts.jsonl")
        left_out = gradient or call["op"] in COUNTED + UNCHECKED or "error" in call
        if call["op"].startswith("aten.") and not left_out and '"v"' not in line:
            by_operator[call["op"]].append(call)
def lines_of(operator):
    random.seed(seed + operator)
    counts, seen, lines = collections.Counter(), set(), []
    for _ in range(rounds):
        call = changed(random.choice(by_operator[operator]))
        asked = {key: call[key] for key in ("op", "args", "kwargs")}
        key = json.dumps(asked, sort_keys=True)
        if key in seen or not small(call):
            continue
        seen.add(key)
        found = outcome(call)
        kind = None if found is None else next(iter(found))
        if kind is not None and counts[kind] < kept:
            counts[kind] += 1
            lines.append(json.dumps(asked | found, sort_keys=True))
    return lines

# Each operator in a process of its own: some kernels crash on wrong contents, and then nothing of theirs is kept.
with open(output_path, "w") as output:
    for operator in sorted(by_operator):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            signal.alarm(20)
            with os.fdopen(writing, "w") as pipe:
                pipe.write("".join(f"{line}\n" for line in lines_of(operator)))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            text = pipe.read()
        if os.waitpid(child, 0)[1] == 0:
            output.write(text)
"""


def main() -> None:
    """Run the recorder."""
    output, kept, rounds, seed, *_ = *sys.argv[1:], *("2", "40", "")[len(sys.argv) - 2 :]
    subprocess.run([sys.executable, "-c", _RECORDER, _CALLS, output, kept, rounds, seed], check=True)


if __name__ == "__main__":
    main()
