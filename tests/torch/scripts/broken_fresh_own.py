"""FRESH: an interpreter of the program's own rebinds what is recorded, but a node allocates what nothing records."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


class Own(torch.fx.Interpreter):
    def run_node(self, n):
        result = super().run_node(n)
        rebind_unbacked(env, n, result)
        return result


env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
with mode:
    inputs = torch.ones(6), torch.ones((), dtype=torch.int64)
    module = make_fx(lambda x, n: (x.nonzero(), n.item()), tracing_mode="real")(*inputs)
for node in module.graph.nodes:
    if node.target is torch.ops.aten.nonzero.default:
        del node.meta["unbacked_bindings"]
mode.epoch += 1
with mode:
    Own(module).run(*inputs)
