"""ATOM: an operator raises after it allocated a symbol."""

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import GuardOnDataDependentSymNode, PropagateUnbackedSymInts, ShapeEnv


def decide(x):
    return x.nonzero() if x.nonzero().shape[0] > 4 else x


graph = torch.fx.Graph()
graph.output(graph.call_function(decide, (graph.placeholder("x"),)))
mode = FakeTensorMode(shape_env=ShapeEnv())
with mode:
    try:
        PropagateUnbackedSymInts(torch.fx.GraphModule({}, graph)).run(torch.ones(6))
    except GuardOnDataDependentSymNode as error:
        print("refused:", str(error).splitlines()[0])
