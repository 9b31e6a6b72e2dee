"""The pass runs once on a graph that holds every kind of binding."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
)


def program(x, n, f):
    found = x.nonzero()
    torch._check(found.shape[0] >= 3)
    torch._check(found.shape[0] * 2 <= x.shape[0] * 5)
    count = n.item()
    torch._check(count >= 1)
    torch._check(count <= x.shape[0])
    torch._check(count % 2 == 0)
    values, inverse = torch.unique(x, return_inverse=True)
    kept = x[:, 0] > 0
    return found.sum(0), x[:count], found.new_zeros(found.shape[0] // 2 + 1), f.item() * 2.0, values, x[kept], inverse


mode = FakeTensorMode(shape_env=ShapeEnv())
dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC, DimDynamic.STATIC])
x = mode.from_tensor(torch.ones(7, 3), symbolic_context=dynamic)
with mode:
    n, f = torch.ones((), dtype=torch.int64), torch.ones(())
    module = make_fx(program, tracing_mode="real")(x, n, f)
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(x, n, f)
