"""The same graph for two inputs: the second run asks of its own input what the first asked of the other."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import (
    DimDynamic,
    PropagateUnbackedSymInts,
    ShapeEnv,
    StatelessSymbolicContext,
)


def ask(x):
    assert x.shape[0] > 4
    return x


mode = FakeTensorMode(shape_env=ShapeEnv())
dynamic = StatelessSymbolicContext(dynamic_sizes=[DimDynamic.DYNAMIC])
x, y = (mode.from_tensor(torch.ones(size), symbolic_context=dynamic) for size in (7, 9))
graph = torch.fx.Graph()
graph.output(graph.call_function(ask, (graph.placeholder("x"),)))
module = torch.fx.GraphModule({}, graph)
with mode:
    for value in (x, y):
        PropagateUnbackedSymInts(module).run(value)
assert len(mode.shape_env.guards) == 2
