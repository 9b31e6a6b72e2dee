"""A subclass of a recording interpreter runs the placeholders by itself; what is computed is recorded anew."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.fx.passes.fake_tensor_prop import FakeTensorProp


class Mine(FakeTensorProp):
    def run_node(self, n):
        if n.op == "placeholder":
            return torch.fx.Interpreter.run_node(self, n)
        return super().run_node(n)


mode = FakeTensorMode(shape_env=ShapeEnv())
x = mode.from_tensor(torch.ones(6))
with mode:
    module = make_fx(lambda x: x.nonzero() + 1)(x)
mode.epoch += 1
Mine(module, mode).propagate_dont_convert_inputs(x)
