"""DOM, FRESH: the script puts a method that rebinds nothing in the place of PyTorch's."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

right = PropagateUnbackedSymInts.run_node
PropagateUnbackedSymInts.run_node = lambda self, n: torch.fx.Interpreter.run_node(self, n)
mode = FakeTensorMode(shape_env=ShapeEnv())
x = mode.from_tensor(torch.ones(6))
with mode:
    module = make_fx(lambda x: x.nonzero() + 1)(x)
    mode.epoch += 1
    PropagateUnbackedSymInts(module).run(x)
PropagateUnbackedSymInts.run_node = right
