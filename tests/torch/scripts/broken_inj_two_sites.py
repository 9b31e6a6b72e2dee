"""INJ: two sites bind one name, but their values need not be equal."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv

mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    x, y = torch.ones(6), torch.ones(6)
    module = make_fx(lambda x, y: (x.nonzero(), y.nonzero()), tracing_mode="real")(x, y)
first, second = module.graph.find_nodes(op="call_function", target=torch.ops.aten.nonzero.default)
second.meta["unbacked_bindings"] = dict(first.meta["unbacked_bindings"])
mode.epoch += 1
with mode:
    PropagateUnbackedSymInts(module).run(x, y)
