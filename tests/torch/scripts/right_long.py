"""A graph that is run sixty times in one environment, which learns more of its size twice."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

mode = FakeTensorMode(shape_env=ShapeEnv())
fake = mode.from_tensor(torch.ones(6))
with mode:
    module = make_fx(lambda x: (x.nonzero(), x.sum().item()), tracing_mode="real")(fake)
node = next(node for node in module.graph.nodes if "nonzero" in node.name)
count = mode.shape_env.create_symintnode(next(iter(node.meta["unbacked_bindings"])), hint=None)
for learn in (lambda: None, lambda: torch._check(count >= 1), lambda: torch._check(count <= 5)):
    learn()
    for _ in range(20):
        mode.epoch += 1
        with mode:
            PropagateUnbackedSymInts(module).run(fake)
        mode.shape_env.pending_fresh_unbacked_symbols.clear()
