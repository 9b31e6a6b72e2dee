"""EMIT: a rebinding that has nothing to bind drops an assert, of which PyTorch goes on to know what it said."""

import torch
import torch.fx.experimental.symbolic_shapes as shapes
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx

rebind = shapes.rebind_unbacked


def forgetful(env, node, result):
    rebind(env, node, result)
    if node.op == "placeholder":
        for filed in env.deferred_runtime_asserts.values():
            filed.clear()


def thirds(x):
    count = x.nonzero().shape[0]
    torch._check(count % 3 == 0)
    return torch.ones(count)


mode = FakeTensorMode(shape_env=shapes.ShapeEnv())
with mode:
    module = make_fx(thirds)(mode.from_tensor(torch.ones(6)))
shapes.rebind_unbacked = forgetful
with mode:
    shapes.PropagateUnbackedSymInts(module).run(mode.from_tensor(torch.ones(6)))
shapes.rebind_unbacked = rebind
