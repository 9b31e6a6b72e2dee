"""Record the strides of elementwise results: ``python tests/differential/record_strides.py OUTPUT`` (torch 2.13.0).

Operands of one to five dimensions are permuted, sliced and expanded at random (a fixed seed); each line holds their
sizes and strides, and what ``aten.relu``, ``aten.mul`` or ``aten.where`` makes of them under fake tensors and the
Python dispatcher: with static sizes, and with symbolic ones.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

_RECORDER: Final = r"""
import json, random, sys, torch
from torch._dispatch.python import enable_python_dispatcher
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv

random.seed(3)

def operand(sizes):
    order = list(range(len(sizes)))
    if random.random() < 0.6:
        random.shuffle(order)
    elif len(sizes) == 4 and random.random() < 0.5:
        order = [0, 2, 3, 1]
    steps = [random.choice([1, 1, 1, 2]) for _ in sizes]
    base = torch.empty([sizes[d] * steps[d] for d in order])
    inverse = [order.index(d) for d in range(len(sizes))]
    tensor = base.permute(inverse)[tuple(slice(None, None, step) for step in steps)]
    if random.random() < 0.3:
        dim = random.randrange(len(sizes))
        tensor = tensor.narrow(dim, 0, min(1, sizes[dim])).expand(sizes) if random.random() < 0.5 else (
            tensor.narrow(dim, 0, min(1, sizes[dim])))
    if random.random() < 0.15 and len(sizes) > 1:
        tensor = tensor[0]
    return tensor

def outcome(tensors, symbolic):
    mode = FakeTensorMode(shape_env=ShapeEnv() if symbolic else None)
    if len(tensors) == 3:
        tensors = [torch.empty_strided(tensors[0].shape, tensors[0].stride(), dtype=torch.bool), *tensors[1:]]
    fakes = [mode.from_tensor(tensor, static_shapes=not symbolic) for tensor in tensors]
    with mode, enable_python_dispatcher(), torch.no_grad():
        result = torch.ops.aten.relu(*fakes) if len(fakes) == 1 else (
            torch.ops.aten.mul(*fakes) if len(fakes) == 2 else torch.ops.aten.where(*fakes))
    return [[int(size) for size in result.shape], [int(stride) for stride in result.stride()]]

with open(sys.argv[1], "w") as output:
    for _ in range(400):
        sizes = [random.choice([1, 2, 3, 4, 5]) for _ in range(random.randint(1, 5))]
        tensors = [operand(sizes) for _ in range(random.randint(1, 3))]
        given = [[list(tensor.shape), list(tensor.stride())] for tensor in tensors]
        line = {"operands": given, "static": outcome(tensors, False), "symbolic": outcome(tensors, True)}
        output.write(json.dumps(line) + "\n")
"""


def main() -> None:
    """Run the recorder."""
    subprocess.run([sys.executable, "-c", _RECORDER, sys.argv[1]], check=True)


if __name__ == "__main__":
    main()
