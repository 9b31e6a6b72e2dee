"""DOM, FRESH: a subclass of PyTorch's interpreter says itself how a node runs, and rebinds nothing."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv


class Forgetful(PropagateUnbackedSymInts):
    def run_node(self, n):
        return torch.fx.Interpreter.run_node(self, n)


mode = FakeTensorMode(shape_env=ShapeEnv())
x = mode.from_tensor(torch.ones(6))
with mode:
    module = make_fx(lambda x: x.nonzero() + 1)(x)
    mode.epoch += 1
    Forgetful(module).run(x)
