"""ShapeProp under a fake mode."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.fx.passes.shape_prop import ShapeProp

mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x = torch.ones(6)
    module = make_fx(lambda x: (x.nonzero() * 2, x.unique()), tracing_mode="real")(x)
mode.epoch += 1
ShapeProp(module, fake_mode=mode).propagate(x)
ShapeProp(module).propagate(torch.ones(6))
