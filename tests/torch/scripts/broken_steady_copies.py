"""STEADY: the pass on copies of a graph leaves as many symbols pending as on the graph itself."""

import copy

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x = torch.ones(6)
    module = make_fx(lambda x: x.nonzero(), tracing_mode="real")(x)
for _ in range(2):
    mode.epoch += 1
    with mode:
        PropagateUnbackedSymInts(torch.fx.GraphModule(module, copy.deepcopy(module.graph))).run(x)
