"""DOM, FRESH: the pass does not enter the branches of ``cond``; what they allocate is bound by nobody."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv


def program(flag, x):
    return torch.cond(flag, lambda x: x.nonzero().sum(0), lambda x: (x + 1).nonzero().sum(0) * 2, (x,))


mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    flag, x = torch.ones((), dtype=torch.bool), torch.ones(6)
    module = make_fx(program, tracing_mode="real")(flag, x)
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(flag, x)
