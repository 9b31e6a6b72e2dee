"""LINK: a scalar that was checked to be at least 5 is rebound to the constant 3, and nobody says a word."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv


def program(x):
    count = x.item()
    torch._check(count >= 5)
    return torch.zeros(count)


mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    module = make_fx(program, tracing_mode="real")(torch.zeros((), dtype=torch.int64))
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(torch.tensor(3))
