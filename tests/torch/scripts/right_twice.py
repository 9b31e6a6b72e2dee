"""The pass twice, each time followed by what clears the pending symbols; a retrace through the pass."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv, compute_unbacked_bindings


def program(x, n):
    found = x.nonzero()
    count = n.item()
    torch._check(count >= 1)
    torch._check(count <= 6)
    return found, count


mode = FakeTensorMode(shape_env=ShapeEnv())
env = mode.shape_env
with mode:
    inputs = torch.ones(6), torch.ones((), dtype=torch.int64)
    module = make_fx(program, tracing_mode="real")(*inputs)
for _ in range(3):
    mode.epoch += 1
    with mode:
        compute_unbacked_bindings(env, PropagateUnbackedSymInts(module).run(*inputs))
for _ in range(2):
    mode.epoch += 1
    with mode:
        module = make_fx(PropagateUnbackedSymInts(module).run, tracing_mode="real")(*inputs)
assert env.pending_fresh_unbacked_symbols == []
