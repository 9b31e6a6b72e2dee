"""DOM, STEADY: an interpreter of the program's own forgets one of two bindings, and leaves its symbols pending."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv, rebind_unbacked


class Forgetful(torch.fx.Interpreter):
    def run_node(self, n):
        result = super().run_node(n)
        if n.target is not torch.ops.aten.nonzero.default:
            rebind_unbacked(env, n, result)
        return result


env = ShapeEnv()
mode = FakeTensorMode(shape_env=env)
with mode:
    inputs = torch.ones(6), torch.ones((), dtype=torch.int64)
    module = make_fx(lambda x, n: (x.nonzero(), n.item()), tracing_mode="real")(*inputs)
for _ in range(2):
    mode.epoch += 1
    with mode:
        Forgetful(module).run(*inputs)
