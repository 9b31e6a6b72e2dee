"""A placeholder that binds a symbol: the value that comes in for it is never linked with the symbol."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import PropagateUnbackedSymInts, ShapeEnv, statically_known_true

env = ShapeEnv()
u0, u1 = env.create_unbacked_symint(), env.create_unbacked_symint()
torch._check(u0 <= 10)
graph = torch.fx.Graph()
number = graph.placeholder("number")
number.meta["val"] = u0
number.meta["unbacked_bindings"] = {u0.node.expr: ()}
graph.output(number)
with FakeTensorMode(shape_env=env):
    result = PropagateUnbackedSymInts(torch.fx.GraphModule(torch.nn.Module(), graph)).run(u1)
print(f"recorded {u0}, after the run {result}; equal: {statically_known_true(u0 == u1)}")
print(f"u0 in {env.var_to_range[u0.node.expr]}, u1 in {env.var_to_range[u1.node.expr]}")
