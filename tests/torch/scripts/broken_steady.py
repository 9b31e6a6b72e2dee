"""STEADY: each run of the pass leaves its fresh symbols pending."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x = torch.ones(6)
    module = make_fx(lambda x: x.nonzero(), tracing_mode="real")(x)
for _ in range(3):
    mode.epoch += 1
    with mode:
        PropagateUnbackedSymInts(module).run(x)
    print(mode.shape_env.pending_fresh_unbacked_symbols)
