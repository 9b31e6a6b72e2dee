"""LINK: after thirty runs in which it is as fresh as it was, a scalar that was checked is rebound to the constant 3."""

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
    fake = torch.zeros((), dtype=torch.int64)
    three = torch.tensor(3)
    module = make_fx(program, tracing_mode="real")(fake)
for given in (*[fake] * 30, three):
    mode.epoch += 1
    with mode:
        PropagateUnbackedSymInts(module).run(given)
    mode.shape_env.pending_fresh_unbacked_symbols.clear()
