"""FakeTensorProp clears what is pending, node by node: it may run as often as one likes."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.fx.passes.fake_tensor_prop import FakeTensorProp


def program(x, n):
    found = x.nonzero()
    torch._check(found.shape[0] >= 2)
    return found.sum(0), x.unique(), n.item() + 1, x[x > 0]


mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x, n = torch.ones(6), torch.ones((), dtype=torch.int64)
    module = make_fx(program, tracing_mode="real")(x, n)
for _ in range(3):
    FakeTensorProp(module, mode).propagate(x, n)
assert mode.shape_env.pending_fresh_unbacked_symbols == []
