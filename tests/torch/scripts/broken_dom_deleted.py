"""DOM, FRESH: the class has lost the method that rebinds, so that each node runs and nothing is rebound."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x = torch.ones(6)
    module = make_fx(lambda x: x.nonzero(), tracing_mode="real")(x)
run_node = PropagateUnbackedSymInts.run_node
del PropagateUnbackedSymInts.run_node
try:
    mode.epoch += 1
    with mode:
        PropagateUnbackedSymInts(module).run(x)
finally:
    PropagateUnbackedSymInts.run_node = run_node
